//! What is said of samples: medians, percentiles, spread, and the ratio of pairs with its interval.
//!
//! Everything is whole numbers: nanoseconds, bytes, and ratios in thousandths. The bootstrap draws from a generator with
//! a fixed seed, so that the same samples always give the same report.

/// A ratio in thousandths: the median over all pairs, and the interval that holds it with 95 % (percentile bootstrap).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ratio {
    pub(crate) median: u64,
    pub(crate) low: u64,
    pub(crate) high: u64,
}

const RESAMPLES: usize = 4_000;

/// The middle sample, or half the sum of the two in the middle; 0 of none.
pub(crate) fn median(samples: &[u64]) -> u64 {
    let sorted = sorted(samples);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => 0,
        odd if odd % 2 == 1 => sorted[half],
        _ => sorted[half - 1].midpoint(sorted[half]),
    }
}

/// The smallest sample that `percent` of all do not exceed (nearest rank); 0 of none.
pub(crate) fn percentile(samples: &[u64], percent: usize) -> u64 {
    let sorted = sorted(samples);
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

/// How far the middle half of the samples reaches, in thousandths of their median.
pub(crate) fn spread(samples: &[u64]) -> u64 {
    let width = percentile(samples, 75) - percentile(samples, 25);
    thousandths(width, median(samples))
}

/// How many times `control` goes into `ours`, pair by pair. Samples beyond the shorter list have no partner.
pub(crate) fn ratio(ours: &[u64], control: &[u64]) -> Ratio {
    let pairs: Vec<u64> =
        ours.iter().zip(control).map(|(ours, control)| thousandths(*ours, *control)).collect();
    let mut draw = Draw(0x5eed);
    let mut medians: Vec<u64> = (0..RESAMPLES)
        .map(|_| median(&(0..pairs.len()).map(|_| pairs[draw.below(pairs.len())]).collect::<Vec<_>>()))
        .collect();
    medians.sort_unstable();
    // The outermost 2.5 % on either side are left out.
    let cut = RESAMPLES / 40;
    Ratio { median: median(&pairs), low: medians[cut], high: medians[RESAMPLES - 1 - cut] }
}

/// `part / whole` in thousandths, rounded down; 0 where there is no whole.
pub(crate) fn thousandths(part: u64, whole: u64) -> u64 {
    let thousandths = u128::from(part) * 1000 / u128::from(whole.max(1));
    u64::try_from(thousandths).unwrap_or(u64::MAX)
}

fn sorted(samples: &[u64]) -> Vec<u64> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough to draw samples with.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // The high half of the product is uniform over 0..end up to 2^-64, and always below it.
        let below = (u128::from(mixed) * end as u128) >> 64;
        usize::try_from(below).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!(median(&[]), 0);
        assert_eq!(median(&[7]), 7);
        assert_eq!(median(&[9, 1, 5]), 5);
        assert_eq!(median(&[10, 1, 4, 100]), 7);
    }

    #[test]
    fn percentiles_are_samples_by_nearest_rank() {
        let hundred: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(percentile(&hundred, 95), 95);
        assert_eq!(percentile(&hundred, 100), 100);
        assert_eq!(percentile(&hundred, 1), 1);
        assert_eq!(percentile(&[3, 1, 2], 95), 3);
        assert_eq!(percentile(&[3, 1, 2, 4], 50), 2);
        assert_eq!(percentile(&[], 95), 0);
    }

    #[test]
    fn the_spread_is_the_middle_half_and_not_one_outlier() {
        assert_eq!(spread(&[100, 100, 100, 100, 9_000]), 0);
        assert_eq!(spread(&[80, 90, 100, 110, 120]), 200);
    }

    #[test]
    fn pairs_are_compared_before_the_median_is_taken() {
        // Each pair met another load; within a pair ours always takes half as long again.
        let control: Vec<u64> = (1..=12).map(|load| load * 1_000).collect();
        let ours: Vec<u64> = control.iter().map(|control| control * 3 / 2).collect();
        assert_eq!(ratio(&ours, &control), Ratio { median: 1_500, low: 1_500, high: 1_500 });
    }

    #[test]
    fn the_interval_holds_the_median_and_widens_with_the_noise() {
        let control = [1_000; 15];
        let quiet: Vec<u64> = (0..15).map(|i| 1_490 + i % 3 * 10).collect();
        let noisy: Vec<u64> = (0..15).map(|i| 1_100 + i * 7 % 15 * 57).collect();
        let (quiet, noisy) = (ratio(&quiet, &control), ratio(&noisy, &control));
        for found in [quiet, noisy] {
            assert!(found.low <= found.median && found.median <= found.high, "{found:?}");
        }
        assert!(noisy.high - noisy.low > 5 * (quiet.high - quiet.low), "{quiet:?} {noisy:?}");
        assert_eq!(ratio(&[1_100, 1_300], &[1_000, 1_000]), ratio(&[1_100, 1_300], &[1_000, 1_000]));
    }

    #[test]
    fn nothing_to_compare_divides_by_nothing() {
        assert_eq!(ratio(&[], &[]).median, 0);
        assert_eq!(thousandths(5, 0), 5_000);
        assert_eq!(thousandths(u64::MAX, 1), u64::MAX);
    }
}
