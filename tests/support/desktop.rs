//! A real window under test: the built app, driven by WebKitWebDriver over its own protocol.
//!
//! Every wait is for a condition of the page, with a deadline, and says what the window showed instead. The app and
//! all its processes belong to one process group that ends with the test, also when the test fails: a web process
//! left behind would talk to a display that is gone.

use std::env;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// Names the built app; without it there is nothing to test.
const APP: &str = "PACKLIGHT_DESKTOP_APP";
/// How long a condition may take. Generous: it only costs time when a test fails.
const DEADLINE: Duration = Duration::from_mins(1);
/// How long a script may play; the driver's client gives up after two minutes.
const PLAY: Duration = Duration::from_secs(110);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
/// How much of the page's text a failed wait shows, in characters.
const SHOWN: usize = 1500;
/// Keeps the page painting, and answers after two frames.
///
/// WebKitGTK takes a screenshot after the *next* frame, and a page at rest never draws one: the call would hang. One
/// pixel in the corner that changes by one step of grey is enough.
const PULSE: &str = "const done = arguments[arguments.length - 1];
    let dot = document.getElementById('pulse');
    if (dot === null) {
        dot = document.createElement('i');
        dot.id = 'pulse';
        Object.assign(dot.style, { position: 'fixed', right: 0, bottom: 0, width: '1px', height: '1px' });
        document.documentElement.append(dot);
    }
    let odd = false;
    window.pulse = setInterval(() => { odd = !odd; dot.style.background = odd ? '#808080' : '#7f7f7f'; }, 10);
    requestAnimationFrame(() => requestAnimationFrame(() => done(true)));";

/// An open window of the app, with a data folder of its own.
pub struct Window {
    // Fields are dropped in this order: session, then processes, then their folder.
    driver: WebDriver,
    processes: Group,
    _folder: TempDir,
    screenshots: PathBuf,
}

/// Opens the app with these arguments and variables, plays the scenario, and ends everything, however it went.
///
/// Where no app is named, says so and does nothing.
#[allow(clippy::print_stderr, reason = "a skipped test has to say so")]
pub async fn in_a_window(
    arguments: &[&str],
    variables: &[(&str, &str)],
    scenario: impl AsyncFnOnce(&Window) -> Result<()>,
) -> Result<()> {
    let Some(app) = env::var_os(APP).map(PathBuf::from) else {
        eprintln!("skipped: {APP} names no app; `cargo xtask test desktop` builds one and runs this");
        return Ok(());
    };
    let window = Window::open(&app, arguments, variables).await?;
    let outcome = scenario(&window).await;
    let closed = window.close().await;
    outcome.and(closed)
}

