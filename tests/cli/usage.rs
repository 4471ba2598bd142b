//! Bad usage and bad files end with 2 and a message that names the mend; listings and help with 0.

use std::net::TcpListener;
use std::path::Path;

use super::program::{Done, command, dead_port, folder, specproof};

#[test]
fn bad_usage_is_2_and_says_what_to_do() {
    let cases: &[(&[&str], &[&str])] = &[
        (&[], &["Usage:", "check", "serve"]),
        (&["chek"], &["unrecognized subcommand", "check"]),
        (&["check", "--sute", "honcho"], &["unexpected argument '--sute'", "--suite"]),
        (&["check", "--suite", "honchoo"], &["there is no suite `honchoo`; did you mean `honcho`?"]),
        (
            &["check", "--suite", "zzz"],
            &["there is no suite `zzz`: name honcho, elizaos, mielto or the path"],
        ),
        (&["check", "--suite", "honcho", "--suite", "honcho"], &["suite `honcho` is selected twice"]),
        (&["check", "--suite", "no/suite.toml"], &["cannot read no/suite.toml"]),
        (&["check", "http://127.0.0.1:1"], &["say with --suite", "honcho, elizaos, mielto"]),
        (&["check", "http://127.0.0.1:1", "--suite", "honcho", "--fault", "x"], &["leave the URL out"]),
        (&["check", "nonsense", "--suite", "honcho"], &["`nonsense` is not a URL", "http://"]),
        (&["check", "ftp://127.0.0.1", "--suite", "honcho"], &["must start with http:// or https://"]),
        (&["check", "htp://example.com", "--suite", "honcho"], &["must start with http:// or https://"]),
        (&["check", "http://me:pw@127.0.0.1", "--suite", "honcho"], &["user name or password"]),
        (&["check", "http://192.0.2.1", "--suite", "honcho"], &["not on this machine", "--allow-remote"]),
        (&["check", "--jobs", "0"], &["invalid value '0'"]),
        (&["check", "--seed", "x"], &["invalid value 'x'"]),
        (&["check", "--report", "pdf=x"], &["there is no report `pdf`", "jsonl, junit, html, markdown"]),
        (&["check", "--report", "jnuit=x"], &["did you mean `junit`?"]),
        (&["check", "--report", "junit=no/such/folder/x"], &["cannot write the report no/such/folder/x"]),
        (&["check", "--report", "junit=-", "--report", "jsonl=-"], &["two reports cannot both go to `-`"]),
        (&["check", "--quiet", "--verbose"], &["cannot be used with"]),
        (&["check", "--fault", "none-of-these"], &["there is no fault `none-of-these`"]),
        (&["check", "--header", "nonsense"], &["--header is written as 'NAME: VALUE'"]),
        (&["check", "--header-env", "X-API-KEY"], &["--header-env is written as NAME=VAR"]),
        (&["check", "--bearer-env", "SPECPROOF_UNSET"], &["no environment variable `SPECPROOF_UNSET`"]),
        (&["check", "--suite", "elizaos", "--set", "agentid=1"], &["did you mean `agent-id`?"]),
        (&["check", "--suite", "honcho", "--set", "agent-id=1"], &["so none is `agent-id`"]),
        (&["explain", "PAG04"], &["there is no rule `PAG04`; did you mean `PAG"]),
        (&["explain", "zzz"], &["specproof list rules"]),
        (&["audit", "no/such/document.yaml"], &["no/such/document.yaml"]),
        (&["list", "case"], &["invalid value 'case'", "cases"]),
        (&["report", "no/such/file.jsonl"], &["cannot read the recording no/such/file.jsonl"]),
        (&["serve", "--listen", "127.0.0.1:x"], &["cannot listen on 127.0.0.1:x", "--listen"]),
        (&["serve", "--fault", "none-of-these"], &["there is no fault `none-of-these`"]),
    ];
    for (arguments, parts) in cases {
        let done = specproof(arguments);
        done.assert(2, parts);
        assert_eq!(done.stdout, "", "{arguments:?}");
    }
}

