//! Times and numbers as people read them.

use jiff::Timestamp as Instant;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use pipit_model::Timestamp;

use crate::words::Words;

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
    pub(crate) fn new(at: Timestamp, now: Timestamp, w: &Words) -> Self {
        let date = utc(at);
        let (hour, minute) = (date.hour(), date.minute());
        let full = format!("{} {}, {hour:02}:{minute:02} UTC", day(date, w), date.year());
        Self { iso: at.to_string(), full, short: short((at, date), now, w) }
    }
}

fn short((at, date): (Timestamp, DateTime), now: Timestamp, w: &Words) -> String {
    // A clock of another node may be a little ahead.
    let age = (now.secs() - at.secs()).max(0);
    match age {
        0..MINUTE => w.now.to_owned(),
        MINUTE..HOUR => format!("{}{}", age / MINUTE, w.minutes),
        HOUR..DAY => format!("{}{}", age / HOUR, w.hours),
        DAY..WEEK => format!("{}{}", age / DAY, w.days),
        _ if date.year() == utc(now).year() => day(date, w),
        _ => format!("{} {}", day(date, w), date.year()),
    }
}

/// The month of a moment: `November 2025`.
pub(crate) fn month(at: Timestamp, w: &Words) -> String {
    let date = utc(at);
    format!("{} {}", of_month(&w.months, date), date.year())
}

/// A moment as HTTP writes it: `Tue, 14 Nov 2023 22:13:20 GMT`.
pub(crate) fn http_date(at: Timestamp) -> String {
    utc(at).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn day(date: DateTime, w: &Words) -> String {
    (w.day)(date.day(), of_month(&w.months_short, date))
}

fn of_month(names: &[&'static str; 12], date: DateTime) -> &'static str {
    names.get(usize::from(date.month().unsigned_abs()) - 1).copied().unwrap_or_default()
}

/// The calendar's moment. One beyond the year 9999, which no clock here tells, is the last there.
fn utc(at: Timestamp) -> DateTime {
    let instant = Instant::from_millisecond(at.0).unwrap_or(Instant::MAX);
    TimeZone::fixed(Offset::UTC).to_datetime(instant)
}

/// A count, cut (not rounded up) to three digits: `999`, `1.2K`, `34K`, `1.2M`.
pub(crate) fn count(n: i64, w: &Words) -> String {
    let n = n.max(0);
    let [thousand, million, billion] = w.units;
    let (unit, name) = match n {
        0..1_000 => return n.to_string(),
        1_000..1_000_000 => (1_000, thousand),
        1_000_000..1_000_000_000 => (1_000_000, million),
        _ => (1_000_000_000, billion),
    };
    let (whole, tenth) = (n / unit, n % unit * 10 / unit);
    if whole >= 100 || tenth == 0 {
        format!("{whole}{name}")
    } else {
        format!("{whole}{}{tenth}{name}", w.decimal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ALL;

    #[test]
    fn ages() {
        // 2023-11-14T22:13:20Z
        let now = Timestamp(1_700_000_000_000);
        let [en, de] = ALL;
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
            let at = now.plus_secs(-secs);
            assert_eq!(short((at, utc(at)), now, en), expected, "{secs}");
        }
        let moment = Moment::new(now, now, en);
        assert_eq!(moment.iso, "2023-11-14T22:13:20.000Z");
        assert_eq!(moment.full, "14 Nov 2023, 22:13 UTC");
        assert_eq!(month(now, en), "November 2023");
        assert_eq!(http_date(now), "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(Moment::new(now, now, de).full, "14. Nov. 2023, 22:13 UTC");
        assert_eq!(Moment::new(now.plus_secs(-3 * HOUR), now, de).short, "3\u{a0}Std.");
        assert_eq!(utc(Timestamp(i64::MAX)).year(), 9999);
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
            assert_eq!(count(n, ALL[0]), expected);
        }
    }
}
