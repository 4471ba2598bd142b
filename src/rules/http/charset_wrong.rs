//! HTTP006: JSON that is said to be in another charset than UTF-8.

use crate::rules::answers::{EVERY, answers, is_json};
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};

rule! {
    /// ## What it checks
    /// A `charset` parameter on JSON content, if there is one, says UTF-8.
    /// ## Why it matters
    /// JSON between systems is always UTF-8. A client that believes another name garbles every character
    /// outside of ASCII.
    /// ## Example
    /// `Content-Type: application/json; charset=iso-8859-1`.
    /// ## Source
    /// RFC 8259, sections 8.1 and 11: JSON is UTF-8, and its media type has no `charset` parameter.
    /// ## False alarms and how they are avoided
    /// `charset=utf-8` in any case, quoted or not, and `utf8` are let through, since they lead nobody astray.
    /// Other media types may have other charsets.
    CHARSET_WRONG {
        code: "HTTP006", name: "charset-wrong", level: Should, basis: Protocol,
        source: "RFC 8259, section 11: https://www.rfc-editor.org/rfc/rfc8259#section-11",
        summary: "JSON content is not said to be in another charset than UTF-8.",
        implies: [],
        scenarios: EVERY,
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for answer in answers(scene) {
        let json = answer.response.essence().is_some_and(|essence| is_json(&essence));
        let value = answer.response.header("content-type").unwrap_or_default();
        match charset(value).filter(|_| json) {
            Some(name) if !["utf-8", "utf8"].contains(&name.as_str()) => sheet.fail(answer.draft(
                format!("JSON is said to be in charset {name}"),
                sheet.own_requirement(),
                "no charset parameter, or utf-8",
                format!("Content-Type: {value}"),
            )),
            _ => sheet.judged(),
        }
    }
}

/// The `charset` parameter of a media type, in lower case (RFC 9110, section 8.3.2).
fn charset(media_type: &str) -> Option<String> {
    media_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"').to_ascii_lowercase();
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn json_is_utf_8() {
        let world = World::new(1);
        let cases: [(&str, Verdict); 7] = [
            ("application/json", Pass),
            ("application/json; charset=utf-8", Pass),
            ("application/json;Charset=\"UTF-8\"", Pass),
            ("application/json; profile=x; charset=utf8", Pass),
            ("application/json; charset=iso-8859-1", Fail),
            ("application/problem+json; charset=US-ASCII", Fail),
            ("text/html; charset=iso-8859-1", Pass),
        ];
        for (value, verdict) in cases {
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &json!({}));
            exchange.outcome.as_mut().unwrap().headers = vec![("content-type".into(), value.into())];
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, Asked::Good, exchange).expect(&CHARSET_WRONG, verdict);
        }
    }
}
