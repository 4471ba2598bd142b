//! Puts a request together from the fixed header fields, the credentials and what is asked for, once as it goes over the wire
//! and once as it is recorded.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::failure::Failure;
use super::options::{ClientError, ClientOptions, Credential, Credentials, Outgoing, Place};
use super::redact::{Redactor, is_credential_name};
use crate::evidence::{Body, Request, TransportErrorKind};

/// The fixed header fields, sorted into credentials and the rest.
pub(super) struct Fixed {
    credentials: Vec<Credential>,
    others: Vec<(String, String)>,
}

/// A request that is ready to be sent.
pub(super) struct Assembled {
    pub(super) method: Method,
    pub(super) path: String,
    /// All fields but `host`, which whoever sends adds.
    pub(super) wire_headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
}

impl Fixed {
    pub(super) fn new(options: &ClientOptions) -> Result<Self, ClientError> {
        for (name, value) in &options.headers {
            field(name, value).ok_or_else(|| ClientError::Header(name.clone()))?;
        }
        let holds_secret = |value: &str| {
            options.secrets.iter().any(|secret| !secret.value.is_empty() && value.contains(&secret.value))
        };
        let (headers, others): (Vec<_>, Vec<_>) = options
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
            .partition(|(name, value)| is_credential_name(name) || holds_secret(value));
        let in_headers = headers.into_iter().map(|pair| (Place::Header, pair));
        let credentials = in_headers
            .chain(options.query.iter().cloned().map(|pair| (Place::Query, pair)))
            .map(|(place, (name, value))| Credential { place, name, value })
            .collect();
        Ok(Self { credentials, others })
    }

    pub(super) fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// The request for the wire, and the request for the record, which is there even where the first cannot be made.
    pub(super) fn assemble(
        &self,
        outgoing: &Outgoing,
        redactor: &Redactor,
    ) -> (Result<Assembled, Failure>, Request) {
        let credentials: &[Credential] = match &outgoing.credentials {
            Credentials::Usual => &self.credentials,
            Credentials::None => &[],
            Credentials::Other(credentials) => credentials,
        };
        let in_headers = || credentials.iter().filter(|credential| credential.place == Place::Header);
        let own = |name: &str| outgoing.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        let given_other = matches!(outgoing.credentials, Credentials::Other(_));
        let mut fields: Vec<(String, &str, bool)> = Vec::new();
        for (name, value) in &outgoing.headers {
            fields.push((name.to_ascii_lowercase(), value, false));
        }
        for (name, value) in &self.others {
            let same = |credential: &Credential| credential.name.eq_ignore_ascii_case(name);
            let replaced = given_other && in_headers().any(same);
            if !own(name) && !replaced {
                fields.push((name.clone(), value, false));
            }
        }
        for Credential { name, value, .. } in in_headers().filter(|credential| !own(&credential.name)) {
            fields.push((name.to_ascii_lowercase(), value, true));
        }
        // A link of the target's may hold the credential already.
        let missing = |credential: &&Credential| !has_parameter(&outgoing.path, &credential.name);
        let in_query: Vec<&Credential> =
            credentials.iter().filter(|c| c.place == Place::Query).filter(missing).collect();
        let shown =
            |credential: &Credential| redactor.request_header(&credential.name, &credential.value, true);

        let recorded = Request {
            method: outgoing.method.as_str().to_ascii_uppercase(),
            path: with_parameters(&redactor.text(&outgoing.path), &in_query, shown),
            headers: fields
                .iter()
                .map(|(name, value, credential)| {
                    (name.clone(), redactor.request_header(name, value, *credential))
                })
                .collect(),
            body: outgoing.body.as_deref().map(|body| Body::new(redactor.octets(body))),
        };
        let path = with_parameters(&outgoing.path, &in_query, |c| {
            utf8_percent_encode(&c.value, NON_ALPHANUMERIC).to_string()
        });
        (wire(outgoing, path, &fields), recorded)
    }
}

/// Whether a path's query has a parameter of this name, written as it is.
fn has_parameter(path: &str, name: &str) -> bool {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    query.split('&').any(|pair| pair.split('=').next() == Some(name))
}

/// A path with further query parameters, whose values are written by `write`.
fn with_parameters(path: &str, parameters: &[&Credential], write: impl Fn(&Credential) -> String) -> String {
    let mut path = path.to_owned();
    for credential in parameters {
        path.push(if path.contains('?') { '&' } else { '?' });
        path.push_str(&utf8_percent_encode(&credential.name, NON_ALPHANUMERIC).to_string());
        path.push('=');
        path.push_str(&write(credential));
    }
    path
}

fn wire(outgoing: &Outgoing, path: String, fields: &[(String, &str, bool)]) -> Result<Assembled, Failure> {
    if let Some(parameter) = &outgoing.lacks {
        let message = format!("it was not sent, since nothing is known for the path parameter {parameter}");
        return Err(Failure::new(TransportErrorKind::Other, message));
    }
    let mut wire_headers = HeaderMap::with_capacity(fields.len() + 2);
    for (name, value, _) in fields {
        let (name, value) = field(name, value).ok_or_else(|| {
            Failure::new(
                TransportErrorKind::Other,
                format!("header `{name}` has a name or value that cannot be sent"),
            )
        })?;
        wire_headers.append(name, value);
    }
    if outgoing.body.is_none() && matches!(outgoing.method, Method::POST | Method::PUT | Method::PATCH) {
        // A length of 0 is due here (RFC 9110, section 8.6); some servers answer 411 or wait for content without it.
        wire_headers.entry(http::header::CONTENT_LENGTH).or_insert(HeaderValue::from_static("0"));
    }
    wire_headers
        .entry(http::header::USER_AGENT)
        .or_insert(HeaderValue::from_static(concat!("specproof/", env!("CARGO_PKG_VERSION"))));
    wire_headers.entry(http::header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    // Without this field a server may choose any content coding (RFC 9110, section 12.5.3), and none is read here.
    wire_headers.entry(http::header::ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
    Ok(Assembled { method: outgoing.method.clone(), path, wire_headers, body: outgoing.body.clone() })
}

fn field(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::try_from(name).ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?))
}
