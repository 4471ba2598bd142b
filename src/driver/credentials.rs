//! Credentials that lack, that are wrong, and right ones in other forms.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use super::Driver;
use super::request::{Content, Parts};
use super::writes::update_content;
use crate::client::{self, Credential, Credentials, NOT_A_CREDENTIAL};
use crate::evidence::{Ask, Asked, Evidence, Probe, RecordNumber};
use crate::oracle::Oracle;
use crate::scenario::Case;
use crate::suite::{CredentialForm, CredentialPlace, Resource};

/// One thing to ask: what it is called, the credentials, and what is asked by them.
type Question = (String, Credentials, Ask);

impl Driver {
    /// A good request without credentials, and with wrong ones; then one that would also be refused for other reasons.
    pub(super) async fn credentials(&self, oracle: &mut Oracle, evidence: &mut Evidence, case: &Case) {
        let mut usual = self.usual_parts(oracle, &case.operation);
        let suite = std::sync::Arc::clone(&self.suite);
        let mut own = self.own_to_be_changed(oracle, evidence, &case.operation, &mut usual).await;
        let wanted = Some(case.operation.as_str());
        let created = suite.file().resources.iter().find(|(_, resource)| resource.created_by() == wanted);
        let mut parent = None;
        if let Some((_, resource)) = created {
            parent = self.creates_apart(oracle, evidence, resource, &mut usual).await;
        }
        let mut nowhere = usual.clone();
        self.lead_nowhere(oracle, &case.operation, &mut nowhere);
        // Content that breaks the document, and not only JSON: a framework may parse that before it looks at credentials.
        let operation = self.suite.operation(&case.operation);
        let schema = operation.request_body.as_ref().and_then(|body| body.content.first()?.schema.as_ref());
        let wrong_content = schema.and_then(|schema| {
            let contents = [json!({ "specproof": [] }), json!([])];
            contents.into_iter().find(|content| !schema.is_valid(content))
        });
        nowhere.content = wrong_content.map(Content::Json);
        let lacking = |what: &str, credentials| {
            (what.to_owned(), credentials, Ask::Credentials { what: what.to_owned() })
        };
        let mut questions: Vec<(Question, &Parts)> = vec![
            (lacking("no credentials", Credentials::None), &usual),
            (lacking("no credentials, nothing there", Credentials::None), &nowhere),
        ];
        questions.extend(self.other_credentials(&case.operation).into_iter().map(|q| (q, &usual)));
        let expired = self.expired.clone().map(|expired| lacking("expired credentials", expired));
        questions.extend(expired.map(|question| (question, &usual)));
        // Right credentials come last: what they do is no trace of what was refused.
        questions.sort_by_key(|((_, _, ask), _)| !matches!(ask, Ask::Credentials { .. }));
        for ((what, credentials, ask), parts) in questions {
            if matches!(ask, Ask::CredentialForm { .. })
                && let Some(own) = own.take()
            {
                self.is_unchanged(oracle, evidence, own).await;
            }
            let mut outgoing = self.outgoing(&case.operation, &what, parts);
            outgoing.credentials = credentials;
            let asked = match ask {
                Ask::Credentials { .. } => Asked::Unauthenticated,
                _ => Asked::Open,
            };
            let entry = self.send(evidence, outgoing, asked).await;
            self.remember_created(created, oracle, parent, evidence, entry);
            evidence.probes.push(Probe { label: what, ask, entry });
        }
        if let Some(own) = own {
            self.is_unchanged(oracle, evidence, own).await;
        }
        if let Some((name, resource)) = created {
            self.what_refusals_left(oracle, evidence, (name, resource), (parent, &usual)).await;
        }
        self.token_alone(oracle, evidence, &case.operation).await;
    }

    /// Makes of a request one that would delete or change a record, had it credentials: one that no other case looks at. Gives that record, and the
    /// field that would be changed with what it holds.
    async fn own_to_be_changed(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        short: &str,
        usual: &mut Parts,
    ) -> Option<(RecordNumber, Option<(String, Value)>)> {
        let suite = std::sync::Arc::clone(&self.suite);
        let mut resources = suite.file().resources.iter();
        let deletes = |resource: &Resource| resource.delete.as_ref().is_some_and(|d| d.operation == short);
        if let Some((name, _)) = resources.clone().find(|(_, resource)| deletes(resource)) {
            let record = self.apart(oracle, evidence, name).await?;
            usual.path = self.path_of(short, oracle, Some(record));
            return Some((record, None));
        }
        let (name, resource, update) = resources.find_map(|(name, resource)| {
            let update = resource.update.as_ref().filter(|update| update.operation == short)?;
            (resource.created_by() != Some(short)).then_some((name, resource, update))
        })?;
        let parent = self.scratch_parent(oracle, evidence, resource, "credentials").await?;
        let record = self.scratch_record(oracle, evidence, name, "credentials", parent).await?;
        let value = json!({ "changed": "without credentials" });
        let value = self.other_value(oracle, (resource, update), record, 1, value);
        usual.path = self.path_of(short, oracle, Some(record));
        usual.content = Some(Content::Json(update_content(oracle, (resource, update), record, value)));
        let read = resource.fields.get(&update.field)?.read.as_ref();
        let held = read.and_then(|read| read.find(&oracle.record(record).acknowledged)).cloned();
        Some((record, held.map(|held| (update.field.clone(), held))))
    }