/// Whoever mistakes where a secret goes gets a message that can be shown to others.
#[test]
fn no_message_repeats_a_secret() {
    let cases: &[&[&str]] = &[
        &["check", "http://me:sEcReT99@127.0.0.1", "--suite", "honcho"],
        &["check", "http://me:sEcReT99@192.0.2.1", "--suite", "honcho"],
        &["check", "http://me:sEcReT99@127.0.0.1:port", "--suite", "honcho"],
        &["check", "ftp://127.0.0.1/?token=sEcReT99", "--suite", "honcho"],
        &["check", "http://127.0.0.1/?token=sEcReT99", "--suite", "honcho"],
        &["check", "http://192.0.2.1/?token=sEcReT99", "--suite", "honcho"],
        &["check", "http://127.0.0.1:port/?token=sEcReT99", "--suite", "honcho"],
        &["check", "--bearer-env", "sEcReT99"],
        &["check", "--token-env", "sEcReT99"],
        &["check", "--header-env", "X-API-KEY=sEcReT99"],
        &["check", "--header-env", "sEcReT99"],
        &["check", "--header", "Authorization Bearer sEcReT99"],
        &["check", "--header", "Authorization: Bearer sEcReT99\u{1}"],
        &["clean", "http://me:sEcReT99@127.0.0.1", "--suite", "honcho"],
        &["repro", "honcho::get_messages::walk", "http://me:sEcReT99@192.0.2.1", "--suite", "honcho"],
    ];
    for arguments in cases {
        let done = specproof(arguments);
        done.assert(2, &["error: "]);
        let said = done.stdout.clone() + &done.stderr;
        assert!(!said.contains("sEcReT99"), "{arguments:?}: {said}");
    }
}

#[test]
fn help_and_version_are_0() {
    specproof(&["--help"]).assert(0, &["check", "serve", "list", "explain", "report", "Exit codes:"]);
    specproof(&["check", "--help"])
        .assert(0, &["--suite", "--allow-remote", "SPECPROOF_TARGET", "Exit codes:"]);
    specproof(&["--version"]).assert(0, &[env!("CARGO_PKG_VERSION")]);
}

#[test]
fn listings_name_what_there_is() {
    specproof(&["list", "suites"]).assert(0, &["honcho", "elizaos", "mielto", "Honcho API"]);
    specproof(&["list", "operations", "--suite", "mielto"]).assert(0, &["list_messages", "/api/v1/messages"]);
    specproof(&["list", "rules"]).assert(0, &["PAG004", "item-missing"]);
    let cases = specproof(&["list", "cases", "--only", "elizaos::*", "--format", "json"]);
    let cases: serde_json::Value = serde_json::from_str(&cases.stdout).unwrap();
    let ids: Vec<&str> =
        cases.as_array().unwrap().iter().map(|case| case["case"].as_str().unwrap()).collect();
    assert!(ids.contains(&"elizaos::get_messages::walk"), "{ids:?}");
    assert!(ids.iter().all(|id| id.starts_with("elizaos::")), "{ids:?}");
}

#[test]
fn a_rule_is_explained_by_code_name_and_id() {
    for name in ["PAG004", "pag004", "item-missing", "PAG004-item-missing"] {
        specproof(&["explain", name])
            .assert(0, &["PAG004 item-missing", "level", "What it checks", "False alarms"]);
    }
}

/// A copy of a bundled suite with one text replaced in a file; checks it.
#[test]
fn a_document_is_audited_by_itself() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/elizaos/openapi.yaml");
    specproof(&["audit", document]).assert(0, &["SHOULD DOC008 cursor-of-another-type", "openapi.yaml:236"]);
    specproof(&["audit", document, "--strict"]).assert(1, &["DOC008"]);
    specproof(&["audit", document, "--format", "json"]).assert(0, &["\"rule\": \"DOC008\"", "\"line\": 236"]);
    let suite = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/elizaos/suite.toml");
    specproof(&["audit", suite]).assert(1, &["MUST DOC001 document-unreadable"]);
    specproof(&["explain", "DOC008"]).assert(0, &["cursor-of-another-type", "## Why it matters"]);
}

fn with(change: (&str, &str, &str), name: &str) -> Done {
    let folder = folder(name);
    let (changed, old, new) = change;
    for file in ["suite.toml", "openapi.yaml"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/elizaos").join(file);
        let mut text = std::fs::read_to_string(from).unwrap();
        if file == changed {
            assert!(text.contains(old), "{old:?} is not in {file}");
            text = text.replacen(old, new, 1);
        }
        std::fs::write(folder.join(file), text).unwrap();
    }
    let suite = folder.join("suite.toml");
    specproof(&["list", "cases", "--suite", suite.to_str().unwrap()])
}

#[test]
fn a_suite_file_is_read_with_its_document() {
    with(("suite.toml", "", ""), "sound").assert(0, &["elizaos::get_messages::walk"]);
}

