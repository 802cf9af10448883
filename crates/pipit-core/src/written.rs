//! Pages of tweets as a door writes them: what was written last is given again while it would be
//! written the same. Only the tops of timelines are kept, which is what is read again and again.

use bytes::Bytes;
use pipit_feed::{Form, PageKey, Shown, Written};
use pipit_model::page::{Listed, Page};
use pipit_model::tweet::Kind;
use pipit_model::{Result, Timestamp, UserId};

use crate::timelines::Chosen;
use crate::{Asked, Caller, Pipit, Quoted, TweetView};

impl Pipit {
    /// A page of a timeline as `write` writes it. With a form it may be given again later: it must
    /// then depend on what is listed and on the form, and on nothing else.
    ///
    /// # Errors
    /// If the database is away; what `write` says.
    pub async fn written_page(
        &self,
        reader: Option<Caller>,
        asked: Asked<'_>,
        page: Page,
        form: Option<Form>,
        write: impl FnOnce(&Listed<TweetView>) -> Result<Written>,
    ) -> Result<Bytes> {
        let feed = &self.0.feed;
        let (began, now) = (feed.begin_page(), self.0.clock.now());
        let timeline = match self.choose(reader, asked).await? {
            Chosen::Log(timeline) => timeline,
            Chosen::Media(author) => {
                return Ok(write(&self.media_timeline(reader, author, page).await?)?.body);
            }
            Chosen::Nothing => return Ok(write(&Listed::default())?.body),
        };
        let look = self.look(reader, &timeline).await?;
        let found = self.find(&look, page.before(), page.limit()).await?;
        let reader_id = reader.map(|reader| reader.user_id);
        let form = form.filter(|_| page.after.is_none());
        let key = form.and_then(|form| PageKey::new(reader_id, &timeline, page.limit(), form));
        let Some(key) = key else {
            return Ok(write(&self.view_found(&look, page, found).await?)?.body);
        };
        if let Some(body) = feed.page(&key, &found, now) {
            return Ok(body);
        }
        let listed = self.view_found(&look, page, found.clone()).await?;
        let mut written = write(&listed)?;
        let body = written.body.clone();
        // Not a page that was filled up with what stands further down.
        let found_ids = found.entries.iter().take(page.limit()).map(|entry| entry.id);
        let is_whole = listed.items.iter().map(TweetView::id).eq(found_ids);
        if let Some(shown) = shown(&listed.items).filter(|_| is_whole)
            && let Ok(end) = self.next_end(reader_id, now).await
        {
            written.until = [written.until, end].into_iter().flatten().min();
            feed.keep_page(key, began, (found, &shown), written);
        }
        Ok(body)
    }

    /// When the first of a reader's mutes and filters ends by itself.
    async fn next_end(&self, reader: Option<UserId>, now: Timestamp) -> Result<Option<Timestamp>> {
        let Some(reader) = reader else { return Ok(None) };
        let feed = &self.0.feed;
        let (ties, filters) = tokio::try_join!(feed.ties(reader), feed.filters(reader))?;
        Ok([ties.next_end(now), filters.set.next_end(now)].into_iter().flatten().min())
    }
}

/// All that some views show; [`None`] if something is missing in one of them: what would bring it
/// back is not looked for.
fn shown(views: &[TweetView]) -> Option<Shown> {
    let mut shown = Shown::default();
    views.iter().try_for_each(|view| note(view, &mut shown))?;
    shown.users.sort_unstable();
    shown.users.dedup();
    Some(shown)
}

fn note(view: &TweetView, shown: &mut Shown) -> Option<()> {
    shown.tweets.push(view.id());
    shown.users.push(view.author.user().id);
    match (view.card.tweet().kind, &view.replying_to) {
        (Kind::Reply { .. }, None) => return None,
        (_, Some(to)) => shown.users.push(to.user().id),
        _ => {}
    }
    match &view.quoted {
        Quoted::Gone => return None,
        Quoted::Tweet(quoted) => note(quoted, shown)?,
        Quoted::Nothing => {}
    }
    view.retweet_of.as_deref().map_or(Some(()), |of| note(of, shown))
}
