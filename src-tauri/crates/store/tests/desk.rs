//! What the seller does here (acts, notes) and long work (jobs).
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use common::*;
use packlight_domain::act::{BatchId, UndoReport};
use packlight_domain::listing::{OrderFlag, OrderRowId};
use packlight_domain::page::{Place, Sort};
use packlight_domain::query::Query;
use packlight_store::{Access, JobEnd, JobId, JobState, NewJob, Progress, Store, StoreError};

async fn note(world: &World, id: OrderRowId) -> Option<String> {
    world.store.order(id).await.unwrap().unwrap().notes
}

#[tokio::test]
async fn a_note_can_be_undone_while_it_still_stands() {
    let world = World::new().await;
    let id = world.apply(&[order("203-1", 100)]).await.new[0].id;
    let first = world.store.set_note(id, Some("ring twice"), at(1)).await.unwrap().unwrap();
    assert_eq!(world.store.set_note(id, Some("ring twice"), at(2)).await.unwrap(), None, "nothing changed");
    let second = world.store.set_note(id, Some("leave at the door"), at(3)).await.unwrap().unwrap();
    assert!(
        world
            .store
            .page(&Query::default(), &request(Sort::default(), Place::First, 1), at(0))
            .await
            .unwrap()
            .rows[0]
            .has(OrderFlag::HasNote)
    );

    let undone = world.store.undo(first, at(4)).await.unwrap();
    assert_eq!(
        undone,
        UndoReport { batch: None, restored: 0, skipped: 1, stays: vec![] },
        "the note has changed since"
    );
    assert_eq!(note(&world, id).await.as_deref(), Some("leave at the door"));

    let undone = world.store.undo(second, at(5)).await.unwrap();
    assert_eq!((undone.restored, undone.skipped), (1, 0));
    assert_eq!(note(&world, id).await.as_deref(), Some("ring twice"));
    assert_eq!(world.store.undo(second, at(6)).await.unwrap().restored, 0, "once only");

    // An undo is an act and can be undone as well.
    let undone = world.store.undo(undone.batch.unwrap(), at(7)).await.unwrap();
    assert_eq!(undone.restored, 1);
    assert_eq!(note(&world, id).await.as_deref(), Some("leave at the door"));
    world.store.set_note(id, Some(""), at(8)).await.unwrap();
    assert_eq!(note(&world, id).await, None);

    let error = world.store.undo(BatchId(99), at(9)).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no action 99 to undo");
    let error = world.store.set_note(OrderRowId(77), None, at(9)).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no order with row id 77");
}

#[tokio::test]
async fn a_newer_answer_leaves_the_note_alone() {
    let world = World::new().await;
    let id = world.apply(&[order("203-1", 100)]).await.new[0].id;
    world.store.set_note(id, Some("mine"), at(1)).await.unwrap();
    world.apply(&[order("203-1", 200)]).await;
    assert_eq!(note(&world, id).await.as_deref(), Some("mine"));
}

fn job(now: i64) -> NewJob {
    NewJob {
        kind: "backfill_items".into(),
        account: None,
        scope: "all".into(),
        total: Some(15),
        now: at(now),
    }
}

#[tokio::test]
async fn a_job_is_joined_while_it_is_active_and_goes_on_after_a_crash() {
    let world = World::new().await;
    let (first, joined) = world.store.create_or_join_job(&job(1)).await.unwrap();
    assert_eq!((first.state, joined, first.progress.total), (JobState::Queued, false, Some(15)));
    let (again, joined) = world.store.create_or_join_job(&job(2)).await.unwrap();
    assert_eq!((again.id, joined), (first.id, true));
    let other = NewJob { account: Some(world.account), ..job(2) };
    assert!(!world.store.create_or_join_job(&other).await.unwrap().1, "another account, another job");

    let claimed = world.store.claim_job(first.id, at(3)).await.unwrap().unwrap();
    assert_eq!((claimed.state, claimed.started_at), (JobState::Running, Some(at(3))));
    assert_eq!(world.store.claim_job(first.id, at(3)).await.unwrap(), None, "somebody has it");
    let progress = Progress { total: Some(15), done: 4, failed: 1, checkpoint: Some("203-5".into()) };
    let waiting = world.store.wait_job(first.id, &progress, at(100)).await.unwrap();
    assert_eq!((waiting.state, waiting.waiting_until), (JobState::Waiting, Some(at(100))));
    assert_eq!(world.store.claim_job(first.id, at(99)).await.unwrap(), None, "it waits");
    assert_eq!(world.store.claim_job(first.id, at(100)).await.unwrap().unwrap().waiting_until, None);
    world.store.close().await;

    let store = Store::open(world.folder.path(), Access::Write, at(200)).await.unwrap();
    let found = store.recover_jobs().await.unwrap();
    assert_eq!((found.len(), found[0].state, &found[0].progress), (2, JobState::Queued, &progress));
    store.claim_job(first.id, at(201)).await.unwrap().unwrap();
    let done = store.finish_job(first.id, JobEnd::Failed("no network".into()), at(202)).await.unwrap();
    assert_eq!(
        (done.state, done.error.as_deref(), done.finished_at),
        (JobState::Failed, Some("no network"), Some(at(202)))
    );
    assert_eq!(done.progress, progress);
    assert!(!done.state.is_active());
    let error = store.checkpoint_job(first.id, &progress).await.unwrap_err();
    assert_eq!(error.to_string(), format!("there is no active job {}", first.id.0));
    assert!(matches!(store.finish_job(JobId(99), JobEnd::Done, at(0)).await, Err(StoreError::NoJob(99))));

    let (next, joined) = store.create_or_join_job(&job(300)).await.unwrap();
    assert!(!joined && next.id != first.id);
    assert_eq!(store.latest_job("backfill_items", None).await.unwrap().unwrap().id, next.id);
    assert_eq!(store.active_jobs().await.unwrap().len(), 2);
    assert_eq!(store.finish_job(next.id, JobEnd::Stopped, at(301)).await.unwrap().state, JobState::Stopped);
    store.close().await;
}

#[tokio::test]
async fn reading_beside_a_writer_never_writes() {
    let world = World::new().await;
    let id = world.apply(&[order("203-1", 100)]).await.new[0].id;
    let reader = Store::open(world.folder.path(), Access::Read, at(0)).await.unwrap();
    assert_eq!(reader.access(), Access::Read);
    let error = reader.set_note(id, Some("x"), at(0)).await.unwrap_err();
    assert_eq!(error.to_string(), "the database was opened for reading only");
    world.apply(&[order("203-2", 100)]).await;
    assert_eq!(reader.counts(None, None).await.unwrap().all, 2, "what was committed meanwhile is seen");
    assert!(reader.check().await.unwrap().ok);
    reader.close().await;
    assert!(matches!(reader.counts(None, None).await, Err(StoreError::Closed)));
    world.assert_sound().await;
}
