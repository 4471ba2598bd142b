//! Which operations the suite asks: their path parameters must be known, and so must what they require beside them.

use super::Draft;
use super::creation::shown_in;
use super::groups::{Group, Groups, Stands};
use super::lists::Listing;
use super::resources::Resources;
use super::schema::{Shapes, snake};
use super::toml::{Table, Toml, guessed, question};
use crate::document::pointer::escape;
use crate::document::{Location, Operation};

/// The suite asks an operation from now on; gives its short name.
pub(super) fn ask<'a>(
    draft: &mut Draft<'a>,
    groups: &Groups<'a>,
    resources: &Resources<'a, '_>,
    operation: &'a Operation,
) -> String {
    let short = draft.ask(&operation.id);
    let parameters = groups.parameters(operation);
    let created = |stands: &Stands| match stands {
        Stands::For(at) => resources.of_group(*at).filter(|resource| resource.creation.is_some()),
        Stands::Unknown => None,
    };
    for (i, (name, stands)) in parameters.iter().enumerate() {
        // What stands before the name of a record, as a part of how it is addressed, stands in the record.
        let beside = parameters.get(i + 1).filter(|(next, _)| {
            *stands == Stands::Unknown && operation.path.contains(&format!("{{{name}}}/{{{next}}}"))
        });
        let beside = beside.and_then(|(_, stands)| created(stands));
        let part =
            beside.and_then(|resource| Some((resource, told_in(draft.shapes, resource.shown.schema, name)?)));
        let value = match (created(stands), part) {
            (Some(resource), _) => Toml::from(resource.name.as_str()),
            (None, Some((resource, at))) => {
                Toml::table([("resource", resource.name.as_str().into()), ("at", at.into())])
            }
            (None, None) => Toml::table([("variable", variable(draft, groups, name, stands).into())]),
        };
        draft.bound.push(((*name).to_owned(), short.clone(), value));
    }
    short
}

/// Where a record tells what a path parameter before its own takes: a member of that name, or what it is called by inside of one.
fn told_in(shapes: Shapes<'_>, record: &serde_json::Value, parameter: &str) -> Option<String> {
    let wanted = snake(parameter);
    let member = shapes.properties(record).into_iter().find(|member| snake(member.name) == wanted)?;
    let at = format!("/{}", escape(member.name));
    match shapes.kind(member.schema) {
        Some("string" | "integer") => Some(at),
        Some("object") => {
            let names = ["login", "slug", "username", "handle", "key", "name", "id"];
            let inner = shapes.properties(member.schema);
            let inner =
                names.iter().find_map(|name| inner.iter().find(|inner| snake(inner.name) == *name))?;
            Some(format!("{at}/{}", escape(inner.name)))
        }
        _ => None,
    }
}

/// The variable that stands for a path parameter which nothing that the suite creates has the id for.
pub(super) fn variable<'a>(
    draft: &mut Draft<'a>,
    groups: &Groups<'a>,
    parameter: &str,
    stands: &Stands,
) -> String {
    let group = match stands {
        Stands::For(at) => Some(&groups.all[*at]),
        Stands::Unknown => None,
    };
    let own = snake(parameter).replace('_', "-");
    let name = match group {
        Some(group) if own == "id" || !own.contains(&group.name.replace('_', "-")) => {
            format!("{}-{own}", group.name.replace('_', "-"))
        }
        _ => own,
    };
    if draft.variables.contains_key(&name) {
        return name;
    }
    let mut table = Table::at(["variables", &name]);
    let what = group.map_or_else(
        || format!("the value of {parameter} in paths"),
        |group| format!("the id of a {} that exists", group.name),
    );
    table.set("description", what);
    // A list that is asked without any id names one that exists.
    let found = group.and_then(|group| {
        let list = plain_list(groups, group)?;
        let shown = super::creation::Representation::read(draft.shapes, list.item, group, Some(parameter))?;
        let id = draft.shapes.at(list.item, &shown.id)?;
        // Of a resource name, a path takes a part.
        (!draft.shapes.is_resource_name(&shown.id, id)).then_some((list, shown.id))
    });
    let single =
        group.filter(|_| found.is_none()).and_then(|group| shown_alone(draft, groups, group, parameter));
    if let Some((operation, pointer)) = single {
        let short = draft.ask(&operation.id);
        table.explained(
            "discover",
            Toml::table([("operation", short.into()), ("pointer", pointer.into())]),
            vec![guessed("an operation without parameters answers with one; the suite cannot create one")],
        );
    } else if let Some((list, id)) = found {
        let short = draft.ask(&list.operation.id);
        let pointer = format!("{}/0{}{id}", list.items, list.record);
        table.explained(
            "discover",
            Toml::table([("operation", short.into()), ("pointer", pointer.into())]),
            vec![guessed("the first that the list shows; the suite cannot create one")],
        );
    } else {
        table.remarks.push(question(format!("what is {parameter}? (--set {name}=…, or default = \"…\" here); without it, what needs it is not asked")));
    }
    draft.variables.insert(name.clone(), table);
    name
}

