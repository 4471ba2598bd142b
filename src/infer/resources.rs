//! Resources: which groups of operations become one, what they lie in, and in what order they can be created.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;

use super::Draft;
use super::creation::{Creation, Representation, creation, shown_in};
use super::fields::{Around, Field, Related, Source, fields};
use super::groups::{Group, Groups, Stands, bare};
use super::relations::Placed;
use super::schema::{Shapes, snake};
use super::seeds::Seeded;
use super::style::paging;
use super::toml::{Remark, Table, Toml, guessed};
use crate::document::{Location, Operation, StatusKey};

/// A resource of the suite.
#[derive(Debug)]
pub(super) struct Resource<'a> {
    pub(super) group: usize,
    pub(super) name: String,
    /// The resource that it lies in.
    pub(super) parent: Option<String>,
    /// The query parameter of its list that names the parent, where the path does not.
    pub(super) scope_query: Option<String>,
    pub(super) creation: Option<Creation<'a>>,
    pub(super) shown: Representation<'a>,
    pub(super) fields: Vec<Field<'a>>,
    unsent: Vec<String>,
    remarks: Vec<Remark>,
}

/// The resources that were read so far, in order.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    all: Vec<Resource<'a>>,
    names: BTreeMap<String, usize>,
    groups: BTreeMap<usize, usize>,
}

impl<'a> Found<'a> {
    fn push(&mut self, resource: Resource<'a>) {
        self.names.insert(resource.name.clone(), self.all.len());
        self.groups.insert(resource.group, self.all.len());
        self.all.push(resource);
    }

    /// The resource of this name.
    pub(super) fn named(&self, name: &str) -> Option<&Resource<'a>> {
        self.names.get(name).map(|at| &self.all[*at])
    }

    /// The resource of this group.
    fn of_group(&self, group: usize) -> Option<&Resource<'a>> {
        self.groups.get(&group).map(|at| &self.all[*at])
    }
}

/// All resources, parents first.
#[derive(Debug, Default)]
pub(super) struct Resources<'a, 'g> {
    found: Found<'a>,
    groups: Option<&'g Groups<'a>>,
}

/// The name of the parameter that takes the id of a group's item.
pub(super) fn item_parameter<'a>(group: &Group<'a>) -> Option<&'a str> {
    let operation = [group.fetch, group.delete, group.update].into_iter().flatten().next();
    let operation = operation.or(group.create.filter(|_| group.chosen_id))?;
    let last = bare(operation.path.rsplit('/').next()?).strip_prefix('{').and_then(|p| p.strip_suffix('}'));
    let query = || operation.parameters.iter().find(|p| p.location == Location::Query && p.required);
    group.called.or(last).or_else(|| Some(query()?.name.as_str()))
}

impl<'a, 'g> Resources<'a, 'g> {
    /// Reads the resources of all groups.
    pub(super) fn new(draft: &mut Draft<'a>, groups: &'g Groups<'a>) -> Self {
        let mut resources = Self { found: Found::default(), groups: Some(groups) };
        let mut waiting: Vec<usize> = (0..groups.all.len()).collect();
        // Parents and what is referred to come first; what waits for itself in a circle is taken as it is in the end.
        for patient in [true, false] {
            loop {
                let before = waiting.len();
                waiting.retain(|group| !resources.place(draft, *group, patient));
                if waiting.len() == before || waiting.is_empty() {
                    break;
                }
            }
        }
        resources
    }

