//! Seeding: the suite's records are created through the target's own API, and what it acknowledges goes into the oracle.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::Driver;
use super::request::Parts;
use super::values::Place;
use crate::document::Location;
use crate::event::SeedingProblem;
use crate::evidence::{Asked, Entry, Evidence, Exchange, RecordNumber, Response};
use crate::oracle::Oracle;
use crate::pagination::Style;
use crate::scenario::{Case, Kind, Scenario};
use crate::suite::{Bound, Make, SeedGroup};

/// The most code points of a refusal that a note repeats.
const SAID: usize = 160;

/// What came of seeding one suite.
#[derive(Debug, Default)]
pub struct Seeding {
    /// What the target acknowledged.
    pub oracle: Arc<Oracle>,
    /// The exchanges, by resource: the evidence of its `create` case.
    pub evidence: BTreeMap<String, Evidence>,
    /// The order in which those exchanges were sent: a resource, and which of its entries.
    pub order: Vec<(String, Range<usize>)>,
    /// Facts learnt on the way, as sentences.
    pub notes: Vec<String>,
    /// The resources that the target refused to create and that are therefore left out, each with the reason. In inferred suites only.
    pub refused: BTreeMap<String, String>,
    /// Why the target could not be seeded whole.
    pub problem: Option<SeedingProblem>,
}

impl Seeding {
    /// Adds exchanges that created nothing.
    pub(super) fn add(&mut self, mut evidence: Evidence) {
        let apart = self.evidence.entry(String::new()).or_default();
        let before = apart.entries.len();
        apart.entries.append(&mut evidence.entries);
        self.order.push((String::new(), before..apart.entries.len()));
    }
}

/// Creates all records of the suite, finds out its variables and the form of its cursors.
pub async fn seed(driver: &Driver) -> Seeding {
    let mut seeding = Seeding::default();
    if let Err(problem) = driver.discover(&mut seeding).await {
        seeding.problem = Some(problem);
        return seeding;
    }
    let suite = Arc::clone(&driver.suite);
    let mut serial = 0;
    let mut refusals: BTreeSet<u16> = BTreeSet::new();
    for group in &suite.file().seed {
        seeding.leave_out(driver, &group.resource);
        let parent = group.under.as_ref().and_then(|label| seeding.oracle.labelled(label));
        // What a group would lie in may be one of the few that were refused.
        let homeless = group.under.is_some() && parent.is_none();
        if homeless || seeding.refused.contains_key(&group.resource) {
            continue;
        }
        let sent = seeding.create(driver, group, parent, serial).await;
        serial += group.count;
        let Some(sent) = sent else { continue };
        let last = seeding.evidence[&group.resource].entries[sent.clone()].last();
        let last = last.map(|entry| entry.exchange.clone());
        if suite.file().inferred {
            refusals.extend(last.as_ref().and_then(Exchange::status));
            seeding.pass_over(group, sent, last.as_ref());
            continue;
        }
        let why = last.as_ref().map(failed).unwrap_or_default();
        seeding.problem = Some(SeedingProblem {
            message: format!(
                "no record of seed group `{}` ({}) could be created{why}",
                group.label, group.resource
            ),
            exchange: last.map(Box::new),
        });
        return seeding;
    }
    if seeding.oracle.records().next().is_none() && !refusals.is_empty() {
        if refusals.iter().all(|status| *status == 401 || (*status == 403 && !driver.authenticated)) {
            seeding.problem = Some(SeedingProblem {
                message: "the target wants credentials for every creation: give them with --token-env, --bearer-env or --header-env"
                    .to_owned(),
                exchange: None,
            });
            return seeding;
        }
        seeding.notes.push("nothing could be created, so only reading is judged".to_owned());
    }
    driver.look_up_lost(&mut seeding).await;
    driver.calibrate(&mut seeding).await;
    driver.see_orders(&mut seeding).await;
    seeding
}

