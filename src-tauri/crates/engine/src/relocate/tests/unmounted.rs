//! Places of disks that are not mounted: the folder is there, or what it lay in, and empty; and on another file system.

use super::*;
use crate::erase;

/// As if the folder that this sign tells of had been on another disk when the sign was written.
fn written_on_another_disk(folder: &Path, sign: &str) {
    let file = folder.join(sign);
    let mut text: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let device = text["device"].as_u64().unwrap();
    text["device"] = (device ^ 1).into();
    fs::write(file, text.to_string()).unwrap();
}

/// The place of a disk that is not mounted, which is mounted again by the other way round.
fn unmount(place: &Path, away: &Path) {
    fs::rename(place, away).unwrap();
    fs::create_dir(place).unwrap();
}

fn mount(away: &Path, place: &Path) {
    fs::remove_dir_all(place).unwrap();
    fs::rename(away, place).unwrap();
}

#[tokio::test]
async fn a_former_place_whose_disk_is_not_mounted_is_not_taken_for_emptied() {
    let desk = Desk::new().await;
    let (old, new, away) = (desk.at("old"), desk.at("new"), desk.at("away"));
    desk.relocate("old", "new").await.unwrap();
    written_on_another_disk(&new, signs::ARRIVING);
    let before = desk.users().len();
    unmount(&old, &away);
    let message = desk.settle(&new).await.unwrap_err().message;
    assert_eq!(
        message,
        format!(
            "the former data folder {} holds a copy of the data and is empty now, as the place of a disk is that is \
             not mounted: mount it and try again, or, if it is gone for good, delete {}",
            old.display(),
            new.join(signs::ARRIVING).display()
        )
    );
    assert!(is_unsettled(&new) && desk.users().len() == before);
    // So is one of which only the place of its disk is there.
    fs::remove_dir(&old).unwrap();
    let message = desk.settle(&new).await.unwrap_err().message;
    assert!(message.contains("is not there: connect its disk and try again"), "{message}");
    // And nothing else is begun over it.
    let message = desk.relocate("new", "other").await.unwrap_err().message;
    assert!(
        message.starts_with("an earlier move has to be ended first: the former data folder"),
        "{message}"
    );
    fs::rename(&away, &old).unwrap();
    desk.finish(&new).await;
    assert_eq!(names(&old), ["my stock.csv", "packlight.lock", "packlight.moved"]);
    assert_eq!(desk.users().len(), before - 3);
}

#[tokio::test]
async fn a_former_place_with_something_else_in_it_is_no_empty_place_of_a_disk() {
    let desk = Desk::new().await;
    let (old, new) = (desk.at("old"), desk.at("new"));
    desk.relocate("old", "new").await.unwrap();
    // File systems were numbered anew, and somebody deleted what was Packlight's.
    written_on_another_disk(&new, signs::ARRIVING);
    fs::remove_dir_all(&old).unwrap();
    create_private(&old).unwrap();
    fs::write(old.join("my stock.csv"), "mine").unwrap();
    desk.finish(&new).await;
}

#[tokio::test]
async fn data_on_a_disk_that_is_not_mounted_is_not_begun_anew_over_a_lock_that_lies_there() {
    let desk = Desk::new().await;
    let (old, new, away) = (desk.at("old"), desk.at("new"), desk.at("away"));
    desk.relocate("old", "new").await.unwrap();
    written_on_another_disk(&old, signs::LEFT);
    // Where the data is, it is found however its disk is numbered.
    assert_eq!(desk.present("old"), new);
    desk.finish(&new).await;
    unmount(&new, &away);
    // A move there was refused while the disk was missing.
    drop(Lock::acquire(&new).unwrap());
    let error = data_folder(Some(&old)).unwrap_err().to_string();
    let expected =
        format!("was moved to {}, which is not there: connect its disk and try again", new.display());
    assert!(error.contains(&expected), "{error}");
    mount(&away, &new);
    assert_eq!((desk.present("old"), labels(&new).await), (new, vec!["Shop".to_owned()]));
}

#[tokio::test]
async fn a_copy_on_a_disk_that_is_not_mounted_is_not_forgotten() {
    let desk = Desk::new().await;
    let (old, new, away) = (desk.at("old"), desk.at("new"), desk.at("away"));
    desk.killed("old", "new", |folder| {
        let is_copied = folder.ends_with("new") && folder.join(packlight_store::DATABASE).exists();
        assert!(!is_copied, "killed");
        signs::sync(folder)
    })
    .await;
    written_on_another_disk(&old, signs::MOVING);
    unmount(&new, &away);
    let message = desk.settle(&old).await.unwrap_err().message;
    let expected =
        format!("{}, to which a move was begun, may hold a copy of the data and is empty", new.display());
    assert!(message.starts_with(&expected), "{message}");
    assert!(is_unsettled(&old));
    assert_eq!(desk.present("old"), old);
    mount(&away, &new);
    desk.finish(&old).await;
    assert_eq!(names(&new), ["packlight.lock"]);
}

#[tokio::test]
async fn who_erases_is_told_of_a_copy_on_a_disk_that_is_not_mounted() {
    let desk = Desk::new().await;
    let (old, new) = (desk.at("old"), desk.at("new"));
    desk.relocate("old", "new").await.unwrap();
    written_on_another_disk(&new, signs::ARRIVING);
    unmount(&old, &desk.at("away"));
    let message = erase::erase(&new).unwrap_err().message;
    assert!(message.contains(&format!("the former data folder {} holds a copy", old.display())), "{message}");
    assert!(message.ends_with("mount it and delete it by hand: all else was erased"), "{message}");
    assert_eq!(names(&new), ["packlight.lock"]);
}
