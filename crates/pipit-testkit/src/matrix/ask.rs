//! Asks all of it, and compares.

use std::collections::HashMap;

use axum::body::Body as HttpBody;
use axum::http::{HeaderValue, Method, Request, header};
use http_body_util::BodyExt;
use pipit_http::Route;

use super::rules::expected;
use super::{After, Author, Body, Caller, Door, Outcome, Row, Subject, World, route_of};
use crate::Client;

/// A failure is told with so many others.
const TOLD_MAX: usize = 80;
/// Of one row.
const TOLD_OF_A_ROW_MAX: usize = 6;

/// How much was asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Checked {
    /// Routes of the door, those without a row left out.
    pub routes: usize,
    /// A row, a caller, a tweet.
    pub cases: usize,
    /// Fewer: what does not depend on the tweet is asked once.
    pub requests: usize,
}

/// What came back.
#[derive(Debug, Clone)]
struct Came {
    outcome: Outcome,
    text: String,
}

/// Which request it was: whose, and which.
type Asked = (Option<String>, String, String);

impl World {
    /// Asks every row as everybody about every tweet, and compares. Reads come first, in the order of
    /// the rows: what is written later would get in their way.
    ///
    /// # Panics
    /// If an answer is not what the rules say, if a route has neither a row nor its place among the
    /// exempt, or if a row is of no route.
    pub async fn check(
        &mut self,
        door: Door,
        routes: &[Route],
        rows: &[Row],
        exempt: &[(&str, &str)],
    ) -> Checked {
        let mut checked = Checked { routes: cover(routes, rows, exempt), ..Checked::default() };
        let mut wrong = Vec::new();
        let (reads, writes): (Vec<&Row>, Vec<&Row>) =
            rows.iter().partition(|row| row.method == "GET");
        for row in reads.into_iter().chain(writes) {
            self.check_row(door, row, &mut checked, &mut wrong).await;
        }
        tell(&wrong);
        checked
    }

    /// Asks only what is read, as everybody, where moderators made something of the owner: then
    /// `expected` says what is shown in place of the row's own rule, and nothing else is looked at.
    ///
    /// # Panics
    /// If anything else is shown.
    pub async fn check_shown(
        &self,
        door: Door,
        rows: &[Row],
        when: &str,
        expected: impl Fn(&Row, Caller, Subject) -> bool,
    ) -> usize {
        let (mut cells, mut wrong) = (0, Vec::new());
        for row in rows.iter().filter(|row| row.method == "GET") {
            let mut known = HashMap::new();
            for caller in Caller::ALL {
                for subject in Subject::ALL.into_iter().filter(|one| one.author() == Author::Owner)
                {
                    let came = self.ask(door, row, caller, subject, &mut known).await;
                    let is_shown = came.text.contains(subject.mark());
                    if is_shown != expected(row, caller, subject) || came.outcome == Outcome::Broken
                    {
                        let path = row.path;
                        wrong.push(format!("{when}: {path} {caller:?} {subject:?}: {is_shown}"));
                    }
                    cells += 1;
                }
            }
        }
        tell(&wrong);
        cells
    }

    async fn check_row(
        &mut self,
        door: Door,
        row: &Row,
        checked: &mut Checked,
        wrong: &mut Vec<String>,
    ) {
        let (mut known, mut found) = (HashMap::new(), Vec::new());
        for caller in Caller::ALL {
            for subject in Subject::ALL {
                let right = expected(door, row, caller, subject);
                if row.after == After::NoWayBack && right == Outcome::Done {
                    continue;
                }
                let before = known.len();
                let came = self.ask(door, row, caller, subject, &mut known).await;
                let is_new = known.len() > before;
                checked.cases += 1;
                checked.requests += usize::from(is_new);
                if is_new && came.outcome == Outcome::Done {
                    // Others may be told that it is done, but it must not be.
                    let is_others = row.after == After::Things && caller != Caller::Owner;
                    if is_others && !self.lost(subject).await.is_empty() {
                        let (method, path) = (row.method, row.path);
                        found.push(format!("{method} {path} as {caller:?} on {subject:?}: did it"));
                    }
                    self.put_right(row.after, caller, subject).await;
                }
                let may_show = matches!(right, Outcome::Done | Outcome::Wrong);
                let shows = may_show && (row.shows)(caller, subject);
                let is_shown = came.text.contains(subject.mark());
                if came.outcome != right || is_shown != shows {
                    let (method, path) = (row.method, row.path);
                    let told = (came.outcome, is_shown);
                    found.push(format!(
                        "{method} {path} as {caller:?} on {subject:?}: {told:?}, not {right:?} {shows}"
                    ));
                }
            }
        }
        // A row that is wrong is wrong for many.
        let more = found.len().saturating_sub(TOLD_OF_A_ROW_MAX);
        found.truncate(TOLD_OF_A_ROW_MAX);
        wrong.append(&mut found);
        if more > 0 {
            wrong.push(format!("{} {}: {more} more", row.method, row.path));
        }
    }

    /// The author's own, for the owner.
    fn client(&self, caller: Caller, subject: Subject) -> (&Client, i64) {
        if caller == Caller::Owner {
            let mut authors = self.authors.iter();
            let found = authors.find(|(author, ..)| *author == subject.author());
            let (_, client, list) = found.expect("an author");
            return (client, *list);
        }
        let somebody = self.person(caller);
        (&somebody.client, somebody.list)
    }

