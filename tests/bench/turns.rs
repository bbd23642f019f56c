//! Taking samples of two things in turns, and handing them over.
//!
//! The keys of [`Samples`] are those that `cargo xtask bench` reads; it refuses others.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

/// Samples of one thing and, taken in turns with them, of its control.
#[derive(Serialize)]
pub(crate) struct Samples {
    what: String,
    unit: Unit,
    orders: Option<u64>,
    ours: Vec<u64>,
    against: Option<&'static str>,
    control: Vec<u64>,
    goals: Vec<Goal>,
}

/// What samples count.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    Nanoseconds,
    Bytes,
    Count,
}

/// What a figure ought to be; times in nanoseconds, ratios in thousandths.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// The control's time by ours, at least.
    Speed(u64),
    /// Ours by the control, at most.
    Ratio(u64),
    /// Orders a second, at least.
    Rate(u64),
    /// 95 of 100 samples, at most.
    P95(u64),
    /// Every sample, at most.
    Most(u64),
    /// Every sample, at least.
    Least(u64),
    /// The median, at most.
    Median(u64),
}

/// How often a thing that takes very long is done all the same.
const LEAST: usize = 20;
const MOST: usize = 300;
/// How long a thing is repeated.
const PATIENCE: Duration = Duration::from_secs(4);
const WARM_UP: u64 = 5;

impl Samples {
    /// No samples yet.
    pub(crate) fn of(what: impl Into<String>, goals: &[Goal]) -> Self {
        Self {
            what: what.into(),
            unit: Unit::Nanoseconds,
            orders: None,
            ours: Vec::new(),
            against: None,
            control: Vec::new(),
            goals: goals.to_vec(),
        }
    }

    /// The samples count something else than time.
    pub(crate) fn counting(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    /// Another title, made of the one it has.
    pub(crate) fn named(mut self, title: impl Fn(&str) -> String) -> Self {
        self.what = title(&self.what);
        self
    }

    /// Each sample is about so many orders: a rate.
    pub(crate) fn orders(mut self, orders: u64) -> Self {
        self.orders = Some(orders);
        self
    }

    /// Adds a sample of both as it was counted elsewhere.
    pub(crate) fn push_both(&mut self, ours: u64, control: u64) {
        self.ours.push(ours);
        self.control.push(control);
    }

    /// Names the control.
    pub(crate) fn against(mut self, control: &'static str) -> Self {
        self.against = Some(control);
        self
    }

    /// Adds a sample of ours.
    pub(crate) fn push(&mut self, took: Duration) {
        self.ours.push(nanoseconds(took));
    }

    /// Adds a sample of ours that is no time.
    pub(crate) fn push_number(&mut self, number: u64) {
        self.ours.push(number);
    }

    /// Adds a sample of the control.
    pub(crate) fn push_control(&mut self, took: Duration) {
        self.control.push(nanoseconds(took));
    }

    /// Does both in turns (ours, control, control, ours, …), with a number that says which turn it is.
    pub(crate) async fn take(
        mut self,
        ours: impl AsyncFn(u64) -> Result<()>,
        control: impl AsyncFn(u64) -> Result<()>,
    ) -> Result<Self> {
        for turn in 0..WARM_UP {
            ours(turn).await?;
            control(turn).await?;
        }
        let begun = Instant::now();
        while self.ours.len() < LEAST || (self.ours.len() < MOST && begun.elapsed() < PATIENCE) {
            let turn = self.ours.len() as u64;
            if turn.is_multiple_of(2) {
                self.push(time(&ours, turn).await?);
                self.push_control(time(&control, turn).await?);
            } else {
                self.push_control(time(&control, turn).await?);
                self.push(time(&ours, turn).await?);
            }
        }
        Ok(self)
    }
}

async fn time(work: &impl AsyncFn(u64) -> Result<()>, turn: u64) -> Result<Duration> {
    let start = Instant::now();
    work(turn).await?;
    Ok(start.elapsed())
}

fn nanoseconds(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}
