//! Which of the documented forms of a cursor a target honours.

use super::bounds::{Bounded, Side};
use crate::evidence::{Query, RecordNumber, Walk};
use crate::rules::Scene;
use crate::rules::paging::lists::{own, tries_a_form};

/// One form, tried at one record.
pub(super) struct Trial<'a> {
    /// The walk, of one page.
    pub(super) walk: &'a Walk,
    /// The form's name.
    pub(super) form: &'a str,
    /// Whether the page was bounded as asked; `None` where no page can tell.
    pub(super) honoured: Option<bool>,
}

/// The trials, together where they ask for the same bound.
pub(super) fn trials<'a>(scene: &Scene<'a>) -> Vec<Vec<Trial<'a>>> {
    let mut groups: Vec<(&Query, Option<RecordNumber>, Vec<Trial<'a>>)> = Vec::new();
    for walk in scene.evidence.walks.iter().filter(|walk| tries_a_form(walk)) {
        let Some(page) = walk.pages.first() else { continue };
        let form = walk.label.trim_start_matches("form ").split_whitespace().next().unwrap_or_default();
        let trial = Trial { walk, form, honoured: honoured(scene, walk) };
        match groups.iter_mut().find(|(query, anchor, _)| **query == walk.query && *anchor == page.anchor) {
            Some((_, _, group)) => group.push(trial),
            None => groups.push((&walk.query, page.anchor, vec![trial])),
        }
    }
    groups.into_iter().map(|(_, _, group)| group).collect()
}

/// A bound is honoured if what should be on the page is there and nothing from beyond it is.
fn honoured(scene: &Scene<'_>, walk: &Walk) -> Option<bool> {
    let page = walk.pages.first()?;
    if page.ids.is_none() {
        let status = scene.evidence.entries[page.entry].exchange.status()?;
        // What the target put off, or did not let us ask, says nothing of the form.
        let tells = (400..500).contains(&status) && !matches!(status, 401 | 403 | 408 | 429);
        return tells.then_some(false);
    }
    let bounded = &Bounded::of(scene, walk, page)?;
    let on = |side: Side| move |number: &RecordNumber| bounded.side_of(scene, *number) == Some(side);
    let members = scene.expected(&walk.query).members();
    // If nothing stands on the right side, or nothing on the wrong one, the page looks the same either way.
    if !members.iter().any(on(Side::Inside)) || !members.iter().any(on(Side::Outside)) {
        return None;
    }
    let met = own(scene, &walk.query, page);
    Some(met.iter().any(on(Side::Inside)) && !met.iter().any(on(Side::Outside)))
}

/// The parameter that a trial's bound goes into, by name.
pub(super) fn parameter<'a>(scene: &Scene<'a>, walk: &Walk) -> &'a str {
    let is_before =
        walk.pages.first().is_some_and(|page| matches!(page.start, crate::pagination::Start::Before(_)));
    super::bounds::style(scene).map_or("", |style| if is_before { &style.before } else { &style.after })
}
