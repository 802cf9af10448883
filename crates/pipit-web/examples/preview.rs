//! Dev only: sample pages to look at.
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use pipit_core::{NewPost, Pipit, Settings, SignIn, SignUp};
use pipit_model::event::Standing;
use pipit_model::user::{ProfileEdit, UserRef};
use pipit_model::{Clock, TweetId};
use pipit_web::{Web, not_found, routes};

#[tokio::main]
async fn main() {
    let dir = tempfile::tempdir().expect("dir");
    let now = Clock::System.now().0;
    let ms = Arc::new(AtomicI64::new(now - 200 * 86_400_000));
    let clock = Clock::Manual(ms.clone());
    let url = format!("sqlite://{}/x.db", dir.path().display());
    let settings = Settings { database_url: url, cache_bytes: 8 << 20, node: 0 };
    let pipit = Pipit::open(&settings, clock).await.expect("open");
    let people = [
        ("mira", "Mira Lindqvist", "Field recordist. Up before the birds. #birding https://mira.example/notes"),
        ("tomas_v", "Tomás Vega", "Bikes, maps, bread."),
        ("aiko", "藍子", "写真と山。#写真"),
        ("omar", "عمر الحسن", "أكتب عن الشعر والمدن القديمة"),
        ("jdoe", "Jo Doe", ""),
        ("verylonghandle1", "Someone With An Extraordinarily Long Display Name", "I test layouts."),
        ("nils", "🦜", "just a parrot"),
        ("quiet", "Quiet One", ""),
    ];
    let mut callers = vec![];
    let mut token = String::new();
    for (handle, name, _) in people {
        pipit
            .sign_up(
                SignUp {
                    handle: handle.into(),
                    name: Some(name.into()),
                    email: format!("{handle}@example.org"),
                    password: "correct horse".into(),
                },
                None,
            )
            .await
            .expect("sign up");
        ms.fetch_add(86_400_000, Ordering::SeqCst);
    }
    ms.store(now - 10 * 86_400_000, Ordering::SeqCst);
    for (handle, _, bio) in people {
        let ua = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let form = SignIn { login: handle.into(), password: "correct horse".into(), user_agent: ua.into() };
        let s = pipit.sign_in(form, None).await.expect("in");
        let c = pipit.authenticate(&s.token).await.expect("auth");
        let edit = ProfileEdit { bio: Some(bio.into()), ..ProfileEdit::default() };
        pipit.edit_profile(c, edit).await.expect("bio");
        if handle == "mira" {
            token = s.token.clone();
        }
        if handle == "quiet" && std::env::args().nth(1).as_deref() == Some("quiet") {
            token = s.token;
        }
        callers.push(c);
    }
    for i in 0..6 {
        for j in 0..7 {
            if i != j && (i + j) % 3 != 0 {
                let to = UserRef::HandleKey(people[j].0.into());
                pipit.set_follow(callers[i], &to, Standing::Set).await.expect("follow");
            }
        }
    }
    let texts: [(usize, &str); 24] = [
        (1, "First loaf from the new oven. Slightly burnt, entirely proud. #bread"),
        (4, "Does anyone know a good map of the old railway lines? Asking for a #bike trip."),
        (2, "朝五時、霧の中の尾根。鳥の声だけが聞こえる。 #写真 #山"),
        (3, "صباح الخير من المدينة القديمة. القهوة جاهزة والكتب مفتوحة. #شعر #books"),
        (5, "Superlongwordwithoutanyspacesthatneedstowrapsomewhereoritwillbreakthelayoutofthewholepage and a link https://example.org/a/very/long/path/that/goes/on?and=on#and-on"),
        (0, "Meadow pipits are back on the heath. Counted eleven in song flight before six this morning.\n\nUp like a spark, down like a parachute. #birding #spring"),
        (1, "@mira that is the best description of a song flight I have read. @nobody_here agrees."),
        (4, "TIL that a group of pipits has no agreed collective noun. I propose \"a murmur\". <script>alert(1)</script> & so on"),
        (6, "squawk 🦜"),
        (0, "New notes on recording in the wind: https://mira.example/notes/wind"),
        (2, "雨。"),
        (1, "Route for Saturday: 84 km, two passes, one bakery. #bike #bread"),
        (3, "من أجمل ما قرأت اليوم: \"المدن كالأحلام\" #شعر"),
        (4, "Reading about #AI and birdsong. The #AI is impressive. The birds are better. #birding"),
        (5, "One\nTwo\nThree\nFour lines in a tweet, each kept where it was written."),
        (6, "polly wants a #bread"),
        (1, "Small kindness of the day: someone left a pump at the top of the pass with a note saying \"take me down, bring me up\". #bike"),
        (0, "If you only listen to one thing today, let it be the gap between two songs. #birding"),
        (2, "山頂で飲むコーヒー。 #山"),
        (4, "short"),
        (3, "ليلة هادئة."),
        (1, "Sourdough update: alive. #bread"),
        (4, "Anyone at the #AI meetup tonight? I'll be the one looking out of the window for swifts. #birding #spring"),
        (0, "Home. Boots off. Eleven pipits. #birding"),
    ];
    let mut ids: Vec<TweetId> = vec![];
    for (n, (who, text)) in texts.iter().enumerate() {
        let left = (24 - n) as i64;
        ms.store(now - left * left * left * 60_000 * 60 / 100 - 20_000, Ordering::SeqCst);
        let t = pipit
            .post_tweet(callers[*who], NewPost { content: text, reply_to: None }, None)
            .await
            .expect(text);
        ids.push(t.id());
    }
    ms.store(now - 5_000, Ordering::SeqCst);
    let mut last = ids[5];
    for (who, text) in [
        (1, "Eleven! I only ever see them from the saddle, going the other way."),
        (0, "They do like to leave when bikes arrive. Come on foot one morning?"),
        (4, "Can I come too? I will bring the collective noun."),
    ] {
        let t = pipit
            .post_tweet(callers[who], NewPost { content: text, reply_to: Some(last) }, None)
            .await
            .expect("reply");
        last = t.id();
    }
    for i in 1..7 {
        pipit.set_like(callers[i], ids[5], Standing::Set).await.expect("like");
        pipit.set_like(callers[i], ids[17], Standing::Set).await.expect("like");
    }
    pipit.set_like(callers[0], ids[16], Standing::Set).await.expect("like");
    pipit.set_retweet(callers[0], ids[11], Standing::Set).await.expect("rt");
    pipit.set_retweet(callers[4], ids[5], Standing::Set).await.expect("rt");
    pipit.set_retweet(callers[1], ids[17], Standing::Set).await.expect("rt");
    ms.store(now, Ordering::SeqCst);
    println!("thread /@mira/{} reply /@tomas_v/{last}", ids[5]);

    let web = |port: u16| Web { pipit: pipit.clone(), public_url: format!("http://127.0.0.1:{port}") };
    let app = |port| {
        let app = routes(web(port)).fallback(not_found);
        pipit_http::stack::wrap(app, Clock::System)
    };
    let framer = axum::routing::get(|uri: axum::http::Uri| async move {
        let q = uri.query().unwrap_or_default().to_owned();
        let (w, src) = q.split_once(',').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap_or_default();
        axum::response::Html(format!("<body style='margin:0;background:#888'><iframe style='border:0;display:block;width:{w}px;height:1500px' src='{src}'></iframe>"))
    });
    let strip = from_fn(|r: Request, next: Next| async move {
        let mut a = next.run(r).await;
        let h = a.headers_mut();
        h.remove("x-frame-options");
        if let Some(v) = h.get(header::CONTENT_SECURITY_POLICY) {
            let v = v.to_str().unwrap_or_default().replace("frame-ancestors 'none'; ", "");
            h.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(&v).expect("v"));
        }
        a
    });
    let cookie = HeaderValue::from_str(&format!("pipit={token}")).expect("cookie");
    let signed = from_fn(move |mut r: Request, next: Next| {
        r.headers_mut().insert(header::COOKIE, cookie.clone());
        next.run(r)
    });
    let a = app(4801).layer(strip.clone()).route("/frame", framer.clone());
    let b = app(4802).layer(signed).layer(strip).route("/frame", framer);
    let la = tokio::net::TcpListener::bind("127.0.0.1:4801").await.expect("bind");
    let lb = tokio::net::TcpListener::bind("127.0.0.1:4802").await.expect("bind");
    let (x, y) = tokio::join!(axum::serve(la, a), axum::serve(lb, b));
    x.expect("a");
    y.expect("b");
}
