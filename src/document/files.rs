//! Documents in several files: what a relative `$ref` names in another file is taken into the document, so that everything after this sees one.
//!
//! Each file is kept whole under [`FILES`], a member that the specification leaves to extensions, and every `$ref` into it is rewritten to its
//! place there. Nothing is fetched over a network: a `$ref` with a scheme or a host stays as it is, and is refused later. Who may read which
//! file is for the caller to say.

use std::collections::{BTreeMap, VecDeque};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::error::DocumentError;
use super::pointer::{child, element, escape, to_fragment};
use super::text;

/// The member of the document that holds the other files.
const FILES: &str = "x-specproof-files";

/// The most files that one document may be made of.
const MOST: usize = 1000;

/// Members whose values are data, in which a `$ref` is none.
const DATA: [&str; 5] = ["const", "default", "enum", "example", "value"];

/// Reads a file by its path relative to the folder of the document; the error says why it cannot be read.
pub(crate) type Read<'r> = dyn FnMut(&str) -> Result<String, String> + 'r;

/// Takes in all files that a document refers to, at any remove.
pub(crate) fn join(name: &str, mut raw: Value, read: &mut Read<'_>) -> Result<Value, DocumentError> {
    let own = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let mut files = BTreeMap::new();
    let mut joining = Joining { own, wanted: VecDeque::new() };
    joining.rewrite(&mut raw, None, "")?;
    while let Some(wanted) = joining.wanted.pop_front() {
        if files.contains_key(&wanted.path) {
            continue;
        }
        if files.len() == MOST {
            return Err(wanted.refused(name, format!("leads to more than {MOST} files")));
        }
        let text = read(&wanted.path).map_err(|message| wanted.refused(name, message))?;
        let mut file = text::read(&wanted.path, &text)?.raw;
        joining.rewrite(&mut file, Some(&wanted.path), &format!("/{FILES}/{}", escape(&wanted.path)))?;
        files.insert(wanted.path, file);
    }
    if let (Value::Object(members), false) = (&mut raw, files.is_empty()) {
        members.insert(FILES.to_owned(), Value::Object(files.into_iter().collect::<Map<_, _>>()));
    }
    Ok(raw)
}

/// A file that is to be read, and the first reference to it.
struct Wanted {
    path: String,
    pointer: String,
    reference: String,
}

impl Wanted {
    fn refused(&self, document: &str, message: String) -> DocumentError {
        DocumentError::Reference {
            file: document.to_owned(),
            pointer: self.pointer.clone(),
            reference: self.reference.clone(),
            message,
        }
    }
}

struct Joining<'d> {
    /// The document's own file name, by which other files refer back to it.
    own: &'d str,
    wanted: VecDeque<Wanted>,
}

impl Joining<'_> {
    /// Rewrites the references in a part of the file `current` (of the document itself where there is none) that will stand at `pointer`.
    fn rewrite(
        &mut self,
        value: &mut Value,
        current: Option<&str>,
        pointer: &str,
    ) -> Result<(), DocumentError> {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.rewrite(item, current, &element(pointer, index))?;
                }
            }
            // A reference inside a schema with an `$id` is relative to the `$id`, and leads to no file.
            Value::Object(members) if !members.get("$id").is_some_and(Value::is_string) => {
                if let Some(Value::String(reference)) = members.get_mut("$ref")
                    && let Some(moved) = self.moved(reference, current, pointer)
                {
                    *reference = moved;
                }
                for (name, member) in members.iter_mut().filter(|(name, _)| !DATA.contains(&name.as_str())) {
                    self.rewrite(member, current, &child(pointer, name))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What a reference becomes, where it must change.
    fn moved(&mut self, reference: &str, current: Option<&str>, pointer: &str) -> Option<String> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let target = if path.is_empty() {
            current?.to_owned()
        } else {
            // A scheme or a host: no file. It is refused where the reference is followed.
            if path.starts_with("//") || path.contains(':') {
                return None;
            }
            beside(current.unwrap_or_default(), &percent_decode_str(path).decode_utf8_lossy())
        };
        if target == self.own {
            return Some(format!("#{fragment}"));
        }
        // An anchor is one of the whole document, in whichever of its files it stands.
        let anchor = !fragment.is_empty() && !fragment.starts_with('/');
        let place =
            if anchor { String::new() } else { to_fragment(&format!("/{FILES}/{}", escape(&target))) };
        let moved = format!("#{place}{fragment}");
        if current != Some(target.as_str()) {
            self.wanted.push_back(Wanted {
                path: target,
                pointer: pointer.to_owned(),
                reference: reference.to_owned(),
            });
        }
        Some(moved)
    }
}

