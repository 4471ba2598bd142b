//! Collections: which lists page in a way that is understood, what they belong to, and what may be expected of them.

use std::collections::BTreeSet;

use super::Draft;
use super::access::harmless;
use super::filters::filters;
use super::groups::{Groups, Stands};
use super::lists::Listing;
use super::orders::{conventions, orders};
use super::resources::{Resource, Resources, refusals};
use super::schema::snake;
use super::style::{Paging, joined, paging};
use super::toml::{Table, Toml, guessed, question};
use crate::document::Location;

/// The tables of all collections.
pub(super) fn tables<'a>(
    draft: &mut Draft<'a>,
    groups: &Groups<'a>,
    resources: &Resources<'a, '_>,
) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (at, group) in groups.all.iter().enumerate() {
        for list in &group.lists {
            let style = match paging(draft.shapes, list) {
                Ok(style) => style,
                Err(reason) => {
                    aside(draft, list, &reason);
                    continue;
                }
            };
            let Some(resource) = resources.of_group(at) else {
                aside(draft, list, "no member of its items is known for an id");
                continue;
            };
            let described = !draft.shapes.properties(list.item).is_empty();
            if described && draft.shapes.at(list.item, &resource.shown.id).is_none() {
                let reason = format!(
                    "its items do not show {} where a single {} does",
                    resource.shown.id, resource.name
                );
                aside(draft, list, &reason);
                continue;
            }
            let missing = groups.unknown(list.operation);
            let missing: Vec<&str> =
                missing.into_iter().filter(|name| Some(*name) != resource.scope_query.as_deref()).collect();
            if !missing.is_empty() {
                draft.leave_out(
                    &list.operation.id,
                    format!("it requires {}, and nobody knows a value", joined(&missing)),
                );
                continue;
            }
            let plural =
                group.path.rsplit('/').find(|part| *part != "{}").map_or_else(|| group.name.clone(), snake);
            let taken = |name: &str| names.contains(name);
            let mut name = plural.clone();
            if taken(&name) {
                name = format!("{}_list", group.name);
            }
            while taken(&name) {
                name.push_str("_2");
            }
            names.insert(name.clone());
            tables.extend(table(draft, groups, resources, list, resource, &style, &name));
        }
    }
    tables
}

/// A list that is no collection of the suite: what only reads is still asked by itself.
fn aside(draft: &mut Draft<'_>, list: &Listing<'_>, reason: &str) {
    if list.operation.method == http::Method::GET {
        draft.notes.push(question(format!(
            "how does {} page? As it stands, only single answers are judged: {reason}",
            list.operation.id
        )));
    } else {
        draft.leave_out(&list.operation.id, reason);
    }
}

