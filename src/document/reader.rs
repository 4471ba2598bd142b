//! From the raw document to its operations: every object read at its own pointer, so that every error has a place.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::{Map, Value};

use super::error::DocumentError;
use super::model::{
    Header, Location, MediaType, Operation, Parameter, ParameterStyle, RequestBody, Response, SecurityScheme,
    Server, StatusKey, Version,
};
use super::pointer::{child, element, from_fragment};
use super::schema::{Schema, Schemas};
use super::shape::{
    HeaderShape, OperationShape, ParameterShape, RequestBodyShape, ResponseShape, Security,
    SecuritySchemeShape, ServerShape, Shape,
};
use super::view::View;
use super::walk::METHODS;

/// Header fields that are described elsewhere in a document ("Parameter Object", field `in`).
const NOT_PARAMETERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// Reads the objects of one document.
pub(crate) struct Reader<'d> {
    pub(crate) file: &'d str,
    pub(crate) version: Version,
    pub(crate) raw: &'d Value,
    pub(crate) schemas: &'d Schemas,
}

impl<'d> Reader<'d> {
    pub(crate) fn invalid(&self, pointer: &str, message: impl Into<String>) -> DocumentError {
        DocumentError::Invalid {
            file: self.file.to_owned(),
            pointer: pointer.to_owned(),
            message: message.into(),
        }
    }

    fn read<T: Shape>(&self, pointer: &str, value: &Value) -> Result<T, DocumentError> {
        T::read(self.version, value).map_err(|error| {
            self.invalid(pointer, format!("not a valid OpenAPI {} {}: {error}", self.version, T::KIND))
        })
    }

