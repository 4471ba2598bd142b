//! The canary: a target that sends every secret back in every spelling must not get one into anything that the program writes.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use regex::Regex;
use serde_json::json;

use super::server::{Act, Asked, Front, all, changed, percent};
use super::trial;

/// A secret of the usual kind, and one of characters that each format writes in a way of its own.
const PLAIN: &str = "cAnArY0123456789sEcReT";
const ODD: &str = "p\"q'&<r>/s+t%25=u?v~w:x";

/// The values of the request's header fields that hold a secret.
fn secrets_of(asked: &Asked) -> Vec<String> {
    let text = String::from_utf8_lossy(&asked.octets).into_owned();
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let fields = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    fields
        .filter(|(name, _)| {
            ["authorization", "x-api-key", "cookie"].contains(&name.to_ascii_lowercase().as_str())
        })
        .map(|(_, value)| value.to_owned())
        .collect()
}

/// A text in every spelling that a target may choose.
fn spellings(text: &str) -> Vec<String> {
    let middle = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (head, tail) = text.split_at(middle);
    let escaped: String =
        text.encode_utf16().fold(String::new(), |text, unit| text + &format!("\\u{unit:04x}"));
    let mut all = vec![text.to_owned(), percent(text), escaped, json!(text).to_string()];
    all.push(text.bytes().fold(String::new(), |text, octet| text + &format!("%{octet:02x}")));
    all.extend(["\n", "\r\n", "\r\n  ", "\\n", "%0A"].map(|line_break| format!("{head}{line_break}{tail}")));
    for around in ["", "x", "xy", "user:"] {
        let whole = format!("{around}{text}{around}");
        all.extend([
            BASE64_STANDARD.encode(&whole),
            BASE64_STANDARD_NO_PAD.encode(&whole),
            BASE64_URL_SAFE.encode(&whole),
            BASE64_URL_SAFE_NO_PAD.encode(&whole),
            percent(&BASE64_STANDARD.encode(&whole)),
        ]);
    }
    all
}

/// Sends back what the request showed: in header fields, in members of an object, in the reasons of refusals, as plain text.
fn echo() -> Act {
    changed(|asked, mut answer| {
        let echoes: Vec<String> = secrets_of(asked).iter().flat_map(|secret| spellings(secret)).collect();
        if echoes.is_empty() {
            return answer;
        }
        for (at, echo) in echoes.iter().enumerate().filter(|(_, echo)| !echo.contains(['\r', '\n'])) {
            answer.head = format!("{}\r\nx-echo-{at}: {echo}\r\nset-cookie: echo{at}={echo}", answer.head);
        }
        let list = asked.line.starts_with("GET ") && asked.line.contains("/messages");
        let refused = list && asked.number.is_multiple_of(5);
        if refused {
            let status = answer.head.split(' ').nth(1).unwrap_or_default().to_owned();
            answer.head = answer.head.replacen(&status, "400", 1);
        }
        match answer.json() {
            Some(serde_json::Value::Object(mut members)) if !list || !asked.number.is_multiple_of(7) => {
                members.insert("echo".to_owned(), json!(echoes));
                members.insert(echoes[0].clone(), json!({ "detail": echoes.join(" ") }));
                answer.content = json!(members).to_string().into_bytes();
            }
            _ => answer.content = echoes.join("\n\n").into_bytes(),
        }
        answer
    })
}

/// What finds a secret in some spelling that can be undone without knowing it.
fn finder(secret: &str) -> Regex {
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;");
    let json = json!(secret).to_string();
    let twice = json!(json).to_string();
    let mut needles = vec![secret.to_owned(), percent(secret), html];
    needles.extend([json.trim_matches('"').to_owned(), twice.trim_matches(['"', '\\']).to_owned()]);
    for offset in 0..3 {
        let around = format!("{}{secret}", "x".repeat(offset));
        let digits = BASE64_STANDARD_NO_PAD.encode(around);
        // The first and last digits hang on what stands beside the secret.
        let inner = &digits[4.min(digits.len())..digits.len() - 2];
        needles.extend([inner.to_owned(), inner.replace('+', "-").replace('/', "_")]);
    }
    let any: Vec<String> = needles.iter().map(|needle| regex::escape(needle)).collect();
    Regex::new(&any.join("|")).expect("escaped texts are a pattern")
}

/// What is found in a text, as it stands and without its line breaks, bare or escaped, and other blanks.
fn found(text: &str, secret: &Regex) -> Option<String> {
    let compact: String =
        text.replace("\\n", "").replace("\\r", "").chars().filter(|c| !c.is_whitespace()).collect();
    [text, &compact].iter().find_map(|text| secret.find(text)).map(|found| found.as_str().to_owned())
}

async fn assert_no_secret(name: &str, secret: &str, flags: &[&str], environment: &[(&str, &str)]) {
    let finder = finder(secret);
    for look in ["--verbose", "--quiet", "--strict"] {
        let front = Front::start(all, echo()).await;
        let trial_name = format!("canary {name}{look}");
        let snapshots = trial::folder(&trial_name).join("snapshots").display().to_string();
        let arguments = [
            "check",
            &front.url,
            "--suite",
            "elizaos",
            "--set",
            "user-id=5f0c7a52-3b0e-4c0b-9f8e-6d1a2b3c4d5e",
            "--snapshot",
            &snapshots,
            look,
        ];
        let outcome = trial::run(&trial_name, &[&arguments[..], flags].concat(), environment).await;
        assert!(matches!(outcome.code, Some(1 | 3)), "{name}: {:?} {}", outcome.code, outcome.stderr);
        let requests = outcome.events.last().and_then(|event| event["requests"].as_u64());
        assert!(requests.is_some_and(|count| count > 20), "{name}: the target was asked {requests:?} times");
        let artefacts = trial::files(&outcome.folder);
        assert!(artefacts.len() >= trial::kinds().len() + 2, "{artefacts:?}");
        let snapshot = artefacts.iter().any(|path| path.to_string_lossy().ends_with(".snap.new"));
        assert!(snapshot || outcome.code == Some(3), "{artefacts:?}");
        for artefact in artefacts {
            let octets = std::fs::read(&artefact).expect("it is there");
            assert_eq!(
                found(&String::from_utf8_lossy(&octets), &finder),
                None,
                "{name}: {}",
                artefact.display()
            );
        }
    }
}

async fn assert_no_secret_as_bearer_or_header(name: &str, secret: &str) {
    let environment = [("THE_SECRET", secret)];
    let bearer = ["--bearer-env", "THE_SECRET"];
    assert_no_secret(&format!("bearer {name}"), secret, &bearer, &environment).await;
    let header = ["--header-env", "X-API-KEY=THE_SECRET"];
    assert_no_secret(&format!("header {name}"), secret, &header, &environment).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_plain_secret_reaches_anything_that_is_written() {
    assert_no_secret_as_bearer_or_header("plain", PLAIN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_odd_secret_reaches_anything_that_is_written() {
    assert_no_secret_as_bearer_or_header("odd", ODD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_in_another_form_reaches_anything_that_is_written() {
    assert_no_secret("token", PLAIN, &["--token-env", "THE_SECRET"], &[("THE_SECRET", PLAIN)]).await;
    let cookie = format!("Cookie: a=b; session={PLAIN}");
    assert_no_secret("cookie", PLAIN, &["--header", &cookie], &[]).await;
    let basic = format!("Authorization: Basic {}", BASE64_STANDARD.encode(format!("user:{PLAIN}")));
    assert_no_secret("basic", PLAIN, &["--header", &basic], &[]).await;
}
