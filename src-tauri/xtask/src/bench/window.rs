//! From the start of the program to rows on the screen, and the memory it takes then, beside the emptiest window.
//!
//! Nothing in the app is timed by the app. Both programs run on the same hidden screen, on the same bus, in turns, with
//! warm caches, and both are watched from outside in the same way: a part of the window is copied from the X server
//! every few milliseconds. What it looks like when it has come to rest is learnt in a run that is not counted; a run is
//! "there" when nineteen in twenty of that picture's drawn pixels are: the first rows of the table for the app, its one
//! line of text for the empty window. Memory is the proportional set size over all processes, five seconds later.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt, ImageFormat, MapState, Window};
use x11rb::rust_connection::RustConnection;

use super::memory::Memory;
use super::report::{Goal, Measurement, Unit};
use super::statistics::thousandths;
use crate::display::Display;
use crate::processes::Group;
use crate::project::Project;
use crate::session::Session;

/// Rounds of one run each, forwards and backwards in turns (ours, control, lean, lean, control, ours, …).
const ROUNDS: usize = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(4);
const DEADLINE: Duration = Duration::from_mins(1);
/// For how long nothing may change until a picture counts as at rest.
const AT_REST: Duration = Duration::from_secs(3);
/// How long after the first rows the memory is read.
const SETTLED: Duration = Duration::from_secs(5);
/// This many thousandths of the drawn pixels make a picture that is there.
const THERE: u64 = 950;
/// Fewer drawn pixels than these are no text.
const LEAST_INK: usize = 200;

/// Makes WebKitGTK hand over its frames in plain shared memory.
const PLAIN_FRAMES: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Start and memory of the app on the database in `folder`.
pub(super) fn measure(project: &Project, folder: &Path) -> Result<Vec<Measurement>> {
    // Warm caches: what is measured is the program and not the disk.
    std::io::copy(&mut File::open(folder.join("packlight.db"))?, &mut std::io::sink())?;
    let pictures = project.bench();
    let stage = Stage::open(&pictures)?;
    // The rows of the table lie in the lower middle of the window, whatever stands above them. Both parts are of one size:
    // looking takes time too, which the program does not get.
    let rows = [200, 500, 700, 750];
    let app =
        stage.learn(&pictures, Subject::new("app", "Packlight", project.app("release"), rows).on(folder))?;
    let line = [0, 0, 500, 250];
    let empty = Subject::new("empty window", "Empty window", project.example("empty_window"), line);
    let empty = stage.learn(&pictures, empty)?;
    let plain = Subject::new("plain empty window", "Empty window", project.example("empty_window"), line);
    let plain = stage.learn(&pictures, plain.with_plain_frames())?;

    let (mut ours, mut control, mut lean) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        println!("  round {} of {ROUNDS}", round + 1);
        let mut turns = [(&app, &mut ours), (&empty, &mut control), (&plain, &mut lean)];
        if round % 2 == 1 {
            turns.reverse();
        }
        for (subject, runs) in turns {
            runs.push(subject.run(&stage)?);
        }
    }
    // Libraries that another web view holds too count half: then the figures are too small.
    let alone = ours.iter().chain(&control).chain(&lean).all(|run| run.memory.alone);
    let memory = if alone {
        "memory, PSS of all processes"
    } else {
        "memory, PSS (shared with another web view: run again)"
    };
    let compared = |what: &str, unit, figure: fn(&Run) -> u64, goals: &[Goal]| {
        let against = |name: &str, runs: &[Run], goals: &[Goal]| Measurement {
            what: what.to_owned(),
            unit,
            orders: None,
            ours: ours.iter().map(figure).collect(),
            against: Some(name.to_owned()),
            control: runs.iter().map(figure).collect(),
            goals: goals.to_vec(),
        };
        [against("empty window", &control, goals), against("it with plain frames", &lean, &[])]
    };
    Ok([
        compared("start to first rows", Unit::Nanoseconds, |run| run.painted, &[Goal::Ratio(1500)]),
        compared("start to the page's first corner", Unit::Nanoseconds, |run| run.begun, &[]),
        compared("start to the window on screen", Unit::Nanoseconds, |run| run.mapped, &[]),
        compared(memory, Unit::Bytes, |run| run.memory.all, &[Goal::Ratio(1200)]),
        compared("of it private or shared by no file", Unit::Bytes, |run| run.memory.anonymous, &[]),
    ]
    .concat())
}

/// The name of the app, or the beginning of the line: what is drawn as soon as anything is.
const CORNER: Area = [0, 0, 120, 60];

/// A part of a window in thousandths of its sides: left, top, right, bottom.
type Area = [u32; 4];

