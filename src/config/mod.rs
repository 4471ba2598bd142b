//! What a user sets down once in `specproof.toml`: targets, suites, known failures and skips. [`Config`] is the file, checked.
//!
//! Loading is as strict as that of suites: an unknown key is an error with file, line and the nearest valid name. Nothing is
//! read from the environment here; what is secret is only named, and the command line looks it up.

mod edit;
mod model;

pub use edit::{Removal, edited};
pub use model::{ConfigFile, KnownFailure, KnownFile, Skip, TargetEntry, TargetLimits};

use jiff::civil::Date;
use thiserror::Error;
use toml::Spanned;

use crate::suite::{line_of, nearest, told};

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file is not TOML, or has a key or a value that the format does not have.
    #[error("{place}: {message}{hint}")]
    Syntax {
        /// File and line.
        place: String,
        /// What the reader met.
        message: String,
        /// The nearest valid name, as a further line, or nothing.
        hint: String,
    },
    /// The file holds something that means nothing.
    #[error("{place}: {message}")]
    Meaning {
        /// File and line.
        place: String,
        /// What is wrong, with the mend.
        message: String,
    },
}

/// An entry of a file, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// File and line, as in `specproof.toml:12`.
    pub place: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// The entry.
    pub entry: T,
}

/// Known failures and skips, from one file or several.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    /// What is known to be wrong.
    pub failures: Vec<Placed<KnownFailure>>,
    /// What is not run.
    pub skips: Vec<Placed<Skip>>,
}

/// A configuration file that was checked.
#[derive(Clone, Debug, Default)]
pub struct Config {
    file: ConfigFile,
    exceptions: Exceptions,
}

impl Config {
    /// Reads `specproof.toml`. `place` is the file's name for messages.
    pub fn load(place: &str, text: &str) -> Result<Self, ConfigError> {
        let mut file: ConfigFile = read(place, text)?;
        let wrong = |key: &str, message: String| {
            let at = text.find(key).unwrap_or(0);
            Err(ConfigError::Meaning { place: format!("{place}:{}", line_of(text, at)), message })
        };
        let names: Vec<&str> = file.targets.keys().map(String::as_str).collect();
        if let Some(name) = &file.default_target
            && !names.contains(&name.as_str())
        {
            return wrong("default-target", unknown_target(name, &names));
        }
        for (name, target) in &file.targets {
            if name.contains("://") || name.contains(['/', '=']) {
                let message = format!("`{name}` cannot name a target: leave out `/`, `=` and `://`");
                return wrong(name, message);
            }
            for (what, limit) in [
                ("jobs", target.limits.jobs.map(|jobs| (1..=256).contains(&jobs))),
                ("timeout", target.limits.timeout.map(|seconds| (1..=86_400).contains(&seconds))),
                ("max-requests", target.limits.max_requests.map(|most| most > 0)),
            ] {
                if limit == Some(false) {
                    return wrong(what, format!("targets.{name}.limits.{what} is out of bounds"));
                }
            }
        }
        let failures = std::mem::take(&mut file.known_failures);
        let skips = std::mem::take(&mut file.skips);
        let exceptions = exceptions(place, text, failures, skips)?;
        for (at, target) in exceptions.targets() {
            if !file.targets.contains_key(target) {
                let names: Vec<&str> = file.targets.keys().map(String::as_str).collect();
                let message = unknown_target(target, &names);
                return Err(ConfigError::Meaning { place: at.to_owned(), message });
            }
        }
        Ok(Self { file, exceptions })
    }

    /// The names of the targets, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.file.targets.keys().map(String::as_str)
    }

    /// The target of this name.
    pub fn target(&self, name: &str) -> Option<&TargetEntry> {
        self.file.targets.get(name)
    }

    /// The name of the target that is meant where none is named.
    pub fn default_target(&self) -> Option<&str> {
        self.file.default_target.as_deref()
    }

    /// The suites of a target, or those for targets that name none.
    pub fn suites<'a>(&'a self, target: Option<&'a TargetEntry>) -> &'a [String] {
        target
            .map(|target| target.suites.as_slice())
            .filter(|own| !own.is_empty())
            .unwrap_or(&self.file.suites)
    }

    /// All known failures and skips.
    pub fn exceptions(&self) -> &Exceptions {
        &self.exceptions
    }
}

