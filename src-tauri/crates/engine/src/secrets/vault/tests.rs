use super::*;

/// The least that Argon2 takes: tests prove the format, not the cost.
const QUICK: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

fn credentials(tag: &str) -> Credentials {
    Credentials {
        client_id: format!("amzn1.application-oa2-client.{tag}"),
        client_secret: format!("secret-{tag}").into(),
        refresh_token: format!("Atzr|{tag}").into(),
    }
}

fn passphrase(text: &str) -> SecretString {
    text.into()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
    fn path(&self) -> PathBuf {
        self.0.path().join(FILE)
    }
    fn vault(&self) -> Vault {
        Vault::create(&self.path(), &passphrase("correct horse"), QUICK).unwrap()
    }
    fn open(&self, text: &str) -> Result<Vault, VaultError> {
        Vault::open(&self.path(), &passphrase(text))
    }
}

fn token(vault: &Vault, account: i32) -> String {
    vault.get(AccountId(account)).unwrap().refresh_token.expose_secret().to_owned()
}

#[test]
fn secrets_come_back_in_another_process() {
    let folder = Folder::new();
    let vault = folder.vault();
    vault.put(AccountId(1), &credentials("one")).unwrap();
    vault.put(AccountId(2), &credentials("two")).unwrap();
    vault.put(AccountId(1), &credentials("newer")).unwrap();
    drop(vault);
    let vault = folder.open("correct horse").unwrap();
    let read = vault.get(AccountId(1)).unwrap();
    assert_eq!(read.client_id, "amzn1.application-oa2-client.newer");
    assert_eq!(read.client_secret.expose_secret(), "secret-newer");
    assert_eq!(token(&vault, 1), "Atzr|newer");
    assert_eq!(token(&vault, 2), "Atzr|two");
    vault.remove(AccountId(1)).unwrap();
    vault.remove(AccountId(1)).unwrap();
    assert_eq!(
        vault.get(AccountId(1)).unwrap_err().to_string(),
        "the vault holds no secrets of this account: enter them again"
    );
}

#[test]
fn a_wrong_passphrase_is_not_called_damage() {
    let folder = Folder::new();
    folder.vault();
    assert_eq!(
        folder.open("correct hors").unwrap_err().to_string(),
        format!("the passphrase does not open the vault {}: check it and try again", folder.path().display())
    );
    assert_eq!(folder.open("").unwrap_err().to_string(), "the passphrase is empty: choose one that is not");
}

#[test]
fn every_flipped_bit_and_every_cut_is_found() {
    let folder = Folder::new();
    folder.vault().put(AccountId(1), &credentials("one")).unwrap();
    let whole = fs::read(folder.path()).unwrap();
    for at in 0..whole.len() {
        for damaged in [
            whole.iter().enumerate().map(|(i, byte)| if i == at { byte ^ 1 } else { *byte }).collect(),
            whole[..at].to_vec(),
        ] {
            let damaged: Vec<u8> = damaged;
            fs::write(folder.path(), &damaged).unwrap();
            match folder.open("correct horse") {
                Err(VaultError::Damaged { .. }) => {}
                other => panic!("byte {at}: {other:?}"),
            }
        }
    }
    fs::write(folder.path(), &whole).unwrap();
    assert_eq!(token(&folder.open("correct horse").unwrap(), 1), "Atzr|one");
}

