//! What is said where an account is guarded: signing in by code, passwords, the second factor.

/// The words of these pages.
#[derive(Debug)]
pub(crate) struct SecurityWords {
    pub tab: &'static str,
    pub title: &'static str,
    // Signing in
    pub second_step: &'static str,
    pub second_step_text: &'static str,
    pub code: &'static str,
    pub code_hint: &'static str,
    pub code_or_recovery_hint: &'static str,
    pub wrong_code: &'static str,
    pub took_too_long: &'static str,
    pub start_again: &'static str,
    // Showing who one is
    pub confirm: &'static str,
    pub confirm_text: &'static str,
    pub confirm_either_text: &'static str,
    pub confirmed: &'static str,
    pub go_on: &'static str,
    // The password
    pub change_password: &'static str,
    pub change_password_text: &'static str,
    pub new_password: &'static str,
    pub password_changed: &'static str,
    // The second factor
    pub factor: &'static str,
    pub factor_text: &'static str,
    pub factor_is_on: &'static str,
    pub factor_removed: &'static str,
    pub set_up_factor: &'static str,
    pub remove_factor: &'static str,
    pub scan: &'static str,
    pub qr_label: &'static str,
    pub or_type: &'static str,
    pub open_in_app: &'static str,
    pub turn_on: &'static str,
    pub recovery_codes: &'static str,
    pub recovery_codes_text: &'static str,
    pub codes_kept: &'static str,
    pub codes_left: fn(left: u64) -> String,
    pub new_codes: &'static str,
}

pub(super) static EN: SecurityWords = SecurityWords {
    tab: "Security",
    title: "Security",
    second_step: "One more step",
    second_step_text: "Your account asks for a code besides the password.",
    code: "Code",
    code_hint: "The six digits that the app shows now.",
    code_or_recovery_hint: "The six digits that your authenticator app shows now, or a recovery code.",
    wrong_code: "That code is wrong, or was used before. Wait for the next one; if it does not \
                 help, check that your phone’s clock is right.",
    took_too_long: "That took too long. Sign in again.",
    start_again: "Start again",
    confirm: "Confirm that it is you",
    confirm_text: "Type your password to go on. You are not asked again for 15 minutes.",
    confirm_either_text: "Type your password, or a code, to go on. You are not asked again for 15 \
                          minutes.",
    confirmed: "Confirmed. Go on.",
    go_on: "Go on",
    change_password: "Change password",
    change_password_text: "Everywhere else you are signed in, you will be signed out.",
    new_password: "New password",
    password_changed: "Your password is changed. All your other sessions have ended.",
    factor: "Second factor",
    factor_text: "With an authenticator app on your phone, nobody gets in who only knows your \
                  password.",
    factor_is_on: "It is on: signing in takes your password and a code of your authenticator app.",
    factor_removed: "The second factor is off. Signing in takes only your password now.",
    set_up_factor: "Set up an authenticator app",
    remove_factor: "Turn it off",
    scan: "Scan this with your authenticator app, then type the code that it shows.",
    qr_label: "A QR code for your authenticator app",
    or_type: "If you cannot scan it, type this into the app:",
    open_in_app: "Or open it in an app on this device",
    turn_on: "Turn it on",
    recovery_codes: "Recovery codes",
    recovery_codes_text: "If you lose your phone, each of these gets you in once. Keep them where \
                          nobody else finds them: they are not shown again.",
    codes_kept: "I have kept them",
    codes_left: |left| match left {
        0 => "You have no recovery codes left: make new ones.".to_owned(),
        1 => "You have 1 recovery code left.".to_owned(),
        _ => format!("You have {left} recovery codes left."),
    },
    new_codes: "Make new recovery codes",
};

pub(super) static DE: SecurityWords = SecurityWords {
    tab: "Sicherheit",
    title: "Sicherheit",
    second_step: "Noch ein Schritt",
    second_step_text: "Dein Konto fragt außer dem Passwort nach einem Code.",
    code: "Code",
    code_hint: "Die sechs Ziffern, die die App jetzt zeigt.",
    code_or_recovery_hint: "Die sechs Ziffern, die deine Authenticator-App jetzt zeigt, oder ein \
                            Ersatzcode.",
    wrong_code: "Dieser Code ist falsch oder war schon dran. Warte auf den nächsten; hilft das \
                 nicht, sieh nach, ob die Uhr deines Telefons stimmt.",
    took_too_long: "Das hat zu lange gedauert. Melde dich noch einmal an.",
    start_again: "Von vorn",
    confirm: "Bestätige, dass du es bist",
    confirm_text: "Gib dein Passwort ein. Dann wirst du 15 Minuten lang nicht mehr gefragt.",
    confirm_either_text: "Gib dein Passwort oder einen Code ein. Dann wirst du 15 Minuten lang \
                          nicht mehr gefragt.",
    confirmed: "Bestätigt. Weiter geht’s.",
    go_on: "Weiter",
    change_password: "Passwort ändern",
    change_password_text: "Überall sonst, wo du angemeldet bist, wirst du abgemeldet.",
    new_password: "Neues Passwort",
    password_changed: "Dein Passwort ist geändert. Alle anderen Sitzungen sind beendet.",
    factor: "Zweiter Faktor",
    factor_text: "Mit einer Authenticator-App auf deinem Telefon kommt niemand hinein, der nur \
                  dein Passwort kennt.",
    factor_is_on: "Er ist an: Zum Anmelden brauchst du dein Passwort und einen Code deiner \
                   Authenticator-App.",
    factor_removed: "Der zweite Faktor ist aus. Zum Anmelden genügt jetzt dein Passwort.",
    set_up_factor: "Authenticator-App einrichten",
    remove_factor: "Ausschalten",
    scan: "Lies das mit deiner Authenticator-App ein und gib dann den Code ein, den sie zeigt.",
    qr_label: "Ein QR-Code für deine Authenticator-App",
    or_type: "Wenn du es nicht einlesen kannst, gib dies in die App ein:",
    open_in_app: "Oder öffne es in einer App auf diesem Gerät",
    turn_on: "Einschalten",
    recovery_codes: "Ersatzcodes",
    recovery_codes_text: "Wenn du dein Telefon verlierst, lässt dich jeder davon einmal hinein. \
                          Bewahre sie auf, wo niemand sonst sie findet: Sie werden nicht noch \
                          einmal gezeigt.",
    codes_kept: "Ich habe sie aufbewahrt",
    codes_left: |left| match left {
        0 => "Du hast keine Ersatzcodes mehr: Mach dir neue.".to_owned(),
        1 => "Du hast noch 1 Ersatzcode.".to_owned(),
        _ => format!("Du hast noch {left} Ersatzcodes."),
    },
    new_codes: "Neue Ersatzcodes machen",
};
