use packlight_domain::instant::to_text;

use super::*;

const GB: &str = "A1F83G8C2ARO7P";
const DE: &str = "A1PA6795UKMFR9";
const JP: &str = "A1VC38T7YXB528";

/// Amazon's own header.
const HEADER: &str = "item-name\titem-description\tlisting-id\tseller-sku\tprice\tquantity\topen-date\timage-url\t\
item-is-marketplace\tproduct-id-type\tzshop-shipping-fee\titem-note\titem-condition\tzshop-category1\t\
zshop-browse-path\tzshop-storefront-feature\tasin1\tasin2\tasin3\twill-ship-internationally\texpedited-shipping\t\
zshop-boldface\tproduct-id\tbid-for-featured-placement\tadd-delete\tpending-quantity\tfulfillment-channel\t\
merchant-shipping-group\tstatus";

fn line(name: &str, sku: &str, price: &str, asin: &str) -> String {
    format!(
        "{name}\tboxed\t0101ABC\t{sku}\t{price}\t3\t2021-08-15 20:35:17 PDT\t\ty\t1\t\t\t11\t\t\t\t{asin}\t\t\t\t\t\t{asin}\t\t\t0\tDEFAULT\tUK template\tActive"
    )
}

fn document(text: &str) -> ReportDocument {
    ReportDocument { bytes: text.as_bytes().to_vec().into(), charset: Some("UTF-8".into()) }
}

fn read(lines: &[String], marketplace: &str) -> ListingsFile {
    let text = format!("{HEADER}\r\n{}\r\n", lines.join("\r\n"));
    ListingsFile::read(&document(&text), marketplace).unwrap()
}

#[test]
fn a_row_has_all_that_amazon_says() {
    let file = read(&[line("LEGO Falcon", "75257-N", "149.99", "B07Q2JZ3S6")], GB);
    assert_eq!(
        file.rows,
        [ListingRow {
            sku: "75257-N".into(),
            asin: Some("B07Q2JZ3S6".into()),
            title: Some("LEGO Falcon".into()),
            price: Some(Money { minor: 14_999, currency: Currency::GBP }),
            quantity: Some(3),
            condition: Some("New".into()),
            status: Some("Active".into()),
            fulfillment_channel: Some("MFN".into()),
            opened_at: instant("2021-08-16 03:35:17 UTC"),
        }]
    );
    assert_eq!((file.mended, file.illegible, file.cut_short, file.bad.len()), (0, 0, false, 0));
}

#[test]
fn amazons_own_stock_has_no_quantity_and_a_missing_asin_stands_in_the_product_id() {
    let fba =
        line("x", "A", "1.00", "B07Q2JZ3S6").replace("\t3\t2021", "\t\t2021").replace("DEFAULT", "AMAZON_EU");
    let odd = line("x", "B", "1.00", "").replace("\t\t\t\t\t\t\t\t\t0\t", "\t\t\t\t\t\tB000000002\t\t\t0\t");
    let file = read(&[fba, odd, line("x", "C", "", "")], GB);
    assert_eq!((file.rows[0].quantity, file.rows[0].fulfillment_channel.as_deref()), (None, Some("AFN")));
    assert_eq!(file.rows[1].asin.as_deref(), Some("B000000002"));
    assert_eq!((file.rows[2].asin.as_deref(), file.rows[2].price), (None, None));
    assert_eq!(file.illegible, 0);
}

#[test]
fn headers_of_other_languages_are_known() {
    let german = "Artikelbezeichnung\tAngebotsnummer\tHändler-SKU\tPreis\tMenge\tErstellungsdatum\tProdukt-ID-Typ\tArtikelzustand\tASIN 1\tProdukt-ID\tVersender\tStatus\n\
                  LEGO Müller\t1\tM-1\t1.234,50\t2\t15/08/2021 20:35:17 MEST\t1\t11\tB07Q2JZ3S6\tB07Q2JZ3S6\tDEFAULT\tActive\n";
    let file = ListingsFile::read(&document(german), DE).unwrap();
    let row = &file.rows[0];
    assert_eq!((row.sku.as_str(), row.title.as_deref()), ("M-1", Some("LEGO Müller")));
    assert_eq!(row.price, Some(Money { minor: 123_450, currency: Currency::EUR }));
    assert_eq!(row.opened_at.map(to_text).as_deref(), Some("2021-08-15T18:35:17Z"));

    let japanese = "商品名\t出品ID\t出品者SKU\t価格\t数量\t出品日\t商品IDタイプ\tコンディション説明\tコンディション\t商品ID\tフルフィルメント・チャンネル\tステータス\r\n\
                    レゴ\t1\tJ-1\t19,800\t2\t2021/08/15 20:35:17 JST\t1\t\t11\tB07Q2JZ3S6\tAMAZON_JP\tActive\r\n";
    let (bytes, _, lost) = encoding_rs::SHIFT_JIS.encode(japanese);
    assert!(!lost);
    let document = ReportDocument { bytes: bytes.into_owned().into(), charset: Some("Windows-31J".into()) };
    let row = &ListingsFile::read(&document, JP).unwrap().rows[0];
    assert_eq!(row.price, Some(Money { minor: 19_800, currency: Currency::JPY }));
    assert_eq!((row.title.as_deref(), row.asin.as_deref()), (Some("レゴ"), Some("B07Q2JZ3S6")));
    assert_eq!(row.fulfillment_channel.as_deref(), Some("AFN"));
    assert_eq!(row.opened_at.map(to_text).as_deref(), Some("2021-08-15T11:35:17Z"));
}

