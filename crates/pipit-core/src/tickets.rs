//! Tickets: what is handed out to come back, sealed, so that nothing of it need be stored. A ticket is
//! good until a moment, and as long as what it is bound to stays what it was: who uses one changes
//! that, and it is good no longer.

use pipit_model::{Error, Result, Timestamp, UserId};

use crate::Pipit;
use crate::seal::Place;

/// Between the parts; none of them holds one.
const BETWEEN: char = '\n';

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ticket {
    /// Whose it is.
    pub user_id: UserId,
    /// A hash of what it is bound to.
    pub bound_to: String,
    /// What it brings along.
    pub brings: String,
}

impl Pipit {
    pub(crate) fn seal_ticket(
        &self,
        purpose: &'static str,
        ticket: &Ticket,
        secs: i64,
    ) -> Result<String> {
        let until = self.0.clock.now().plus_secs(secs).0;
        let Ticket { user_id, bound_to, brings } = ticket;
        let parts = [user_id.to_string(), until.to_string(), bound_to.clone(), brings.clone()];
        let text = parts.join(&BETWEEN.to_string());
        Ok(self.0.seals.keys()?.seal(Place::Ticket(purpose), text.as_bytes())?.text)
    }

    /// What a ticket says, if it is one for this and its time is not over.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`].
    pub(crate) fn open_ticket(&self, purpose: &'static str, ticket: &str) -> Result<Ticket> {
        let now = self.0.clock.now();
        let opened = self.0.seals.keys()?.open_record(Place::Ticket(purpose), ticket);
        let opened = opened.and_then(|bytes| String::from_utf8(bytes).ok());
        opened.and_then(|text| parse(&text, now)).ok_or_else(stale)
    }
}

/// The same for every ticket that is not good.
pub(crate) fn stale() -> Error {
    Error::Unauthenticated("this link is too old, or was used before: ask for a new one")
}

fn parse(text: &str, now: Timestamp) -> Option<Ticket> {
    let mut parts = text.splitn(4, BETWEEN);
    let user_id = UserId(parts.next()?.parse().ok()?);
    let until = Timestamp(parts.next()?.parse().ok()?);
    let (bound_to, brings) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    (now < until).then_some(Ticket { user_id, bound_to, brings })
}
