//! Lists whose items are envelopes around records: `{"entry": [{"resource": {…}}]}`.
//!
//! A suite says once, for the list, where the record stands in an item. What is read of a record is then looked for there as well as in the record by
//! itself, so that nothing behind the loader need know of envelopes.

use std::collections::BTreeSet;

use super::collection::OrderKey;
use super::model::SuiteFile;

/// Reads records in envelopes as they are read by themselves.
pub(super) fn open(file: &mut SuiteFile) {
    let enveloped = file
        .collections
        .values()
        .filter(|collection| !collection.record.is_empty())
        .map(|collection| (collection.resource.clone(), collection.record.clone()))
        .collect::<BTreeSet<_>>();
    for (name, record) in enveloped {
        if let Some(resource) = file.resources.get_mut(&name) {
            resource.id.also_below(&record);
            resource
                .fields
                .values_mut()
                .filter_map(|field| field.read.as_mut())
                .for_each(|read| read.also_below(&record));
        }
        let lists = file.collections.values_mut().filter(|collection| collection.resource == name);
        for order in lists.flat_map(|list| &mut list.orders) {
            if let OrderKey::Instant(at) | OrderKey::Text(at) = &mut order.by {
                at.also_below(&record);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::Pointers;

    #[test]
    fn what_is_read_of_a_record_is_read_in_its_envelope_first() {
        let mut file: SuiteFile = toml::from_str(
            r#"
            name = "n"
            document = "d"
            operations = {}
            [resources.horse]
            id = "/id"
            fields.breed = { read = "/breed" }
            fields.sent = { send = "/sent" }
            [resources.cart]
            id = "/id"
            [collections.horses]
            operation = "list"
            resource = "horse"
            items = "/entry"
            record = "/resource"
            style.token = { token = "t", next = "/next" }
            orders = [{ name = "default", by.instant = "/at", direction = "ascending", requirement = "r" }]
            complete = { requirement = "r" }
            "#,
        )
        .expect("it is a suite file");
        open(&mut file);
        let both = |name: &str| Pointers::Any(vec![format!("/resource/{name}"), format!("/{name}")]);
        assert_eq!(file.resources["horse"].id, both("id"));
        assert_eq!(file.resources["horse"].fields["breed"].read, Some(both("breed")));
        assert_eq!(file.resources["horse"].fields["sent"].read, None);
        assert_eq!(file.resources["cart"].id, Pointers::One("/id".to_owned()));
        assert_eq!(file.collections["horses"].orders[0].by, OrderKey::Instant(both("at")));
    }
}
