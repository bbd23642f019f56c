//! A session bus of its own with what a desktop has there: one that shows notifications and one that shows tray icons.
//!
//! Both are real services to the app under test; a click is what the desktop's own signal or menu event would be. The bus
//! is no other test's, so that no other app is heard on it.

#![allow(
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "the protocols say what is handed over and how; much of it is of no interest here"
)]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use zbus::blocking::Connection;
use zbus::zvariant::{OwnedValue, Structure, Value};

use crate::program::{DEADLINE, wait_for};

const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const NOTIFICATIONS_AT: &str = "/org/freedesktop/Notifications";
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_AT: &str = "/StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// A notification as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The service's id of it.
    pub id: u32,
    /// Its first line.
    pub title: String,
    /// The rest.
    pub body: String,
    /// Whether a click on it is reported.
    pub clickable: bool,
}

#[derive(Default)]
struct Heard {
    notifications: Mutex<Vec<Shown>>,
    /// Sender and path of the icons.
    items: Mutex<Vec<(String, String)>>,
}

/// The bus with the desktop's services; they are gone when this is dropped.
pub struct SessionBus {
    connection: Connection,
    heard: Arc<Heard>,
    bus: Bus,
}

/// A bus on which nothing can be started: what is there was put there.
struct Bus {
    daemon: Child,
    address: String,
}

const CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
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
    fn start() -> Result<Self> {
        let mut config = tempfile::NamedTempFile::new()?;
        std::io::Write::write_all(&mut config, CONFIG.as_bytes())?;
        let mut daemon = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(config.path())
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start dbus-daemon; install the package dbus")?;
        let mut address = String::new();
        if let Some(stdout) = daemon.stdout.take() {
            // It has read its configuration when it tells its address.
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

struct Notifications(Arc<Heard>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    fn notify(
        &self,
        _app_name: &str,
        replaces_id: u32,
        _app_icon: &str,
        summary: &str,
        body: &str,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
    ) -> u32 {
        let mut shown = self.0.notifications.lock().unwrap_or_else(PoisonError::into_inner);
        let next = u32::try_from(shown.len()).unwrap_or(0) + 1;
        let id = if replaces_id == 0 { next } else { replaces_id };
        let clickable = actions.iter().step_by(2).any(|action| action == "default");
        shown.push(Shown { id, title: summary.to_owned(), body: body.to_owned(), clickable });
        id
    }

    fn get_capabilities(&self) -> Vec<&'static str> {
        vec!["body", "body-markup", "actions", "persistence"]
    }

    fn get_server_information(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        ("test desktop", "packlight", "1", "1.2")
    }

    fn close_notification(&self, _id: u32) {}
}

struct Watcher(Arc<Heard>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(
        &self,
        service: &str,
        #[zbus(header)] header: zbus::message::Header<'_>,
    ) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let item = if service.starts_with('/') {
            (sender, service.to_owned())
        } else {
            (service.to_owned(), "/StatusNotifierItem".to_owned())
        };
        self.0.items.lock().unwrap_or_else(PoisonError::into_inner).push(item);
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        let items = self.0.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.iter().map(|(sender, path)| format!("{sender}{path}")).collect()
    }
}

impl SessionBus {
    /// Starts a bus with the service for notifications, and the one for tray icons if asked for.
    pub fn start(shows_icons: bool) -> Result<Self> {
        let bus = Bus::start()?;
        let heard = Arc::<Heard>::default();
        let mut builder = zbus::blocking::connection::Builder::address(bus.address.as_str())?
            .serve_at(NOTIFICATIONS_AT, Notifications(Arc::clone(&heard)))?
            .name(NOTIFICATIONS)?;
        if shows_icons {
            builder = builder.serve_at(WATCHER_AT, Watcher(Arc::clone(&heard)))?.name(WATCHER)?;
        }
        let connection = builder.build().context("the bus takes no services")?;
        Ok(Self { connection, heard, bus })
    }

    /// For the variable by which programs find their session bus.
    pub fn address(&self) -> &str {
        &self.bus.address
    }

