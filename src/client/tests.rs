//! The client against a server that behaves, and servers that do not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use http::Method;
use tokio::time::Instant;

use super::test_server::{Reply, TestServer, response};
use super::*;
use crate::evidence::{Exchange, TransportErrorKind};

/// How a server misbehaves.
type Mode = Box<dyn Fn() -> Reply + Send + Sync>;

fn outgoing(method: Method, path: &str) -> Outgoing {
    Outgoing {
        operation: "op".into(),
        purpose: "test".into(),
        method,
        path: path.into(),
        headers: Vec::new(),
        body: None,
        credentials: Credentials::Usual,
        lacks: None,
    }
}

fn get(path: &str) -> Outgoing {
    outgoing(Method::GET, path)
}

fn client(server: &TestServer, change: impl FnOnce(&mut ClientOptions)) -> Client {
    let mut options = ClientOptions::new(server.url.clone());
    change(&mut options);
    Client::new(options).unwrap()
}

fn kind(exchange: &Exchange) -> TransportErrorKind {
    exchange.outcome.as_ref().unwrap_err().kind
}

fn message(exchange: &Exchange) -> &str {
    &exchange.outcome.as_ref().unwrap_err().message
}

#[tokio::test]
async fn a_request_without_its_path_parameter_is_not_sent() {
    let server = TestServer::answering(response("200 OK", &[], "{}")).await;
    let client = client(&server, |_| {});
    let exchange = client.send(Outgoing { lacks: Some("id".into()), ..get("/a//b") }).await;
    assert_eq!(kind(&exchange), TransportErrorKind::Other);
    assert_eq!(message(&exchange), "it was not sent, since nothing is known for the path parameter id");
    assert!(server.received().is_empty());
}

/// A server where nothing listens.
async fn nobody() -> url::Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap()).parse().unwrap()
}

#[tokio::test]
async fn a_request_is_sent_and_recorded() {
    let server = TestServer::answering(response("200 OK", &["X-A: 1", "x-a: \u{e9}"], "{}")).await;
    let client = client(&server, |options| {
        options.base_url.set_path("/v3/");
        options.headers =
            vec![("X-Workspace-Id".into(), "w".into()), ("Authorization".into(), "Bearer top-secret".into())];
        options.secrets = vec![Secret { name: "TOKEN".into(), value: "top-secret".into() }];
    });
    let exchange = client
        .send(Outgoing {
            headers: vec![("Content-Type".into(), "application/json".into())],
            body: Some(b"[\"top-secret\"]".to_vec()),
            ..outgoing(Method::POST, "/a?x=%2F&t=top-secret")
        })
        .await;

    let sent = &server.received()[0].text;
    assert!(sent.starts_with("POST /v3/a?x=%2F&t=top-secret HTTP/1.1\r\n"), "{sent}");
    for line in ["content-type: application/json", "x-workspace-id: w", "authorization: Bearer top-secret"] {
        assert!(sent.contains(&format!("\r\n{line}\r\n")), "{sent}");
    }
    let request = &exchange.request;
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/a?x=%2F&t=$TOKEN"));
    let headers: Vec<_> = request.headers.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(
        headers,
        [("content-type", "application/json"), ("x-workspace-id", "w"), ("authorization", "Bearer $TOKEN")]
    );
    assert_eq!(request.body.as_ref().unwrap().text(), "[\"$TOKEN\"]");
    let response = exchange.response().unwrap();
    assert_eq!((response.status, response.body.text().as_ref()), (200, "{}"));
    assert_eq!(response.header("x-a"), Some("1"));
    assert_eq!(response.headers[2], ("x-a".to_owned(), "\u{fffd}\u{fffd}".to_owned()));
    assert_eq!(client.requests(), 1);
    assert!(client.usual_credentials() == [credential(Place::Header, "authorization", "Bearer top-secret")]);
}

