//! A run as a badge: the JSON that shields.io takes from an endpoint, written by [`Badge`].

use std::io;

use serde_json::json;

use super::text::{count, json_text};
use super::{Exit, Output, Reporter, Tally};
use crate::event::Event;
use crate::verdict::Level;

/// Writes the badge at the end of a run.
pub struct Badge {
    out: Output,
    strict: bool,
    tally: Tally,
}

impl Badge {
    /// A reporter that writes to `out`; under `strict` a broken `should` counts as a broken `must`.
    pub fn new(out: Output, strict: bool) -> Self {
        Self { out, strict, tally: Tally::default() }
    }

    /// What the badge says, and its colour.
    fn says(&self) -> (String, &'static str) {
        let exit = self.tally.exit(self.strict);
        match exit {
            Exit::Conforms if self.tally.found(Level::Should) > 0 => {
                (format!("{exit}, {} should", self.tally.found(Level::Should)), "yellowgreen")
            }
            Exit::Conforms => (exit.to_string(), "brightgreen"),
            Exit::Nonconforming => (count(self.tally.defects().len(), "defect"), "red"),
            Exit::FallsShort => ("falls short".to_owned(), "yellow"),
            Exit::NoVerdict | Exit::NothingSelected => (exit.to_string(), "lightgrey"),
        }
    }
}

impl Reporter for Badge {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        if matches!(event, Event::RunFinished(_)) {
            let (message, color) = self.says();
            let badge = json!({
                "schemaVersion": 1,
                "label": "specproof",
                "message": message,
                "color": color,
                "isError": color == "lightgrey",
            });
            writeln!(self.out, "{}", json_text(&badge))?;
            self.out.flush()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Ending;
    use crate::report::samples::{disturbing, report, run, spoil, story};

    /// What shields.io takes from an endpoint, and nothing besides.
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Endpoint {
        schema_version: u8,
        label: String,
        message: String,
        color: String,
        is_error: bool,
    }

    fn written(events: &[Event], strict: bool) -> Endpoint {
        let text = report(events, |out| Badge::new(out, strict));
        assert!(!text.trim_end().contains(disturbing), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_badge_says_how_the_run_ended() {
        use Level::{May, Must, Should};
        for (levels, strict, ending, message, color) in [
            (&[][..], false, Ending::Complete, "conforms", "brightgreen"),
            (&[May], true, Ending::Complete, "conforms", "brightgreen"),
            (&[Should], false, Ending::Complete, "conforms, 1 should", "yellowgreen"),
            (&[Should], true, Ending::Complete, "1 defect", "red"),
            (&[Must, Should], false, Ending::Complete, "2 defects", "red"),
            (&[Must], false, Ending::Interrupted, "no verdict", "lightgrey"),
            (&[], false, Ending::NothingSelected, "nothing selected", "lightgrey"),
        ] {
            let badge = written(&run(levels, false, Some(ending)), strict);
            assert_eq!((badge.message.as_str(), badge.color.as_str()), (message, color));
            assert_eq!((badge.schema_version, badge.label.as_str()), (1, "specproof"));
            assert_eq!(badge.is_error, color == "lightgrey");
        }
    }

    #[test]
    fn nothing_that_a_target_sends_is_on_it() {
        let mut events = story();
        spoil(&mut events);
        assert_eq!(written(&events, false).message, "3 defects");
    }
}
