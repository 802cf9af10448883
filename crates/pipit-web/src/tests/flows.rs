//! What people do, form by form.

use axum::body::Body;
use axum::http::{Request, header};

use super::site::Site;

#[tokio::test]
async fn signing_up_out_and_in() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    assert!(ann.starts_with("pipit="));
    assert_eq!(site.get("/home", &ann).await.status, 200);

    let out = site.post("/logout", &ann, &[]).await;
    assert_eq!((out.location(), out.cookie().as_str()), ("/", "pipit="));
    assert_eq!(out.header("clear-site-data"), "\"cache\"");
    // The token is good no more: the page is that of a stranger, and the cookie goes.
    let after = site.get("/home", &ann).await;
    assert_eq!((after.location(), after.cookie().as_str()), ("/login?next=%2Fhome", "pipit="));
    assert!(after.header("set-cookie").contains("Max-Age=0"));

    let form = [("login", "ANN"), ("password", "correct horse"), ("next", "/settings")];
    let back = site.post("/login", &ann, &form).await;
    assert_eq!(back.location(), "/settings");
    let set = back.header("set-cookie");
    assert!(set.ends_with("; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax"), "{set}");
    assert_eq!(site.get("/settings", &back.cookie()).await.status, 200);
}

#[tokio::test]
async fn over_https_the_cookie_is_for_this_host_alone() {
    let site = Site::at("https://pipit.test").await;
    let form = [("handle", "ann"), ("email", "a@example.org"), ("password", "correct horse")];
    let set = site.post("/signup", "", &form).await;
    assert!(set.cookie().starts_with("__Host-pipit="));
    assert!(set.header("set-cookie").ends_with("; HttpOnly; SameSite=Lax; Secure"));
    // One set over HTTP by somebody in between does not count.
    let plain = set.cookie().replace("__Host-", "");
    assert_eq!(site.get("/home", &plain).await.location(), "/login?next=%2Fhome");
    assert_eq!(site.get("/home", &format!("a=b; {}", set.cookie())).await.status, 200);
}

