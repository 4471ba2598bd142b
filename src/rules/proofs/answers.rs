//! What must hold of any answer, whatever its content means: status, header fields, JSON.

use crate::evidence::{Ask, Asked};
use crate::rules::Scene;
use crate::rules::answers::{Answer, answers, is_json};
use crate::suite::Suite;
use crate::verdict::{Claim, Must, Pages};

const SUCCESS: (u16, u16) = (200, 399);
const REFUSAL: (u16, u16) = (400, 499);

/// The claims about one entry, the most telling first.
pub(super) fn candidates(scene: &Scene<'_>, code: &str, entry: usize) -> Vec<Claim> {
    let mut claims = vec![Claim::Arrives { exchange: entry }];
    let Some(answer) = answers(scene).find(|answer| answer.entry == entry) else { return claims };
    claims.push(Claim::Status { exchange: entry, allowed: vec![(100, 499)] });
    claims.extend(of_headers(&answer, code));
    claims.extend(of_status(scene, &answer, code));
    if matches!(answer.ask, Some(Ask::Head))
        && let Some(get) = entry.checked_sub(1)
    {
        claims.push(Claim::LikeGet { get, head: entry });
    }
    claims
}

/// Status codes that the suite states for what was asked, besides those of the document.
fn stated(suite: &Suite, scene: &Scene<'_>) -> Vec<u16> {
    let file = suite.file();
    let unknown =
        scene.case.scenario.resource().and_then(|name| file.resources[name].fetch.as_ref()?.unknown.as_ref());
    let parent =
        scene.case.scenario.collection().and_then(|name| file.collections[name].unknown_parent.as_ref());
    let unknown = unknown.map(|stated| stated.status.clone()).unwrap_or_default();
    unknown.into_iter().chain(parent.map(|stated| stated.status.clone()).unwrap_or_default()).collect()
}

fn of_status(scene: &Scene<'_>, answer: &Answer<'_>, code: &str) -> Vec<Claim> {
    let exchange = answer.entry;
    let status = |allowed: Vec<(u16, u16)>| Claim::Status { exchange, allowed };
    let only = |codes: &[u16]| codes.iter().map(|code| (*code, *code)).collect::<Vec<_>>();
    let mut claims = Vec::new();
    match (answer.asked, answer.ask) {
        (_, Some(Ask::UnknownItem)) => {
            let fetch = scene.resource().and_then(|(_, resource)| resource.fetch.as_ref()?.unknown.as_ref());
            claims.extend(fetch.map(|stated| status(only(&stated.status))));
        }
        (_, Some(Ask::UnknownParent)) => claims.extend(of_unknown_parent(scene, exchange)),
        (Asked::Good, _) => claims.push(status(vec![SUCCESS])),
        (Asked::Unauthenticated, _) => claims.push(status(only(&[401, 403]))),
        (Asked::Unknown | Asked::Invalid, _) | (Asked::Open, Some(Ask::MalformedCursor)) => {
            claims.push(status(vec![REFUSAL]));
        }
        (Asked::Open, Some(Ask::UndocumentedMethod { .. })) => {
            claims.push(status(vec![(401, 401), (403, 405), (501, 501)]));
        }
        (Asked::Open, _) => {}
    }
    if answer.described() && matches!(code, "HTTP001" | "HTTP004") {
        let mut documented: Vec<(u16, u16)> = (100..600)
            .filter(|status| answer.operation.response(*status).is_some())
            .map(|status| (status, status))
            .collect();
        documented.extend(only(&stated(scene.suite, scene)));
        if answer.response.status < 400 {
            documented.push(REFUSAL);
        }
        claims.push(status(merged(documented)));
    }
    claims
}

/// The list of a parent that does not exist is refused or empty, as the suite says.
fn of_unknown_parent(scene: &Scene<'_>, exchange: usize) -> Option<Claim> {
    let collection = scene.collection();
    let stated = collection.unknown_parent.as_ref()?;
    let allowed: Vec<(u16, u16)> = stated.status.iter().map(|status| (*status, *status)).collect();
    let mut either = vec![Claim::Status { exchange, allowed }];
    if stated.empty {
        either.push(Claim::List {
            pages: Pages {
                exchanges: vec![exchange],
                items: collection.items.all()[0].clone(),
                id: scene.suite.resource(&collection.resource).id.all().to_vec(),
                only: None,
            },
            groups: Vec::new(),
            part: (0, 0),
            maybe: Vec::new(),
            open: false,
            fit: crate::verdict::Fit::Whole,
        });
    }
    Some(Claim::Either(either))
}

fn of_headers(answer: &Answer<'_>, code: &str) -> Vec<Claim> {
    let exchange = answer.entry;
    let header = |name: &str, must: Must| Claim::Header { exchange, name: name.to_owned(), must };
    let mut claims = Vec::new();
    if answer.response.header("retry-after").is_some() {
        claims.push(header("retry-after", Must::BeRetryAfter));
    }
    // Not every right server has these: they are about the rules that ask for them.
    if answer.response.status == 401 && code == "AUT002" {
        claims.push(header("www-authenticate", Must::Exist));
    }
    if answer.response.status == 405 && code == "HTTP010" {
        claims.push(header("allow", Must::Exist));
    }
    if answer.is_bare() || answer.response.body.is_empty() {
        return claims;
    }
    let documented = answer.documented().map_or(&[][..], |response| &response.content);
    if !documented.is_empty() {
        let ranges = documented.iter().map(|media| media.range.clone()).collect();
        claims.push(header("content-type", Must::BeOneOf(ranges)));
    }
    let labelled = answer.response.essence().is_some_and(|essence| is_json(&essence));
    if labelled {
        claims.push(header("content-type", Must::SayUtf8));
    }
    if labelled || !documented.is_empty() && documented.iter().all(|media| is_json(&media.range)) {
        claims.push(Claim::Json { exchange });
    }
    claims
}

/// Neighbouring ranges as one.
fn merged(mut ranges: Vec<(u16, u16)>) -> Vec<(u16, u16)> {
    ranges.sort_unstable();
    let mut merged: Vec<(u16, u16)> = Vec::new();
    for (from, to) in ranges {
        match merged.last_mut() {
            Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}
