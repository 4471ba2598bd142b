//! Pages by offset and limit over the messages of a workspace: [`list_messages`].

use std::cmp::Ordering;
use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use super::messages::Message;
use super::{Answer, Workspace, workspace_id};
use crate::reference::App;
use crate::reference::api::json_response;
use crate::reference::fastapi::{Reader, Refusal};
use crate::reference::input::Input;

/// The fields that `order_by` may name; the first is the default.
const ORDER: &[&str] =
    &["created_at", "sent_at", "updated_at", "id", "role", "sender_id", "content", "message_type"];

/// One page, as it is printed.
#[derive(Serialize)]
struct Printed<'a> {
    data: Vec<&'a Message>,
    total_count: usize,
    page: i64,
    limit: i64,
    next_page: Option<i64>,
    next_cursor: Option<&'a str>,
    has_more: bool,
}

/// What a list request asks for.
struct Asked<'a> {
    skip: i64,
    limit: i64,
    order: &'static str,
    descending: bool,
    conversation_id: Option<&'a str>,
    filter: Filter<'a>,
}

/// The conditions that are asked of each message.
struct Filter<'a> {
    sender_id: Option<&'a str>,
    role: Option<&'a str>,
    message_type: Option<&'a str>,
    /// In lower case.
    search: Option<String>,
    /// A message needs one of these.
    tags: Option<Vec<&'a str>>,
}

impl<'a> Filter<'a> {
    fn read(reader: &Reader<'a>) -> Self {
        let tags = reader
            .query_text("tags")
            .map(|text| text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect::<Vec<&str>>());
        Self {
            sender_id: reader.query_text("sender_id"),
            role: reader.query_text("role"),
            message_type: reader.query_text("message_type"),
            search: reader.query_text("search").map(str::to_lowercase),
            tags: tags.filter(|tags| !tags.is_empty()),
        }
    }

    fn asks_nothing(&self) -> bool {
        let words = [self.sender_id, self.role, self.message_type, self.search.as_deref()];
        words.iter().all(Option::is_none) && self.tags.is_none()
    }

    fn matches(&self, message: &Message) -> bool {
        let draft = &message.draft;
        let equal = |asked: Option<&str>, found: &str| asked.is_none_or(|asked| asked == found);
        equal(self.sender_id, &draft.sender_id)
            && equal(self.role, &draft.role)
            && equal(self.message_type, &draft.message_type)
            && self.search.as_ref().is_none_or(|word| draft.content.to_lowercase().contains(word))
            && self.tags.as_ref().is_none_or(|asked| {
                let found = draft.tags.iter().flatten().filter_map(Value::as_str);
                found.into_iter().any(|tag| asked.contains(&tag.trim()))
            })
    }
}

fn read(input: &Input) -> Result<Asked<'_>, Refusal> {
    let mut reader = Reader::new(input);
    let asked = Asked {
        skip: reader.query_integer("skip", 0, 0..=i64::MAX),
        limit: reader.query_integer("limit", 100, 1..=1000),
        order: reader.query_word("order_by", ORDER, ORDER[0]),
        descending: reader.query_word("order_direction", &["asc", "desc"], "desc") == "desc",
        conversation_id: reader.query_text("conversation_id"),
        filter: Filter::read(&reader),
    };
    reader.finish()?;
    Ok(asked)
}

pub(crate) async fn list_messages(State(app): State<Arc<App>>, input: Input) -> Answer {
    let asked = read(&input)?;
    let store = app.store();
    let nothing = Workspace::default();
    let workspace = store.mielto.workspaces.get(&workspace_id(&input)).unwrap_or(&nothing);
    // The limit is between 1 and 1000; an offset that no memory could hold lies past every end.
    let skip = usize::try_from(asked.skip).unwrap_or(usize::MAX);
    let limit = usize::try_from(asked.limit).unwrap_or(1);
    let (data, total) = match asked.conversation_id {
        None => cut(workspace.messages.iter(), &asked, skip, limit),
        Some(id) => {
            let positions = workspace.conversations.get(id).map_or(&[][..], Vec::as_slice);
            cut(positions.iter().map(|at| &workspace.messages[*at]), &asked, skip, limit)
        }
    };
    let has_more = skip.saturating_add(data.len()) < total;
    let page = asked.skip / asked.limit + 1;
    let printed = Printed {
        data,
        total_count: total,
        page,
        limit: asked.limit,
        next_page: has_more.then_some(page + 1),
        next_cursor: None,
        has_more,
    };
    Ok(json_response(StatusCode::OK, &printed))
}

/// Filters, orders and slices messages that come in order of creation. By default this costs no more than the page.
fn cut<'a>(
    messages: impl DoubleEndedIterator<Item = &'a Message> + ExactSizeIterator,
    asked: &Asked<'_>,
    skip: usize,
    limit: usize,
) -> (Vec<&'a Message>, usize) {
    if asked.order == ORDER[0] && asked.filter.asks_nothing() {
        let total = messages.len();
        return (slice(messages, asked.descending, skip, limit), total);
    }
    let mut matching: Vec<&Message> = messages.filter(|message| asked.filter.matches(message)).collect();
    // A stable sort keeps the order of creation among equals, and descending is the mirror of all of it.
    matching.sort_by(|left, right| compare(asked.order, left, right));
    let total = matching.len();
    (slice(matching.into_iter(), asked.descending, skip, limit), total)
}

fn slice<'a>(
    messages: impl DoubleEndedIterator<Item = &'a Message>,
    descending: bool,
    skip: usize,
    limit: usize,
) -> Vec<&'a Message> {
    if descending {
        messages.rev().skip(skip).take(limit).collect()
    } else {
        messages.skip(skip).take(limit).collect()
    }
}

/// Compares by a field of [`ORDER`]; text by code points, whatever the language.
fn compare(order: &str, left: &Message, right: &Message) -> Ordering {
    match order {
        "sent_at" => left.sent_at.cmp(&right.sent_at),
        "updated_at" => left.updated_at.cmp(&right.updated_at),
        "id" => left.id.cmp(&right.id),
        "role" => left.draft.role.cmp(&right.draft.role),
        "sender_id" => left.draft.sender_id.cmp(&right.draft.sender_id),
        "content" => left.draft.content.cmp(&right.draft.content),
        "message_type" => left.draft.message_type.cmp(&right.draft.message_type),
        _ => left.created_at.cmp(&right.created_at),
    }
}
