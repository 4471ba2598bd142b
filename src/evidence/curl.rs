//! Writes an exchange's request as a `curl` command for a POSIX shell, to be copied from a report and run.
//!
//! The command is one line of visible characters whatever the request holds. Variables that stand for secrets are left for
//! the shell to expand; a `$` that was part of the request is quoted.

use std::fmt::Write as _;

use super::exchange::Exchange;

/// The command that sends the exchange's request again. `base_url` is the target's, without credentials.
///
/// A variable is taken for one where a header value is nothing else (but for an authentication scheme), and from there on
/// wherever it stands in the request; names that begin with `SPECPROOF_` are variables anywhere.
pub fn curl(exchange: &Exchange, base_url: &str) -> String {
    let request = &exchange.request;
    let query = request.path.split_once('?').map_or("", |(_, query)| query);
    // What is part of the request itself is percent-encoded in a query, so that a `$` there is a variable's.
    let in_query = query.split('&').filter_map(|pair| sole_variable(pair.split_once('=')?.1));
    let in_headers = request.headers.iter().filter_map(|(_, value)| sole_variable(value));
    let variables: Vec<&str> = in_headers.chain(in_query).collect();
    let quote = |text: &str| quote(&split(text, &variables));
    let path = request.path.as_str();
    let body = request.body.as_ref().map(super::Body::bytes);
    let piped = body.filter(|body| !is_plain(body));

    let mut command = String::new();
    if let Some(body) = piped {
        command.push_str(&printf(body, &variables));
        command.push_str(" | ");
    }
    command.push_str("curl");
    match (request.method.as_str(), body) {
        ("GET", None) => {}
        ("HEAD", _) => command.push_str(" --head"),
        (method, _) => {
            let _ = write!(command, " -X {}", quote_if_needed(method));
        }
    }
    if path.split(['?', '#']).next().unwrap_or_default().split('/').any(is_dot_segment) {
        command.push_str(" --path-as-is");
    }
    if path.contains(['[', ']', '{', '}']) {
        command.push_str(" --globoff");
    }
    let _ = write!(command, " {}", quote(&format!("{}{path}", base_url.trim_end_matches('/'))));
    for (name, value) in &request.headers {
        // Without a value curl would drop the field; a semicolon says that it is to be sent empty.
        let line = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        let _ = write!(command, " -H {}", quote(&line));
    }
    let has = |wanted: &str| request.headers.iter().any(|(name, _)| name == wanted);
    match body {
        Some(body) => {
            if !has("content-type") {
                // Else curl says that it is a form.
                command.push_str(" -H 'content-type:'");
            }
            match piped {
                Some(_) => command.push_str(" --data-binary @-"),
                None => {
                    let _ = write!(command, " --data-raw {}", quote(&String::from_utf8_lossy(body)));
                }
            }
        }
        None if matches!(request.method.as_str(), "POST" | "PUT" | "PATCH") && !has("content-length") => {
            command.push_str(" -H 'content-length: 0'");
        }
        None => {}
    }
    command
}

fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

/// The variable that a header value consists of, without its `$`.
fn sole_variable(value: &str) -> Option<&str> {
    let token = match value.split_once(' ') {
        Some((scheme, token)) if scheme.bytes().all(|b| b.is_ascii_alphabetic()) => token,
        _ => value,
    };
    let name = token.strip_prefix('$')?;
    if let Some(name) = cut_variable(name) {
        return Some(name);
    }
    (!name.is_empty() && name_length(name) == name.len()).then_some(name)
}

/// The name in `{NAME%?}`: what the shell makes of it is the value without its last character.
fn cut_variable(text: &str) -> Option<&str> {
    let name = text.strip_prefix('{')?;
    let name = &name[..name_length(name)];
    (!name.is_empty() && text[1 + name.len()..].starts_with("%?}")).then_some(name)
}

