//! `specproof audit`: a document judged by itself, without a server.

use specproof::audit::{Remark, audit, unreadable};
use specproof::document::Document;
use specproof::report::audited;
use specproof::verdict::Level;

use super::arguments::{Audit, Format};
use super::console;
use super::failure::Failure;

/// Runs the command. Ends with 1 when a `must` is broken (with `--strict` also a `should`), else with 0.
pub(super) fn run(arguments: &Audit) -> Result<u8, Failure> {
    let path = &arguments.document;
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    let remarks = match Document::from_text(&name, &text) {
        Ok(document) => audit(&document),
        Err(error) => vec![unreadable(&error)],
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
