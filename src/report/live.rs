//! The bar under the lines of a terminal report: [`Live`], a fold over [`Event::Progress`].
//!
//! Whoever prints while the bar is up would tear it. So the lines go through [`Live::above`], which takes the bar away for as long
//! as it writes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::text::visible;
use super::{Output, Reporter, Sign};
use crate::event::{Event, Progress};

/// Shows how far a suite is, what was found so far, and what is being done now.
pub struct Live {
    bars: MultiProgress,
    bar: Option<ProgressBar>,
    /// Whether the terminal can show more than ASCII.
    unicode: bool,
    /// How many rules have which sign so far, in all suites.
    signs: BTreeMap<Sign, usize>,
}

impl Live {
    /// A bar that is drawn on `target`; a hidden target shows nothing.
    pub fn new(target: ProgressDrawTarget, unicode: bool) -> Self {
        Self { bars: MultiProgress::with_draw_target(target), bar: None, unicode, signs: BTreeMap::new() }
    }

    /// Wraps where lines go, so that they and the bar do not disturb each other. Lines are passed on when they are flushed.
    pub fn above(&self, out: Output) -> Output {
        Box::new(Above { bars: self.bars.clone(), out, held: Vec::new() })
    }

    /// The counts, the worst first, and what is being done now.
    fn message(&self, progress: &Progress) -> String {
        let own = format!("{}::", progress.suite);
        let doing = progress.doing.strip_prefix(&own).unwrap_or(&progress.doing).replace("::", " ");
        let counts =
            self.signs.iter().rev().map(|(sign, number)| format!("{number}{}", sign.glyph(self.unicode)));
        counts.chain([visible(&doing).into_owned()]).collect::<Vec<_>>().join("  ")
    }

    fn show(&mut self, progress: &Progress) {
        let message = self.message(progress);
        let bars = &self.bars;
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{prefix} [{bar:24}] {pos}/{len} {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("=> ");
            // Everything that the bar shows is set before it is shown for the first time.
            let bar = ProgressBar::with_draw_target(Some(progress.of as u64), ProgressDrawTarget::hidden());
            bar.set_style(style);
            bar.set_prefix(visible(&progress.suite).into_owned());
            bar.set_message(message.clone());
            bar.set_position(progress.done as u64);
            bars.add(bar)
        });
        bar.set_message(message);
        bar.set_position(progress.done as u64);
    }
}

impl Reporter for Live {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Progress(progress) => self.show(progress),
            Event::CaseFinished(case) => {
                for judgement in &case.judgements {
                    let level = judgement.findings.iter().map(|finding| finding.level).min();
                    *self.signs.entry(Sign::of(judgement.verdict, level)).or_default() += 1;
                }
            }
            Event::SuiteFinished(_) | Event::RunFinished(_) => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                    self.bars.remove(&bar);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Lines above the bar.
struct Above {
    bars: MultiProgress,
    out: Output,
    held: Vec<u8>,
}

impl Write for Above {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return self.out.flush();
        }
        let held = std::mem::take(&mut self.held);
        let out = &mut self.out;
        self.bars.suspend(|| out.write_all(&held).and_then(|()| out.flush()))
    }
}

#[cfg(test)]
mod tests {
    use indicatif::TermLike;

    use super::*;
    use crate::report::Fanout;
    use crate::report::samples::{Written, curl, report, story};
    use crate::report::terminal::{Options, Terminal};

    /// A terminal that keeps what is drawn.
    #[derive(Debug)]
    struct Screen(std::sync::mpsc::Sender<String>);

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.send(text.to_owned()).map_err(io::Error::other)
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn progress(doing: &str) -> Event {
        Event::Progress(Progress { suite: "honcho".into(), doing: doing.into(), done: 2, of: 6 })
    }

    #[test]
    fn the_bar_says_what_is_being_done_and_nothing_hostile() {
        let (sender, drawn) = std::sync::mpsc::channel();
        let mut live = Live::new(ProgressDrawTarget::term_like(Box::new(Screen(sender))), true);
        live.handle(&progress("honcho::get_messages::walk\x1b[2J")).unwrap();
        let bar = live.bar.clone().unwrap();
        assert_eq!((bar.position(), bar.length()), (2, Some(6)));
        assert_eq!(bar.message(), "get_messages walk\\u{1b}[2J");
        for event in story() {
            if matches!(event, Event::CaseFinished(_)) {
                live.handle(&event).unwrap();
            }
        }
        live.handle(&progress("honcho::get_messages::walk")).unwrap();
        assert_eq!(bar.message(), "7✗  1!  1~  4✓  get_messages walk");
        live.handle(story().last().unwrap()).unwrap();
        assert!(bar.is_finished());
        drop((live, bar));
        let drawn: Vec<String> = drawn.iter().filter(|text| text.contains("honcho")).collect();
        assert!(!drawn.is_empty() && drawn.iter().all(|text| text.contains("2/6")), "{drawn:?}");
    }

    #[test]
    fn lines_are_the_same_with_a_bar_and_without() {
        let plain = report(&story(), |out| Terminal::new(out, Options::default(), curl));
        let written = Written::default();
        let live = Live::new(ProgressDrawTarget::hidden(), true);
        let out = live.above(Box::new(written.clone()));
        let mut both = Fanout::default();
        both.push(Box::new(live));
        both.push(Box::new(Terminal::new(out, Options::default(), curl)));
        for event in story() {
            both.handle(&event).unwrap();
        }
        assert_eq!(written.text(), plain);
    }
}
