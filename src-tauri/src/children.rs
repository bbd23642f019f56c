//! What the programs that this one starts find in their environment.
//!
//! The web view's processes are started by a library and inherit everything, so what concerns them is settled before any
//! thread exists. What is meant for them alone is taken away again from programs that the seller opens from here.

use std::ffi::OsStr;
use std::io;
#[cfg(target_os = "linux")]
use std::path::Path;

/// Whether JavaScriptCore compiles optimised code (WebKitGTK reads it in each web process).
///
/// Off, because this window has no code that it pays for: rows that render run as fast on what the first compiler makes,
/// and the second takes threads at the start and memory for as long as the window lives. Measured while 200 places in the
/// list were jumped to: the same time for a jump, a fifth less processor time, 17 MB less memory.
#[cfg(target_os = "linux")]
const OPTIMISING: &str = "JSC_useDFGJIT";

/// Whether frames reach the window through plain shared memory (WebKitGTK reads it in each of its processes).
///
/// So where no graphics card is: its buffers would be Mesa's imitation of one, which paints every frame once more by
/// software. Measured with 100,000 orders on a machine without a card: 245 MB instead of 356.
#[cfg(target_os = "linux")]
const PLAIN_FRAMES: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Settles what the web view's processes will inherit: no passphrase, one compiler, and no imitated graphics card.
///
/// To be called before any other thread exists.
#[expect(unsafe_code, reason = "there is no other way to reach processes that a library starts")]
pub(crate) fn prepare_environment() {
    // SAFETY: this runs before any other thread of the process exists, so nobody can be reading the environment.
    unsafe { std::env::remove_var(packlight_engine::environment::PASSPHRASE) };
    #[cfg(target_os = "linux")]
    {
        let plain = (!linux::has_graphics_card(Path::new("/dev/dri"))).then_some((PLAIN_FRAMES, "1"));
        for (name, value) in [(OPTIMISING, "0")].into_iter().chain(plain) {
            if std::env::var_os(name).is_none() {
                // SAFETY: as above.
                unsafe { std::env::set_var(name, value) };
            }
        }
    }
}

/// Opens an address or a file in the program that the system has for it, without waiting for that program to end.
#[cfg(not(target_os = "linux"))]
pub(crate) fn open(target: impl AsRef<OsStr>) -> io::Result<()> {
    open::that_detached(target)
}

/// Opens an address or a file in the program that the system has for it, without waiting for that program to end.
///
/// Tries the desktop's ways one after the other, until one of them takes it: ends well, or is still at work after a
/// moment. Blocks for that moment.
#[cfg(target_os = "linux")]
pub(crate) fn open(target: impl AsRef<OsStr>) -> io::Result<()> {
    let mut refusal = io::Error::new(io::ErrorKind::NotFound, "this system has no program that opens others");
    for command in linux::ways(target) {
        match linux::hand_over(command) {
            Ok(()) => return Ok(()),
            // Where a way is not installed, the one before it may have had more to say.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsStr;
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::sync::mpsc::{RecvTimeoutError, sync_channel};
    use std::thread;
    use std::time::Duration;

    /// How long a program may take to refuse.
    const MOMENT: Duration = Duration::from_millis(400);

    /// Whether the kernel offers a card to render with among these devices.
    pub(super) fn has_graphics_card(devices: &Path) -> bool {
        let Ok(devices) = std::fs::read_dir(devices) else { return false };
        devices.flatten().any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
    }

    /// The ways of the known desktops, in the order in which they are tried.
    pub(super) fn ways(target: impl AsRef<OsStr>) -> Vec<Command> {
        let mut commands = open::commands(target);
        for command in &mut commands {
            // A browser may be a WebKit too, and has better use for its compilers.
            command.env_remove(super::OPTIMISING).env_remove(super::PLAIN_FRAMES);
        }
        commands
    }

    /// Starts a program that outlives this one; an error if it refuses at once.
    pub(super) fn hand_over(mut command: Command) -> io::Result<()> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // The signals of this one's terminal are not for it.
        command.process_group(0);
        let mut child = command.spawn()?;
        let (tell, hear) = sync_channel(1);
        // Somebody has to take note of its end, whenever that is.
        thread::Builder::new().name("opened".to_owned()).spawn(move || {
            // Nobody hears it any more when it comes late.
            let _ = tell.send(child.wait());
        })?;
        match hear.recv_timeout(MOMENT) {
            Ok(Ok(status)) if !status.success() => {
                let program = command.get_program().to_string_lossy().into_owned();
                Err(io::Error::other(format!("{program} ended with {status}")))
            }
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(()),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn shell(script: &str) -> Command {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        }

        #[test]
        fn a_browser_keeps_its_compilers() {
            let ways = ways("https://sellercentral.amazon.co.uk/");
            assert!(!ways.is_empty());
            for way in &ways {
                for ours in [super::super::OPTIMISING, super::super::PLAIN_FRAMES] {
                    assert!(way.get_envs().any(|(name, value)| name == ours && value.is_none()), "{way:?}");
                }
            }
        }

        #[test]
        fn a_card_is_known_by_its_render_node() {
            let devices = tempfile::tempdir().unwrap();
            assert!(!has_graphics_card(&devices.path().join("dri")));
            // A virtual machine's screen without acceleration.
            std::fs::write(devices.path().join("card0"), "").unwrap();
            assert!(!has_graphics_card(devices.path()));
            std::fs::write(devices.path().join("renderD128"), "").unwrap();
            assert!(has_graphics_card(devices.path()));
        }

        #[test]
        fn a_program_that_refuses_is_told_from_one_that_stays() {
            assert!(hand_over(shell("exit 0")).is_ok());
            assert_eq!(hand_over(shell("exit 3")).unwrap_err().to_string(), "sh ended with exit status: 3");
            assert_eq!(
                hand_over(Command::new("/nonexistent/xdg-open")).unwrap_err().kind(),
                io::ErrorKind::NotFound
            );
            let stays = hand_over(shell("exec sleep 2"));
            assert!(stays.is_ok(), "{stays:?}");
        }
    }
}
