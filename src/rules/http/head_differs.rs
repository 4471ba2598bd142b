//! HTTP011: HEAD does not answer what GET answers.

use crate::evidence::{Ask, Response};
use crate::rules::answers::{Answer, probed, status_text};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// HEAD has the status and the media type of the GET right before it, no content, and if it has a
    /// `Content-Length`, then that of the GET.
    /// ## Why it matters
    /// Caches, proxies and download tools ask by HEAD what GET would give, and act on the answer.
    /// ## Example
    /// GET answers 200 with 512 octets, HEAD answers 200 with `Content-Length: 0`.
    /// ## Source
    /// RFC 9110, sections 9.3.2 and 8.6.
    /// ## False alarms and how they are avoided
    /// A media type or length that is left out is fine. HEAD that is refused by 405 or 501 is not
    /// judged, since many servers of a single API do without it; 404, which a router without such a route says, is a `should`. Content may change from
    /// one request to the next: where a length differs, GET is sent once more, and if HEAD has the length of that one, it is right; if the two GETs
    /// differ, nothing is known. A length that is off all the same is a `should`, and a `must` only if it is 0. Rate limits and server errors make it
    /// inconclusive.
    HEAD_DIFFERS {
        code: "HTTP011", name: "head-differs", level: Must, basis: Protocol,
        source: "RFC 9110, section 9.3.2: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2",
        summary: "HEAD answers what GET answers, without the content.",
        implies: [],
        scenarios: &[Kind::Methods],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    suite.operation(&case.operation).method == http::Method::GET
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, head) in probed(scene) {
        if *ask != Ask::Head {
            continue;
        }
        let Some(get) = head.entry.checked_sub(1).and_then(|entry| plain_get(scene, entry)) else {
            sheet.unsure("there is no answer to GET to compare HEAD with");
            continue;
        };
        if get.status == 429 || get.status >= 500 || head.put_off().is_some() {
            sheet.unsure("GET or HEAD was put off by the target");
            continue;
        }
        let Some((level, summary, expected, actual)) = difference(&head, get) else {
            sheet.judged();
            continue;
        };
        if let Some(behind) = plain_get(scene, head.entry + 1).filter(|_| level == Level::Should) {
            if difference(&head, behind).is_none() {
                sheet.judged();
                continue;
            }
            if behind.told_length() != get.told_length() {
                sheet.unsure("the content has another length from one GET to the next");
                continue;
            }
        }
        let requirement = sheet.own_requirement();
        let draft = head.draft(summary, requirement, expected, actual);
        sheet.fail_at(level, Draft { entries: vec![head.entry - 1, head.entry], ..draft });
    }
}

/// The answer to a GET that asks for nothing but to be compared with HEAD.
fn plain_get<'a>(scene: &Scene<'a>, entry: usize) -> Option<&'a Response> {
    let exchange = &scene.evidence.entries.get(entry)?.exchange;
    let conditional = exchange.request.headers.iter().any(|(name, _)| name == "if-none-match");
    exchange.response().filter(|_| exchange.request.method == "GET" && !conditional)
}

/// The level, the summary, what was expected and what was.
type Difference = (Level, String, String, String);

/// How HEAD differs from GET.
fn difference(head: &Answer<'_>, get: &Response) -> Option<Difference> {
    let response = head.response;
    if matches!(response.status, 405 | 501) && get.is_success() {
        return None;
    }
    if response.status != get.status {
        // A router that goes by path and method together knows no such route.
        let unrouted = response.status == 404 && get.is_success();
        let level = if unrouted { Level::Should } else { Level::Must };
        return Some((level, "HEAD has another status".into(), status_text(get.status), head.status()));
    }
    if !response.body.is_empty() {
        let actual = format!("{} octets", response.body.bytes().len());
        return Some((Level::Must, "HEAD has content".into(), "no content".into(), actual));
    }
    if let (Some(theirs), Some(ours)) = (response.essence(), get.essence())
        && theirs != ours
    {
        return Some((Level::Must, "HEAD has another media type".into(), ours, theirs));
    }
    let (length, announced) = response.other_length(get)?;
    // Content that moves with the time has another length a moment later; only an announced nothing is surely wrong.
    let level = if announced == "0" { Level::Must } else { Level::Should };
    let (expected, actual) = (format!("Content-Length: {length}"), format!("Content-Length: {announced}"));
    Some((level, "HEAD announces another length".into(), expected, actual))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Asked, Body};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    /// The status, the media type, the length and the content.
    type Head<'a> = (u16, Option<&'a str>, Option<&'a str>, &'a str);

    #[test]
    fn head_answers_what_get_answers() {
        let world = World::new(1);
        let json = "application/json";
        let cases: [(Head<'_>, Verdict, Level); 12] = [
            ((200, Some(json), Some("9"), ""), Pass, Level::Must),
            ((200, None, None, ""), Pass, Level::Must),
            ((200, Some("application/json; charset=utf-8"), None, ""), Pass, Level::Must),
            ((200, Some("text/html"), None, ""), Fail, Level::Must),
            ((200, Some(json), Some("0"), ""), Fail, Level::Must),
            ((200, Some(json), Some("10"), ""), Fail, Level::Should),
            ((200, Some(json), None, "{}"), Fail, Level::Must),
            ((404, Some(json), None, ""), Fail, Level::Should),
            ((403, Some(json), None, ""), Fail, Level::Must),
            ((405, Some(json), None, ""), Pass, Level::Should),
            ((501, Some(json), None, ""), Pass, Level::Should),
            ((429, Some(json), None, ""), Inconclusive, Level::Must),
        ];
        for ((status, media_type, length, content), verdict, level) in cases {
            let path = "/boxes/main/notes/m0";
            let get = exchange("get_note", "GET", path, None, 200, &json!({"id": 12}));
            let mut head = exchange("get_note", "HEAD", path, None, status, &json!({}));
            let response = head.outcome.as_mut().unwrap();
            response.headers = [("content-type", media_type), ("content-length", length)]
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
                .collect();
            response.body = Body::new(content);
            let fetch = Ask::Fetch { record: world.notes[0] };
            let pair = world.probes().probe("get", fetch, Asked::Good, get).probe(
                "head",
                Ask::Head,
                Asked::Open,
                head,
            );
            let judgement = pair.expect(&HEAD_DIFFERS, verdict);
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{judgement:#?}");
        }
    }

    #[test]
    fn content_may_change_between_get_and_head() {
        let world = World::new(1);
        let path = "/boxes/main/notes/m0";
        // The length that HEAD announces, and what the GETs before and behind it show.
        let cases = [
            ("9", (12, 12), Pass),
            ("10", (12, 12), Fail),
            ("10", (12, 120), Pass),
            ("10", (12, 1200), Inconclusive),
            ("0", (12, 120), Fail),
        ];
        for (length, (before, behind), verdict) in cases {
            let get = |id: i32| exchange("get_note", "GET", path, None, 200, &json!({"id": id}));
            let mut head = exchange("get_note", "HEAD", path, None, 200, &json!({}));
            let response = head.outcome.as_mut().unwrap();
            response.headers = vec![("content-length".to_owned(), length.to_owned())];
            response.body = Body::new("");
            let fetch = || Ask::Fetch { record: world.notes[0] };
            let probes = world.probes().probe("get", fetch(), Asked::Good, get(before));
            let probes = probes.probe("head", Ask::Head, Asked::Open, head);
            probes.probe("behind", fetch(), Asked::Good, get(behind)).expect(&HEAD_DIFFERS, verdict);
        }
    }
}
