//! `account add | list | check | remove`.

use chrono::Local;
use packlight_domain::account::check_marketplaces;
use packlight_domain::marketplace;
use packlight_engine::accounts::{AccountCheck, AccountView, GrantView, NewAccount};
use packlight_engine::{Code, EngineError};

use crate::arguments::{AccountCommand, AddCommand};
use crate::credentials;
use crate::desk::{Desk, named};
use crate::exit::{Exit, Failure};
use crate::output::{Output, line, printable};
use crate::progress::{self, say};
use crate::shapes::{AccountListShape, AccountShape, RemovedShape};
use crate::table;

/// Runs one of the commands.
pub(crate) async fn run(
    desk: &Desk<'_>,
    command: &AccountCommand,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    match command {
        AccountCommand::Add(wanted) => add(desk, wanted, output).await,
        AccountCommand::List => list(desk, output).await,
        AccountCommand::Check => check(desk, output).await,
        AccountCommand::Remove { label, with_orders: false } => remove(desk, label, output).await,
        AccountCommand::Remove { label, with_orders: true } => forget(desk, label, output).await,
    }
}

async fn add(desk: &Desk<'_>, wanted: &AddCommand, output: &mut Output<'_>) -> Result<Exit, Failure> {
    // What is wrong with the command line is said before anything is read or opened.
    let marketplaces = check_marketplaces(wanted.region, &wanted.marketplaces)
        .map_err(|error| Failure::usage(error.to_string()))?;
    desk.environment.check_overrides()?;
    let credentials = credentials::read_stdin()?;
    let new = NewAccount {
        label: wanted.label.clone(),
        region: wanted.region,
        marketplaces,
        orders_api: wanted.orders_api,
        credentials,
        place: wanted.secrets.into(),
    };
    let added = desk
        .writing(async |engine| {
            tokio::select! {
                added = engine.add_account(new) => added.map_err(throttled_until),
                never = progress::tell_waits(engine) => match never {},
            }
        })
        .await?;
    output.result(&AccountShape::of(&added), |account| {
        format!(
            "Connected {}: {} ({}), secrets in the {}. Read its orders with: packlight-cli sync\n",
            printable(&account.label),
            countries(&account.marketplaces),
            account.region.as_deref().unwrap_or("files"),
            if account.secrets == "file" { "vault file" } else { "keychain" },
        )
    })?;
    Ok(Exit::Done)
}

async fn list(desk: &Desk<'_>, output: &mut Output<'_>) -> Result<Exit, Failure> {
    let mut accounts = desk.reading(async |engine| Ok(engine.accounts().await?)).await?;
    accounts.retain(|account| account.connected);
    if let Some(label) = desk.label() {
        accounts = vec![named(accounts, label)?];
    }
    let shapes: Vec<_> = accounts.iter().map(AccountListShape::of).collect();
    output.result(&shapes, |shapes| {
        if shapes.is_empty() {
            return "No account is connected: see packlight-cli account add --help\n".to_owned();
        }
        let rows: Vec<_> = shapes.iter().map(row).collect();
        table::fitted(&["id", "label", "region", "marketplaces", "API", "secrets", "complete up to"], &rows)
    })?;
    Ok(Exit::Done)
}

fn row(shape: &AccountListShape) -> Vec<String> {
    let account = &shape.account;
    vec![
        account.id.clone(),
        account.label.clone(),
        account.region.clone().unwrap_or_default(),
        countries(&account.marketplaces),
        account.orders_api.clone(),
        account.secrets.clone(),
        shape.complete_up_to.clone().unwrap_or_else(|| "never read".to_owned()),
    ]
}

/// Country codes of marketplaces; the id of one that is not known.
fn countries(ids: &[String]) -> String {
    let names: Vec<&str> =
        ids.iter().map(|id| marketplace::by_id(id).map_or(id.as_str(), |known| known.country)).collect();
    names.join(" ")
}

