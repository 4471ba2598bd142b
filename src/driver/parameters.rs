//! Parameters at both sides of every bound that the document sets.

use std::collections::BTreeMap;

use super::Driver;
use super::list::{Ask as ListAsk, may_be_absent};
use super::request::{Parts, encode};
use crate::document::{Location, Parameter, ParameterStyle};
use crate::evidence::{Ask, Asked, Evidence, Probe, WalkKind};
use crate::generate::{instance, wire_specimens};
use crate::oracle::Oracle;
use crate::scenario::Case;
use crate::suite::{Bound, OverLargest, Suite};

/// The length of a very long parameter: many times what anybody sends, and less than what makes common servers give up on a request line.
const LONG: usize = 6_000;

/// Whether a text under the parameter's own name is what the target reads: not where its members stand under names of their own, nor where the
/// text is one of another media type.
fn is_plain(parameter: &Parameter) -> bool {
    matches!(parameter.style, ParameterStyle::Form | ParameterStyle::Simple) && parameter.media_type.is_none()
}

/// A page size over the maximum that was sent already, and need not be sent again as a value that the document forbids.
struct Oversized<'s> {
    parameter: &'s str,
    size: String,
    asked: Asked,
    entry: usize,
}

impl Driver {
    /// Every query and header parameter of an operation, one value at a time, the rest known to be good.
    pub(super) async fn parameters(&self, oracle: &Oracle, evidence: &mut Evidence, case: &Case) {
        let operation = self.suite.operation(&case.operation);
        let usual = self.usual_parts(oracle, &case.operation);
        // A cookie of ours would take the place of the one that shows who asks.
        let cookies = self.client.usual_credentials().iter().all(|credential| credential.name != "cookie");
        let varied = |p: &&Parameter| match p.location {
            Location::Query | Location::Header => is_plain(p),
            Location::Cookie => cookies,
            Location::Path => false,
        };
        let oversized = self.over_maximum(oracle, evidence, case).await;
        for parameter in operation.parameters.iter().filter(varied) {
            let resolve = |reference: &str| self.suite.document().reference(reference);
            let is_valid = |value: &serde_json::Value| parameter.schema.is_valid(value);
            for specimen in wire_specimens(parameter.schema.value(), &resolve, &is_valid) {
                // A valid filter value or cursor that we made up asks for something that may not exist; only bounds are asked for.
                if specimen.valid
                    && !matches!(
                        specimen.keyword,
                        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "enum"
                    )
                {
                    continue;
                }
                if is_of_format(parameter, specimen.keyword) {
                    continue;
                }
                let label = format!("{} {}", parameter.name, specimen.label);
                let mut parts = usual.clone();
                set(&mut parts, parameter, &specimen.text);
                let asked = match (specimen.valid, specimen.lenient) {
                    (_, true) => Asked::Open,
                    // A page of a high number lies past the end.
                    (true, false) if starts_page(&self.suite, &case.operation, &parameter.name) => {
                        Asked::Open
                    }
                    (true, false) => Asked::Good,
                    (false, false) if self.is_lowered(&case.operation, parameter, specimen.keyword) => {
                        Asked::Open
                    }
                    (false, false) => self.asked_of_invalid(&case.operation),
                };
                let sent = oversized.iter().find(|sent| {
                    sent.parameter == parameter.name && sent.size == specimen.text && sent.asked == asked
                });
                let entry = if let Some(sent) = sent {
                    sent.entry
                } else {
                    let outgoing = self.outgoing(&case.operation, &label, &parts);
                    self.send(evidence, outgoing, asked).await
                };
                let (keyword, place) = (specimen.keyword.to_owned(), parameter.name.clone());
                let ask = if specimen.valid {
                    Ask::ValidEdge { keyword, place }
                } else {
                    Ask::InvalidEdge { keyword, place }
                };
                evidence.probes.push(Probe { label, ask, entry });
            }
        }
        self.styled(oracle, evidence, case).await;
        self.odd_texts(oracle, evidence, case).await;
        if !self.suite.is_seeding(operation) {
            self.odd_queries(oracle, evidence, case).await;
        }
    }