#[tokio::test]
async fn signing_in_leads_nowhere_else() {
    let site = Site::open().await;
    site.sign_up("ann").await;
    for next in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/\n/evil"] {
        let form = [("login", "ann"), ("password", "correct horse"), ("next", next)];
        assert_eq!(site.post("/login", "", &form).await.location(), "/home", "{next}");
        let page = site.get(&format!("/login?next={}", crate::links::encode(next)), "").await;
        assert_eq!(page.page().form("/login")["next"], "", "{next}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_the_language_of_the_page() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let german = async |path: &str, form: &'static str| {
        let request = Request::post(path)
            .header(header::COOKIE, &ann)
            .header(header::ACCEPT_LANGUAGE, "de")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        site.send(request.body(Body::from(form)).expect("a request")).await.page()
    };
    let said = |page: &super::html::Page, id: &str| {
        let found = page.elements.iter().find(|element| element.attribute("id") == id);
        found.expect(id).text.clone()
    };
    let page = german("/settings", "name=a%0Ab&bio=").await;
    assert_eq!(said(&page, "name-error"), "Der Name muss in eine Zeile passen.");
    let page = german("/compose", "content=").await;
    assert_eq!(said(&page, "content-error"), "Der Text darf nicht leer sein: schreib etwas.");
    // On a page of its own.
    let page = german("/@ann/follow", "").await;
    let told = "Dir selbst kannst du nicht folgen: deine Startseite zeigt dich schon.";
    assert!(page.all("p").any(|p| p.text == told), "{page:?}");
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_but_the_password() {
    let site = Site::open().await;
    site.sign_up("ann").await;
    let form = [("handle", "Ann"), ("email", "b@example.org"), ("password", "battery staple")];
    let again = site.post("/signup", "", &form).await;
    assert_eq!(again.status, 422);
    assert!(!again.body.contains("battery staple"));
    let page = again.page();
    let form = page.form("/signup");
    assert_eq!(
        (&*form["handle"], &*form["email"], &*form["password"]),
        ("Ann", "b@example.org", "")
    );
    let wrong = page.all("input").find(|e| e.attribute("name") == "handle").expect("a field");
    assert_eq!(wrong.attribute("aria-invalid"), "true");
    assert_eq!(wrong.attribute("aria-describedby"), "handle-error handle-hint");
    let said = page.elements.iter().find(|e| e.attribute("id") == "handle-error").expect("words");
    assert_eq!(said.text, "The handle is taken: choose another one.");

    let again = site.post("/login", "", &[("login", "ann"), ("password", "wrong")]).await;
    assert_eq!(again.status, 422);
    assert_eq!(again.page().form("/login")["login"], "ann");
    assert_eq!(again.cookie(), "");
}

#[tokio::test]
async fn a_double_click_does_it_once() {
    let site = Site::open().await;
    let fields = site.form("/signup", "", "/signup").await;
    let form = [
        ("handle", "ann"),
        ("email", "a@example.org"),
        ("password", "correct horse"),
        ("key", &fields["key"]),
    ];
    let ann = site.post("/signup", "", &form).await;
    assert_eq!(site.post("/signup", "", &form).await.location(), ann.location());
    let ann = ann.cookie();

    let fields = site.form("/home", &ann, "/compose").await;
    let form = [("content", "once"), ("key", &*fields["key"]), ("back", &*fields["back"])];
    let first = site.post("/compose", &ann, &form).await;
    assert!(first.location().starts_with("/home#tweet-"));
    assert_eq!(site.post("/compose", &ann, &form).await.location(), first.location());
    // Another text in the same form, as after going back, is another tweet.
    let form = [("content", "twice"), ("key", &*fields["key"])];
    site.post("/compose", &ann, &form).await.location();
    assert_eq!(site.get("/@ann", "").await.page().tweets(), ["twice", "once"]);
}

#[tokio::test]
async fn buttons_lead_back_to_where_they_were_pressed() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let path = site.tweet(&ann, "hello").await;
    let back = [("back", "/explore?cursor=x#tweet-1")];
    for action in ["like", "like", "retweet", "unlike", "unretweet", "unretweet"] {
        let answer = site.post(&format!("{path}/{action}"), &bob, &back).await;
        assert_eq!(answer.location(), "/explore?cursor=x#tweet-1");
    }
    let away = site.post(&format!("{path}/like"), &bob, &[("back", "//evil.example")]).await;
    assert_eq!(away.location(), path);
    let page = site.get(&path, "").await.page();
    assert!(page.links_to(&format!("{path}/likes")));
    assert!(page.of_class("facts").any(|facts| facts.text.contains("1 like")));

    let follow = site.post("/@ann/follow", &bob, &[("back", "/@ann/followers#user-ann")]).await;
    assert_eq!(follow.location(), "/@ann/followers#user-ann");
    assert_eq!(site.get("/home", &bob).await.page().tweets(), ["hello"]);
    site.post("/@ann/unfollow", &bob, &[]).await.location();
    assert_eq!(site.get("/home", &bob).await.page().tweets().len(), 0);
    assert_eq!(site.post("/@bob/follow", &bob, &[]).await.status, 403);

    let delete = format!("{path}/delete");
    assert_eq!(site.post(&delete, &bob, &[]).await.status, 403);
    let here = format!("{path}#tweet-1");
    assert_eq!(site.post(&delete, &ann, &[("back", &here)]).await.location(), "/@ann");
    assert_eq!(site.post(&delete, &ann, &[("back", "/home")]).await.location(), "/home");
    assert_eq!(site.get(&path, "").await.status, 404);
}

#[tokio::test]
async fn who_is_signed_out_is_asked_to_sign_in_and_loses_nothing() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let path = site.tweet(&ann, "hello").await;
    for (page, next) in [("/home", "%2Fhome"), ("/settings/delete", "%2Fsettings%2Fdelete")] {
        assert_eq!(site.get(page, "").await.location(), format!("/login?next={next}"));
    }
    let like = site.post(&format!("{path}/like"), "", &[]).await;
    assert_eq!(like.location(), format!("/login?next={}", crate::links::encode(&path)));
    let lost = site.post("/compose", "pipit=bad", &[("content", "precious")]).await;
    assert_eq!(lost.status, 403);
    assert_eq!(lost.page().form("/compose")["content"], "precious");
}

