//! What a name such as `customer_id` stands for, seen from a resource that is being read: something that it lies in, that lies beside it, or that is out of
//! its reach.

use super::fields::{Around, Related, referred};
use super::groups::Groups;
use super::resources::Found;
use super::schema::snake;

/// The resources that are there already, seen from one that is being read.
pub(super) struct Placed<'p, 'a> {
    pub(super) groups: &'p Groups<'a>,
    pub(super) found: &'p Found<'a>,
    pub(super) own: &'p str,
    pub(super) parent: Option<&'p str>,
}

impl Placed<'_, '_> {
    fn ancestors(&self, from: Option<&str>) -> Vec<String> {
        let mut chain = Vec::new();
        let mut at = from.map(str::to_owned);
        while let Some(name) = at {
            at = self.found.named(&name).and_then(|r| r.parent.clone());
            chain.push(name);
        }
        chain
    }

    /// The group that a member's name stands for.
    pub(super) fn group(&self, name: &str) -> Option<&str> {
        let wanted = referred(name);
        let named = |wanted: &str| self.groups.named(wanted).map(|group| group.name.as_str());
        let ended = || self.groups.ending(&wanted).map(|group| group.name.as_str());
        let persons = ["owner", "author", "creator", "assignee", "reporter", "member", "sender", "recipient"];
        let person = || {
            persons
                .contains(&wanted.as_str())
                .then(|| ["user", "account", "person"].iter().find_map(|name| named(name)))
                .flatten()
        };
        named(&wanted).or_else(ended).or_else(person)
    }
}

impl Around for Placed<'_, '_> {
    fn own(&self) -> &str {
        self.own
    }

    fn stands_for(&self, name: &str) -> Option<Related> {
        let snaked = snake(name);
        // A bare word such as `status` is a reference only where it is one of the resources' names.
        let group = self.group(name).filter(|group| *group != self.own)?;
        let chain = self.ancestors(self.parent);
        if chain.iter().any(|ancestor| ancestor == group) {
            return Some(Related::Ancestor(group.to_owned()));
        }
        let suffixed = ["_id", "_uuid", "_key", "_ref"].iter().any(|end| snaked.ends_with(end));
        let Some(found) = self.found.named(group).filter(|r| r.creation.is_some()) else {
            let listed = self
                .groups
                .named(group)
                .is_some_and(|g| super::operations::plain_list(self.groups, g).is_some());
            return suffixed.then(|| {
                if listed { Related::Listed(group.to_owned()) } else { Related::OutOfReach(group.to_owned()) }
            });
        };
        match &found.parent {
            None => Some(Related::Sibling(group.to_owned())),
            Some(parent) if chain.contains(parent) => Some(Related::Sibling(group.to_owned())),
            Some(_) => suffixed.then(|| Related::OutOfReach(group.to_owned())),
        }
    }
}