fn table<'a>(
    draft: &mut Draft<'a>,
    groups: &Groups<'a>,
    resources: &Resources<'a, '_>,
    list: &Listing<'a>,
    resource: &Resource<'a>,
    style: &Paging,
    name: &str,
) -> Vec<Table> {
    let shapes = draft.shapes;
    let short = super::operations::ask(draft, groups, resources, list.operation);
    let mut table = Table::at(["collections", name]);
    table.set("operation", short.as_str());
    table.set("resource", resource.name.as_str());
    let bound = groups.parameters(list.operation).into_iter().any(|(_, stands)| match stands {
        Stands::For(at) => resources.of_group(at).is_some_and(|r| Some(&r.name) == resource.parent.as_ref()),
        Stands::Unknown => false,
    });
    let scope_query = resource.scope_query.as_deref().filter(|name| list.operation.parameter(name).is_some());
    let own = resource.parent.as_deref().filter(|_| bound || scope_query.is_some());
    // What stands in the path is there to be asked in, whatever the records lie in.
    let holder = groups.parameters(list.operation).into_iter().rev().find_map(|(_, stands)| match stands {
        Stands::For(at) => resources.of_group(at).filter(|holder| holder.creation.is_some()),
        Stands::Unknown => None,
    });
    let scope = own.or(holder.map(|holder| holder.name.as_str()));
    if let Some(scope) = scope {
        let reason =
            scope_query.map_or_else(|| "the path".to_owned(), |name| format!("the query parameter {name}"));
        table.explained("scope", scope, vec![guessed(reason)]);
    }
    if let (Some(_), Some(parameter)) = (own, scope_query) {
        table.set("scope-query", parameter);
    }
    let mut remarks = vec![guessed("the array of objects in the answer")];
    if !list.or.is_empty() {
        let or: Vec<&str> = list.or.iter().map(String::as_str).collect();
        remarks.push(question(format!("are the items at {} or at {}?", list.items, joined(&or))));
    }
    table.explained("items", list.items.as_str(), remarks);
    if !list.record.is_empty() {
        let reason = "an item is an envelope, and the record in it has the id";
        table.explained("record", list.record.as_str(), vec![guessed(reason)]);
    }
    table.explained(
        "style",
        Toml::Table(vec![(style.kind.to_owned(), Toml::Table(style.members.clone()))]),
        style.remarks.clone(),
    );
    if style.in_content {
        table.explained(
            "arguments",
            "content",
            vec![guessed("the members of the content ask for a page, as no query parameter does")],
        );
    }
    if own.is_none() {
        let (because, reason) = match scope {
            None => (
                "the list is one for all, so that others may write into it",
                "no parent that this suite creates stands in its path",
            ),
            Some(_) => (
                "what comes into the list is not known to this suite",
                "nothing that this suite creates lies in what stands in its path",
            ),
        };
        table.explained("others", Toml::table([("because", because.into())]), vec![guessed(reason)]);
    }
    let complete = if resource.creation.is_some() && own.is_some() == scope.is_some() {
        "complete"
    } else {
        "listed-once"
    };
    table.set("complete", draft.requirements.promise(complete));
    let refused = refusals(list.operation);
    if scope.is_some() && refused.contains(&404) {
        let statuses = refused.iter().map(|status| Toml::Integer(i64::from(*status))).collect();
        let mut members = vec![("status".to_owned(), Toml::List(statuses))];
        // Filtering by something that does not exist finds nothing, and a namespace in the path may be no more than a filter.
        if scope_query.is_some() || super::objects::is_one(&resource.shown) {
            members.push(("empty".to_owned(), true.into()));
        }
        members.push(("requirement".to_owned(), "unknown".into()));
        draft.requirements.refer("unknown");
        table.explained(
            "unknown-parent",
            Toml::Table(members),
            vec![guessed("the document names 404 for the operation")],
        );
    }
    let members = resource.shown.members(shapes);
    let mut found = orders(shapes, list, &short, style.kind, &members, &resource.shown.read);
    let fixed: Vec<(String, Toml)> = list
        .operation
        .parameters
        .iter()
        .filter(|p| {
            p.location == Location::Query
                && p.required
                && Some(p.name.as_str()) != scope_query
                && !style.parameters.contains(&p.name)
        })
        .filter_map(|p| Some((p.name.clone(), Toml::from(harmless(p.schema.resolved())?))))
        .collect();
    if !fixed.is_empty() {
        found.list.truncate(1);
        if let Some(Toml::Table(order)) = found.list.first_mut() {
            order.push(("query".to_owned(), Toml::Table(fixed)));
        }
        found
            .remarks
            .push(guessed("parameters that the document requires, with the values that it names first"));
    }
    let lines = Toml::Lines(found.list.clone());
    draft.requirements.refer_all(&lines);
    table.explained("orders", lines, found.remarks.clone());
    let mut taken: Vec<String> = style.parameters.iter().chain(&found.parameters).cloned().collect();
    taken.extend(scope_query.map(str::to_owned));
    let (chosen, open) = filters(shapes, list, style.in_content, &resource.fields, &taken);
    if !open.is_empty() && resource.creation.is_some() {
        let open: Vec<&str> = open.iter().map(String::as_str).collect();
        let what = if style.in_content { "argument" } else { "query parameter" };
        let what = match open[..] {
            [one] => format!("what does the {what} {one} of {short} do?"),
            _ => format!("what do the {what}s {} of {short} do?", joined(&open)),
        };
        table.remarks.push(question(format!(
            "{what} As it stands, only odd values are sent; a filter would stand under [collections.{name}.filters], a choice of order under orders"
        )));
    }
    let mut tables = vec![table];
    let (settled, remarks) = conventions(style, own.is_some());
    if !settled.is_empty() {
        let mut table = Table { remarks, ..Table::at(["collections", name, "conventions"]) };
        for (key, value) in settled {
            draft.requirements.refer_all(&value);
            table.set(key, value);
        }
        tables.push(table);
    }
    if !chosen.is_empty() {
        let mut table = Table::at(["collections", name, "filters"]);
        draft.requirements.refer("filter");
        for filter in chosen {
            table.explained(&filter.name, filter.toml, filter.remarks);
        }
        tables.push(table);
    }
    tables
}
