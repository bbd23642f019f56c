//! One shape for everything that is measured, and the lines that are printed of it.
//!
//! A figure never stands alone: beside it stand its control from the same run, their ratio with its interval, and, where
//! there is one, the goal with a plain verdict. A control that was unsteady itself is said to be.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::statistics::{Ratio, median, percentile, ratio, spread, thousandths};

/// A control whose middle half is wider than this many thousandths of its median is called unsteady.
const UNSTEADY: u64 = 100;

/// Samples of one thing and of its control. The n-th sample of each was taken one right after the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measurement {
    /// What was measured.
    pub(crate) what: String,
    /// What the samples count.
    pub(crate) unit: Unit,
    /// Orders in one sample, where the figure is a rate.
    pub(crate) orders: Option<u64>,
    /// The samples.
    pub(crate) ours: Vec<u64>,
    /// What the control is.
    pub(crate) against: Option<String>,
    /// Its samples; none where there is no control.
    pub(crate) control: Vec<u64>,
    /// What it ought to be, in each of these ways.
    pub(crate) goals: Vec<Goal>,
}

/// What samples count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    Nanoseconds,
    Bytes,
    Count,
}

/// A goal: one figure and its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// The control's time by ours, at least so many thousandths.
    Speed(u64),
    /// Ours by the control, at most so many thousandths.
    Ratio(u64),
    /// Orders a second, at least.
    Rate(u64),
    /// 95 of 100 samples, at most.
    P95(u64),
    /// The median, at most.
    Median(u64),
    /// Every sample, at most.
    Most(u64),
    /// Every sample, at least.
    Least(u64),
}

impl Measurement {
    /// A line of the table, in Markdown.
    pub(crate) fn line(&self) -> String {
        let compared = self.compared();
        let ratio = compared.map_or_else(String::new, |Ratio { median, low, high }| {
            format!("{} [{}–{}]", decimal(median), decimal(low), decimal(high))
        });
        let control = match (&self.against, self.control.is_empty()) {
            (Some(against), false) => format!("{} ({against})", self.figure(&self.control)),
            _ => String::new(),
        };
        let goals: Vec<_> = self.goals.iter().map(|goal| self.goal_text(*goal)).collect();
        let goals = goals.join(", ");
        let mut verdicts: Vec<_> = self.goals.iter().filter_map(|goal| self.verdict(*goal)).collect();
        if verdicts.iter().all(|verdict| Some(verdict) == verdicts.first()) {
            verdicts.truncate(1);
        }
        let mut verdict = verdicts.join(", ");
        let unsteady = spread(&self.control);
        if unsteady > UNSTEADY {
            let _ = write!(
                verdict,
                "{}control unsteady ({} %)",
                if verdict.is_empty() { "" } else { "; " },
                unsteady / 10
            );
        }
        format!(
            "| {} | {} | {control} | {ratio} | {goals} | {verdict} |\n",
            self.what,
            self.figure(&self.ours)
        )
    }

