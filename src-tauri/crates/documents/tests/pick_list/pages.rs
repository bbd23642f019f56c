//! What stands on the pages: everything that must be picked, whole rows, sums, exceptions; and the same bytes each time.

use packlight_documents::{Fonts, pick_list};
use packlight_domain::picking::{ExceptionReason, Paper, PickFlags, PickGroup, PickList, PickMode};

use crate::lists::{empty, exception, of_row, order, order_id, row, summed, walk};
use crate::tools::File;

const PAPERS: [Paper; 3] = [Paper::A4, Paper::Letter, Paper::Label4x6];

fn printed(list: &PickList, paper: Paper) -> File {
    File::new(&pick_list::pdf(list, paper, &Fonts::bundled()))
}

/// How many tick boxes with a quantity there are is how many rows: each row carries its SKU once.
fn skus(text: &str) -> usize {
    text.split_whitespace()
        .filter(|word| SKUS.iter().any(|set| word.starts_with(set) && word.len() == 11))
        .count()
}

const SKUS: [&str; 6] = ["75192-", "10255-", "42083-", "21318-", "60197-", "71043-"];

#[test]
fn every_row_and_every_order_is_on_paper_on_every_paper() {
    let list = walk(500);
    for paper in PAPERS {
        let text = printed(&list, paper).raw();
        assert_eq!(skus(&text), 500, "{paper:?}");
        for number in 0..500 {
            let id = order_id(number);
            let tail = &id[id.len() - 4..];
            assert!(
                text.contains(&format!("{tail}\n")) || text.contains(&format!("{tail} ")),
                "{id} on {paper:?}"
            );
        }
        assert!(text.contains("500 orders · 500 lines · 571 units"), "{paper:?}");
        assert!(text.contains("571 units in all"), "{paper:?}");
    }
}

#[test]
fn different_skus_of_one_thing_stand_with_their_orders() {
    let mut list = empty();
    let mut orders: Vec<_> = (0..8).map(|number| order(number, 1)).collect();
    for (number, order) in (0..).zip(&mut orders) {
        order.sku = Some(format!("LISTING-{}", number % 2));
    }
    let mut merged = row(1, "S5", orders);
    merged.sku = None;
    list.sku_barcodes = true;
    list.groups.push(PickGroup { heading: "S5".into(), zone: "S".into(), rows: vec![merged] });
    let list = summed(list);
    for mode in [PickMode::Walk, PickMode::OrderSheets, PickMode::Singles] {
        for codes in [false, true] {
            for paper in PAPERS {
                let text = printed(&PickList { mode, order_codes: codes, ..list.clone() }, paper).raw();
                let named = mode == PickMode::Walk;
                for sku in ["LISTING-0", "LISTING-1"] {
                    let told = text.matches(sku).count();
                    // A row that goes on in a second part names them again.
                    let right = if named { told == 4 } else { (1..=2).contains(&told) };
                    assert!(right, "{told} {sku}: {mode:?} {paper:?} {codes}: {text}");
                }
            }
        }
    }
}

#[test]
fn the_header_stands_on_every_page() {
    let mut list = walk(100);
    list.reprint = 2;
    for paper in PAPERS {
        let pages = printed(&list, paper).texts();
        let count = pages.len();
        for (index, page) in pages.iter().enumerate() {
            for part in
                ["P-00C0FFEE", "Brick Loft UK", "Data as of 2026-01-22 14:05 GMT", "Reprint 2", "100 lines"]
            {
                assert!(page.contains(part), "{part} on page {} of {paper:?}:\n{page}", index + 1);
            }
            assert!(page.contains(&format!("Page {} of {count}", index + 1)), "{paper:?}:\n{page}");
        }
    }
}

#[test]
fn a_first_print_is_no_reprint_and_an_unsynced_list_says_so() {
    let mut list = walk(1);
    list.data_as_of = None;
    list.data_as_of_text = None;
    let text = printed(&list, Paper::A4).raw();
    assert!(text.contains("Never synced"), "{text}");
    assert!(!text.contains("Reprint"), "{text}");
}

#[test]
fn an_empty_list_is_one_page_that_says_so() {
    for paper in PAPERS {
        let pages = printed(&empty(), paper).texts();
        assert_eq!(pages.len(), 1, "{paper:?}");
        assert!(pages[0].contains("Nothing to pick"), "{}", pages[0]);
    }
}

