//! `specproof.toml`: finding it, and what it says of a target in the place of flags.

use std::path::{Path, PathBuf};

use specproof::config::{Config, Exceptions, TargetEntry};
use specproof::suite::nearest;

use super::arguments::{Access, Pace};
use super::failure::Failure;
use super::suites;

/// The file that is looked for in the working directory.
pub(super) const USUAL: &str = "specproof.toml";

/// The configuration, and the folder that its paths start from.
#[derive(Debug, Default)]
pub(super) struct Configured {
    pub(super) config: Config,
    place: String,
    folder: PathBuf,
}

/// What a name or a URL on the command line stands for.
#[derive(Debug)]
pub(super) struct Site<'a> {
    /// The base URL.
    pub(super) url: String,
    /// The name in the configuration, and what stands there.
    pub(super) entry: Option<(&'a str, &'a TargetEntry)>,
}

/// Reads the file that `--config` names, else `specproof.toml` in the working directory where there is one.
pub(super) fn find(named: Option<&Path>) -> Result<Configured, Failure> {
    let path = named.unwrap_or(Path::new(USUAL));
    if named.is_none() && !path.is_file() {
        return Ok(Configured::default());
    }
    let place = path.display().to_string();
    let config = Config::load(&place, &read(path)?).map_err(|error| Failure::usage(error.to_string()))?;
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok(Configured { config, place, folder })
}

/// Reads a file of known failures and skips.
pub(super) fn exceptions(path: &Path) -> Result<Exceptions, Failure> {
    Exceptions::load(&path.display().to_string(), &read(path)?)
        .map_err(|error| Failure::usage(error.to_string()))
}

pub(super) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))
}

impl Configured {
    /// What `word` stands for: a target of the configuration by name, else a base URL.
    pub(super) fn site<'a>(&'a self, word: &'a str) -> Result<Site<'a>, Failure> {
        if let Some(entry) = self.config.target(word) {
            return Ok(Site { url: entry.url.clone(), entry: Some((word, entry)) });
        }
        if word.contains([':', '/', '.']) || self.place.is_empty() {
            return Ok(Site { url: word.to_owned(), entry: None });
        }
        let names: Vec<&str> = self.config.names().collect();
        Err(Failure::usage(match nearest(word, names.iter().copied()) {
            Some(near) => format!("{}: there is no target `{word}`; did you mean `{near}`?", self.place),
            None if names.is_empty() => format!("{}: there is no target `{word}`: it names none", self.place),
            None => format!("{}: there is no target `{word}`: there are {}", self.place, names.join(", ")),
        }))
    }

    /// The suites that the configuration gives a target; paths start from its folder.
    pub(super) fn suites(&self, entry: Option<&TargetEntry>) -> Vec<String> {
        let from_here = |suite: &String| {
            if suites::is_bundled(suite) {
                suite.clone()
            } else {
                self.folder.join(suite).display().to_string()
            }
        };
        self.config.suites(entry).iter().map(from_here).collect()
    }

    /// The flags of a target with what the configuration says where they say nothing. `known` are the suites' variables.
    pub(super) fn access(
        &self,
        site: &Site<'_>,
        flags: &Access,
        known: &[&str],
        narrowed: bool,
    ) -> Result<Access, Failure> {
        let mut access = flags.clone();
        let Some((name, entry)) = site.entry else { return Ok(access) };
        let given = |flags: &[String], separator: char, field: &str| {
            flags.iter().filter_map(|flag| flag.split_once(separator)).any(|(name, _)| name.trim() == field)
        };
        for (field, value) in &entry.headers {
            if !given(&flags.headers, ':', field) {
                access.headers.push(format!("{field}: {value}"));
            }
        }
        for (field, variable) in &entry.header_envs {
            if !given(&flags.header_envs, '=', field) && !given(&flags.headers, ':', field) {
                access.header_envs.push(format!("{field}={variable}"));
            }
        }
        if access.bearer_env.is_none() {
            access.bearer_env.clone_from(&entry.bearer_env);
        }
        if access.other_bearer_env.is_none() && access.other_token_env.is_none() {
            access.other_bearer_env.clone_from(&entry.other_bearer_env);
            access.other_token_env.clone_from(&entry.other_token_env);
        }
        if access.expired_token_env.is_none() {
            access.expired_token_env.clone_from(&entry.expired_token_env);
        }
        for (variable, value) in &entry.variables {
            if known.contains(&variable.as_str()) {
                if !given(&flags.variables, '=', variable) {
                    access.variables.push(format!("{variable}={value}"));
                }
            } else if !narrowed {
                let hint = nearest(variable, known.iter().copied());
                let hint = hint.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                return Err(Failure::usage(format!(
                    "{}: targets.{name}.variables: no suite of this target has a variable `{variable}`{hint}",
                    self.place
                )));
            }
        }
        Ok(access)
    }

    /// The limits of a target with what the configuration says where the flags say nothing.
    pub(super) fn pace(site: &Site<'_>, flags: &Pace) -> Pace {
        let mut pace = flags.clone();
        if let Some((_, entry)) = site.entry {
            pace.jobs = pace.jobs.or(entry.limits.jobs);
            pace.timeout = pace.timeout.or(entry.limits.timeout);
            pace.max_requests = pace.max_requests.or(entry.limits.max_requests);
        }
        pace
    }
}
