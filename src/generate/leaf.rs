//! Candidates for the keywords of strings, numbers, constants and formats: the last valid and the first invalid value.
//!
//! The functions here are shared by bodies and parameters. A [`Candidate`] is a proposal; the caller confirms it against
//! the whole schema and drops it when the check disagrees.

use std::cmp::Ordering;

use rand::rngs::ChaCha8Rng;
use serde_json::{Value, json};

use super::{
    decimal::Decimal,
    format,
    number::{Bound, Range},
    pattern,
    schema::Conjunction,
};

/// The longest text that is made, in code points.
pub(super) const TEXT_MAX: usize = 300_000;
/// How many members of an enumeration are tried.
const MEMBERS_MAX: usize = 8;

/// A proposed value for one place.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) keyword: &'static str,
    /// Kebab-case. Candidates of one place with the same keyword and detail are alternatives: the first confirmed wins.
    pub(super) detail: String,
    pub(super) value: Value,
    pub(super) valid: bool,
    /// Many servers take the other view on purpose.
    pub(super) lenient: bool,
}

impl Candidate {
    pub(super) fn good(keyword: &'static str, detail: impl Into<String>, value: Value) -> Self {
        Self { keyword, detail: detail.into(), value, valid: true, lenient: false }
    }

    pub(super) fn bad(keyword: &'static str, detail: impl Into<String>, value: Value) -> Self {
        Self { keyword, detail: detail.into(), value, valid: false, lenient: false }
    }

    pub(super) fn lenient(self) -> Self {
        Self { lenient: true, ..self }
    }
}

/// Members of `enum` and `const`, and near misses.
pub(super) fn members(schema: &Conjunction<'_>) -> Vec<Candidate> {
    let Some(members) = schema.members() else { return Vec::new() };
    let keyword = if schema.has("enum") { "enum" } else { "const" };
    let mut found = Vec::new();
    if let Some(text) = members.iter().find_map(|member| member.as_str()) {
        found.push(Candidate::bad(keyword, "wrong", json!("not-a-member")));
        let upper = text.to_uppercase();
        let swapped = if upper == text { text.to_lowercase() } else { upper };
        let shorter: String = text.chars().take(text.chars().count().saturating_sub(1)).collect();
        if !shorter.is_empty() {
            found.push(Candidate::bad(keyword, "prefix", json!(shorter)));
        }
        found.push(Candidate::bad(keyword, "case", json!(swapped)).lenient());
        found.push(Candidate::bad(keyword, "trailing-blank", json!(format!("{text} "))).lenient());
    }
    let numbers = members.iter().filter_map(|member| Decimal::of(member));
    let largest = numbers.reduce(|best, next| match next.compare(best) {
        Some(Ordering::Greater) => next,
        _ => best,
    });
    if let Some(beyond) = largest.and_then(|most| most.plus(Decimal::ONE)).and_then(Decimal::value) {
        found.push(Candidate::bad(keyword, "beyond", beyond));
    }
    for (index, member) in members.into_iter().take(MEMBERS_MAX).enumerate() {
        found.push(Candidate::good(keyword, format!("member-{index}"), member.clone()));
    }
    found
}

