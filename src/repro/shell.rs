//! Words for a POSIX shell, made of literal text and of variables.
//!
//! Whatever a target or a corpus holds, a word means that text and nothing else: what is not plainly harmless stands in single quotes, and
//! characters that a terminal acts on or hides are written by `printf`.

use std::fmt::Write as _;

/// How a variable's value is written into the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// As it is.
    Not,
    /// As a part of a URL.
    Uri,
    /// As a part of a JSON string.
    Json,
    /// As it is, without its last character.
    Cut,
}

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Literal text.
    Text(String),
    /// The value of a variable.
    Variable(String, Escape),
}

impl Piece {
    /// Literal text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// Text in which every occurrence of `marked` is a variable.
pub(super) fn marked(text: &str, marked: &str, variable: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if marked.is_empty() {
        return vec![Piece::text(text)];
    }
    for (i, part) in text.split(marked).enumerate() {
        if i > 0 {
            pieces.push(Piece::Variable(variable.to_owned(), Escape::Not));
        }
        if !part.is_empty() {
            pieces.push(Piece::text(part));
        }
    }
    pieces
}

/// The pieces as one word.
pub(super) fn word(pieces: &[Piece]) -> String {
    let mut word = String::new();
    let mut quote = None;
    let mut switch = |word: &mut String, wanted: Option<char>| {
        if quote != wanted {
            word.extend(quote);
            word.extend(wanted);
            quote = wanted;
        }
    };
    // A word that begins as a harmless one may go on in double quotes, which are easier to read.
    let plain = pieces.iter().all(|piece| match piece {
        Piece::Text(text) => text.bytes().all(is_harmless),
        Piece::Variable(..) => true,
    });
    for piece in pieces {
        match piece {
            Piece::Text(text) if plain => {
                switch(&mut word, Some('"'));
                word.push_str(text);
            }
            Piece::Text(text) => {
                for character in text.chars() {
                    if is_invisible(character) && character != '\n' {
                        switch(&mut word, Some('"'));
                        let mut buffer = [0; 4];
                        word.push_str("$(printf '");
                        for octet in character.encode_utf8(&mut buffer).bytes() {
                            let _ = write!(word, "\\{octet:03o}");
                        }
                        word.push_str("')");
                    } else if character == '\'' {
                        switch(&mut word, None);
                        word.push_str("\\'");
                    } else {
                        switch(&mut word, Some('\''));
                        word.push(character);
                    }
                }
            }
            Piece::Variable(name, escape) => {
                switch(&mut word, Some('"'));
                let _ = match escape {
                    Escape::Not => write!(word, "${{{name}}}"),
                    Escape::Uri => write!(word, "$(uri \"${name}\")"),
                    Escape::Json => write!(word, "$(json_text \"${name}\")"),
                    Escape::Cut => write!(word, "${{{name}%?}}"),
                };
            }
        }
    }
    switch(&mut word, None);
    if word.is_empty() { "''".to_owned() } else { word }
}

/// Literal text as one word.
pub(super) fn quoted(text: &str) -> String {
    let bare = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:".contains(&b));
    if bare {
        text.to_owned()
    } else if text.chars().any(is_invisible) {
        word(&[Piece::text(text)])
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// Pieces as a command that writes them to standard output, octet by octet. Escapes are octal, since POSIX knows no hexadecimal ones.
pub(super) fn printf(pieces: &[Piece]) -> String {
    let mut format = String::new();
    let mut arguments = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => text.bytes().for_each(|octet| escape(octet, &mut format)),
            Piece::Variable(..) => {
                format.push_str("%s");
                let _ = write!(arguments, " {}", word(std::slice::from_ref(piece)));
            }
        }
    }
    format!("printf '{format}'{arguments}")
}

/// Any octets as such a command.
pub(super) fn printf_octets(octets: &[u8]) -> String {
    let mut format = String::new();
    for octet in octets {
        escape(*octet, &mut format);
    }
    format!("printf '{format}'")
}

fn escape(octet: u8, format: &mut String) {
    match octet {
        b'%' => format.push_str("%%"),
        b'\\' => format.push_str("\\\\"),
        b' '..=b'~' if octet != b'\'' => format.push(char::from(octet)),
        _ => {
            let _ = write!(format, "\\{octet:03o}");
        }
    }
}

/// Whether text stands in double quotes as it is.
fn is_harmless(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b" /_.~%?&=:,@+-;*()[]{}<>|#'^".contains(&octet)
}

/// Whether a terminal acts on a character or hides it.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text as one line of a comment.
pub(super) fn comment(text: &str) -> String {
    text.chars().map(|c| if is_invisible(c) { ' ' } else { c }).collect()
}

/// A name that the shell takes for a variable's.
pub(super) fn identifier(text: &str) -> String {
    let mut name: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    while name.ends_with('_') {
        name.pop();
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        name.insert(0, 'v');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_their_text() {
        let x = Piece::Variable("x".into(), Escape::Not);
        for (pieces, expected) in [
            (vec![], "''"),
            (vec![Piece::text("a/b"), x.clone(), Piece::text("c")], "\"a/b${x}c\""),
            (vec![Piece::text("{\"a\":\""), x.clone(), Piece::text("\"}")], "'{\"a\":\"'\"${x}\"'\"}'"),
            (vec![Piece::text("it's $HOME `x`")], "'it'\\''s $HOME `x`'"),
            (vec![Piece::text("$\u{7}")], "'$'\"$(printf '\\007')\""),
            (vec![Piece::text("$"), Piece::Variable("T".into(), Escape::Cut)], "'$'\"${T%?}\""),
        ] {
            assert_eq!(word(&pieces), expected);
        }
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("a-b"), "a-b");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }

    #[test]
    fn a_shell_reads_words_and_octets_back() {
        let hostile = "a'b\"c\\d$(e)`f`!{}\t\u{202e}\n%s\u{1f600} \u{feff}z";
        let octets: Vec<u8> = (0..=255).collect();
        let command = format!("printf '%s' {}; {}", word(&[Piece::text(hostile)]), printf_octets(&octets));
        match std::process::Command::new("/bin/sh").arg("-c").arg(&command).output() {
            Ok(output) => assert_eq!(output.stdout, [hostile.as_bytes(), &octets].concat()),
            // There is no POSIX shell on this system; the table above holds nonetheless.
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
        }
    }
}
