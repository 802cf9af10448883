//! What everybody sees: the landing page, and everybody's tweets with what is trending.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_model::page::ListName;

use crate::Web;
use crate::error::Failure;
use crate::extract::Query;
use crate::links;
use crate::page::{self, Section, Shell};
use crate::pages::lists::TagRow;
use crate::pages::live::{self, ListQuery};
use crate::view::{Feed, Person, TrendRow, TweetModel};
use crate::visitor::Visitor;

/// Everybody's tweets are one list, which needs no number.
const PUBLIC: (ListName, i64) = (ListName::Public, 0);
const EXPLORE: &str = "/explore";
/// Trends in the middle of a page.
const TRENDS: usize = 10;
/// People suggested there.
const SUGGESTED: usize = 5;

#[derive(Template)]
#[template(path = "pages/explore.html")]
pub(crate) struct ExplorePage<'a> {
    pub shell: &'a Shell,
    /// The first page for someone who is not signed in: says what this is.
    pub is_landing: bool,
    /// Where an open page asks for what is new: the first one of someone who is signed in.
    pub new: Option<&'static str>,
    pub trends: Vec<TrendRow>,
    pub suggested: Vec<Person<'a>>,
    /// Those that the viewer follows.
    pub hashtags: Vec<TagRow>,
    pub feed: Feed<TweetModel<'a>>,
}

pub(crate) async fn get_landing(
    state: State<Web>,
    visitor: Visitor,
    query: Query<ListQuery>,
) -> Result<Response, Failure> {
    if visitor.viewer.is_some() {
        return Ok(links::see_other("/home"));
    }
    render(state, visitor, query, Section::Home).await
}

pub(crate) async fn get_explore(
    state: State<Web>,
    visitor: Visitor,
    query: Query<ListQuery>,
) -> Result<Response, Failure> {
    render(state, visitor, query, Section::Explore).await
}

async fn render(
    State(web): State<Web>,
    visitor: Visitor,
    Query(ListQuery { cursor, above }): Query<ListQuery>,
    section: Section,
) -> Result<Response, Failure> {
    let page = web.pipit.page(PUBLIC.0, PUBLIC.1, cursor.as_deref(), None)?;
    let tweets = web.pipit.public_timeline(visitor.caller(), page).await?;
    if let Some(above) = above.filter(|_| section == Section::Explore) {
        return live::above(&web, &visitor, (PUBLIC, EXPLORE), tweets, &above).await;
    }
    let trends = web.pipit.trending_hashtags().await?;
    let is_landing = section == Section::Home && cursor.is_none();
    let w = visitor.preferences.w;
    let title = if is_landing { w.landing_title } else { w.explore };
    let mut shell = Shell::new(&web, &visitor, section, title).await?;
    // They stand in the middle.
    shell.trends.clear();
    shell.suggested.clear();
    shell.has_search = false;
    let is_first = cursor.is_none() && !is_landing;
    let (suggested, hashtags) = match visitor.caller() {
        Some(caller) if is_first => (
            web.pipit.suggested_users(Some(caller), SUGGESTED).await?,
            web.pipit.followed_hashtag_names(caller).await?,
        ),
        _ => (Vec::new(), Arc::default()),
    };
    let reading = shell.reading();
    Ok(page::html(
        StatusCode::OK,
        &ExplorePage {
            shell: &shell,
            is_landing,
            new: (is_first && visitor.viewer.is_some()).then_some(EXPLORE),
            trends: trends.iter().take(TRENDS).map(|trend| TrendRow::new(trend, w)).collect(),
            suggested: suggested.iter().map(|view| Person::new(view.card.user())).collect(),
            hashtags: hashtags.iter().map(|hashtag| TagRow::new(&hashtag.name)).collect(),
            feed: Feed::new(&web, PUBLIC, &tweets, |tweet| TweetModel::new(tweet, reading)),
        },
    ))
}
