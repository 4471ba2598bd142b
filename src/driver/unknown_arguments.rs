//! What nobody names: a filter on a field that there is not, and an order that there is not. What becomes of them is measured.

use serde_json::json;

use super::Driver;
use super::list::Ask;
use super::request::{Content, Parts, set_at};
use crate::evidence::{self, Asked, Evidence, Probe, Unknown};
use crate::oracle::Oracle;
use crate::suite::{Arguments, At, Collection};

/// A name that no field has, and a value that nothing has.
const WORD: &str = "zqvvvvvqz";

impl Driver {
    /// The page of an ask once more, with a filter and with an order that there are not, where the document leaves room for them.
    pub(super) async fn unknown_arguments(&self, oracle: &Oracle, evidence: &mut Evidence, ask: &Ask<'_>) {
        for (label, what, parts) in [
            ("unknown filter", Unknown::Filter, self.with_unknown_filter(oracle, ask)),
            ("unknown order", Unknown::Order, self.with_unknown_order(oracle, ask)),
        ] {
            let Some(parts) = parts else {
                evidence.obstacles.push(format!("the document leaves no room for an {label}"));
                continue;
            };
            let outgoing = self.outgoing(&ask.collection.operation, label, &parts);
            let entry = self.send(evidence, outgoing, Asked::Open).await;
            let about = evidence::Ask::UnknownArgument { what, query: ask.query.clone() };
            evidence.probes.push(Probe { label: label.to_owned(), ask: about, entry });
        }
    }

    /// A filter beside those that the suite names. None where the suite names none: there it would be no filter but any parameter.
    fn with_unknown_filter(&self, oracle: &Oracle, ask: &Ask<'_>) -> Option<Parts> {
        let mut parts = self.list_parts(oracle, ask);
        if let Some(place) = filters_at(ask.collection) {
            let mut content = match parts.content {
                Some(Content::Json(content)) => content,
                _ => json!({}),
            };
            set_at(&mut content, &format!("{place}/{WORD}"), json!(WORD));
            parts.content = Some(Content::Json(content));
            let operation = self.suite.operation(&ask.collection.operation);
            let schema =
                operation.request_body.as_ref().and_then(|body| body.content.first()?.schema.as_ref());
            let Some(Content::Json(content)) = &parts.content else { return None };
            // What the document forbids is asked for elsewhere.
            return schema.is_none_or(|schema| schema.is_valid(content)).then_some(parts);
        }
        let mut filters = ask.collection.filters.values();
        if !filters.any(|filter| matches!(filter.at, At::Query(_))) {
            return None;
        }
        parts.query.push((WORD.to_owned(), WORD.to_owned()));
        Some(parts)
    }

    /// An order that is called as none is, where the document takes any text for one.
    fn with_unknown_order(&self, oracle: &Oracle, ask: &Ask<'_>) -> Option<Parts> {
        let collection = ask.collection;
        let names = collection.orders.iter().flat_map(|order| order.query.keys());
        let mut open = names.filter(|name| {
            let operation = self.suite.operation(&collection.operation);
            let parameter = operation.parameter(name);
            parameter.is_some_and(|parameter| parameter.schema.is_valid(&json!(WORD)))
        });
        let name = open.next().filter(|_| collection.arguments == Arguments::Query)?;
        let mut parts = self.list_parts(oracle, ask);
        parts.query.retain(|(known, _)| known != name);
        parts.query.push((name.clone(), WORD.to_owned()));
        Some(parts)
    }
}

/// The object of the content in which the filters of a collection stand: what the places of all of them begin with.
fn filters_at(collection: &Collection) -> Option<String> {
    let mut places = collection.filters.values().filter_map(|filter| match &filter.at {
        At::Body(pointer) | At::BodyEach(pointer) => Some(pointer.split('/').skip(1).collect::<Vec<_>>()),
        At::Query(_) => None,
    });
    let mut common = places.next()?;
    // The last token is the filter's own.
    common.pop();
    for place in places {
        let same = common.iter().zip(&place).take_while(|(a, b)| a == b).count();
        common.truncate(same.min(place.len() - 1));
    }
    Some(common.iter().fold(String::new(), |pointer, token| pointer + "/" + token))
}
