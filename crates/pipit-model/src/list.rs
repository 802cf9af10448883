//! A list: people somebody chose to read together, without having to follow them. Only its owner
//! knows of it.

use crate::error::{Error, Result};
use crate::ids::{ListId, UserId};
use crate::limits::LIST_NAME_CHARS_MAX;
use crate::time::Timestamp;
use crate::user::one_line;

/// A stored list, without its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Its id.
    pub id: ListId,
    /// Whose it is.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// People on it.
    pub member_count: i64,
}

/// A list's name: one line of 1 to 50 characters.
///
/// # Errors
/// [`Error::InvalidField`] on `name`.
pub fn list_name(name: &str) -> Result<String> {
    let name = one_line("name", name, LIST_NAME_CHARS_MAX)?;
    if name.is_empty() {
        return Err(Error::invalid("name", "must not be empty: call the list something"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(list_name(" Birds ").expect("a name"), "Birds");
        assert!(list_name(&"日".repeat(50)).is_ok());
        for bad in ["", " ", "a\nb", "a\0b", &"x".repeat(51)] {
            let error = list_name(bad).expect_err(bad);
            assert!(matches!(error, Error::InvalidField { field: "name", .. }), "{error}");
        }
    }
}
