use std::collections::BTreeMap;
use std::sync::Condvar;
use std::time::Duration;

use super::keychain::Stage;
use super::*;

const QUICK: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
const SHOP: AccountId = AccountId(7);

/// A keychain that does what a test says.
#[derive(Default)]
struct Scripted {
    entries: Mutex<BTreeMap<String, String>>,
    mood: Mutex<Mood>,
    woken: Condvar,
}

#[derive(Default, Clone, PartialEq)]
enum Mood {
    #[default]
    Well,
    Refuses(KeychainError),
    Silent {
        locked: bool,
    },
}

impl Scripted {
    fn in_mood(mood: Mood) -> Arc<Self> {
        Arc::new(Self { mood: Mutex::new(mood), ..Self::default() })
    }

    fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
        self.woken.notify_all();
    }

    fn answer(&self, stage: &Stage) -> Result<(), KeychainError> {
        let mut mood = self.mood.lock().unwrap();
        while let Mood::Silent { locked } = *mood {
            if locked {
                stage.waits_for_unlock();
            }
            mood = self.woken.wait(mood).unwrap();
        }
        match &*mood {
            Mood::Refuses(error) => Err(error.clone()),
            _ => Ok(()),
        }
    }
}

impl Keychain for Scripted {
    fn is_open(&self) -> bool {
        *self.mood.lock().unwrap() == Mood::Well
    }
    fn prepare(&self, stage: &Stage) -> Result<(), KeychainError> {
        self.answer(stage)
    }
    fn read(&self, entries: &[Entry], stage: &Stage) -> Result<Vec<SecretString>, KeychainError> {
        self.answer(stage)?;
        let kept = self.entries.lock().unwrap();
        entries
            .iter()
            .map(|entry| kept.get(&entry.user).map(|text| text.as_str().into()).ok_or(KeychainError::Missing))
            .collect()
    }
    fn write(&self, entries: &[(Entry, SecretString)], stage: &Stage) -> Result<(), KeychainError> {
        self.answer(stage)?;
        let mut kept = self.entries.lock().unwrap();
        kept.extend(
            entries.iter().map(|(entry, secret)| (entry.user.clone(), secret.expose_secret().to_owned())),
        );
        Ok(())
    }
    fn delete(&self, entries: &[Entry], stage: &Stage) -> Result<(), KeychainError> {
        self.answer(stage)?;
        let mut kept = self.entries.lock().unwrap();
        for entry in entries {
            kept.remove(&entry.user);
        }
        Ok(())
    }
}

fn credentials() -> Credentials {
    Credentials {
        client_id: "amzn1.application-oa2-client.canary".to_owned(),
        client_secret: "canary-secret".into(),
        refresh_token: "Atzr|canary".into(),
    }
}

fn secrets(folder: &Path, keychain: &Arc<Scripted>) -> Secrets {
    Secrets::new(folder, Arc::clone(keychain) as Arc<dyn Keychain>, QUICK, None, None)
}

fn with_passphrase(folder: &Path, text: &str) -> Secrets {
    Secrets::new(folder, Arc::new(Scripted::default()), QUICK, Some(text.into()), None)
}

fn prompted(folder: &Path, answers: &'static [Option<&'static str>]) -> (Secrets, Arc<Mutex<Vec<Ask>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let prompt: Prompt = Arc::new(move |ask| {
        let mut log = log.lock().unwrap();
        log.push(ask);
        answers[log.len() - 1].map(SecretString::from)
    });
    (Secrets::new(folder, Arc::new(Scripted::default()), QUICK, None, Some(prompt)), asked)
}

fn same(left: &Credentials, right: &Credentials) -> bool {
    left.client_id == right.client_id
        && left.client_secret.expose_secret() == right.client_secret.expose_secret()
        && left.refresh_token.expose_secret() == right.refresh_token.expose_secret()
}

