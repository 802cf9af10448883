//! Telling the moderators of somebody, and the rules that everybody is asked to keep.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::{Posts, TweetView, UserView};
use pipit_model::limits::{REPORT_COMMENT_CHARS_MAX, REPORT_OFFERED_TWEETS, REPORT_TWEETS_MAX};
use pipit_model::page::Page;
use pipit_model::report::{Category, ReportDraft, ServerRule};
use pipit_model::{RuleId, TweetId};
use serde::Deserialize;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Pairs, Query, tweet_id, user_ref};
use crate::forms::{self, Complaint, Field, FormView, Kind};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::view::Person;
use crate::visitor::{SignedIn, Visitor};

/// One answer of several.
pub(crate) struct Choice {
    pub value: String,
    pub label: String,
    pub hint: &'static str,
    pub chosen: bool,
}

/// A tweet that may be attached.
pub(crate) struct Offered {
    pub id: i64,
    pub text: String,
    pub chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/report.html")]
pub(crate) struct ReportPage<'a> {
    pub shell: &'a Shell,
    pub person: Person<'a>,
    pub categories: Vec<Choice>,
    pub rules: Vec<Choice>,
    pub tweets: Vec<Offered>,
    pub form: FormView,
    pub key: String,
}

#[derive(Template)]
#[template(path = "pages/reported.html")]
pub(crate) struct ReportedPage<'a> {
    pub shell: &'a Shell,
    pub back: String,
    pub handle: &'a str,
}

#[derive(Template)]
#[template(path = "pages/rules.html")]
pub(crate) struct RulesPage<'a> {
    pub shell: &'a Shell,
    pub rules: Vec<String>,
}

/// Whom, and what of theirs, a report is about.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct About {
    pub user: String,
    pub tweet: String,
    pub done: Option<String>,
}

/// What was chosen and typed.
#[derive(Default)]
struct Typed {
    category: Option<Category>,
    rule: Option<RuleId>,
    tweets: Vec<TweetId>,
    comment: String,
    key: String,
}

impl Typed {
    fn of(form: &Pairs) -> Result<Self, Failure> {
        // One more than may be attached, so that the core refuses what is too much.
        let tweets = form.all("tweet").take(REPORT_TWEETS_MAX + 1);
        let tweets = tweets.map(tweet_id).collect::<Result<_, _>>()?;
        Ok(Self {
            category: Category::parse(form.get("category")),
            rule: form.get("rule").parse().ok().map(RuleId),
            tweets,
            comment: form.get("comment").to_owned(),
            key: form.get("key").to_owned(),
        })
    }
}

/// The tweets that may be attached: the one that was reported, then the newest.
async fn offered(
    web: &Web,
    visitor: &Visitor,
    user: &UserView,
    chosen: &[TweetId],
) -> Result<Vec<Offered>, Failure> {
    let (reader, author) = (visitor.caller(), user.card.user().id);
    let page = Page::new(Some(REPORT_OFFERED_TWEETS), None)?;
    let newest = web.pipit.user_timeline(reader, author, Posts::All, page).await?;
    let mut views: Vec<TweetView> = Vec::new();
    for id in chosen {
        views.push(web.pipit.tweet(reader, *id).await?);
    }
    let others = newest.items.into_iter().filter(|view| !chosen.contains(&view.id()));
    views.extend(others);
    views.retain(|view| view.retweet_of.is_none() && view.card.tweet().user_id == author);
    let offer = |view: TweetView| Offered {
        id: view.id().0,
        text: view.card.tweet().content.clone(),
        chosen: chosen.contains(&view.id()),
    };
    Ok(views.into_iter().map(offer).collect())
}

fn rule_choices(rules: &[ServerRule], chosen: Option<RuleId>) -> Vec<Choice> {
    let choice = |rule: &ServerRule| Choice {
        value: rule.id.to_string(),
        label: rule.text.clone(),
        hint: "",
        chosen: chosen == Some(rule.id),
    };
    rules.iter().map(choice).collect()
}

