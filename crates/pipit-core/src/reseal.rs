//! Sealing anew: what older versions left in the clear, when the service starts; and everything, when
//! the keys are rotated. In bounded steps, each of them whole: killed at any moment, it goes on where
//! it was.

use pipit_model::limits::SEAL_STEP_ROWS;
use pipit_model::user::Email;
use pipit_model::{Error, Result, Timestamp};
use pipit_store::{KeptKey, Resealed, Sealed, SealedColumn, SealedRow, Store};

use crate::seal::{IfMissing, KeyPlace, Keys, Place, Seals};
use crate::{Parts, Pipit};

/// How the checks of the ring's keys are named among the shared secrets.
pub(crate) const CHECK: &str = "ring-";

/// A key of the ring, and what it has sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// Its number; 0 stands for what is in the clear.
    pub number: i64,
    /// Whether the ring has it.
    pub known: bool,
    /// Whether it seals what is new.
    pub newest: bool,
    /// How many values it sealed.
    pub sealed: i64,
}

/// Opens the ring that this database was sealed by, or makes the first one.
pub(crate) async fn open_ring(store: &Store, place: KeyPlace, now: Timestamp) -> Result<Seals> {
    let checks: Vec<KeptKey> =
        store.list_keys().await?.into_iter().filter(|key| key.id.starts_with(CHECK)).collect();
    let missing = if checks.is_empty() { IfMissing::Make } else { IfMissing::Refuse };
    let seals = Seals::open(place, missing, now)?;
    let keys = seals.keys()?;
    for check in checks {
        let number: i64 = check.id.trim_start_matches(CHECK).parse().unwrap_or(i64::MAX);
        if number > keys.newest() {
            return Err(Error::Internal(format!(
                "the key ring lacks key {number}, which this database is sealed by: put a newer \
                 copy of it back"
            )));
        }
    }
    note_keys(store, &keys, now).await?;
    Ok(seals)
}

/// Notes in the database which keys it is sealed by, or finds out that they are others.
async fn note_keys(store: &Store, keys: &Keys, now: Timestamp) -> Result<()> {
    for (number, check) in keys.checks() {
        let own = Sealed { text: check, key: 0 };
        let id = format!("{CHECK}{number}");
        if store.get_or_insert_key(&id, own.clone(), now).await?.text != own.text {
            return Err(Error::Internal(format!(
                "key {number} of the key ring is not the one that this database is sealed by: use \
                 the same ring on every node"
            )));
        }
    }
    Ok(())
}

/// Seals what is still in the clear.
pub(crate) async fn seal_plain(store: &Store, keys: &Keys) -> Result<()> {
    let sealed = reseal(store, keys, 1, &mut |done| {
        if done.is_multiple_of(50 * SEAL_STEP_ROWS) {
            tracing::info!(rows = done, "sealing what older versions left in the clear");
        }
    })
    .await?;
    if sealed > 0 {
        tracing::info!(rows = sealed, "sealed what older versions left in the clear");
        // All is sealed by now: no reason not to start.
        if let Err(error) = store.scrub().await {
            tracing::error!(%error, "the file still has remains of it: run VACUUM on the database");
        }
    }
    Ok(())
}

/// Seals by the newest key what a key before `before` sealed; answers how many values.
async fn reseal(
    store: &Store,
    keys: &Keys,
    before: i64,
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<u64> {
    let mut done = 0;
    for kept in store.list_keys().await? {
        if kept.secret.key < before && !kept.id.starts_with(CHECK) {
            let place = Place::ServerKey(&kept.id);
            let new = keys.seal(place, &keys.open(place, &kept.secret)?)?;
            store.reseal_key(kept, new).await?;
            done += 1;
        }
    }
    for column in SealedColumn::ALL {
        loop {
            let rows = store.list_sealed(column, before, SEAL_STEP_ROWS).await?;
            if rows.is_empty() {
                break;
            }
            done += rows.len() as u64;
            let anew = rows.into_iter().map(|row| reseal_row(keys, column, row));
            store.reseal(column, anew.collect::<Result<_>>()?).await?;
            told(done);
        }
    }
    Ok(done)
}

fn reseal_row(keys: &Keys, column: SealedColumn, old: SealedRow) -> Result<Resealed> {
    let place = Place::Row(column, old.id);
    let plain = keys.open(place, &old.sealed)?;
    let new = keys.seal(place, &plain)?;
    let email_key = match column {
        SealedColumn::Email => {
            let email = Email::new(&String::from_utf8_lossy(&plain))?;
            keys.email_hashes(&email).into_iter().next()
        }
        _ => None,
    };
    Ok(Resealed { old, new, email_key })
}

impl Pipit {
    /// The keys, and how much each has sealed.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn key_states(&self) -> Result<Vec<KeyState>> {
        let keys = self.0.seals.keys()?;
        let state =
            |number, known| KeyState { number, known, newest: number == keys.newest(), sealed: 0 };
        let mut states: Vec<KeyState> =
            keys.checks().iter().map(|(number, _)| state(i64::from(*number), true)).collect();
        let mut count = |number, rows| match states.iter_mut().find(|s| s.number == number) {
            Some(found) => found.sealed += rows,
            None => states.push(KeyState { sealed: rows, ..state(number, false) }),
        };
        for column in SealedColumn::ALL {
            for (number, rows) in self.0.store.count_sealed(column).await? {
                count(number, rows);
            }
        }
        for kept in self.0.store.list_keys().await? {
            if !kept.id.starts_with(CHECK) {
                count(kept.secret.key, 1);
            }
        }
        states.sort_by_key(|state| state.number);
        Ok(states)
    }

    /// Makes a new key and seals everything by it, or goes on with a rotation that was cut off. The
    /// key before stays in the ring, for backups and for what another node writes at this moment;
    /// those before it are forgotten. `told` hears how many values are done, and of how many.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the ring is a setting, or another process rotates it.
    pub async fn rotate_keys(&self, mut told: impl FnMut(u64, u64) + Send) -> Result<i64> {
        let Parts { seals, store, clock, .. } = &*self.0;
        let _lock = seals.place().lock()?;
        let is_done = |states: &[KeyState]| states.iter().all(|s| s.newest || s.sealed == 0);
        if is_done(&self.key_states().await?) {
            seals.place().add(clock.now())?;
        }
        let keys = seals.keys()?;
        note_keys(store, &keys, clock.now()).await?;
        let states = self.key_states().await?;
        let total = states.iter().filter(|s| !s.newest).map(|s| s.sealed as u64).sum();
        told(0, total);
        reseal(store, &keys, keys.newest(), &mut |done| told(done, total)).await?;
        let numbers = keys.checks();
        if let [.., (before, _), _] = &numbers[..]
            && numbers.len() > 2
        {
            seals.place().forget_before(*before)?;
        }
        Ok(keys.newest())
    }
}