impl Seeding {
    /// Creates the records of a group; where none was acknowledged, the entries that tell why, of the resource's evidence.
    async fn create(
        &mut self,
        driver: &Driver,
        group: &SeedGroup,
        parent: Option<RecordNumber>,
        serial: usize,
    ) -> Option<Range<usize>> {
        let place = |index| Place {
            label: &group.label,
            name: group.name.as_deref().unwrap_or(&group.label),
            index,
            serial: serial + index,
            parent,
        };
        let places: Vec<Place<'_>> = (0..group.count).map(place).collect();
        let oracle = Arc::make_mut(&mut self.oracle);
        let evidence = self.evidence.entry(group.resource.clone()).or_default();
        let before = evidence.entries.len();
        let most = group.batch.unwrap_or(usize::MAX);
        let made = driver.create_in_batches(oracle, evidence, &group.resource, &places, most).await;
        let sent = before..evidence.entries.len();
        self.order.push((group.resource.clone(), sent.clone()));
        (made.is_empty() && group.count > 0).then_some(sent)
    }

    /// Leaves a resource out where what it lies in is left out, or where nobody gave a value that it needs. In inferred suites only.
    fn leave_out(&mut self, driver: &Driver, resource: &str) {
        let lies_in = driver.suite.resource(resource).parent.as_ref();
        if let Some(why) = lies_in.and_then(|parent| self.refused.get(parent)).cloned() {
            self.refuse(resource, why);
        }
        let inferred = driver.suite.file().inferred;
        if let Some(variable) = driver.unknown_variable(resource).filter(|_| inferred) {
            self.refuse(resource, format!("{resource} needs {variable}: give one with --set {variable}=…"));
        }
    }

    /// Passes over a group of an inferred suite of which nothing could be created. Its values were made up by a guess: what refuses them accuses nobody.
    fn pass_over(&mut self, group: &SeedGroup, sent: Range<usize>, last: Option<&Exchange>) {
        let evidence = self.evidence.entry(group.resource.clone()).or_default();
        for entry in &mut evidence.entries[sent] {
            if entry.exchange.status().is_some_and(|status| (400..500).contains(&status)) {
                entry.asked = Asked::Open;
            }
        }
        if self.oracle.records().any(|(_, record)| record.resource == group.resource) {
            let (resource, label) = (&group.resource, &group.label);
            self.notes.push(format!("no {resource} of the seed group `{label}` could be created"));
            return;
        }
        let answer = last.and_then(Exchange::response).map_or_else(
            || "the target did not answer".to_owned(),
            |response| {
                let said: String = response.body.text().chars().take(SAID).collect();
                format!("the target answered {} {said}", response.status)
            },
        );
        self.refuse(&group.resource, format!("no {} could be created: {answer}", group.resource));
    }

    /// A resource is left out from now on.
    fn refuse(&mut self, resource: &str, why: String) {
        if !self.refused.contains_key(resource) {
            self.notes.push(format!("{resource} is left out: {why}"));
            self.refused.insert(resource.to_owned(), why);
        }
    }

    /// The exchanges that a case about creation is judged by where the target could not be seeded whole. None where what failed only says that the
    /// target is out of service, wants other credentials, or is not the API at all.
    pub fn of_creation(&self, case: &Case) -> Option<&Evidence> {
        let Scenario::Create { resource } = &case.scenario else { return None };
        let failed = self.problem.as_ref()?.exchange.as_ref()?;
        let nothing = self.oracle.records().next().is_none();
        let is_page = |answer: &Response| answer.essence().is_some_and(|essence| essence == "text/html");
        let elsewhere = match failed.status() {
            Some(401 | 403 | 407 | 429 | 502..=504) => true,
            // What was acknowledged shows that the API stands where it was looked for.
            Some(300..=399 | 404 | 405) => nothing,
            // A page for people comes from some other server.
            Some(200..=299) => nothing && failed.response().is_some_and(is_page),
            _ => false,
        };
        self.evidence.get(resource).filter(|evidence| !elsewhere && !evidence.entries.is_empty())
    }

