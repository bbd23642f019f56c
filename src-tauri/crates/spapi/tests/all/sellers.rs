//! Participations and probes.

use packlight_spapi::{ErrorKind, Grant, Participation};

use crate::support::{Says, desk, errand};

#[tokio::test(start_paused = true)]
async fn participations_are_read_without_the_stores_name() {
    let desk = desk(|_| Says::json(200, include_str!("fixtures/participations.json")));
    let found = desk.client.marketplace_participations(&errand()).await.unwrap();
    let participation = |id: &str, country: &str, currency: &str, participating| Participation {
        id: id.into(),
        country: Some(country.into()),
        currency: Some(currency.into()),
        participating,
    };
    assert_eq!(
        found,
        [
            participation("A1F83G8C2ARO7P", "GB", "GBP", true),
            participation("A1PA6795UKMFR9", "DE", "EUR", false),
            participation("A38D8NSA03LJTC", "DE", "EUR", true),
        ]
    );
    assert!(!format!("{found:?}").contains("Some Store"));
    assert_eq!(desk.calls()[0].path, "/sellers/v1/marketplaceParticipations");
}

#[tokio::test(start_paused = true)]
async fn probes_tell_what_is_granted_and_which_role_is_missing() {
    let granted = Grant { granted: true, missing_role: None };
    let missing = |role: &str| Grant { granted: false, missing_role: Some(role.into()) };
    let denied = desk(|_| Says::error(403, "Unauthorized", "Access to requested resource is denied.", ""));
    let (client, errand) = (&denied.client, errand());
    assert_eq!(client.probe_orders(&errand).await.unwrap(), missing("Inventory and Order Tracking"));
    assert_eq!(client.probe_finances(&errand).await.unwrap(), missing("Finance and Accounting"));
    assert_eq!(client.probe_listings(&errand).await.unwrap(), missing("Product Listing"));
    assert_eq!(client.probe_traffic(&errand).await.unwrap(), missing("Brand Analytics"));

    let open = desk(|seen| match seen.path.as_str() {
        "/orders/2026-01-01/orders/000-0000000-0000000" => Says::error(404, "NotFound", "no", ""),
        "/finances/2024-06-19/transactions" => Says::json(200, r#"{"payload":{"transactions":[]}}"#),
        "/reports/2021-06-30/reports" => Says::json(200, r#"{"reports":[]}"#),
        path => panic!("not a probe: {path}"),
    });
    let client = &open.client;
    assert_eq!(client.probe_orders(&errand).await.unwrap(), granted);
    assert_eq!(client.probe_finances(&errand).await.unwrap(), granted);
    assert_eq!(client.probe_listings(&errand).await.unwrap(), granted);
    assert_eq!(client.probe_traffic(&errand).await.unwrap(), granted);
    let calls = open.calls();
    assert_eq!(calls[1].query["postedAfter"], "2026-01-18T11:49:00Z");
    assert_eq!(calls[1].query["postedBefore"], "2026-01-18T11:50:00Z");
    assert_eq!(calls[3].query["reportTypes"], "GET_SALES_AND_TRAFFIC_REPORT");

    // A failure is no refusal.
    let broken = desk(|_| Says::json(500, "{}"));
    assert_eq!(broken.client.probe_orders(&errand).await.unwrap_err().kind, ErrorKind::Unavailable);
}
