//! `cargo xtask start`: from a fresh machine to the open app.
//!
//! The app is a release build: what a new user judges is its speed, and the second start reuses it. Without a
//! display the app runs on a hidden screen until its window is drawn, leaves a screenshot, and is ended again.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project::{self, Project};
use crate::{command, node, packages, ui};

/// The packages of the two programs, which have the programs' names.
pub(crate) const APP: &str = "packlight";
const CLI: &str = "packlight-cli";

/// Installs, builds and opens the app. Without arguments of its own and as long as no account is connected, it opens on
/// the demo seller.
pub(crate) fn start(project: &Project, mut arguments: Vec<String>) -> Result<()> {
    #[cfg(target_os = "linux")]
    let hidden = !crate::display::answers(|name| env::var_os(name));
    #[cfg(not(target_os = "linux"))]
    let hidden = false;
    // Asked first: it would be a pity to find out after minutes of installing.
    node::ensure()?;
    packages::ensure(if hidden { &[packages::BUILD, packages::HIDDEN_DISPLAY] } else { &[packages::BUILD] })?;
    ui::install(project)?;
    ui::build(project)?;

    let folder = project::data_folder(|name| env::var_os(name))
        .context("no data folder: set PACKLIGHT_DATA_DIR or HOME")?;
    // Only a folder that was used before needs the command line, which takes minutes to build for the first time.
    let holds = |name: &str| folder.join(name).exists();
    let used = arguments.is_empty() && (holds("packlight.db") || holds("packlight.moved"));
    build(project, if used { &[APP, CLI] } else { &[APP] })?;
    if arguments.is_empty() && !(used && has_account(project, &folder)) {
        println!("No account is connected in {}: opening the demo seller", folder.display());
        arguments.push("--demo".to_owned());
    }
    let app = project.app("release");
    println!("Opening {} {}", app.display(), arguments.join(" "));
    #[cfg(target_os = "linux")]
    if hidden {
        return hidden::show(&app, &arguments, &project.screenshots().join("start"));
    }
    command::run(Command::new(app).args(arguments))
}

/// Builds the release programs: the window alone, or the command line as well.
pub(crate) fn build(project: &Project, programs: &[&str]) -> Result<()> {
    println!("Building the app (about ten minutes the first time on two cores, seconds after that)");
    let mut build = project.cargo();
    build.args(["build", "--locked", "--release"]);
    for program in programs {
        build.args(["--package", program]);
    }
    command::run(&mut build)?;
    let app = project.app("release");
    if app.is_file() { Ok(()) } else { bail!("the build made no {}", app.display()) }
}

/// Whether the data folder has a connected account. What cannot be read is not empty: the app tells what is wrong with it.
fn has_account(project: &Project, folder: &Path) -> bool {
    let mut list = Command::new(project.program(CLI, "release"));
    list.args(["--json", "account", "list", "--data-dir"]).arg(folder);
    names_an_account(&command::printed(&mut list).ok().flatten().unwrap_or_default())
}

/// Reads the list of `packlight-cli --json account list`; anything but an empty list counts as an account.
fn names_an_account(printed: &str) -> bool {
    !matches!(serde_json::from_str::<Vec<serde_json::Value>>(printed), Ok(accounts) if accounts.is_empty())
}

#[cfg(target_os = "linux")]
mod hidden {
    use std::env;
    use std::fs::{self, File};
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use anyhow::{Context, Result, bail};

    use crate::display::Display;
    use crate::picture::Picture;
    use crate::processes::Group;

    /// Longer than a first import of the demo seller takes on a slow machine.
    const DEADLINE: Duration = Duration::from_secs(90);
    const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
    /// So many looks in a row must see the same painted page.
    const LOOKS_AT_REST: u32 = 5;

    /// Opens the app on a hidden screen and saves what it shows as `<place>.png`, what it says as `<place>.log`.
    pub(super) fn show(app: &Path, arguments: &[String], place: &Path) -> Result<()> {
        let (picture, log) = (place.with_extension("png"), place.with_extension("log"));
        look(app, arguments, &picture, &log)
            .with_context(|| format!("what the app said is in {}", log.display()))?;
        println!("The window is drawn. Screenshot: {}", picture.display());
        Ok(())
    }

    fn look(app: &Path, arguments: &[String], path: &Path, log: &Path) -> Result<()> {
        let display = Display::open()?;
        println!("No display here: running on a hidden screen ({})", display.name());
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let log = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = in_a_session(app);
        command.args(arguments).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        display.give_to(&mut command);
        let mut app = Group::start(&mut command)?;

        let start = Instant::now();
        let mut looks_at_rest = 0;
        let mut last: Option<Picture> = None;
        while looks_at_rest < LOOKS_AT_REST {
            if let Some(status) = app.ended()? {
                bail!("the app ended by itself ({status}) before its window was drawn");
            }
            if start.elapsed() > DEADLINE {
                if let Some(picture) = &last {
                    picture.save(path)?;
                    bail!(
                        "the window did not come to rest in {} s; it is at {}",
                        DEADLINE.as_secs(),
                        path.display()
                    );
                }
                bail!("no window appeared in {} s", DEADLINE.as_secs());
            }
            sleep(BETWEEN_LOOKS);
            let Some(picture) = display.picture_of("Packlight")? else { continue };
            let at_rest =
                last.as_ref().is_some_and(|last| picture.is_painted() && picture.is_at_rest_since(last));
            looks_at_rest = if at_rest { looks_at_rest + 1 } else { 0 };
            last = Some(picture);
        }
        last.context("no window appeared")?.save(path)
    }

    /// The app, on a session bus of its own where the machine has none.
    fn in_a_session(app: &Path) -> Command {
        let runtime_bus = env::var_os("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join("bus"));
        if env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some() || runtime_bus.is_some_and(|bus| bus.exists()) {
            return Command::new(app);
        }
        let mut command = Command::new("dbus-run-session");
        command.arg("--").arg(app);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_empty_list_is_no_account() {
        assert!(!names_an_account("[]\n"));
        assert!(names_an_account(r#"[{"id": "1", "label": "shop"}]"#));
        // A database that this build cannot read, or a program that said nothing.
        assert!(names_an_account(r#"{"error": {"code": "newer_database"}}"#));
        assert!(names_an_account(""));
    }
}
