use proptest::prelude::*;

use super::*;

const SKU: usize = 0;
const NAME: usize = 1;
const PRICE: usize = 2;
const COLUMNS: [Column; 3] = [
    Column { names: &["seller-sku", "Händler-SKU"], required: true, typed: false },
    Column { names: &["item-name", "商品名"], required: false, typed: true },
    Column { names: &["price", "Preis"], required: false, typed: false },
];

fn sound(record: &Record<'_>) -> bool {
    !record.get(SKU).is_empty() && record.get(PRICE).bytes().all(|byte| byte.is_ascii_digit())
}

const JUDGE: Judge = Judge { has_key: |record| !record.get(SKU).is_empty(), makes_sense: sound };

fn file(text: &str) -> FlatFile<'_> {
    read(text, &COLUMNS, JUDGE).unwrap()
}

/// Sku, name and price of every record.
fn rows(text: &str) -> Vec<(String, String, String)> {
    let own = |record: &Record<'_>| [SKU, NAME, PRICE].map(|at| record.get(at).to_owned()).into();
    file(text).records.iter().map(own).collect()
}

fn row(sku: &str, name: &str, price: &str) -> (String, String, String) {
    (sku.to_owned(), name.to_owned(), price.to_owned())
}

#[test]
fn columns_are_found_by_name_in_any_order_and_language() {
    for text in [
        "item-name\tnew-column\tseller-sku\tprice\nFalcon\tx\tA-1\t9\n",
        "Seller SKU\tITEM_NAME\tPrice\r\nA-1\tFalcon\t9\r\n",
        "a line above\n\nHändler-SKU\t商品名\tPreis\nA-1\tFalcon\t9\n",
        "\u{FEFF}seller-sku\titem-name\tprice\nA-1\tFalcon\t9",
    ] {
        assert_eq!(rows(text), [row("A-1", "Falcon", "9")], "{text:?}");
    }
    assert_eq!(rows("price\tseller-sku\n9\tA-1\n"), [row("A-1", "", "9")]);
}

#[test]
fn another_file_is_refused_with_the_names_it_has() {
    let error = read("order-id\tsku\u{7}-code\n1\t2\n", &COLUMNS, JUDGE).unwrap_err();
    assert_eq!(error.found, ["order-id", "sku-code"]);
    assert_eq!(read("", &COLUMNS, JUDGE).unwrap_err().found, Vec::<String>::new());
    assert!(read("<Error>AccessDenied</Error>", &COLUMNS, JUDGE).is_err());
}

#[test]
fn a_quotation_mark_is_a_character() {
    let text = "seller-sku\titem-name\tprice\nA-1\t12\" wheel\t9\nA-2\t\"Falcon\"\t8\nA-3\t\"open\t7\n";
    assert_eq!(
        rows(text),
        [row("A-1", "12\" wheel", "9"), row("A-2", "\"Falcon\"", "8"), row("A-3", "\"open", "7")]
    );
}

#[test]
fn a_quoted_file_is_read_as_one() {
    let text = "\"seller-sku\"\t\"item-name\"\t\"price\"\n\"A-1\"\t\"a \"\"b\"\"\tc\nd\"\t\"9\"\n\"A-2\"\tx\t\"8\"\n";
    assert_eq!(rows(text), [row("A-1", "a \"b\"\tc\nd", "9"), row("A-2", "x", "8")]);
    assert!(file("\"seller-sku\"\t\"price\"\n\"A-1\"\t\"9\"\n\"A-2").cut_short);
}

#[test]
fn a_tab_in_typed_text_stays_in_it() {
    let text = "item-name\tseller-sku\tprice\n\
                The\tMillennium\tFalcon\tA-1\t9\n\
                plain\tA-2\t8\n\
                \"quoted\ttab\"\tA-3\t7\n\
                trailing\tA-4\t6\t\t\n";
    assert_eq!(
        rows(text),
        [
            row("A-1", "The\tMillennium\tFalcon", "9"),
            row("A-2", "plain", "8"),
            row("A-3", "quoted\ttab", "7"),
            row("A-4", "trailing", "6"),
        ]
    );
    assert_eq!(file(text).mended, 3);
}

