//! Replaces secrets by variables, so that nothing which is recorded, printed or shared holds one.
//!
//! A secret is found as it is, percent-encoded, escaped in a JSON string, and within Base64 (RFC 4648, both alphabets) of a
//! longer text at any of the three alignments; also where these mix, such as percent-encoded Base64, and where line breaks, bare or escaped,
//! stand between its octets. What lacks only its last octet is found too, since such credentials are sent to see whether they are refused. It
//! is looked for in everything that goes into an exchange. Header fields that carry credentials by their name are replaced whole.
//!
//! Not found: a secret that the target changed in some other way (hashed, reversed, encoded twice), escaped in JSON more than six times (a backslash: three times), or cut by more than one octet.

mod needle;
mod spelling;

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;

use self::needle::{Needle, Starts, needles};
use super::options::{ClientError, Credential, Secret};

/// Shorter secrets are not looked for in text: too much that is innocent would match, and rules judge the changed text. They
/// are still replaced where they stand in a header field that carries credentials.
pub const MIN_SECRET_LEN: usize = 6;

/// A credential that is nobody's, to be sent in place of a right one.
pub const NOT_A_CREDENTIAL: &str = "specproof:not-a-credential";

/// Words of which a header field's name holds one where the field carries credentials, in lower case: `authorization`, `x-api-key`,
/// `x-auth-token`, `cookie` and their like. To take too many for credentials costs little, to take too few costs a secret.
const CREDENTIAL_WORDS: [&str; 8] =
    ["auth", "cookie", "token", "secret", "password", "credential", "api-key", "apikey"];

/// Whether a request's header field carries credentials by its name alone; `name` in lower case.
pub(super) fn is_credential_name(name: &str) -> bool {
    CREDENTIAL_WORDS.iter().any(|word| name.contains(word))
}

/// Replaces a set of secrets by `$NAME`.
pub struct Redactor {
    variables: Vec<String>,
    /// Secrets without their last character, and how a POSIX shell writes that: `${NAME%?}`.
    cut: Vec<(String, String)>,
    /// Longest first, so that a secret which begins like a longer one does not leave the longer one's rest behind.
    needles: Vec<Needle>,
    starts: Starts,
}

impl Redactor {
    /// Knows the given secrets, and the tokens in `credentials` that hold none of them; those get the header field's name.
    pub fn new(secrets: &[Secret], credentials: &[Credential]) -> Result<Self, ClientError> {
        let mut known: Vec<(String, Cow<'_, str>)> = Vec::new();
        for secret in secrets.iter().filter(|secret| !secret.value.is_empty()) {
            let name = secret.name.trim_start_matches('$');
            let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if !starts_well || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(ClientError::SecretName(secret.name.clone()));
            }
            known.push((format!("${name}"), secret.value.as_str().into()));
        }
        for Credential { name, value, .. } in credentials {
            if !secrets.iter().any(|secret| !secret.value.is_empty() && value.contains(&secret.value)) {
                for token in tokens(name, value) {
                    known.push((variable_for(name), token));
                }
            }
        }
        let mut needles: Vec<Needle> = known
            .iter()
            .flat_map(|(variable, value)| {
                let cut = value.char_indices().next_back().map_or("", |(last, _)| &value[..last]);
                [(variable, value.as_ref()), (variable, cut)]
            })
            .filter(|(_, value)| value.len() >= MIN_SECRET_LEN)
            .flat_map(|(variable, value)| needles(variable, value.as_bytes()))
            .collect();
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.octets.len()));
        let starts = Starts::of(&needles);
        let cut = known
            .iter()
            .filter(|(_, value)| value.len() >= MIN_SECRET_LEN)
            .map(|(variable, value)| {
                let mut characters = value.chars();
                characters.next_back();
                (characters.as_str().to_owned(), format!("${{{}%?}}", variable.trim_start_matches('$')))
            })
            .collect();
        let variables = known.into_iter().map(|(variable, _)| variable).collect();
        Ok(Self { variables, cut, needles, starts })
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
        while let Some(next) = self.starts.next(octets, at) {
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
        let cut = self.cut.iter().find(|(cut, _)| *cut == token).map(|(_, written)| written.as_str());
        let token = self.text(token);
        let known = self.variables.iter().map(String::as_str).find(|variable| *variable == token);
        // Made up by the harness, so it is nobody's secret.
        let made_up = (token == NOT_A_CREDENTIAL).then_some(NOT_A_CREDENTIAL);
        match cut.or(known).or(made_up) {
            Some(token) if scheme.is_empty() => token.to_owned(),
            Some(token) => format!("{scheme} {token}"),
            None => variable_for(name),
        }
    }

    /// A response's header value as it is recorded; `name` in lower case.
    pub fn response_header(&self, name: &str, value: &str) -> String {
        if name == "set-cookie" { variable_for(name) } else { self.text(value).into_owned() }
    }
}

