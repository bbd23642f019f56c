//! Disconnecting an account whose keychain does not play along: the account goes, and what stays is named.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use packlight_domain::account::OrdersApi;
use packlight_engine::Code;
use packlight_engine::secrets::keychain::{Entry, Stage};
use packlight_engine::secrets::{Keychain, KeychainError, SecretsPlace};
use packlight_tests::world::{GB, World, connect_in, credentials, shop};
use secrecy::{ExposeSecret, SecretString};

/// A keychain in memory that can be locked.
#[derive(Default)]
struct Drawer {
    entries: Mutex<BTreeMap<String, String>>,
    trouble: Mutex<Option<KeychainError>>,
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

#[tokio::test(start_paused = true)]
async fn a_locked_keychain_does_not_keep_the_account() {
    for (trouble, reason) in [
        (KeychainError::Locked, "the keychain is locked"),
        (KeychainError::Absent { why: "no bus".into() }, "no keychain is running"),
        (KeychainError::Hanging(Duration::from_secs(5)), "the keychain does not answer"),
    ] {
        let drawer = Arc::new(Drawer::default());
        let keychain = Arc::clone(&drawer) as Arc<dyn Keychain>;
        let world = World::with_keychain(shop(40, 3), Duration::from_millis(800), keychain).await;
        let place = SecretsPlace::Keychain;
        connect_in(&world.engine, "Shop", credentials(), OrdersApi::V2026, &[GB], place).await.unwrap();
        world.synced().await;
        *drawer.trouble.lock().unwrap() = Some(trouble);
        let id = world.engine.account_id("Shop").await.unwrap();
        let left = world.engine.remove_account(id).await.unwrap();
        assert_eq!(
            left.unwrap(),
            format!(
                "its secrets could not be deleted, because {reason}: open the system's password application and delete the entries 'Packlight: client id of account {id}', 'Packlight: client secret of account {id}', 'Packlight: refresh token of account {id}' (service io.packlight.desktop)",
                id = id.0
            )
        );
        // Gone here: nothing is synced any more, the orders stay readable, the label is free again.
        assert_eq!(world.sync().await.unwrap_err().code, Code::NoAccount);
        assert_eq!(world.engine.order_counts(None, None).await.unwrap().all, 40);
        assert_eq!(drawer.entries.lock().unwrap().len(), 3, "they do lie there still, as the sentence says");
        *drawer.trouble.lock().unwrap() = None;
        connect_in(&world.engine, "Shop", credentials(), OrdersApi::V2026, &[GB], place).await.unwrap();
        let id = world.engine.account_id("Shop").await.unwrap();
        assert_eq!(world.engine.remove_account(id).await.unwrap(), None, "nothing is left to say");
        assert_eq!(drawer.entries.lock().unwrap().len(), 3);
    }
}
