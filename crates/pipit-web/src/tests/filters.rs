//! Filters, muted conversations, who may reply and hidden replies, form by form.

use super::html::Page;
use super::site::Site;

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().expect("an id")
}

fn offers(page: &Page, action: &str) -> bool {
    let is_it = |name: &str| page.elements.iter().any(|e| e.attribute(name) == action);
    is_it("action") || is_it("formaction")
}

#[tokio::test]
async fn a_filter_is_made_holds_is_changed_and_deleted() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    site.tweet(&bob, "a spoiler <b>").await;
    site.tweet(&bob, "fine").await;
    let page = site.get("/settings/filters", &ann).await.page();
    let key = page.form("/settings/filters")["key"].clone();
    let form = [
        ("keywords", "spoiler\r\n \r\n#ending"),
        ("whole_word", "on"),
        ("public", "on"),
        ("action", "warn"),
        ("days", "7"),
        ("title", ""),
        ("key", &key),
    ];
    for _ in 0..2 {
        let made = site.post("/settings/filters", &ann, &form).await;
        assert_eq!(made.location(), "/settings/filters");
    }
    let page = site.get("/settings/filters", &ann).await.page();
    let edit = page.all("form").map(|form| form.attribute("action").to_owned());
    let edit = edit.filter(|action| action.starts_with("/settings/filters/")).collect::<Vec<_>>();
    assert_eq!(edit.len(), 1, "a double click makes one");
    let explore = site.get("/explore", &ann).await.page();
    let folded: Vec<&str> = explore.of_class("folded").map(|d| d.name.as_str()).collect();
    assert_eq!(folded, ["details"], "folded up, and there without scripts");
    let summary = explore.all("summary").find(|s| s.text.contains("Filtered")).expect("one");
    assert_eq!(summary.text.trim(), "Filtered: spoiler", "the first word is its title");
    assert_eq!(site.get("/explore", &bob).await.page().of_class("folded").count(), 0);

    let bad = site.post(&edit[0], &ann, &[("keywords", "kept <i>"), ("title", "x")]).await;
    assert_eq!(bad.status, 422);
    let page = bad.page();
    assert_eq!(page.of_class("bad").count(), 1);
    assert_eq!(page.form("/settings/filters")["keywords"], "kept <i>", "nothing is lost");
    let hide = [("keywords", "spoiler"), ("public", "on"), ("action", "hide"), ("title", "No")];
    site.post(&edit[0], &ann, &hide).await.location();
    assert_eq!(site.get("/explore", &ann).await.page().tweets(), ["fine"]);
    assert_eq!(site.post(&edit[0], &bob, &hide).await.status, 404);
    site.post(&format!("{}/delete", edit[0]), &ann, &[]).await.location();
    assert_eq!(site.get("/explore", &ann).await.page().tweets().len(), 2);
    assert_eq!(
        site.get("/settings/filters", "").await.location(),
        "/login?next=%2Fsettings%2Ffilters"
    );
}

#[tokio::test]
async fn a_conversation_is_muted_and_heard_again() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let path = site.tweet(&ann, "a question").await;
    let (mute, unmute) = (format!("{path}/mute"), format!("{path}/unmute"));
    assert!(offers(&site.get(&path, &ann).await.page(), &mute));
    assert_eq!(site.post(&mute, &ann, &[("back", &path)]).await.location(), path);
    assert!(offers(&site.get(&path, &ann).await.page(), &unmute));
    site.reply(&bob, &path, "hush").await;
    assert_eq!(site.get("/notifications", &ann).await.page().tweets().len(), 0);
    site.post(&unmute, &ann, &[]).await.location();
    site.reply(&bob, &path, "hey").await;
    assert_eq!(site.get("/notifications", &ann).await.page().tweets(), ["hey"]);
    assert!(!offers(&site.get(&path, "").await.page(), &mute));
}

#[tokio::test]
async fn the_composer_says_who_may_reply_and_the_thread_shows_it() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let carol = site.sign_up("carol").await;
    let compose = site.get("/compose", &ann).await.page();
    let choices = compose.all("input").filter(|i| i.attribute("name") == "reply_audience");
    assert_eq!(choices.count(), 3);
    let form = [("content", "hello @bob"), ("reply_audience", "mentioned")];
    let answer = site.post("/compose", &ann, &form).await;
    let path = crate::links::without_anchor(answer.location()).to_owned();
    let composers = async |cookie: &str| {
        let page = site.get(&path, cookie).await.page();
        let note = page.of_class("aside-note").map(|note| note.text.clone()).collect::<String>();
        assert_eq!(note, "People the author mentions can reply");
        page.of_class("composer").count()
    };
    assert_eq!((composers(&bob).await, composers(&carol).await, composers("").await), (1, 0, 0));
    assert_eq!(composers(&ann).await, 1);
    let reply = [("content", "kept text"), ("reply_to", id_of(&path))];
    let refused = site.post("/compose", &carol, &reply).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.page().form("/compose")["content"], "kept text", "nothing is lost");
    site.post("/compose", &bob, &reply).await.location();
    let answering = site.get(&format!("/compose?reply_to={}", id_of(&path)), &bob).await.page();
    assert!(!answering.all("input").any(|i| i.attribute("name") == "reply_audience"));
}

#[tokio::test]
async fn replies_are_hidden_behind_a_link() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let path = site.tweet(&ann, "a question").await;
    let reply = site.reply(&bob, &path, "rude").await;
    let (hide, unhide) = (format!("{reply}/hide"), format!("{reply}/unhide"));
    assert!(offers(&site.get(&path, &ann).await.page(), &hide));
    assert!(!offers(&site.get(&path, &bob).await.page(), &hide), "it is not bob's conversation");
    assert_eq!(site.post(&hide, &bob, &[]).await.status, 403);
    let hidden = format!("{path}/hidden");
    assert!(!site.get(&path, "").await.page().links_to(&hidden));
    site.post(&hide, &ann, &[("back", &path)]).await.location();
    let thread = site.get(&path, "").await.page();
    assert_eq!((thread.tweets(), thread.links_to(&hidden)), (vec!["a question".to_owned()], true));
    let behind = site.get(&hidden, &ann).await.page();
    assert_eq!(behind.tweets(), ["rude"]);
    assert!(offers(&behind, &unhide));
    // Nor does its author bring another one back by answering themselves.
    let again = site.reply(&bob, &reply, "and again").await;
    assert_eq!(site.get(&reply, "").await.page().tweets(), ["a question", "rude", "and again"]);
    site.post(&format!("{again}/hide"), &ann, &[]).await.location();
    assert_eq!(site.get(&reply, "").await.page().tweets(), ["a question", "rude"]);
    site.post(&format!("{again}/delete"), &bob, &[]).await.location();
    site.post(&unhide, &ann, &[]).await.location();
    assert_eq!(site.get(&path, "").await.page().tweets().len(), 2);
    assert_eq!(site.get(&hidden, "").await.page().tweets().len(), 0);
}
