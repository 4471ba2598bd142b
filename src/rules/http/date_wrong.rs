//! HTTP020: the `Date` of an answer cannot be read, or does not go with the others.

use jiff::civil::DateTime;

use crate::rules::answers::{Answer, EVERY, answers};
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};

rule! {
    /// ## What it checks
    /// A `Date` field is a date in the form that HTTP wants, of a year in which servers have clocks, and goes with those of the other answers of the
    /// case; and where some answers have one, every success has.
    /// ## Why it matters
    /// Caches and clients reckon ages and waiting times from it.
    /// ## Example
    /// `Date: 2026-11-30T10:00:00Z`, or a date of the year 1970.
    /// ## Source
    /// RFC 9110, sections 5.6.7 and 6.6.1: an origin server with a clock generates a `Date` in answers of 2xx, 3xx and 4xx, in the form of
    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    /// ## False alarms and how they are avoided
    /// A server without a clock sends none, so that none at all is only noted. The clock of the target is not compared with ours: only that the dates of
    /// one case lie no further apart, beyond the time between the requests, than an hour, since several servers with clocks of their own may stand
    /// behind one address. What a cache stored (`Age`) is passed over.
    DATE_WRONG {
        code: "HTTP020", name: "date-wrong", level: Should, basis: Protocol,
        source: "RFC 9110, section 6.6.1: https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1",
        summary: "The Date of an answer can be read and goes with the others.",
        implies: [],
        scenarios: EVERY,
        applies: always,
        check: check,
    }
}

/// The first year of which a date is believed. What stands before it comes from a clock that was never set.
const FIRST_YEAR: i16 = 2020;
/// The most seconds between what dates say and what the requests say.
const MOST_APART: i64 = 3_600;

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    sheet.judged();
    let mut with = Vec::new();
    let mut without = Vec::new();
    for answer in answers(scene).filter(|answer| answer.response.header("age").is_none()) {
        match answer.response.header("date") {
            Some(value) => with.push((answer, value.trim())),
            None if answer.response.is_success() => without.push(answer),
            None => {}
        }
    }
    if with.is_empty() {
        if !without.is_empty() {
            sheet.note("no answer has a Date");
        }
        return;
    }
    if let Some(answer) = without.first() {
        sheet.fail(draft(sheet, answer, "an answer has no Date, although others have", "none"));
    }
    let mut first: Option<i64> = None;
    for (answer, value) in with {
        let Some(date) = read(value) else {
            sheet.fail(draft(sheet, &answer, "Date cannot be read", value));
            continue;
        };
        if date.year() < FIRST_YEAR {
            sheet.fail(draft(sheet, &answer, "Date is of a clock that was never set", value));
            continue;
        }
        // What the clock of the target shows, less the time that the run has taken: always the same, but for what clocks differ in.
        let seconds = date.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_second());
        let sent = scene.evidence.entries[answer.entry].exchange.sent_us / 1_000_000;
        let began = seconds - i64::try_from(sent).unwrap_or_default();
        if (began - *first.get_or_insert(began)).abs() > MOST_APART {
            sheet.fail(draft(sheet, &answer, "Date lies far from those of other answers", value));
        } else {
            sheet.judged();
        }
    }
}

fn draft(sheet: &Sheet<'_>, answer: &Answer<'_>, summary: &str, value: &str) -> Draft {
    answer.draft(
        summary,
        sheet.own_requirement(),
        "a date such as `Mon, 30 Nov 2026 08:49:37 GMT`",
        format!("Date: {value}"),
    )
}

/// A date in the one form that is generated (RFC 9110, section 5.6.7).
fn read(value: &str) -> Option<DateTime> {
    let date = DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", value).ok()?;
    (value.len() == "Sun, 06 Nov 1994 08:49:37 GMT".len()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    /// The dates of two answers, the seconds between the requests, the status of the second, and the verdict.
    type Row<'a> = (Option<&'a str>, Option<&'a str>, u64, u16, Verdict);

    #[test]
    fn dates_can_be_read_and_go_together() {
        let world = World::new(1);
        let good = "Mon, 30 Nov 2026 08:49:37 GMT";
        let cases: [Row<'_>; 12] = [
            (Some(good), Some(good), 0, 200, Pass),
            (Some(good), Some("Mon, 30 Nov 2026 09:40:00 GMT"), 0, 200, Pass),
            (Some(good), Some("Mon, 30 Nov 2026 10:40:00 GMT"), 0, 200, Fail),
            (Some(good), Some("Mon, 30 Nov 2026 10:40:00 GMT"), 6_000, 200, Pass),
            (Some(good), Some("2026-11-30T08:49:37Z"), 0, 200, Fail),
            (Some(good), Some("Monday, 30-Nov-26 08:49:37 GMT"), 0, 200, Fail),
            (Some(good), Some("Mon, 30 Nov 2026 08:49:37 CET"), 0, 200, Fail),
            (Some("Thu, 01 Jan 1970 00:00:00 GMT"), Some(good), 0, 200, Fail),
            (Some(good), None, 0, 200, Fail),
            (Some(good), None, 0, 500, Pass),
            (Some(good), None, 0, 404, Pass),
            (None, None, 0, 200, Pass),
        ];
        for (first, second, later, status, verdict) in cases {
            let answered = |date: Option<&str>, sent: u64, status: u16| {
                let mut exchange =
                    exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
                exchange.sent_us = sent * 1_000_000;
                let headers = &mut exchange.outcome.as_mut().unwrap().headers;
                headers.extend(date.map(|date| ("date".to_owned(), date.to_owned())));
                exchange
            };
            let ask = || Ask::Fetch { record: world.notes[0] };
            let probes = world.probes().probe("one", ask(), Asked::Good, answered(first, 0, 200));
            let probes = probes.probe("two", ask(), Asked::Good, answered(second, later, status));
            probes.expect(&DATE_WRONG, verdict);
        }
    }
}
