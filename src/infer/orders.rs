//! The orders and conventions of a list.

use serde_json::Value;

use super::fields::{is_creation_time, moment};
use super::lists::Listing;
use super::schema::{Property, Shapes, snake};
use super::style::Paging;
use super::toml::{Remark, Toml, guessed, question};
use crate::document::pointer::escape;
use crate::document::{Location, Parameter};

/// The orders of a list, as the suite file has them, with what is said of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Orders {
    pub(super) list: Vec<Toml>,
    pub(super) remarks: Vec<Remark>,
    /// The query parameters that choose one.
    pub(super) parameters: Vec<String>,
}

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Up => "ascending",
            Self::Down => "descending",
        }
    }
}

const NEWEST: [&str; 13] = [
    "newest first",
    "most recent first",
    "most recently created first",
    "latest first",
    "reverse chronological",
    "descending order of creation",
    "newest to oldest",
    "the most recent appearing first",
    "with the most recent",
    "reverse order of creation",
    "created_at desc",
    "creation date, descending",
    "by creation time, newest",
];
const OLDEST: [&str; 11] = [
    "oldest first",
    "in chronological order",
    "ascending order of creation",
    "oldest to newest",
    "in order of creation",
    "in creation order",
    "in the order in which",
    "in the order they were",
    "in the order of their creation",
    "order is that in which",
    "by creation time, ascending",
];

/// The instant of creation that items show.
fn instant<'a>(shapes: Shapes<'a>, members: &[Property<'a>], read: &str) -> Option<String> {
    members
        .iter()
        .find(|member| is_creation_time(shapes, **member))
        .map(|member| format!("{read}/{}", escape(member.name)))
}

/// Which instant words about an order are about.
enum Meant {
    /// The one that stands there.
    At(String),
    /// One that items do not show.
    NotShown,
}

/// The instant that words such as "oldest first" are about: one that they name, else that of the creation, else the only one. `None` where there are
/// several others.
fn meant<'a>(shapes: Shapes<'a>, members: &[Property<'a>], read: &str, prose: &str) -> Option<Meant> {
    let prose = prose.to_lowercase();
    let place = |member: &Property<'a>| format!("{read}/{}", escape(member.name));
    let timed: Vec<&Property<'a>> =
        members.iter().filter(|member| shapes.text(member.schema, "format") == Some("date-time")).collect();
    let named = |member: &&&Property<'a>| {
        let name = moment(member.name).replace('_', " ");
        // Shorter ones are words of their own, such as `at`.
        name.len() > 3 && prose.contains(&name)
    };
    let by_name: Vec<&&Property<'a>> = timed.iter().filter(named).collect();
    if let [one] = by_name[..] {
        return Some(Meant::At(place(one)));
    }
    match (instant(shapes, members, read), &timed[..]) {
        (Some(creation), _) => Some(Meant::At(creation)),
        (None, []) => Some(Meant::NotShown),
        (None, [one]) => Some(Meant::At(place(one))),
        (None, _) => None,
    }
}

/// What the document says of the order of a list without parameters.
fn stated(prose: &str) -> Option<(Way, &'static str)> {
    let prose = prose.to_lowercase();
    let newest = NEWEST.iter().find(|words| prose.contains(**words));
    let oldest =
        OLDEST.iter().find(|words| prose.contains(**words) && !prose.contains(&format!("reverse {words}")));
    match (newest, oldest) {
        (Some(words), None) => Some((Way::Down, words)),
        (None, Some(words)) => Some((Way::Up, words)),
        _ => None,
    }
}

