//! `pipit doctor`

use anyhow::{Context, bail};
use pipit_core::{Finding, Repair};
use pipit_model::Clock;
use serde_json::json;

use super::progress::Bar;
use crate::config::{Doctor, Settings};

pub(crate) async fn run(settings: &Settings, options: Doctor) -> anyhow::Result<()> {
    let Doctor { repair, json } = options;
    let bar = Bar::new()?;
    let repair = if repair { Repair::Yes } else { Repair::No };
    let examined =
        pipit_core::examine(&settings.core(), Clock::System, repair, &mut bar.told()).await;
    drop(bar);
    let examination = examined
        .with_context(|| format!("examining the database {}", settings.database_for_people()))?;
    let (findings, unchecked) = (examination.findings, examination.unchecked);
    let left = findings.iter().filter(|finding| !finding.is_mended()).count();
    if json {
        let findings: Vec<_> = findings.iter().map(as_json).collect();
        println!("{}", json!({"findings": findings, "left": left, "unchecked": unchecked}));
    } else {
        for finding in &findings {
            println!("{}", line(finding));
        }
        for what in unchecked {
            println!("not checked: {what}");
        }
        if findings.iter().any(|finding| finding.mended > 0) {
            println!("A server that runs shows what was mended once it is restarted.");
        }
        if left == 0 {
            println!("All is well with {}.", settings.database_for_people());
        }
    }
    match left {
        0 => Ok(()),
        1 => bail!("one finding is left to be seen to"),
        left => bail!("{left} findings are left to be seen to"),
    }
}

fn line(finding: &Finding) -> String {
    let Finding { kind, what, count, examples, advice, mended } = finding;
    let mut line = format!("{kind}: {what}");
    if *count > 1 || !examples.is_empty() {
        line = format!("{line}: {count}");
    }
    if !examples.is_empty() {
        let more = if *count > examples.len() as u64 { ", …" } else { "" };
        line = format!("{line} ({}{more})", examples.join(", "));
    }
    match (finding.is_mended(), *mended) {
        (true, _) => format!("{line}; mended"),
        (false, 0) => format!("{line}; {advice}"),
        (false, mended) => format!("{line}; {mended} mended, call it again for the rest"),
    }
}

fn as_json(finding: &Finding) -> serde_json::Value {
    json!({
        "kind": finding.kind,
        "what": finding.what,
        "count": finding.count,
        "examples": finding.examples,
        "advice": finding.advice,
        "mended": finding.mended,
    })
}
