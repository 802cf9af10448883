//! Tweets: post, delete, read, and the thread around one.

use pipit_feed::TweetCard;
use pipit_model::automod::{Effect, HeldTweet};
use pipit_model::event::Standing;
use pipit_model::filter::FilterContext;
use pipit_model::limits::{ANCESTORS_MAX, MEDIA_PER_TWEET_MAX, THREAD_ROUNDS_MAX};
use pipit_model::page::{Listed, Page};
use pipit_model::tweet::{Draft, Kind, Mention, ReplyAudience};
use pipit_model::user::UserRef;
use pipit_model::visibility::{Occasion, Visibility, may_be_passed_on, may_reply};
use pipit_model::{Error, MediaId, Result, TweetId, UserId};
use pipit_store::{Command, IdempotencyKey, NewTweet};

use crate::held::Repeated;
use crate::{Caller, Pipit, RequestKey, TweetView, keys};

/// What someone wants to post.
#[derive(Debug, Clone, Default)]
pub struct NewPost<'a> {
    /// The text as typed; it may be empty beside pictures.
    pub content: &'a str,
    /// The tweet it answers.
    pub reply_to: Option<TweetId>,
    /// The tweet it shows below its text.
    pub quote_of: Option<TweetId>,
    /// Pictures that the caller handed in before, in their order.
    pub media: &'a [MediaId],
    /// Whom it is for; if not said, as the author's settings say, and an answer to what is not public
    /// is for no more people than that.
    pub visibility: Option<Visibility>,
    /// Who may answer in the conversation that it begins; everybody if not said.
    pub reply_audience: Option<ReplyAudience>,
    /// Whether its pictures are shown only to who asks for them.
    pub sensitive: bool,
}

/// What became of something that was to be posted.
#[derive(Debug, Clone)]
pub enum Submitted {
    /// It is durable and in every follower's home.
    Posted(TweetView),
    /// It waits for review; only its author sees it.
    Held(HeldTweet),
}

pub(crate) const NO_SUCH_MEDIA: &str =
    "must be pictures that you uploaded in the last 24 hours and did not post yet";

/// The text of a post, checked, and how many pictures it has.
pub(crate) fn checked_draft(post: &NewPost<'_>) -> Result<Draft> {
    let draft = match post.media {
        [] => Draft::new(post.content)?,
        _ => Draft::beside_pictures(post.content)?,
    };
    check_media(post.media)?;
    Ok(draft)
}

impl NewPost<'_> {
    /// What of it makes a repeated request the same one, after its text.
    fn idempotency(
        &self,
        author: UserId,
        key: RequestKey<'_>,
        content: &str,
    ) -> Option<IdempotencyKey> {
        let id = |id: Option<TweetId>| id.map(|id| id.to_string()).unwrap_or_default();
        let mut parts = vec![content.to_owned(), id(self.reply_to)];
        if self.quote_of.is_some() || !self.media.is_empty() {
            parts.push(id(self.quote_of));
            parts.extend(self.media.iter().map(ToString::to_string));
        }
        parts.extend(self.visibility.map(|visibility| visibility.name().to_owned()));
        parts.extend(self.reply_audience.map(|audience| audience.name().to_owned()));
        parts.extend(self.sensitive.then(|| "sensitive".to_owned()));
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        key.map(|key| keys::idempotency(&format!("tweets of {author}"), key, &parts))
    }
}

/// A tweet with what stands above and below it.
#[derive(Debug, Clone)]
pub struct Thread {
    /// What it answers, first of the conversation first.
    pub ancestors: Vec<TweetView>,
    /// The tweet.
    pub tweet: TweetView,
    /// Direct and indirect answers, oldest first.
    pub descendants: Listed<TweetView>,
    /// Whether some of the answers that were looked at are hidden.
    pub has_hidden: bool,
}

/// Which answers are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// Those that are not hidden.
    Shown,
    /// The hidden ones.
    Hidden,
}

