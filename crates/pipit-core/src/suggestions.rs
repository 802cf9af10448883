//! Whom to follow.

use pipit_model::{Result, visibility};

use crate::{Caller, Pipit, Relationship, UserView};

impl Pipit {
    /// People the reader may like to follow, best first: those whom the people they follow follow,
    /// then those of the active with the most followers. Found anew every few minutes; asked again
    /// meanwhile it costs no query.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn suggested_users(
        &self,
        reader: Option<Caller>,
        limit: usize,
    ) -> Result<Vec<UserView>> {
        let now = self.0.clock.now();
        let people = self.0.feed.suggestions(reader.map(|reader| reader.user_id), now).await?;
        // Twice as many as are shown: an account may be gone meanwhile.
        let ids = people.iter().take(limit.saturating_mul(2)).map(|person| person.user_id);
        let ids: Vec<_> = ids.collect();
        let cards = self.0.feed.users(&ids).await?;
        let view = |(person, card): (pipit_feed::Suggested, Option<_>)| {
            let relationship =
                Relationship { followed_by: person.follows_reader, ..Relationship::default() };
            Some(UserView { card: card?, relationship: reader.map(|_| relationship) })
        };
        let views = people.into_iter().zip(cards).filter_map(view);
        let is_suggested = |view: &UserView| {
            let user = view.card.user();
            // Nobody who is suggested is followed yet.
            !user.deleted && visibility::comes_up(user, || false)
        };
        Ok(views.filter(is_suggested).take(limit).collect())
    }
}
