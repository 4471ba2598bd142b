//! Hostile content in sound responses: what is no JSON, what is too much, what repeats for ever, and what wants to be taken for markup.

use serde_json::{Value, json};

use super::server::{Act, Asked, Front, all, changed, lists, percent};
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

/// A page of items that nobody has seen, and a cursor that nobody has seen, for every request.
fn always_new() -> Act {
    changed(|asked, mut answer| {
        if answer.head.starts_with("HTTP/1.1 200") {
            let number = asked.number;
            let items = json!([{"id": format!("a{number}")}, {"id": format!("b{number}")}]);
            let page = json!({"messages": items, "hasMore": true, "cursors": {"before": 9_000_000 - number, "after": number}});
            answer.content = page.to_string().into_bytes();
        }
        answer
    })
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
            // JSON has no largest number, so the page is read for what it says: that nothing is there.
            wrong(&["PAG004"]),
        ),
        (
            "100,000 deep",
            page([vec![b'['; 100_000], vec![b']'; 100_000]].concat()),
            unreadable(&["cannot be read"]),
        ),
        ("100 MB", page(vec![b' '; 100 << 20]), too_large()),
        ("1,000,000 items", page(items(1_000_000)), too_large()),
        (
            "400,000 values",
            page([&b"[0"[..], &b",0".repeat(400_000), b"]"].concat()),
            unreadable(&["read, it would take more than"]),
        ),
        ("30,000 items", page(items(30_000)), wrong(&["PAG007"])),
        (
            "names that come twice",
            content(|c| [b"{\"hasMore\":7,\"messages\":7,", &c[1..]].concat()),
            Wanted { code: 0, words: &[], may_fail: &["HTTP011"], must_fail: &["HTTP019"] },
        ),
        (
            "a list that is always new",
            always_new(),
            Wanted { code: 3, words: &["the budget of 600 requests"], may_fail: ANY, must_fail: &["PAG007"] },
        ),
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

/// Every text of every answer, every reason of every refusal and a header field want to be more than text.
#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_a_target_acts_in_a_report() {
    let act = changed(|asked, mut answer| {
        if !lists(asked) {
            return answer;
        }
        let inline: String = HOSTILE.chars().filter(|c| !c.is_control()).collect();
        answer.head = format!("{}\r\nx-note: {inline}", answer.head);
        if asked.number.is_multiple_of(3) {
            answer.head = answer.head.replacen("200 OK", &format!("418 {inline}"), 1);
        }
        if let Some(mut json) = answer.json() {
            soiled(&mut json);
            answer.content = json.to_string().into_bytes();
        }
        answer
    });
    let front = Front::start(all, act).await;
    for look in ["--verbose", "--quiet"] {
        let only = "elizaos::get_messages::*";
        let arguments = ["check", &front.url, "--suite", "elizaos", "--only", only, look];
        let outcome = trial::run(&format!("soiled {look}"), &arguments, &[]).await;
        assert_eq!(outcome.problems(), Vec::<String>::new());
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        let text = |kind: &str| std::fs::read_to_string(outcome.folder.join(kind)).expect("it is UTF-8");
        let html = text("html");
        for markup in ["<script>alert", "<img src=x", "href=\"javascript:"] {
            assert!(!html.contains(markup), "{markup} stands in the HTML report");
            assert!(
                !outside_code(&text("markdown")).contains(markup),
                "{markup} stands in the Markdown report"
            );
            assert!(!text("junit").contains(markup), "{markup} stands in the JUnit report");
        }
        assert!(!outside_code(&text("markdown")).contains("[x](javascript:"));
        let kept = html.contains("alert(1)") && text("junit").contains("alert(1)");
        assert!(kept, "what the target said is shown, in a form that does nothing");
        for shown in [&outcome.stdout, &html, &text("junit"), &text("markdown")] {
            let acting = shown.chars().any(|c| matches!(c, '\u{202e}' | '\u{80}'..='\u{9f}'));
            assert!(!acting, "a character that turns or controls text is shown as it is");
        }
        quick_junit::Report::deserialize_from_str(&text("junit")).expect("it is sound XML");
        let commands = text("github");
        assert!(
            commands.lines().all(|line| line.starts_with("::")),
            "a text became a line of its own: {commands}"
        );
        let sarif: Value = serde_json::from_str(&text("sarif")).expect("it is JSON");
        for message in messages(&sarif) {
            // In such texts brackets make links (SARIF 2.1.0, section 3.11.6), so they are escaped.
            let link = message.match_indices('[').any(|(at, _)| !message[..at].ends_with('\\'));
            assert!(!link, "the SARIF report has a link in {message}");
        }
        serde_json::from_str::<Value>(&text("har")).expect("it is JSON");
    }
}