    /// Why a case cannot be run, where it needs a resource that the target refused to create, or a value that nobody gave.
    pub fn missing(&self, driver: &Driver, case: &Case) -> Option<String> {
        let file = driver.suite.file();
        if !file.inferred {
            return self.nameless(driver, case);
        }
        if let Scenario::Create { resource } = &case.scenario
            && self
                .evidence
                .get(resource)
                .is_some_and(|evidence| evidence.entries.iter().any(failed_to_answer))
        {
            // Whatever was sent, a server error is none of the sender's.
            return None;
        }
        let collection = case.scenario.collection().map(|name| &file.collections[name]);
        let mut needed: Vec<&str> = match collection {
            // Without a scope the list is there, whoever wrote into it.
            Some(collection) => collection.scope.as_deref().into_iter().collect(),
            None => case.scenario.resource().into_iter().collect(),
        };
        let operation = driver.suite.operation(&case.operation);
        for parameter in operation.parameters.iter().filter(|p| p.location == Location::Path) {
            match driver.suite.bound(&case.operation, &parameter.name) {
                Some(Bound::Variable { variable }) if driver.variable(variable).is_none() => {
                    return Some(format!(
                        "nothing is known for {variable}: give one with --set {variable}=…"
                    ));
                }
                Some(Bound::Resource(resource)) if collection.is_none_or(|c| c.scope.is_some()) => {
                    needed.push(resource);
                }
                _ => {}
            }
        }
        if matches!(case.scenario, Scenario::Content) {
            let created =
                file.resources.iter().filter(|(_, r)| r.created_by() == Some(case.operation.as_str()));
            needed.extend(created.map(|(name, _)| name.as_str()));
        }
        let refused = needed.iter().find_map(|resource| self.refused.get(*resource)).cloned();
        refused.or_else(|| self.nameless(driver, case))
    }

    /// Why a case that asks for what there is cannot ask: nothing is known for a path parameter of its operation.
    fn nameless(&self, driver: &Driver, case: &Case) -> Option<String> {
        let short = case.operation.as_str();
        let mut resources = driver.suite.file().resources.values();
        // These create what they name.
        let creates = match case.scenario.kind() {
            Kind::Create | Kind::Update | Kind::Delete | Kind::Content | Kind::Together | Kind::Expire => {
                true
            }
            Kind::Credentials => resources.any(|resource| {
                let deleted_by = resource.delete.as_ref().map(|delete| delete.operation.as_str());
                [resource.created_by(), deleted_by].contains(&Some(short))
            }),
            _ => false,
        };
        if creates {
            return None;
        }
        let usual = driver.usual_parts(&self.oracle, short);
        let lacking = driver.lacking(short, &usual);
        // What lies in a record that is not known has no list to be asked for, though its ancestors are known.
        let is_unknown =
            |resource: &str| self.oracle.records().all(|(_, record)| record.resource != resource);
        let none_known = |parameter: &&str| match driver.suite.bound(short, parameter) {
            Some(Bound::Resource(resource) | Bound::Member { resource, .. }) => is_unknown(resource),
            _ => false,
        };
        let parameter = lacking.iter().copied().find(none_known).or(lacking.first().copied())?;
        Some(match driver.suite.bound(short, parameter) {
            Some(Bound::Variable { variable }) => {
                format!("nothing is known for {variable}: give one with --set {variable}=…")
            }
            Some(Bound::Resource(resource) | Bound::Member { resource, .. }) => {
                format!("no {resource} is known that could stand for the path parameter {parameter}")
            }
            None => format!("nothing is known for the path parameter {parameter}"),
        })
    }
}

/// Whether the target broke down over a request.
fn failed_to_answer(entry: &Entry) -> bool {
    entry.exchange.status().is_some_and(|status| status >= 500)
}

impl Driver {
    /// A variable without a value that the creation of a resource needs.
    fn unknown_variable(&self, resource_name: &str) -> Option<String> {
        let resource = self.suite.resource(resource_name);
        let short = resource.created_by()?;
        let fields = resource.fields.values().filter_map(|field| match &field.make {
            Some(Make::Variable(name)) => Some(name),
            _ => None,
        });
        let parameters = self.suite.operation(short).parameters.iter();
        let bound = parameters.filter(|p| p.location == Location::Path).filter_map(|p| {
            match self.suite.bound(short, &p.name) {
                Some(Bound::Variable { variable }) => Some(variable),
                _ => None,
            }
        });
        fields.chain(bound).find(|name| self.variable(name).is_none()).cloned()
    }

