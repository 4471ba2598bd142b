//! PAG004: a walk from the start to the end lacks an item that the target had acknowledged.

use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::verdict::{Comparison, Mark};

rule! {
    /// ## What it checks
    /// A walk that follows the list from its start to what the target says is its end holds every record that the target
    /// acknowledged and that belongs into it.
    /// ## Why it matters
    /// A client that pages through the list never sees the missing records, and has no way to notice.
    /// ## Example
    /// Twelve messages were created. `page=1&size=7` holds messages 1 to 7, `page=2&size=7` holds messages 9 to 12: message 8 stands on no page.
    /// ## Source
    /// The suite's requirement that a list is complete.
    /// ## False alarms and how they are avoided
    /// Only records that the target acknowledged to this run are looked for. Walks that were cut off are not judged here. Records whose membership
    /// under a filter is unknown are passed over, and so are those whose key equals a cursor's, which a cursor made of that key cannot tell apart.
    ITEM_MISSING {
        code: "PAG004", name: "item-missing", level: Must, basis: Suite,
        source: "the suite's requirement that a list is complete",
        summary: "A walk from the start of a list to its end holds every item that belongs into it.",
        implies: ["PAG006"],
        scenarios: &[Kind::Walk],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.is_whole()) {
        let expected = scene.expected(&walk.query);
        let met: std::collections::BTreeSet<_> =
            walk.ids().filter_map(|id| scene.record(&walk.query, id)).collect();
        let missing: Vec<_> = expected.members().into_iter().filter(|number| !met.contains(number)).collect();
        sheet.judged();
        if missing.is_empty() {
            continue;
        }
        let names: Vec<String> = missing.iter().map(|number| scene.oracle.record(*number).name()).collect();
        sheet.fail(Draft {
            input: walk.label.clone(),
            summary: format!("{} of {} items stand on no page: {}", missing.len(), expected.len(), names[0]),
            requirement: scene.requirement(&scene.collection().complete.requirement),
            expected: format!("{} items, {} among them", expected.len(), names.join(", ")),
            actual: format!("{} items on {} pages", walk.ids().count(), walk.pages.len()),
            comparison: Some(Comparison {
                expected: expected
                    .members()
                    .iter()
                    .map(|n| {
                        (
                            if missing.contains(n) { Mark::Missing } else { Mark::Same },
                            scene.oracle.record(*n).name(),
                        )
                    })
                    .collect(),
                actual: walk.ids().map(|id| (Mark::Same, scene.name(&walk.query, id))).collect(),
            }),
            pointer: None,
            entries: walk.pages.iter().map(|page| page.entry).collect(),
        });
    }
}
