use pipit_model::automod::AutoRules;
use pipit_model::server_block::{BlockKind, ServerBlock, ServerBlocks};

use super::*;
use crate::moderators::tests::user;

const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// Somebody whose account was opened so many hours ago.
fn author(id: i64, hours: i64) -> User {
    User { created_at: NOW.plus_secs(-hours * 3600), ..user(id, Role::User) }
}

fn rule(condition: Condition, threshold: i64) -> AutoRule {
    AutoRule { condition, effect: Effect::Flag, mode: Mode::On, threshold }
}

/// A server with one rule more than usual, and some blocks.
fn with(rule: AutoRule) -> Moderated {
    let block = |kind, value| ServerBlock::new(kind, value).expect("a block");
    let blocks = vec![block(BlockKind::Word, "viagra"), block(BlockKind::Link, "spam.com")];
    let blocks = ServerBlocks::new(blocks).expect("ready");
    Moderated { blocks, automod: AutoRules::new(&[rule]), ..Moderated::default() }
}

fn found(server: &Moderated, text: &str) -> Vec<String> {
    let author = author(1, 10_000);
    let how = (NOW, Counting::Count);
    let hits = Automod::default().look(server, Some(&author), text, how).hits;
    hits.iter().map(ToString::to_string).collect()
}

#[test]
fn words_and_links_that_are_kept_out() {
    let server = with(rule(Condition::Profanity, 3));
    for (text, what) in [
        ("buy v1agra", vec!["blocked-word: viagra"]),
        ("see http://www.SPAM.com/x", vec!["blocked-link: spam.com"]),
        ("see a.spam.com:8080", vec!["blocked-link: spam.com"]),
        ("not notspam.com", vec![]),
        ("spam.com.au is another", vec![]),
        ("good morning", vec![]),
        ("viagra at https://spam.com", vec!["blocked-word: viagra", "blocked-link: spam.com"]),
    ] {
        assert_eq!(found(&server, text), what, "{text}");
    }
}

#[test]
fn profanity_also_in_disguise() {
    let server = with(rule(Condition::Profanity, 2));
    for text in [
        "fuck you",
        "FUCK",
        "f.u.c.k off",
        "fu\u{200b}ck",
        "fuuuuuck",
        "phuck you",
        "\u{ff46}\u{ff55}\u{ff43}\u{ff4b}",
        "sh1t, b!tch",
    ] {
        assert!(!found(&server, text).is_empty(), "{text}");
    }
}

/// What the crate makes of harmless texts in many languages: it knows English, takes marks off letters
/// and words apart. `docs/moderation.md` has these figures, and says to begin with a dry run.
#[test]
fn how_often_harmless_texts_are_taken_for_profanity() {
    let wrong = |least| {
        let server = with(rule(Condition::Profanity, least));
        let is_found = |text: &&&str| !found(&server, text).is_empty();
        HARMLESS.iter().filter(is_found).copied().collect::<Vec<_>>()
    };
    assert_eq!(
        wrong(3),
        [
            "Chúc mọi người một ngày tốt lành",
            "Titmouse, woodcock and blue-footed booby: a good day",
        ]
    );
    let counts = (HARMLESS.len(), wrong(2).len(), wrong(1).len());
    assert_eq!(counts, (40, 11, 12), "{:?}", wrong(1));
}

const HARMLESS: &[&str] = &[
    "Good morning from Scunthorpe and Penistone",
    "The assassin passed the classic bass class",
    "I have an appointment with my therapist in Essex",
    "Cocktails and peacocks in the cockpit of a shuttlecock",
    "He is a homo sapiens, and analysis is fun",
    "A dictionary of Dickens, with grapes and drapes",
    "Der dicke Hund fährt mit dem Fahrrad durch die Fußgängerzone",
    "Gute Fahrt! Wir fahren nach Wanne-Eickel und Fucking in Oberösterreich",
    "Bitte nicht füttern, die Enten sind satt",
    "Das Schiff sticht heute in See",
    "J'ai acheté un phoque en peluche pour ma sœur",
    "Les députés ont discuté du budget pendant la session",
    "El niño come una pera en la cocina con su abuela",
    "Me gusta el café con leche por la mañana",
    "Il gatto nero dorme sul cuscino tutto il giorno",
    "O cu\u{301}mulo das nuvens anuncia chuva",
    "Я люблю гулять по парку с собакой",
    "Сегодня в магазине большие скидки на фрукты",
    "今日はとても良い天気ですね。散歩に行きましょう",
    "我今天去超市买了苹果和香蕉",
    "오늘 날씨가 정말 좋네요",
    "صباح الخير، كيف حالكم اليوم؟",
    "בוקר טוב לכולם, איזה יום יפה",
    "आज मौसम बहुत अच्छा है",
    "Fart er norsk for speed, og slutt betyr ende",
    "Slut på rean, halva priset på skor",
    "Vi tar en fika klockan tre",
    "De kunst van het kanaal is kant en klaar",
    "Kedi bahçede uyuyor, çocuklar oynuyor",
    "Dziś wieczorem idziemy do kina na film",
    "Chúc mọi người một ngày tốt lành",
    "Selamat pagi, semoga harimu menyenangkan",
    "Hyvää huomenta kaikille, aurinko paistaa",
    "Καλημέρα σε όλους, τι κάνετε σήμερα;",
    "version 4.5.5 of the API returns 404 for /users/69",
    "lol 😂😂😂 that was great!!!",
    "RT @bob: see https://example.com/a?b=c #rust #async",
    "Happy birthday, Dick! See you at the Moby-Dick exhibition",
    "Titmouse, woodcock and blue-footed booby: a good day",
    "Shiitake mushrooms and a pinch of cumin",
];

