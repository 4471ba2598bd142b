//! `specproof faults`: the faults of the reference server, the rules that each trips, and whether it does.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use specproof::reference::fault::{FAULTS, Fault};

use super::arguments::{Faults, TableFormat};
use super::console;
use super::failure::Failure;
use super::matrix::{self, Table, join, token_for};

/// Where no fault has one of the names.
const NOTHING_SELECTED: u8 = 4;

/// Runs the command. Ends with 0 when every fault trips the rules that are named for it and no others, with 1 when one does not, with 4 when
/// there is none.
pub(super) fn run(arguments: &Faults) -> Result<u8, Failure> {
    let table = Table::load().map_err(|error| Failure::usage(format!("fixtures/faults.toml: {error}")))?;
    let chosen: Vec<&'static Fault> = FAULTS
        .iter()
        .filter(|fault| {
            arguments.names.is_empty()
                || arguments.names.iter().any(|part| fault.name.contains(part.as_str()))
        })
        .collect();
    if chosen.is_empty() {
        console::note("no fault has such a name: `specproof faults --list` names them all");
        return Ok(NOTHING_SELECTED);
    }
    if arguments.list {
        console::print(&matrix::page(&chosen, &table.faults, &table.untripped))?;
        return Ok(0);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::usage(format!("no threads to run in: {error}")))?;
    let text = arguments.format == TableFormat::Text;
    let wrong = runtime.block_on(async {
        let mut outcomes = futures_util::stream::iter(chosen.iter().copied().map(|fault| async move {
            (fault, matrix::run(fault.api.name(), vec![fault], token_for(fault), arguments.seed).await)
        }))
        .buffered(2);
        let mut wrong = 0;
        let mut measured = BTreeMap::new();
        while let Some((fault, outcome)) = outcomes.next().await {
            let named = table.faults.get(fault.name).cloned().unwrap_or_default();
            let (sign, what) = match outcome {
                Ok(outcome) => {
                    let line = match &outcome.tripped {
                        codes if codes.is_empty() => ("MISSED ", format!("nothing; named: {}", join(&named))),
                        codes if *codes == named => {
                            ("ok     ", format!("{} in {}", join(codes), defects(outcome.defects.len())))
                        }
                        codes => ("DIFFERS", format!("{}; named: {}", join(codes), join(&named))),
                    };
                    measured.insert(fault.name.to_owned(), outcome.tripped);
                    line
                }
                Err(problem) => ("ERROR  ", problem),
            };
            wrong += u32::from(sign != "ok     ");
            if text {
                console::print(&format!("{sign} {:<48} {what}\n", fault.name))?;
            }
        }
        if !text {
            console::print(&matrix::page(&chosen, &measured, &table.untripped))?;
        }
        Ok::<u32, Failure>(wrong)
    })?;
    if text {
        console::print(&format!("{} faults, {wrong} not as named\n", chosen.len()))?;
    }
    Ok(u8::from(wrong > 0))
}

fn defects(count: usize) -> String {
    format!("{count} {}", if count == 1 { "defect" } else { "defects" })
}