    /// Whether a goal is met, with a word of doubt where the interval reaches over the bound.
    fn verdict(&self, goal: Goal) -> Option<&'static str> {
        let between = |Ratio { low, high, .. }: Ratio, bound| low < bound && bound < high;
        let (met, doubt) = match goal {
            Goal::Speed(bound) => (self.compared()?.median >= bound, between(self.compared()?, bound)),
            Goal::Ratio(bound) => (self.compared()?.median <= bound, between(self.compared()?, bound)),
            Goal::Rate(bound) => (self.rate(&self.ours) >= bound, false),
            Goal::P95(bound) => (percentile(&self.ours, 95) <= bound, false),
            Goal::Median(bound) => (median(&self.ours) <= bound, false),
            Goal::Most(bound) => (self.ours.iter().all(|sample| *sample <= bound), false),
            Goal::Least(bound) => (self.ours.iter().all(|sample| *sample >= bound), false),
        };
        Some(match (met, doubt) {
            (true, false) => "met",
            (true, true) => "met, but within the noise",
            (false, true) => "NOT met, but within the noise",
            (false, false) => "NOT met",
        })
    }

    /// Ours and the control as the goal reads them: rates by how fast, all else by how much.
    fn compared(&self) -> Option<Ratio> {
        match (self.control.is_empty(), self.orders) {
            (true, _) => None,
            (false, Some(_)) => Some(ratio(&self.control, &self.ours)),
            (false, None) => Some(ratio(&self.ours, &self.control)),
        }
    }

    fn rate(&self, samples: &[u64]) -> u64 {
        // Orders in a sample, in a second of a thousand million nanoseconds.
        thousandths(self.orders.unwrap_or(0) * 1_000_000, median(samples))
    }

    fn figure(&self, samples: &[u64]) -> String {
        let figure = self.middle(samples);
        let most =
            samples.iter().max().filter(|_| self.goals.iter().any(|goal| matches!(goal, Goal::Most(_))));
        match most {
            Some(most) if samples.len() > 1 => format!("{figure}, at most {}", self.text(*most)),
            _ => figure,
        }
    }

    /// One number in its unit.
    fn text(&self, number: u64) -> String {
        match self.unit {
            Unit::Nanoseconds => milliseconds(number),
            Unit::Bytes => megabytes(number),
            Unit::Count => grouped(number),
        }
    }

    fn middle(&self, samples: &[u64]) -> String {
        match (self.unit, self.orders, samples.len()) {
            (Unit::Nanoseconds, Some(_), 1) => format!("{}/s", grouped(self.rate(samples))),
            (Unit::Nanoseconds, Some(_), _) => {
                format!("{}/s ± {} %", grouped(self.rate(samples)), spread(samples).div_ceil(20))
            }
            (Unit::Bytes | Unit::Count, ..) | (Unit::Nanoseconds, None, 0..20) => self.text(median(samples)),
            (Unit::Nanoseconds, None, _) => format!(
                "{}, p95 {}",
                milliseconds(percentile(samples, 50)),
                milliseconds(percentile(samples, 95))
            ),
        }
    }

    fn goal_text(&self, goal: Goal) -> String {
        match goal {
            Goal::Speed(bound) => format!("≥ {} ×", decimal(bound)),
            Goal::Ratio(bound) => format!("≤ {} ×", decimal(bound)),
            Goal::Rate(bound) => format!("≥ {}/s", grouped(bound)),
            Goal::P95(bound) => format!("p95 ≤ {}", self.text(bound)),
            Goal::Median(bound) => format!("≤ {}", self.text(bound)),
            Goal::Most(bound) => format!("all ≤ {}", self.text(bound)),
            Goal::Least(bound) => format!("all ≥ {}", self.text(bound)),
        }
    }
}

/// The head of a table.
pub(crate) const HEAD: &str = "| | ours | control | ratio [95 %] | goal | |\n|---|---|---|---|---|---|\n";

/// Thousandths with two decimals, or with one from ten on.
fn decimal(thousandths: u64) -> String {
    if thousandths >= 10_000 {
        format!("{}.{}", thousandths / 1000, thousandths / 100 % 10)
    } else {
        format!("{}.{:02}", thousandths / 1000, thousandths / 10 % 100)
    }
}

/// Nanoseconds as milliseconds, with as many decimals as say something.
fn milliseconds(nanoseconds: u64) -> String {
    let micro = nanoseconds / 1000;
    match micro {
        0..10_000 => format!("{}.{:03} ms", micro / 1000, micro % 1000),
        10_000..1_000_000 => format!("{}.{} ms", micro / 1000, micro / 100 % 10),
        _ => format!("{} ms", grouped(micro / 1000)),
    }
}

fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", bytes.div_ceil(1000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

