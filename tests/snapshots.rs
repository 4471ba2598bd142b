//! The same target and the same seed give the same report and the same recording, however many cases run side by side.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use specproof::event::Event;
use specproof::evidence::curl;
use specproof::reference::clock::ManualClock;
use specproof::reference::{self, Running};
use specproof::report::jsonl::JsonLines;
use specproof::report::snapshot::Snapshots;
use specproof::report::terminal::{self, Terminal};
use specproof::report::{Fanout, Output, Reporter};
use specproof::runner::{self, Options};
use specproof::setup::{self, Bundled, Common, Target};
use tokio::sync::watch;

/// The token of the reference server.
const TOKEN: &str = "token-of-the-reference-server";

/// Keeps what is written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn output(&self) -> Output {
        Box::new(self.clone())
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// What differs from run to run is taken out where it comes in: durations here, name, port and time by what is passed in.
fn without_durations(mut event: Event) -> Event {
    match &mut event {
        Event::CaseFinished(case) => {
            case.elapsed_us = 0;
            let findings = case.judgements.iter_mut().flat_map(|judgement| &mut judgement.findings);
            findings.flat_map(|finding| &mut finding.exchanges).for_each(|exchange| exchange.elapsed_us = 0);
        }
        Event::Seeded(seeded) => {
            if let Some(exchange) = seeded.problem.as_mut().and_then(|problem| problem.exchange.as_mut()) {
                exchange.elapsed_us = 0;
            }
        }
        Event::RunFinished(foot) => foot.elapsed_us = 0,
        _ => {}
    }
    event
}

/// The terminal report, the recording and the snapshots of one suite on a fresh server.
async fn reports(bundled: &Bundled, jobs: usize) -> (String, String, BTreeMap<String, String>) {
    let suite = Arc::new(bundled.load().unwrap());
    let clock = ManualClock::new("2025-01-01T00:00:00Z".parse().unwrap());
    let mut options = reference::Options::new(Arc::new(clock));
    options.token = Some(TOKEN.to_owned());
    let server = Running::start(options).await.unwrap();
    let target = Target::new(server.base_url().parse().unwrap()).with_token(&suite, "SPECPROOF_TOKEN", TOKEN);
    let common = Common { seed: 1, namespace: "specproof-snapshot".to_owned(), ..Common::default() };
    let job = setup::job(&suite, &target, &common).unwrap();
    let (_keep, interrupted) = watch::channel(false);
    let target = "http://reference.test".to_owned();
    let options = Options { jobs, keep: false, read_only: false, exchanges: true, target, interrupted };

    let (report, recording) = (Written::default(), Written::default());
    let mut fanout = Fanout::default();
    fanout.push(Box::new(Terminal::new(report.output(), terminal::Options::default(), curl)));
    fanout.push(Box::new(JsonLines::new(recording.output())));
    let taken = Mutex::new((fanout, Snapshots::new(std::slice::from_ref(&suite))));
    runner::run(vec![job], &options, &|event| {
        let (fanout, snapshots) = &mut *taken.lock().unwrap();
        snapshots.add(&event);
        if !matches!(event, Event::Exchange(_)) {
            fanout.handle(&without_durations(event)).unwrap();
        }
    })
    .await;
    server.stop().await;
    let snapshots = taken.into_inner().unwrap().1.files();
    (report.text(), recording.text(), snapshots)
}

/// Compares line by line, so that a difference shows its line and not two whole recordings.
fn assert_same(one: &str, other: &str, what: &str) {
    for (number, (one, other)) in one.lines().zip(other.lines()).enumerate() {
        assert_eq!(one, other, "{what}, line {}", number + 1);
    }
    assert_eq!(one.lines().count(), other.lines().count(), "{what}");
}

async fn is_stable(name: &str) {
    let bundled = Bundled::named(name).unwrap();
    let (report, recording, snapshots) = reports(bundled, 1).await;
    for jobs in [4, 16] {
        let (again, recorded, once_more) = reports(bundled, jobs).await;
        assert_same(&report, &again, &format!("report with {jobs} jobs"));
        assert_same(&recording, &recorded, &format!("recording with {jobs} jobs"));
        assert_eq!(snapshots, once_more, "snapshots with {jobs} jobs");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("conformance_{name}"), report));
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/exchanges"));
    settings.bind(|| {
        for (name, text) in snapshots {
            insta::assert_snapshot!(name, text);
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn honcho() {
    is_stable("honcho").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elizaos() {
    is_stable("elizaos").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mielto() {
    is_stable("mielto").await;
}
