//! HTTP012: content where the status allows none.

use crate::rules::answers::{EVERY, answers};
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};

rule! {
    /// ## What it checks
    /// 204, 205 and 304 come without content and do not announce any.
    /// ## Why it matters
    /// A client that reads no content after such a status takes what follows for the beginning of the next
    /// response on the connection.
    /// ## Example
    /// `204 No Content` with `Content-Length: 17`.
    /// ## Source
    /// RFC 9110, sections 15.3.5, 15.3.6, 15.4.5 and 8.6.
    /// ## False alarms and how they are avoided
    /// A `Content-Length` of 0 harms nobody and is let through, and on 304 any is allowed.
    CONTENT_NOT_ALLOWED {
        code: "HTTP012", name: "content-not-allowed", level: Must, basis: Protocol,
        source: "RFC 9110, section 15.3.5: https://www.rfc-editor.org/rfc/rfc9110#section-15.3.5",
        summary: "204, 205 and 304 come without content.",
        implies: [],
        scenarios: EVERY,
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for answer in answers(scene) {
        let response = answer.response;
        let length = response.header("content-length").map_or("0", str::trim);
        let actual = match response.status {
            204 | 205 | 304 if !response.body.is_empty() => format!("{} octets", response.body.bytes().len()),
            204 | 205 if length != "0" => format!("Content-Length: {length}"),
            _ => {
                sheet.judged();
                continue;
            }
        };
        let summary = format!("{} came with content", answer.status());
        let requirement = sheet.own_requirement();
        sheet.fail(answer.draft(summary, requirement, "no content", actual));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked, Body};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn some_statuses_have_no_content() {
        let world = World::new(1);
        let cases: [(u16, &str, &str, Verdict); 7] = [
            (204, "", "0", Pass),
            (204, "{}", "2", Fail),
            (204, "", "2", Fail),
            (205, "{}", "2", Fail),
            (304, "", "512", Pass),
            (304, "{}", "2", Fail),
            (200, "{}", "2", Pass),
        ];
        for (status, content, length, verdict) in cases {
            let mut exchange =
                exchange("delete_note", "DELETE", "/boxes/main/notes/m0", None, status, &json!({}));
            let response = exchange.outcome.as_mut().unwrap();
            response.headers.push(("content-length".into(), length.into()));
            response.body = Body::new(content);
            let ask = Ask::Delete { record: world.notes[0] };
            world.probes().probe("delete", ask, Asked::Good, exchange).expect(&CONTENT_NOT_ALLOWED, verdict);
        }
    }
}
