//! Seller accounts: connecting, checking, replacing secrets; changing and leaving them in files of their own.
//!
//! Secrets pass through here on their way to the keychain or the vault file and nowhere else; what is stored of a client
//! id is a fingerprint and its last characters (design decision 2).

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use packlight_domain::account::{AccountId, OrdersApi, Platform, Region, check_marketplaces};
use packlight_domain::marketplace;
use packlight_domain::text::fold;
use packlight_spapi::{
    Client, ClientConfig, Credentials, Endpoints, Errand, Grant, Participation, Patience, Priority,
};
use packlight_store::{Account, NewAccount as NewRow, SecretsPlace};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::connection::Connection;
use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;
use crate::ledger::StoreLedger;
use crate::status::SyncState;

mod editing;
mod leaving;

use editing::account_marketplace;
pub use editing::{AccountEdit, MarketplaceDays, MarketplaceEdit};
pub use leaving::{ForgetPreview, Forgotten};

/// An account to connect.
#[derive(Debug)]
pub struct NewAccount {
    /// What the seller calls it; unique.
    pub label: String,
    /// Which host serves it.
    pub region: Region,
    /// Amazon's marketplace ids, all of `region`.
    pub marketplaces: Vec<String>,
    /// Which Orders API reads it.
    pub orders_api: OrdersApi,
    /// The seller's own private application.
    pub credentials: Credentials,
    /// Where the secrets are kept.
    pub place: SecretsPlace,
}

/// An account without its secrets. Instants are UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AccountView {
    /// Its id in the store.
    pub id: AccountId,
    /// What the seller calls it.
    pub label: String,
    /// Where its orders come from.
    pub platform: Platform,
    /// Which host serves it; `None` for platforms that are read from files.
    pub region: Option<Region>,
    /// Amazon's marketplace ids.
    pub marketplaces: Vec<String>,
    /// The same with the zones of their business days.
    pub days: Vec<MarketplaceDays>,
    /// Which Orders API reads it.
    pub orders_api: OrdersApi,
    /// The last characters of the client id, to tell applications apart.
    pub client_id_tail: Option<String>,
    /// Where the secrets lie.
    pub secrets: SecretsPlace,
    /// Since when; Amazon ends a client secret after 180 days.
    pub secrets_since: Option<DateTime<Utc>>,
    /// When the account was last checked.
    pub last_check_at: Option<DateTime<Utc>>,
    /// What that check found wrong.
    pub last_check_problem: Option<String>,
    /// Every change up to here is in the local copy.
    pub complete_up_to: Option<DateTime<Utc>>,
    /// Whether it is synced.
    pub connected: bool,
}

/// An account with other secrets than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Replaced {
    /// The account.
    pub account: AccountView,
    /// What stays of the former secrets, and how to delete it by hand; `None` when nothing does.
    pub left: Option<String>,
}

/// Which accounts will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Those that are synced.
    Connected,
    /// Those that were disconnected, too.
    Any,
}

/// What Amazon grants an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AccountCheck {
    /// The account's label.
    pub label: String,
    /// Reading orders.
    pub orders: GrantView,
    /// Reading fees and settlements.
    pub finances: GrantView,
    /// Reading listings.
    pub listings: GrantView,
    /// Reading sessions and page views.
    pub traffic: GrantView,
}

/// Whether something is granted, and the role that would grant it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct GrantView {
    /// Amazon answered.
    pub granted: bool,
    /// The role to tick for the application; a new role needs a new refresh token.
    pub missing_role: Option<String>,
}

