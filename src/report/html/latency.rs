//! How long each operation took: its distribution as a plot on one axis for all, and the numbers beside it.

#![expect(clippy::cast_precision_loss, reason = "a plot is no more exact than a dot on the screen")]

use std::fmt::{self, Write as _};

use super::{View, section};
use crate::report::latency::Latencies;
use crate::report::text::{duration_exact, html};

/// Size of a plot, in units of the view box.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 26.0;

/// How many bars a plot has.
const BARS: usize = 64;

/// The axis, in powers of ten of microseconds: from 10 µs to 100 s.
const DECADES: (f64, f64) = (1.0, 8.0);

pub(super) fn write(page: &mut String, view: &View<'_>) -> fmt::Result {
    section(page, "latency", "Latency")?;
    let measured: Vec<_> =
        view.tally.operations().filter(|(_, operation)| !operation.latencies.is_empty()).collect();
    if measured.is_empty() {
        return writeln!(page, "<p>No exchanges were recorded.</p>\n</section>");
    }
    let slowest =
        measured.iter().filter_map(|(_, operation)| operation.latencies.at(1000)).max().unwrap_or(0);
    let quickest = measured.iter().filter_map(|(_, operation)| operation.latencies.at(0)).min().unwrap_or(0);
    let axis = Axis::around(quickest, slowest);
    writeln!(
        page,
        "<p class=\"faint\">From the first octet sent to the last octet read, retries not counted; the axis is logarithmic. \
         Nothing is judged by time.</p>\n<div class=\"scroll\">\n<table class=\"latency\">\n<thead><tr><th scope=\"col\">operation</th>\
         <th scope=\"col\">requests</th><th scope=\"col\">median</th><th scope=\"col\">95 %</th><th scope=\"col\">longest</th>\
         <th scope=\"col\">{}</th></tr></thead>\n<tbody>",
        axis.scale()
    )?;
    for (suite, operation) in measured {
        let latencies = &operation.latencies;
        let at = |thousandths| latencies.at(thousandths).map_or_else(String::new, duration_exact);
        writeln!(
            page,
            "<tr><th scope=\"row\">{} <span class=\"faint\">{}</span></th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            html(&operation.name),
            html(&suite.name),
            latencies.len(),
            at(500),
            at(950),
            at(1000),
            axis.plot(latencies),
        )?;
    }
    writeln!(page, "</tbody>\n</table>\n</div>\n</section>")
}

/// A logarithmic axis over whole decades.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axis {
    from: f64,
    to: f64,
}

impl Axis {
    fn around(quickest: u64, slowest: u64) -> Self {
        let from = decades(quickest).floor().clamp(DECADES.0, DECADES.1 - 1.0);
        let to = decades(slowest).ceil().clamp(from + 1.0, DECADES.1);
        Self { from, to }
    }

    /// How far along the axis a time lies, from 0 to 1.
    fn place(self, microseconds: u64) -> f64 {
        ((decades(microseconds) - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    /// The names of the decades, at their places.
    fn scale(self) -> String {
        let mut marks = String::new();
        let mut decade = self.from;
        while decade <= self.to {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a power of ten within the axis"
            )]
            let microseconds = 10f64.powf(decade) as u64;
            let x = (decade - self.from) / (self.to - self.from) * WIDTH;
            let anchor = if decade <= self.from {
                "start"
            } else if decade >= self.to {
                "end"
            } else {
                "middle"
            };
            let _ = write!(
                marks,
                "<text x=\"{x:.0}\" y=\"11\" text-anchor=\"{anchor}\">{}</text>",
                duration_exact(microseconds)
            );
            decade += 1.0;
        }
        format!(
            "<svg viewBox=\"0 0 {WIDTH} 14\" class=\"scale\" role=\"img\" aria-label=\"distribution\">{marks}</svg>"
        )
    }

    /// The distribution as bars, with a line at the median. The numbers stand beside it, so it is drawn for the eye alone.
    fn plot(self, latencies: &Latencies) -> String {
        let mut bars = [0usize; BARS];
        for microseconds in latencies.sorted() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "from 0 to the number of bars"
            )]
            let bar = (self.place(microseconds) * BARS as f64) as usize;
            bars[bar.min(BARS - 1)] += 1;
        }
        let most = bars.iter().copied().max().unwrap_or(1).max(1);
        let step = WIDTH / BARS as f64;
        let mut path = String::new();
        for (at, number) in bars.iter().enumerate().filter(|(_, number)| **number > 0) {
            // The root lets a few slow ones show beside many quick ones.
            let height = ((*number as f64 / most as f64).sqrt() * (HEIGHT - 4.0)).max(1.5);
            let _ =
                write!(path, "M{:.0} {HEIGHT}v-{height:.1}h{:.0}V{HEIGHT}z", at as f64 * step, step - 1.0);
        }
        let median = latencies.at(500).map_or(0.0, |median| self.place(median) * WIDTH);
        format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\"><path d=\"{path}\"/>\
             <line x1=\"{median:.0}\" x2=\"{median:.0}\" y1=\"0\" y2=\"{HEIGHT}\"/></svg>"
        )
    }
}

/// The power of ten of a time in microseconds.
fn decades(microseconds: u64) -> f64 {
    (microseconds.max(1) as f64).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_spans_whole_decades() {
        for (quickest, slowest, axis) in [
            (0, 0, (1.0, 2.0)),
            (150, 900, (2.0, 3.0)),
            (900, 1_100, (2.0, 4.0)),
            (1_000, 2_000_000, (3.0, 7.0)),
            (1_000, u64::MAX, (3.0, 8.0)),
            (u64::MAX, u64::MAX, (7.0, 8.0)),
        ] {
            assert_eq!(
                Axis::around(quickest, slowest),
                Axis { from: axis.0, to: axis.1 },
                "{quickest} {slowest}"
            );
        }
    }

    #[test]
    fn the_plot_has_a_bar_where_there_are_requests() {
        let mut latencies = Latencies::default();
        for microseconds in [1_000, 1_000, 1_000, 1_000, 9_999_999] {
            latencies.add(microseconds);
        }
        let plot = Axis::around(1_000, 9_999_999).plot(&latencies);
        assert_eq!(plot.matches('M').count(), 2, "{plot}");
        assert!(plot.contains("<line x1=\"0\""), "{plot}");
    }
}
