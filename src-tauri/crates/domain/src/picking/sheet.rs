//! From units to take to the page: groups, merged rows, sums, in each of the layouts.
//!
//! Order sheets and singles run are other views of the same stops: the units, their totes and the list's id stay.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::plan::{Layout, PickPlan, PlannedStop};
use super::{PickGroup, PickList, PickListId, PickMode, PickRow, PickTotals, PickedOrder, ZoneTotal, place};
use crate::listing::OrderRowId;
use crate::text::fold;

/// Whether a stop comes in the second part of a layout that has two.
fn is_second(stop: &PlannedStop, layout: Layout) -> bool {
    (layout.singles_first || layout.mode == PickMode::Singles) && !stop.single
}

/// Sorts stops as a layout walks them.
pub(super) fn sort(stops: &mut [PlannedStop], layout: Layout) {
    stops.sort_by_cached_key(|stop| {
        let (set, condition, asin) = stop.item();
        let item = (set, condition, asin.map(ToOwned::to_owned));
        (is_second(stop, layout), stop.place, item, stop.rank, stop.order_item_id.clone(), stop.unit)
    });
    if layout.mode == PickMode::OrderSheets {
        let mut first: HashMap<OrderRowId, usize> = HashMap::new();
        for (at, stop) in stops.iter().enumerate() {
            first.entry(stop.order).or_insert(at);
        }
        stops.sort_by_key(|stop| first[&stop.order]);
    }
}

impl PickPlan {
    /// The same list in another layout.
    #[must_use]
    pub fn laid_out(mut self, layout: Layout) -> Self {
        sort(&mut self.stops, layout);
        self.layout = layout;
        self
    }

    /// The same list as one that was made before, with today's marks: totes stay with the orders that have them.
    #[must_use]
    pub fn continuing(mut self, before: &Self) -> Self {
        let totes: HashMap<OrderRowId, Option<char>> =
            before.stops.iter().map(|stop| (stop.order, stop.tote)).collect();
        for stop in &mut self.stops {
            stop.tote = totes.get(&stop.order).copied().flatten();
        }
        self
    }

    /// The list without some units: those that were struck since.
    #[must_use]
    pub fn without(mut self, struck: &HashSet<crate::stock::UnitId>) -> Self {
        self.stops.retain(|stop| !struck.contains(&stop.unit));
        self
    }

    /// Sums.
    pub fn totals(&self) -> PickTotals {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let lines: BTreeSet<_> = self.stops.iter().map(|stop| (stop.order, &stop.order_item_id)).collect();
        let orders: BTreeSet<_> = self.stops.iter().map(|stop| stop.order).collect();
        let left: BTreeSet<_> = self.exceptions.iter().map(|own| (own.order, &own.order_item_id)).collect();
        PickTotals {
            lines: number(lines.len()),
            units: number(self.stops.len()),
            orders: number(orders.len()),
            exceptions: number(left.len()),
            exception_units: self.exceptions.iter().map(|own| own.quantity).sum(),
        }
    }

    /// The list as it is shown and printed: of a record, for the n-th time again.
    pub fn list(&self, record: Option<PickListId>, reprint: u32) -> PickList {
        PickList {
            id: self.id.clone(),
            record,
            mode: self.layout.mode,
            accounts: self.accounts.clone(),
            data_as_of: self.data_as_of,
            data_as_of_text: self.data_as_of_text.clone(),
            sku_barcodes: self.layout.sku_barcodes,
            order_codes: self.layout.order_codes,
            groups: self.groups(),
            exceptions: self.exceptions.clone(),
            totals: self.totals(),
            zones: self.zones(),
            reprint,
        }
    }

    fn groups(&self) -> Vec<PickGroup> {
        let mut groups: Vec<PickGroup> = Vec::new();
        let mut before: Option<&PlannedStop> = None;
        for stop in &self.stops {
            let same_group = before.is_some_and(|last| self.same_group(last, stop));
            let same_row = same_group
                && before.is_some_and(|last| last.place == stop.place && last.item() == stop.item());
            before = Some(stop);
            if !same_group {
                groups.push(self.group(stop));
            }
            let Some(group) = groups.last_mut() else { continue };
            if !same_row {
                // Spellings of one place that differ in case: the heading's is taken.
                let location = if self.layout.mode == PickMode::OrderSheets {
                    stop.location.clone()
                } else {
                    group.heading.clone()
                };
                group.rows.push(row(stop, location));
            }
            if let Some(row) = group.rows.last_mut() {
                row.quantity += 1;
                give(&mut row.orders, stop);
            }
        }
        groups.iter_mut().flat_map(|group| &mut group.rows).for_each(tell_sku);
        groups
    }

    fn same_group(&self, a: &PlannedStop, b: &PlannedStop) -> bool {
        match self.layout.mode {
            PickMode::OrderSheets => a.order == b.order,
            _ => a.place == b.place && is_second(a, self.layout) == is_second(b, self.layout),
        }
    }

    fn group(&self, stop: &PlannedStop) -> PickGroup {
        let (heading, zone) = match self.layout.mode {
            PickMode::OrderSheets => {
                (stop.platform_order_id.clone(), stop.tote.map_or_else(String::new, String::from))
            }
            _ => (stop.location.clone(), place::zone(&stop.location).to_owned()),
        };
        PickGroup { heading, zone, rows: Vec::new() }
    }

    /// Units by zone, in the order in which the walk comes to them.
    fn zones(&self) -> Vec<ZoneTotal> {
        let mut by_place: Vec<&PlannedStop> = self.stops.iter().collect();
        by_place.sort_by_key(|stop| stop.place);
        let mut zones: Vec<ZoneTotal> = Vec::new();
        for stop in by_place {
            let zone = place::zone(&stop.location);
            match zones.iter_mut().find(|own| fold(&own.zone) == fold(zone)) {
                Some(own) => own.units += 1,
                None => zones.push(ZoneTotal { zone: zone.to_owned(), units: 1 }),
            }
        }
        zones
    }
}

fn row(stop: &PlannedStop, location: String) -> PickRow {
    PickRow {
        location,
        set_number: stop.set_number.clone(),
        name: stop.name.clone(),
        condition: stop.condition.clone(),
        sku: None,
        asin: stop.asin.clone(),
        quantity: 0,
        orders: Vec::new(),
    }
}

/// Names the SKU once where all orders of a row have the same, else beside each order.
fn tell_sku(row: &mut PickRow) {
    let first = row.orders.first().and_then(|order| order.sku.clone());
    if row.orders.iter().all(|order| order.sku == first) {
        row.sku = first;
        row.orders.iter_mut().for_each(|order| order.sku = None);
    }
}

fn give(orders: &mut Vec<PickedOrder>, stop: &PlannedStop) {
    if let Some(last) = orders.last_mut()
        && (last.order, &last.order_item_id) == (stop.order, &stop.order_item_id)
    {
        last.units.push(stop.unit);
        return;
    }
    orders.push(PickedOrder {
        order: stop.order,
        platform_order_id: stop.platform_order_id.clone(),
        order_item_id: stop.order_item_id.clone(),
        units: vec![stop.unit],
        sku: stop.sku.clone(),
        tote: stop.tote,
        flags: stop.flags,
    });
}
