//! Randomness as a function: the same seed, order and purpose always give the same numbers.
//!
//! Invariant: nothing is drawn from shared state, so the world can be read in any order, and twice.

/// Mixes two numbers into one that looks random (the finaliser of SplitMix64).
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_add(b.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A stream of numbers that depends on its key alone.
pub(crate) struct Draw {
    key: u64,
    drawn: u64,
}

impl Draw {
    /// The stream for one `subject` (an order's index) and one `purpose`, so that a number added to
    /// one purpose leaves the others as they were.
    pub(crate) fn new(seed: u64, subject: u64, purpose: u64) -> Self {
        Self { key: mix(mix(seed, purpose), subject), drawn: 0 }
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.drawn += 1;
        mix(self.key, self.drawn)
    }

    /// A number from `low` up to, not including, `high`; `low` where the range is empty.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = (high - low).max(1).unsigned_abs();
        low + (self.next() % width).cast_signed()
    }

    /// True in `permille` of 1,000 cases.
    pub(crate) fn chance(&mut self, permille: u32) -> bool {
        self.next() % 1000 < u64::from(permille)
    }

    /// One of `choices`, which must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let at = self.next() % (choices.len().max(1) as u64);
        &choices[usize::try_from(at).unwrap_or(0)]
    }
}