    /// Takes a group in; whether it is dealt with.
    fn place(&mut self, draft: &mut Draft<'a>, at: usize, patient: bool) -> bool {
        let Some(groups) = self.groups else { return true };
        let shapes = draft.shapes;
        let group = &groups.all[at];
        let by_path = group.parent.map(|parent| groups.all[parent].name.clone());
        if let Some(parent) = &by_path
            && self.found.named(parent).is_none()
            && patient
        {
            return false;
        }
        let parameter = item_parameter(group);
        let mut made = creation(shapes, groups, group, parameter);
        let unknown =
            made.as_ref().ok().and_then(|(creation, _)| self.unmade_parent(groups, at, creation.operation));
        let parent = by_path.filter(|name| self.found.named(name).is_some_and(|r| r.creation.is_some()));
        let by_query = if group.path.contains("{}") {
            None
        } else {
            self.named_by_query(shapes, group, made.as_ref().ok())
        };
        let by_list = if by_query.is_none() && !group.path.contains("{}") {
            self.named_by_list(shapes, groups, group, made.as_ref().ok())
        } else {
            None
        };
        let parent = parent.or(by_list);
        if patient
            && parent.is_none()
            && by_query.is_none()
            && self.may_wait(shapes, groups, group, made.as_ref().ok())
        {
            return false;
        }
        let (parent, scope_query) = match by_query {
            Some((parent, parameter)) => (Some(parent), Some(parameter)),
            None => (parent, None),
        };
        let placed = Placed { groups, found: &self.found, own: &group.name, parent: parent.as_deref() };
        if patient && self.waits_for_sibling(shapes, &placed, groups, made.as_ref().ok()) {
            return false;
        }
        let read = made.as_ref().map_err(Clone::clone).and_then(|(creation, shown)| {
            let odd = creation
                .common
                .iter()
                .find(|member| !matches!(placed.stands_for(member.name), Some(Related::Ancestor(_))));
            match odd {
                Some(member) => Err(format!(
                    "beside its records the content wants {}, and nobody knows a value",
                    member.name
                )),
                None => fields(shapes, creation, shown, &placed),
            }
        });
        let mut remarks = Vec::new();
        let (read, unsent) = match read {
            Ok((mut read, unsent)) => {
                for field in &mut read {
                    if let Some(Source::Existing(name)) = &field.source
                        && let Some(at) = groups.all.iter().position(|g| g.name == *name)
                    {
                        field.source = Some(Source::Variable(super::operations::variable(
                            draft,
                            groups,
                            "id",
                            &Stands::For(at),
                        )));
                    }
                }
                (read, unsent)
            }
            Err(reason) => {
                if let Some(create) = group.create {
                    draft.leave_out(&create.id, reason.clone());
                    remarks.push(guessed(format!("not created here: {reason}")));
                }
                made = Err(reason);
                (Vec::new(), Vec::new())
            }
        };
        if let Some(unknown) = unknown.filter(|_| made.is_ok()) {
            remarks.push(guessed(format!("it lies in what {unknown} names, which this suite cannot create")));
        }
        let (creation, shown) = match made {
            Ok((creation, shown)) => (Some(creation), Some(shown)),
            Err(_) => (None, Self::shown(shapes, group, parameter)),
        };
        let Some(shown) = shown else { return true };
        if let Some(create) = &creation {
            remarks.extend(create.seen.iter().map(guessed));
        }
        self.found.push(Resource {
            group: at,
            name: group.name.clone(),
            parent: parent.filter(|_| creation.is_some()),
            scope_query: scope_query.filter(|_| creation.is_some()),
            creation,
            shown,
            fields: read,
            unsent,
            remarks,
        });
        true
    }

