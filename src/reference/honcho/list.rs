//! Pages by number: [`read`] reads page, size, direction and filter, [`print()`] prints one page of a collection.

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::filter::Filter;
use super::records::Record;
use crate::reference::api::json_response;
use crate::reference::fastapi::{Reader, Refusal};
use crate::reference::input::Input;
use crate::reference::ordered_map::OrderedMap;

/// What a list request asks for.
pub(crate) struct Asked {
    page: i64,
    size: i64,
    reverse: bool,
    filter: Filter,
}

/// One page, as it is printed.
#[derive(Serialize)]
struct Printed<'a, T> {
    items: Vec<&'a T>,
    total: usize,
    page: i64,
    size: i64,
    pages: usize,
}

/// Reads a list request for records of the type `T`.
pub(crate) fn read<T: Record>(input: &Input) -> Result<Asked, Refusal> {
    let mut reader = Reader::new(input);
    let page = reader.query_integer("page", 1, 1..=i64::MAX);
    let size = reader.query_integer("size", 50, 1..=100);
    let reverse = reader.query_boolean("reverse");
    let at = [json!("body")];
    let filter = match reader.body()? {
        None => Filter::everything(),
        Some(body) => match (body.is_null(), body.as_object()) {
            (true, _) => Filter::everything(),
            (false, Some(map)) => {
                let filters = reader.fields(map, at.to_vec()).optional_object("filters").unwrap_or_default();
                Filter::read(&mut reader, &[json!("body"), json!("filters")], &filters, T::FIELDS)
            }
            (false, None) => {
                reader.not_an_object(&at, &body);
                Filter::everything()
            }
        },
    };
    reader.finish()?;
    Ok(Asked { page, size, reverse, filter })
}

/// Prints the page that was asked for. Without a filter this costs the page, with one the collection.
pub(crate) fn print<T: Record>(records: &OrderedMap<T>, asked: &Asked) -> Response {
    // The size is between 1 and 100; a page number that no memory could hold lies past every end.
    let size = usize::try_from(asked.size).unwrap_or(1);
    let before = usize::try_from(asked.page - 1).unwrap_or(usize::MAX).saturating_mul(size);
    let (items, total) = if asked.filter.is_everything() {
        (cut(records.iter(), asked.reverse, before, size), records.len())
    } else {
        let matching: Vec<&T> = records.iter().filter(|record| asked.filter.matches(*record)).collect();
        let total = matching.len();
        (cut(matching.into_iter(), asked.reverse, before, size), total)
    };
    let pages = total.div_ceil(size);
    json_response(StatusCode::OK, &Printed { items, total, page: asked.page, size: asked.size, pages })
}

fn cut<'a, T>(
    records: impl DoubleEndedIterator<Item = &'a T>,
    reverse: bool,
    before: usize,
    size: usize,
) -> Vec<&'a T> {
    if reverse {
        records.rev().skip(before).take(size).collect()
    } else {
        records.skip(before).take(size).collect()
    }
}