#[test]
fn no_row_is_split_and_none_runs_off_the_page() {
    for paper in PAPERS {
        let list = walk(60);
        let file = printed(&list, paper);
        let bottom = match paper {
            Paper::A4 => 841.89,
            Paper::Letter => 792.0,
            Paper::Label4x6 => 432.0,
        };
        for page in 1..=file.texts().len() {
            let words = file.words(page);
            assert!(
                words.iter().all(|word| word.1 >= 0.0 && word.3 <= bottom && word.0 >= 0.0),
                "page {page} of {paper:?}"
            );
            // A row's SKU and its order are on the same page.
            for number in 0..60 {
                let id = order_id(number);
                let sku = list
                    .groups
                    .iter()
                    .flat_map(|group| &group.rows)
                    .nth(number as usize)
                    .and_then(|row| row.sku.clone());
                let has = |text: &str| words.iter().any(|word| word.4.contains(text));
                assert_eq!(
                    has(&sku.unwrap_or_default()),
                    has(&format!("…{}", &id[id.len() - 4..])),
                    "{id} on page {page}"
                );
            }
        }
    }
}

#[test]
fn a_place_that_crosses_a_page_is_named_again() {
    let mut list = empty();
    let rows = (0..80).map(|number| row(number, "Garage - B12", vec![order(number, 1)])).collect();
    list.groups.push(PickGroup { heading: "Garage - B12".to_owned(), zone: "Garage".to_owned(), rows });
    let list = summed(list);
    for paper in PAPERS {
        let pages = printed(&list, paper).texts();
        let with_rows: Vec<&String> = pages.iter().filter(|page| skus(page) > 0).collect();
        assert!(with_rows.len() > 1);
        for (index, page) in with_rows.into_iter().enumerate() {
            assert_eq!(page.matches("Garage - B12").count(), 1, "{paper:?}:\n{page}");
            assert_eq!(page.contains("(cont.)"), index > 0, "{paper:?}:\n{page}");
        }
    }
}

#[test]
fn a_row_of_more_orders_than_a_page_holds_is_several_whole_rows() {
    let list = of_row(row(1, "Loft - S1", (0..700).map(|number| order(number, 1)).collect()));
    for paper in PAPERS {
        let file = printed(&list, paper);
        let text = file.raw();
        for number in 0..700 {
            let id = order_id(number);
            assert!(text.contains(&id[id.len() - 4..]), "{id} on {paper:?}");
        }
        // The quantities of the parts sum up to the row's.
        let parts = skus(&text);
        assert!(parts > 1, "{paper:?}");
        assert!(text.contains("700 units in all"), "{paper:?}");
    }
}

#[test]
fn flags_and_totes_stand_beside_their_order() {
    let mut flagged = order(7, 3);
    flagged.tote = Some('C');
    flagged.flags = PickFlags { late: true, ship_today: false, gift: true, prime: true };
    let text = printed(&of_row(row(7, "Loft - S9", vec![flagged])), Paper::A4).texts().join("\n");
    let line = text.lines().find(|line| line.contains('…')).unwrap_or_default();
    let id = order_id(7);
    for part in ["C", &id[id.len() - 4..], "×3", "!!", "G", "P"] {
        assert!(line.contains(part), "{part} in {line:?}");
    }
}

#[test]
fn exceptions_come_last_with_their_reason_and_what_to_do() {
    let mut list = walk(3);
    let reasons = [
        ExceptionReason::CancelRequested,
        ExceptionReason::OnOpenList,
        ExceptionReason::NoAsin,
        ExceptionReason::NoMatch,
        ExceptionReason::NoStock,
        ExceptionReason::NoLocation,
        ExceptionReason::MissingItems,
    ];
    for (number, reason) in (100..).zip(reasons) {
        list.exceptions.push(exception(number, reason));
    }
    let list = summed(list);
    for paper in PAPERS {
        let file = printed(&list, paper);
        let pages = file.texts();
        let first = pages
            .iter()
            .position(|page| page.contains("Not on the walk: 7 lines, 10 units"))
            .expect("the heading");
        assert_eq!(skus(&pages[first..].join("\n")), 0, "the walk ends before the exceptions");
        let text = file.raw().replace('\n', " ");
        for words in [
            "The buyer asked to cancel",
            "P-0BADF00D",
            "Match its ASIN once",
            "give it a location",
            "Sync again",
        ] {
            assert!(text.contains(words), "{words} on {paper:?}: {text}");
        }
        for number in 100..107 {
            assert!(text.contains(&order_id(number)), "{} on {paper:?}", order_id(number));
        }
    }
}