/// An operation that answers with one item of a group, by its component, and that can be asked without any id (`/users/me`); and where the id stands.
fn shown_alone<'a>(
    draft: &Draft<'a>,
    groups: &Groups<'a>,
    group: &Group<'a>,
    parameter: &str,
) -> Option<(&'a Operation, String)> {
    let shapes = draft.shapes;
    let shown = |operation: &'a Operation| {
        shown_in(shapes, Shapes::success(operation)?.1?.value(), group, Some(parameter))
    };
    let component = Shapes::component(shown(group.fetch?)?.1.schema)?;
    groups.reading.iter().copied().find_map(|operation| {
        let free = groups.parameters(operation).is_empty() && groups.unknown(operation).is_empty();
        let (at, one) = shown(operation).filter(|_| free)?;
        (Shapes::component(one.schema) == Some(component)).then(|| (operation, format!("{at}{}", one.id)))
    })
}

/// A list of a group that can be asked for without any id.
pub(super) fn plain_list<'g, 'a>(groups: &Groups<'a>, group: &'g Group<'a>) -> Option<&'g Listing<'a>> {
    group.lists.iter().find(|list| {
        groups.parameters(list.operation).is_empty() && groups.unknown(list.operation).is_empty()
    })
}

/// What no resource and no collection took: operations that only read are asked as they are, the others are left out.
pub(super) fn rest<'a>(draft: &mut Draft<'a>, groups: &Groups<'a>, resources: &Resources<'a, '_>) {
    let mut left: Vec<&'a Operation> = groups.others.clone();
    for group in &groups.all {
        let reading = group.fetch.into_iter().chain(group.lists.iter().map(|list| list.operation));
        for operation in reading {
            read(draft, groups, resources, operation);
        }
        left.extend([group.create, group.update, group.delete].into_iter().flatten());
    }
    for operation in &groups.reading {
        read(draft, groups, resources, operation);
    }
    for operation in left {
        draft.leave_out(
            &operation.id,
            "it is no creation, list, fetch, update or deletion that is understood",
        );
    }
}

/// An operation that reads, with no part in a resource or a collection.
fn read<'a>(
    draft: &mut Draft<'a>,
    groups: &Groups<'a>,
    resources: &Resources<'a, '_>,
    operation: &'a Operation,
) {
    let named = groups.parameters(operation);
    let needed = operation.parameters.iter().filter(|p| p.location == Location::Query && p.required);
    let needed: Vec<&str> = needed
        .map(|p| p.name.as_str())
        .filter(|name| !named.iter().any(|(known, _)| known == name))
        .collect();
    if draft.is_asked(&operation.id) {
        return;
    }
    if operation.method != http::Method::GET {
        draft.leave_out(
            &operation.id,
            "it is no creation, list, fetch, update or deletion that is understood",
        );
    } else if !needed.is_empty() {
        draft.leave_out(
            &operation.id,
            format!("it requires {}, and nobody knows a value", super::style::joined(&needed)),
        );
    } else {
        ask(draft, groups, resources, operation);
    }
}