impl Pipit {
    /// Posts a tweet or a reply, unless a rule holds it for review. When this returns, it is durable
    /// and, if it is posted, in every follower's home.
    ///
    /// # Errors
    /// [`Error::InvalidField`] for a text or a parent that will not do, or that a rule refuses.
    pub async fn submit_tweet(
        &self,
        caller: Caller,
        post: NewPost<'_>,
        key: RequestKey<'_>,
    ) -> Result<Submitted> {
        let draft = checked_draft(&post)?;
        let idempotency = post.idempotency(caller.user_id, key, &draft.content);
        let new = match self.new_tweet(caller, &post, draft, idempotency.clone()).await {
            Ok(new) => new,
            // What the same request posted before stands, though what it answers is gone.
            Err(error) => return self.submitted_before(caller, idempotency.as_ref(), error).await,
        };
        let looked = self.judge(caller.user_id, &new.content).await?;
        if let Some(hit) = looked.first(Effect::Refuse) {
            if let Some(key) = &idempotency
                && let Some(before) = self.0.store.find_idempotent(key).await?
            {
                return self.submitted(caller, before).await;
            }
            return Err(self.refuse(caller, hit, &looked).await?);
        }
        if looked.effect() == Some(Effect::Hold) {
            return self.hold(caller, new, &looked).await;
        }
        let (id, repeated) = self.write_tweet(new).await?;
        if looked.effect() == Some(Effect::Flag) {
            self.flag(caller, id, &looked).await;
        }
        match repeated {
            Repeated::Yes => self.0.automod.give_back(&looked),
            Repeated::No => self.count_hits(caller.user_id, &looked),
        }
        self.submitted(caller, id.0).await
    }

    /// The same for who has no use for a tweet that waits.
    ///
    /// # Errors
    /// As above; [`Error::Forbidden`] for one that waits for review.
    pub async fn post_tweet(
        &self,
        caller: Caller,
        post: NewPost<'_>,
        key: RequestKey<'_>,
    ) -> Result<TweetView> {
        match self.submit_tweet(caller, post, key).await? {
            Submitted::Posted(view) => Ok(view),
            Submitted::Held(_) => Err(Error::Forbidden("this tweet waits for review")),
        }
    }

    /// What is to be stored of a post, with all that it names looked up.
    pub(crate) async fn new_tweet(
        &self,
        caller: Caller,
        post: &NewPost<'_>,
        draft: Draft,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<NewTweet> {
        let (parent, quoted) = tokio::try_join!(
            self.named(caller, post.reply_to, "reply_to_id"),
            self.quoted(caller, post.quote_of)
        )?;
        if let Some(parent) = &parent {
            self.check_reply(caller, parent, post).await?;
        }
        let mentions = self.mentioned(caller, &draft).await?;
        let visibility = match post.visibility {
            Some(visibility) => visibility,
            None => self.usual_visibility(caller, parent.as_ref()).await?,
        };
        let is_public = visibility == Visibility::Public;
        Ok(NewTweet {
            user_id: caller.user_id,
            content: draft.content,
            // A hashtag is a public place.
            hashtags: if is_public { draft.hashtags } else { Vec::new() },
            mentions,
            reply_to: parent.map(|view| view.id()),
            quote_of: quoted.map(|view| view.id()),
            media: post.media.to_vec(),
            visibility,
            reply_audience: post.reply_audience.unwrap_or_default(),
            sensitive: post.sensitive,
            held: None,
            idempotency,
        })
    }

    /// The tweet that another one is to name, if the caller may see it.
    async fn named(
        &self,
        caller: Caller,
        id: Option<TweetId>,
        field: &'static str,
    ) -> Result<Option<TweetView>> {
        let Some(id) = id else { return Ok(None) };
        match self.tweet(Some(caller), id).await {
            Ok(TweetView { retweet_of: Some(of), .. }) => Ok(Some(*of)),
            Ok(view) => Ok(Some(view)),
            Err(Error::NotFound(_)) => Err(Error::invalid(field, "is not a tweet you can see")),
            Err(error) => Err(error),
        }
    }

    async fn quoted(&self, caller: Caller, id: Option<TweetId>) -> Result<Option<TweetView>> {
        let view = self.named(caller, id, "quote_of_id").await?;
        let may_be = |view: &TweetView| may_be_passed_on(view.card.tweet().visibility);
        if view.as_ref().is_some_and(|view| !may_be(view)) {
            return Err(Error::invalid(
                "quote_of_id",
                "is for its author's followers: it cannot be quoted",
            ));
        }
        Ok(view)
    }

    /// Those of the people named who exist. Where one blocks the other, the name is only text.
    async fn mentioned(&self, caller: Caller, draft: &Draft) -> Result<Vec<Mention>> {
        let named = self.0.feed.user_ids(&draft.mentioned_handles).await?;
        let sight = self.sight(Some(caller), Occasion::Asked).await?;
        let mentions = named.into_iter().filter(|(_, user_id)| !sight.tie(*user_id).is_severed());
        Ok(mentions.map(|(handle_key, user_id)| Mention { user_id, handle_key }).collect())
    }

    /// Whom the caller's next tweet is for if they do not say: as in their settings; an answer to a
    /// tweet for few is for no more.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the account is gone.
    async fn usual_visibility(
        &self,
        caller: Caller,
        parent: Option<&TweetView>,
    ) -> Result<Visibility> {
        let card = self.find_user(&UserRef::Id(caller.user_id)).await?;
        let usual = card.user().default_visibility;
        Ok(parent.map_or(usual, |parent| usual.max(parent.card.tweet().visibility)))
    }

    /// Whether the caller may answer this tweet: whoever began the conversation said who may.
    async fn check_reply(
        &self,
        caller: Caller,
        parent: &TweetView,
        post: &NewPost<'_>,
    ) -> Result<()> {
        if post.reply_audience.is_some() {
            return Err(Error::invalid(
                "reply_audience",
                "can only be said by a tweet that begins a conversation",
            ));
        }
        if self.may_reply(caller, parent).await? {
            return Ok(());
        }
        Err(Error::Forbidden("whoever began this conversation chose who may reply: you may not"))
    }

    /// Whether the caller may answer in a tweet's conversation.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn may_reply(&self, caller: Caller, view: &TweetView) -> Result<bool> {
        let root = self.root(view).await?;
        let tweet = root.tweet();
        let who = caller.user_id;
        // Only then it matters whom its author follows.
        if tweet.reply_audience != ReplyAudience::Followed {
            return Ok(may_reply(tweet, who, || false));
        }
        let followees = self.0.feed.followees(tweet.user_id).await?;
        Ok(may_reply(tweet, who, || followees.contains(who)))
    }

