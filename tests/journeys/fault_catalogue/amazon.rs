//! Rows that Amazon's double plays: refusals, limits, damaged answers, broken paging, the sign-in service.

use packlight_domain::account::OrdersApi;
use packlight_engine::Code;
use packlight_spapi_sim::{Amazon, BadJson, Fault, Injection, LwaError, Operation, RateHeader, Seller};
use packlight_tests::command_line::Desk;
use packlight_tests::database;
use packlight_tests::world::{World, shop};

use super::{Ends, Failure, Row, ends};

/// Orders of the shop: three pages.
const ORDERS: u64 = 230;

fn on_orders(amazon: &Amazon, fault: impl Into<Injection>) {
    amazon.inject(fault.into().on(Operation::SearchOrders));
}

fn on_sign_in(amazon: &Amazon, fault: impl Into<Injection>) {
    amazon.inject(fault.into().on(Operation::Token));
}

const PAGE_INSTEAD: &str = "something that is not Amazon's answer came back, such as the login page of a network: open a web page in the browser to sign in to the network, then try again";

macro_rules! rows {
    ($($name:ident: $number:literal, $strike:expr, $ends:expr;)*) => {
        fn all() -> Vec<(&'static str, Row)> {
            vec![$((stringify!($name), Row { number: $number, strike: $strike, ends: $ends })),*]
        }

        mod in_the_window {
            $(
                #[tokio::test(start_paused = true)]
                async fn $name() {
                    let (_, row) = super::all().into_iter().find(|(name, _)| *name == stringify!($name)).unwrap();
                    super::in_the_window(&row).await;
                }
            )*
        }
    };
}

