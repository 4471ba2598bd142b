//! Requests from before that a finding hangs on, most of them of other cases.
//!
//! A list may be wrong because of what was asked long before: a request that should have changed nothing has. Where a list shows what it should not,
//! or lacks what it should show, the requests are looked for that may have done it; there are never more than a few.

use std::collections::BTreeSet;

use super::values::{may_be_id, values_of};
use crate::event::CaseExchange;
use crate::evidence::Exchange;
use crate::suite::Pointers;
use crate::verdict::{Claim, Finding, Fit, Pages, Proof};

/// The most such requests that one script sends.
const MOST: usize = 3;

/// The requests from before that may have done what a finding shows, in the order sent.
pub(super) fn of<'a>(
    all: impl Iterator<Item = &'a CaseExchange>,
    seeding: &'a [CaseExchange],
    case: &'a [CaseExchange],
    finding: &Finding,
    proof: &Proof,
) -> Vec<&'a CaseExchange> {
    let exchanges: Vec<&Exchange> = finding.exchanges.iter().chain(&proof.further).collect();
    let Some((pages, foreign, missing)) = odd(proof, &exchanges) else { return Vec::new() };
    let sent_us = pages.exchanges.iter().filter_map(|n| Some(exchanges.get(*n)?.sent_us)).min();
    let mut others: Vec<&CaseExchange> = all
        .filter(|sent| sent_us.is_some_and(|us| sent.exchange.sent_us < us))
        .filter(|sent| sent.exchange.response().is_some() && !sent.case.ends_with("::cleanup"))
        .collect();
    others.sort_by_key(|sent| sent.exchange.sent_us);
    let mut found: Vec<&CaseExchange> = Vec::new();
    if let Some(id) = foreign.as_ref().filter(|id| may_be_id(id)) {
        let known = seeding.iter().chain(case).any(|sent| sent.created.iter().any(|one| one.id == *id));
        let page = pages.exchanges.first().and_then(|number| exchanges.get(*number));
        let beside = page.map(|page| values_of(&page.request)).unwrap_or_default();
        let created = |id: &String| seeding.iter().chain(case).any(|s| s.created.iter().any(|o| o.id == *id));
        let scope: Vec<String> = beside.into_iter().filter(created).collect();
        found.extend(if known { first_shown(&others, id) } else { first_named(&others, id, &scope) });
    }
    if let Some(id) = missing {
        found.extend(created_again(&others, seeding, &id));
    }
    found.sort_by_key(|sent| sent.exchange.sent_us);
    found.truncate(MOST);
    found
}

/// The list that a finding is about, an id that it shows and should not, and one that it should show and does not.
fn odd<'a>(proof: &'a Proof, exchanges: &[&Exchange]) -> Option<(&'a Pages, Option<String>, Option<String>)> {
    let (pages, groups, part, maybe, open, fit) = match proof.claim.core() {
        Claim::Lacks { pages, id } => return Some((pages, Some(id.clone()), None)),
        Claim::List { pages, groups, part, maybe, open, fit } => (pages, groups, part, maybe, open, fit),
        _ => return None,
    };
    let shown: Vec<String> = pages.exchanges.iter().flat_map(|n| ids(exchanges.get(*n), pages)).collect();
    let wanted: BTreeSet<&String> = groups.iter().flatten().collect();
    let foreign = shown.iter().find(|id| !open && !wanted.contains(id) && !maybe.contains(id));
    let part: Vec<&String> = groups.iter().flatten().take(part.1).skip(part.0).collect();
    let whole = match fit {
        Fit::Whole => true,
        // Which of them a page holds that has no room for all is a question of its size.
        Fit::First(size) | Fit::Last(size) => part.len() as u64 <= *size,
    };
    let missing = part.into_iter().find(|id| whole && !shown.contains(id));
    Some((pages, foreign.cloned(), missing.cloned()))
}

/// The ids on a page.
fn ids(exchange: Option<&&Exchange>, pages: &Pages) -> Vec<String> {
    let id = Pointers::Any(pages.id.clone());
    let items = exchange.and_then(|exchange| exchange.json()?.pointer(&pages.items)?.as_array());
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    items.into_iter().flatten().filter_map(|item| id.find(item)).map(text).collect()
}

/// The first list that showed a record which belongs to another: a target may confuse the two.
fn first_shown<'a>(others: &[&'a CaseExchange], id: &str) -> Option<&'a CaseExchange> {
    let tells = |sent: &&&CaseExchange| {
        sent.created.is_empty()
            && sent.exchange.is_success()
            && sent.exchange.response().is_some_and(|answer| answer.body.text().contains(id))
            && !values_of(&sent.exchange.request).iter().any(|value| value == id)
    };
    others.iter().find(tells).copied()
}

/// The first request that named what nobody created, and what the list is of: a target may have created it then.
fn first_named<'a>(others: &[&'a CaseExchange], id: &str, scope: &[String]) -> Option<&'a CaseExchange> {
    let names = |sent: &&&CaseExchange| {
        let values = values_of(&sent.exchange.request);
        scope.iter().map(String::as_str).chain([id]).all(|wanted| values.iter().any(|value| value == wanted))
    };
    others.iter().find(names).copied()
}

/// The requests that created a record, or one that it lies in, once more.
fn created_again<'a>(
    others: &[&'a CaseExchange],
    seeding: &'a [CaseExchange],
    id: &str,
) -> Vec<&'a CaseExchange> {
    let by_name = |name: &str| {
        let mut all = seeding.iter().flat_map(|sent| sent.created.iter().map(move |one| (sent, one)));
        all.find(|(_, one)| one.record == name)
    };
    let mut all = seeding.iter().flat_map(|sent| sent.created.iter().map(move |one| (sent, one)));
    let mut at = all.find(|(_, one)| one.id == id);
    let mut found = Vec::new();
    while let Some((creation, record)) = at {
        let again = |sent: &&&CaseExchange| {
            sent.created.is_empty()
                && sent.exchange.is_success()
                && sent.exchange.operation == creation.exchange.operation
                && sent.exchange.request.path == creation.exchange.request.path
                && values_of(&sent.exchange.request).contains(&record.id)
        };
        found.extend(others.iter().find(again).copied());
        at = record.parent.as_deref().and_then(by_name);
    }
    found
}
