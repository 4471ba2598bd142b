//! For tests: a driver of an API whose paths name a record by its id and by a member of it. It sends nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Driver;
use crate::client::{Client, ClientOptions};
use crate::document::Document;
use crate::evidence::RecordNumber;
use crate::oracle::{Oracle, Record};
use crate::suite::Suite;

const DOCUMENT: &str = r#"
openapi: 3.1.0
info: { title: forge, version: "1" }
paths:
  /repos:
    post:
      operationId: create
      responses: { "201": { description: made, content: { application/json: { schema: { type: object } } } } }
  /repos/{owner}/{repo}:
    parameters:
      - { name: owner, in: path, required: true, schema: { type: string } }
      - { name: repo, in: path, required: true, schema: { type: string } }
    get:
      operationId: fetch
      responses: { "200": { description: the repository, content: { application/json: { schema: { type: object } } } } }
    delete:
      operationId: delete
      responses: { "204": { description: gone } }
"#;

const SUITE: &str = r#"
name = "forge"
document = "forge.yaml"

[operations]
create = "create"
fetch = "fetch"
delete = "delete"

[bind]
owner = { resource = "repo", at = "/owner/login" }
repo = "repo"

[resources.repo]
id = "/name"
create = { operation = "create" }
fetch = { operation = "fetch" }
delete = { operation = "delete" }

[[seed]]
label = "main"
resource = "repo"
"#;

/// The driver, with nothing seeded.
pub(super) fn forge() -> Driver {
    let open = || Document::from_text("forge.yaml", DOCUMENT).unwrap();
    let suite = Suite::load("forge", SUITE, |_| Ok(open())).unwrap_or_else(|error| panic!("{error}"));
    let client = Client::new(ClientOptions::new("http://127.0.0.1:9".parse().unwrap())).unwrap();
    Driver::new(client, Arc::new(suite), 1, "specproof-test".to_owned(), BTreeMap::new())
}

/// What is known once the repository `a` was acknowledged by this representation.
pub(super) fn holding(shown: Value) -> (Oracle, RecordNumber) {
    let mut oracle = Oracle::default();
    let record = oracle.add(Record {
        resource: "repo".to_owned(),
        label: "main".to_owned(),
        index: 0,
        parent: None,
        id: "a".to_owned(),
        sent: Arc::default(),
        acknowledged: Arc::new(shown),
        marker: None,
        moment: 0,
    });
    (oracle, record)
}
