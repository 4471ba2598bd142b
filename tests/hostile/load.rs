//! Targets that are slow, busy, failing or gone, and the budgets of a run.

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
    let failing = || Wanted { code: 1, words: &[], may_fail: &["HTTP006"], must_fail: &["HTTP002"] };
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
