//! A program with a window, outside of any driver: its close button is pressed as a window manager would, and what it
//! costs is read from outside.
//!
//! All processes of the program are one process group, which ends with the value that stands for it.

use std::collections::HashMap;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, EventMask, MapState, Window,
};
use x11rb::rust_connection::RustConnection;

/// How long something may take. Generous: it only costs time when a test fails.
pub const DEADLINE: Duration = Duration::from_mins(1);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// A running program with all the processes that it started.
pub struct Program(Child);

/// What the processes of a program have used so far, by thread.
#[derive(Default)]
pub struct Usage(HashMap<(u32, u32), (u64, u64)>);

/// Where a window stands on the screen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowAt {
    /// Its left edge.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
    /// How wide it is.
    pub width: u32,
    /// How high it is.
    pub height: u32,
}

/// The display, and the names by which windows say what they are.
struct Screen {
    x: RustConnection,
    root: Window,
    protocols: u32,
    delete: u32,
    owner: u32,
}

impl Program {
    /// Starts it without input, in a process group of its own.
    pub fn start(command: &mut Command) -> Result<Self> {
        let started = command.stdin(Stdio::null()).process_group(0).spawn();
        Ok(Self(started.with_context(|| format!("cannot start {}", command.get_program().display()))?))
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        wait_for("the end of the program", DEADLINE, || self.ended())
    }

    /// Asks it to end, as the system does.
    pub fn terminate(&self) -> Result<()> {
        Ok(kill_process(Pid::from_child(&self.0), Signal::TERM)?)
    }

    /// Waits until it has a web view, or none.
    pub fn wait_for_page(&self, wanted: bool) -> Result<()> {
        let what = if wanted { "a web view" } else { "no web view" };
        wait_for(what, DEADLINE, || {
            let has_page = self.processes().any(|(_, stat)| stat.contains("(WebKitWebProces"));
            Ok((has_page == wanted).then_some(()))
        })
    }

    /// Waits until it has no process left that works for a web view.
    pub fn wait_for_no_web_process(&self) -> Result<()> {
        wait_for("no process of a web view", DEADLINE, || {
            Ok((!self.processes().any(|(_, stat)| stat.contains("(WebKit"))).then_some(()))
        })
    }

    /// Presses the close button of its window.
    pub fn close_window(&self) -> Result<()> {
        let screen = Screen::open()?;
        let window = self.window(&screen)?;
        let message = ClientMessageEvent::new(
            32,
            window,
            screen.protocols,
            [screen.delete, x11rb::CURRENT_TIME, 0, 0, 0],
        );
        screen.x.send_event(false, window, EventMask::NO_EVENT, message)?;
        screen.move_pointer(window)
    }

    /// Moves its window and gives it another size, as its user does by the frame.
    pub fn place_window(&self, at: WindowAt) -> Result<()> {
        let screen = Screen::open()?;
        let window = self.window(&screen)?;
        let wish = ConfigureWindowAux::new().x(at.x).y(at.y).width(at.width).height(at.height);
        screen.x.configure_window(window, &wish)?;
        screen.move_pointer(window)?;
        ensure!(screen.place(window)? == at, "the window did not go there");
        Ok(())
    }

    /// Where its window stands.
    pub fn window_place(&self) -> Result<WindowAt> {
        let screen = Screen::open()?;
        screen.place(self.window(&screen)?)
    }

    /// Its window that can be closed, waited for.
    fn window(&self, screen: &Screen) -> Result<Window> {
        let x = &screen.x;
        wait_for("a window that can be closed", DEADLINE, || {
            let mut windows = vec![screen.root];
            while let Some(window) = windows.pop() {
                // A window may go away between two questions: then it is not the one.
                let Ok(tree) = x.query_tree(window)?.reply() else { continue };
                windows.extend(&tree.children);
                let Ok(about) = x.get_window_attributes(window)?.reply() else { continue };
                if about.map_state == MapState::VIEWABLE
                    && numbers(x, window, screen.owner).contains(&self.0.id())
                    && numbers(x, window, screen.protocols).contains(&screen.delete)
                {
                    return Ok(Some(window));
                }
            }
            Ok(None)
        })
    }

