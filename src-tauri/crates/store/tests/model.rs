//! Random days at the desk against a naive model: orders come, change and are cancelled, units are linked, mapped and
//! deleted, and everything is undone again.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use std::collections::BTreeMap;

use common::*;
use packlight_domain::act::BatchId;
use packlight_domain::currency::Currency;
use packlight_domain::listing::{MatchStatus, OrderRowId};
use packlight_domain::matching::LineKey;
use packlight_domain::order::OrderUpdate;
use packlight_domain::query::Query;
use packlight_domain::stock::{UnitDraft, UnitId, UnitStatus};
use packlight_store::{Orders, Scope, StoreError, Units};

const ASINS: [&str; 3] = ["B00000000A", "B00000000B", "B00000000C"];
const SETS: [&str; 2] = ["75192", "10281"];
const ORDERS: usize = 6;
const UNITS: usize = 8;

struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

/// An order as the model sees it: lines by id.
#[derive(Debug, Clone, Default)]
struct Placed {
    row: u32,
    cancelled: bool,
    /// ASIN (by number, or none) and quantity.
    lines: BTreeMap<String, (Option<usize>, usize)>,
}

/// What should be: no indexes, no counts, no cleverness.
#[derive(Debug, Clone, Default)]
struct Model {
    orders: BTreeMap<usize, Placed>,
    /// Set and whether it is there.
    units: BTreeMap<u32, usize>,
    mapped: BTreeMap<usize, usize>,
    /// Unit to (order, line), with the moment for who is newest.
    held: BTreeMap<u32, (usize, String, i64)>,
}

impl Model {
    fn holders(&self, order: usize, line: &str) -> Vec<u32> {
        let mut held: Vec<(i64, u32)> = self
            .held
            .iter()
            .filter(|(_, (own, id, _))| (*own, id.as_str()) == (order, line))
            .map(|(unit, (_, _, at))| (*at, *unit))
            .collect();
        held.sort_unstable();
        held.into_iter().map(|(_, unit)| unit).collect()
    }

    fn room(&self, order: usize, line: &str) -> usize {
        let placed = &self.orders[&order];
        let quantity = placed.lines.get(line).map_or(0, |(_, quantity)| *quantity);
        if placed.cancelled { 0 } else { quantity.saturating_sub(self.holders(order, line).len()) }
    }

    fn state(&self, order: usize, line: &str) -> MatchStatus {
        let (asin, quantity) = self.orders[&order].lines[line];
        if quantity > 0 && self.holders(order, line).len() >= quantity {
            MatchStatus::Linked
        } else {
            match asin {
                None => MatchStatus::NoAsin,
                Some(asin) if self.mapped.contains_key(&asin) => MatchStatus::Matched,
                Some(_) => MatchStatus::Unmatched,
            }
        }
    }

    /// What a change of an order takes from its lines.
    fn settle(&mut self, order: usize) {
        let lines: Vec<String> =
            self.held.values().filter(|own| own.0 == order).map(|own| own.1.clone()).collect();
        for line in lines {
            let placed = &self.orders[&order];
            let quantity = placed.lines.get(&line).map_or(0, |(_, quantity)| *quantity);
            let keep = if placed.cancelled { 0 } else { quantity };
            for unit in self.holders(order, &line).split_off(keep.min(self.holders(order, &line).len())) {
                self.held.remove(&unit);
            }
        }
    }
}

struct Day {
    world: World,
    model: Model,
    dice: Dice,
    second: i64,
    batches: Vec<BatchId>,
}

impl Day {
    fn now(&mut self) -> i64 {
        self.second += 1;
        self.second
    }

    /// A random order as the platform tells it, and as the model keeps it.
    fn told(&mut self, number: usize) -> (OrderUpdate, Placed) {
        let mut update = order(&format!("203-{number}"), self.now());
        let mut placed = Placed { cancelled: self.dice.below(6) == 0, ..Placed::default() };
        if placed.cancelled {
            update.fulfillment.status = Some("CANCELLED".into());
        }
        update.lines.clear();
        for id in 1..=3 {
            if self.dice.below(4) == 0 {
                continue;
            }
            let asin = (self.dice.below(5) > 0).then(|| self.dice.below(ASINS.len()));
            let quantity = self.dice.below(4);
            let mut own = line(&id.to_string(), "", "Title", 100);
            own.item.asin = asin.map(|asin| ASINS[asin].to_owned());
            own.item.quantity = i64::try_from(quantity).unwrap();
            placed.lines.insert(id.to_string(), (asin, quantity));
            update.lines.push(own);
        }
        (update, placed)
    }

