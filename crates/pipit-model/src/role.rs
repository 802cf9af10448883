//! What an account may do besides using the service: its role, and the state that moderators put
//! it in. Who may do what is one table, here.

/// What somebody is to this server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Somebody who uses it.
    #[default]
    User,
    /// Somebody who looks after the others.
    Moderator,
    /// Somebody who looks after the server as well.
    Admin,
}

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Read reports, appeals, notes and the log.
    ReadReports,
    /// Take a report, write notes, resolve it.
    HandleReports,
    /// Warn, limit, freeze, suspend, delete tweets, restore; say who is let in.
    Act,
    /// Delete an account for good.
    DeleteAccounts,
    /// Accept or reject what somebody asks against an action.
    DecideAppeals,
    /// Keep hashtags out of trends.
    ReviewTrends,
    /// Change the server's rules.
    EditRules,
    /// Block addresses, words and links.
    EditBlocks,
    /// Make somebody a moderator, or no longer.
    SetRoles,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::ReadReports,
        Self::HandleReports,
        Self::Act,
        Self::DeleteAccounts,
        Self::DecideAppeals,
        Self::ReviewTrends,
        Self::EditRules,
        Self::EditBlocks,
        Self::SetRoles,
    ];

    /// The lowest role that has it.
    #[must_use]
    pub fn least_role(self) -> Role {
        match self {
            Self::ReadReports
            | Self::HandleReports
            | Self::Act
            | Self::DecideAppeals
            | Self::ReviewTrends => Role::Moderator,
            Self::DeleteAccounts | Self::EditRules | Self::EditBlocks | Self::SetRoles => {
                Role::Admin
            }
        }
    }
}

impl Role {
    /// All of them, lowest first.
    pub const ALL: [Self; 3] = [Self::User, Self::Moderator, Self::Admin];

    /// Whether it has a right.
    #[must_use]
    pub fn may(self, right: Right) -> bool {
        self >= right.least_role()
    }

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::User => 0,
            Self::Moderator => 1,
            Self::Admin => 2,
        }
    }

    /// The role with this number; what is not known has no rights.
    #[must_use]
    pub fn from_code(code: i16) -> Self {
        Self::ALL.into_iter().find(|role| role.code() == code).unwrap_or_default()
    }

    /// Its name on the wire and at the terminal.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What moderators made of an account, or have not made of it yet; mildest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountState {
    /// Nothing: like everybody.
    #[default]
    Active,
    /// Shown only to those who look for it: its tweets are not on the public timeline, on hashtags,
    /// in trends, in search or among suggestions but for its followers, and only followers are told
    /// of what it does.
    Limited,
    /// May read and take back, but post, like and follow nothing new.
    Frozen,
    /// Shown to nobody, as if it were deleted; may sign in only to see why.
    Suspended,
    /// Opened, and not let in yet: shown to nobody; may sign in only to see that it waits.
    Waiting,
}

impl AccountState {
    /// All of them, mildest first.
    pub const ALL: [Self; 5] =
        [Self::Active, Self::Limited, Self::Frozen, Self::Suspended, Self::Waiting];
    /// What somebody is told who may not write.
    pub const FROZEN: &str = "your account is frozen: see why at /settings/standing";

    /// Whether the account may post, like and follow.
    #[must_use]
    pub fn may_write(self) -> bool {
        self < Self::Frozen
    }

    /// Whether it is shown to nobody, and let in nowhere but where it is told why.
    #[must_use]
    pub fn is_shut_out(self) -> bool {
        self >= Self::Suspended
    }

    /// Whether only its followers come across it.
    #[must_use]
    pub fn is_limited(self) -> bool {
        self == Self::Limited
    }

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Active => 0,
            Self::Limited => 1,
            Self::Frozen => 2,
            Self::Suspended => 3,
            Self::Waiting => 4,
        }
    }

    /// The state with this number; what is not known is shown to nobody.
    #[must_use]
    pub fn from_code(code: i16) -> Self {
        Self::ALL.into_iter().find(|state| state.code() == code).unwrap_or(Self::Suspended)
    }

    /// Its name on the wire and at the terminal.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Limited => "limited",
            Self::Frozen => "frozen",
            Self::Suspended => "suspended",
            Self::Waiting => "waiting",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_its_rights_and_those_below() {
        for right in Right::ALL {
            assert!(!Role::User.may(right), "{right:?}");
            assert!(Role::Admin.may(right), "{right:?}");
        }
        let of_moderators = Right::ALL.into_iter().filter(|right| Role::Moderator.may(*right));
        assert_eq!(
            of_moderators.collect::<Vec<_>>(),
            [
                Right::ReadReports,
                Right::HandleReports,
                Right::Act,
                Right::DecideAppeals,
                Right::ReviewTrends
            ]
        );
    }

    #[test]
    fn numbers_that_nobody_gave_mean_the_safe_thing() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), role);
            assert_eq!(Role::parse(role.name()), Some(role));
        }
        for state in AccountState::ALL {
            assert_eq!(AccountState::from_code(state.code()), state);
        }
        assert_eq!(Role::from_code(9), Role::User);
        assert_eq!(AccountState::from_code(9), AccountState::Suspended);
    }

    #[test]
    fn states_grow_stricter() {
        let may_write = AccountState::ALL.map(AccountState::may_write);
        assert_eq!(may_write, [true, true, false, false, false]);
        let is_shut_out = AccountState::ALL.map(AccountState::is_shut_out);
        assert_eq!(is_shut_out, [false, false, false, true, true]);
    }
}
