//! Amounts: `£1,234.50`, `1.234,50 €`, `EUR 90,00`, `US $12.50`, `(3.20)`.

use rust_decimal::Decimal;

use crate::currency::Currency;

/// What parts pounds from pence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1,234.50`
    Point,
    /// `1.234,50`
    Comma,
}

/// Why a text gives no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountProblem {
    /// It is none.
    #[error("'{0}' is not an amount: write it like 1234.50")]
    NotAnAmount(String),
    /// It has two readings, and nothing decides between them.
    #[error("'{text}' could be {point} or {comma}: write it like {point}.00 or {comma}0")]
    Unclear {
        /// The text.
        text: String,
        /// Its value where the point parts decimals.
        point: Decimal,
        /// Its value where the comma does.
        comma: Decimal,
    },
}

/// A text that is an amount, with both of its readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedAmount {
    text: String,
    by_point: Option<Decimal>,
    by_comma: Option<Decimal>,
    sign: Option<Sign>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Code(Currency),
    /// `$` alone: of which country is left open.
    Dollar,
}

/// Codes that are taken for a currency where they stand beside a number; any three letters would be too many.
const CODES: [&str; 34] = [
    "AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EGP", "EUR", "GBP", "HKD", "HUF", "ILS", "INR",
    "JPY", "KRW", "KWD", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "SAR", "SEK", "SGD", "THB", "TRY",
    "TWD", "USD", "VND", "ZAR",
];

const DOLLARS: [&str; 7] = ["AUD", "CAD", "HKD", "NZD", "SGD", "TWD", "USD"];

/// The currency of a code that is in use where Packlight's sellers sell, in any case.
pub fn known_code(word: &str) -> Option<Currency> {
    CODES.iter().any(|code| code.eq_ignore_ascii_case(word)).then(|| word.parse().ok()).flatten()
}

/// Whether `$` may stand for the currency.
pub fn is_dollar(currency: Currency) -> bool {
    DOLLARS.contains(&currency.code())
}

