//! Texts as sellers and marketplaces write them: long, to the left, in pictures, in scripts that no carried font has.

use std::path::{Path, PathBuf};

use packlight_documents::{Fonts, pick_list};
use packlight_domain::picking::{Paper, PickList};

use crate::lists::{of_row, order, row};
use crate::tools::File;

fn titled(title: &str) -> PickList {
    let mut row = row(1, "Loft - S1", vec![order(1, 1)]);
    title.clone_into(&mut row.name);
    of_row(row)
}

fn text(list: &PickList, fonts: &Fonts) -> String {
    File::new(&pick_list::pdf(list, Paper::A4, fonts)).raw()
}

#[test]
fn a_long_title_is_cut_to_two_lines_with_an_ellipsis() {
    let title = "Millennium Falcon ".repeat(28);
    let list = titled(&title[..500]);
    let file = File::new(&pick_list::pdf(&list, Paper::A4, &Fonts::bundled()));
    let words = file.words(1);
    let mut lines: Vec<i64> =
        words.iter().filter(|word| word.4.starts_with("Falcon")).map(|word| rounded(word.1)).collect();
    lines.dedup();
    assert_eq!(lines.len(), 2, "{words:?}");
    assert!(words.iter().any(|word| word.4.ends_with('…') && word.4.len() > '…'.len_utf8()), "{words:?}");
    // It does not run into the next column.
    let quantity = words.iter().find(|word| word.4 == "1" && word.0 > 300.0).expect("the quantity");
    let widest =
        words.iter().filter(|word| word.4.starts_with("Falcon")).map(|word| word.2).fold(0.0, f64::max);
    assert!(widest < quantity.0, "{widest} runs into {}", quantity.0);
}

#[allow(clippy::cast_possible_truncation, reason = "places on a page are small")]
fn rounded(number: f64) -> i64 {
    number.round() as i64
}

#[test]
fn a_word_longer_than_a_line_is_broken_inside() {
    let text = text(&titled(&"X".repeat(500)), &Fonts::bundled());
    let longest = text.lines().filter(|line| line.starts_with("XX")).count();
    assert_eq!(longest, 2, "{text}");
}

#[test]
fn signs_of_money_and_accents_are_shown() {
    let title = "£12 €15 ¥900 é ß Ł ø Ж Ω ≤ ½ ™";
    let text = text(&titled(title), &Fonts::bundled());
    assert!(text.contains(title), "{text}");
}

#[test]
fn marks_are_composed_and_blanks_are_one() {
    let text = text(&titled("Cafe\u{301}\t\n  au   lait\u{0} fin"), &Fonts::bundled());
    assert!(text.contains("Café au lait fin"), "{text}");
}

#[test]
fn hebrew_and_arabic_are_readable() {
    // poppler puts what it sees from right to left back into the order of reading.
    let hebrew = text(&titled("לגו מלחמת הכוכבים 75192"), &Fonts::bundled());
    for word in ["לגו", "מלחמת", "הכוכבים", "75192"] {
        assert!(hebrew.contains(word), "{word} in {hebrew}");
    }
    let arabic = text(&titled("ليغو حرب النجوم"), &Fonts::bundled());
    for word in ["ليغو", "حرب", "النجوم"] {
        assert!(arabic.contains(word), "{word} in {arabic}");
    }
}

#[test]
fn hebrew_stands_from_right_to_left() {
    let file = File::new(&pick_list::pdf(&titled("אבג דהו"), Paper::A4, &Fonts::bundled()));
    let words = file.words(1);
    let place = |letter: char| {
        words.iter().find(|word| word.4.contains(letter)).map(|word| word.0).expect("the word")
    };
    assert!(place('א') > place('ד'), "{words:?}");
}

#[test]
fn what_no_font_has_is_a_visible_box_and_nothing_is_dropped() {
    let text = text(&titled("ダース Falcon 🎁🦖 end"), &Fonts::bundled());
    assert!(text.contains("□□□ Falcon □□ end"), "{text}");
}

#[test]
fn what_nobody_sees_leaves_no_box() {
    let text = text(&titled("A\u{200d}B\u{fe0f}C\u{200b}D\u{202e}E"), &Fonts::bundled());
    assert!(text.contains("ABCDE"), "{text}");
}

/// A font of this machine with Japanese; the test has nothing to show without one.
fn japanese() -> Option<PathBuf> {
    let known = [
        "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    ];
    known.into_iter().map(PathBuf::from).find(|path| Path::is_file(path))
}

#[test]
fn japanese_is_shown_where_the_system_has_a_font_for_it() {
    let font = japanese().expect("a Japanese font is needed: apt-get install fonts-droid-fallback");
    let fonts = Fonts::with_files(vec![PathBuf::from("/no/such/font.ttf"), font]);
    let file = File::new(&pick_list::pdf(&titled("レゴ スター・ウォーズ 75192 日本語"), Paper::A4, &fonts));
    let text = file.raw();
    for part in ["レゴ", "75192", "日本語"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains('□'), "{text}");
    assert_eq!(file.info().matches("yes yes yes").count(), 3, "{}", file.info());
}

#[test]
fn a_file_that_is_no_font_is_as_if_it_were_not_there() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("broken.ttc");
    std::fs::write(&file, b"ttcf and then nothing").expect("written");
    let text = text(&titled("日本"), &Fonts::with_files(vec![file]));
    assert!(text.contains("□□"), "{text}");
}

#[test]
fn a_long_sku_is_cut_before_the_asin_is() {
    let mut row = row(1, "Loft - S1", vec![order(1, 1)]);
    row.sku = Some("THE-LONGEST-SKU-THAT-AMAZON-WOULD-TAKE-0".to_owned());
    row.asin = Some("B07NDB9BN8".to_owned());
    let text = File::new(&pick_list::pdf(&of_row(row), Paper::Label4x6, &Fonts::bundled())).raw();
    assert!(text.contains("B07NDB9BN8"), "{text}");
    assert!(text.contains("THE-LONGEST-SKU"), "{text}");
}
