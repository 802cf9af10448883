//! Reports, the moderators' pages, one's standing.

use pipit_core::Moderator;
use pipit_model::Role;
use pipit_model::user::UserRef;

use super::site::Site;

pub(super) async fn staff(site: &Site, handle: &str, role: Role) -> String {
    let cookie = site.sign_up(handle).await;
    let user = UserRef::HandleKey(handle.to_owned());
    site.pipit.set_role(Moderator::operator(), &user, role).await.expect("set");
    cookie
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().expect("a part")
}

const PAGES: [&str; 10] = [
    "/admin",
    "/admin?show=mine",
    "/admin?show=resolved&category=spam&account=@eve",
    "/admin/accounts/eve",
    "/admin/appeals",
    "/admin/automod",
    "/admin/held",
    "/admin/trends",
    "/admin/log",
    "/admin/numbers",
];
const PAGES_OF_ADMINS: [&str; 2] = ["/admin/rules", "/admin/blocks"];

#[tokio::test]
async fn to_others_the_moderators_pages_do_not_exist() {
    let site = Site::open().await;
    let eve = site.sign_up("eve").await;
    let moe = staff(&site, "moe", Role::Moderator).await;
    let ada = staff(&site, "ada", Role::Admin).await;
    for path in PAGES.iter().chain(&PAGES_OF_ADMINS) {
        for cookie in ["", &eve] {
            assert_eq!(site.get(path, cookie).await.status, 404, "{path}");
        }
        let expected = if PAGES_OF_ADMINS.contains(path) { 404 } else { 200 };
        assert_eq!(site.get(path, &moe).await.status, expected, "{path}");
        let page = site.get(path, &ada).await;
        assert_eq!(page.status, 200, "{path}");
        page.page();
    }
    let forms = [
        ("/admin/accounts/eve/act", [("kind", "suspend"), ("reason", "x")]),
        ("/admin/accounts/eve/role", [("role", "admin"), ("x", "")]),
        ("/admin/accounts/eve/note", [("note", "x"), ("x", "")]),
        ("/admin/rules", [("text", "x"), ("x", "")]),
        ("/admin/blocks", [("kind", "word"), ("value", "x")]),
        ("/admin/appeals/1", [("reason", "x"), ("decision", "accept")]),
        ("/admin/reports/1/take", [("x", ""), ("y", "")]),
        ("/admin/held/1", [("decision", "approve"), ("reason", "x")]),
        ("/admin/automod/duplicate", [("mode", "on"), ("effect", "hold")]),
    ];
    for (path, form) in &forms {
        for cookie in ["", &eve] {
            assert_eq!(site.post(path, cookie, form).await.status, 404, "{path}");
        }
    }
    // A moderator makes nobody an admin, and acts on nobody of the same rank.
    assert_eq!(site.post(forms[1].0, &moe, &forms[1].1).await.status, 404);
    let on_ada = [("kind", "freeze"), ("reason", "x")];
    assert_eq!(site.post("/admin/accounts/ada/act", &moe, &on_ada).await.status, 403);
    assert_eq!(site.post("/admin/accounts/moe/act", &moe, &on_ada).await.status, 403);
    assert_eq!(site.get("/@eve", "").await.status, 200);
}

struct People {
    ann: String,
    eve: String,
    moe: String,
}

async fn public(site: &Site, cookie: &str) -> Vec<String> {
    site.get("/explore", cookie).await.page().tweets()
}

/// Ann reports a tweet of eve's from its menu.
async fn ann_reports(site: &Site, ann: &str, path: &str) {
    let page = site.get(path, ann).await.page();
    let report = format!("/report?user=eve&tweet={}", last_part(path));
    assert!(page.links_to(&report));
    let fields = site.form(&report, ann, "/report").await;
    let rule = site.get(&report, ann).await.page();
    let rule = rule.all("input").find(|e| e.attribute("name") == "rule").expect("a rule");
    let form = [
        ("user", "eve"),
        ("key", &*fields["key"]),
        ("category", "violation"),
        ("rule", rule.attribute("value")),
        ("tweet", last_part(path)),
        ("comment", "She sells followers."),
    ];
    let nothing_chosen = site.post("/report", ann, &[("user", "eve")]).await;
    assert_eq!(nothing_chosen.status, 422);
    for _ in 0..2 {
        // A double click reports once.
        let sent = site.post("/report", ann, &form).await;
        assert_eq!(sent.location(), "/report?user=eve&done=1");
    }
    assert!(site.get("/report?user=eve&done=1", ann).await.body.contains("Thank you"));
}

