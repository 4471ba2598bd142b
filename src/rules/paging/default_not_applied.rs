//! PAG010: leaving parameters out is not the same as sending their documented defaults.

use super::lists::{collection, draft, shown, size_parameter, some};
use super::same_page::{Sameness, Single, compare};
use crate::evidence::WalkKind;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A request without paging parameters gives the same page as one in which their documented defaults are written out.
    /// ## Why it matters
    /// Clients rely on documented defaults: they leave out what is the default anyway, and compute with it.
    /// ## Example
    /// The document gives `size` a default of 50. Without `size` the server answers 20 items, with `size=50` it answers 50.
    /// ## Source
    /// The `default` of the paging parameters in the OpenAPI document.
    /// ## False alarms and how they are avoided
    /// Only documented defaults are compared. Items with equal keys may change places, and what others wrote in between is passed over.
    DEFAULT_NOT_APPLIED {
        code: "PAG010", name: "default-not-applied", level: Must, basis: Document,
        source: "the `default` of the paging parameters",
        summary: "Leaving paging parameters out is the same as sending their documented defaults.",
        implies: [],
        scenarios: &[Kind::Pages],
        applies: |suite, case| collection(suite, case).is_some_and(|c| suite.size_bounds(c).default.is_some()),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (explicit, defaults) in twins(scene) {
        match compare(scene, explicit, defaults) {
            Sameness::Unknown => {}
            Sameness::Same => sheet.judged(),
            Sameness::Different(comparison) => sheet.fail(Draft {
                comparison: Some(comparison),
                ..draft(
                    &defaults.0.label,
                    "without paging parameters the page is another than with their documented defaults",
                    size_parameter(scene, "A parameter that is left out has its documented default."),
                    format!(
                        "the page of the written-out defaults: {}",
                        some(&shown(scene, &explicit.0.query, explicit.1))
                    ),
                    some(&shown(scene, &defaults.0.query, defaults.1)),
                    vec![explicit.1.entry, defaults.1.entry],
                )
            }),
        }
    }
}

/// The page with the defaults written out and the one without parameters, whichever was asked for first.
fn twins<'a>(scene: &Scene<'a>) -> Vec<(Single<'a>, Single<'a>)> {
    let of = |kind: WalkKind| scene.evidence.walks.iter().filter(move |walk| walk.kind == kind);
    of(WalkKind::ExplicitDefaults)
        .filter_map(|explicit| {
            let fits = |walk: &&crate::evidence::Walk| {
                walk.query.scope == explicit.query.scope && walk.query.order == explicit.query.order
            };
            let defaults = of(WalkKind::Defaults).find(fits)?;
            Some(((explicit, explicit.pages.first()?), (defaults, defaults.pages.first()?)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::Start;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};

    #[test]
    fn defaults_are_what_the_document_says() {
        let world = World::new(8);
        let cases: [(&[usize], &[usize], Verdict); 3] = [
            (&[0, 1, 2, 3, 4], &[0, 1, 2, 3, 4], Pass),
            (&[0, 1, 2], &[0, 1, 2, 3, 4], Fail),
            (&[7, 6, 5, 4, 3], &[0, 1, 2, 3, 4], Fail),
        ];
        for (defaults, explicit, verdict) in cases {
            let lists = world.lists("by_page").page(WalkKind::Defaults, Start::First, None, defaults);
            let lists = lists.page(WalkKind::ExplicitDefaults, Start::Page(1), Some(5), explicit);
            lists.expect(&DEFAULT_NOT_APPLIED, verdict);
        }
        let alone = world.lists("by_page").page(WalkKind::Defaults, Start::First, None, &[0]);
        alone.expect(&DEFAULT_NOT_APPLIED, Inconclusive);
    }
}
