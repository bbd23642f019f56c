//! Faults on demand: everything reference: spapi.md §10 and reliability-performance.md §4 saw Amazon or the network do.
//!
//! Invariant: whether a fault strikes depends on the seed and on the calls made so far, never on chance or time.

use std::time::Duration;

use crate::auth::LwaError;
use crate::draw::Draw;
use crate::plan::Operation;

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 429 although the bucket has tokens: another program uses the same application.
    Throttle,
    /// The bucket is emptied before the call is counted.
    EmptyBucket,
    /// An error with a JSON body, 500 or 503 for instance.
    ServerError(u16),
    /// An error with an HTML body.
    HtmlError(u16),
    /// A 400 with an HTML body, as gateways answer malformed requests.
    Html400,
    /// 200 with a login page: a captive portal answers instead of Amazon.
    HtmlPage,
    /// A 400 says no more than "Invalid Input", as Amazon's older texts do.
    VagueRefusals,
    /// 302 to a host that has nothing to do with Amazon and does not exist.
    Redirect,
    /// 302 to this URL.
    RedirectTo(String),
    /// A body that is no JSON.
    BadJson(BadJson),
    /// The answer comes this much later.
    Delay(Duration),
    /// The body comes in pieces of `chunk` bytes, each after `pause`.
    SlowBody {
        /// Bytes per piece.
        chunk: usize,
        /// Pause before each piece.
        pause: Duration,
    },
    /// The connection breaks after this many bytes of the body.
    ResetBody(usize),
    /// 403 as for an expired access token.
    TokenExpired,
    /// 403 as for a missing role.
    AccessDenied,
    /// 400 to a call that carries a paging token.
    PaginationTokenRefused,
    /// A call with a paging token gets its page and the same token again.
    LoopingToken,
    /// A call with a paging token gets its page and a new token for the same page.
    NewTokenSamePage,
    /// Every page that holds an order has a token, which leads to that page again.
    EndlessPage,
    /// The page repeats its own first order and the last one of the page before.
    DuplicateOrders,
    /// The list comes in another sequence than usual.
    ShuffledPages,
    /// The page is empty and its token leads to what it should have held.
    EmptyPageWithToken,
    /// The last page of orders has a token, which leads to an empty page without one.
    EmptyLastPage,
    /// An order that changed while the pages were read has left the list.
    MovingOrders,
    /// Some orders appear in lists only a while after their last change; `getOrder` finds them at once.
    LateOrders {
        /// How late. `u32::MAX` hides them for ever.
        seconds: u32,
        /// Which share of the orders.
        permille: u32,
    },
    /// `x-amzn-RateLimit-Limit` is not what the plan says.
    RateHeader(RateHeader),
    /// 400 to a call whose `includedData` has this value, without a word about which.
    IncludedDataRefused(String),
    /// The same, and the refusal names the value.
    IncludedDataNamed(String),
    /// Fields are null.
    NullFields,
    /// Words that no model lists.
    UnknownEnums,
    /// Numbers as text, text as numbers, booleans as text, lists as objects.
    WrongTypes,
    /// Every field of this name is left out.
    FieldAbsent(String),
    /// Every field of this name is null.
    FieldNull(String),
    /// The last line of each order has null for its id.
    LineWithoutId,
    /// The `Date` header is off by so many seconds.
    ClockSkew(i64),
    /// No `Date` header.
    NoDate,
    /// The token service refuses.
    Lwa(LwaError),
    /// The token service states this lifetime; the real one stays an hour.
    ExpiresIn(i64),
    /// The call takes effect, but its answer is this error.
    LostAnswer(u16),
    /// A report that is asked for waits this long before it is made.
    ReportStuck(Duration),
    /// A report that is asked for ends as `CANCELLED`.
    ReportCancelled,
    /// A report that is asked for ends as `FATAL`, with a document that tells the error.
    ReportFatal,
    /// A report that is asked for ends as `DONE`, but names no document.
    ReportWithoutDocument,
    /// The document of a report that is asked for is not packed.
    DocumentPlain,
    /// The address of a document is too old when it is given out.
    DocumentLinkExpired,
    /// A document ends after this share of its bytes; its packing is whole.
    DocumentCut {
        /// Share in permille.
        permille: u32,
    },
    /// A document is encoded in this charset and declared as that one.
    DocumentCharset {
        /// What it is.
        charset: Charset,
        /// What its content type says; nothing where `None`.
        declared: Option<String>,
    },
    /// A flat file has columns that nobody knows.
    ExtraColumns,
    /// Every seventh row of a flat file has a tab in its first field.
    TabInTitle,
    /// Every seventh row of a flat file has a line break in its first field.
    LineBreakInTitle,
    /// The header of a flat file is Japanese.
    LocalisedHeader,
    /// The header of a flat file has no name that anybody knows.
    UnknownHeader,
}

/// How a document is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark in front.
    Utf8WithMark,
    /// Western Europe as on Windows.
    Cp1252,
    /// Japan as on Windows.
    ShiftJis,
}

/// Ways in which a body is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadJson {
    /// Cut in the middle.
    Truncated,
    /// With a byte order mark in front.
    ByteOrderMark,
    /// A word without its quotes, as seen at Amazon with `UOSS`.
    UnquotedWord,
    /// A byte that is no UTF-8.
    InvalidUtf8,
    /// Half a surrogate pair in an escape.
    LoneSurrogate,
    /// No body at all.
    Empty,
    /// Good JSON with a field of so many bytes that nobody asked for.
    Swollen(usize),
}

/// What the rate header says instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RateHeader {
    /// This text, such as `abc`, `0` or `-1`.
    Text(String),
    /// The plan's rate times so many thousandths: 500 halves it, 4000 gives four times.
    Permille(u32),
    /// No header.
    Absent,
}

