//! Tweets.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pipit_core::{
    Answers, Asked, Caller, NewPost, Pipit, Posts, Submitted, hashtag_subject, search_subject,
};
use pipit_http::{Bearer, IdempotencyKey, Json, MaybeBearer, Path, Problem, Query};
use pipit_model::event::Standing;
use pipit_model::page::ListName;
use pipit_model::tweet::ReplyAudience;
use pipit_model::user::UserRef;
use pipit_model::visibility::Visibility;
use pipit_model::{Error, ListId, MediaId, TweetId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::paging::{self, PageParams, next_cursor, timeline_page, tweet_page, user_page};
use crate::wire;

/// Posts a tweet or a reply, with up to four pictures, quoting another tweet or not.
#[utoipa::path(
    post, path = "/tweets", tag = "tweets", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request \
        answer with the tweet that the first one posted.")),
    request_body = wire::CreateTweet,
    responses(
        (status = 201, body = wire::Tweet),
        (status = 202, body = wire::HeldTweet, description = "A rule of this server holds the tweet \
            until a moderator has looked at it. Only its author sees it until then, at \
            `/settings/standing`; once approved it is posted as a new tweet."),
        (status = "default", body = wire::Problem)
    ),
)]
pub(crate) async fn create_tweet(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    key: IdempotencyKey,
    Json(body): Json<wire::CreateTweet>,
) -> Result<Response, Problem> {
    if body.user_id.is_some_and(|id| id != caller.user_id.0) {
        return Err(Error::Forbidden("user_id must be your own: nobody posts for others").into());
    }
    let media: Vec<MediaId> = body.media_ids.into_iter().map(MediaId).collect();
    let visibility = body.visibility.as_deref();
    let reply_audience = body.reply_audience.as_deref().map(ReplyAudience::parse).transpose()?;
    let post = NewPost {
        content: &body.content,
        reply_to: body.reply_to_id.map(TweetId),
        quote_of: body.quote_of_id.map(TweetId),
        media: &media,
        visibility: visibility.map(|name| Visibility::parse("visibility", name)).transpose()?,
        reply_audience,
        sensitive: body.sensitive,
    };
    Ok(match pipit.submit_tweet(caller, post, key.as_deref()).await? {
        Submitted::Posted(view) => (StatusCode::CREATED, paging::tweet(&view)).into_response(),
        Submitted::Held(held) => {
            let body = axum::Json(wire::HeldTweet::from(&held));
            (StatusCode::ACCEPTED, body).into_response()
        }
    })
}

/// Which tweets are listed: at most one of the first four.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    /// Only tweets with this hashtag, in any spelling, with or without its sigil.
    hashtag: Option<String>,
    /// Only tweets and retweets of this user: an id or a handle.
    user_id: Option<String>,
    /// Only a part of what the user posted: tweets and retweets without replies, replies, or what
    /// has pictures.
    only: Option<Only>,
    /// Only what the people on this list of the caller's post.
    list_id: Option<i64>,
    /// Only tweets and replies that this search finds: words, `"phrases"`, `#hashtags`, `@handles`,
    /// `from:handle`, `since:2026-01-31`, `until:2026-12-31` (before that day), `has:links`,
    /// `has:media`; a `-` before a term turns it around.
    q: Option<String>,
    /// What the page before answered as `next_cursor`; the start of the list if left out.
    cursor: Option<String>,
    /// Entries wanted, 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// Which of a user's tweets.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Only {
    /// Tweets and retweets, without replies.
    Tweets,
    /// Replies.
    Replies,
    /// Tweets and replies with pictures.
    Media,
}

impl From<Only> for Posts {
    fn from(only: Only) -> Self {
        match only {
            Only::Tweets => Self::Tweets,
            Only::Replies => Self::Replies,
            Only::Media => Self::Media,
        }
    }
}

/// One of the lists that [`ListParams`] can name.
enum Chosen {
    Public,
    Hashtag(String),
    User(String, Posts),
    List(i64),
    Search(String),
}

