//! Small things written straight into a page, where a `String` each would cost more than the page.

/// Makes a type with a method `say` one that templates and `format!` write: `fmt::Display` of it is
/// also how it is told in tests.
macro_rules! said {
    ($($name:ident $(<$life:lifetime>)?),+ $(,)?) => {$(
        impl std::fmt::Display for $name$(<$life>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.say(f)
            }
        }

        impl askama::FastWritable for $name$(<$life>)? {
            fn write_into(
                &self,
                to: &mut dyn std::fmt::Write,
                _values: &dyn askama::Values,
            ) -> askama::Result<()> {
                Ok(self.say(to)?)
            }
        }
    )+};
}
pub(crate) use said;

use std::fmt::{self, Write};

use askama::{FastWritable, NO_VALUES};

/// A number in decimals, without the detour over `format!`.
pub(crate) fn number(to: &mut dyn Write, n: i64) -> fmt::Result {
    n.write_into(to, NO_VALUES).map_err(|_| fmt::Error)
}

/// A number of two digits.
pub(crate) fn two_digits(n: i8) -> [u8; 2] {
    let n = n.unsigned_abs() % 100;
    [b'0' + n / 10, b'0' + n % 10]
}

/// Bytes that are ASCII, as all here are.
pub(crate) fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_everywhere() {
        for n in [0, 7, 10, 99, 100, -1, i64::MAX, i64::MIN] {
            let mut said = String::new();
            assert!(number(&mut said, n).is_ok());
            assert_eq!(said, n.to_string());
        }
        assert_eq!(two_digits(7), *b"07");
        assert_eq!(two_digits(59), *b"59");
    }
}