impl From<Grant> for GrantView {
    fn from(grant: Grant) -> Self {
        Self { granted: grant.granted, missing_role: grant.missing_role }
    }
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        Self {
            connected: account.is_connected(),
            id: account.id,
            label: account.label,
            platform: account.platform,
            region: account.region,
            days: account.marketplaces.iter().map(MarketplaceDays::from).collect(),
            marketplaces: account.marketplaces.into_iter().map(|one| one.id).collect(),
            orders_api: account.orders_api,
            client_id_tail: account.client_id_tail,
            secrets: account.secrets,
            secrets_since: account.secrets_since,
            last_check_at: account.last_check_at,
            last_check_problem: account.last_check_problem,
            complete_up_to: account.complete_up_to,
        }
    }
}

impl Engine {
    /// Every account, disconnected ones included.
    pub async fn accounts(&self) -> Result<Vec<AccountView>, EngineError> {
        Ok(self.0.store.accounts().await?.into_iter().map(AccountView::from).collect())
    }

    /// Connects an account: its secrets are tried at Amazon by a token and the list of marketplaces, then kept.
    pub async fn add_account(&self, new: NewAccount) -> Result<AccountView, EngineError> {
        self.require_writer()?;
        let label = editing::checked_label(&new.label)?;
        // What this computer was told wrongly is said before anything that the seller would have to look for.
        let endpoints = self.endpoints(new.region)?;
        let ids = check_marketplaces(new.region, &new.marketplaces)
            .map_err(|error| EngineError::new(Code::BadInput, error.to_string()))?;
        let taken = self.0.store.accounts().await?;
        if taken.iter().any(|account| account.is_connected() && fold(&account.label) == fold(label)) {
            return Err(EngineError::new(
                Code::BadInput,
                format!(
                    "an account called '{label}' exists already: choose another label, or remove it first"
                ),
            ));
        }
        self.0.secrets.require(new.place).await?;
        let fingerprint = new.credentials.fingerprint();
        // The account has no row yet, so its first calls spend tokens of an account 0 that is remembered like any other.
        let probe = self.client(endpoints, new.credentials.clone(), &fingerprint, new.region, AccountId(0));
        let participations = probe.marketplace_participations(&self.errand()).await?;
        refuse_foreign(&ids, &participations)?;
        let now = (self.0.clock)();
        let row = NewRow {
            label: label.to_owned(),
            platform: Platform::Amazon,
            region: Some(new.region),
            orders_api: new.orders_api,
            marketplaces: ids.iter().map(|id| account_marketplace(id, &participations)).collect(),
            client_fingerprint: fingerprint,
            client_id_tail: Some(new.credentials.tail()),
            secrets: new.place,
            now,
        };
        let _writing = self.writing_beside().await?;
        let account = self.0.store.add_account(&row).await?;
        if let Err(error) = self.0.secrets.save(account.id, new.place, &new.credentials).await {
            // Without its secrets the account is of no use, and its label must stay free for the next try.
            self.0.store.remove_account(account.id, now).await?;
            return Err(error.into());
        }
        self.0.board.enter(account.id, &account.label, account.complete_up_to);
        self.0.events.changed(&[CacheTag::Accounts, CacheTag::Sync]);
        Ok(account.into())
    }

    /// Asks Amazon what the account may read. Never spends a call of the order list.
    pub async fn check_account(&self, id: AccountId) -> Result<AccountCheck, EngineError> {
        let account = self.account(id, Standing::Connected).await?;
        let outcome = self.probe(&account).await;
        if self.can_write() {
            let problem = match &outcome {
                Ok(check) if !check.orders.granted => Some("Amazon does not grant reading orders".to_owned()),
                Ok(_) => None,
                Err(error) => Some(error.message.clone()),
            };
            self.0.store.record_check(id, (self.0.clock)(), problem.as_deref()).await?;
            self.0.events.changed(&[CacheTag::Accounts]);
        }
        outcome
    }

    async fn probe(&self, account: &Account) -> Result<AccountCheck, EngineError> {
        let connection = self.connection(account).await?;
        let client = &connection.client;
        let errand = self.errand();
        let orders = client.probe_orders(&errand).await?;
        let finances = client.probe_finances(&errand).await?;
        let listings = client.probe_listings(&errand).await?;
        let traffic = client.probe_traffic(&errand).await?;
        Ok(AccountCheck {
            label: account.label.clone(),
            orders: orders.into(),
            finances: finances.into(),
            listings: listings.into(),
            traffic: traffic.into(),
        })
    }

