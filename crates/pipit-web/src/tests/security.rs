//! What guards an account, form by form.

use totp_rs::{Builder, Secret};

use super::site::Site;

/// What the app of this secret shows now.
fn code(secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).expect("Base32");
    let totp = Builder::new().with_secret(secret).build().expect("a secret");
    let now = pipit_model::Clock::System.now().secs();
    totp.generate(now.unsigned_abs()).to_string()
}

#[tokio::test]
async fn a_second_factor_is_set_up_and_asked_for() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let offered = site.post("/settings/security/factor", &ann, &[]).await;
    assert_eq!((offered.status.as_u16(), offered.header("cache-control")), (200, "no-store"));
    let page = offered.page();
    let secret = page.of_class("secret").next().expect("a secret").text.clone();
    assert!(page.all("a").any(|a| a.attribute("href").contains(&format!("secret={secret}&"))));
    let confirm = "/settings/security/factor/confirm";
    let wrong = site.post(confirm, &ann, &[("code", "12345")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.page().of_class("secret").next().expect("the same").text, secret);
    let codes = site.post(confirm, &ann, &[("code", &code(&secret))]).await.page();
    let codes: Vec<String> = codes.all("code").map(|code| code.text.clone()).collect();
    assert_eq!(codes.len(), 10);

    let login = [("login", "ann"), ("password", "correct horse"), ("next", "/explore")];
    let second = site.post("/login", "", &login).await;
    assert_eq!((second.status.as_u16(), second.cookie().as_str()), (200, ""));
    let form = second.page().form("/login/code");
    let send = async |ticket: &str, otp: &str| {
        let form = [("ticket", ticket), ("otp", otp), ("next", form["next"].as_str())];
        site.post("/login/code", "", &form).await
    };
    let ticket = &*form["ticket"];
    assert_eq!(send(ticket, "000000").await.status, 422);
    let tampered = send(&ticket[1..], &codes[0]).await;
    assert_eq!(tampered.status, 422);
    assert!(tampered.page().form("/login").contains_key("password"), "from the start");
    let session = send(ticket, &codes[0]).await;
    assert_eq!(session.location(), "/explore");
    assert_eq!(site.get("/home", &session.cookie()).await.status, 200);
    assert_eq!(send(ticket, &codes[0]).await.status, 422, "a code is good once");
    let page = site.get("/settings/security", &ann).await;
    assert!(page.body.contains("9 recovery codes"), "{}", page.body);
    let off = site.post("/settings/security/factor/remove", &ann, &[]).await;
    assert_eq!(off.location(), "/settings/security?done=removed");
    assert_eq!(site.post("/login", "", &login).await.location(), "/explore");
}

#[tokio::test]
async fn passwords_and_addresses_are_changed() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let login = [("login", "ann"), ("password", "correct horse")];
    let other = site.post("/login", "", &login).await.cookie();
    let weak = site.post("/settings/security/password", &ann, &[("password", "password1")]).await;
    assert_eq!(weak.status, 422);
    assert_eq!(weak.page().of_class("error").count(), 1);
    let new = [("password", "a wholly new one")];
    let changed = site.post("/settings/security/password", &ann, &new).await;
    assert_eq!(changed.location(), "/settings/security?done=password");
    assert_eq!(site.get("/home", &other).await.status, 303);
    assert_eq!(site.get("/home", &ann).await.status, 200);

    // Without mail, an address is taken as it is.
    let moved = site.post("/settings/account", &ann, &[("email", "new@example.org")]).await;
    assert_eq!(moved.location(), "/settings/account?done=changed");
    assert!(site.get("/settings/account", &ann).await.body.contains("new@example.org"));
    let login = [("login", "new@example.org"), ("password", "a wholly new one")];
    assert_eq!(site.post("/login", "", &login).await.location(), "/home");
    let bad = site.post("/settings/account", &ann, &[("email", "nobody")]).await;
    assert_eq!(bad.status, 422);

    let confirm = [("password", "wrong password"), ("next", "//evil.example")];
    let wrong = site.post("/settings/confirm", &ann, &confirm).await;
    assert_eq!((wrong.status.as_u16(), wrong.page().of_class("error").count()), (422, 1));
    let confirm = [("password", "a wholly new one"), ("next", "//evil.example")];
    let right = site.post("/settings/confirm", &ann, &confirm).await;
    assert_eq!(right.location(), "/settings/security");
}

#[tokio::test]
async fn links_that_are_none_and_mail_that_is_not_set_up_are_told() {
    let site = Site::open().await;
    let page = site.get("/reset-password", "").await;
    assert!(page.page().links_to("/login") && page.body.contains("sends no mail"));
    assert_eq!(site.post("/reset-password", "", &[("login", "ann")]).await.status, 403);
    for stale in ["/reset-password/new", "/reset-password/new?token=x"] {
        assert!(site.get(stale, "").await.page().links_to("/reset-password"), "{stale}");
    }
    let form = [("token", "x"), ("password", "a wholly new one")];
    assert!(site.post("/reset-password/new", "", &form).await.page().links_to("/reset-password"));
    let confirm = site.get("/confirm-email?token=abc", "").await;
    assert_eq!(
        (confirm.header("cache-control"), confirm.header("referrer-policy")),
        ("no-store", "no-referrer")
    );
    assert_eq!(confirm.page().form("/confirm-email")["token"], "abc");
    let stale = site.post("/confirm-email", "", &[("token", "abc")]).await;
    assert!(stale.page().links_to("/settings/account"));
}
