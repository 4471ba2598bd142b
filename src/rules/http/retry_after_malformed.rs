//! HTTP014: a `Retry-After` that no client can read.

use crate::rules::answers::{Answer, EVERY, answers};
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};

rule! {
    /// ## What it checks
    /// A `Retry-After` field, if there is one, is a number of seconds or a date in the form that HTTP prescribes.
    /// ## Why it matters
    /// A client that cannot read it tries again at once, or never.
    /// ## Example
    /// `Retry-After: 30s`, or a date as in `2026-01-02T03:04:05Z`.
    /// ## Source
    /// RFC 9110, sections 10.2.3 and 5.6.7.
    /// ## False alarms and how they are avoided
    /// The field may be absent, and stand on any status. The two old forms of a date, which HTTP still has
    /// clients read, are not judged.
    RETRY_AFTER_MALFORMED {
        code: "HTTP014", name: "retry-after-malformed", level: Must, basis: Protocol,
        source: "RFC 9110, section 10.2.3: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3",
        summary: "`Retry-After` is a number of seconds or an HTTP date.",
        implies: [],
        scenarios: EVERY,
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // Answers that put a request off stand before the one to it.
    let earlier = |answer: &Answer<'_>| &scene.evidence.entries[answer.entry].exchange.earlier;
    let each = answers(scene).flat_map(|answer| {
        let before = earlier(&answer).iter().filter_map(|tried| tried.0.as_ref().ok());
        before.chain([answer.response]).map(move |response| Answer { response, ..answer })
    });
    for answer in each {
        match answer.response.header("retry-after") {
            Some(value) if !is_readable(value.trim()) => {
                let requirement = sheet.own_requirement();
                sheet.fail(answer.draft(
                    format!("Retry-After of {} cannot be read", answer.status()),
                    requirement,
                    "digits, or a date such as `Fri, 31 Dec 2027 23:59:59 GMT`",
                    format!("Retry-After: {value}"),
                ));
            }
            _ => sheet.judged(),
        }
    }
}

/// Whether a value is a number of seconds or a date in one of the three forms.
pub(in crate::rules) fn is_readable(value: &str) -> bool {
    let seconds = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let date = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .any(|form| jiff::civil::DateTime::strptime(form, value).is_ok());
    seconds || date
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked, Try};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn answers_that_put_a_request_off_count() {
        let world = World::new(1);
        for (value, verdict) in [("3", Pass), ("soon", Fail)] {
            let get = |status| exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let mut exchange = get(200);
            let mut put_off = get(429).outcome;
            put_off.as_mut().unwrap().headers.push(("retry-after".to_owned(), value.to_owned()));
            exchange.earlier.push(Try(put_off));
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, Asked::Good, exchange).expect(&RETRY_AFTER_MALFORMED, verdict);
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let world = World::new(1);
        let cases: [(Option<&str>, Verdict); 9] = [
            (None, Pass),
            (Some("120"), Pass),
            (Some("0"), Pass),
            (Some("Fri, 31 Dec 1999 23:59:59 GMT"), Pass),
            (Some("Friday, 31-Dec-99 23:59:59 GMT"), Pass),
            (Some("Fri Dec 31 23:59:59 1999"), Pass),
            (Some("30s"), Fail),
            (Some("-1"), Fail),
            (Some("2026-01-02T03:04:05Z"), Fail),
        ];
        for (value, verdict) in cases {
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 429, &json!({}));
            let headers = &mut exchange.outcome.as_mut().unwrap().headers;
            headers.extend(value.map(|value| ("retry-after".to_owned(), value.to_owned())));
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, Asked::Good, exchange).expect(&RETRY_AFTER_MALFORMED, verdict);
        }
    }
}
