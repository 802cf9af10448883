//! Locked accounts, blocks and mutes as pages show them.

use super::site::Site;

async fn press(site: &Site, cookie: &str, path: &str) {
    site.post(path, cookie, &[]).await.location();
}

#[tokio::test]
async fn a_block_and_a_mute_are_told_and_can_be_undone_where_they_were_made() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    site.tweet(&ann, "hello").await;
    press(&site, &bob, "/@ann/follow").await;
    let page = site.get("/@bob", &ann).await.page();
    page.form("/@bob/block");
    assert!(page.all("select").any(|select| select.attribute("name") == "duration"), "to mute");
    assert_eq!(site.post("/@bob/block", &ann, &[]).await.location(), "/@bob");
    let own = site.get("/@bob", &ann).await;
    assert!(own.body.contains("You block @bob"));
    own.page().form("/@bob/unblock");
    let other = site.get("/@ann", &bob).await;
    assert!(other.body.contains("@ann blocks you") && !other.body.contains("hello"));
    assert!(!other.body.contains("action=\"/@ann/follow\""), "nothing to be done about it");
    assert_eq!(site.get("/@ann/followers", &bob).await.status, 403);
    let listed = site.get("/settings/blocks", &ann).await.page();
    listed.form("/@bob/unblock");
    let back = [("back", "/settings/blocks")];
    assert_eq!(site.post("/@bob/unblock", &ann, &back).await.location(), "/settings/blocks");
    assert_eq!(site.get("/@ann", &bob).await.page().tweets(), ["hello"]);

    press(&site, &bob, "/@ann/follow").await;
    let hour = [("duration", "3600")];
    site.post("/@ann/mute", &bob, &hour).await.location();
    assert!(site.get("/@ann", &bob).await.body.contains("You mute @ann until"));
    assert!(site.get("/home", &bob).await.page().tweets().is_empty());
    site.get("/settings/mutes", &bob).await.page().form("/@ann/unmute");
    press(&site, &bob, "/@ann/unmute").await;
    assert_eq!(site.get("/home", &bob).await.page().tweets(), ["hello"]);
    for bad in ["x", "-1", "999999999999"] {
        let refused = site.post("/@ann/mute", &bob, &[("duration", bad)]).await;
        assert_eq!(refused.status, 422, "{bad}");
    }
    assert_eq!(site.post("/@ann/block", "", &[]).await.location(), "/login?next=%2F%40ann");
}

#[tokio::test]
async fn a_locked_account_is_asked_and_answers() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let form = [("locked", "yes"), ("visibility", "followers")];
    let saved = site.post("/settings/privacy", &ann, &form).await;
    assert_eq!(saved.location(), "/settings/privacy?done=privacy");
    let settings = site.get("/settings/privacy", &ann).await.page();
    let chosen = settings.all("input").filter(|input| input.attributes.contains_key("checked"));
    let chosen: Vec<&str> = chosen.map(|input| input.attribute("value")).collect();
    assert_eq!(chosen, ["yes", "followers"]);
    let home = site.get("/home", &ann).await.page();
    let chosen = home.all("option").find(|option| option.attributes.contains_key("selected"));
    assert_eq!(chosen.expect("one").attribute("value"), "followers");
    site.tweet(&ann, "for few").await;

    press(&site, &bob, "/@ann/follow").await;
    let profile = site.get("/@ann", &bob).await;
    assert!(profile.body.contains("Requested") && !profile.body.contains("for few"));
    assert!(site.get("/notifications", &ann).await.page().links_to("/follow-requests"));
    site.get("/follow-requests", &ann).await.page().form("/@bob/accept");
    let back = [("back", "/follow-requests")];
    assert_eq!(site.post("/@bob/accept", &ann, &back).await.location(), "/follow-requests");
    let home = site.get("/home", &bob).await;
    assert_eq!(home.page().tweets(), ["for few"]);
    assert!(home.page().of_class("for").any(|chip| chip.text == "Followers"));
    press(&site, &ann, "/@bob/remove_follower").await;
    assert!(site.get("/home", &bob).await.page().tweets().is_empty());

    press(&site, &bob, "/@ann/follow").await;
    press(&site, &ann, "/@bob/reject").await;
    press(&site, &bob, "/@ann/follow").await;
    assert_eq!(
        site.post("/follow-requests/accept-all", &ann, &[]).await.location(),
        "/follow-requests"
    );
    assert_eq!(site.get("/home", &bob).await.page().tweets(), ["for few"]);
    let reply = site.get("/home", &bob).await.page();
    let id = reply.of_class("tweet").next().expect("a tweet").attribute("id").to_owned();
    let compose = format!("/compose?reply_to={}", id.trim_start_matches("tweet-"));
    let page = site.get(&compose, &bob).await.page();
    let chosen = page.all("option").find(|option| option.attributes.contains_key("selected"));
    assert_eq!(chosen.expect("one").attribute("value"), "followers", "for no more people");
}
