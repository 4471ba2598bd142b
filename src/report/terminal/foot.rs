//! What stands under the findings: what was not judged, what was measured, the conventions, what is left behind, and the sum.

use std::io::{self, Write};

use super::ink::Ink;
use super::{Options, Verbosity};
use crate::report::sign::level_word;
use crate::report::text::{columns, count, duration, duration_exact, some, visible};
use crate::report::{Exit, Sign, Tally, Unjudged};
use crate::verdict::{Level, Verdict};

/// How many cases of one cause are named in the normal report; verbose mode names all.
pub(super) const NAMED: usize = 4;

/// How many operations are named as the slowest.
const SLOWEST: usize = 4;

pub(super) fn not_judged(out: &mut dyn Write, ink: Ink, tally: &Tally, limit: usize) -> io::Result<()> {
    let (skipped, unjudged) = (tally.skipped(), tally.unjudged());
    if skipped.is_empty() && unjudged.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", ink.bold("not judged"))?;
    for ((verdict, cause), group) in &unjudged {
        cause_line(out, ink, Sign::of(*verdict, None), cause, group, limit)?;
    }
    for (reason, group) in &skipped {
        cause_line(out, ink, Sign::Skipped, reason, group, limit)?;
    }
    writeln!(out)
}

fn cause_line(
    out: &mut dyn Write,
    ink: Ink,
    sign: Sign,
    cause: &str,
    group: &Unjudged,
    limit: usize,
) -> io::Result<()> {
    let rules = match group.rules.len() {
        0 => String::new(),
        _ if limit == 0 => format!("; {}", count(group.rules.len(), "rule")),
        _ => format!("; {}", some(group.rules.iter().map(String::as_str), limit)),
    };
    let cases = count(group.cases.len(), "case");
    writeln!(out, "  {} {}: {} ({cases}{rules})", ink.glyph(sign), sign.word(), visible(cause))?;
    for case in group.cases.iter().take(limit) {
        writeln!(out, "      {}", ink.faint(&visible(case)))?;
    }
    match group.cases.len().saturating_sub(limit) {
        0 => Ok(()),
        _ if limit == 0 => Ok(()),
        more => writeln!(out, "      {}", ink.faint(&format!("and {more} more"))),
    }
}

/// The operations whose slow requests are the slowest, on one line.
pub(super) fn slowest(out: &mut dyn Write, ink: Ink, tally: &Tally) -> io::Result<()> {
    let mut operations: Vec<(u64, &str)> = tally
        .operations()
        .filter_map(|(_, operation)| Some((operation.latencies.at(950)?, operation.name.as_str())))
        .collect();
    operations.sort_by(|one, other| other.cmp(one));
    if operations.is_empty() {
        return Ok(());
    }
    let mut line = "slowest ".to_owned();
    for (at, (slow, name)) in operations.iter().take(SLOWEST).enumerate() {
        let one = format!(
            "{} {} {}",
            if at > 0 { "," } else { "" },
            visible(name),
            ink.unit(&duration_exact(*slow))
        );
        if at > 0 && columns(&line) + columns(&one) > ink.width {
            break;
        }
        line.push_str(&one);
    }
    let meant = "  (95 % of the requests took no longer)";
    let meant = if columns(&line) + columns(meant) > ink.width { "" } else { meant };
    writeln!(out, "{line}{}\n", ink.faint(meant))
}

/// How much of each document was touched; verbose mode names what was not, and why. What falls short is always said.
pub(super) fn coverage(out: &mut dyn Write, ink: Ink, tally: &Tally, verbosity: Verbosity) -> io::Result<()> {
    let quiet = verbosity == Verbosity::Quiet;
    let shown: Vec<_> = tally.dimensions().filter(|(_, one)| !quiet || one.falls_short()).collect();
    if shown.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", ink.bold("coverage of the document"))?;
    for (suite, dimension) in shown {
        let (sign, required) = match dimension.required {
            Some(required) if dimension.falls_short() => (Sign::Fail, format!(", {required} % required")),
            Some(required) => (Sign::Pass, format!(", {required} % required")),
            None => (Sign::Skipped, String::new()),
        };
        let glyph = if dimension.required.is_some() { ink.glyph(sign) } else { " ".to_owned() };
        let (covered, total) = (dimension.covered, dimension.total);
        let name = visible(&suite.name).into_owned();
        let share = format!("{:>3} %  {covered} of {total}{required}", dimension.percent());
        writeln!(out, "  {glyph} {name}  {:<22}{share}", visible(&dimension.name))?;
        let named = verbosity == Verbosity::Verbose || dimension.falls_short();
        for item in dimension.items.iter().filter(|item| named && item.seen == 0) {
            let why = item.why.as_deref().unwrap_or("it was not touched");
            writeln!(
                out,
                "        {}",
                ink.faint(&visible(&format!("{} {}: {why}", item.operation, item.what)))
            )?;
        }
    }
    writeln!(out)
}