    /// What a record looks like, from the answers that show one.
    fn shown(shapes: Shapes<'a>, group: &Group<'a>, parameter: Option<&str>) -> Option<Representation<'a>> {
        let listed =
            group.lists.iter().find_map(|list| Representation::read(shapes, list.item, group, parameter));
        listed.or_else(|| {
            let answer = Shapes::success(group.fetch?)?.1?.value();
            shown_in(shapes, answer, group, parameter).map(|(_, shown)| shown)
        })
    }

    /// The parameter of a creation's path that stands for nothing that can be created.
    fn unmade_parent(&self, groups: &Groups<'a>, own: usize, create: &'a Operation) -> Option<&'a str> {
        groups.parameters(create).into_iter().find_map(|(name, stands)| match stands {
            Stands::For(at) if at == own => None,
            Stands::For(at) if self.of_group(at).is_some_and(|r| r.creation.is_some()) => None,
            Stands::For(_) | Stands::Unknown => Some(name),
        })
    }

    /// A required member of a flat resource that its list filters by, where it names another resource: that is what it lies in.
    fn named_by_query(
        &self,
        shapes: Shapes<'a>,
        group: &Group<'a>,
        made: Option<&(Creation<'a>, Representation<'a>)>,
    ) -> Option<(String, String)> {
        let groups = self.groups?;
        let (creation, _) = made?;
        let list = group.lists.first()?;
        let placed = Placed { groups, found: &self.found, own: &group.name, parent: None };
        creation.members.iter().chain(&creation.common).filter(|member| member.required).find_map(|member| {
            let parameter = list
                .operation
                .parameters
                .iter()
                .find(|p| p.location == Location::Query && snake(&p.name) == snake(member.name))?;
            let Some(Related::Sibling(parent)) = placed.stands_for(member.name) else { return None };
            matches!(shapes.kind(member.schema), Some("string" | "integer") | None)
                .then(|| (parent, parameter.name.clone()))
        })
    }

    /// What a flat resource lies in by one of its lists (`/authors/{id}/articles`), where its content names that.
    fn named_by_list(
        &self,
        shapes: Shapes<'a>,
        groups: &Groups<'a>,
        group: &Group<'a>,
        made: Option<&(Creation<'a>, Representation<'a>)>,
    ) -> Option<String> {
        let (creation, _) = made?;
        let placed = Placed { groups, found: &self.found, own: &group.name, parent: None };
        let inner = creation.inner(shapes);
        let members = creation.members.iter().chain(&inner).map(|member| member.name);
        let named: Vec<String> = members
            .chain(creation.links.iter().map(|link| link.name))
            .filter_map(|name| match placed.stands_for(name) {
                Some(Related::Sibling(of)) => Some(of),
                _ => None,
            })
            .collect();
        let mut holders =
            group.lists.iter().filter_map(|list| match groups.parameters(list.operation).pop() {
                Some((_, Stands::For(at))) => self.of_group(at).filter(|holder| holder.creation.is_some()),
                _ => None,
            });
        holders.find(|holder| named.contains(&holder.name)).map(|holder| holder.name.clone())
    }

    /// Whether the resource that a flat one might lie in is not read yet.
    fn may_wait(
        &self,
        shapes: Shapes<'a>,
        groups: &Groups<'a>,
        group: &Group<'a>,
        made: Option<&(Creation<'a>, Representation<'a>)>,
    ) -> bool {
        let placed = Placed { groups, found: &self.found, own: &group.name, parent: None };
        self.waits_for_sibling(shapes, &placed, groups, made)
    }

    fn waits_for_sibling(
        &self,
        shapes: Shapes<'a>,
        placed: &Placed<'_, 'a>,
        groups: &Groups<'a>,
        made: Option<&(Creation<'a>, Representation<'a>)>,
    ) -> bool {
        let members = made.iter().flat_map(|(creation, _)| creation.members.iter().chain(&creation.common));
        let links = made.iter().flat_map(|(creation, _)| &creation.links);
        let required = members.filter(|member| member.required).map(|member| member.name);
        let inner = made.map(|(creation, _)| creation.inner(shapes)).unwrap_or_default();
        let required =
            required.chain(inner.iter().filter(|member| member.required).map(|member| member.name));
        required.chain(links.filter(|link| link.required).map(|link| link.name)).any(|member| {
            placed.group(member).is_some_and(|name| {
                name != placed.own
                    && self.found.named(name).is_none()
                    && groups.named(name).is_some_and(|g| g.create.is_some())
            })
        })
    }

    pub(super) fn of_group(&self, group: usize) -> Option<&Resource<'a>> {
        self.found.of_group(group)
    }

    /// What the seeds need to know.
    pub(super) fn seeded(&self, draft: &Draft<'a>) -> Vec<Seeded> {
        let Some(groups) = self.groups else { return Vec::new() };
        let parents: BTreeSet<&String> = self.found.all.iter().filter_map(|r| r.parent.as_ref()).collect();
        let creatable = self
            .found
            .all
            .iter()
            .filter(|r| r.creation.as_ref().is_some_and(|c| draft.is_asked(&c.operation.id)));
        creatable
            .map(|resource| {
                let lists = &groups.all[resource.group].lists;
                let styles: Vec<_> =
                    lists.iter().filter_map(|list| Some((list, paging(draft.shapes, list).ok()?))).collect();
                let largest = styles.first().and_then(|(list, style)| {
                    let size = style.size.as_deref()?;
                    let (arguments, _) = super::style::arguments(draft.shapes, list.operation);
                    let argument = arguments.iter().find(|argument| argument.name == size)?;
                    draft.shapes.number(argument.schema, "maximum")
                });
                Seeded {
                    name: resource.name.clone(),
                    parent: resource.parent.clone(),
                    has_children: parents.contains(&resource.name),
                    listed: !styles.is_empty(),
                    largest,
                    batch: resource.creation.as_ref().and_then(|c| c.batch.as_ref()).map(|(_, most)| *most),
                }
            })
            .collect()
    }

    /// The tables of all resources.
    pub(super) fn tables(&self, draft: &mut Draft<'a>) -> Vec<Table> {
        let Some(groups) = self.groups else { return Vec::new() };
        let mut tables = Vec::new();
        for resource in &self.found.all {
            tables.extend(self.table(draft, groups, resource));
        }
        tables
    }

    fn table(&self, draft: &mut Draft<'a>, groups: &Groups<'a>, resource: &Resource<'a>) -> Vec<Table> {
        let group = &groups.all[resource.group];
        let mut table = Table::at(["resources", &resource.name]);
        table.remarks.extend(resource.remarks.iter().cloned());
        if let Some(parent) = &resource.parent {
            let reason = match &resource.scope_query {
                Some(parameter) => {
                    format!("a record names it when it is created, and the list is filtered by {parameter}")
                }
                None => "the path".to_owned(),
            };
            table.explained("parent", parent.as_str(), vec![guessed(reason)]);
        }
        table.explained("id", resource.shown.id.as_str(), vec![guessed("the name of the member")]);
        let id = draft.shapes.at(resource.shown.schema, &resource.shown.id);
        if id.is_some_and(|id| draft.shapes.is_resource_name(&resource.shown.id, id)) {
            table.explained(
                "in-path",
                "last-segment",
                vec![guessed(
                    "the id is said to be a resource name, and paths name what it lies in by themselves",
                )],
            );
        }
        let Some(creation) = &resource.creation else {
            return vec![table];
        };
        let short = super::operations::ask(draft, groups, self, creation.operation);
        let mut create = vec![("operation".to_owned(), Toml::from(short))];
        if !creation.answer.is_empty() {
            create.push(("answer".to_owned(), creation.answer.as_str().into()));
        }
        if let Some((at, most)) = &creation.batch {
            create.push((
                "batch".to_owned(),
                Toml::table([("at", at.as_str().into()), ("max", Toml::Integer(*most))]),
            ));
        }
        let again = creation.operation.responses.iter().any(|r| r.status == StatusKey::Exact(200));
        if creation.chosen_id.is_some() && again {
            create.push(("put".to_owned(), draft.requirements.promise("replaced")));
        }
        if !creation.common.is_empty() {
            let parent = resource.parent.clone().unwrap_or_default();
            let body = creation
                .common
                .iter()
                .map(|member| (member.name.to_owned(), Toml::from(format!("{{{parent}.id}}"))))
                .collect();
            create.push(("body".to_owned(), Toml::Table(body)));
        }
        let verb = format!("{} {}", creation.operation.method, creation.operation.path);
        table.explained(
            "create",
            Toml::Table(create),
            vec![guessed(format!("{verb} answers with the record"))],
        );
        if let Some(fetch) = group.fetch {
            self.fetch(draft, groups, resource, fetch, &mut table);
        }
        if let Some(update) = group.update {
            super::updates::entry(draft, groups, self, resource, update, &mut table);
        }
        if let Some(delete) = group.delete {
            super::deletions::entry(draft, groups, self, resource, delete, &mut table);
        }
        let mut fields = Table::at(["resources", &resource.name, "fields"]);
        if resource.fields.iter().any(Field::is_kept) {
            draft.requirements.refer("kept");
        }
        if !resource.unsent.is_empty() {
            let names: Vec<&str> = resource.unsent.iter().map(String::as_str).collect();
            fields.remarks.push(guessed(format!(
                "not sent, since they are optional and either no answer shows them or nobody knows their values: {}",
                super::style::joined(&names)
            )));
        }
        for field in &resource.fields {
            fields.explained(&field.name, field.toml(), field.remarks.clone());
        }
        vec![table, fields]
    }

    fn fetch(
        &self,
        draft: &mut Draft<'a>,
        groups: &Groups<'a>,
        resource: &Resource<'a>,
        fetch: &'a Operation,
        table: &mut Table,
    ) {
        let group = &groups.all[resource.group];
        let answer = Shapes::success(fetch).and_then(|(_, schema)| schema);
        let Some((answer, _)) =
            answer.and_then(|schema| shown_in(draft.shapes, schema.value(), group, item_parameter(group)))
        else {
            draft.leave_out(&fetch.id, "its answer does not show the record in a way that is understood");
            return;
        };
        let short = super::operations::ask(draft, groups, self, fetch);
        let mut members = vec![("operation".to_owned(), Toml::from(short))];
        if !answer.is_empty() {
            members.push(("answer".to_owned(), answer.into()));
        }
        let mut remarks = Vec::new();
        let mut refusals = refusals(fetch);
        if refusals.contains(&404) {
            remarks.push(guessed("the document names 404 for the operation; an id that cannot be one may be refused as invalid"));
        } else {
            refusals = vec![400, 403, 404, 410, 422];
            remarks.push(guessed(
                "the document names no status for an id that nothing has, but a success it cannot be",
            ));
        }
        let list = Toml::List(refusals.iter().map(|status| Toml::Integer(i64::from(*status))).collect());
        draft.requirements.refer("unknown");
        members
            .push(("unknown".to_owned(), Toml::table([("status", list), ("requirement", "unknown".into())])));
        if resource.parent.is_some() && groups.parameters(fetch).len() > 1 {
            members.push(("only-through-parents".to_owned(), draft.requirements.promise("own-parents")));
            remarks.push(guessed("the path names what the record lies in"));
        }
        table.explained("fetch", Toml::Table(members), remarks);
    }
}