#[test]
fn order_sheets_name_the_whole_order_and_each_place() {
    let mut list = empty();
    list.mode = PickMode::OrderSheets;
    for number in 0..12 {
        let rows = (0..3)
            .map(|line| row(number * 3 + line, &format!("Loft - S{}", number + line), vec![order(number, 1)]))
            .collect();
        let zone = char::from(b'A' + u8::try_from(number % 8).unwrap_or(0)).to_string();
        list.groups.push(PickGroup { heading: order_id(number), zone, rows });
    }
    let list = summed(list);
    for paper in PAPERS {
        let pages = printed(&list, paper).texts();
        for number in 0..12 {
            let page = pages.iter().find(|page| page.contains(&order_id(number))).expect("its sheet");
            for line in 0..3 {
                assert!(
                    page.contains(&format!("S{}", number + line)),
                    "place of {} on {paper:?}:\n{page}",
                    order_id(number)
                );
            }
        }
    }
}

#[test]
fn a_run_of_singles_names_no_order() {
    let mut list = walk(5);
    list.mode = PickMode::Singles;
    list.groups[0].rows[0].orders[0].units.truncate(1);
    let text = printed(&list, Paper::A4).raw();
    assert!(!text.contains('…'), "{text}");
    let mut multi = order(900, 2);
    multi.tote = Some('A');
    list.groups.push(PickGroup {
        heading: "Loft - S99".to_owned(),
        zone: "Loft".to_owned(),
        rows: vec![row(9, "Loft - S99", vec![multi])],
    });
    let text = printed(&summed(list), Paper::A4).raw();
    assert_eq!(text.matches('…').count(), 1, "{text}");
}

#[test]
fn the_same_list_is_the_same_bytes_and_another_is_not() {
    for paper in PAPERS {
        let list = walk(40);
        let first = pick_list::pdf(&list, paper, &Fonts::bundled());
        assert_eq!(first, pick_list::pdf(&list, paper, &Fonts::bundled()), "{paper:?}");
        let mut other = list;
        other.groups[0].rows[0].name.push('!');
        assert_ne!(first, pick_list::pdf(&other, paper, &Fonts::bundled()));
    }
}

#[test]
fn fonts_are_embedded_in_part_and_no_clock_is_asked() {
    let file = printed(&walk(40), Paper::A4);
    let info = file.info();
    let dejavu: Vec<&str> = info.lines().filter(|line| line.contains("DejaVu")).collect();
    assert_eq!(dejavu.len(), 2, "{info}");
    for font in dejavu {
        // emb, sub, uni
        assert!(font.contains("yes yes yes"), "{font}");
    }
    assert!(info.contains("Thu Jan 22 14:05:00 2026"), "{info}");
    assert!(info.contains("Pick list P-00C0FFEE"), "{info}");
    assert!(info.contains("595.28 x 841.89 pts (A4)"), "{info}");
}

#[test]
fn lists_of_none_to_five_thousand_lines_are_whole() {
    for lines in [0, 1, 500, 5_000] {
        let list = walk(lines);
        let file = printed(&list, Paper::A4);
        assert_eq!(skus(&file.raw()), lines as usize);
    }
}

#[test]
fn sums_that_turn_the_page_share_it_with_the_exceptions() {
    let mut turned = 0;
    for lines in 15..30 {
        let mut list = walk(lines);
        list.exceptions.push(exception(100, ExceptionReason::NoMatch));
        let pages = printed(&summed(list), Paper::A4).texts();
        let sums = pages.iter().find(|page| page.contains("units in all")).expect("the sums");
        let beside_rows = skus(sums) > 0;
        assert_ne!(beside_rows, sums.contains("Not on the walk"), "{lines} lines: {sums}");
        turned += u32::from(!beside_rows);
    }
    assert!(turned > 0, "no list was of the length that matters");
}

#[test]
fn a_long_list_is_a_small_file() {
    let list = walk(1_500);
    for (paper, most) in [(Paper::A4, 2_400), (Paper::Letter, 2_400), (Paper::Label4x6, 1_100)] {
        let (bytes, pages) = pick_list::document(&list, paper, &Fonts::bundled());
        // Fonts, and what all pages share.
        let each = (bytes.len() - 30_000) / pages as usize;
        assert!(each < most, "{each} bytes a page on {paper:?}");
    }
}
