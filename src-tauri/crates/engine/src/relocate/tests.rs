use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use super::*;
use crate::paths::data_folder;
use crate::secrets::keychain::{Entry, Stage};
use crate::secrets::{Cost, Credentials, Keychain};

#[cfg(unix)]
mod unmounted;
mod unsettled;

const QUICK: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

/// A keychain in memory, which refuses as the test says.
#[derive(Default)]
struct Chain {
    entries: Mutex<BTreeMap<String, String>>,
    locked: Mutex<bool>,
    /// It writes so often and no more.
    writes: Mutex<Option<u32>>,
    /// It is locked once it has written.
    closes_behind_writes: Mutex<bool>,
}

impl Chain {
    fn answer(&self) -> Result<(), KeychainError> {
        if *self.locked.lock().unwrap() { Err(KeychainError::Locked) } else { Ok(()) }
    }

    fn set_locked(&self, locked: bool) {
        *self.locked.lock().unwrap() = locked;
    }
}

impl Keychain for Chain {
    fn is_open(&self) -> bool {
        !*self.locked.lock().unwrap()
    }

    fn prepare(&self, _: &Stage) -> Result<(), KeychainError> {
        self.answer()
    }

    fn read(&self, entries: &[Entry], _: &Stage) -> Result<Vec<SecretString>, KeychainError> {
        self.answer()?;
        let kept = self.entries.lock().unwrap();
        let read = |entry: &Entry| kept.get(&entry.user).map(|text| SecretString::from(text.as_str()));
        entries.iter().map(|entry| read(entry).ok_or(KeychainError::Missing)).collect()
    }

    fn write(&self, entries: &[(Entry, SecretString)], _: &Stage) -> Result<(), KeychainError> {
        self.answer()?;
        if let Some(writes) = self.writes.lock().unwrap().as_mut() {
            if *writes == 0 {
                return Err(KeychainError::Locked);
            }
            *writes -= 1;
        }
        if *self.closes_behind_writes.lock().unwrap() {
            self.set_locked(true);
        }
        let mut kept = self.entries.lock().unwrap();
        kept.extend(
            entries.iter().map(|(entry, text)| (entry.user.clone(), text.expose_secret().to_owned())),
        );
        Ok(())
    }

    fn delete(&self, entries: &[Entry], _: &Stage) -> Result<(), KeychainError> {
        self.answer()?;
        let mut kept = self.entries.lock().unwrap();
        for entry in entries {
            kept.remove(&entry.user);
        }
        Ok(())
    }
}

/// A used data folder with an account, and a place to move it to.
struct Desk {
    home: TempDir,
    chain: Arc<Chain>,
}

fn credentials() -> Credentials {
    Credentials {
        client_id: "id".to_owned(),
        client_secret: "a secret".into(),
        refresh_token: "a token".into(),
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_737_600, 0).unwrap()
}

impl Desk {
    async fn new() -> Self {
        let desk = Self { home: tempfile::tempdir().unwrap(), chain: Arc::default() };
        let (from, now) = (desk.at("old"), now());
        create_private(&from).unwrap();
        drop(Lock::acquire(&from).unwrap());
        let store = Store::open(&from, Access::Write, now).await.unwrap();
        let id = desk.connect(&store, "Shop").await;
        store.close().await;
        desk.secrets(&from).save(id, SecretsPlace::Keychain, &credentials()).await.unwrap();
        for (file, text) in [("screen.json", "{}"), ("network.log", "line\n"), ("my stock.csv", "mine")] {
            fs::write(from.join(file), text).unwrap();
        }
        for inner in ["backups", "logs"] {
            create_private(&from.join(inner)).unwrap();
            fs::write(from.join(inner).join("one"), inner).unwrap();
        }
        desk
    }

    async fn connect(&self, store: &Store, label: &str) -> AccountId {
        let account = packlight_store::NewAccount {
            label: label.to_owned(),
            platform: packlight_domain::account::Platform::Amazon,
            region: Some(packlight_domain::account::Region::Eu),
            orders_api: packlight_domain::account::OrdersApi::V2026,
            marketplaces: Vec::new(),
            client_fingerprint: credentials().fingerprint(),
            client_id_tail: None,
            secrets: SecretsPlace::Keychain,
            now: now(),
        };
        store.add_account(&account).await.unwrap().id
    }

    /// A second account beside the first.
    async fn with_two_accounts() -> Self {
        let desk = Self::new().await;
        let old = desk.at("old");
        let store = Store::open(&old, Access::Write, now()).await.unwrap();
        let second = desk.connect(&store, "Second").await;
        store.close().await;
        desk.secrets(&old).save(second, SecretsPlace::Keychain, &credentials()).await.unwrap();
        desk
    }

    fn at(&self, name: &str) -> PathBuf {
        self.home.path().canonicalize().unwrap().join(name)
    }

