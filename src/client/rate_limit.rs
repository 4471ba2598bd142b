//! Reads what a response says about the target's rate limit: `Retry-After` (RFC 9110, section 10.2.3), the fields
//! `RateLimit-Remaining` and `RateLimit-Reset` (draft-ietf-httpapi-ratelimit-headers-07) and their older `X-` forms.

use std::time::Duration;

use super::message::RawResponse;

/// A reset above this many seconds is a point in time and not a wait; some servers send the `X-` form so.
const EPOCH_FROM: u64 = 1_000_000_000;

/// How long the target asks to wait before the same request is sent again; `None` where the response is no such demand.
///
/// A 429 that gives no time is answered with waits that double, from one second on. `tries` is how often the request was sent.
pub(super) fn retry_wait(response: &RawResponse, tries: u32) -> Option<Duration> {
    let stated = retry_after(response);
    match response.status {
        429 => Some(
            stated
                .or_else(|| reset(response))
                .unwrap_or_else(|| Duration::from_secs(1 << tries.saturating_sub(1).min(10))),
        ),
        503 => stated,
        _ => None,
    }
}

/// How long to hold back the next request, since this response used up what the target grants.
pub(super) fn pause_after(response: &RawResponse) -> Option<Duration> {
    let remaining =
        ["ratelimit-remaining", "x-ratelimit-remaining"].iter().find_map(|n| response.header(n))?;
    (remaining.parse::<u64>().ok()? == 0).then(|| reset(response)).flatten()
}

fn retry_after(response: &RawResponse) -> Option<Duration> {
    let value = response.header("retry-after")?;
    match value.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(Duration::from_secs(seconds_until(http_date(value)?, response))),
    }
}

fn reset(response: &RawResponse) -> Option<Duration> {
    let value = ["ratelimit-reset", "x-ratelimit-reset"].iter().find_map(|n| response.header(n))?;
    let seconds = value.parse::<f64>().ok().filter(|s| s.is_finite() && *s >= 0.0)?;
    let whole = Duration::try_from_secs_f64(seconds.ceil()).ok()?.as_secs();
    let wait = if whole >= EPOCH_FROM { seconds_until(i64::try_from(whole).ok()?, response) } else { whole };
    Some(Duration::from_secs(wait))
}

/// From the response's own `Date` to `then`: the target's clock on both sides, so that neither its skew nor our clock matters.
/// Without a `Date` one second has to do; the answer to the next try says more.
fn seconds_until(then: i64, response: &RawResponse) -> u64 {
    match response.header("date").and_then(http_date) {
        Some(now) => u64::try_from(then.saturating_sub(now)).unwrap_or(0),
        None => 1,
    }
}

/// Seconds since the epoch of an HTTP-date in its preferred form (RFC 9110, section 5.6.7).
fn http_date(value: &str) -> Option<i64> {
    jiff::fmt::rfc2822::parse(value).ok().map(|zoned| zoned.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, headers: &[(&str, &str)]) -> RawResponse {
        let headers = headers.iter().map(|(k, v)| ((*k).to_owned(), v.as_bytes().to_vec())).collect();
        RawResponse { status, headers, body: Vec::new() }
    }

    #[test]
    fn the_wait_comes_from_the_best_statement_there_is() {
        const DATE: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let cases: &[(u16, &[(&str, &str)], Option<u64>)] = &[
            (200, &[("retry-after", "3")], None),
            (429, &[("retry-after", "3")], Some(3)),
            (429, &[("retry-after", "0")], Some(0)),
            (429, &[("retry-after", "Sun, 06 Nov 1994 08:49:44 GMT"), DATE], Some(7)),
            (429, &[("retry-after", "Sun, 06 Nov 1994 08:49:30 GMT"), DATE], Some(0)),
            (429, &[("retry-after", "Sun, 06 Nov 1994 08:49:44 GMT")], Some(1)),
            (429, &[("retry-after", "soon"), ("ratelimit-reset", "4")], Some(4)),
            (429, &[("retry-after", "2"), ("ratelimit-reset", "4")], Some(2)),
            (429, &[("x-ratelimit-reset", "784111782"), DATE], Some(784_111_782)),
            (429, &[("x-ratelimit-reset", "1.2")], Some(2)),
            (429, &[("ratelimit-reset", "-4")], Some(1)),
            (429, &[("retry-after", "99999999999999999999999")], Some(1)),
            (429, &[], Some(1)),
            (503, &[("retry-after", "3")], Some(3)),
            (503, &[("ratelimit-reset", "3")], None),
            (503, &[], None),
        ];
        for (status, headers, wait) in cases {
            let found = retry_wait(&response(*status, headers), 1);
            assert_eq!(found, wait.map(Duration::from_secs), "{status} {headers:?}");
        }
        assert_eq!(retry_wait(&response(429, &[]), 4), Some(Duration::from_secs(8)));
    }

    #[test]
    fn a_reset_may_be_a_point_in_time() {
        let headers = [("x-ratelimit-reset", "1700000005"), ("date", "Tue, 14 Nov 2023 22:13:20 GMT")];
        assert_eq!(retry_wait(&response(429, &headers), 1), Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_used_up_limit_holds_back_the_next_request() {
        let cases: &[(&[(&str, &str)], Option<u64>)] = &[
            (&[("ratelimit-remaining", "0"), ("ratelimit-reset", "9")], Some(9)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "9")], Some(9)),
            (&[("ratelimit-remaining", "1"), ("ratelimit-reset", "9")], None),
            (&[("ratelimit-remaining", "0")], None),
            (&[("ratelimit-reset", "9")], None),
        ];
        for (headers, wait) in cases {
            assert_eq!(pause_after(&response(200, headers)), wait.map(Duration::from_secs), "{headers:?}");
        }
    }
}