    /// Parameters whose values are lists or objects, written in their own style and in another one: whatever the target reads in them, it survives them. The
    /// members of a `deepObject` are parameters of their own, each with the values that its schema does not allow.
    async fn styled(&self, oracle: &Oracle, evidence: &mut Evidence, case: &Case) {
        let operation = self.suite.operation(&case.operation);
        let usual = self.usual_parts(oracle, &case.operation);
        let resolve = |reference: &str| self.suite.document().reference(reference);
        for parameter in operation.parameters.iter().filter(|p| p.location == Location::Query) {
            let mut rng = self.rng(&format!("style/{}", parameter.name));
            let is_valid = |value: &serde_json::Value| parameter.schema.is_valid(value);
            let lists = |value: &serde_json::Value| value.is_array() || value.is_object();
            let Some(value) = instance(parameter.schema.value(), &resolve, &is_valid, &mut rng).filter(lists)
            else {
                continue;
            };
            for (label, pairs) in [
                ("in its style", written(parameter, &value)),
                ("in another style", miswritten(parameter, &value)),
            ] {
                let mut parts = usual.clone();
                parts.query.retain(|(name, _)| *name != parameter.name);
                parts.query.extend(pairs);
                let label = format!("{} {label}", parameter.name);
                let outgoing = self.outgoing(&case.operation, &label, &parts);
                self.send(evidence, outgoing, Asked::Open).await;
            }
            if parameter.style != ParameterStyle::DeepObject {
                continue;
            }
            let members = parameter.schema.keyword("properties").and_then(serde_json::Value::as_object);
            for (name, schema) in members.into_iter().flatten() {
                let with = |value: &serde_json::Value| is_valid(&serde_json::json!({ name: value }));
                for specimen in wire_specimens(schema, &resolve, &with) {
                    if specimen.valid || !is_valid(&serde_json::json!({})) {
                        continue;
                    }
                    let mut parts = usual.clone();
                    parts.query.push((format!("{}[{name}]", parameter.name), specimen.text));
                    let label = format!("{}[{name}] {}", parameter.name, specimen.label);
                    let lenient =
                        if specimen.lenient { Asked::Open } else { self.asked_of_invalid(&case.operation) };
                    let (keyword, place) = (specimen.keyword.to_owned(), parameter.name.clone());
                    let outgoing = self.outgoing(&case.operation, &label, &parts);
                    self.probe(evidence, &label, outgoing, lenient, Ask::InvalidEdge { keyword, place })
                        .await;
                }
            }
        }
    }

    /// Texts that break queries and patterns, in every parameter that takes any text: whatever they ask for, the target survives them.
    async fn odd_texts(&self, oracle: &Oracle, evidence: &mut Evidence, case: &Case) {
        let operation = self.suite.operation(&case.operation);
        let usual = self.usual_parts(oracle, &case.operation);
        for parameter in operation.parameters.iter().filter(|p| p.location == Location::Query && is_plain(p))
        {
            for (label, text) in
                [("quotes", "'\";--"), ("pattern", "(*%_[\\"), ("unknown word", "specproof_none")]
            {
                if !parameter.schema.is_valid(&serde_json::Value::from(text)) {
                    continue;
                }
                let mut parts = usual.clone();
                set(&mut parts, parameter, text);
                let outgoing = self.outgoing(&case.operation, &format!("{} {label}", parameter.name), &parts);
                self.send(evidence, outgoing, Asked::Open).await;
            }
        }
    }

    /// A number, a word, and a parameter that is neither: each empty, the first two twice, and the word very long. Nobody says what becomes of them, but that
    /// the target survives them.
    async fn odd_queries(&self, oracle: &Oracle, evidence: &mut Evidence, case: &Case) {
        let operation = self.suite.operation(&case.operation);
        let usual = self.usual_parts(oracle, &case.operation);
        let query = || operation.parameters.iter().filter(|p| p.location == Location::Query && is_plain(p));
        let valid = |parameter: &Parameter, text: &str| {
            let number = text.parse::<u64>().map(serde_json::Value::from);
            parameter.schema.is_valid(&number.unwrap_or_else(|_| text.into()))
        };
        let number = query().find(|p| valid(p, "5") && !valid(p, "specproof"));
        let word = query().find(|p| valid(p, "specproof"));
        let other = query().find(|p| !valid(p, "5") && !valid(p, "specproof"));
        let mut odd: Vec<(String, Parts)> = Vec::new();
        for parameter in [number, word, other].into_iter().flatten() {
            let mut empty = usual.clone();
            set(&mut empty, parameter, "");
            odd.push((format!("{} empty", parameter.name), empty));
        }
        for parameter in [number, word].into_iter().flatten() {
            let mut twice = usual.clone();
            set(&mut twice, parameter, "5");
            twice.query.push((parameter.name.clone(), "6".to_owned()));
            odd.push((format!("{} twice", parameter.name), twice));
        }
        if let Some(parameter) = word {
            let mut long = usual.clone();
            set(&mut long, parameter, &"x".repeat(LONG));
            odd.push((format!("{} very long", parameter.name), long));
        }
        for (label, parts) in odd {
            let outgoing = self.outgoing(&case.operation, &label, &parts);
            self.send(evidence, outgoing, Asked::Open).await;
        }
    }

