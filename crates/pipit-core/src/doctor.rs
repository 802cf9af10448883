//! The doctor: whether a database, its keys and its pictures are as they should be, and what can be
//! mended of what is not.
//!
//! Beside a running server or without one. Nothing that somebody wrote is ever deleted to make
//! numbers agree: what cannot be mended without losing it is told, and a backup has it.

mod keys;
mod pictures;

use std::sync::Arc;

use pipit_model::ids::IdGenerator;
use pipit_model::limits::{DOCTOR_STEP_ROWS, FINDINGS_KEPT};
use pipit_model::{Clock, Error, Result};
use pipit_store::Store;
use pipit_store::doctor::{COUNTED, Mend, Orphans, SchemaState, rules, schema_state};
use pipit_store::dump::{Cell, Snapshot};

use crate::backup::{Progress, Told};
use crate::{Settings, moderation};

/// Whether what can be mended is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// It is only looked.
    No,
    /// It is.
    Yes,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of what kind, in a word.
    pub kind: &'static str,
    /// What.
    pub what: String,
    /// How many there are.
    pub count: u64,
    /// The first few, by their keys.
    pub examples: Vec<String>,
    /// What the operator does about it.
    pub advice: &'static str,
    /// How many were mended.
    pub mended: u64,
}

impl Finding {
    /// Whether nothing is left to be done.
    #[must_use]
    pub fn is_mended(&self) -> bool {
        self.mended >= self.count
    }

