//! What a node says, as a text: the same in Redis and on the board.

use std::fmt;
use std::str::FromStr;

use pipit_model::Timestamp;

/// The field of an entry of the stream that holds it.
pub(crate) const MESSAGE: &str = "m";

/// A node, as long as its process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Speaker {
    /// Its number, which is given out again.
    pub number: u8,
    /// Which process.
    pub holder: i64,
}

/// One thing that a node says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) speaker: Speaker,
    /// Of the last events that it said, these included: it counts from 1.
    pub(crate) number: u64,
    pub(crate) said_at: Timestamp,
    pub(crate) content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// What it committed, as JSON.
    Events(String),
    /// What others may like to know, and can do without.
    Note(String),
    /// It is there.
    Alive,
    /// It goes, and has said everything.
    Goodbye,
}

/// `NUMBER.HOLDER.I.SAID_AT KIND…`, in one line: JSON has no line ends of its own, and neither have
/// notes.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { speaker, number, said_at, content } = self;
        write!(f, "{}.{}.{number}.{} ", speaker.number, speaker.holder, said_at.0)?;
        match content {
            Content::Events(json) => write!(f, "e{json}"),
            Content::Note(text) => write!(f, "n{}", text.replace('\n', " ")),
            Content::Alive => f.write_str("a"),
            Content::Goodbye => f.write_str("b"),
        }
    }
}

impl FromStr for Message {
    type Err = ();

    fn from_str(line: &str) -> Result<Self, ()> {
        let (head, content) = line.split_once(' ').ok_or(())?;
        let mut parts = head.split('.');
        let mut next = || parts.next().ok_or(());
        let number = next()?.parse().map_err(|_| ())?;
        let holder = next()?.parse().map_err(|_| ())?;
        let speaker = Speaker { number, holder };
        let number = next()?.parse().map_err(|_| ())?;
        let said_at = Timestamp(next()?.parse().map_err(|_| ())?);
        let content = match content.split_at_checked(1).ok_or(())? {
            ("e", json) => Content::Events(json.to_owned()),
            ("n", text) => Content::Note(text.to_owned()),
            ("a", _) => Content::Alive,
            ("b", _) => Content::Goodbye,
            _ => return Err(()),
        };
        Ok(Self { speaker, number, said_at, content })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_understood() {
        let contents = [
            Content::Events(r#"["a \n b.c"]"#.to_owned()),
            Content::Note("a note. of words".to_owned()),
            Content::Alive,
            Content::Goodbye,
        ];
        for content in contents {
            let speaker = Speaker { number: 255, holder: -3 };
            let message = Message { speaker, number: 7, said_at: Timestamp(9), content };
            let line = message.to_string();
            assert_eq!(line.parse(), Ok(message));
            assert!(!line.contains('\n'));
        }
        for wrong in ["", "1.2.3.4", "1.2.3.4 ", "1.2.3.4 z", "1.2.3 a", "x.2.3.4 a", "1.2.3.4 é"]
        {
            assert_eq!(wrong.parse::<Message>(), Err(()), "{wrong}");
        }
    }
}
