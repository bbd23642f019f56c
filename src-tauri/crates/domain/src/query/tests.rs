//! The language as its users rely on it.

use proptest::prelude::*;

use super::help::{QueryEdit, Span, SpanKind};
use super::*;

fn text(word: &str) -> Term {
    Term { negated: false, test: Test::Text(word.into()) }
}

fn parsed(text: &str) -> Vec<Term> {
    Query::parse(text).unwrap().terms
}

fn refused(text: &str) -> (String, String) {
    let error = Query::parse(text).unwrap_err();
    assert_eq!(text[error.at.clone()], error.word);
    (error.word, error.message)
}

#[test]
fn words_and_statuses_are_joined_by_and() {
    assert_eq!(
        parsed("status:paid,Shipped Falcon \"Star Wars\" -75192"),
        [
            Term { negated: false, test: Test::Status(vec![UiStatus::Paid, UiStatus::Shipped]) },
            text("falcon"),
            text("star wars"),
            Term { negated: true, test: Test::Text("75192".into()) },
        ]
    );
    assert!(Query::parse("  \t ").unwrap().is_all());
    assert!(Query::parse("\"\"").unwrap().is_all());
}

#[test]
fn order_ids_and_quoted_colons_are_text() {
    assert_eq!(parsed("203-1234567-8901234"), [text("203-1234567-8901234")]);
    assert_eq!(parsed("\"is: it\""), [text("is: it")]);
    assert_eq!(parsed("12:30"), [text("12:30")]);
    assert_eq!(parsed("-"), [text("-")]);
    assert_eq!(parsed("\"a \"\"b\"\"\""), [text("a \"b\"")]);
    assert_eq!(parsed("star,wars"), [text("star,wars")]);
}

/// Every key and value of design §3, and how each is written again.
#[test]
fn every_key_is_read_and_written_again() {
    for (typed, canonical) in [
        (
            "STATUS:Pending,paid,shipped,completed,CANCELLED",
            "status:pending,paid,shipped,completed,cancelled",
        ),
        (
            "is:unmatched,no_asin,matched,linked,late,prime,business,fba,fbm",
            "is:unmatched,no_asin,matched,linked,late,prime,business,fba,fbm",
        ),
        (
            "-Is:part_shipped,Cancel_Requested,confirmed,missing_items",
            "-is:part_shipped,cancel_requested,confirmed,missing_items",
        ),
        ("has:gift,asin,fees,notes,gift", "has:gift,asin,fees,notes"),
        ("ship:Today,tomorrow,overdue,2026-11-20", "ship:today,tomorrow,overdue,2026-11-20"),
        ("ship:>=today", "ship:>=today"),
        ("ship:today..2026-12-24", "ship:today..2026-12-24"),
        ("date:2026-11-20", "date:2026-11-20"),
        ("date:2026-11-01..2026-11-20", "date:2026-11-01..2026-11-20"),
        ("date:today,7D", "date:today,7d"),
        ("date:> 2026-11-01", "date:>"),
        ("qty:3,>5", "qty:3,>5"),
        ("qty:..4", "qty:<=4"),
        ("qty:4..", "qty:>=4"),
        ("total:>50", "total:>50"),
        ("total:10.50..20", "total:10.5..20"),
        ("total:<=0.99", "total:<=0.99"),
        ("fee:none,deferred,posted,Settled", "fee:none,deferred,posted,settled"),
        ("platform:amazon,eBay,BRICQER", "platform:amazon,ebay,bricqer"),
        ("channel:afn,Mfn", "channel:AFN,MFN"),
        ("in:S5", "in:S5"),
        ("in:=S5,S5,=S5", "in:=S5,S5"),
        ("in:=\"Shelf 5, left\"", "in:\"=Shelf 5, left\""),
        ("in:\"=Shelf 5\"", "in:\"=Shelf 5\""),
        ("in:==A1", "in:==A1"),
        ("in:\"Shelf 5, left\"", "in:\"Shelf 5, left\""),
        ("sku:AB-1,ab-2", "sku:AB-1,ab-2"),
        ("asin:b0abcdefgh", "asin:b0abcdefgh"),
        ("set:75192-1", "set:75192-1"),
        ("account:\"My shop\"", "account:\"My shop\""),
        ("\"-falcon\" --x \"a:b\"", "\"-falcon\" -\"-x\" \"a:b\""),
    ] {
        if typed.ends_with(": 2026-11-01") || canonical == "date:>" {
            // A blank ends a value: what is behind it is another word.
            assert_eq!(refused(typed).0, ">");
            continue;
        }
        assert_eq!(Query::parse(typed).unwrap().to_string(), canonical, "{typed}");
    }
}

