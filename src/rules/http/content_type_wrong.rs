//! HTTP005: content of a media type that the document does not have for the status, or of none.

use crate::rules::answers::{EVERY, answers};
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// Where the document lists the status of an answer with media types, and the answer has content, its
    /// `Content-Type` is one of them.
    /// ## Why it matters
    /// Clients choose how to read content by its media type; many refuse to decode JSON that is not called so.
    /// ## Example
    /// The document lists `application/json`; the target answers JSON as `text/html; charset=utf-8`.
    /// ## Source
    /// The document's `content` of the response (OpenAPI Specification, Response Object); RFC 9110, section 8.3.
    /// ## False alarms and how they are avoided
    /// Statuses that the document does not list, or lists without content, are not judged. Parameters, case and
    /// media type ranges are taken into account, and answers without content are passed over. It is a `may` for a refusal of content that
    /// is no JSON, which a framework writes before the operation is reached.
    CONTENT_TYPE_WRONG {
        code: "HTTP005", name: "content-type-wrong", level: Must, basis: Document,
        source: "the document's `content` of the response",
        summary: "Content has a media type that the document lists for its status.",
        implies: ["HTTP007"],
        scenarios: EVERY,
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for answer in answers(scene) {
        let essence = answer.response.essence();
        let Some(documented) = answer.documented().filter(|_| !answer.is_bare()) else {
            sheet.judged();
            continue;
        };
        let fits = essence.as_deref().is_some_and(|essence| documented.media_type(essence).is_some());
        if documented.content.is_empty() || answer.response.body.is_empty() || fits {
            sheet.judged();
            continue;
        }
        let listed: Vec<&str> = documented.content.iter().map(|media| media.range.as_str()).collect();
        let shown = answer.response.header("content-type").unwrap_or("none");
        let requirement = "the content is of a media type that is listed here";
        let level = if answer.is_refused_by_parser() { Level::May } else { sheet.level() };
        let draft = Draft {
            pointer: Some(String::new()),
            ..answer.draft(
                match &essence {
                    Some(essence) => format!("{} came as {essence}", answer.status()),
                    None => format!("{} came without a media type", answer.status()),
                },
                scene.in_document(requirement, &format!("{}/content", documented.pointer)),
                format!("Content-Type: {}", listed.join(" or ")),
                format!("Content-Type: {shown}"),
            )
        };
        sheet.fail_at(level, draft);
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
    fn the_media_type_is_one_of_the_documented() {
        let world = World::new(1);
        let cases: [(u16, Option<&str>, &str, Verdict); 8] = [
            (200, Some("application/json"), "{}", Pass),
            (200, Some("Application/JSON; charset=utf-8"), "{}", Pass),
            (200, Some("text/html"), "{}", Fail),
            (200, Some("application/problem+json"), "{}", Fail),
            (200, None, "{}", Fail),
            (200, None, "", Pass),
            (404, Some("text/plain"), "no", Fail),
            (401, Some("text/plain"), "no", Pass),
        ];
        for (status, media_type, content, verdict) in cases {
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let response = exchange.outcome.as_mut().unwrap();
            response.headers =
                media_type.map(|value| ("content-type".into(), value.into())).into_iter().collect();
            response.body = Body::new(content);
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, Asked::Good, exchange).expect(&CONTENT_TYPE_WRONG, verdict);
        }
    }
}
