//! Passkeys, as a browser comes to them. What makes one good is tested in `pipit-api`.

use pipit_testkit::Authenticator;

use super::html::Page;
use super::site::Site;

const URL: &str = "http://localhost:8080";
const ADD: &str = "/settings/security/passkeys";

/// What a form asks a browser for: what to sign, and the ticket.
fn asked(page: &Page, action: &str) -> Option<(String, String)> {
    let form = page.all("form").find(|form| form.attribute("action") == action)?;
    let options = form.attribute("data-options").to_owned();
    // Each page asks for one only.
    let ticket = page.all("input").find(|input| input.attribute("name") == "ticket")?;
    Some((options, ticket.attribute("value").to_owned()))
}

#[tokio::test]
async fn a_passkey_is_added_used_and_removed() {
    let site = Site::at(URL).await;
    let ann = site.sign_up("ann").await;
    let page = site.get("/settings/security", &ann).await.page();
    let (options, ticket) = asked(&page, ADD).expect("a form");
    let mut device = Authenticator::at(URL);
    let made = device.create(&options);
    let add = [("ticket", &*ticket), ("credential", &*made), ("name", "My <b>phone</b>")];
    let added = site.post(ADD, &ann, &add).await;
    assert_eq!(added.location(), "/settings/security?done=passkey");
    let again = site.post(ADD, &ann, &add).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("was sent twice"), "{}", again.body);
    again.page();
    let page = site.get(added.location(), &ann).await;
    for part in ["My &#60;b&#62;phone", "not used yet", "you can sign in with it"] {
        assert!(page.body.contains(part), "{part}");
    }
    let page = page.page();
    let remove = page.all("form").map(|form| form.attribute("action").to_owned());
    let remove = remove.into_iter().find(|action| action.ends_with("/remove")).expect("a button");

    let login = site.get("/login?next=%2Fexplore", "").await.page();
    let name = login.all("input").find(|input| input.attribute("name") == "login").expect("one");
    assert_eq!(name.attribute("autocomplete"), "username webauthn");
    let (options, ticket) = asked(&login, "/login/passkey").expect("a form");
    let answer = device.get(&options);
    let form = [("ticket", &*ticket), ("credential", &*answer), ("next", "/explore")];
    let entered = site.post("/login/passkey", "", &form).await;
    assert_eq!(entered.location(), "/explore");
    let session = entered.cookie();
    assert_eq!(site.get("/home", &session).await.status, 200);
    assert!(site.get("/settings/security", &session).await.body.contains("last used"));
    // Whoever was signed in with this browser is not any more.
    let replayed = site.post("/login/passkey", "", &form).await;
    assert_eq!(replayed.status, 422);
    assert!(replayed.body.contains("was sent twice") && replayed.body.contains("data-passkey"));
    replayed.page();

    let removed = site.post(&remove, &ann, &[]).await;
    assert_eq!(removed.location(), "/settings/security?done=passkey-removed");
    assert_eq!(site.post(&remove, &ann, &[]).await.location(), removed.location());
    let login = site.get("/login", "").await.page();
    let (options, ticket) = asked(&login, "/login/passkey").expect("a form");
    let answer = device.get(&options);
    let form = [("ticket", &*ticket), ("credential", &*answer)];
    let refused = site.post("/login/passkey", "", &form).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("This passkey is not good here"), "{}", refused.body);
}

#[tokio::test]
async fn where_browsers_know_no_passkeys_none_are_spoken_of() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    for (path, cookie) in [("/settings/security", &*ann), ("/login", "")] {
        let page = site.get(path, cookie).await;
        assert!(!page.body.to_lowercase().contains("passkey"), "{path}");
        assert!(!page.body.contains("webauthn"), "{path}");
    }
    assert_eq!(site.post("/login/passkey", "", &[]).await.status, 404);
    assert_eq!(site.post(ADD, &ann, &[]).await.status, 404);
}