#[test]
fn a_faulty_suite_names_file_line_and_nearest_name() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/specs/elizaos/suite.toml")).unwrap();
    let line = 1 + text.lines().position(|line| line.starts_with("document = ")).unwrap();
    with(("suite.toml", "document = ", "documnet = "), "key")
        .assert(2, &[&format!("suite.toml:{line}"), "unknown field `documnet`", "did you mean `document`?"]);

    let line = 1 + text.lines().position(|line| line.starts_with("has-more = ")).unwrap();
    with(("suite.toml", "has-more = \"/hasMore\"", "has-more = \"/hasMoer\""), "pointer")
        .assert(2, &[&format!("suite.toml:{line}"), "there is no `/hasMoer`", "did you mean `/hasMore`?"]);

    let (at, line) = text.lines().enumerate().skip_while(|(_, line)| *line != "[operations]").nth(1).unwrap();
    let (short, id) = line.split_once(" = ").unwrap();
    let id = id.trim_matches('"');
    let wrong = format!("{}x", &id[..id.len() - 1]);
    with(("suite.toml", line, &format!("{short} = \"{wrong}\"")), "operation").assert(
        2,
        &[&format!("suite.toml:{}", at + 1), &format!("`{wrong}`"), &format!("did you mean `{id}`?")],
    );
}

#[test]
fn a_document_that_cannot_be_used_is_named() {
    with(("suite.toml", "document = \"openapi.yaml\"", "document = \"none.yaml\""), "missing")
        .assert(2, &["cannot read", "none.yaml"]);
    with(("openapi.yaml", "openapi: ", "swagger: "), "dialect").assert(2, &["openapi.yaml", "not"]);
    with(("openapi.yaml", "openapi: ", "openapi: ]\nx: "), "yaml")
        .assert(2, &["openapi.yaml:", "not valid YAML"]);
}

#[test]
fn a_document_may_lie_in_several_files_and_in_folders_that_are_allowed() {
    let folder = folder("several-files");
    std::fs::create_dir_all(folder.join("api/schemas")).unwrap();
    std::fs::create_dir_all(folder.join("shared")).unwrap();
    let document = folder.join("api/openapi.yaml");
    let parts = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /things:\n    get:\n      operationId: list\n      responses:\n        '200': {description: d, content: {application/json: {schema: {type: array, items: {$ref: schemas/thing.yaml}}}}}\n";
    std::fs::write(&document, parts).unwrap();
    std::fs::write(
        folder.join("api/schemas/thing.yaml"),
        "{properties: {id: {$ref: ../../shared/id.yaml}}}\n",
    )
    .unwrap();
    std::fs::write(folder.join("shared/id.yaml"), "type: string\n").unwrap();
    let (document, shared) = (document.to_str().unwrap(), folder.join("shared"));
    let shared = shared.to_str().unwrap();
    for command in [["audit", document], ["init", "--document"], ["list", "operations"]] {
        let mut arguments = command.to_vec();
        match command[0] {
            "init" => arguments.push(document),
            "list" => arguments.extend(["--document", document]),
            _ => {}
        }
        let code = if command[0] == "audit" { 1 } else { 2 };
        specproof(&arguments)
            .assert(code, &["leads out of the folder of the document", "--allow-file-refs DIR"]);
        arguments.extend(["--allow-file-refs", shared]);
        let done = specproof(&arguments);
        assert!(!done.stdout.contains("leads out") && done.stderr.is_empty(), "{done:#?}");
    }
    specproof(&["audit", document, "--allow-file-refs", "no/such/folder"])
        .assert(2, &["--allow-file-refs", "no/such/folder"]);
}

#[test]
fn a_document_that_is_no_openapi_is_named() {
    let folder = folder("other");
    std::fs::write(folder.join("suite.toml"), "name = \"x\"\ndocument = \"x.yaml\"\n[operations]\n").unwrap();
    std::fs::write(folder.join("x.yaml"), "hello: world\n").unwrap();
    let suite = folder.join("suite.toml");
    specproof(&["check", "--suite", suite.to_str().unwrap()]).assert(2, &["x.yaml: not an OpenAPI document"]);
}

#[test]
fn a_taken_port_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    specproof(&["serve", "--listen", &address])
        .assert(2, &[&address, "is taken by another program", "--listen"]);
}

#[test]
fn the_target_may_stand_in_the_environment() {
    let url = format!("http://127.0.0.1:{}", dead_port());
    let run = |arguments: &[&str], target: &str| -> Done {
        command(arguments).env("SPECPROOF_TARGET", target).output().unwrap().into()
    };
    run(&["check", "--suite", "honcho"], &url).assert(3, &["nothing listens on 127.0.0.1"]);
    run(&["check"], &url).assert(2, &["say with --suite"]);
    // Set to nothing is the same as not set.
    run(&["check", "--suite", "elizaos", "--only", "no-such-case"], "").assert(4, &["nothing selected"]);
}

#[test]
fn nothing_selected_is_4() {
    specproof(&["check", "--only", "no-such-case"])
        .assert(4, &["the selection matches no case", "list cases"]);
    specproof(&["check", "--suite", "elizaos", "--skip", "elizaos"]).assert(4, &["nothing selected"]);
}
