//! Broken transport: connections, framing, header sections. None of it is ever taken for a fault in what the target says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt as _;

use super::server::{
    Act, Asked, Front, all, forward, lists, say, say_and_hold, say_and_reset, say_forever, say_slowly,
};
use super::trial::{self, Wanted};

/// A mode: its name, what is done, and what comes of it where only lists are answered so, after a good start.
type Mode = (&'static str, Act, Wanted);

const BROKEN: &[&str] = &["HTTP008"];

fn broken(words: &'static [&'static str]) -> Wanted {
    Wanted { code: 1, words, may_fail: &["HTTP020"], must_fail: BROKEN }
}

fn silent(words: &'static [&'static str]) -> Wanted {
    Wanted { code: 3, words, may_fail: &[], must_fail: &[] }
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

fn answer(head: &str, content: &str) -> Vec<u8> {
    format!("{OK}{head}\r\n{content}").into_bytes()
}

const EMPTY_PAGE: &str = r#"{"messages":[],"hasMore":false,"cursors":{}}"#;

fn modes() -> Vec<Mode> {
    let chunked = "transfer-encoding: chunked\r\n";
    let headers: String = (0..10_000).fold(String::new(), |text, n| text + &format!("x-{n}: {n}\r\n"));
    let cookie = format!("set-cookie: a={}\r\n", "c".repeat(1 << 20));
    vec![
        ("silence", say_and_hold(b""), silent(&["no answer in time", "is not asked any more"])),
        ("reset at once", say_and_reset(b""), broken(&["the response ended early"])),
        ("closed at once", say(""), broken(&["the response ended early"])),
        (
            "reset in the content",
            say_and_reset(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"mess"),
            broken(&["ended early"]),
        ),
        ("half closed in the head", say("HTTP/1.1 200 OK\r\ncontent-le"), broken(&["ended early"])),
        (
            "one octet a second",
            say_slowly("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
            silent(&["no answer in time"]),
        ),
        (
            "headers without end",
            say_forever("HTTP/1.1 200 OK\r\n", b"x-more: of the same\r\n".repeat(100)),
            broken(&["larger than"]),
        ),
        (
            "a line without end",
            say_forever("HTTP/1.1 200 OK\r\nx-long: ", vec![b'a'; 4096]),
            broken(&["larger than"]),
        ),
        (
            "content without end",
            say_forever("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[", b"1,".repeat(2048)),
            broken(&["larger than the limit"]),
        ),
        (
            "chunks without end",
            say_forever(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                [b"1000\r\n".to_vec(), vec![b' '; 4096], b"\r\n".to_vec()].concat(),
            ),
            broken(&["larger than the limit"]),
        ),
        (
            "a length that is too long",
            say(answer("content-length: 5000\r\n", EMPTY_PAGE)),
            broken(&["ended early"]),
        ),
        (
            "a length that is negative",
            say(answer("content-length: -5\r\n", EMPTY_PAGE)),
            broken(&["not HTTP"]),
        ),
        (
            "two lengths",
            say(answer("content-length: 44\r\ncontent-length: 7\r\n", EMPTY_PAGE)),
            broken(&["not HTTP"]),
        ),
        (
            "a length of 10^18",
            say(answer("content-length: 1000000000000000000\r\n", EMPTY_PAGE)),
            broken(&["larger than the limit"]),
        ),
        ("chunks that are none", say(answer(chunked, "zzz\r\n{}\r\n0\r\n\r\n")), broken(&["not HTTP"])),
        ("chunks that break off", say(answer(chunked, "20\r\n{\"messages\":")), broken(&["ended early"])),
        (
            "interim answers without end",
            say_forever("", b"HTTP/1.1 102 Processing\r\n\r\n".repeat(100)),
            silent(&["no answer in time"]),
        ),
        ("HTTP/0.9", say("<html>hello</html>"), broken(&["not HTTP"])),
        ("TLS", say([0x15, 3, 1, 0, 2, 2, 40]), broken(&["not HTTP"])),
        ("NULs", say([0; 512]), broken(&["not HTTP"])),
        ("10,000 headers", say(answer(&headers, EMPTY_PAGE)), broken(&["larger than"])),
        ("a cookie of a megabyte", say(answer(&cookie, EMPTY_PAGE)), broken(&["larger than"])),
    ]
}

async fn assert_modes(modes: Vec<Mode>, prefix: &str, chosen: fn(&Asked) -> bool) {
    trial::assert_all(modes.into_iter().map(|(name, act, wanted)| async move {
        let front = Front::start(chosen, act).await;
        let arguments = ["--only", "elizaos::get_messages::*", "--timeout", "1"];
        trial::tried(&format!("{prefix} {name}"), &front, &arguments, &wanted).await
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_over_a_broken_transport_blame_the_transport() {
    assert_modes(modes(), "lists", lists).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_whose_transport_is_broken_throughout_gives_no_verdict() {
    let modes = modes().into_iter().map(|(name, act, _)| (name, act, silent(&["no verdict"])));
    assert_modes(modes.collect(), "all", all).await;
}

/// The answer to one creation is lost with its connection, after it was carried out.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_created_and_not_answered_is_held_against_nobody() {
    fn batches(asked: &Asked) -> bool {
        asked.line.starts_with("POST ") && asked.line.ends_with("/messages")
    }
    // Whether what was lost was carried out: then it is there twice, since it is sent again.
    for (carried_out, noted) in [(true, true), (false, false)] {
        let seen = Arc::new(AtomicUsize::new(0));
        let act: Act = Arc::new(move |mut stream, asked| {
            let first = seen.fetch_add(1, Ordering::SeqCst) == 0;
            Box::pin(async move {
                if first && !carried_out {
                    return;
                }
                let answer = forward(asked.behind, &asked.octets).await;
                if let Some(answer) = answer.filter(|_| !first) {
                    let _ = stream.write_all(&answer).await;
                }
            })
        });
        let front = Front::start(batches, act).await;
        let name = format!("lost creation {carried_out}");
        let outcome = trial::run(&name, &["check", &front.url, "--suite", "honcho"], &[]).await;
        assert_eq!(outcome.code, Some(0), "{}", outcome.stdout);
        assert!(outcome.stdout.contains("no findings"), "{}", outcome.stdout);
        assert_eq!(outcome.stdout.contains("was lost with its connection"), noted, "{}", outcome.stdout);
    }
}