async fn render(
    web: &Web,
    visitor: &Visitor,
    handle: &str,
    typed: Typed,
    complaint: Option<Complaint>,
) -> Result<Response, Failure> {
    let user = web.pipit.user(visitor.caller(), &user_ref(handle)?).await?;
    let w = visitor.preferences.w;
    let m = w.moderation;
    let person = Person::new(user.card.user());
    let rules = web.pipit.server_rules().await?;
    let category = |category: Category| Choice {
        value: category.name().to_owned(),
        label: (m.category)(category).to_owned(),
        hint: "",
        chosen: typed.category == Some(category),
    };
    // Without rules none can be broken.
    let has_rules = !rules.is_empty();
    let categories =
        Category::ALL.into_iter().filter(|c| has_rules || *c != Category::Violation).map(category);
    let comment = Field::new("comment", m.comment, Kind::Lines, "off")
        .value(&typed.comment)
        .length(0, REPORT_COMMENT_CHARS_MAX)
        .hint(m.comment_hint);
    let shell = Shell::new(web, visitor, Section::Elsewhere, (m.report_person)(person.handle));
    let key = match typed.key.as_str() {
        "" => forms::new_key(web.pipit.clock().now()),
        key => key.to_owned(),
    };
    let page = ReportPage {
        shell: &shell.await?,
        categories: categories.collect(),
        rules: rule_choices(&rules, typed.rule),
        tweets: offered(web, visitor, &user, &typed.tweets).await?,
        form: FormView::new(vec![comment], complaint),
        key,
        person,
    };
    Ok(page::html(page.form.status(), &page))
}

pub(crate) async fn get_report(
    State(web): State<Web>,
    _: SignedIn,
    visitor: Visitor,
    Query(about): Query<About>,
) -> Result<Response, Failure> {
    if about.done.is_some() {
        let m = visitor.preferences.w.moderation;
        let user = web.pipit.user(visitor.caller(), &user_ref(&about.user)?).await?;
        let mut shell = Shell::new(&web, &visitor, Section::Elsewhere, m.reported).await?;
        let handle = &user.card.user().handle;
        // Not the moment to praise them.
        shell.suggested.retain(|other| other.card.user().handle != *handle);
        let back = links::profile(handle);
        return Ok(page::html(StatusCode::OK, &ReportedPage { shell: &shell, back, handle }));
    }
    let tweets = match about.tweet.as_str() {
        "" => Vec::new(),
        id => vec![tweet_id(id)?],
    };
    render(&web, &visitor, &about.user, Typed { tweets, ..Typed::default() }, None).await
}

pub(crate) async fn post_report(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Form(form): Form<Pairs>,
) -> Result<Response, Failure> {
    let handle = form.get("user").to_owned();
    let typed = Typed::of(&form)?;
    let Some(category) = typed.category else {
        let complaint = Complaint::general(visitor.preferences.w.moderation.choose_category);
        return render(&web, &visitor, &handle, typed, Some(complaint)).await;
    };
    let draft = ReportDraft {
        user_id: web.pipit.resolve_user(&user_ref(&handle)?).await?,
        tweets: typed.tweets.clone(),
        category,
        // Chosen before the category was changed: it goes with one only.
        rule: typed.rule.filter(|_| category == Category::Violation),
        comment: typed.comment.clone(),
    };
    let key = forms::own_key(&typed.key);
    match web.pipit.report(viewer.caller, draft, key).await {
        Ok(_) => Ok(links::see_other(&format!("/report?user={handle}&done=1"))),
        Err(error) => {
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            render(&web, &visitor, &handle, typed, Some(complaint)).await
        }
    }
}

pub(crate) async fn get_rules(
    State(web): State<Web>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let rules = web.pipit.server_rules().await?.into_iter().map(|rule| rule.text).collect();
    let title = visitor.preferences.w.moderation.rules;
    let shell = Shell::new(&web, &visitor, Section::Elsewhere, title).await?;
    Ok(page::html(StatusCode::OK, &RulesPage { shell: &shell, rules }))
}