/// The texts of all messages in a SARIF log.
fn messages(value: &Value) -> Vec<String> {
    let own = value.pointer("/message/text").and_then(Value::as_str).map(str::to_owned);
    let members = value.as_object().into_iter().flat_map(|members| members.values());
    let inner = members.chain(value.as_array().into_iter().flatten()).flat_map(messages);
    own.into_iter().chain(inner).collect()
}

/// What Markdown reads as markup: the text without fenced blocks and code spans.
fn outside_code(markdown: &str) -> String {
    let mut fence: Option<String> = None;
    let mut outside = String::new();
    for line in markdown.lines() {
        let ticks: String = line.trim_start().chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if ticks.len() >= open.len() && line.trim() == ticks => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                let mut rest = line;
                while let Some(at) = rest.find('`') {
                    outside.push_str(&rest[..at]);
                    let span: String = rest[at..].chars().take_while(|c| *c == '`').collect();
                    let inside = &rest[at + span.len()..];
                    // A code span ends at as many backticks as it began with, no more and no fewer.
                    let ends = inside.match_indices(&span).map(|(end, _)| end).find(|end| {
                        !inside[..*end].ends_with('`') && !inside[end + span.len()..].starts_with('`')
                    });
                    rest = ends.map_or("", |end| &inside[end + span.len()..]);
                }
                outside.push_str(rest);
                outside.push('\n');
            }
        }
    }
    outside
}

/// Ids that a path, a shell or a header field would take for something else.
#[tokio::test(flavor = "multi_thread")]
async fn odd_ids_come_back_as_they_are() {
    let long = "x".repeat(100_000);
    for (name, before, after) in [
        ("marks", "../%2e%2f?#&=", "/..\"'`$(id)\\ ü😀"),
        ("line breaks", "a\r\nb: c\t", "\u{0}"),
        ("long", "", long.as_str()),
    ] {
        let (front_mark, back_mark) = (percent(before), percent(after));
        let marks = (before.to_owned(), after.to_owned());
        let act = changed(move |_, mut answer| {
            if let Some(mut json) = answer.json() {
                rename(&mut json, &marks.0, &marks.1);
                answer.content = json.to_string().into_bytes();
            }
            answer
        });
        let undo: Act = std::sync::Arc::new(move |stream, asked: Asked| {
            let text =
                String::from_utf8_lossy(&asked.octets).replace(&front_mark, "").replace(&back_mark, "");
            act(stream, Asked { octets: text.into_bytes(), ..asked })
        });
        let front = Front::start(all, undo).await;
        // Of an id that was changed in its last place, the server in front cannot make what it was.
        let (code, may_fail): (i32, &[&str]) = match name {
            "long" => (0, &["HTTP004", "HTTP011", "HTTP015"]),
            _ => (0, &["HTTP011"]),
        };
        let wanted = Wanted { code, words: &[], may_fail, must_fail: &[] };
        let problem = trial::tried(&format!("ids {name}"), &front, &["--skip", "credentials"], &wanted).await;
        assert_eq!(problem, None);
    }
}

/// Gives every session another id.
fn rename(value: &mut Value, before: &str, after: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, before, after)),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(id) if matches!(name.as_str(), "sessionId" | "session_id") => {
                        *id = format!("{before}{id}{after}");
                    }
                    member => rename(member, before, after),
                }
            }
        }
        _ => {}
    }
}