    fn some_line(&mut self) -> Option<(usize, String, LineKey)> {
        let orders: Vec<usize> = self.model.orders.keys().copied().collect();
        if orders.is_empty() {
            return None;
        }
        let order = orders[self.dice.below(orders.len())];
        let placed = &self.model.orders[&order];
        let lines: Vec<String> = placed.lines.keys().cloned().collect();
        if lines.is_empty() {
            return None;
        }
        let row = OrderRowId(placed.row);
        let line = lines[self.dice.below(lines.len())].clone();
        Some((order, line.clone(), LineKey { order: row, order_item_id: line }))
    }

    fn some_unit(&mut self) -> UnitId {
        UnitId(u32::try_from(self.dice.below(UNITS + 4)).unwrap() + 1)
    }

    /// Changes at the platform.
    async fn change(&mut self) {
        let number = self.dice.below(ORDERS);
        let (update, mut placed) = self.told(number);
        self.world.apply(&[update]).await;
        let row = self.world.store.find_order(None, &format!("203-{number}")).await.unwrap().unwrap().row.id;
        placed.row = row.0;
        self.model.orders.insert(number, placed);
        self.model.settle(number);
    }

    async fn link(&mut self) {
        let (Some((order, line, key)), unit) = (self.some_line(), self.some_unit()) else { return };
        let now = self.now();
        let done = self.world.store.link_unit(&key, unit, at(now)).await;
        let held = self.model.held.get(&unit.0).cloned();
        let mine = held.as_ref().is_some_and(|own| (own.0, &own.1) == (order, &line));
        let has_asin = self.model.orders[&order].lines[&line].0.is_some();
        let expected = self.model.units.contains_key(&unit.0)
            && (mine || (held.is_none() && has_asin && self.model.room(order, &line) > 0));
        assert_eq!(done.is_ok(), expected, "{done:?}");
        match done {
            Ok(linked) => {
                if !mine {
                    self.model.held.insert(unit.0, (order, line, now));
                }
                self.batches.extend(linked.batch);
            }
            Err(error) => {
                let elsewhere = held.is_some() && !mine;
                assert_eq!(matches!(error, StoreError::UnitClaimed { .. }), elsewhere, "{error}");
            }
        }
    }

    async fn unlink(&mut self) {
        let Some((order, line, key)) = self.some_line() else { return };
        let now = self.now();
        let done = self.world.store.unlink_line(&key, at(now)).await.unwrap();
        for unit in self.model.holders(order, &line) {
            self.model.held.remove(&unit);
        }
        self.batches.extend(done.batch);
    }

    /// Free units of a set, oldest first; the model's units are as old as their ids.
    fn free(&self, set: usize) -> Vec<u32> {
        let own =
            self.model.units.iter().filter(|(unit, own)| **own == set && !self.model.held.contains_key(unit));
        own.map(|(unit, _)| *unit).collect()
    }

    async fn create_mapping(&mut self) {
        let (Some((order, line, key)), unit) = (self.some_line(), self.some_unit()) else { return };
        let now = self.now();
        let done = self.world.store.create_mapping(&key, unit, at(now)).await;
        let asin = self.model.orders[&order].lines[&line].0;
        let held = self.model.held.get(&unit.0);
        let mine = held.is_some_and(|own| (own.0, &own.1) == (order, &line));
        let set = self.model.units.get(&unit.0).copied();
        let (Some(asin), Some(set), true) = (asin, set, held.is_none() || mine) else {
            assert!(done.is_err(), "{done:?}");
            return;
        };
        let done = done.unwrap();
        self.model.mapped.insert(asin, set);
        let mut wanted = self.model.room(order, &line);
        let mut given = Vec::new();
        if !mine && wanted > 0 {
            given.push(unit.0);
            wanted -= 1;
        }
        given.extend(self.free(set).into_iter().filter(|own| *own != unit.0).take(wanted));
        assert_eq!(done.units_linked as usize, given.len());
        for unit in given {
            self.model.held.insert(unit, (order, line.clone(), now));
        }
        self.batches.extend(done.batch);
    }

