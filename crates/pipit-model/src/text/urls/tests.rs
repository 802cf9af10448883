//! Links in context: hosts, what stands around them, and what is no link.

use super::*;
use crate::text::{EntityKind, entities};

fn urls(text: &str) -> Vec<&str> {
    entities(text).iter().filter(|e| e.kind == EntityKind::Url).map(|e| e.body(text)).collect()
}

fn check(table: &[(&str, &[&str])]) {
    for (text, expected) in table {
        assert_eq!(urls(text), *expected, "{text}");
    }
}

fn none(table: &[&str]) {
    for text in table {
        assert!(urls(text).is_empty(), "{text}: {:?}", urls(text));
    }
}

#[test]
fn links_with_a_scheme() {
    check(&[
        ("http://example.com", &["http://example.com"]),
        ("see https://example.com.", &["https://example.com"]),
        ("HTTPS://www.ExaMPLE.COM/Index.html", &["HTTPS://www.ExaMPLE.COM/Index.html"]),
        ("(http://example.com)", &["http://example.com"]),
        ("\"http://example.com/\"", &["http://example.com/"]),
        ("http://foo.jp http://a.b.cd", &["http://foo.jp", "http://a.b.cd"]),
        (
            "http://example.com:3000/x http://example.com: y",
            &["http://example.com:3000/x", "http://example.com"],
        ),
        ("http://example.com:123456", &["http://example.com"]),
        ("http://a.com/#x #y", &["http://a.com/#x"]),
        ("http://a.com#x", &["http://a.com#x"]),
        ("https://en.wikipedia.org/wiki/X_(y)", &["https://en.wikipedia.org/wiki/X_(y)"]),
        ("(https://en.wikipedia.org/wiki/X_(y))", &["https://en.wikipedia.org/wiki/X_(y)"]),
        ("http://sub_domain-dash.example.com", &["http://sub_domain-dash.example.com"]),
        ("http://domain.com-that-is", &["http://domain.com"]),
        ("http://a.com\nhttp://b.com", &["http://a.com", "http://b.com"]),
        ("http://http://a.com", &["http://a.com"]),
        ("http://a.com?u=http://b.com/x y", &["http://a.com?u=http://b.com/x"]),
        ("http://example.com/@bob/1", &["http://example.com/@bob/1"]),
        ("http://xn--bcher-kva.example.xn--p1ai/x", &["http://xn--bcher-kva.example.xn--p1ai/x"]),
    ]);
}

#[test]
fn no_links_with_a_scheme() {
    none(&[
        "http://",
        "https:// ",
        "http:///",
        "http://.com",
        "http://com",
        "http://no-tld",
        "http://tld.x",
        "http://localhost:3000/",
        "http://192.168.0.1/",
        "ftp://www.example.com/",
        "xhttp://example.com",
        "http://-leading.example.com",
        "http://trailing-.example.com",
        "http://_leading.example.com",
        "http://example_underscore.com",
        "http://a.-example.com",
        "http://user@example.com",
        "http://user:password@example.com/",
        "http://bank.com@example.com",
        "http://xn--はじめよう.com/",
        "#http://a.com @http://a.com $http://a.com",
    ]);
}

#[test]
fn bare_domains() {
    check(&[
        ("example.com", &["example.com"]),
        ("See example.com.", &["example.com"]),
        ("foo.com, foo.net! foo.org?", &["foo.com", "foo.net", "foo.org"]),
        ("www.foo.co.uk foo.co.jp", &["www.foo.co.uk", "foo.co.jp"]),
        ("bit.ly/abc foo.de/", &["bit.ly/abc", "foo.de/"]),
        ("MLB.tv t.co", &["MLB.tv", "t.co"]),
        ("example.com/#x", &["example.com/#x"]),
        ("example.com:8080/x", &["example.com:8080/x"]),
        ("(example.com)", &["example.com"]),
        ("sub_domain.example.com", &["sub_domain.example.com"]),
        ("http:// example.com/path", &["example.com/path"]),
        ("EXAMPLE.COM", &["EXAMPLE.COM"]),
        ("foo.com.xyzzy", &["foo.com"]),
        ("site:example.com", &["example.com"]),
        ("ELPAÍS.com münchen.de/x", &["ELPAÍS.com", "münchen.de/x"]),
        ("1.com", &["1.com"]),
    ]);
}