#[test]
fn what_is_unknown_is_named_and_pointed_at() {
    for (query, word, message) in [
        (
            "falcon status:paid,sent",
            "sent",
            "unknown status 'sent': use pending, paid, shipped, completed or cancelled",
        ),
        (
            "-colour:red",
            "colour",
            "unknown filter 'colour:': use status:, is:, has:, ship:, date:, qty:, total:, fee:, platform:, channel:, \
             in:, sku:, asin:, set: or account:, or put the text in quotes to search for it",
        ),
        ("status:", "status:", "status: needs a value: pending, paid, shipped, completed or cancelled"),
        ("has:gift,,notes", "has:gift,,notes", "has: needs a value: gift, asin, fees or notes"),
        ("sku:\"\"", "\"\"", "sku: needs a value: a SKU"),
        (
            "in:S5,=",
            "=",
            "in: needs a value: the start of a storage location such as S5, or =S5 for this one alone",
        ),
        (
            "status:other",
            "other",
            "unknown status 'other': use pending, paid, shipped, completed or cancelled",
        ),
        ("channel:FBA", "FBA", "unknown channel 'FBA': use AFN or MFN"),
        ("platform:etsy", "etsy", "unknown platform 'etsy': use amazon, ebay or bricqer"),
        ("fee:paid", "paid", "unknown fee state 'paid': use none, deferred, posted or settled"),
        (
            "ship:yesterday",
            "yesterday",
            "unknown ship day 'yesterday': use today, tomorrow, overdue or a day such as 2026-11-20, >2026-11-20 or \
             2026-11-01..2026-11-20",
        ),
        (
            "date:2026-02-30",
            "2026-02-30",
            "unknown day '2026-02-30': use today, 7d or a day such as 2026-11-20, >2026-11-20 or 2026-11-01..2026-11-20",
        ),
        ("qty:1.5", "1.5", "unknown number '1.5': use a whole number such as 2, >2 or 2..5"),
        ("qty:>", ">", "unknown number '>': use a whole number such as 2, >2 or 2..5"),
        ("total:£5", "£5", "unknown amount '£5': use an amount such as 50, >49.99 or 10..50"),
        ("total:5..2", "5..2", "nothing lies in '5..2': put the smaller end first"),
        (
            "ship:tomorrow..today",
            "tomorrow..today",
            "nothing lies in 'tomorrow..today': put the smaller end first",
        ),
        ("a \"b", "\"b", "the quote before b is never closed"),
        ("a \"", "\"", "the quote at the end is never closed"),
    ] {
        assert_eq!(refused(query), (word.to_owned(), message.to_owned()), "{query}");
    }
    let long = Query::parse(&"x".repeat(501)).unwrap_err();
    assert_eq!(long.to_string(), "the query is longer than 500 characters: shorten it");
    for odd in [
        "date:0d",
        "date:-1d",
        "date:70000d",
        "date:2026-1-2",
        "qty:99999999999",
        "total:.",
        "total:1e5",
        "date:tomorrow",
    ] {
        assert!(Query::parse(odd).is_err(), "{odd}");
    }
}

#[test]
fn a_lone_status_is_recognised() {
    assert_eq!(Query::parse("status:paid").unwrap().only_status(), Some(&[UiStatus::Paid][..]));
    assert_eq!(Query::parse("-status:paid").unwrap().only_status(), None);
    assert_eq!(Query::parse("status:paid x").unwrap().only_status(), None);
}