#[tokio::test]
async fn the_keychain_keeps_one_entry_per_secret() {
    let folder = tempfile::tempdir().unwrap();
    let keychain = Arc::new(Scripted::default());
    let secrets = secrets(folder.path(), &keychain);
    secrets.require(SecretsPlace::Keychain).await.unwrap();
    secrets.save(SHOP, SecretsPlace::Keychain, &credentials()).await.unwrap();
    assert!(same(&secrets.load(SHOP, SecretsPlace::Keychain).await.unwrap(), &credentials()));
    let names: Vec<String> = keychain.entries.lock().unwrap().keys().cloned().collect();
    let fingerprint = names[0].split('/').next().unwrap().to_owned();
    assert_eq!(fingerprint.len(), 16);
    assert_eq!(
        names,
        ["client_id", "client_secret", "refresh_token"].map(|part| format!("{fingerprint}/7/{part}"))
    );
    secrets.remove(SHOP, SecretsPlace::Keychain).await.unwrap();
    assert!(keychain.entries.lock().unwrap().is_empty());
    secrets.remove(SHOP, SecretsPlace::Keychain).await.unwrap();
}

#[tokio::test]
async fn two_data_folders_do_not_share_secrets() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keychain = Arc::new(Scripted::default());
    secrets(one.path(), &keychain).save(SHOP, SecretsPlace::Keychain, &credentials()).await.unwrap();
    let error = secrets(two.path(), &keychain).load(SHOP, SecretsPlace::Keychain).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the keychain no longer holds the secrets of this account: enter them again"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_the_data_folder_finds_the_same_secrets() {
    let home = tempfile::tempdir().unwrap();
    let (folder, link) = (home.path().join("data"), home.path().join("link"));
    let keychain = Arc::new(Scripted::default());
    // As at the first start: the folder is made after the secrets were set up.
    let by_link = secrets(&link, &keychain);
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(&folder, &link).unwrap();
    by_link.save(SHOP, SecretsPlace::Keychain, &credentials()).await.unwrap();
    secrets(&folder, &keychain).load(SHOP, SecretsPlace::Keychain).await.unwrap();
}

#[tokio::test]
async fn each_refusal_has_its_sentence_and_next_step() {
    let folder = tempfile::tempdir().unwrap();
    for (error, sentence) in [
        (
            KeychainError::Absent { why: "no session bus".into() },
            "no keychain is available on this computer (no session bus): keep the secrets in an encrypted vault file \
             instead",
        ),
        (
            KeychainError::NoKeyring,
            "the keychain has no default keyring yet: create one in the system's password application, or keep the \
             secrets in an encrypted vault file",
        ),
        (
            KeychainError::Locked,
            "the keychain is locked: unlock it and try again, or keep the secrets in an encrypted vault file",
        ),
        (
            KeychainError::Dismissed,
            "the keychain stayed locked, because its prompt was closed or could not be shown: unlock it and try \
             again, or keep the secrets in an encrypted vault file",
        ),
        (
            KeychainError::Unreadable,
            "the keychain's entry of this account is not readable: enter the secrets again",
        ),
        (
            KeychainError::Failed { why: "out of paper".into() },
            "the keychain failed (out of paper): try again, or keep the secrets in an encrypted vault file",
        ),
    ] {
        let keychain = Scripted::in_mood(Mood::Refuses(error));
        let secrets = secrets(folder.path(), &keychain);
        let refused = secrets.load(SHOP, SecretsPlace::Keychain).await.unwrap_err();
        assert_eq!(refused.to_string(), sentence);
        assert_eq!(secrets.require(SecretsPlace::Keychain).await.unwrap_err().to_string(), sentence);
    }
}

