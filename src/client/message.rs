//! A response as it came, before secrets are replaced. Both ways of sending end in one of these.

/// Status, header fields and content, unredacted. Never recorded, so it has no `Debug`.
pub(super) struct RawResponse {
    pub(super) status: u16,
    /// Names in lower case; values are octets (RFC 9110, section 5.5).
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

impl RawResponse {
    /// The first value of a header field, where it is ASCII; `name` in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(key, _)| key == name)?;
        std::str::from_utf8(value).ok().map(str::trim)
    }
}

/// A header value as text: each octet above 0x7f becomes U+FFFD, since no charset is agreed on for it.
pub(super) fn header_text(value: &[u8]) -> String {
    value.iter().map(|&octet| if octet.is_ascii() { char::from(octet) } else { '\u{fffd}' }).collect()
}
