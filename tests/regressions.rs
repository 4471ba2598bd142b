//! Inputs that once broke something, and the seeds that fuzzing starts from: `fixtures/fuzz/<target>/` through the functions that are fuzzed.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::path::Path;

fn each(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fuzz").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("it is there").flatten() {
        run(&std::fs::read(entry.path()).expect("it can be read"));
        count += 1;
    }
    assert!(count > 0, "there are no inputs for {target}");
}

#[test]
fn documents() {
    each("document", targets::document);
}

#[test]
fn suites() {
    each("suite", targets::suite);
}

#[test]
fn responses() {
    each("response", targets::response);
}

#[test]
fn fields() {
    each("fields", targets::fields);
}

#[test]
fn recordings() {
    each("recording", targets::recording);
}
