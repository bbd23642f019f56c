//! Cargo's own formatter and linter, which a minimal Rust lacks: there, or an error that says how to get them.

use anyhow::{Result, bail};

use crate::command;
use crate::project::Project;

/// Checks both.
pub(crate) fn ensure(project: &Project) -> Result<()> {
    let missing: Vec<&str> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(word, _)| !command::succeeds(project.cargo().args([word, "--version"])))
        .map(|(_, component)| component)
        .collect();
    if missing.is_empty() { Ok(()) } else { bail!("{}", says(&missing)) }
}

fn says(missing: &[&str]) -> String {
    format!("this Rust lacks {0}; run: rustup component add {1}", missing.join(" and "), missing.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_brings_them_is_named() {
        assert_eq!(says(&["clippy"]), "this Rust lacks clippy; run: rustup component add clippy");
        assert_eq!(
            says(&["rustfmt", "clippy"]),
            "this Rust lacks rustfmt and clippy; run: rustup component add rustfmt clippy"
        );
    }
}
