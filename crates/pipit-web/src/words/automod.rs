//! What the rules for new tweets say, and what is said of tweets that wait and of sensitive pictures.

use pipit_model::automod::{Condition, Effect, Mode};

/// The words of this area in one language.
#[derive(Debug)]
pub(crate) struct AutomodWords {
    // Rules
    pub rules: &'static str,
    pub tab: &'static str,
    pub condition: fn(Condition) -> &'static str,
    pub condition_hint: fn(Condition) -> &'static str,
    pub effect: fn(Effect) -> &'static str,
    pub mode: fn(Mode) -> &'static str,
    pub mode_label: &'static str,
    pub effect_label: &'static str,
    pub threshold_label: &'static str,
    pub hits: fn(acted: &str, dry: &str) -> String,
    pub admins_set: &'static str,
    pub try_title: &'static str,
    pub try_text: &'static str,
    pub try_account: &'static str,
    pub try_it: &'static str,
    pub nothing_found: &'static str,
    pub by_rules: &'static str,
    // Tweets that wait
    pub held: &'static str,
    pub none_held: &'static str,
    pub pictures: &'static str,
    pub approve: &'static str,
    pub reject_reason: &'static str,
    pub waits: &'static str,
    pub waits_text: &'static str,
    pub rejected: &'static str,
    // Sensitive pictures
    pub sensitive: &'static str,
    pub mark_sensitive: &'static str,
    pub undo: &'static str,
}

pub(super) static EN: AutomodWords = AutomodWords {
    rules: "Rules for new tweets",
    tab: "Checks",
    condition: |condition| match condition {
        Condition::Profanity => "Profanity",
        Condition::BlockedWord => "Blocked words",
        Condition::BlockedLink => "Blocked links",
        Condition::LinkBurst => "Many links",
        Condition::Duplicate => "Duplicates",
        Condition::NewAccount => "New accounts",
    },
    condition_hint: |condition| match condition {
        Condition::Profanity => {
            "English words that insult, also in disguise. The number is how severe they are: 1 \
                mild, 2 moderate, 3 severe."
        }
        Condition::BlockedWord => "Words that are kept out, whole and also in disguise.",
        Condition::BlockedLink => "Links to sites that are kept out, and to those below them.",
        Condition::LinkBurst => "More links than this by one account in an hour.",
        Condition::Duplicate => {
            "The same text more often than this in an hour, by whomever. Short texts do not count."
        }
        Condition::NewAccount => "Links or mentions by accounts younger than so many hours.",
    },
    effect: |effect| match effect {
        Effect::Flag => "Post and report",
        Effect::Hold => "Hold for review",
        Effect::Refuse => "Refuse",
    },
    mode: |mode| match mode {
        Mode::Off => "Off",
        Mode::DryRun => "Dry run: only count",
        Mode::On => "On",
    },
    mode_label: "Mode",
    effect_label: "Effect",
    threshold_label: "Number",
    hits: |acted, dry| format!("Hits in the last 30 days: {acted}, and {dry} in dry run."),
    admins_set: "Only admins change these rules.",
    try_title: "Try a text",
    try_text: "Which rules would act on this?",
    try_account: "By this account",
    try_it: "Try",
    nothing_found: "No rule would act on it.",
    by_rules: "the rules",
    held: "Held tweets",
    none_held: "No tweets wait for review.",
    pictures: "Pictures:",
    approve: "Approve and post",
    reject_reason: "If you reject it: why?",
    waits: "A tweet of yours waits for review",
    waits_text: "A rule of this server holds it. Only you see it until a moderator approves of it; \
        it is then posted.",
    rejected: "A tweet of yours was rejected",
    sensitive: "Sensitive: show",
    mark_sensitive: "The pictures are sensitive",
    undo: "Undo",
};

pub(super) static DE: AutomodWords = AutomodWords {
    rules: "Regeln für neue Tweets",
    tab: "Prüfungen",
    condition: |condition| match condition {
        Condition::Profanity => "Schimpfwörter",
        Condition::BlockedWord => "Ausgesperrte Wörter",
        Condition::BlockedLink => "Ausgesperrte Links",
        Condition::LinkBurst => "Viele Links",
        Condition::Duplicate => "Doppeltes",
        Condition::NewAccount => "Neue Konten",
    },
    condition_hint: |condition| match condition {
        Condition::Profanity => {
            "Englische Schimpfwörter, auch verkleidete. Die Zahl sagt, wie schlimm: 1 leicht, 2 \
                mittel, 3 schwer."
        }
        Condition::BlockedWord => "Ausgesperrte Wörter, ganz und auch verkleidet.",
        Condition::BlockedLink => "Links zu ausgesperrten Seiten und zu denen darunter.",
        Condition::LinkBurst => "Mehr Links als so viele von einem Konto in einer Stunde.",
        Condition::Duplicate => {
            "Derselbe Text öfter als so oft in einer Stunde, von wem auch immer. Kurze Texte zählen \
                nicht."
        }
        Condition::NewAccount => "Links oder Erwähnungen von Konten, jünger als so viele Stunden.",
    },
    effect: |effect| match effect {
        Effect::Flag => "Posten und melden",
        Effect::Hold => "Zur Prüfung zurückhalten",
        Effect::Refuse => "Ablehnen",
    },
    mode: |mode| match mode {
        Mode::Off => "Aus",
        Mode::DryRun => "Probelauf: nur zählen",
        Mode::On => "An",
    },
    mode_label: "Betrieb",
    effect_label: "Wirkung",
    threshold_label: "Zahl",
    hits: |acted, dry| format!("In den letzten 30 Tagen: {acted} Mal, und {dry} Mal im Probelauf."),
    admins_set: "Nur Admins ändern diese Regeln.",
    try_title: "Einen Text probieren",
    try_text: "Welche Regeln würden hier greifen?",
    try_account: "Von diesem Konto",
    try_it: "Probieren",
    nothing_found: "Keine Regel würde greifen.",
    by_rules: "die Regeln",
    held: "Zurückgehaltene Tweets",
    none_held: "Keine Tweets warten auf Prüfung.",
    pictures: "Bilder:",
    approve: "Freigeben und posten",
    reject_reason: "Falls du ihn ablehnst: warum?",
    waits: "Ein Tweet von dir wartet auf Prüfung",
    waits_text: "Eine Regel dieses Servers hält ihn zurück. Nur du siehst ihn, bis ein Moderator ihn \
        freigibt; dann wird er gepostet.",
    rejected: "Ein Tweet von dir wurde abgelehnt",
    sensitive: "Heikel: zeigen",
    mark_sensitive: "Die Bilder sind heikel",
    undo: "Rückgängig machen",
};
