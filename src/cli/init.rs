//! `specproof init`: infers a suite from a document and writes it down. Nothing is sent.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use specproof::infer::infer;

use super::arguments::Init;
use super::console;
use super::failure::Failure;

/// Runs the command.
pub(super) fn run(arguments: &Init) -> Result<u8, Failure> {
    let document = arguments.files.folders()?.document(&arguments.document);
    let document = document.map_err(|error| Failure::usage(error.to_string()))?;
    let text = infer(&document, &named(&arguments.document, arguments.out.as_deref()));
    match &arguments.out {
        None => console::print(&text)?,
        Some(path) => {
            // A suite that somebody has worked on is not to be lost.
            let file = OpenOptions::new().write(true).create_new(true).open(path);
            let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
            written.map_err(|error| Failure::usage(format!("cannot write {}: {error}", path.display())))?;
        }
    }
    Ok(0)
}

/// How the suite file names the document, which is looked for beside it.
fn named(document: &Path, out: Option<&Path>) -> String {
    let folder = |path: &Path| path.parent().filter(|folder| *folder != Path::new("")).map(Path::to_path_buf);
    let beside = out.is_none_or(|out| folder(out) == folder(document));
    let name = document.file_name().filter(|_| beside).map_or(document.as_os_str(), |name| name);
    let relative = match out.and_then(folder) {
        // From another folder only the whole path leads there, whatever the folder is.
        Some(_) if !beside && document.is_relative() => {
            std::path::absolute(document).unwrap_or_else(|_| document.to_path_buf())
        }
        _ => name.into(),
    };
    relative.display().to_string()
}
