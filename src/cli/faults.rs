//! `specproof faults`: the faults of the reference server, the rules that each trips, and whether it does.

use std::fmt::Write as _;

use futures_util::StreamExt as _;
use specproof::reference::fault::{FAULTS, Fault};

use super::arguments::Faults;
use super::console;
use super::failure::Failure;
use super::matrix::{Table, token_for, tripped};

/// Runs the command. Ends with 0 when every fault trips the rules that are named for it and no others, with 1 when one does not.
pub(super) fn run(arguments: &Faults) -> Result<u8, Failure> {
    let table = Table::load().map_err(|error| Failure::usage(format!("fixtures/faults.toml: {error}")))?;
    let chosen: Vec<&'static Fault> = FAULTS
        .iter()
        .filter(|fault| {
            arguments.names.is_empty()
                || arguments.names.iter().any(|part| fault.name.contains(part.as_str()))
        })
        .collect();
    if arguments.list {
        console::print(&markdown(&chosen, &table))?;
        return Ok(0);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::usage(format!("no threads to run in: {error}")))?;
    let wrong = runtime.block_on(async {
        let mut measured = futures_util::stream::iter(chosen.iter().copied().map(|fault| async move {
            (fault, tripped(fault.api.name(), vec![fault], token_for(fault), arguments.seed).await)
        }))
        .buffered(2);
        let mut wrong = 0;
        while let Some((fault, codes)) = measured.next().await {
            let named = table.faults.get(fault.name).cloned().unwrap_or_default();
            let (sign, what) = match codes {
                Ok(codes) if codes == named && !codes.is_empty() => ("ok     ", join(&codes)),
                Ok(codes) if codes.is_empty() => ("MISSED ", format!("nothing; named: {}", join(&named))),
                Ok(codes) => ("DIFFERS", format!("{}; named: {}", join(&codes), join(&named))),
                Err(problem) => ("ERROR  ", problem),
            };
            wrong += u32::from(sign != "ok     ");
            console::print(&format!("{sign} {:<48} {what}\n", fault.name))?;
        }
        Ok::<u32, Failure>(wrong)
    })?;
    console::print(&format!("{} faults, {wrong} not as named\n", chosen.len()))?;
    Ok(u8::from(wrong > 0))
}

fn join<'a>(codes: impl IntoIterator<Item = &'a String>) -> String {
    codes.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The table as it stands in the documentation.
fn markdown(faults: &[&'static Fault], table: &Table) -> String {
    let mut text =
        String::from("| fault | operation | what goes wrong | rules that it trips |\n|---|---|---|---|\n");
    for fault in faults {
        let rules = table.faults.get(fault.name).map(join).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} {} | {} | {rules} |",
            fault.name, fault.api, fault.operation, fault.summary
        );
    }
    text.push_str("\nRules that none of them can trip, and why:\n\n");
    for (code, reason) in &table.untripped {
        let _ = writeln!(text, "- {code}: {reason}");
    }
    text
}
