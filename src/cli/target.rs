//! What the flags say of the target, made into a [`Target`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use specproof::client::{Secret, check_base};
use specproof::setup::{Shown, Target};
use specproof::suite::{Suite, nearest};
use tokio::time::Instant;
use url::Url;

use super::arguments::{Access, Pace};
use super::failure::Failure;

/// The target at a base URL, with the header fields, secrets, variables and limits that the flags give.
pub(super) fn target(
    base_url: &str,
    access: &Access,
    pace: &Pace,
    suites: &[Arc<Suite>],
) -> Result<Target, Failure> {
    let url: Url = base_url.parse().map_err(|error| {
        let hint = if base_url.contains("://") { "" } else { "; it starts with http:// or https://" };
        Failure::usage(format!("base URL `{}` is not a URL: {error}{hint}", harmless(base_url)))
    })?;
    check_base(&url).map_err(|error| Failure::usage(error.to_string()))?;
    let mut target = Target::new(url);
    for header in &access.headers {
        target.headers.push(pair(header, ':', "--header", "'NAME: VALUE'")?);
    }
    if let Some(variable) = &access.bearer_env {
        let value = secret(variable, "--bearer-env")?;
        target.headers.push(("Authorization".to_owned(), format!("Bearer {value}")));
        target.secrets.push(Secret { name: variable.clone(), value });
    }
    for header in &access.header_envs {
        let (name, variable) = pair(header, '=', "--header-env", "NAME=VAR")?;
        let value = secret(&variable, "--header-env")?;
        target.headers.push((name, value.clone()));
        target.secrets.push(Secret { name: variable, value });
    }
    if let Some(variable) = &access.token_env {
        if suites.iter().all(|suite| suite.file().credentials.is_empty()) {
            let message =
                "--token-env: no selected suite says how credentials are sent; give --header-env NAME=VAR";
            return Err(Failure::usage(message));
        }
        target.token = Some(Secret { name: variable.clone(), value: secret(variable, "--token-env")? });
    }
    let shown = |variable: &Option<String>, flag: &str| -> Result<Option<Secret>, Failure> {
        let Some(variable) = variable else { return Ok(None) };
        Ok(Some(Secret { name: variable.clone(), value: secret(variable, flag)? }))
    };
    target.other_user = match shown(&access.other_bearer_env, "--other-bearer-env")? {
        Some(secret) => Some(Shown::Bearer(secret)),
        None => shown(&access.other_token_env, "--other-token-env")?.map(Shown::Usual),
    };
    target.expired = shown(&access.expired_token_env, "--expired-token-env")?.map(Shown::Usual);
    target.variables = variables(&access.variables, suites)?;
    target.timeout = pace.timeout.map(Duration::from_secs);
    target.max_requests = pace.max_requests;
    target.rate = pace.rate;
    let now = Instant::now();
    let whole = Duration::from_secs(pace.max_time);
    target.deadline = Some(now + whole - cleanup_share(whole));
    target.cleanup_deadline = Some(now + whole);
    target.concurrency = target.concurrency.max(pace.jobs());
    Ok(target)
}

/// The part of a run's time that is kept back for cleaning up: a fifth, and half a minute at most.
fn cleanup_share(whole: Duration) -> Duration {
    (whole / 5).min(Duration::from_secs(30))
}

/// A base URL that is none, without the parts in which secrets stand.
fn harmless(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, rest)| format!("…@{rest}"))
}

/// Two parts, without blanks around them.
fn pair(text: &str, separator: char, flag: &str, form: &str) -> Result<(String, String), Failure> {
    match text.split_once(separator) {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        // What was given may hold a secret, so it is not repeated.
        _ => Err(Failure::usage(format!("{flag} is written as {form}"))),
    }
}

/// A secret from the environment.
fn secret(variable: &str, flag: &str) -> Result<String, Failure> {
    match std::env::var(variable) {
        Ok(value) if !value.trim().is_empty() => Ok(value.trim().to_owned()),
        Ok(_) => Err(Failure::usage(format!("{flag}: the environment variable `{variable}` is empty"))),
        Err(std::env::VarError::NotPresent) if is_usual(variable) => {
            Err(Failure::usage(format!("{flag}: there is no environment variable `{variable}`")))
        }
        // Whoever mistakes the flag gives the secret in place of the name, so that is not repeated.
        Err(std::env::VarError::NotPresent) => Err(Failure::usage(format!(
            "{flag}: there is no environment variable of the name given; give the name of a variable, not the secret"
        ))),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::usage(format!("{flag}: the environment variable `{variable}` is not Unicode")))
        }
    }
}

/// Whether a name looks as names of variables do, and not as a secret.
fn is_usual(name: &str) -> bool {
    name.bytes().all(|octet| octet.is_ascii_uppercase() || octet.is_ascii_digit() || octet == b'_')
}

/// The suites' variables that the user gives; each must be one of some selected suite.
fn variables(given: &[String], suites: &[Arc<Suite>]) -> Result<BTreeMap<String, String>, Failure> {
    let known: Vec<&str> =
        suites.iter().flat_map(|suite| suite.file().variables.keys().map(String::as_str)).collect();
    let mut variables = BTreeMap::new();
    for text in given {
        let (name, value) = pair(text, '=', "--set", "NAME=VALUE")?;
        if !known.contains(&name.as_str()) {
            return Err(Failure::usage(match nearest(&name, known.iter().copied()) {
                Some(near) => {
                    format!("--set: no selected suite has a variable `{name}`; did you mean `{near}`?")
                }
                None if known.is_empty() => {
                    format!("--set: no selected suite has variables, so none is `{name}`")
                }
                None => format!(
                    "--set: no selected suite has a variable `{name}`: there are {}",
                    known.join(", ")
                ),
            }));
        }
        variables.insert(name, value);
    }
    Ok(variables)
}
