//! Replaces secrets by variables, so that nothing which is recorded, printed or shared holds one.
//!
//! A secret is found as it is, percent-encoded, escaped in a JSON string, and within Base64 (RFC 4648, both alphabets) of a
//! longer text at any of the three alignments; also where these mix, such as percent-encoded Base64. It is looked for in
//! everything that goes into an exchange. Header fields that carry credentials by their name are replaced whole.

use std::borrow::Cow;

use super::options::{ClientError, Secret};

/// Shorter secrets are not looked for in text: too much that is innocent would match, and rules judge the changed text. They
/// are still replaced where they stand in a header field that carries credentials.
pub const MIN_SECRET_LEN: usize = 6;

/// Header fields that carry credentials whatever they hold, names in lower case.
const CREDENTIAL_NAMES: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "x-api-key"];

/// Whether a request's header field carries credentials by its name alone; `name` in lower case.
pub(super) fn is_credential_name(name: &str) -> bool {
    CREDENTIAL_NAMES.contains(&name)
}

/// Replaces a set of secrets by `$NAME`.
pub struct Redactor {
    variables: Vec<String>,
    /// Longest first, so that a secret which begins like a longer one does not leave the longer one's rest behind.
    needles: Vec<Needle>,
    /// Octets that a needle can begin with, in any of its spellings.
    starts: [bool; 256],
}

/// One form of one secret.
struct Needle {
    variable: String,
    octets: Vec<u8>,
    base64: Option<Edges>,
}

/// Whether the first and last octets of a secret share a Base64 digit with what surrounds them.
#[derive(Clone, Copy)]
struct Edges {
    before: bool,
    after: bool,
}

impl Redactor {
    /// Knows the given secrets, and the tokens in `credentials` that hold none of them; those get the header field's name.
    pub fn new(secrets: &[Secret], credentials: &[(String, String)]) -> Result<Self, ClientError> {
        let mut known: Vec<(String, &str)> = Vec::new();
        for secret in secrets.iter().filter(|secret| !secret.value.is_empty()) {
            let name = secret.name.trim_start_matches('$');
            let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if !starts_well || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(ClientError::SecretName(secret.name.clone()));
            }
            known.push((format!("${name}"), &secret.value));
        }
        for (name, value) in credentials {
            if !secrets.iter().any(|secret| !secret.value.is_empty() && value.contains(&secret.value)) {
                let token = value.split_once(' ').map_or(value.as_str(), |(_scheme, token)| token.trim());
                known.push((variable_for(name), token));
            }
        }
        let mut needles: Vec<Needle> = known
            .iter()
            .filter(|(_, value)| value.len() >= MIN_SECRET_LEN)
            .flat_map(|(variable, value)| needles(variable, value.as_bytes()))
            .collect();
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.octets.len()));
        let mut starts = [false; 256];
        for needle in &needles {
            for octet in [Some(needle.octets[0]), Some(b'%'), Some(b'\\'), needle.variant(needle.octets[0])] {
                if let Some(octet) = octet {
                    starts[usize::from(octet)] = true;
                }
            }
        }
        let variables = known.into_iter().map(|(variable, _)| variable).collect();
        Ok(Self { variables, needles, starts })
    }

    /// The text without secrets.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.octets(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            // Whole characters were replaced, unless a Base64 digit is part of none; then nothing is lost either.
            Cow::Owned(octets) => Cow::Owned(String::from_utf8_lossy(&octets).into_owned()),
        }
    }

    /// The octets without secrets.
    pub fn octets<'a>(&self, octets: &'a [u8]) -> Cow<'a, [u8]> {
        let mut changed: Option<Vec<u8>> = None;
        let mut done = 0;
        let mut at = 0;
        while let Some(next) = self.next_start(octets, at) {
            at = next;
            let found = self.needles.iter().find_map(|n| n.at(octets, at, done).map(|span| (n, span)));
            match found {
                Some((needle, (from, to))) => {
                    let changed = changed.get_or_insert_with(|| Vec::with_capacity(octets.len()));
                    changed.extend_from_slice(&octets[done..from]);
                    changed.extend_from_slice(needle.variable.as_bytes());
                    done = to;
                    at = to;
                }
                None => at += 1,
            }
        }
        match changed {
            None => Cow::Borrowed(octets),
            Some(mut changed) => {
                changed.extend_from_slice(&octets[done..]);
                Cow::Owned(changed)
            }
        }
    }

    /// Like [`Redactor::octets`], without a copy where there is nothing to replace.
    pub fn octets_owned(&self, octets: Vec<u8>) -> Vec<u8> {
        match self.octets(&octets) {
            Cow::Owned(changed) => changed,
            Cow::Borrowed(_) => octets,
        }
    }

    /// A request's header value as it is recorded; `credential` says that the field carries credentials in this request.
    pub fn request_header(&self, name: &str, value: &str, credential: bool) -> String {
        if !credential && !is_credential_name(name) {
            return self.text(value).into_owned();
        }
        // A scheme and one variable tell nothing; they say which secret it was.
        let (scheme, token) = match value.split_once(' ') {
            Some((scheme, token)) if scheme.chars().all(|c| c.is_ascii_alphabetic()) => {
                (scheme, token.trim())
            }
            _ => ("", value),
        };
        let token = self.text(token);
        match self.variables.iter().find(|variable| **variable == token) {
            Some(variable) if scheme.is_empty() => variable.clone(),
            Some(variable) => format!("{scheme} {variable}"),
            None => variable_for(name),
        }
    }

    /// A response's header value as it is recorded; `name` in lower case.
    pub fn response_header(&self, name: &str, value: String) -> String {
        if name == "set-cookie" { variable_for(name) } else { self.text(&value).into_owned() }
    }

    fn next_start(&self, octets: &[u8], from: usize) -> Option<usize> {
        if self.needles.is_empty() {
            return None;
        }
        let found = octets.get(from..)?.iter().position(|octet| self.starts[usize::from(*octet)])?;
        Some(from + found)
    }
}

