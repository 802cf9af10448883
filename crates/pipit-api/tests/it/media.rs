//! Pictures, quotes, and what else a profile shows.

use std::io::Cursor;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use pipit_api::wire::{Media, Tweet, TweetPage, User};
use pipit_testkit::{Answer, Backend, Client, TestApp, backends, oracle};
use serde::de::DeserializeOwned;
use serde_json::json;

const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

#[track_caller]
fn typed<T: DeserializeOwned>(answer: &Answer, status: StatusCode) -> T {
    let value = answer.expect(status);
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value:#}"))
}

fn picture(width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 80]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image).write_to(&mut bytes, ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}

/// The parts of a form: name, file name if it is a file, content.
type Parts<'a> = &'a [(&'a str, Option<&'a str>, &'a [u8])];

fn form(parts: Parts) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: image/png"));
        let file = file.unwrap_or_default();
        let head = format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--B--\r\n");
    body
}

async fn send(client: &Client, method: Method, path: &str, body: Vec<u8>) -> Answer {
    let mut request = client.request(method, path, Body::from(body));
    let content_type = "multipart/form-data; boundary=B".parse().expect("a header");
    request.headers_mut().insert(header::CONTENT_TYPE, content_type);
    client.send(request).await
}

async fn upload(client: &Client, bytes: &[u8], description: &str) -> Answer {
    let parts: Parts =
        &[("file", Some("a.png"), bytes), ("description", None, description.as_bytes())];
    send(client, Method::POST, "/media", form(parts)).await
}

async fn media(client: &Client) -> Media {
    typed(&upload(client, &picture(8, 4), "a bird").await, StatusCode::CREATED)
}

async fn stored(app: &TestApp) -> Vec<i64> {
    oracle::ids(&app.db.connect().await, "SELECT id FROM media").await
}

#[tokio::test]
async fn a_picture_is_uploaded_described_posted_served_and_deleted() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        let answer = upload(&ann, &picture(2000, 1000), " <b>A</b> \"bird\" ").await;
        let media: Media = typed(&answer, StatusCode::CREATED);
        assert_eq!((media.width, media.height, media.kind.as_str()), (1600, 800, "image"));
        assert_eq!(media.description, "<b>A</b> \"bird\"");
        assert_eq!((media.id_str, media.colour.len()), (media.id.to_string(), 7));

        let body = json!({"content": "", "media_ids": [media.id.to_string()]});
        let tweet: Tweet = typed(&ann.post("/tweets", body).await, StatusCode::CREATED);
        assert_eq!((tweet.content.as_str(), tweet.media.len()), ("", 1));
        assert_eq!((tweet.media[0].id, &tweet.media[0].url), (media.id, &media.url));
        for url in [&media.url, &media.preview_url] {
            let file = app.anonymous().get(url).await;
            assert_eq!(file.status, StatusCode::OK);
            image::load_from_memory(&file.body).expect("a picture");
            let header = |name: &str| file.headers[name].to_str().expect("ASCII").to_owned();
            assert!(header("content-type").starts_with("image/"));
            assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(
                header("content-security-policy"),
                "sandbox; default-src 'none'; frame-ancestors 'none'"
            );
        }
        let path = format!("/media/{}", media.id);
        let again: Media =
            typed(&ann.patch(&path, json!({"description": "A wren"})).await, StatusCode::OK);
        assert_eq!(again.description, "A wren");
        let path = format!("/tweets/{}", tweet.id);
        let read: Tweet = typed(&app.anonymous().get(&path).await, StatusCode::OK);
        assert_eq!(read.media[0].description, "A wren", "{backend:?}");

        ann.delete(&path).await.expect(StatusCode::NO_CONTENT);
        for url in [&media.url, &media.preview_url] {
            app.anonymous().get(url).await.problem(StatusCode::NOT_FOUND);
        }
        assert!(stored(&app).await.is_empty());
    }
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_nothing_is_stored() {
    let app = TestApp::new(Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    let mut truncated = picture(300, 300);
    truncated.truncate(truncated.len() / 2);
    let huge = vec![0; 50 << 20];
    let bad: [&[u8]; 6] = [
        b"",
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\nnothing",
        &truncated,
        &huge,
    ];
    let field = Some("file".to_owned());
    for bytes in bad {
        for (method, path) in [
            (Method::POST, "/media"),
            (Method::PUT, "/users/me/avatar"),
            (Method::PUT, "/users/me/banner"),
        ] {
            let body = form(&[("file", Some("cat.png"), bytes)]);
            let answer = send(&ann, method, path, body).await;
            assert_eq!(answer.problem(UNPROCESSABLE), ("invalid-field".into(), field.clone()));
        }
    }
    let file = picture(5, 5);
    let long = "x".repeat(1501);
    let forms: [(Parts, &str); 5] = [
        (&[], "file"),
        (&[("description", None, b"a")], "file"),
        (&[("file", Some("a"), &file), ("file", Some("b"), &file)], "file"),
        (&[("file", Some("a"), &file), ("x", None, b"")], "file"),
        (&[("file", Some("a"), &file), ("description", None, long.as_bytes())], "description"),
    ];
    for (parts, field) in forms {
        let answer = send(&ann, Method::POST, "/media", form(parts)).await;
        assert_eq!(answer.problem(UNPROCESSABLE).1.as_deref(), Some(field));
    }
    let endless = form(&[("file", Some("a"), &vec![0; 65 << 20])]);
    let answer = send(&ann, Method::POST, "/media", endless).await;
    assert_eq!(answer.problem(StatusCode::PAYLOAD_TOO_LARGE).0, "body-too-large");
    let broken = send(&ann, Method::POST, "/media", b"--B\r\nnothing".to_vec()).await;
    assert_eq!(broken.problem(StatusCode::BAD_REQUEST).0, "bad-request");
    let json = ann.post("/media", json!({"file": "x"})).await;
    assert_eq!(json.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE).0, "unsupported-media-type");
    assert!(stored(&app).await.is_empty());
    for path in ["/media/p/x.png", "/media/p/..%2f..%2fx.db", "/media/p/"] {
        assert_eq!(app.anonymous().get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn nobody_uses_what_is_not_theirs() {
    let app = TestApp::new(Backend::Sqlite).await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let of_ann = media(&ann).await.id;
    let path = format!("/media/{of_ann}");
    let edit = json!({"description": "mine"});
    bob.patch(&path, edit.clone()).await.problem(StatusCode::NOT_FOUND);
    bob.patch("/media/17", edit.clone()).await.problem(StatusCode::NOT_FOUND);
    let five: Vec<i64> = (1..6).collect();
    for (client, ids) in [
        (&bob, json!([of_ann])),
        (&ann, json!([of_ann, 17])),
        (&ann, json!([of_ann, of_ann])),
        (&ann, json!(five)),
        (&ann, json!("x")),
        (&ann, json!(["x"])),
    ] {
        let answer = client.post("/tweets", json!({"content": "a", "media_ids": ids})).await;
        assert_eq!(answer.problem(UNPROCESSABLE).1.as_deref(), Some("media_ids"), "{ids}");
    }
    let body = json!({"content": "a", "media_ids": [of_ann]});
    ann.post("/tweets", body.clone()).await.expect(StatusCode::CREATED);
    let twice = ann.post("/tweets", body).await;
    assert_eq!(twice.problem(UNPROCESSABLE).1.as_deref(), Some("media_ids"));
    let nobody = app.anonymous();
    upload(&nobody, &picture(2, 2), "").await.problem(StatusCode::UNAUTHORIZED);
    nobody.patch(&path, edit).await.problem(StatusCode::UNAUTHORIZED);
    for path in ["/users/me/avatar", "/users/me/banner", "/tweets/1/pin"] {
        let answer = send(&nobody, Method::PUT, path, form(&[])).await;
        answer.problem(StatusCode::UNAUTHORIZED);
    }
    nobody.get("/users/me/likes").await.problem(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_repeated_upload_is_one_and_one_that_waits_too_long_goes() {
    let app = TestApp::new(Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    let with_key = async |bytes: Vec<u8>| {
        let body = form(&[("file", Some("a.png"), &bytes)]);
        let mut request = ann.request(Method::POST, "/media", Body::from(body));
        let headers = request.headers_mut();
        headers.insert("idempotency-key", "k1".parse().expect("a header"));
        let content_type = "multipart/form-data; boundary=B".parse().expect("a header");
        headers.insert(header::CONTENT_TYPE, content_type);
        ann.send(request).await
    };
    let first: Media = typed(&with_key(picture(9, 9)).await, StatusCode::CREATED);
    let again: Media = typed(&with_key(picture(9, 9)).await, StatusCode::CREATED);
    assert_eq!((first.id, &first.url), (again.id, &again.url));
    with_key(picture(9, 8)).await.problem(StatusCode::CONFLICT);
    assert_eq!(stored(&app).await.len(), 1);

    app.pipit.delete_expired_media().await.expect("cleared away");
    assert_eq!(app.anonymous().get(&first.url).await.status, StatusCode::OK);
    app.time.fetch_add(25 * 3600 * 1000, std::sync::atomic::Ordering::SeqCst);
    let late = ann.post("/tweets", json!({"content": "a", "media_ids": [first.id]})).await;
    assert_eq!(late.problem(UNPROCESSABLE).1.as_deref(), Some("media_ids"));
    app.pipit.delete_expired_media().await.expect("cleared away");
    app.anonymous().get(&first.url).await.problem(StatusCode::NOT_FOUND);
    assert!(stored(&app).await.is_empty());
}

#[tokio::test]
async fn quotes_show_one_level_and_say_when_it_is_gone() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let first = ann.tweet("first").await;
        let quote = async |client: &Client, of: i64| -> Tweet {
            let body = json!({"content": "look", "quote_of_id": of});
            typed(&client.post("/tweets", body).await, StatusCode::CREATED)
        };
        let second = quote(&bob, first).await;
        let quoted = second.quote_of.expect("the quoted tweet");
        assert_eq!((quoted.id, quoted.content.as_str()), (first, "first"));
        assert_eq!(quoted.user.handle, "ann");
        let third = quote(&ann, second.id).await;
        let quoted = third.quote_of.expect("the quoted tweet");
        assert_eq!(quoted.quote_of_id, Some(first));
        assert!(quoted.quote_of.is_none(), "one level");
        // Of a retweet, what it passes on is quoted; and a retweet shows the quote.
        bob.put(&format!("/tweets/{}/retweet", third.id)).await.ok();
        let of_bob: TweetPage = typed(&ann.get("/tweets?user_id=bob").await, StatusCode::OK);
        let retweet = &of_bob.tweets[0];
        assert_eq!(quote(&ann, retweet.id).await.quote_of_id, Some(third.id));
        let passed_on = retweet.retweet_of.as_ref().expect("a retweet");
        assert_eq!(passed_on.quote_of.as_ref().map(|of| of.id), Some(second.id));
        bob.put(&format!("/tweets/{first}/like")).await.ok();
        let path = format!("/tweets/{}", second.id);
        let read: Tweet = typed(&bob.get(&path).await, StatusCode::OK);
        assert!(read.quote_of.is_some_and(|of| of.liked && of.like_count == 1));

        ann.delete(&format!("/tweets/{first}")).await.expect(StatusCode::NO_CONTENT);
        let read: Tweet = typed(&bob.get(&path).await, StatusCode::OK);
        assert!(read.quote_of.is_none() && read.quote_of_id == Some(first), "{backend:?}");
        for body in [
            json!({"content": "a", "quote_of_id": first}),
            json!({"content": "a", "quote_of_id": 17}),
        ] {
            let answer = ann.post("/tweets", body).await;
            assert_eq!(answer.problem(UNPROCESSABLE).1.as_deref(), Some("quote_of_id"));
        }
        let silent = ann.post("/tweets", json!({"content": "", "quote_of_id": second.id})).await;
        assert_eq!(silent.problem(UNPROCESSABLE).1.as_deref(), Some("content"));
        let key = |body: serde_json::Value| {
            let mut request = ann.request(Method::POST, "/tweets", Body::from(body.to_string()));
            request.headers_mut().insert("idempotency-key", "q".parse().expect("a header"));
            ann.send(request)
        };
        key(json!({"content": "a"})).await.expect(StatusCode::CREATED);
        let other = key(json!({"content": "a", "quote_of_id": second.id})).await;
        other.problem(StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn profiles_have_pictures_links_and_a_pinned_tweet() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let id = ann.tweet("pin me").await;
        let file = picture(300, 200);
        let parts: Parts = &[("file", Some("me.png"), &file)];
        let user: User =
            typed(&send(&ann, Method::PUT, "/users/me/avatar", form(parts)).await, StatusCode::OK);
        let first = user.avatar_url.expect("an avatar");
        let user: User =
            typed(&send(&ann, Method::PUT, "/users/me/avatar", form(parts)).await, StatusCode::OK);
        let second = user.avatar_url.expect("an avatar");
        app.anonymous().get(&first).await.problem(StatusCode::NOT_FOUND);
        let image = image::load_from_memory(&app.anonymous().get(&second).await.body);
        assert_eq!(image.expect("a picture").width(), 400);
        let tweet: Tweet = typed(&bob.get(&format!("/tweets/{id}")).await, StatusCode::OK);
        assert_eq!(tweet.user.avatar_url, Some(second));
        let user: User =
            typed(&send(&ann, Method::PUT, "/users/me/banner", form(parts)).await, StatusCode::OK);
        assert!(user.banner_url.is_some());
        let edit = json!({"banner": null, "profile_picture": null, "links": ["example.org"]});
        let user: User = typed(&ann.patch("/users/me", edit).await, StatusCode::OK);
        assert!(user.banner_url.is_none() && user.avatar_url.is_none());
        assert_eq!(user.links, ["https://example.org"]);
        for (field, value) in [
            ("links", json!(["javascript:alert(1)"])),
            ("links", json!(vec!["a.com"; 5])),
            ("banner", json!("/media/p/x.jpg")),
            ("profile_picture", json!("/media/p/x.jpg")),
        ] {
            let answer = ann.patch("/users/me", json!({field: value})).await;
            assert_eq!(answer.problem(UNPROCESSABLE).1.as_deref(), Some(field));
        }

        let pin = format!("/tweets/{id}/pin");
        bob.put(&pin).await.problem(StatusCode::FORBIDDEN);
        ann.put("/tweets/17/pin").await.problem(StatusCode::NOT_FOUND);
        for _ in 0..2 {
            ann.put(&pin).await.ok();
            let user: User = typed(&bob.get("/users/ann").await, StatusCode::OK);
            assert_eq!(user.pinned_tweet_id, Some(id), "{backend:?}");
        }
        let other = ann.tweet("another").await;
        ann.delete(&format!("/tweets/{other}/pin")).await.ok();
        let user: User = typed(&bob.get("/users/ann").await, StatusCode::OK);
        assert_eq!(user.pinned_tweet_id, Some(id), "it was another one");
        ann.delete(&pin).await.ok();
        let user: User = typed(&bob.get("/users/ann").await, StatusCode::OK);
        assert_eq!(user.pinned_tweet_id, None);
    }
}

#[tokio::test]
async fn parts_of_a_profile_are_paged_one_by_one() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let of_bob = bob.tweet("hello").await;
        let (mut tweets, mut replies, mut pictures) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..7 {
            tweets.push(ann.tweet(&format!("number {n}")).await);
            let reply = json!({"content": "re", "reply_to_id": of_bob});
            let reply: Tweet = typed(&ann.post("/tweets", reply).await, StatusCode::CREATED);
            replies.push(reply.id);
            let (first, second) = (media(&ann).await.id, media(&ann).await.id);
            let body = json!({"content": "", "media_ids": [second, first]});
            let tweet: Tweet = typed(&ann.post("/tweets", body).await, StatusCode::CREATED);
            assert_eq!([tweet.media[0].id, tweet.media[1].id], [second, first]);
            tweets.push(tweet.id);
            pictures.push(tweet.id);
        }
        ann.put(&format!("/tweets/{of_bob}/retweet")).await.ok();
        let walk = async |path: &str| {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let page: TweetPage =
                    typed(&ann.get(&format!("{path}limit=3{cursor}")).await, StatusCode::OK);
                found.extend(page.tweets.iter().map(|tweet| tweet.id));
                match page.next_cursor {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break found,
                }
            }
        };
        let newest_first = |mut ids: Vec<i64>| {
            ids.reverse();
            ids
        };
        let shown = walk("/tweets?user_id=ann&only=tweets&").await;
        assert_eq!(shown[1..], newest_first(tweets.clone()), "{backend:?}: the retweet is first");
        assert_eq!(walk("/tweets?user_id=ann&only=replies&").await, newest_first(replies));
        assert_eq!(walk("/tweets?user_id=ann&only=media&").await, newest_first(pictures.clone()));
        for id in [tweets[3], of_bob, pictures[0], pictures[5], tweets[0]] {
            ann.put(&format!("/tweets/{id}/like")).await.ok();
        }
        let liked = [tweets[0], pictures[5], pictures[0], of_bob, tweets[3]];
        assert_eq!(walk("/users/me/likes?").await, liked);
        ann.delete(&format!("/tweets/{}", pictures[5])).await.expect(StatusCode::NO_CONTENT);
        assert_eq!(walk("/users/me/likes?").await.len(), 4);
        assert_eq!(walk("/tweets?user_id=ann&only=media&").await.len(), 6);
        for bad in ["/tweets?only=media", "/tweets?user_id=ann&only=all"] {
            ann.get(bad).await.problem(UNPROCESSABLE);
        }
        let page: TweetPage =
            typed(&ann.get("/tweets?user_id=ann&only=media&limit=2").await, StatusCode::OK);
        let cursor = page.next_cursor.expect("more");
        let other_list = format!("/tweets?user_id=ann&only=tweets&cursor={cursor}");
        assert_eq!(ann.get(&other_list).await.problem(UNPROCESSABLE).1.as_deref(), Some("cursor"));
    }
}

#[tokio::test]
async fn a_warm_home_with_pictures_and_quotes_asks_the_database_nothing() {
    let app = TestApp::new(Backend::Sqlite).await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let quoted = ann.tweet("quoted").await;
    for _ in 0..3 {
        let id = media(&ann).await.id;
        let body = json!({"content": "a", "media_ids": [id], "quote_of_id": quoted});
        ann.post("/tweets", body).await.expect(StatusCode::CREATED);
    }
    bob.put("/users/ann/follow").await.ok();
    bob.get("/timeline").await.ok();
    let before = app.pipit.database_statements();
    let page: TweetPage = typed(&bob.get("/timeline").await, StatusCode::OK);
    assert_eq!(page.tweets.len(), 4);
    assert!(page.tweets[0].quote_of.is_some() && page.tweets[0].media.len() == 1);
    assert_eq!(app.pipit.database_statements(), before);
    // A core with cold caches answers the same.
    let cold = app.cold_core().await;
    let view = cold.tweet(None, page.tweets[0].id.into()).await.expect("there");
    assert_eq!(view.card.tweet().media.len(), 1);
}
