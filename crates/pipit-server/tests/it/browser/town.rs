//! A town to look at: a few people and at least one of everything that a page can show. What looks
//! at every page walks through it.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Client, Server, run};

/// A line of text of each kind that is hard to set.
const TEXTS: [&str; 9] = [
    "The first swallow of the year sat on my bicycle this morning. #birds",
    "今朝の空がとてもきれいだった。 #朝の空",
    "هذا الصباح رائحة القهوة في كل الحي. #قهوة",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnungsentwurf",
    "A long link: https://example.org/a/very/long/path/that/goes/on/and/on/and/never/ends?x=1",
    "<b>Not bold</b> & <script>alert('no')</script> \u{202e}desrever\u{202c} zero\u{200b}width",
    "Line one,\n\nline three 👩‍👩‍👧‍👦 🇩🇪 👍🏽 and the end of it.",
    "A text as long as they get, to see what a full tweet does to the page that it stands on: it goes \
     on, and on, says little, and then says it once more, with @ann and #birds in it, so that there \
     is something to press as well. And that was nearly all of it, but for this last word.",
    "Good night. #birds #evening",
];

pub(crate) struct Town {
    pub(crate) server: Server,
    /// Ann's tweet that was answered, retweeted, liked and quoted.
    pub(crate) thread: String,
    /// Bob's tweets with one to four pictures.
    pictures: Vec<String>,
    /// One of ann's lists, and one on which nobody is.
    lists: [i64; 2],
    quote: String,
    /// Where an app asks to be let in.
    consent: String,
    _folder: TempDir,
}

impl Town {
    pub(crate) fn build() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        has_rules(folder.path());
        let server = Server::start_by_name(folder.path());
        let ann = Client::sign_up(&server.url, "ann");
        let bob = Client::sign_up(&server.url, "bob");
        let noor = Client::sign_up(&server.url, "noor");
        let long = Client::sign_up(&server.url, "abcdefghijklmno");
        Client::sign_up(&server.url, "eve");
        ann.patch("/users/me", &json!({"name": "Ann", "bio": "Reads more than she writes."}));
        noor.patch(
            "/users/me",
            &json!({"name": "نور الهدى", "bio": "أكتب عن القهوة والصباح. #قهوة"}),
        );
        let name = "Maximiliane von und zu Hohenlohe-Langenburg-Weiler";
        let bio = "Schreibt über Flüsse, Kanäle und alles, was auf ihnen fährt – meist morgens, selten \
                   kurz, nie ohne Karte. Fragen an @bob oder https://example.org/karten";
        long.patch("/users/me", &json!({"name": name, "bio": bio}));
        profile(&bob);
        for (who, whom) in
            [(&ann, "bob"), (&ann, "noor"), (&bob, "ann"), (&noor, "ann"), (&long, "ann")]
        {
            who.put(&format!("/users/{whom}/follow")).expect("followed");
        }
        for text in TEXTS {
            post(&bob, &json!({"content": text}));
        }
        post(&noor, &json!({"content": "صباح الخير يا @bob، كيف الطيور اليوم؟ #birds"}));
        let pictures = (1..=4).map(|count| with_pictures(&bob, count)).collect();
        let thread = talk(&ann, &bob, &noor);
        let quote = quotes(&ann, &bob, &thread);
        let lists = keeps(&ann, &thread);
        protects(&ann, &server.url);
        troubles(&ann, &server.url);
        let consent = asks_to_be_let_in(&server.url);
        Self { server, thread, pictures, lists, quote, consent, _folder: folder }
    }

    /// What everybody may see.
    pub(crate) fn public(&self) -> Vec<String> {
        let fixed = [
            "/",
            "/signup",
            "/login",
            "/explore",
            "/@bob",
            "/@bob/replies",
            "/@bob/media",
            "/@abcdefghijklmno",
            "/@noor",
            "/@eve",
            "/@bob/followers",
            "/tags/birds",
            "/tags/unused",
            "/search",
            "/search?q=swallow",
            "/search?q=bo&type=people",
            "/settings/appearance",
            "/reset-password",
            "/about/rules",
            "/nowhere",
        ];
        let of_tweets = [self.thread.clone(), self.pictures[3].clone()];
        fixed.into_iter().map(str::to_owned).chain(of_tweets).collect()
    }

    /// What ann sees, signed in.
    pub(crate) fn own(&self) -> Vec<String> {
        let fixed = [
            "/home",
            "/notifications",
            "/notifications/mentions",
            "/follow-requests",
            "/explore",
            "/@ann",
            "/@ann/replies",
            "/@ann/media",
            "/@ann/likes",
            "/@ann/following",
            "/@bob",
            "/@bob/followers",
            "/@bob/lists",
            "/tags/birds",
            "/tags/unused",
            "/search",
            "/search?q=from:bob swallow",
            "/search?q=nothing-of-the-kind",
            "/search?q=since:yesterday",
            "/search?q=bo&type=people",
            "/search?q=bi&type=hashtags",
            "/bookmarks",
            "/lists",
            "/settings",
            "/settings/appearance",
            "/settings/account",
            "/settings/apps",
            "/settings/standing",
            "/settings/privacy",
            "/settings/blocks",
            "/settings/mutes",
            "/settings/filters",
            "/settings/security",
            "/settings/confirm",
            "/settings/sessions",
            "/settings/data",
            "/settings/delete",
            "/compose",
        ];
        let id = self.thread.rsplit('/').next().expect("an id");
        let mut paths: Vec<String> = fixed.into_iter().map(str::to_owned).collect();
        paths.extend([format!("/compose?reply_to={id}"), format!("/compose?quote={id}")]);
        paths.extend([self.thread.clone(), self.quote.clone(), self.consent.clone()]);
        paths.extend([format!("{}/likes", self.thread), format!("{}/retweets", self.thread)]);
        paths.extend(self.pictures.iter().cloned());
        for id in self.lists {
            paths.extend([format!("/lists/{id}"), format!("/lists/{id}/members")]);
        }
        paths
    }

    /// What moe sees and nobody else: an admin.
    pub(crate) fn moderators() -> Vec<String> {
        let paths = [
            "/admin",
            "/admin/held",
            "/admin/appeals",
            "/admin/sign-ups",
            "/admin/automod",
            "/admin/automod?text=a b4rgain&account=trader",
            "/admin/trends",
            "/admin/rules",
            "/admin/blocks",
            "/admin/log",
            "/admin/numbers",
            "/admin/accounts/trader",
        ];
        paths.map(str::to_owned).to_vec()
    }

    /// What somebody sees who has just come: eve.
    pub(crate) fn empty() -> Vec<String> {
        let paths = [
            "/home",
            "/notifications",
            "/notifications/mentions",
            "/follow-requests",
            "/bookmarks",
            "/lists",
            "/@eve",
            "/settings/blocks",
            "/settings/mutes",
            "/settings/filters",
        ];
        paths.map(str::to_owned).to_vec()
    }
}

