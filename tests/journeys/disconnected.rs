//! Disconnecting an account whose keychain does not play along: the account goes, and what stays is named.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use packlight_domain::account::OrdersApi;
use packlight_engine::secrets::keychain::{Entry, Stage};
use packlight_engine::secrets::{Keychain, KeychainError, SecretsPlace};
use packlight_engine::{Code, SyncRequest};
use packlight_spapi::HttpTransport;
use packlight_spapi_sim::Seller;
use packlight_tests::command_line::Desk;
use packlight_tests::world::{GB, connect_in, credentials, over_sockets_with};
use secrecy::{ExposeSecret, SecretString};

/// A keychain in memory that can be locked.
#[derive(Default)]
struct Drawer {
    entries: Mutex<BTreeMap<String, String>>,
    trouble: Mutex<Option<KeychainError>>,
    /// Held by a test that wants it to take its time over writing, which is told when it does.
    slow: tokio::sync::Mutex<()>,
    writes: tokio::sync::Notify,
}

impl Drawer {
    fn opened(&self) -> Result<std::sync::MutexGuard<'_, BTreeMap<String, String>>, KeychainError> {
        match self.trouble.lock().unwrap().clone() {
            Some(trouble) => Err(trouble),
            None => Ok(self.entries.lock().unwrap()),
        }
    }
}

impl Keychain for Drawer {
    fn is_open(&self) -> bool {
        self.trouble.lock().unwrap().is_none()
    }

    fn prepare(&self, _: &Stage) -> Result<(), KeychainError> {
        self.opened().map(drop)
    }

    fn read(&self, entries: &[Entry], _: &Stage) -> Result<Vec<SecretString>, KeychainError> {
        let kept = self.opened()?;
        let one =
            |entry: &Entry| kept.get(&entry.user).cloned().map(Into::into).ok_or(KeychainError::Missing);
        entries.iter().map(one).collect()
    }

    fn write(&self, entries: &[(Entry, SecretString)], _: &Stage) -> Result<(), KeychainError> {
        self.writes.notify_one();
        drop(self.slow.blocking_lock());
        let mut kept = self.opened()?;
        kept.extend(
            entries.iter().map(|(entry, secret)| (entry.user.clone(), secret.expose_secret().to_owned())),
        );
        Ok(())
    }

    fn delete(&self, entries: &[Entry], _: &Stage) -> Result<(), KeychainError> {
        let mut kept = self.opened()?;
        for entry in entries {
            kept.remove(&entry.user);
        }
        Ok(())
    }
}

// In real time: a keychain answers from a thread of its own, which virtual time would overtake.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keychain_does_not_keep_the_account() {
    for (trouble, reason) in [
        (KeychainError::Locked, "the keychain is locked"),
        (KeychainError::Absent { why: "no bus".into() }, "no keychain is running"),
        (KeychainError::Hanging(Duration::from_secs(5)), "the keychain does not answer"),
    ] {
        let drawer = Arc::new(Drawer::default());
        let keychain = Arc::clone(&drawer) as Arc<dyn Keychain>;
        let desk = Desk::new(Seller::with_orders(40, 3, chrono::Utc::now()).history_days(25)).await;
        let transport = HttpTransport::new().unwrap();
        let (api, lwa) = (desk.base_url(), desk.lwa_url());
        let engine = over_sockets_with(keychain, desk.folder(), &api, &lwa, transport).await.unwrap();
        let place = SecretsPlace::Keychain;
        connect_in(&engine, "Shop", credentials(), OrdersApi::V2026, &[GB], place).await.unwrap();
        engine.sync(&SyncRequest::default()).await.unwrap();
        *drawer.trouble.lock().unwrap() = Some(trouble);
        let id = engine.account_id("Shop").await.unwrap();
        let left = engine.remove_account(id).await.unwrap();
        assert_eq!(
            left.unwrap(),
            format!(
                "its secrets could not be deleted, because {reason}: open the system's password application and delete the entries 'Packlight: client id of account {id}', 'Packlight: client secret of account {id}', 'Packlight: refresh token of account {id}' (service io.packlight.desktop)",
                id = id.0
            )
        );
        // Gone here: nothing is synced any more, the orders stay readable, the label is free again.
        assert_eq!(engine.sync(&SyncRequest::default()).await.unwrap_err().code, Code::NoAccount);
        assert_eq!(engine.order_counts(None, None).await.unwrap().all, 40);
        assert_eq!(drawer.entries.lock().unwrap().len(), 3, "they do lie there still, as the sentence says");
        *drawer.trouble.lock().unwrap() = None;
        connect_in(&engine, "Shop", credentials(), OrdersApi::V2026, &[GB], place).await.unwrap();
        let id = engine.account_id("Shop").await.unwrap();
        assert_eq!(engine.remove_account(id).await.unwrap(), None, "nothing is left to say");
        // The label came back with its row, so the entries that had stayed were taken over and are gone now.
        assert_eq!(drawer.entries.lock().unwrap().len(), 0);
    }
}

