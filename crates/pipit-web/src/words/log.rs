//! What the moderators' log says was done, in words. The log itself holds codes: they are sealed.
//!
//! A code that has no words here is shown as it is: whoever writes a new one adds its line.

/// Code, English, German.
const KINDS: &[(&str, &str, &str)] = &[
    ("warn", "Warned", "Verwarnt"),
    ("mark-sensitive", "Pictures covered", "Bilder verdeckt"),
    ("delete-tweets", "Tweets to be deleted", "Tweets werden gelöscht"),
    ("limit", "Limited", "Eingeschränkt"),
    ("freeze", "Frozen", "Eingefroren"),
    ("suspend", "Suspended", "Gesperrt"),
    ("restore", "Restored", "Wiederhergestellt"),
    ("delete-account", "Account to be deleted", "Konto wird gelöscht"),
    ("deleted", "Deleted", "Gelöscht"),
    ("undo", "Undone", "Rückgängig gemacht"),
    ("set-role", "Role changed", "Rolle geändert"),
    ("note", "Note added", "Notiz hinzugefügt"),
    ("report", "Reported", "Gemeldet"),
    ("assign", "Report taken", "Meldung übernommen"),
    ("unassign", "Report handed back", "Meldung abgegeben"),
    ("resolve", "Report resolved", "Meldung erledigt"),
    ("reopen", "Report opened again", "Meldung wieder geöffnet"),
    ("appeal", "Appealed", "Einspruch erhoben"),
    ("accept-appeal", "Appeal accepted", "Einspruch angenommen"),
    ("reject-appeal", "Appeal rejected", "Einspruch abgelehnt"),
    ("rule-added", "Server rule added", "Serverregel hinzugefügt"),
    ("rule-changed", "Server rule changed", "Serverregel geändert"),
    ("rule-deleted", "Server rule deleted", "Serverregel gelöscht"),
    ("block-added", "Kept out", "Ausgesperrt"),
    ("block-deleted", "Let in again", "Wieder zugelassen"),
    ("automod-set", "Rule for new tweets set", "Regel für neue Tweets gesetzt"),
    ("automod-flag", "Tweet reported", "Tweet gemeldet"),
    ("automod-hold", "Tweet held for review", "Tweet zur Durchsicht zurückgehalten"),
    ("automod-refuse", "Tweet refused", "Tweet nicht angenommen"),
    ("approve-held", "Held tweet approved", "Zurückgehaltener Tweet freigegeben"),
    ("reject-held", "Held tweet rejected", "Zurückgehaltener Tweet abgelehnt"),
    ("approve-sign-up", "Sign-up approved", "Anmeldung angenommen"),
    ("reject-sign-up", "Sign-up rejected", "Anmeldung abgelehnt"),
    ("expire-sign-up", "Sign-up expired", "Anmeldung verfallen"),
];

pub(super) fn en(kind: &str) -> &str {
    find(kind).map_or(kind, |(_, en, _)| en)
}

pub(super) fn de(kind: &str) -> &str {
    find(kind).map_or(kind, |(.., de)| de)
}

fn find(kind: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    KINDS.iter().find(|(code, ..)| *code == kind)
}

#[cfg(test)]
mod tests {
    use pipit_model::automod::Effect;
    use pipit_model::moderation::ActionKind;

    use super::*;

    #[test]
    fn whatever_is_done_has_words() {
        let actions = ActionKind::ALL.map(ActionKind::name);
        let effects = Effect::ALL.map(Effect::log_kind);
        for kind in actions.into_iter().chain(effects) {
            assert!(find(kind).is_some(), "{kind}");
        }
        assert_eq!(en("something-new"), "something-new");
    }
}