#[test]
fn a_file_without_a_sku_column_fails_loudly() {
    let error = ListingsFile::read(&document("商品名\t価格\nx\t1\n"), JP).unwrap_err();
    assert!(error.to_string().contains("(its columns are '商品名', '価格')"), "{error}");
    assert_eq!(ListingsFile::read(&document(" \r\n"), GB), Err(ListingsError::Nothing));
}

#[test]
fn a_damaged_title_costs_nothing_but_itself() {
    let file = read(
        &[
            line("LEGO\tTechnic", "A", "1.00", "B000000001"),
            line("LEGO\r\nCity", "B", "2.00", "B000000002"),
            line("plain", "C", "3.00", "B000000003"),
            line("nameless", "", "4.00", "B000000004"),
            line("odd price", "D", "free", "B000000005"),
        ],
        GB,
    );
    let seen: Vec<_> = file
        .rows
        .iter()
        .map(|row| (row.sku.as_str(), row.title.as_deref().unwrap(), row.price.map(|price| price.minor)))
        .collect();
    assert_eq!(
        seen,
        [
            ("A", "LEGO\tTechnic", Some(100)),
            ("B", "LEGO\nCity", Some(200)),
            ("C", "plain", Some(300)),
            ("D", "odd price", None)
        ]
    );
    assert_eq!((file.mended, file.illegible), (2, 1));
    assert_eq!(file.bad, [BadLine { line: 6, reason: "a required field is empty".into() }]);
}

#[test]
fn a_sku_counts_once() {
    let file = read(
        &[
            line("old", "A", "1.00", "B000000001"),
            line("b", "B", "1.00", "B000000002"),
            line("new", "A", "2.00", "B000000001"),
        ],
        GB,
    );
    assert_eq!(file.rows.iter().map(|row| row.title.as_deref().unwrap()).collect::<Vec<_>>(), ["new", "b"]);
}

#[test]
fn a_report_cut_at_any_byte_is_either_noticed_or_whole_to_its_last_line() {
    let text = format!(
        "{HEADER}\r\n{}\r\n{}\r\n",
        line("eins", "A", "1.00", "B000000001"),
        line("zwei é", "B", "2.00", "B000000002")
    );
    let first = HEADER.len() + 2 + line("eins", "A", "1.00", "B000000001").len() + 2;
    for end in first + 1..text.len() - 2 {
        let bytes = text.as_bytes()[..end].to_vec();
        let document = ReportDocument { bytes: bytes.into(), charset: Some("UTF-8".into()) };
        let file = ListingsFile::read(&document, GB).unwrap();
        // Between the last two tabs and behind the last letter nothing can be seen.
        let status_begun = text.as_bytes()[end - 1] != b'\t' || end < text.len() - 10;
        assert!(file.cut_short || !status_begun, "cut at {end} of {}", text.len());
    }
}

#[test]
fn numbers_are_read_as_their_countries_write_them() {
    for (text, decimals, expected) in [
        ("12.99", 2, Some("12.99")),
        ("12,99", 2, Some("12.99")),
        ("1,234.56", 2, Some("1234.56")),
        ("1.234,56", 2, Some("1234.56")),
        ("1 234,5", 2, Some("1234.5")),
        ("1'234.50", 2, Some("1234.50")),
        ("1,234", 2, Some("1234")),
        ("1.234", 2, Some("1234")),
        ("0.125", 2, Some("0.125")),
        ("1,234,567", 0, Some("1234567")),
        ("19,800", 0, Some("19800")),
        ("19800", 0, Some("19800")),
        ("1.234", 3, Some("1.234")),
        (".5", 2, Some("0.5")),
        ("-3,00", 2, Some("-3.00")),
        ("", 2, None),
        ("-", 2, None),
        ("12.99 GBP", 2, None),
        ("1e3", 2, None),
    ] {
        assert_eq!(decimal(text, decimals).as_deref(), expected, "{text}");
    }
}

#[test]
fn dates_of_every_store_are_read() {
    for (text, expected) in [
        ("2021-08-15 20:35:17 PDT", "2021-08-16T03:35:17Z"),
        ("2021-12-15 20:35:17 PST", "2021-12-16T04:35:17Z"),
        ("15/08/2021 20:35:17 BST", "2021-08-15T19:35:17Z"),
        ("31/12/2021 20:35:17 GMT", "2021-12-31T20:35:17Z"),
        ("2021/08/15 20:35:17 JST", "2021-08-15T11:35:17Z"),
        ("15.08.2021 20:35:17 MEST", "2021-08-15T18:35:17Z"),
        ("2021-08-15T20:35:17Z", "2021-08-15T20:35:17Z"),
    ] {
        assert_eq!(instant(text).map(to_text).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(instant("2021-08-15 20:35:17 XYZ"), None);
    assert_eq!(instant("soon"), None);
}
