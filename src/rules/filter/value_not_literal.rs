//! FLT007: a filter takes its value for something else than what it is.

use super::{described, filter_of, let_through};
use crate::rules::declare::rule;
use crate::rules::paging::lists::{draft, items};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A filter with a value that differs from a record's only by the case of letters, or that would match it only if `_`, `%`, `.` or `*` stood
    /// for other characters, or if the beginning of a whole value were enough, does not let the record through.
    /// ## Why it matters
    /// Names hold underscores. A filter that reads them as "any character" shows one user what belongs to another.
    /// ## Example
    /// `peer_id = "ali_e"` lets through what `alice` wrote.
    /// ## Source
    /// The suite's requirement that the filter takes its value as it is.
    /// ## False alarms and how they are avoided
    /// It is judged only where the suite states the requirement for the filter. Case is not varied where the filter is said not to mind it, and says
    /// nothing where the suite leaves it open. A refusal of the value is fine. Only the run's own records are judged.
    VALUE_NOT_LITERAL {
        code: "FLT007", name: "value-not-literal", level: Must, basis: Suite,
        source: "the suite's requirement that the filter takes its value as it is",
        summary: "A filter takes its value as it is.",
        implies: ["FLT001", "FLT003"],
        scenarios: &[Kind::Filter],
        applies: |suite, case| filter_of(suite, case).is_some_and(|(filter, _)| filter.literal.is_some()),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let filter = scene.filter().and_then(|name| scene.collection().filters.get(name));
    let Some(literal) = filter.and_then(|filter| filter.literal.as_ref()) else { return };
    for walk in scene.evidence.walks.iter().filter(|walk| walk.label.contains(" near ")) {
        let expected = scene.expected(&walk.query);
        let Some((i, number)) = let_through(scene, walk, &expected) else {
            sheet.judged();
            continue;
        };
        let (filter, name) = (described(&walk.query), scene.oracle.record(number).name());
        sheet.fail(draft(
            &walk.label,
            format!("{name} comes though its value is only like the one asked for"),
            scene.requirement(&literal.requirement),
            format!("only items that match {filter} to the letter"),
            format!("{name}, {} in all", items(walk.ids().count())),
            vec![walk.pages[i].entry],
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn a_value_is_what_it_is() {
        let plain = "at = { query = \"color\" }, test = \"equals\", requirement = \"filter\"";
        let literal = format!("{plain}, literal = {{ requirement = \"filter\" }}");
        let world = World::amended(&[0, 1, 2], &[(plain, &literal)]);
        let near = |value: &str, items: &[usize]| {
            let lists = world.lists("by_page").filter("color", json!(value)).walk(9, &[items]);
            lists.label("main color near case")
        };
        near("RED", &[]).expect(&VALUE_NOT_LITERAL, Pass);
        near("RED", &[0]).expect(&VALUE_NOT_LITERAL, Fail);
        near("r_d", &[0, 2]).expect(&VALUE_NOT_LITERAL, Fail);
        near("re", &[0, 2]).expect(&VALUE_NOT_LITERAL, Fail);
        near("RED", &[]).refuse(0, 422).expect(&VALUE_NOT_LITERAL, Pass);
        // What matches to the letter is no near miss.
        near("red", &[0, 2]).expect(&VALUE_NOT_LITERAL, Pass);
        near("RED", &[0]).label("main color=1").expect(&VALUE_NOT_LITERAL, Inconclusive);
    }

    #[test]
    fn letters_count_in_their_case_only_where_somebody_says_so() {
        let plain = "at = { query = \"color\" }, test = \"equals\", requirement = \"filter\"";
        for (open, verdict) in [(false, Fail), (true, Pass)] {
            let searched = format!(
                "at = {{ query = \"color\" }}, test = \"has-word\", requirement = \"filter\", \
                 literal = {{ requirement = \"filter\", case-open = {open} }}"
            );
            let world = World::amended(&[0, 1, 2], &[(plain, &searched)]);
            let near = |value: &str| {
                let lists = world.lists("by_page").filter("color", json!(value)).walk(9, &[&[0]]);
                lists.label("main color near case")
            };
            near("RED").expect(&VALUE_NOT_LITERAL, verdict);
            near("r_d").expect(&VALUE_NOT_LITERAL, Fail);
        }
    }
}
