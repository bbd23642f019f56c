//! Which data folder the window stands on: the seller's own, or the demo's; and moving between the two.
//!
//! The folder is opened while the window is being made, so the first question waits for it instead of the window. A
//! folder that cannot be opened is no reason to die: the window shows the problem and what to do.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};

use packlight_engine::alerts::{Alerting, DeskState, Standing};
use packlight_engine::backups::RepairReport;
use packlight_engine::environment::Environment;
use packlight_engine::{Access, Code, Config, Engine, EngineError, Pace, Supervisor};
use packlight_spapi_sim::Server;
use tauri::{AppHandle, Manager};
use tokio::sync::{Mutex, RwLock, watch};

use crate::alerts::DesktopBell;
#[cfg(target_os = "linux")]
use crate::autostart;
use crate::commands::app::AppInfo;
use crate::error::CommandError;
use crate::first_look::{FirstLook, FirstOrders};
use crate::news::Newsroom;
use crate::residence::Residence;
use crate::{alerts, demo, preferences, tray, window};

mod damage;
mod exchange;
mod opening;

use opening::{Opened, Trying};

/// How the app introduces itself to Amazon.
const APP: &str = "Packlight";

/// What a session stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Seller,
    Demo,
}

/// The app's managed state: the session and what it takes to open another. Clones share everything.
#[derive(Clone)]
pub(crate) struct Desk {
    app: AppHandle,
    data_folder: PathBuf,
    environment: Environment,
    session: Arc<RwLock<Session>>,
    news: Arc<Newsroom>,
    /// What became of a settings file that could not be used.
    settings_notice: Arc<std::sync::Mutex<Option<String>>>,
    /// Read ahead for the page that the window is about to ask for.
    first_look: Arc<Mutex<Option<FirstLook>>>,
    /// What is shown, and how it stands: for those who cannot wait for the session.
    shown: Arc<watch::Sender<(Place, Standing)>>,
    /// Damage that was found in this run was answered.
    answered_damage: Arc<AtomicBool>,
}

/// An open data folder, or why it is not open.
pub(crate) struct Session {
    place: Place,
    engine: Result<Engine, EngineError>,
    /// Set when the folder is open for reading only.
    hindrance: Option<EngineError>,
    supervisor: Option<Supervisor>,
    alerting: Option<Alerting>,
    /// The demo's Amazon; dropping it ends it.
    amazon: Option<Server>,
    /// What was done about a damaged database when it was opened.
    repaired: Option<RepairReport>,
    /// The folder could not be had for writing, and is tried again.
    trying: Option<Trying>,
}

impl Desk {
    /// Starts opening the folder; questions wait until that has ended one way or the other.
    pub(crate) fn open(app: AppHandle, data_folder: PathBuf, environment: Environment, place: Place) -> Self {
        let desk = Self {
            app,
            settings_notice: Arc::new(std::sync::Mutex::new(preferences::recover(
                &data_folder,
                chrono::Utc::now(),
            ))),
            data_folder,
            environment,
            session: Arc::new(RwLock::new(Session::closed(place))),
            news: Arc::default(),
            first_look: Arc::default(),
            shown: Arc::new(watch::Sender::new((place, Standing::default()))),
            answered_damage: Arc::default(),
        };
        // Both locks are taken before anybody can ask.
        let slots =
            (Arc::clone(&desk.session).try_write_owned(), Arc::clone(&desk.first_look).try_lock_owned());
        let opening = desk.clone();
        tauri::async_runtime::spawn(async move {
            if let (Ok(mut session), Ok(mut first_look)) = slots {
                *session = Session::open(&opening, place).await;
                drop(session);
                *first_look = opening.look().await;
            }
        });
        desk
    }

    /// What the window's first picture shows; `None` where it cannot be read, and the page has to ask and be told why.
    pub(crate) async fn first_look(&self) -> Option<FirstLook> {
        let read_ahead = self.first_look.lock().await.take();
        match read_ahead {
            // After a start without a window it may be hours old.
            Some(look) if look.turn == self.news.turn() => Some(look),
            _ => self.look().await,
        }
    }

    async fn look(&self) -> Option<FirstLook> {
        // Before the rest: a change in between is news then, and read again.
        let turn = self.news.turn();
        let app = AppInfo::of(self).await.ok()?;
        let preferences = preferences::load(&self.app, &self.data_folder);
        let orders = match self.engine().await {
            Ok(engine) => FirstOrders::read(&engine).await.ok(),
            Err(_) => None,
        };
        Some(FirstLook { turn, app, preferences, orders })
    }

    /// The engine, once it is open.
    pub(crate) async fn engine(&self) -> Result<Engine, CommandError> {
        Ok(self.session.read().await.engine.clone()?)
    }

    /// As [`Self::engine`], for callers that are no commands.
    pub(crate) async fn open_engine(&self) -> Result<Engine, EngineError> {
        self.session.read().await.engine.clone()
    }