#[tokio::test]
async fn a_response_that_repeats_a_secret_is_recorded_without_it() {
    let headers = ["x-echo: Bearer top-secret", "set-cookie: id=7", "x-basic: dTp0b3Atc2VjcmV0"];
    let server =
        TestServer::answering(response("401 Unauthorized", &headers, "{\"t\":\"top\\u002dsecret\"}")).await;
    let client = client(&server, |options| {
        options.secrets = vec![Secret { name: "TOKEN".into(), value: "top-secret".into() }];
    });
    let exchange = client.send(get("/")).await;
    let response = exchange.response().unwrap();
    assert_eq!(response.header("x-echo"), Some("Bearer $TOKEN"));
    assert_eq!(response.header("set-cookie"), Some("$SET_COOKIE"));
    assert_eq!(response.header("x-basic"), Some("dT$TOKEN"));
    assert_eq!(exchange.json(), Some(&serde_json::json!({"t": "$TOKEN"})));
}

#[tokio::test]
async fn credentials_are_the_usual_ones_none_or_others() {
    let server = TestServer::answering(response("200 OK", &[], "")).await;
    let client = client(&server, |options| {
        options.headers = vec![("x-api-key".into(), "usual-key".into()), ("x-plain".into(), "p".into())];
    });
    let others = Credentials::Other(vec![credential(Place::Header, "x-api-key", "other-key")]);
    for (credentials, key) in
        [(Credentials::Usual, Some("usual-key")), (Credentials::None, None), (others, Some("other-key"))]
    {
        let exchange = client.send(Outgoing { credentials, ..get("/") }).await;
        let sent = server.received().pop().unwrap().text;
        assert_eq!(sent.lines().find_map(|line| line.strip_prefix("x-api-key: ")), key);
        assert!(sent.contains("x-plain: p\r\n"), "{sent}");
        let recorded = exchange.request.headers.iter().find(|(name, _)| name == "x-api-key");
        assert_eq!(recorded.map(|(_, value)| value.as_str()), key.map(|_| "$X_API_KEY"));
    }
}

