//! Several targets beside each other: which rules hold where, and where they differ although the document allows both.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::sign::Sign;
use super::tally::Tally;
use super::text::{columns, count, padded, visible};

/// The widest a target's column becomes.
const COLUMN: usize = 24;

/// One target's name and its run.
pub type Beside<'a> = (&'a str, &'a Tally);

/// Writes one table of targets and rules, and what differs where nothing is demanded.
pub fn side_by_side(out: &mut dyn Write, unicode: bool, targets: &[Beside<'_>]) -> io::Result<()> {
    writeln!(out, "targets and rules")?;
    let names: Vec<String> =
        targets.iter().map(|(name, _)| padded(&visible(name), columns(name).min(COLUMN))).collect();
    let signs: Vec<BTreeMap<&str, Sign>> = targets.iter().map(|(_, tally)| signs(tally)).collect();
    let codes: BTreeSet<&str> = signs.iter().flat_map(|signs| signs.keys().copied()).collect();
    let of = |signs: &BTreeMap<&str, Sign>, code: &str| signs.get(code).copied().unwrap_or_default();
    let (alike, differing): (Vec<&str>, Vec<&str>) =
        codes.into_iter().partition(|code| signs.iter().all(|signs| of(signs, code) == Sign::Pass));
    let rule_name = |code: &str| {
        let names = targets.iter().map(|(_, tally)| tally.rule_name(code));
        names.into_iter().find(|name| !name.is_empty()).unwrap_or_default().to_owned()
    };
    let labels: Vec<String> = differing.iter().map(|code| format!("{code} {}", rule_name(code))).collect();
    let width = labels.iter().map(|label| columns(label)).max().unwrap_or(0);
    if !differing.is_empty() {
        writeln!(out, "  {}  {}", padded("", width), names.join("  ").trim_end())?;
    }
    for (code, label) in differing.iter().zip(&labels) {
        let cells: Vec<String> = signs
            .iter()
            .zip(&names)
            .map(|(signs, name)| {
                let sign = of(signs, code);
                padded(&format!("{} {}", sign.glyph(unicode), sign.word()), columns(name))
            })
            .collect();
        writeln!(out, "  {}  {}", padded(&visible(label), width), cells.join("  ").trim_end())?;
    }
    writeln!(out, "  {} hold on every target\n", count(alike.len(), "rule"))?;
    differences(out, targets)
}

/// The worst sign of each rule over all operations.
fn signs(tally: &Tally) -> BTreeMap<&str, Sign> {
    let mut signs: BTreeMap<&str, Sign> = BTreeMap::new();
    for (_, operation) in tally.operations() {
        for (rule, cell) in &operation.cells {
            let sign = signs.entry(rule.as_str()).or_default();
            *sign = cell.sign().max(*sign);
        }
    }
    signs
}

/// What was measured without being demanded, and the documented statuses that were used, where targets differ.
fn differences(out: &mut dyn Write, targets: &[Beside<'_>]) -> io::Result<()> {
    let measured: Vec<BTreeMap<String, BTreeSet<String>>> =
        targets.iter().map(|(_, tally)| measured(tally)).collect();
    let places: BTreeSet<&String> = measured.iter().flat_map(BTreeMap::keys).collect();
    let none = BTreeSet::new();
    let mut any = false;
    for place in places {
        let of = |measured: &'_ BTreeMap<String, BTreeSet<String>>| {
            measured.get(place).cloned().unwrap_or_default()
        };
        let all: Vec<BTreeSet<String>> = measured.iter().map(of).collect();
        if all.iter().all(|one| *one == all[0]) || all.is_empty() {
            continue;
        }
        if !any {
            writeln!(out, "differences where the document leaves it open")?;
            any = true;
        }
        writeln!(out, "  {}", visible(place))?;
        for ((name, _), measured) in targets.iter().zip(&measured) {
            let facts: Vec<&str> = measured.get(place).unwrap_or(&none).iter().map(String::as_str).collect();
            let facts = if facts.is_empty() { "nothing".to_owned() } else { facts.join("; ") };
            writeln!(out, "    {}  {}", visible(name), visible(&facts))?;
        }
    }
    if any { writeln!(out) } else { Ok(()) }
}

/// Facts by place: the notes of rules, and the documented statuses that were seen.
fn measured(tally: &Tally) -> BTreeMap<String, BTreeSet<String>> {
    let mut facts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (suite, operation) in tally.operations() {
        for (rule, cell) in operation.cells.iter().filter(|(_, cell)| !cell.notes.is_empty()) {
            let place = format!("{}::{} {rule}", suite.name, operation.name);
            facts.entry(place).or_default().extend(cell.notes.iter().cloned());
        }
    }
    for (suite, dimension) in tally.dimensions().filter(|(_, dimension)| dimension.name == "statuses") {
        for item in dimension.items.iter().filter(|item| item.seen > 0) {
            let place = format!("{}::{} statuses", suite.name, item.operation);
            facts.entry(place).or_default().insert(item.what.clone());
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Ending, Event};
    use crate::report::samples;
    use crate::verdict::Level;

    fn tally(levels: &[Level], note: &str) -> Tally {
        let mut tally = Tally::default();
        for mut event in samples::run(levels, false, Some(Ending::Complete)) {
            if let Event::CaseFinished(case) = &mut event {
                case.judgements[0].notes = vec![note.to_owned()];
            }
            tally.add(&event);
        }
        tally
    }

    fn written(targets: &[Beside<'_>]) -> String {
        let mut out = Vec::new();
        side_by_side(&mut out, true, targets).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_differs_is_told_and_what_does_not_is_counted() {
        let (right, wrong) = (tally(&[], "answers 200"), tally(&[Level::Must], "answers 404"));
        let text = written(&[("one", &right), ("two", &wrong)]);
        for part in [
            "✗ fail",
            "differences where the document leaves it open",
            "one  answers 200",
            "two  answers 404",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let alike = written(&[("one", &right), ("two", &right)]);
        assert!(!alike.contains("differences") && !alike.contains('✗'), "{alike}");
    }

    #[test]
    fn the_name_of_a_target_does_no_harm() {
        let right = tally(&[], "\u{1b}[31m");
        let text = written(&[(samples::HOSTILE, &right), ("two", &tally(&[Level::Must], "x"))]);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }
}
