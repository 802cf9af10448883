//! Reports to the moderators, and the rules of the server.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pipit_core::Pipit;
use pipit_http::{Bearer, IdempotencyKey, Json, Problem};
use pipit_model::report::{Category, ReportDraft};
use pipit_model::{Error, RuleId, TweetId, UserId};

use crate::wire;

/// Reports an account to the moderators. At most 50 in a day; the person does not learn who did.
#[utoipa::path(
    post, path = "/reports", tag = "moderation", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request \
        answer with the report that the first one made.")),
    request_body = wire::CreateReport,
    responses((status = 201, body = wire::Report), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn create_report(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    key: IdempotencyKey,
    Json(body): Json<wire::CreateReport>,
) -> Result<Response, Problem> {
    let category = Category::parse(&body.category).ok_or_else(|| {
        Error::invalid("category", "must be \"spam\", \"violation\", \"legal\" or \"other\"")
    })?;
    let draft = ReportDraft {
        user_id: UserId(body.user_id),
        tweets: body.tweet_ids.into_iter().map(TweetId).collect(),
        category,
        rule: body.rule_id.map(RuleId),
        comment: body.comment,
    };
    let report = pipit.report(caller, draft, key.as_deref()).await?;
    Ok((StatusCode::CREATED, Answer(wire::Report::from(&report))).into_response())
}

/// What this server asks of everybody.
#[utoipa::path(
    get, path = "/rules", tag = "moderation",
    responses((status = 200, body = wire::RulePage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_rules(
    State(pipit): State<Pipit>,
) -> Result<Answer<wire::RulePage>, Problem> {
    let rules = pipit.server_rules().await?.into_iter().map(wire::Rule::from).collect();
    Ok(Answer(wire::RulePage { rules }))
}
