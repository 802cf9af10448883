//! Punycode (RFC 3492), one way: what a label of another script is called in the domain name
//! system. Needed because the list of top-level domains, and the limits on lengths, speak of that
//! form.

/// A label that is longer in the domain name system than this does not exist (RFC 1035).
pub(super) const MAX_LABEL_LEN: usize = 63;

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const DIGITS: &[u8; BASE as usize] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// The label in ASCII, lower-cased, with its `xn--` if it needs one; `None` if that is longer than
/// a label may be.
pub(super) fn to_ascii(label: &str) -> Option<String> {
    // Every character takes at least one place, so this bounds all work below.
    if label.chars().take(MAX_LABEL_LEN + 1).count() > MAX_LABEL_LEN {
        return None;
    }
    let label = label.to_lowercase();
    let ascii = if label.is_ascii() { label } else { format!("xn--{}", encode(&label)?) };
    (ascii.len() <= MAX_LABEL_LEN).then_some(ascii)
}

/// RFC 3492, section 6.3; `None` if a number overflows.
fn encode(label: &str) -> Option<String> {
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let total = u32::try_from(label.chars().count()).ok()?;
    let mut handled = basic;
    let (mut n, mut delta, mut bias) = (128_u32, 0_u32, 72_u32);
    while handled < total {
        let next = label.chars().map(u32::from).filter(|&c| c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for c in label.chars().map(u32::from) {
            if c < n {
                delta = delta.checked_add(1)?;
            }
            if c == n {
                push_number(&mut out, delta, bias);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n = n.checked_add(1)?;
    }
    Some(out)
}

/// A number in digits of a growing weight.
fn push_number(out: &mut String, number: u32, bias: u32) {
    let mut rest = number;
    let mut k = BASE;
    loop {
        let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if rest < t {
            out.extend(digit(rest));
            return;
        }
        let (quotient, remainder) = ((rest - t) / (BASE - t), (rest - t) % (BASE - t));
        out.extend(digit(t + remainder));
        rest = quotient;
        k += BASE;
    }
}

fn digit(value: u32) -> Option<char> {
    let index = usize::try_from(value).ok()?;
    DIGITS.get(index).copied().map(char::from)
}

fn adapt(delta: u32, handled: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / handled;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_other_scripts() {
        for (label, ascii) in [
            ("example", "example"),
            ("Example", "example"),
            ("bücher", "xn--bcher-kva"),
            ("рф", "xn--p1ai"),
            ("РФ", "xn--p1ai"),
            ("みんな", "xn--q9jyb4c"),
            ("中国", "xn--fiqs8s"),
            ("پاکستان", "xn--mgbai9azgqp6j"),
            ("भारत", "xn--h2brj9c"),
            ("한국", "xn--3e0b707e"),
            ("✪df", "xn--df-oiy"),
            ("💩", "xn--ls8h"),
            // RFC 3492, section 7.1.
            ("ليهمابتكلموشعربي؟", "xn--egbpdaj6bu4bxfgehfvwxn"),
            ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
            ("3年b組金八先生", "xn--3b-ww4c5e180e575a65lsy2b"),
        ] {
            assert_eq!(to_ascii(label).as_deref(), Some(ascii), "{label}");
        }
    }

    #[test]
    fn a_label_has_at_most_63_octets() {
        assert!(to_ascii(&"a".repeat(63)).is_some());
        assert!(to_ascii(&"a".repeat(64)).is_none());
        assert!(to_ascii(&"\u{10FFFF}".repeat(63)).is_none());
        let letters = "あいうえおかきくけこ".repeat(6);
        let some = |count: usize| letters.chars().take(count).collect::<String>();
        // The two lengths of Twitter's own conformance suite.
        assert!(to_ascii(&some(52)).is_some());
        assert!(to_ascii(&some(53)).is_none());
    }

    #[test]
    fn no_label_is_too_strange() {
        for label in ["", "-", "\0", "\u{10FFFF}", "a\u{10FFFF}\u{80}", "ﷺﷺﷺ", "\u{301}"] {
            let _ = to_ascii(label);
        }
    }
}
