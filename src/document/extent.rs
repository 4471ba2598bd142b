//! How many schemas hold for one and the same value. References make a short document say more than can be judged: forty schemas, each of which
//! is two of the one before it, are a million millions.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::error::DocumentError;
use super::references::References;

/// The most schemas that may hold for one value, each counted as often as it is reached.
const MOST: u64 = 100_000;

/// The most schemas that may stand behind each other for one value.
const DEEPEST: usize = 500;

/// Keywords that apply a list of schemas to the value itself.
const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Keywords that apply one schema to the value itself.
const SINGLE: [&str; 4] = ["else", "if", "not", "then"];

/// What holds for one value because of one schema.
#[derive(Clone, Copy)]
struct Extent {
    /// The schemas, this one included.
    schemas: u64,
    /// The most of them that stand behind each other.
    depth: usize,
}

/// Refuses a document with a schema that stands for too many.
pub(super) fn check(file: &str, references: &References) -> Result<(), DocumentError> {
    let mut known = HashMap::new();
    for (number, pointer) in references.roots().iter().enumerate() {
        let Some(schema) = references.root(number) else { continue };
        let extent = extent(references, schema, &mut known, 0);
        if extent.schemas > MOST || extent.depth > DEEPEST {
            return Err(DocumentError::Schema {
                file: file.to_owned(),
                pointer: pointer.clone(),
                message: format!(
                    "with `$ref`, `allOf`, `anyOf` and the like it stands for more than {MOST} schemas of one value, or for more than {DEEPEST} behind each other"
                ),
            });
        }
    }
    Ok(())
}

/// How far a schema goes. A circle counts once: it is followed once for a value. `above` is how many schemas lead here.
fn extent<'a>(
    references: &'a References,
    schema: &'a Value,
    known: &mut HashMap<*const Value, Extent>,
    above: usize,
) -> Extent {
    let place = std::ptr::from_ref(schema);
    if let Some(extent) = known.get(&place) {
        return *extent;
    }
    let mut own = Extent { schemas: 1, depth: 1 };
    if above > DEEPEST {
        return own;
    }
    known.insert(place, Extent { schemas: 0, depth: 0 });
    let mut inner: Vec<&Value> = Vec::new();
    inner.extend(schema.get("$ref").and_then(Value::as_str).and_then(|text| references.target(text)));
    inner.extend(LISTS.iter().filter_map(|keyword| schema.get(keyword)?.as_array()).flatten());
    inner.extend(SINGLE.iter().filter_map(|keyword| schema.get(keyword)));
    inner.extend(schema.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(Map::values));
    for one in inner {
        let extent = extent(references, one, known, above + 1);
        own.schemas = own.schemas.saturating_add(extent.schemas);
        own.depth = own.depth.max(extent.depth + 1);
    }
    known.insert(place, own);
    own
}

#[cfg(test)]
mod tests {
    use crate::document::Document;

    /// A document of schemas `S0` to `S<last>`, each made of the one before it, and what loading it says.
    fn said(last: usize, of: impl Fn(&str) -> String) -> Option<String> {
        let one = |number: usize| {
            format!("    S{number}: {}\n", of(&format!("{{$ref: '#/components/schemas/S{}'}}", number - 1)))
        };
        let schemas: String = (1..=last).map(one).collect();
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths: {{}}\ncomponents:\n  schemas:\n    S0: {{type: string}}\n{schemas}"
        );
        Document::from_text("api.yaml", &text).err().map(|error| error.to_string())
    }

    #[test]
    fn schemas_that_multiply_are_refused() {
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let twice = |before: &str| format!("{{{keyword}: [{before}, {before}]}}");
            assert_eq!(said(10, twice), None);
            let said = said(40, twice).expect("it is too much");
            assert!(said.contains("more than 100000 schemas"), "{said}");
        }
        let said = said(501, str::to_owned).expect("it is too deep");
        assert!(said.contains("behind each other"), "{said}");
        assert_eq!(self::said(400, str::to_owned), None);
    }

    #[test]
    fn schemas_of_members_and_elements_may_go_on_for_ever() {
        assert_eq!(
            said(40, |before| format!("{{properties: {{a: {before}, b: {before}}}, items: {before}}}")),
            None
        );
        let own = "{anyOf: [{$ref: '#/components/schemas/S1'}, {type: 'null'}]}";
        assert_eq!(said(1, |_| own.to_owned()), None);
    }
}