/// Moe finds it in the queue, takes it, notes something, and limits the account.
async fn moe_limits(site: &Site, People { ann, eve, moe }: &People) {
    let queue = site.get("/admin", moe).await.page();
    let reports: Vec<_> = queue
        .all("a")
        .map(|a| a.attribute("href"))
        .filter(|h| h.starts_with("/admin/reports/"))
        .collect();
    assert_eq!(reports.len(), 1, "{reports:?}");
    let report = reports[0].to_owned();
    site.post(&format!("{report}/take"), moe, &[]).await.location();
    assert!(site.get("/admin?show=mine", moe).await.page().links_to(&report));
    let shown = site.get(&report, moe).await;
    for part in ["Buy #followers now", "No advertising.", "She sells followers.", "@ann"] {
        assert!(shown.body.contains(part), "{part}");
    }
    shown.page();
    site.post("/admin/accounts/eve/note", moe, &[("note", "First time.")]).await.location();
    let without_reason = [("kind", "limit"), ("reason", " ")];
    assert_eq!(site.post(&format!("{report}/act"), moe, &without_reason).await.status, 422);
    let limit = [("kind", "limit"), ("reason", "Advertising is not welcome.")];
    site.post(&format!("{report}/act"), moe, &limit).await.location();
    assert!(public(site, "").await.is_empty() && public(site, ann).await.is_empty());
    assert!(!public(site, eve).await.is_empty(), "her own");
    assert!(!site.get("/@eve", "").await.page().tweets().is_empty(), "on her page");
    assert!(site.get("/tags/followers", "").await.page().tweets().is_empty());
    assert!(site.get("/search?q=followers", ann).await.page().tweets().is_empty());
    assert!(!site.get("/admin", moe).await.page().links_to(&report), "it is dealt with");
}

/// Eve is told, reads why, and appeals; once. Answers where.
async fn eve_appeals(site: &Site, People { ann, eve, .. }: &People) -> String {
    let home = site.get("/home", eve).await.page();
    assert!(home.of_class("notice").any(|p| p.text.contains("told you something")));
    let standing = site.get("/settings/standing", eve).await;
    assert!(standing.body.contains("Advertising is not welcome."));
    assert!(!standing.body.contains("told you something"), "this is where it is told");
    assert!(!standing.body.contains("@moe"), "who did it is not told");
    let standing = standing.page();
    let action =
        standing.all("form").map(|f| f.attribute("action")).find(|a| a.ends_with("/appeal"));
    let appeal = action.expect("a form").to_owned();
    assert!(!site.get("/home", eve).await.body.contains("told you something"), "seen");
    assert_eq!(site.post(&appeal, eve, &[("text", "")]).await.status, 422);
    site.post(&appeal, ann, &[("text", "Not mine")]).await;
    assert_eq!(site.post(&appeal, ann, &[("text", "Not mine")]).await.status, 404);
    site.post(&appeal, eve, &[("text", "It was a joke.")]).await.location();
    assert_eq!(site.post(&appeal, eve, &[("text", "Again")]).await.status, 403);
    appeal
}

#[tokio::test]
async fn from_a_report_to_a_limit_an_appeal_and_back() {
    let site = Site::open().await;
    let ada = staff(&site, "ada", Role::Admin).await;
    let moe = staff(&site, "moe", Role::Moderator).await;
    let (ann, eve) = (site.sign_up("ann").await, site.sign_up("eve").await);
    let people = People { ann, eve, moe };
    let People { eve, moe, .. } = &people;
    let path = site.tweet(eve, "Buy #followers now").await;
    site.post("/admin/rules", &ada, &[("text", "No advertising.")]).await.location();
    assert!(site.get("/about/rules", "").await.body.contains("No advertising."));
    ann_reports(&site, &people.ann, &path).await;
    moe_limits(&site, &people).await;
    let appeal = eve_appeals(&site, &people).await;

    // Moe accepts: all is as before.
    let waiting = site.get("/admin/appeals", moe).await;
    assert!(waiting.body.contains("It was a joke."));
    assert!(waiting.body.contains("@moe · "), "who took the action is named");
    let decide = format!("/admin/appeals/{}", appeal.split('/').nth(3).expect("an id"));
    assert_eq!(site.post(&decide, moe, &[("decision", "accept")]).await.status, 422);
    let answer = [("decision", "accept"), ("reason", "We laughed.")];
    site.post(&decide, moe, &answer).await.location();
    assert!(!public(&site, "").await.is_empty());
    let standing = site.get("/settings/standing", eve).await.body;
    assert!(standing.contains("Accepted") && standing.contains("We laughed."));

    // And all of it is in the log, which is whole.
    let log = site.get("/admin/log", moe).await.page();
    let kinds: Vec<_> = log.all("b").map(|b| b.text.clone()).collect();
    let expected = [
        "Appeal accepted",
        "Appealed",
        "Limited",
        "Note added",
        "Report taken",
        "Reported",
        "Server rule added",
        "Role changed",
        "Role changed",
    ];
    let kinds: Vec<_> = kinds.iter().filter(|kind| expected.contains(&kind.as_str())).collect();
    assert_eq!(kinds, expected);
    assert_eq!(site.pipit.verify_audit_log().await.expect("whole").0, 9);
}

