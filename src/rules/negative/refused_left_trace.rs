//! NEG006: a request that was refused has changed something.

use std::collections::BTreeMap;

use super::refused_and_done;
use crate::evidence::{Ask, WalkKind};
use crate::evidence::{Page, Walk};
use crate::rules::answers::{excerpt, probed};
use crate::rules::declare::rule;
use crate::rules::fidelity::compare::{change_beyond_rounding, says_nothing};
use crate::rules::fidelity::representations::{acknowledged, elements, fetched, resource_by_number};
use crate::rules::paging::lists::{items as counted, list_of_created};
use crate::rules::proofs::claims::after;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Collection, Keep, Suite};
use crate::verdict::{Claim, Fit, Only, Pages};

rule! {
    /// ## What it checks
    /// After many requests to create something were refused, for their content or for want of credentials, the list of their parent holds what was acknowledged and nothing else.
    /// After a change was refused, for its content or for want of credentials, the record holds what it held before; and what was not to be deleted is there.
    /// ## Why it matters
    /// A client that is told `no` tries again. What the target kept of the first try is there twice then, or half of it is
    /// there for good.
    /// ## Example
    /// A message without a text is answered 422, and stands in the list with an empty one.
    /// ## Source
    /// A 4xx says that the request could not be fulfilled (RFC 9110, section 15.5), and so that nothing came of it.
    /// ## False alarms and how they are avoided
    /// The parent is the case's own. Every answer of success is looked through for what was created, also those that should have been refusals.
    /// Where a request was answered by a server error, or not at all, it may have created something, and what is too much is inconclusive.
    /// Where there is something too much, one more record is created, and if that brings in more than itself, nothing is blamed on the
    /// refusals. In lists that others write into only what shows our own mark counts, where the suite has one.
    REFUSED_LEFT_TRACE {
        code: "NEG006", name: "refused-left-trace", level: Must, basis: Protocol,
        source: "RFC 9110, section 15.5: https://www.rfc-editor.org/rfc/rfc9110#section-15.5",
        summary: "A request that was refused changes nothing.",
        implies: [],
        scenarios: &[Kind::Content, Kind::Credentials, Kind::Update],
        applies: applies,
        check: check,
    }
}

/// Whether a case sends requests that are to create nothing.
fn creates(case: &Case) -> bool {
    matches!(case.scenario.kind(), Kind::Content | Kind::Credentials)
}