    /// All notifications so far.
    pub fn shown(&self) -> Vec<Shown> {
        self.heard.notifications.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until some more were shown than the `known` first, and returns those.
    pub fn more_than(&self, known: usize) -> Result<Vec<Shown>> {
        wait_for("a notification", DEADLINE, || {
            Ok(self.shown().get(known..).filter(|new| !new.is_empty()).map(<[Shown]>::to_vec))
        })
    }

    /// Clicks on a notification.
    pub fn click(&self, shown: &Shown) -> Result<()> {
        let body = (shown.id, "default");
        Ok(self.connection.emit_signal(
            None::<&str>,
            NOTIFICATIONS_AT,
            NOTIFICATIONS,
            "ActionInvoked",
            &body,
        )?)
    }

    /// Waits for the icon and returns where its picture lies.
    pub fn icon(&self) -> Result<String> {
        wait_for("an icon in the tray", DEADLINE, || {
            let Ok(value) = self.property("IconName") else { return Ok(None) };
            Ok(String::try_from(value).ok().filter(|picture| !picture.is_empty()))
        })
    }

    /// Waits until the menu holds a text that begins so, and returns the icon's picture of that moment: a PNG file.
    pub fn picture_with(&self, begins: &str) -> Result<Vec<u8>> {
        self.item_id(begins)?;
        wait_for("the icon's picture", DEADLINE, || {
            // The file goes when another picture comes.
            Ok(std::fs::read(self.icon()?).ok())
        })
    }

    /// The texts of the icon's menu with their ids, submenus included.
    pub fn menu(&self) -> Result<Vec<(i32, String)>> {
        let (to, at) = self.menu_at()?;
        let answer = self.connection.call_method(
            Some(to.as_str()),
            at.as_str(),
            Some(MENU),
            "GetLayout",
            &(0_i32, -1_i32, vec!["label"]),
        )?;
        let body = answer.body();
        // A revision and the root.
        let layout: Structure<'_> = body.deserialize()?;
        let mut items = Vec::new();
        if let [_, Value::Structure(root)] = layout.fields() {
            gather(root, &mut items);
        }
        Ok(items)
    }

    /// Waits until the menu holds a text that begins so, and chooses it.
    pub fn choose(&self, begins: &str) -> Result<()> {
        let id = self.item_id(begins)?;
        let (to, at) = self.menu_at()?;
        let body = (id, "clicked", Value::from(0_i32), 0_u32);
        self.connection.call_method(Some(to.as_str()), at.as_str(), Some(MENU), "Event", &body)?;
        Ok(())
    }

    fn item_id(&self, begins: &str) -> Result<i32> {
        wait_for(&format!("'{begins}' in the menu"), DEADLINE, || {
            let items = self.menu().unwrap_or_default();
            Ok(items.into_iter().find(|(_, text)| text.starts_with(begins)).map(|(id, _)| id))
        })
    }

    fn menu_at(&self) -> Result<(String, String)> {
        let path = zbus::zvariant::OwnedObjectPath::try_from(self.property("Menu")?)?;
        Ok((self.item()?.0, path.to_string()))
    }

    fn item(&self) -> Result<(String, String)> {
        let items = self.heard.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.last().cloned().context("there is no icon in the tray")
    }

    fn property(&self, name: &str) -> Result<OwnedValue> {
        let (to, at) = self.item()?;
        let interface = Some("org.freedesktop.DBus.Properties");
        let answer =
            self.connection.call_method(Some(to.as_str()), at.as_str(), interface, "Get", &(ITEM, name))?;
        Ok(answer.body().deserialize()?)
    }
}

/// Items of a menu below `item`, which is `(id, properties, children)`.
fn gather(item: &Structure<'_>, items: &mut Vec<(i32, String)>) {
    let [Value::I32(id), Value::Dict(properties), Value::Array(children)] = item.fields() else { return };
    if let Ok(Some(label)) = properties.get::<_, String>(&"label") {
        items.push((*id, label.replace('_', "")));
    }
    for child in children.iter() {
        let child = if let Value::Value(inner) = child { inner } else { child };
        if let Value::Structure(child) = child {
            gather(child, items);
        }
    }
}