    /// How the desk stands, as far as it was told.
    pub(crate) fn standing_now(&self) -> Standing {
        self.shown.borrow().1.clone()
    }

    /// Whether the demo is shown.
    pub(crate) fn is_demo(&self) -> bool {
        self.shown.borrow().0 == Place::Demo
    }

    /// Whether Packlight starts with the system, on this data folder.
    #[cfg(target_os = "linux")]
    pub(crate) fn starts_with_system(&self) -> bool {
        autostart::file(|name| std::env::var_os(name))
            .is_some_and(|file| autostart::is_enabled(&file, self.unusual_folder()))
    }

    /// Starts with the system from now on, or no longer. The demo's choice is the program's, too.
    #[cfg(target_os = "linux")]
    pub(crate) fn start_with_system(&self, on: bool) -> Result<(), String> {
        let variable = |name: &str| std::env::var_os(name);
        let file = autostart::file(variable).ok_or("the home folder is not known")?;
        let done = if on {
            autostart::program(variable)
                .and_then(|program| autostart::enable(&file, &program, self.unusual_folder()))
        } else {
            autostart::disable(&file)
        };
        done.map_err(|error| format!("{}: {error}", file.display()))
    }

    /// The data folder where it is not the one that is taken without being named.
    #[cfg(target_os = "linux")]
    fn unusual_folder(&self) -> Option<&Path> {
        let usual = packlight_engine::paths::data_folder(None).ok();
        Some(&*self.data_folder).filter(|folder| usual.as_deref() != Some(*folder))
    }

