//! The bar under the lines of a terminal report: [`Live`], a fold over [`Event::Progress`].
//!
//! Whoever prints while the bar is up would tear it. So the lines go through [`Live::above`], which takes the bar away for as long
//! as it writes.

use std::io::{self, Write};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::text::visible;
use super::{Output, Reporter};
use crate::event::{Event, Progress};

/// Shows how far a suite is.
pub struct Live {
    bars: MultiProgress,
    bar: Option<ProgressBar>,
}

impl Live {
    /// A bar that is drawn on `target`; a hidden target shows nothing.
    pub fn new(target: ProgressDrawTarget) -> Self {
        Self { bars: MultiProgress::with_draw_target(target), bar: None }
    }

    /// Wraps where lines go, so that they and the bar do not disturb each other. Lines are passed on when they are flushed.
    pub fn above(&self, out: Output) -> Output {
        Box::new(Above { bars: self.bars.clone(), out, held: Vec::new() })
    }

    fn show(&mut self, progress: &Progress) {
        let bars = &self.bars;
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{prefix} [{bar:24}] {pos}/{len} {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("=> ");
            bars.add(ProgressBar::new(0).with_style(style))
        });
        bar.set_prefix(visible(&progress.suite).into_owned());
        bar.set_message(visible(&progress.doing).into_owned());
        bar.set_length(progress.of as u64);
        bar.set_position(progress.done as u64);
    }
}

impl Reporter for Live {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Progress(progress) => self.show(progress),
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
        let mut live = Live::new(ProgressDrawTarget::term_like(Box::new(Screen(sender))));
        live.handle(&progress("honcho::get_messages::walk\x1b[2J")).unwrap();
        let bar = live.bar.clone().unwrap();
        assert_eq!((bar.position(), bar.length()), (2, Some(6)));
        assert_eq!(bar.message(), "honcho::get_messages::walk\\u{1b}[2J");
        live.handle(story().last().unwrap()).unwrap();
        assert!(bar.is_finished());
        drop((live, bar));
        assert!(drawn.iter().any(|text| text.contains("2/6") || text.contains("honcho")));
    }

    #[test]
    fn lines_are_the_same_with_a_bar_and_without() {
        let plain = report(&story(), |out| Terminal::new(out, Options::default(), curl));
        let written = Written::default();
        let live = Live::new(ProgressDrawTarget::hidden());
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
