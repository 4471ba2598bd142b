//! NEG002: a value that the document barely allows is refused.

use super::edges::{has_valid_edges, level_of, place_name, sent_at};
use crate::evidence::{Ask, Asked};
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A value on the valid side of a documented bound is accepted.
    /// ## Why it matters
    /// Clients rely on the documented bounds; one that is off by one refuses users who do nothing wrong.
    /// ## Example
    /// `limit` has a maximum of 100; `limit=100` is answered 422.
    /// ## Source
    /// The document's schema of the parameter or the content.
    /// ## False alarms and how they are avoided
    /// Only requests that obey the whole document and name only what exists are judged, not those of which the
    /// target may know more than the document says. Rate limits and missing credentials are inconclusive. It is a `should` where the
    /// operation is there to make the others testable.
    VALID_EDGE_REFUSED {
        code: "NEG002", name: "valid-edge-refused", level: Must, basis: Document,
        source: "the document's schema of the parameter or the content",
        summary: "A value on the valid side of a documented bound is accepted.",
        implies: [],
        scenarios: &[Kind::Parameters, Kind::Content],
        applies: has_valid_edges,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let Ask::ValidEdge { keyword, place } = ask else { continue };
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if matches!(answer.response.status, 401 | 403) {
            sheet.unsure(format!("the target wants other credentials ({})", answer.response.status));
        } else if answer.response.status == 409 {
            // RFC 9110, section 15.5.10: that is about the state of the target, not about the value.
            sheet.unsure("the target sees a conflict with what it holds already (409)");
        } else if answer.asked != Asked::Good || !answer.is_refusal() {
            sheet.judged();
        } else {
            let operation = answer.operation;
            let body = operation.request_body.as_ref().map_or(&operation.pointer, |body| &body.pointer);
            let pointer = operation.parameter(place).map_or(body, |parameter| &parameter.pointer);
            let name = place_name(place);
            let draft = answer.draft(
                format!("{name} was refused although it obeys `{keyword}`"),
                scene.in_document(format!("{name} may be all that `{keyword}` allows"), pointer),
                "a success",
                format!("{} in answer to {}", answer.status_and_content(), sent_at(&answer, place)),
            );
            sheet.fail_at(level_of(scene, answer.operation), draft);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn barely_valid_values_are_accepted() {
        let world = World::new(1);
        let cases: [(Asked, u16, Verdict); 6] = [
            (Asked::Good, 200, Pass),
            (Asked::Good, 422, Fail),
            (Asked::Good, 404, Fail),
            (Asked::Open, 404, Pass),
            (Asked::Good, 401, Inconclusive),
            (Asked::Good, 429, Inconclusive),
        ];
        for (asked, status, verdict) in cases {
            let ask = Ask::ValidEdge { keyword: "maximum".into(), place: "size".into() };
            let exchange =
                exchange("list_by_page", "GET", "/boxes/main/by_page?size=20", None, status, &json!({}));
            world.probes().probe("edge", ask, asked, exchange).expect(&VALID_EDGE_REFUSED, verdict);
        }
    }
}
