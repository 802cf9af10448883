//! Three authors, and everybody who stands to them in some way.

use axum::http::StatusCode;
use pipit_api::wire;
use pipit_core::{Deed, Moderator, Upload};
use pipit_model::Role;
use pipit_model::moderation::ActionKind;
use pipit_model::user::UserRef;
use serde_json::{Value, json};

use super::{Author, Caller, Subject};
use crate::{Client, TestApp};

/// The smallest picture there is.
const PICTURE: [u8; 70] = *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\
    \x1f\x15\xc4\x89\0\0\0\rIDATx\xdacd\xf8\xcfP\x0f\0\x03\x86\x01\x80Z4}k\0\0\0\0IEND\xaeB`\x82";

/// Who reads, with their list of the authors.
pub(super) struct Somebody {
    pub(super) caller: Caller,
    pub(super) client: Client,
    pub(super) list: i64,
}

/// A tweet, and a friend's answer to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posted {
    pub(super) tweet: i64,
    pub(super) reply: i64,
}

/// What is the owner's alone.
#[derive(Debug, Clone, Default)]
pub(super) struct Things {
    pub(super) list: i64,
    pub(super) filter: i64,
    pub(super) session: i64,
    pub(super) app: i64,
    /// What the app got.
    app_token: Option<String>,
    pub(super) media: i64,
    /// A rule of the server's, which is an admin's.
    pub(super) rule: i64,
    /// The address of the picture's file.
    pub(super) file: String,
}

/// A service in which everybody stands to everybody as they should.
pub struct World {
    /// The service.
    pub app: TestApp,
    pub(super) authors: Vec<(Author, Client, i64)>,
    pub(super) friend: Client,
    pub(super) people: Vec<Somebody>,
    pub(super) posted: Vec<(Subject, Posted)>,
    pub(super) things: Things,
    /// What was done to the limited author.
    pub(super) action: i64,
    /// In which the owner's tweets are.
    pub(super) report: i64,
}

fn id_of(value: &Value) -> i64 {
    value["id"].as_i64().expect("an id")
}

impl World {
    /// Lets everybody in, has the authors post, and then block, mute and be judged.
    ///
    /// # Panics
    /// If anything is refused.
    pub async fn new(app: TestApp) -> Self {
        let mut authors = Vec::new();
        for author in Author::ALL {
            authors.push((author, app.sign_up(author.handle()).await, 0));
        }
        let friend = app.sign_up("friend").await;
        let mut people = Vec::new();
        for caller in Caller::ALL {
            let client = match caller.handle() {
                Some(handle) if caller == Caller::Waiting => app.wait_outside(handle).await,
                Some(handle) => app.sign_up(handle).await,
                None => app.anonymous(),
            };
            people.push(Somebody { caller, client, list: 0 });
        }
        let (things, posted) = (Things::default(), Vec::new());
        let mut world = Self { app, authors, friend, people, posted, things, action: 0, report: 0 };
        world.meet().await;
        for subject in Subject::ALL {
            let posted = world.post(subject).await;
            world.posted.push((subject, posted));
        }
        world.keep().await;
        world.part().await;
        world.judge().await;
        world.make_things().await;
        world
    }

    fn author(&self, author: Author) -> &Client {
        let mut authors = self.authors.iter();
        &authors.find(|(known, ..)| *known == author).expect("known").1
    }

    /// Those who may do anything by themselves.
    fn accounts(&self) -> impl Iterator<Item = &Somebody> {
        self.people.iter().filter(|somebody| is_account(somebody.caller))
    }

    /// Follows are made before the accounts are locked.
    async fn meet(&mut self) {
        self.author(Author::Owner).put("/users/friend/follow").await.ok();
        let mut lists = Vec::new();
        for author in Author::ALL {
            let path = format!("/users/{}/follow", author.handle());
            self.friend.put(&path).await.ok();
            for somebody in self.accounts() {
                if is_let_in(somebody.caller) {
                    somebody.client.put(&path).await.ok();
                }
            }
            lists.push(make_list(self.author(author)).await);
        }
        for (known, list) in self.authors.iter_mut().zip(lists) {
            known.2 = list;
        }
        for somebody in self.people.iter_mut().filter(|one| is_account(one.caller)) {
            somebody.list = make_list(&somebody.client).await;
        }
        for author in Author::ALL {
            self.author(author).patch("/users/me", json!({"locked": true})).await.ok();
        }
    }

    async fn post(&self, subject: Subject) -> Posted {
        let names = Caller::ALL.into_iter().filter_map(Caller::handle);
        let names = names.map(|handle| format!("@{handle}")).collect::<Vec<_>>().join(" ");
        let content = format!("{} #leak {names}", subject.mark());
        let body = json!({"content": content, "visibility": subject.visibility()});
        let author = self.author(subject.author());
        let tweet = id_of(&author.post("/tweets", body).await.expect(StatusCode::CREATED));
        let reply = json!({"content": "an answer", "reply_to_id": tweet, "visibility": "public"});
        let reply = self.friend.post("/tweets", reply).await.expect(StatusCode::CREATED);
        if subject != Subject::Followers {
            self.friend.put(&format!("/tweets/{tweet}/retweet")).await.ok();
        }
        Posted { tweet, reply: id_of(&reply) }
    }

    /// All who see a tweet now keep it.
    async fn keep(&self) {
        for (subject, Posted { tweet, .. }) in &self.posted {
            let author = self.author(subject.author());
            for client in self.accounts().map(|somebody| &somebody.client).chain([author]) {
                client.put(&format!("/tweets/{tweet}/like")).await;
                client.put(&format!("/tweets/{tweet}/bookmark")).await;
            }
        }
    }

    async fn part(&mut self) {
        let of = |wanted: Subject| {
            let mut posted = self.posted.iter();
            posted.find(|(subject, _)| *subject == wanted).expect("posted").1.tweet
        };
        let (owner, shown) = (
            self.author(Author::Owner),
            [Subject::Public, Subject::Unlisted, Subject::Followers].map(of),
        );
        let report = json!({"user_id": owner.user_id.0, "category": "spam", "tweet_ids": shown});
        let report = self.friend.post("/reports", report).await.expect(StatusCode::CREATED);
        let deleted = format!("/tweets/{}", of(Subject::Deleted));
        owner.delete(&deleted).await.expect(StatusCode::NO_CONTENT);
        for somebody in self.accounts() {
            self.tie(somebody).await;
        }
        self.report = id_of(&report);
    }

    /// Has somebody stand to the authors as they should.
    pub(super) async fn tie(&self, somebody: &Somebody) {
        let Some(handle) = somebody.caller.handle() else {
            // An author may have let in who was to be kept out.
            let mut locked_out = self.people.iter();
            if let Some(one) = locked_out.find(|one| one.caller == Caller::LockedOut) {
                Box::pin(self.tie(one)).await;
            }
            return;
        };
        for author in [Author::Owner, Author::Limited] {
            let (client, them) = (&somebody.client, author.handle());
            let author = self.author(author);
            let theirs = |what: &str| format!("/users/{them}/{what}");
            let follow = theirs("follow");
            match somebody.caller {
                Caller::Blocked => {
                    author.put(&format!("/users/{handle}/block")).await.ok();
                    client.delete(&theirs("mute")).await.ok();
                    client.delete(&theirs("block")).await.ok();
                }
                Caller::Blocking => {
                    client.delete(&theirs("mute")).await.ok();
                    client.put(&theirs("block")).await.ok();
                }
                caller => {
                    client.delete(&theirs("block")).await.ok();
                    client.delete(&follow).await.ok();
                    if is_let_in(caller) || caller == Caller::LockedOut {
                        client.put(&follow).await.ok();
                    }
                    if is_let_in(caller) {
                        author.put(&format!("/users/me/follow_requests/{handle}")).await.ok();
                    }
                    let mute = theirs("mute");
                    match caller {
                        Caller::Muting => client.put(&mute).await.ok(),
                        _ => client.delete(&mute).await.ok(),
                    };
                    if caller == Caller::Muted {
                        author.put(&format!("/users/{handle}/mute")).await.ok();
                    }
                }
            }
        }
    }

    /// What moderators make of people, and who moderates.
    async fn judge(&mut self) {
        self.action = self.act(self.author(Author::Limited), ActionKind::Limit).await;
        self.act(self.author(Author::Suspended), ActionKind::Suspend).await;
        for (caller, kind) in
            [(Caller::Limited, ActionKind::Limit), (Caller::Suspended, ActionKind::Suspend)]
        {
            let client = self.person(caller).client.clone();
            self.act(&client, kind).await;
        }
        for (caller, role) in [(Caller::Moderator, Role::Moderator), (Caller::Admin, Role::Admin)] {
            let user = UserRef::Id(self.person(caller).client.user_id);
            let operator = Moderator::operator();
            self.app.pipit.set_role(operator, &user, role).await.expect("a role");
        }
        // A suspension ends all sessions; they may sign in again to see why.
        let suspended = self.app.sign_in("suspended").await;
        let gone = self.app.sign_in("gone").await;
        self.authors[2].1.token = gone;
        let scopeless = self.app.app_token("push", Some("scopeless")).await.1.token;
        for somebody in &mut self.people {
            match somebody.caller {
                Caller::Suspended => somebody.client.token.clone_from(&suspended),
                Caller::Scopeless => somebody.client.token.clone_from(&scopeless),
                _ => {}
            }
        }
    }

    pub(super) fn person(&self, caller: Caller) -> &Somebody {
        self.people.iter().find(|one| one.caller == caller).expect("known")
    }

    async fn act(&self, on: &Client, kind: ActionKind) -> i64 {
        let reason = "Because.".to_owned();
        let deed = Deed { user_id: on.user_id, kind, reason, tweets: Vec::new(), report: None };
        self.app.pipit.act(Moderator::operator(), deed).await.expect("done").id.0
    }

    /// What moderators make of the owner.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn judge_owner(&self, kind: ActionKind) {
        self.act(self.author(Author::Owner), kind).await;
    }

    /// Whether the owner's app still gets in.
    async fn is_app_in(&self) -> bool {
        let mut app = self.app.anonymous();
        app.token.clone_from(&self.things.app_token);
        app.token.is_some() && app.get("/users/owner").await.status == StatusCode::OK
    }

    /// What an author had and has no more.
    pub(super) async fn lost(&self, subject: Subject) -> Vec<&'static str> {
        let (owner, things) = (self.author(Author::Owner), &self.things);
        let sessions = owner.get("/sessions").await.json().to_string();
        let author = self.author(subject.author());
        let mut lost = Vec::new();
        for (what, client, path) in [
            ("list", owner, format!("/users/me/lists/{}", things.list)),
            ("filter", owner, format!("/users/me/filters/{}", things.filter)),
            ("tweet", author, format!("/tweets/{}", self.posted(subject).tweet)),
        ] {
            let is_lasting = what != "tweet" || is_lasting(subject);
            if is_lasting && client.get(&path).await.status != StatusCode::OK {
                lost.push(what);
            }
        }
        if !sessions.contains(&things.session.to_string()) {
            lost.push("session");
        }
        if !self.is_app_in().await {
            lost.push("app");
        }
        lost
    }

    /// Gives the owner what is theirs alone, and of what they have nothing (any more).
    pub(super) async fn make_things(&mut self) {
        let owner = self.author(Author::Owner).clone();
        let mut things = self.things.clone();
        let is_there = async |path: String| owner.get(&path).await.status == StatusCode::OK;
        if !is_there(format!("/users/me/lists/{}", things.list)).await {
            things.list = make_list(&owner).await;
        }
        if !is_there(format!("/users/me/filters/{}", things.filter)).await {
            let keywords = json!([{"keyword": "nothing"}]);
            let filter = json!({"title": "f", "context": ["home"], "keywords": keywords});
            let filter = owner.post("/users/me/filters", filter).await;
            things.filter = id_of(&filter.expect(StatusCode::CREATED));
        }
        let sessions = async || -> Vec<i64> {
            let sessions = owner.get("/sessions").await.ok();
            sessions["sessions"].as_array().expect("sessions").iter().map(id_of).collect()
        };
        let before = sessions().await;
        if !before.contains(&things.session) {
            self.app.sign_in("owner").await;
            let after = sessions().await;
            things.session = after.into_iter().find(|id| !before.contains(id)).expect("a new one");
        }
        if !self.is_app_in().await {
            let (registered, client) = self.app.app_token("read", Some("owner")).await;
            things.app = registered["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
            things.app_token = client.token;
        }
        let pipit = &self.app.pipit;
        let rules = async || owner.get("/rules").await.ok()["rules"].clone();
        if rules().await == json!([]) {
            pipit.add_rule(Moderator::operator(), "Be kind.").await.expect("a rule");
        }
        things.rule = id_of(&rules().await[0]);
        if things.media == 0 {
            let caller = pipit.authenticate(owner.token.as_deref().unwrap_or_default()).await;
            let upload = Upload { bytes: PICTURE.to_vec(), description: String::new() };
            let media = pipit.upload_media(caller.expect("signed in"), upload, None).await;
            let media = wire::Media::from(&media.expect("a picture"));
            (things.media, things.file) = (media.id, media.url);
        }
        self.things = things;
    }

    /// Posts a tweet anew that its author deleted.
    pub(super) async fn post_again(&mut self, subject: Subject) {
        let Posted { tweet, .. } = self.posted(subject);
        let author = self.author(subject.author());
        let gone = author.get(&format!("/tweets/{tweet}")).await.status == StatusCode::NOT_FOUND;
        if !is_lasting(subject) || !gone {
            return;
        }
        let posted = self.post(subject).await;
        for (known, place) in &mut self.posted {
            if *known == subject {
                *place = posted;
            }
        }
    }

    pub(super) fn posted(&self, subject: Subject) -> Posted {
        self.posted.iter().find(|(known, _)| *known == subject).expect("posted").1
    }
}

/// Whether they have an account that was let in.
fn is_account(caller: Caller) -> bool {
    !matches!(caller, Caller::Nobody | Caller::Owner | Caller::Waiting)
}

/// Whether a tweet is there until somebody deletes it.
fn is_lasting(subject: Subject) -> bool {
    !matches!(subject, Subject::Deleted | Subject::OfSuspended)
}

/// Who follows the authors, or did until something happened.
fn is_let_in(caller: Caller) -> bool {
    matches!(
        caller,
        Caller::Follower
            | Caller::Blocked
            | Caller::Blocking
            | Caller::Muted
            | Caller::Muting
            | Caller::Suspended
            | Caller::Scopeless
    )
}

/// A list with all authors on it.
async fn make_list(client: &Client) -> i64 {
    let list = client.post("/users/me/lists", json!({"name": "l"})).await;
    let list = id_of(&list.expect(StatusCode::CREATED));
    for author in Author::ALL {
        let path = format!("/users/me/lists/{list}/members/{}", author.handle());
        client.put(&path).await;
    }
    list
}
