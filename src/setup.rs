//! Setting up: the bundled suites, suites and documents from files ([`Folders`]), and the [`Job`]s that a run is made of.
//!
//! The command line and the tests start runs in the same way through this module. It reads files that it is given by name, and
//! nothing else from its surroundings: time, chance and secrets are passed in.

mod folders;

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use url::{Host, Url};

pub use folders::Folders;

use crate::client::{self, Client, ClientError, ClientOptions, Credential, Credentials, Recording, Secret};
use crate::document::Document;
use crate::driver::Driver;
use crate::known::Register;
use crate::plan::{Terms, plan};
use crate::runner::Job;
use crate::suite::{CredentialForm, CredentialPlace, Suite, SuiteError};

/// The longest file that is read, in octets.
const MOST_OCTETS: u64 = 50_000_000;

/// A suite that is part of the program.
#[derive(Debug)]
pub struct Bundled {
    /// Its name.
    pub name: &'static str,
    /// The text of its suite file.
    suite: &'static str,
    /// The text of its document.
    document: &'static str,
}

macro_rules! bundled {
    ($($name:literal),+ $(,)?) => {
        [$(Bundled {
            name: $name,
            suite: include_str!(concat!("../specs/", $name, "/suite.toml")),
            document: include_str!(concat!("../specs/", $name, "/openapi.yaml")),
        }),+]
    };
}

/// All bundled suites, in the order in which they are run.
pub static BUNDLED: [Bundled; 3] = bundled!["honcho", "elizaos", "mielto"];

impl Bundled {
    /// The bundled suite of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        BUNDLED.iter().find(|bundled| bundled.name == name)
    }

    /// Reads the suite and its document.
    pub fn load(&self) -> Result<Suite, SuiteError> {
        let folder = format!("specs/{}", self.name);
        Suite::load(&format!("{folder}/suite.toml"), self.suite, |document| {
            Ok(Document::from_text(&format!("{folder}/{document}"), self.document)?)
        })
    }
}

/// Reads a file whole, but no more than any document may have: a path may lead to a device that never ends.
fn read_text(path: &Path) -> io::Result<String> {
    let mut octets = Vec::new();
    std::fs::File::open(path)?.take(MOST_OCTETS + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > MOST_OCTETS {
        let message = format!("it has more than {MOST_OCTETS} bytes; split it or cut it down");
        return Err(io::Error::other(message));
    }
    String::from_utf8(octets).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::other(format!("it is not UTF-8 text, at byte {at}"))
    })
}

/// A secret beside the usual one, and how it is shown.
#[derive(Clone, Debug)]
pub enum Shown {
    /// As `Authorization: Bearer`.
    Bearer(Secret),
    /// Where each suite's usual form of credentials says.
    Usual(Secret),
}

impl Shown {
    fn secret(&self) -> &Secret {
        match self {
            Self::Bearer(secret) | Self::Usual(secret) => secret,
        }
    }

    /// The credential in the place where it goes; `None` where the suite has no usual form.
    fn credential(&self, suite: &Suite) -> Option<Credential> {
        let (place, name, value) = match self {
            Self::Bearer(secret) => {
                (client::Place::Header, "authorization".to_owned(), format!("Bearer {}", secret.value))
            }
            Self::Usual(secret) => {
                let form = suite.file().credentials.first()?;
                let (place, name) = match form.place() {
                    CredentialPlace::Header(name) => (client::Place::Header, name.to_lowercase()),
                    CredentialPlace::Query(name) => (client::Place::Query, name.to_owned()),
                };
                (place, name, form.value(&secret.value))
            }
        };
        Some(Credential { place, name, value })
    }
}

/// What is known of a target before anything is sent. It has no `Debug`, since its header fields may hold credentials.
#[derive(Clone)]
pub struct Target {
    /// Where it is.
    pub base_url: Url,
    /// Header fields for every request.
    pub headers: Vec<(String, String)>,
    /// Query parameters for every request, which all carry credentials.
    pub query: Vec<(String, String)>,
    /// Values that must not be recorded.
    pub secrets: Vec<Secret>,
    /// A secret that goes where each suite's usual form of credentials says.
    pub token: Option<Secret>,
    /// What another user shows, who may not see what a run creates.
    pub other_user: Option<Shown>,
    /// What somebody shows whose time is over.
    pub expired: Option<Shown>,
    /// The longest a request may take; nothing for the client's own limit.
    pub timeout: Option<Duration>,
    /// The most requests of one suite, in place of the suite's own limit.
    pub max_requests: Option<usize>,
    /// When the time for cases is used up; never, where nothing is given.
    pub deadline: Option<Instant>,
    /// When the time for cleaning up is used up.
    pub cleanup_deadline: Option<Instant>,
    /// The most requests a second.
    pub rate: Option<f64>,
    /// The most requests in flight.
    pub concurrency: usize,
    /// Values of the suites' variables; each suite takes those that it has.
    pub variables: BTreeMap<String, String>,
    /// A recording that answers in the place of the target.
    pub recording: Option<Arc<Recording>>,
}

impl Target {
    /// A target without credentials.
    pub fn new(base_url: Url) -> Self {
        let concurrency = ClientOptions::new(base_url.clone()).concurrency;
        Self {
            base_url,
            headers: Vec::new(),
            query: Vec::new(),
            secrets: Vec::new(),
            token: None,
            other_user: None,
            expired: None,
            timeout: None,
            max_requests: None,
            deadline: None,
            cleanup_deadline: None,
            rate: None,
            concurrency,
            variables: BTreeMap::new(),
            recording: None,
        }
    }