    /// The members of the object at `pointer`; none when there is nothing.
    fn members(&self, pointer: &str) -> Result<Option<&'d Map<String, Value>>, DocumentError> {
        match self.raw.pointer(pointer) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.invalid(pointer, "must be an object")),
        }
    }

    /// The elements of the array at `pointer`; none when there is nothing.
    fn elements(&self, pointer: &str) -> Result<&'d [Value], DocumentError> {
        match self.raw.pointer(pointer) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(self.invalid(pointer, "must be an array")),
        }
    }

    /// The pointer and the value behind the `$ref`s at `pointer`.
    fn follow(&self, pointer: String) -> Result<(String, &'d Value), DocumentError> {
        let mut seen = BTreeSet::new();
        let mut place = pointer;
        loop {
            let value = self.raw.pointer(&place).ok_or_else(|| self.invalid(&place, "is missing"))?;
            let Some(Value::String(reference)) = value.get("$ref") else { return Ok((place, value)) };
            let refuse = |message: &str| DocumentError::Reference {
                file: self.file.to_owned(),
                pointer: place.clone(),
                reference: reference.clone(),
                message: message.to_owned(),
            };
            let Some(fragment) = reference.strip_prefix('#') else {
                return Err(refuse(
                    "leads out of the document; references over a network are not followed, so keep the file beside the document",
                ));
            };
            let target = from_fragment(fragment).ok_or_else(|| refuse("is not a JSON pointer"))?;
            if self.raw.pointer(&target).is_none() {
                return Err(refuse("leads nowhere in the document"));
            }
            if !seen.insert(target.clone()) {
                return Err(refuse("leads back to itself"));
            }
            place = target;
        }
    }

    fn schema(&self, pointer: &str, view: View) -> Result<Schema, DocumentError> {
        self.schemas.get(pointer, view).ok_or_else(|| self.invalid(pointer, "must be a schema"))
    }

    /// The operations of all paths, in the order of the text.
    pub(crate) fn operations(
        &self,
        order: &[(String, Vec<String>)],
    ) -> Result<Vec<Operation>, DocumentError> {
        self.members("/paths")?;
        let security = self.security("", self.raw)?.unwrap_or_default();
        let mut operations = Vec::new();
        for (path, keys) in order.iter().filter(|(path, _)| !path.starts_with("x-")) {
            let pointer = child("/paths", path);
            if !path.starts_with('/') {
                return Err(self.invalid(&pointer, "a path must start with `/`"));
            }
            self.path_item(path, &pointer, keys, &security, &mut operations)?;
        }
        self.unique(&operations)?;
        Ok(operations)
    }

    fn path_item(
        &self,
        path: &str,
        pointer: &str,
        keys: &[String],
        security: &Security,
        operations: &mut Vec<Operation>,
    ) -> Result<(), DocumentError> {
        let own = self.members(pointer)?;
        // A path item may have members beside its `$ref`; they win over those of the path item referred to.
        let (target, _) = self.follow(pointer.to_owned())?;
        let referred = self.members(&target)?;
        let place = |key: &str| match (own, referred) {
            (Some(own), _) if own.contains_key(key) => Some(child(pointer, key)),
            (_, Some(referred)) if referred.contains_key(key) => Some(child(&target, key)),
            _ => None,
        };
        let shared = place("parameters").map(|at| self.parameters(&at)).transpose()?.unwrap_or_default();
        let written = keys.iter().map(String::as_str).filter(|key| METHODS.contains(key));
        let inherited = METHODS.into_iter().filter(|method| !keys.iter().any(|key| key == method));
        for key in written.chain(inherited) {
            let Some(at) = place(key) else { continue };
            let method = Method::from_bytes(key.to_ascii_uppercase().as_bytes())
                .map_err(|error| self.invalid(&at, error.to_string()))?;
            operations.push(self.operation(path, method, at, &shared, security)?);
        }
        Ok(())
    }

    fn operation(
        &self,
        path: &str,
        method: Method,
        pointer: String,
        shared: &[Parameter],
        security: &Security,
    ) -> Result<Operation, DocumentError> {
        let Some(members) = self.members(&pointer)? else { return Err(self.invalid(&pointer, "is missing")) };
        let own = self.parameters(&child(&pointer, "parameters"))?;
        let parameters = merge(shared, own);
        for name in template_names(path) {
            let declared =
                |parameter: &Parameter| parameter.location == Location::Path && parameter.name == name;
            if !parameters.iter().any(declared) {
                let message =
                    format!("the path names `{{{name}}}`, but no path parameter `{name}` is declared");
                return Err(self.invalid(&pointer, message));
            }
        }
        let request_body = match members.get("requestBody") {
            Some(_) => Some(self.request_body(child(&pointer, "requestBody"))?),
            None => None,
        };
        let responses = self.responses(&child(&pointer, "responses"))?;
        // Last, so that a fault in one of the parts has been named at its own place.
        let mut value = self.raw.pointer(&pointer).cloned().unwrap_or_default();
        if let Some(members) = value.as_object_mut() {
            // What the API sends by itself is nobody's request; and a callback may be a reference, which the model of 3.0 does not know.
            members.remove("callbacks");
        }
        let shape: OperationShape = self.read(&pointer, &value)?;
        if let Some(security) = &shape.security {
            self.known_schemes(&child(&pointer, "security"), security)?;
        }
        let extensions = members.iter().filter(|(key, _)| key.starts_with("x-"));
        Ok(Operation {
            id: shape.operation_id.unwrap_or_else(|| format!("{method} {path}")),
            method,
            path: path.to_owned(),
            parameters,
            request_body,
            responses,
            security: shape.security.unwrap_or_else(|| security.clone()),
            extensions: extensions.map(|(key, value)| (key.clone(), value.clone())).collect(),
            deprecated: shape.deprecated,
            pointer,
        })
    }

    fn parameters(&self, pointer: &str) -> Result<Vec<Parameter>, DocumentError> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for index in 0..self.elements(pointer)?.len() {
            let parameter = self.parameter(element(pointer, index))?;
            if parameters.iter().any(|other| same(other, &parameter)) {
                let message = format!("the parameter `{}` is declared twice", parameter.name);
                return Err(self.invalid(&element(pointer, index), message));
            }
            parameters.push(parameter);
        }
        parameters.retain(|parameter| {
            parameter.location != Location::Header
                || !NOT_PARAMETERS.contains(&parameter.name.to_ascii_lowercase().as_str())
        });
        Ok(parameters)
    }

    fn parameter(&self, pointer: String) -> Result<Parameter, DocumentError> {
        let (pointer, value) = self.follow(pointer)?;
        let shape: ParameterShape = self.read(&pointer, value)?;
        let (media_type, schema) = self.described(&pointer, View::Request)?;
        let schema = schema
            .ok_or_else(|| self.invalid(&pointer, "has neither a `schema` nor a `content` with one"))?;
        let style = shape.style.unwrap_or(match shape.location {
            Location::Query | Location::Cookie => ParameterStyle::Form,
            Location::Path | Location::Header => ParameterStyle::Simple,
        });
        Ok(Parameter {
            required: shape.required || shape.location == Location::Path,
            explode: shape.explode.unwrap_or(style == ParameterStyle::Form),
            name: shape.name,
            location: shape.location,
            style,
            media_type,
            schema,
            pointer,
        })
    }

    /// The schema of a parameter or a header, from `schema` or from the one entry of `content`.
    fn described(
        &self,
        pointer: &str,
        view: View,
    ) -> Result<(Option<String>, Option<Schema>), DocumentError> {
        let place = child(pointer, "schema");
        if self.raw.pointer(&place).is_some() {
            return Ok((None, Some(self.schema(&place, view)?)));
        }
        let content = self.content(&child(pointer, "content"), view)?;
        Ok(content.into_iter().next().map_or((None, None), |entry| (Some(entry.range), entry.schema)))
    }

    fn content(&self, pointer: &str, view: View) -> Result<Vec<MediaType>, DocumentError> {
        let mut content = Vec::new();
        for range in self.members(pointer)?.into_iter().flat_map(Map::keys) {
            let place = child(pointer, range);
            if !range.contains('/') {
                return Err(self.invalid(&place, format!("`{range}` is not a media type")));
            }
            let schema = match self.members(&place)? {
                Some(members) if members.contains_key("schema") => {
                    Some(self.schema(&child(&place, "schema"), view)?)
                }
                _ => None,
            };
            content.push(MediaType { range: range.clone(), schema, pointer: place });
        }
        Ok(content)
    }

    fn request_body(&self, pointer: String) -> Result<RequestBody, DocumentError> {
        let (pointer, value) = self.follow(pointer)?;
        let content = self.content(&child(&pointer, "content"), View::Request)?;
        let shape: RequestBodyShape = self.read(&pointer, value)?;
        Ok(RequestBody { required: shape.required, content, pointer })
    }

    fn responses(&self, pointer: &str) -> Result<Vec<Response>, DocumentError> {
        let mut responses = Vec::new();
        for key in self.members(pointer)?.into_iter().flat_map(Map::keys).filter(|key| !key.starts_with("x-"))
        {
            let place = child(pointer, key);
            let Some(status) = StatusKey::parse(key) else {
                return Err(self.invalid(&place, "a response is keyed by a status code, `2XX` or `default`"));
            };
            let (place, value) = self.follow(place)?;
            let content = self.content(&child(&place, "content"), View::Response)?;
            let mut headers = Vec::new();
            for name in self.members(&child(&place, "headers"))?.into_iter().flat_map(Map::keys) {
                headers.push(self.header(name, child(&child(&place, "headers"), name))?);
            }
            self.read::<ResponseShape>(&place, value)?;
            responses.push(Response { status, content, headers, pointer: place });
        }
        responses.sort_by_key(|response| response.status);
        Ok(responses)
    }

    fn header(&self, name: &str, pointer: String) -> Result<Header, DocumentError> {
        let (pointer, value) = self.follow(pointer)?;
        let (_, schema) = self.described(&pointer, View::Response)?;
        let shape: HeaderShape = self.read(&pointer, value)?;
        Ok(Header { name: name.to_owned(), required: shape.required, schema, pointer })
    }

    /// The `security` of the document, checked against the schemes that it declares.
    fn security(&self, pointer: &str, value: &Value) -> Result<Option<Security>, DocumentError> {
        let Some(value) = value.get("security") else { return Ok(None) };
        let pointer = child(pointer, "security");
        let security: Security = serde_json::from_value(value.clone()).map_err(|error| {
            self.invalid(&pointer, format!("not a list of security requirements: {error}"))
        })?;
        self.known_schemes(&pointer, &security)?;
        Ok(Some(security))
    }

    fn known_schemes(&self, pointer: &str, security: &Security) -> Result<(), DocumentError> {
        let declared = self.members("/components/securitySchemes")?;
        for (index, requirement) in security.iter().enumerate() {
            for name in requirement.keys() {
                if !declared.is_some_and(|schemes| schemes.contains_key(name)) {
                    let message =
                        format!("names the security scheme `{name}`, which the document does not declare");
                    return Err(self.invalid(&element(pointer, index), message));
                }
            }
        }
        Ok(())
    }

    /// The servers of the document.
    pub(crate) fn servers(&self) -> Result<Vec<Server>, DocumentError> {
        let mut servers = Vec::new();
        for (index, value) in self.elements("/servers")?.iter().enumerate() {
            let pointer = element("/servers", index);
            let shape: ServerShape = self.read(&pointer, value)?;
            let filled = shape.variables.iter().fold(shape.url.clone(), |url, (name, variable)| {
                url.replace(&format!("{{{name}}}"), &variable.default)
            });
            servers.push(Server { url: filled, template: shape.url, pointer });
        }
        Ok(servers)
    }

    /// The security schemes of the document.
    pub(crate) fn security_schemes(&self) -> Result<BTreeMap<String, SecurityScheme>, DocumentError> {
        let pointer = "/components/securitySchemes";
        let mut schemes = BTreeMap::new();
        for name in self.members(pointer)?.into_iter().flat_map(Map::keys) {
            let (place, value) = self.follow(child(pointer, name))?;
            let shape: SecuritySchemeShape = self.read(&place, value)?;
            schemes.insert(name.clone(), shape.into());
        }
        Ok(schemes)
    }

    fn unique(&self, operations: &[Operation]) -> Result<(), DocumentError> {
        let mut places = BTreeMap::new();
        for operation in operations {
            if let Some(first) = places.insert(&operation.id, &operation.pointer) {
                let message = format!("the operationId `{}` stands at {first} already", operation.id);
                return Err(self.invalid(&operation.pointer, message));
            }
        }
        Ok(())
    }
}

/// The path item's parameters with the operation's in the place of those that they override, then the other ones.
fn merge(shared: &[Parameter], own: Vec<Parameter>) -> Vec<Parameter> {
    let mut merged = shared.to_vec();
    for parameter in own {
        match merged.iter_mut().find(|other| same(other, &parameter)) {
            Some(overridden) => *overridden = parameter,
            None => merged.push(parameter),
        }
    }
    merged
}

/// Whether two parameters are one: a name and a place ("Parameter Object").
fn same(left: &Parameter, right: &Parameter) -> bool {
    left.location == right.location
        && match left.location {
            Location::Header => left.name.eq_ignore_ascii_case(&right.name),
            _ => left.name == right.name,
        }
}

/// The names in braces in a path template.
fn template_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}
