//! Whole responses that HTTP allows or nearly allows, and that a client must not fall for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt as _;

use super::server::{Act, Front, changed, lists, say, say_and_hold};
use super::trial::{self, Wanted};

const LISTS: &[&str] = &["--only", "elizaos::get_messages::*", "--timeout", "2"];

fn status(line: &'static str) -> Act {
    changed(move |_, mut answer| {
        let rest = answer.head.split_once("\r\n").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
        answer.head = format!("HTTP/1.1 {line}\r\n{rest}");
        answer
    })
}

fn labelled(coding: &'static str, content: Vec<u8>) -> Act {
    changed(move |_, mut answer| {
        answer.head = format!("{}\r\ncontent-encoding: {coding}", answer.head);
        if !content.is_empty() {
            answer.content.clone_from(&content);
        }
        answer
    })
}

/// Forty million blanks as a gzip member of a quarter of a megabyte (RFC 1951, section 3.2.6): one blank, and the same 258 octets before again and again.
fn bomb() -> Vec<u8> {
    const BLOCK: [u8; 3] = [1, 1, 0];
    const BLANK: [u8; 8] = [0, 1, 0, 1, 0, 0, 0, 0];
    const AGAIN: [u8; 13] = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    let octets = |bits: &[u8]| -> Vec<u8> {
        let octet = |bits: &[u8]| bits.iter().rev().fold(0_u8, |octet, bit| (octet << 1) | *bit);
        bits.chunks(8).map(octet).collect()
    };
    let first = octets(&[&BLOCK[..], &BLANK, &AGAIN].concat());
    [&b"\x1f\x8b\x08\0\0\0\0\0\0\xff"[..], &first, &octets(&AGAIN.repeat(8)).repeat(20_000), &[0; 10]]
        .concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_responses_are_judged_as_what_they_are() {
    let page = "{\"messages\":[],\"hasMore\":false,\"cursors\":{}}";
    let short = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n";
    let no_page = "HTTP/1.1 204 No Content\r\ncontent-length: 44\r\n\r\n";
    let wanted = |must_fail, may_fail| Wanted { code: 1, words: &[], may_fail, must_fail };
    let modes: Vec<(&str, Act, Wanted)> = vec![
        ("101", status("101 Switching Protocols"), wanted(&["HTTP001"], &["HTTP011", "HTTP016"])),
        ("204 with content", say(format!("{no_page}{page}")), wanted(&["HTTP001"], &["HTTP011", "HTTP012", "HTTP016", "HTTP020", "NEG004"])),
        (
            "an encoding that was not asked for",
            labelled("gzip", b"\x1f\x8b\x08\x00 and so on".to_vec()),
            Wanted { code: 0, words: &["is encoded as gzip"], may_fail: &["HTTP011"], must_fail: &["HTTP025"] },
        ),
        (
            "an encoding that is a bomb",
            labelled("gzip", bomb()),
            Wanted { code: 0, words: &["is encoded as gzip"], may_fail: &["HTTP011"], must_fail: &["HTTP025"] },
        ),
        (
            "a length that is too short",
            say(format!("{short}{page}")),
            wanted(&["HTTP007"], &["CUR010", "HTTP003", "HTTP008", "HTTP011", "HTTP016", "HTTP020", "NEG002", "NEG004"]),
        ),
        (
            "an encoding that is none",
            labelled("gzip", Vec::new()),
            wanted(&["HTTP025"], &[]),
        ),
        (
            "a second answer behind the first",
            say_and_hold(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison"),
            wanted(&[], &["CUR010", "HTTP003", "HTTP007", "HTTP011", "NEG002"]),
        ),
    ];
    trial::assert_all(modes.into_iter().map(|(name, act, wanted)| async move {
        let front = Front::start(lists, act).await;
        trial::tried(name, &front, LISTS, &wanted).await
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_redirect_is_followed() {
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let other = format!("http://{}/", elsewhere.local_addr().expect("it has an address"));
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = elsewhere.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        }
    });
    let locations = [other.as_str(), "/health", "", "file:///etc/passwd", "//127.0.0.1:1/"];
    trial::assert_all(locations.map(|location| {
        let answer =
            format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        async move {
            let front = Front::start(lists, say(answer)).await;
            let wanted = Wanted {
                code: 1,
                words: &["307"],
                may_fail: &["HTTP011", "HTTP016"],
                must_fail: &["HTTP001"],
            };
            trial::tried(&format!("redirect {}", location.len()), &front, LISTS, &wanted).await
        }
    }))
    .await;
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

/// A target that does not speak TLS on the port where it is asked to.
#[cfg(feature = "https")]
#[tokio::test(flavor = "multi_thread")]
async fn a_plain_port_that_is_asked_for_tls_gives_no_verdict() {
    let front = Front::start(|_| true, say("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")).await;
    let url = front.url.replace("http://", "https://");
    let outcome =
        trial::run("tls on a plain port", &["check", &url, "--suite", "elizaos", "--max-time", "60"], &[])
            .await;
    let wanted = Wanted { code: 3, words: &["does not speak TLS"], may_fail: &[], must_fail: &[] };
    assert_eq!(wanted.compare(&outcome), Vec::<String>::new());
}
