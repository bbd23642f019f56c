//! What a term can test: the keys of the language, their values, and how they are written.
//!
//! The words here are the contract of command line, query bar and saved views; they are never renamed.

use std::fmt;
use std::ops::Bound;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::errors::one_of;
use super::words::{quoted, quoted_text};
use crate::account::Platform;
use crate::status::UiStatus;

/// What a term tests. The values of a key are alternatives; none of these lists is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// A folded text that occurs in order id, SKU, ASIN or title.
    Text(String),
    /// The seller's status.
    Status(Vec<UiStatus>),
    /// A fact of the order.
    Is(Vec<Is>),
    /// Something that the order has.
    Has(Vec<Has>),
    /// The business day of the latest ship time.
    Ship(Vec<Ship>),
    /// The business day on which the order was placed.
    Date(Vec<Placed>),
    /// Units ordered over all lines.
    Qty(Vec<Compare<u32>>),
    /// The grand total in main units of its currency.
    Total(Vec<Compare<Decimal>>),
    /// How far the fees of the order are known.
    Fee(Vec<FeeState>),
    /// Where the order comes from.
    Platform(Vec<Platform>),
    /// Who fulfils it.
    Channel(Vec<Channel>),
    /// Storage location of a unit.
    In(Vec<Location>),
    /// The seller's SKU of a line.
    Sku(Vec<String>),
    /// ASIN of a line.
    Asin(Vec<String>),
    /// Set number that a line stands for.
    Set(Vec<String>),
    /// Label of the account.
    Account(Vec<String>),
}

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($variant:ident = $word:literal $hint:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $(#[doc = $hint] $variant,)+ }

        impl $name {
            /// All of them, in the order in which they are suggested.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its word.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What it means, for people.
            pub fn hint(self) -> &'static str {
                match self { $(Self::$variant => $hint),+ }
            }

            /// The one of a word, in any case.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|own| own.word().eq_ignore_ascii_case(word))
            }
        }
    };
}

words! {
    /// A key of the language.
    Key {
        Status = "status" "status of the order",
        Is = "is" "a fact of the order",
        Has = "has" "something the order has",
        Ship = "ship" "latest ship day",
        Date = "date" "day it was placed",
        Qty = "qty" "units of the order",
        Total = "total" "order total in its currency",
        Fee = "fee" "how far its fees are known",
        Platform = "platform" "where it was sold",
        Channel = "channel" "who ships it",
        In = "in" "storage location of its units",
        Sku = "sku" "exact SKU of a line",
        Asin = "asin" "exact ASIN of a line",
        Set = "set" "set number of a line",
        Account = "account" "label of the account",
    }
}

words! {
    /// A fact of an order. One of its lines is enough, save for `linked` and `matched`.
    Is {
        Unmatched = "unmatched" "a line has no mapping",
        NoAsin = "no_asin" "a line has no ASIN",
        Matched = "matched" "every line is mapped or linked",
        Linked = "linked" "every line has its units",
        Late = "late" "latest ship time passed, not all shipped",
        Prime = "prime" "seller-fulfilled Prime",
        Business = "business" "bought by a business",
        Fba = "fba" "shipped by Amazon",
        Fbm = "fbm" "shipped by you",
        PartShipped = "part_shipped" "some units shipped, some not",
        CancelRequested = "cancel_requested" "the buyer asked to cancel",
        Confirmed = "confirmed" "confirmed here as processed",
        MissingItems = "missing_items" "its lines are not read yet",
    }
}

words! {
    /// Something that an order has.
    Has {
        Gift = "gift" "a line is a gift",
        Asin = "asin" "a line has an ASIN",
        Fees = "fees" "Amazon's fees are known",
        Notes = "notes" "you wrote a note",
    }
}

words! {
    /// How far the fees of an order are known.
    FeeState {
        None = "none" "no fee is known yet",
        Deferred = "deferred" "Amazon still holds the money",
        Posted = "posted" "booked, not paid out",
        Settled = "settled" "paid out",
    }
}