impl Fault {
    /// Strikes calls of this operation only.
    pub fn on(self, operation: Operation) -> Injection {
        Injection::from(self).on(operation)
    }

    /// Strikes the next call that it concerns, and no other.
    pub fn once(self) -> Injection {
        Injection::from(self).times(1)
    }

    /// Strikes so many times.
    pub fn times(self, times: u64) -> Injection {
        Injection::from(self).times(times)
    }

    /// Whether it concerns this call at all. Faults without an operation leave the token service alone.
    fn concerns(&self, call: &Strikable<'_>, operation: Option<Operation>) -> bool {
        let lists = matches!(call.operation, Operation::SearchOrders | Operation::GetOrdersV0);
        let fits = match self {
            Self::Lwa(_) | Self::ExpiresIn(_) => return call.operation == Operation::Token,
            Self::ReportStuck(_)
            | Self::ReportCancelled
            | Self::ReportFatal
            | Self::ReportWithoutDocument
            | Self::DocumentPlain => call.operation == Operation::CreateReport,
            Self::DocumentLinkExpired => call.operation == Operation::GetReportDocument,
            Self::DocumentCut { .. }
            | Self::DocumentCharset { .. }
            | Self::ExtraColumns
            | Self::TabInTitle
            | Self::LineBreakInTitle
            | Self::LocalisedHeader
            | Self::UnknownHeader => call.operation == Operation::DownloadDocument,
            Self::PaginationTokenRefused => call.continues,
            Self::LoopingToken | Self::NewTokenSamePage => lists && call.continues,
            Self::EndlessPage
            | Self::DuplicateOrders
            | Self::EmptyPageWithToken
            | Self::MovingOrders
            | Self::LateOrders { .. } => lists,
            Self::ShuffledPages => lists && !call.continues,
            Self::IncludedDataRefused(value) | Self::IncludedDataNamed(value) => {
                call.included.contains(&value.as_str())
            }
            _ => true,
        };
        fits && operation.map_or(call.operation != Operation::Token, |operation| operation == call.operation)
    }
}

/// A fault and when it strikes: every call that it concerns until it is lifted, unless told otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injection {
    fault: Fault,
    operation: Option<Operation>,
    order: Option<String>,
    marketplace: Option<String>,
    spare: u64,
    times: Option<u64>,
    permille: u32,
}

impl From<Fault> for Injection {
    fn from(fault: Fault) -> Self {
        Self { fault, operation: None, order: None, marketplace: None, spare: 0, times: None, permille: 1000 }
    }
}

impl Injection {
    /// Strikes calls of this operation only.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Strikes calls for this order only.
    #[must_use]
    pub fn for_order(mut self, order_id: &str) -> Self {
        self.order = Some(order_id.to_owned());
        self
    }

    /// Strikes calls that name this marketplace, alone or among others.
    #[must_use]
    pub fn naming(mut self, marketplace_id: &str) -> Self {
        self.marketplace = Some(marketplace_id.to_owned());
        self
    }

    /// Strikes so many times.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Strikes the next call that it concerns, and no other.
    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Spares the first `calls` calls that it concerns.
    #[must_use]
    pub fn after(mut self, calls: u64) -> Self {
        self.spare = calls;
        self
    }

    /// Strikes only this share of the calls, chosen by the seed.
    #[must_use]
    pub fn permille(mut self, permille: u32) -> Self {
        self.permille = permille;
        self
    }
}

/// What of a call decides whether a fault concerns it.
pub(crate) struct Strikable<'a> {
    pub(crate) operation: Operation,
    /// It carries a paging token.
    pub(crate) continues: bool,
    pub(crate) included: Vec<&'a str>,
    pub(crate) order_id: Option<&'a str>,
    pub(crate) marketplaces: Vec<&'a str>,
}

/// An injected fault, to be lifted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InjectionId(u64);

/// All faults injected so far.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    seed: u64,
    injected: u64,
    active: Vec<Active>,
}

#[derive(Debug)]
struct Active {
    id: u64,
    injection: Injection,
    /// Calls that it concerned.
    seen: u64,
    struck: u64,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    pub(crate) fn inject(&mut self, injection: Injection) -> InjectionId {
        self.injected += 1;
        self.active.push(Active { id: self.injected, injection, seen: 0, struck: 0 });
        InjectionId(self.injected)
    }

    pub(crate) fn lift(&mut self, id: InjectionId) {
        self.active.retain(|active| active.id != id.0);
    }

    pub(crate) fn lift_all(&mut self) {
        self.active.clear();
    }

    /// The faults that strike this call, in the order of their injection.
    pub(crate) fn strike(&mut self, call: &Strikable<'_>) -> Vec<Fault> {
        let seed = self.seed;
        self.active.iter_mut().filter_map(|active| active.strike(seed, call)).collect()
    }
}

impl Active {
    fn strike(&mut self, seed: u64, call: &Strikable<'_>) -> Option<Fault> {
        let Injection { fault, operation, order, marketplace, .. } = &self.injection;
        let named = order.as_deref().is_none_or(|order| call.order_id == Some(order))
            && marketplace.as_deref().is_none_or(|id| call.marketplaces.contains(&id));
        if !named || !fault.concerns(call, *operation) {
            return None;
        }
        self.seen += 1;
        let spared = self.seen <= self.injection.spare;
        let spent = self.injection.times.is_some_and(|times| self.struck >= times);
        if spared || spent || !Draw::new(seed, self.seen, self.id).chance(self.injection.permille) {
            return None;
        }
        self.struck += 1;
        Some(self.injection.fault.clone())
    }
}
