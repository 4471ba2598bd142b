//! Which files a document may be made of: [`Folders`].
//!
//! A `$ref` is a path that somebody else wrote. It is followed below the document's own folder, and below folders that the user allows by name;
//! links of the file system count as what they lead to. Nothing is fetched from a URL.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use crate::document::Document;
use crate::infer::infer;
use crate::suite::{Suite, SuiteError};

use super::{MOST_OCTETS, read_text};

/// The folders out of which documents may take further files, beside each document's own.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    allowed: Vec<PathBuf>,
}

impl Folders {
    /// Allows these folders, and what lies below them.
    ///
    /// # Errors
    /// Names the one that is no folder.
    pub fn allowing(folders: &[PathBuf]) -> Result<Self, SuiteError> {
        let real = |folder: &PathBuf| match folder.canonicalize() {
            Ok(real) if real.is_dir() => Ok(real),
            Ok(_) => Err(unreadable(folder, "it is no folder")),
            Err(error) => Err(unreadable(folder, &error.to_string())),
        };
        Ok(Self { allowed: folders.iter().map(real).collect::<Result<_, _>>()? })
    }

    /// Reads a suite from a file; its document is looked for beside it.
    ///
    /// # Errors
    /// Names the file, the place in it, and the nearest valid name.
    pub fn suite(&self, path: &Path) -> Result<Suite, SuiteError> {
        let text = read_text(path).map_err(|error| unreadable(path, &error.to_string()))?;
        Suite::load(&path.display().to_string(), &text, |document| {
            self.document(&path.with_file_name(document))
        })
    }

    /// Reads a document from a file, with the files that it refers to.
    ///
    /// # Errors
    /// Names the file, and the place in it where it is no document.
    pub fn document(&self, path: &Path) -> Result<Document, SuiteError> {
        let text = read_text(path).map_err(|error| unreadable(path, &error.to_string()))?;
        let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let left = Cell::new(MOST_OCTETS);
        let read = |file: &str| {
            let text = self.read(folder, file)?;
            match left.get().checked_sub(text.len() as u64) {
                Some(rest) => left.set(rest),
                None => return Err(format!("leads to files of more than {MOST_OCTETS} bytes together")),
            }
            Ok(text)
        };
        Ok(Document::from_files(&path.display().to_string(), &text, read)?)
    }

    /// A suite that is inferred from a document in a file. It goes through the same loader as one that was written down.
    ///
    /// # Errors
    /// Those of [`Self::document`].
    pub fn inferred(&self, path: &Path) -> Result<Suite, SuiteError> {
        let document = self.document(path)?;
        let text = infer(&document, &path.display().to_string());
        Suite::load(&format!("the suite inferred from {}", path.display()), &text, |_| Ok(document))
    }

    /// Reads a file that a document in `folder` refers to.
    fn read(&self, folder: &Path, file: &str) -> Result<String, String> {
        let own = folder.canonicalize().map_err(|error| format!("cannot be read: {error}"))?;
        let path = own.join(file);
        let inside =
            |path: &Path| path.starts_with(&own) || self.allowed.iter().any(|one| path.starts_with(one));
        let refused = || {
            "leads out of the folder of the document; if it may be read, allow its folder with --allow-file-refs DIR"
                .to_owned()
        };
        match path.canonicalize() {
            Ok(real) if !inside(&real) => Err(refused()),
            Ok(real) => read_text(&real).map_err(|error| format!("cannot be read: {error}")),
            // Of what is not there, its folder says whether it would have been allowed.
            Err(error) => match path.parent().and_then(|parent| parent.canonicalize().ok()) {
                Some(parent) if !inside(&parent) => Err(refused()),
                None if file.starts_with("..") || Path::new(file).is_absolute() => Err(refused()),
                _ => Err(format!("cannot be read: {error}")),
            },
        }
    }
}

fn unreadable(path: &Path, message: &str) -> SuiteError {
    SuiteError::Unreadable { path: path.display().to_string(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder for one test, with a document in `api` that refers to this.
    fn folder(name: &str, reference: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("specproof-folders-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("api/parts")).unwrap();
        fs::create_dir_all(folder.join("shared")).unwrap();
        for (path, text) in [
            ("api/parts/thing.yaml", "{type: object, properties: {id: {$ref: '../id.json'}}}"),
            ("api/id.json", r#"{"type": "string"}"#),
            ("shared/thing.yaml", "{type: object}"),
        ] {
            fs::write(folder.join(path), text).unwrap();
        }
        let document = format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths: {{}}\ncomponents: {{schemas: {{Thing: {{$ref: '{reference}'}}}}}}\n"
        );
        fs::write(folder.join("api/openapi.yaml"), document).unwrap();
        folder
    }

    #[test]
    fn files_below_the_documents_folder_are_read_and_others_where_they_are_allowed() {
        let own = "leads out of the folder of the document; if it may be read, allow its folder with --allow-file-refs DIR";
        for (name, reference, wanted, allowed) in [
            ("below", "parts/thing.yaml", Ok(()), Ok(())),
            ("beside", "../shared/thing.yaml", Err(own), Ok(())),
            ("missing-beside", "../shared/none.yaml", Err(own), Err("cannot be read")),
            ("missing", "parts/none.yaml", Err("cannot be read"), Err("cannot be read")),
            ("far", "../../../../../../etc/hostname", Err(own), Err(own)),
            ("absolute", "/etc/hostname", Err(own), Err(own)),
            ("nowhere", "/no/such/folder/a.yaml", Err(own), Err(own)),
            (
                "url",
                "http://127.0.0.1:1/a.yaml",
                Err("references over a network"),
                Err("references over a network"),
            ),
            (
                "file-url",
                "file:///etc/hostname",
                Err("references over a network"),
                Err("references over a network"),
            ),
        ] {
            let folder = folder(name, reference);
            let document = folder.join("api/openapi.yaml");
            let shared = Folders::allowing(&[folder.join("shared")]).unwrap();
            for (folders, wanted) in [(Folders::default(), wanted), (shared, allowed)] {
                let got = folders.document(&document).map(|_| ()).map_err(|error| error.to_string());
                match (&got, wanted) {
                    (Ok(()), Ok(())) => {}
                    (Err(message), Err(word)) if message.contains(word) && message.contains("$ref") => {}
                    _ => panic!("{name}: {got:?}, not {wanted:?}"),
                }
            }
            fs::remove_dir_all(folder).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_of_the_file_system_count_as_what_they_lead_to() {
        let folder = folder("link", "parts/linked.yaml");
        std::os::unix::fs::symlink(folder.join("shared/thing.yaml"), folder.join("api/parts/linked.yaml"))
            .unwrap();
        let document = folder.join("api/openapi.yaml");
        let refused = Folders::default().document(&document).unwrap_err().to_string();
        assert!(refused.contains("--allow-file-refs"), "{refused}");
        assert!(Folders::allowing(&[folder.join("shared")]).unwrap().document(&document).is_ok());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_allowed_must_be_a_folder() {
        let folder = folder("allowed", "parts/thing.yaml");
        for path in ["none", "api/id.json"] {
            assert!(Folders::allowing(&[folder.join(path)]).unwrap_err().to_string().contains(path));
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
