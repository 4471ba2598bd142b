//! How a resource is deleted, and what is left of it then.

use super::Draft;
use super::groups::Groups;
use super::resources::{Resource, Resources};
use super::schema::{Shapes, snake};
use super::style::paging;
use super::toml::{Table, Toml, guessed, question};
use crate::document::pointer::escape;
use crate::document::{Operation, StatusKey};

/// The entry `delete` of a resource, and what is said of it.
pub(super) fn entry<'a>(
    draft: &mut Draft<'a>,
    groups: &Groups<'a>,
    resources: &Resources<'a, '_>,
    resource: &Resource<'a>,
    delete: &'a Operation,
    table: &mut Table,
) {
    let shapes = draft.shapes;
    let short = super::operations::ask(draft, groups, resources, delete);
    let mut members = vec![("operation".to_owned(), Toml::from(short))];
    let mut remarks = Vec::new();
    let answers = |status: u16| delete.responses.iter().any(|r| r.status == StatusKey::Exact(status));
    let later = answers(202);
    let fetched = groups.all[resource.group].fetch.and_then(|fetch| Shapes::success(fetch)?.1);
    if let Some((at, value)) = fetched.and_then(|schema| trace(shapes, schema.value())) {
        members.push((
            "tombstone".to_owned(),
            Toml::table([("at", at.into()), ("value", value), ("requirement", "marked".into())]),
        ));
        draft.requirements.refer("marked");
        remarks.push(guessed("a fetch may answer with what says that the record is deleted"));
    }
    let soft = resource.shown.members(shapes).into_iter().find(|member| {
        let name = snake(member.name);
        [
            "deleted",
            "archived",
            "is_deleted",
            "is_archived",
            "deleted_at",
            "archived_at",
            "removed_at",
            "delete_time",
            "active",
            "is_active",
        ]
        .contains(&name.as_str())
            || (name == "status" || name == "state")
                && shapes.choices(member.schema).iter().any(|value| {
                    matches!(snake(value).as_str(), "deleted" | "archived" | "removed" | "inactive")
                })
    });
    if later {
        members.push(("eventual".to_owned(), true.into()));
        remarks.push(guessed("it may answer 202, so the deletion may come later"));
    } else if let Some(soft) = soft {
        members.push(("eventual".to_owned(), true.into()));
        remarks.push(question(format!(
            "is a deleted {} still found, marked by {} (then eventual = true stays) or not found any more (then strike eventual out)?",
            resource.name, soft.name
        )));
    } else if groups.all[resource.group].lists.iter().any(|list| paging(shapes, list).is_ok()) {
        members.push(("leaves-list".to_owned(), draft.requirements.promise("gone")));
        remarks.push(guessed("nothing in a record marks it as deleted, so it is gone"));
    }
    table.explained("delete", Toml::Table(members), remarks);
}

/// Where a branch of an answer says that the record is deleted, and what it says there.
fn trace<'a>(shapes: Shapes<'a>, answer: &'a serde_json::Value) -> Option<(String, Toml)> {
    let answer = shapes.document.resolve(answer);
    let branches = ["anyOf", "oneOf"].iter().filter_map(|keyword| answer.get(*keyword)?.as_array()).flatten();
    branches.flat_map(|branch| shapes.properties(branch)).find_map(|member| {
        let named = matches!(snake(member.name).as_str(), "deleted" | "is_deleted");
        let value = super::creation::fixed(shapes, member.schema).filter(|_| named && member.required)?;
        Some((format!("/{}", escape(member.name)), value))
    })
}
