//! What may be mapped: ASINs as Amazon gives them, and the numbers of other platforms as they are.

#![allow(clippy::unwrap_used, reason = "the helpers of tests may fail like tests")]

mod desk;

use desk::desk;
use packlight_engine::Code;

#[tokio::test]
async fn an_asin_has_ten_characters() {
    let (_folder, engine) = desk().await;
    for (number, refusal) in [
        ("BADASIN", "'BADASIN' is no ASIN: one has 10 characters, such as B07JPLG4BS"),
        ("b07jplg4bs1", "'B07JPLG4BS1' is no ASIN: one has 10 characters, such as B07JPLG4BS"),
        ("B07-PLG4BS", "'B07-PLG4BS' is no ASIN: it has letters and digits only, such as B07JPLG4BS"),
        (" ", "the ASIN is missing"),
    ] {
        let refused = engine.map_number(number, true, "1", "New").await.unwrap_err();
        assert_eq!((refused.code, refused.message.as_str()), (Code::BadInput, refusal));
    }
    assert_eq!(engine.map_number(" b07jplg4bs ", true, "1", "New").await.unwrap().number, "B07JPLG4BS");
    assert_eq!(engine.map_number("SW-1", false, "1", "New").await.unwrap().number, "SW-1");
    let forgotten = engine.delete_mapping("BADASIN", true).await;
    assert!(forgotten.is_ok(), "one from before the rule can go: {forgotten:?}");
}
