//! The plan: which cases a suite gives, which rules judge each, and what is left out and why. Nothing is sent.

use std::sync::Arc;

use crate::document::{Location, Operation, Parameter, RequestBody};
use crate::known::Register;
use crate::pagination::Style;
use crate::rules::{self, Rule};
use crate::scenario::{Case, Kind, Scenario};
use crate::suite::{Arguments, Collection, Suite, Test};

/// A case with the rules that will judge it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The case.
    pub case: Case,
    /// The rules, in their order.
    pub rules: Vec<&'static Rule>,
}

/// A case that is left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The case.
    pub case: Case,
    /// A lowercase fragment.
    pub reason: String,
}

/// All cases of a suite.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Those that will be run, in the order of the report: reading ones first, writing ones last.
    pub cases: Vec<Planned>,
    /// Those that will not.
    pub skipped: Vec<Skipped>,
}

/// What the plan has to know of the target.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Whether the target was given credentials.
    pub authenticated: bool,
    /// Whether the run was given the credentials of another user.
    pub other_user: bool,
    /// Whether nothing may be created.
    pub read_only: bool,
    /// Patterns of which a case or one of its rules must match at least one; empty for all.
    pub only: Vec<String>,
    /// Patterns of which none may match.
    pub skip: Vec<String>,
    /// The longest that a case may wait for something to happen in the target by itself.
    pub max_wait: std::time::Duration,
    /// What the user has set down about this target: some of it is not to be run.
    pub known: Arc<Register>,
}

/// Makes the plan of a suite.
pub fn plan(suite: &Suite, terms: &Terms) -> Plan {
    let mut plan = Plan::default();
    let mut cases = all_cases(suite);
    // A stable sort: what writes comes last, else the order stays.
    cases.sort_by_key(|case| case.scenario.writes());
    for case in cases {
        let rules: Vec<&'static Rule> =
            rules::for_case(suite, &case).into_iter().filter(|rule| terms.selects(&case, rule)).collect();
        if rules.is_empty() {
            continue;
        }
        if let Some(reason) = terms.known.skipped(suite.name(), &case.operation, &case.id) {
            plan.skipped.push(Skipped { case, reason });
            continue;
        }
        if case.scenario == Scenario::Credentials {
            let operation = suite.operation(&case.operation);
            let reason = if !terms.authenticated {
                Some("the target was given no credentials, so there is nothing to lack")
            } else if operation.security.is_empty() && suite.file().authentication.is_none() {
                Some("the document says that the operation is public")
            } else {
                None
            };
            if let Some(reason) = reason {
                plan.skipped.push(Skipped { case, reason: reason.to_owned() });
                continue;
            }
        }
        if case.scenario.kind() == Kind::OtherUser && !terms.other_user {
            let reason = "the run was given no credentials of another user: --other-token-env VAR gives them";
            plan.skipped.push(Skipped { case, reason: reason.to_owned() });
            continue;
        }
        if terms.read_only && !only_reads(suite, &case) {
            let reason = "it creates or changes something, and the run only reads".to_owned();
            plan.skipped.push(Skipped { case, reason });
            continue;
        }
        if matches!(case.scenario, Scenario::Expire { .. }) && terms.max_wait.is_zero() {
            let reason = "it has to be waited for, which only --max-wait SECONDS allows";
            plan.skipped.push(Skipped { case, reason: reason.to_owned() });
            continue;
        }
        plan.cases.push(Planned { case, rules });
    }
    plan
}

/// Whether nothing that a case sends can create, change or delete anything, even on a target that carries out what it should refuse.
fn only_reads(suite: &Suite, case: &Case) -> bool {
    let file = suite.file();
    let reads = |short: &str| {
        suite.operation(short).method == http::Method::GET
            || file.collections.values().any(|collection| collection.operation == short)
    };
    match case.scenario.kind() {
        Kind::Walk
        | Kind::Pages
        | Kind::Bounds
        | Kind::Filter
        | Kind::FilterPair
        | Kind::Combination
        | Kind::UnknownParent
        | Kind::Fetch
        | Kind::FetchElsewhere
        | Kind::OtherUser => true,
        Kind::Parameters | Kind::Credentials => reads(&case.operation),
        _ => false,
    }
}

