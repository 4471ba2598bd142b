//! One finding in full, with the exchanges that show it.

use std::fmt::{self, Write as _};

use super::definitions;
use crate::evidence::{Body, Exchange};
use crate::report::compare::{Shown, aligned, elided};
use crate::report::plain::excerpt;
use crate::report::sign::level_word;
use crate::report::text::{count, html, html_lines, start};
use crate::report::{Curl, Located, Sign, Tally};
use crate::verdict::{Comparison, Mark};

/// How many exchanges of a finding are shown: the last ones, since the telling one comes last.
const EXCHANGES: usize = 4;

/// How many octets of content are shown.
const CONTENT_OCTETS: usize = 4096;

pub(super) fn write(page: &mut String, tally: &Tally, curl: Curl, located: &Located) -> fmt::Result {
    let finding = &located.finding;
    writeln!(page, "<div class=\"finding\">\n<strong>{}</strong>", html(&excerpt(&finding.summary)))?;
    let mut fields =
        vec![("requires", finding.requirement.text.clone()), ("source", finding.requirement.source.clone())];
    if let Some(pointer) = &finding.pointer {
        fields.push(("at", pointer.clone()));
    }
    fields.push(("level", level_word(finding.level).to_owned()));
    fields.push(("input", finding.input.clone()));
    if finding.repeats > 0 {
        fields.push(("repeats", format!("{} more in this case", finding.repeats)));
    }
    definitions(page, &fields)?;
    writeln!(
        page,
        "<div class=\"beside\"><div>expected<pre>{}</pre></div><div>actual<pre>{}</pre></div></div>",
        html_lines(&excerpt(&finding.expected)),
        html_lines(&excerpt(&finding.actual))
    )?;
    if let Some(comparison) = &finding.comparison {
        self::comparison(page, comparison)?;
    }
    let mut commands = Vec::new();
    if let Some(exchange) = finding.exchanges.last() {
        commands.push(curl(exchange, tally.head.as_ref().map_or("", |head| &head.target)));
    }
    commands.push(format!("specproof explain {}", finding.rule));
    commands.push(format!("specproof check --only '{}::'", located.case));
    writeln!(page, "<pre>{}</pre>", html_lines(&commands.join("\n")))?;
    let left = finding.exchanges.len().saturating_sub(EXCHANGES);
    if left > 0 {
        writeln!(page, "<p class=\"faint\">{} before these</p>", count(left, "exchange"))?;
    }
    for exchange in &finding.exchanges[left..] {
        self::exchange(page, exchange)?;
    }
    writeln!(page, "</div>")
}

fn comparison(page: &mut String, comparison: &Comparison) -> fmt::Result {
    let side = |cell: Option<&(Mark, String)>| {
        let Some((mark, text)) = cell else { return "<td></td>".to_owned() };
        let (glyph, class) = match mark {
            Mark::Same => ("", Sign::Pass),
            Mark::Missing => ("- ", Sign::Fail),
            Mark::Extra => ("+ ", Sign::Fail),
            Mark::Misplaced => ("~ ", Sign::Tolerated),
        };
        let class = if *mark == Mark::Same { String::new() } else { format!(" class=\"{}\"", class.class()) };
        format!("<td{class}>{glyph}{}</td>", html(start(text, CONTENT_OCTETS).0))
    };
    writeln!(page, "<table class=\"comparison\">")?;
    for row in elided(&aligned(comparison)) {
        match row {
            Shown::Row(expected, actual) => writeln!(page, "<tr>{}{}</tr>", side(expected), side(actual))?,
            Shown::Gap(rows) => {
                writeln!(
                    page,
                    "<tr><td colspan=\"2\" class=\"faint\">{} as expected</td></tr>",
                    count(rows, "row")
                )?;
            }
            Shown::Rest(rows) => {
                writeln!(
                    page,
                    "<tr><td colspan=\"2\" class=\"faint\">{} more</td></tr>",
                    count(rows, "row")
                )?;
            }
        }
    }
    writeln!(page, "</table>")
}

fn exchange(page: &mut String, exchange: &Exchange) -> fmt::Result {
    let request = &exchange.request;
    let came = match &exchange.outcome {
        Ok(response) => response.status.to_string(),
        Err(error) => error.message.clone(),
    };
    writeln!(
        page,
        "<details>\n<summary><code>{} {}</code> → {} <span class=\"faint\">{}</span></summary>",
        html(&request.method),
        html(&request.path),
        html(&came),
        html(&exchange.purpose)
    )?;
    message(page, &request.headers, request.body.as_ref())?;
    if let Ok(response) = &exchange.outcome {
        message(page, &response.headers, Some(&response.body))?;
    }
    writeln!(page, "</details>")
}

fn message(page: &mut String, headers: &[(String, String)], body: Option<&Body>) -> fmt::Result {
    let mut text = String::new();
    for (name, value) in headers {
        writeln!(text, "{name}: {}", crate::report::text::visible(value))?;
    }
    if let Some(body) = body.filter(|body| !body.is_empty()) {
        let content = body.text();
        let (shown, left) = start(&content, CONTENT_OCTETS);
        let more = if left > 0 { format!("… ({left} octets more)") } else { String::new() };
        write!(text, "\n{shown}{more}")?;
    }
    writeln!(page, "<pre>{}</pre>", html_lines(text.trim_end()))
}