    /// Whether Packlight starts with the system, on this data folder.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn starts_with_system(&self) -> bool {
        use tauri_plugin_autostart::ManagerExt;
        self.app.autolaunch().is_enabled().unwrap_or(false)
    }

    /// Starts with the system from now on, or no longer.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn start_with_system(&self, on: bool) -> Result<(), String> {
        use tauri_plugin_autostart::ManagerExt;
        let start = self.app.autolaunch();
        let done = if on { start.enable() } else { start.disable() };
        done.map_err(|error| error.to_string())
    }

    /// Has the tray follow how an opened folder stands, until that is closed.
    fn follow(&self, place: Place, alerting: &Alerting) {
        let (desk, mut standing) = (self.clone(), alerting.standing());
        tauri::async_runtime::spawn(async move {
            while standing.changed().await.is_ok() {
                let now = standing.borrow_and_update().clone();
                desk.app.state::<Residence>().choose(&desk.app, now.keep_in_tray);
                desk.stand(place, now);
            }
        });
    }

    /// Shows how the desk stands.
    fn stand(&self, place: Place, standing: Standing) {
        self.shown.send_replace((place, standing));
        tray::refresh(&self.app);
    }

    /// Tells on the desktop what the window says, where there is none.
    fn tell_without_window(&self, title: &'static str, body: String) {
        let app = self.app.clone();
        // On the main thread a window that is being made is there already.
        let asked = self.app.run_on_main_thread(move || {
            if window::is_open(&app) {
                return;
            }
            tauri::async_runtime::spawn(async move {
                alerts::heard().await;
                if !window::is_open(&app) {
                    alerts::notify(&app, title, &body, None);
                }
            });
        });
        if let Err(error) = asked {
            tracing::warn!(%error, "the seller was not told: {title}");
        }
    }

    /// Whether the demo is shown, and what hinders working.
    pub(crate) async fn standing(&self) -> (bool, Option<EngineError>) {
        let session = self.session.read().await;
        let problem = session.engine.as_ref().err().or(session.hindrance.as_ref()).cloned();
        (session.place == Place::Demo, problem)
    }

    /// The seller's own data folder, whatever is shown.
    pub(crate) fn data_folder(&self) -> &Path {
        &self.data_folder
    }

    /// What became of a settings file that could not be used, until the seller has read it.
    pub(crate) fn settings_notice(&self) -> Option<String> {
        self.settings_notice.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The seller has read it.
    pub(crate) fn forget_settings_notice(&self) {
        *self.settings_notice.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What changed.
    pub(crate) fn news(&self) -> &Newsroom {
        &self.news
    }

    /// The app, for what only Tauri can do.
    pub(crate) fn app(&self) -> &AppHandle {
        &self.app
    }

    /// Moves to the demo, or from the demo back to the seller's own folder. Leaving the demo deletes its data.
    pub(crate) async fn move_to(&self, place: Place) -> Result<(), CommandError> {
        let mut session = self.session.write().await;
        if session.place != place {
            std::mem::replace(&mut *session, Session::closed(place)).close().await;
            // Whatever becomes of the demo's data, the seller's own are open afterwards.
            let erased = if place == Place::Seller { demo::erase(&self.data_folder) } else { Ok(()) };
            self.stand(place, Standing::default());
            *session = Session::open(self, place).await;
            window::show_title(&self.app, place == Place::Demo);
            drop(session);
            self.news.everything_changed();
            return match erased {
                // It was another Packlight's demo, which is still looked at there.
                Err(error) if error.code != Code::Busy => Err(error.into()),
                _ => Ok(()),
            };
        }
        drop(session);
        self.news.everything_changed();
        Ok(())
    }

    /// Ends everything at its next safe point, for the end of the app.
    pub(crate) async fn close(&self) {
        let mut session = self.session.write().await;
        let place = session.place;
        std::mem::replace(&mut *session, Session::closed(place)).close().await;
    }
}

impl Session {
    fn closed(place: Place) -> Self {
        let engine = Err(EngineError::retryable(Code::Busy, "the data folder is not open yet"));
        Self {
            place,
            engine,
            hindrance: None,
            supervisor: None,
            alerting: None,
            amazon: None,
            repaired: None,
            trying: None,
        }
    }

    async fn open(desk: &Desk, place: Place) -> Self {
        let opened = match place {
            Place::Seller => {
                let opened = opening::open(&desk.data_folder, &desk.environment, opening::PATIENCE).await;
                opened.map(Self::of_seller)
            }
            Place::Demo => Self::open_demo(&desk.data_folder, &desk.environment).await,
        };
        Self::begin(desk, place, opened).await
    }

    /// Has the app follow what was opened, or shows that it was not.
    async fn begin(desk: &Desk, place: Place, opened: Result<Self, EngineError>) -> Self {
        let residence = desk.app.state::<Residence>();
        let mut session = match opened {
            Ok(session) => session,
            Err(error) => {
                tracing::error!(%error, "the data folder could not be opened");
                let is_tried = place == Place::Seller && opening::is_worth_another_try(&error);
                let state = if is_tried { DeskState::Waiting } else { DeskState::NeedsYou };
                desk.stand(place, Standing { state, ..Standing::default() });
                desk.tell_without_window("Packlight could not open its data", error.message.clone());
                // Where nothing comes of staying, closing the window ends it.
                residence.choose(&desk.app, is_tried);
                let trying = is_tried.then(|| desk.try_again());
                return Self { engine: Err(error), trying, ..Self::closed(place) };
            }
        };
        let Ok(engine) = &session.engine else { return session };
        if let Ok(background) = engine.background().await {
            residence.choose(&desk.app, background.keep_in_tray);
        }
        if engine.can_write() {
            let bell = DesktopBell { app: desk.app.clone(), is_demo: place == Place::Demo };
            let alerting = Alerting::start(engine.clone(), Arc::new(bell));
            desk.follow(place, &alerting);
            session.alerting = Some(alerting);
            if place == Place::Seller {
                desk.repair_once(engine.events().subscribe());
            }
        } else {
            desk.stand(place, Standing { state: DeskState::Waiting, ..Standing::default() });
            session.trying = Some(desk.try_again());
        }
        if session.repaired.is_some() {
            let what = "It was damaged, and what could be saved took its place. Open Packlight to read what was done.";
            desk.tell_without_window("Packlight's database has been replaced", what.to_owned());
        }
        // Subscribed here and not in the task: what is read after this cannot change unnoticed.
        let (news, events) = (Arc::clone(&desk.news), engine.events().subscribe());
        tauri::async_runtime::spawn(async move { news.gather(events).await });
        session
    }

    fn of_seller(opened: Opened) -> Self {
        let Opened { engine, hindrance, repaired } = opened;
        let supervisor = engine.can_write().then(|| Supervisor::start(engine.clone(), Pace::Settings));
        Self { hindrance, repaired, supervisor, engine: Ok(engine), ..Self::closed(Place::Seller) }
    }

    async fn open_demo(data_folder: &Path, environment: &Environment) -> Result<Self, EngineError> {
        demo::erase(data_folder)?;
        demo::create(data_folder)?;
        let amazon = demo::start_amazon().await?;
        let environment = demo::environment(&amazon, environment);
        let folder = demo::folder(data_folder);
        let secrets = demo::secrets(&folder);
        let config = Config::of_system(folder, Access::Write, environment, APP, None)?;
        let engine = Engine::open(Config { secrets, ..config }).await?;
        demo::connect(&engine).await?;
        demo::stock_up(engine.clone());
        let supervisor = Some(Supervisor::start(engine.clone(), demo::POLL));
        Ok(Self { supervisor, engine: Ok(engine), amazon: Some(amazon), ..Self::closed(Place::Demo) })
    }

    async fn close(self) {
        if let Some(alerting) = self.alerting {
            alerting.stop().await;
        }
        if let Some(supervisor) = self.supervisor {
            supervisor.stop().await;
        }
        if let Ok(engine) = self.engine {
            engine.close().await;
        }
        if let Some(amazon) = self.amazon {
            amazon.stop().await;
        }
    }
}