#[tokio::test]
async fn a_request_without_content_says_so_where_content_is_usual() {
    let server = TestServer::answering(response("200 OK", &[], "")).await;
    let client = client(&server, |_| ());
    for (method, length) in
        [(Method::POST, true), (Method::PUT, true), (Method::PATCH, true), (Method::GET, false)]
    {
        client.send(outgoing(method.clone(), "/")).await;
        let sent = server.received().pop().unwrap().text;
        assert_eq!(sent.contains("content-length: 0\r\n"), length, "{method}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let server = TestServer::answering(response("302 Found", &["location: /elsewhere"], "")).await;
    let exchange = client(&server, |_| ()).send(get("/")).await;
    assert_eq!(exchange.status(), Some(302));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn broken_responses_are_told_apart() {
    use TransportErrorKind as T;
    let chunked = |rest: &str| {
        Reply::Close(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{rest}").into_bytes())
    };
    let cases: Vec<(Mode, T)> = vec![
        (
            Box::new(|| Reply::Close(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort".to_vec())),
            T::Incomplete,
        ),
        (Box::new(move || chunked("5\r\nab")), T::Incomplete),
        (Box::new(move || chunked("zz\r\nab")), T::Malformed),
        (Box::new(|| Reply::Close(b"HTTP/1.1 200 OK\r\nx-a:".to_vec())), T::Incomplete),
        (Box::new(|| Reply::Close(Vec::new())), T::Incomplete),
        (Box::new(|| Reply::Close(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec())), T::Malformed),
        (Box::new(|| Reply::Close(b"HTTP/1.1 abc OK\r\n\r\n".to_vec())), T::Malformed),
        (Box::new(|| Reply::Close(response("200 OK", &[], &"x".repeat(5000)))), T::TooLarge),
        (
            Box::new(|| {
                let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
                Reply::Endless(head, b"3\r\nabc\r\n".to_vec())
            }),
            T::TooLarge,
        ),
        (Box::new(|| Reply::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), b"abc".to_vec())), T::TooLarge),
        (Box::new(|| Reply::Keep(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nslow".to_vec())), T::Timeout),
        (Box::new(|| Reply::Silence), T::Timeout),
    ];
    for (at, (mode, expected)) in cases.into_iter().enumerate() {
        let server = TestServer::start(move |_| mode()).await;
        let client = client(&server, |options| {
            options.max_body = 4096;
            // Long enough to connect on a busy machine; only the cases that never end wait for it.
            options.timeout = Duration::from_millis(if expected == T::Timeout { 100 } else { 10_000 });
        });
        let pooled = client.send(get("/")).await;
        let fresh = client.send_on_new_connection(get("/")).await;
        let octets = client.octets(&get("/")).unwrap();
        let raw = client.send_raw("op", "test", &octets).await;
        for (way, exchange) in [("pooled", pooled), ("fresh", fresh), ("raw", raw)] {
            assert_eq!(kind(&exchange), expected, "case {at}, {way}: {}", message(&exchange));
            assert!(!message(&exchange).contains("127.0.0.1"), "case {at}, {way}: {}", message(&exchange));
        }
        // The pool may have given a connection that was about to be closed, so that way has a second try.
        let tries = client.requests();
        assert!(matches!(tries, 3 | 4), "case {at}: {tries} tries");
        assert!(
            tries == 3 || expected == T::Incomplete,
            "case {at}: what is no early end is not tried twice"
        );
    }
}

#[tokio::test]
async fn what_the_library_cannot_read_is_not_held_against_the_target() {
    let chunk = format!("1;{}\r\na\r\n", "x".repeat(1_000));
    let answer =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}0\r\n\r\n", chunk.repeat(20));
    let server = TestServer::answering(answer.into_bytes()).await;
    let client = client(&server, |_| ());
    let exchange = client.send(get("/")).await;
    assert_eq!(kind(&exchange), TransportErrorKind::Other, "{}", message(&exchange));
    assert!(message(&exchange).contains("extensions"), "{}", message(&exchange));
    let octets = client.octets(&get("/")).unwrap();
    assert!(client.send_raw("op", "test", &octets).await.is_success());
}

#[tokio::test]
async fn the_raw_way_reads_what_the_usual_way_reads() {
    let cases: [(Method, &[u8], u16, &str); 6] = [
        (Method::GET, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab", 200, "ab"),
        (Method::GET, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab", 200, "ab"),
        (
            Method::GET,
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nt: 1\r\n\r\n",
            200,
            "abc",
        ),
        (Method::GET, b"HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        (Method::HEAD, b"HTTP/1.1 200 OK\r\ncontent-length: 999999\r\n\r\n", 200, ""),
        (Method::GET, b"HTTP/1.0 404 Not Found\r\n\r\nto the end", 404, "to the end"),
    ];
    for (method, octets, status, body) in cases {
        let server = TestServer::start(move |_| Reply::Close(octets.to_vec())).await;
        let client = client(&server, |options| options.max_body = 4096);
        let request = client.octets(&outgoing(method.clone(), "/")).unwrap();
        let ways = [
            client.send(outgoing(method.clone(), "/")).await,
            client.send_on_new_connection(outgoing(method, "/")).await,
            client.send_raw("op", "test", &request).await,
        ];
        for exchange in ways {
            let response = exchange.outcome.unwrap();
            assert_eq!((response.status, response.body.text().as_ref()), (status, body));
        }
    }
}

#[tokio::test]
async fn what_a_url_cannot_hold_is_sent_as_it_is() {
    let server = TestServer::answering(response("404 Not Found", &[], "")).await;
    let client = client(&server, |options| options.base_url.set_path("/v3"));
    let long = format!("/{}", "a".repeat(70_000));
    for path in ["/a/../b", "/a/./b", "/%2e%2e", "/a?x='", "/a#b", long.as_str()] {
        let exchange = client.send(get(path)).await;
        assert_eq!((exchange.status(), exchange.request.path.as_str()), (Some(404), path));
        let sent = server.received().pop().unwrap().text;
        assert!(sent.starts_with(&format!("GET /v3{path} HTTP/1.1\r\n")), "{path}");
    }
}

#[tokio::test]
async fn raw_octets_are_recorded_as_the_request_that_they_may_mean() {
    let server = TestServer::answering(response("400 Bad Request", &[], "")).await;
    let client = client(&server, |options| {
        options.base_url.set_path("/v3");
        options.secrets = vec![Secret { name: "TOKEN".into(), value: "top-secret".into() }];
    });
    let octets =
        b"get /v3/a HTTP/9.9\r\nHost: x\r\nAuthorization: Bearer top-secret\r\nContent-Length: 1\r\n\r\nab";
    let exchange = client.send_raw("op", "test", octets).await;
    let request = exchange.request;
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/a"));
    let headers: Vec<_> = request.headers.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(headers, [("authorization", "Bearer $TOKEN"), ("content-length", "1")]);
    assert_eq!(request.body.unwrap().text(), "ab");
    for (octets, method, path) in [(&b"\r\n\r\n"[..], "", "/"), (b"GARBAGE\r\n\r\n", "GARBAGE", "/")] {
        let request = client.send_raw("op", "test", octets).await.request;
        assert_eq!((request.method.as_str(), request.path.as_str()), (method, path));
    }
}

#[tokio::test]
async fn a_target_that_asks_to_wait_is_asked_again() {
    for (busy, tries) in [(0, 1), (1, 2), (4, 5), (9, 5)] {
        let server = TestServer::start(move |received| {
            Reply::Keep(if received.len() <= busy {
                response("429 Too Many Requests", &["retry-after: 0"], "")
            } else {
                response("200 OK", &[], "")
            })
        })
        .await;
        let client = client(&server, |_| ());
        let exchange = client.send(get("/")).await;
        assert_eq!(exchange.status(), Some(if busy < 5 { 200 } else { 429 }), "{busy}");
        assert_eq!((server.received().len(), client.requests()), (tries, tries), "{busy}");
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_not_waited_for() {
    let headers = ["retry-after: 31", "ratelimit-remaining: 0", "ratelimit-reset: 31"];
    let server = TestServer::answering(response("429 Too Many Requests", &headers, "")).await;
    let client = client(&server, |_| ());
    for sent in 1..3 {
        assert_eq!(client.send(get("/")).await.status(), Some(429));
        assert_eq!(client.requests(), sent);
    }
}

#[tokio::test]
async fn a_wait_past_the_deadline_ends_the_run() {
    let server = TestServer::answering(response("429 Too Many Requests", &["retry-after: 20"], "")).await;
    let client = client(&server, |options| options.deadline = Some(Instant::now() + Duration::from_secs(15)));
    assert_eq!(client.send(get("/")).await.status(), Some(429));
    assert_eq!(kind(&client.send(get("/")).await), TransportErrorKind::Budget);
}

#[tokio::test]
async fn a_used_up_limit_makes_the_next_request_wait() {
    let headers = ["RateLimit-Remaining: 0", "RateLimit-Reset: 20"];
    let server = TestServer::answering(response("200 OK", &headers, "")).await;
    let client = client(&server, |_| ());
    assert_eq!(client.send(get("/")).await.status(), Some(200));
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.send(get("/")).await }
    });
    tokio::task::yield_now().await;
    client.stop();
    assert_eq!(kind(&waiting.await.unwrap()), TransportErrorKind::Budget);
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_costs_one_more_try() {
    // The first connection is closed at its second request, as if both had happened at once.
    let server = TestServer::start(|received| {
        let last = received.last().unwrap();
        let on_it = received.iter().filter(|r| r.connection == last.connection).count();
        if last.connection == 0 && on_it == 2 {
            Reply::Close(Vec::new())
        } else {
            Reply::Keep(response("200 OK", &[], "ok"))
        }
    })
    .await;
    let client = client(&server, |_| ());
    assert_eq!(client.send(get("/1")).await.status(), Some(200));
    assert_eq!(client.send(get("/2")).await.status(), Some(200));
    let connections: Vec<usize> = server.received().iter().map(|r| r.connection).collect();
    assert_eq!(connections, [0, 0, 1]);
    assert_eq!(client.requests(), 3);
}

#[tokio::test]
async fn a_target_that_hangs_up_on_a_request_is_asked_twice_at_most() {
    let server = TestServer::start(|received| {
        if received.len() == 1 {
            Reply::Keep(response("200 OK", &[], "ok"))
        } else {
            Reply::Close(Vec::new())
        }
    })
    .await;
    let client = client(&server, |_| ());
    client.send(get("/1")).await;
    assert_eq!(kind(&client.send(get("/2")).await), TransportErrorKind::Incomplete);
    assert_eq!(client.requests(), 3);
    let fresh = client.send_on_new_connection(get("/3")).await;
    assert_eq!(kind(&fresh), TransportErrorKind::Incomplete);
    assert_eq!(client.requests(), 4, "a new connection was not idle");
}

#[tokio::test]
async fn a_new_connection_is_new() {
    let server = TestServer::answering(response("200 OK", &[], "ok")).await;
    let client = client(&server, |_| ());
    for _ in 0..2 {
        client.send(get("/")).await;
    }
    for _ in 0..2 {
        client.send_on_new_connection(get("/")).await;
    }
    client.send(get("/")).await;
    let connections: Vec<usize> = server.received().iter().map(|r| r.connection).collect();
    assert_eq!(connections, [0, 0, 1, 2, 0]);
}

#[tokio::test]
async fn where_nothing_listens_only_the_first_requests_are_tried() {
    let client = Client::new(ClientOptions::new(nobody().await)).unwrap();
    for sent in [1, 2, 3, 4, 5, 5, 5] {
        let exchange = client.send(get("/")).await;
        assert_eq!(kind(&exchange), TransportErrorKind::Refused);
        assert_eq!(message(&exchange), "nothing accepts connections there");
        assert_eq!(client.requests(), sent);
    }
}

#[tokio::test]
async fn budgets_and_a_stop_end_all_sending() {
    let server = TestServer::answering(response("200 OK", &[], "")).await;
    let few = client(&server, |options| options.max_requests = Some(2));
    let late = client(&server, |options| options.deadline = Some(Instant::now()));
    let stopped = client(&server, |_| ());
    stopped.stop();
    for (client, allowed) in [(few, 2), (late, 0), (stopped, 0)] {
        for sent in 1..4 {
            let exchange = client.send(get("/")).await;
            if sent <= allowed {
                assert_eq!(exchange.status(), Some(200));
            } else {
                assert_eq!(kind(&exchange), TransportErrorKind::Budget);
            }
        }
        assert_eq!(client.requests(), allowed);
    }
}

#[tokio::test]
async fn no_more_requests_are_in_flight_than_allowed() {
    let server = TestServer::answering(response("200 OK", &[], "")).await;
    let client = client(&server, |options| {
        options.concurrency = 2;
        options.rate = Some(10_000.0);
    });
    let done = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for _ in 0..20 {
        let (client, done) = (client.clone(), Arc::clone(&done));
        tasks.push(tokio::spawn(async move {
            assert_eq!(client.send(get("/")).await.status(), Some(200));
            done.fetch_add(1, SeqCst);
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(done.load(SeqCst), 20);
    let connections = server.received().iter().map(|r| r.connection).max();
    assert!(connections < Some(20), "connections are kept");
}

#[tokio::test]
async fn a_field_that_cannot_be_sent_is_said_so() {
    let server = TestServer::answering(response("200 OK", &[], "")).await;
    let client = client(&server, |_| ());
    for (name, value) in [("a b", "c"), ("a", "b\r\nc"), ("", "c")] {
        let exchange = client.send(Outgoing { headers: vec![(name.into(), value.into())], ..get("/") }).await;
        assert_eq!(kind(&exchange), TransportErrorKind::Other);
    }
    assert_eq!(client.requests(), 0);
}

#[tokio::test]
async fn options_that_cannot_hold_are_refused() {
    for url in ["ftp://h/", "http://u:p@h/", "http://u@h/", "http://h/?q", "http://h/#f"] {
        assert!(Client::new(ClientOptions::new(url.parse().unwrap())).is_err(), "{url}");
    }
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300] {
        let mut options = ClientOptions::new("http://h/".parse().unwrap());
        options.rate = Some(rate);
        assert!(matches!(Client::new(options), Err(ClientError::Rate(_))), "{rate}");
    }
    let mut options = ClientOptions::new("http://h/".parse().unwrap());
    options.headers = vec![("a b".into(), "c".into())];
    assert!(matches!(Client::new(options), Err(ClientError::Header(_))));
    #[cfg(not(feature = "https"))]
    assert!(matches!(
        Client::new(ClientOptions::new("https://h/".parse().unwrap())),
        Err(ClientError::HttpsNotBuilt(_))
    ));
}

#[tokio::test]
async fn a_probe_tells_what_listens() {
    let probe_server = |octets: Vec<u8>| async move {
        let server = TestServer::start(move |_| Reply::Close(octets.clone())).await;
        probe(&client(&server, |_| ())).await
    };
    assert!(matches!(probe_server(response("404 Not Found", &[], "")).await, Reachability::Answers(_)));
    assert!(matches!(probe_server(b"220 mail ESMTP\r\n".to_vec()).await, Reachability::NotHttp { .. }));
    let alert = b"\x15\x03\x01\x00\x02\x02\x46".to_vec();
    assert!(matches!(probe_server(alert).await, Reachability::SpeaksTls { .. }));
    let mute = TestServer::start(|received| {
        let plain = received.last().unwrap().text.starts_with("GET ");
        Reply::Close(if plain { Vec::new() } else { b"\x16\x03\x03".to_vec() })
    })
    .await;
    assert!(matches!(probe(&client(&mute, |_| ())).await, Reachability::SpeaksTls { .. }));
    let nginx = response("400 Bad Request", &[], "<b>The plain HTTP request was sent to HTTPS port</b>");
    assert!(matches!(probe_server(nginx).await, Reachability::SpeaksTls { .. }));
    assert!(matches!(probe_server(Vec::new()).await, Reachability::Unclear { .. }));
    let url = nobody().await;
    let port = url.port().unwrap();
    let nothing = probe(&Client::new(ClientOptions::new(url)).unwrap()).await;
    assert!(nothing.to_string().starts_with(&format!("nothing listens on 127.0.0.1:{port}")), "{nothing}");
}

#[cfg(feature = "https")]
#[tokio::test]
async fn plain_http_behind_an_https_url_is_named() {
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = plain.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let url = format!("https://127.0.0.1:{port}").parse().unwrap();
    let client = match Client::new(ClientOptions::new(url)) {
        Ok(client) => client,
        // This system has no root certificates, without which nothing can be trusted.
        Err(ClientError::Setup(_)) => return,
        Err(error) => panic!("{error}"),
    };
    let found = probe(&client).await;
    assert!(matches!(found, Reachability::NoTls { .. }), "{found}");
}

fn credential(place: Place, name: &str, value: &str) -> Credential {
    Credential { place, name: name.to_owned(), value: value.to_owned() }
}

#[tokio::test]
async fn a_credential_in_the_query_is_sent_and_not_recorded() {
    let server = TestServer::answering(response("200 OK", &[], "")).await;
    let client = client(&server, |options| {
        options.query = vec![("key".into(), "usual+key&".into())];
        options.secrets = vec![Secret { name: "TOKEN".into(), value: "usual+key&".into() }];
    });
    let others = || Credentials::Other(vec![credential(Place::Query, "key", "other-key")]);
    for (path, credentials, sent, recorded) in [
        ("/a", Credentials::Usual, "/a?key=usual%2Bkey%26", "/a?key=$TOKEN"),
        ("/a?b=1", Credentials::Usual, "/a?b=1&key=usual%2Bkey%26", "/a?b=1&key=$TOKEN"),
        ("/a?key=link", Credentials::Usual, "/a?key=link", "/a?key=link"),
        ("/a", Credentials::None, "/a", "/a"),
        ("/a", others(), "/a?key=other%2Dkey", "/a?key=$KEY"),
    ] {
        let exchange = client.send(Outgoing { credentials, ..get(path) }).await;
        let text = server.received().pop().unwrap().text;
        assert!(text.starts_with(&format!("GET {sent} HTTP/1.1\r\n")), "{text}");
        assert_eq!(exchange.request.path, recorded);
    }
}