impl ListParams {
    fn split(self) -> Result<(Chosen, PageParams), Error> {
        let Self { hashtag, user_id, only, list_id, q, cursor, limit } = self;
        if only.is_some() && user_id.is_none() {
            return Err(Error::invalid("only", "needs a user_id"));
        }
        let posts = only.map_or(Posts::All, Posts::from);
        let named = [
            hashtag.map(|hashtag| ("hashtag", Chosen::Hashtag(hashtag))),
            user_id.map(|user| ("user_id", Chosen::User(user, posts))),
            list_id.map(|list| ("list_id", Chosen::List(list))),
            q.map(|q| ("q", Chosen::Search(q))),
        ];
        let mut named = named.into_iter().flatten();
        let chosen = match (named.next(), named.next()) {
            (Some((field, _)), Some((other, _))) => {
                return Err(Error::invalid(field, format!("cannot be combined with {other}")));
            }
            (Some((_, chosen)), None) => chosen,
            (None, _) => Chosen::Public,
        };
        Ok((chosen, PageParams { cursor, limit }))
    }
}

/// Lists tweets: everybody's, of one hashtag, of one user, of the people on a list, or what a
/// search finds.
#[utoipa::path(
    get, path = "/tweets", tag = "timelines", security((), ("bearer" = [])),
    params(ListParams),
    responses((status = 200, body = wire::TweetPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_tweets(
    State(pipit): State<Pipit>,
    MaybeBearer(reader): MaybeBearer,
    Query(params): Query<ListParams>,
) -> Result<Response, Problem> {
    let (chosen, params) = params.split()?;
    let (asked, list) = match &chosen {
        Chosen::Hashtag(hashtag) => {
            let name = hashtag.trim_start_matches(['#', '＃']);
            (Asked::Hashtag(name), (ListName::Hashtag, hashtag_subject(name)))
        }
        Chosen::User(user, posts) => {
            let author = pipit.resolve_user(&user_ref(user)?).await?;
            (Asked::User(author, *posts), (posts.list(), author.0))
        }
        Chosen::Public => (Asked::Public, (ListName::Public, 0)),
        Chosen::List(id) => return list_page(&pipit, reader, *id, &params).await,
        Chosen::Search(q) => return found_page(&pipit, reader, q, &params).await,
    };
    timeline_page(&pipit, (reader, asked), list, &params).await
}

async fn list_page(
    pipit: &Pipit,
    reader: Option<Caller>,
    id: i64,
    params: &PageParams,
) -> Result<Response, Problem> {
    let missing = || Error::Unauthenticated("send a token: lists are their owner's alone");
    let caller = reader.ok_or_else(missing)?;
    let page = params.page(pipit, ListName::List, id)?;
    let listed = pipit.list_timeline(caller, ListId(id), page).await?;
    Ok(tweet_page(pipit, (ListName::List, id), &listed))
}

async fn found_page(
    pipit: &Pipit,
    reader: Option<Caller>,
    q: &str,
    params: &PageParams,
) -> Result<Response, Problem> {
    let subject = search_subject(q);
    let page = params.page(pipit, ListName::FoundTweets, subject)?;
    let listed = pipit.search_tweets(reader, q, page).await?;
    Ok(tweet_page(pipit, (ListName::FoundTweets, subject), &listed))
}

pub(crate) fn user_ref(text: &str) -> Result<UserRef, Error> {
    UserRef::parse(text).ok_or(Error::NotFound("user"))
}

/// One tweet.
#[utoipa::path(
    get, path = "/tweets/{id}", tag = "tweets", security((), ("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Tweet), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn get_tweet(
    State(pipit): State<Pipit>,
    MaybeBearer(reader): MaybeBearer,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    Ok(paging::tweet(&pipit.tweet(reader, TweetId(id)).await?))
}

/// Deletes one's own tweet or reply, or takes back a retweet by its own id.
#[utoipa::path(
    delete, path = "/tweets/{id}", tag = "tweets", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn delete_tweet(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    pipit.delete_tweet(caller, TweetId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which answers are shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThreadParams {
    /// `true`: the answers that whoever began the conversation hid, and no others.
    hidden: Option<bool>,
    /// What the page before answered as `next_cursor`; the start of the list if left out.
    cursor: Option<String>,
    /// Entries wanted, 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A tweet with what it answers and a page of its answers.
#[utoipa::path(
    get, path = "/tweets/{id}/thread", tag = "tweets", security((), ("bearer" = [])),
    params(("id" = i64, Path), ThreadParams),
    responses((status = 200, body = wire::Thread), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn get_thread(
    State(pipit): State<Pipit>,
    MaybeBearer(reader): MaybeBearer,
    Path(id): Path<i64>,
    Query(params): Query<ThreadParams>,
) -> Result<Response, Problem> {
    let ThreadParams { hidden, cursor, limit } = params;
    let answers = if hidden == Some(true) { Answers::Hidden } else { Answers::Shown };
    let page = PageParams { cursor, limit }.page(&pipit, ListName::Thread, id)?;
    let thread = pipit.thread(reader, TweetId(id), answers, page).await?;
    let next = next_cursor(&pipit, ListName::Thread, id, &thread.descendants);
    Ok(paging::thread(&thread, next.as_deref()))
}

async fn set_like(pipit: &Pipit, who: Caller, id: i64, to: Standing) -> Result<Response, Problem> {
    Ok(paging::tweet(&pipit.set_like(who, TweetId(id), to).await?))
}

/// Likes a tweet; doing it again changes nothing.
#[utoipa::path(
    put, path = "/tweets/{id}/like", tag = "tweets", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Tweet), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn like_tweet(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    set_like(&pipit, caller, id, Standing::Set).await
}

/// Likes a tweet no longer; doing it again changes nothing.
#[utoipa::path(
    delete, path = "/tweets/{id}/like", tag = "tweets", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Tweet), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn unlike_tweet(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    set_like(&pipit, caller, id, Standing::Unset).await
}

async fn set_retweet(
    pipit: &Pipit,
    who: Caller,
    id: i64,
    to: Standing,
) -> Result<Response, Problem> {
    Ok(paging::tweet(&pipit.set_retweet(who, TweetId(id), to).await?))
}

/// Retweets a tweet; doing it again changes nothing. Answers with the tweet passed on.
#[utoipa::path(
    put, path = "/tweets/{id}/retweet", tag = "tweets", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Tweet), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn retweet_tweet(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    set_retweet(&pipit, caller, id, Standing::Set).await
}

/// Takes a retweet back; doing it again changes nothing.
#[utoipa::path(
    delete, path = "/tweets/{id}/retweet", tag = "tweets", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Tweet), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn unretweet_tweet(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    set_retweet(&pipit, caller, id, Standing::Unset).await
}

async fn set_pin(pipit: &Pipit, who: Caller, id: i64, to: Standing) -> Result<Response, Problem> {
    Ok(paging::tweet(&pipit.set_pin(who, TweetId(id), to).await?))
}

/// Makes one's own tweet stand first on one's page, in place of the one before.
#[utoipa::path(
    put, path = "/tweets/{id}/pin", tag = "tweets", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Tweet), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn pin_tweet(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    set_pin(&pipit, caller, id, Standing::Set).await
}

/// Makes one's own tweet stand first on one's page no longer.
#[utoipa::path(
    delete, path = "/tweets/{id}/pin", tag = "tweets", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Tweet), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn unpin_tweet(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    set_pin(&pipit, caller, id, Standing::Unset).await
}

/// Who likes a tweet, newest like first.
#[utoipa::path(
    get, path = "/tweets/{id}/likes", tag = "tweets", security((), ("bearer" = [])),
    params(("id" = i64, Path), PageParams),
    responses((status = 200, body = wire::UserPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_likes(
    State(pipit): State<Pipit>,
    MaybeBearer(reader): MaybeBearer,
    Path(id): Path<i64>,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let page = params.page(&pipit, ListName::Likes, id)?;
    let listed = pipit.likers(reader, TweetId(id), page).await?;
    let next = next_cursor(&pipit, ListName::Likes, id, &listed);
    Ok(user_page(&listed, next))
}

/// Who retweeted a tweet, newest first.
#[utoipa::path(
    get, path = "/tweets/{id}/retweets", tag = "tweets", security((), ("bearer" = [])),
    params(("id" = i64, Path), PageParams),
    responses((status = 200, body = wire::UserPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_retweets(
    State(pipit): State<Pipit>,
    MaybeBearer(reader): MaybeBearer,
    Path(id): Path<i64>,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let page = params.page(&pipit, ListName::Retweets, id)?;
    let listed = pipit.retweeters(reader, TweetId(id), page).await?;
    let next = next_cursor(&pipit, ListName::Retweets, id, &listed);
    Ok(user_page(&listed, next))
}
