//! What an app may do in a person's name: scopes, and how they contain each other.
//!
//! The names are those of the Mastodon API, since the apps that people have ask for them. To add
//! one: a line in [`Scope`]'s list; its parent is told by its name.

use std::fmt;

use crate::error::{Error, Result};

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// One right that an app may be given.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Scope {
            $($(#[$doc])* $name,)+
        }

        /// All scopes, in the order in which they are listed to people and apps.
        pub const ALL: &[Scope] = &[$(Scope::$name),+];

        impl Scope {
            /// Its name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

scopes! {
    /// Who the person is, and nothing else.
    Profile = "profile",
    /// Read everything.
    Read = "read",
    /// Read accounts and profiles.
    ReadAccounts = "read:accounts",
    /// Read whom the person blocks.
    ReadBlocks = "read:blocks",
    /// Read bookmarks.
    ReadBookmarks = "read:bookmarks",
    /// Read what the person likes.
    ReadFavourites = "read:favourites",
    /// Read filters.
    ReadFilters = "read:filters",
    /// Read whom and what the person follows.
    ReadFollows = "read:follows",
    /// Read lists of people.
    ReadLists = "read:lists",
    /// Read whom the person mutes.
    ReadMutes = "read:mutes",
    /// Read notifications.
    ReadNotifications = "read:notifications",
    /// Search.
    ReadSearch = "read:search",
    /// Read tweets and timelines.
    ReadStatuses = "read:statuses",
    /// Change everything.
    Write = "write",
    /// Change the profile.
    WriteAccounts = "write:accounts",
    /// Block and unblock.
    WriteBlocks = "write:blocks",
    /// Bookmark.
    WriteBookmarks = "write:bookmarks",
    /// Mute and delete conversations.
    WriteConversations = "write:conversations",
    /// Like.
    WriteFavourites = "write:favourites",
    /// Change filters.
    WriteFilters = "write:filters",
    /// Follow and unfollow.
    WriteFollows = "write:follows",
    /// Change lists of people.
    WriteLists = "write:lists",
    /// Upload pictures.
    WriteMedia = "write:media",
    /// Mute and unmute.
    WriteMutes = "write:mutes",
    /// Clear notifications.
    WriteNotifications = "write:notifications",
    /// Report.
    WriteReports = "write:reports",
    /// Post, retweet and delete.
    WriteStatuses = "write:statuses",
    /// What older apps ask for: all of blocks, follows and mutes.
    Follow = "follow",
    /// Push messages.
    Push = "push",
    /// Read everything that moderators read.
    AdminRead = "admin:read",
    /// Read accounts as moderators do.
    AdminReadAccounts = "admin:read:accounts",
    /// Read reports.
    AdminReadReports = "admin:read:reports",
    /// Read which domains are allowed.
    AdminReadDomainAllows = "admin:read:domain_allows",
    /// Read which domains are blocked.
    AdminReadDomainBlocks = "admin:read:domain_blocks",
    /// Read which network addresses are blocked.
    AdminReadIpBlocks = "admin:read:ip_blocks",
    /// Read which mail domains are blocked.
    AdminReadEmailDomainBlocks = "admin:read:email_domain_blocks",
    /// Read which mail addresses are blocked.
    AdminReadCanonicalEmailBlocks = "admin:read:canonical_email_blocks",
    /// Do everything that moderators do.
    AdminWrite = "admin:write",
    /// Act on accounts.
    AdminWriteAccounts = "admin:write:accounts",
    /// Act on reports.
    AdminWriteReports = "admin:write:reports",
    /// Change which domains are allowed.
    AdminWriteDomainAllows = "admin:write:domain_allows",
    /// Change which domains are blocked.
    AdminWriteDomainBlocks = "admin:write:domain_blocks",
    /// Change which network addresses are blocked.
    AdminWriteIpBlocks = "admin:write:ip_blocks",
    /// Change which mail domains are blocked.
    AdminWriteEmailDomainBlocks = "admin:write:email_domain_blocks",
    /// Change which mail addresses are blocked.
    AdminWriteCanonicalEmailBlocks = "admin:write:canonical_email_blocks",
}

/// One bit a scope.
const _: () = assert!(ALL.len() <= 64, "Scopes holds 64 bits");

impl Scope {
    const fn bit(self) -> u64 {
        1 << self as u64
    }

    /// The scope of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|scope| scope.name() == name)
    }

    /// Whether to have this scope is to have the other one too.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        if self == Self::Follow {
            let name = other.name();
            let parts = ["blocks", "follows", "mutes"];
            return other == self
                || ["read:", "write:"]
                    .iter()
                    .any(|way| name.strip_prefix(way).is_some_and(|part| parts.contains(&part)));
        }
        let rest = other.name().strip_prefix(self.name());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Some scopes: those that were asked for, by name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scopes(u64);

impl Scopes {
    /// What an app gets that asks for nothing in particular.
    pub const DEFAULT: Self = Self(Scope::Read.bit());

    /// Reads names between spaces (or `+`, as some apps write them); none is the default.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `scope` if one is none of ours.
    pub fn parse(text: &str) -> Result<Self> {
        let mut bits = 0;
        for name in text.split([' ', '+']).filter(|name| !name.is_empty()) {
            let unknown = || Error::invalid("scope", "holds a scope that does not exist");
            bits |= Scope::parse(name).ok_or_else(unknown)?.bit();
        }
        Ok(if bits == 0 { Self::DEFAULT } else { Self(bits) })
    }

    /// Those of these names that exist: what was stored by a newer version may name others.
    #[must_use]
    pub fn of_stored(text: &str) -> Self {
        let known = text.split(' ').filter_map(Scope::parse);
        Self(known.fold(0, |bits, scope| bits | scope.bit()))
    }

    /// The scopes themselves, in the order of [`ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        ALL.iter().copied().filter(move |scope| self.0 & scope.bit() != 0)
    }

    /// Whether they grant this one, by itself or by what contains it.
    #[must_use]
    pub fn grant(self, wanted: Scope) -> bool {
        self.0 & wanted.bit() != 0 || self.iter().any(|scope| scope.contains(wanted))
    }

    /// Whether they grant all of these.
    #[must_use]
    pub fn cover(self, wanted: Self) -> bool {
        wanted.iter().all(|scope| self.grant(scope))
    }
}

