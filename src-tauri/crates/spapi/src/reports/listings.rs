//! `GET_MERCHANT_LISTINGS_ALL_DATA`: every SKU that the seller has at one marketplace.
//!
//! The header comes in the language of the marketplace although English is asked for (reference: spapi.md F74), so names of
//! the larger stores are known here. Only the SKU is required; everything else may be missing or illegible.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone, Utc};
use packlight_domain::currency::Currency;
use packlight_domain::marketplace;
use packlight_domain::money::Money;
use packlight_domain::offer::ListingRow;
use packlight_domain::text::storable;

use super::ReportDocument;
use super::flat_file::{self, BadLine, Column, Judge, Record};

/// What a listings report holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListingsFile {
    /// One row for each SKU, in the order of the file; of two lines with one SKU the later counts.
    pub rows: Vec<ListingRow>,
    /// Lines that no row could be made of.
    pub bad: Vec<BadLine>,
    /// Lines that were mended: a tab or a line break in a title.
    pub mended: u32,
    /// Rows in which a price, a quantity or a date could not be read; they are kept without it.
    pub illegible: u32,
    /// The file ends in the middle of a record, so rows are missing.
    pub cut_short: bool,
}

/// The document is no listings report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListingsError {
    /// There is no column for the SKU.
    #[error(
        "Amazon's listings report has no column that Packlight knows as the SKU (its columns are {0}): nothing was changed; set the language of the Seller Central account to English, or report this header"
    )]
    UnknownHeader(String),
    /// There is nothing in it at all.
    #[error(
        "Amazon's listings report is empty, without even its header: nothing was changed; try again later"
    )]
    Nothing,
}

const SKU: usize = 0;
const ASIN: usize = 1;
const TITLE: usize = 2;
const PRICE: usize = 3;
const QUANTITY: usize = 4;
const CONDITION: usize = 5;
const STATUS: usize = 6;
const CHANNEL: usize = 7;
const OPENED: usize = 8;
const PRODUCT: usize = 9;
const PRODUCT_KIND: usize = 10;

const fn column(names: &'static [&'static str]) -> Column {
    Column { names, required: false, typed: false }
}

const COLUMNS: [Column; 13] = [
    Column {
        names: &[
            "seller-sku",
            "sku",
            "Händler-SKU",
            "sku-vendeur",
            "SKU venditore",
            "SKU del vendedor",
            "出品者SKU",
            "卖家 SKU",
            "SKU verkoper",
            "SKU do vendedor",
            "Satıcı SKU",
        ],
        required: true,
        typed: false,
    },
    column(&["asin1", "asin"]),
    Column {
        names: &[
            "item-name",
            "product-name",
            "Artikelbezeichnung",
            "nom-produit",
            "Nome dell'articolo",
            "Título del producto",
            "商品名",
            "商品名称",
        ],
        required: false,
        typed: true,
    },
    column(&["price", "Preis", "prix", "Prezzo", "precio", "価格", "价格"]),
    column(&["quantity", "Menge", "Anzahl", "quantité", "Quantità", "cantidad", "数量"]),
    column(&[
        "item-condition",
        "Artikelzustand",
        "état-produit",
        "Condizione dell'articolo",
        "Estado del producto",
        "コンディション",
        "商品状况",
    ]),
    column(&["status", "état", "statut", "stato", "estado", "ステータス", "状态"]),
    column(&[
        "fulfillment-channel",
        "fulfilment-channel",
        "Versender",
        "canal-traitement",
        "Canale di gestione",
        "Canal de gestión logística",
        "フルフィルメント・チャンネル",
        "フルフィルメント・チャネル",
        "配送渠道",
    ]),
    column(&[
        "open-date",
        "Erstellungsdatum",
        "Einstelldatum",
        "date-ouverture",
        "Data di creazione",
        "Fecha de creación",
        "出品日",
        "开售日期",
    ]),
    column(&[
        "product-id",
        "Produkt-ID",
        "id-produit",
        "Identificativo del prodotto",
        "Identificador del producto",
        "商品ID",
        "商品编码",
    ]),
    column(&[
        "product-id-type",
        "Produkt-ID-Typ",
        "type-id-produit",
        "Tipo di identificativo del prodotto",
        "Tipo de identificador de producto",
        "商品IDタイプ",
        "商品编码类型",
    ]),
    // Read by nobody, but typed by the seller, so a stray tab may stand in them.
    Column { names: &["item-description"], required: false, typed: true },
    Column {
        names: &["item-note", "コンディション説明", "商品备注"], required: false, typed: true
    },
];

