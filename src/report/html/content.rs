//! JSON content, with the place that a finding points at marked and what is far from it left out.

use std::fmt::Write as _;

use serde_json::Value;

use crate::report::text::{html, start};

/// How many octets of content are written, marked part excepted.
const OCTETS: usize = 2400;

/// How many octets of one value away from the place are written.
const VALUE_OCTETS: usize = 160;

/// How many elements or members on either side of the place are written.
const AROUND: usize = 2;

/// Writes a value in lines; `pointer` is the place to mark.
pub(super) fn write(page: &mut String, value: &Value, pointer: Option<&str>) {
    let steps: Option<Vec<String>> = pointer.map(|pointer| {
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
    });
    let mut writer = Writer { page, left: OCTETS };
    match &steps {
        Some(steps) => writer.towards(value, steps, 0),
        None => writer.whole(value, 0, 2),
    }
}

struct Writer<'p> {
    page: &'p mut String,
    /// How many octets may still be written.
    left: usize,
}

impl Writer<'_> {
    /// The way to the place, with its surroundings.
    fn towards(&mut self, value: &Value, steps: &[String], depth: usize) {
        let Some((step, rest)) = steps.split_first() else {
            self.page.push_str("<mark>");
            self.left = self.left.max(OCTETS / 2);
            self.whole(value, depth, 2);
            self.page.push_str("</mark>");
            return;
        };
        match value {
            Value::Object(members) => {
                let at = members.keys().position(|key| key == step);
                let children: Vec<(Option<&str>, &Value)> =
                    members.iter().map(|(key, value)| (Some(key.as_str()), value)).collect();
                self.children(('{', '}'), &children, at, rest, depth, step);
            }
            Value::Array(items) => {
                let at = step.parse().ok().filter(|at| *at < items.len());
                let children: Vec<(Option<&str>, &Value)> = items.iter().map(|item| (None, item)).collect();
                self.children(('[', ']'), &children, at, rest, depth, step);
            }
            _ => {
                self.page.push_str("<mark>");
                self.whole(value, depth, 0);
                self.page.push_str("</mark>");
            }
        }
    }

    fn children(
        &mut self,
        (open, close): (char, char),
        children: &[(Option<&str>, &Value)],
        at: Option<usize>,
        rest: &[String],
        depth: usize,
        step: &str,
    ) {
        self.page.push(open);
        let (from, to) = match at {
            Some(at) => (at.saturating_sub(AROUND), (at + AROUND + 1).min(children.len())),
            None => (0, children.len().min(2 * AROUND)),
        };
        self.gap(from, depth + 1);
        for (i, (key, value)) in children.iter().enumerate().take(to).skip(from) {
            self.line(depth + 1);
            self.key(*key);
            if at == Some(i) {
                self.towards(value, rest, depth + 1);
            } else {
                self.brief(value);
            }
            if i + 1 < children.len() {
                self.page.push(',');
            }
        }
        self.gap(children.len() - to, depth + 1);
        if at.is_none() {
            self.line(depth + 1);
            self.page.push_str("<mark>");
            self.page.push_str(&html(&format!("no `{step}` here")));
            self.page.push_str("</mark>");
        }
        self.line(depth);
        self.page.push(close);
    }

    /// A value in lines down to some depth, as far as there is room.
    fn whole(&mut self, value: &Value, depth: usize, deep: usize) {
        let (open, close, children): (char, char, Vec<(Option<&str>, &Value)>) = match value {
            Value::Object(members) if deep > 0 && !members.is_empty() => {
                ('{', '}', members.iter().map(|(key, value)| (Some(key.as_str()), value)).collect())
            }
            Value::Array(items) if deep > 0 && !items.is_empty() => {
                ('[', ']', items.iter().map(|item| (None, item)).collect())
            }
            _ => return self.brief(value),
        };
        self.page.push(open);
        for (i, (key, value)) in children.iter().enumerate() {
            if self.left == 0 {
                self.gap(children.len() - i, depth + 1);
                break;
            }
            self.line(depth + 1);
            self.key(*key);
            self.whole(value, depth + 1, deep - 1);
            if i + 1 < children.len() {
                self.page.push(',');
            }
        }
        self.line(depth);
        self.page.push(close);
    }

    /// A value on one line, cut.
    fn brief(&mut self, value: &Value) {
        let text = value.to_string();
        let (shown, left) = start(&text, VALUE_OCTETS);
        self.left = self.left.saturating_sub(shown.len());
        self.page.push_str(&html(shown));
        if left > 0 {
            self.page.push('…');
        }
    }

    fn key(&mut self, key: Option<&str>) {
        if let Some(key) = key {
            let key = Value::from(start(key, VALUE_OCTETS).0).to_string();
            self.left = self.left.saturating_sub(key.len());
            self.page.push_str("<i>");
            self.page.push_str(&html(&key));
            self.page.push_str("</i>: ");
        }
    }

    fn line(&mut self, depth: usize) {
        self.page.push('\n');
        self.page.extend(std::iter::repeat_n(' ', 2 * depth));
        self.left = self.left.saturating_sub(2 * depth);
    }

    fn gap(&mut self, left_out: usize, depth: usize) {
        if left_out > 0 {
            self.line(depth);
            // Writing to a string cannot fail.
            let _ = write!(self.page, "<span class=\"faint\">… {left_out} more</span>");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(value: &Value, pointer: Option<&str>) -> String {
        let mut page = String::new();
        write(&mut page, value, pointer);
        page
    }

    #[test]
    fn the_place_is_marked_with_its_neighbours() {
        let value = json!({"items": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}, {"id": 5}, {"id": "<6>"}], "total": 6});
        for (pointer, marked) in [
            ("/items/4/id", "<i>&quot;id&quot;</i>: <mark>5</mark>"),
            ("/items/5/id", "<mark>&quot;&lt;6&gt;&quot;</mark>"),
            ("/total", "<i>&quot;total&quot;</i>: <mark>6</mark>"),
            ("/items/9", "<mark>no `9` here</mark>"),
            ("/pages", "<mark>no `pages` here</mark>"),
            ("/total/x", "<mark>6</mark>"),
            ("", "<mark>{"),
        ] {
            let page = written(&value, Some(pointer));
            assert!(page.contains(marked), "{pointer}: {page}");
            assert_eq!(page.matches("<mark>").count(), 1);
        }
        let page = written(&value, Some("/items/5/id"));
        assert!(page.contains("… 3 more") && !page.contains("{&quot;id&quot;:1}"), "{page}");
    }

    #[test]
    fn content_is_cut() {
        let long = json!({"items": vec!["x".repeat(500); 500]});
        assert!(written(&long, None).len() < 2 * OCTETS);
        assert!(written(&long, Some("/items/250")).len() < 2 * OCTETS);
        assert!(written(&long, Some("")).len() < 3 * OCTETS);
    }
}
