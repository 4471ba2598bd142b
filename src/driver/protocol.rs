//! What HTTP itself demands: methods that a path does not have, HEAD, and credentials.

use super::Driver;
use super::request::{Content, Parts};
use super::values::Place;
use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::client::{self, Credential, Credentials, NOT_A_CREDENTIAL, Outgoing};
use crate::evidence::{Ask, Asked, Evidence, Probe, RecordNumber};
use crate::oracle::Oracle;
use crate::scenario::Case;
use crate::suite::{CredentialForm, CredentialPlace, Resource};

/// The most undocumented methods that one operation is asked with.
const METHODS: usize = 1;

impl Driver {
    /// HEAD beside GET, and every method that no operation of the document has on this path. The methods that would change something are
    /// sent to a path whose records do not exist.
    pub(super) async fn methods(&self, oracle: &Oracle, evidence: &mut Evidence, case: &Case) {
        let operation = self.suite.operation(&case.operation);
        let usual = self.usual_parts(oracle, &case.operation);
        if operation.method == http::Method::GET {
            let get = self.outgoing(&case.operation, "GET beside HEAD", &usual);
            let mut head = get.clone();
            head.method = http::Method::HEAD;
            "HEAD".clone_into(&mut head.purpose);
            let conditional = get.clone();
            let got = self.send(evidence, get, Asked::Good).await;
            let entry = self.send(evidence, head, Asked::Open).await;
            evidence.probes.push(Probe { label: "HEAD".to_owned(), ask: Ask::Head, entry });
            self.conditional(evidence, conditional, got).await;
        }
        let mut nowhere = usual;
        self.lead_nowhere(oracle, &case.operation, &mut nowhere);
        nowhere.content = None;
        // Other methods for each operation, so that each is tried somewhere and nothing is asked too often.
        let place = self.suite.file().operations.keys().position(|short| *short == case.operation);
        let mut methods = ["PATCH", "DELETE", "PUT", "GET", "POST"];
        let count = methods.len();
        methods.rotate_left(place.unwrap_or_default() % count);
        let (documented, undocumented) = self.methods_on(&case.operation, &nowhere, &methods);
        for method in undocumented.into_iter().take(METHODS) {
            let mut outgoing =
                self.outgoing(&case.operation, &format!("undocumented method {method}"), &nowhere);
            outgoing.method = http::Method::from_bytes(method.as_bytes()).unwrap_or_default();
            let entry = self.send(evidence, outgoing, Asked::Open).await;
            let ask = Ask::UndocumentedMethod { documented: documented.clone() };
            evidence.probes.push(Probe { label: format!("method {method}"), ask, entry });
        }
    }

    /// The methods that the document has on an operation's path, and those of some others that it does not have there.
    pub(super) fn methods_on<'m>(
        &self,
        short: &str,
        parts: &Parts,
        methods: &[&'m str],
    ) -> (Vec<String>, Vec<&'m str>) {
        let operation = self.suite.operation(short);
        let all = || self.suite.document().operations().iter();
        let on_path = all().filter(|o| o.path == operation.path);
        let documented: Vec<String> = on_path.map(|o| o.method.to_string()).collect();
        // Another template may stand for this path too, and a router may well choose that one.
        let path = self.outgoing(short, "undocumented method", parts).path;
        let elsewhere = |method: &str| all().any(|o| o.method == *method && stands_for(&o.path, &path));
        let others =
            methods.iter().copied().filter(|m| documented.iter().all(|other| other != m) && !elsewhere(m));
        let others = others.collect();
        (documented, others)
    }

    /// The same GET with the tag that its answer had, if it had one, and with a tag that nothing has.
    async fn conditional(&self, evidence: &mut Evidence, get: Outgoing, got: usize) {
        let answer = evidence.entries[got].exchange.response().filter(|answer| answer.is_success());
        let Some(tag) = answer.and_then(|answer| answer.header("etag")).map(str::to_owned) else { return };
        for (label, sent, matches) in
            [("tag that matches", tag.as_str(), true), ("tag of nothing", "\"specproof-none\"", false)]
        {
            let mut outgoing = get.clone();
            label.clone_into(&mut outgoing.purpose);
            outgoing.headers.push(("if-none-match".to_owned(), sent.to_owned()));
            let entry = self.send(evidence, outgoing, Asked::Open).await;
            let ask = Ask::Conditional { tag: tag.clone(), matches };
            evidence.probes.push(Probe { label: label.to_owned(), ask, entry });
        }
    }