    fn one(kind: &'static str, what: String, advice: &'static str) -> Self {
        Self { kind, what, count: 1, examples: Vec::new(), advice, mended: 0 }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examination {
    /// What is not as it should be.
    pub findings: Vec<Finding>,
    /// What could not be looked at.
    pub unchecked: Vec<String>,
}

const RESTORE: &str = "stop the server and restore the newest backup (docs/operations.md)";
const REPAIR: &str = "run `pipit doctor --repair`";
/// Keys of findings that are told.
const EXAMPLES: usize = 5;

/// Looks at everything.
///
/// # Errors
/// If the database or the place of pictures is away.
pub async fn examine(
    settings: &Settings,
    clock: Clock,
    repair: Repair,
    told: Told<'_>,
) -> Result<Examination> {
    let mut examination = Examination::default();
    if let Some(finding) = examine_schema(settings).await? {
        examination.findings.push(finding);
        return Ok(examination);
    }
    // The schema is this version's: opening it changes nothing. Nor are ids made, for any node.
    let ids = Arc::new(IdGenerator::new(0));
    let nobody = Arc::new(|_: &[_]| {});
    let store = Store::open(&settings.database_url, clock, ids, nobody).await?;
    let examined = examine_store(&store, settings, repair, told, &mut examination).await;
    store.close().await?;
    examined.map(|()| examination)
}

async fn examine_schema(settings: &Settings) -> Result<Option<Finding>> {
    let snapshot = Snapshot::open(&settings.database_url).await?;
    let steps = snapshot.schema().await?;
    snapshot.close().await?;
    let newest = steps.last().cloned().unwrap_or_default();
    Ok(match schema_state(&steps) {
        SchemaState::Current => None,
        SchemaState::Behind => Some(Finding::one(
            "schema",
            format!("the schema ends with {newest}, before that of this version"),
            "run `pipit migrate`, then the doctor again",
        )),
        SchemaState::Ahead => Some(Finding::one(
            "schema",
            format!("the schema ends with {newest}, which this version does not know"),
            "run the doctor of the newest version that was used with this database",
        )),
    })
}

async fn examine_store(
    store: &Store,
    settings: &Settings,
    repair: Repair,
    told: Told<'_>,
    examination: &mut Examination,
) -> Result<()> {
    told(Progress { what: "integrity", done: 0, total: 1 });
    let integrity = store.integrity().await?;
    examination.unchecked.extend(integrity.unchecked);
    let findings = &mut examination.findings;
    findings
        .extend(integrity.broken.into_iter().map(|what| Finding::one("integrity", what, RESTORE)));
    if !findings.is_empty() {
        // Who mends rows in a broken database breaks it further.
        examination.unchecked.push("all else, since the database itself is broken".to_owned());
        return Ok(());
    }
    keys::examine(store, &settings.keys, told, findings).await?;
    examine_audit(store, findings).await?;
    for of in rules(&store.tables().await?, store.backend_name()) {
        findings.extend(examine_orphans(store, &of, repair, told).await?);
    }
    // After the orphans: what is deleted no longer counts.
    for counted in COUNTED {
        findings.extend(examine_counts(store, counted, repair, told).await?);
    }
    pictures::examine(store, settings, repair, told, findings).await
}

async fn examine_audit(store: &Store, findings: &mut Vec<Finding>) -> Result<()> {
    match moderation::verify_audit(store).await {
        Ok(_) => Ok(()),
        Err(Error::Conflict { message, .. }) => {
            let what = format!("line {message}");
            let advice = "find out who had access to the database; compare it with a backup";
            findings.push(Finding::one("moderators' log", what, advice));
            Ok(())
        }
        Err(error) => Err(error),
    }
}

async fn examine_orphans(
    store: &Store,
    of: &Orphans,
    repair: Repair,
    told: Told<'_>,
) -> Result<Option<Finding>> {
    let total = store.count_rows(&of.table.name).await?;
    let (mut after, mut done) = (None::<Vec<Cell>>, 0);
    let (mut strays, mut count) = (Vec::new(), 0);
    loop {
        let (last, looked, some) = store.strays(of, after.as_deref(), DOCTOR_STEP_ROWS).await?;
        let Some(last) = last else { break };
        after = Some(last);
        done += looked;
        count += some.len() as u64;
        strays.extend(some.into_iter().take(FINDINGS_KEPT - strays.len()));
        told(Progress { what: &of.table.name, done, total });
    }
    if count == 0 {
        return Ok(None);
    }
    let advice = if of.mend == Mend::Nothing { RESTORE } else { REPAIR };
    let mended = match (repair, of.mend) {
        (Repair::No, _) | (_, Mend::Nothing) => 0,
        (Repair::Yes, _) => store.mend(of, &strays).await?,
    };
    let examples = strays.iter().take(EXAMPLES).map(|key| key_for_people(key)).collect();
    Ok(Some(Finding { kind: "orphans", what: of.what.to_owned(), count, examples, advice, mended }))
}

fn key_for_people(key: &[Cell]) -> String {
    let cell = |cell: &Cell| match cell {
        Cell::Null => "null".to_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
    };
    key.iter().map(cell).collect::<Vec<_>>().join("/")
}

async fn examine_counts(
    store: &Store,
    counted: pipit_store::doctor::Counted,
    repair: Repair,
    told: Told<'_>,
) -> Result<Option<Finding>> {
    let what = format!("{}.{}", counted.table, counted.column);
    let total = store.count_rows(counted.table).await?;
    let (mut after, mut done, mut count) = (0, 0, 0);
    let mut wrong = Vec::new();
    loop {
        let (last, looked, some) = store.recount(&counted, after, DOCTOR_STEP_ROWS).await?;
        let Some(last) = last else { break };
        after = last;
        done += looked;
        count += some.len() as u64;
        wrong.extend(some.into_iter().take(FINDINGS_KEPT - wrong.len()));
        told(Progress { what: &what, done, total });
    }
    if count == 0 {
        return Ok(None);
    }
    let ids: Vec<i64> = wrong.iter().map(|wrong| wrong.id).collect();
    let mended = match repair {
        Repair::No => 0,
        Repair::Yes => store.set_counts(counted, &ids).await?,
    };
    let example = |wrong: &pipit_store::doctor::Miscount| {
        format!("{} says {} and has {}", wrong.id, wrong.says, wrong.is)
    };
    let examples = wrong.iter().take(EXAMPLES).map(example).collect();
    let what = format!("{what} is not what it counts");
    Ok(Some(Finding { kind: "counts", what, count, examples, advice: REPAIR, mended }))
}
