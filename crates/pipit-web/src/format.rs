//! Times and numbers as people read them.

use std::fmt::{self, Write};

use jiff::Timestamp as Instant;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use pipit_model::Timestamp;

use crate::said::{ascii, number, said, two_digits};
use crate::words::Words;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// A moment, in the three forms that a page shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// For machines: RFC 3339.
    pub iso: Iso,
    /// In full: `14 Nov 2025, 22:13 UTC`.
    pub full: Full,
    /// At a glance: `now`, `3m`, `5h`, `2d`, `14 Nov`, `14 Nov 2025`.
    pub short: Short,
}

impl Moment {
    pub(crate) fn new(at: Timestamp, now: Timestamp, w: &'static Words) -> Self {
        let date = utc(at);
        Self { iso: Iso { at, date }, full: Full { date, w }, short: Short { at, date, now, w } }
    }

    /// From when on a page that shows it is out of date.
    pub(crate) fn until(self) -> Timestamp {
        self.short.until()
    }
}

/// [`Moment::iso`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Iso {
    at: Timestamp,
    date: DateTime,
}

impl Iso {
    fn say(self, to: &mut dyn Write) -> fmt::Result {
        let date = self.date;
        let Ok(year @ 0..=9999) = u16::try_from(date.year()) else {
            return write!(to, "{}", self.at);
        };
        let mut iso = *b"0000-00-00T00:00:00.000Z";
        let mut set = |at: usize, n: i8| iso[at..at + 2].copy_from_slice(&two_digits(n));
        set(0, (year / 100) as i8);
        set(2, (year % 100) as i8);
        set(5, date.month());
        set(8, date.day());
        set(11, date.hour());
        set(14, date.minute());
        set(17, date.second());
        let millisecond = date.millisecond();
        set(20, (millisecond / 10) as i8);
        iso[22] = b'0' + (millisecond % 10).unsigned_abs() as u8;
        to.write_str(ascii(&iso))
    }
}

/// [`Moment::full`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Full {
    date: DateTime,
    w: &'static Words,
}

impl Full {
    fn say(self, to: &mut dyn Write) -> fmt::Result {
        let date = self.date;
        day(to, date, self.w)?;
        to.write_str(" ")?;
        number(to, date.year().into())?;
        let mut time = *b", 00:00 UTC";
        time[2..4].copy_from_slice(&two_digits(date.hour()));
        time[5..7].copy_from_slice(&two_digits(date.minute()));
        to.write_str(ascii(&time))
    }
}

/// [`Moment::short`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Short {
    at: Timestamp,
    date: DateTime,
    now: Timestamp,
    w: &'static Words,
}

impl Short {
    fn say(self, to: &mut dyn Write) -> fmt::Result {
        let Self { at, date, now, w } = self;
        // A clock of another node may be a little ahead.
        let age = (now.secs() - at.secs()).max(0);
        let (n, unit) = match age {
            0..MINUTE => return to.write_str(w.now),
            MINUTE..HOUR => (age / MINUTE, w.minutes),
            HOUR..DAY => (age / HOUR, w.hours),
            DAY..WEEK => (age / DAY, w.days),
            _ => {
                day(to, date, w)?;
                if date.year() != utc(now).year() {
                    to.write_str(" ")?;
                    number(to, date.year().into())?;
                }
                return Ok(());
            }
        };
        number(to, n)?;
        to.write_str(unit)
    }

    /// From when on it is said otherwise.
    fn until(self) -> Timestamp {
        let (at, now) = (self.at.secs(), self.now.secs());
        let unit = match now - at {
            ..MINUTE => return Timestamp((at + MINUTE) * 1000),
            MINUTE..HOUR => MINUTE,
            HOUR..DAY => HOUR,
            DAY..WEEK => DAY,
            _ => return next_year(self.now),
        };
        Timestamp((at + ((now - at) / unit + 1) * unit) * 1000)
    }
}

said!(Iso, Full, Short, Count);

/// The month of a moment: `November 2025`.
pub(crate) fn month(at: Timestamp, w: &Words) -> String {
    let date = utc(at);
    format!("{} {}", of_month(&w.months, date), date.year())
}