impl Exceptions {
    /// Reads a file of known failures and skips alone.
    pub fn load(place: &str, text: &str) -> Result<Self, ConfigError> {
        let file: KnownFile = read(place, text)?;
        exceptions(place, text, file.known_failures, file.skips)
    }

    /// Takes in those of another file.
    pub fn add(&mut self, other: Self) {
        self.failures.extend(other.failures);
        self.skips.extend(other.skips);
    }

    /// Those that are about a target, or about all of them.
    #[must_use]
    pub fn of(&self, target: Option<&str>) -> Self {
        let about = |named: Option<&str>| named.is_none() || named == target;
        Self {
            failures: self.failures.iter().filter(|f| about(f.entry.target.as_deref())).cloned().collect(),
            skips: self.skips.iter().filter(|s| about(s.entry.target.as_deref())).cloned().collect(),
        }
    }

    /// The targets that entries name, with the entries' places.
    fn targets(&self) -> impl Iterator<Item = (&str, &str)> {
        let of_failures = self.failures.iter().map(|f| (f.place.as_str(), f.entry.target.as_deref()));
        let of_skips = self.skips.iter().map(|s| (s.place.as_str(), s.entry.target.as_deref()));
        of_failures.chain(of_skips).filter_map(|(place, target)| Some((place, target?)))
    }
}

fn read<T: serde::de::DeserializeOwned>(place: &str, text: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let told = told(place, text, &error);
        ConfigError::Syntax { place: told.place, message: told.message, hint: told.hint }
    })
}

fn unknown_target(name: &str, names: &[&str]) -> String {
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("there is no target `{name}`; did you mean `{near}`?"),
        None if names.is_empty() => format!("there is no target `{name}`: no [targets] stand in this file"),
        None => format!("there is no target `{name}`: there are {}", names.join(", ")),
    }
}

fn exceptions(
    place: &str,
    text: &str,
    failures: Vec<Spanned<KnownFailure>>,
    skips: Vec<Spanned<Skip>>,
) -> Result<Exceptions, ConfigError> {
    let mut known = Exceptions::default();
    for spanned in failures {
        let place = format!("{place}:{}", line_of(text, spanned.span().start));
        let entry = spanned.into_inner();
        let until = checked(&place, &entry.operation, &entry.reason, entry.until.as_deref())?;
        let same = |other: &KnownFailure| {
            (&other.operation, &other.rule, &other.input, &other.target)
                == (&entry.operation, &entry.rule, &entry.input, &entry.target)
        };
        if let Some(earlier) = known.failures.iter().find(|earlier| same(&earlier.entry)) {
            let message = format!("the same failure stands at {} already: delete one of them", earlier.place);
            return Err(ConfigError::Meaning { place, message });
        }
        known.failures.push(Placed { place, until, entry });
    }
    for spanned in skips {
        let place = format!("{place}:{}", line_of(text, spanned.span().start));
        let entry = spanned.into_inner();
        let until = checked(&place, &entry.operation, &entry.reason, entry.until.as_deref())?;
        known.skips.push(Placed { place, until, entry });
    }
    Ok(known)
}