    /// A page size over the maximum, read as a page: whatever the target makes of it, it must not answer more.
    async fn over_maximum<'s>(
        &'s self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        case: &Case,
    ) -> Vec<Oversized<'s>> {
        let mut sent = Vec::new();
        let lists = self.suite.file().collections.iter().filter(|(_, c)| c.operation == case.operation);
        for (name, collection) in lists {
            let Some(maximum) = self.suite.size_bounds(collection).maximum else { continue };
            let largest = Self::scopes(oracle, collection).into_iter().max_by_key(|scope| {
                scope.map_or(0, |s| oracle.children(&collection.resource, Some(s)).len())
            });
            let mut ask =
                ListAsk::first(name, collection, Self::query(largest.flatten(), 0, Some(maximum + 1)));
            let over = collection.largest_size.as_ref().map(|largest| largest.over);
            ask.asked = match over {
                Some(OverLargest::Lowered) => Asked::Good,
                Some(OverLargest::Refused) => Asked::Invalid,
                None => self.asked_of_invalid(&case.operation),
            };
            let page = self.page(oracle, evidence, "page size over the maximum", &ask).await;
            if let Some(parameter) = collection.style.size_parameter() {
                let size = (maximum + 1).to_string();
                sent.push(Oversized { parameter, size, asked: ask.asked, entry: page.entry });
            }
            evidence.walks.push(crate::evidence::Walk {
                label: format!("size={}", maximum + 1),
                kind: WalkKind::Page,
                query: ask.query,
                effective_size: None,
                pages: vec![page],
                end: crate::evidence::WalkEnd::Single,
            });
        }
        sent
    }

    /// Whether a value is over the largest page size, of a list where the suite says that this is lowered.
    fn is_lowered(&self, operation: &str, parameter: &Parameter, keyword: &str) -> bool {
        let mut lists = self.suite.file().collections.values().filter(|c| c.operation == operation);
        keyword == "maximum"
            && lists.any(|collection| {
                collection.style.size_parameter() == Some(&parameter.name)
                    && collection.largest_size.as_ref().is_some_and(|l| l.over == OverLargest::Lowered)
            })
    }

    /// What a request that breaks the document asks: to be refused where the document names a refusal, else nobody knows.
    pub(super) fn asked_of_invalid(&self, short: &str) -> Asked {
        let refuses =
            self.suite.operation(short).responses.iter().any(|response| {
                [400, 413, 414, 415, 422].iter().any(|status| response.status.covers(*status))
            });
        if refuses { Asked::Invalid } else { Asked::Open }
    }

    /// A request for an operation that is known to be good, as far as the records seeded make one: the first list, the first record.
    pub(super) fn usual_parts(&self, oracle: &Oracle, short: &str) -> Parts {
        let file = self.suite.file();
        if let Some((name, collection)) = file.collections.iter().find(|(_, c)| c.operation == short) {
            // A list that is too long to be known whole can still be asked for.
            let scopes = [Self::scopes(oracle, collection), Self::all_scopes(oracle, collection)]
                .into_iter()
                .flatten();
            let scope = scopes.flatten().next();
            return self.list_parts(oracle, &ListAsk::first(name, collection, Self::query(scope, 0, None)));
        }
        let operation = self.suite.operation(short);
        let named = operation.parameters.iter().filter_map(|p| {
            let (Bound::Resource(resource) | Bound::Member { resource, .. }) =
                self.suite.bound(short, &p.name)?
            else {
                return None;
            };
            let (number, _) = oracle.records().find(|(_, record)| record.resource == *resource)?;
            Some(self.path_of(short, oracle, Some(number)))
        });
        let mut paths: Vec<BTreeMap<String, String>> = named.collect();
        // The deepest resource gives the path parameters of all its ancestors, and those that lie apart from it add theirs.
        paths.sort_by_key(BTreeMap::len);
        let mut path = self.path_of(short, oracle, None);
        path.extend(paths.into_iter().flatten());
        Parts { path, ..Parts::default() }
    }
}

/// Whether a parameter says where a page starts, of a list in which a page past the end may be refused.
fn starts_page(suite: &Suite, operation: &str, parameter: &str) -> bool {
    let mut lists = suite.file().collections.values().filter(|c| c.operation == operation);
    lists.any(|collection| {
        let style = &collection.style;
        let starts = style.parameters().contains(&parameter) && style.size_parameter() != Some(parameter);
        starts && may_be_absent(collection)
    })
}

