//! From orders that wait to units to take: which unit goes to which line, in which order they are walked, and what stays.
//!
//! Owned here: every unit still to ship is either a stop or part of an exception, and no unit is a stop twice. Lines take
//! the units they hold, then the oldest free ones, order after order by ship-by time, order date and id. The plan is a
//! pure function of its work.

use std::collections::HashMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::place::Walk;
use super::work::{HeldUnit, LinesKnown, Listed, OpenLine, OpenOrder, PickWork, Shelf, ShelfUnit, Wants};
use super::{ExceptionReason, PickException, PickFlags, PickMark, PickMode, PickRequest, PickStop};
use crate::listing::OrderRowId;
use crate::natural;
use crate::stock::UnitId;
use crate::text::fold;

/// How many totes one walk fills.
const TOTES: [char; 8] = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];

/// Whether units of open lists are left to those lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// They are exceptions.
    Respected,
    /// They are planned as if there were no other list; for finding out whether the open list is this very one.
    Ignored,
}

/// How a list is laid out; the same units can be laid out in several ways.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// How it is walked.
    pub mode: PickMode,
    /// Orders of a single unit come before the others.
    pub singles_first: bool,
    /// Each row carries the Code 128 of its SKU.
    pub sku_barcodes: bool,
    /// Each order carries its QR code.
    pub order_codes: bool,
}

impl From<&PickRequest> for Layout {
    fn from(request: &PickRequest) -> Self {
        Self {
            mode: request.mode,
            singles_first: request.singles_first,
            sku_barcodes: request.sku_barcodes,
            order_codes: request.order_codes,
        }
    }
}

/// What is to be taken and what stays, and how it is laid out. A record keeps this whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickPlan {
    /// `P-` and eight hex digits of the hash of what is taken for whom from where, and of what stays. How it is laid out,
    /// when it was planned, titles and marks are not in it.
    pub id: String,
    /// Labels of the accounts whose orders are in it, in order.
    pub accounts: Vec<String>,
    /// Every change up to here is in it, UTC.
    pub data_as_of: Option<DateTime<Utc>>,
    /// The same as it is printed.
    pub data_as_of_text: Option<String>,
    /// How it is laid out.
    pub layout: Layout,
    /// The units to take, in the order of the layout.
    pub stops: Vec<PlannedStop>,
    /// What cannot be taken.
    pub exceptions: Vec<PickException>,
}

/// A unit to take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStop {
    /// The unit.
    pub unit: UnitId,
    /// Where it lies.
    pub location: String,
    /// Rank of the place in the walk.
    pub place: u32,
    /// Its set number.
    pub set_number: String,
    /// The title of the line, else the unit's name.
    pub name: String,
    /// Its condition.
    pub condition: String,
    /// The line's SKU.
    pub sku: Option<String>,
    /// The line's ASIN, or the number of another platform.
    pub asin: Option<String>,
    /// The order it goes to.
    pub order: OrderRowId,
    /// The platform's id of the order.
    pub platform_order_id: String,
    /// Rank of the order among the others.
    pub rank: u32,
    /// The platform's id of the line.
    pub order_item_id: String,
    /// Its order waits for this one unit only.
    pub single: bool,
    /// The tote it is dropped in.
    pub tote: Option<char>,
    /// What to mind.
    pub flags: PickFlags,
}

impl PlannedStop {
    /// The stop as it is worked.
    pub fn at(self, position: u32, mark: PickMark) -> PickStop {
        PickStop {
            position,
            unit: self.unit,
            location: self.location,
            set_number: self.set_number,
            name: self.name,
            condition: self.condition,
            sku: self.sku,
            asin: self.asin,
            order: self.order,
            platform_order_id: self.platform_order_id,
            tote: self.tote,
            flags: self.flags,
            mark,
        }
    }

    /// What stops of one place are sorted and merged by: the item, in natural order of set numbers. Not by SKU: two
    /// listings of one thing are one thing on the shelf.
    pub(super) fn item(&self) -> (String, String, Option<&str>) {
        (natural::key(&self.set_number), fold(&self.condition), self.asin.as_deref())
    }
}

