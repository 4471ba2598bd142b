//! Short names of operations: what they are called in the document where that is short, else what they do.

use std::collections::{BTreeMap, BTreeSet};

use super::groups::Groups;
use super::schema::snake;

/// The longest name that is taken over from a document, in code points.
const LONGEST: usize = 34;

/// The short name of each operation.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_id: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Names {
    /// Names what groups hold by what it does, where the document's own names are long.
    pub(super) fn new(groups: &Groups<'_>) -> Self {
        let mut names = Self::default();
        for group in &groups.all {
            let plural =
                group.path.rsplit('/').find(|part| *part != "{}").map_or_else(|| group.name.clone(), snake);
            let own = [
                ("create", group.create),
                ("get", group.fetch),
                ("update", group.update),
                ("delete", group.delete),
            ];
            for list in &group.lists {
                names.add(&list.operation.id, &format!("list_{plural}"));
            }
            for (verb, operation) in own {
                if let Some(operation) = operation {
                    names.add(&operation.id, &format!("{verb}_{}", group.name));
                }
            }
        }
        names
    }

    fn add(&mut self, id: &str, role: &str) {
        if self.by_id.contains_key(id) {
            return;
        }
        let own = snake(id);
        // Some frameworks put path and method into the name.
        let made = ["_get", "_post", "_put", "_patch", "_delete"]
            .iter()
            .any(|end| own.ends_with(end) && own.len() > end.len() + 12);
        let wanted = if own.is_empty() || made || id.contains(['/', ' ']) || own.chars().count() > LONGEST {
            role.to_owned()
        } else {
            own
        };
        let mut name = wanted.clone();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        self.by_id.insert(id.to_owned(), name);
    }

    /// The short name of an operation.
    pub(super) fn short(&mut self, id: &str) -> String {
        if !self.by_id.contains_key(id) {
            let role: String = snake(id).chars().take(LONGEST).collect();
            self.add(id, role.trim_end_matches('_'));
        }
        self.by_id[id].clone()
    }
}
