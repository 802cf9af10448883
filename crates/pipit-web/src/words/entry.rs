//! What is said where somebody asks to be let in, and where moderators decide about it.

/// The words of these pages in one language.
#[derive(Debug)]
pub(crate) struct EntryWords {
    // Asking
    pub why: &'static str,
    pub why_hint: &'static str,
    pub waiting: &'static str,
    pub waiting_text: &'static str,
    // Moderators
    pub sign_ups: &'static str,
    pub sign_ups_text: &'static str,
    pub nobody_waits: &'static str,
    pub address_at: fn(domain: &str) -> String,
    pub reject_why: &'static str,
    pub reject_why_hint: &'static str,
    pub approve: &'static str,
    pub reject: &'static str,
    pub choose_somebody: &'static str,
}

pub(super) static EN: EntryWords = EntryWords {
    why: "Why do you want to join?",
    why_hint: "A few words for the moderators, who read them before they let you in.",
    waiting: "Waiting for approval",
    waiting_text: "Your account is there, and waits for a moderator to let you in. Until then \
        nobody sees it. After a month without an answer it is deleted.",
    sign_ups: "Sign-ups",
    sign_ups_text: "Accounts that wait to be let in. Nobody else sees them. After a month without \
        an answer they are deleted.",
    nobody_waits: "Nobody waits.",
    address_at: |domain| format!("E-mail at {domain}"),
    reject_why: "Why you reject them",
    reject_why_hint: "Only to reject: it is sent to them. Their accounts are deleted, and the \
        handles are free again.",
    approve: "Approve the chosen",
    reject: "Reject the chosen",
    choose_somebody: "Choose whom it is about.",
};

pub(super) static DE: EntryWords = EntryWords {
    why: "Warum möchtest du mitmachen?",
    why_hint: "Ein paar Worte für die Moderatoren, die sie lesen, bevor sie dich hereinlassen.",
    waiting: "Wartet auf Freigabe",
    waiting_text: "Dein Konto ist da und wartet darauf, dass Moderatoren dich hereinlassen. Bis \
        dahin sieht es niemand. Nach einem Monat ohne Antwort wird es gelöscht.",
    sign_ups: "Anmeldungen",
    sign_ups_text: "Konten, die darauf warten, hereingelassen zu werden. Sonst sieht sie niemand. \
        Nach einem Monat ohne Antwort werden sie gelöscht.",
    nobody_waits: "Niemand wartet.",
    address_at: |domain| format!("E-Mail bei {domain}"),
    reject_why: "Warum du sie ablehnst",
    reject_why_hint: "Nur zum Ablehnen: Es wird ihnen geschickt. Ihre Konten werden gelöscht, und \
        die Kurznamen sind wieder frei.",
    approve: "Gewählte freigeben",
    reject: "Gewählte ablehnen",
    choose_somebody: "Wähle, um wen es geht.",
};