/// Edges of `minLength` and `maxLength`, breaches of `pattern` and `format`.
pub(super) fn strings(schema: &Conjunction<'_>, rng: &mut ChaCha8Rng) -> Vec<Candidate> {
    let patterns = schema.texts("pattern");
    let formats: Vec<_> = schema.texts("format").into_iter().filter_map(format::find).collect();
    let low = schema.least("minLength");
    let high = schema.most("maxLength").filter(|high| *high < TEXT_MAX);
    let mut found = Vec::new();
    if formats.is_empty() && low.is_none_or(|low| low <= TEXT_MAX) {
        let exact = |size: usize, rng: &mut ChaCha8Rng| match patterns.first() {
            Some(wanted) => pattern::sample(wanted, size, size, rng),
            None => Some("a".repeat(size)),
        };
        // Wide characters show whether bytes are counted in place of code points, astral ones whether UTF-16 units are. JSON
        // Schema counts code points, but the strings of whole languages count in units, so that is nobody's own defect.
        let wide = |size: usize| patterns.is_empty().then(|| json!("\u{5b57}".repeat(size)));
        let astral = |size: usize| patterns.is_empty().then(|| json!("\u{1f600}".repeat(size)));
        if let Some(low) = low.filter(|low| *low > 0) {
            // Where the pattern itself refuses the length, any text of that length is as good.
            let shorter = exact(low - 1, rng).unwrap_or_else(|| "a".repeat(low - 1));
            found.push(Candidate::bad("minLength", "minus-1", json!(shorter)));
            found.extend(exact(low, rng).map(|text| Candidate::good("minLength", "exact", json!(text))));
            if low > 1 {
                found.extend(wide(low - 1).map(|text| Candidate::bad("minLength", "minus-1-wide", text)));
                let short = astral(low - 1);
                found.extend(short.map(|text| Candidate::bad("minLength", "minus-1-astral", text).lenient()));
            }
            found.extend(astral(low).map(|text| Candidate::good("minLength", "exact-astral", text)));
        }
        if let Some(high) = high {
            let longer = exact(high + 1, rng).unwrap_or_else(|| "a".repeat(high + 1));
            found.push(Candidate::bad("maxLength", "plus-1", json!(longer)));
            found.extend(exact(high, rng).map(|text| Candidate::good("maxLength", "exact", json!(text))));
            found.extend(wide(high).map(|text| Candidate::good("maxLength", "exact-wide", text)));
            found.extend(
                astral(high).map(|text| Candidate::good("maxLength", "exact-astral", text).lenient()),
            );
        }
    }
    let fits = |text: &str| (low.unwrap_or(0)..=high.unwrap_or(TEXT_MAX)).contains(&text.chars().count());
    for wanted in patterns {
        found.extend(
            breaches(wanted, low.unwrap_or(0), high.unwrap_or(TEXT_MAX), rng)
                .into_iter()
                .filter(|one| one.value.as_str().is_some_and(fits)),
        );
    }
    for format in formats {
        for (detail, text) in [("wrong", format.wrong), ("almost", format.almost)] {
            if fits(text) {
                found.push(Candidate::bad("format", format!("{}-{detail}", format.name), json!(text)));
            }
        }
        let valid = format.valid.iter();
        found.extend(valid.map(|(label, text)| {
            let candidate = Candidate::good("format", format!("{}-{label}", format.name), json!(text));
            if *label == "leap-second" { candidate.lenient() } else { candidate }
        }));
    }
    found
}

/// A match, a match inside other text, and mutations of a match. A pattern is never negated: the check decides.
fn breaches(wanted: &str, low: usize, high: usize, rng: &mut ChaCha8Rng) -> Vec<Candidate> {
    let Some(sample) = pattern::sample(wanted, low, high, rng) else { return Vec::new() };
    let mut near: Vec<String> = ["!", "~", " ", "\u{e9}", "a", "0"]
        .iter()
        .flat_map(|mark| [format!("{sample}{mark}"), format!("{mark}{sample}")])
        .collect();
    // With a fixed length, only a character that is replaced leaves the length as it was.
    let rest: String = sample.chars().skip(1).collect();
    near.extend(["!", "~", "\u{e9}", "a", "0"].iter().map(|mark| format!("{mark}{rest}")));
    let wrong = ["!!!", "~", "\u{e9}\u{e9}\u{e9}", "", "0", "a"].map(str::to_owned);
    let stretched = "!".repeat(low.min(TEXT_MAX));
    let mut found = Vec::new();
    found.extend(near.into_iter().map(|text| Candidate::bad("pattern", "near-miss", json!(text))));
    found.extend(
        wrong.into_iter().chain([stretched]).map(|text| Candidate::bad("pattern", "wrong", json!(text))),
    );
    found.push(Candidate::good("pattern", "inside", json!(format!("zz{sample}zz"))));
    found.push(Candidate::bad("pattern", "newline", json!(format!("{sample}\n"))).lenient());
    found.push(Candidate::good("pattern", "match", json!(sample)));
    found
}