    fn secrets(&self, folder: &Path) -> Secrets {
        Secrets::new(folder, Arc::clone(&self.chain) as Arc<dyn Keychain>, QUICK, None, None)
    }

    async fn relocate(&self, from: &str, to: &str) -> Result<Relocated, EngineError> {
        self.relocate_on(from, to, signs::sync).await
    }

    /// On a disk that takes up the names of folders as `flush` does.
    async fn relocate_on(&self, from: &str, to: &str, flush: Flush) -> Result<Relocated, EngineError> {
        let (from, to) = (self.at(from), self.at(to));
        move_folder(&from, to.to_str().unwrap(), &self.secrets(&from), now(), flush).await
    }

    /// A move that is killed where `flush` panics.
    async fn killed(&self, from: &str, to: &str, flush: Flush) {
        let (from, to, secrets) = (self.at(from), self.at(to), self.secrets(&self.at(from)));
        let moving = async move { move_folder(&from, to.to_str().unwrap(), &secrets, now(), flush).await };
        assert!(tokio::spawn(moving).await.unwrap_err().is_panic());
    }

    fn present(&self, named: &str) -> PathBuf {
        data_folder(Some(&self.at(named))).unwrap()
    }

    /// What Packlight does with a folder that it opens.
    async fn settle(&self, folder: &Path) -> Result<(), EngineError> {
        let accounts = accounts_in(folder, now()).await.unwrap();
        settle(folder, &accounts, &self.secrets(folder)).await
    }

    async fn finish(&self, folder: &Path) {
        self.settle(folder).await.unwrap();
        assert!(!is_unsettled(folder));
    }

    fn users(&self) -> Vec<String> {
        self.chain.entries.lock().unwrap().keys().cloned().collect()
    }
}

async fn labels(folder: &Path) -> Vec<String> {
    let store = Store::open(folder, Access::Read, now()).await.unwrap();
    let labels = store.accounts().await.unwrap().into_iter().map(|account| account.label).collect();
    store.close().await;
    labels
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with("-shm") && !name.ends_with("-wal"))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn all_of_it_is_found_in_the_new_place_and_goes_from_the_old_one_once_that_is_open() {
    let desk = Desk::new().await;
    let before = desk.users();
    let moved = desk.relocate("old", "disk/new").await.unwrap();
    assert_eq!((moved.files, moved.without_secrets.as_slice()), (5, [].as_slice()));
    let (old, new) = (desk.at("old"), desk.at("disk/new"));
    assert_eq!(desk.present("old"), new);
    assert_eq!(desk.present("disk/new"), new);
    assert_eq!(labels(&new).await, ["Shop"]);
    assert_eq!(fs::read_to_string(new.join("backups/one")).unwrap(), "backups");
    // Nothing has gone before the new one was opened.
    assert_eq!(labels(&old).await, ["Shop"]);
    let secrets = desk.secrets(&new).load(AccountId(1), SecretsPlace::Keychain).await.unwrap();
    assert_eq!(secrets.refresh_token.expose_secret(), "a token");
    assert_eq!(desk.users().len(), 6);

    // Entries of accounts that went while the keychain was locked, too.
    desk.secrets(&old).save(AccountId(9), SecretsPlace::Keychain, &credentials()).await.unwrap();
    desk.finish(&new).await;
    assert_eq!(names(&old), ["my stock.csv", "packlight.lock", "packlight.moved"]);
    assert_eq!(
        names(&new),
        ["backups", "logs", "network.log", "packlight.db", "packlight.lock", "screen.json"]
    );
    let after = desk.users();
    assert!(after.len() == 3 && after.iter().all(|user| !before.contains(user)), "{after:?}");
    assert_eq!(desk.present("old"), new);
}

#[tokio::test]
async fn there_and_back_leaves_no_circle() {
    let desk = Desk::new().await;
    desk.relocate("old", "new").await.unwrap();
    desk.finish(&desk.at("new")).await;
    fs::remove_file(desk.at("old/my stock.csv")).unwrap();
    desk.relocate("new", "old").await.unwrap();
    assert_eq!((desk.present("old"), desk.present("new")), (desk.at("old"), desk.at("old")));
    desk.finish(&desk.at("old")).await;
    assert_eq!((desk.present("old"), desk.present("new")), (desk.at("old"), desk.at("old")));
    assert_eq!(labels(&desk.at("old")).await, ["Shop"]);
}

