//! `specproof compare`: what changed from one recorded run to another.

use std::fmt::Write as _;
use std::path::Path;

use specproof::event::{Ending, Event};
use specproof::report::{Change, Difference, compare};
use specproof::verdict::Level;

use super::arguments::{Compare, Format};
use super::failure::{Failure, NO_VERDICT};
use super::{console, report};

/// Runs the command.
pub(super) fn run(arguments: &Compare) -> Result<u8, Failure> {
    let before = report::read(&arguments.before)?;
    let after = report::read(&arguments.after)?;
    let difference = compare(&before, &after);
    console::print(&match arguments.format {
        Format::Table => text(&difference),
        Format::Json => format!("{:#}\n", serde_json::json!(difference)),
    })?;
    let mut whole = true;
    for (path, events) in [(&arguments.before, &before), (&arguments.after, &after)] {
        whole &= said_whole(path, events);
    }
    Ok(match (difference.is_worse(arguments.strict), whole) {
        (true, _) => 1,
        (false, true) => 0,
        (false, false) => NO_VERDICT,
    })
}

/// Whether a run ended well; says so on standard error where it did not.
fn said_whole(path: &Path, events: &[Event]) -> bool {
    let ending = events.iter().find_map(|event| match event {
        Event::RunFinished(foot) => Some(foot),
        _ => None,
    });
    match ending {
        Some(foot) if foot.ending == Ending::Complete => true,
        other => {
            let why = other.and_then(|foot| foot.message.as_deref()).unwrap_or("it has no result");
            console::note(&format!("{}: the run is not whole: {why}", path.display()));
            false
        }
    }
}

fn text(difference: &Difference) -> String {
    let mut text = String::new();
    let sections: [(&str, &[Change]); 5] = [
        ("new", &difference.new),
        ("failing where the earlier run judged nothing", &difference.newly_judged),
        ("fixed", &difference.fixed),
        ("still failing", &difference.still_failing),
        ("no longer judged", &difference.no_longer_judged),
    ];
    for (title, changes) in sections {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{title}: {}", changes.len());
        for Change { suite, operation, rule, input, level } in changes {
            let level = match level {
                Some(Level::Must) => "must ",
                Some(Level::Should) => "should ",
                Some(Level::May) => "may ",
                None => "",
            };
            let line = format!("{level}{rule} {suite}::{operation} {input}");
            let _ = writeln!(text, "  {}", line.trim_end().escape_debug());
        }
    }
    text
}
