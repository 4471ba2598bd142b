//! What can be wrong with a suite file, told with the place and the nearest valid name.

use thiserror::Error;

/// The longest message that is passed on from the TOML reader, in octets.
const LONGEST: usize = 1000;

/// Why a suite cannot be used.
#[derive(Debug, Error)]
pub enum SuiteError {
    /// The file is not TOML, or has a key or a value that the format does not have.
    #[error("{place}: {message}{hint}")]
    Syntax {
        /// The file.
        place: String,
        /// What the reader met, with line, column and the line itself.
        message: String,
        /// The nearest valid name, as a further line, or nothing.
        hint: String,
    },
    /// The file names something that does not exist.
    #[error("{place}:{line}: {key}: {message}{hint}")]
    Meaning {
        /// The file.
        place: String,
        /// The line in the file, from 1.
        line: usize,
        /// The key in the file.
        key: String,
        /// What is wrong.
        message: String,
        /// The nearest valid name, or nothing.
        hint: String,
    },
    /// The document cannot be read.
    #[error("{0}")]
    Document(#[from] crate::document::DocumentError),
    /// A file cannot be read.
    #[error("cannot read {path}: {message}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        message: String,
    },
}

impl SuiteError {
    /// A mistake that the TOML reader met.
    pub(super) fn syntax(place: &str, text: &str, error: &toml::de::Error) -> Self {
        let told = told(place, text, error);
        Self::Syntax { place: told.place, message: told.message, hint: told.hint }
    }
}

/// What the TOML reader met in a file, with the place and the nearest valid name.
pub(crate) struct Told {
    /// File and line.
    pub(crate) place: String,
    /// What the reader met, with line, column and the line itself.
    pub(crate) message: String,
    /// The nearest valid name, as a further line, or nothing.
    pub(crate) hint: String,
}

/// Says of a mistake that the TOML reader met where it stands, and which name was probably meant.
pub(crate) fn told(place: &str, text: &str, error: &toml::de::Error) -> Told {
    // The reader's message names the unknown key and the valid ones in backticks; its span stands for the key.
    let names: Vec<&str> = error.message().split('`').skip(1).step_by(2).collect();
    let hint = match names.split_first() {
        Some((wrong, valid)) if error.message().starts_with("unknown") => {
            nearest(wrong, valid.iter().copied())
                .map(|name| format!("\ndid you mean `{name}`?"))
                .unwrap_or_default()
        }
        _ => String::new(),
    };
    let line = error.span().map_or(1, |span| line_of(text, span.start));
    // The whole message shows the line, which may be of any length.
    let mut message = error.to_string().trim_end().to_owned();
    if message.len() > LONGEST {
        message = error.message().chars().take(LONGEST).collect();
    }
    Told { place: format!("{place}:{line}"), message, hint }
}

/// The valid name that a wrong one is most like, if it is like any.
pub fn nearest<'a>(wrong: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    valid
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wrong.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(a, x), (b, y)| a.total_cmp(b).then(y.cmp(x)))
        .map(|(_, name)| name)
}

/// The line, from 1, in which an octet of a text stands.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].split(|b| *b == b'\n').count() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        let valid = ["get_messages", "get_sessions", "size"];
        for (wrong, expected) in [
            ("get_mesages", Some("get_messages")),
            ("sizee", Some("size")),
            ("zzz", None),
            ("Size", Some("size")),
        ] {
            assert_eq!(nearest(wrong, valid), expected, "{wrong}");
        }
    }
}
