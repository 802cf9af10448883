//! What is said of locked accounts, blocks and mutes, and of whom a tweet is for.

/// The words of a language for it.
#[derive(Debug)]
pub(crate) struct TieWords {
    // Whom a tweet is for
    pub for_whom: &'static str,
    pub public: &'static str,
    pub unlisted: &'static str,
    pub followers: &'static str,
    /// Longer, where there is room.
    pub public_hint: &'static str,
    pub unlisted_hint: &'static str,
    pub followers_hint: &'static str,

    // Locked accounts
    pub locked: &'static str,
    /// On the button of somebody who has been asked.
    pub requested: &'static str,
    /// Behind a name, by how many others did the same: `and 2 others ask to follow you`.
    pub asked_you: fn(others: usize) -> String,
    pub requests: &'static str,
    pub accept: &'static str,
    pub reject: &'static str,
    pub accept_all: &'static str,
    pub no_requests: (&'static str, &'static str),
    pub remove_follower: &'static str,

    // Blocks and mutes
    pub block: &'static str,
    pub unblock: &'static str,
    pub block_text: &'static str,
    pub mute: &'static str,
    pub unmute: &'static str,
    pub mute_for: &'static str,
    /// Seconds (none for no end) and what that is called.
    pub durations: [(&'static str, &'static str); 5],
    pub you_block: fn(handle: &str) -> String,
    pub blocks_you: fn(handle: &str) -> String,
    pub you_mute: fn(handle: &str) -> String,
    pub you_mute_until: fn(handle: &str, until: &str) -> String,
    pub nothing_to_see: &'static str,
    pub nothing_to_see_text: &'static str,
    pub blocked_people: &'static str,
    pub blocked_people_text: &'static str,
    pub no_blocks: (&'static str, &'static str),
    pub muted_people: &'static str,
    pub muted_people_text: &'static str,
    pub no_mutes: (&'static str, &'static str),

    // The settings
    pub privacy: &'static str,
    pub who_follows: &'static str,
    pub anybody: &'static str,
    pub whom_i_accept: &'static str,
    pub locked_text: &'static str,
    pub usual_visibility: &'static str,
    pub privacy_saved: &'static str,
}

pub(super) static EN: TieWords = TieWords {
    for_whom: "Who can see it",
    public: "Everybody",
    unlisted: "Unlisted",
    followers: "Followers",
    public_hint: "Everybody, everywhere",
    unlisted_hint: "Unlisted: on your page, at your followers' home and by its link, but not among \
                    hashtags, trends and what others search",
    followers_hint: "Your followers, and nobody else",
    locked: "Decides who follows",
    requested: "Requested",
    asked_you: |others| match others {
        0 => "asks to follow you".to_owned(),
        1 => "and one other ask to follow you".to_owned(),
        _ => format!("and {others} others ask to follow you"),
    },
    requests: "Follow requests",
    accept: "Accept",
    reject: "Decline",
    accept_all: "Accept all",
    no_requests: (
        "Nobody is waiting",
        "If you decide yourself who follows you, those who ask are listed here. You \
                       can change that in your settings.",
    ),
    remove_follower: "Remove follower",
    block: "Block",
    unblock: "Unblock",
    block_text: "Blocking ends follows between you both. Neither of you sees what the other posts.",
    mute: "Mute",
    unmute: "Unmute",
    mute_for: "For how long",
    durations: [
        ("", "Until I unmute"),
        ("3600", "For an hour"),
        ("86400", "For a day"),
        ("604800", "For a week"),
        ("2592000", "For 30 days"),
    ],
    you_block: |handle| format!("You block @{handle}. Neither of you sees what the other posts."),
    blocks_you: |handle| {
        format!("@{handle} blocks you. You cannot see their tweets, follow or answer them.")
    },
    you_mute: |handle| format!("You mute @{handle}: you see what they post only on this page."),
    you_mute_until: |handle, until| {
        format!("You mute @{handle} until {until}: you see what they post only on this page.")
    },
    nothing_to_see: "Nothing to see here",
    nothing_to_see_text: "What one of you posts is not shown to the other.",
    blocked_people: "Blocked",
    blocked_people_text: "Neither you nor they see what the other posts. They are not told, but can \
                          see it on your page.",
    no_blocks: ("You block nobody", "You can block somebody in the menu on their page."),
    muted_people: "Muted",
    muted_people_text: "What they post is not at your home, and you are not told of what they do. \
                        They do not learn of it.",
    no_mutes: ("You mute nobody", "You can mute somebody in the menu on their page."),
    privacy: "Privacy",
    who_follows: "Who may follow you",
    anybody: "Anybody",
    whom_i_accept: "Only those whom I accept",
    locked_text: "People who already follow you stay. Requests wait until you answer them, also if you \
                  let anybody follow you later.",
    usual_visibility: "Who can see your tweets, if you do not choose otherwise",
    privacy_saved: "Saved.",
};

