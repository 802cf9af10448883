//! Times and numbers as people read them.

use jiff::Timestamp as Instant;
use jiff::tz::{Offset, TimeZone};
use pipit_model::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// A moment, in the three forms that a page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// For machines: RFC 3339.
    pub iso: String,
    /// In full: `14 Nov 2025, 22:13 UTC`.
    pub full: String,
    /// At a glance: `now`, `3m`, `5h`, `2d`, `14 Nov`, `14 Nov 2025`.
    pub short: String,
}

impl Moment {
    pub(crate) fn new(at: Timestamp, now: Timestamp) -> Self {
        let full = date(at, "%-d %b %Y, %H:%M UTC");
        Self { iso: at.to_string(), full, short: short(at, now) }
    }
}

fn short(at: Timestamp, now: Timestamp) -> String {
    // A clock of another node may be a little ahead.
    let age = (now.secs() - at.secs()).max(0);
    match age {
        0..MINUTE => "now".to_owned(),
        MINUTE..HOUR => format!("{}m", age / MINUTE),
        HOUR..DAY => format!("{}h", age / HOUR),
        DAY..WEEK => format!("{}d", age / DAY),
        _ if date(at, "%Y") == date(now, "%Y") => date(at, "%-d %b"),
        _ => date(at, "%-d %b %Y"),
    }
}

/// The month of a moment: `November 2025`.
pub(crate) fn month(at: Timestamp) -> String {
    date(at, "%B %Y")
}

/// A moment as HTTP writes it: `Tue, 14 Nov 2023 22:13:20 GMT`.
pub(crate) fn http_date(at: Timestamp) -> String {
    date(at, "%a, %d %b %Y %H:%M:%S GMT")
}

fn date(at: Timestamp, form: &str) -> String {
    match Instant::from_millisecond(at.0) {
        Ok(instant) => instant.to_zoned(TimeZone::fixed(Offset::UTC)).strftime(form).to_string(),
        // Only for moments beyond the year 9999, which no clock here tells.
        Err(_) => at.to_string(),
    }
}

/// A count, cut (not rounded up) to three digits: `999`, `1.2K`, `34K`, `1.2M`.
pub(crate) fn count(n: i64) -> String {
    let n = n.max(0);
    let (unit, name) = match n {
        0..1_000 => return n.to_string(),
        1_000..1_000_000 => (1_000, "K"),
        1_000_000..1_000_000_000 => (1_000_000, "M"),
        _ => (1_000_000_000, "B"),
    };
    let (whole, tenth) = (n / unit, n % unit * 10 / unit);
    if whole >= 100 || tenth == 0 {
        format!("{whole}{name}")
    } else {
        format!("{whole}.{tenth}{name}")
    }
}

/// A number with its thing: `1 reply`, `2 replies`.
pub(crate) fn counted(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        // 2023-11-14T22:13:20Z
        let now = Timestamp(1_700_000_000_000);
        for (secs, expected) in [
            (-30, "now"),
            (0, "now"),
            (59, "now"),
            (60, "1m"),
            (HOUR - 1, "59m"),
            (HOUR, "1h"),
            (DAY - 1, "23h"),
            (DAY, "1d"),
            (WEEK - 1, "6d"),
            (WEEK, "7 Nov"),
            (317 * DAY, "1 Jan"),
            (318 * DAY, "31 Dec 2022"),
        ] {
            assert_eq!(short(now.plus_secs(-secs), now), expected, "{secs}");
        }
        let moment = Moment::new(now, now);
        assert_eq!(moment.iso, "2023-11-14T22:13:20.000Z");
        assert_eq!(moment.full, "14 Nov 2023, 22:13 UTC");
        assert_eq!(month(now), "November 2023");
        assert_eq!(http_date(now), "Tue, 14 Nov 2023 22:13:20 GMT");
    }

    #[test]
    fn counts_are_cut_not_rounded() {
        for (n, expected) in [
            (-1, "0"),
            (0, "0"),
            (999, "999"),
            (1_000, "1K"),
            (1_299, "1.2K"),
            (19_999, "19.9K"),
            (99_999, "99.9K"),
            (100_900, "100K"),
            (999_999, "999K"),
            (1_250_000, "1.2M"),
            (i64::MAX, "9223372036B"),
        ] {
            assert_eq!(count(n), expected);
        }
        assert_eq!(counted(1, "reply", "replies"), "1 reply");
        assert_eq!(counted(1_100, "reply", "replies"), "1.1K replies");
    }
}
