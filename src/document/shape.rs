//! The members of `OpenAPI` objects that the model needs, apart from schemas.
//!
//! A 3.0 object is read as its type of the `openapiv3` crate, which knows that version's rules, and then reduced to a
//! shape; a 3.1 object is read as the shape itself. Schemas are never taken from either: no typed model keeps all
//! keywords, so they come from the raw document.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::model::{Location, ParameterStyle, SecurityScheme, Version};

/// Security requirements, as they stand in a document or an operation.
pub(crate) type Security = Vec<BTreeMap<String, Vec<String>>>;

/// An object that both versions have.
pub(crate) trait Shape: DeserializeOwned {
    /// The same object in the `openapiv3` crate.
    type V3_0: DeserializeOwned + Into<Self>;
    /// What a message calls it.
    const KIND: &'static str;

    /// Reads the object by the rules of its version.
    fn read(version: Version, value: &Value) -> Result<Self, serde_json::Error> {
        match version {
            Version::V3_0 => Self::V3_0::deserialize(value).map(Into::into),
            Version::V3_1 => Self::deserialize(value),
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct ParameterShape {
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) location: Location,
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) style: Option<ParameterStyle>,
    pub(crate) explode: Option<bool>,
}

impl Shape for ParameterShape {
    type V3_0 = openapiv3::Parameter;
    const KIND: &'static str = "parameter";
}

impl From<openapiv3::Parameter> for ParameterShape {
    fn from(parameter: openapiv3::Parameter) -> Self {
        use openapiv3::{Parameter, PathStyle, QueryStyle};
        let (location, style) = match &parameter {
            Parameter::Query { style, .. } => {
                let style = match style {
                    QueryStyle::Form => ParameterStyle::Form,
                    QueryStyle::SpaceDelimited => ParameterStyle::SpaceDelimited,
                    QueryStyle::PipeDelimited => ParameterStyle::PipeDelimited,
                    QueryStyle::DeepObject => ParameterStyle::DeepObject,
                };
                (Location::Query, style)
            }
            Parameter::Header { .. } => (Location::Header, ParameterStyle::Simple),
            Parameter::Path { style, .. } => {
                let style = match style {
                    PathStyle::Matrix => ParameterStyle::Matrix,
                    PathStyle::Label => ParameterStyle::Label,
                    PathStyle::Simple => ParameterStyle::Simple,
                };
                (Location::Path, style)
            }
            Parameter::Cookie { .. } => (Location::Cookie, ParameterStyle::Form),
        };
        let data = parameter.parameter_data();
        Self { name: data.name, location, required: data.required, style: Some(style), explode: data.explode }
    }
}

#[derive(Deserialize)]
pub(crate) struct RequestBodyShape {
    #[serde(default)]
    pub(crate) required: bool,
}

impl Shape for RequestBodyShape {
    type V3_0 = openapiv3::RequestBody;
    const KIND: &'static str = "request body";
}

impl From<openapiv3::RequestBody> for RequestBodyShape {
    fn from(body: openapiv3::RequestBody) -> Self {
        Self { required: body.required }
    }
}

/// The parts of a response are read one by one; the shape is the check that it is an object of its version.
#[derive(Deserialize)]
pub(crate) struct ResponseShape {}

impl Shape for ResponseShape {
    type V3_0 = openapiv3::Response;
    const KIND: &'static str = "response";
}

impl From<openapiv3::Response> for ResponseShape {
    fn from(_: openapiv3::Response) -> Self {
        Self {}
    }
}

#[derive(Deserialize)]
pub(crate) struct HeaderShape {
    #[serde(default)]
    pub(crate) required: bool,
}

impl Shape for HeaderShape {
    type V3_0 = openapiv3::Header;
    const KIND: &'static str = "header";
}

impl From<openapiv3::Header> for HeaderShape {
    fn from(header: openapiv3::Header) -> Self {
        Self { required: header.required }
    }
}

#[derive(Deserialize)]
pub(crate) struct OperationShape {
    #[serde(rename = "operationId")]
    pub(crate) operation_id: Option<String>,
    #[serde(default)]
    pub(crate) deprecated: bool,
    pub(crate) security: Option<Security>,
}

impl Shape for OperationShape {
    type V3_0 = openapiv3::Operation;
    const KIND: &'static str = "operation";
}

impl From<openapiv3::Operation> for OperationShape {
    fn from(operation: openapiv3::Operation) -> Self {
        let security = operation.security.map(|alternatives| {
            alternatives.into_iter().map(|requirement| requirement.into_iter().collect()).collect()
        });
        Self { operation_id: operation.operation_id, deprecated: operation.deprecated, security }
    }
}

#[derive(Deserialize)]
pub(crate) struct ServerShape {
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, VariableShape>,
}

#[derive(Deserialize)]
pub(crate) struct VariableShape {
    pub(crate) default: String,
}

impl Shape for ServerShape {
    type V3_0 = openapiv3::Server;
    const KIND: &'static str = "server";
}

impl From<openapiv3::Server> for ServerShape {
    fn from(server: openapiv3::Server) -> Self {
        let variables = server.variables.into_iter().flatten();
        Self {
            url: server.url,
            variables: variables
                .map(|(name, value)| (name, VariableShape { default: value.default }))
                .collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "type")]
pub(crate) enum SecuritySchemeShape {
    #[serde(rename = "apiKey")]
    ApiKey {
        name: String,
        #[serde(rename = "in")]
        location: Location,
    },
    #[serde(rename = "http")]
    Http { scheme: String },
    #[serde(rename = "oauth2")]
    OAuth2,
    #[serde(rename = "openIdConnect")]
    OpenIdConnect {
        #[serde(rename = "openIdConnectUrl")]
        url: String,
    },
    #[serde(rename = "mutualTLS")]
    MutualTls,
}

impl Shape for SecuritySchemeShape {
    type V3_0 = openapiv3::SecurityScheme;
    const KIND: &'static str = "security scheme";
}

impl From<openapiv3::SecurityScheme> for SecuritySchemeShape {
    fn from(scheme: openapiv3::SecurityScheme) -> Self {
        use openapiv3::{APIKeyLocation, SecurityScheme};
        match scheme {
            SecurityScheme::APIKey { location, name, .. } => {
                let location = match location {
                    APIKeyLocation::Query => Location::Query,
                    APIKeyLocation::Header => Location::Header,
                    APIKeyLocation::Cookie => Location::Cookie,
                };
                Self::ApiKey { name, location }
            }
            SecurityScheme::HTTP { scheme, .. } => Self::Http { scheme },
            SecurityScheme::OAuth2 { .. } => Self::OAuth2,
            SecurityScheme::OpenIDConnect { open_id_connect_url, .. } => {
                Self::OpenIdConnect { url: open_id_connect_url }
            }
        }
    }
}

impl From<SecuritySchemeShape> for SecurityScheme {
    fn from(shape: SecuritySchemeShape) -> Self {
        match shape {
            SecuritySchemeShape::ApiKey { name, location } => Self::ApiKey { name, location },
            SecuritySchemeShape::Http { scheme } => Self::Http { scheme: scheme.to_ascii_lowercase() },
            SecuritySchemeShape::OAuth2 => Self::OAuth2,
            SecuritySchemeShape::OpenIdConnect { url } => Self::OpenIdConnect { url },
            SecuritySchemeShape::MutualTls => Self::MutualTls,
        }
    }
}
