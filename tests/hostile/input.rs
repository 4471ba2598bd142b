//! Files of ours that are broken or mean harm: a clear error, and soon.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use specproof::coverage::Coverage;
use specproof::document::Document;
use specproof::generate::instance;
use specproof::suite::Suite;

/// The beginning of every document below.
const HEAD: &str = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n";

/// A folder with a suite file for one operation and a document beside it.
fn folder(name: &str, suite: &[u8], document: &[u8]) -> PathBuf {
    let folder =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hostile-input").join(name.replace([' ', '/'], "-"));
    std::fs::create_dir_all(&folder).expect("it can be made");
    std::fs::write(folder.join("suite.toml"), suite).expect("it can be written");
    std::fs::write(folder.join("api.yaml"), document).expect("it can be written");
    folder
}

const SUITE: &str = "name = \"x\"\ndocument = \"api.yaml\"\n[operations]\nlist = \"list\"\n";

fn document(response: &str) -> String {
    format!(
        "{HEAD}paths:\n  /a:\n    get:\n      operationId: list\n      responses:\n        '200': {{description: d, content: {{application/json: {{schema: {response}}}}}}}\n"
    )
}

/// Loads a suite by the program; gives what it says on standard error, its exit code, and how long it took.
fn loaded(folder: &std::path::Path, suite: &str) -> (Option<i32>, String, Duration) {
    let began = Instant::now();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_specproof"));
    let output =
        command.args(["list", "cases", "--suite"]).arg(folder.join(suite)).output().expect("it starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned(), began.elapsed())
}

fn laughs() -> String {
    let level = |level: usize| match level {
        0 => "a0: &a0 [x, x, x, x, x, x, x, x, x, x]".to_owned(),
        _ => format!("a{level}: &a{level} [{}]", vec![format!("*a{}", level - 1); 10].join(", ")),
    };
    format!("{HEAD}{}\npaths: {{}}\n", (0..12).map(level).collect::<Vec<_>>().join("\n"))
}

#[test]
fn broken_files_are_refused_with_a_word_on_why() {
    let sound = document("{type: object}");
    let circle = format!("{HEAD}paths:\n  /a: {{$ref: '#/paths/~1a'}}\n");
    let outside = |reference: &str| document(&format!("{{$ref: '{reference}'}}"));
    let huge = vec![b' '; 50_000_001];
    let cases: Vec<(&str, Vec<u8>, Vec<u8>, &str)> = vec![
        ("aliases", SUITE.into(), laughs().into(), "not valid YAML"),
        ("a long document", SUITE.into(), huge.clone(), "more than 50000000 bytes"),
        ("a long suite", huge, sound.clone().into(), "more than 50000000 bytes"),
        (
            "deep YAML",
            SUITE.into(),
            [HEAD.as_bytes(), b"x: ", &vec![b'['; 100_000]].concat(),
            "not valid YAML",
        ),
        ("a circle", SUITE.into(), circle.into(), "leads back to itself"),
        ("a reference to a file", SUITE.into(), outside("../../secret.yaml").into(), "--allow-file-refs"),
        (
            "a reference to an absolute path",
            SUITE.into(),
            outside("/etc/hostname").into(),
            "--allow-file-refs",
        ),
        (
            "a reference to a file that is no document",
            SUITE.into(),
            outside("suite.toml#/a").into(),
            "suite.toml",
        ),
        (
            "a reference to a host",
            SUITE.into(),
            outside("//127.0.0.1/x.yaml").into(),
            "references over a network",
        ),
        (
            "a reference to a file URL",
            SUITE.into(),
            outside("file:///etc/passwd").into(),
            "references over a network",
        ),
        (
            "a reference to a URL",
            SUITE.into(),
            outside("http://127.0.0.1:1/x.yaml#/a").into(),
            "references over a network",
        ),
        ("octets that are no text", b"name = \"\xff\xfe\"".to_vec(), sound.clone().into(), "not UTF-8"),
        ("a document that is no text", SUITE.into(), b"\xff\xfe\0\0".to_vec(), "not UTF-8"),
        ("NULs", vec![0; 1000], sound.clone().into(), "suite.toml:1"),
        ("deep TOML", [b"a = ".to_vec(), vec![b'['; 100_000]].concat(), sound.clone().into(), "suite.toml:1"),
        (
            "deep TOML tables",
            [b"[".to_vec(), "a.".repeat(50_000).into_bytes(), b"a]\n".to_vec()].concat(),
            sound.clone().into(),
            "suite.toml",
        ),
        ("an empty suite", Vec::new(), sound.clone().into(), "missing field"),
        ("an empty document", SUITE.into(), Vec::new(), "not an OpenAPI document"),
        (
            "a document elsewhere",
            SUITE.replace("api.yaml", "../../../../../../etc/hostname").into(),
            sound.clone().into(),
            "etc/hostname",
        ),
        ("a carriage return", b"\r\r\r[[".to_vec(), sound.into(), "suite.toml"),
    ];
    let mut problems = Vec::new();
    for (name, suite, document, word) in cases {
        let folder = folder(name, &suite, &document);
        let (code, said, time) = loaded(&folder, "suite.toml");
        let sound =
            code == Some(2) && said.starts_with("error: ") && said.contains(word) && said.len() < 5000;
        if !sound || said.contains("bug") || time > Duration::from_secs(30) {
            problems
                .push(format!("{name} ({time:?}): {code:?} {}", said.chars().take(400).collect::<String>()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Patterns that no regular expression here can be made of, or only one without bounds: they demand nothing, and the audit names them.
#[test]
fn patterns_that_cannot_be_read_are_passed_over_and_named() {
    for (name, pattern) in [("pattern-none", "(["), ("pattern-large", "((a{1000}){1000}){1000}")] {
        let folder = folder(
            name,
            SUITE.as_bytes(),
            document(&format!("{{type: string, pattern: '{pattern}'}}")).as_bytes(),
        );
        let (code, said, time) = loaded(&folder, "suite.toml");
        assert!(code == Some(0) && time < Duration::from_secs(30), "{name} ({time:?}): {code:?} {said}");
        let mut audit = std::process::Command::new(env!("CARGO_BIN_EXE_specproof"));
        let output = audit.arg("audit").arg(folder.join("api.yaml")).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("DOC016"), "{name}: {said}");
    }
}

#[test]
fn paths_that_are_no_files_are_refused() {
    let folder = folder("paths", SUITE.as_bytes(), document("{}").as_bytes());
    for path in ["", "none.toml", "/dev/zero", "/dev/null", "suite.toml/x"] {
        let (code, said, _) = loaded(&folder, path);
        assert_eq!(code, Some(2), "{path}: {said}");
    }
}

/// Documents whose schemas are made of others so often that what they say has no end: they are refused, or what is made of them stays small.
#[test]
fn schemas_that_multiply_are_refused_or_bounded() {
    let made = |of: &dyn Fn(&str) -> String| {
        let one = |number: usize| {
            format!("    S{number}: {}\n", of(&format!("{{$ref: '#/components/schemas/S{}'}}", number - 1)))
        };
        let schemas: String = (1..=40).map(one).collect();
        let last = document("{$ref: '#/components/schemas/S40'}");
        format!("{last}components:\n  schemas:\n    S0: {{type: string}}\n{schemas}")
    };
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let text = made(&|before| format!("{{{keyword}: [{before}, {before}]}}"));
        let (code, said, _) = loaded(&folder(keyword, SUITE.as_bytes(), text.as_bytes()), "suite.toml");
        assert!(code == Some(2) && said.contains("more than 100000 schemas"), "{keyword}: {code:?} {said}");
    }
    for text in [
        made(&|before| format!("{{type: array, minItems: 10, items: {before}}}")),
        made(&|before| {
            format!("{{type: object, required: [a, b], properties: {{a: {before}, b: {before}}}}}")
        }),
        made(&|before| format!("{{items: {before}, additionalProperties: {before}}}")),
    ] {
        let suite = Suite::load("suite.toml", SUITE, |_| Ok(Document::from_text("api.yaml", &text)?));
        let suite = Arc::new(suite.expect("it is sound"));
        drop(Coverage::new(&suite, false, BTreeMap::new()));
        let document = suite.document();
        let operation = document.operation("list").expect("there is one");
        let schema = operation.responses[0].content[0].schema.as_ref().expect("there is one");
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let resolve = |reference: &str| document.reference(reference);
        let made = instance(schema.value(), &resolve, &|value| schema.is_valid(value), &mut rng);
        assert!(made.is_none_or(|made| schema.is_valid(&made)));
    }
}

/// A pattern whose matching would take for ever: the verdict is what it is, and it comes.
#[test]
fn matching_a_pattern_takes_no_exponential_time() {
    for pattern in ["^(a+)+$", "^(a|aa)+$", "^(?=(a+)+$).*$", "^(a|a?)+$"] {
        let text = document(&format!("{{type: string, pattern: '{pattern}'}}"));
        let document = Document::from_text("api.yaml", &text).expect("it is sound");
        let operation = document.operation("list").expect("there is one");
        let schema = operation.responses[0].content[0].schema.as_ref().expect("there is one");
        let value = serde_json::Value::from(format!("{}!", "a".repeat(5000)));
        let _ = schema.violations(&value);
    }
}
