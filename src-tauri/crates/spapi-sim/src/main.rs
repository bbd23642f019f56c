//! The simulated Amazon alone: prints where it listens as one line of JSON and serves until it is told to end.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use chrono::Utc;
use clap::Parser;
use packlight_spapi_sim::{
    Amazon, CLIENT_ID, CLIENT_SECRET, Clock, Injection, MARKETPLACES, Marketplace, REFRESH_TOKEN, Seller,
    Server,
};
use serde_json::json;

/// A simulated Amazon Selling Partner API with one seller's orders.
#[derive(Debug, Parser)]
#[command(name = "packlight-spapi-sim", version)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Orders of the seller's history.
    #[arg(long, default_value_t = 300)]
    orders: u64,
    /// Seed of the world.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Days over which the history is spread.
    #[arg(long, default_value_t = 60)]
    days: u32,
    /// Marketplace in which the seller sells: its id or country code. May be repeated.
    #[arg(long = "marketplace", value_name = "ID", value_parser = marketplace)]
    marketplaces: Vec<&'static Marketplace>,
    /// New orders per hour. With 0 and without --living the world stands still.
    #[arg(long, default_value_t = 0)]
    arrivals_per_hour: u32,
    /// Lets the orders of the history be paid, shipped and delivered as time passes.
    #[arg(long)]
    living: bool,
    /// How many times faster than in life new orders move on.
    #[arg(long, default_value_t = 1)]
    pace: u32,
    /// Multiplies the rate of every usage plan, not the burst.
    #[arg(long, default_value_t = 1)]
    rate_scale: u32,
    /// A fault such as throttle, server-error:503 or html-page@searchOrders*3. May be repeated.
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Injection>,
}

fn marketplace(text: &str) -> Result<&'static Marketplace, String> {
    let fits = |store: &&Marketplace| store.id == text || store.country.eq_ignore_ascii_case(text);
    MARKETPLACES.iter().find(fits).ok_or_else(|| format!("no marketplace has the id or country code {text}"))
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let mut seller = Seller::with_orders(arguments.orders, arguments.seed, Utc::now())
        .history_days(arguments.days)
        .pace(arguments.pace)
        .rate_scale(arguments.rate_scale);
    if arguments.living {
        seller = seller.living();
    }
    if arguments.arrivals_per_hour > 0 {
        seller = seller.arrivals_per_hour(arguments.arrivals_per_hour);
    }
    if !arguments.marketplaces.is_empty() {
        seller = seller.marketplaces(arguments.marketplaces.iter().map(|store| store.id));
    }
    let amazon = Arc::new(Amazon::with_clock(seller, Clock::system()));
    for fault in arguments.faults {
        amazon.inject(fault);
    }
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let server = Server::start(Arc::clone(&amazon), addr).await?;
    let stores: Vec<&str> = amazon.world().marketplaces().iter().map(|store| store.id).collect();
    let line = json!({
        "base_url": server.base_url(),
        "lwa_url": server.lwa_url(),
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": REFRESH_TOKEN,
        "marketplaces": stores,
    });
    writeln!(io::stdout(), "{line}")?;
    io::stdout().flush()?;
    asked_to_end().await?;
    server.stop().await;
    Ok(())
}

/// Waits for SIGINT, or for SIGTERM where that exists.
async fn asked_to_end() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupt = tokio::signal::ctrl_c() => interrupt,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