#[test]
fn no_bare_domains() {
    none(&[
        "",
        ".",
        "..",
        "example.",
        ".com",
        "end.Start",
        "foo.baz",
        "foo.comm",
        "foo.de",
        "foo.de?x",
        "foo.de. bar",
        "it.so",
        "README.md",
        "foo.tar.bz2",
        "1.2.3",
        "e.g. i.e.",
        "-foo.com",
        "_foo.com",
        "foo_bar.com",
        "/foo.com",
        "foo..com",
        "foo.com-bar",
        "#test.com @test.com $test.com",
        "#t.co/x @t.co/x $t.co/x",
        "@é5.com",
        "localhost",
        "192.168.0.1",
    ]);
}

#[test]
fn no_link_in_an_email_address() {
    none(&[
        "bob@example.com",
        "a.b@example.com",
        "john.doe.gov@mail.com",
        "john.com.smith@mail.com",
        "john.com.smith+tag@mail.com",
        "foo.com+tag@mail.com",
        "foo.com-x@mail.com",
        "mailto:bob@example.com",
        "bob＠example.com",
        "@bob@example.social",
    ]);
}

#[test]
fn links_in_other_scripts() {
    check(&[
        (
            "これは日本語です。example.com/path/index.html中国語example.com/path한국",
            &["example.com/path/index.html", "example.com/path"],
        ),
        (
            "example.comテストexample2.comテストhttp://example.com/abc",
            &["example.com", "example2.com", "http://example.com/abc"],
        ),
        ("http://twitter.com/これは", &["http://twitter.com/"]),
        ("http://example.comだよね.comtest/hoge", &["http://example.com"]),
        ("http://exampleこれは日本語です.com/path", &["http://exampleこれは日本語です.com/path"]),
        ("http://✪df.ws/ejp http://☃.net/", &["http://✪df.ws/ejp", "http://☃.net/"]),
        (
            "http://foobar.みんな/ http://foobar.中国/ http://foobar.پاکستان/ ",
            &["http://foobar.みんな/", "http://foobar.中国/", "http://foobar.پاکستان/"],
        ),
        ("http://пример.рф", &["http://пример.рф"]),
        ("пример.рф/путь", &["пример.рф/путь"]),
        ("www.пример.рф", &["www.пример.рф"]),
        ("Приветexample.com", &["example.com"]),
        ("example.comпривет", &["example.com"]),
        ("http://twitter.com/Русские_слова", &["http://twitter.com/Русские_слова"]),
        ("https://he.wikipedia.org/wiki/ישראל.", &["https://he.wikipedia.org/wiki/ישראל"]),
        ("https://hi.wikipedia.org/wiki/हिन्दी", &["https://hi.wikipedia.org/wiki/हिन्दी"]),
        (
            "\u{2066}\u{202A}abcdef.com پاکستان http://a.com/\u{202C}\u{2069}",
            &["abcdef.com", "http://a.com/"],
        ),
        ("\u{200F}http://foobar.پاکستان/\u{200E}", &["http://foobar.پاکستان/"]),
        ("😀example.com😀", &["example.com"]),
        ("привет.рф", &[]),
        ("Он пришёл.Она ушла.", &[]),
    ]);
}

#[test]
fn lengths_have_bounds() {
    let label = "a".repeat(63);
    assert_eq!(urls(&format!("{label}.com")).len(), 1);
    assert_eq!(urls(&format!("a{label}.com")).len(), 0);
    assert_eq!(urls(&format!("http://a{label}.com/x")).len(), 0);
    let host = format!("{}com", "a.".repeat(125));
    assert_eq!(urls(&host), [host.as_str()]);
    assert_eq!(urls(&format!("a.{host}")).len(), 0);
    assert_eq!(urls(&"a.".repeat(100_000)).len(), 0);

    let longest = format!("http://a.com/{}", "x".repeat(4096 - 13));
    assert_eq!(urls(&longest), [longest.as_str()]);
    assert_eq!(urls(&format!("{longest}x")).len(), 0);
    assert_eq!(urls(&format!("{longest}x b.com")), ["b.com"]);
}

#[test]
fn where_a_link_leads() {
    for (body, href) in [
        ("example.com", "https://example.com"),
        ("example.com/x?y#z", "https://example.com/x?y#z"),
        ("http://example.com", "http://example.com"),
        ("HTTPS://example.com", "HTTPS://example.com"),
        ("http.com", "https://http.com"),
        ("", "https://"),
    ] {
        assert_eq!(url_href(body), href);
    }
}
