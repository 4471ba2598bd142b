//! The lines that are written while a run goes on: one per step of a suite, and in verbose mode each exchange.

use std::io::{self, Write};

use super::ink::Ink;
use crate::event::{Seeded, SuiteStarted};
use crate::evidence::{Body, Exchange};
use crate::report::text::{count, visible};
use crate::report::{Curl, Sign};

/// How many octets of content the verbose mode shows.
const CONTENT_OCTETS: usize = 2048;

pub(super) fn suite_started(out: &mut dyn Write, ink: Ink, suite: &SuiteStarted) -> io::Result<()> {
    let what = format!(
        "{}, {}, {}",
        suite.title,
        count(suite.operations.len(), "operation"),
        count(suite.cases, "case")
    );
    writeln!(out, "{}  {}", ink.bold(&visible(&suite.suite)), visible(&what))?;
    for creation in &suite.will_create {
        writeln!(out, "  will create {}", visible(creation))?;
    }
    Ok(())
}

pub(super) fn seeded(
    out: &mut dyn Write,
    ink: Ink,
    seeded: &Seeded,
    curl: Curl,
    base: &str,
) -> io::Result<()> {
    let records = seeded.records.values().sum();
    let name = ink.bold(&visible(&seeded.suite));
    let requests = count(seeded.requests, "request");
    match &seeded.problem {
        None => writeln!(out, "{name}  seeded {} in {requests}", count(records, "record"))?,
        Some(problem) => {
            let glyph = ink.glyph(Sign::Error);
            writeln!(out, "{name}  {glyph} could not be seeded: {}", visible(&problem.message))?;
            writeln!(out, "  {} acknowledged in {requests}", count(records, "record"))?;
            if let Some(failed) = &problem.exchange {
                exchange(out, ink, failed)?;
                writeln!(out, "  repeat  {}", visible(&curl(failed, base)))?;
            }
        }
    }
    for note in &seeded.notes {
        writeln!(out, "  {}", ink.faint(&visible(note)))?;
    }
    Ok(())
}

/// One exchange with the start of both contents.
pub(super) fn exchange(out: &mut dyn Write, ink: Ink, exchange: &Exchange) -> io::Result<()> {
    let request = format!("{} {}", visible(&exchange.request.method), visible(&exchange.request.path));
    let came = match &exchange.outcome {
        Ok(response) => format!("{}  {}", response.status, count(response.body.bytes().len(), "octet")),
        Err(error) => ink.signed(Sign::Error, &visible(&error.message)),
    };
    writeln!(out, "    {request} {} {came}  {}", ink.arrow(), ink.faint(&visible(&exchange.purpose)))?;
    if let Some(body) = &exchange.request.body {
        content(out, ink, ">", body)?;
    }
    if let Ok(response) = &exchange.outcome {
        content(out, ink, "<", &response.body)?;
    }
    Ok(())
}

fn content(out: &mut dyn Write, ink: Ink, direction: &str, body: &Body) -> io::Result<()> {
    if body.is_empty() {
        return Ok(());
    }
    let text = body.text();
    let (start, left) = crate::report::text::start(&text, CONTENT_OCTETS);
    let more = if left > 0 { format!("{} {left} octets more", ink.ellipsis()) } else { String::new() };
    writeln!(out, "      {} {}{}", ink.faint(direction), visible(start), ink.faint(&more))
}
