//! The range of numbers that a conjunction leaves, with its first and last valid value.

use std::cmp::Ordering;

use rand::{RngExt, rngs::ChaCha8Rng};
use serde_json::Value;

use super::{decimal::Decimal, schema::Conjunction};

/// How far from the bound a generated number may lie, in steps.
const SPREAD: i128 = 100;

/// One end of a range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    pub(super) at: Decimal,
    pub(super) exclusive: bool,
}

/// Bounds and step of the numbers at a place.
#[derive(Debug)]
pub(super) struct Range {
    pub(super) low: Option<Bound>,
    pub(super) high: Option<Bound>,
    /// The least common multiple of every `multipleOf`, and of 1 for integers.
    pub(super) step: Option<Decimal>,
    pub(super) integer: bool,
}

impl Range {
    pub(super) fn of(schema: &Conjunction<'_>) -> Self {
        let integer = schema.integers_only();
        let steps = schema.all("multipleOf").filter_map(Decimal::of).chain(integer.then_some(Decimal::ONE));
        Self {
            low: strictest(schema, ["minimum", "exclusiveMinimum"], Ordering::Greater),
            high: strictest(schema, ["maximum", "exclusiveMaximum"], Ordering::Less),
            step: steps.reduce(|left, right| left.common_multiple(right).unwrap_or(left)),
            integer,
        }
    }

    /// The first valid number on the grid of `step`.
    pub(super) fn first(&self, step: Decimal) -> Option<Decimal> {
        let low = self.low?;
        let below = low.at.steps_below(step)?;
        let at = step.times(below)?;
        let hit = at.compare(low.at)? == Ordering::Equal && !low.exclusive;
        if hit { Some(at) } else { step.times(below.checked_add(1)?) }
    }

    /// The last valid number on the grid of `step`.
    pub(super) fn last(&self, step: Decimal) -> Option<Decimal> {
        let high = self.high?;
        let below = high.at.steps_below(step)?;
        let at = step.times(below)?;
        let miss = at.compare(high.at)? == Ordering::Equal && high.exclusive;
        if miss { step.times(below.checked_sub(1)?) } else { Some(at) }
    }

    pub(super) fn contains(&self, value: Decimal) -> bool {
        let beyond = |bound: Option<Bound>, side: Ordering| {
            bound.is_some_and(|bound| match value.compare(bound.at) {
                Some(Ordering::Equal) => bound.exclusive,
                Some(order) => order == side,
                None => true,
            })
        };
        !beyond(self.low, Ordering::Less) && !beyond(self.high, Ordering::Greater)
    }

    /// A number near the lower bound, else near the upper one, else a small one above zero.
    pub(super) fn pick(&self, rng: &mut ChaCha8Rng) -> Option<Value> {
        let step = self.step.unwrap_or(Decimal::ONE);
        let (from, direction, room) = match (self.first(step), self.last(step)) {
            (Some(first), Some(last)) => (first, 1, last.minus(first)?.steps_below(step)?),
            (Some(first), None) => (first, 1, SPREAD),
            (None, Some(last)) => (last, -1, SPREAD),
            (None, None) => (step, 1, SPREAD),
        };
        if room >= 0 {
            let away = rng.random_range(0..=room.min(SPREAD));
            return from.plus(step.times(direction * away)?)?.value();
        }
        if self.step.is_some() {
            return None;
        }
        self.low?.at.plus(self.high?.at)?.half()?.value()
    }
}

fn strictest(schema: &Conjunction<'_>, keywords: [&str; 2], stricter: Ordering) -> Option<Bound> {
    let bounds = keywords.into_iter().zip([false, true]).flat_map(|(keyword, exclusive)| {
        schema.all(keyword).filter_map(Decimal::of).map(move |at| Bound { at, exclusive })
    });
    bounds.reduce(|best, next| match next.at.compare(best.at) {
        Some(Ordering::Equal) if next.exclusive => next,
        Some(order) if order == stricter => next,
        _ => best,
    })
}