pub(super) static DE: TieWords = TieWords {
    for_whom: "Wer es sehen kann",
    public: "Alle",
    unlisted: "Nicht gelistet",
    followers: "Follower",
    public_hint: "Alle, überall",
    unlisted_hint: "Nicht gelistet: auf deiner Seite, bei deinen Followern und über den Link, aber \
                    nicht unter Hashtags, Trends und in der Suche anderer",
    followers_hint: "Deine Follower und sonst niemand",
    locked: "Entscheidet, wer folgt",
    requested: "Angefragt",
    asked_you: |others| super::de::with_others(others, "möchte dir folgen", "möchten dir folgen"),
    requests: "Anfragen",
    accept: "Annehmen",
    reject: "Ablehnen",
    accept_all: "Alle annehmen",
    no_requests: (
        "Niemand wartet",
        "Wenn du selbst entscheidest, wer dir folgt, stehen hier alle, die anfragen. \
                       Ändern kannst du das in deinen Einstellungen.",
    ),
    remove_follower: "Follower entfernen",
    block: "Blockieren",
    unblock: "Blockierung aufheben",
    block_text: "Blockieren beendet, dass ihr einander folgt. Keiner sieht mehr, was der andere \
                 postet.",
    mute: "Stummschalten",
    unmute: "Stummschaltung aufheben",
    mute_for: "Wie lange",
    durations: [
        ("", "Bis ich es aufhebe"),
        ("3600", "Für eine Stunde"),
        ("86400", "Für einen Tag"),
        ("604800", "Für eine Woche"),
        ("2592000", "Für 30 Tage"),
    ],
    you_block: |handle| {
        format!("Du blockierst @{handle}. Keiner von euch sieht, was der andere postet.")
    },
    blocks_you: |handle| {
        format!(
            "@{handle} blockiert dich. Du kannst dort nichts lesen, nicht folgen, nicht antworten."
        )
    },
    you_mute: |handle| {
        format!("Du hast @{handle} stummgeschaltet: nur hier siehst du, was dort gepostet wird.")
    },
    you_mute_until: |handle, until| {
        format!(
            "Du hast @{handle} bis {until} stummgeschaltet: nur hier siehst du, was dort gepostet \
             wird."
        )
    },
    nothing_to_see: "Hier gibt es nichts zu sehen",
    nothing_to_see_text: "Was einer von euch postet, sieht der andere nicht.",
    blocked_people: "Blockiert",
    blocked_people_text: "Weder du noch sie sehen, was der andere postet. Es wird ihnen nicht \
                          gemeldet, steht aber auf deiner Seite.",
    no_blocks: ("Du blockierst niemanden", "Das geht im Menü auf der Seite der Person."),
    muted_people: "Stumm",
    muted_people_text: "Was sie posten, steht nicht auf deiner Startseite, und was sie tun, wird dir \
                        nicht gemeldet. Sie erfahren davon nichts.",
    no_mutes: ("Niemand ist stummgeschaltet", "Das geht im Menü auf der Seite der Person."),
    privacy: "Privatsphäre",
    who_follows: "Wer dir folgen darf",
    anybody: "Alle",
    whom_i_accept: "Nur wen ich annehme",
    locked_text: "Wer dir schon folgt, folgt dir weiter. Anfragen warten, bis du antwortest, auch \
                  wenn dir später alle folgen dürfen.",
    usual_visibility: "Wer deine Tweets sehen kann, wenn du nichts anderes wählst",
    privacy_saved: "Gespeichert.",
};