words! {
    /// Who fulfils an order.
    Channel {
        Afn = "AFN" "shipped by Amazon",
        Mfn = "MFN" "shipped by you",
    }
}

/// A test of the latest ship time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ship {
    /// It has passed with units left to ship: the same as `is:late`.
    Overdue,
    /// It falls on these business days.
    Days(Compare<Day>),
}

/// A test of the time at which an order was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// Today or one of the business days before it, so many in all: `7d`.
    Last(u16),
    /// It falls on these business days.
    Days(Compare<Day>),
}

/// A business day of the order's marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// The day of the calendar.
    On(NaiveDate),
    /// The day it is.
    Today,
    /// The day after.
    Tomorrow,
}

/// A storage location as `in:` names it, here and in the language of the stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// `S3`: those that begin so, S30 too.
    Begins(String),
    /// `=S3`: this one alone.
    Is(String),
}

impl Location {
    /// Reads a value without its quotes; `None` where it names nothing.
    pub(crate) fn from_value(value: &str) -> Option<Self> {
        let (name, is_whole) = value.strip_prefix('=').map_or((value, false), |rest| (rest, true));
        let name = name.trim().to_owned();
        (!name.is_empty()).then_some(if is_whole { Self::Is(name) } else { Self::Begins(name) })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begins(name) => f.write_str(name),
            Self::Is(name) => write!(f, "={name}"),
        }
    }
}

/// A comparison with a number or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare<T> {
    /// `5`
    Is(T),
    /// `>5`
    Above(T),
    /// `<5`
    Below(T),
    /// `>=5`
    AtLeast(T),
    /// `<=5`
    AtMost(T),
    /// `2..5`, with both ends
    Between(T, T),
}

impl<T: Copy> Compare<T> {
    /// The least and the greatest that hold.
    pub fn bounds(&self) -> (Bound<T>, Bound<T>) {
        match *self {
            Self::Is(own) => (Bound::Included(own), Bound::Included(own)),
            Self::Above(own) => (Bound::Excluded(own), Bound::Unbounded),
            Self::Below(own) => (Bound::Unbounded, Bound::Excluded(own)),
            Self::AtLeast(own) => (Bound::Included(own), Bound::Unbounded),
            Self::AtMost(own) => (Bound::Unbounded, Bound::Included(own)),
            Self::Between(low, high) => (Bound::Included(low), Bound::Included(high)),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Compare<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(own) => write!(f, "{own}"),
            Self::Above(own) => write!(f, ">{own}"),
            Self::Below(own) => write!(f, "<{own}"),
            Self::AtLeast(own) => write!(f, ">={own}"),
            Self::AtMost(own) => write!(f, "<={own}"),
            Self::Between(low, high) => write!(f, "{low}..{high}"),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Self::Today => f.write_str("today"),
            Self::Tomorrow => f.write_str("tomorrow"),
        }
    }
}

impl fmt::Display for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last(days) => write!(f, "{days}d"),
            Self::Days(days) => days.fmt(f),
        }
    }
}

impl fmt::Display for Ship {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overdue => f.write_str("overdue"),
            Self::Days(days) => days.fmt(f),
        }
    }
}

