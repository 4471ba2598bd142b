//! Hostile content in sound responses: what is no JSON, what is too much, what repeats for ever, and what wants to be taken for markup.

use serde_json::{Value, json};

use super::server::{Act, Front, changed, lists};
use super::trial::{self, Wanted};

/// A text that breaks out of a terminal, HTML, XML, Markdown, a table, a shell and JSON, if anything lets it.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J<script>alert(1)</script>]]>--><img src=x onerror=alert(1)>&amp;\r\n\u{9b}31m|`$(id)`\"'\\ [x](javascript:alert(1)) \u{202e}";

fn content(make: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static) -> Act {
    changed(move |_, mut answer| {
        if answer.head.starts_with("HTTP/1.1 200") {
            answer.content = make(answer.content);
        }
        answer
    })
}

/// The same page for every request.
fn page(octets: Vec<u8>) -> Act {
    content(move |_| octets.clone())
}

fn items(count: usize) -> Vec<u8> {
    let item = |n: usize| format!("{{\"id\":\"i{n}\"}}");
    let items: Vec<String> = (0..count).map(item).collect();
    format!("{{\"messages\":[{}],\"hasMore\":true,\"cursors\":{{\"before\":5}}}}", items.join(","))
        .into_bytes()
}

/// Replaces every text in a value.
fn soiled(value: &mut Value) {
    match value {
        Value::String(text) => HOSTILE.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(soiled),
        Value::Object(members) => {
            members.values_mut().for_each(soiled);
            members.insert(HOSTILE.to_owned(), json!(HOSTILE));
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_content_of_lists_is_judged_within_bounds() {
    let not_json = || Wanted { code: 1, words: &[], may_fail: &["HTTP011"], must_fail: &["HTTP007"] };
    let unreadable = |words| Wanted { code: 0, words, may_fail: &["HTTP011"], must_fail: &[] };
    let too_large =
        || Wanted { code: 1, words: &["larger than the limit"], may_fail: &[], must_fail: &["HTTP008"] };
    let wrong = |must_fail| Wanted { code: 1, words: &[], may_fail: ANY, must_fail };
    let endless = json!({"messages": [], "hasMore": true, "cursors": {"before": 7, "after": 7}});
    let modes: Vec<(&str, Act, Wanted)> = vec![
        (
            "octets that are no UTF-8",
            content(|c| [&c[..c.len() - 2], b",\"x\":\"\xff\xfe\"}"].concat()),
            not_json(),
        ),
        ("a NUL", content(|c| [&c[..], b"\0"].concat()), not_json()),
        ("a byte order mark", content(|c| [b"\xef\xbb\xbf", &c[..]].concat()), not_json()),
        ("NaN", page(br#"{"messages":[],"hasMore":NaN}"#.to_vec()), not_json()),
        ("half of it", content(|c| c[..c.len() / 2].to_vec()), not_json()),
        ("nothing", page(Vec::new()), not_json()),
        (
            "10 to the 400th",
            page(br#"{"messages":[],"hasMore":false,"n":1e400}"#.to_vec()),
            unreadable(&["number out of range"]),
        ),
        (
            "100,000 deep",
            page([vec![b'['; 100_000], vec![b']'; 100_000]].concat()),
            unreadable(&["cannot be read"]),
        ),
        ("100 MB", page(vec![b' '; 100 << 20]), too_large()),
        ("1,000,000 items", page(items(1_000_000)), too_large()),
        (
            "250,000 values",
            page([&b"[0"[..], &b",0".repeat(250_000), b"]"].concat()),
            unreadable(&["too many to be read"]),
        ),
        ("30,000 items", page(items(30_000)), wrong(&["PAG007"])),
        ("a list without end", page(endless.to_string().into_bytes()), wrong(&[])),
        ("no object", page(b"[[[]]]".to_vec()), wrong(&["SCH001"])),
        ("null", page(b"null".to_vec()), wrong(&["SCH001"])),
    ];
    trial::assert_all(modes.into_iter().map(|(name, act, wanted)| async move {
        let front = Front::start(lists, act).await;
        let arguments = ["--only", "elizaos::get_messages::*"];
        trial::tried(name, &front, &arguments, &wanted).await
    }))
    .await;
}

/// Rules about what an answer says, all of which such an answer may break.
const ANY: &[&str] = &["CUR", "FID", "HTTP011", "ISO", "ORD", "PAG", "SCH"];