/// The orders of a list.
pub(super) fn orders<'a>(
    shapes: Shapes<'a>,
    list: &Listing<'a>,
    short: &str,
    kind: &str,
    members: &[Property<'a>],
    read: &str,
) -> Orders {
    let at = instant(shapes, members, read);
    let key = |at: Option<&String>| {
        at.map_or_else(|| "creation".into(), |at| Toml::table([("instant", at.as_str().into())]))
    };
    let by = key(at.as_ref());
    let mut found = Orders::default();
    let order = |name: &str, query: &[(String, String)], by: &Toml, way: Way, requirement: &str| {
        let mut entries: Vec<(String, Toml)> = vec![("name".to_owned(), name.into())];
        if !query.is_empty() {
            let query = query.iter().map(|(key, value)| (key.clone(), Toml::from(value.as_str()))).collect();
            entries.push(("query".to_owned(), Toml::Table(query)));
        }
        entries.push(("by".to_owned(), by.clone()));
        entries.push(("direction".to_owned(), way.name().into()));
        entries.push(("requirement".to_owned(), requirement.into()));
        Toml::Table(entries)
    };
    let choices = choices(shapes, list, at.as_deref());
    let raw = shapes.document.raw().pointer(&list.operation.pointer);
    let prose: Vec<&str> =
        ["summary", "description"].iter().filter_map(|key| raw?.get(*key)?.as_str()).collect();
    let usual = choices
        .as_ref()
        .and_then(|c| c.usual.map(|way| (way, by.clone(), format!("the default of {}", c.parameter))));
    let usual = usual.or_else(|| {
        let prose = prose.join(" ");
        let (way, words) = stated(&prose)?;
        let at = match meant(shapes, members, read, &prose)? {
            Meant::At(at) => Some(at),
            Meant::NotShown => None,
        };
        Some((way, key(at.as_ref()), format!("the description says \"{words}\"")))
    });
    let usual = usual.or_else(|| {
        let timed = kind == "timestamp-cursor" && at.is_some();
        timed.then(|| {
            (
                Way::Down,
                by.clone(),
                "a list without a cursor that `before` reads on from starts with the newest".to_owned(),
            )
        })
    });
    if let Some((way, by, reason)) = usual {
        found.list.push(order("default", &[], &by, way, "order"));
        found.remarks.push(guessed(reason));
    } else {
        found.list.push(order("default", &[], &"first-seen".into(), Way::Up, "one-order"));
        let keys = match &at {
            Some(at) => format!("by = {{ instant = \"{at}\" }} or \"creation\""),
            None => "by = \"creation\"".to_owned(),
        };
        found.remarks.push(question(format!(
            "in which order does {short} list? ({keys}, direction = \"ascending\" or \"descending\"); as it stands, it need only be the same each time"
        )));
    }
    if let Some(choices) = choices {
        found.remarks.push(guessed(format!("{} chooses the order: {}", choices.parameter, choices.reason)));
        for (name, query, way) in &choices.ways {
            found.list.push(order(name, query, &by, *way, "chosen-order"));
        }
        found.parameters.extend(choices.parameters);
    }
    found
}

/// A name, the query, and the direction.
type Chosen = (String, Vec<(String, String)>, Way);

/// Parameters that choose the order.
struct Choices {
    parameter: String,
    parameters: Vec<String>,
    /// The direction without the parameter.
    usual: Option<Way>,
    /// A name, the query, and the direction.
    ways: Vec<Chosen>,
    reason: String,
}

