//! How far somebody has read: kept for them, so that they go on there on another device.

use serde::{Deserialize, Serialize};

/// A list in which a person's place is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ReadPosition {
    /// The home timeline: the newest entry seen.
    Home,
    /// The notifications: the newest one seen.
    Notifications,
}

impl ReadPosition {
    /// Its stable name: what the database holds.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Notifications => "notifications",
        }
    }
}

/// A person's places; 0 where they have read nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadPositions {
    /// In the home timeline.
    pub home: i64,
    /// In the notifications.
    pub notifications: i64,
}

impl ReadPositions {
    /// One of them.
    #[must_use]
    pub fn get(&self, position: ReadPosition) -> i64 {
        match position {
            ReadPosition::Home => self.home,
            ReadPosition::Notifications => self.notifications,
        }
    }

    /// Moves one of them forward; never back.
    pub fn advance(&mut self, position: ReadPosition, to: i64) {
        let place = match position {
            ReadPosition::Home => &mut self.home,
            ReadPosition::Notifications => &mut self.notifications,
        };
        *place = to.max(*place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_only_move_forward() {
        let mut places = ReadPositions::default();
        places.advance(ReadPosition::Home, 7);
        places.advance(ReadPosition::Home, 5);
        assert_eq!(places, ReadPositions { home: 7, notifications: 0 });
        assert_eq!(places.get(ReadPosition::Home), 7);
    }
}
