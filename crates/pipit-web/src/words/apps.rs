//! What is said of apps: whom one lets in, and what they may do.

use pipit_model::scope::Scope;

/// The words about apps.
#[derive(Debug)]
pub(crate) struct AppWords {
    pub settings: &'static str,
    pub let_in: &'static str,
    /// Before and after the app's name.
    pub question: (&'static str, &'static str),
    pub signed_in_as: &'static str,
    pub other_account: &'static str,
    pub may: &'static str,
    pub may_not: &'static str,
    /// Before the host, or the app's own scheme.
    pub leads_to: &'static str,
    pub shows_code: &'static str,
    pub caution: &'static str,
    pub allow: &'static str,
    pub deny: &'static str,
    pub code_title: &'static str,
    pub code_text: &'static str,
    pub code_label: &'static str,
    pub refused: &'static str,
    pub denied: &'static str,
    pub yours: &'static str,
    pub yours_text: &'static str,
    pub none: &'static str,
    pub none_text: &'static str,
    /// Before a moment.
    pub used: &'static str,
    pub unused: &'static str,
    pub turn_out: &'static str,
    /// What a scope lets an app do, to follow "It may".
    pub scope: fn(Scope) -> &'static str,
}

pub(super) static EN: AppWords = AppWords {
    settings: "Apps",
    let_in: "Let an app in",
    question: ("Let", "use your account?"),
    signed_in_as: "You are signed in as",
    other_account: "Use another account",
    may: "It will be able to:",
    may_not: "It never learns your password. You can remove its access at any time, under Settings, Apps.",
    leads_to: "If you agree, you are led to",
    shows_code: "If you agree, you are shown a code to copy into the app.",
    caution: "Anybody can give an app any name: agree only if you came here from this app yourself.",
    allow: "Let it in",
    deny: "No",
    code_title: "Your code",
    code_text: "Copy this code into the app that asked for it, within ten minutes. Give it to nobody else.",
    code_label: "Code",
    refused: "This app cannot be let in",
    denied: "You did not let the app in. You can close this page.",
    yours: "Apps that you let in",
    yours_text: "They can use your account until you turn them out.",
    none: "No apps",
    none_text: "When you sign in to an app with your account here, it appears on this page.",
    used: "Last used",
    unused: "Not used yet",
    turn_out: "Remove access",
    scope: scope_en,
};

pub(super) static DE: AppWords = AppWords {
    settings: "Apps",
    let_in: "Eine App zulassen",
    question: ("Darf", "dein Konto benutzen?"),
    signed_in_as: "Du bist angemeldet als",
    other_account: "Anderes Konto benutzen",
    may: "Sie kann dann:",
    may_not: "Dein Passwort erfährt sie nie. Du kannst sie jederzeit hinauswerfen, unter Einstellungen, Apps.",
    leads_to: "Wenn du zustimmst, kommst du zu",
    shows_code: "Wenn du zustimmst, bekommst du einen Code, den du in die App kopierst.",
    caution: "Jeder kann einer App jeden Namen geben: Stimm nur zu, wenn du selbst aus dieser App hierher gekommen bist.",
    allow: "Zulassen",
    deny: "Nein",
    code_title: "Dein Code",
    code_text: "Kopier diesen Code innerhalb von zehn Minuten in die App, die danach fragt. Gib ihn niemandem sonst.",
    code_label: "Code",
    refused: "Diese App kann nicht zugelassen werden",
    denied: "Du hast die App nicht zugelassen. Du kannst diese Seite schließen.",
    yours: "Apps, die du zugelassen hast",
    yours_text: "Sie können dein Konto benutzen, bis du sie hinauswirfst.",
    none: "Keine Apps",
    none_text: "Meldest du dich in einer App mit deinem Konto an, erscheint sie auf dieser Seite.",
    used: "Zuletzt benutzt",
    unused: "Noch nicht benutzt",
    turn_out: "Hinauswerfen",
    scope: scope_de,
};

