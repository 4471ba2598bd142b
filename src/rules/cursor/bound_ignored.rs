//! CUR003: a bounded page holds an item from beyond its cursor.

use super::bounds::{Bounded, Side, bounded};
use crate::pagination::Style;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{by_item, by_timestamp, draft, instant_of, ranks, when};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A page of the items before a cursor holds none that is newer than the cursor, and one of those after it none that is older: by the instants
    /// that the items show, and by the order in which the run's own records stand.
    /// ## Why it matters
    /// A cursor that is not obeyed gives the first page again and again, and a client never gets any further.
    /// ## Example
    /// `before=1700` is answered with the first page, which holds messages up to 1900.
    /// ## Source
    /// The parameters for the bounds in the OpenAPI document.
    /// ## False alarms and how they are avoided
    /// Items within a millisecond of the cursor are left to CUR001. Items that show no instant are judged only where they are the run's own.
    BOUND_IGNORED {
        code: "CUR003", name: "bound-ignored", level: Must, basis: Document,
        source: "the parameters for the bounds",
        summary: "A bounded page holds nothing from beyond its cursor.",
        implies: ["CUR001", "CUR002", "CUR005", "CUR008", "PAG001", "PAG002", "PAG003"],
        scenarios: &[Kind::Bounds],
        applies: |suite, case| when(suite, case, |collection| by_timestamp(collection) || by_item(collection)),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for bounded in bounded(scene).into_iter().filter(|bounded| !bounded.is_range()) {
        let Some((place, name)) = beyond(scene, &bounded) else {
            sheet.judged();
            continue;
        };
        let (side, parameter) = sides(scene, &bounded);
        let pointer = scene.operation().parameter(parameter).map_or("", |parameter| &parameter.pointer);
        let text = format!("The parameter {parameter} bounds the page: its items are {side} the cursor.");
        sheet.fail(Draft {
            pointer: Some(format!("{}/{place}", bounded.page.items_at)),
            ..draft(
                &bounded.walk.label,
                format!("{name} stands on the page and is not {side} its cursor"),
                scene.in_document(text, pointer),
                format!("only items that are {side} the cursor"),
                format!("{name} as item {}", place + 1),
                vec![bounded.page.entry],
            )
        });
    }
}

/// On which side of the cursor items must stand, and the parameter that says so.
fn sides<'a>(scene: &Scene<'a>, bounded: &Bounded<'_>) -> (&'static str, &'a str) {
    let (before, after) = match &scene.collection().style {
        Style::TimestampCursor(style) => (style.before.as_str(), style.after.as_str()),
        Style::ItemCursor(style) => (style.before.as_deref().unwrap_or_default(), style.after.as_str()),
        _ => ("", ""),
    };
    match (bounded.upper.is_some(), bounded.by_item()) {
        (true, false) => ("older than", before),
        (false, false) => ("newer than", after),
        (true, true) => ("in front of", before),
        (false, true) => ("behind", after),
    }
}

/// The first item from beyond a bound, by its own instant or by the record that it is: its place and its name.
pub(super) fn beyond(scene: &Scene<'_>, bounded: &Bounded<'_>) -> Option<(usize, String)> {
    let query = &bounded.walk.query;
    let expected = scene.expected(query);
    let ranks = if expected.ordered { ranks(&expected) } else { std::collections::BTreeMap::new() };
    let newest_first = bounded.descends(scene);
    let ids = bounded.page.ids.iter().flatten();
    ids.zip(scene.evidence.items(bounded.page)).enumerate().find_map(|(place, (id, item))| {
        let instant = instant_of(scene, query, item).filter(|_| !bounded.by_item());
        let shown = instant.map(|instant| bounded.side(instant));
        let number = id.as_deref().and_then(|id| scene.record(query, id));
        // A record is beyond a bound, too, if it stands on the wrong side of the record that the cursor stands at.
        let ordered = || {
            let rank = ranks.get(&number?)?;
            let wrong = |anchor: Option<usize>, older_is_wrong: bool| {
                let Some(anchor) = anchor.and_then(|number| ranks.get(&number)) else { return false };
                if older_is_wrong == newest_first { rank > anchor } else { rank < anchor }
            };
            let lower = wrong(bounded.lower.and_then(|bound| bound.anchor), true);
            let upper = wrong(bounded.upper.and_then(|bound| bound.anchor), false);
            let near = bounded.side_of(scene, number?) == Some(Side::At);
            Some((lower || upper) && !near)
        };
        let wrong = shown == Some(Side::Outside) || ordered() == Some(true);
        let name = || id.as_deref().map_or_else(|| "an item".to_owned(), |id| scene.name(query, id));
        wrong.then(|| (place, name()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn bounds_are_obeyed() {
        let world = World::new(8);
        let lists = world.lists("by_cursor");
        lists.clone().before(4, 3, &[3, 2, 1]).expect(&BOUND_IGNORED, Pass);
        lists.clone().before(4, 3, &[7, 6, 5]).expect(&BOUND_IGNORED, Fail);
        lists.clone().before(4, 3, &[4, 3]).expect(&BOUND_IGNORED, Pass);
        lists.clone().after(4, 3, &[7, 6, 5]).expect(&BOUND_IGNORED, Pass);
        lists.clone().after(4, 3, &[7, 3]).expect(&BOUND_IGNORED, Fail);
        // The stranger shows an instant between notes 2 and 4.
        lists.clone().before(4, 3, &[STRANGER]).expect(&BOUND_IGNORED, Pass);
        lists.clone().before(2, 3, &[STRANGER]).expect(&BOUND_IGNORED, Fail);
        lists.before(4, 3, &[7]).label("form date-time").expect(&BOUND_IGNORED, Inconclusive);
    }

    #[test]
    fn items_bound_pages() {
        let world = World::keyed(&[0, 1, 2, 2, 3]);
        let lists = world.lists("by_item");
        lists.clone().after(3, 2, &[2, 1]).expect(&BOUND_IGNORED, Pass);
        lists.clone().after(1, 2, &[4, 3]).expect(&BOUND_IGNORED, Fail);
        lists.clone().before(1, 2, &[2, 3]).expect(&BOUND_IGNORED, Pass);
        lists.before(4, 2, &[1, 0]).expect(&BOUND_IGNORED, Fail);
    }

    #[test]
    fn a_record_is_known_by_more_than_what_it_shows() {
        let world = World::new(8);
        let page = world.lists("by_cursor").before(4, 3, &[6, 5]);
        let page = page.set(0, "/items/0/at", json!(null)).set(0, "/items/1/at", json!(null));
        page.expect(&BOUND_IGNORED, Fail);
    }
}
