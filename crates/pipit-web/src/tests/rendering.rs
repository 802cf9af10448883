//! Every page in every state that it has.

use std::io::Read;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use pipit_http::Problem;
use pipit_model::Error;

use super::site::Site;
use crate::error::{Failure, in_words};
use crate::page::CSP;
use crate::preferences::Preferences;
use crate::{Web, assets, routes};
use axum::response::IntoResponse;

/// A site with two people, who have done all there is to do.
async fn lively() -> (Site, String, String, String) {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let bob = site.sign_up("bob").await;
    let path = site.tweet(&ann, "Hello #world from @bob https://example.org").await;
    let id = path.rsplit('/').next().expect("an id").to_owned();
    for action in ["like", "retweet"] {
        site.post(&format!("{path}/{action}"), &bob, &[]).await.location();
    }
    let reply = [("content", "Hello back"), ("reply_to", &id)];
    let answer = site.post("/compose", &bob, &reply).await;
    assert!(answer.location().starts_with("/@bob/"));
    site.post("/@ann/follow", &bob, &[]).await.location();
    (site, ann, bob, path)
}

#[tokio::test]
async fn every_page_renders_for_everyone() {
    let (site, ann, bob, path) = lively().await;
    let quiet = site.sign_up("quiet").await;
    let id = path.rsplit('/').next().expect("an id");
    let open = [
        "/",
        "/explore",
        "/@ann",
        "/@bob",
        "/@quiet",
        "/@ann/replies",
        "/@ann/media",
        "/@quiet/media",
        "/@ann/followers",
        "/@ann/following",
        "/@bob/following",
        &path,
        &format!("{path}/likes"),
        &format!("{path}/retweets"),
        "/tags/World",
        "/tags/nobody_used_this",
        "/search",
        "/search?q=hello",
        "/search?q=nothing_like_it",
        "/search?q=ann&type=people",
        "/search?q=nobody&type=people",
        "/search?q=wor&type=hashtags",
        "/search?q=x&type=hashtags",
        "/settings/appearance",
        "/settings/appearance?done=1",
    ]
    .map(str::to_owned);
    let own = [
        "/home",
        "/notifications",
        "/notifications/mentions",
        "/compose",
        &format!("/compose?reply_to={id}"),
        "/settings",
        "/settings?done=profile",
        "/settings/sessions",
        "/settings/data",
        "/settings/delete",
        "/settings/security?done=password",
        "/settings/confirm?next=%2Fsettings%2Fsecurity",
        "/bookmarks",
        "/lists",
        "/@ann/lists",
        "/@bob/lists",
        &format!("/compose?quote={id}"),
    ]
    .map(str::to_owned);
    for cookie in ["", &ann, &bob, &quiet] {
        for path in open.iter().chain(own.iter().filter(|_| !cookie.is_empty())) {
            let answer = site.get(path, cookie).await;
            if path == "/" && !cookie.is_empty() {
                assert_eq!(answer.location(), "/home");
                continue;
            }
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            answer.page();
            assert_eq!(answer.header("content-security-policy"), CSP, "{path}");
            assert_eq!(answer.header("cache-control"), "private, no-cache", "{path}");
            assert_eq!(answer.header("vary"), "Cookie, Accept-Language, Accept-Encoding", "{path}");
        }
    }
    for path in ["/signup", "/login", "/login?next=%2Fsettings"] {
        assert_eq!(site.get(path, "").await.status, 200);
        site.get(path, "").await.page();
        site.get(path, &ann).await.location();
    }
}

#[tokio::test]
async fn each_reader_sees_their_own_side() {
    let (site, ann, bob, path) = lively().await;
    let page = site.get(&path, &bob).await.page();
    assert!(page.elements.iter().any(|e| e.attribute("action") == format!("{path}/unlike")));
    let page = site.get(&path, &ann).await.page();
    let delete = format!("{path}/delete");
    assert!(page.elements.iter().any(|e| e.attribute("formaction") == delete));
    let page = site.get(&path, "").await.page();
    assert_eq!(page.all("form").filter(|form| form.attribute("method") == "post").count(), 0);
    assert!(page.links_to(&format!("/login?next={path}")));
    let home = site.get("/home", &bob).await.page();
    assert!(home.of_class("why").any(|why| why.text.contains("You retweeted")));
    assert!(home.of_class("to").any(|to| to.text.contains("Replying to @ann")));
    let profile = site.get("/@bob", &ann).await.page();
    assert!(profile.of_class("chip").any(|chip| chip.text == "Follows you"));
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let (site, ann, _, path) = lively().await;
    let id = path.rsplit('/').next().expect("an id");
    for missing in [
        "/@nobody",
        "/@17",
        "/@me",
        "/@ann/x",
        "/@ann/0",
        "/@ann/17",
        "/@ann/17/likes",
        "/tags/no%20tag",
        "/tags/1",
        "/nothing",
        "/@",
        "/assets/old.css",
        "/compose?reply_to=17",
        "/@nobody/followers",
    ] {
        let answer = site.get(missing, &ann).await;
        assert_eq!(answer.status, 404, "{missing}");
        assert!(answer.page().links_to("/"), "{missing}");
    }
    let moved = site.get(&format!("/@Bob/{id}"), "").await;
    assert_eq!((moved.status, moved.header("location")), (StatusCode::MOVED_PERMANENTLY, &*path));
    for bad in ["/?cursor=x", "/home?cursor=AAAA", "/tags/world?cursor=", "/@ann?cursor=%00"] {
        let answer = site.get(bad, if bad.starts_with("/home") { &ann } else { "" }).await;
        assert_eq!(answer.status, 422, "{bad}");
        assert!(answer.page().links_to("?"), "{bad}");
    }
    let answer = site.get("/logout", &ann).await;
    assert_eq!(answer.status, 405);
    answer.page();
}