/// The failures that entries of the user's put up with.
pub(super) fn known(out: &mut dyn Write, ink: Ink, tally: &Tally) -> io::Result<()> {
    let excused = tally.excused();
    if excused.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", ink.bold("known failures"))?;
    for one in excused {
        let line = format!("{}: {} ({})", one.what(), one.why(), count(one.cases, "finding"));
        writeln!(out, "  {} {}", ink.glyph(Sign::Known), visible(&line))?;
    }
    writeln!(out)
}

/// The entries of the user's that put up with nothing any more. A run with any fails, so they are never left out.
pub(super) fn stale(out: &mut dyn Write, ink: Ink, tally: &Tally) -> io::Result<()> {
    if tally.stale().is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", ink.bold("delete these entries"))?;
    for stale in tally.stale() {
        let line = format!("{}: {}: {}", stale.place, stale.entry, stale.why);
        writeln!(out, "  {} {}", ink.glyph(Sign::Fail), visible(&line))?;
    }
    writeln!(out)
}

pub(super) fn measured(out: &mut dyn Write, ink: Ink, tally: &Tally) -> io::Result<()> {
    let mut any = false;
    for (suite, operation) in tally.operations() {
        for (rule, cell) in &operation.cells {
            for note in &cell.notes {
                if !any {
                    writeln!(out, "{}", ink.bold("measured, not judged"))?;
                    any = true;
                }
                let place = format!("{} {} {rule}", suite.name, operation.name);
                writeln!(out, "  {}  {}", visible(&place), visible(note))?;
            }
        }
    }
    if any { writeln!(out) } else { Ok(()) }
}

/// All conventions in verbose mode, else those that nobody stated.
pub(super) fn conventions(
    out: &mut dyn Write,
    ink: Ink,
    tally: &Tally,
    verbosity: Verbosity,
) -> io::Result<()> {
    let all = verbosity == Verbosity::Verbose;
    let shown: Vec<_> = tally
        .suites
        .iter()
        .flat_map(|suite| suite.conventions.iter().map(move |convention| (suite, convention)))
        .filter(|(_, convention)| all || convention.setting.is_none())
        .collect();
    if shown.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", ink.bold(if all { "conventions" } else { "conventions that nobody states" }))?;
    for (suite, convention) in shown {
        let place = format!("{} {}  {}", suite.name, convention.operation, convention.name);
        let setting = convention.setting.as_ref().map_or(String::new(), |setting| format!(" = {setting}"));
        let reason = convention.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
        let line = format!("{place}{setting}  {}{reason}", convention.origin);
        writeln!(out, "  {}", visible(&line))?;
    }
    writeln!(out)
}

pub(super) fn left_behind(out: &mut dyn Write, ink: Ink, tally: &Tally) -> io::Result<()> {
    let sentences: Vec<_> = tally.suites.iter().flat_map(|suite| &suite.left_behind).collect();
    if sentences.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", ink.bold("left behind in the target"))?;
    for sentence in sentences {
        writeln!(out, "  {}", visible(sentence))?;
    }
    writeln!(out)
}

/// The sum of the run. The second line is the only one that holds a duration.
pub(super) fn summary(
    out: &mut dyn Write,
    ink: Ink,
    tally: &Tally,
    options: &Options,
    defects: usize,
) -> io::Result<()> {
    let exit = tally.exit(options.strict);
    let sign = match exit {
        Exit::Conforms => Sign::Pass,
        Exit::Nonconforming | Exit::FallsShort => Sign::Fail,
        Exit::NoVerdict | Exit::NothingSelected => Sign::Error,
    };
    let message = tally.foot.as_ref().and_then(|foot| foot.message.as_deref());
    let message = message.map_or(String::new(), |message| format!(": {}", visible(message)));
    writeln!(out, "{} {}{message}", ink.glyph(sign), ink.signed(sign, &exit.to_string()))?;

    let ran = tally.operations().filter(|(_, operation)| !operation.cases.is_empty()).count();
    let (requests, elapsed) = tally.foot.as_ref().map_or((0, 0), |foot| (foot.requests, foot.elapsed_us));
    let seed = tally.head.as_ref().map_or(0, |head| head.seed);
    writeln!(
        out,
        "  {}, {}, {}, {}, {}, seed {seed}",
        count(ran, "operation"),
        count(tally.cases(), "case"),
        count(tally.rules_judged(), "rule"),
        count(requests, "request"),
        duration(elapsed),
    )?;

    let levels = [Level::Must, Level::Should, Level::May]
        .map(|level| (level, tally.found(level)))
        .into_iter()
        .filter(|(_, found)| *found > 0)
        .map(|(level, found)| ink.levelled(level, &format!("{found} {}", level_word(level))))
        .collect::<Vec<_>>();
    let found = match levels.len() {
        0 => "no findings".to_owned(),
        _ => format!("findings: {} in {}", levels.join(", "), count(defects, "defect")),
    };
    let skipped: usize = tally.skipped().values().map(|group| group.cases.len()).sum();
    let mut line = format!("  {found}");
    for (number, what) in [
        (tally.count(Verdict::Inconclusive), "inconclusive"),
        (tally.count(Verdict::Error), "error"),
        (skipped, "skipped"),
        (tally.excused().len(), "known"),
    ] {
        if number > 0 {
            line = format!("{line}; {number} {what}");
        }
    }
    writeln!(out, "{line}")
}