    async fn map(&mut self) {
        let (asin, set, now) = (self.dice.below(ASINS.len()), self.dice.below(SETS.len()), self.now());
        if self.dice.below(3) == 0 {
            self.batches.extend(self.world.store.delete_mapping(ASINS[asin], true, at(now)).await.unwrap());
            self.model.mapped.remove(&asin);
        } else {
            let done =
                self.world.store.map_number(ASINS[asin], true, SETS[set], "New", at(now)).await.unwrap();
            let lines = self.model.orders.values().flat_map(|own| own.lines.values());
            assert_eq!(done.lines_matched as usize, lines.filter(|own| own.0 == Some(asin)).count());
            self.batches.extend(done.batch);
            self.model.mapped.insert(asin, set);
        }
    }

    async fn bulk(&mut self) {
        let now = self.now();
        let all = Orders::Matching { query: Query::default(), scope: Scope::default(), except: vec![] };
        let preview = self.world.store.preview_link(&all, at(now)).await.unwrap();
        let done = self.world.store.link_selected(&all, at(now)).await.unwrap();
        assert_eq!((preview.lines, preview.units, &preview.skipped), (done.lines, done.units, &done.skipped));
        // Every order is paid or cancelled here; the oldest order comes first.
        let mut orders: Vec<(i64, usize)> = Vec::new();
        for (number, placed) in &self.model.orders {
            let detail = self.world.store.order(OrderRowId(placed.row)).await.unwrap().unwrap();
            orders.push((detail.row.order_date.unwrap().timestamp(), *number));
        }
        orders.sort_by_key(|(date, number)| (*date, self.model.orders[number].row));
        for (_, number) in orders {
            // Lines in the order of their rows: that in which they came.
            let lines = self.line_rows(number).await;
            for line in lines {
                if self.model.state(number, &line) != MatchStatus::Matched
                    || self.model.orders[&number].cancelled
                {
                    continue;
                }
                let set = self.model.mapped[&self.model.orders[&number].lines[&line].0.unwrap()];
                for unit in self.free(set).into_iter().take(self.model.room(number, &line)) {
                    self.model.held.insert(unit, (number, line.clone(), now));
                }
            }
        }
        self.batches.extend(done.batch);
    }

    async fn line_rows(&self, number: usize) -> Vec<String> {
        let mut raw = self.world.raw().await;
        let sql = format!(
            "SELECT order_item_id FROM platform_order_items WHERE order_id = {} ORDER BY id",
            self.model.orders[&number].row
        );
        rows(&mut raw, &sql).await.into_iter().map(|mut row| row.remove("order_item_id").unwrap()).collect()
    }

    async fn stock(&mut self) {
        let now = self.now();
        if self.dice.below(2) == 0 {
            if self.model.units.len() >= UNITS {
                return;
            }
            let set = self.dice.below(SETS.len());
            let fields =
                UnitDraft { set_number: SETS[set].into(), condition: "New".into(), ..UnitDraft::default() };
            let fields = fields.check(Currency::GBP).unwrap();
            let (ids, batch) = self.world.store.add_units(vec![fields], "Added", at(now)).await.unwrap();
            self.model.units.insert(ids[0].0, set);
            self.batches.extend(batch);
        } else {
            let unit = self.some_unit();
            let done = self.world.store.delete_units(&Units::Ids(vec![unit]), at(now)).await.unwrap();
            let free = self.model.units.contains_key(&unit.0) && !self.model.held.contains_key(&unit.0);
            assert_eq!(done.units == 1, free);
            if free {
                self.model.units.remove(&unit.0);
            }
            self.batches.extend(done.batch);
        }
    }

    /// Undoes something; the model is read back from what remains, since it keeps no past.
    async fn undo(&mut self) {
        if self.batches.is_empty() {
            return;
        }
        let at_random = self.dice.below(self.batches.len());
        let batch = self.batches.remove(at_random);
        let now = self.now();
        let report = self.world.store.undo(batch, at(now)).await.unwrap();
        self.batches.extend(report.batch);
        self.read_back().await;
    }

    /// Units, mappings and holders as the store has them.
    async fn read_back(&mut self) {
        let mut raw = self.world.raw().await;
        let set = |number: &str| SETS.iter().position(|own| *own == number).unwrap();
        self.model.units.clear();
        for row in rows(&mut raw, "SELECT id, set_number FROM inventory_items").await {
            self.model.units.insert(row["id"].parse().unwrap(), set(&row["set_number"]));
        }
        self.model.mapped.clear();
        for row in rows(&mut raw, "SELECT asin, set_number FROM amazon_asin_mappings").await {
            let asin = ASINS.iter().position(|own| *own == row["asin"]).unwrap();
            self.model.mapped.insert(asin, set(&row["set_number"]));
        }
        self.model.held.clear();
        let sql = "SELECT c.unit_id, c.claimed_at, i.order_item_id, i.order_id FROM claims c \
                   JOIN platform_order_items i ON i.id = c.item_id";
        for row in rows(&mut raw, sql).await {
            let order: u32 = row["order_id"].parse().unwrap();
            let (number, _) = self.model.orders.iter().find(|(_, own)| own.row == order).unwrap();
            let second = row["claimed_at"].parse::<i64>().unwrap() / 1000 - at(0).timestamp();
            let holder = (*number, row["order_item_id"].clone(), second);
            self.model.held.insert(row["unit_id"].parse().unwrap(), holder);
        }
    }

