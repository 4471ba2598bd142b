//! What is fuzzed: each function takes octets of any kind and must come back, without a panic and with what holds of every input.
//!
//! The programs in `fuzz_targets` run these under libFuzzer. `tests/regressions.rs` runs them over the inputs that were found to break something
//! (`fixtures/fuzz`), and needs nothing but a usual build.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use specproof::client::{Client, ClientOptions};
use specproof::document::Document;
use specproof::driver::{Driver, Seeding, perform};
use specproof::oracle::{Oracle, Record, instant_nanoseconds};
use specproof::pagination::{Link, Place, parse_header};
use specproof::plan::{Planned, Terms, plan};
use specproof::report::{Reporter as _, jsonl};
use specproof::rules::{Scene, judge};
use specproof::setup::Bundled;
use specproof::suite::Suite;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The document loader: what it accepts can be asked for its operations and judges values.
pub(crate) fn document(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    for name in ["a.yaml", "a.json"] {
        let Ok(document) = Document::from_text(name, text) else { continue };
        for operation in document.operations().iter().take(20) {
            for response in &operation.responses {
                for schema in response.content.iter().filter_map(|media| media.schema.as_ref()) {
                    let value = json!({"a": [1, "b", null]});
                    assert_eq!(schema.is_valid(&value), schema.violations(&value).is_empty());
                }
            }
        }
    }
}

/// The suite loader, with the document of a bundled suite.
pub(crate) fn suite(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    let yaml = include_str!("../specs/mielto/openapi.yaml");
    let loaded = Suite::load("suite.toml", text, |_| Ok(Document::from_text("openapi.yaml", yaml)?));
    match loaded {
        Ok(suite) => drop(plan(&suite, &Terms::default())),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Texts of header fields and cursors: `Link`, URI references, instants.
pub(crate) fn fields(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let (links, _) = parse_header(&text);
    let base = url::Url::parse("http://127.0.0.1:1/v1").expect("it is a URL");
    let place = Place { base: &base, path: "/items?x=1", servers: &[] };
    for (_, target) in &links {
        let link = Link::read(target, &place);
        assert!(link.leads.is_err() || link.leads.is_ok_and(|path| path.starts_with('/')));
    }
    let _ = Link::read(&text, &place);
    let _ = instant_nanoseconds(&Value::from(text.as_ref()));
}

/// The reader of recordings: what it accepts is written and read again to the same events.
pub(crate) fn recording(octets: &[u8]) {
    let Ok(events) = jsonl::read(octets) else { return };
    let written = Shared::default();
    let mut writer = jsonl::JsonLines::new(Box::new(written.clone()));
    for event in &events {
        writer.handle(event).expect("memory can be written to");
    }
    let text = written.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert_eq!(jsonl::read(text.as_slice()).expect("what was written can be read"), events);
}

/// Memory that can be written to from two places.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A target that answers everything with the same octets, and a case or two that meet it: responses are read, and judged by every rule. The first
/// octet says whether the rest is a whole response or the content of a good one.
pub(crate) fn response(octets: &[u8]) {
    let Some((kind, rest)) = octets.split_first() else { return };
    let answer = if kind % 2 == 0 {
        rest.to_vec()
    } else {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            rest.len()
        );
        [head.as_bytes(), rest].concat()
    };
    thread_local!(static STAGE: RefCell<Stage> = RefCell::new(Stage::new()));
    STAGE.with_borrow_mut(|stage| stage.play(answer, usize::from(*kind)));
}

/// Everything that is made once.
struct Stage {
    runtime: Runtime,
    listener: Option<TcpListener>,
    url: url::Url,
    seeding: Seeding,
    cases: Vec<Planned>,
}

impl Stage {
    fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it can be made");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        let mut oracle = Oracle::default();
        let parent = oracle.add(record("conversation", None, 0));
        for index in 0..6 {
            oracle.add(record("message", Some(parent), index));
        }
        let cases = plan(suite_of_all(), &Terms::default()).cases;
        let wanted = ["get_message::fetch", "list_messages::filter-role", "get_message::fetch-elsewhere"];
        let cases =
            cases.into_iter().filter(|planned| wanted.iter().any(|name| planned.case.id.ends_with(name)));
        Self {
            runtime,
            listener: Some(listener),
            url: format!("http://{address}").parse().expect("it is a URL"),
            seeding: Seeding { oracle: Arc::new(oracle), ..Seeding::default() },
            cases: cases.collect(),
        }
    }

    fn play(&mut self, answer: Vec<u8>, number: usize) {
        let Some(listener) = self.listener.take() else { return };
        let mut options = ClientOptions::new(self.url.clone());
        options.timeout = Duration::from_millis(50);
        options.max_retry_after = Duration::ZERO;
        options.max_requests = Some(20);
        let client = Client::new(options).expect("the options are sound");
        let suite = Arc::clone(suite_of_all());
        let driver = Driver::new(
            client,
            Arc::clone(&suite),
            1,
            "specproof-fuzz".into(),
            std::collections::BTreeMap::new(),
        );
        let planned = &self.cases[(number / 2) % self.cases.len()];
        let seeding = &self.seeding;
        let listener = self.runtime.block_on(async {
            let serving = tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    let mut request = [0; 4096];
                    let _ = stream.read(&mut request).await;
                    let _ = stream.write_all(&answer).await;
                }
            });
            let (evidence, oracle) = perform(&driver, seeding, &planned.case).await;
            let scene = Scene { suite: &suite, case: &planned.case, oracle: &oracle, evidence: &evidence };
            for rule in &planned.rules {
                let judgement = judge(rule, &scene);
                assert!(serde_json::to_string(&judgement).is_ok());
            }
            serving.abort();
            let _ = serving.await;
            TcpListener::bind("127.0.0.1:0").await.ok()
        });
        if let Some(address) = listener.as_ref().and_then(|listener| listener.local_addr().ok()) {
            self.url = format!("http://{address}").parse().expect("it is a URL");
        }
        self.listener = listener;
    }
}

fn suite_of_all() -> &'static Arc<Suite> {
    static SUITE: OnceLock<Arc<Suite>> = OnceLock::new();
    SUITE.get_or_init(|| {
        Arc::new(Bundled::named("mielto").expect("it is bundled").load().expect("it is sound"))
    })
}

fn record(resource: &str, parent: Option<usize>, index: usize) -> Record {
    let acknowledged = json!({"id": format!("{resource}{index}"), "created_at": format!("2024-01-01T00:00:0{index}Z"), "role": "user"});
    Record {
        resource: resource.to_owned(),
        label: resource.to_owned(),
        index,
        parent,
        id: format!("{resource}{index}"),
        sent: Arc::new([("role".to_owned(), json!("user"))].into()),
        acknowledged: Arc::new(acknowledged),
        marker: None,
        moment: index,
    }
}