async fn check(desk: &Desk<'_>, output: &mut Output<'_>) -> Result<Exit, Failure> {
    desk.environment.check_overrides()?;
    let mut checks: Vec<AccountCheck> = Vec::new();
    let mut first_failure = None;
    desk.writing(async |engine| {
        for AccountView { id, label, .. } in desk.connected(engine).await? {
            let checked = tokio::select! {
                checked = engine.check_account(id) => checked,
                never = progress::tell_waits(engine) => match never {},
            };
            match checked {
                Ok(check) => checks.push(check),
                Err(error) => {
                    let failure = throttled_until(error);
                    let message = format!("{label}: {}", failure.message);
                    first_failure.get_or_insert(Failure { message, ..failure });
                }
            }
        }
        Ok(())
    })
    .await?;
    // A script gets either the whole result or the failure; people also see what could be checked.
    match first_failure {
        Some(failure) if output.is_json() => return Err(failure),
        _ => output.result(&checks, |checks| checks.iter().map(people).collect())?,
    }
    first_failure.map_or(Ok(Exit::Done), Err)
}

/// The failure of an errand that somebody waits for: where Amazon's limit ended it, the sentence names the time.
fn throttled_until(error: EngineError) -> Failure {
    let until = error.retry_at.filter(|_| error.code == Code::Throttled);
    let failure = Failure::from(error);
    match until {
        Some(until) => {
            let message = format!("{} (after {})", failure.message, progress::clock(until, &Local));
            Failure { message, ..failure }
        }
        None => failure,
    }
}

fn people(check: &AccountCheck) -> String {
    let mut text = String::new();
    line(&mut text, format_args!("{}", printable(&check.label)));
    for (name, grant) in [
        ("orders", &check.orders),
        ("finances", &check.finances),
        ("listings", &check.listings),
        ("traffic", &check.traffic),
    ] {
        match grant {
            GrantView { granted: true, .. } => line(&mut text, format_args!("  {name:<9} granted")),
            GrantView { missing_role, .. } => {
                let role = missing_role.as_deref().unwrap_or("a role");
                line(
                    &mut text,
                    format_args!("  {name:<9} missing: tick {role}, authorise again, replace the secrets"),
                );
            }
        }
    }
    text
}

async fn remove(desk: &Desk<'_>, label: &str, output: &mut Output<'_>) -> Result<Exit, Failure> {
    let (removed, left) = desk
        .writing(async |engine| {
            let mut accounts = engine.accounts().await?;
            accounts.retain(|account| account.connected);
            let account = named(accounts, label)?;
            let left = engine.remove_account(account.id).await?;
            Ok((account, left))
        })
        .await?;
    if let Some(left) = &left {
        say(&format!("{}: {left}", removed.label));
    }
    let deleted = if left.is_none() { "its secrets are deleted, " } else { "" };
    output
        .result(&RemovedShape { account: AccountShape::of(&removed), left, orders_deleted: 0 }, |shape| {
            format!("Removed {}: {deleted}its orders stay readable.\n", printable(&shape.account.label))
        })?;
    Ok(Exit::Done)
}

/// Removes an account with its orders; one that was disconnected before, too.
async fn forget(desk: &Desk<'_>, label: &str, output: &mut Output<'_>) -> Result<Exit, Failure> {
    let (account, forgotten) = desk
        .writing(async |engine| {
            let account = named(engine.accounts().await?, label)?;
            let forgotten = engine.forget_account(account.id, label).await?;
            Ok((account, forgotten))
        })
        .await?;
    if let Some(left) = &forgotten.left {
        say(&format!("{}: {left}", account.label));
    }
    let shape = RemovedShape {
        account: AccountShape::of(&account),
        left: forgotten.left,
        orders_deleted: forgotten.orders,
    };
    output.result(&shape, |shape| {
        let orders = if shape.orders_deleted == 1 { "order" } else { "orders" };
        format!("Forgot {}: {} {orders} deleted.\n", printable(&shape.account.label), shape.orders_deleted)
    })?;
    Ok(Exit::Done)
}
