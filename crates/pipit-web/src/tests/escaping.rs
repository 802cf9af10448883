//! Whatever people type is shown as they typed it, and is never markup.

use super::site::Site;

const NASTY: [&str; 9] = [
    "<script>alert(1)</script> & <b>bold</b>",
    "\"><img src=x onerror=alert(1)> ' onmouseover='x",
    "a &amp; b &lt; c &#60; d",
    "مرحبا بكم في #المدينة <i> @ann",
    "#日本 ＃タグ #Zürich #नमस्ते #שלום end",
    "https://example.org/?a=1&b=\"2\"<x> and www.example.com/a'b",
    "one\n\n  two spaces\tand a tab\n</p></article>",
    "\u{202e}reversed\u{202c} {{ shell }} {% include %}",
    "Averylongwordwithoutanyspacesatallthatgoesonandonandonandonandonandonandonandonandonandonandon",
];

#[tokio::test]
async fn tweets_show_what_was_typed_and_only_our_tags() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    for content in NASTY {
        let path = site.tweet(&ann, content).await;
        // The reader fails on any tag or attribute that is not ours.
        let page = site.get(&path, "").await.page();
        let shown = page.tweets().remove(0);
        let expected = if content.contains("https://") {
            // Links are shown without their scheme.
            content.replace("https://", "")
        } else {
            content.to_owned()
        };
        assert_eq!(shown, expected);
    }
    for (path, cookie) in [("/", ""), ("/explore", ann.as_str()), ("/home", &ann), ("/@ann", "")] {
        assert_eq!(site.get(path, cookie).await.page().tweets().len(), NASTY.len(), "{path}");
    }
}

#[tokio::test]
async fn links_of_a_tweet_lead_where_they_say() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let text = "@ann @nobody #日本 https://example.org/a?b=1&c=2#d example.com";
    let path = site.tweet(&ann, text).await;
    let page = site.get(&path, "").await.page();
    assert!(page.links_to("/@ann"));
    assert!(!page.links_to("/@nobody"));
    assert!(page.links_to("/tags/%E6%97%A5%E6%9C%AC"));
    assert!(page.links_to("https://example.org/a?b=1&c=2#d"));
    assert!(page.links_to("https://example.com"));
    let tag = site.get("/tags/%E6%97%A5%E6%9C%AC", "").await;
    assert_eq!(tag.page().h1(), "#日本");
}

#[tokio::test]
async fn profiles_and_forms_show_what_was_typed() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let (name, bio) = ("<b>Ann</b> \"&'", "</textarea><script>x</script> https://example.org");
    let saved = site.post("/settings", &ann, &[("name", name), ("bio", bio)]).await;
    assert_eq!(saved.location(), "/settings?done=profile");
    let form = site.form("/settings", &ann, "/settings").await;
    assert_eq!((form["name"].as_str(), form["bio"].as_str()), (name, bio));
    assert_eq!(site.get("/@ann", "").await.page().h1(), name);
    // A refused tweet comes back as it was, line breaks at its start included.
    let content = format!("\n</textarea>\"{}", "x".repeat(300));
    let again = site.post("/compose", &ann, &[("content", &content)]).await;
    assert_eq!(again.status, 422);
    assert_eq!(again.page().form("/compose")["content"], content);
}