#[tokio::test]
async fn a_long_list_has_pages() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    for n in 0..23 {
        site.tweet(&ann, &format!("number {n}")).await;
    }
    let mut seen = Vec::new();
    let mut path = "/@ann".to_owned();
    for expected in [20, 3] {
        let page = site.get(&path, &ann).await.page();
        assert_eq!(page.tweets().len(), expected);
        seen.extend(page.tweets());
        let next = page.next();
        assert_eq!(next.is_some(), expected == 20);
        assert_eq!(page.of_class("end").count(), usize::from(expected == 3));
        path = next.map_or(path, |next| format!("/@ann{next}"));
    }
    seen.dedup();
    assert_eq!(seen.len(), 23);
}

#[tokio::test]
async fn failures_of_ours_are_told_in_words_and_without_details() {
    for (error, status) in [
        (Error::Internal("secret".into()), 500),
        (Error::Unavailable("secret".into()), 503),
        (Error::Forbidden("you cannot"), 403),
        (Error::invalid("limit", "must be a number"), 422),
        (Error::conflict("x", "clashes"), 409),
    ] {
        let response = Failure::from(error).into_response();
        let response = in_words(response, Preferences::default());
        assert_eq!(response.status(), status);
        assert_eq!(response.headers().contains_key("retry-after"), status == 503);
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        let body = String::from_utf8(body.to_vec()).expect("UTF-8");
        super::html::Page::parse(&body);
        assert!(!body.contains("secret"));
    }
    let problem = Failure::from(Problem::no_such_path()).into_response();
    assert_eq!(problem.status(), 404);
}

#[tokio::test]
async fn assets_are_kept_for_ever() {
    let site = Site::open().await;
    let script = &*assets::SCRIPT;
    let words = script.replace("app.js", "words.de.js");
    for (path, kind) in [
        (&*assets::STYLESHEET, "text/css; charset=utf-8"),
        (&*assets::FAVICON, "image/svg+xml"),
        (&*assets::MANIFEST, "application/manifest+json"),
        (script, "text/javascript; charset=utf-8"),
        (&words, "text/javascript; charset=utf-8"),
    ] {
        let answer = site.get(path, "").await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, kind));
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(answer.header("vary"), "Accept-Encoding");
        for encoding in ["br", "gzip"] {
            let request = Request::get(path).header(header::ACCEPT_ENCODING, encoding);
            let body = request.body(Body::empty()).expect("a request");
            let (headers, bytes) = site.raw(body).await;
            assert_eq!(headers["content-encoding"], encoding, "{path}");
            let mut plain = Vec::new();
            if encoding == "br" {
                brotli::BrotliDecompress(&mut &*bytes, &mut plain).expect("brotli");
            } else {
                let mut from = flate2::read::GzDecoder::new(&*bytes);
                from.read_to_end(&mut plain).map(drop).expect("gzip");
            }
            assert_eq!(String::from_utf8(plain).expect("UTF-8"), answer.body, "{path}");
        }
    }
    let old = script.replace("/assets/", "/assets/0");
    assert_eq!(site.get(&old, "").await.status, StatusCode::NOT_FOUND);
    let css = site.get(&assets::STYLESHEET, "").await.body;
    assert_eq!(css.matches('{').count(), css.matches('}').count());
}

#[tokio::test]
async fn no_address_of_ours_is_one_of_the_other_doors() {
    let site = Site::open().await;
    let web = Web { pipit: site.pipit.clone(), public_url: "http://pipit.test".into() };
    let mut others = Router::new();
    for path in [
        "/tweets",
        "/tweets/{id}",
        "/tweets/{id}/likes",
        "/tweets/{id}/pin",
        "/media",
        "/media/{id}",
        "/media/p/{file}",
        "/users/me",
        "/users/me/likes",
        "/users/me/password",
        "/users/me/second-factor",
        "/users/me/recovery-codes",
        "/sessions/current/proof",
        "/users/me/email",
        "/password-resets",
        "/email-confirmations",
        "/users/me/avatar",
        "/users/me/banner",
        "/users",
        "/users/{id}",
        "/users/{id}/follow",
        "/users/me/notifications",
        "/users/me/notifications/unread",
        "/timeline/stream",
        "/timeline/position",
        "/sessions",
        "/sessions/{id}",
        "/timeline",
        "/followers/{id}",
        "/following/{id}",
        "/hashtags",
        "/hashtags/trending",
        "/hashtags/followed",
        "/hashtags/{name}",
        "/hashtags/{name}/follow",
        "/users/suggested",
        "/users/me/bookmarks",
        "/users/me/lists",
        "/users/me/lists/{id}",
        "/users/me/lists/{id}/members",
        "/users/me/lists/{id}/members/{user}",
        "/docs",
        "/docs/{*rest}",
        "/openapi.json",
        "/healthz",
        "/readyz",
        "/metrics",
    ] {
        others = others.route(path, get(|| async {}));
    }
    // Panics where two routes are one.
    let _ = routes(web).merge(others);
}

#[tokio::test]
async fn pages_are_compressed_for_those_who_take_it() {
    let site = Site::open().await;
    let plain = site.get("/", "").await.body;
    for path in ["/", "/@nobody"] {
        let request = Request::get(path).header(header::ACCEPT_ENCODING, "br, gzip");
        let (headers, bytes) = site.raw(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(headers["content-encoding"], "gzip");
        assert!(bytes.len() < plain.len());
        let mut page = String::new();
        flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut page).expect("gzip");
        super::html::Page::parse(&page);
    }
}
