//! A run of named steps: each prints its name and its seconds, the first failure stops, a table closes.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// The steps done so far and the choice of those to do.
pub(crate) struct Steps<'a> {
    chosen: &'a [String],
    done: Vec<(&'static str, Duration, bool)>,
}

impl<'a> Steps<'a> {
    /// Starts a run; an empty choice means every step. A name that is not among `known` is an error.
    pub(crate) fn new(known: &[&str], chosen: &'a [String]) -> Result<Self> {
        if let Some(unknown) = chosen.iter().find(|name| !known.contains(&name.as_str())) {
            bail!("there is no step '{unknown}'; the steps are: {}", known.join(", "));
        }
        Ok(Self { chosen, done: Vec::new() })
    }

    /// Runs a step if it is chosen, and hands its failure on with its name.
    pub(crate) fn run(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) -> Result<()> {
        if !self.chosen.is_empty() && !self.chosen.iter().any(|chosen| chosen == name) {
            return Ok(());
        }
        println!("\n── {name}");
        let start = Instant::now();
        let outcome = step();
        let took = start.elapsed();
        self.done.push((name, took, outcome.is_ok()));
        println!("── {name}: {} in {} s", if outcome.is_ok() { "ok" } else { "FAILED" }, took.as_secs());
        outcome.map_err(|error| error.context(format!("step '{name}' failed")))
    }

    /// The closing table: what ran, how it ended, how long it took.
    pub(crate) fn table(&self) -> String {
        let width = self.done.iter().map(|(name, ..)| name.len()).max().unwrap_or(0).max("total".len());
        let mut table = String::new();
        let mut total = Duration::ZERO;
        for (name, took, ok) in &self.done {
            total += *took;
            let _ = writeln!(
                table,
                "  {name:width$}  {:>6} s  {}",
                took.as_secs(),
                if *ok { "ok" } else { "FAILED" }
            );
        }
        let _ = writeln!(table, "  {:width$}  {:>6} s", "total", total.as_secs());
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failed_step_is_named_and_in_the_table() {
        let mut steps = Steps::new(&["one", "two"], &[]).unwrap();
        steps.run("one", || Ok(())).unwrap();
        let error = steps.run("two", || bail!("no")).unwrap_err();
        assert_eq!(format!("{error:#}"), "step 'two' failed: no");
        assert_eq!(steps.table(), "  one         0 s  ok\n  two         0 s  FAILED\n  total       0 s\n");
    }

    #[test]
    fn only_chosen_steps_run() {
        let chosen = ["two".to_owned()];
        let mut steps = Steps::new(&["one", "two"], &chosen).unwrap();
        steps.run("one", || bail!("not chosen")).unwrap();
        steps.run("two", || Ok(())).unwrap();
        assert!(!steps.table().contains("one"));
    }

    #[test]
    fn an_unknown_step_is_named_with_the_known_ones() {
        let chosen = ["three".to_owned()];
        let error = Steps::new(&["one", "two"], &chosen).err().unwrap();
        assert_eq!(error.to_string(), "there is no step 'three'; the steps are: one, two");
    }
}
