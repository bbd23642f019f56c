//! Text from outside: what is stored of it, and the folded form that searching compares.

use unicode_normalization::UnicodeNormalization;

/// The text as it is stored: byte for byte, but NUL becomes the visible replacement character, because it would end the
/// text in C code. (Lone surrogates cannot reach here: the JSON reader replaces them.)
pub fn storable(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text.to_owned() }
}

/// The form in which texts are compared: NFKC, lower case, white space as single blanks, trimmed. Applied to both sides.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        push_words(&mut folded, &text.to_ascii_lowercase());
    } else {
        // Lower-casing can undo a composition and composing can bring new capitals: normalise on both ends.
        let lower: String =
            text.nfkc().flat_map(char::to_lowercase).nfkc().filter(|c| !invisible(*c)).collect();
        push_words(&mut folded, &lower);
    }
    folded
}

fn push_words(folded: &mut String, text: &str) {
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
}

/// Marks that steer the direction or joining of text and that nobody types into a search box.
fn invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The digits of a whole number with its thousands set apart, as English writes them: "1,234,567".
pub fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_width_and_spacing_do_not_count() {
        assert_eq!(fold("  LEGO\tStar\n Wars "), "lego star wars");
        assert_eq!(fold("ＬＥＧＯ　７５１９２"), "lego 75192");
        assert_eq!(fold("ﬁne Straße"), "fine straße");
        assert_eq!(fold("Millennium\u{202E} Falcon\u{200B}"), "millennium falcon");
        assert_eq!(fold("レゴ"), "レゴ");
        assert_eq!(fold("ﾚｺﾞ"), "レゴ");
    }

    #[test]
    fn nul_is_replaced_and_everything_else_kept() {
        assert_eq!(storable("a\0b<b>&amp;"), "a\u{FFFD}b<b>&amp;");
    }

    #[test]
    fn thousands_are_set_apart() {
        for (digits, text) in [("0", "0"), ("999", "999"), ("1000", "1,000"), ("1234567", "1,234,567")] {
            assert_eq!(grouped(digits), text);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".{0,60}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
