//! Changes a file of known failures by machine and leaves everything else in it as people wrote it.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::{ConfigError, KnownFailure};

/// The key of the known failures.
const KEY: &str = "known-failures";

/// Entries that are to go, by their places among their kind, counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// Known failures.
    pub failures: Vec<usize>,
    /// Skips.
    pub skips: Vec<usize>,
}

/// The text of a file without some entries, and with further known failures at its end. Comments stay, but for those above an entry
/// that goes.
pub fn edited(
    place: &str,
    text: &str,
    remove: &Removal,
    add: &[KnownFailure],
) -> Result<String, ConfigError> {
    let wrong = |message: String| ConfigError::Meaning { place: place.to_owned(), message };
    let mut document: DocumentMut = text.parse().map_err(|error| wrong(format!("{error}")))?;
    for (key, remove) in [(KEY, &remove.failures), ("skips", &remove.skips)] {
        if let Some(Item::ArrayOfTables(entries)) = document.get_mut(key) {
            let mut at = 0;
            entries.retain(|_| {
                at += 1;
                !remove.contains(&(at - 1))
            });
            if entries.is_empty() {
                document.remove(key);
            }
        } else if document.get(key).is_some() && !remove.is_empty() {
            return Err(wrong(format!("write each entry as [[{key}]], so that it can be edited")));
        }
    }
    if !add.is_empty() {
        // In a file without any entry the comments stand at its end, and would come after what is added.
        let comments =
            if document.is_empty() { document.trailing().as_str().map(str::to_owned) } else { None };
        if comments.is_some() {
            document.set_trailing("");
        }
        let entries = document.entry(KEY).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        let Some(entries) = entries.as_array_of_tables_mut() else {
            return Err(wrong(format!("write each entry as [[{KEY}]], so that it can be edited")));
        };
        for failure in add {
            entries.push(table(failure));
        }
        if let (Some(comments), Some(first)) = (comments, entries.get_mut(0)) {
            let gap = if comments.is_empty() { "" } else { "\n" };
            first.decor_mut().set_prefix(format!("{comments}{gap}"));
        }
    }
    Ok(document.to_string())
}

fn table(failure: &KnownFailure) -> Table {
    let mut table = Table::new();
    let KnownFailure { operation, rule, input, reason, link, until, target } = failure;
    for (key, text) in [
        ("operation", Some(operation)),
        ("rule", Some(rule)),
        ("input", Some(input)),
        ("reason", Some(reason)),
        ("link", link.as_ref()),
        ("until", until.as_ref()),
        ("target", target.as_ref()),
    ] {
        if let Some(text) = text {
            table.insert(key, value(text.as_str()));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::Exceptions;
    use super::*;

    const FILE: &str = "# Of the whole team.\n\n# First.\n[[known-failures]]\noperation = \"a::b\" # why not\nrule = \"PAG001\"\n\
                        input = \"x\"\nreason = \"one\"\n\n# Second.\n[[known-failures]]\noperation = \"a::b\"\nrule = \"PAG002\"\ninput = \"x\"\n\
                        reason = \"two\"\n\n# Not offered.\n[[skips]]\noperation = \"a::c\"\nreason = \"three\"\n";

    fn failures(at: &[usize]) -> Removal {
        Removal { failures: at.to_vec(), skips: Vec::new() }
    }

    fn failure(rule: &str, input: &str) -> KnownFailure {
        KnownFailure {
            operation: "a::b".into(),
            rule: rule.into(),
            input: input.into(),
            reason: "new".into(),
            link: None,
            until: None,
            target: None,
        }
    }

    #[test]
    fn what_is_not_meant_stays_as_it_is() {
        assert_eq!(edited("k.toml", FILE, &Removal::default(), &[]).unwrap(), FILE);
        let without = edited("k.toml", FILE, &failures(&[0]), &[]).unwrap();
        assert!(!without.contains("PAG001") && !without.contains("# First."), "{without}");
        for kept in ["# Second.", "PAG002", "# Not offered.", "[[skips]]"] {
            assert!(without.contains(kept), "{without}");
        }
    }

    #[test]
    fn what_is_added_reads_back_whatever_it_holds() {
        for input in ["size=7", "quote \" and \\ and\nline", "\u{1b}[31m", "漢字"] {
            for text in ["", "# Nothing yet.\n", FILE] {
                let written =
                    edited("k.toml", text, &Removal::default(), &[failure("PAG009", input)]).unwrap();
                let read = Exceptions::load("k.toml", &written).unwrap();
                assert_eq!(
                    read.failures.last().map(|last| last.entry.clone()),
                    Some(failure("PAG009", input))
                );
                assert!(text.lines().all(|line| written.contains(line)), "{written}");
                assert!(written.starts_with(text.lines().next().unwrap_or("[[")), "{written}");
            }
        }
    }

    #[test]
    fn without_its_last_entry_a_file_still_reads() {
        let written = edited("k.toml", FILE, &failures(&[0, 1]), &[]).unwrap();
        let read = Exceptions::load("k.toml", &written).unwrap();
        assert_eq!((read.failures.len(), read.skips.len()), (0, 1));
        let written = edited("k.toml", FILE, &Removal { failures: vec![], skips: vec![0] }, &[]).unwrap();
        let read = Exceptions::load("k.toml", &written).unwrap();
        assert_eq!((read.failures.len(), read.skips.len()), (2, 0));
    }
}
