//! Moves that fail, are killed, or leave something for later.

use super::*;
use crate::erase;

#[tokio::test]
async fn a_sign_that_stands_is_followed_though_the_disk_does_not_confirm_it() {
    let desk = Desk::new().await;
    // The last thing that a move does: the former place says where the data is, and its disk fails.
    let moved = desk.relocate_on("old", "new", |folder| {
        if left_for(folder).unwrap().is_some() { Err(io::Error::other("gone")) } else { signs::sync(folder) }
    });
    assert_eq!(moved.await.unwrap().files, 5);
    assert_eq!((desk.present("old"), desk.present("new")), (desk.at("new"), desk.at("new")));
    assert_eq!(labels(&desk.at("new")).await, ["Shop"]);
}

/// Fails in the new folder once the copy is there: before the former place points to it.
fn at_the_last_moment(folder: &Path) -> bool {
    folder.ends_with("new") && folder.join(packlight_store::DATABASE).exists()
}

#[tokio::test]
async fn a_move_that_fails_at_the_end_leaves_neither_files_nor_entries() {
    let desk = Desk::with_two_accounts().await;
    let before = desk.users();
    let refused = desk.relocate_on("old", "new", |folder| {
        if at_the_last_moment(folder) { Err(io::Error::other("gone")) } else { signs::sync(folder) }
    });
    assert!(refused.await.unwrap_err().message.contains("it is where it was, and nothing is lost"));
    assert_eq!(desk.users(), before);
    assert_eq!(names(&desk.at("new")), ["packlight.lock"]);
    assert!(!is_unsettled(&desk.at("old")) && !is_unsettled(&desk.at("new")));

    // The keychain takes the first account's secrets and is locked before the second's.
    *desk.chain.writes.lock().unwrap() = Some(1);
    let message = desk.relocate("old", "new").await.unwrap_err().message;
    assert!(message.starts_with("the keychain is locked"), "{message}");
    assert_eq!(desk.users(), before);
}

#[tokio::test]
async fn a_copy_that_cannot_be_taken_back_yet_stays_marked_as_one() {
    let desk = Desk::new().await;
    let (old, new) = (desk.at("old"), desk.at("new"));
    let before = desk.users();
    // The keychain takes the secrets and is locked when they should go again.
    *desk.chain.closes_behind_writes.lock().unwrap() = true;
    let refused = desk.relocate_on("old", "new", |folder| {
        if at_the_last_moment(folder) { Err(io::Error::other("gone")) } else { signs::sync(folder) }
    });
    refused.await.unwrap_err();
    assert_eq!((desk.users().len(), desk.present("new")), (6, old.clone()));
    assert!(is_unsettled(&old) && is_unsettled(&new));
    // The next start with an open keychain does it.
    *desk.chain.closes_behind_writes.lock().unwrap() = false;
    desk.chain.set_locked(false);
    desk.finish(&old).await;
    assert_eq!((desk.users(), names(&new)), (before, vec!["packlight.lock".to_owned()]));
}

#[tokio::test]
async fn a_kill_between_the_two_steps_leaves_the_data_where_it_was_and_is_cleared_up() {
    let desk = Desk::new().await;
    let (old, new) = (desk.at("old"), desk.at("new"));
    let before = desk.users();
    desk.killed("old", "new", |folder| {
        assert!(!at_the_last_moment(folder), "killed");
        signs::sync(folder)
    })
    .await;
    assert_eq!((desk.present("old"), desk.present("new")), (old.clone(), old.clone()));
    assert!(desk.users().len() == 6 && new.join("packlight.db").exists());
    // Nobody chooses that folder again: the next start, or the next move, knows of it all the same.
    desk.relocate("old", "other").await.unwrap();
    assert_eq!(names(&new), ["packlight.lock"]);
    desk.finish(&desk.at("other")).await;
    assert_eq!(desk.users().len(), 3);
    assert!(desk.users().iter().all(|user| !before.contains(user)));
}

/// The new place no longer says that it was left, and nothing points to it yet.
fn between_the_signs(folder: &Path) -> bool {
    folder.ends_with("old")
        && folder.join(packlight_store::DATABASE).exists()
        && left_for(folder).unwrap().is_none()
}

#[tokio::test]
async fn a_way_back_that_fails_at_the_end_leaves_the_usual_folder_leading_on() {
    let desk = Desk::new().await;
    let (old, new) = (desk.at("old"), desk.at("new"));
    desk.relocate("old", "new").await.unwrap();
    desk.finish(&new).await;
    fs::remove_file(old.join("my stock.csv")).unwrap();
    let refused = desk.relocate_on("new", "old", |folder| {
        if between_the_signs(folder) { Err(io::Error::other("gone")) } else { signs::sync(folder) }
    });
    assert!(refused.await.unwrap_err().message.contains("it is where it was"));
    assert_eq!((desk.present("old"), labels(&new).await), (new.clone(), vec!["Shop".to_owned()]));

    desk.killed("new", "old", |folder| {
        assert!(!between_the_signs(folder), "killed");
        signs::sync(folder)
    })
    .await;
    assert_eq!(desk.present("old"), new);
    // The next start, and the one after that.
    for _ in 0..2 {
        desk.finish(&new).await;
        assert_eq!((desk.present("old"), desk.present("new")), (new.clone(), new.clone()));
    }
    desk.relocate("new", "old").await.unwrap();
    assert_eq!((desk.present("old"), desk.present("new")), (old.clone(), old));
}