rows! {
    captive_portal: 10, |amazon| {
        on_sign_in(amazon, Fault::HtmlPage);
        on_orders(amazon, Fault::HtmlPage);
    }, ends(Code::MalformedAnswer, 5, PAGE_INSTEAD);
    captive_portal_in_the_middle: 10, |amazon| on_orders(amazon, Injection::from(Fault::HtmlPage).after(1)),
        ends(Code::MalformedAnswer, 5, PAGE_INSTEAD);
    bad_request_as_a_web_page: 11, |amazon| on_orders(amazon, Fault::Html400), ends(
        Code::MalformedAnswer, 5,
        "Amazon answered the request for the list of orders with a web page instead of data (status 400): nothing is lost, try again later, and look for a newer Packlight if it stays",
    );
    redirect: 12, |amazon| on_orders(amazon, Fault::Redirect), ends(
        Code::MalformedAnswer, 5,
        "the answer pointed to another server and was not followed: check whether this network needs a login or a proxy, then try again",
    );
    half_of_the_answers_lost: 14, |amazon| on_orders(amazon, Injection::from(Fault::ResetBody(100)).permille(500)),
        Ends::Well;
    clock_a_minute_ahead: 17, |amazon| {
        on_sign_in(amazon, Fault::ClockSkew(60));
        on_orders(amazon, Fault::ClockSkew(60));
    }, Ends::Well;
    clock_an_hour_ahead: 17, |amazon| {
        on_sign_in(amazon, Fault::ClockSkew(3_600));
        on_orders(amazon, Fault::ClockSkew(3_600));
    }, ends(
        Code::Refused, 4,
        "Amazon finds the end of the time span too recent: the next sync asks for a slightly older one",
    );
    token_expired: 18, |amazon| on_orders(amazon, Fault::TokenExpired.once()), Ends::Well;
    every_token_refused: 18, |amazon| on_orders(amazon, Fault::TokenExpired), ends(
        Code::Unavailable, 5,
        "Amazon refuses a token that it has just issued: this usually ends within half an hour, try again later",
    );
    role_missing: 19, |amazon| on_orders(amazon, Fault::AccessDenied), ends(
        Code::AccessDenied, 4,
        "Amazon denies access to the list of orders: give the application the role Inventory and Order Tracking in Seller Central, authorise it again, and enter the new refresh token; or check that the marketplaces belong to this account",
    );
    page_too_large: 21, |amazon| on_orders(amazon, Fault::ServerError(413).times(2)), Ends::Well;
    second_page_too_large: 21, |amazon| on_orders(amazon, Injection::from(Fault::ServerError(413)).after(1).times(4)),
        Ends::Well;
    every_page_too_large: 21, |amazon| on_orders(amazon, Fault::ServerError(413)), ends(
        Code::Refused, 4,
        "Amazon finds its answer for the list of orders too large to send, however little is asked for at once: what was read is kept, try again later",
    );
    limited_once: 22, |amazon| on_orders(amazon, Fault::Throttle.once()), Ends::Well;
    limited_for_an_hour: 23, |amazon| on_orders(amazon, Fault::Throttle), ends(
        Code::Throttled, 5,
        "Amazon is limiting requests for the list of orders: nothing is lost, try again later",
    );
    bucket_emptied_by_somebody_else: 24, |amazon| on_orders(amazon, Fault::EmptyBucket.once()), Ends::Well;
    rate_halved: 25, |amazon| on_orders(amazon, Fault::RateHeader(RateHeader::Permille(500))), Ends::Well;
    rate_times_four: 25, |amazon| on_orders(amazon, Fault::RateHeader(RateHeader::Permille(4_000))), Ends::Well;
    rate_no_number: 25, |amazon| on_orders(amazon, Fault::RateHeader(RateHeader::Text("abc".into()))), Ends::Well;
    rate_zero: 25, |amazon| on_orders(amazon, Fault::RateHeader(RateHeader::Text("0".into()))), Ends::Well;
    rate_negative: 25, |amazon| on_orders(amazon, Fault::RateHeader(RateHeader::Text("-1".into()))), Ends::Well;
    rate_unnamed: 25, |amazon| on_orders(amazon, Fault::RateHeader(RateHeader::Absent)), Ends::Well;
    servers_stumble: 26, |amazon| on_orders(amazon, Fault::ServerError(503).times(3)), Ends::Well;
    servers_down: 26, |amazon| on_orders(amazon, Injection::from(Fault::ServerError(500)).after(1)), ends(
        Code::Unavailable, 5,
        "Amazon's servers failed while the list of orders was asked for: nothing is lost, try again later",
    );
    gateway_down: 26, |amazon| on_orders(amazon, Fault::HtmlError(504)), ends(
        Code::Unavailable, 5,
        "Amazon's servers failed while the list of orders was asked for: nothing is lost, try again later",
    );
    answer_cut: 27, |amazon| on_orders(amazon, Fault::BadJson(BadJson::Truncated)), ends(
        Code::MalformedAnswer, 5,
        "Amazon's answer could not be read (no JSON, or cut short): nothing of it was kept, and it is asked for again at the next try",
    );
    answer_empty: 27, |amazon| on_orders(amazon, Fault::BadJson(BadJson::Empty)), ends(
        Code::MalformedAnswer, 5,
        "Amazon's answer could not be read (no JSON, or cut short): nothing of it was kept, and it is asked for again at the next try",
    );
    answer_with_an_unquoted_word: 27, |amazon| on_orders(amazon, Fault::BadJson(BadJson::UnquotedWord)), ends(
        Code::MalformedAnswer, 5,
        "Amazon's answer could not be read (no JSON, or cut short): nothing of it was kept, and it is asked for again at the next try",
    );
    answer_cut_once: 27, |amazon| on_orders(amazon, Fault::BadJson(BadJson::Truncated).once()), Ends::Well;
    byte_order_mark: 27, |amazon| on_orders(amazon, Fault::BadJson(BadJson::ByteOrderMark)), Ends::Well;
    invalid_utf8: 27, |amazon| on_orders(amazon, Fault::BadJson(BadJson::InvalidUtf8)), ends(
        Code::MalformedAnswer, 5,
        "Amazon's answer could not be read (not UTF-8): nothing of it was kept, and it is asked for again at the next try",
    );
    swollen_page: 27, |amazon| on_orders(amazon, Fault::BadJson(BadJson::Swollen(2_000_000))), Ends::Well;
    duplicates: 30, |amazon| on_orders(amazon, Fault::DuplicateOrders), Ends::Well;
    pages_out_of_order: 31, |amazon| on_orders(amazon, Fault::ShuffledPages), Ends::Well;
    same_token_again: 32, |amazon| on_orders(amazon, Fault::LoopingToken), Ends::Well;
    new_token_same_page: 32, |amazon| on_orders(amazon, Fault::NewTokenSamePage), Ends::Well;
    page_token_expired: 33, |amazon| on_orders(amazon, Fault::PaginationTokenRefused.once()), Ends::Well;
    page_tokens_never_taken: 33, |amazon| on_orders(amazon, Fault::PaginationTokenRefused), Ends::Well;
    empty_page: 34, |amazon| on_orders(amazon, Fault::EmptyPageWithToken.times(2)), Ends::Well;
    empty_last_page: 34, |amazon| on_orders(amazon, Fault::EmptyLastPage), Ends::Well;
    sign_in_down: 38, |amazon| on_sign_in(amazon, Fault::ServerError(500)), ends(
        Code::Unavailable, 5, "Amazon's sign-in service is failing: nothing is lost, try again later",
    );
    sign_in_limited: 38, |amazon| on_sign_in(amazon, Fault::ServerError(429)), ends(
        Code::Unavailable, 5, "Amazon's sign-in service is failing: nothing is lost, try again later",
    );
    authorisation_revoked: 39, |amazon| on_sign_in(amazon, Fault::Lwa(LwaError::InvalidGrant)), ends(
        Code::CredentialsRefused, 3,
        "Amazon no longer accepts the refresh token: authorise the application again in Seller Central and enter the new refresh token",
    );
    secret_rotated: 40, |amazon| on_sign_in(amazon, Fault::Lwa(LwaError::InvalidClient)), ends(
        Code::CredentialsRefused, 3,
        "Amazon does not accept the client id and client secret: the secret may have been rotated or have expired after 180 days; copy the current one from Seller Central",
    );
    token_of_another_client: 40, |amazon| on_sign_in(amazon, Fault::Lwa(LwaError::UnauthorizedClient)), ends(
        Code::CredentialsRefused, 3,
        "the refresh token was issued to another client id: enter the client id, secret and refresh token of one and the same application",
    );
    sign_in_misses_something: 40, |amazon| on_sign_in(amazon, Fault::Lwa(LwaError::InvalidRequest)), ends(
        Code::CredentialsRefused, 3,
        "Amazon's sign-in refused the request (invalid_request): check the client id, the client secret and the refresh token",
    );
    sign_in_denied: 40, |amazon| on_sign_in(amazon, Fault::Lwa(LwaError::AccessDenied)), ends(
        Code::CredentialsRefused, 3,
        "Amazon's sign-in refused the request (access_denied): check the client id, the client secret and the refresh token",
    );
    refusal_without_a_reason: 11, |amazon| on_orders(amazon, Fault::ServerError(400)), ends(
        Code::Refused, 4,
        "Amazon refused the request for the list of orders as invalid: check the marketplaces of the account, or try a newer Packlight",
    );
    empty_pages_without_end: 34, |amazon| on_orders(amazon, Fault::EmptyPageWithToken), ends(
        Code::MalformedAnswer, 5,
        "Amazon keeps sending the same page of orders. What was read is kept; the next sync tries again",
    );
    token_of_no_life: 41, |amazon| on_sign_in(amazon, Fault::ExpiresIn(0)), Ends::Well;
    token_of_negative_life: 41, |amazon| on_sign_in(amazon, Fault::ExpiresIn(-7)), Ends::Well;
    token_of_a_long_life: 41, |amazon| on_sign_in(amazon, Fault::ExpiresIn(1_000_000_000)), Ends::Well;
}