/// Words with which a line of an English report can end.
const LAST_WORDS: [&str; 3] = ["Active", "Inactive", "Incomplete"];

impl ListingsFile {
    /// Reads the report of `marketplace_id`.
    pub fn read(document: &ReportDocument, marketplace_id: &str) -> Result<Self, ListingsError> {
        let text = document.text(marketplace_id);
        if text.text.trim().is_empty() {
            return Err(ListingsError::Nothing);
        }
        let file = flat_file::read(&text.text, &COLUMNS, JUDGE).map_err(|no_header| {
            let names = no_header.found.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>();
            ListingsError::UnknownHeader(names.join(", "))
        })?;
        let currency = marketplace::by_id(marketplace_id).map(marketplace::Marketplace::currency);
        let ends_in_a_word = file.open_end
            && file.records.last().is_some_and(|last| {
                let status = last.get(STATUS);
                LAST_WORDS
                    .iter()
                    .any(|word| word.starts_with(status) && *word != status && !status.is_empty())
            });
        let mut read = Self {
            cut_short: file.cut_short || text.cut_in_character || ends_in_a_word,
            mended: file.mended,
            bad: file.bad,
            ..Self::default()
        };
        let mut places = HashMap::new();
        for record in &file.records {
            let mut illegible = false;
            let row = row(record, currency, &mut illegible);
            read.illegible += u32::from(illegible);
            if let Some(earlier) = places.get(&row.sku).and_then(|place: &usize| read.rows.get_mut(*place)) {
                *earlier = row;
            } else {
                places.insert(row.sku.clone(), read.rows.len());
                read.rows.push(row);
            }
        }
        Ok(read)
    }
}

const JUDGE: Judge = Judge { has_key: |record| !record.get(SKU).is_empty(), makes_sense };

/// Whether fields stand where they belong: decides how a damaged line is mended.
fn makes_sense(record: &Record<'_>) -> bool {
    let blank_or = |at: usize, fits: fn(&str) -> bool| {
        let value = record.get(at);
        value.is_empty() || fits(value)
    };
    !record.get(SKU).is_empty()
        && record.get(SKU).chars().count() <= 100
        && blank_or(ASIN, is_asin)
        && blank_or(PRICE, |text| decimal(text, 2).is_some())
        && blank_or(QUANTITY, |text| text.parse::<i64>().is_ok())
        && blank_or(OPENED, |text| text.bytes().any(|byte| byte.is_ascii_digit()))
}

fn row(record: &Record<'_>, currency: Option<Currency>, illegible: &mut bool) -> ListingRow {
    let text = |at: usize| Some(record.get(at)).filter(|text| !text.is_empty()).map(storable);
    let mut legible = |at: usize, read: bool| *illegible |= !read && !record.get(at).is_empty();
    let price = currency
        .and_then(|currency| Money::parse(&decimal(record.get(PRICE), currency.exponent())?, currency).ok());
    legible(PRICE, price.is_some());
    let quantity = record.get(QUANTITY).parse().ok();
    legible(QUANTITY, quantity.is_some());
    let opened_at = instant(record.get(OPENED));
    legible(OPENED, opened_at.is_some());
    ListingRow {
        sku: storable(record.get(SKU)),
        asin: asin(record),
        title: text(TITLE),
        price,
        quantity,
        condition: text(CONDITION).map(|code| condition(&code)),
        status: text(STATUS),
        fulfillment_channel: match record.get(CHANNEL) {
            "" => None,
            own if own.eq_ignore_ascii_case("DEFAULT") || own.eq_ignore_ascii_case("MERCHANT") => {
                Some("MFN".to_owned())
            }
            amazons if amazons.to_ascii_uppercase().starts_with("AMAZON") => Some("AFN".to_owned()),
            _ => None,
        },
        opened_at,
    }
}

