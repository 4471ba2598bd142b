//! The driver: the only part that decides what is sent. It seeds the target, walks lists, sends probes, and hands back evidence.
//!
//! It judges nothing. What it cannot send it writes down as an obstacle, so that the rules which needed it are inconclusive.

mod arguments;
mod batches;
mod bounds;
mod cleanup;
mod combinations;
mod conditions;
mod content;
mod creation;
mod credentials;
mod deletion;
mod expiry;
mod extras;
mod filters;
mod fitting;
mod form;
mod gzip;
mod http;
mod items;
mod links;
mod list;
mod orders;
mod pages;
mod parameters;
mod perform;
mod protocol;
mod request;
mod seed;
mod shrinking;
mod survey;
mod tenants;
#[cfg(test)]
mod testing;
mod together;
mod tokens;
mod unknown;
mod unknown_arguments;
mod values;
mod walks;
mod writes;

pub use cleanup::{clean, remove};
pub use perform::perform;
pub use seed::{Seeding, seed};
pub use survey::{adopt, leftovers};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use crate::client::{Client, Credentials};
use crate::pagination::CursorForm;
use crate::suite::Suite;

/// One suite on one target.
#[derive(Debug)]
pub struct Driver {
    /// What sends.
    pub client: Client,
    /// What is judged.
    pub suite: Arc<Suite>,
    /// The number that all values come from.
    pub seed: u64,
    /// The name under which this run's records stand: `specproof-…`, `[A-Za-z0-9_-]` only.
    pub namespace: String,
    /// Whether the target was given credentials.
    pub authenticated: bool,
    /// What another user shows, who may not see what this run creates.
    pub other_user: Option<Credentials>,
    /// Credentials that were good once.
    pub expired: Option<Credentials>,
    /// The longest that a case may wait for something to happen in the target by itself.
    pub max_wait: std::time::Duration,
    /// The longest that a case waits for a deletion to be carried out.
    pub deletion_wait: std::time::Duration,
    /// The values of the suite's variables that the user gave.
    given: BTreeMap<String, String>,
    /// The values of the suite's variables, given or discovered.
    variables: RwLock<BTreeMap<String, String>>,
    /// The form of a cursor that each collection honours, by collection.
    forms: RwLock<BTreeMap<String, CursorForm>>,
    /// The tag that the target gave last to what stands at a path.
    tags: Mutex<BTreeMap<String, String>>,
    /// Where the document says that the API is served: links into these lead into the target.
    servers: Vec<url::Url>,
    /// What will have to be deleted.
    created: Mutex<BTreeSet<cleanup::Created>>,
}

impl Driver {
    /// A driver that has sent nothing yet. `variables` are those that the user gave.
    pub fn new(
        client: Client,
        suite: Arc<Suite>,
        seed: u64,
        namespace: String,
        variables: BTreeMap<String, String>,
    ) -> Self {
        let authenticated = !client.usual_credentials().is_empty();
        let servers = suite.document().servers().iter().filter_map(|s| url::Url::parse(&s.url).ok());
        let servers = servers.filter(|url| !url.cannot_be_a_base()).collect();
        Self {
            client,
            suite,
            seed,
            namespace,
            authenticated,
            other_user: None,
            expired: None,
            max_wait: std::time::Duration::ZERO,
            deletion_wait: std::time::Duration::ZERO,
            given: variables.clone(),
            variables: RwLock::new(variables),
            forms: RwLock::default(),
            tags: Mutex::default(),
            servers,
            created: Mutex::default(),
        }
    }

    /// The values of the suite's variables that the user gave.
    pub fn given(&self) -> &BTreeMap<String, String> {
        &self.given
    }

    /// The value of a variable, if it has one by now.
    fn variable(&self, name: &str) -> Option<String> {
        let known = self.variables.read().expect("no holder of this lock panics").get(name).cloned();
        known.or_else(|| self.suite.file().variables.get(name)?.default.clone())
    }

    fn set_variable(&self, name: &str, value: String) {
        self.variables.write().expect("no holder of this lock panics").insert(name.to_owned(), value);
    }

    /// The form in which this collection's cursors are sent.
    fn form(&self, collection: &str, usual: CursorForm) -> CursorForm {
        self.forms.read().expect("no holder of this lock panics").get(collection).copied().unwrap_or(usual)
    }

    fn created(&self) -> MutexGuard<'_, BTreeSet<cleanup::Created>> {
        self.created.lock().expect("no holder of this lock panics")
    }

    fn set_form(&self, collection: &str, form: CursorForm) {
        self.forms.write().expect("no holder of this lock panics").insert(collection.to_owned(), form);
    }
}
