//! What HTTP itself demands: methods that a path does not have, and HEAD.

use super::Driver;
use super::request::{Content, Parts};
use super::values::Place;
use crate::client::Outgoing;
use crate::evidence::{Ask, Asked, Evidence, Probe, RecordNumber};
use crate::oracle::Oracle;
use crate::scenario::Case;
use crate::suite::Resource;

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
            let got = self.send(evidence, get.clone(), Asked::Good).await;
            let entry = self.send(evidence, head, Asked::Open).await;
            evidence.probes.push(Probe { label: "HEAD".to_owned(), ask: Ask::Head, entry });
            let answer = |entry: usize| evidence.entries[entry].exchange.response();
            let both = answer(entry).zip(answer(got));
            // Whether the content moves with the time, a GET behind HEAD tells.
            if both.is_some_and(|(head, get)| head.status == get.status && head.other_length(get).is_some()) {
                let mut behind = get.clone();
                "GET behind HEAD".clone_into(&mut behind.purpose);
                self.send(evidence, behind, Asked::Good).await;
            }
            self.conditional(evidence, get, got).await;
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
    pub(super) async fn apart(
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
    pub(super) async fn creates_apart(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource: &Resource,
        parts: &mut Parts,
    ) -> Option<RecordNumber> {
        let parent = self.scratch_parent(oracle, evidence, resource, "refused").await?;
        let place = Place { label: "refused", name: "refused", index: 0, serial: 0, parent };
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