/// Plans a list.
pub fn plan(work: &PickWork, layout: Layout, holds: Holds) -> PickPlan {
    let mut orders: Vec<&OpenOrder> = work.orders.iter().collect();
    orders.sort_by_key(|order| {
        let (ship_by, date) = (order.ship_by, order.order_date);
        (ship_by.is_none(), ship_by, date.is_none(), date, &order.platform_order_id, order.id)
    });
    let mut placing =
        Placing { work, holds, taken: HashMap::new(), stops: Vec::new(), exceptions: Vec::new() };
    for (order, rank) in orders.into_iter().zip(0..) {
        placing.order(order, rank);
    }
    let Placing { mut stops, mut exceptions, .. } = placing;
    let walk = Walk::new(stops.iter().map(|stop| stop.location.as_str()), &work.walk);
    for stop in &mut stops {
        stop.place = walk.rank(&stop.location);
    }
    super::sheet::sort(&mut stops, Layout::default());
    give_totes(&mut stops);
    let id = id(&stops, &exceptions);
    super::sheet::sort(&mut stops, layout);
    exceptions.sort_by_key(|own| own.1.reason);
    PickPlan {
        id,
        accounts: work.accounts.clone(),
        data_as_of: work.data_as_of,
        data_as_of_text: work
            .data_as_of
            .map(|at| at.with_timezone(&work.zone).format("%Y-%m-%d %H:%M %Z").to_string()),
        layout,
        stops,
        exceptions: exceptions.into_iter().map(|(_, exception)| exception).collect(),
    }
}

/// Multi-unit orders get a tote in the order in which the walk comes to them.
fn give_totes(stops: &mut [PlannedStop]) {
    let mut given: HashMap<OrderRowId, Option<char>> = HashMap::new();
    let mut totes = TOTES.into_iter();
    for stop in stops.iter_mut().filter(|stop| !stop.single) {
        stop.tote = *given.entry(stop.order).or_insert_with(|| totes.next());
    }
}

/// The id of what is taken and what stays. Row ids of orders are not in it: they depend on which page came first.
fn id(stops: &[PlannedStop], exceptions: &[(u32, PickException)]) -> String {
    let mut lines: Vec<String> = stops
        .iter()
        .map(|stop| {
            let (order, line) = (&stop.platform_order_id, &stop.order_item_id);
            format!("take\u{1f}{order}\u{1f}{line}\u{1f}{}\u{1f}{}", stop.unit.0, stop.location)
        })
        .chain(exceptions.iter().map(|(_, own)| {
            let (order, line) = (&own.platform_order_id, &own.order_item_id);
            format!("leave\u{1f}{order}\u{1f}{line}\u{1f}{}\u{1f}{:?}", own.quantity, own.reason)
        }))
        .collect();
    lines.sort_unstable();
    let hash = xxh3_64(lines.join("\u{1e}").as_bytes());
    let mut id = String::from("P-");
    // Writing into a String does not fail.
    let _ = write!(id, "{:08x}", hash & 0xffff_ffff);
    id
}

struct Placing<'a> {
    work: &'a PickWork,
    holds: Holds,
    /// How many free units of a shelf are taken.
    taken: HashMap<Shelf, usize>,
    stops: Vec<PlannedStop>,
    /// With the rank of their orders.
    exceptions: Vec<(u32, PickException)>,
}

impl<'a> Placing<'a> {
    fn order(&mut self, order: &'a OpenOrder, rank: u32) {
        if order.lines_known == LinesKnown::No {
            let nothing = OpenLine {
                order_item_id: String::new(),
                title: None,
                sku: None,
                asin: None,
                gift: false,
                cancel_requested: false,
                left: 0,
                wants: Wants::Unmapped,
                linked: Vec::new(),
            };
            self.leave(order, &nothing, rank, 0, ExceptionReason::MissingItems, String::new());
            return;
        }
        let mut lines: Vec<&OpenLine> = order.lines.iter().collect();
        lines.sort_by_key(|line| &line.order_item_id);
        let single = lines.iter().map(|line| u64::from(line.left)).sum::<u64>() == 1;
        for line in lines {
            self.line(order, line, rank, single);
        }
    }