    /// The tweet that begins a conversation, which may be a tombstone by now.
    async fn root(&self, view: &TweetView) -> Result<TweetCard> {
        let shown = view.shown();
        let id = shown.card.tweet().conversation_id;
        if id == shown.id() {
            return Ok(shown.card.clone());
        }
        let card = self.0.feed.tweets(&[id]).await?.pop().flatten();
        card.ok_or_else(|| Error::Internal(format!("the conversation {id} has no beginning")))
    }

    /// Who may answer in a tweet's conversation, and whether the caller began it.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn conversation(
        &self,
        reader: Option<Caller>,
        view: &TweetView,
    ) -> Result<(ReplyAudience, bool)> {
        let root = self.root(view).await?;
        let began = reader.is_some_and(|reader| reader.user_id == root.tweet().user_id);
        Ok((root.tweet().reply_audience, began))
    }

    /// Hides an answer in a conversation that the caller began from all but those who ask for hidden
    /// ones, or shows it again; doing it again changes nothing. Answers with the tweet.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for what is no answer of somebody else's in a
    /// conversation of the caller's.
    pub async fn set_hidden(&self, caller: Caller, id: TweetId, to: Standing) -> Result<TweetView> {
        let view = self.tweet(Some(caller), id).await?;
        let tweet = view.shown().card.tweet();
        let is_answer = matches!(tweet.kind, Kind::Reply { .. }) && tweet.user_id != caller.user_id;
        let (_, began) = self.conversation(Some(caller), &view).await?;
        if !is_answer || !began {
            return Err(Error::Forbidden(
                "only replies of others, in conversations that you began, can be hidden",
            ));
        }
        if tweet.hidden != to.is_set() {
            self.require_writable(caller).await?;
            self.0.store.set_hidden(tweet.id, to).await?;
        }
        self.tweet(Some(caller), tweet.id).await
    }

    /// Deletes one's own tweet or reply, or takes back a retweet named by its own id.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Forbidden`] for somebody else's.
    pub async fn delete_tweet(&self, caller: Caller, id: TweetId) -> Result<()> {
        let view = self.tweet(Some(caller), id).await?;
        let tweet = view.card.tweet();
        if tweet.user_id != caller.user_id {
            return Err(Error::Forbidden("only its author may delete a tweet"));
        }
        let user_id = caller.user_id;
        let command = match tweet.kind {
            Kind::Retweet { of, .. } => {
                Command::Retweet { user_id, tweet_id: of, to: Standing::Unset }
            }
            Kind::Tweet | Kind::Reply { .. } => Command::Delete { tweet_id: id, user_id },
        };
        self.0.store.write(command).await?;
        if !tweet.media.is_empty() {
            self.delete_media_now().await;
        }
        Ok(())
    }

    /// One tweet.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none that the reader may see.
    pub async fn tweet(&self, reader: Option<Caller>, id: TweetId) -> Result<TweetView> {
        let mut views = self.view_tweets(reader, Occasion::Asked, &[id]).await?;
        views.pop().flatten().ok_or(Error::NotFound("tweet"))
    }

    /// Does something to the tweet that an id shows; answers with it as the caller sees it then.
    pub(crate) async fn mark(
        &self,
        caller: Caller,
        id: TweetId,
        command: impl FnOnce(TweetId) -> Command,
    ) -> Result<TweetView> {
        let id = self.shown_id(Some(caller), id).await?;
        self.0.store.write(command(id)).await?;
        self.tweet(Some(caller), id).await
    }

    /// The tweet that an id shows: of a retweet, the one passed on.
    pub(crate) async fn shown_id(&self, reader: Option<Caller>, id: TweetId) -> Result<TweetId> {
        Ok(self.tweet(reader, id).await?.shown().id())
    }

    /// A tweet, what it answers, and a page of its answers.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none that the reader may see.
    pub async fn thread(
        &self,
        reader: Option<Caller>,
        id: TweetId,
        answers: Answers,
        page: Page,
    ) -> Result<Thread> {
        let id = self.shown_id(reader, id).await?;
        let tweet = self.tweet(reader, id).await?;
        let ancestors = match (tweet.card.tweet().kind, page.after) {
            (Kind::Reply { .. }, None) => {
                let ids = self.0.store.list_ancestors(id, ANCESTORS_MAX).await?;
                let above = self
                    .view_tweets(reader, Occasion::Asked, &ids)
                    .await?
                    .into_iter()
                    .flatten()
                    .collect();
                self.sift(reader, FilterContext::Thread, above).await?
            }
            // Later pages continue below.
            _ => Vec::new(),
        };
        let (descendants, has_hidden) = self.descendants(reader, &tweet, answers, page).await?;
        Ok(Thread { ancestors, tweet, descendants, has_hidden })
    }

    /// What the author of a tweet went on to say below it: their own answers to it, and to those.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn own_chain(
        &self,
        reader: Option<Caller>,
        tweet: &TweetView,
    ) -> Result<Vec<TweetView>> {
        let ids = self.0.store.list_own_chain(tweet.card.tweet()).await?;
        let views = self.view_tweets(reader, Occasion::Asked, &ids).await?;
        let shown = views.into_iter().flatten().filter(|view| !view.card.tweet().hidden);
        self.sift(reader, FilterContext::Thread, shown.collect()).await
    }

    async fn descendants(
        &self,
        reader: Option<Caller>,
        tweet: &TweetView,
        answers: Answers,
        page: Page,
    ) -> Result<(Listed<TweetView>, bool)> {
        let tweet = tweet.card.tweet();
        let (mut items, mut has_hidden) = (Vec::new(), false);
        let mut after = page.after.unwrap_or(0);
        for _ in 0..THREAD_ROUNDS_MAX {
            let room = page.limit() - items.len();
            let mut ids = self.0.store.list_descendants(tweet, after, room + 1).await?;
            let more = ids.len() > room;
            ids.truncate(room);
            after = ids.last().map_or(after, |last| last.0);
            let views =
                self.view_tweets(reader, Occasion::Asked, &ids).await?.into_iter().flatten();
            let (hidden, shown): (Vec<_>, Vec<_>) =
                views.partition(|view| view.card.tweet().hidden);
            has_hidden |= !hidden.is_empty();
            let wanted = match answers {
                Answers::Shown => shown,
                Answers::Hidden => hidden,
            };
            items.extend(self.sift(reader, FilterContext::Thread, wanted).await?);
            if !more {
                return Ok((Listed { items, next: None }, has_hidden));
            }
            if items.len() == page.limit() {
                break;
            }
        }
        Ok((Listed { items, next: Some(after) }, has_hidden))
    }
}

fn check_media(ids: &[MediaId]) -> Result<()> {
    if ids.len() > MEDIA_PER_TWEET_MAX {
        return Err(Error::invalid("media_ids", "must be at most 4"));
    }
    let repeats = ids.iter().enumerate().any(|(n, id)| ids[..n].contains(id));
    if repeats {
        return Err(Error::invalid("media_ids", "must not name a picture twice"));
    }
    Ok(())
}