fn toggle(text: &str, key: &str, value: &str) -> String {
    edit(text, &QueryEdit::Toggle { key: key.into(), value: value.into() })
}

fn choose(text: &str, key: &str, among: &[&str], value: Option<&str>) -> String {
    let among = among.iter().map(ToString::to_string).collect();
    edit(text, &QueryEdit::Choose { key: key.into(), among, value: value.map(ToOwned::to_owned) })
}

#[test]
fn a_filter_chosen_by_mouse_keeps_the_rest_as_typed() {
    assert_eq!(toggle("", "status", "paid"), "status:paid");
    assert_eq!(
        toggle("  FALCON   status:Paid  \"Star  Wars\"", "status", "paid"),
        "  FALCON   \"Star  Wars\""
    );
    assert_eq!(toggle("falcon status:paid", "status", "paid"), "falcon");
    assert_eq!(toggle("-status:paid", "status", "paid"), "-status:paid status:paid");
    assert_eq!(toggle("status:paid,shipped", "status", "paid"), "status:paid,shipped status:paid");
    assert_eq!(toggle("x", "sku", "A, B"), "x sku:\"A, B\"");
    // What is not understood stays, and a quote that is still open is closed first.
    assert_eq!(toggle("colour:red", "is", "late"), "colour:red is:late");
    assert_eq!(toggle("\"star wa", "is", "late"), "\"star wa\" is:late");
    assert_eq!(toggle("x", "colour", "red"), "x");
    assert_eq!(toggle("x", "is", "red"), "x");

    assert_eq!(choose("falcon", "platform", &[], Some("ebay")), "falcon platform:ebay");
    assert_eq!(choose("platform:amazon,ebay falcon", "platform", &[], Some("ebay")), "falcon platform:ebay");
    assert_eq!(choose("platform:amazon falcon", "platform", &[], None), "falcon");
    let matches = ["matched", "unmatched", "no_asin"];
    assert_eq!(choose("is:late is:matched", "is", &matches, Some("unmatched")), "is:late is:unmatched");
    assert_eq!(choose("is:matched,prime x", "is", &matches, None), "is:prime x");
    assert_eq!(choose("-is:no_asin is:late", "is", &matches, Some("matched")), "is:late is:matched");
    assert_eq!(edit("ship:today x -ship:overdue", &QueryEdit::Clear { key: "ship".into() }), "x");
}

#[test]
fn parts_are_coloured_in_the_units_of_javascript() {
    let text = "😀 -status:paid,sent \"x";
    let help = help(text, None, &[]);
    let spans: Vec<(u32, u32, SpanKind)> =
        help.spans.iter().map(|own| (own.at.start, own.at.end, own.kind)).collect();
    assert_eq!(
        spans,
        [
            (0, 2, SpanKind::Text),
            (3, 4, SpanKind::Negation),
            (4, 11, SpanKind::Key),
            (11, 15, SpanKind::Value),
            (15, 16, SpanKind::Or),
            (16, 20, SpanKind::Error),
            (21, 23, SpanKind::Error),
        ]
    );
    let error = help.error.unwrap();
    assert_eq!(error.at, Span { start: 21, end: 23 }, "the quote is the first trouble of the whole text");
    assert_eq!(help.terms.len(), 1);
}

fn suggested(text: &str, caret: u32, known: &[&str]) -> Vec<String> {
    let known: Vec<Known> =
        known.iter().map(|value| Known { value: (*value).to_owned(), hint: String::new() }).collect();
    let asked = asked(text, caret);
    let help = help(text, asked.as_ref(), &known);
    help.suggestions
        .iter()
        .map(|own| {
            let units: Vec<u16> = text.encode_utf16().collect();
            let (start, end) = (own.replace.start as usize, own.replace.end as usize);
            let before = String::from_utf16(&units[..start]).unwrap();
            format!("{before}{}{}", own.text, String::from_utf16(&units[end..]).unwrap())
        })
        .collect()
}