/// The id of one rule on one case: `honcho::get_messages::walk::PAG003-item-repeated`.
pub fn trial_id(case: &Case, rule: &Rule) -> String {
    format!("{}::{}", case.id, rule.id())
}

impl Terms {
    /// Whether a rule on a case is wanted.
    fn selects(&self, case: &Case, rule: &Rule) -> bool {
        let id = trial_id(case, rule);
        (self.only.is_empty() || self.only.iter().any(|pattern| matches(pattern, &id)))
            && !self.skip.iter().any(|pattern| matches(pattern, &id))
    }
}

/// Whether a pattern matches an id: as a part of it, or, where the pattern has a `*`, as a whole with any text for each `*`.
pub fn matches(pattern: &str, id: &str) -> bool {
    if !pattern.contains('*') {
        return id.contains(pattern);
    }
    let mut rest = id;
    let parts: Vec<&str> = pattern.split('*').collect();
    for (i, part) in parts.iter().enumerate() {
        let found = if i == 0 {
            rest.starts_with(part).then_some(0)
        } else if i == parts.len() - 1 {
            rest.ends_with(part).then(|| rest.len() - part.len())
        } else {
            rest.find(part)
        };
        let Some(at) = found else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

/// Every case that the suite's data gives, operation by operation.
fn all_cases(suite: &Suite) -> Vec<Case> {
    let file = suite.file();
    let mut cases = Vec::new();
    let telling = telling_operation(suite);
    for short in file.operations.keys() {
        let mut add = |name: String, scenario: Scenario| {
            cases.push(Case {
                id: format!("{}::{short}::{name}", suite.name()),
                operation: short.clone(),
                scenario,
            });
        };
        let operation = suite.operation(short);
        for (resource_name, resource) in &file.resources {
            let resource_name = || resource_name.clone();
            if resource.created_by() == Some(short) {
                add("create".to_owned(), Scenario::Create { resource: resource_name() });
            }
            if resource.created_by() == Some(short) && resource.expires.is_some() {
                add("expire".to_owned(), Scenario::Expire { resource: resource_name() });
            }
            if resource.fetch.as_ref().is_some_and(|fetch| fetch.operation == *short) {
                add("fetch".to_owned(), Scenario::Fetch { resource: resource_name() });
                add("fetch-elsewhere".to_owned(), Scenario::FetchElsewhere { resource: resource_name() });
            }
        }
        for (name, collection) in file.collections.iter().filter(|(_, c)| c.operation == *short) {
            let name = || name.clone();
            for (order, spec) in collection.orders.iter().enumerate() {
                let case = if order == 0 { "walk".to_owned() } else { format!("walk-{}", spec.name) };
                add(case, Scenario::Walk { collection: name(), order });
            }
            add("pages".to_owned(), Scenario::Pages { collection: name() });
            match &collection.style {
                Style::TimestampCursor(_) | Style::ItemCursor(_) => {
                    add("bounds".to_owned(), Scenario::Bounds { collection: name() });
                }
                Style::Token(_) => add("tokens".to_owned(), Scenario::Tokens { collection: name() }),
                Style::LinkHeader(_) | Style::NextUrl(_) => {
                    add("links".to_owned(), Scenario::Links { collection: name() });
                }
                Style::PageNumber(_) | Style::OffsetLimit(_) => {}
            }
            for filter in collection.filters.keys() {
                add(
                    format!("filter-{filter}"),
                    Scenario::Filter { collection: name(), filter: filter.clone() },
                );
            }
            // Two filters that only let through what equals them can be asked together without doubt. On one field they would say nothing of each other.
            let mut plain = collection.filters.iter().filter(|(_, filter)| filter.test == Test::Equals);
            if let Some((first, one)) = plain.next()
                && let Some((second, _)) = plain.find(|(_, other)| other.field != one.field)
            {
                let (first, second) = (first.clone(), second.clone());
                add("filter-pair".to_owned(), Scenario::FilterPair { collection: name(), first, second });
            }
            for [first, second] in &collection.pairs {
                let (first, second) = (first.clone(), second.clone());
                let case = format!("filter-pair-{first}-{second}");
                add(case, Scenario::FilterPair { collection: name(), first, second });
            }
            for combination in collection.combinations.keys() {
                add(
                    format!("combination-{combination}"),
                    Scenario::Combination { collection: name(), combination: combination.clone() },
                );
            }
            let creatable = suite.resource(&collection.resource).create.is_some();
            if file.tenants.is_some() && (collection.scope.is_some() || creatable) {
                add("other-tenant".to_owned(), Scenario::OtherTenant { collection: name() });
            }
            let secured = !operation.security.is_empty() || !file.credentials.is_empty();
            if secured && collection.scope.is_some() {
                add("other-user".to_owned(), Scenario::OtherUser { collection: name() });
            }
            if collection.unknown_parent.is_some() && collection.scope.is_some() {
                add("unknown-parent".to_owned(), Scenario::UnknownParent { collection: name() });
            }
        }
        // What is there only to make others testable is asked for what HTTP says of reading, and not with every method.
        if operation.method == http::Method::GET || !suite.is_seeding(operation) {
            add("methods".to_owned(), Scenario::Methods);
        }
        if telling == Some(short) {
            add("http".to_owned(), Scenario::Http);
        }
        if !operation.security.is_empty() || !file.credentials.is_empty() {
            add("credentials".to_owned(), Scenario::Credentials);
        }
        let varied = |p: &Parameter| matches!(p.location, Location::Query | Location::Cookie);
        if operation.parameters.iter().any(varied) {
            add("parameters".to_owned(), Scenario::Parameters);
        }
        // A list that is asked by content has its arguments there, or its filters.
        let by_content = |c: &Collection| {
            c.operation == *short && (c.arguments == Arguments::Content || takes_json(operation))
        };
        if file.collections.values().any(by_content) {
            add("content".to_owned(), Scenario::Content);
        }
        for (resource_name, resource) in &file.resources {
            let resource_name = || resource_name.clone();
            if resource.created_by() == Some(short) {
                if takes_json(operation) {
                    add("content".to_owned(), Scenario::Content);
                }
                if resource.parent.is_some() {
                    add("together".to_owned(), Scenario::Together { resource: resource_name() });
                }
            }
            if resource.update.as_ref().is_some_and(|update| update.operation == *short) {
                add("update".to_owned(), Scenario::Update { resource: resource_name() });
            }
            if resource.delete.as_ref().is_some_and(|delete| delete.operation == *short) {
                add("delete".to_owned(), Scenario::Delete { resource: resource_name() });
            }
        }
    }
    cases
}

/// The operation that stands for all where the server is asked and not the API: one that reads, with a path parameter where there is such a one, and
/// not one that is there only to make others testable.
fn telling_operation(suite: &Suite) -> Option<&String> {
    let reads = |short: &&String| suite.operation(short).method == http::Method::GET;
    suite.file().operations.keys().filter(reads).min_by_key(|short| {
        let operation = suite.operation(short);
        (!operation.path.contains('{'), suite.is_seeding(operation))
    })
}

/// Whether an operation takes JSON: in a form every value is text, and none of them breaks a schema.
fn takes_json(operation: &Operation) -> bool {
    operation.request_body.as_ref().is_some_and(RequestBody::takes_json)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_pattern_is_a_part_or_has_stars() {
        let id = "honcho::get_messages::walk::PAG003-item-repeated";
        for (pattern, expected) in [
            ("PAG003", true),
            ("get_messages::walk", true),
            ("PAG004", false),
            ("honcho::*::PAG*", true),
            ("*::walk::*", true),
            ("*::walk", false),
            ("*repeated", true),
            ("honcho", true),
            ("elizaos*", false),
        ] {
            assert_eq!(matches(pattern, id), expected, "{pattern}");
        }
    }
}