/// Paused time jumps to the limit as soon as nothing else can happen, so this takes no five seconds.
#[tokio::test(start_paused = true)]
async fn a_silent_keychain_is_given_up_and_its_thread_is_not_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let keychain = Scripted::in_mood(Mood::Silent { locked: false });
    let secrets = secrets(folder.path(), &keychain);
    let begun = tokio::time::Instant::now();
    for _ in 0..3 {
        let error = secrets.load(SHOP, SecretsPlace::Keychain).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the keychain did not answer within 5 seconds: log out and in again, or keep the secrets in an encrypted \
             vault file"
        );
    }
    assert_eq!(begun.elapsed(), Duration::from_secs(5), "all of them together");
    // One call is out, the other two were never made: this clone is theirs.
    assert_eq!(Arc::strong_count(&keychain), 3);
    keychain.set(Mood::Well);
}

#[tokio::test(start_paused = true)]
async fn a_keychain_that_waits_for_its_user_is_called_locked() {
    let folder = tempfile::tempdir().unwrap();
    let keychain = Scripted::in_mood(Mood::Silent { locked: true });
    let secrets = secrets(folder.path(), &keychain);
    let call = secrets.keychain.call(|keychain, stage| keychain.prepare(stage));
    let mut call = std::pin::pin!(call);
    // Let the thread get as far as its prompt before the limit is reached.
    assert!(futures::poll!(&mut call).is_pending());
    while !secrets.keychain.waits_for_unlock() {
        std::thread::yield_now();
    }
    let error = call.await.unwrap_err();
    assert_eq!(error, KeychainError::Locked);
    keychain.set(Mood::Well);
}

#[tokio::test]
async fn a_keychain_unlocked_late_serves_the_next_call() {
    let folder = tempfile::tempdir().unwrap();
    let keychain = Scripted::in_mood(Mood::Silent { locked: true });
    let mut secrets = secrets(folder.path(), &keychain);
    secrets.keychain = Limited::new(Arc::clone(&keychain) as Arc<dyn Keychain>, Duration::from_millis(1));
    secrets.save(SHOP, SecretsPlace::Keychain, &credentials()).await.unwrap_err();
    keychain.set(Mood::Well);
    secrets.keychain = secrets.keychain.with_limit(Duration::from_mins(1));
    secrets.save(SHOP, SecretsPlace::Keychain, &credentials()).await.unwrap();
    assert!(same(&secrets.load(SHOP, SecretsPlace::Keychain).await.unwrap(), &credentials()));
}

#[tokio::test]
async fn the_vault_opens_with_the_given_passphrase_in_every_process() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = with_passphrase(folder.path(), "correct horse");
    assert!(!secrets.has_vault());
    secrets.require(SecretsPlace::File).await.unwrap();
    assert!(secrets.has_vault());
    secrets.save(SHOP, SecretsPlace::File, &credentials()).await.unwrap();
    let again = with_passphrase(folder.path(), "correct horse");
    assert!(same(&again.load(SHOP, SecretsPlace::File).await.unwrap(), &credentials()));
    let wrong = with_passphrase(folder.path(), "correct hors");
    let error = wrong.load(SHOP, SecretsPlace::File).await.unwrap_err().to_string();
    assert!(error.starts_with("the passphrase does not open the vault "), "{error}");
    again.remove(SHOP, SecretsPlace::File).await.unwrap();
    let error = secrets.load(SHOP, SecretsPlace::File).await.unwrap_err().to_string();
    assert_eq!(error, "the vault holds no secrets of this account: enter them again");
}

#[tokio::test]
async fn somebody_is_asked_once_and_only_when_a_secret_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let (secrets, asked) = prompted(folder.path(), &[Some("chosen")]);
    assert!(asked.lock().unwrap().is_empty());
    secrets.save(SHOP, SecretsPlace::File, &credentials()).await.unwrap();
    secrets.load(SHOP, SecretsPlace::File).await.unwrap();
    assert_eq!(*asked.lock().unwrap(), [Ask::Choose]);
    let (again, asked) = prompted(folder.path(), &[Some("chosen")]);
    again.load(SHOP, SecretsPlace::File).await.unwrap();
    again.load(SHOP, SecretsPlace::File).await.unwrap();
    assert_eq!(*asked.lock().unwrap(), [Ask::Open]);
}