#[test]
fn the_caret_says_what_is_suggested() {
    assert_eq!(suggested("", 0, &[]).len(), Key::ALL.len());
    assert_eq!(suggested("x st", 4, &[]), ["x status:"]);
    assert_eq!(suggested("-st", 3, &[]), ["-status:"]);
    assert_eq!(suggested("😀 late", 7, &[]), ["😀 is:late "]);
    assert_eq!(suggested("status:pa", 9, &[]), ["status:paid "]);
    assert_eq!(suggested("status:pa falcon", 9, &[]), ["status:paid falcon"]);
    assert_eq!(suggested("status:paid,sh", 14, &[]), ["status:paid,shipped "]);
    assert_eq!(suggested("in:sh", 5, &["Shelf 5", "Shop"]), ["in:\"Shelf 5\" ", "in:Shop "]);
    assert_eq!(suggested("in:\"Shelf", 9, &["Shelf 5"]), ["in:\"Shelf 5\" "]);
    assert_eq!(suggested("in:=\"Shelf", 10, &["Shelf 5"]), ["in:=\"Shelf 5\" "]);
    assert_eq!(suggested("in:=s", 4, &["Shelf 5", "S10"]), ["in:=\"Shelf 5\" ", "in:=S10 "]);
    assert_eq!(suggested("stat:paid", 2, &[]), ["status:paid"]);
    assert_eq!(suggested("\"st", 3, &[]), [""; 0]);
    assert_eq!(suggested("status:paid", 11, &[]), [""; 0]);
    let asked = asked("sku:ab,C \"d", 8).unwrap();
    assert_eq!((asked.wanted, asked.begun.as_str()), (Wanted::Value(Key::Sku), "C"));
}

/// Words of the language in no order in particular.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "\\PC{0,8}",
        "[a-z]{1,6}:[a-z0-9,.><=\"-]{0,8}",
        (0..Key::ALL.len(), "[a-zA-Z0-9 ,\"-]{1,8}")
            .prop_map(|(key, value)| format!("{}:{value}", Key::ALL[key].word())),
        (0..Key::ALL.len(), any::<prop::sample::Index>(), any::<bool>()).prop_map(|(key, value, negated)| {
            let key = Key::ALL[key];
            let values = key.values();
            let value = if values.is_empty() { "S 5" } else { values[value.index(values.len())].0 };
            format!("{}{}:\"{value}\"", if negated { "-" } else { "" }, key.word())
        }),
    ];
    prop::collection::vec(word, 0..6).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn no_text_panics_and_errors_point_inside(text in words(), caret in 0_u32..60) {
        if let Err(error) = Query::parse(&text) {
            prop_assert!(text.get(error.at).is_some());
        }
        let asked = asked(&text, caret);
        let help = help(&text, asked.as_ref(), &[]);
        prop_assert_eq!(help.error.is_some(), Query::parse(&text).is_err());
        let length = u32::try_from(text.encode_utf16().count()).unwrap();
        let mut at = 0;
        for span in &help.spans {
            prop_assert!(at <= span.at.start && span.at.start < span.at.end && span.at.end <= length);
            at = span.at.end;
        }
    }

    #[test]
    fn what_is_written_reads_as_the_same_query(text in words()) {
        if let Ok(query) = Query::parse(&text) {
            let written = query.to_string();
            prop_assert_eq!(Query::parse(&written), Ok(query), "{}", written);
        }
    }

    #[test]
    fn toggling_twice_leaves_the_query(text in words(), fact in 0..Is::ALL.len()) {
        let once = toggle(&text, "is", Is::ALL[fact].word());
        let twice = toggle(&once, "is", Is::ALL[fact].word());
        if let (Ok(before), Ok(after)) = (Query::parse(&text), Query::parse(&twice)) {
            let fact = Term { negated: false, test: Test::Is(vec![Is::ALL[fact]]) };
            let rest = |query: Query| query.terms.into_iter().filter(|term| *term != fact).collect::<Vec<_>>();
            prop_assert_eq!(rest(before), rest(after));
        }
    }
}