#[tokio::test]
async fn a_move_that_was_broken_off_is_forgotten_or_begun_anew() {
    let desk = Desk::new().await;
    let (old, new) = (desk.at("old"), desk.at("new"));
    // As a kill amid the copying leaves it: the sign stands, half of the database is there.
    create_private(&new).unwrap();
    drop(Lock::acquire(&new).unwrap());
    signs::set_out(&old, &new, signs::sync).unwrap();
    let whole = fs::read(old.join("packlight.db")).unwrap();
    fs::write(new.join("packlight.db"), &whole[..whole.len() / 2]).unwrap();
    assert_eq!((desk.present("old"), desk.present("new")), (old.clone(), old.clone()));
    desk.relocate("old", "new").await.unwrap();
    assert_eq!((desk.present("old"), labels(&new).await), (new, vec!["Shop".to_owned()]));
}

#[tokio::test]
async fn what_cannot_be_moved_stays_as_it_is() {
    let desk = Desk::new().await;
    let told = async |to: &str| {
        let from = desk.at("old");
        let error = relocate(&from, to, &desk.secrets(&from), now()).await.unwrap_err();
        assert_eq!(desk.present("old"), from);
        assert_eq!(labels(&from).await, ["Shop"]);
        error.message
    };
    let at = |name: &str| desk.at(name).to_str().unwrap().to_owned();
    for vague in ["new", "../new", &at("x/../old/inner")] {
        assert_eq!(told(vague).await, "give the full path of the new folder; nothing was moved");
    }
    assert_eq!(told(&at("old")).await, "the data is in this folder already; nothing was moved");
    let message = told(&at("old/inner")).await;
    assert!(message.starts_with("the new folder cannot lie in the present one"), "{message}");
    assert!(told(&at("old-demo")).await.starts_with("this is the place of the demo"));
    fs::create_dir(desk.at("used")).unwrap();
    fs::write(desk.at("used/photo.jpg"), "mine").unwrap();
    assert_eq!(
        told(&at("used")).await,
        format!(
            "{} is not empty (there is photo.jpg): choose a new or an empty folder; nothing was moved",
            at("used")
        )
    );
    assert_eq!(fs::read_to_string(desk.at("used/photo.jpg")).unwrap(), "mine");
    assert_eq!(names(&desk.at("used")), ["photo.jpg"]);

    // A locked keychain has the secrets; nothing moves without them.
    desk.chain.set_locked(true);
    let message = told(&at("new")).await;
    assert!(message.starts_with("the keychain is locked"), "{message}");
    assert_eq!(names(&desk.at("new")), ["packlight.lock"]);
    desk.chain.set_locked(false);
    // Those that are gone are told.
    desk.chain.entries.lock().unwrap().clear();
    let moved = desk.relocate("old", "new").await.unwrap();
    assert_eq!(
        moved.without_secrets,
        ["Shop: the keychain no longer holds the secrets of this account: enter them again"]
    );
}

#[tokio::test]
async fn a_folder_whose_disk_is_missing_is_not_begun_anew() {
    let desk = Desk::new().await;
    desk.relocate("old", "new").await.unwrap();
    fs::rename(desk.at("new"), desk.at("unplugged")).unwrap();
    // The place where a disk was mounted is an empty folder.
    fs::create_dir(desk.at("new")).unwrap();
    let error = data_folder(Some(&desk.at("old"))).unwrap_err().to_string();
    assert!(error.contains("which is not there: connect its disk and try again"), "{error}");
    assert_eq!(require_present(&desk.at("old")).unwrap_err().to_string(), error);
    // Connected again, it is opened where it is, and never begun anew where it was.
    fs::remove_dir(desk.at("new")).unwrap();
    fs::rename(desk.at("unplugged"), desk.at("new")).unwrap();
    assert_eq!(desk.present("old"), desk.at("new"));
    let error = require_present(&desk.at("old")).unwrap_err().to_string();
    assert!(error.ends_with("start Packlight again to open it there"), "{error}");
    require_present(&desk.at("new")).unwrap();
    fs::write(desk.at("old/packlight.moved"), "rubbish").unwrap();
    let error = data_folder(Some(&desk.at("old"))).unwrap_err().to_string();
    assert!(
        error.contains("packlight.moved, which says where the data was moved, cannot be read ("),
        "{error}"
    );
}

#[tokio::test]
async fn a_damaged_database_is_not_moved() {
    let desk = Desk::new().await;
    let file = desk.at("old/packlight.db");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 4_096] {
        *byte ^= 0xa5;
    }
    fs::write(&file, bytes).unwrap();
    desk.relocate("old", "new").await.unwrap_err();
    assert_eq!(desk.present("old"), desk.at("old"));
    assert_eq!(names(&desk.at("new")), ["packlight.lock"]);
}

/// A folder that others look into is not shut to them before it is known to do.
#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_is_refused_is_as_open_as_before() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new().await;
    let shared = desk.at("shared");
    fs::create_dir(&shared).unwrap();
    fs::write(shared.join("photo.jpg"), "everybody's").unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o755)).unwrap();
    desk.relocate("old", "shared").await.unwrap_err();
    assert_eq!(fs::metadata(&shared).unwrap().permissions().mode() & 0o777, 0o755);
}
