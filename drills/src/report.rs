//! What came of a drill, in one line and in a table.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::history::{Answer, Ask, At, Call, History};
use crate::judge::{Kind, Wrong, count, delays, judge};

/// So many are told word by word.
const TOLD: usize = 10;

/// What a drill did, and what it saw by itself.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) history: History,
    /// When something was broken, and when it was mended.
    pub(crate) faults: Vec<(At, At)>,
    /// Figures of its own.
    pub(crate) notes: Vec<String>,
    /// What it expected and did not see.
    pub(crate) failures: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) drill: String,
    pub(crate) verdict: Verdict,
    calls: usize,
    /// Acknowledged writes.
    writes: usize,
    lost: usize,
    wrong: usize,
    errors: usize,
    error_secs: f64,
    recovery_secs: Option<f64>,
    slowest_secs: f64,
    took_secs: f64,
    notes: Vec<String>,
    failures: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verdict {
    Passed,
    Failed,
    Skipped,
}

impl Report {
    /// Judges what a drill saw.
    pub(crate) fn of(drill: &str, outcome: Outcome, took: Duration) -> Self {
        let Outcome { history, faults, mut notes, mut failures } = outcome;
        let wrongs = judge(&history);
        let lost = wrongs.iter().filter(|wrong| wrong.kind == Kind::LostWrite).count();
        failures.extend(tell(&wrongs));
        let writes = history.calls.iter().filter(|call| is_acknowledged_write(call)).count();
        if writes == 0 {
            failures.push("nothing was written: it shows nothing".to_owned());
        }
        notes.extend(deliveries(&history));
        let failed: Vec<&Call> = history.calls.iter().filter(|c| c.answer.failed()).collect();
        let slowest = history.calls.iter().map(|call| call.ended - call.began).max();
        Self {
            drill: drill.to_owned(),
            verdict: if failures.is_empty() { Verdict::Passed } else { Verdict::Failed },
            calls: history.calls.len(),
            writes,
            lost,
            wrong: wrongs.len() - lost,
            errors: failed.len(),
            error_secs: secs(covered(&failed)),
            recovery_secs: recovery(&history.calls, &faults).map(secs),
            slowest_secs: secs(slowest.unwrap_or(0)),
            took_secs: took.as_secs_f64(),
            notes,
            failures,
        }
    }

    /// Of a drill that could not be done, or broke off.
    pub(crate) fn without(drill: &str, verdict: Verdict, why: String) -> Self {
        let outcome = Outcome::default();
        let report = Self::of(drill, outcome, Duration::ZERO);
        Self { verdict, failures: vec![why], ..report }
    }

    pub(crate) fn passed(&self) -> bool {
        self.verdict != Verdict::Failed
    }

    /// Adds it to a file of such lines.
    pub(crate) fn append_to(&self, file: &Path) -> anyhow::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(file)?;
        writeln!(file, "{}", serde_json::to_string(self)?)?;
        Ok(())
    }

    /// The one line, and below it what is wrong.
    pub(crate) fn print(&self) {
        let word = match self.verdict {
            Verdict::Passed => "pass",
            Verdict::Failed => "FAIL",
            Verdict::Skipped => "skip",
        };
        let facts = [&self.notes[..], &self.failures[..]].concat();
        println!("{word}  {:<20} {:5.1} s  {}", self.drill, self.took_secs, self.figures());
        for fact in facts {
            println!("      {fact}");
        }
    }

    fn figures(&self) -> String {
        let recovery = self.recovery_secs.map_or_else(|| "–".to_owned(), |s| format!("{s:.1} s"));
        format!(
            "{} calls, {} writes, {} lost, {} wrong, {} errors in {:.1} s, recovered in {recovery}",
            self.calls, self.writes, self.lost, self.wrong, self.errors, self.error_secs
        )
    }
}

