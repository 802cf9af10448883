//! What holds for every text, however strange.

use proptest::prelude::*;

use super::chars::work;
use super::*;

/// What the rules look at, between spaces.
const PIECES: &str = "# ＃ @ ＠ . / : :// http:// https:// HTTP www. com .com .co.uk .de xn-- \
    .xn--p1ai .рф .みんな a Z 1 _ - ? = & ( ) ! , + $ RT é e\u{301} \u{301} ı İ ß ς ж ש ع हि 日 한 ・ 。 \
    \u{200D} \u{200C} \u{200F} \u{2067} \u{FE0F} \u{FE0E} \u{20E3} 😀 👩 🏽 🇩 🇪 🏴 \u{E0067} \u{E007F} ❤ © \
    \u{345} \u{307} \u{FEFF} \0";

fn strange_text() -> impl Strategy<Value = String> {
    let mut pieces: Vec<_> = PIECES.split(' ').collect();
    pieces.extend([" ", "\n", "\r\n"]);
    let piece = prop_oneof![
        8 => prop::sample::select(pieces).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![3 => strange_text(), 1 => any::<String>(), 1 => "[#@./:a-c é😀]{0,40}"]
}

fn check_entities(text: &str) {
    let found = entities(text);
    let mut last = 0;
    for entity in &found {
        assert!(
            last <= entity.byte_start && entity.byte_start < entity.byte_end,
            "{text:?} {found:?}"
        );
        last = entity.byte_end;
        let place = entity.bytes();
        assert!(
            text.is_char_boundary(place.start) && text.is_char_boundary(place.end),
            "{text:?} {found:?}"
        );
        assert_eq!(text[..place.start].chars().count(), entity.start as usize, "{text:?}");
        assert_eq!(text[..place.end].chars().count(), entity.end as usize, "{text:?}");
        check_body(entity, text);
    }
    let joined: String = segments(text, &found).map(|segment| segment.text).collect();
    assert_eq!(joined, text);
    assert_eq!(
        segments(text, &found).filter(|segment| segment.entity.is_some()).count(),
        found.len()
    );
}

fn check_body(entity: &Entity, text: &str) {
    let body = entity.body(text);
    match entity.kind {
        EntityKind::Hashtag => {
            assert!(!body.is_empty() && !hashtag_key(body).is_empty(), "{text:?}");
        }
        EntityKind::Mention => {
            assert!((1..=15).contains(&body.len()), "{text:?}");
            assert!(body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{text:?}");
        }
        EntityKind::Url => {
            assert!(body.contains('.') && !body.contains(char::is_whitespace), "{text:?}");
            assert!(url_href(body).to_ascii_lowercase().starts_with("http"), "{text:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn entities_are_sorted_apart_and_where_they_say(text in any_text()) {
        check_entities(&text);
    }

    #[test]
    fn a_length_is_at_most_what_the_characters_weigh(text in any_text()) {
        let found = entities(&text);
        let urls = found.iter().filter(|entity| entity.kind == EntityKind::Url).count();
        // NFC makes some characters three.
        let most = 6 * text.chars().count() + 23 * urls;
        prop_assert!(weighted_length(&text, &found) as usize <= most);
    }

    #[test]
    fn a_length_is_the_same_in_every_normal_form(text in any_text()) {
        use unicode_normalization::UnicodeNormalization;
        let nfc: String = text.nfc().collect();
        let nfd: String = text.nfd().collect();
        prop_assert_eq!(weighted_length(&nfd, &[]), weighted_length(&nfc, &[]));
    }

    #[test]
    fn cleaning_twice_is_cleaning_once(text in any_text()) {
        if let Ok(once) = clean(&text) {
            prop_assert_eq!(clean(&once), Ok(once));
        }
    }

    #[test]
    fn the_key_of_a_key_is_the_key(body in any_text()) {
        let key = hashtag_key(&body);
        prop_assert_eq!(hashtag_key(&key), key);
    }

    #[test]
    fn the_key_does_not_depend_on_the_normal_form(body in any_text()) {
        use unicode_normalization::UnicodeNormalization;
        let nfd: String = body.nfd().collect();
        prop_assert_eq!(hashtag_key(&nfd), hashtag_key(&body));
    }

    #[test]
    fn entities_of_one_text_on_another(text in any_text(), other in any_text()) {
        let foreign = entities(&other);
        let joined: String = segments(&text, &foreign).map(|segment| segment.text).collect();
        prop_assert_eq!(joined, text.clone());
        let _ = weighted_length(&text, &foreign);
        for entity in &foreign {
            let _ = entity.body(&text);
        }
    }
}

/// What could make a scanner look at the same place again and again, if repeated.
const REPEATED: &str = "a a. a.com a.com/ a.com/( a.com/(( a.co/(b! a.com/(a.co/(x)( a.com/(b.co, \
    a.com?( a.com/x?( a.com/! http:// http://a http://a.com/ http://a.com/! http://-.com http://日 \
    http://a.com日 # #a #1 #a# \u{FE0F}# @ @a @a@ RT@ . / : ( ? é é. жa a.рф 日 日.com xn-- a- a_ a+ \
    a.com- a.com+ 1. \u{301} 😀 👩\u{200D} 🇩 🏴\u{E0067}";

#[test]
fn the_work_grows_with_the_length_and_not_with_its_square() {
    for piece in REPEATED.split(' ') {
        let looks = |count: usize| {
            let text = piece.repeat(count);
            work::take();
            let _ = entities(&text);
            work::take()
        };
        let (short, long) = (looks(2000), looks(20_000));
        assert!(long <= 11 * short + 1000, "{piece:?}: {short} looks, then {long}");
        let per_char = long / (20_000 * piece.chars().count() as u64);
        assert!(per_char <= 20, "{piece:?}: {per_char} looks a character");
    }
}
