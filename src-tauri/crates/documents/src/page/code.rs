//! QR and Code 128 as bars and squares of whole modules.
//!
//! A module is a whole number of printer dots, so that a scanner sees bars of the same width wherever they lie. A text
//! that a code cannot carry has none.

use qrcode::{Color, EcLevel, QrCode};

/// The dots of a printer that a module is snapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dots {
    /// Dots per inch.
    pub(crate) per_inch: i32,
    /// Dots per module.
    pub(crate) per_module: i32,
}

impl Dots {
    /// Length of that many modules in hundredths of a point, rounded up.
    pub(crate) fn length(self, modules: i32) -> i32 {
        (modules * self.per_module * 7200 + self.per_inch - 1) / self.per_inch
    }

    /// A place moved to the dot at it or before.
    pub(crate) fn snapped(self, place: i32) -> i32 {
        place * self.per_inch / 7200
    }
}

/// Dark parts of a code: `(column, row, columns, rows)` in modules; bars of Code 128 have no rows, they are as high as
/// they are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Code {
    /// Modules from side to side, without the quiet zone.
    pub(crate) modules: i32,
    /// Its dark parts.
    pub(crate) dark: Vec<(i32, i32, i32, i32)>,
}

/// The QR code of a text, level M, in the smallest version that holds it.
pub(crate) fn qr(text: &str) -> Option<Code> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let width = code.width();
    let colors = code.into_colors();
    let mut dark = Vec::new();
    for (row, line) in colors.chunks(width).enumerate() {
        let mut column = 0;
        for run in line.chunk_by(|one, other| one == other) {
            if run.first() == Some(&Color::Dark) {
                dark.push((narrow(column), narrow(row), narrow(run.len()), 1));
            }
            column += run.len();
        }
    }
    Some(Code { modules: narrow(width), dark: merged(dark) })
}

/// Runs of the same columns in rows below each other become one rectangle: fewer seams for a printer.
fn merged(runs: Vec<(i32, i32, i32, i32)>) -> Vec<(i32, i32, i32, i32)> {
    let mut whole: Vec<(i32, i32, i32, i32)> = Vec::with_capacity(runs.len());
    for (column, row, columns, rows) in runs {
        match whole.iter_mut().find(|(c, r, w, h)| *c == column && *w == columns && r + h == row) {
            Some(above) => above.3 += rows,
            None => whole.push((column, row, columns, rows)),
        }
    }
    whole
}

/// The Code 128 of a text of visible ASCII, with pairs of digits in set C where that is shorter.
pub(crate) fn code128(text: &str) -> Option<Code> {
    let symbols = symbols(text.as_bytes())?;
    let mut dark = Vec::with_capacity(symbols.len() * 3 + 1);
    let mut place = 0;
    for symbol in symbols {
        for (index, width) in PATTERNS.get(symbol)?.bytes().map(|digit| i32::from(digit - b'0')).enumerate() {
            if index % 2 == 0 {
                dark.push((place, 0, width, 0));
            }
            place += width;
        }
    }
    Some(Code { modules: place, dark })
}

const START_B: usize = 104;
const START_C: usize = 105;
const TO_B: usize = 100;
const TO_C: usize = 99;
const STOP: usize = 106;

/// The symbols of a text: start, data, check, stop. Set C is worth its switch for four digits at an end of the text and
/// for six inside.
fn symbols(text: &[u8]) -> Option<Vec<usize>> {
    if text.is_empty() || !text.iter().all(|byte| (0x20..0x7f).contains(byte)) {
        return None;
    }
    let mut symbols = Vec::new();
    let (mut at, mut in_c) = (0, false);
    while at < text.len() {
        let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let at_end = at == 0 || at + digits == text.len();
        let pairs = if in_c {
            digits >= 2
        } else {
            digits >= if at_end { 4 } else { 6 } || (digits == 2 && text.len() == 2)
        };
        // An odd digit goes before the pairs, in set B.
        if pairs && (in_c || digits % 2 == 0) {
            if !in_c {
                symbols.push(if symbols.is_empty() { START_C } else { TO_C });
                in_c = true;
            }
            symbols.push(usize::from(text[at] - b'0') * 10 + usize::from(text[at + 1] - b'0'));
            at += 2;
        } else {
            if symbols.is_empty() {
                symbols.push(START_B);
            } else if in_c {
                symbols.push(TO_B);
            }
            in_c = false;
            symbols.push(usize::from(text[at] - 0x20));
            at += 1;
        }
    }
    let sum: usize = symbols.iter().enumerate().map(|(place, symbol)| place.max(1) * symbol).sum();
    symbols.push(sum % 103);
    symbols.push(STOP);
    Some(symbols)
}

fn narrow(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Widths of bars and spaces of each symbol (ISO/IEC 15417, table 1).
const PATTERNS: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213",
    "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132",
    "221231", "213212", "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211",
    "212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313",
    "231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121", "313121", "211331",
    "231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111",
    "314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214",
    "112412", "122114", "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111",
    "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141",
    "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];
