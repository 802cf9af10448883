use super::*;

fn buckets() -> (Arc<AtomicI64>, Arc<Buckets>) {
    let buckets = Rates::on().0.expect("on");
    let time = buckets.moments.0.clone();
    time.store(1_790_000_000_000, Ordering::SeqCst);
    (time, buckets)
}

fn from(text: &str) -> Subject {
    Subject::Network(Network::of(text.parse().expect("an address")))
}

#[test]
fn buckets_run_dry_and_fill_again() {
    let (time, buckets) = buckets();
    let here = from("192.0.2.1");
    for remaining in (0..5).rev() {
        assert_eq!(buckets.take(here, Class::SignUp).expect("allowed").remaining, remaining);
    }
    let refused = buckets.take(here, Class::SignUp).expect_err("one too many");
    assert_eq!(refused.retry_after_secs, 360);
    assert_eq!((refused.left.most, refused.left.remaining), (5, 0));
    assert_eq!(refused.left.full_at, Timestamp(1_790_000_000_000).plus_secs(1800));
    buckets.take(from("192.0.2.2"), Class::SignUp).expect("others may");
    buckets.take(here, Class::Stranger).expect("something else");
    time.fetch_add(360_000, Ordering::SeqCst);
    buckets.take(here, Class::SignUp).expect("one came back");
    assert!(buckets.take(here, Class::SignUp).is_err());
}

#[test]
fn a_clock_that_steps_back_gives_nobody_more() {
    let (time, buckets) = buckets();
    let here = from("192.0.2.1");
    buckets.take(here, Class::SignUp).expect("allowed");
    time.fetch_sub(3_600_000, Ordering::SeqCst);
    for _ in 0..4 {
        buckets.take(here, Class::SignUp).expect("allowed");
    }
    assert!(buckets.take(here, Class::SignUp).is_err());
    time.fetch_add(3_600_000 + 360_000, Ordering::SeqCst);
    buckets.take(here, Class::SignUp).expect("when the clock is ahead again");
}

#[test]
fn an_answer_tells_of_what_is_nearest_to_its_end() {
    let (_, buckets) = buckets();
    let meter = Meter { buckets: Some(buckets), network: None, class: None, left: Cell::new(None) };
    let remaining = || meter.left.get().map(|left| left.remaining);
    meter.take(from("192.0.2.1"), Class::Network).expect("allowed");
    assert_eq!(remaining(), Some(7499));
    meter.take(from("192.0.2.1"), Class::SignUp).expect("allowed");
    assert_eq!(remaining(), Some(4));
    meter.take(from("192.0.2.1"), Class::Stranger).expect("allowed");
    assert_eq!(remaining(), Some(4));
    let mut headers = HeaderMap::new();
    meter.left.get().expect("counted").tell(&mut headers);
    assert_eq!(headers[LIMIT], "5");
    assert_eq!(headers[REMAINING], "4");
    assert_eq!(headers[RESET], Timestamp(1_790_000_361_000).to_string().as_str());
}

#[test]
fn what_is_off_counts_nothing() {
    let meter = Meter { buckets: None, network: None, class: None, left: Cell::new(None) };
    for _ in 0..10_000 {
        meter.take(from("192.0.2.1"), Class::SignUp).expect("allowed");
    }
    assert_eq!(meter.left.get(), None);
}