fn scope_en(scope: Scope) -> &'static str {
    match scope {
        Scope::Profile => "know your name, handle and picture",
        Scope::Read => "read all that you can read, also what only you see",
        Scope::ReadAccounts => "read profiles, also your own",
        Scope::ReadBlocks => "see whom you block",
        Scope::ReadBookmarks => "read your bookmarks",
        Scope::ReadFavourites => "see what you like",
        Scope::ReadFilters => "read your filters",
        Scope::ReadFollows => "see whom and what you follow",
        Scope::ReadLists => "read your lists",
        Scope::ReadMutes => "see whom you mute",
        Scope::ReadNotifications => "read your notifications",
        Scope::ReadSearch => "search in your name",
        Scope::ReadStatuses => "read tweets and your timelines",
        Scope::Write => {
            "change all that you can change but the account itself: post, like, follow, edit your profile"
        }
        Scope::WriteAccounts => "change your profile",
        Scope::WriteBlocks => "block and unblock people",
        Scope::WriteBookmarks => "change your bookmarks",
        Scope::WriteConversations => "mute and clear conversations",
        Scope::WriteFavourites => "like tweets",
        Scope::WriteFilters => "change your filters",
        Scope::WriteFollows => "follow and unfollow",
        Scope::WriteLists => "change your lists",
        Scope::WriteMedia => "upload pictures",
        Scope::WriteMutes => "mute and unmute people",
        Scope::WriteNotifications => "mark your notifications as read",
        Scope::WriteReports => "report people in your name",
        Scope::WriteStatuses => "post, retweet and delete tweets",
        Scope::Follow => "see and change whom you follow, block and mute",
        Scope::Push => "send you push messages",
        Scope::AdminRead => "read all that moderators read, if you are one",
        Scope::AdminReadAccounts => "read accounts as moderators do, if you are one",
        Scope::AdminReadReports => "read reports, if you are a moderator",
        Scope::AdminWrite => "do all that moderators do, if you are one",
        Scope::AdminWriteAccounts => "act on accounts, if you are a moderator",
        Scope::AdminWriteReports => "act on reports, if you are a moderator",
        Scope::AdminReadDomainAllows
        | Scope::AdminReadDomainBlocks
        | Scope::AdminReadIpBlocks
        | Scope::AdminReadEmailDomainBlocks
        | Scope::AdminReadCanonicalEmailBlocks => "read what is blocked, if you are a moderator",
        Scope::AdminWriteDomainAllows
        | Scope::AdminWriteDomainBlocks
        | Scope::AdminWriteIpBlocks
        | Scope::AdminWriteEmailDomainBlocks
        | Scope::AdminWriteCanonicalEmailBlocks => "change what is blocked, if you are a moderator",
    }
}

fn scope_de(scope: Scope) -> &'static str {
    match scope {
        Scope::Profile => "deinen Namen, deinen Kurznamen und dein Bild sehen",
        Scope::Read => "alles lesen, was du lesen kannst, auch was nur du siehst",
        Scope::ReadAccounts => "Profile lesen, auch deins",
        Scope::ReadBlocks => "sehen, wen du blockierst",
        Scope::ReadBookmarks => "deine Lesezeichen lesen",
        Scope::ReadFavourites => "sehen, was dir gefällt",
        Scope::ReadFilters => "deine Filter lesen",
        Scope::ReadFollows => "sehen, wem und was du folgst",
        Scope::ReadLists => "deine Listen lesen",
        Scope::ReadMutes => "sehen, wen du stummschaltest",
        Scope::ReadNotifications => "deine Mitteilungen lesen",
        Scope::ReadSearch => "in deinem Namen suchen",
        Scope::ReadStatuses => "Tweets und deine Timelines lesen",
        Scope::Write => {
            "alles ändern, was du ändern kannst, außer dem Konto selbst: posten, liken, folgen, dein Profil bearbeiten"
        }
        Scope::WriteAccounts => "dein Profil ändern",
        Scope::WriteBlocks => "Leute blockieren und freigeben",
        Scope::WriteBookmarks => "deine Lesezeichen ändern",
        Scope::WriteConversations => "Gespräche stummschalten und aufräumen",
        Scope::WriteFavourites => "Tweets liken",
        Scope::WriteFilters => "deine Filter ändern",
        Scope::WriteFollows => "folgen und entfolgen",
        Scope::WriteLists => "deine Listen ändern",
        Scope::WriteMedia => "Bilder hochladen",
        Scope::WriteMutes => "Leute stummschalten und wieder hören",
        Scope::WriteNotifications => "deine Mitteilungen als gelesen markieren",
        Scope::WriteReports => "in deinem Namen Leute melden",
        Scope::WriteStatuses => "Tweets posten, retweeten und löschen",
        Scope::Follow => "sehen und ändern, wem du folgst, wen du blockierst und stummschaltest",
        Scope::Push => "dir Push-Nachrichten schicken",
        Scope::AdminRead => "alles lesen, was die Moderation liest, wenn du dazugehörst",
        Scope::AdminReadAccounts => "Konten wie die Moderation lesen, wenn du dazugehörst",
        Scope::AdminReadReports => "Meldungen lesen, wenn du zur Moderation gehörst",
        Scope::AdminWrite => "alles tun, was die Moderation tut, wenn du dazugehörst",
        Scope::AdminWriteAccounts => "über Konten entscheiden, wenn du zur Moderation gehörst",
        Scope::AdminWriteReports => "über Meldungen entscheiden, wenn du zur Moderation gehörst",
        Scope::AdminReadDomainAllows
        | Scope::AdminReadDomainBlocks
        | Scope::AdminReadIpBlocks
        | Scope::AdminReadEmailDomainBlocks
        | Scope::AdminReadCanonicalEmailBlocks => {
            "lesen, was gesperrt ist, wenn du zur Moderation gehörst"
        }
        Scope::AdminWriteDomainAllows
        | Scope::AdminWriteDomainBlocks
        | Scope::AdminWriteIpBlocks
        | Scope::AdminWriteEmailDomainBlocks
        | Scope::AdminWriteCanonicalEmailBlocks => {
            "ändern, was gesperrt ist, wenn du zur Moderation gehörst"
        }
    }
}