/// All reports of a file as a table in Markdown.
pub(crate) fn table(file: &Path) -> anyhow::Result<(String, Vec<Report>)> {
    let text = std::fs::read_to_string(file)?;
    let reports: Vec<Report> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let mut table = "| drill | | calls | writes acknowledged | lost | wrong | errors | for (s) | \
                     recovered in (s) | slowest answer (s) |\n\
                     |---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for report in &reports {
        let word = format!("{:?}", report.verdict).to_lowercase();
        let recovery = report.recovery_secs.map_or("–".to_owned(), |secs| format!("{secs:.1}"));
        let row = format!(
            "| `{}` | {word} | {} | {} | {} | {} | {} | {:.1} | {recovery} | {:.1} |\n",
            report.drill,
            report.calls,
            report.writes,
            report.lost,
            report.wrong,
            report.errors,
            report.error_secs,
            report.slowest_secs
        );
        table.push_str(&row);
    }
    Ok((table, reports))
}

/// How often each kind of wrong was found, and the first few of them.
fn tell(wrongs: &[Wrong]) -> Vec<String> {
    let mut told = Vec::new();
    for (kind, times) in count(wrongs) {
        told.push(format!("{kind:?} × {times}"));
        let few = wrongs.iter().filter(|wrong| wrong.kind == kind).take(TOLD);
        told.extend(few.map(|wrong| format!("  {wrong}")));
    }
    told
}

fn is_acknowledged_write(call: &Call) -> bool {
    !matches!(call.ask, Ask::Read { .. }) && matches!(call.answer, Answer::Done | Answer::Posted(_))
}

/// How long streams took.
fn deliveries(history: &History) -> Option<String> {
    let delays = delays(history);
    let at = |share: f64| secs(delays[(delays.len() as f64 * share) as usize]);
    let connections: usize = history.streams.iter().map(|stream| stream.connections).sum();
    (!delays.is_empty()).then(|| {
        format!(
            "streams: {} tweets over {connections} connections, p50 {:.3} s, p99 {:.3} s after their \
             acknowledgement",
            delays.len(),
            at(0.5),
            at(0.99)
        )
    })
}

/// How long there was at least one call under way that failed.
fn covered(calls: &[&Call]) -> At {
    let mut spans: Vec<(At, At)> = calls.iter().map(|call| (call.began, call.ended)).collect();
    spans.sort_unstable();
    let (mut total, mut until) = (0, 0);
    for (began, ended) in spans {
        total += ended.saturating_sub(began.max(until));
        until = until.max(ended);
    }
    total
}

/// The longest that it took, after a fault was mended, until there was an acknowledged write and no
/// more failed call (before the next fault).
fn recovery(calls: &[Call], faults: &[(At, At)]) -> Option<At> {
    let mut longest = None;
    for (place, (_, mended)) in faults.iter().enumerate() {
        let next = faults.get(place + 1).map_or(At::MAX, |(broken, _)| *broken);
        let within = |call: &&Call| *mended <= call.ended && call.began < next;
        let first = calls.iter().filter(within).filter(|call| is_acknowledged_write(call));
        let first = first.map(|call| call.ended).min();
        let failed = calls.iter().filter(within).filter(|call| call.answer.failed());
        let failed = failed.map(|call| call.ended).filter(|ended| *ended < next).max();
        let recovered = first.max(failed).map(|at| at - mended);
        longest = longest.max(recovered);
    }
    longest
}

pub(crate) fn secs(micros: At) -> f64 {
    micros as f64 / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(began: At, ended: At, answer: Answer) -> Call {
        Call { by: 1, began, ended, ask: Ask::Delete { tweet: 1 }, answer }
    }

    #[test]
    fn recovery_is_the_longest_time_from_mending_to_the_last_error() {
        let failed = || Answer::Failed("cut".to_owned());
        let calls = [
            call(0, 5, Answer::Done),
            call(11, 12, failed()),
            call(15, 21, failed()),
            call(22, 25, Answer::Done),
            call(30, 31, failed()),
            call(35, 36, Answer::Done),
        ];
        assert_eq!(recovery(&calls, &[(10, 20)]), Some(11));
        assert_eq!(recovery(&calls, &[(10, 20), (29, 32)]), Some(5));
        assert_eq!(recovery(&calls, &[]), None);
        let failed: Vec<&Call> = calls.iter().filter(|call| call.answer.failed()).collect();
        assert_eq!(covered(&failed), 1 + 6 + 1);
    }
}