    /// Asks for a record that requests without credentials were to delete or to change.
    async fn is_unchanged(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (record, field): (RecordNumber, Option<(String, Value)>),
    ) {
        let held = oracle.record(record);
        let label = "fetched after refusals";
        match field {
            Some((field, value)) => {
                let ask = Ask::FetchAfterRefusals { record, field, value };
                self.fetch_changed(oracle, evidence, record, label, ask).await;
            }
            None if self.suite.resource(&held.resource).fetch.is_some() => {
                self.fetch_changed(oracle, evidence, record, label, Ask::FetchKept { record }).await;
            }
            None => self.what_came_of_it(oracle, evidence, &held.resource, held.parent).await,
        }
    }

    /// Wrong credentials, right ones in other forms, ones with a character more, and empty ones. What is there only to make the others testable is not asked them. Each of the others is asked with
    /// credentials that are nobody's or lack their last character, and they share the rest between them: a target looks at credentials in one place.
    fn other_credentials(&self, short: &str) -> Vec<Question> {
        let Some((turn, sharing)) = self.suite.credential_turn(short) else { return Vec::new() };
        let lacking = |what: &str, credentials| {
            let credentials = Credentials::Other(credentials);
            (what.to_owned(), credentials, Ask::Credentials { what: what.to_owned() })
        };
        let form = self.suite.file().credentials.first();
        let nobodys = |form: CredentialForm| vec![credential(&form, &form.value(NOT_A_CREDENTIAL))];
        let unknown = form.cloned().map(nobodys).unwrap_or_default();
        let mut all = vec![lacking("unknown credentials", unknown)];
        for form in self.suite.file().credentials.iter().skip(1) {
            let (CredentialPlace::Header(name) | CredentialPlace::Query(name)) = form.place();
            all.push(lacking(&format!("unknown credentials in {name}"), nobodys(form.clone())));
        }
        let other_forms = self.other_forms();
        if let Some(form) = form.filter(|form| form.header.is_some() && other_forms.is_empty()) {
            let basic = CredentialForm { prefix: "Basic ".to_owned(), ..form.clone() };
            all.push(lacking("wrong scheme", nobodys(basic)));
        }
        let longer = self.client.usual_credentials().iter().filter(|one| !is_basic(&one.value));
        let longer: Vec<Credential> =
            longer.map(|one| Credential { value: format!("{}0", one.value), ..one.clone() }).collect();
        let mut nearly = Vec::new();
        nearly.extend((!longer.is_empty()).then(|| lacking("credentials with a character more", longer)));
        let empty = form.filter(|form| !form.basic).map(|form| vec![credential(form, &form.value(""))]);
        nearly.extend(empty.map(|empty| lacking("credentials that are empty", empty)));
        let all = all.into_iter().chain(other_forms).chain(nearly);
        let mut own: Vec<Question> =
            all.enumerate().filter(|(i, _)| i % sharing == turn).map(|(_, one)| one).collect();
        if turn > 0 || sharing == 1 {
            let cut = self.client.usual_credentials().iter();
            let cut = cut.map(|one| Credential { value: cut_short(&one.value), ..one.clone() });
            own.insert(0, lacking("credentials without their last character", cut.collect()));
        }
        own
    }

    /// The right credentials by another scheme, without one, with its scheme in the other case (RFC 9110, section 11.1), and in the suite's further forms.
    fn other_forms(&self) -> Vec<Question> {
        let form = |what: &str, good: bool, credential: Credential| {
            let ask = Ask::CredentialForm { what: what.to_owned(), good };
            (what.to_owned(), Credentials::Other(vec![credential]), ask)
        };
        let [usual] = self.client.usual_credentials() else { return Vec::new() };
        let mut forms = Vec::new();
        let token = match usual.value.split_once(' ') {
            Some((scheme, token))
                if usual.name == "authorization" && scheme.eq_ignore_ascii_case("bearer") =>
            {
                let with = |value: String| Credential { value, ..usual.clone() };
                forms.push(form("the token by the scheme Basic", false, with(format!("Basic {token}"))));
                forms.push(form("the token without a scheme", false, with(token.to_owned())));
                let lower = format!("{} {token}", scheme.to_lowercase());
                forms.push(form("the scheme in lower case", true, with(lower)));
                token
            }
            _ => usual.value.as_str(),
        };
        let mut stated = self.suite.file().credentials.iter();
        let first = stated.next().is_some_and(|one| credential(one, &one.value(token)).value == usual.value);
        for other in stated.filter(|other| first && !other.basic && other.cookie.is_none()) {
            let one = credential(other, &other.value(token));
            forms.push(form(&format!("the token in {}", one.name), true, one));
        }
        forms
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
}
