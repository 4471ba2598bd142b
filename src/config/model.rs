//! `specproof.toml`, key by key. These types are the file's format: field names are its keys, in kebab-case.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// What a user has set down about targets: where they are, what is asked of them, and what is known to be wrong with them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConfigFile {
    /// Suites for targets that name none: bundled ones by name, others by path relative to this file.
    #[serde(default)]
    pub suites: Vec<String>,
    /// The target that `specproof check` takes when the command line names none.
    #[serde(default)]
    pub default_target: Option<String>,
    /// Targets by name, for `specproof check NAME`.
    #[serde(default)]
    pub targets: BTreeMap<String, TargetEntry>,
    /// What is known to be wrong. Each entry is still run, must fail, and must match something.
    #[serde(default)]
    #[schemars(with = "Vec<KnownFailure>")]
    pub known_failures: Vec<Spanned<KnownFailure>>,
    /// What is not run, each with its reason. Each entry must match something.
    #[serde(default)]
    #[schemars(with = "Vec<Skip>")]
    pub skips: Vec<Spanned<Skip>>,
}

/// A file of known failures and skips alone, for `--known-failures FILE`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KnownFile {
    /// What is known to be wrong. Each entry is still run, must fail, and must match something.
    #[serde(default)]
    #[schemars(with = "Vec<KnownFailure>")]
    pub known_failures: Vec<Spanned<KnownFailure>>,
    /// What is not run, each with its reason. Each entry must match something.
    #[serde(default)]
    #[schemars(with = "Vec<Skip>")]
    pub skips: Vec<Spanned<Skip>>,
}

/// One system under test. A flag of the command line takes the place of what stands here.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetEntry {
    /// Base URL: `http` or `https`, host, port and an optional path.
    pub url: String,
    /// Its suites: bundled ones by name, others by path relative to this file.
    #[serde(default)]
    pub suites: Vec<String>,
    /// Header fields for every request. Secrets do not belong here but in `header-envs`.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Header fields whose values come from environment variables: field, and variable. They are never recorded.
    #[serde(default)]
    pub header_envs: BTreeMap<String, String>,
    /// The environment variable whose value is sent as `Authorization: Bearer`. It is never recorded.
    #[serde(default)]
    pub bearer_env: Option<String>,
    /// The environment variable with the bearer token of another user, who may not see what a run creates. It is never recorded.
    #[serde(default)]
    pub other_bearer_env: Option<String>,
    /// The environment variable with the credentials of another user, sent as each suite's credentials say. It is never recorded.
    #[serde(default)]
    pub other_token_env: Option<String>,
    /// The environment variable with credentials whose time is over, sent as each suite's credentials say. It is never recorded.
    #[serde(default)]
    pub expired_token_env: Option<String>,
    /// Values of the suites' variables, such as the id of an agent.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Whether a target that is not on this machine may be written to.
    #[serde(default)]
    pub allow_remote: bool,
    /// How fast, and how much at most.
    #[serde(default)]
    pub limits: TargetLimits,
}

/// How fast a target is asked, and how much at most.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetLimits {
    /// Cases that are run side by side, 1 to 256.
    #[serde(default)]
    #[schemars(range(min = 1, max = 256))]
    pub jobs: Option<usize>,
    /// The longest time for one request, in seconds.
    #[serde(default)]
    #[schemars(range(min = 1, max = 86_400))]
    pub timeout: Option<u64>,
    /// The most requests of one suite.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub max_requests: Option<usize>,
}

/// One failure that is known: a rule that is broken on an operation, with one input. It hides nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KnownFailure {
    /// Suite and operation, as in `honcho::get_messages`.
    pub operation: String,
    /// The rule's code, such as `PAG003`.
    pub rule: String,
    /// The input that shows it, as reports name it; equal in every run.
    pub input: String,
    /// Why it is put up with.
    pub reason: String,
    /// Where it is dealt with, such as an issue's address.
    #[serde(default)]
    pub link: Option<String>,
    /// The last day on which it is put up with, as `2027-01-31`.
    #[serde(default)]
    #[schemars(extend("format" = "date"))]
    pub until: Option<String>,
    /// The target that it is about; all of them where none is named.
    #[serde(default)]
    pub target: Option<String>,
}

impl std::fmt::Display for KnownFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let target = self.target.as_ref().map(|target| format!(" on {target}")).unwrap_or_default();
        write!(f, "{} {} {}{target}", self.operation, self.rule, self.input)
    }
}

/// Something that is not run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Skip {
    /// Suite and operation, as in `honcho::search_messages`.
    pub operation: String,
    /// The case, such as `walk`; all cases of the operation where none is named.
    #[serde(default)]
    pub case: Option<String>,
    /// Why, such as that the target does not offer it.
    pub reason: String,
    /// Where that is said or dealt with.
    #[serde(default)]
    pub link: Option<String>,
    /// The last day on which it is left out, as `2027-01-31`.
    #[serde(default)]
    #[schemars(extend("format" = "date"))]
    pub until: Option<String>,
    /// The target that it is about; all of them where none is named.
    #[serde(default)]
    pub target: Option<String>,
}

impl std::fmt::Display for Skip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.case {
            Some(case) => write!(f, "skip {}::{case}", self.operation),
            None => write!(f, "skip {}", self.operation),
        }
    }
}