fn choices<'a>(shapes: Shapes<'a>, list: &Listing<'a>, at: Option<&str>) -> Option<Choices> {
    let query = || list.operation.parameters.iter().filter(|p| p.location == Location::Query);
    let created = at.and_then(|at| at.rsplit('/').next()).map(moment);
    let is_created = |text: &str| created.as_deref() == Some(moment(text).as_str());
    let direction = |text: &str| match snake(text).as_str() {
        "asc" | "ascending" | "oldest" | "oldest_first" => Some(Way::Up),
        "desc" | "descending" | "newest" | "newest_first" | "latest" => Some(Way::Down),
        _ => None,
    };
    let named = |names: &[&str]| query().find(|p| names.contains(&snake(&p.name).as_str()));
    let default = |parameter: &Parameter| parameter.default().and_then(Value::as_str).map(str::to_owned);
    let ordering = named(&[
        "order",
        "sort_order",
        "order_direction",
        "sort_direction",
        "direction",
        "dir",
        "sort_dir",
        "sort",
        "order_by",
        "sort_by",
        "ordering",
    ]);
    // A direction by itself, perhaps beside a parameter for the field.
    let both = |parameter: &&Parameter| {
        let found: Vec<Way> =
            shapes.choices(parameter.schema.value()).iter().filter_map(|text| direction(text)).collect();
        found.contains(&Way::Up) && found.contains(&Way::Down)
    };
    if let Some(parameter) =
        query().find(|p| both(p) && ["sort", "order", "dir"].iter().any(|word| snake(&p.name).contains(word)))
    {
        let field = query().find(|p| {
            p.name != parameter.name
                && matches!(snake(&p.name).as_str(), "order_by" | "sort_by" | "sort" | "sort_field")
        });
        let mut fixed = Vec::new();
        let mut usual_field = true;
        if let Some(field) = field {
            let value = shapes
                .choices(field.schema.value())
                .into_iter()
                .find(|text| is_created(text))
                .map(str::to_owned);
            let value = value.or_else(|| default(field).filter(|text| is_created(text)))?;
            usual_field = default(field).is_some_and(|text| is_created(&text));
            fixed.push((field.name.clone(), value));
        }
        let values = shapes.choices(parameter.schema.value());
        let ways = values.iter().filter_map(|text| {
            let way = direction(text)?;
            let query = fixed.iter().cloned().chain([(parameter.name.clone(), (*text).to_owned())]).collect();
            Some((way.name().to_owned(), query, way))
        });
        let usual = default(parameter).as_deref().and_then(direction).filter(|_| usual_field);
        let parameters = fixed.iter().map(|(name, _)| name.clone()).chain([parameter.name.clone()]).collect();
        let reason =
            "its values name both directions; without a field the time of creation counts".to_owned();
        return Some(Choices {
            parameter: parameter.name.clone(),
            parameters,
            usual,
            ways: ways.collect(),
            reason,
        });
    }
    // One parameter for field and direction: `created_at`, `-created_at`, `created_at:desc`.
    let parameter = ordering?;
    let created = created?;
    let values = shapes.choices(parameter.schema.value());
    let read = |text: &str| -> Option<Way> {
        if let Some(rest) = text.strip_prefix('-') {
            return (moment(rest) == created).then_some(Way::Down);
        }
        if text.strip_prefix('+').is_some_and(|rest| moment(rest) == created) || moment(text) == created {
            return Some(Way::Up);
        }
        let (field, way) = text.rsplit_once([':', ' ', '.', ','])?;
        (moment(field) == created).then(|| direction(way)).flatten()
    };
    let ways: Vec<Chosen> = values
        .iter()
        .filter_map(|text| Some((read(text)?, (*text).to_owned())))
        .map(|(way, text)| (way.name().to_owned(), vec![(parameter.name.clone(), text)], way))
        .collect();
    // A bare field name may mean either direction where no other value names the opposite one.
    let up = ways.iter().filter(|(_, _, way)| *way == Way::Up).count();
    if up != 1 || ways.len() != 2 {
        return None;
    }
    let usual = default(parameter).as_deref().and_then(read);
    let reason = "its values name the time of creation in both directions".to_owned();
    Some(Choices {
        parameter: parameter.name.clone(),
        parameters: vec![parameter.name.clone()],
        usual,
        ways,
        reason,
    })
}

/// The conventions of a list: what is settled, and what is asked.
pub(super) fn conventions(paging: &Paging, closed: bool) -> (Vec<(&'static str, Toml)>, Vec<Remark>) {
    let mut settled = Vec::new();
    let mut remarks = Vec::new();
    let positional = matches!(paging.kind, "page-number" | "offset-limit");
    if positional && paging.size.as_deref() == Some("$top") {
        settled.push(("short-pages", setting("allowed", "short-pages")));
        remarks.push(guessed("a server may answer less than $top and link to the rest"));
    } else if positional {
        settled.push(("short-pages", setting("never", "full-pages")));
        remarks
            .push(guessed("pages are asked for by their position, so that a page is short only at the end"));
    }
    if let Some((pointer, said)) = &paging.total {
        let rough = ["approx", "estimat", "roughly"]
            .iter()
            .any(|word| said.to_lowercase().contains(word) || pointer.to_lowercase().contains(word));
        let is = if rough { "estimate" } else { "exact" };
        settled.push(("total", setting(is, "total")));
        remarks.push(guessed(format!(
            "{pointer} is {}",
            if rough { "said to be an estimate" } else { "nowhere said to be an estimate" }
        )));
        if !closed {
            remarks.push(Remark::Plain(
                "others may write into the list, so that its total is not judged against what was created"
                    .to_owned(),
            ));
        }
    }
    (settled, remarks)
}

fn setting(is: &str, requirement: &str) -> Toml {
    Toml::table([("is", is.into()), ("requirement", requirement.into())])
}