#[tokio::test]
async fn who_is_suspended_sees_only_why() {
    let site = Site::open().await;
    let moe = staff(&site, "moe", Role::Moderator).await;
    let (ann, eve) = (site.sign_up("ann").await, site.sign_up("eve").await);
    let path = site.tweet(&eve, "Hello from eve").await;
    site.post("/@eve/follow", &ann, &[]).await.location();
    let suspend = [("kind", "suspend"), ("reason", "Fraud.")];
    site.post("/admin/accounts/eve/act", &moe, &suspend).await.location();
    for page in ["/@eve", &path] {
        assert_eq!(site.get(page, &ann).await.status, 404, "{page}");
        assert_eq!(site.get(page, "").await.status, 404, "{page}");
    }
    for page in ["/home", "/explore", "/search?q=hello", "/@ann/following"] {
        assert!(!site.get(page, &ann).await.body.contains("@eve"), "{page}");
    }
    // Her session has ended; a new one leads to one page only.
    assert_eq!(site.get("/home", &eve).await.location(), "/login?next=%2Fhome");
    let form = [("login", "eve"), ("password", "correct horse")];
    let eve = site.post("/login", "", &form).await.cookie();
    for page in ["/home", "/settings", "/notifications", "/compose"] {
        assert_eq!(site.get(page, &eve).await.location(), "/settings/standing", "{page}");
    }
    let follow = site.post("/@ann/follow", &eve, &[]).await;
    assert_eq!(follow.location(), "/settings/standing");
    // What was written is shown again, as to anybody who is signed out.
    assert_eq!(site.post("/compose", &eve, &[("content", "x")]).await.status, 403);
    let standing = site.get("/settings/standing", &eve).await;
    assert!(standing.body.contains("Fraud."));
    let standing = standing.page();
    let appeal =
        standing.all("form").map(|f| f.attribute("action")).find(|a| a.ends_with("appeal"));
    site.post(appeal.expect("a form"), &eve, &[("text", "No!")]).await.location();
    // Moderators still see the account, and restore it.
    assert_eq!(site.get("/admin/accounts/eve", &moe).await.status, 200);
    let restore = [("kind", "restore"), ("reason", "A mistake.")];
    site.post("/admin/accounts/eve/act", &moe, &restore).await.location();
    assert!(site.get("/home", &ann).await.body.contains("Hello from eve"));
    assert_eq!(site.get("/home", &eve).await.status, 200);
    site.post("/logout", &eve, &[]).await.location();
}

#[tokio::test]
async fn what_is_kept_out_stays_out() {
    let site = Site::open().await;
    let ada = staff(&site, "ada", Role::Admin).await;
    for name in ["ann", "bob"] {
        let cookie = site.sign_up(name).await;
        site.tweet(&cookie, "So #dull and so #lively").await;
    }
    assert!(site.get("/admin/trends", &ada).await.body.contains("#dull"));
    for (kind, value, status) in [
        ("email-domain", "spam.example", 303),
        ("email-domain", "spam.example", 403),
        ("email-domain", "nonsense", 422),
        ("network", "192.0.2.1/24", 303),
        ("network", "0.0.0.0/0", 422),
        ("trend", "#Dull", 303),
        ("nothing", "x", 422),
    ] {
        let answer = site.post("/admin/blocks", &ada, &[("kind", kind), ("value", value)]).await;
        assert_eq!(answer.status, status, "{kind} {value}");
    }
    let page = site.get("/admin/blocks", &ada).await;
    assert!(page.body.contains("192.0.2.0/24"));
    let form = [("handle", "bot"), ("email", "a@mail.spam.example"), ("password", "correct horse")];
    assert_eq!(site.post("/signup", "", &form).await.status, 422);
    let let_in = [("kind", "email-domain"), ("value", "spam.example")];
    site.post("/admin/blocks/delete", &ada, &let_in).await.location();
    assert_eq!(site.post("/signup", "", &form).await.location(), "/home");

    let trends = site.pipit.trending_hashtags().await.expect("found");
    let names: Vec<_> = trends.iter().map(|trend| trend.hashtag.name.as_str()).collect();
    assert_eq!(names, ["lively"]);
}

#[tokio::test]
async fn tweets_that_are_deleted_are_gone_and_their_author_reads_why() {
    let site = Site::open().await;
    let moe = staff(&site, "moe", Role::Moderator).await;
    let (ann, eve) = (site.sign_up("ann").await, site.sign_up("eve").await);
    let (bad, good) = (site.tweet(&eve, "bad one").await, site.tweet(&eve, "good one").await);
    let form = [("user", "eve"), ("category", "spam"), ("tweet", last_part(&bad))];
    site.post("/report", &ann, &form).await.location();
    let queue = site.get("/admin", &moe).await.page();
    let report =
        queue.all("a").map(|a| a.attribute("href")).find(|h| h.starts_with("/admin/reports/"));
    let act = format!("{}/act", report.expect("a report"));
    let none = [("kind", "delete-tweets"), ("reason", "Spam.")];
    assert_eq!(site.post(&act, &moe, &none).await.status, 422);
    let delete = [("kind", "delete-tweets"), ("reason", "Spam."), ("tweet", last_part(&bad))];
    site.post(&act, &moe, &delete).await.location();
    assert_eq!(site.get(&bad, &ann).await.status, 404);
    assert_eq!(site.get(&good, &ann).await.status, 200);
    let standing = site.get("/settings/standing", &eve).await;
    assert!(standing.body.contains("bad one") && standing.body.contains("Spam."));
}
