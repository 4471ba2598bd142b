//! CUR009: items that share their instant with the last item of a page are lost between two pages.

use std::collections::BTreeSet;

use crate::evidence::{RecordNumber, Walk};
use crate::oracle::Expected;
use crate::rules::declare::rule;
use crate::rules::paging::compare::side_by_side;
use crate::rules::paging::lists::{
    CURSOR_STEP, aligned, by_timestamp, draft, entries, instant_of_record, items, names, own_of, passed_over,
    some, touch, when,
};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// Items with equal instants are all met by a walk, also where the border between two pages falls among them.
    /// ## Why it matters
    /// Messages written in one moment share an instant. A cursor that is nothing but this instant passes over those that did not fit on the page.
    /// ## Example
    /// Messages 5, 6 and 7 have one timestamp. The first page ends with message 6, and the page before its cursor begins with message 4.
    /// ## Source
    /// The suite's requirement that a list is complete; `should`, since a cursor in milliseconds cannot tell such items apart. It is a `must`
    /// for records that were created one after the other with milliseconds in between, as a suite may demand: then it is the target that does not tell
    /// them apart.
    /// ## False alarms and how they are avoided
    /// Whether two records have equal instants is read off what the target acknowledged. If no two have, that is noted.
    EQUAL_KEY_LOST {
        code: "CUR009", name: "equal-key-lost", level: Must, basis: Suite,
        source: "the suite's requirement that a list is complete",
        summary: "Items with equal instants are all met, wherever pages end.",
        implies: [],
        scenarios: &[Kind::Walk],
        applies: |suite, case| when(suite, case, by_timestamp),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let mut equal_keys = false;
    for walk in scene.evidence.walks.iter().filter(|walk| walk.is_whole()) {
        let expected = scene.expected(&walk.query);
        if !has_equal_keys(scene, walk, &expected) {
            continue;
        }
        equal_keys = true;
        let lost: BTreeSet<_> = passed_over(scene, walk, &expected);
        if lost.is_empty() {
            sheet.judged();
            continue;
        }
        let met = own_of(scene, walk);
        let wanted = aligned(&expected, &met);
        let lacking = names(scene, &lost);
        let apart = lost.iter().any(|number| was_written_apart(scene, walk, &expected, *number));
        let level = if apart { Level::Must } else { Level::Should };
        let draft = Draft {
            comparison: Some(side_by_side(&names(scene, &wanted), &names(scene, &met))),
            ..draft(
                &walk.label,
                format!(
                    "{} with the instant of a page's last item on no page: {}",
                    items(lacking.len()),
                    some(&lacking)
                ),
                scene.requirement(&scene.collection().complete.requirement),
                format!("{}, each on one page", items(wanted.len())),
                items(met.len()),
                entries(walk),
            )
        };
        sheet.fail_at(level, draft);
    }
    if !equal_keys {
        // A walk that lost nothing lost nothing to equal keys either; only nothing was put to the test.
        sheet.judged();
        sheet.note("no two records of one list have equal instants");
    }
}

/// Whether a record shares its instant with another that was created by a request of its own, so long before or after that cursors could tell the two
/// apart, did the target.
fn was_written_apart(scene: &Scene<'_>, walk: &Walk, expected: &Expected, number: RecordNumber) -> bool {
    let record = scene.oracle.record(number);
    let batched =
        scene.suite.resource(&record.resource).create.as_ref().is_none_or(|create| create.batch.is_some());
    let pause = i128::from(scene.suite.file().limits.creation_pause_ms) * 1_000_000;
    if batched || pause <= CURSOR_STEP {
        return false;
    }
    let instant = |number: RecordNumber| instant_of_record(scene, &walk.query, number);
    let key = instant(number);
    expected.members().into_iter().any(|other| {
        let near = key.zip(instant(other)).is_some_and(|(a, b)| touch(a, b));
        near && scene.oracle.record(other).moment != record.moment
    })
}

/// Whether two records of a list are so near to each other that a cursor cannot tell them apart.
fn has_equal_keys(scene: &Scene<'_>, walk: &Walk, expected: &Expected) -> bool {
    let members = expected.members();
    let instants: Vec<i128> =
        members.iter().filter_map(|number| instant_of_record(scene, &walk.query, *number)).collect();
    instants.windows(2).any(|pair| touch(pair[0], pair[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Pass};

    #[test]
    fn equal_instants_are_all_met() {
        let world = World::keyed(&[0, 1, 1, 2]);
        world.lists("by_cursor").walk(2, &[&[3, 2], &[1, 0]]).expect(&EQUAL_KEY_LOST, Pass);
        world.lists("by_cursor").walk(2, &[&[3, 2], &[0]]).expect(&EQUAL_KEY_LOST, Fail);
        // What is lost elsewhere is for PAG004.
        world.lists("by_cursor").walk(2, &[&[3, 2], &[1]]).expect(&EQUAL_KEY_LOST, Pass);
        World::new(4).lists("by_cursor").walk(2, &[&[3, 2], &[1, 0]]).expect(&EQUAL_KEY_LOST, Pass);
    }

    #[test]
    fn what_was_written_apart_is_told_apart() {
        let batch = r#", batch = { at = "/notes", max = 10 }, batch-order = { requirement = "create" }"#;
        for (pause, level) in [("2", Level::Must), ("0", Level::Should)] {
            let limits = format!("[limits]\ncreation-pause-ms = {pause}\n\n[operations]");
            // Each note by a request of its own, and so without the array around it.
            let changes = [
                (batch, ""),
                ("#/components/schemas/NewNotes\"", "#/components/schemas/NewNote\""),
                (
                    "schema: { type: array, items: { $ref: \"#/components/schemas/Note\" } }",
                    "schema: { $ref: \"#/components/schemas/Note\" }",
                ),
                ("[operations]", &limits),
            ];
            let world = World::amended(&[0, 1, 1, 2], &changes);
            let judgement = world.lists("by_cursor").walk(2, &[&[3, 2], &[0]]).expect(&EQUAL_KEY_LOST, Fail);
            assert_eq!(judgement.findings[0].level, level, "{pause}");
        }
    }
}
