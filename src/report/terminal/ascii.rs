//! For terminals and locales that know no Unicode: [`Ascii`] shows what is not ASCII as an escape, whoever wrote it.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::report::Output;

/// Passes text on with every character beyond ASCII as `\u{…}`.
pub(super) struct Ascii(pub(super) Output);

impl Write for Ascii {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if octets.is_ascii() {
            return self.0.write(octets);
        }
        let mut escaped = String::with_capacity(octets.len() + 16);
        for character in String::from_utf8_lossy(octets).chars() {
            if character.is_ascii() {
                escaped.push(character);
            } else {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(character));
            }
        }
        self.0.write_all(escaped.as_bytes())?;
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