/// An engine on virtual time: the status is the window's.
async fn in_the_window(row: &Row) {
    let world = World::connected(shop(ORDERS, 13), OrdersApi::V2026).await;
    (row.strike)(&world.amazon);
    let outcome = world.sync().await;
    let status = world.engine.sync_status();
    match (row.ends, outcome) {
        (Ends::Well, outcome) => {
            let report = outcome.unwrap_or_else(|error| panic!("row {}: {error}", row.number));
            assert_eq!(report.sum.orders_new, u32::try_from(ORDERS).unwrap());
        }
        (Ends::In(failure), outcome) => {
            let error = outcome.expect_err("the fault cannot be ridden out");
            assert_eq!((error.code, error.message.as_str()), (failure.code, failure.says));
            failure.assert_shown(&status.accounts[0].state);
            // What the pages before the fault brought stays readable, and nothing claims to be complete.
            assert_eq!(status.accounts[0].complete_up_to, None);
            world.engine.order_counts(None, None).await.unwrap();
            if failure.code == Code::CredentialsRefused {
                assert_eq!(world.amazon.count(Operation::SearchOrders), 0, "refused secrets cost no call");
            }
            // Nine for a refusal as invalid; circles take the pages that are believed and the halvings.
            let most = if row.number == 34 { 30 } else { 9 };
            assert!(
                world.amazon.count(Operation::SearchOrders) <= most,
                "no storm of repetitions: {:?}",
                world.amazon.counts()
            );
            world.amazon.lift_all();
            tokio::time::advance(std::time::Duration::from_mins(15)).await;
            world.synced().await;
        }
    }
    assert!(database::view(world.folder()).await == database::sorted(world.amazon.truth()));
}

/// The command line, process by process. All rows at once: most of their time is the pauses between tries.
#[tokio::test(flavor = "multi_thread")]
async fn on_the_command_line() {
    let rows: Vec<_> = all()
        .into_iter()
        .map(|(name, row)| {
            tokio::spawn(async move {
                let seller = Seller::with_orders(ORDERS, 13, chrono::Utc::now()).history_days(25);
                let desk = Desk::new(seller).await;
                tokio::task::spawn_blocking(move || on_a_command_line(name, &row, desk)).await
            })
        })
        .collect();
    for row in rows {
        let desk = row.await.unwrap().unwrap();
        assert!(database::view(desk.folder()).await == database::sorted(desk.amazon.truth()));
    }
}

fn on_a_command_line(name: &str, row: &Row, desk: Desk) -> Desk {
    desk.connect();
    (row.strike)(&desk.amazon);
    match row.ends {
        Ends::Well => {
            let report = desk.json(0, &["sync"], "");
            assert_eq!(report["orders_new"], ORDERS, "{name}: {report}");
        }
        Ends::In(Failure { code, exit, says }) => {
            let output = desk.run(&["--json", "sync"], "");
            let complaint = String::from_utf8(output.stderr).unwrap();
            let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(output.status.code(), Some(exit), "{name}: {json} {complaint}");
            assert_eq!(json["error"]["message"], says, "{name}");
            assert_eq!(json["error"]["code"], serde_json::to_value(code).unwrap(), "{name}");
            assert_eq!(complaint.lines().last(), Some(format!("packlight-cli: {says}").as_str()), "{name}");
            desk.json(0, &["orders", "list"], "");
            desk.amazon.lift_all();
            desk.json(0, &["sync"], "");
        }
    }
    desk
}
