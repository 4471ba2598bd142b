//! Cleanup: what a run created is deleted again, as far as the API has a way, children before parents.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::Driver;
use super::request::Parts;
use crate::evidence::{Asked, Evidence, RecordNumber};
use crate::oracle::Oracle;

/// How often a delete is tried again that something else stands in the way of.
const ROUNDS: usize = 5;
/// How long a target has between two rounds, to carry out deletes that it puts off.
const PAUSE: Duration = Duration::from_millis(300);

/// A record that stands in the target because of this run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Created {
    /// How deep it lies; deeper ones go first.
    depth: usize,
    /// Its resource.
    resource: String,
    /// Its id.
    id: String,
    /// The path parameters of the operation that deletes it.
    path: BTreeMap<String, String>,
}

impl Driver {
    /// Notes records that will have to be deleted.
    pub(super) fn remember(&self, resource_name: &str, oracle: &Oracle, records: &[RecordNumber]) {
        for number in records {
            let record = oracle.record(*number);
            self.remember_id(resource_name, oracle, record.parent, (&record.id, &record.acknowledged));
        }
    }

    /// Notes the record that an answer tells of, where one does.
    pub(super) fn remember_answer(
        &self,
        resource_name: &str,
        oracle: &Oracle,
        parent: Option<RecordNumber>,
        answer: Option<&Value>,
    ) {
        let resource = self.suite.resource(resource_name);
        let shown = answer.zip(resource.create.as_ref()).and_then(|(a, create)| create.answer.find(a));
        let Some(shown) = shown else { return };
        match resource.id.find(shown) {
            Some(Value::String(id)) => self.remember_id(resource_name, oracle, parent, (id, shown)),
            Some(Value::Number(id)) => {
                self.remember_id(resource_name, oracle, parent, (&id.to_string(), shown));
            }
            _ => {}
        }
    }

    /// Notes a record by its id and by what the target showed of it: both may stand in the path that deletes it.
    fn remember_id(
        &self,
        resource_name: &str,
        oracle: &Oracle,
        parent: Option<RecordNumber>,
        (id, shown): (&str, &Value),
    ) {
        let Some(delete) = &self.suite.resource(resource_name).delete else { return };
        let own = self.path_from(&delete.operation, resource_name, id, shown);
        // What does not name the record would delete something else.
        if own.is_empty() {
            return;
        }
        let mut path = self.path_of(&delete.operation, oracle, parent);
        path.extend(own);
        let depth = path.len();
        let created = Created { depth, resource: resource_name.to_owned(), id: id.to_owned(), path };
        self.created().insert(created);
    }

    /// The record at these path parameters is gone already; another one may have its id.
    pub(super) fn forget(&self, resource_name: &str, path: &BTreeMap<String, String>) {
        self.created().retain(|created| created.resource != resource_name || created.path != *path);
    }
}

/// Deletes what the run created; gives the exchanges and what was left behind, as sentences.
pub async fn clean(driver: &Driver) -> (Evidence, Vec<String>) {
    let (evidence, mut sentences) = remove(driver).await;
    for (name, resource) in &driver.suite.file().resources {
        let covered = resource.delete.is_some()
            || std::iter::successors(resource.parent.as_deref(), |parent| {
                driver.suite.resource(parent).parent.as_deref()
            })
            .any(|ancestor| driver.suite.resource(ancestor).delete.is_some());
        if !covered && driver.suite.file().seed.iter().any(|group| group.resource == *name) {
            sentences.push(format!("every {name} of this run, since the API has no way to delete one"));
        }
    }
    (evidence, sentences)
}

/// Deletes the records that the driver knows of, those that lie deepest first.
pub fn remove(driver: &Driver) -> BoxFuture<'_, (Evidence, Vec<String>)> {
    // Boxed as `runner::run` is.
    Box::pin(remove_created(driver))
}

async fn remove_created(driver: &Driver) -> (Evidence, Vec<String>) {
    let mut evidence = Evidence::default();
    let mut left: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut created: Vec<Created> = driver.created().iter().cloned().collect();
    created.sort_by(|a, b| b.depth.cmp(&a.depth).then(a.cmp(b)));
    for round in 0..=ROUNDS {
        let mut refused = Vec::new();
        for one in created {
            let Some(delete) = &driver.suite.resource(&one.resource).delete else { continue };
            let parts = Parts { path: one.path.clone(), ..Parts::default() };
            if let Some(parameter) = driver.lacking(&delete.operation, &parts).first() {
                let why = format!("nothing is known for the path parameter {parameter}");
                *left.entry((one.resource.clone(), why)).or_default() += 1;
                continue;
            }
            let outgoing = driver.outgoing(&delete.operation, "clean up", &parts);
            let entry = driver.send(&mut evidence, outgoing, Asked::Open).await;
            let why = match evidence.entries[entry].exchange.status() {
                Some(status) if (200..300).contains(&status) || status == 404 || status == 410 => continue,
                // A conflict passes once the target has carried out what it was told before.
                Some(409) if round < ROUNDS => {
                    refused.push(one);
                    continue;
                }
                Some(status) => format!("the target answered {status}"),
                None => match &evidence.entries[entry].exchange.outcome {
                    Err(error) => error.message.clone(),
                    Ok(_) => "the target did not answer".to_owned(),
                },
            };
            *left.entry((one.resource.clone(), why)).or_default() += 1;
        }
        if refused.is_empty() {
            break;
        }
        created = refused;
        tokio::time::sleep(PAUSE).await;
    }
    let sentences = left
        .into_iter()
        .map(|((resource, why), count)| format!("{count} records of resource {resource}, since {why}"))
        .collect();
    (evidence, sentences)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{forge, holding};
    use super::*;

    #[tokio::test]
    async fn what_the_path_takes_of_a_record_is_remembered_with_it() {
        for (shown, owner) in [
            (json!({"name": "a", "owner": {"login": "me"}}), Some("me")),
            (json!({"name": "a", "owner": {"login": 7}}), Some("7")),
            (json!({"name": "a", "owner": {"login": ""}}), None),
            (json!({"name": "a", "owner": {"login": null}}), None),
            (json!({"name": "a"}), None),
        ] {
            let (oracle, record) = holding(shown.clone());
            let (by_record, by_answer) = (forge(), forge());
            by_record.remember("repo", &oracle, &[record]);
            by_answer.remember_answer("repo", &oracle, None, Some(&shown));
            for driver in [by_record, by_answer] {
                let created: Vec<Created> = driver.created().iter().cloned().collect();
                let [created] = &created[..] else { panic!("{created:?}") };
                assert_eq!(created.path.get("repo").map(String::as_str), Some("a"), "{shown}");
                if owner.is_some() {
                    assert_eq!(created.path.get("owner").map(String::as_str), owner, "{shown}");
                    let own = driver.path_of("delete", &oracle, Some(record));
                    driver.forget("repo", &own);
                    assert!(driver.created().is_empty(), "{shown}");
                    continue;
                }
                let (evidence, left) = remove(&driver).await;
                assert!(evidence.entries.is_empty(), "nothing is sent: {shown}");
                let why = "1 records of resource repo, since nothing is known for the path parameter owner";
                assert_eq!(left, [why], "{shown}");
            }
        }
    }
}