/// How much of the text's beginning is the name of a shell variable.
fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// A piece of what is sent.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Literal(&'a str),
    /// The name of a variable.
    Variable(&'a str),
    /// The same, without the last character of its value.
    Cut(&'a str),
}

fn split<'a>(text: &'a str, variables: &[&str]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(dollar) = rest[from..].find('$').map(|at| at + from) {
        let after = &rest[dollar + 1..];
        match variable_at(after, variables) {
            Some((piece, length)) => {
                if dollar > 0 {
                    pieces.push(Piece::Literal(&rest[..dollar]));
                }
                pieces.push(piece);
                rest = &after[length..];
                from = 0;
            }
            None => from = dollar + 1,
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    pieces
}

/// The variable that the text begins with, and its length. What follows a replaced secret may look like more of the
/// name, so the known names come first, the longest of them before the others.
fn variable_at<'a>(text: &'a str, variables: &[&str]) -> Option<(Piece<'a>, usize)> {
    if let Some(name) = cut_variable(text) {
        let known = variables.contains(&name) || name.starts_with("SPECPROOF_");
        return known.then_some((Piece::Cut(name), name.len() + "{%?}".len()));
    }
    let known = variables.iter().filter(|name| text.starts_with(**name)).map(|name| name.len()).max();
    let length = known.or_else(|| text.starts_with("SPECPROOF_").then(|| name_length(text)))?;
    Some((Piece::Variable(&text[..length]), length))
}

fn quote(pieces: &[Piece<'_>]) -> String {
    if pieces.is_empty() {
        return "''".into();
    }
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(text) => format!("'{}'", text.replace('\'', r"'\''")),
            Piece::Variable(name) => format!("\"${name}\""),
            Piece::Cut(name) => format!("\"${{{name}%?}}\""),
        })
        .collect()
}

fn quote_if_needed(text: &str) -> String {
    let bare = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if bare { text.to_owned() } else { quote(&[Piece::Literal(text)]) }
}

/// Whether content can stand on the command line as it is: UTF-8, and nothing in it that a terminal acts on or hides.
fn is_plain(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| !text.chars().any(is_invisible))
}

fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Any octets through `printf`. The escapes are octal, since POSIX knows no hexadecimal ones.
fn printf(body: &[u8], variables: &[&str]) -> String {
    let mut format = String::new();
    let mut arguments = String::new();
    // Octets that are not UTF-8 hold no variable that could be split, and ASCII is the same in both.
    for chunk in body.utf8_chunks() {
        for piece in split(chunk.valid(), variables) {
            match piece {
                Piece::Literal(text) => text.bytes().for_each(|octet| escape(octet, &mut format)),
                Piece::Variable(name) => {
                    format.push_str("%s");
                    let _ = write!(arguments, " \"${name}\"");
                }
                Piece::Cut(name) => {
                    format.push_str("%s");
                    let _ = write!(arguments, " \"${{{name}%?}}\"");
                }
            }
        }
        chunk.invalid().iter().for_each(|octet| escape(*octet, &mut format));
    }
    format!("printf '{format}'{arguments}")
}