/// Whether a parameter's bound is only that of the integers of its `format`.
fn is_of_format(parameter: &Parameter, keyword: &str) -> bool {
    matches!(keyword, "minimum" | "maximum") && parameter.schema.resolved().get(keyword).is_some_and(is_width)
}

/// Whether a bound is that of 32 or 64 bits: it says how wide a number is, not which numbers mean something.
pub(super) fn is_width(bound: &serde_json::Value) -> bool {
    let widths = [i64::from(i32::MIN), i64::from(i32::MAX), i64::MIN, i64::MAX];
    bound.as_i64().is_some_and(|bound| widths.contains(&bound))
}

/// Puts a text where a parameter stands, in place of what stands there.
fn set(parts: &mut Parts, parameter: &Parameter, text: &str) {
    if parameter.location == Location::Cookie {
        parts.headers.retain(|(name, _)| name != "cookie");
        parts.headers.push(("cookie".to_owned(), format!("{}={}", parameter.name, encode(text))));
        return;
    }
    let list = if parameter.location == Location::Query { &mut parts.query } else { &mut parts.headers };
    list.retain(|(name, _)| *name != parameter.name);
    list.push((parameter.name.clone(), text.to_owned()));
}

/// The text of a simple value.
fn text_of(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A list or an object as its parameter writes it (OpenAPI Specification, "Style Values").
fn written(parameter: &Parameter, value: &serde_json::Value) -> Vec<(String, String)> {
    let name = || parameter.name.clone();
    let joined = |items: Vec<String>| {
        let between = match parameter.style {
            ParameterStyle::SpaceDelimited => " ",
            ParameterStyle::PipeDelimited => "|",
            _ => ",",
        };
        vec![(name(), items.join(between))]
    };
    match value {
        serde_json::Value::Array(items) if parameter.explode => {
            items.iter().map(|item| (name(), text_of(item))).collect()
        }
        serde_json::Value::Array(items) => joined(items.iter().map(text_of).collect()),
        serde_json::Value::Object(members) if parameter.style == ParameterStyle::DeepObject => members
            .iter()
            .map(|(member, value)| (format!("{}[{member}]", parameter.name), text_of(value)))
            .collect(),
        serde_json::Value::Object(members) if parameter.explode => {
            members.iter().map(|(member, value)| (member.clone(), text_of(value))).collect()
        }
        serde_json::Value::Object(members) => {
            joined(members.iter().flat_map(|(member, value)| [member.clone(), text_of(value)]).collect())
        }
        _ => Vec::new(),
    }
}

/// The same in a style that is not its own: what a client writes that did not look.
fn miswritten(parameter: &Parameter, value: &serde_json::Value) -> Vec<(String, String)> {
    match value {
        serde_json::Value::Array(items) => {
            let indexed = items.iter().enumerate();
            indexed.map(|(at, item)| (format!("{}[{at}]", parameter.name), text_of(item))).collect()
        }
        other => vec![(parameter.name.clone(), other.to_string())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use serde_json::json;

    #[test]
    fn values_are_written_in_the_style_of_their_parameter() {
        let parameter = |style: &str, explode: bool| {
            let text = format!(
                "openapi: 3.1.0\ninfo: {{ title: t, version: '1' }}\npaths:\n  /a:\n    get:\n      operationId: a\n      parameters:\n        - {{ name: p, in: query, style: {style}, explode: {explode}, schema: {{}} }}\n      responses: {{ '200': {{ description: d }} }}\n"
            );
            let document = Document::from_text("styles.yaml", &text).unwrap();
            document.operations()[0].parameters[0].clone()
        };
        let cases = [
            ("form", true, json!([1, "b"]), "p=1 p=b"),
            ("form", false, json!([1, "b"]), "p=1,b"),
            ("pipeDelimited", false, json!([1, "b"]), "p=1|b"),
            ("spaceDelimited", false, json!(["a", "b"]), "p=a b"),
            ("deepObject", true, json!({"x": 1, "y": "z"}), "p[x]=1 p[y]=z"),
            ("form", true, json!({"x": 1}), "x=1"),
            ("form", false, json!({"x": 1, "y": 2}), "p=x,1,y,2"),
        ];
        for (style, explode, value, expected) in cases {
            let pairs = written(&parameter(style, explode), &value);
            let text: Vec<String> = pairs.iter().map(|(name, text)| format!("{name}={text}")).collect();
            assert_eq!(text.join(" "), expected, "{style} {explode}");
        }
    }
}
