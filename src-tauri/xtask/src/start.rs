//! `cargo xtask start`: from a fresh machine to the open app.
//!
//! The app is a release build: what a new user judges is its speed, and the second start reuses it. Without a
//! display the app runs on a hidden screen until its window is drawn, leaves a screenshot, and is ended again.

use std::env;

use anyhow::{Context, Result, bail};

use crate::project::{self, Project};
use crate::{command, packages, ui};

/// Installs, builds and opens the app. Without arguments of its own and with nothing in the data folder yet, it
/// opens on the demo seller.
pub(crate) fn start(project: &Project, mut arguments: Vec<String>) -> Result<()> {
    let hidden = cfg!(target_os = "linux")
        && ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .all(|name| env::var_os(name).is_none_or(|value| value.is_empty()));
    packages::ensure(if hidden { &[packages::BUILD, packages::HIDDEN_DISPLAY] } else { &[packages::BUILD] })?;
    ui::install(project)?;
    ui::build(project)?;
    println!("Building the app (about ten minutes the first time on two cores, seconds after that)");
    command::run(project.cargo().args(["build", "--locked", "--release", "--package", "packlight"]))?;

    let folder = project::data_folder(|name| env::var_os(name))
        .context("no data folder: set PACKLIGHT_DATA_DIR or HOME")?;
    if arguments.is_empty() && !folder.join("packlight.db").exists() {
        println!("No data in {} yet: opening the demo seller", folder.display());
        arguments.push("--demo".to_owned());
    }
    let app = project.app("release");
    if !app.is_file() {
        bail!("the build made no {}", app.display());
    }
    println!("Opening {} {}", app.display(), arguments.join(" "));
    #[cfg(target_os = "linux")]
    if hidden {
        return hidden::show(&app, &arguments, &project.screenshots().join("start"));
    }
    command::run(std::process::Command::new(app).args(arguments))
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