    /// A record in parents of its own, up to the outermost, so that no list which is being walked changes.
    async fn apart(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource: &str,
    ) -> Option<RecordNumber> {
        let suite = std::sync::Arc::clone(&self.suite);
        let ancestors = std::iter::successors(Some(resource), |name| suite.resource(name).parent.as_deref());
        let mut parent = None;
        for name in ancestors.collect::<Vec<_>>().into_iter().rev() {
            let label = format!("credentials-{name}");
            let place = Place { label: &label, name: &label, index: 0, serial: 0, parent };
            let mut own = Evidence::default();
            parent = self.create(oracle, &mut own, name, &[place]).await.first().copied();
            evidence.entries.append(&mut own.entries);
            if parent.is_none() {
                evidence.obstacles.push(format!("no {name} could be created for this case"));
                break;
            }
        }
        parent
    }

    /// Makes of a request one that would create a record, had it credentials: a target that looks at these last would refuse it for what it lacks.
    /// Should it be let in, the record is to lie where no other case looks. Gives that parent.
    async fn creates_apart(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource: &Resource,
        parts: &mut Parts,
    ) -> Option<RecordNumber> {
        let parent = self.scratch_parent(oracle, evidence, resource, "credentials").await?;
        let place = Place { label: "credentials", name: "credentials", index: 0, serial: 0, parent };
        let item = self.item(oracle, resource, place);
        let content = self.creation_content(oracle, resource, parent, std::slice::from_ref(&item));
        let create = resource.create.as_ref()?;
        let path = self.path_of(&create.operation, oracle, parent);
        *parts = Parts { path, content: content.map(Content::Json), ..Parts::default() };
        item.place(parts);
        parent
    }

    /// Puts ids that name nothing in the place of a request's path parameters.
    pub(super) fn lead_nowhere(&self, oracle: &Oracle, short: &str, parts: &mut Parts) {
        for (parameter, value) in &mut parts.path {
            let like = oracle.records().find(|(_, record)| record.id == *value).map(|(number, _)| number);
            *value = self.unknown_id(oracle, short, parameter, like);
        }
    }

    /// A good request without credentials, and with wrong ones; then one that would also be refused for other reasons.
    pub(super) async fn credentials(&self, oracle: &mut Oracle, evidence: &mut Evidence, case: &Case) {
        let mut usual = self.usual_parts(oracle, &case.operation);
        // Should the target delete without credentials, it is to be no record that another case looks at.
        let suite = std::sync::Arc::clone(&self.suite);
        let mut resources = suite.file().resources.iter();
        let deleted =
            resources.find(|(_, r)| r.delete.as_ref().is_some_and(|d| d.operation == case.operation));
        if let Some((resource, _)) = deleted
            && let Some(record) = self.apart(oracle, evidence, resource).await
        {
            usual.path = self.path_of(&case.operation, oracle, Some(record));
        }
        let wanted = Some(case.operation.as_str());
        let created = suite.file().resources.iter().find(|(_, resource)| resource.created_by() == wanted);
        let mut parent = None;
        if let Some((_, resource)) = created {
            parent = self.creates_apart(oracle, evidence, resource, &mut usual).await;
        }
        let mut nowhere = usual.clone();
        self.lead_nowhere(oracle, &case.operation, &mut nowhere);
        let form = self.suite.file().credentials.first();
        let wrong = |scheme: Option<&str>| -> Credentials {
            let other = form.map(|form| {
                let form = match scheme {
                    Some(scheme) if form.header.is_some() => {
                        CredentialForm { prefix: format!("{scheme} "), ..form.clone() }
                    }
                    _ => form.clone(),
                };
                credential(&form, &form.value(NOT_A_CREDENTIAL))
            });
            Credentials::Other(other.into_iter().collect())
        };
        let cut = self
            .client
            .usual_credentials()
            .iter()
            .map(|one| Credential { value: cut_short(&one.value), ..one.clone() });
        let cut: Vec<Credential> = cut.collect();
        // Content that breaks the document, and not only JSON: a framework may parse that before it looks at credentials.
        let operation = self.suite.operation(&case.operation);
        let schema = operation.request_body.as_ref().and_then(|body| body.content.first()?.schema.as_ref());
        let wrong_content = schema.and_then(|schema| {
            let contents = [serde_json::json!({ "specproof": [] }), serde_json::json!([])];
            contents.into_iter().find(|content| !schema.is_valid(content))
        });
        nowhere.content = wrong_content.map(Content::Json);
        let place = self.suite.file().operations.keys().position(|short| *short == case.operation);
        let other = if place.is_some_and(|place| place.is_multiple_of(2)) {
            ("unknown credentials", &usual, wrong(None))
        } else {
            ("wrong scheme", &usual, wrong(Some("Basic")))
        };
        let nearly = if place.is_some_and(|place| place.is_multiple_of(2)) {
            let longer = self.client.usual_credentials().iter().filter(|one| !is_basic(&one.value));
            let longer = longer.map(|one| Credential { value: format!("{}0", one.value), ..one.clone() });
            ("credentials with a character more", &usual, Credentials::Other(longer.collect()))
        } else {
            let empty = form.filter(|form| !form.basic).map(|form| credential(form, &form.value("")));
            ("credentials that are empty", &usual, Credentials::Other(empty.into_iter().collect()))
        };
        let cut = ("credentials without their last character", &usual, Credentials::Other(cut));
        // What is there only to make the others testable is asked the telling questions alone.
        let other = [cut, nearly, other].into_iter().filter(|_| !self.suite.is_seeding(operation));
        let cases = [
            ("no credentials", &usual, Credentials::None),
            ("no credentials, nothing there", &nowhere, Credentials::None),
        ];
        let expired = self.expired.clone().map(|expired| ("expired credentials", &usual, expired));
        for (what, parts, credentials) in cases.into_iter().chain(other).chain(expired) {
            let mut outgoing = self.outgoing(&case.operation, what, parts);
            outgoing.credentials = credentials;
            let entry = self.send(evidence, outgoing, Asked::Unauthenticated).await;
            self.remember_created(created, oracle, parent, evidence, entry);
            let ask = Ask::Credentials { what: what.to_owned() };
            evidence.probes.push(Probe { label: what.to_owned(), ask, entry });
        }
        self.token_alone(oracle, evidence, &case.operation).await;
    }
}

