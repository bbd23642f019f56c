//! Access refused without a reason: an old token is exchanged once, a missing role costs no token requests.

use std::time::Duration;

use packlight_spapi::{ApiError, ErrorKind, IncludedData, SearchOrders};

use crate::support::{Desk, Says, Setup, desk, errand, in_turn, search};

const SENTENCE: &str = "Access to requested resource is denied.";
/// A little more than a token needs to be suspected.
const OLD: Duration = Duration::from_secs(301);

fn denied() -> Says {
    Says::error(403, "Unauthorized", SENTENCE, "")
}

/// Requests for a token, and calls.
fn cost(desk: &Desk) -> (usize, usize) {
    (desk.token_requests().len(), desk.calls().len())
}

async fn refused(desk: &Desk) -> ApiError {
    let error = desk.client.search_orders(&search(), &errand()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    assert_eq!((error.status, error.retryable), (Some(403), false));
    assert!(error.to_string().starts_with("Amazon denies access to"), "{error}");
    error
}

/// Asks once, so that there is a token, and lets it age.
async fn aged(desk: &Desk) {
    desk.client.search_orders(&search(), &errand()).await.unwrap();
    tokio::time::advance(OLD).await;
}

#[tokio::test(start_paused = true)]
async fn an_old_token_that_is_denied_without_a_reason_costs_one_refresh_and_one_repeat() {
    for refusal in
        [denied(), Says::raw(403, "application/json", ""), Says::error(403, "Unauthorized", "", "")]
    {
        let desk = desk(in_turn([Says::page(), refusal, Says::page()]));
        aged(&desk).await;
        let errand = errand();
        desk.client.search_orders(&search(), &errand).await.unwrap();
        assert_eq!(cost(&desk), (2, 3));
        assert_eq!((errand.tally.calls(), errand.tally.token_requests(), errand.tally.failures()), (2, 1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_and_a_refusal_with_a_reason_are_believed() {
    let young = desk(in_turn([Says::page(), denied()]));
    young.client.search_orders(&search(), &errand()).await.unwrap();
    tokio::time::advance(Duration::from_mins(5)).await;
    refused(&young).await;
    assert_eq!(cost(&young), (1, 2), "five minutes old");
    for (message, details) in [
        ("Access to the resource is forbidden", ""),
        (SENTENCE, "The application is missing a required role."),
    ] {
        let desk = desk(in_turn([Says::page(), Says::error(403, "Unauthorized", message, details)]));
        aged(&desk).await;
        refused(&desk).await;
        assert_eq!(cost(&desk), (1, 2), "{message} {details}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_that_stays_missing_costs_one_refresh_however_often_it_is_asked_for() {
    let desk = desk(in_turn([Says::page(), denied()]));
    aged(&desk).await;
    let error = refused(&desk).await;
    assert_eq!(error.code.as_deref(), Some("Unauthorized"));
    assert_eq!(cost(&desk), (2, 3));
    for asked in 1..=5 {
        tokio::time::advance(Duration::from_mins(9)).await;
        refused(&desk).await;
        assert_eq!(cost(&desk), (2, 3 + asked), "the token is the same, and it is not to blame");
    }
    // The next token comes when this one's time is over, as ever; it is no better.
    tokio::time::advance(Duration::from_mins(20)).await;
    refused(&desk).await;
    tokio::time::advance(OLD).await;
    refused(&desk).await;
    assert_eq!(cost(&desk), (3, 10));
}

#[tokio::test(start_paused = true)]
async fn an_answer_ends_the_refusal_and_each_subject_has_its_own() {
    let mut answers = [Says::page(), denied(), denied(), Says::page(), denied()].into_iter();
    let desk = desk(move |seen| {
        let german = seen.query.get("marketplaceIds").is_some_and(|ids| ids.contains("A1PA6795UKMFR9"));
        if german || seen.path.contains("203-") {
            denied()
        } else {
            answers.next().unwrap_or_else(Says::page)
        }
    });
    aged(&desk).await;
    refused(&desk).await;
    assert_eq!(cost(&desk), (2, 3));
    // The role came back, and later the token is refused once more.
    desk.client.search_orders(&search(), &errand()).await.unwrap();
    tokio::time::advance(OLD).await;
    desk.client.search_orders(&search(), &errand()).await.unwrap();
    assert_eq!(cost(&desk), (3, 6));
    // Another marketplace that is closed has a refresh of its own, and is then known.
    let german = SearchOrders { marketplace_ids: vec!["A1PA6795UKMFR9".into()], ..search() };
    for (wait, cost_then) in [(OLD, (4, 8)), (OLD, (4, 9))] {
        tokio::time::advance(wait).await;
        desk.client.search_orders(&german, &errand()).await.unwrap_err();
        assert_eq!(cost(&desk), cost_then);
    }
    desk.client.search_orders(&search(), &errand()).await.unwrap();
    // So has an order, and the others of the same burst find the token fresh.
    for order in ["203-1", "203-2"] {
        desk.client.get_order(order, IncludedData::NONE, &errand()).await.unwrap_err();
    }
    assert_eq!(cost(&desk), (5, 13));
}

#[tokio::test(start_paused = true)]
async fn orders_that_are_refused_cost_no_token_each() {
    let desk = desk(|seen| match seen.path.rsplit('/').next() {
        Some("orders") => Says::page(),
        Some("204-1") => Says::json(200, r#"{"order":{"orderId":"204-1"}}"#),
        _ => denied(),
    });
    aged(&desk).await;
    for order in ["203-1", "203-2", "203-3"] {
        desk.client.get_order(order, IncludedData::NONE, &errand()).await.unwrap_err();
        tokio::time::advance(OLD).await;
    }
    assert_eq!(cost(&desk), (2, 5), "all of them");
    // One that is answered shows that it was not the role, and yet those that were refused stay known.
    desk.client.get_order("204-1", IncludedData::NONE, &errand()).await.unwrap();
    desk.client.get_order("203-1", IncludedData::NONE, &errand()).await.unwrap_err();
    assert_eq!(cost(&desk), (2, 7));
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_refused_together_share_the_refresh() {
    let mut asked = 0;
    let latency = Duration::from_millis(100);
    let desk = Setup { latency, ..Setup::default() }.open(move |_| {
        asked += 1;
        if (2..=9).contains(&asked) { denied() } else { Says::page() }
    });
    aged(&desk).await;
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let client = desk.client.clone();
            tokio::spawn(async move { client.get_order("203-1", IncludedData::NONE, &errand()).await })
        })
        .collect();
    for call in calls {
        // The empty page is no order, but the token was good.
        assert_eq!(call.await.unwrap().unwrap_err().kind, ErrorKind::Malformed);
    }
    assert_eq!(desk.token_requests().len(), 2);
}