    /// The store against the model, and against its own recount.
    async fn compare(&self) {
        for (number, placed) in &self.model.orders {
            let detail = self.world.store.order(OrderRowId(placed.row)).await.unwrap().unwrap();
            let mut counts = [0; 4];
            assert_eq!(detail.items.len(), placed.lines.len());
            for item in &detail.items {
                let expected = self.model.state(*number, &item.order_item_id);
                assert_eq!(item.match_status, expected, "{number} {}", item.order_item_id);
                let units: Vec<u32> = item.units.iter().map(|unit| unit.id.0).collect();
                assert_eq!(units, self.model.holders(*number, &item.order_item_id));
                counts[expected as usize] += 1;
            }
            let own = detail.row.matches;
            assert_eq!(
                (own.linked, own.no_asin, own.unmatched),
                (
                    counts[MatchStatus::Linked as usize],
                    counts[MatchStatus::NoAsin as usize],
                    counts[MatchStatus::Unmatched as usize]
                )
            );
            assert_eq!(own.total, counts.iter().sum::<u32>());
        }
        for unit in self.model.units.keys() {
            let own = self.world.store.unit(UnitId(*unit)).await.unwrap().unwrap();
            let held = self.model.held.get(unit);
            assert_eq!(own.status == UnitStatus::Linked, held.is_some());
            assert_eq!(own.claim.map(|claim| claim.order_item_id), held.map(|held| held.1.clone()));
        }
        self.world.assert_sound().await;
    }
}

#[tokio::test]
async fn random_days_agree_with_a_naive_model() {
    for seed in 1..=12_u64 {
        let day = Day {
            world: World::new().await,
            model: Model::default(),
            dice: Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            second: 0,
            batches: Vec::new(),
        };
        let mut day = day;
        for step in 0..120 {
            match day.dice.below(16) {
                0..3 => day.change().await,
                3..7 => day.link().await,
                7 => day.unlink().await,
                8..10 => day.create_mapping().await,
                10 => day.map().await,
                11 => day.bulk().await,
                12..15 => day.stock().await,
                _ => day.undo().await,
            }
            if step % 4 == 0 {
                day.compare().await;
            }
        }
        day.compare().await;
    }
}

#[tokio::test]
async fn undoing_everything_returns_to_the_start() {
    for seed in 1..=6_u64 {
        let world = World::new().await;
        let mut day = Day {
            world,
            model: Model::default(),
            dice: Dice(seed.wrapping_mul(0xD1B5_4A32_D192_ED03)),
            second: 0,
            batches: Vec::new(),
        };
        for _ in 0..8 {
            day.change().await;
        }
        let start = picture(&day.world).await;
        for _ in 0..150 {
            match day.dice.below(8) {
                0..3 => day.link().await,
                3 => day.unlink().await,
                4 => day.create_mapping().await,
                5 => day.map().await,
                6 => day.bulk().await,
                _ => day.stock().await,
            }
        }
        assert!(day.batches.len() > 15, "{}", day.batches.len());
        assert_ne!(picture(&day.world).await, start);
        while let Some(batch) = day.batches.pop() {
            let now = day.now();
            let report = day.world.store.undo(batch, at(now)).await.unwrap();
            assert_eq!(report.skipped, 0, "the last act always stands as it was left");
        }
        assert_eq!(picture(&day.world).await, start);
        day.world.assert_sound().await;
    }
}

/// Everything that acts change.
async fn picture(world: &World) -> Vec<BTreeMap<String, String>> {
    let mut raw = world.raw().await;
    let mut all = content(&mut raw).await;
    for sql in [
        "SELECT * FROM inventory_items ORDER BY id",
        "SELECT * FROM claims ORDER BY unit_id",
        "SELECT * FROM amazon_asin_mappings ORDER BY asin",
    ] {
        all.extend(rows(&mut raw, sql).await);
    }
    all
}