/// The variable that stands for the value of a header field.
fn variable_for(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("${name}")
}

fn needles(variable: &str, secret: &[u8]) -> Vec<Needle> {
    let mut needles = vec![Needle { variable: variable.to_owned(), octets: secret.to_vec(), base64: None }];
    for offset in 0..3 {
        let (octets, edges) = base64_digits(secret, offset);
        needles.push(Needle { variable: variable.to_owned(), octets, base64: Some(edges) });
    }
    needles
}

/// The Base64 digits that depend on nothing but `secret` where `offset` octets (modulo 3) stand before it.
fn base64_digits(secret: &[u8], offset: usize) -> (Vec<u8>, Edges) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let end = (offset + secret.len()) * 8;
    let first = (offset * 8).div_ceil(6);
    let last = end / 6;
    let bit = |at: usize| {
        let at = at - offset * 8;
        (secret[at / 8] >> (7 - at % 8)) & 1
    };
    let digits = (first..last)
        .map(|digit| {
            let value = (digit * 6..digit * 6 + 6).fold(0, |value, at| value << 1 | bit(at));
            ALPHABET[usize::from(value)]
        })
        .collect();
    (digits, Edges { before: offset != 0, after: end % 6 != 0 })
}

impl Needle {
    /// The span to replace if an occurrence starts at `at`; it takes in Base64 digits that the secret shares with its
    /// neighbours, but nothing before `done`.
    fn at(&self, octets: &[u8], at: usize, done: usize) -> Option<(usize, usize)> {
        let mut to = self.end_plain(octets, at).or_else(|| self.end_spelt(octets, at))?;
        let mut from = at;
        if let Some(edges) = self.base64 {
            let digit = |at: usize| octets.get(at).is_some_and(|octet| is_base64(*octet));
            if edges.before && from > done && digit(from - 1) {
                from -= 1;
            }
            if edges.after && digit(to) {
                to += 1;
            }
        }
        Some((from, to))
    }

    fn end_plain(&self, octets: &[u8], at: usize) -> Option<usize> {
        octets[at..].starts_with(&self.octets).then(|| at + self.octets.len())
    }

    /// Where an occurrence ends whose octets may each be written in a way of their own.
    fn end_spelt(&self, octets: &[u8], mut at: usize) -> Option<usize> {
        let mut matched = 0;
        while matched < self.octets.len() {
            let rest = octets.get(at..).filter(|rest| !rest.is_empty())?;
            let wanted = &self.octets[matched..];
            let spelling = escape(rest).filter(|spelling| self.begins(wanted, spelling.octets()));
            match spelling {
                Some(spelling) => {
                    matched += spelling.octets().len();
                    at += spelling.width;
                }
                None if self.begins(wanted, &rest[..1]) => {
                    matched += 1;
                    at += 1;
                }
                None => return None,
            }
        }
        Some(at)
    }

    fn begins(&self, wanted: &[u8], found: &[u8]) -> bool {
        wanted.len() >= found.len()
            && wanted.iter().zip(found).all(|(w, f)| w == f || self.variant(*w) == Some(*f))
    }

    /// What else an octet of the needle may be: the other Base64 alphabet's digit, or a form's `+` for a space.
    fn variant(&self, octet: u8) -> Option<u8> {
        match (octet, self.base64) {
            (b'+', Some(_)) => Some(b'-'),
            (b'/', Some(_)) => Some(b'_'),
            (b' ', None) => Some(b'+'),
            _ => None,
        }
    }
}

fn is_base64(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'-' | b'_')
}

/// A character that is written with an escape.
struct Spelling {
    decoded: [u8; 4],
    len: usize,
    /// How many octets the escape takes.
    width: usize,
}

impl Spelling {
    fn octet(octet: u8, width: usize) -> Self {
        Self { decoded: [octet, 0, 0, 0], len: 1, width }
    }

    fn octets(&self) -> &[u8] {
        &self.decoded[..self.len]
    }
}

/// Reads a percent-encoded octet (RFC 3986, section 2.1) or an escape of a JSON string (RFC 8259, section 7).
fn escape(rest: &[u8]) -> Option<Spelling> {
    match rest {
        [b'%', high, low, ..] => Some(Spelling::octet(u8::try_from(hex(&[*high, *low])?).ok()?, 3)),
        [b'\\', b'u', ..] => {
            let unit = hex(rest.get(2..6)?)?;
            let (character, width) = match char::from_u32(unit) {
                Some(character) => (character, 6),
                None if rest.get(6..8)? == b"\\u" => {
                    let low = hex(rest.get(8..12)?)?;
                    let pair = [u16::try_from(unit).ok()?, u16::try_from(low).ok()?];
                    (char::decode_utf16(pair).next()?.ok()?, 12)
                }
                None => return None,
            };
            let mut decoded = [0; 4];
            let len = character.encode_utf8(&mut decoded).len();
            Some(Spelling { decoded, len, width })
        }
        [b'\\', escaped, ..] => {
            let octet = match escaped {
                b'"' | b'\\' | b'/' => *escaped,
                b'b' => 8,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                _ => return None,
            };
            Some(Spelling::octet(octet, 2))
        }
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)?))
}