/// What an account left in the keychain when it went is erased with everything else.
#[tokio::test(flavor = "multi_thread")]
async fn erasing_everything_finds_what_was_left_in_the_keychain() {
    let drawer = Arc::new(Drawer::default());
    let keychain = Arc::clone(&drawer) as Arc<dyn Keychain>;
    let desk = Desk::new(Seller::with_orders(1, 3, chrono::Utc::now())).await;
    let (api, lwa, transport) = (desk.base_url(), desk.lwa_url(), HttpTransport::new().unwrap());
    let engine = over_sockets_with(keychain, desk.folder(), &api, &lwa, transport).await.unwrap();
    let place = SecretsPlace::Keychain;
    connect_in(&engine, "Shop", credentials(), OrdersApi::V2026, &[GB], place).await.unwrap();
    let id = engine.account_id("Shop").await.unwrap();
    *drawer.trouble.lock().unwrap() = Some(KeychainError::Locked);
    engine.remove_account(id).await.unwrap();
    // While it is locked, that is said; a computer without a keychain has nothing to be said of.
    let left = engine.forget_secrets().await.unwrap();
    assert!(matches!(&*left, [how] if how.contains("(the keychain is locked: ")), "{left:?}");
    *drawer.trouble.lock().unwrap() = Some(KeychainError::NoKeyring);
    assert_eq!(engine.forget_secrets().await.unwrap(), Vec::<String>::new());
    *drawer.trouble.lock().unwrap() = None;
    assert_eq!(drawer.entries.lock().unwrap().len(), 3);
    assert_eq!(engine.forget_secrets().await.unwrap(), Vec::<String>::new());
    assert_eq!(drawer.entries.lock().unwrap().len(), 0);
}

/// Somebody may erase, restore or move the folder while secrets are being kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_not_given_back_while_secrets_are_written() {
    let drawer = Arc::new(Drawer::default());
    let keychain = Arc::clone(&drawer) as Arc<dyn Keychain>;
    let desk = Desk::new(Seller::with_orders(1, 3, chrono::Utc::now())).await;
    let (api, lwa, transport) = (desk.base_url(), desk.lwa_url(), HttpTransport::new().unwrap());
    let engine = over_sockets_with(keychain, desk.folder(), &api, &lwa, transport).await.unwrap();
    connect_in(&engine, "Shop", credentials(), OrdersApi::V2026, &[GB], SecretsPlace::File).await.unwrap();
    let id = engine.account_id("Shop").await.unwrap();

    let slow = drawer.slow.lock().await;
    let own = engine.clone();
    let replacing =
        tokio::spawn(async move { own.replace_secrets(id, credentials(), SecretsPlace::Keychain).await });
    drawer.writes.notified().await;
    let own = engine.clone();
    let closing = tokio::spawn(async move { own.close().await });
    // From the moment it is being closed, nothing new is begun.
    while engine.can_write() {
        tokio::task::yield_now().await;
    }
    let late = engine.remove_account(id);
    drop(slow);
    assert_eq!(late.await.unwrap_err().message, "the data folder was closed meanwhile: try again");
    let replaced = replacing.await.unwrap().unwrap();
    closing.await.unwrap();
    assert_eq!((replaced.account.secrets, drawer.entries.lock().unwrap().len()), (SecretsPlace::Keychain, 3));
}

