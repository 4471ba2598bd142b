//! How one character of a secret may be written: as it is, percent-encoded, escaped in a JSON string, and that more than once.

/// The most backslashes in a row that are read as one escape: a quotation mark that was escaped six times has 63 before it. A run of
/// them may have any length, and each of its places is looked at.
const MOST_SLASHES: usize = 64;

/// Which escapes are read as such.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub(super) percent: bool,
    pub(super) json: bool,
}

impl Reading {
    pub(super) fn escape(self, rest: &[u8]) -> Option<Spelling> {
        match rest.first()? {
            b'%' if self.percent => percent_escape(rest),
            b'\\' if self.json => json_escape(rest),
            _ => None,
        }
    }

    /// How many octets an octet takes that was escaped more than once, as in a JSON text that stands in a string of another: `\\\"`, `\\u0041`.
    pub(super) fn escaped_again(self, rest: &[u8], wanted: u8) -> Option<usize> {
        let slashes = rest.iter().take(MOST_SLASHES).take_while(|octet| **octet == b'\\').count();
        if !self.json || slashes < 2 {
            return None;
        }
        let written = *rest.get(slashes)?;
        if written == b'u' && hex(rest.get(slashes + 1..slashes + 5)?) == Some(wanted.into()) {
            return Some(slashes + 5);
        }
        match wanted {
            // A backslash doubles each time.
            b'\\' => [8, 4].into_iter().find(|width| *width <= slashes),
            b'"' | b'/' => (written == wanted).then_some(slashes + 1),
            _ => None,
        }
    }

    /// How many octets a line break takes that stands here, bare or escaped, with the blanks of a folded line behind it.
    pub(super) fn line_break(self, rest: &[u8]) -> Option<usize> {
        let mut width = 0;
        let mut broken = false;
        loop {
            let (octet, step) = match self.escape(&rest[width..]) {
                Some(spelling) => (*spelling.octets().first()?, spelling.width),
                None => (rest.get(width).copied().unwrap_or_default(), 1),
            };
            match octet {
                b'\r' | b'\n' => broken = true,
                b' ' | b'\t' if broken => {}
                _ => return broken.then_some(width),
            }
            width += step;
        }
    }
}

/// A character that is written with an escape.
pub(super) struct Spelling {
    decoded: [u8; 4],
    len: usize,
    /// How many octets the escape takes.
    pub(super) width: usize,
}

impl Spelling {
    fn octet(octet: u8, width: usize) -> Self {
        Self { decoded: [octet, 0, 0, 0], len: 1, width }
    }

    pub(super) fn octets(&self) -> &[u8] {
        &self.decoded[..self.len]
    }
}

/// Reads a percent-encoded octet (RFC 3986, section 2.1).
pub(super) fn percent_escape(rest: &[u8]) -> Option<Spelling> {
    Some(Spelling::octet(u8::try_from(hex(rest.get(1..3)?)?).ok()?, 3))
}

/// Reads an escape of a JSON string (RFC 8259, section 7).
pub(super) fn json_escape(rest: &[u8]) -> Option<Spelling> {
    match rest {
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
