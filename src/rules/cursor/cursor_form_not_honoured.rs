//! CUR011: of several forms in which a cursor may be written, one is not honoured.

use serde_json::Value;

use super::forms::{parameter, trials};
use crate::evidence::Walk;
use crate::oracle::instant_nanoseconds;
use crate::pagination::Style;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{collection, draft, instant_of};
use crate::rules::proofs::claims::status_within;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// Where the document lets cursors be written in several forms, each of them bounds a page as asked.
    /// ## Why it matters
    /// Clients write cursors in the form that they found in the document, and get the first page again without a word.
    /// ## Example
    /// `before=1700000000000` is obeyed, and `before=2023-11-14T22:13:20.000Z`, the form that the schema asks for, is not.
    /// ## Source
    /// The parameters for the bounds in the OpenAPI document; `may`, since a document with two forms contradicts itself. It is a `must` where the form that is
    /// answered with an unbounded page is the one in which the target's own pages give cursors.
    /// ## False alarms and how they are avoided
    /// Where the target's cursors count something else than milliseconds, that is another form than the one that was tried, and it is a `may`.
    /// It is said only if another form is obeyed at the same record, so that the bound itself is known to work. A form that is refused is never more than a `may`.
    CURSOR_FORM_NOT_HONOURED {
        code: "CUR011", name: "cursor-form-not-honoured", level: Must, basis: Document,
        source: "the parameters for the bounds",
        summary: "A cursor in each documented form bounds a page.",
        implies: [],
        scenarios: &[Kind::Bounds],
        applies: applies,
        check: check,
    }
}

/// A day, in nanoseconds.
const DAY: i128 = 86_400_000_000_000;

fn applies(suite: &Suite, case: &Case) -> bool {
    let forms = |style: &Style| match style {
        Style::TimestampCursor(style) => style.forms.len(),
        _ => 0,
    };
    collection(suite, case).is_some_and(|collection| forms(&collection.style) > 1)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for group in trials(scene) {
        let Some(good) = group.iter().find(|trial| trial.honoured == Some(true)) else {
            continue;
        };
        for trial in &group {
            if trial.honoured != Some(false) {
                sheet.judged();
                continue;
            }
            let parameter = parameter(scene, trial.walk);
            let pointer = scene.operation().parameter(parameter).map_or("", |parameter| &parameter.pointer);
            let level =
                if silently(scene, trial.walk, good.walk, trial.form) { Level::Must } else { Level::May };
            let draft = Draft {
                claims: vec![status_within(trial.walk.last_entry(), &[(200, 399)])],
                ..draft(
                    &trial.walk.label,
                    format!("{parameter} is obeyed as {} and not as {}", good.form, trial.form),
                    scene.in_document(format!("The parameter {parameter} bounds the page."), pointer),
                    "a page that ends at the cursor",
                    "a refusal, or a page with items from beyond the cursor",
                    vec![good.walk.last_entry(), trial.walk.last_entry()],
                )
            };
            sheet.fail_at(level, draft);
        }
    }
}

/// Whether a form was answered with a page although it is the one in which the target's own pages give cursors: whoever sends these back as they are reads
/// the wrong page without a word. Numbers of another unit than milliseconds are another form than the one that was tried.
fn silently(scene: &Scene<'_>, trial: &Walk, good: &Walk, form: &str) -> bool {
    let Style::TimestampCursor(style) = &scene.collection().style else { return false };
    let answered = trial.pages.first().is_some_and(|page| page.ids.is_some());
    let given = scene.evidence.json(good.last_entry()).and_then(|page| {
        let pointers = [&style.before_cursor, &style.after_cursor];
        pointers.into_iter().find_map(|pointer| page.pointer(pointer))
    });
    answered
        && given.is_some_and(|cursor| {
            let epoch = form.starts_with("epoch");
            cursor.is_number() == epoch && (!epoch || counts_milliseconds(scene, good, cursor))
        })
}

/// Whether a number is, as milliseconds, of the days of a page's items.
fn counts_milliseconds(scene: &Scene<'_>, walk: &Walk, cursor: &Value) -> bool {
    let Some(cursor) = instant_nanoseconds(cursor) else { return false };
    let items = walk.pages.first().map_or(&[][..], |page| scene.evidence.items(page));
    let mut instants = items.iter().filter_map(|item| instant_of(scene, &walk.query, item));
    instants.any(|instant| (instant - cursor).abs() < DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};

    #[test]
    fn what_is_misread_in_silence_weighs_by_what_the_targets_cursors_are() {
        let world = World::new(6);
        let milliseconds: i64 = world.cursor(0).parse().unwrap();
        for (cursor, level) in [(milliseconds, Level::Must), (milliseconds * 1_000, Level::May)] {
            let lists = world.lists("by_cursor").before(3, 3, &[2, 1, 0]).label("form date-time");
            let lists = lists.set(0, "/cursors/before", cursor.into());
            let lists = lists.before(3, 3, &[5, 4, 3]).label("form epoch-milliseconds");
            let judgement = lists.judge(
                &CURSOR_FORM_NOT_HONOURED,
                crate::scenario::Scenario::Bounds { collection: "by_cursor".into() },
            );
            assert_eq!(judgement.findings[0].level, level, "{cursor}");
        }
    }

    #[test]
    fn each_form_is_honoured() {
        let world = World::new(6);
        let bounded: &[usize] = &[2, 1, 0];
        let unbounded: &[usize] = &[5, 4, 3];
        for (one, two, verdict) in [
            (bounded, bounded, Pass),
            (bounded, unbounded, Fail),
            (unbounded, bounded, Fail),
            (unbounded, unbounded, Inconclusive),
        ] {
            let lists = world.lists("by_cursor").before(3, 3, one).label("form epoch-milliseconds");
            lists.before(3, 3, two).label("form date-time").expect(&CURSOR_FORM_NOT_HONOURED, verdict);
        }
    }
}