/// Where the programs play: a hidden screen, a message bus, folders, and an eye on the screen.
struct Stage {
    display: Display,
    bus: Bus,
    session: Session,
    eye: RustConnection,
    root: Window,
    title: u32,
}

impl Stage {
    fn open(folder: &Path) -> Result<Self> {
        let display = Display::open()?;
        let (eye, screen) = x11rb::connect(Some(display.name())).context("cannot reach the hidden screen")?;
        let root = eye.setup().roots[screen].root;
        let title = eye.intern_atom(false, b"_NET_WM_NAME")?.reply()?.atom;
        Ok(Self { display, bus: Bus::open(folder)?, session: Session::open()?, eye, root, title })
    }

    /// Watches a program once, and leaves a picture of what it came to: so one can see what is being waited for.
    fn learn(&self, pictures: &Path, mut subject: Subject) -> Result<Subject> {
        let (mut group, start) = subject.start(self)?;
        let learnt = subject.learn(self, &mut group, start);
        if let Some(picture) = self.display.picture_of(subject.title)? {
            let path = pictures.join(subject.name.replace(' ', "-")).with_extension("png");
            picture.save(&path)?;
            println!("  {}: {}", subject.name, path.display());
        }
        learnt.map(|()| subject)
    }

    /// The window of this title, if it is on the screen.
    fn window(&self, title: &str) -> Result<Option<Window>> {
        for window in self.eye.query_tree(self.root)?.reply()?.children {
            // A window may go away between two questions: then it is not the one.
            let Ok(about) = self.eye.get_window_attributes(window)?.reply() else { continue };
            let Ok(name) = self.eye.get_property(false, window, self.title, AtomEnum::ANY, 0, 256)?.reply()
            else {
                continue;
            };
            if about.map_state == MapState::VIEWABLE && name.value == title.as_bytes() {
                return Ok(Some(window));
            }
        }
        Ok(None)
    }

    /// The pixels of a part of a window.
    fn look(&self, window: Window, [left, top, right, bottom]: Area) -> Result<Vec<[u8; 4]>> {
        let size = self.eye.get_geometry(window)?.reply()?;
        let part = |side: u16, thousandths: u32| u32::from(side) * thousandths / 1000;
        let (x, y) = (part(size.width, left), part(size.height, top));
        let (width, height) = (part(size.width, right) - x, part(size.height, bottom) - y);
        let image = self
            .eye
            .get_image(
                ImageFormat::Z_PIXMAP,
                window,
                i16::try_from(x)?,
                i16::try_from(y)?,
                u16::try_from(width)?,
                u16::try_from(height)?,
                u32::MAX,
            )?
            .reply()?;
        let (pixels, _) = image.data.as_chunks::<4>();
        Ok(pixels.to_vec())
    }
}

/// A message bus for the programs, so that none of them waits for one. Nothing on it can be started: the first program to
/// ask the desktop for its settings would start half a dozen services, which then run beside what is measured.
struct Bus {
    daemon: Child,
    address: String,
}

const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

impl Bus {
    fn open(folder: &Path) -> Result<Self> {
        let config = folder.join("bus.conf");
        std::fs::write(&config, BUS).with_context(|| format!("cannot write {}", config.display()))?;
        let mut daemon = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(&config)
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start dbus-daemon; install the package dbus")?;
        let mut address = String::new();
        if let Some(stdout) = daemon.stdout.take() {
            BufReader::new(stdout).read_line(&mut address)?;
        }
        Ok(Self { daemon, address: address.trim().to_owned() })
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// A program to watch, and what it looks like when it has come to rest.
struct Subject {
    name: &'static str,
    title: &'static str,
    program: PathBuf,
    folder: Option<PathBuf>,
    plain_frames: bool,
    area: Area,
    ink: Ink,
    corner: Ink,
}

/// One run: times in nanoseconds since the program was started, memory in bytes.
struct Run {
    mapped: u64,
    begun: u64,
    painted: u64,
    memory: Memory,
}

impl Subject {
    fn new(name: &'static str, title: &'static str, program: PathBuf, area: Area) -> Self {
        let (ink, corner) = (Ink::default(), Ink::default());
        Self { name, title, program, folder: None, plain_frames: false, area, ink, corner }
    }

    /// The program is started on the database in this folder.
    fn on(self, folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), ..self }
    }

    fn with_plain_frames(self) -> Self {
        Self { plain_frames: true, ..self }
    }