/// The way out of a broken keychain is not barred by it: new secrets go into the vault, and the account works.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_move_out_of_a_keychain_that_does_not_open() {
    let drawer = Arc::new(Drawer::default());
    let keychain = Arc::clone(&drawer) as Arc<dyn Keychain>;
    let desk = Desk::new(Seller::with_orders(40, 3, chrono::Utc::now()).history_days(25)).await;
    let transport = HttpTransport::new().unwrap();
    let (api, lwa) = (desk.base_url(), desk.lwa_url());
    let engine = over_sockets_with(keychain, desk.folder(), &api, &lwa, transport).await.unwrap();
    let place = SecretsPlace::Keychain;
    connect_in(&engine, "Shop", credentials(), OrdersApi::V2026, &[GB], place).await.unwrap();
    engine.sync(&SyncRequest::default()).await.unwrap();
    let id = engine.account_id("Shop").await.unwrap();
    *drawer.trouble.lock().unwrap() = Some(KeychainError::Locked);
    // The line that is open knows its secrets; a restart does not.
    let replaced = engine.replace_secrets(id, credentials(), SecretsPlace::File).await.unwrap();
    assert_eq!(replaced.account.secrets, SecretsPlace::File);
    let left = replaced.left.unwrap();
    assert!(left.starts_with("its secrets could not be deleted, because the keychain is locked"), "{left}");
    engine.sync(&SyncRequest::default()).await.unwrap();
    assert_eq!(engine.order_counts(None, None).await.unwrap().all, 40);
    // Wrong ones never take the place of those that work.
    let wrong = packlight_engine::secrets::Credentials { client_secret: "wrong".into(), ..credentials() };
    let error = engine.replace_secrets(id, wrong, SecretsPlace::File).await.unwrap_err();
    assert_eq!(error.code, Code::CredentialsRefused);
    engine.sync(&SyncRequest::default()).await.unwrap();
    // New secrets connect an account again that was disconnected.
    engine.remove_account(id).await.unwrap();
    assert_eq!(engine.sync(&SyncRequest::default()).await.unwrap_err().code, Code::NoAccount);
    let again = engine.replace_secrets(id, credentials(), SecretsPlace::File).await.unwrap();
    assert_eq!((again.account.connected, again.left), (true, None));
    assert_eq!(engine.sync(&SyncRequest::default()).await.unwrap().sum.orders_new, 0);
}

/// `account:` finds a label in any case, so no two may differ in it alone.
#[tokio::test(start_paused = true)]
async fn a_label_is_one_in_any_case() {
    use packlight_tests::world::{World, connect_as, shop};
    let world = World::connected(shop(3, 5), OrdersApi::V2026).await;
    world.synced().await;
    let again = async |label| connect_as(&world.engine, label, credentials(), OrdersApi::V2026, &[GB]).await;
    let error = again("SHOP").await.unwrap_err();
    assert_eq!(error.code, Code::BadInput);
    assert_eq!(
        error.message,
        "an account called 'SHOP' exists already: choose another label, or remove it first"
    );
    let shop = world.engine.accounts().await.unwrap().remove(0).id;
    world.engine.remove_account(shop).await.unwrap();
    again("shop").await.unwrap();
    let accounts = world.engine.accounts().await.unwrap();
    assert_eq!(accounts.len(), 1, "the same seller under the same label goes on: {accounts:?}");
    assert_eq!((accounts[0].id, accounts[0].label.as_str(), accounts[0].connected), (shop, "shop", true));
    assert_eq!(world.engine.order_counts(Some(shop), None).await.unwrap().all, 3);
}
