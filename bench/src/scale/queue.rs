//! How long somebody waits where others wait, too.

/// The probability that a request waits where `servers` serve and `offered` would be busy on average
/// (Erlang's C); 1 where they cannot keep up.
pub(super) fn waits(servers: u32, offered: f64) -> f64 {
    let places = f64::from(servers);
    if offered >= places {
        return 1.0;
    }
    if offered <= 0.0 {
        return 0.0;
    }
    // Erlang's B step by step, so that no factorial grows out of bounds.
    let blocked = (1..=servers).fold(1.0, |b, n| offered * b / (f64::from(n) + offered * b));
    blocked / (1.0 - (offered / places) * (1.0 - blocked))
}

/// The time that a part of the requests waits at most, in units of the time that one is served;
/// infinite where they cannot keep up.
pub(super) fn wait_quantile(servers: u32, offered: f64, quantile: f64) -> f64 {
    let spare = f64::from(servers) - offered;
    if spare <= 0.0 {
        return f64::INFINITY;
    }
    // Who waits, waits exponentially long.
    ((waits(servers, offered) / (1.0 - quantile)).ln() / spare).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-3
    }

    /// With one server it is the share of time that it is busy; the others are from published tables.
    #[test]
    fn erlang_c() {
        assert!(close(waits(1, 0.7), 0.7));
        assert!(close(waits(2, 1.0), 1.0 / 3.0));
        assert!(close(waits(10, 8.0), 0.4092), "{}", waits(10, 8.0));
        assert!(close(waits(2, 2.0), 1.0) && close(waits(4, 0.0), 0.0));
        // No overflow with many.
        assert!(waits(500, 400.0) < 1e-3);
    }

    /// M/M/1: the time that 99 % wait at most is ln(ρ / 0.01) / (1 − ρ) times the service.
    #[test]
    fn waiting_grows_without_end() {
        assert!(close(wait_quantile(1, 0.5, 0.99), (50.0_f64).ln() / 0.5));
        assert!(close(wait_quantile(8, 0.1, 0.99), 0.0));
        assert!(wait_quantile(8, 7.9, 0.99) > 40.0);
        assert!(wait_quantile(8, 8.0, 0.99).is_infinite());
    }
}