    fn line(&mut self, order: &'a OpenOrder, line: &'a OpenLine, rank: u32, single: bool) {
        if line.cancel_requested {
            return self.leave(order, line, rank, line.left, ExceptionReason::CancelRequested, String::new());
        }
        let unsure = match order.lines_known {
            LinesKnown::PartlyShippedSince => Some("a part was shipped since its lines were read"),
            LinesKnown::InPart => Some("not all lines of its order are known yet"),
            LinesKnown::Yes | LinesKnown::No => None,
        };
        if let Some(detail) = unsure {
            let detail = detail.to_owned();
            return self.leave(order, line, rank, line.left, ExceptionReason::MissingItems, detail);
        }
        let mut left = line.left;
        for held in still_to_ship(line) {
            left -= 1;
            match &held.listed {
                Listed::Open(list) if self.holds == Holds::Respected => {
                    self.leave(order, line, rank, 1, ExceptionReason::OnOpenList, list.clone());
                }
                Listed::Picked(list) => {
                    self.leave(order, line, rank, 1, ExceptionReason::AlreadyPicked, list.clone());
                }
                _ => self.take(order, line, rank, single, &held.unit),
            }
        }
        if left == 0 {
            return;
        }
        match &line.wants {
            Wants::NoAsin => self.leave(order, line, rank, left, ExceptionReason::NoAsin, String::new()),
            Wants::Unmapped => self.leave(order, line, rank, left, ExceptionReason::NoMatch, String::new()),
            Wants::Mapped { set_number, condition } => {
                let shelf = Shelf::of(set_number, condition);
                while left > 0
                    && let Some(unit) = self.oldest_free(&shelf)
                {
                    left -= 1;
                    self.take(order, line, rank, single, unit);
                }
                if left > 0 {
                    let detail = format!("{set_number} {condition}");
                    self.leave(order, line, rank, left, ExceptionReason::NoStock, detail);
                }
            }
        }
    }

    fn oldest_free(&mut self, shelf: &Shelf) -> Option<&'a ShelfUnit> {
        let units = self.work.stock.get(shelf)?;
        let taken = self.taken.entry(shelf.clone()).or_default();
        let unit = units.get(*taken)?;
        *taken += 1;
        Some(unit)
    }

    fn take(&mut self, order: &OpenOrder, line: &OpenLine, rank: u32, single: bool, unit: &ShelfUnit) {
        let Some(location) = unit.location.as_deref().map(str::trim).filter(|place| !place.is_empty()) else {
            let detail = format!("unit {} ({})", unit.id.0, unit.set_number);
            return self.leave(order, line, rank, 1, ExceptionReason::NoLocation, detail);
        };
        let title = line.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
        self.stops.push(PlannedStop {
            unit: unit.id,
            location: location.to_owned(),
            place: 0,
            set_number: unit.set_number.clone(),
            name: title.unwrap_or(&unit.name).to_owned(),
            condition: unit.condition.clone(),
            sku: line.sku.clone(),
            asin: line.asin.clone(),
            order: order.id,
            platform_order_id: order.platform_order_id.clone(),
            rank,
            order_item_id: line.order_item_id.clone(),
            single,
            tote: None,
            flags: flags(order, line, self.work.as_of),
        });
    }

    fn leave(
        &mut self,
        order: &OpenOrder,
        line: &OpenLine,
        rank: u32,
        quantity: u32,
        reason: ExceptionReason,
        detail: String,
    ) {
        // Units of a line that stay for the same reason are one entry.
        if let Some((own_rank, last)) = self.exceptions.last_mut()
            && (*own_rank, last.reason) == (rank, reason)
            && (&last.order_item_id, &last.detail) == (&line.order_item_id, &detail)
        {
            last.quantity += quantity;
            return;
        }
        self.exceptions.push((
            rank,
            PickException {
                order: order.id,
                platform_order_id: order.platform_order_id.clone(),
                order_item_id: line.order_item_id.clone(),
                name: line.title.clone().unwrap_or_default(),
                sku: line.sku.clone(),
                asin: line.asin.clone(),
                quantity,
                reason,
                detail,
            },
        ));
    }
}

fn flags(order: &OpenOrder, line: &OpenLine, as_of: DateTime<Utc>) -> PickFlags {
    let late = order.ship_by.is_some_and(|at| at < as_of);
    let day = |at: DateTime<Utc>| at.with_timezone(&order.zone).date_naive();
    PickFlags {
        late,
        ship_today: !late && order.ship_by.is_some_and(|at| day(at) == day(as_of)),
        gift: line.gift,
        prime: order.prime,
    }
}

/// The units that a line still has to ship out of those it holds. Where it holds more, a part was shipped, and nobody
/// says which: what an open list takes is still there, and what was picked before has most likely gone.
fn still_to_ship(line: &OpenLine) -> Vec<&HeldUnit> {
    let mut held: Vec<&HeldUnit> = line.linked.iter().collect();
    held.sort_by_key(|held| match &held.listed {
        Listed::Open(_) => 0,
        Listed::No => 1,
        Listed::Picked(_) => 2,
    });
    held.truncate(line.left as usize);
    held
}