    /// What its processes have used of the processors so far: running time in nanoseconds, and how often they woke.
    pub fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        for (process, _) in self.processes() {
            // A thread may end while it is looked at; then its last moment is not counted.
            let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { continue };
            for thread in threads.flatten() {
                let Some(number) = thread.file_name().to_str().and_then(|name| name.parse().ok()) else {
                    continue;
                };
                let read = |name: &str| fs::read_to_string(thread.path().join(name)).unwrap_or_default();
                let running = read("schedstat").split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0);
                let woken = number_behind(&read("status"), "voluntary_ctxt_switches:");
                usage.0.insert((process, number), (running, woken));
            }
        }
        usage
    }

    /// Proportional set size of its processes in bytes: a library that several map counts as a part in each.
    pub fn memory(&self) -> Result<u64> {
        let kilobytes: u64 = self
            .processes()
            .filter_map(|(process, _)| fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok())
            .map(|rollup| number_behind(&rollup, "Pss:"))
            .sum();
        ensure!(kilobytes > 0, "/proc tells no memory of the program's processes");
        Ok(kilobytes * 1024)
    }

    /// Its processes, with the line that `/proc` has of each.
    fn processes(&self) -> impl Iterator<Item = (u32, String)> {
        let group = self.0.id();
        fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(move |entry| {
            let process = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name before them may hold blanks and brackets. State, parent, process group.
            let mut rest = stat.rsplit_once(')')?.1.split_ascii_whitespace();
            (rest.next()? != "Z" && rest.nth(1)?.parse() == Ok(group)).then_some((process, stat))
        })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.0);
        for (signal, patience) in [(Signal::TERM, 5), (Signal::KILL, 5)] {
            let _ = kill_process_group(group, signal);
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(patience) {
                // The child has to be collected, or its group exists for ever.
                let _ = self.0.try_wait();
                if test_kill_process_group(group).is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

impl Screen {
    fn open() -> Result<Self> {
        let (x, screen) = x11rb::connect(None)?;
        let root = x.setup().roots[screen].root;
        let atom = |name: &str| -> Result<u32> { Ok(x.intern_atom(false, name.as_bytes())?.reply()?.atom) };
        let (protocols, delete) = (atom("WM_PROTOCOLS")?, atom("WM_DELETE_WINDOW")?);
        let owner = atom("_NET_WM_PID")?;
        Ok(Self { x, root, protocols, delete, owner })
    }

    fn place(&self, window: Window) -> Result<WindowAt> {
        let about = self.x.get_geometry(window)?.reply()?;
        let at = self.x.translate_coordinates(window, self.root, 0, 0)?.reply()?;
        Ok(WindowAt {
            x: at.dst_x.into(),
            y: at.dst_y.into(),
            width: about.width.into(),
            height: about.height.into(),
        })
    }

    /// Nobody closes or moves a window without moving the pointer; with nothing else to read from the server, the toolkit
    /// may leave a message that came together with an answer in its queue.
    fn move_pointer(&self, window: Window) -> Result<()> {
        for place in [40, 60, 80] {
            self.x.warp_pointer(x11rb::NONE, window, 0, 0, 0, 0, place, place)?;
            self.x.flush()?;
            std::thread::sleep(BETWEEN_LOOKS);
        }
        Ok(())
    }
}

impl Usage {
    /// Running time in nanoseconds and wake-ups since `before`; threads that ended in between are left out.
    pub fn since(&self, before: &Self) -> (u64, u64) {
        self.0.iter().fold((0, 0), |(running, woken), (thread, now)| {
            let before = before.0.get(thread).copied().unwrap_or_default();
            (running + now.0.saturating_sub(before.0), woken + now.1.saturating_sub(before.1))
        })
    }
}

fn numbers(x: &RustConnection, window: Window, property: u32) -> Vec<u32> {
    let asked = x.get_property(false, window, property, AtomEnum::ANY, 0, 64);
    let answer = asked.ok().and_then(|asked| asked.reply().ok());
    answer.and_then(|answer| Some(answer.value32()?.collect())).unwrap_or_default()
}

/// The number behind a name at the beginning of a line; 0 where there is none.
fn number_behind(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_ascii_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Looks until there is an answer.
pub fn wait_for<T>(what: &str, deadline: Duration, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if start.elapsed() > deadline {
            bail!("waited {} s for {what}", deadline.as_secs());
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
}
