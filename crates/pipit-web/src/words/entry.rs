//! What is said where somebody asks to be let in, where moderators decide about it, and of passkeys.

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
    // Passkeys
    pub passkey: &'static str,
    pub passkeys: &'static str,
    pub passkeys_text: &'static str,
    pub passkey_since: &'static str,
    pub last_used: &'static str,
    pub never_used: &'static str,
    pub remove_passkey: &'static str,
    pub passkey_name: &'static str,
    pub passkey_name_hint: &'static str,
    pub add_passkey: &'static str,
    pub passkey_not_made: &'static str,
    pub passkey_added: &'static str,
    pub passkey_removed: &'static str,
    pub sign_in_with_passkey: &'static str,
    pub passkey_not_found: &'static str,
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
    passkey: "Passkey",
    passkeys: "Passkeys",
    passkeys_text: "Sign in with your phone, your computer or a security key in place of your \
        password and a code. It takes a browser that knows passkeys, with scripts. Your password \
        stays good.",
    passkey_since: "Added",
    last_used: "last used",
    never_used: "not used yet",
    remove_passkey: "Remove",
    passkey_name: "Name of the passkey",
    passkey_name_hint: "So that you know which is which.",
    add_passkey: "Add a passkey",
    passkey_not_made: "Your browser made no passkey. Try again; if this device has one for your \
        account already, it makes no second one.",
    passkey_added: "The passkey is added: you can sign in with it.",
    passkey_removed: "The passkey is removed: nobody can sign in with it any more.",
    sign_in_with_passkey: "Sign in with a passkey",
    passkey_not_found: "Your browser gave no passkey. Try again, or sign in with your password.",
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
    passkey: "Passkey",
    passkeys: "Passkeys",
    passkeys_text: "Melde dich mit deinem Telefon, deinem Rechner oder einem Sicherheitsschlüssel \
        an, ohne Passwort und Code. Dazu braucht es einen Browser, der Passkeys kennt, mit \
        Skripten. Dein Passwort gilt weiter.",
    passkey_since: "Hinzugefügt",
    last_used: "zuletzt benutzt",
    never_used: "noch nicht benutzt",
    remove_passkey: "Entfernen",
    passkey_name: "Name des Passkeys",
    passkey_name_hint: "Damit du weißt, welcher welcher ist.",
    add_passkey: "Passkey hinzufügen",
    passkey_not_made: "Dein Browser hat keinen Passkey angelegt. Versuch es noch einmal; hat \
        dieses Gerät schon einen für dein Konto, legt es keinen zweiten an.",
    passkey_added: "Der Passkey ist hinzugefügt: Du kannst dich damit anmelden.",
    passkey_removed: "Der Passkey ist entfernt: Niemand kann sich mehr damit anmelden.",
    sign_in_with_passkey: "Mit Passkey anmelden",
    passkey_not_found: "Dein Browser hat keinen Passkey gegeben. Versuch es noch einmal, oder \
        melde dich mit deinem Passwort an.",
};
