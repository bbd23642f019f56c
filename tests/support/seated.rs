//! A seller who is connected to a simulated Amazon over sockets, and the built app on the seller's folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{TimeDelta, Utc};
use packlight_domain::account::OrdersApi;
use packlight_spapi::HttpTransport;
use packlight_spapi_sim::{Amazon, Draft, DraftLine, Role, Seller, Server};
use packlight_store::{Access, Store};
use tempfile::TempDir;

use crate::command_line::RATE_SCALE;
use crate::program::{DEADLINE, Program, wait_for};
use crate::world::{self, GB};

/// How often, a tenth of a second apart, it is looked whether the first import is complete.
const LOOKS: u32 = 600;

/// The app and its seller.
pub struct Seated {
    /// The running app. Dropped before what it stands on.
    pub app: Program,
    amazon: Arc<Amazon>,
    _server: Server,
    folder: TempDir,
}

impl Seated {
    /// Connects a shop and starts the app on it, with this session bus.
    pub async fn start(app: &Path, bus: &str) -> Result<Self> {
        Self::start_with(app, bus, &[], |_| Ok(())).await.map(|(seated, ())| seated)
    }

    /// The same with arguments, and after something was done with the data folder; what came of that stays with the caller.
    pub async fn start_with<T>(
        app: &Path,
        bus: &str,
        arguments: &[&str],
        before: impl FnOnce(&Path) -> Result<T>,
    ) -> Result<(Self, T)> {
        let seller = Seller::with_orders(120, 5, Utc::now()).history_days(25).rate_scale(RATE_SCALE);
        let amazon = Arc::new(Amazon::new(seller));
        let server = Server::start(Arc::clone(&amazon), ([127, 0, 0, 1], 0).into()).await?;
        let folder = TempDir::new()?;
        let data = folder.path().join("data");
        let transport = HttpTransport::new()?;
        let engine = world::over_sockets(&data, &server.base_url(), &server.lwa_url(), transport).await?;
        world::connect(&engine, OrdersApi::V2026, &[GB]).await?;
        engine.close().await;
        drop(engine);
        let done = before(&data)?;
        let app = Program::start(
            Command::new(app)
                .args(arguments)
                .env("DBUS_SESSION_BUS_ADDRESS", bus)
                .env("PACKLIGHT_DATA_DIR", &data)
                .env("PACKLIGHT_SP_API_URL", server.base_url())
                .env("PACKLIGHT_LWA_URL", server.lwa_url())
                .env("PACKLIGHT_RATE_SCALE", RATE_SCALE.to_string())
                .env("PACKLIGHT_PASSPHRASE", "a test")
                .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
        )?;
        Ok((Self { app, amazon, _server: server, folder }, done))
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Waits until the first import is complete.
    pub async fn imported(&self) -> Result<()> {
        Self::imported_into(&self.data()).await
    }

    /// The same where the data was moved to `folder`.
    pub async fn imported_into(folder: &Path) -> Result<()> {
        for _ in 0..LOOKS {
            let store = Store::open(folder, Access::Read, Utc::now()).await?;
            let complete = store.accounts().await?[0].complete_up_to.is_some();
            store.close().await;
            if complete {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        anyhow::bail!("the first import did not end")
    }

    /// Amazon grants the application to read orders, or does not any more.
    pub fn grant(&self, is_granted: bool) {
        if is_granted {
            self.amazon.grant(Role::Orders);
        } else {
            self.amazon.deny(Role::Orders);
        }
    }

    /// Waits until the app has logged that its window opened at this order.
    pub async fn opened_at(&self, order: &str) -> Result<()> {
        let store = Store::open(&self.data(), Access::Read, Utc::now()).await?;
        let found = store.find_order(None, order).await?.with_context(|| format!("{order} is not known"))?;
        store.close().await;
        let line = format!("the window opened at /orders?order={}\n", found.row.id.0);
        let log = self.data().join("logs/packlight.log");
        wait_for(&line, DEADLINE, || {
            Ok(std::fs::read_to_string(&log).unwrap_or_default().contains(&line).then_some(()))
        })
    }

    /// Buyers order; early enough for Amazon's list to show it.
    pub fn place(&self, orders: u32) -> Vec<String> {
        let at = Utc::now() - TimeDelta::minutes(10);
        (0..orders)
            .map(|_| {
                let draft = Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai <Tree> & Pot", 1, 2_155)]);
                let order = self.amazon.world().place(at, draft).expect("a good draft");
                self.amazon.world().pay(&order, at).expect("it was placed just now");
                order
            })
            .collect()
    }
}
