//! Random days of links, cancellations, confirmations and undos: no unit is ever lost, doubled or sold for nothing.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::*;
use packlight_domain::act::BatchId;
use packlight_domain::confirming::{ConfirmResult, Confirmation};
use packlight_domain::currency::Currency;
use packlight_domain::listing::OrderRowId;
use packlight_domain::matching::LineKey;
use packlight_domain::stock::{UnitDraft, UnitId, UnitStatus};
use packlight_store::{Confirming, Orders, Units};

const ORDERS: usize = 7;
const UNITS: usize = 12;
const STATUSES: [&str; 8] = [
    "PENDING",
    "UNSHIPPED",
    "UNSHIPPED",
    "UNSHIPPED",
    "SHIPPED",
    "SHIPPED",
    "PARTIALLY_SHIPPED",
    "CANCELLED",
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

struct Day {
    world: World,
    dice: Dice,
    second: i64,
    orders: BTreeMap<usize, OrderRowId>,
    /// Everything that can be undone, and which of it confirmed something.
    batches: Vec<BatchId>,
    confirmations: Vec<BatchId>,
}

impl Day {
    async fn new(seed: u64) -> Self {
        let world = World::new().await;
        for day in 0..UNITS {
            let draft = UnitDraft {
                set_number: if day % 3 == 0 { "10281" } else { "75192" }.into(),
                condition: "New".into(),
                purchase_date: Some(format!("2025-01-{:02}", day + 1)),
                storage_location: Some(format!("A-{day:02}")),
                ..UnitDraft::default()
            };
            world.store.add_units(vec![draft.check(Currency::GBP).unwrap()], "Added", at(0)).await.unwrap();
        }
        for (asin, set) in [("B00000000A", "75192"), ("B00000000B", "10281")] {
            world.store.map_number(asin, true, set, "New", at(0)).await.unwrap();
        }
        Self {
            world,
            dice: Dice(seed),
            second: 1_000,
            orders: BTreeMap::new(),
            batches: Vec::new(),
            confirmations: Vec::new(),
        }
    }

    fn now(&mut self) -> i64 {
        self.second += 1;
        self.second
    }

    /// The platform tells of an order, anew or changed.
    async fn change(&mut self) {
        let number = self.dice.below(ORDERS);
        let mut update = order(&format!("203-{number}"), self.now());
        update.header.created = Some(at(i64::try_from(number).unwrap()));
        update.fulfillment.status = Some(STATUSES[self.dice.below(STATUSES.len())].into());
        if self.dice.below(4) == 0 {
            update.fulfillment.fulfilled_by = Some("AMAZON".into());
        }
        update.lines.clear();
        for id in 1..=1 + self.dice.below(3) {
            let asin = ["B00000000A", "B00000000B", "B00000000Z"][self.dice.below(12).min(8) / 4];
            let mut own = line(&id.to_string(), asin, "Title", 100);
            own.item.quantity = i64::try_from(self.dice.below(3)).unwrap();
            update.lines.push(own);
        }
        self.world.apply(&[update]).await;
        let row = self.world.store.find_order(None, &format!("203-{number}")).await.unwrap().unwrap().row.id;
        self.orders.insert(number, row);
    }

    fn some_order(&mut self) -> Option<OrderRowId> {
        let ids: Vec<OrderRowId> = self.orders.values().copied().collect();
        if ids.is_empty() { None } else { Some(ids[self.dice.below(ids.len())]) }
    }

    fn some_unit(&mut self) -> UnitId {
        UnitId(u32::try_from(self.dice.below(UNITS)).unwrap() + 1)
    }

    async fn link(&mut self) {
        let Some(order) = self.some_order() else { return };
        let key = LineKey { order, order_item_id: (1 + self.dice.below(3)).to_string() };
        let (unit, now) = (self.some_unit(), self.now());
        let batch = if self.dice.below(4) == 0 {
            self.world.store.unlink_line(&key, at(now)).await.ok().and_then(|done| done.batch)
        } else {
            self.world.store.link_unit(&key, unit, at(now)).await.ok().and_then(|done| done.batch)
        };
        self.batches.extend(batch);
    }

    async fn carry(&mut self) {
        let (unit, place, now) = (self.some_unit(), self.dice.below(3), self.now());
        let location = Some(format!("Box {place}"));
        let store = &self.world.store;
        let before = store.unit(unit).await.unwrap().unwrap();
        let moved = store.move_units(&Units::Ids(vec![unit]), location.clone(), at(now)).await.unwrap();
        self.batches.extend(moved.batch);
        if before.status == UnitStatus::Sold {
            assert_eq!(store.unit(unit).await.unwrap().unwrap(), before, "the archive stays");
            // Somebody takes it out of there on purpose.
            let draft = UnitDraft {
                set_number: before.set_number,
                condition: before.condition,
                storage_location: location,
                ..UnitDraft::default()
            };
            let fields = draft.check(Currency::GBP).unwrap();
            let edited = store.edit_units(vec![(unit, fields)], "Edited", at(now)).await.unwrap();
            self.batches.extend(edited.batch);
        }
    }

    async fn confirm(&mut self) {
        let now = self.now();
        let mut what = Confirming::default();
        if self.dice.below(2) == 0 {
            let ids: Vec<OrderRowId> =
                (0..3).filter_map(|_| self.some_order()).collect::<BTreeSet<_>>().into_iter().collect();
            what.orders = Some(Orders::Ids(ids));
        }
        if self.dice.below(3) == 0 {
            what.without_stock = self.some_order().into_iter().collect();
        }
        let preview = self.world.store.preview_confirm(&what, at(now)).await.unwrap();
        let done = self.world.store.confirm(&what, at(now)).await.unwrap();
        assert_eq!(preview, Confirmation { batch: None, ..done.clone() }, "done as it was promised");
        assert_eq!(done.batch.is_some(), done.confirmed > 0);
        for own in done.orders.iter().filter(|own| own.result == ConfirmResult::Confirmed) {
            let detail = self.world.store.order(own.order.unwrap()).await.unwrap().unwrap();
            assert_eq!(detail.confirmed_at, Some(at(now)));
            let held: usize = detail.items.iter().map(|item| item.units.len()).sum();
            let ordered: u32 = detail.items.iter().map(|item| item.quantity).sum();
            assert_eq!(held, own.units.len());
            let may_lack = detail.fulfillment_channel.as_deref() == Some("AFN")
                || what.without_stock.contains(&detail.row.id);
            assert!(may_lack || held == ordered as usize, "{own:?}");
        }
        self.batches.extend(done.batch);
        self.confirmations.extend(done.batch);
    }

    async fn undo(&mut self) {
        if self.batches.is_empty() {
            return;
        }
        let (chosen, now) = (self.dice.below(self.batches.len()), self.now());
        let report = self.world.store.undo(self.batches[chosen], at(now)).await.unwrap();
        self.batches.extend(report.batch);
    }

    /// What must hold after every step.
    async fn examine(&self) {
        self.world.assert_sound().await;
        let mut raw = self.world.raw().await;
        let units = rows(&mut raw, "SELECT COUNT(*) AS n FROM inventory_items").await;
        assert_eq!(units[0]["n"], UNITS.to_string(), "no unit comes or goes");
        // A sold unit is one that a confirmation which stands has archived, and each of those is sold; no two of them
        // name the same unit.
        let archived = "SELECT j.value ->> 'unit' AS unit FROM acts a, json_each(a.after, '$.units') j \
                        WHERE a.kind = 'confirmation' AND a.undone_by IS NULL AND a.after ->> 'confirmed_at' IS NOT NULL \
                        ORDER BY 1";
        let archived: Vec<String> =
            rows(&mut raw, archived).await.into_iter().map(|mut row| row.remove("unit").unwrap()).collect();
        let sold = "SELECT id AS unit FROM inventory_items WHERE status = 'sold' ORDER BY 1";
        let sold: Vec<String> =
            rows(&mut raw, sold).await.into_iter().map(|mut row| row.remove("unit").unwrap()).collect();
        assert_eq!(archived, sold);
        let lost = "SELECT COUNT(*) AS n FROM acts a JOIN platform_orders o ON 'order:' || o.id = a.subject \
                    WHERE a.kind = 'confirmation' AND a.undone_by IS NULL \
                    AND a.after ->> 'confirmed_at' IS NOT NULL AND o.confirmed_at IS NULL";
        assert_eq!(
            rows(&mut raw, lost).await[0]["n"],
            "0",
            "a confirmation that stands has confirmed its order"
        );
    }
}

#[tokio::test]
async fn random_days_lose_and_double_no_unit() {
    let (mut confirmed, mut undone) = (0, 0);
    for seed in 1..=10_u64 {
        let mut day = Day::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)).await;
        for _ in 0..70 {
            match day.dice.below(16) {
                0..5 => day.change().await,
                5..9 => day.link().await,
                9 => day.carry().await,
                10..13 => day.confirm().await,
                _ => day.undo().await,
            }
            day.examine().await;
        }
        confirmed += day.confirmations.len();
        // The archive is put in order by hand, where somebody carried a unit away; then all can be taken back.
        let mut raw = day.world.raw().await;
        sqlx::query("UPDATE inventory_items SET storage_location = 'SOLD-2026-01' WHERE status = 'sold'")
            .execute(&mut raw)
            .await
            .unwrap();
        let standing = rows(
            &mut raw,
            "SELECT DISTINCT batch FROM acts WHERE kind = 'confirmation' AND undone_by IS NULL \
             AND after ->> 'confirmed_at' IS NOT NULL",
        )
        .await;
        for row in standing {
            let batch = BatchId(row["batch"].parse().unwrap());
            undone += day.world.store.undo_confirm(batch, at(9_000)).await.unwrap().orders_restored;
        }
        let left = "SELECT (SELECT COUNT(*) FROM inventory_items WHERE status = 'sold') + \
                    (SELECT COUNT(*) FROM platform_orders WHERE confirmed_at IS NOT NULL) AS n";
        assert_eq!(rows(&mut raw, left).await[0]["n"], "0");
        day.world.assert_sound().await;
    }
    assert!(confirmed > 20 && undone > 5, "{confirmed} confirmations, {undone} orders taken back at the end");
}
