//! Puts a request together from the fixed header fields, the credentials and what is asked for, once as it goes over the wire
//! and once as it is recorded.

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::failure::Failure;
use super::options::{ClientError, ClientOptions, Credentials, Outgoing};
use super::redact::{Redactor, is_credential_name};
use crate::evidence::{Body, Request, TransportErrorKind};

/// The fixed header fields, sorted into credentials and the rest.
pub(super) struct Fixed {
    credentials: Vec<(String, String)>,
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
        let (credentials, others) = options
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
            .partition(|(name, value)| is_credential_name(name) || holds_secret(value));
        Ok(Self { credentials, others })
    }

    pub(super) fn credentials(&self) -> &[(String, String)] {
        &self.credentials
    }

    /// The request for the wire, and the request for the record, which is there even where the first cannot be made.
    pub(super) fn assemble(
        &self,
        outgoing: &Outgoing,
        redactor: &Redactor,
    ) -> (Result<Assembled, Failure>, Request) {
        let credentials: &[(String, String)] = match &outgoing.credentials {
            Credentials::Usual => &self.credentials,
            Credentials::None => &[],
            Credentials::Other(credentials) => credentials,
        };
        let own = |name: &str| outgoing.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        let given_other = matches!(outgoing.credentials, Credentials::Other(_));
        let mut fields: Vec<(String, &str, bool)> = Vec::new();
        for (name, value) in &outgoing.headers {
            fields.push((name.to_ascii_lowercase(), value, false));
        }
        for (name, value) in &self.others {
            let replaced = given_other && credentials.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
            if !own(name) && !replaced {
                fields.push((name.clone(), value, false));
            }
        }
        for (name, value) in credentials.iter().filter(|(name, _)| !own(name)) {
            fields.push((name.to_ascii_lowercase(), value, true));
        }

        let recorded = Request {
            method: outgoing.method.as_str().to_ascii_uppercase(),
            path: redactor.text(&outgoing.path).into_owned(),
            headers: fields
                .iter()
                .map(|(name, value, credential)| {
                    (name.clone(), redactor.request_header(name, value, *credential))
                })
                .collect(),
            body: outgoing.body.as_deref().map(|body| Body::new(redactor.octets(body))),
        };
        (wire(outgoing, &fields), recorded)
    }
}

fn wire(outgoing: &Outgoing, fields: &[(String, &str, bool)]) -> Result<Assembled, Failure> {
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
    Ok(Assembled {
        method: outgoing.method.clone(),
        path: outgoing.path.clone(),
        wire_headers,
        body: outgoing.body.clone(),
    })
}

fn field(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::try_from(name).ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?))
}
