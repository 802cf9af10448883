use proptest::prelude::*;

use super::*;

fn search(typed: &str) -> Search {
    let query = Query::parse(typed).expect(typed);
    query.resolve(|handle| (handle == "ann").then_some(UserId(7))).expect(typed)
}

fn finds(typed: &str, content: &str) -> bool {
    search(typed).matches(&tokens(UserId(7), content, Attached::Nothing), 1000 << 16)
}

#[test]
fn words_of_any_script() {
    for (text, expected) in [
        ("", vec![]),
        ("Hello, wörld!", vec!["hello", "world"]),
        ("Straße STRASSE İstanbul ﬁne", vec!["strasse", "strasse", "istanbul", "fine"]),
        ("ЁЖИК Ελλάς", vec!["ежик", "ελλασ"]),
        ("東京2026 ﾊﾟﾝ がっこう", vec!["東", "京", "2026", "パ", "ン", "が", "っ", "こ", "う"]),
        ("한국어", vec!["한", "국", "어"]),
        ("ที่นี่", vec!["ที่", "นี่"]),
        ("नमस्ते दुनिया", vec!["नमस्ते", "दुनिया"]),
        ("مُحَمَّد أحمد שָׁלוֹם", vec!["محمد", "احمد", "שלום"]),
        ("don't snake_case a\u{200D}b", vec!["don", "t", "snake", "case", "ab"]),
        ("🎉 — …", vec![]),
    ] {
        assert_eq!(words(text), expected, "{text}");
    }
}

#[test]
fn every_operator() {
    let text = "Hello Wörld, #Rust and #日本 for @Bob_1 https://example.org/x_y";
    for (typed, found) in [
        ("hello", true),
        ("HELLO world", true),
        ("hell", false),
        ("\"hello world\"", true),
        ("“hello world”", true),
        ("\"world hello\"", false),
        ("world-hello", false),
        ("hello-world", true),
        ("#rust", true),
        ("#RUST", true),
        ("rust", true),
        ("#hello", false),
        ("#日本", true),
        ("日", true),
        ("本日", false),
        ("@bob_1", true),
        ("@hello", false),
        ("bob", true),
        ("from:ann", true),
        ("from:@ANN hello", true),
        ("-from:ann hello", false),
        ("-from:nobody hello", true),
        ("has:links", true),
        ("hello -has:links", false),
        ("has:media", false),
        ("hello -goodbye", true),
        ("hello -rust", false),
        ("hello -\"world hello\"", true),
        ("example.org", true),
        ("https://example.org", true),
        ("since:1970-01-01 hello", true),
        ("since:1970-01-02 hello", false),
        ("until:1970-01-02 hello", true),
        ("until:1970-01-01 hello", false),
        ("lang:hello", false),
        ("\"hello", true),
        ("hello \"\" - -\"\" !!!", true),
    ] {
        assert_eq!(finds(typed, text), found, "{typed}");
    }
    let with_media = tokens(UserId(7), "look", Attached::Media);
    assert!(search("look has:media").matches(&with_media, 1 << 30));
}

#[test]
fn what_cannot_be_looked_for_is_refused_in_words() {
    let long = "a".repeat(513);
    let many = "a ".repeat(21);
    for bad in [
        "",
        "  ",
        "-hello",
        "since:2026-01-01",
        "since:today x",
        "until:2026-13-01 x",
        "!",
        &long,
        &many,
    ] {
        let error = Query::parse(bad).expect_err(bad);
        assert!(matches!(error, Error::InvalidField { field: "q", .. }), "{error}");
    }
    assert!(Query::parse("from:nobody").expect("a query").resolve(|_| None).is_none());
    assert!(person_prefixes(" @ ").is_err() && hashtag_prefix("#").is_err());
}

#[test]
fn people_and_hashtags_are_found_by_how_they_begin() {
    assert_eq!(person_words("ann_lee", "Ann Müller"), ["ann", "ann_lee", "lee", "muller"]);
    assert_eq!(person_prefixes("@Ann_L Mü 山").expect("words"), ["ann_l", "mu", "山"]);
    assert_eq!(hashtag_prefix("#Zür").expect("a prefix"), "zür");
}

#[test]
fn tokens_are_what_every_database_takes_for_one_word() {
    let text = "a I 日 #ÄB @a_b https://x.org नमस्ते";
    for token in tokens(UserId(1), text, Attached::Media) {
        assert!(token.len() >= 3 && token.len() <= 60, "{token}");
        assert!(token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{token}");
    }
    let long = "a b ".repeat(4000);
    assert!(tokens(UserId(1), &long, Attached::Nothing).len() <= 2 * INDEXED_WORDS_MAX);
}

proptest! {
    #[test]
    fn nothing_typed_panics(typed in "\\PC{0,60}|[-\"#@a:é日 ]{0,40}|(from|since|has):\\PC{0,9}") {
        let _either = Query::parse(&typed);
        let _either = person_prefixes(&typed);
        let _either = hashtag_prefix(&typed);
        let _tokens = tokens(UserId(1), &typed, Attached::Nothing);
    }

    #[test]
    fn words_of_words_are_the_same_words(text in "\\PC{0,60}") {
        let once = words(&text);
        prop_assert_eq!(words(&once.join(" ")), once);
    }

    #[test]
    fn every_text_is_found_by_its_own_words(text in "\\PC{1,40}") {
        let found = words(&text);
        prop_assume!(!found.is_empty() && found.len() <= 20);
        let typed = found.join(" ");
        prop_assume!(typed.len() <= 500);
        prop_assert!(finds(&typed, &text), "{}", typed);
        let quoted = format!("\"{typed}\"");
        prop_assert!(finds(&quoted, &text), "{}", quoted);
    }
}
