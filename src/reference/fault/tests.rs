//! The table of faults is sound. That each fault shows is proved by `tests/faults.rs`, through the harness itself.

use std::collections::BTreeSet;

use super::*;

#[test]
fn faults_are_named_once_and_name_operations_that_exist() {
    let names: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), FAULTS.len());
    for fault in FAULTS {
        let kebab =
            fault.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(kebab && fault.name.starts_with(fault.api.name()), "{fault:?}");
        assert!(operation::exists(fault.api, fault.operation), "{fault:?}");
        assert!(fault.summary.ends_with('.'), "{fault:?}");
        assert!(std::ptr::eq(Fault::named(fault.name).unwrap_or(&FAULTS[0]), fault), "{fault:?}");
    }
}