/// What known failures and skips have in common; gives the last day.
fn checked(
    place: &str,
    operation: &str,
    reason: &str,
    until: Option<&str>,
) -> Result<Option<Date>, ConfigError> {
    let wrong = |message: String| ConfigError::Meaning { place: place.to_owned(), message };
    if !matches!(operation.split("::").collect::<Vec<_>>()[..], [suite, name] if !suite.is_empty() && !name.is_empty())
    {
        return Err(wrong(format!("operation `{operation}` is written as `suite::operation`")));
    }
    if reason.trim().is_empty() {
        return Err(wrong("say why, in `reason`".to_owned()));
    }
    let Some(until) = until else { return Ok(None) };
    match until.parse::<Date>() {
        Ok(date) if date.to_string() == until => Ok(Some(date)),
        _ => Err(wrong(format!("until = `{until}` is no day: write it as `2027-01-31`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
suites = ["honcho"]
default-target = "local"

[targets.local]
url = "http://127.0.0.1:8000"

[targets.staging]
url = "https://api.example.org/base"
suites = ["mielto", "suites/own.toml"]
headers = { X-Trace = "on" }
header-envs = { X-API-KEY = "API_KEY" }
bearer-env = "API_TOKEN"
variables = { agent-id = "7" }
allow-remote = true
limits = { jobs = 2, timeout = 5, max-requests = 600 }

# The list is rebuilt at night.
[[known-failures]]
operation = "honcho::get_messages"
rule = "PAG003"
input = "main size=7"
reason = "the list is rebuilt at night"
link = "https://example.org/7"
until = "2027-01-31"

[[known-failures]]
target = "staging"
operation = "honcho::get_messages"
rule = "PAG003"
input = "main size=7"
reason = "an old version"

[[skips]]
operation = "honcho::search_messages"
case = "walk"
reason = "it is not offered"
"#;

    #[test]
    fn a_whole_file_is_read() {
        let config = Config::load("specproof.toml", WHOLE).unwrap();
        assert_eq!(config.names().collect::<Vec<_>>(), ["local", "staging"]);
        assert_eq!(config.default_target(), Some("local"));
        assert_eq!(config.suites(config.target("local")), ["honcho"]);
        assert_eq!(config.suites(config.target("staging")), ["mielto", "suites/own.toml"]);
        let known = config.exceptions();
        let places: Vec<&str> = known.failures.iter().map(|f| f.place.as_str()).collect();
        assert_eq!(places, ["specproof.toml:19", "specproof.toml:27"]);
        assert_eq!(known.failures[0].until, Some(jiff::civil::date(2027, 1, 31)));
        assert_eq!(known.skips[0].place, "specproof.toml:34");
        for (target, failures) in [(None, 1), (Some("local"), 1), (Some("staging"), 2)] {
            assert_eq!(known.of(target).failures.len(), failures, "{target:?}");
        }
    }

    #[test]
    fn a_slip_is_named_with_its_line_and_the_nearest_name() {
        for (right, wrong, line, parts) in [
            ("default-target", "default-tagret", 3, &["did you mean `default-target`?"] as &[&str]),
            ("= \"local\"", "= \"locla\"", 3, &["no target `locla`", "did you mean `local`?"]),
            ("bearer-env", "bearer-nev", 13, &["unknown field `bearer-nev`", "did you mean `bearer-env`?"]),
            ("max-requests", "max-request", 16, &["did you mean `max-requests`?"]),
            ("jobs = 2", "jobs = 0", 16, &["targets.staging.limits.jobs is out of bounds"]),
            ("input =", "inputs =", 22, &["did you mean `input`?"]),
            ("\"2027-01-31\"", "\"2027-02-31\"", 19, &["is no day", "2027-01-31"]),
            ("reason = \"an old version\"", "reason = \" \"", 27, &["say why"]),
            ("target = \"staging\"", "target = \"stagign\"", 27, &["did you mean `staging`?"]),
            ("target = \"staging\"\n", "", 27, &["the same failure stands at specproof.toml:19 already"]),
            ("honcho::search_messages", "search_messages", 34, &["written as `suite::operation`"]),
        ] {
            assert!(WHOLE.contains(right), "{right}");
            let error = Config::load("specproof.toml", &WHOLE.replacen(right, wrong, 1)).unwrap_err();
            let message = error.to_string();
            assert!(message.starts_with(&format!("specproof.toml:{line}: ")), "{wrong}: {message}");
            for part in parts {
                assert!(message.contains(part), "{wrong}: {message}");
            }
        }
    }

    #[test]
    fn a_file_of_exceptions_has_no_targets() {
        let message = Exceptions::load("known.toml", "[targets.a]\nurl = \"http://a\"\n").unwrap_err();
        assert!(message.to_string().contains("unknown field `targets`"), "{message}");
        assert!(Exceptions::load("known.toml", "").unwrap().failures.is_empty());
    }
}
