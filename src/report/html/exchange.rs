//! One exchange: both messages, with the place that a finding points at marked in the response.

use std::fmt::{self, Write as _};

use super::content;
use crate::evidence::{Body, Exchange};
use crate::report::text::{duration_exact, html, html_lines, start};

/// How many octets of content that is not JSON are shown.
const CONTENT_OCTETS: usize = 2048;

/// How many octets of a request line are shown.
const LINE_OCTETS: usize = 1024;

/// How many octets of one header field are shown.
const FIELD_OCTETS: usize = 512;

/// `pointer` is the place in the response's content; such an exchange is shown open.
pub(super) fn write(page: &mut String, exchange: &Exchange, pointer: Option<&str>) -> fmt::Result {
    let request = &exchange.request;
    let came = match &exchange.outcome {
        Ok(response) => response.status.to_string(),
        Err(error) => error.message.clone(),
    };
    writeln!(
        page,
        "<details class=\"exchange\"{}>\n<summary><code>{} {}</code> → <b>{}</b> <span class=\"faint\">{}, {}</span></summary>",
        if pointer.is_some() { " open" } else { "" },
        html(&request.method),
        html(&request.path),
        html(&came),
        html(&exchange.purpose),
        duration_exact(exchange.elapsed_us),
    )?;
    let line = format!("{} {}", request.method, request.path);
    message(page, ("request", &line), &request.headers, request.body.as_ref(), None)?;
    match &exchange.outcome {
        Ok(response) => {
            message(page, ("response", &came), &response.headers, Some(&response.body), pointer)?;
        }
        Err(error) => writeln!(page, "<p>no response: {}</p>", html(&error.message))?,
    }
    writeln!(page, "</details>")
}

fn message(
    page: &mut String,
    (what, first): (&str, &str),
    headers: &[(String, String)],
    body: Option<&Body>,
    pointer: Option<&str>,
) -> fmt::Result {
    write!(
        page,
        "<h5>{what}</h5>\n<pre><b>{}</b>\n<span class=\"faint\">",
        html(start(first, LINE_OCTETS).0)
    )?;
    for (name, value) in headers {
        writeln!(page, "{}: {}", html(start(name, FIELD_OCTETS).0), html(start(value, FIELD_OCTETS).0))?;
    }
    write!(page, "</span>")?;
    if let Some(body) = body.filter(|body| !body.is_empty()) {
        page.push('\n');
        if let Ok(value) = body.json() {
            content::write(page, value, pointer);
        } else {
            let text = body.text();
            let (shown, left) = start(&text, CONTENT_OCTETS);
            page.push_str(&html_lines(shown));
            if left > 0 {
                write!(page, "<span class=\"faint\">… ({left} octets more)</span>")?;
            }
        }
    }
    writeln!(page, "</pre>")
}
