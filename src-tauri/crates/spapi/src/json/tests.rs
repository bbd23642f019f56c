use super::*;

fn repaired(text: &str) -> String {
    without_lone_surrogates(text).into_owned()
}

#[test]
fn lone_surrogates_are_replaced_and_pairs_kept() {
    assert_eq!(repaired(r#"{"a":"\ud83d\ude00"}"#), r#"{"a":"\ud83d\ude00"}"#);
    assert_eq!(repaired(r#"{"a":"\ud83d"}"#), r#"{"a":"\uFFFD"}"#);
    assert_eq!(
        repaired(r#"{"a":"\ude00\ud83d\ude00x\uD83D\u0041"}"#),
        r#"{"a":"\uFFFD\ud83d\ude00x\uFFFD\u0041"}"#
    );
    // An escaped backslash before a "u" is no escape, and neither is a cut one.
    assert_eq!(repaired(r#"{"a":"\\ud83d"}"#), r#"{"a":"\\ud83d"}"#);
    assert_eq!(repaired(r#"{"a":"\ud8é"}"#), r#"{"a":"\ud8é"}"#);
    assert_eq!(repaired("\\ud83"), "\\ud83");
    assert_eq!(repaired("\\ud83d\\"), "\\uFFFD\\");
}

#[test]
fn what_is_no_json_text_is_named() {
    assert_eq!(readable(b"\xEF\xBB\xBF {}").unwrap(), " {}");
    assert_eq!(readable(b"<html>").unwrap_err(), Unreadable::WebPage);
    assert_eq!(readable(b"\n <?xml").unwrap_err(), Unreadable::WebPage);
    assert_eq!(readable(b"{\"a\":\"\xff\"}").unwrap_err(), Unreadable::NotText);
    assert_eq!(readable(b"").unwrap_err(), Unreadable::NotJson);
    assert_eq!(readable(b"UOSS").unwrap_err(), Unreadable::NotJson);
    assert!(read::<Sample<'_>>("{\"a\":").is_err());
}

wire! { "camelCase"
    struct Sample<'a> {
        one: Leaf<'a>,
        amount: Leaf<'a>,
        currency: Leaf<'a>,
        branch: Branch<Unread<'a>>,
        list: List<Branch<Unread<'a>>>,
    }
}

#[test]
fn every_odd_type_is_counted_and_none_is_fatal() {
    for odd in ["1", "1.5e300", "true", "\"x\"", "[1,{\"a\":[]}]", "{\"one\":1,\"x\":[{}]}", "null"] {
        let text = format!(r#"{{"one":{odd},"branch":{odd},"list":{odd},"unknown":{odd}}}"#);
        let sample: Sample<'_> = read(&text).unwrap();
        let mut reader = Reader::default();
        reader.text(sample.one, "one");
        reader.object(&sample.branch, "branch");
        reader.objects(&sample.list, "list");
        let counted = reader.surprises.iter().count();
        assert!(counted >= 2, "{odd}: {:?}", reader.surprises);
    }
}

#[test]
fn scalars_are_understood_from_their_characters() {
    let mut reader = Reader::default();
    let mut leaf = |text: &'static str, understand: &dyn Fn(&mut Reader, Leaf<'_>) -> String| {
        let text = format!("{{\"one\":{text}}}");
        let sample: Sample<'_> = read(&text).unwrap();
        understand(&mut reader, sample.one)
    };
    let integer = |reader: &mut Reader, leaf: Leaf<'_>| format!("{:?}", reader.integer(leaf, "i"));
    assert_eq!(leaf("3", &integer), "Some(3)");
    assert_eq!(leaf("\"3\"", &integer), "Some(3)");
    assert_eq!(leaf("3.00", &integer), "Some(3)");
    assert_eq!(leaf("3.5", &integer), "None");
    let flag = |reader: &mut Reader, leaf: Leaf<'_>| format!("{:?}", reader.flag(leaf, "f"));
    assert_eq!(leaf("true", &flag), "Some(true)");
    assert_eq!(leaf("\"False\"", &flag), "Some(false)");
    assert_eq!(leaf("\"maybe\"", &flag), "None");
    let text = |reader: &mut Reader, leaf: Leaf<'_>| format!("{:?}", reader.text(leaf, "t"));
    assert_eq!(leaf("\"a\\u0000b\"", &text), "Some(\"a\u{FFFD}b\")");
    assert_eq!(leaf("17", &text), "Some(\"17\")");
    assert_eq!(leaf("\"\"", &text), "None");
    let rows: Vec<_> = reader.surprises.iter().collect();
    assert_eq!(
        rows,
        [
            ("f", "unreadable boolean", 1),
            ("i", "string", 1),
            ("i", "unreadable number", 1),
            ("t", "number", 1)
        ]
    );
}

#[test]
fn amounts_never_pass_through_a_float() {
    let money = |text: &str| {
        let sample: Sample<'_> = read(text).unwrap();
        Reader::default().money(sample.amount, sample.currency, "m").map(|money| money.minor)
    };
    assert_eq!(money(r#"{"amount":"49.99","currency":"GBP"}"#), Some(4_999));
    // As a float this would be 90071992547409.94.
    assert_eq!(money(r#"{"amount":90071992547409.93,"currency":"GBP"}"#), Some(9_007_199_254_740_993));
    assert_eq!(money(r#"{"amount":"19940","currency":"JPY"}"#), Some(19_940));
    assert_eq!(money(r#"{"amount":"12,50","currency":"GBP"}"#), None);
    assert_eq!(money(r#"{"amount":"1"}"#), None);
}
