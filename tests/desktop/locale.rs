//! Numbers, money and dates as the system writes them: the same desk on a German, an American and a British computer.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use packlight_tests::desktop::{Window, in_a_window};
use serde_json::json;

use crate::orders_page::OrdersPage;

/// Makes a language known to programs that look for languages in this folder.
fn generate(folder: &Path, language: &str) -> Result<()> {
    let definition = language.strip_suffix(".UTF-8").context("a language in UTF-8")?;
    let mut localedef = Command::new("localedef");
    localedef.args(["--no-archive", "-i", definition, "-f", "UTF-8"]).arg(folder.join(language));
    let made = localedef.output().context("localedef")?;
    ensure!(made.status.success(), "{language}: {}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}

#[tokio::test]
async fn money_and_dates_follow_the_system() -> Result<()> {
    let languages = tempfile::tempdir()?;
    for language in ["de_DE.UTF-8", "en_US.UTF-8"] {
        generate(languages.path(), language)?;
    }
    let known = languages.path().display().to_string();
    for (language, money, day) in [
        ("de_DE.UTF-8", r"\d,\d\d\s£", r"\d{1,2}\. [A-Zä]"),
        ("en_US.UTF-8", r"£\d+\.\d\d", r"[A-Z][a-z]{2} \d{1,2}"),
        // A computer without a language has British forms.
        ("C.UTF-8", r"£\d+\.\d\d", r"\d{1,2} [A-Z][a-z]{2}"),
    ] {
        let variables =
            [("LANG", language), ("LC_ALL", language), ("LANGUAGE", ""), ("LOCPATH", known.as_str())];
        in_a_window(&["--demo"], &variables, async |window: &Window| {
            OrdersPage(window).wait_until_filled().await?;
            let told: String = window.ask("return Intl.DateTimeFormat().resolvedOptions().locale", &[]).await?;
            for form in [money, day] {
                let script = "return new RegExp(arguments[0]).test(
                    [...document.querySelectorAll('[role=\"row\"]')].map((row) => row.innerText).join('\\n'))";
                let found: bool = window.ask(script, &[json!(form)]).await?;
                if !found {
                    window.screenshot(&format!("locale {language}")).await?;
                }
                ensure!(found, "{language} (told as {told}): no {form} in the rows");
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}