    /// The same target for somebody who shows a token in the suite's usual form. Recordings show the variable in its place.
    /// Where the suite has no such form, nothing changes.
    #[must_use]
    pub fn with_token(&self, suite: &Suite, variable: &str, token: &str) -> Self {
        let mut target = self.clone();
        // What has no colon is no `user:password`.
        let fits = |form: &&CredentialForm| !form.basic || token.contains(':');
        let forms = &suite.file().credentials;
        if let Some(form) = forms.iter().find(fits).or(forms.first()) {
            let value = form.value(token);
            match form.place() {
                CredentialPlace::Header(name) => target.headers.push((name.to_owned(), value)),
                CredentialPlace::Query(name) => target.query.push((name.to_owned(), value)),
            }
            target.secrets.push(Secret { name: variable.to_owned(), value: token.to_owned() });
        }
        target
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.base_url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => {
                address.is_loopback() || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
            }
            // RFC 6761, section 6.3: names under `localhost` are the loopback address.
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.').to_ascii_lowercase();
                name == "localhost" || name.ends_with(".localhost")
            }
            None => false,
        }
    }
}

/// What all jobs of a run have in common.
#[derive(Clone, Debug, Default)]
pub struct Common {
    /// The number that all values come from.
    pub seed: u64,
    /// The name under which the run's records stand.
    pub namespace: String,
    /// Patterns of which a case or one of its rules must match at least one; empty for all.
    pub only: Vec<String>,
    /// Patterns of which none may match.
    pub skip: Vec<String>,
    /// Whether nothing may be created: cases that write are left out.
    pub read_only: bool,
    /// The longest that a case may wait for something to happen in the target by itself.
    pub max_wait: Duration,
    /// The longest that a case waits for a deletion to be carried out that is carried out later.
    pub deletion_wait: Duration,
    /// What is known to be wrong, and what is not to be run.
    pub known: Arc<Register>,
    /// The shares of each document that must be touched, in percent, by dimension of coverage.
    pub required: BTreeMap<String, u8>,
}

/// One suite on one target, planned and ready to be run.
pub fn job(suite: &Arc<Suite>, target: &Target, common: &Common) -> Result<Job, ClientError> {
    let with_token = target.token.as_ref().map(|token| target.with_token(suite, &token.name, &token.value));
    let target = with_token.as_ref().unwrap_or(target);
    let mut options = ClientOptions::new(target.base_url.clone());
    options.headers.clone_from(&target.headers);
    options.query.clone_from(&target.query);
    options.secrets.clone_from(&target.secrets);
    let further = target.other_user.iter().chain(&target.expired);
    options.secrets.extend(further.map(|shown| shown.secret().clone()));
    options.timeout = target.timeout.unwrap_or(options.timeout);
    options.connect_timeout = options.connect_timeout.min(options.timeout);
    let max_requests = target.max_requests.or(suite.file().limits.requests);
    options.max_requests = max_requests;
    options.deadline = target.deadline;
    options.cleanup_deadline = target.cleanup_deadline;
    options.rate = target.rate;
    options.concurrency = target.concurrency;
    options.recording.clone_from(&target.recording);
    let variables = target
        .variables
        .iter()
        .filter(|(name, _)| suite.file().variables.contains_key(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let client = Client::new(options)?;
    let mut driver = Driver::new(client, Arc::clone(suite), common.seed, common.namespace.clone(), variables);
    let shown = |shown: &Option<Shown>| {
        let credential = shown.as_ref()?.credential(suite)?;
        Some(Credentials::Other(vec![credential]))
    };
    driver.other_user = shown(&target.other_user);
    driver.expired = shown(&target.expired);
    driver.max_wait = common.max_wait;
    driver.deletion_wait = common.deletion_wait;
    let terms = Terms {
        authenticated: driver.authenticated,
        other_user: driver.other_user.is_some(),
        read_only: common.read_only,
        only: common.only.clone(),
        skip: common.skip.clone(),
        max_wait: common.max_wait,
        known: Arc::clone(&common.known),
    };
    let plan = plan(suite, &terms);
    Ok(Job {
        driver,
        plan,
        max_requests,
        known: Arc::clone(&common.known),
        required: common.required.clone(),
    })
}

/// The name of a run, made from the time in milliseconds and three numbers that chance gave.
pub fn namespace(unix_ms: u64, chance: [u8; 3]) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let digit = |number: u64| char::from(DIGITS[usize::try_from(number % 36).unwrap_or(0)]);
    let mut time = Vec::new();
    let mut rest = unix_ms;
    while rest > 0 || time.is_empty() {
        time.push(digit(rest));
        rest /= 36;
    }
    let time = time.into_iter().rev();
    "specproof-".chars().chain(time).chain(chance.into_iter().map(|number| digit(number.into()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_suite_loads_under_its_own_name() {
        for bundled in &BUNDLED {
            let suite = bundled.load().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(suite.name(), bundled.name);
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (url, expected) in [
            ("http://127.0.0.1:8000", true),
            ("http://127.1.2.3", true),
            ("http://localhost:1", true),
            ("http://LOCALHOST.", true),
            ("http://api.localhost", true),
            ("http://[::1]:80", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://10.0.0.1", false),
            ("http://0.0.0.0", false),
            ("http://localhost.example.org", false),
            ("https://api.example.org", false),
        ] {
            assert_eq!(Target::new(url.parse().unwrap()).is_loopback(), expected, "{url}");
        }
    }

    #[test]
    fn a_name_is_made_of_time_and_chance() {
        for (unix_ms, chance, expected) in [
            (0, [0, 0, 0], "specproof-0000"),
            (35, [1, 35, 36], "specproof-z1z0"),
            (1_700_000_000_000, [7, 8, 255], "specproof-loyw3v28783"),
        ] {
            assert_eq!(namespace(unix_ms, chance), expected);
        }
    }
}