#[tokio::test]
async fn a_copy_that_is_damaged_at_once_is_repaired_from_what_it_was_made_of() {
    let desk = Desk::new().await;
    let new = desk.at("new");
    desk.relocate("old", "new").await.unwrap();
    fs::write(new.join(packlight_store::DATABASE), [7; 8_192]).unwrap();
    let report = crate::backups::repair(&new, true, now()).await.unwrap();
    assert!(report.backup.is_some(), "{report:?}");
    assert_eq!(labels(&new).await, ["Shop"]);
    desk.finish(&new).await;
    assert!(!desk.at("old").join(packlight_store::DATABASE).exists());
}

#[tokio::test]
async fn the_former_place_is_cleared_before_the_data_moves_on() {
    let desk = Desk::new().await;
    desk.relocate("old", "new").await.unwrap();
    // Back, and on: both would forget what is in the first folder.
    desk.chain.set_locked(true);
    for to in ["old", "other"] {
        let message = desk.relocate("new", to).await.unwrap_err().message;
        assert!(
            message.starts_with("an earlier move has to be ended first: the keychain is locked"),
            "{message}"
        );
        assert_eq!((desk.present("old"), desk.present("new")), (desk.at("new"), desk.at("new")));
    }
    desk.chain.set_locked(false);
    fs::remove_file(desk.at("old/my stock.csv")).unwrap();
    desk.relocate("new", "old").await.unwrap();
    assert_eq!((desk.present("old"), desk.present("new")), (desk.at("old"), desk.at("old")));
    assert!(arriving_from(&desk.at("new")).is_none());
    desk.finish(&desk.at("old")).await;
    assert_eq!((desk.users().len(), labels(&desk.at("old")).await), (3, vec!["Shop".to_owned()]));
}

#[tokio::test]
async fn a_former_place_that_is_gone_loses_its_entries_and_one_on_a_missing_disk_waits() {
    let desk = Desk::new().await;
    fs::create_dir(desk.at("disk")).unwrap();
    fs::rename(desk.at("old"), desk.at("disk/old")).unwrap();
    let old = desk.secrets(&desk.at("disk/old"));
    old.save(AccountId(1), SecretsPlace::Keychain, &credentials()).await.unwrap();
    desk.relocate("disk/old", "new").await.unwrap();
    let new = desk.at("new");
    let before = desk.users().len();
    fs::rename(desk.at("disk"), desk.at("unplugged")).unwrap();
    let message = desk.settle(&new).await.unwrap_err().message;
    let next = format!(
        "is not there: connect its disk and try again, or, if it is gone for good, delete {}",
        new.join(signs::ARRIVING).display()
    );
    assert!(message.ends_with(&next), "{message}");
    assert!(is_unsettled(&new) && desk.users().len() == before);
    // The disk is there again, and somebody deleted the folder.
    fs::create_dir(desk.at("disk")).unwrap();
    desk.finish(&new).await;
    assert_eq!(desk.users().len(), before - 3);
}

#[tokio::test]
async fn a_former_place_that_somebody_emptied_holds_up_nothing() {
    let desk = Desk::new().await;
    let (old, new) = (desk.at("old"), desk.at("new"));
    desk.relocate("old", "new").await.unwrap();
    fs::remove_dir_all(&old).unwrap();
    create_private(&old).unwrap();
    desk.finish(&new).await;
    assert_eq!((is_unsettled(&new), desk.users().len()), (false, 3));
}

#[tokio::test]
async fn secrets_that_the_keychain_did_not_have_come_after() {
    let desk = Desk::new().await;
    let kept = std::mem::take(&mut *desk.chain.entries.lock().unwrap());
    assert_eq!(desk.relocate("old", "new").await.unwrap().without_secrets.len(), 1);
    // Another keyring was shown for a while.
    desk.chain.entries.lock().unwrap().extend(kept);
    let new = desk.at("new");
    desk.finish(&new).await;
    let secrets = desk.secrets(&new).load(AccountId(1), SecretsPlace::Keychain).await.unwrap();
    assert_eq!((secrets.refresh_token.expose_secret(), desk.users().len()), ("a token", 3));
}

#[tokio::test]
async fn erasing_reaches_the_places_that_moves_left_something_in() {
    let desk = Desk::new().await;
    let (old, new) = (desk.at("old"), desk.at("new"));
    // A copy that a killed move left.
    desk.killed("old", "new", |folder| {
        assert!(!at_the_last_moment(folder), "killed");
        signs::sync(folder)
    })
    .await;
    assert_eq!(others(&old), std::slice::from_ref(&new));
    erase::erase(&old).unwrap();
    assert_eq!(names(&new), ["packlight.lock"]);
    assert_eq!(names(&old), ["my stock.csv", "packlight.lock"]);

    // A former place that was not cleared yet.
    let desk = Desk::new().await;
    let (old, new) = (desk.at("old"), desk.at("new"));
    desk.relocate("old", "new").await.unwrap();
    assert!(erase::erase(&old).unwrap_err().message.contains("start Packlight again to open it there"));
    erase::erase(&new).unwrap();
    assert_eq!(names(&new), ["packlight.lock"]);
    assert_eq!(names(&old), ["my stock.csv", "packlight.lock", "packlight.moved"]);
}