/// Edges of the numeric bounds and breaches of `multipleOf`.
pub(super) fn numbers(schema: &Conjunction<'_>) -> Vec<Candidate> {
    let range = Range::of(schema);
    let step = range.step.unwrap_or(Decimal::ONE);
    let mut found = Vec::new();
    let mut push = |keyword, detail: &str, value: Option<Decimal>, valid| {
        if let Some(value) = value.and_then(Decimal::value) {
            found.push(Candidate { keyword, detail: detail.to_owned(), value, valid, lenient: false });
        }
    };
    let sides = [
        (range.low, ["minimum", "exclusiveMinimum"], range.first(step), -1, "minus"),
        (range.high, ["maximum", "exclusiveMaximum"], range.last(step), 1, "plus"),
    ];
    for (bound, keywords, edge, outward, sign) in sides {
        let Some(bound) = bound else { continue };
        let keyword = keywords[usize::from(bound.exclusive)];
        let beyond = |distance: Decimal| distance.times(outward).and_then(|away| bound.at.plus(away));
        // A multiple of the step, so that the bound is all that is broken.
        let mut outside = |detail: String, value: Option<Decimal>| {
            push(keyword, &detail, value.filter(|value| range.on_grid(*value)), false);
        };
        if bound.exclusive {
            outside("exact".to_owned(), Some(bound.at));
        }
        outside(format!("{sign}-1"), beyond(Decimal::ONE));
        if range.step.is_none() {
            outside(format!("{sign}-0-001"), beyond(Decimal::THOUSANDTH));
        } else if let (Some(edge), Some(away)) = (edge, step.times(outward)) {
            outside(format!("{sign}-step"), edge.plus(away));
        }
        let (detail, inside) = nearest(&range, bound, edge);
        push(keyword, detail, inside, true);
    }
    if schema.has("multipleOf") {
        let good = range.first(step).or_else(|| range.last(step)).unwrap_or(step);
        let aside = if range.integer { Some(Decimal::ONE) } else { step.half() };
        let sides = aside.into_iter().flat_map(|aside| [good.plus(aside), good.minus(aside)]);
        for value in sides.flatten().filter(|value| range.contains(*value)) {
            push("multipleOf", "off", Some(value), false);
        }
        push("multipleOf", "exact", Some(good), true);
    }
    found
}

/// A number with a fraction, within the bounds where there is room: 1.5, else one next to `near`.
pub(super) fn fraction(schema: &Conjunction<'_>, near: &Value) -> Option<Value> {
    let range = Range::of(schema);
    let half = Decimal::ONE.half()?;
    let plain = Decimal::ONE.plus(half)?;
    // Beyond 2^50 a double has no room for a fraction.
    let small = |near: &Decimal| near.compare(Decimal::whole(1 << 50)).is_some_and(Ordering::is_lt);
    let near = Decimal::of(near).filter(small);
    let sides = near.into_iter().flat_map(|near| [near.plus(half), near.minus(half)]).flatten();
    std::iter::once(plain).chain(sides).find(|value| range.contains(*value)).unwrap_or(plain).value()
}

/// The valid value nearest to a bound: the bound itself, the nearest step, or a thousandth inside an open bound.
fn nearest(range: &Range, bound: Bound, stepped: Option<Decimal>) -> (&'static str, Option<Decimal>) {
    if range.contains(bound.at)
        && range.step.is_none_or(|_| stepped.is_some_and(|value| value.equals(bound.at)))
    {
        return ("exact", Some(bound.at));
    }
    let inside = [bound.at.plus(Decimal::THOUSANDTH), bound.at.minus(Decimal::THOUSANDTH)];
    let close = || inside.into_iter().flatten().find(|value| range.contains(*value));
    ("nearest", if range.step.is_some() { stepped } else { close() })
}