/// The variable that stands for the value of a header field.
fn variable_for(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("${name}")
}

/// The secrets in a header field that carries credentials and holds none that has a name: each cookie's value, the token behind a scheme,
/// and what the Basic scheme encodes (RFC 7617), whole and the password alone.
fn tokens<'v>(name: &str, value: &'v str) -> Vec<Cow<'v, str>> {
    if name == "cookie" {
        let values = value.split(';').filter_map(|pair| pair.split_once('='));
        return values.map(|(_, value)| value.trim().trim_matches('"').into()).collect();
    }
    let (scheme, token) = value.split_once(' ').unwrap_or(("", value));
    let token = token.trim();
    let mut tokens = vec![Cow::Borrowed(token)];
    if scheme.eq_ignore_ascii_case("basic")
        && let Some(pair) = BASE64.decode(token).ok().and_then(|octets| String::from_utf8(octets).ok())
    {
        if let Some((_, password)) = pair.split_once(':') {
            tokens.push(password.to_owned().into());
        }
        tokens.push(pair.into());
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Place;
    use serde_json::json;

    fn redactor(secrets: &[(&str, &str)], credentials: &[(&str, &str)]) -> Redactor {
        let secrets: Vec<Secret> =
            secrets.iter().map(|(n, v)| Secret { name: (*n).into(), value: (*v).into() }).collect();
        let credentials: Vec<Credential> = credentials
            .iter()
            .map(|(n, v)| Credential { place: Place::Header, name: (*n).into(), value: (*v).into() })
            .collect();
        Redactor::new(&secrets, &credentials).unwrap()
    }

    fn redactor_of_basic() -> Redactor {
        redactor(&[], &[("authorization", "Basic dXNlcjpodW50ZXIyMg==")])
    }

    #[test]
    fn secrets_are_found_in_every_spelling() {
        let odd = "p\"\\/ ä😀%25+";
        let redactor = redactor(
            &[("TOKEN", "tok-en_123"), ("ODD", odd), ("LONG", "tok-en_1234567"), ("SAID", "say-\"hi\"")],
            &[],
        );
        // A text in the JSON of a JSON text, and so on, six deep.
        let within = |text: String, _| {
            json!(text).to_string().trim_start_matches('"').trim_end_matches('"').to_owned()
        };
        let deep = (0..6).fold("(say-\"hi\")".to_owned(), within);
        let cases = [
            ("nothing of the kind", "nothing of the kind"),
            ("tok-en_12", "$TOKEN"),
            ("tok-en_1", "tok-en_1"),
            ("tok-en\n_123 tok-en\r\n  _123", "$TOKEN $TOKEN"),
            (r"tok\r\n-en\u000a_123", "$TOKEN"),
            ("tok%0D%0A-en_123", "$TOKEN"),
            ("tok -en_123", "tok -en_123"),
            (r#""p\\\"\\\\/ ä😀%25+""#, r#""$ODD""#),
            (r"tok\\u002den_123", "$TOKEN"),
            (&deep, "($SAID)"),
            ("tok-en_123", "$TOKEN"),
            ("a tok-en_123, tok-en_123tok-en_123.", "a $TOKEN, $TOKEN$TOKEN."),
            ("tok-en_1234567", "$LONG"),
            ("tok-en_123456", "$LONG"),
            ("tok-en_12345", "$TOKEN45"),
            ("?t=tok%2Den_123&u=%74ok%2den_123", "?t=$TOKEN&u=$TOKEN"),
            (r#"{"t":"tok\u002den_\u0031\u00323"}"#, r#"{"t":"$TOKEN"}"#),
            (r"\u002dtok\u002", r"\u002dtok\u002"),
            ("%tok-en_123%", "%$TOKEN%"),
            (odd, "$ODD"),
            (r#""p\"\\/ ä😀%25+""#, r#""$ODD""#),
            (r#""p\"\\\/ \u00e4\ud83d\ude00%25+""#, r#""$ODD""#),
            ("p%22%5C%2F%20%C3%A4%F0%9F%98%80%2525%2B", "$ODD"),
            ("p%22%5c%2f+%c3%a4%f0%9f%98%80%2525%2b", "$ODD"),
        ];
        for (text, expected) in cases {
            assert_eq!(redactor.text(text), expected, "{text}");
        }
    }

    #[test]
    fn secrets_are_found_in_base64_at_each_alignment() {
        // The Base64 of the secret alone and with one to four octets around it, made with another program.
        let redactor = redactor(&[("T", "subj?ects>?~\u{7f}")], &[]);
        let cases = [
            ("c3Viaj9lY3RzPj9+fw==", "$T=="),
            ("c3Viaj9lY3RzPj9-fw", "$T"),
            ("c3Viaj9lY3RzPj9%2Bfw%3D%3D", "$T%3D%3D"),
            ("eDpzdWJqP2VjdHM+P35/", "eD$T"),
            ("eDpzdWJqP2VjdHM-P35_", "eD$T"),
            ("eDpzdWJqP2VjdHM+P35\\/", "eD$T"),
            ("eHk6c3Viaj9lY3RzPj9+fw==", "eHk6$T=="),
            ("eHN1Ymo/ZWN0cz4/fn8=", "e$T="),
            ("eHN1Ymo_ZWN0cz4_fn96", "e$T6"),
            ("eHl6OnN1Ymo/ZWN0cz4/fn96eg==", "eHl6O$T6eg=="),
            ("eDpzdWJq\r\nP2VjdHM+P35/", "eD$T"),
        ];
        for (text, expected) in cases {
            assert_eq!(redactor.text(text), expected, "{text}");
        }
    }

    #[test]
    fn no_base64_digit_of_a_secret_is_left_at_any_alignment() {
        let secret = b"s3cr3t-value!";
        let redactor = redactor(&[("T", "s3cr3t-value!")], &[]);
        for before in 0..7 {
            for after in 0..4 {
                let whole = [vec![b'<'; before], secret.to_vec(), vec![b'>'; after]].concat();
                let digits = BASE64.encode(whole);
                let shown = redactor.text(&digits);
                let rest = digits.len() - (shown.len() - 2);
                assert!(shown.contains("$T"), "{before} {after}");
                assert!(rest * 6 >= secret.len() * 8, "{before} {after}");
            }
        }
    }

    #[test]
    fn header_fields_with_credentials_show_which_secret_they_hold_and_nothing_else() {
        let redactor = redactor(&[("T", "tok-en_123"), ("S", "abc")], &[("x-api-key", "key-without-name")]);
        let cases = [
            ("authorization", "Bearer tok-en_123", false, "Bearer $T"),
            ("authorization", "Bearer abc", false, "$AUTHORIZATION"),
            ("authorization", "tok-en_123", false, "$T"),
            ("authorization", "Basic dTp0b2stZW5fMTIz", false, "$AUTHORIZATION"),
            ("authorization", "Bearer wrong", false, "$AUTHORIZATION"),
            ("proxy-authorization", "x", false, "$PROXY_AUTHORIZATION"),
            ("cookie", "a=tok-en_123", false, "$COOKIE"),
            ("x-api-key", "key-without-name", true, "$X_API_KEY"),
            ("x-key", "tok-en_123", true, "$T"),
            ("x-key", "k=tok-en_123", true, "$X_KEY"),
            ("x-other", "k=tok-en_123", false, "k=$T"),
            ("accept", "*/*", false, "*/*"),
        ];
        for (name, value, credential, expected) in cases {
            assert_eq!(redactor.request_header(name, value, credential), expected, "{name}: {value}");
        }
        let basic = redactor_of_basic();
        assert_eq!(
            basic.text("user:hunter22 hunter22 dXNlcjpodW50ZXIyMg=="),
            ["$AUTHORIZATION"; 3].join(" ")
        );
        let cookies = self::redactor(&[], &[("cookie", "a=one-value; b=another-value")]);
        assert_eq!(cookies.text("one-value another-value"), "$COOKIE $COOKIE");
        assert_eq!(redactor.response_header("set-cookie", "a=b; Path=/"), "$SET_COOKIE");
        assert_eq!(redactor.response_header("x-echo", "tok-en_123"), "$T");
        assert_eq!(redactor.text("key-without-name abc"), "$X_API_KEY abc");
    }

    #[test]
    fn octets_that_are_no_text_stay_as_they_are() {
        let redactor = redactor(&[("T", "tok-en_123")], &[]);
        assert_eq!(&*redactor.octets(b"\xff\x00tok-en_123\xfe"), b"\xff\x00$T\xfe");
        assert_eq!(redactor.octets_owned(vec![0xff, b'%', b'\\', b'u']), vec![0xff, b'%', b'\\', b'u']);
    }

    #[test]
    fn a_variable_needs_the_name_of_one() {
        for name in ["", "1A", "A-B", "A B", "Ä"] {
            let secret = Secret { name: name.into(), value: "v".into() };
            assert!(matches!(Redactor::new(&[secret], &[]), Err(ClientError::SecretName(_))), "{name}");
        }
        assert_eq!(redactor(&[("$A", "long-secret"), ("B", "")], &[]).text("long-secret"), "$A");
    }
}