/// A moment as HTTP writes it: `Tue, 14 Nov 2023 22:13:20 GMT`.
pub(crate) fn http_date(at: Timestamp) -> String {
    utc(at).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn day(to: &mut dyn Write, date: DateTime, w: &Words) -> fmt::Result {
    (w.day)(to, date.day(), of_month(&w.months_short, date))
}

fn of_month(names: &[&'static str; 12], date: DateTime) -> &'static str {
    names.get(usize::from(date.month().unsigned_abs()) - 1).copied().unwrap_or_default()
}

/// The calendar's moment. One beyond the year 9999, which no clock here tells, is the last there.
fn utc(at: Timestamp) -> DateTime {
    let instant = Instant::from_millisecond(at.0).unwrap_or(Instant::MAX);
    TimeZone::fixed(Offset::UTC).to_datetime(instant)
}

/// When the year after that of a moment begins; never, for the last that there is.
fn next_year(now: Timestamp) -> Timestamp {
    let year = utc(now).year().saturating_add(1);
    let first = DateTime::new(year, 1, 1, 0, 0, 0, 0);
    let begins = first.and_then(|first| Offset::UTC.to_timestamp(first));
    begins.map_or(Timestamp(i64::MAX), |begins| Timestamp(begins.as_millisecond()))
}

/// A count, cut (not rounded up) to three digits: `999`, `1.2K`, `34K`, `1.2M`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    pub n: i64,
    pub w: &'static Words,
}

impl Count {
    pub(crate) fn say(self, to: &mut dyn Write) -> fmt::Result {
        let Self { n, w } = self;
        let n = n.max(0);
        let [thousand, million, billion] = w.units;
        let (unit, name) = match n {
            0..1_000 => return number(to, n),
            1_000..1_000_000 => (1_000, thousand),
            1_000_000..1_000_000_000 => (1_000_000, million),
            _ => (1_000_000_000, billion),
        };
        let (whole, tenth) = (n / unit, n % unit * 10 / unit);
        number(to, whole)?;
        if whole < 100 && tenth > 0 {
            to.write_char(w.decimal)?;
            number(to, tenth)?;
        }
        to.write_str(name)
    }
}

/// [`Count`] as a text of its own.
pub(crate) fn count(n: i64, w: &'static Words) -> String {
    Count { n, w }.to_string()
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
            assert_eq!(Moment::new(at, now, en).short.to_string(), expected, "{secs}");
        }
        let moment = Moment::new(now, now, en);
        assert_eq!(moment.iso.to_string(), "2023-11-14T22:13:20.000Z");
        assert_eq!(moment.full.to_string(), "14 Nov 2023, 22:13 UTC");
        assert_eq!(month(now, en), "November 2023");
        assert_eq!(http_date(now), "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(Moment::new(now, now, de).full.to_string(), "14. Nov. 2023, 22:13 UTC");
        assert_eq!(Moment::new(now.plus_secs(-3 * HOUR), now, de).short.to_string(), "3\u{a0}Std.");
        assert_eq!(utc(Timestamp(i64::MAX)).year(), 9999);
        for at in [0, -1, 1, 999, 253_402_207_199_999, -62_135_596_800_001, -99_999_999_999_999] {
            let at = Timestamp(at);
            assert_eq!(Moment::new(at, now, en).iso.to_string(), at.to_string());
        }
    }

    #[test]
    fn an_age_is_said_until_it_changes() {
        // 2023-11-14T22:13:20.999Z
        let now = Timestamp(1_700_000_000_999);
        let say = |at, now| Moment::new(at, now, ALL[0]).short.to_string();
        for secs in [-5, 0, 59, 60, 61, 3_599, HOUR, DAY - 1, DAY, WEEK - 1, WEEK, 300 * DAY] {
            for ms in [0, 1, 998, 999] {
                let at = Timestamp(now.0 - secs * 1000 - ms);
                let until = Moment::new(at, now, ALL[0]).until();
                assert!(now < until, "{secs}");
                assert_eq!(say(at, Timestamp(until.0 - 1)), say(at, now), "{secs} s, {ms} ms");
                let is_old = secs >= WEEK;
                let year_ends = Timestamp(1_704_067_200_000);
                assert!(say(at, until) != say(at, now) && (!is_old || until == year_ends));
            }
        }
        assert_eq!(next_year(Timestamp(i64::MAX)), Timestamp(i64::MAX));
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
