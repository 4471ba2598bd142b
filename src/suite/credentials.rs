//! What the suite file says of who may see what: tenants, and the forms of credentials.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use schemars::JsonSchema;
use serde::Deserialize;

/// How a request says for which tenant it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tenants {
    /// The header field that names the tenant.
    pub header: String,
    /// The requirement that a tenant sees its own data only.
    pub requirement: String,
}

/// What becomes of a request without credentials.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Authentication {
    /// The status that refuses one which has none at all, where it is stated.
    #[serde(default)]
    pub status: Option<u16>,
    /// The key of the requirement.
    pub requirement: String,
}

/// One way in which a client shows who it is; the user gives the secret. It names exactly one place.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CredentialForm {
    /// The header field that carries the secret.
    #[serde(default)]
    pub header: Option<String>,
    /// What stands before the secret in the header field, such as `Bearer `.
    #[serde(default)]
    pub prefix: String,
    /// The query parameter that carries the secret.
    #[serde(default)]
    pub query: Option<String>,
    /// The cookie that carries the secret.
    #[serde(default)]
    pub cookie: Option<String>,
    /// Whether the secret, which is `user:password`, goes by the scheme Basic (RFC 7617).
    #[serde(default)]
    pub basic: bool,
}

/// Where a credential goes in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialPlace<'a> {
    /// This header field.
    Header(&'a str),
    /// This query parameter.
    Query(&'a str),
}

impl CredentialForm {
    /// Where it goes.
    pub fn place(&self) -> CredentialPlace<'_> {
        match (&self.header, &self.query, &self.cookie) {
            (Some(header), ..) => CredentialPlace::Header(header),
            (_, Some(parameter), _) => CredentialPlace::Query(parameter),
            (.., Some(_)) => CredentialPlace::Header("cookie"),
            _ => CredentialPlace::Header("authorization"),
        }
    }

    /// What goes there for a secret.
    pub fn value(&self, secret: &str) -> String {
        match &self.cookie {
            Some(name) => format!("{name}={secret}"),
            None if self.basic => format!("Basic {}", BASE64_STANDARD.encode(secret)),
            None => format!("{}{secret}", self.prefix),
        }
    }

    /// Whether it goes by an authentication scheme, which a challenge can name (RFC 9110, section 11.6.1).
    pub fn is_scheme(&self) -> bool {
        matches!(self.place(), CredentialPlace::Header(name) if name.eq_ignore_ascii_case("authorization"))
    }

    /// How many places it names; one is right.
    pub(super) fn places(&self) -> usize {
        let named = [self.header.is_some(), self.query.is_some(), self.cookie.is_some(), self.basic];
        named.into_iter().filter(|named| *named).count()
    }
}
