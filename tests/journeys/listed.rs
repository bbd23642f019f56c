//! A page of the order list as it crosses to the window, filled with what real shops sell.

use packlight_domain::account::OrdersApi;
use packlight_domain::listing::{ListRequest, MAX_PAGE, OrderPage, PAGE};
use packlight_domain::page::{Place, Sort};
use packlight_tests::world::{World, shop};

/// The most bytes that a page may have over IPC.
const MOST: usize = 48_000;

#[tokio::test(start_paused = true)]
async fn a_page_of_the_heaviest_rows_is_light_enough_for_the_window() {
    // Titles of every script, and long ones, as one in three; pages of hundreds, to see every order of the shop.
    let world = World::connected(shop(2_000, 7).odd_title_permille(333), OrdersApi::V2026).await;
    world.synced().await;
    let mut rows = Vec::new();
    let mut place = Place::First;
    let page = loop {
        let request = ListRequest {
            query: String::new(),
            platform: None,
            account: None,
            sort: Sort::default(),
            place,
            limit: MAX_PAGE,
        };
        let page = world.engine.list_orders(&request).await.unwrap();
        rows.extend(page.rows.iter().map(|row| (serde_json::to_string(row).unwrap().len(), row.clone())));
        match page.last.clone() {
            Some(last) if rows.len() < page.total as usize => place = Place::After(last),
            _ => break page,
        }
    };
    assert_eq!(rows.len(), 2_000);
    let sum: usize = rows.iter().map(|(bytes, _)| bytes).sum();
    rows.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let heaviest = rows.into_iter().take(PAGE as usize).map(|(_, row)| row).collect();
    let heaviest = serde_json::to_string(&OrderPage { rows: heaviest, ..page }).unwrap();
    assert!(
        heaviest.len() < MOST,
        "{} bytes, a row has {} on average: {heaviest}",
        heaviest.len(),
        sum / 2_000
    );
}
