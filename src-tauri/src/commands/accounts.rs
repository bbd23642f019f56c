//! Seller accounts. Secrets come in as arguments of connect and replace, and no answer holds one.

use std::fmt;

use chrono::{DateTime, Utc};
use packlight_domain::account::{AccountId, OrdersApi, Region};
use packlight_domain::currency::Currency;
use packlight_domain::marketplace;
use packlight_engine::accounts::{
    AccountCheck, AccountEdit, AccountView, ForgetPreview, Forgotten, NewAccount, Replaced,
};
use packlight_engine::secrets::{Credentials, SecretsPlace};
use serde::{Deserialize, Serialize};
use tauri::State;

use super::Answer;
use crate::session::Desk;

/// The three secrets of a private application, and where to keep them.
#[derive(Deserialize, specta::Type)]
pub(crate) struct SecretsInput {
    client_id: String,
    client_secret: String,
    refresh_token: String,
    /// Keychain, or the vault file.
    secrets: SecretsPlace,
    /// Opens or makes the vault file.
    passphrase: Option<String>,
}

/// An account to connect.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct ConnectInput {
    label: String,
    region: Region,
    marketplaces: Vec<String>,
    orders_api: OrdersApi,
    #[serde(flatten)]
    credentials: SecretsInput,
}

/// A marketplace to choose from.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct MarketplaceView {
    id: String,
    country: String,
    name: String,
    region: Region,
    currency: Currency,
}

impl fmt::Debug for SecretsInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretsInput").field("secrets", &self.secrets).finish_non_exhaustive()
    }
}

impl SecretsInput {
    fn credentials(self) -> Credentials {
        Credentials {
            client_id: self.client_id.trim().to_owned(),
            client_secret: self.client_secret.trim().into(),
            refresh_token: self.refresh_token.trim().into(),
        }
    }
}

/// Every account, without secrets.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_accounts(desk: State<'_, Desk>) -> Answer<Vec<AccountView>> {
    Ok(desk.engine().await?.accounts().await?)
}

/// Amazon's marketplaces.
#[tauri::command]
#[specta::specta]
#[expect(clippy::unnecessary_wraps, reason = "the window unwraps every answer alike")]
pub(crate) fn marketplaces() -> Answer<Vec<MarketplaceView>> {
    let view = |known: &marketplace::Marketplace| MarketplaceView {
        id: known.id.to_owned(),
        country: known.country.to_owned(),
        name: known.name.to_owned(),
        region: known.region,
        currency: known.currency(),
    };
    Ok(marketplace::ALL.iter().map(view).collect())
}

/// Until when connecting, checking or replacing secrets waits for Amazon's limit (UTC); nothing while nothing waits.
#[tauri::command]
#[specta::specta]
pub(crate) async fn waits_until(desk: State<'_, Desk>) -> Answer<Option<DateTime<Utc>>> {
    Ok(desk.engine().await?.waits().borrow().as_ref().map(|wait| wait.until))
}

/// Tries the secrets at Amazon, keeps them and connects the account.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connect_account(desk: State<'_, Desk>, input: ConnectInput) -> Answer<AccountView> {
    let ConnectInput { label, region, marketplaces, orders_api, mut credentials } = input;
    let engine = desk.engine().await?;
    if let Some(passphrase) = credentials.passphrase.take() {
        engine.unlock_vault(passphrase.into()).await?;
    }
    let place = credentials.secrets;
    let credentials = credentials.credentials();
    Ok(engine.add_account(NewAccount { label, region, marketplaces, orders_api, credentials, place }).await?)
}

/// Asks Amazon what the account may read.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_account(desk: State<'_, Desk>, id: AccountId) -> Answer<AccountCheck> {
    Ok(desk.engine().await?.check_account(id).await?)
}

/// Tries other secrets at Amazon and puts them in the place of the account's. What stays of those is told.
#[tauri::command]
#[specta::specta]
pub(crate) async fn replace_secrets(
    desk: State<'_, Desk>,
    id: AccountId,
    mut input: SecretsInput,
) -> Answer<Replaced> {
    let engine = desk.engine().await?;
    if let Some(passphrase) = input.passphrase.take() {
        engine.unlock_vault(passphrase.into()).await?;
    }
    let place = input.secrets;
    Ok(engine.replace_secrets(id, input.credentials(), place).await?)
}

/// Forgets the account's secrets and schedule; its orders stay. A sentence comes back where the keychain would not
/// delete the secrets: how to do it by hand.
#[tauri::command]
#[specta::specta]
pub(crate) async fn disconnect_account(desk: State<'_, Desk>, id: AccountId) -> Answer<Option<String>> {
    Ok(desk.engine().await?.remove_account(id).await?)
}

/// Opens the vault file.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock_vault(desk: State<'_, Desk>, passphrase: String) -> Answer<()> {
    Ok(desk.engine().await?.unlock_vault(passphrase.into()).await?)
}

/// Asks the keychain's user to unlock it, by the system's own prompt.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock_keychain(desk: State<'_, Desk>) -> Answer<()> {
    Ok(desk.engine().await?.unlock_keychain().await?)
}

/// Changes an account's label, marketplaces and zones.
#[tauri::command]
#[specta::specta]
pub(crate) async fn edit_account(
    desk: State<'_, Desk>,
    id: AccountId,
    edit: AccountEdit,
) -> Answer<AccountView> {
    Ok(desk.engine().await?.edit_account(id, edit).await?)
}

/// What forgetting an account would take away.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_preview(desk: State<'_, Desk>, id: AccountId) -> Answer<ForgetPreview> {
    Ok(desk.engine().await?.forget_preview(id).await?)
}

/// Deletes an account with everything that was read or done for it; `label` is what the seller typed to say so.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_account(desk: State<'_, Desk>, id: AccountId, label: String) -> Answer<Forgotten> {
    Ok(desk.engine().await?.forget_account(id, &label).await?)
}
