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
