//! The rules for new tweets: from a tweet that waits to followers' homes, or to a reason.

use pipit_model::Role;

use super::moderation::staff;
use super::site::Site;
use crate::links::encode;

struct People {
    ann: String,
    eve: String,
    moe: String,
    ada: String,
}

/// Ann follows eve; ada keeps a word out.
async fn people(site: &Site) -> People {
    let ada = staff(site, "ada", Role::Admin).await;
    let moe = staff(site, "moe", Role::Moderator).await;
    let (ann, eve) = (site.sign_up("ann").await, site.sign_up("eve").await);
    site.post("/@eve/follow", &ann, &[]).await.location();
    site.post("/admin/blocks", &ada, &[("kind", "word"), ("value", "bargain")]).await.location();
    People { ann, eve, moe, ada }
}

/// Eve posts what is held; answers where moderators decide on it.
async fn held(site: &Site, eve: &str, text: &str) -> String {
    let led = site.post("/compose", eve, &[("content", text)]).await.location().to_owned();
    let (page, id) = led.split_once("#held-").expect("a place on the page that says so");
    assert_eq!(page, "/settings/standing");
    let standing = site.get(page, eve).await;
    assert!(standing.body.contains(text) && standing.body.contains("waits for review"));
    standing.page();
    format!("/admin/held/{id}")
}

#[tokio::test]
async fn a_held_tweet_comes_into_homes_when_a_moderator_approves() {
    let site = Site::open().await;
    let People { ann, eve, moe, .. } = people(&site).await;
    let decide = held(&site, &eve, "A b4rgain for you").await;
    for (page, cookie) in
        [("/home", &ann), ("/home", &eve), ("/@eve", &ann), ("/explore", &ann), ("/explore", &eve)]
    {
        assert!(!site.get(page, cookie).await.body.contains("b4rgain"), "{page}");
    }
    assert_eq!(site.post(&decide, &eve, &[("decision", "approve")]).await.status, 404);
    let queue = site.get("/admin/held", &moe).await;
    assert!(
        queue.body.contains("A b4rgain for you") && queue.body.contains("Blocked words: bargain")
    );
    queue.page();
    site.post(&decide, &moe, &[("decision", "approve")]).await.location();
    assert!(site.get("/home", &ann).await.body.contains("A b4rgain for you"));
    assert!(!site.get("/settings/standing", &eve).await.body.contains("waits for review"));
    assert!(site.get("/admin/held", &moe).await.body.contains("No tweets wait"));
    let log = site.get("/admin/log", &moe).await.body;
    for said in ["Tweet held for review", "the rules", "Held tweet approved"] {
        assert!(log.contains(said), "{said}");
    }
}

#[tokio::test]
async fn who_is_rejected_reads_why() {
    let site = Site::open().await;
    let People { ann, eve, moe, .. } = people(&site).await;
    let decide = held(&site, &eve, "What a bargain").await;
    let without_reason = site.post(&decide, &moe, &[("decision", "reject")]).await;
    assert_eq!(without_reason.status, 422);
    without_reason.page();
    let reject = [("decision", "reject"), ("reason", "Nothing is sold here.")];
    site.post(&decide, &moe, &reject).await.location();
    assert!(site.get("/home", &eve).await.body.contains("told you something"));
    let standing = site.get("/settings/standing", &eve).await.body;
    assert!(standing.contains("was rejected") && standing.contains("Nothing is sold here."));
    assert!(!site.get("/@eve", &ann).await.body.contains("bargain"));
}

#[tokio::test]
async fn rules_are_tried_and_set() {
    let site = Site::open().await;
    let People { eve, moe, ada, .. } = people(&site).await;
    let tried = site.get("/admin/automod?text=a+b4rgain&account=eve", &moe).await;
    assert!(tried.body.contains("<bdi>bargain</bdi>"));
    tried.page();
    assert!(site.get("/admin/automod?text=nothing", &moe).await.body.contains("No rule would act"));
    for account in ["nobody", "not a handle"] {
        let path = format!("/admin/automod?text=a+b4rgain&account={}", encode(account));
        let refused = site.get(&path, &moe).await;
        assert_eq!(refused.status, 422, "{account}");
        let again = format!("value=\"{account}\"");
        assert!(refused.body.contains("Nobody has this handle") && refused.body.contains(&again));
        assert!(refused.body.contains("a b4rgain</textarea>"), "the text is still there");
        refused.page();
    }
    let refuse = [("effect", "refuse"), ("mode", "on"), ("threshold", "")];
    assert_eq!(site.post("/admin/automod/blocked-word", &moe, &refuse).await.status, 404);
    site.post("/admin/automod/blocked-word", &ada, &refuse).await.location();
    let refused = site.post("/compose", &eve, &[("content", "a bargain")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("leave it out"));
    let page = site.get("/admin/automod", &moe).await;
    assert!(page.body.contains("Hits in the last 30 days: 1, and 0 in dry run."));
    for (threshold, status) in [("0", 422), ("x", 422), ("5", 303)] {
        let form = [("effect", "hold"), ("mode", "dry-run"), ("threshold", threshold)];
        let answer = site.post("/admin/automod/link-burst", &ada, &form).await;
        assert_eq!(answer.status, status, "{threshold}");
    }
    assert_eq!(site.post("/admin/automod/nonsense", &ada, &refuse).await.status, 404);
}
