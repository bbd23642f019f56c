use chrono::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::operation::Operation;

fn server(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_768_737_600 + second, 0).unwrap()
}

fn nanos(count: u128) -> Duration {
    Duration::from_nanos(u64::try_from(count).unwrap())
}

/// The moment of call `k` (from 1) after a full bucket, in whole nanoseconds, rounded up: never early.
fn exact(plan: Plan, call: u64) -> Duration {
    let beyond = u128::from(call.saturating_sub(u64::from(plan.burst)));
    nanos((beyond * 1_000_000_000_000_000).div_ceil(u128::from(plan.micro_hertz)))
}

#[test]
fn a_thousand_calls_start_to_the_nanosecond() {
    for operation in Operation::ALL {
        let plan = operation.plan();
        let start = Instant::now();
        let mut bucket = Bucket::full(plan, start);
        let mut now = start;
        for call in 1..=1_000 {
            let due = bucket.available_at(1).max(now);
            if due > now {
                assert_eq!(bucket.take(due - Duration::from_nanos(1)), None, "{operation} {call}: early");
            }
            now = due;
            let number = bucket.take(now).expect("a token is there when it is due");
            bucket.answered(number, now);
            assert_eq!(now - start, exact(plan, call), "{operation} {call}");
        }
    }
}

#[test]
fn looking_often_does_not_move_it() {
    let plan = Operation::SearchOrders.plan();
    let start = Instant::now();
    let mut bucket = Bucket::full(plan, start);
    while bucket.take(start).is_some() {}
    // 178,571,428,572 ns are a token; look at odd moments all the way.
    let mut now = start;
    let due = start + exact(plan, 21);
    while now + nanos(77_777_777) < due {
        now += nanos(77_777_777);
        assert_eq!(bucket.whole_tokens(now), 0);
    }
    assert_eq!(bucket.take(due - nanos(1)), None);
    assert!(bucket.take(due).is_some());
}

#[test]
fn a_slow_first_answer_puts_the_later_ones_off() {
    let plan = Operation::SearchOrders.plan();
    let start = Instant::now();
    let mut bucket = Bucket::full(plan, start);
    let number = bucket.take(start).unwrap();
    // Amazon may have taken its token only just now, so nothing was refilled there yet.
    bucket.answered(number, start + Duration::from_secs(3));
    for _ in 2..=20 {
        assert!(bucket.take(start + Duration::from_secs(3)).is_some());
    }
    assert_eq!(bucket.available_at(1), start + Duration::from_secs(3) + exact(plan, 21));
}

#[test]
fn a_refusal_empties_and_the_next_one_doubles_up_to_ten_minutes() {
    let plan = Operation::SearchOrders.plan();
    let mut now = Instant::now();
    let mut bucket = Bucket::full(plan, now);
    let mut waits = Vec::new();
    for _ in 0..4 {
        let number = bucket.take(now).unwrap();
        bucket.answered(number, now);
        bucket.refused(number, None, now);
        let due = bucket.available_at(1);
        waits.push((due - now).as_secs());
        now = due;
    }
    assert_eq!(waits, [178, 357, 600, 600]);
    // Served at last: the next refusal is a first one again.
    let number = bucket.take(now).unwrap();
    bucket.accepted(number);
    bucket.refused(number, None, now);
    assert_eq!((bucket.available_at(1) - now).as_secs(), 178);
}

#[test]
fn refusals_of_calls_that_left_together_count_once() {
    let plan = Operation::GetOrder.plan();
    let now = Instant::now();
    let mut bucket = Bucket::full(plan, now);
    let numbers: Vec<_> = (0..5).map(|_| bucket.take(now).unwrap()).collect();
    for number in numbers {
        bucket.answered(number, now);
        bucket.refused(number, None, now);
    }
    assert_eq!(bucket.available_at(1) - now, Duration::from_secs(2));
}

#[test]
fn retry_after_is_honoured_within_reason() {
    let now = Instant::now();
    let wait = |seconds| {
        let mut bucket = Bucket::full(Operation::GetOrder.plan(), now);
        let number = bucket.take(now).unwrap();
        bucket.refused(number, Some(Duration::from_secs(seconds)), now);
        (bucket.available_at(1) - now).as_secs()
    };
    assert_eq!(wait(90), 90);
    assert_eq!(wait(1), 2);
    assert_eq!(wait(1_000_000), 3_600);
}

