//! CUR010: no form in which a cursor may be written bounds a page.

use super::forms::{parameter, trials};
use crate::rules::declare::rule;
use crate::rules::paging::lists::{by_timestamp, draft, when};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// At least one of the forms in which the document lets cursors be written bounds a page as asked.
    /// ## Why it matters
    /// Otherwise there is no way past the first page.
    /// ## Example
    /// `before=1700000000000` and `before=2023-11-14T22:13:20.000Z` are both answered with the newest messages.
    /// ## Source
    /// The parameters for the bounds in the OpenAPI document.
    /// ## False alarms and how they are avoided
    /// The bound stands in the midst of the run's own records, so that a page shows whether it was obeyed; where it does not, nothing is said.
    NO_CURSOR_FORM_HONOURED {
        code: "CUR010", name: "no-cursor-form-honoured", level: Must, basis: Document,
        source: "the parameters for the bounds",
        summary: "A cursor in at least one documented form bounds a page.",
        implies: ["CUR001", "CUR002", "CUR003", "CUR004", "CUR005"],
        scenarios: &[Kind::Bounds],
        applies: |suite, case| when(suite, case, by_timestamp),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for group in trials(scene) {
        if group.iter().any(|trial| trial.honoured == Some(true)) {
            sheet.judged();
            continue;
        }
        let Some(first) = group.first().filter(|_| group.iter().all(|trial| trial.honoured == Some(false)))
        else {
            continue;
        };
        let forms: Vec<&str> = group.iter().map(|trial| trial.form).collect();
        let parameter = parameter(scene, first.walk);
        let pointer = scene.operation().parameter(parameter).map_or("", |parameter| &parameter.pointer);
        sheet.fail(draft(
            &first.walk.label,
            format!("{parameter} bounds the page in no form: {}", forms.join(", ")),
            scene.in_document(format!("The parameter {parameter} bounds the page."), pointer),
            "a page that ends at the cursor",
            "in each form a refusal, or a page with items from beyond the cursor",
            group.iter().flat_map(|trial| trial.walk.pages.iter().map(|page| page.entry)).collect(),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};

    #[test]
    fn one_form_is_enough() {
        let world = World::new(6);
        let bounded: &[usize] = &[2, 1, 0];
        let unbounded: &[usize] = &[5, 4, 3];
        for (one, two, verdict) in [
            (bounded, bounded, Pass),
            (bounded, unbounded, Pass),
            (unbounded, bounded, Pass),
            (unbounded, unbounded, Fail),
        ] {
            let lists = world.lists("by_cursor").before(3, 3, one).label("form epoch-milliseconds");
            lists.before(3, 3, two).label("form date-time").expect(&NO_CURSOR_FORM_HONOURED, verdict);
        }
        let refused = world.lists("by_cursor").before(3, 3, &[]).label("form date-time").refuse(0, 400);
        refused.expect(&NO_CURSOR_FORM_HONOURED, Fail);
        // At the newest note nothing stands beyond the bound, so that it cannot be seen whether it is obeyed.
        let end = world.lists("by_cursor").before(5, 3, &[4, 3, 2]).label("form date-time");
        end.expect(&NO_CURSOR_FORM_HONOURED, Inconclusive);
    }
}