/// The ASIN of its own column, else the product id where that is one.
fn asin(record: &Record<'_>) -> Option<String> {
    let product = record.get(PRODUCT);
    let own = Some(record.get(ASIN)).filter(|text| is_asin(text));
    let kind = record.get(PRODUCT_KIND);
    let named = || {
        (is_asin(product) && (matches!(kind, "1" | "ASIN") || product.starts_with("B0"))).then_some(product)
    };
    own.or_else(named).map(str::to_ascii_uppercase)
}

fn is_asin(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Amazon's codes of conditions in the words of Seller Central; new is 11.
fn condition(code: &str) -> String {
    match code {
        "1" => "Used - Like New",
        "2" => "Used - Very Good",
        "3" => "Used - Good",
        "4" => "Used - Acceptable",
        "5" => "Collectible - Like New",
        "6" => "Collectible - Very Good",
        "7" => "Collectible - Good",
        "8" => "Collectible - Acceptable",
        "9" => "Used - Not Specified",
        "10" => "Refurbished",
        "11" => "New",
        other => other,
    }
    .to_owned()
}

/// A number as sellers' countries write it, with a point before its decimals. The last separator is the decimal one,
/// unless it can only separate thousands: it occurs again, or three digits follow where the currency has fewer.
fn decimal(text: &str, decimals: u32) -> Option<String> {
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{A0}' | '\u{202F}' | '\'')).collect();
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    if !digits.chars().all(plain) || !digits.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let last = digits.rfind(['.', ',']);
    let point = last.filter(|at| {
        let (whole, part) = digits.split_at(*at);
        let mark = &part[..1];
        let thousands = part.len() == 4 && decimals < 3 && !whole.is_empty() && whole != "0";
        // Both marks in one number: the last one is the decimal mark, whatever follows it.
        let both = whole.contains(if mark == "." { "," } else { "." });
        !whole.contains(mark) && (both || !thousands)
    });
    let (whole, part) = point.map_or((digits, ""), |at| (&digits[..at], &digits[at + 1..]));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let sign = if text.starts_with('-') { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { &whole };
    Some(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

/// An instant such as `2021-08-15 20:35:17 PDT`, `15/08/2021 20:35:17 BST` or `2021/08/15 20:35:17 JST`.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let (clock, zone) = match text.rsplit_once(' ') {
        Some((clock, zone)) if !zone.contains(':') => (clock, zone),
        _ => (text, "UTC"),
    };
    let offset = FixedOffset::east_opt(offset_minutes(zone)? * 60)?;
    let formats = [
        "%Y-%m-%d %H:%M:%S",
        "%d/%m/%Y %H:%M:%S",
        "%Y/%m/%d %H:%M:%S",
        "%d.%m.%Y %H:%M:%S",
        "%d-%m-%Y %H:%M:%S",
    ];
    let clock = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(clock, format).ok());
    match clock {
        Some(clock) => offset.from_local_datetime(&clock).single().map(|at| at.with_timezone(&Utc)),
        None => packlight_domain::instant::parse_lenient(text),
    }
}

/// Minutes east of Greenwich of the abbreviations that Amazon's stores use.
fn offset_minutes(zone: &str) -> Option<i32> {
    Some(match zone {
        "UTC" | "GMT" | "WET" | "Z" => 0,
        "BST" | "WEST" | "CET" | "MET" => 60,
        "CEST" | "MEST" | "EET" | "SAST" => 120,
        "EEST" | "TRT" | "AST" => 180,
        "GST" => 240,
        "IST" => 330,
        "SGT" => 480,
        "JST" => 540,
        "AEST" => 600,
        "AEDT" => 660,
        "BRT" => -180,
        "EDT" => -240,
        "EST" | "CDT" => -300,
        "CST" | "MDT" => -360,
        "PDT" | "MST" => -420,
        "PST" => -480,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