/// Whoever can write the file can mend its checksum; the header is sealed as well.
#[test]
fn a_tampered_header_does_not_open() {
    let folder = Folder::new();
    folder.vault();
    let mut bytes = fs::read(folder.path()).unwrap();
    let end = bytes.len() - CHECKSUM;
    bytes[HEADER - 1] ^= 1;
    let checksum = xxh3_128(&bytes[..end]).to_le_bytes();
    bytes[end..].copy_from_slice(&checksum);
    fs::write(folder.path(), &bytes).unwrap();
    assert!(matches!(folder.open("correct horse"), Err(VaultError::WrongPassphrase(_))));
    bytes[9..13].copy_from_slice(&u32::MAX.to_le_bytes());
    let checksum = xxh3_128(&bytes[..end]).to_le_bytes();
    bytes[end..].copy_from_slice(&checksum);
    fs::write(folder.path(), &bytes).unwrap();
    let error = folder.open("correct horse").unwrap_err().to_string();
    assert!(error.contains("is damaged (it asks for an absurd amount of memory)"), "{error}");
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let folder = Folder::new();
    fs::write(folder.path(), [MAGIC.as_slice(), &[2, 1, 2, 3]].concat()).unwrap();
    assert_eq!(
        folder.open("x").unwrap_err().to_string(),
        format!(
            "the vault {} was written by a newer Packlight (format 2): update Packlight",
            folder.path().display()
        )
    );
    assert_eq!(fs::read(folder.path()).unwrap().len(), 12);
}

#[test]
fn a_missing_file_is_gone_not_damaged() {
    let folder = Folder::new();
    let vault = folder.vault();
    fs::remove_file(folder.path()).unwrap();
    let error = vault.get(AccountId(1)).unwrap_err().to_string();
    assert_eq!(
        error,
        format!("the vault {} is gone: put it back, or enter the secrets again", folder.path().display())
    );
}

#[test]
fn changing_the_passphrase_locks_out_the_old_one_and_other_holders() {
    let folder = Folder::new();
    let mut vault = folder.vault();
    vault.put(AccountId(1), &credentials("one")).unwrap();
    let other = folder.open("correct horse").unwrap();
    vault.change_passphrase(&passphrase("battery staple"), QUICK).unwrap();
    assert_eq!(token(&vault, 1), "Atzr|one");
    assert!(matches!(folder.open("correct horse"), Err(VaultError::WrongPassphrase(_))));
    assert!(matches!(other.get(AccountId(1)), Err(VaultError::Locked)));
    assert_eq!(token(&folder.open("battery staple").unwrap(), 1), "Atzr|one");
}

#[test]
fn nothing_secret_is_readable_and_no_two_writes_are_alike() {
    let folder = Folder::new();
    let vault = folder.vault();
    vault.put(AccountId(1), &credentials("canary")).unwrap();
    let first = fs::read(folder.path()).unwrap();
    for secret in ["canary", "correct horse", "client_secret"] {
        assert!(!first.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
    vault.put(AccountId(1), &credentials("canary")).unwrap();
    let second = fs::read(folder.path()).unwrap();
    assert_eq!(first[..HEADER - NONCE], second[..HEADER - NONCE]);
    assert_ne!(first[HEADER - NONCE..HEADER], second[HEADER - NONCE..HEADER]);
    let shown = format!("{vault:?}");
    assert!(shown.starts_with("Vault { path:") && shown.ends_with(".. }"), "{shown}");
}

#[cfg(unix)]
#[test]
fn the_file_is_the_owners_alone_and_a_failed_write_keeps_the_old_one() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let vault = folder.vault();
    vault.put(AccountId(1), &credentials("one")).unwrap();
    assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o600);
    // A folder where the new file should go cannot be removed as a file.
    let in_the_way = folder.path().with_extension("vault.new");
    fs::create_dir(&in_the_way).unwrap();
    let error = vault.put(AccountId(1), &credentials("two")).unwrap_err().to_string();
    assert!(error.contains("cannot be used (") && error.ends_with("check the disk and try again"), "{error}");
    fs::remove_dir(&in_the_way).unwrap();
    assert_eq!(token(&folder.open("correct horse").unwrap(), 1), "Atzr|one");
    // One left behind by a crash is no hindrance.
    fs::write(&in_the_way, "half").unwrap();
    vault.put(AccountId(1), &credentials("two")).unwrap();
    assert!(!in_the_way.exists());
    assert_eq!(token(&vault, 1), "Atzr|two");
}
