//! The codes as scanners see them: the page as a printer shows it, black or white, read by zbar.

use packlight_documents::{Fonts, pick_list};
use packlight_domain::picking::{Paper, PickGroup, PickMode};

use crate::lists::{empty, order, order_id, row, summed, walk};
use crate::tools::File;

/// Papers with the dots of printers that print on them.
const PRINTERS: [(Paper, u32); 4] =
    [(Paper::A4, 300), (Paper::Letter, 300), (Paper::Label4x6, 203), (Paper::Label4x6, 300)];

#[test]
fn the_code_of_the_list_is_on_every_page() {
    for (paper, dots) in PRINTERS {
        let file = File::new(&pick_list::pdf(&walk(60), paper, &Fonts::bundled()));
        for page in 1..=file.texts().len().min(2) {
            let codes = file.codes(page, dots);
            assert!(codes.contains(&"QR-Code:P-00C0FFEE".to_owned()), "{paper:?} at {dots}: {codes:?}");
        }
    }
}

#[test]
fn the_sku_is_scanned_from_its_bars() {
    let skus = ["75192-NEW", "123456", "A1", "SKU 42/é", "1234567", "AB123456CD", "7", "x_y~z", "12AB3456"];
    let mut list = empty();
    list.sku_barcodes = true;
    for (number, sku) in (0..).zip(skus) {
        let mut row = row(number, &format!("Loft - S{number}"), vec![order(number, 1)]);
        row.sku = Some(sku.to_owned());
        list.groups.push(PickGroup {
            heading: row.location.clone(),
            zone: "Loft".to_owned(),
            rows: vec![row],
        });
    }
    let list = summed(list);
    for (paper, dots) in PRINTERS {
        let file = File::new(&pick_list::pdf(&list, paper, &Fonts::bundled()));
        let pages = file.texts().len();
        let codes: Vec<String> = (1..=pages).flat_map(|page| file.codes(page, dots)).collect();
        for sku in skus {
            // A SKU that is no ASCII has no bars; its text is still there.
            let read = codes.contains(&format!("CODE-128:{sku}"));
            assert_eq!(read, sku.is_ascii(), "{sku} on {paper:?} at {dots}: {codes:?}");
        }
    }
}

#[test]
fn every_order_is_scanned_from_its_code() {
    let mut list = walk(12);
    list.order_codes = true;
    for (paper, dots) in PRINTERS {
        let file = File::new(&pick_list::pdf(&list, paper, &Fonts::bundled()));
        let codes: Vec<String> = (1..=file.texts().len()).flat_map(|page| file.codes(page, dots)).collect();
        for number in 0..12 {
            assert!(
                codes.contains(&format!("QR-Code:{}", order_id(number))),
                "{number} on {paper:?} at {dots}: {codes:?}"
            );
        }
    }
}

#[test]
fn an_order_sheet_carries_the_code_of_its_order() {
    let mut list = empty();
    list.mode = PickMode::OrderSheets;
    list.order_codes = true;
    let rows = vec![row(1, "Loft - S1", vec![order(5, 1)]), row(2, "Loft - S2", vec![order(5, 1)])];
    list.groups.push(PickGroup { heading: order_id(5), zone: "A".to_owned(), rows });
    for (paper, dots) in PRINTERS {
        let codes =
            File::new(&pick_list::pdf(&summed(list.clone()), paper, &Fonts::bundled())).codes(1, dots);
        assert!(codes.contains(&format!("QR-Code:{}", order_id(5))), "{paper:?} at {dots}: {codes:?}");
    }
}