impl Window {
    async fn open(app: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Self> {
        // The app lies in <target>/<profile>/.
        let target = app.ancestors().nth(2).context("the app stands in no target folder")?;
        let screenshots = target.join("screenshots");
        let folder = TempDir::new().context("no temporary folder")?;
        let (processes, port) = start_driver(folder.path(), variables)?;

        let mut capabilities = Capabilities::new();
        capabilities.set("webkitgtk:browserOptions", json!({ "binary": app, "args": arguments }))?;
        // The driver speaks plain HTTP, but its client is built with the workspace's TLS and wants a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities)
            .await
            .with_context(|| format!("{} opened no window to drive", app.display()))?;
        Ok(Self { driver, processes, _folder: folder, screenshots })
    }

    /// Runs a script in the page. What it returns must have the type asked for.
    pub async fn ask<T: DeserializeOwned>(&self, script: &str, arguments: &[Value]) -> Result<T> {
        let answer = self.driver.execute(script, arguments.to_vec()).await?;
        answer.convert().with_context(|| format!("an unexpected answer to: {script}"))
    }

    /// Runs a script that ends by calling its last argument, with its answer or with `{ error }`; it may take minutes.
    /// Meanwhile the driver leaves the page alone.
    pub async fn play<T: DeserializeOwned>(&self, script: &str, arguments: &[Value]) -> Result<T> {
        self.driver.set_script_timeout(PLAY).await?;
        let answer = self.driver.execute_async(script, arguments.to_vec()).await?;
        if let Some(error) = answer.json()["error"].as_str() {
            let picture = self.screenshot("failed playing").await?;
            bail!("the page says: {error}; see {}", picture.display());
        }
        answer.convert().with_context(|| format!("an unexpected answer to: {script}"))
    }

    /// Waits until a script returns something other than null and false, and returns that.
    ///
    /// `what` completes the sentence "waited for …". The error shows the text of the window and saves a screenshot.
    pub async fn wait_for<T: DeserializeOwned>(
        &self,
        what: &str,
        script: &str,
        arguments: &[Value],
    ) -> Result<T> {
        self.wait_up_to(DEADLINE, what, script, arguments).await
    }

    /// [`Self::wait_for`] with a deadline of its own.
    pub async fn wait_up_to<T: DeserializeOwned>(
        &self,
        deadline: Duration,
        what: &str,
        script: &str,
        arguments: &[Value],
    ) -> Result<T> {
        let start = Instant::now();
        loop {
            let answer: Value = self.ask(script, arguments).await?;
            if !matches!(answer, Value::Null | Value::Bool(false)) {
                return serde_json::from_value(answer).with_context(|| format!("waiting for {what}"));
            }
            if start.elapsed() > deadline {
                let shown: String = self.ask("return document.body.innerText", &[]).await?;
                let shown: String = shown.chars().take(SHOWN).collect();
                let picture = self.screenshot(&format!("failed waiting for {what}")).await?;
                bail!(
                    "waited {} s for {what}; see {}; the window says:\n{shown}",
                    deadline.as_secs(),
                    picture.display()
                );
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// Clicks the element with this test id, as a mouse would: it has to be there and in sight.
    pub async fn click(&self, test_id: &str) -> Result<()> {
        self.find(test_id).await?.click().await.with_context(|| format!("clicking '{test_id}'"))
    }

    /// Replaces what an input holds by typing.
    pub async fn type_into(&self, test_id: &str, text: &str) -> Result<()> {
        let input = self.find(test_id).await?;
        input.click().await?;
        input.send_keys(Key::Control + "a").await?;
        let typed =
            if text.is_empty() { input.send_keys(Key::Backspace).await } else { input.send_keys(text).await };
        typed.with_context(|| format!("typing into '{test_id}'"))
    }

    /// Sends a key to whatever has the focus.
    pub async fn press(&self, key: Key) -> Result<()> {
        Ok(self.driver.active_element().await?.send_keys(key).await?)
    }

    /// Types letters into whatever has the focus, one key after the other.
    pub async fn press_text(&self, keys: &str) -> Result<()> {
        Ok(self.driver.active_element().await?.send_keys(keys).await?)
    }

    /// Presses a letter while another key is held.
    pub async fn press_chord(&self, held: Key, key: &str) -> Result<()> {
        Ok(self.driver.active_element().await?.send_keys(held + key).await?)
    }

    async fn find(&self, test_id: &str) -> Result<WebElement> {
        let selector = format!("[data-testid='{test_id}']");
        let here = "return document.querySelector(arguments[0]) !== null";
        self.wait_for::<bool>(&format!("'{test_id}'"), here, &[json!(selector)]).await?;
        Ok(self.driver.find(By::Css(selector)).await?)
    }

    /// Saves what the window shows as `<name>.png` and returns where.
    ///
    /// Wait for the text that must be on it first; the two frames waited for here are those between a change of
    /// the page and its being painted.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let name: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let path = self.screenshots.join(name).with_extension("png");
        std::fs::create_dir_all(&self.screenshots)?;
        self.driver.execute_async(PULSE, vec![]).await?;
        let taken = self.driver.screenshot(&path).await;
        let _: bool = self.ask("clearInterval(window.pulse); return true", &[]).await?;
        taken.with_context(|| format!("no screenshot at {}", path.display()))?;
        Ok(path)
    }

    /// Closes the window and ends every process; an error if one of them had already gone by itself. Not left to
    /// `Drop`, which would block the thread that its own request needs.
    async fn close(mut self) -> Result<()> {
        let driver_ended = self.processes.0.try_wait()?;
        self.driver.quit().await.context("the window was gone before the test closed it")?;
        match driver_ended {
            Some(status) => bail!("WebKitWebDriver ended during the test ({status})"),
            None => Ok(()),
        }
    }
}

/// Starts WebKitWebDriver on a free port and waits until it listens. It passes its environment on to the app.
fn start_driver(folder: &Path, variables: &[(&str, &str)]) -> Result<(Group, u16)> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let child = Command::new("WebKitWebDriver")
        .arg(format!("--port={port}"))
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        // The demo's folder gets the same name with an ending: both stay inside the temporary one.
        .env("PACKLIGHT_DATA_DIR", folder.join("data"))
        .env_remove(APP)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .context("cannot start WebKitWebDriver; install the package webkit2gtk-driver")?;
    let mut processes = Group(child);
    let start = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if let Some(status) = processes.0.try_wait()? {
            bail!("WebKitWebDriver ended at once ({status})");
        }
        if start.elapsed() > DEADLINE {
            bail!("WebKitWebDriver does not listen on port {port}");
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    Ok((processes, port))
}

/// The driver with the app and all its web processes.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.0);
        for (signal, patience) in [(Signal::TERM, 5), (Signal::KILL, 5)] {
            let _ = kill_process_group(group, signal);
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(patience) {
                // The driver has to be collected, or its group exists for ever.
                let _ = self.0.try_wait();
                if test_kill_process_group(group).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
}