    /// Finds the variables that the user did not give in the target.
    pub(super) async fn discover(&self, seeding: &mut Seeding) -> Result<(), SeedingProblem> {
        for (name, variable) in &self.suite.file().variables {
            let Some(discover) = &variable.discover else { continue };
            if self.variable(name).is_some() {
                continue;
            }
            let mut evidence = Evidence::default();
            let outgoing = self.outgoing(&discover.operation, "discover", &Parts::default());
            let entry = self.send(&mut evidence, outgoing, Asked::Good).await;
            let number = |value: &Value| value.is_number().then(|| value.to_string());
            let found = evidence.json(entry).and_then(|json| discover.pointer.find(json));
            let found = found.and_then(|value| value.as_str().map(str::to_owned).or_else(|| number(value)));
            if found.is_none() && self.suite.file().inferred {
                seeding
                    .notes
                    .push(format!("{} names no {name}: what needs one is left out", discover.operation));
                seeding.evidence.entry(String::new()).or_default().entries.append(&mut evidence.entries);
                continue;
            }
            let Some(found) = found else {
                let exchange = evidence.entries.pop().map(|e| Box::new(e.exchange));
                let why = exchange.as_deref().map(failed).unwrap_or_default();
                return Err(SeedingProblem {
                    message: format!(
                        "the target names no {name} ({}){why}; or give one with --set {name}=…",
                        variable.description
                    ),
                    exchange,
                });
            };
            seeding.add(evidence);
            self.set_variable(name, found);
        }
        Ok(())
    }

    /// Finds out which form of a cursor each collection honours.
    pub(super) async fn calibrate(&self, seeding: &mut Seeding) {
        let suite = Arc::clone(&self.suite);
        for (name, collection) in &suite.file().collections {
            let Style::TimestampCursor(style) = &collection.style else { continue };
            let mut evidence = Evidence::default();
            let honoured = self.honoured_forms(&seeding.oracle, &mut evidence, collection, style).await;
            seeding.add(evidence);
            if let Some(form) = honoured.first() {
                self.set_form(name, *form);
            }
            let names: Vec<String> = honoured.iter().map(|form| form.name().to_owned()).collect();
            seeding.notes.push(if names.is_empty() {
                format!("{}: no form of a cursor could be seen to be honoured", collection.operation)
            } else {
                format!("{}: cursors are honoured as {}", collection.operation, names.join(" and as "))
            });
        }
    }
}

/// What a request came to that everything else needs, and how to mend that.
fn failed(exchange: &Exchange) -> String {
    let operation = &exchange.operation;
    let (what, mend) = match &exchange.outcome {
        Err(error) => (error.message.clone(), None),
        Ok(response) => {
            let mend = match response.status {
                401 | 403 => Some("give credentials with --bearer-env VAR or --header-env NAME=VAR"),
                404 | 405 => {
                    Some("see whether the base URL is the API's, with the path that it stands under")
                }
                300..=399 => Some("give the URL that it redirects to, since redirects are not followed"),
                429 => Some("send fewer requests with --rate"),
                500.. => Some("see the target's log"),
                _ => None,
            };
            let coded = response.header("content-encoding").filter(|_| response.is_success());
            let what = match coded {
                Some(coding) => {
                    format!("it answered {} in the coding {coding}, which was not asked for", response.status)
                }
                None if response.is_success() => {
                    format!("it answered {} without what was looked for", response.status)
                }
                None => format!("it answered {}", response.status),
            };
            (what, mend)
        }
    };
    let mend = mend.map(|mend| format!(": {mend}")).unwrap_or_default();
    format!(": {operation}: {what}{mend}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{forge, holding};
    use super::*;

    #[test]
    fn a_case_says_what_its_path_lacks() {
        let driver = forge();
        let fetch = || Scenario::Fetch { resource: "repo".to_owned() };
        let whole = json!({"name": "a", "owner": {"login": "me"}});
        let lacks = Some("no repo is known that could stand for the path parameter owner");
        for (shown, operation, scenario, missing) in [
            (Some(whole.clone()), "fetch", fetch(), None),
            (Some(whole), "fetch", Scenario::Parameters, None),
            (Some(json!({"name": "a"})), "fetch", Scenario::Parameters, lacks),
            (None, "fetch", fetch(), lacks),
            (None, "fetch", Scenario::Credentials, lacks),
            (None, "delete", Scenario::Methods, lacks),
            // These create what they name.
            (None, "delete", Scenario::Credentials, None),
            (None, "delete", Scenario::Delete { resource: "repo".to_owned() }, None),
            (None, "create", Scenario::Credentials, None),
        ] {
            let oracle = shown.map(|shown| holding(shown).0).unwrap_or_default();
            let seeding = Seeding { oracle: Arc::new(oracle), ..Seeding::default() };
            let case = Case { id: "forge::case".to_owned(), operation: operation.to_owned(), scenario };
            assert_eq!(seeding.missing(&driver, &case).as_deref(), missing, "{case:?}");
        }
    }
}