/// The refusals that a document lists for an operation and that may answer an id that does not exist.
pub(super) fn refusals(operation: &Operation) -> Vec<u16> {
    let documented = |status: u16| {
        operation.responses.iter().any(|response| match response.status {
            StatusKey::Exact(code) => code == status,
            StatusKey::Range(class) => u16::from(class) == status / 100,
            // Whatever a default stands for, it is no promise of a status.
            StatusKey::Default => false,
        })
    };
    let mut found: Vec<u16> = [400, 404, 410, 422].into_iter().filter(|status| documented(*status)).collect();
    if operation.method == Method::GET && !found.is_empty() && found.contains(&404) {
        // An id of a form that no record has may be refused as such, also where the document says nothing of it.
        for status in [400, 422] {
            if !found.contains(&status) && typed(operation) {
                found.push(status);
            }
        }
    }
    found.sort_unstable();
    found
}

/// Whether an id in the path has a form: then not every text can be one.
fn typed(operation: &Operation) -> bool {
    operation.parameters.iter().filter(|p| p.location == Location::Path).any(|p| {
        let schema = p.schema.resolved();
        ["format", "pattern", "minLength", "maxLength", "enum"].iter().any(|key| schema.get(*key).is_some())
            || schema.get("type").is_some_and(|kind| kind != "string")
    })
}
