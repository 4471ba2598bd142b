//! `specproof audit`: a document judged by itself, without a server.

use specproof::audit::{Remark, audit, unreadable};
use specproof::report::audited;
use specproof::suite::SuiteError;
use specproof::verdict::Level;

use super::arguments::{Audit, Format};
use super::console;
use super::failure::Failure;

/// Runs the command. Ends with 1 when a `must` is broken (with `--strict` also a `should`), else with 0.
pub(super) fn run(arguments: &Audit) -> Result<u8, Failure> {
    let path = &arguments.document;
    let name = path.display().to_string();
    let remarks = match arguments.files.folders()?.document(path) {
        Ok(document) => audit(&document),
        Err(SuiteError::Document(error)) => vec![unreadable(&error)],
        Err(error) => return Err(Failure::usage(error.to_string())),
    };
    match arguments.format {
        Format::Json => {
            let json = serde_json::to_string_pretty(&remarks)
                .map_err(|error| Failure::usage(format!("{name}: {error}")))?;
            console::print(&format!("{json}\n"))?;
        }
        Format::Table => console::print(&audited(&name, &remarks))?,
    }
    let broken =
        |remark: &Remark| remark.level == Level::Must || (arguments.strict && remark.level == Level::Should);
    Ok(u8::from(remarks.iter().any(broken)))
}