/// A credential where its form says.
fn credential(form: &CredentialForm, value: &str) -> Credential {
    let (place, name) = match form.place() {
        CredentialPlace::Header(name) => (client::Place::Header, name.to_lowercase()),
        CredentialPlace::Query(name) => (client::Place::Query, name.to_owned()),
    };
    Credential { place, name, value: value.to_owned() }
}

/// Whether a credential goes by the scheme Basic, whose text has no end that a character could be put at.
fn is_basic(value: &str) -> bool {
    value.split_once(' ').is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
}

/// A credential without its last character. Of one that goes by Basic (RFC 7617) the password is cut, or the name where there is no password: the
/// end of a Base64 text need not mean anything.
fn cut_short(value: &str) -> String {
    let without_last =
        |text: &str| text.chars().take(text.chars().count().saturating_sub(1)).collect::<String>();
    let pair = value
        .split_once(' ')
        .filter(|_| is_basic(value))
        .and_then(|(_, coded)| String::from_utf8(BASE64_STANDARD.decode(coded.trim()).ok()?).ok());
    match pair.as_deref().and_then(|pair| pair.split_once(':')) {
        None => without_last(value),
        Some((name, "")) => format!("Basic {}", BASE64_STANDARD.encode(format!("{}:", without_last(name)))),
        Some((name, password)) => {
            format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{}", without_last(password))))
        }
    }
}

/// Whether a path template, with its parameters in braces, stands for a path.
pub(super) fn stands_for(template: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (mut pattern, mut segments) = (template.split('/'), path.split('/'));
    loop {
        match (pattern.next(), segments.next()) {
            (None, None) => return true,
            (Some(wanted), Some(segment)) if wanted == segment || wanted.contains('{') => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_cut_where_it_means_something() {
        for (value, cut) in [
            ("Bearer abc", "Bearer ab"),
            ("session=ä1", "session=ä"),
            ("", ""),
            ("Basic dXNlcjpwYXNz", "Basic dXNlcjpwYXM="),
            ("Basic a2V5Og==", "Basic a2U6"),
            ("Basic ???", "Basic ??"),
        ] {
            assert_eq!(cut_short(value), cut, "{value}");
        }
    }

    #[test]
    fn a_template_stands_for_paths() {
        for (template, path, same) in [
            ("/a/{id}", "/a/search?x=/", true),
            ("/a/{id}", "/a/b/c", false),
            ("/a/{id}/c", "/a/b", false),
            ("/a/b", "/a/b", true),
            ("/a/b", "/a/c", false),
        ] {
            assert_eq!(stands_for(template, path), same, "{template} {path}");
        }
    }
}
