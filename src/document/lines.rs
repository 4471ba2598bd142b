//! Where each part of a document stands in its text: [`Lines`].
//!
//! A report that points into a document points at a line, since that is what editors and code scanning open. JSON is read as the YAML that
//! it is, so that one reader serves both.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser};

use super::pointer::{child, element, parent};

/// The line of each part of a document's text, by JSON pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines(BTreeMap<String, usize>);

/// A collection that is being read.
enum Frame {
    Map {
        pointer: String,
        /// The pointer of the member whose key was read last and whose value comes next.
        member: Option<String>,
    },
    Sequence {
        pointer: String,
        next: usize,
    },
}

impl Lines {
    /// Finds the lines of a text. Where it is not well formed, those before the trouble are known.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = BTreeMap::from([(String::new(), 1)]);
        let mut frames: Vec<Frame> = Vec::new();
        let mut parser = Parser::new_from_str(text);
        while let Some(Ok((event, span))) = parser.next_event() {
            let key = match &event {
                Event::Scalar(text, ..) => Some(text.as_ref()),
                Event::Alias(..) | Event::MappingStart(..) | Event::SequenceStart(..) => None,
                Event::MappingEnd | Event::SequenceEnd => {
                    frames.pop();
                    continue;
                }
                _ => continue,
            };
            let pointer = match frames.last_mut() {
                None => String::new(),
                Some(Frame::Sequence { pointer, next }) => {
                    let at = element(pointer, *next);
                    *next += 1;
                    lines.insert(at.clone(), span.start.line());
                    at
                }
                Some(Frame::Map { pointer, member }) => {
                    let Some(own) = member.take() else {
                        let at = child(pointer, key.unwrap_or_default());
                        lines.insert(at.clone(), span.start.line());
                        *member = Some(at);
                        continue;
                    };
                    own
                }
            };
            match event {
                Event::MappingStart(..) => frames.push(Frame::Map { pointer, member: None }),
                Event::SequenceStart(..) => frames.push(Frame::Sequence { pointer, next: 0 }),
                _ => {}
            }
        }
        Self(lines)
    }

    /// The line of a part, counted from 1; that of the nearest part around it where it does not stand in the text itself.
    #[must_use]
    pub fn line(&self, pointer: &str) -> usize {
        let mut at = pointer;
        loop {
            match (self.0.get(at), parent(at)) {
                (Some(line), _) => return *line,
                (None, Some(around)) => at = around,
                (None, None) => return 1,
            }
        }
    }

    /// Whether the part stands in the text at a place of its own.
    #[must_use]
    pub fn has(&self, pointer: &str) -> bool {
        self.0.contains_key(pointer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_at_the_line_of_their_key() {
        let yaml = "openapi: 3.1.0\npaths:\n  /a~b/{id}:\n    get:\n      parameters:\n        - name: x\n        - {name: y,\n           in: query}\n\
                    components:\n  x: &x\n    deep: 1\n  y: *x\n  z: 1\n";
        let json = "{\n  \"paths\": {\n    \"/a~b/{id}\": {\n      \"get\": {\"parameters\": [\n        1,\n\t{\"in\": 2}]}}}}";
        for (text, pointer, line) in [
            (yaml, "", 1),
            (yaml, "/openapi", 1),
            (yaml, "/paths", 2),
            (yaml, "/paths/~1a~0b~1{id}", 3),
            (yaml, "/paths/~1a~0b~1{id}/get", 4),
            (yaml, "/paths/~1a~0b~1{id}/get/parameters/0", 6),
            (yaml, "/paths/~1a~0b~1{id}/get/parameters/1/in", 8),
            // What does not stand there is found around it: the schema behind an alias, a part that is missing.
            (yaml, "/components/y/deep", 12),
            (yaml, "/components/z", 13),
            (yaml, "/paths/~1a~0b~1{id}/get/responses/200", 4),
            (yaml, "/none", 1),
            (json, "/paths/~1a~0b~1{id}/get", 4),
            (json, "/paths/~1a~0b~1{id}/get/parameters/1/in", 6),
        ] {
            assert_eq!(Lines::of(text).line(pointer), line, "{pointer}");
        }
        assert!(Lines::of(yaml).has("/components/x/deep") && !Lines::of(yaml).has("/components/y/deep"));
    }

    #[test]
    fn broken_text_ends_the_search_and_nothing_else() {
        let lines = Lines::of("a: 1\nb: [\n");
        assert_eq!((lines.line("/a"), lines.line("/b")), (1, 2));
    }
}