/// Before the server is there: moe, and a word that is kept out.
fn has_rules(folder: &Path) {
    let moe = ["user", "create", "moe", "--email", "moe@x.test", "--password", "correct horse"];
    run(folder, &[&moe[..], &["--role", "admin"]].concat());
    run(folder, &["moderate", "block", "word", "bargain"]);
}

/// Somebody whose tweet waits for review, and whom ann reports.
fn troubles(ann: &Client, url: &str) {
    let trader = Client::sign_up(url, "trader");
    let held = json!({"content": "A b4rgain,\nlike no other"});
    let (status, held) = trader.post("/tweets", &held).expect("answered");
    assert_eq!(status, 202, "{held}");
    let id = &ann.get_json("/users/trader")["id"];
    let report = json!({"user_id": id, "category": "spam", "comment": "Sells\nall day."});
    let (status, reported) = ann.post("/reports", &report).expect("answered");
    assert_eq!(status, 201, "{reported}");
}

/// The page on which an app asks for a person's leave.
fn asks_to_be_let_in(url: &str) -> String {
    let nowhere = "urn:ietf:wg:oauth:2.0:oob";
    let app = json!({
        "client_name": "Swift", "redirect_uris": [nowhere], "scopes": "read write follow",
        "website": "https://swift.example",
    });
    let (status, app) = Client::anonymous(url).post("/api/v1/apps", &app).expect("answered");
    assert_eq!(status, 200, "{app}");
    let id = app["client_id"].as_str().expect("an id");
    format!(
        "/oauth/authorize?response_type=code&client_id={id}&scope=read+write+follow\
         &redirect_uri={nowhere}"
    )
}

fn profile(bob: &Client) {
    let links = ["https://example.org/bob", "https://birds.example.net/journal"];
    let bio = "Watches birds, mostly sparrows. Ask me about #birds, or see https://example.org";
    bob.patch("/users/me", &json!({"name": "Bob Finch", "bio": bio, "links": links}));
    let avatar = bob.upload("PUT", "/users/me/avatar", &[], &picture(300, 300));
    assert_eq!(avatar.0, 200, "{avatar:?}");
    let banner = bob.upload("PUT", "/users/me/banner", &[], &picture(1500, 500));
    assert_eq!(banner.0, 200, "{banner:?}");
    let pinned = post(bob, &json!({"content": "New here? My list of nesting boxes is this one."}));
    bob.put(&format!("/tweets/{}/pin", pinned["id"])).expect("pinned");
}