#[test]
fn many_links_in_an_hour() {
    let server = with(rule(Condition::LinkBurst, 3));
    let automod = Automod::default();
    let mut now = NOW;
    let look = |id: i64, text: &str, now: Timestamp| {
        let how = (now, Counting::Count);
        automod.look(&server, Some(&author(id, 10_000)), text, how)
    };
    assert!(look(1, "a.com b.com", now).hits.is_empty());
    assert!(look(1, "no link", now).hits.is_empty());
    assert!(look(1, "https://c.com", now).hits.is_empty());
    assert!(look(2, "https://c.com", now).hits.is_empty(), "others count for themselves");
    let looked = look(1, "d.com", now);
    assert_eq!(looked.why(100), "link-burst: 4 in an hour");
    // A request that was made before does not count twice.
    automod.give_back(&looked);
    assert_eq!(look(1, "d.com", now).why(100), "link-burst: 4 in an hour");
    now = now.plus_secs(AUTOMOD_WINDOW_SECS);
    assert!(look(1, "d.com", now).hits.is_empty());
}

#[test]
fn the_same_text_by_whomever() {
    let server = with(rule(Condition::Duplicate, 2));
    let automod = Automod::default();
    let say = |id: i64, text: &str, counting| {
        automod.look(&server, Some(&author(id, 10_000)), text, (NOW, counting)).hits.len()
    };
    let count = Counting::Count;
    assert_eq!(say(1, "You have won a million, come and see", count), 0);
    assert_eq!(say(2, "@bob you have WON a million - come and see!", count), 0);
    assert_eq!(say(4, "you have won a million come and see 2", count), 0, "another text");
    assert_eq!(say(3, "You have won a million, come and see", Counting::Peek), 1);
    assert_eq!(say(3, "@eve y\u{200b}ou have won a \u{ff4d}illion, come and see", count), 1);
    for _ in 0..5 {
        assert_eq!(say(1, "good morning", count), 0, "what is short many say");
    }
}

#[test]
fn new_accounts_that_reach_out() {
    let server = with(rule(Condition::NewAccount, 24));
    let automod = Automod::default();
    for (hours, text, hits) in [
        (2, "see https://example.com", 1),
        (2, "hi @bob", 1),
        (2, "hello #world", 0),
        (24, "see https://example.com", 0),
    ] {
        let author = author(1, hours);
        let looked = automod.look(&server, Some(&author), text, (NOW, Counting::Count));
        assert_eq!(looked.hits.len(), hits, "{hours} {text}");
    }
    let looked = automod.look(&server, None, "hi @bob", (NOW, Counting::Peek));
    assert!(looked.hits.is_empty(), "nobody is no new account");
}

#[test]
fn the_strongest_effect_wins_and_a_dry_run_has_none() {
    let hit = |effect, mode| {
        let rule = AutoRule { effect, mode, ..AutoRule::usual(Condition::BlockedWord) };
        Hit { rule, found: "x".to_owned() }
    };
    let looked = |hits| Looked { hits, counted: Vec::new() };
    let all = looked(vec![
        hit(Effect::Flag, Mode::On),
        hit(Effect::Refuse, Mode::DryRun),
        hit(Effect::Hold, Mode::On),
    ]);
    assert_eq!(all.effect(), Some(Effect::Hold));
    assert!(all.first(Effect::Refuse).is_none());
    assert_eq!(looked(vec![hit(Effect::Refuse, Mode::DryRun)]).effect(), None);
}

#[test]
fn what_is_remembered_has_a_bound() {
    let server = with(rule(Condition::Duplicate, 1));
    let automod = Automod::default();
    for n in 0..AUTOMOD_WINDOWS_MAX + 1000 {
        let text = format!("a text that is long enough, number {n}");
        automod.look(&server, None, &text, (NOW, Counting::Count));
    }
    assert!(automod.windows().len() <= AUTOMOD_WINDOWS_MAX);
}
