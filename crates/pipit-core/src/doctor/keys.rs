//! Whether the ring opens what is sealed.

use std::collections::BTreeMap;

use pipit_model::limits::DOCTOR_STEP_ROWS;
use pipit_model::{Result, Timestamp};
use pipit_store::{SealedColumn, Store};

use super::Finding;
use crate::backup::{Progress, Told};
use crate::reseal::CHECK;
use crate::seal::{IfMissing, KeyPlace, Keys, Place, Seals};

const RING: &str = "put back the keys that this database is sealed by, from the other nodes or from \
                    where their copy is kept (docs/operations.md)";
const PLAIN: &str = "start the server, or run `pipit keys list`: either seals it";

pub(super) async fn examine(
    store: &Store,
    place: &KeyPlace,
    told: Told<'_>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    // None is made: the time is not needed.
    let ring = Seals::open(place.clone(), IfMissing::Refuse, Timestamp(0));
    let keys = match ring.and_then(|seals| seals.keys()) {
        Ok(keys) => keys,
        Err(error) => {
            findings.push(Finding::one("keys", error.to_string(), RING));
            return Ok(());
        }
    };
    findings.extend(examine_ring(store, &keys).await?);
    for column in SealedColumn::ALL {
        findings.extend(examine_column(store, &keys, column, told).await?);
    }
    Ok(())
}

/// The checks that the database has of its keys, and the secrets that the nodes share.
async fn examine_ring(store: &Store, keys: &Keys) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let own = keys.checks();
    for kept in store.list_keys().await? {
        if let Some(number) = kept.id.strip_prefix(CHECK) {
            let own = own.iter().find(|(own, _)| own.to_string() == number);
            let newer = number.parse::<i64>().is_ok_and(|number| number > keys.newest());
            let other = own.is_some_and(|(_, check)| *check != kept.secret.text);
            if newer || other {
                let is =
                    if newer { "is missing from the ring" } else { "of the ring is another one" };
                findings.push(Finding::one("keys", format!("key {number} {is}"), RING));
            }
        } else if let Err(error) = keys.open(Place::ServerKey(&kept.id), &kept.secret) {
            findings.push(Finding::one("keys", error.to_string(), RING));
        }
    }
    Ok(findings)
}

async fn examine_column(
    store: &Store,
    keys: &Keys,
    column: SealedColumn,
    told: Told<'_>,
) -> Result<Vec<Finding>> {
    let (table, _, name) = column.place();
    let total = store.count_rows(table).await?;
    let (mut after, mut done) = (0, 0);
    // By the number of the key: how many, and the first few.
    let mut shut: BTreeMap<i64, (u64, Vec<String>)> = BTreeMap::new();
    loop {
        let rows = store.list_all_sealed(column, after, DOCTOR_STEP_ROWS).await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        done += rows.len() as u64;
        for row in rows {
            let opens = keys.open(Place::Row(column, row.id), &row.sealed).is_ok();
            if !opens || row.sealed.key == 0 {
                let (count, examples) = shut.entry(row.sealed.key).or_default();
                *count += 1;
                if examples.len() < super::EXAMPLES {
                    examples.push(row.id.to_string());
                }
            }
        }
        told(Progress { what: "sealed values", done, total });
    }
    let finding = |(key, (count, examples)): (i64, (u64, Vec<String>))| {
        let (what, advice) = match key {
            0 => (format!("{table}.{name} is in the clear"), PLAIN),
            key => (format!("{table}.{name} sealed by key {key} does not open"), RING),
        };
        Finding { kind: "keys", what, count, examples, advice, mended: 0 }
    };
    Ok(shut.into_iter().map(finding).collect())
}