/// As on the wire: names between spaces.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, scope) in self.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        Scopes::parse(text).expect("scopes")
    }

    #[test]
    fn a_parent_grants_its_children_and_nothing_else() {
        for (have, grants, refuses) in [
            ("read", &["read", "read:accounts", "read:search"][..], &["write", "admin:read"][..]),
            ("read:lists", &["read:lists"], &["read", "read:accounts", "write:lists"]),
            ("write", &["write:follows", "write:media"], &["read", "read:lists", "push"]),
            ("follow", &["write:blocks", "read:mutes", "follow"], &["write", "read:lists"]),
            ("read write", &["write:follows", "read:follows"], &["follow", "admin:write"]),
            ("admin:read", &["admin:read:reports"], &["read", "admin:write", "profile"]),
            ("profile", &["profile"], &["read:accounts"]),
            ("", &["read:statuses"], &["write:statuses"]),
        ] {
            for name in grants {
                assert!(scopes(have).cover(scopes(name)), "{have} grants {name}");
            }
            for name in refuses {
                assert!(!scopes(have).cover(scopes(name)), "{have} does not grant {name}");
            }
        }
    }

    #[test]
    fn scopes_are_read_and_written() {
        assert_eq!(scopes("write read+push  read").to_string(), "read write push");
        assert_eq!(Scopes::of_stored("read:lists new:thing").to_string(), "read:lists");
        for bad in ["everything", "read:", "READ", "read,write", "read\u{a0}write"] {
            assert!(Scopes::parse(bad).is_err(), "{bad}");
        }
        for scope in ALL {
            assert_eq!(Scope::parse(scope.name()), Some(*scope));
            assert!(scope.contains(*scope));
        }
        let all: Vec<&str> = ALL.iter().map(|scope| scope.name()).collect();
        assert!(all.join(" ").len() <= crate::limits::SCOPES_BYTES_MAX);
    }
}
