//! The form of the files: insta's, a head between lines of dashes and then the text.

/// A snapshot as it stands in its file.
pub fn written(what: &str, text: &str) -> String {
    format!("---\nsource: specproof check\ndescription: {what}\n---\n{}\n", text.trim_end())
}

/// The text of a file that [`written`] or insta wrote; nothing where it is none.
pub fn content(file: &str) -> Option<&str> {
    let (_, rest) = file.strip_prefix("---\n")?.split_once("\n---\n")?;
    Some(rest.trim_end())
}

/// The lines in which two texts differ, `-` before those of the first and `+` before those of the second, with at most `most` lines.
pub fn difference(old: &str, new: &str, most: usize) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.trim_end().lines().collect(), new.trim_end().lines().collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - same;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let mut lines: Vec<String> = Vec::new();
    if let Some(before) = same.checked_sub(1) {
        lines.push(format!("  {}", old[before]));
    }
    lines.extend(old[same..old.len() - end].iter().map(|line| format!("- {line}")));
    lines.extend(new[same..new.len() - end].iter().map(|line| format!("+ {line}")));
    if lines.len() > most {
        let left = lines.len() - most;
        lines.truncate(most);
        lines.push(format!("  and {left} lines more"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_reads_back() {
        for text in ["", "a\nb", "---\na\n---\nb", "a\n\n"] {
            assert_eq!(content(&written("x", text)), Some(text.trim_end()), "{text:?}");
        }
        for file in ["", "a", "---\na"] {
            assert_eq!(content(file), None, "{file:?}");
        }
    }

    #[test]
    fn only_what_differs_is_shown() {
        for (old, new, lines) in [
            ("a\nb\nc", "a\nx\nc", vec!["  a", "- b", "+ x"]),
            ("a", "a", vec!["  a"]),
            ("a\na", "a", vec!["  a", "- a"]),
            ("", "a", vec!["+ a"]),
            ("a\nb\nc\nd", "", vec!["- a", "- b", "- c", "  and 1 lines more"]),
        ] {
            assert_eq!(difference(old, new, 3), lines, "{old:?} {new:?}");
        }
    }
}
