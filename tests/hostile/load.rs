//! Targets that are slow, busy, failing or gone, and the budgets of a run.

use std::time::Duration;

use super::server::{Act, Asked, Front, all, changed, lists};
use super::trial::{self, Wanted};

/// What comes instead of the correct answer to some requests.
fn instead(chosen: impl Fn(&Asked) -> bool + Send + Sync + 'static, head: &'static str) -> Act {
    changed(move |asked, mut answer| {
        if chosen(asked) {
            answer.head = format!("HTTP/1.1 {head}");
            answer.content.clear();
        }
        answer
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_and_failing_targets_come_to_an_end() {
    let well = || Wanted { code: 0, words: &[], may_fail: &[], must_fail: &[] };
    let stopped = |words| Wanted { code: 3, words, may_fail: &[], must_fail: &[] };
    let failing =
        || Wanted { code: 1, words: &[], may_fail: &["HTTP007", "NEG005"], must_fail: &["HTTP002"] };
    let keeps: &[&str] = &["keeps asking to wait", "--rate"];
    let always = |_: &Asked| true;
    let often = |asked: &Asked| asked.number % 7 == 3;
    let modes: Vec<(&str, Act, Wanted)> = vec![
        ("429 now and then", instead(often, "429 Too Many Requests\r\nretry-after: 0"), well()),
        (
            "429 until a date",
            instead(
                |asked| asked.number == 140,
                "429 Too Many Requests\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: Sun, 06 Nov 1994 08:49:38 GMT",
            ),
            well(),
        ),
        ("429 without a word", instead(|asked| asked.number == 140, "429 Too Many Requests"), well()),
        ("429 always", instead(always, "429 Too Many Requests\r\nretry-after: 0"), stopped(keeps)),
        ("429 for a year", instead(always, "429 Too Many Requests\r\nretry-after: 31536000"), stopped(keeps)),
        ("503 now and then", instead(often, "503 Service Unavailable\r\nretry-after: 0"), well()),
        ("503 without a word", instead(often, "503 Service Unavailable"), failing()),
        ("500 always", instead(always, "500 Internal Server Error"), failing()),
    ];
    trial::assert_all(modes.into_iter().map(|(name, act, wanted)| async move {
        let front = Front::start(lists, act).await;
        trial::tried(name, &front, &["--only", "elizaos::get_messages::*"], &wanted).await
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_targets_are_not_wrong() {
    let slow = || changed_after(Duration::from_secs(2));
    let only = ["--only", "elizaos::get_messages::unknown-parent"];
    let well = Wanted { code: 0, words: &[], may_fail: &[], must_fail: &[] };
    let late = Wanted { code: 3, words: &["no answer in time"], may_fail: &[], must_fail: &[] };
    let patient = Front::start(lists, slow()).await;
    let impatient = Front::start(lists, slow()).await;
    let found = [
        trial::tried("two seconds, waited for", &patient, &[&only[..], &["--timeout", "10"]].concat(), &well)
            .await,
        trial::tried(
            "two seconds, not waited for",
            &impatient,
            &[&only[..], &["--timeout", "1"]].concat(),
            &late,
        )
        .await,
    ];
    assert_eq!(found, [None, None]);
}

/// The correct answer, after a while.
fn changed_after(wait: Duration) -> Act {
    let act = changed(|_, answer| answer);
    std::sync::Arc::new(move |stream, asked| {
        let act = std::sync::Arc::clone(&act);
        Box::pin(async move {
            tokio::time::sleep(wait).await;
            act(stream, asked).await;
        })
    })
}

/// Every answer is right, and the connection is closed behind it without a word of warning.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_closed_without_a_word_are_no_fault() {
    let front = Front::start(all, silently_closed()).await;
    let wanted = Wanted { code: 0, words: &[], may_fail: &[], must_fail: &[] };
    assert_eq!(trial::tried("closed without a word", &front, &["--jobs", "8"], &wanted).await, None);
}

fn silently_closed() -> Act {
    changed(|_, mut answer| {
        let fields = answer.head.split("\r\n").filter(|f| !f.to_ascii_lowercase().starts_with("connection:"));
        answer.head = fields.collect::<Vec<_>>().join("\r\n");
        answer
    })
}

/// The target dies in the middle of a run: from some request on, nobody listens.
#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_dies_ends_the_run() {
    let mut front = Front::start(|_| false, changed(|_, answer| answer)).await;
    front.die_after(180);
    let wanted = Wanted {
        code: 3,
        words: &["the target accepts no connections any more", "the run was stopped"],
        may_fail: &["HTTP008"],
        must_fail: &[],
    };
    assert_eq!(trial::tried("dies", &front, &[], &wanted).await, None);
}
