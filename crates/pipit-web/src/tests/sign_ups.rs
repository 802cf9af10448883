//! Sign-up by approval.

use pipit_core::SignUpMode;
use pipit_model::Role;

use super::moderation::staff;
use super::site::Site;

/// Somebody asks to be let in; the answer is their cookie.
async fn ask(site: &Site, handle: &str) -> String {
    let email = format!("{handle}@mail.test");
    let form = [
        ("handle", handle),
        ("email", &*email),
        ("password", "correct horse"),
        ("reason", "To <b>read</b>."),
    ];
    let asked = site.post("/signup", "", &form).await;
    assert_eq!(asked.location(), "/settings/standing");
    asked.cookie()
}

async fn moderated() -> (Site, String) {
    let site = Site::opening(SignUpMode::Approval).await;
    let moe = staff(&site, "moe", Role::Moderator).await;
    (site, moe)
}

#[tokio::test]
async fn who_waits_sees_one_page() {
    let (site, moe) = moderated().await;
    let form = site.get("/signup", "").await;
    assert!(form.body.contains("Why do you want to join?"));
    form.page();
    let unsaid = [("handle", "eve"), ("email", "e@x.test"), ("password", "correct horse")];
    let unsaid = site.post("/signup", "", &unsaid).await;
    assert_eq!(unsaid.status, 422);
    assert!(unsaid.body.contains("say in a few words why you want to join"));
    let eve = ask(&site, "eve").await;
    for page in ["/home", "/settings", "/settings/security", "/compose", "/lists", "/bookmarks"] {
        assert_eq!(site.get(page, &eve).await.location(), "/settings/standing", "{page}");
    }
    let page = site.get("/settings/standing", &eve).await;
    assert!(page.body.contains("Waiting for approval") && page.body.contains("/logout"));
    assert!(!page.body.contains("did nothing"), "nothing was done to judge");
    page.page();
    for cookie in ["", &moe, &eve] {
        for page in ["/@eve", "/@eve/followers", "/@eve/feed.atom", "/admin/accounts/eve"] {
            assert_eq!(site.get(page, cookie).await.status, 404, "{page}");
        }
        assert!(!site.get("/search?q=eve&kind=people", cookie).await.body.contains("/@eve"));
        assert!(!site.get("/complete?kind=people&q=ev", cookie).await.body.contains("eve"));
    }
    site.post("/logout", &eve, &[]).await.location();
    // Whoever signs in again comes to the same page.
    let again = [("login", "eve"), ("password", "correct horse"), ("next", "/explore")];
    assert_eq!(site.post("/login", "", &again).await.location(), "/settings/standing");
}

#[tokio::test]
async fn moderators_decide_about_several_at_once() {
    let (site, moe) = moderated().await;
    assert!(site.get("/admin/sign-ups", &moe).await.body.contains("Nobody waits."));
    let (eve, bot) = (ask(&site, "eve").await, ask(&site, "bot").await);
    ask(&site, "zoe").await;
    // The number stands on every page of theirs.
    assert!(site.get("/admin/appeals", &moe).await.body.contains("Sign-ups <b>3</b>"));
    let queue = site.get("/admin/sign-ups", &moe).await;
    for part in ["@eve", "E-mail at mail.test", "To &#60;b&#62;read&#60;/b&#62;."] {
        assert!(queue.body.contains(part), "{part}: {}", queue.body);
    }
    let queue = queue.page();
    let ids: Vec<_> = queue
        .all("input")
        .filter(|input| input.attribute("name") == "user")
        .map(|input| input.attribute("value").to_owned())
        .collect();
    let [zoe_id, bot_id, eve_id] = &ids[..] else { panic!("{ids:?}") };
    let path = "/admin/sign-ups";
    assert_eq!(site.post(path, &moe, &[("verdict", "approve")]).await.status, 422);
    let unsaid = site.post(path, &moe, &[("verdict", "reject"), ("user", bot_id)]).await;
    assert_eq!(unsaid.status, 422);
    assert!(unsaid.body.contains("checked"), "it is still chosen");
    let both = [("verdict", "approve"), ("user", &**eve_id), ("user", &**zoe_id)];
    assert_eq!(site.post(path, &moe, &both).await.location(), path);
    let reject = [("verdict", "reject"), ("user", &**bot_id), ("reason", "No bots.")];
    assert_eq!(site.post(path, &moe, &reject).await.location(), path);
    // A second click on what is decided does nothing.
    assert_eq!(site.post(path, &moe, &reject).await.location(), path);
    assert_eq!(site.get("/home", &eve).await.status, 200);
    for name in ["eve", "zoe"] {
        assert_eq!(site.get(&format!("/@{name}"), "").await.status, 200, "{name}");
    }
    assert_eq!(site.get("/@bot", "").await.status, 404);
    assert_eq!(site.get("/home", &bot).await.location(), "/login?next=%2Fhome");
    let log = site.get("/admin/log", &moe).await.body;
    for line in ["Sign-up approved", "Sign-up rejected", "@bot: No bots."] {
        assert!(log.contains(line), "{line}");
    }
    for cookie in ["", &eve] {
        assert_eq!(site.get(path, cookie).await.status, 404);
        assert_eq!(site.post(path, cookie, &both).await.status, 404);
    }
}

#[tokio::test]
async fn an_invitation_opens_the_door() {
    let (site, _) = moderated().await;
    let code = site.pipit.create_invitation(1, 1).await.expect("a code");
    let invited = site.get(&format!("/signup?invite={code}"), "").await;
    assert!(invited.body.contains(&code) && !invited.body.contains("Why do you want"));
    let form = [
        ("handle", "ann"),
        ("email", "ann@x.test"),
        ("password", "correct horse"),
        ("invite", &*code),
    ];
    let ann = site.post("/signup", "", &form).await;
    assert_eq!(ann.location(), "/home");
    assert_eq!(site.get("/home", &ann.cookie()).await.status, 200);
}