/// A path relative to the folder of a file, without `.` and, as far as that goes, `..`. An absolute one stays absolute.
fn beside(file: &str, path: &str) -> String {
    let folder = file.rsplit_once('/').filter(|_| !path.starts_with('/')).map(|(folder, _)| folder);
    let mut parts: Vec<&str> = folder.map_or(Vec::new(), |folder| folder.split('/').collect());
    if path.starts_with('/') {
        parts.push("");
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| !["", ".."].contains(last)) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Document;

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        for (file, path, wanted) in [
            ("", "a.yaml", "a.yaml"),
            ("", "./b/a.yaml", "b/a.yaml"),
            ("b/a.yaml", "c.yaml", "b/c.yaml"),
            ("b/a.yaml", "../c.yaml", "c.yaml"),
            ("a.yaml", "../c.yaml", "../c.yaml"),
            ("", "../../c.yaml", "../../c.yaml"),
            ("b/a.yaml", "/x/c.yaml", "/x/c.yaml"),
            ("/x/c.yaml", "y/d.yaml", "/x/y/d.yaml"),
            ("/x/c.yaml", "../d.yaml", "/d.yaml"),
        ] {
            assert_eq!(beside(file, path), wanted, "{path} beside {file}");
        }
    }

    #[test]
    fn files_are_taken_in_whole_and_refer_to_each_other() {
        let raw = json!({
            "a": {"$ref": "schemas/pet.yaml"},
            "b": {"$ref": "schemas/pet.yaml#/properties/kind"},
            "c": {"example": {"$ref": "no/file.yaml"}},
            "d": {"$id": "https://x.invalid/", "e": {"$ref": "tree"}},
            "f": {"$ref": "https://x.invalid/y.yaml"},
            "g": {"$ref": "#/a"},
        });
        let mut read = |path: &str| match path {
            "schemas/pet.yaml" => Ok(
                "properties: {kind: {$ref: 'kind.json'}, self: {$ref: '#'}, back: {$ref: '../api.yaml#/a'}}"
                    .to_owned(),
            ),
            "schemas/kind.json" => Ok(r#"{"type": "string"}"#.to_owned()),
            other => Err(format!("is not there: {other}")),
        };
        let joined = join("somewhere/api.yaml", raw, &mut read).unwrap();
        let reference = |pointer: &str| joined.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
        assert_eq!(reference("/a/$ref"), "#/x-specproof-files/schemas~1pet.yaml");
        assert_eq!(reference("/b/$ref"), "#/x-specproof-files/schemas~1pet.yaml/properties/kind");
        assert_eq!(reference("/c/example/$ref"), "no/file.yaml");
        assert_eq!(reference("/d/e/$ref"), "tree");
        assert_eq!(reference("/f/$ref"), "https://x.invalid/y.yaml");
        assert_eq!(reference("/g/$ref"), "#/a");
        let pet = "/x-specproof-files/schemas~1pet.yaml/properties";
        assert_eq!(reference(&format!("{pet}/kind/$ref")), "#/x-specproof-files/schemas~1kind.json");
        assert_eq!(reference(&format!("{pet}/self/$ref")), "#/x-specproof-files/schemas~1pet.yaml");
        assert_eq!(reference(&format!("{pet}/back/$ref")), "#/a");
        assert_eq!(joined["x-specproof-files"]["schemas/kind.json"]["type"], "string");
    }

    #[test]
    fn every_kind_of_part_may_lie_in_another_file() {
        let file = |path: &str| {
            match path {
            "paths/things.yaml" => Ok("get:
  operationId: list
  parameters: [{$ref: '../parts.yaml#/limit'}]
  responses: {'200': {$ref: '../parts.yaml#/page'}}
".to_owned()),
            "parts.yaml" => Ok("limit: {name: limit, in: query, schema: {$ref: 'schemas.json#/Limit'}}
page: {description: '', content: {application/json: {schema: {type: array, items: {$ref: 'schemas.json#/Thing'}}}}}
".to_owned()),
            "schemas.json" => Ok(r##"{"Limit": {"type": "integer", "maximum": 9},
                "Thing": {"required": ["id"], "properties": {"id": {"type": "string"}, "parent": {"$ref": "#/Thing"}}}}"##.to_owned()),
            other => Err(format!("is not there: {other}")),
        }
        };
        for version in ["3.0.3", "3.1.0"] {
            let text = format!(
                "openapi: {version}\ninfo: {{title: T, version: '1'}}\npaths: {{/things: {{$ref: 'paths/things.yaml'}}}}\n"
            );
            let document = Document::from_files("api.yaml", &text, file).unwrap();
            let list = document.operation("list").unwrap();
            let limit = &list.parameter("limit").unwrap().schema;
            assert!(limit.is_valid(&json!(9)) && !limit.is_valid(&json!(10)), "{version}");
            let page = list.response(200).unwrap().content[0].schema.as_ref().unwrap();
            assert!(page.is_valid(&json!([{"id": "a", "parent": {"id": "b"}}])), "{version}");
            assert!(!page.is_valid(&json!([{"id": "a", "parent": {}}])), "{version}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_with_the_place() {
        let mut read = |_: &str| Err("cannot be read: it is not there".to_owned());
        let error = join("api.yaml", json!({"a": {"$ref": "b.yaml#/c"}}), &mut read).unwrap_err();
        assert_eq!(error.to_string(), "api.yaml: at /a: `$ref: b.yaml#/c` cannot be read: it is not there");
    }
}
