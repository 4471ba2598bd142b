//! Known failures and skips: taken in from a run, put up with, and thrown out again.

use std::fs;

use super::program::{folder, specproof};

#[test]
fn failures_are_taken_in_put_up_with_and_thrown_out() {
    let folder = folder("known");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (known, recording) = (path("known.toml"), path("run.jsonl"));
    let jsonl = format!("jsonl={recording}");
    let check = |more: &[&str]| {
        let mut arguments = vec!["check", "--suite", "elizaos", "--quiet", "--report", &jsonl];
        arguments.extend(more);
        specproof(&arguments)
    };
    let update = ["known-failures", "update", &recording, "--file", &known];
    let fault = ["--fault", "elizaos-has-more-always"];
    fs::write(&known, "# Read by the whole team.\n").unwrap();

    check(&fault).assert(1, &["does not conform"]);
    specproof(&update).assert(2, &["failures are new", "--reason"]);
    let taken = [&update[..], &["--reason", "the server is old"]].concat();
    specproof(&taken).assert(0, &["known.toml", " added, 0 removed"]);
    let text = fs::read_to_string(&known).unwrap();
    assert!(
        text.starts_with("# Read by the whole team.\n") && text.contains("reason = \"the server is old\""),
        "{text}"
    );

    let excused = [&fault[..], &["--known-failures", &known]].concat();
    let done = check(&excused);
    done.assert(0, &["conforms", " known"]);
    let junit = path("run.xml");
    let report = format!("junit={junit}");
    specproof(&["report", &recording, "--report", &report]).assert(0, &[]);
    let junit = fs::read_to_string(junit).unwrap();
    assert!(junit.contains("failures=\"0\"") && junit.contains("known: the server is old"), "{junit}");
    specproof(&taken).assert(0, &["0 added, 0 removed"]);

    // An entry hides nothing but its own input.
    let first = text.replacen("input = \"", "input = \"other ", 1);
    let other = path("other.toml");
    fs::write(&other, first).unwrap();
    check(&[&fault[..], &["--known-failures", &other]].concat())
        .assert(1, &["does not conform", "other.toml:", "no finding has this input"]);

    let line = 1 + text.lines().position(|line| line == "[[known-failures]]").unwrap();
    check(&["--known-failures", &known])
        .assert(1, &["delete these entries", &format!("known.toml:{line}: elizaos::"), "it passes now"]);
    specproof(&update).assert(0, &["0 added, ", " removed"]);
    let text = fs::read_to_string(&known).unwrap();
    assert!(!text.contains("known-failures"), "{text}");
    check(&["--known-failures", &known]).assert(0, &["conforms"]);
}

#[test]
fn an_entry_that_cannot_be_met_in_a_part_of_the_run_stays() {
    let known = folder("known-part").join("known.toml");
    let entry = "[[known-failures]]\noperation = \"elizaos::get_messages\"\nrule = \"SCH001\"\ninput = \"x\"\nreason = \"r\"\n";
    let skip =
        "[[skips]]\noperation = \"elizaos::get_messages\"\ncase = \"bounds\"\nreason = \"not offered\"\n";
    fs::write(&known, format!("{entry}{skip}")).unwrap();
    let known = known.to_str().unwrap();
    let check = ["check", "--suite", "elizaos", "--known-failures", known];
    specproof(&[&check[..], &["--only", "get_messages::walk::"]].concat()).assert(0, &["conforms"]);
    let done = specproof(&check);
    done.assert(
        1,
        &["known.toml:1: elizaos::get_messages SCH001 x: it passes now", "not offered (", "known.toml:6)"],
    );
    fs::write(known, skip.replace("bounds", "bonuds")).unwrap();
    specproof(&check).assert(1, &["known.toml:1: skip", "there is no case `bonuds`; did you mean `bounds`?"]);
    fs::write(known, entry.replace("reason", "raeson")).unwrap();
    specproof(&check).assert(2, &["known.toml:5", "unknown field `raeson`", "did you mean `reason`?"]);
}