impl Key {
    /// What one of its values is called in a sentence.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Ship => "ship day",
            Self::Date => "day",
            Self::Qty => "number",
            Self::Total => "amount",
            Self::Fee => "fee state",
            own => own.word(),
        }
    }

    /// What would do as its value.
    pub(super) fn choices(self) -> String {
        match self {
            Self::Ship => {
                "today, tomorrow, overdue or a day such as 2026-11-20, >2026-11-20 or 2026-11-01..2026-11-20"
            }
            Self::Date => "today, 7d or a day such as 2026-11-20, >2026-11-20 or 2026-11-01..2026-11-20",
            Self::Qty => "a whole number such as 2, >2 or 2..5",
            Self::Total => "an amount such as 50, >49.99 or 10..50",
            Self::In => "the start of a storage location such as S5, or =S5 for this one alone",
            Self::Sku => "a SKU",
            Self::Asin => "an ASIN such as B0ABCDEFGH",
            Self::Set => "a set number such as 75192",
            Self::Account => "an account's label",
            own => {
                let words: Vec<&str> = own.values().iter().map(|(word, _)| *word).collect();
                return one_of(&words);
            }
        }
        .to_owned()
    }

    /// The words that it takes, with their meaning; for keys of free values, examples that hold everywhere.
    pub fn values(self) -> Vec<(&'static str, &'static str)> {
        macro_rules! all {
            ($name:ident) => {
                $name::ALL.iter().map(|own| (own.word(), own.hint())).collect()
            };
        }
        match self {
            Self::Status => vec![
                ("pending", "payment not cleared"),
                ("paid", "to be shipped"),
                ("shipped", "on its way"),
                ("completed", "delivered or confirmed"),
                ("cancelled", "cancelled"),
            ],
            Self::Is => all!(Is),
            Self::Has => all!(Has),
            Self::Fee => all!(FeeState),
            Self::Channel => all!(Channel),
            Self::Platform => vec![("amazon", "Amazon"), ("ebay", "eBay"), ("bricqer", "Bricqer")],
            Self::Ship => vec![
                ("today", "latest ship day is today"),
                ("tomorrow", "latest ship day is tomorrow"),
                ("overdue", "latest ship time passed, not all shipped"),
            ],
            Self::Date => vec![
                ("today", "placed today"),
                ("7d", "placed in the last 7 days"),
                ("30d", "placed in the last 30 days"),
            ],
            Self::Qty => vec![(">1", "more than one unit")],
            Self::Total => vec![(">50", "more than 50")],
            Self::In | Self::Sku | Self::Asin | Self::Set | Self::Account => Vec::new(),
        }
    }
}

impl Test {
    /// Its key; `None` for text.
    pub fn key(&self) -> Option<Key> {
        Some(match self {
            Self::Text(_) => return None,
            Self::Status(_) => Key::Status,
            Self::Is(_) => Key::Is,
            Self::Has(_) => Key::Has,
            Self::Ship(_) => Key::Ship,
            Self::Date(_) => Key::Date,
            Self::Qty(_) => Key::Qty,
            Self::Total(_) => Key::Total,
            Self::Fee(_) => Key::Fee,
            Self::Platform(_) => Key::Platform,
            Self::Channel(_) => Key::Channel,
            Self::In(_) => Key::In,
            Self::Sku(_) => Key::Sku,
            Self::Asin(_) => Key::Asin,
            Self::Set(_) => Key::Set,
            Self::Account(_) => Key::Account,
        })
    }

    /// Its values in canonical spelling, without quotes; of a text, the text.
    pub fn values(&self) -> Vec<String> {
        fn all<T>(values: &[T], word: impl Fn(&T) -> String) -> Vec<String> {
            values.iter().map(word).collect()
        }
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::Status(own) => all(own, |status| status.word().to_ascii_lowercase()),
            Self::Is(own) => all(own, |is| is.word().to_owned()),
            Self::Has(own) => all(own, |has| has.word().to_owned()),
            Self::Ship(own) => all(own, ToString::to_string),
            Self::Date(own) => all(own, ToString::to_string),
            Self::Qty(own) => all(own, ToString::to_string),
            Self::Total(own) => all(own, ToString::to_string),
            Self::Fee(own) => all(own, |fee| fee.word().to_owned()),
            Self::Platform(own) => all(own, |platform| platform.word().to_owned()),
            Self::Channel(own) => all(own, |channel| channel.word().to_owned()),
            Self::In(own) => all(own, ToString::to_string),
            Self::Sku(own) | Self::Asin(own) | Self::Set(own) | Self::Account(own) => own.clone(),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Text(text) = self {
            return f.write_str(&quoted_text(text));
        }
        if let Some(key) = self.key() {
            write!(f, "{}:", key.word())?;
        }
        for (at, value) in self.values().iter().enumerate() {
            write!(f, "{}{}", if at > 0 { "," } else { "" }, quoted(value))?;
        }
        Ok(())
    }
}