    /// Puts other secrets in the place of an account's, after trying them at Amazon; a disconnected account is connected
    /// again by it. No order is touched.
    ///
    /// The former place keeps nothing back: where it cannot be opened, what stays in it is told as a sentence, and the
    /// account works all the same. So the way out of a broken keychain is not barred by it.
    pub async fn replace_secrets(
        &self,
        id: AccountId,
        credentials: Credentials,
        place: SecretsPlace,
    ) -> Result<Replaced, EngineError> {
        self.require_writer()?;
        let account = self.account(id, Standing::Any).await?;
        let region = region_of(&account)?;
        self.0.secrets.require(place).await?;
        let fingerprint = credentials.fingerprint();
        let probe = self.client(self.endpoints(region)?, credentials.clone(), &fingerprint, region, id);
        probe.marketplace_participations(&self.errand()).await?;
        // Amazon may have taken a minute to answer, and the folder may have been closed.
        let _writing = self.writing_beside().await?;
        self.0.secrets.save(id, place, &credentials).await?;
        let now = (self.0.clock)();
        self.0.store.replace_secrets(id, &fingerprint, &Some(credentials.tail()), place, now).await?;
        let left = if account.secrets == place { None } else { self.delete_secrets(&account).await };
        self.0.connections.lock().await.remove(&id);
        self.0.board.enter(id, &account.label, account.complete_up_to);
        self.0.board.update(id, |entry| entry.state = SyncState::Idle);
        self.0.wake.send_replace(());
        self.0.events.changed(&[CacheTag::Accounts, CacheTag::Sync]);
        Ok(Replaced { account: self.account(id, Standing::Connected).await?.into(), left })
    }

    /// Asks the keychain's user to unlock it, by the system's own prompt; accounts that waited for it sync at once. A
    /// prompt that takes longer than the keychain's limit stays open, and what is entered then counts too.
    pub async fn unlock_keychain(&self) -> Result<(), EngineError> {
        self.0.secrets.require(SecretsPlace::Keychain).await?;
        self.0.wake.send_replace(());
        Ok(())
    }

    /// Opens the vault file with its passphrase; accounts that waited for it sync at once.
    pub async fn unlock_vault(&self, passphrase: SecretString) -> Result<(), EngineError> {
        self.0.secrets.unlock(passphrase).await?;
        self.0.wake.send_replace(());
        Ok(())
    }

    /// The id of a connected account by its label.
    pub async fn account_id(&self, label: &str) -> Result<AccountId, EngineError> {
        Ok(self.connected(Some(label)).await?.remove(0).id)
    }

