//! How a resource is changed: which field is given another value, and what must go along with it.

use serde_json::Value;

use super::Draft;
use super::creation::shown_in;
use super::fields::{Field, Source};
use super::groups::Groups;
use super::resources::{Resource, Resources, item_parameter};
use super::schema::Shapes;
use super::toml::{Table, Toml, guessed};
use crate::document::Operation;
use crate::document::pointer::escape;

/// What goes along with a field that is changed.
#[derive(Debug, Default)]
struct Along {
    /// Fields, by name, as they were sent at the creation.
    with: Vec<String>,
    /// Where the record's id goes.
    id_at: Option<String>,
}

/// The entry `update` of a resource, and what is said of it.
pub(super) fn entry<'a>(
    draft: &mut Draft<'a>,
    groups: &Groups<'a>,
    resources: &Resources<'a, '_>,
    resource: &Resource<'a>,
    update: &'a Operation,
    table: &mut Table,
) {
    let shapes = draft.shapes;
    let body = update.request_body.iter().flat_map(|body| &body.content);
    let body =
        body.into_iter().filter(|one| !one.range.contains("json-patch")).find_map(|one| one.schema.as_ref());
    let Some(body) = body else {
        draft.leave_out(&update.id, "the document says nothing of its content that is understood");
        return;
    };
    let candidates = resource.fields.iter().filter(|field| {
        let kept = field.is_kept() && field.read.as_deref() != Some(resource.shown.id.as_str());
        let send = field.send.as_deref().filter(|_| kept);
        send.is_some_and(|send| shapes.at(body.value(), send).is_some())
    });
    let mut ranked: Vec<(usize, &Field<'a>)> =
        candidates.filter_map(|field| Some((telling(field)?, field))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let found = ranked.iter().find_map(|(_, field)| {
        Some((*field, along(shapes, resource, field, body.value(), update.method == http::Method::PUT)?))
    });
    let Some((field, along)) = found else {
        draft.leave_out(
            &update.id,
            "no member of a record can be changed with values that are known, beside what its content requires",
        );
        return;
    };
    let short = super::operations::ask(draft, groups, resources, update);
    let group = &groups.all[resource.group];
    let answer = Shapes::success(update).and_then(|(_, schema)| schema);
    let answer = answer
        .and_then(|schema| shown_in(shapes, schema.value(), group, item_parameter(group)))
        .map(|(at, _)| at);
    let mut members =
        vec![("operation".to_owned(), Toml::from(short)), ("field".to_owned(), field.name.as_str().into())];
    let mut remarks = Vec::new();
    if along.with.is_empty() && along.id_at.is_none() {
        remarks.push(guessed(format!(
            "{} is optional beside nothing that its content requires, and answers show it",
            field.name
        )));
    } else {
        let why = if update.method == http::Method::PUT {
            "PUT replaces the whole"
        } else {
            "the content requires it"
        };
        remarks
            .push(guessed(format!("{} is changed; the rest goes along as it was, since {why}", field.name)));
    }
    if !along.with.is_empty() {
        members.push((
            "with".to_owned(),
            Toml::List(along.with.iter().map(|name| name.as_str().into()).collect()),
        ));
    }
    if let Some(id_at) = along.id_at {
        members.push(("id-at".to_owned(), id_at.into()));
    }
    if let Some(answer) = answer.filter(|at| !at.is_empty()) {
        members.push(("answer".to_owned(), answer.into()));
    }
    members.push(("requirement".to_owned(), "changed".into()));
    draft.requirements.refer("changed");
    table.explained("update", Toml::Table(members), remarks);
}

/// How well another value of a field shows that it was changed, the best first; `None` where it may not be changed.
fn telling(field: &Field<'_>) -> Option<usize> {
    match &field.source {
        Some(Source::Made(Toml::Table(members), _)) if members.iter().any(|(key, _)| key == "text") => {
            Some(0)
        }
        Some(Source::Made(Toml::Text(make), _)) if make == "metadata" => Some(1),
        Some(Source::Made(Toml::Table(members), _))
            if members.iter().any(|(k, v)| k == "choice" && matches!(v, Toml::List(l) if l.len() > 2)) =>
        {
            Some(2)
        }
        Some(Source::Made(Toml::Text(make), _)) if make == "name" => Some(3),
        _ => None,
    }
}

/// What goes along with a field: with PUT everything that was sent, else what the content requires. `None` where it requires something that is not
/// known.
fn along<'a>(
    shapes: Shapes<'a>,
    resource: &Resource<'a>,
    field: &Field<'a>,
    body: &'a Value,
    whole: bool,
) -> Option<Along> {
    let mut along = Along::default();
    let sendable = |other: &&Field<'a>| {
        let known = other.send.as_deref().is_some_and(|send| shapes.at(body, send).is_some());
        other.name != field.name && known
    };
    let others: Vec<&Field<'a>> = resource.fields.iter().filter(sendable).collect();
    let mut sent: Vec<&str> = field.send.as_deref().into_iter().collect();
    if whole {
        along.with.extend(others.iter().map(|other| other.name.clone()));
        // What is left out of some records does not fill a place that must be filled.
        sent.extend(others.iter().filter(|other| other.every == 1).filter_map(|other| other.send.as_deref()));
        let id = shapes
            .at(body, &resource.shown.id)
            .filter(|id| shapes.keyword(id, "readOnly").is_none_or(|flag| flag != &Value::Bool(true)));
        let chosen = others.iter().any(|other| other.send.as_deref() == Some(resource.shown.id.as_str()));
        along.id_at = id.filter(|_| !chosen).map(|_| resource.shown.id.clone());
    }
    while let Some(missing) = missing(shapes, body, "", &sent, along.id_at.as_deref()) {
        let within = format!("{missing}/");
        let fills = |other: &&&Field<'a>| {
            let place = other.send.as_deref().unwrap_or_default();
            other.every == 1 && (place == missing || place.starts_with(&within))
        };
        if let Some(other) = others.iter().find(fills) {
            along.with.extend((!along.with.contains(&other.name)).then(|| other.name.clone()));
            sent.extend(other.send.as_deref());
        } else if missing.ends_with(&format!("/{}", escape(resource.shown.name()))) && along.id_at.is_none() {
            along.id_at = Some(missing);
        } else {
            return None;
        }
    }
    Some(along)
}

/// The first place of some content that must be filled and is not, as a pointer.
fn missing<'a>(
    shapes: Shapes<'a>,
    schema: &'a Value,
    at: &str,
    sent: &[&str],
    id_at: Option<&str>,
) -> Option<String> {
    shapes.properties(schema).into_iter().find_map(|property| {
        let place = format!("{at}/{}", escape(property.name));
        let within = format!("{place}/");
        if sent.iter().copied().chain(id_at).any(|pointer| pointer == place) {
            return None;
        }
        if sent.iter().copied().chain(id_at).any(|pointer| pointer.starts_with(&within)) {
            return missing(shapes, property.schema, &place, sent, id_at);
        }
        property.required.then_some(place)
    })
}