fn applies(suite: &Suite, case: &Case) -> bool {
    if creates(case) {
        return list_of_created(suite, case).is_some()
            || case.scenario.kind() == Kind::Credentials && refused_and_done::shows(suite, &case.operation);
    }
    case.scenario.resource().map(|name| suite.resource(name)).is_some_and(|resource| {
        let field = resource.update.as_ref().and_then(|update| resource.fields.get(&update.field));
        resource.fetch.is_some()
            && suite.wrong_update(resource).is_some()
            && field.is_some_and(|field| field.read.is_some() && field.keep != Keep::Unjudged)
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    if creates(scene.case)
        && let Some(list) = list_of_created(scene.suite, scene.case)
    {
        created(scene, sheet, list);
    }
    changed(scene, sheet);
    refused_and_done::check(scene, sheet);
}

/// Nothing is in the list but what was acknowledged.
fn created(scene: &Scene<'_>, sheet: &mut Sheet<'_>, list: &Collection) {
    let resource = scene.suite.resource(&list.resource);
    let acknowledged = acknowledged(scene, resource, |_| true);
    let mut doubtful = 0;
    let mut refused: Vec<usize> = Vec::new();
    for entry in 0..scene.evidence.entries.len() {
        let exchange = &scene.evidence.entries[entry].exchange;
        if exchange.operation != scene.case.operation {
            continue;
        }
        doubtful += usize::from(exchange.lost_a_try());
        match exchange.status() {
            Some(200..300) => doubtful += usize::from(elements(scene, resource, entry).is_empty()),
            Some(400..500) => refused.push(entry),
            Some(_) => doubtful += 1,
            None => {}
        }
    }
    let mark = list.others.as_ref().and_then(|others| others.told_apart_by.as_ref());
    let ours = mark.and_then(|field| {
        let of_resource = |record: &&crate::oracle::Record| record.resource == list.resource;
        let own = scene.oracle.records().map(|(_, record)| record).find(of_resource)?.sent.get(field)?;
        Some((resource.fields.get(field)?.read.as_ref()?, own))
    });
    let is_ours = |item: &serde_json::Value| ours.is_none_or(|(read, own)| read.find(item) == Some(own));
    let mut counts: Vec<usize> = Vec::new();
    let mut drafts = Vec::new();
    for walk in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::Later) {
        let mut unknown: Vec<(usize, String)> = Vec::new();
        let mut read = false;
        for page in walk.pages.iter().filter(|page| page.ids.is_some()) {
            read = true;
            for (id, item) in page.ids.iter().flatten().zip(scene.evidence.items(page)) {
                let Some(id) = id.as_ref().filter(|id| !acknowledged.contains_key(*id)) else { continue };
                // What was created elsewhere is the business of the rules about isolation.
                if scene.oracle.find(&list.resource, id, None).is_some() {
                    continue;
                }
                if (mark.is_none() || ours.is_some()) && is_ours(item) {
                    unknown.push((page.entry, id.clone()));
                }
            }
        }
        counts.push(unknown.len());
        let Some((entry, first)) = unknown.first() else {
            if read && !refused.is_empty() {
                sheet.judged();
            }
            continue;
        };
        if doubtful > 0 {
            sheet.unsure("requests that were not answered as they should may have created what the list holds too much");
            continue;
        }
        let requirement = sheet.own_requirement();
        drafts.push(Draft {
            input: walk.label.clone(),
            summary: format!("the list holds {} that no answer acknowledged", counted(unknown.len())),
            requirement,
            expected: format!("only the {} that were acknowledged", acknowledged.len()),
            actual: format!("{} more", unknown.len()),
            comparison: None,
            claims: vec![after(
                suspects(walk, first, &acknowledged, &refused),
                Claim::List {
                    pages: Pages {
                        exchanges: vec![*entry],
                        items: walk.pages[0].items_at.clone(),
                        id: resource.id.all().to_vec(),
                        only: ours.map(|(read, own)| Only { at: read.all().to_vec(), is: own.clone() }),
                    },
                    groups: Vec::new(),
                    part: (0, 0),
                    maybe: acknowledged.keys().cloned().collect(),
                    open: false,
                    fit: Fit::Whole,
                },
            )],
            pointer: None,
            entries: refused.first().copied().into_iter().chain([*entry]).collect(),
        });
    }
    if counts.windows(2).any(|pair| pair[1] > pair[0]) {
        // A creation that was accepted brings in more than it says, too: so these need not come from the refused ones.
        sheet.judged();
        return;
    }
    if let Some(draft) = drafts.into_iter().next() {
        sheet.fail(draft);
    }
}

/// The refused requests that an item may have come from: those between the requests that made its neighbours in the list, since most lists go
/// by time. All of them, where that tells nothing.
fn suspects(
    walk: &Walk,
    unknown: &str,
    acknowledged: &BTreeMap<String, usize>,
    refused: &[usize],
) -> Vec<usize> {
    let ids: Vec<&str> = walk.pages.iter().flat_map(Page::known_ids).collect();
    let at = ids.iter().position(|id| *id == unknown).unwrap_or_default();
    let made = |id: &&str| acknowledged.get(*id).copied();
    let before = ids[..at].iter().rev().find_map(made);
    let after = ids[at..].iter().find_map(made);
    let all: Vec<usize> = ids.iter().filter_map(made).collect();
    let newest_first = all.first() > all.last();
    let (from, to) = if newest_first { (after, before) } else { (before, after) };
    let (from, to) = (from.unwrap_or_default(), to.unwrap_or(usize::MAX));
    let between: Vec<usize> = refused.iter().copied().filter(|e| (from..to).contains(e)).collect();
    if between.is_empty() { refused.to_vec() } else { between }
}

/// A record holds what it held before changes were refused.
fn changed(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // What was accepted against the document may have changed the record, and is another rule's.
    let accepted = |before: usize| {
        probed(scene).any(|(ask, answer)| {
            matches!(ask, Ask::InvalidEdge { .. } | Ask::InvalidContent { .. })
                && answer.entry < before
                && !answer.is_refusal()
        })
    };
    let wrong =
        probed(scene).find(|(ask, _)| matches!(ask, Ask::InvalidEdge { .. })).map(|(_, answer)| answer);
    for (ask, answer) in probed(scene) {
        let Ask::FetchAfterRefusals { record, field: name, value } = ask else { continue };
        let (Some(wrong), true) = (wrong, answer.response.is_success()) else { continue };
        if accepted(answer.entry) {
            continue;
        }
        let resource = resource_by_number(scene, *record);
        let Some(field) = resource.fields.get(name) else { continue };
        let Some(shown) = fetched(scene, *record, answer.entry) else { continue };
        let back = field.read.as_ref().and_then(|read| read.find(shown.value));
        let elsewhere = |back: &serde_json::Value| {
            probed(scene).any(|(other, _)| match other {
                Ask::UpdateElsewhere { value, .. } => {
                    change_beyond_rounding(field.keep, value, back).is_none()
                }
                _ => false,
            })
        };
        let kept = back.is_some_and(|back| change_beyond_rounding(field.keep, value, back).is_none());
        // What a change through another parent left there is a question of isolation.
        if kept || back.is_some_and(elsewhere) || back.is_none() && says_nothing(value) {
            sheet.judged();
            continue;
        }
        // Without an acknowledged change before, nobody knows what it held.
        let known = probed(scene).any(|(other, answer)| {
            matches!(other, Ask::FetchUpdated { value: before, .. } if before == value)
                && fetched(scene, *record, answer.entry)
                    .and_then(|shown| field.read.as_ref()?.find(shown.value))
                    .is_some_and(|back| change_beyond_rounding(field.keep, value, back).is_none())
        });
        if !known {
            sheet.judged();
            continue;
        }
        let requirement = sheet.own_requirement();
        let mut draft = wrong.draft(
            format!(
                "{name} of {} changed by a request that was refused",
                scene.oracle.record(*record).name()
            ),
            requirement,
            excerpt(value),
            back.map_or_else(|| "nothing".to_owned(), excerpt),
        );
        draft.entries.push(answer.entry);
        draft.claims = field.read.iter().map(|read| shown.keeps(scene, read, field.keep, value)).collect();
        sheet.fail(draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{STRANGER, World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn a_list_holds_what_was_acknowledged() {
        let world = World::new(3);
        // The status of what breaks the document, the ids that it answers with, and the list.
        let cases: [(u16, &[&str], &[usize], Verdict); 6] = [
            (422, &[], &[0], Pass),
            (422, &[], &[0, STRANGER], Fail),
            // What was accepted against the document is another rule's, and is in the list with good reason.
            (201, &["x1000"], &[0, STRANGER], Inconclusive),
            (500, &[], &[0, STRANGER], Inconclusive),
            // A note of another case.
            (422, &[], &[0, 1], Pass),
            (422, &[], &[], Pass),
        ];
        for (status, ids, items, verdict) in cases {
            let post = |status: u16, ids: &[&str]| {
                let shown: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
                exchange("create_note", "POST", "/boxes/main/notes", None, status, &json!(shown))
            };
            let edge = |keyword: &str| Ask::InvalidEdge { keyword: keyword.into(), place: "/notes".into() };
            let good = Ask::ValidEdge { keyword: "type".into(), place: String::new() };
            let lists = world.lists("by_page").probe("usual", good, Asked::Good, post(201, &["m0"]));
            let lists = lists.probe("wrong", edge("minItems"), Asked::Invalid, post(status, ids));
            let lists = lists.walk(9, &[items]).change(|walk| walk.kind = WalkKind::Later);
            let judgement = lists.judge(&REFUSED_LEFT_TRACE, Scenario::Content);
            assert_eq!(judgement.verdict, verdict, "{status} {ids:?} {items:?}");
        }
        // What each creation brings in is not left by the refused ones.
        let post = |status, shown| exchange("create_note", "POST", "/boxes/main/notes", None, status, &shown);
        let ask = || Ask::InvalidEdge { keyword: "type".into(), place: "/notes".into() };
        for (second, verdict) in [(&[0, STRANGER][..], Fail), (&[0, STRANGER, STRANGER + 1], Pass)] {
            let lists =
                world.lists("by_page").probe("a", ask(), Asked::Good, post(201, json!([{"id": "m0"}])));
            let lists = lists.probe("b", ask(), Asked::Invalid, post(422, json!([])));
            let lists = lists.walk(9, &[&[0, STRANGER]]).change(|walk| walk.kind = WalkKind::Later);
            let lists = lists.walk(9, &[second]).change(|walk| walk.kind = WalkKind::Later);
            assert_eq!(lists.judge(&REFUSED_LEFT_TRACE, Scenario::Content).verdict, verdict, "{second:?}");
        }
    }

    #[test]
    fn nothing_is_stored_without_credentials() {
        let world = World::new(2);
        let post = |status, shown| exchange("create_note", "POST", "/boxes/main/notes", None, status, &shown);
        for (items, verdict) in [(&[][..], Pass), (&[0][..], Pass), (&[0, STRANGER], Fail)] {
            let lists = world.lists("by_page");
            let lacking = Ask::Credentials { what: "no credentials".into() };
            let lists = lists.probe("none", lacking, Asked::Unauthenticated, post(401, json!({})));
            let form = Ask::CredentialForm { what: "lower case".into(), good: true };
            let lists = lists.probe("form", form, Asked::Open, post(201, json!([{"id": "m0"}])));
            let lists = lists.walk(9, &[items]).change(|walk| walk.kind = WalkKind::Later);
            assert_eq!(lists.judge(&REFUSED_LEFT_TRACE, Scenario::Credentials).verdict, verdict, "{items:?}");
        }
    }

    #[test]
    fn a_record_holds_what_it_held() {
        let world = World::new(1);
        let record = world.notes[0];
        let cases: [(u16, &str, Verdict); 4] = [
            (422, "old", Pass),
            (422, "wrong", Fail),
            (200, "wrong", Inconclusive),
            (422, "elsewhere", Pass),
        ];
        for (status, text, verdict) in cases {
            let get = |text: &str| {
                let shown = json!({"id": "m0", "text": text});
                exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &shown)
            };
            let put =
                |status| exchange("update_note", "PUT", "/boxes/main/notes/m0", None, status, &json!({}));
            let field = || "text".to_owned();
            let ask = Ask::FetchUpdated { record, field: field(), value: json!("old") };
            let probes = world.probes().probe("replaced, fetched", ask, Asked::Good, get("old"));
            let ask = Ask::InvalidEdge { keyword: "type".into(), place: "/text".into() };
            let probes = probes.probe("text of another type", ask, Asked::Invalid, put(status));
            let ask = Ask::UpdateElsewhere { record, field: field(), value: json!("elsewhere") };
            let probes = probes.probe("changed through other[0]", ask, Asked::Unknown, put(404));
            let ask = Ask::FetchAfterRefusals { record, field: field(), value: json!("old") };
            let probes = probes.probe("fetched", ask, Asked::Good, get(text));
            let judgement = probes.judge(&REFUSED_LEFT_TRACE, Scenario::Update { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{status} {text}");
        }
    }
}