#[test]
fn rates_are_learnt_within_a_tenth_and_ten_times_the_plan() {
    let now = Instant::now();
    let mut bucket = Bucket::full(Operation::SearchOrders.plan(), now);
    for (rate, learnt) in [
        (5_600, false),
        (2_800, true),
        (22_400, true),
        (560, true),
        (56_000, true),
        (559, false),
        (56_001, false),
    ] {
        assert_eq!(bucket.learn(rate, now), learnt, "{rate}");
    }
    assert_eq!(bucket.export(server(0), now).micro_hertz, 56_000);
}

#[test]
fn a_rate_learnt_counts_from_now_on() {
    let start = Instant::now();
    let mut bucket = Bucket::full(Operation::GetOrder.plan(), start);
    while bucket.take(start).is_some() {}
    // Half a token at 0.5/s, then the other half at 0.25/s.
    bucket.learn(250_000, start + Duration::from_secs(1));
    assert_eq!(bucket.available_at(1), start + Duration::from_secs(3));
}

#[test]
fn what_is_kept_comes_back() {
    let plan = Operation::SearchOrders.plan();
    let now = Instant::now();
    let mut bucket = Bucket::full(plan, now);
    for _ in 0..7 {
        bucket.take(now).unwrap();
    }
    let state = bucket.export(server(0), now);
    assert_eq!(state, BucketState { tokens_nano: 13_000_000_000, micro_hertz: 5_600, at: server(0) });

    let mut again = Bucket::full(plan, now);
    again.restore(&state, server(0), now);
    assert_eq!(again.export(server(0), now), state);
    // 180 s later a token more, less the two seconds that are not believed.
    again.restore(&state, server(180), now);
    assert_eq!(again.export(server(180), now).tokens_nano, 13_996_800_000);
    // A clock that ran backwards gives nothing, one that jumped ahead no more than a full bucket.
    again.restore(&state, server(-400_000_000), now);
    assert_eq!(again.whole_tokens(now), 13);
    again.restore(&state, server(400_000_000), now);
    assert_eq!(again.whole_tokens(now), 20);
}

#[test]
fn a_damaged_state_does_not_lock_the_bucket_for_ever() {
    let now = Instant::now();
    let mut bucket = Bucket::full(Operation::SearchOrders.plan(), now);
    bucket.restore(&BucketState { tokens_nano: i64::MIN, micro_hertz: 0, at: server(0) }, server(0), now);
    assert!(bucket.available_at(1) <= now + LONGEST_RETRY_AFTER);
    bucket.restore(
        &BucketState { tokens_nano: i64::MAX, micro_hertz: u64::MAX, at: server(0) },
        server(0),
        now,
    );
    assert_eq!(bucket.whole_tokens(now), 20);
    assert_eq!(bucket.export(server(0), now).micro_hertz, 5_600);
}

#[test]
fn a_token_given_back_never_overfills() {
    let now = Instant::now();
    let mut bucket = Bucket::full(Operation::GetOrder.plan(), now);
    bucket.give_back(now);
    assert_eq!(bucket.whole_tokens(now), 30);
}

proptest! {
    /// Amazon's own bucket, on its own time: a request arrives between its leaving and its answer.
    #[test]
    fn amazon_never_has_to_refuse(
        gaps in prop::collection::vec(0_u64..400_000, 1..120),
        latencies in prop::collection::vec((0_u64..5_000, 0_u64..5_000), 120),
    ) {
        let plan = Operation::SearchOrders.plan();
        let start = Instant::now();
        let mut ours = Bucket::full(plan, start);
        let mut theirs = Bucket::full(plan, start);
        let mut now = start;
        for (gap, (there, back)) in gaps.into_iter().zip(latencies) {
            now = (now + Duration::from_millis(gap % 200_000)).max(ours.available_at(1));
            let number = ours.take(now).expect("due");
            let arrives = now + Duration::from_millis(there);
            prop_assert!(theirs.take(arrives).is_some(), "refused");
            now = arrives + Duration::from_millis(back);
            ours.answered(number, now);
        }
    }

    #[test]
    fn tokens_never_exceed_what_time_brings(seconds in 0_u64..10_000, takes in 0_u32..40) {
        let plan = Operation::GetOrder.plan();
        let start = Instant::now();
        let mut bucket = Bucket::full(plan, start);
        let taken = (0..takes).filter(|_| bucket.take(start).is_some()).count() as u64;
        let later = start + Duration::from_secs(seconds);
        let left = u64::from(bucket.whole_tokens(later));
        prop_assert_eq!(left, (30 - taken + seconds / 2).min(30));
    }
}
