//! Content in the coding gzip (RFC 1952), stored and not compressed: whether a target takes the coding does not hang on how well it is done.

/// The octets in one stored block, which counts them in 16 bits (RFC 1951, section 3.2.4).
const BLOCK: usize = 65_535;

/// The content as one member of a gzip file.
pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut octets = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let last = content.len().div_ceil(BLOCK).max(1) - 1;
    for at in 0..=last {
        let block = &content[at * BLOCK..content.len().min((at + 1) * BLOCK)];
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        octets.push(u8::from(at == last));
        octets.extend(length.to_le_bytes());
        octets.extend((!length).to_le_bytes());
        octets.extend(block);
    }
    octets.extend(crc32(content).to_le_bytes());
    octets.extend(u32::try_from(content.len() % (1 << 32)).unwrap_or_default().to_le_bytes());
    octets
}

/// The check of RFC 1952, section 8.
fn crc32(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |crc, octet| {
        (0..8).fold(crc ^ u32::from(*octet), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn long_content_takes_more_than_one_block() {
        for (length, blocks) in [(0, 1), (1, 1), (BLOCK, 1), (BLOCK + 1, 2)] {
            let coded = gzip(&vec![b'x'; length]);
            assert_eq!(coded.len(), 10 + blocks * 5 + length + 8, "{length}");
            assert_eq!(coded[10], u8::from(blocks == 1), "{length}");
        }
    }
}
