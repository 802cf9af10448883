//! What is said of locked accounts, blocks and mutes, and of whom a tweet is for.

/// The words of a language for it.
#[derive(Debug)]
pub(crate) struct TieWords {
    /// On the button of somebody who has been asked.
    pub requested: &'static str,
    /// Behind a name, by how many others did the same: `and 2 others ask to follow you`.
    pub asked_you: fn(others: usize) -> String,
}

pub(super) static EN: TieWords = TieWords {
    requested: "Requested",
    asked_you: |others| match others {
        0 => "asks to follow you".to_owned(),
        1 => "and one other ask to follow you".to_owned(),
        _ => format!("and {others} others ask to follow you"),
    },
};

pub(super) static DE: TieWords = TieWords {
    requested: "Angefragt",
    asked_you: |others| match others {
        0 => "möchte dir folgen".to_owned(),
        1 => "und eine weitere Person möchten dir folgen".to_owned(),
        _ => format!("und {others} weitere möchten dir folgen"),
    },
};