#[tokio::test]
async fn a_link_can_begin_a_tweet() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let address = "/compose?text=Look%20%3Chere%3E&url=https://x.test/a";
    let page = site.get(address, &ann).await.page();
    assert_eq!(page.form("/compose")["content"], "Look <here> https://x.test/a");
    let login = site.get(address, "").await;
    assert_eq!(login.location(), format!("/login?next={}", crate::links::encode(address)));
    let unused = site.get("/tags/unused", &ann).await.page();
    assert!(unused.links_to("/compose?text=%23unused%20"));
}

#[tokio::test]
async fn other_sites_cannot_write() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let send = |name: &'static str, value: &'static str| {
        let request = Request::post("/compose")
            .header(header::COOKIE, &ann)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(name, value);
        site.send(request.body(Body::from("content=x")).expect("a request"))
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://evil.test"),
        ("origin", "null"),
        ("x-nothing", "x"),
    ] {
        let answer = send(name, value).await;
        assert_eq!(answer.status, 403, "{name}: {value}");
        answer.page();
    }
    assert_eq!(site.get("/@ann", "").await.page().tweets().len(), 0);
    assert_eq!(send("origin", "http://pipit.test").await.status, 303);
}

#[tokio::test]
async fn sessions_and_the_account_can_be_ended() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let form = [("login", "ann"), ("password", "correct horse")];
    let other = site.post("/login", "", &form).await.cookie();
    let page = site.get("/settings/sessions", &ann).await.page();
    let ends: Vec<&str> = page.all("form").map(|form| form.attribute("action")).collect();
    let ends: Vec<&str> = ends.into_iter().filter(|action| action.ends_with("/end")).collect();
    assert_eq!(ends.len(), 2);
    // The newest first: that is the other one.
    assert_eq!(site.post(ends[0], &ann, &[]).await.location(), "/settings/sessions");
    assert_eq!(site.get("/home", &other).await.status, 303);
    assert_eq!(site.get("/home", &ann).await.status, 200);

    let wrong = site.post("/settings/delete", &ann, &[("password", "wrong")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.page().of_class("error").count(), 1);
    let gone = site.post("/settings/delete", &ann, &[("password", "correct horse")]).await;
    assert_eq!((gone.location(), gone.cookie().as_str()), ("/", "pipit="));
    assert_eq!(site.get("/@ann", "").await.status, 404);
}

#[tokio::test]
async fn pages_speak_and_look_as_chosen() {
    let site = Site::open().await;
    let root = async |path: &str, cookie: &str, language: &str| {
        let request = Request::get(path)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT, "text/html")
            .header(header::ACCEPT_LANGUAGE, language);
        let page = site.send(request.body(Body::empty()).expect("a request")).await.page();
        let html = page.all("html").next().expect("a root").clone();
        ["lang", "data-theme", "data-keys"].map(|name| html.attribute(name).to_owned())
    };
    // Also where something is amiss.
    for path in ["/", "/login", "/nowhere", "/@nobody", "/logout", "/assets/x/y.js"] {
        assert_eq!(root(path, "", "de-DE,en;q=0.5").await, ["de", "", ""], "{path}");
        assert_eq!(root(path, "pipit-look=en.dark", "de").await, ["en", "dark", ""], "{path}");
    }
    let form = [("theme", "light"), ("language", "de"), ("shortcuts", "keyless")];
    let saved = site.post("/settings/appearance", "", &form).await;
    assert_eq!(saved.location(), "/settings/appearance?done=appearance");
    let cookie = saved.cookie();
    assert_eq!(root("/explore", &cookie, "en").await, ["de", "light", "off"]);
    let page = site.get("/settings/appearance", &cookie).await.page();
    let checked = page.all("input").filter(|input| input.attributes.contains_key("checked"));
    let checked: Vec<&str> = checked.map(|input| input.attribute("value")).collect();
    assert_eq!(checked, ["light", "de", "keyless"]);
    let form = [("theme", "auto"), ("language", "auto"), ("shortcuts", "on")];
    let reset = site.post("/settings/appearance", &cookie, &form).await;
    assert_eq!(reset.cookie(), "pipit-look=");
}