    /// Waits until nothing moves any more, and remembers what was drawn.
    fn learn(&mut self, stage: &Stage, group: &mut Group, start: Instant) -> Result<()> {
        let window = self.wait_for_window(stage, group, start)?;
        let (mut last, mut since) = (Vec::new(), Instant::now());
        while since.elapsed() < AT_REST || self.ink.places.len() < LEAST_INK {
            ensure!(
                start.elapsed() < DEADLINE,
                "{}: nothing that stays was drawn in {} s",
                self.name,
                DEADLINE.as_secs()
            );
            sleep(Duration::from_millis(100));
            let now = stage.look(window, self.area)?;
            if now != last {
                self.ink = Ink::of(&now);
                (last, since) = (now, Instant::now());
            }
        }
        self.corner = Ink::of(&stage.look(window, CORNER)?);
        Ok(())
    }

    fn start(&self, stage: &Stage) -> Result<(Group, Instant)> {
        let mut command = Command::new(&self.program);
        stage.display.give_to(&mut command);
        stage.session.point(&mut command);
        if self.plain_frames {
            command.env(PLAIN_FRAMES, "1");
        } else {
            command.env_remove(PLAIN_FRAMES);
        }
        command.env("DBUS_SESSION_BUS_ADDRESS", &stage.bus.address);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some(folder) = &self.folder {
            command.arg("--data-dir").arg(folder);
        }
        let start = Instant::now();
        Ok((Group::start(&mut command)?, start))
    }

    fn wait_for_window(&self, stage: &Stage, group: &mut Group, start: Instant) -> Result<Window> {
        loop {
            if let Some(window) = stage.window(self.title)? {
                return Ok(window);
            }
            if let Some(status) = group.ended()? {
                bail!("{}: ended by itself ({status}) before it showed a window", self.name);
            }
            ensure!(start.elapsed() < DEADLINE, "{}: no window in {} s", self.name, DEADLINE.as_secs());
            sleep(BETWEEN_LOOKS);
        }
    }

    fn run(&self, stage: &Stage) -> Result<Run> {
        let (mut group, start) = self.start(stage)?;
        let window = self.wait_for_window(stage, &mut group, start)?;
        let mapped = nanoseconds(start);
        let wait_for = |ink: &Ink, area| -> Result<u64> {
            while ink.in_picture(&stage.look(window, area)?) < THERE {
                ensure!(
                    start.elapsed() < DEADLINE,
                    "{}: not drawn as before in {} s",
                    self.name,
                    DEADLINE.as_secs()
                );
                sleep(BETWEEN_LOOKS);
            }
            Ok(nanoseconds(start))
        };
        let begun = wait_for(&self.corner, CORNER)?;
        let painted = wait_for(&self.ink, self.area)?;
        sleep(SETTLED);
        Ok(Run { mapped, begun, painted, memory: Memory::of(&group)? })
    }
}

fn nanoseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// The pixels of a picture that are not ground: what was drawn.
#[derive(Default)]
struct Ink {
    places: Vec<(usize, [u8; 4])>,
}

impl Ink {
    fn of(picture: &[[u8; 4]]) -> Self {
        let mut colours = std::collections::HashMap::<[u8; 4], usize>::new();
        for pixel in picture {
            *colours.entry(*pixel).or_default() += 1;
        }
        let ground = colours.into_iter().max_by_key(|(_, pixels)| *pixels).map(|(colour, _)| colour);
        let drawn = picture.iter().enumerate().filter(|(_, pixel)| Some(**pixel) != ground);
        Self { places: drawn.map(|(place, pixel)| (place, *pixel)).collect() }
    }

    /// How many thousandths of it are in a picture.
    fn in_picture(&self, picture: &[[u8; 4]]) -> u64 {
        let found = self.places.iter().filter(|(place, pixel)| picture.get(*place) == Some(pixel)).count();
        thousandths(found as u64, self.places.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUND: [u8; 4] = [255; 4];
    const TEXT: [u8; 4] = [0; 4];

    #[test]
    fn only_the_same_text_at_the_same_place_counts() {
        let rest: Vec<_> = (0..1000).map(|place| if place % 10 == 0 { TEXT } else { GROUND }).collect();
        let ink = Ink::of(&rest);
        assert_eq!(ink.places.len(), 100);
        assert_eq!(ink.in_picture(&rest), 1000);
        assert_eq!(ink.in_picture(&vec![GROUND; 1000]), 0);
        let half: Vec<_> =
            rest.iter().enumerate().map(|(at, pixel)| if at < 500 { *pixel } else { GROUND }).collect();
        assert_eq!(ink.in_picture(&half), 500);
        assert_eq!(ink.in_picture(&rest[1..]), 0, "moved by one");
        assert_eq!(ink.in_picture(&[]), 0);
    }
}
