//! What a secret is found by: [`Needle`], one form of it, and [`Starts`], the places at which any of several can begin.

use super::spelling::{Reading, Spelling, json_escape, percent_escape};

/// One form of one secret.
pub(super) struct Needle {
    pub(super) variable: String,
    pub(super) octets: Vec<u8>,
    base64: Option<Edges>,
}

/// Whether the first and last octets of a secret share a Base64 digit with what surrounds them.
#[derive(Clone, Copy)]
struct Edges {
    before: bool,
    after: bool,
}

/// The pairs of octets that any of some needles can begin with, in any of its spellings. Nearly every place of a text is passed over by these, at a
/// fraction of what the readings cost.
pub(super) struct Starts {
    /// For each pair, the first octet in the upper half of the index; nothing at all where there are no needles.
    possible: Vec<bool>,
}

impl Starts {
    pub(super) fn of(needles: &[Needle]) -> Self {
        let mut possible = vec![false; if needles.is_empty() { 0 } else { 1 << 16 }];
        for (first, second) in needles.iter().flat_map(Needle::starts) {
            possible[pair(first, second)] = true;
        }
        Self { possible }
    }

    /// The next place, from one on, at which a needle can begin.
    pub(super) fn next(&self, octets: &[u8], from: usize) -> Option<usize> {
        let last = octets.len().checked_sub(1).filter(|_| !self.possible.is_empty())?;
        (from..last).find(|at| self.possible[pair(octets[*at], octets[at + 1])])
    }
}

/// The place of two octets in the table of all pairs.
fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

/// The forms of a secret: as it is, and the digits of its Base64 at each alignment.
pub(super) fn needles(variable: &str, secret: &[u8]) -> Vec<Needle> {
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
    (digits, Edges { before: offset != 0, after: !end.is_multiple_of(6) })
}

impl Needle {
    /// The span to replace if an occurrence starts at `at`; it takes in Base64 digits that the secret shares with its
    /// neighbours, but nothing before `done`.
    pub(super) fn at(&self, octets: &[u8], at: usize, done: usize) -> Option<(usize, usize)> {
        let mut to = self.may_begin(&octets[at..]).then(|| self.end(octets, at)).flatten()?;
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

    /// The pairs of octets that an occurrence can begin with, in whatever spelling, and a few more.
    fn starts(&self) -> impl Iterator<Item = (u8, u8)> {
        let forms = |place: usize| {
            let octet = self.octets[place];
            [octet, self.variant(octet).unwrap_or(octet)]
        };
        // An escape, or the second octet as it is, or the break of a line.
        let seconds = forms(1).into_iter().chain(*b"%\\\r\n");
        let plain =
            forms(0).into_iter().flat_map(move |first| seconds.clone().map(move |second| (first, second)));
        let percent = forms(0).into_iter().flat_map(|first| {
            let digit = char::from_digit(u32::from(first >> 4), 16).map_or(b'0', |digit| digit as u8);
            [(b'%', digit), (b'%', digit.to_ascii_uppercase())]
        });
        let json = b"u\\\"/bfnrt".iter().map(|escape| (b'\\', *escape));
        plain.chain(percent).chain(json)
    }

    /// Whether what stands here could be the needle's first octet, in whatever spelling.
    fn may_begin(&self, rest: &[u8]) -> bool {
        let first = self.octets[0];
        let is = |found: u8| first == found || self.variant(first) == Some(found);
        let escaped = |spelling: Option<Spelling>| spelling.is_some_and(|spelling| is(spelling.octets()[0]));
        match rest {
            [b'%', ..] => is(b'%') || escaped(percent_escape(rest)),
            // Behind two, what was escaped more than once.
            [b'\\', b'\\', ..] => true,
            [b'\\', ..] => is(b'\\') || escaped(json_escape(rest)),
            [found, ..] => is(*found),
            [] => false,
        }
    }

    /// Where an occurrence ends. A secret may itself look like an escape, so each way of reading escapes has its turn.
    fn end(&self, octets: &[u8], at: usize) -> Option<usize> {
        const READINGS: [Reading; 3] = [
            Reading { percent: true, json: true },
            Reading { percent: false, json: true },
            Reading { percent: true, json: false },
        ];
        if octets[at..].starts_with(&self.octets) {
            return Some(at + self.octets.len());
        }
        READINGS.iter().find_map(|reading| self.end_read(octets, at, *reading))
    }

    /// Where an occurrence ends whose octets may each be written in a way of their own.
    fn end_read(&self, octets: &[u8], mut at: usize, reading: Reading) -> Option<usize> {
        let mut matched = 0;
        while matched < self.octets.len() {
            let rest = octets.get(at..).filter(|rest| !rest.is_empty())?;
            let wanted = &self.octets[matched..];
            let spelling = reading.escape(rest).filter(|spelling| self.begins(wanted, spelling.octets()));
            match spelling {
                Some(spelling) => {
                    matched += spelling.octets().len();
                    at += spelling.width;
                }
                None if self.begins(wanted, &rest[..1]) => {
                    matched += 1;
                    at += 1;
                }
                None => match reading.escaped_again(rest, wanted[0]) {
                    Some(width) => {
                        matched += 1;
                        at += width;
                    }
                    None if matched > 0 => at += reading.line_break(rest)?,
                    None => return None,
                },
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