#[tokio::test]
async fn without_a_passphrase_the_vault_stays_locked_until_one_is_entered() {
    let folder = tempfile::tempdir().unwrap();
    with_passphrase(folder.path(), "chosen").save(SHOP, SecretsPlace::File, &credentials()).await.unwrap();
    let (secrets, _) = prompted(folder.path(), &[None, None]);
    let error = secrets.load(SHOP, SecretsPlace::File).await.unwrap_err();
    assert_eq!(error.to_string(), "the vault is locked: enter its passphrase or set PACKLIGHT_PASSPHRASE");
    secrets.unlock("wrong".into()).await.unwrap_err();
    assert!(matches!(
        secrets.load(SHOP, SecretsPlace::File).await,
        Err(SecretsError::Vault(VaultError::Locked))
    ));
    secrets.unlock("chosen".into()).await.unwrap();
    secrets.load(SHOP, SecretsPlace::File).await.unwrap();
}

#[tokio::test]
async fn a_changed_passphrase_locks_other_processes() {
    let folder = tempfile::tempdir().unwrap();
    let (other, asked) = prompted(folder.path(), &[Some("old"), Some("new")]);
    other.save(SHOP, SecretsPlace::File, &credentials()).await.unwrap();
    let secrets = with_passphrase(folder.path(), "old");
    let error = secrets.change_passphrase("wrong".into(), "new".into()).await.unwrap_err().to_string();
    assert!(error.starts_with("the passphrase does not open the vault "), "{error}");
    secrets.change_passphrase("old".into(), "new".into()).await.unwrap();
    // The one who changed it goes on; the other one is asked for the new passphrase.
    secrets.load(SHOP, SecretsPlace::File).await.unwrap();
    other.load(SHOP, SecretsPlace::File).await.unwrap();
    assert_eq!(*asked.lock().unwrap(), [Ask::Choose, Ask::Open]);
}

#[tokio::test]
async fn a_deleted_vault_is_said_to_be_gone_and_can_be_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = with_passphrase(folder.path(), "chosen");
    secrets.save(SHOP, SecretsPlace::File, &credentials()).await.unwrap();
    std::fs::remove_file(folder.path().join(vault::FILE)).unwrap();
    let error = secrets.load(SHOP, SecretsPlace::File).await.unwrap_err().to_string();
    assert!(error.ends_with("is gone: put it back, or enter the secrets again"), "{error}");
    secrets.remove(SHOP, SecretsPlace::File).await.unwrap();
    secrets.save(SHOP, SecretsPlace::File, &credentials()).await.unwrap();
    secrets.load(SHOP, SecretsPlace::File).await.unwrap();
}

#[tokio::test]
async fn nothing_secret_shows_in_debug_output() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = with_passphrase(folder.path(), "canary-passphrase");
    secrets.save(SHOP, SecretsPlace::File, &credentials()).await.unwrap();
    let shown = format!("{secrets:?} {:?}", secrets.load(AccountId(8), SecretsPlace::File).await);
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn what_nobody_knows_of_any_more_can_be_deleted_too() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let chain = Arc::new(Scripted::default());
    let lost = secrets(folder.path(), &chain);
    for account in [1, 7, 32] {
        lost.save(AccountId(account), SecretsPlace::Keychain, &credentials()).await.unwrap();
    }
    secrets(other.path(), &chain).save(SHOP, SecretsPlace::Keychain, &credentials()).await.unwrap();
    lost.empty_keychain(&[]).await.unwrap();
    assert_eq!(chain.entries.lock().unwrap().len(), 3, "those of the other folder stay");
    chain.set(Mood::Refuses(KeychainError::Locked));
    let why = lost.empty_keychain(&[]).await.unwrap_err();
    let how = lost.how_to_delete_unknown(&why);
    assert!(how.contains("(the keychain is locked: ") && how.contains("io.packlight.desktop"), "{how}");
}