#[test]
fn a_line_break_in_typed_text_stays_in_it() {
    let text = "seller-sku\titem-name\tprice\nA-1\tThe\nMillennium\r\nFalcon\t9\nA-2\tplain\t8\n";
    assert_eq!(rows(text), [row("A-1", "The\nMillennium\nFalcon", "9"), row("A-2", "plain", "8")]);
    let first = "item-name\tseller-sku\tprice\nThe\nFalcon\tA-1\t9\nplain\tA-2\t8\n";
    assert_eq!(rows(first), [row("A-1", "The\nFalcon", "9"), row("A-2", "plain", "8")]);
}

#[test]
fn fields_left_out_at_the_end_of_every_line_join_nothing() {
    let text = "seller-sku\tprice\titem-name\nA-1\t9\nA-2\t8\nA-3\t7\n";
    assert_eq!(rows(text), [row("A-1", "", "9"), row("A-2", "", "8"), row("A-3", "", "7")]);
}

#[test]
fn a_bad_line_costs_only_itself_and_is_named() {
    let text = "seller-sku\titem-name\tprice\tnote\n\
                A-1\tone\t9\t\n\
                \tno sku\t8\t\n\
                A-2\ttwo\tdear\t\tx\ty\n\
                A-3\tthree\t7\n\
                \n\
                seller-sku\titem-name\tprice\tnote\n\
                A-4\tfour\t6\t\n";
    assert_eq!(rows(text), [row("A-1", "one", "9"), row("A-3", "three", "7"), row("A-4", "four", "6")]);
    let bad: Vec<_> = file(text).bad.into_iter().map(|bad| (bad.line, bad.reason)).collect();
    assert_eq!(
        bad,
        [(3, "a required field is empty".to_owned()), (4, "6 fields where the header has 4".to_owned())]
    );
    assert!(!file(text).cut_short);
}

#[test]
fn a_file_that_ends_in_a_record_says_so() {
    let whole = "seller-sku\titem-name\tprice\nA-1\tone\t9\nA-2\ttwo\t8\n";
    let begun = whole.len() - "A-2\ttwo\t8\n".len();
    for end in begun + 1..whole.len() - 2 {
        let file = file(&whole[..end]);
        assert!(file.cut_short, "{end}");
        assert_eq!((file.records.len(), file.bad.len()), (1, 0), "{end}");
    }
    assert!(file(&whole[..whole.len() - 1]).open_end, "whether the last field is whole cannot be seen");
    assert!(!file(whole).cut_short && !file(whole).open_end);
}

proptest! {
    /// Whatever the bytes are, reading ends, and every line is a record, a part of one, or reported.
    #[test]
    fn nothing_is_lost_in_silence(body in "[a9\t\n\r\" ]{0,200}") {
        let text = format!("seller-sku\titem-name\tprice\n{body}");
        let file = file(&text);
        let lines = body.split('\n').filter(|line| !line.trim().is_empty()).count();
        let told = file.records.len() + file.bad.len() + usize::from(file.cut_short);
        prop_assert!(told <= lines);
        prop_assert!(told > 0 || lines == 0);
    }

    /// A sound record is read whatever stands in the lines around it, if these are no part of it.
    #[test]
    fn a_sound_record_survives_its_neighbours(before in "[b\t\"]{0,12}", after in "[b\t\"]{0,12}") {
        let text = format!("item-name\tseller-sku\tprice\n{before}\nname\tA-1\t9\n{after}\n");
        prop_assert!(rows(&text).iter().any(|(sku, _, price)| sku == "A-1" && price == "9"), "{text:?}");
    }
}