fn escape(octet: u8, format: &mut String) {
    match octet {
        b'%' => format.push_str("%%"),
        b'\\' => format.push_str(r"\\"),
        b' '..=b'~' if octet != b'\'' => format.push(char::from(octet)),
        _ => {
            let _ = write!(format, "\\{octet:03o}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Body, Request, TransportError, TransportErrorKind};

    fn exchange(method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Exchange {
        Exchange {
            operation: String::new(),
            purpose: String::new(),
            request: Request {
                method: method.into(),
                path: path.into(),
                headers: headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
                body: body.map(Body::new),
            },
            outcome: Err(TransportError { kind: TransportErrorKind::Other, message: String::new() }),
            earlier: Vec::new(),
            sent_us: 0,
            elapsed_us: 0,
        }
    }

    #[test]
    fn requests_become_commands() {
        type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], Option<&'a [u8]>, &'a str);
        const TOKEN: (&str, &str) = ("authorization", "Bearer $T");
        const JSON: (&str, &str) = ("content-type", "application/json");
        let cases: &[Case<'_>] = &[
            ("GET", "/a?x=1", &[], None, "curl 'http://h/v3/a?x=1'"),
            ("GET", "/$filter", &[], None, "curl 'http://h/v3/$filter'"),
            ("GET", "/a", &[TOKEN], None, r#"curl 'http://h/v3/a' -H 'authorization: Bearer '"$T""#),
            (
                "GET",
                "/a/$T/$U/$TX",
                &[TOKEN],
                None,
                r#"curl 'http://h/v3/a/'"$T"'/$U/'"$T"'X' -H 'authorization: Bearer '"$T""#,
            ),
            (
                "GET",
                "/a",
                &[("authorization", "Bearer ${T%?}")],
                None,
                r#"curl 'http://h/v3/a' -H 'authorization: Bearer '"${T%?}""#,
            ),
            ("GET", "/a?t=$SPECPROOF_A-b", &[], None, r#"curl 'http://h/v3/a?t='"$SPECPROOF_A"'-b'"#),
            ("GET", "/a/../b", &[], None, "curl --path-as-is 'http://h/v3/a/../b'"),
            ("GET", "/%2E%2e/b", &[], None, "curl --path-as-is 'http://h/v3/%2E%2e/b'"),
            ("GET", "/a?x=/../b", &[], None, "curl 'http://h/v3/a?x=/../b'"),
            ("GET", "/a?f[b]=1", &[], None, "curl --globoff 'http://h/v3/a?f[b]=1'"),
            ("HEAD", "/a", &[("x-empty", "")], None, "curl --head 'http://h/v3/a' -H 'x-empty;'"),
            ("POST", "/a", &[], None, "curl -X POST 'http://h/v3/a' -H 'content-length: 0'"),
            ("DELETE", "/a", &[], None, "curl -X DELETE 'http://h/v3/a'"),
            ("A'B", "/a", &[], None, r"curl -X 'A'\''B' 'http://h/v3/a'"),
            (
                "POST",
                "/a",
                &[JSON],
                Some(b"{\"a\":\"it's $HOME `x`\"}"),
                r#"curl -X POST 'http://h/v3/a' -H 'content-type: application/json' --data-raw '{"a":"it'\''s $HOME `x`"}'"#,
            ),
            (
                "PUT",
                "/a",
                &[JSON],
                Some(b""),
                "curl -X PUT 'http://h/v3/a' -H 'content-type: application/json' --data-raw ''",
            ),
            (
                "POST",
                "/a",
                &[],
                Some(b"a'%\\\n\x00\xff"),
                r"printf 'a\047%%\\\012\000\377' | curl -X POST 'http://h/v3/a' -H 'content-type:' --data-binary @-",
            ),
            (
                "POST",
                "/a",
                &[JSON],
                Some("\u{202e}$SPECPROOF_A %s".as_bytes()),
                r#"printf '\342\200\256%s %%s' "$SPECPROOF_A" | curl -X POST 'http://h/v3/a' -H 'content-type: application/json' --data-binary @-"#,
            ),
        ];
        for (method, path, headers, body, command) in cases {
            assert_eq!(curl(&exchange(method, path, headers, *body), "http://h/v3/"), *command);
        }
    }

    #[test]
    fn a_command_is_one_line_of_visible_characters() {
        for character in ('\0'..='\u{ff}').chain(['\u{2028}', '\u{feff}']) {
            let text = character.to_string();
            let command = curl(&exchange("POST", "/a", &[], Some(text.as_bytes())), "http://h");
            assert!(!command.chars().any(is_invisible), "{character:?}");
        }
    }

    #[test]
    fn a_shell_reads_the_octets_back() {
        let body: Vec<u8> = (0..=255).collect();
        let command = printf(&body, &[]);
        match std::process::Command::new("/bin/sh").arg("-c").arg(&command).output() {
            Ok(output) => assert_eq!(output.stdout, body),
            // There is no POSIX shell on this system; the table above holds nonetheless.
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
        }
    }
}