pub(crate) fn post(client: &Client, tweet: &Value) -> Value {
    let (status, posted) = client.post("/tweets", tweet).expect("answered");
    assert_eq!(status, 201, "{posted}");
    posted
}

/// Where a tweet has its page.
pub(crate) fn page_of(tweet: &Value) -> String {
    let handle = tweet["user"]["handle"].as_str().expect("a handle");
    format!("/@{handle}/{}", tweet["id"])
}

/// A picture of a sky, as PNG.
pub(crate) fn picture(width: u32, height: u32) -> Vec<u8> {
    let sky = image::RgbImage::from_fn(width, height, |x, y| {
        let part = |n: u32, of: u32| u8::try_from(n * 200 / of).unwrap_or(200);
        image::Rgb([part(x, width), 80 + part(y, height) / 2, 220 - part(y, height)])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(sky).write_to(&mut file, image::ImageFormat::Png).expect("a picture");
    file.into_inner()
}

/// One tweet with so many pictures, wide and tall; the second one has no description.
fn with_pictures(client: &Client, count: u32) -> String {
    let upload = |n: u32| {
        let file = if n.is_multiple_of(2) { picture(800, 450) } else { picture(450, 600) };
        let said = [("description", "A sky that goes from blue to red")];
        let fields = if n == 1 { &said[..0] } else { &said[..] };
        let (status, media) = client.upload("POST", "/media", fields, &file);
        assert_eq!(status, 201, "{media}");
        media["id"].clone()
    };
    let ids: Vec<Value> = (0..count).map(upload).collect();
    let content = format!("Pictures: {count}");
    page_of(&post(client, &json!({"content": content, "media_ids": ids})))
}

/// A conversation below a tweet of ann's, with everything people do to it.
fn talk(ann: &Client, bob: &Client, noor: &Client) -> String {
    let root = post(ann, &json!({"content": "Morning! Who is out already? @bob"}));
    let id = &root["id"];
    let reply = |who: &Client, to: &Value, content: &str| {
        post(who, &json!({"content": content, "reply_to_id": to}))
    };
    let more = reply(ann, id, "(I am, since five.)");
    reply(ann, &more["id"], "And it was worth it: three herons. #birds");
    let answer = reply(bob, id, "Morning to you, @ann! Out since six, and cold.");
    reply(noor, &answer["id"], "صباح النور");
    for who in [bob, noor] {
        who.put(&format!("/tweets/{id}/like")).expect("liked");
        who.put(&format!("/tweets/{id}/retweet")).expect("retweeted");
    }
    page_of(&root)
}

/// A quote, and one whose quoted tweet is gone.
fn quotes(ann: &Client, bob: &Client, thread: &str) -> String {
    let id: i64 = thread.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let quote = post(bob, &json!({"content": "She is always first.", "quote_of_id": id}));
    let doomed = post(ann, &json!({"content": "This one will go."}));
    post(bob, &json!({"content": "Look at that!", "quote_of_id": doomed["id"]}));
    ann.delete(&format!("/tweets/{}", doomed["id"])).expect("deleted");
    page_of(&quote)
}

/// What ann keeps for herself.
fn keeps(ann: &Client, thread: &str) -> [i64; 2] {
    let id = thread.rsplit('/').next().expect("an id");
    ann.put(&format!("/tweets/{id}/bookmark")).expect("kept");
    ann.put(&format!("/tweets/{id}/like")).expect("liked");
    ann.put("/hashtags/birds/follow").expect("followed");
    let list = |name: &str| {
        let (status, list) = ann.post("/users/me/lists", &json!({"name": name})).expect("made");
        assert_eq!(status, 201, "{list}");
        list["id"].as_i64().expect("an id")
    };
    let lists = [list("Birds of the garden"), list("Nobody yet")];
    for who in ["bob", "noor", "abcdefghijklmno"] {
        ann.put(&format!("/users/me/lists/{}/members/{who}", lists[0])).expect("added");
    }
    lists
}

/// Whom and what ann keeps away, and who asks to follow her.
fn protects(ann: &Client, url: &str) {
    Client::sign_up(url, "pest");
    let bore = Client::sign_up(url, "bore");
    ann.put("/users/pest/block").expect("blocked");
    ann.put("/users/bore/mute").expect("muted");
    let keywords = json!([{"keyword": "spoiler"}, {"keyword": "#finale"}]);
    let filter = json!({"title": "Series", "context": ["home", "public"], "keywords": keywords});
    let (status, filter) = ann.post("/users/me/filters", &filter).expect("made");
    assert_eq!(status, 201, "{filter}");
    ann.patch("/users/me", &json!({"locked": true}));
    bore.put("/users/ann/follow").expect("asked");
}