    fn fill(&self, text: &str, list: i64, subject: Subject) -> String {
        let (posted, things) = (self.posted(subject), &self.things);
        let mut authors = self.authors.iter();
        let author = authors.find(|(author, ..)| *author == subject.author()).expect("one");
        let file = things.file.rsplit('/').next().unwrap_or_default();
        let words: [(&str, &str); 15] = [
            ("AUTHORID", &author.1.user_id.to_string()),
            ("AUTHOR", subject.author().handle()),
            ("TWEET", &posted.tweet.to_string()),
            ("REPLY", &posted.reply.to_string()),
            ("MYLIST", &list.to_string()),
            ("OWNLIST", &things.list.to_string()),
            ("FILTER", &things.filter.to_string()),
            ("SESSION", &things.session.to_string()),
            ("MEDIA", &things.media.to_string()),
            ("FILE", file),
            ("APP", &things.app.to_string()),
            ("ACTION", &self.action.to_string()),
            ("RULE", &things.rule.to_string()),
            ("REPORT", &self.report.to_string()),
            ("MARK", subject.mark()),
        ];
        words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    }

    async fn ask(
        &self,
        door: Door,
        row: &Row,
        caller: Caller,
        subject: Subject,
        known: &mut HashMap<Asked, Came>,
    ) -> Came {
        let (client, list) = self.client(caller, subject);
        let path = self.fill(row.path, list, subject);
        let (Body::Good(body) | Body::Wrong(body)) = row.body;
        let body = self.fill(body, list, subject);
        let asked = (client.token.clone(), path.clone(), body.clone());
        if let Some(came) = known.get(&asked) {
            return came.clone();
        }
        let request = request(door, client, row.method, &path, body);
        let response = client.open(request).await;
        let (parts, body) = response.into_parts();
        let leads_to = parts.headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
        let outcome = Outcome::of(door, parts.status, leads_to);
        let kind = parts.headers.get(header::CONTENT_TYPE);
        // Streams go on.
        let goes_on = kind.is_some_and(|kind| kind == "text/event-stream");
        let text = if goes_on {
            Vec::new()
        } else {
            body.collect().await.expect("a whole body").to_bytes().to_vec()
        };
        let came = Came { outcome, text: String::from_utf8_lossy(&text).into_owned() };
        known.insert(asked, came.clone());
        came
    }

    async fn put_right(&mut self, after: After, caller: Caller, subject: Subject) {
        match after {
            After::Nothing | After::NoWayBack => {}
            // They had no session to lose.
            After::Session if matches!(caller, Caller::Nobody | Caller::Scopeless) => {}
            After::Ties => self.tie(self.person(caller)).await,
            After::Things => {
                self.post_again(subject).await;
                self.make_things().await;
            }
            After::Session => {
                let handle = caller.handle().unwrap_or(subject.author().handle());
                let token = self.app.sign_in(handle).await;
                if caller == Caller::Owner {
                    let mut authors = self.authors.iter_mut();
                    let found = authors.find(|(author, ..)| *author == subject.author());
                    found.expect("one").1.token = token;
                } else {
                    let mut people = self.people.iter_mut();
                    let found = people.find(|one| one.caller == caller);
                    found.expect("one").client.token = token;
                }
            }
        }
    }
}

fn request(
    door: Door,
    client: &Client,
    method: &str,
    path: &str,
    body: String,
) -> Request<HttpBody> {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = client.request(method, path, HttpBody::from(body));
    if door == Door::Rest {
        return request;
    }
    let headers = request.headers_mut();
    headers.remove(header::AUTHORIZATION);
    let cookie = format!("pipit={}", client.token.as_deref().unwrap_or_default());
    headers.insert(header::COOKIE, HeaderValue::try_from(cookie).expect("a cookie"));
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert(header::CONTENT_TYPE, form);
    headers.insert(header::ACCEPT, HeaderValue::from_static("text/html"));
    headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
    request
}

/// How many routes have rows; fails if one has none and is not exempt, if one is both, and if a row is
/// of no route.
fn cover(routes: &[Route], rows: &[Row], exempt: &[(&str, &str)]) -> usize {
    let mut covered = Vec::new();
    for row in rows {
        let route = route_of(routes, row.method, row.path);
        covered.push(route.unwrap_or_else(|| panic!("{} {} is no route", row.method, row.path)));
    }
    let mut with_rows = 0;
    for route in routes {
        let has_row = covered.contains(&route);
        let is_exempt = exempt.contains(&(route.method.as_str(), route.path.as_str()));
        let (method, path) = (&route.method, &route.path);
        assert!(has_row || is_exempt, "{method} {path} needs a row in the matrix");
        assert!(!(has_row && is_exempt), "{method} {path} has a row and is exempt");
        with_rows += usize::from(has_row);
    }
    let is_route = |(method, path): &(&str, &str)| routes.contains(&Route::new(method, path));
    assert!(exempt.iter().all(is_route), "what is exempt is a route");
    with_rows
}

fn tell(wrong: &[String]) {
    let told = wrong.iter().take(TOLD_MAX).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} cases are not as they should be:\n{told}", wrong.len());
}