impl TypedAmount {
    /// Reads a text; an error where it is an amount in no reading.
    pub fn parse(text: &str) -> Result<Self, AmountProblem> {
        let text = text.trim();
        Self::read(text).ok_or_else(|| AmountProblem::NotAnAmount(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let first = text.find(|c: char| c.is_ascii_digit())?;
        let last = text.rfind(|c: char| c.is_ascii_digit())?;
        // A leading mark belongs to the number (".50") unless it ends a word ("Rs.500").
        let before = &text[..first];
        let first = match before.chars().next_back() {
            Some('.' | ',') if !before[..before.len() - 1].ends_with(char::is_alphabetic) => first - 1,
            _ => first,
        };
        let (negative, sign) = affixes(&text[..first], &text[last + 1..])?;
        let number = &text[first..=last];
        let value = |decimal: char, thousands: char| {
            let value = grouped(number, decimal, thousands)?;
            Some(if negative { -value } else { value })
        };
        let (by_point, by_comma) = (value('.', ','), value(',', '.'));
        (by_point.is_some() || by_comma.is_some()).then(|| Self {
            text: text.to_owned(),
            by_point,
            by_comma,
            sign,
        })
    }

    /// The mark that this text proves.
    pub fn proves(&self) -> Option<DecimalMark> {
        match (self.by_point, self.by_comma) {
            (Some(_), None) => Some(DecimalMark::Point),
            (None, Some(_)) => Some(DecimalMark::Comma),
            _ => None,
        }
    }

    /// Its value, by what is known of the texts around it where it has two readings.
    pub fn value(&self, around: Option<DecimalMark>) -> Result<Decimal, AmountProblem> {
        match (self.by_point, self.by_comma, around) {
            (Some(point), Some(comma), _) if point == comma => Ok(point),
            (Some(point), None, _) | (Some(point), _, Some(DecimalMark::Point)) => Ok(point),
            (None, Some(comma), _) | (_, Some(comma), Some(DecimalMark::Comma)) => Ok(comma),
            (Some(point), Some(comma), None) => {
                Err(AmountProblem::Unclear { text: self.text.clone(), point, comma })
            }
            (None, None, _) => Err(AmountProblem::NotAnAmount(self.text.clone())),
        }
    }

    /// The currency that stands with it. A plain `$` is that of `usual` if it is a dollar, else the United States'.
    pub fn currency(&self, usual: Currency) -> Option<Currency> {
        self.sign.map(|sign| match sign {
            Sign::Code(currency) => currency,
            Sign::Dollar if is_dollar(usual) => usual,
            Sign::Dollar => Currency::USD,
        })
    }
}

/// Reads what stands around a number: a minus sign or brackets, and a currency.
fn affixes(before: &str, after: &str) -> Option<(bool, Option<Sign>)> {
    let mut negative = false;
    let mut brackets = 0;
    let mut word = String::new();
    for c in before.chars().chain(after.chars()) {
        match c {
            '-' | '\u{2212}' | '\u{2013}' if !negative => negative = true,
            '(' | ')' => brackets += 1,
            '+' | '.' | ',' => {}
            c if c.is_whitespace() => {}
            c => word.push(c),
        }
    }
    match brackets {
        0 => {}
        2 if !negative && before.contains('(') && after.contains(')') => negative = true,
        _ => return None,
    }
    let sign = match word.to_uppercase().as_str() {
        "" | "KR" => None,
        "£" => Some(Sign::Code(Currency::GBP)),
        "€" => Some(Sign::Code(Currency::EUR)),
        "$" => Some(Sign::Dollar),
        "US$" | "U$" => Some(Sign::Code(Currency::USD)),
        "¥" | "￥" | "円" => Some(Sign::Code(Currency::JPY)),
        "A$" | "AU$" => Some(Sign::Code("AUD".parse().ok()?)),
        "C$" | "CA$" => Some(Sign::Code("CAD".parse().ok()?)),
        "FR" | "SFR" => Some(Sign::Code("CHF".parse().ok()?)),
        "₹" | "RS" => Some(Sign::Code("INR".parse().ok()?)),
        "ZŁ" => Some(Sign::Code("PLN".parse().ok()?)),
        other => {
            // "£ GBP" and "GBP" alike.
            Some(Sign::Code(known_code(other.trim_matches(['£', '€', '$', '¥']))?))
        }
    };
    Some((negative, sign))
}

/// The value of digits with one kind of decimal mark and one kind of thousands mark; blanks and apostrophes may stand
/// for the latter. Groups have three digits, and none begins with a lone 0.
fn grouped(number: &str, decimal: char, thousands: char) -> Option<Decimal> {
    let (whole, fraction) = match number.split_once(decimal) {
        Some((whole, fraction)) => (whole, fraction),
        None => (number, ""),
    };
    let digits_only = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if !digits_only(fraction) {
        return None;
    }
    let other = |c: char| matches!(c, '\'' | '\u{2019}') || c.is_whitespace();
    let marked: Vec<char> = whole.chars().filter(|c| !c.is_ascii_digit()).collect();
    if let Some(mark) = marked.first() {
        if (*mark != thousands && !other(*mark)) || marked.iter().any(|c| c != mark) {
            return None;
        }
        let mut groups = whole.split(*mark);
        let first = groups.next()?;
        if first.is_empty()
            || first.len() > 3
            || first.starts_with('0')
            || groups.any(|group| group.len() != 3)
        {
            return None;
        }
    }
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let whole = if whole.is_empty() { "0" } else { &whole };
    if fraction.is_empty() {
        Decimal::from_str_exact(whole).ok()
    } else {
        Decimal::from_str_exact(&format!("{whole}.{fraction}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> TypedAmount {
        TypedAmount::parse(text).unwrap()
    }

    fn value(text: &str) -> String {
        read(text).value(None).unwrap().to_string()
    }

    #[test]
    fn clear_amounts_need_no_column() {
        for (text, expected) in [
            ("12.50", "12.50"),
            ("12,50", "12.50"),
            ("1,234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            ("1 234,50 €", "1234.50"),
            ("1\u{a0}234,50", "1234.50"),
            ("1\u{202f}234", "1234"),
            ("1'234.50", "1234.50"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("0,125", "0.125"),
            ("£32.50", "32.50"),
            ("US $1,234.50", "1234.50"),
            ("EUR 90,00", "90.00"),
            ("90,5 EUR", "90.5"),
            (".5", "0.5"),
            ("Rs.500", "500"),
            ("12.", "12"),
            ("-5.00", "-5.00"),
            ("£-5.00", "-5.00"),
            ("5.00-", "-5.00"),
            ("($5.00)", "-5.00"),
            ("90 kr.", "90"),
            ("007", "7"),
            ("12345.678", "12345.678"),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn a_thousand_or_a_bit_more_than_one_is_decided_by_others_or_refused() {
        let unclear = read("1,234");
        assert_eq!(unclear.proves(), None);
        assert_eq!(unclear.value(Some(DecimalMark::Point)).unwrap().to_string(), "1234");
        assert_eq!(unclear.value(Some(DecimalMark::Comma)).unwrap().to_string(), "1.234");
        assert_eq!(
            unclear.value(None).unwrap_err().to_string(),
            "'1,234' could be 1234 or 1.234: write it like 1234.00 or 1.2340"
        );
        assert_eq!(read("1.234").value(Some(DecimalMark::Comma)).unwrap().to_string(), "1234");
        assert_eq!(read("12,50").proves(), Some(DecimalMark::Comma));
        assert_eq!(read("1,234.5").proves(), Some(DecimalMark::Point));
        assert_eq!(read("7").proves(), None);
    }

    #[test]
    fn currencies_stand_before_or_behind() {
        let usd = Currency::USD;
        let cad: Currency = "CAD".parse().unwrap();
        for (text, usual, expected) in [
            ("£5", Currency::EUR, Some(Currency::GBP)),
            ("5 €", Currency::GBP, Some(Currency::EUR)),
            ("$5", Currency::GBP, Some(usd)),
            ("$5", cad, Some(cad)),
            ("US $5", cad, Some(usd)),
            ("AU $5", usd, Some("AUD".parse().unwrap())),
            ("gbp5", usd, Some(Currency::GBP)),
            ("5", usd, None),
        ] {
            assert_eq!(read(text).currency(usual), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_says_so() {
        for text in
            ["", "free", "12x", "1,2,3", "12.5.0", "--5", "(5", "5%", "1e5", "5 5", "XYZ 5", "1,234 567"]
        {
            assert_eq!(
                TypedAmount::parse(text).unwrap_err().to_string(),
                format!("'{text}' is not an amount: write it like 1234.50")
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,12}") {
            if let Ok(amount) = TypedAmount::parse(&text) {
                let _ = amount.value(None);
                prop_assert!(amount.value(Some(DecimalMark::Point)).is_ok());
            }
        }

        #[test]
        fn a_number_is_read_in_both_worlds(minor in 0_i64..10_000_000_000) {
            let plain = Decimal::new(minor, 2);
            let (whole, cents) = (minor / 100, minor % 100);
            let mut groups = Vec::new();
            let mut rest = whole;
            while rest >= 1_000 {
                groups.push(format!("{:03}", rest % 1_000));
                rest /= 1_000;
            }
            groups.push(rest.to_string());
            groups.reverse();
            let english = format!("{}.{cents:02}", groups.join(","));
            let german = format!("{},{cents:02}", groups.join("."));
            prop_assert_eq!(read(&english).value(None).unwrap(), plain);
            prop_assert_eq!(read(&german).value(None).unwrap(), plain);
        }
    }
}
