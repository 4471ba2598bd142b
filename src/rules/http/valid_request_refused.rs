//! HTTP003: a request that obeys the document and names only what exists is refused.

use crate::evidence::{Ask, Asked};
use crate::rules::answers::{Answer, EVERY, answers};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind, Scenario};
use crate::suite::{Combination, CredentialForm, CredentialPlace, Suite};

rule! {
    /// ## What it checks
    /// A request that obeys the document, names only what the target acknowledged, and carries the credentials
    /// that were given is not answered by 4xx.
    /// ## Why it matters
    /// A client that does all that the document asks cannot use the operation, and nothing in the document
    /// tells it why.
    /// ## Example
    /// `size=100` is within the documented maximum of 100, and the target answers `422`.
    /// ## Source
    /// The document's description of the operation; RFC 9110, section 15.5: with 4xx the server says that the
    /// client has erred.
    /// ## False alarms and how they are avoided
    /// 429 is inconclusive. 401 and 403 are inconclusive when the run was given no credentials although the
    /// suite or the document knows some. A page past the end may be 404 and is judged by the rules about lists;
    /// values at the edge of what is valid have a rule of their own. A filter that the suite lets a target refuse may be refused.
    VALID_REQUEST_REFUSED {
        code: "HTTP003", name: "valid-request-refused", level: Must, basis: Document,
        source: "the document's description of the operation",
        summary: "A request that obeys the document and names only what exists is not refused.",
        implies: ["HTTP005", "HTTP007", "SCH002", "SCH003"],
        scenarios: EVERY,
        applies: applies,
        check: check,
    }
}

/// These kinds send nothing that must be accepted.
fn applies(_: &Suite, case: &Case) -> bool {
    !matches!(case.scenario.kind(), Kind::UnknownParent | Kind::FetchElsewhere | Kind::Credentials)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let refusable = may_be_refused(scene);
    for answer in answers(scene) {
        let good = answer.asked == Asked::Good
            && !refusable
            && answer.described()
            && !answer.past_end
            && !matches!(answer.ask, Some(Ask::ValidEdge { .. }));
        if !good || !answer.is_refusal() {
            sheet.judged();
        } else if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if wants_credentials(scene, &answer) {
            sheet.unsure(format!(
                "the target wants credentials ({}) and the run was given none",
                answer.response.status
            ));
        } else {
            let pointer = &answer.operation.pointer;
            sheet.fail(answer.draft(
                format!("refused a valid request by {}", answer.status()),
                scene.in_document("a request that is as described here is accepted", pointer),
                "a success",
                answer.status_and_content(),
            ));
        }
    }
}

/// Whether the case is about filters of which the target need not know one.
fn may_be_refused(scene: &Scene<'_>) -> bool {
    let filters = match &scene.case.scenario {
        Scenario::Filter { filter, .. } => vec![filter.as_str()],
        Scenario::Combination { combination, .. } => {
            scene.collection().combinations.get(combination).map(Combination::filters).unwrap_or_default()
        }
        _ => return false,
    };
    let known = &scene.collection().filters;
    filters.iter().any(|name| known.get(*name).is_some_and(|filter| filter.refusable.is_some()))
}

/// Whether the request was refused for lack of credentials, and carried none although there are some.
fn wants_credentials(scene: &Scene<'_>, answer: &Answer<'_>) -> bool {
    let forms = &scene.suite.file().credentials;
    let carried = |form: &CredentialForm| match form.place() {
        CredentialPlace::Header(name) => {
            answer.request.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name))
        }
        CredentialPlace::Query(name) => {
            let query = answer.request.path.split_once('?').map_or("", |(_, query)| query);
            query.split('&').any(|pair| pair.split('=').next() == Some(name))
        }
    };
    matches!(answer.response.status, 401 | 403)
        && (!forms.is_empty() || !answer.operation.security.is_empty())
        && !forms.iter().any(carried)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::WalkKind;
    use crate::pagination::Start;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn only_refusals_of_good_requests_count() {
        let world = World::new(1);
        let edge = Ask::ValidEdge { keyword: "maximum".into(), place: "size".into() };
        let fetch = Ask::Fetch { record: world.notes[0] };
        let cases: [(&Ask, Asked, u16, bool, Verdict); 9] = [
            (&fetch, Asked::Good, 200, true, Pass),
            (&fetch, Asked::Good, 404, true, Fail),
            (&fetch, Asked::Good, 429, true, Inconclusive),
            (&fetch, Asked::Good, 401, true, Fail),
            (&fetch, Asked::Good, 401, false, Inconclusive),
            (&fetch, Asked::Good, 422, false, Fail),
            (&fetch, Asked::Open, 422, true, Pass),
            (&edge, Asked::Good, 422, true, Pass),
            (&fetch, Asked::Good, 500, true, Pass),
        ];
        for (ask, asked, status, credentials, verdict) in cases {
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            if credentials {
                exchange.request.headers.push(("authorization".into(), "Bearer {token}".into()));
            }
            world
                .probes()
                .probe("fetch", ask.clone(), asked, exchange)
                .expect(&VALID_REQUEST_REFUSED, verdict);
        }
    }

    #[test]
    fn a_filter_may_be_refused_where_the_suite_says_so() {
        let plain = "at = { query = \"color\" }";
        let refusable = format!("{plain}, refusable = {{ requirement = \"filter\" }}");
        for (at, verdict) in [(plain, Fail), (refusable.as_str(), Pass)] {
            let world = World::amended(&[0, 1, 2], &[(plain, at)]);
            let lists = world.lists("by_page").filter("color", json!("red")).walk(9, &[&[]]).refuse(0, 422);
            let scenario = Scenario::Filter { collection: "by_page".into(), filter: "color".into() };
            assert_eq!(lists.judge(&VALID_REQUEST_REFUSED, scenario).verdict, verdict, "{at}");
        }
    }

    #[test]
    fn a_page_past_the_end_may_be_absent() {
        let world = World::new(1);
        for (kind, verdict) in [(WalkKind::PastEnd, Pass), (WalkKind::Page, Fail)] {
            let lists = world.lists("by_page").page(kind, Start::Page(9), Some(2), &[]).refuse(0, 404);
            lists.expect(&VALID_REQUEST_REFUSED, verdict);
        }
    }
}
