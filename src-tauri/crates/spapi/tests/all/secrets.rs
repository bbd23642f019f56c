//! No secret and nothing of a buyer in errors, debug output or the log, whatever goes wrong.

use std::io;
use std::sync::{Arc, Mutex};

use packlight_spapi::TransportError;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{ACCESS, REFRESH, SECRET, Says, credentials, desk, errand, in_turn, search};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_secret_is_logged_or_shown() {
    let kept = Kept::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(kept.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let buyer = "canary.buyer@example.com";
    let echo = format!("{ACCESS} {REFRESH} {SECRET} {buyer} page-token-canary");
    let mut shown = Vec::new();
    for says in [
        Says::json(200, format!(r#"{{"orders":[],"buyer":"{echo}"#)),
        Says::json(200, format!(r#"{{"orders":[{{"orderId":"1","buyer":{{"buyerEmail":"{buyer}"}}}}]}}"#)),
        Says::error(400, "InvalidInput", &format!("{ACCESS} {REFRESH} {buyer}"), ""),
        Says::error(500, "InternalFailure", &format!("{ACCESS} {REFRESH} {buyer}"), ""),
        Says::raw(200, "text/html", echo.clone()),
        Says::nothing(TransportError::Timeout),
        Says::throttled(),
    ] {
        let desk = desk(in_turn([says]));
        let mut search = search();
        search.page_token = Some("page-token-canary".into());
        let result = desk.client.search_orders(&search, &errand()).await;
        shown.push(format!(
            "{result:?} {:?} {}",
            desk.client,
            result.as_ref().map_or_else(ToString::to_string, |_| String::new())
        ));
    }
    shown.push(format!("{:?}", credentials()));
    shown.push(String::from_utf8(kept.0.lock().unwrap().clone()).unwrap());
    let all = shown.join("\n");
    assert!(all.contains("searchOrders") && all.contains("…"), "the log is not empty: {all}");
    for canary in ["canary-access", "canary-refresh", SECRET, buyer, "page-token-canary", "lastUpdatedAfter"]
    {
        assert!(!all.contains(canary), "{canary} in:\n{all}");
    }
    assert!(all.contains("abcdef"), "the end of the client id may be shown");
    assert!(!all.contains("0123456789abcdef"));
}