    /// The line to Amazon of an account, made at first use: secrets are read only when something is to be asked.
    ///
    /// Boxed, because the compiler cannot prove the keychain's calls to be `Send` through a spawned task otherwise.
    pub(crate) fn connection<'a>(
        &'a self,
        account: &'a Account,
    ) -> BoxFuture<'a, Result<Connection, EngineError>> {
        Box::pin(self.connect(account))
    }

    async fn connect(&self, account: &Account) -> Result<Connection, EngineError> {
        if let Some(connection) = self.0.connections.lock().await.get(&account.id) {
            return Ok(connection.clone());
        }
        let account = &self.account(account.id, Standing::Connected).await?;
        let region = region_of(account)?;
        let endpoints = self.endpoints(region)?;
        // Not under the lock: a keychain that does not answer keeps nobody but this account waiting.
        let credentials = self.0.secrets.load(account.id, account.secrets).await?;
        // A restored database may know another account under this number than the one whose secrets are kept.
        if credentials.fingerprint() != account.client_fingerprint {
            return Err(EngineError::new(
                Code::CredentialsRefused,
                format!(
                    "the secrets kept for '{}' are those of another application: enter them again",
                    account.label
                ),
            ));
        }
        let mut connections = self.0.connections.lock().await;
        if let Some(connection) = connections.get(&account.id) {
            return Ok(connection.clone());
        }
        // Who replaces secrets or leaves an account says so in the store, and takes the line away afterwards.
        let now = self.account(account.id, Standing::Connected).await?;
        if (&now.client_fingerprint, now.secrets, now.secrets_since)
            != (&account.client_fingerprint, account.secrets, account.secrets_since)
        {
            let message = format!("the secrets of '{}' were replaced just now: try again", account.label);
            return Err(EngineError::retryable(Code::Busy, message));
        }
        let client = self.client(endpoints, credentials, &account.client_fingerprint, region, account.id);
        let connection = Connection::new(client, Self::list_operation(account));
        // Without it the bucket would look full until the first call; that call says so if the store is broken.
        connection.client.recall_budget(connection.list).await.ok();
        connections.insert(account.id, connection.clone());
        Ok(connection)
    }

    pub(crate) async fn account(&self, id: AccountId, standing: Standing) -> Result<Account, EngineError> {
        let accounts = self.0.store.accounts().await?;
        accounts
            .into_iter()
            .find(|account| account.id == id && (standing == Standing::Any || account.is_connected()))
            .ok_or_else(|| {
                let told = match standing {
                    Standing::Connected => "this account is not connected any more",
                    Standing::Any => "there is no such account",
                };
                EngineError::new(Code::NotFound, told)
            })
    }

    pub(crate) fn endpoints(&self, region: Region) -> Result<Endpoints, EngineError> {
        Endpoints::with_overrides(region, &self.0.environment.overrides)
            .map_err(|error| EngineError::new(Code::BadInput, error.to_string()))
    }

    /// An errand that somebody sits and waits for: through one refusal and a few failures, not through an hour of them.
    fn errand(&self) -> Errand {
        let waiting = self.0.waiting.clone();
        Errand { patience: Patience::Short, waiting, ..Errand::new(Priority::Waited) }
    }

    fn client(
        &self,
        endpoints: Endpoints,
        credentials: Credentials,
        fingerprint: &str,
        region: Region,
        account: AccountId,
    ) -> Client {
        Client::new(ClientConfig {
            transport: Arc::clone(&self.0.transport),
            endpoints,
            credentials,
            ledger: Arc::new(StoreLedger {
                store: self.0.store.clone(),
                client_fingerprint: fingerprint.to_owned(),
                region,
                account,
            }),
            user_agent: self.0.user_agent.clone(),
            local_now: (self.0.clock)(),
            sleep: self.0.sleep.clone(),
        })
    }
}

fn region_of(account: &Account) -> Result<Region, EngineError> {
    account.region.ok_or_else(|| {
        EngineError::new(
            Code::BadInput,
            format!("'{}' is read from files and has no line to Amazon", account.label),
        )
    })
}

/// Refuses marketplaces none of which the seller takes part in; an empty list of Amazon's proves nothing.
fn refuse_foreign(ids: &[String], participations: &[Participation]) -> Result<(), EngineError> {
    let takes_part = |id: &String| participations.iter().any(|one| one.id == *id);
    if participations.is_empty() || ids.iter().any(takes_part) {
        return Ok(());
    }
    let theirs: Vec<_> = participations.iter().filter(|one| marketplace::by_id(&one.id).is_some()).collect();
    let theirs = theirs
        .iter()
        .map(|one| format!("{} ({})", one.id, one.country.as_deref().unwrap_or("?")))
        .collect::<Vec<_>>()
        .join(", ");
    Err(EngineError::new(
        Code::BadInput,
        format!("this seller does not sell in {}; Amazon names {theirs}", ids.join(", ")),
    ))
}