/// A number with commas.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(ours: &[u64], control: &[u64], orders: Option<u64>, goal: Goal) -> Measurement {
        Measurement {
            what: "it".to_owned(),
            unit: Unit::Nanoseconds,
            orders,
            ours: ours.to_vec(),
            against: Some("plain".to_owned()),
            control: control.to_vec(),
            goals: vec![goal],
        }
    }

    impl Measurement {
        fn verdict_of_first(&self) -> Option<&'static str> {
            self.verdict(self.goals[0])
        }
    }

    #[test]
    fn several_goals_have_a_verdict_each() {
        let mut both = times(&[3_000_000; 20], &[1_000_000; 20], None, Goal::P95(4_000_000));
        both.goals.push(Goal::Ratio(1_500));
        assert!(both.line().ends_with("| p95 ≤ 4.000 ms, ≤ 1.50 × | met, NOT met |\n"), "{}", both.line());
        both.goals.remove(0);
        both.goals.push(Goal::Ratio(1_400));
        assert!(both.line().ends_with("| ≤ 1.50 ×, ≤ 1.40 × | NOT met |\n"), "{}", both.line());
    }

    #[test]
    fn a_rate_is_compared_by_speed() {
        // 20,000 orders in one second against half a second: half as fast.
        let slow = times(&[1_000_000_000; 10], &[500_000_000; 10], Some(20_000), Goal::Speed(600));
        assert_eq!(
            slow.line(),
            "| it | 20,000/s ± 0 % | 40,000/s ± 0 % (plain) | 0.50 [0.50–0.50] | ≥ 0.60 × | NOT met |\n"
        );
        let quick = times(&[700_000_000; 10], &[500_000_000; 10], Some(20_000), Goal::Speed(600));
        assert_eq!(quick.verdict_of_first(), Some("met"));
        assert_eq!(
            times(&[1_000_000_000], &[], Some(99), Goal::Rate(100)).verdict_of_first(),
            Some("NOT met")
        );
    }

    #[test]
    fn a_time_is_compared_by_length() {
        let line = times(&[1_500_000; 20], &[1_000_000; 20], None, Goal::P95(1_400_000)).line();
        assert_eq!(
            line,
            "| it | 1.500 ms, p95 1.500 ms | 1.000 ms, p95 1.000 ms (plain) | 1.50 [1.50–1.50] | p95 ≤ 1.400 ms | \
             NOT met |\n"
        );
        assert_eq!(times(&[5], &[4], None, Goal::Ratio(1_250)).verdict_of_first(), Some("met"));
        assert_eq!(times(&[6], &[4], None, Goal::Ratio(1_250)).verdict_of_first(), Some("NOT met"));
    }

    #[test]
    fn one_sample_beyond_a_bound_for_all_is_shown_and_counts() {
        let mut rows = times(&[40, 41, 79], &[], None, Goal::Most(80));
        rows.unit = Unit::Count;
        assert_eq!(rows.line(), "| it | 41, at most 79 |  |  | all ≤ 80 | met |\n");
        rows.ours.push(81);
        assert!(rows.line().ends_with("at most 81 |  |  | all ≤ 80 | NOT met |\n"), "{}", rows.line());
        rows.ours = vec![1_000_000];
        rows.goals = vec![Goal::Least(1_000_000)];
        assert_eq!(rows.line(), "| it | 1,000,000 |  |  | all ≥ 1,000,000 | met |\n");
        rows.ours.push(999_999);
        assert_eq!(rows.verdict_of_first(), Some("NOT met"));
    }

    #[test]
    fn noise_is_said_where_it_could_turn_the_verdict() {
        let ours: Vec<u64> = (0..10).map(|i| 1_300_000 + i * 40_000).collect();
        let doubtful = times(&ours, &[1_000_000; 10], None, Goal::Ratio(1_500));
        assert_eq!(doubtful.verdict_of_first(), Some("met, but within the noise"));
        let control: Vec<u64> = (0..10).map(|i| 1_000_000 + i * 100_000).collect();
        assert!(
            times(&ours, &control, None, Goal::Ratio(9_000)).line().contains("control unsteady (3"),
            "spread"
        );
    }

    #[test]
    fn figures_read_well() {
        assert_eq!(
            [grouped(0), grouped(999), grouped(1_000), grouped(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(milliseconds(42_000), "0.042 ms");
        assert_eq!(milliseconds(512_345_678), "512.3 ms");
        assert_eq!(milliseconds(1_234_567_890), "1,234 ms");
        assert_eq!(megabytes(8_512_345), "8.5 MB");
        assert_eq!(megabytes(164_001), "165 KB");
        assert_eq!(decimal(1_499), "1.49");
        assert_eq!(decimal(23_456), "23.4");
    }
}
