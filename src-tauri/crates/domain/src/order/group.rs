//! The groups of an order and the versions that decide which answer wins each of them (invariant I5).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::OrderUpdate;
use crate::instant;

/// A part of an order that arrives, and is replaced, as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Group {
    /// The order itself: bare 2026-01-01 answer, v0 list.
    Header = 0,
    /// Status, channel, ship-by: `FULFILLMENT`, v0 list.
    Fulfillment = 1,
    /// Grand total: `PROCEEDS`, v0 list.
    Total = 2,
    /// The set of lines and what was bought: bare 2026-01-01 answer, v0 items.
    Items = 3,
    /// Units shipped and gift flag of the lines: `FULFILLMENT`, v0 items.
    Shipped = 4,
    /// Amounts of the lines: `PROCEEDS`, v0 items.
    Prices = 5,
    /// Who asked to cancel: `CANCELLATION`, v0 items.
    Cancellation = 6,
    /// Parcels: `PACKAGES`.
    Packages = 7,
}

impl Group {
    /// Every group, in the order of its number.
    pub const ALL: [Self; 8] = [
        Self::Header,
        Self::Fulfillment,
        Self::Total,
        Self::Items,
        Self::Shipped,
        Self::Prices,
        Self::Cancellation,
        Self::Packages,
    ];

    /// Those that hang on lines.
    pub const OF_LINES: [Self; 4] = [Self::Items, Self::Shipped, Self::Prices, Self::Cancellation];
}

/// A set of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Groups(u8);

impl Groups {
    /// No group.
    pub const NONE: Self = Self(0);

    /// This set and `group`.
    #[must_use]
    pub const fn with(self, group: Group) -> Self {
        Self(self.0 | 1 << group as u8)
    }

    /// Whether `group` is in the set.
    pub const fn contains(self, group: Group) -> bool {
        self.0 & 1 << group as u8 != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its members, in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = Group> {
        Group::ALL.into_iter().filter(move |group| self.contains(*group))
    }
}

impl FromIterator<Group> for Groups {
    fn from_iter<I: IntoIterator<Item = Group>>(groups: I) -> Self {
        groups.into_iter().fold(Self::NONE, Self::with)
    }
}

/// Which answer a stored group came from. Versions compare by whether they are whole, then update time, then rank, then
/// content, so that of two different answers with the same time and rank the same one always wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The answer named all lines. Of one that did not ([`OrderUpdate::lines_in_part`]) nobody knows what it lacks: a whole
    /// one, however old, says more.
    pub whole: bool,
    /// The order's last update in the answer, milliseconds UTC.
    pub last_update: i64,
    /// How much the answer is believed.
    pub rank: u8,
    /// Hash of the group's content (XXH3 over its fields).
    pub content: u64,
}

/// The version of each group of one order, as stored: 18 bytes a group in the order of [`Group::ALL`], the first of
/// them 1 where the group was ever carried, 2 where it was in part only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VersionTable([Option<Version>; 8]);

const SLOT: usize = 18;
const WHOLE: u8 = 1;
const IN_PART: u8 = 2;

impl VersionTable {
    /// The version of `group`, if any answer carried it yet.
    pub fn get(&self, group: Group) -> Option<Version> {
        self.0[group as usize]
    }

    /// Takes the groups of `update` that are newer than what is here and returns which those are.
    pub fn merge(&mut self, update: &OrderUpdate) -> Groups {
        update
            .carried
            .iter()
            .filter(|group| {
                let offered = Some(update.version(*group));
                let newer = offered > self.0[*group as usize];
                if newer {
                    self.0[*group as usize] = offered;
                }
                newer
            })
            .collect()
    }

    /// Takes all groups of `update`, newer or not: the caller has decided for the order as a whole.
    pub fn take(&mut self, update: &OrderUpdate) {
        for group in update.carried.iter() {
            self.0[group as usize] = Some(update.version(group));
        }
    }

    /// Whether every group of `update` is here exactly as it says.
    pub fn holds(&self, update: &OrderUpdate) -> bool {
        update.carried.iter().all(|group| self.0[group as usize] == Some(update.version(group)))
    }

    /// The bytes to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SLOT * self.0.len());
        for version in self.0 {
            let Some(version) = version else {
                bytes.extend([0; SLOT]);
                continue;
            };
            bytes.push(if version.whole { WHOLE } else { IN_PART });
            bytes.extend(version.last_update.to_be_bytes());
            bytes.push(version.rank);
            bytes.extend(version.content.to_be_bytes());
        }
        bytes
    }

    /// Reads stored bytes. Slots that are missing or damaged count as never carried, so that the next answer heals them.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut table = Self::default();
        for (slot, chunk) in table.0.iter_mut().zip(bytes.chunks_exact(SLOT)) {
            if let ([tag @ (WHOLE | IN_PART), last_update @ ..], [rank, content @ ..]) = chunk.split_at(9)
                && let (Ok(last_update), Ok(content)) = (last_update.try_into(), content.try_into())
            {
                *slot = Some(Version {
                    whole: *tag == WHOLE,
                    last_update: i64::from_be_bytes(last_update),
                    rank: *rank,
                    content: u64::from_be_bytes(content),
                });
            }
        }
        table
    }
}

/// Feeds fields to XXH3 in a spelling of our own, so that stored hashes outlive changes of the standard library.
struct Content(Xxh3);

impl Content {
    fn new() -> Self {
        Self(Xxh3::new())
    }

    fn number(&mut self, number: i64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.number(i64::try_from(text.len()).unwrap_or(i64::MAX));
        self.0.update(text.as_bytes());
        self
    }

    fn maybe<T>(&mut self, value: Option<T>, feed: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
        match value {
            None => self.number(0),
            Some(value) => feed(self.number(1), value),
        }
    }

    fn words(&mut self, text: Option<&String>) -> &mut Self {
        self.maybe(text, |content, text| content.text(text))
    }

    fn at(&mut self, at: Option<DateTime<Utc>>) -> &mut Self {
        self.maybe(at, |content, at| content.number(instant::to_millis(at)))
    }

    fn money(&mut self, money: Option<crate::money::Money>) -> &mut Self {
        self.maybe(money, |content, money| content.number(money.minor).text(money.currency.code()))
    }
}

impl OrderUpdate {
    /// The version that `group` has in this answer.
    pub fn version(&self, group: Group) -> Version {
        Version {
            whole: !(self.lines_in_part && Group::OF_LINES.contains(&group)),
            last_update: instant::to_millis(self.last_update),
            rank: self.rank as u8,
            content: self.content(group),
        }
    }

    /// Hash of what this answer says of `group`. Lines and packages count in the order of their ids.
    fn content(&self, group: Group) -> u64 {
        let mut content = Content::new();
        match group {
            Group::Header => {
                let header = &self.header;
                content
                    .at(header.created)
                    .words(header.marketplace_id.as_ref())
                    .words(header.sales_channel.as_ref())
                    .words(header.seller_order_id.as_ref())
                    .words(header.replaces_order_id.as_ref());
                header.programs.iter().for_each(|program| {
                    content.text(program);
                });
            }
            Group::Fulfillment => {
                let fulfillment = &self.fulfillment;
                content
                    .words(fulfillment.status.as_ref())
                    .words(fulfillment.fulfilled_by.as_ref())
                    .words(fulfillment.service_level.as_ref())
                    .at(fulfillment.ship_by.earliest)
                    .at(fulfillment.ship_by.latest)
                    .at(fulfillment.deliver_by.earliest)
                    .at(fulfillment.deliver_by.latest);
            }
            Group::Total => {
                content.money(self.total);
            }
            Group::Packages => {
                let mut packages: Vec<_> = self.packages.iter().collect();
                packages.sort_by(|a, b| a.reference.cmp(&b.reference));
                for package in packages {
                    content.text(&package.reference).words(package.status.as_ref());
                    content.number(i64::try_from(package.contents.len()).unwrap_or(i64::MAX));
                    for (item, units) in &package.contents {
                        content.text(item).number(*units);
                    }
                }
            }
            Group::Items | Group::Shipped | Group::Prices | Group::Cancellation => {
                self.line_content(group, &mut content);
            }
        }
        content.0.digest()
    }

    fn line_content(&self, group: Group, content: &mut Content) {
        let mut lines: Vec<_> = self.lines.iter().collect();
        lines.sort_by(|a, b| a.order_item_id.cmp(&b.order_item_id));
        for line in lines {
            content.text(&line.order_item_id);
            match group {
                Group::Items => content
                    .words(line.item.asin.as_ref())
                    .words(line.item.seller_sku.as_ref())
                    .words(line.item.title.as_ref())
                    .words(line.item.condition.as_ref())
                    .number(line.item.quantity)
                    .money(line.item.unit_price),
                Group::Shipped => content
                    .maybe(line.shipped.quantity, |content, units| content.number(units))
                    .number(i64::from(line.shipped.is_gift)),
                Group::Prices => content
                    .money(line.prices.item)
                    .money(line.prices.tax)
                    .money(line.prices.shipping)
                    .money(line.prices.gift_wrap)
                    .money(line.prices.discount)
                    .money(line.prices.proceeds),
                _ => content.words(line.cancel_requested_by.as_ref()),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Line, Package, SourceRank};
    use super::*;

    fn update(second: i64, rank: SourceRank, groups: &[Group]) -> OrderUpdate {
        let mut update = OrderUpdate::new("203-1", DateTime::from_timestamp(second, 0).unwrap(), rank);
        update.carried = groups.iter().copied().collect();
        update
    }

    #[test]
    fn a_group_that_was_not_carried_is_left_alone() {
        let mut table = VersionTable::default();
        let won = table.merge(&update(10, SourceRank::V2026, &[Group::Header, Group::Items]));
        assert_eq!(won.iter().collect::<Vec<_>>(), [Group::Header, Group::Items]);
        assert_eq!(table.get(Group::Prices), None);
        // The same moment, now with prices: only they are new.
        let won = table.merge(&update(10, SourceRank::V2026, &[Group::Header, Group::Items, Group::Prices]));
        assert_eq!(won.iter().collect::<Vec<_>>(), [Group::Prices]);
    }

    #[test]
    fn newer_beats_older_then_rank_then_content() {
        let mut table = VersionTable::default();
        table.merge(&update(10, SourceRank::V0, &[Group::Header]));
        assert!(table.merge(&update(9, SourceRank::V2026, &[Group::Header])).is_empty());
        assert!(table.merge(&update(10, SourceRank::Report, &[Group::Header])).is_empty());
        assert!(table.merge(&update(10, SourceRank::V0, &[Group::Header])).is_empty());
        assert!(!table.merge(&update(10, SourceRank::V2026, &[Group::Header])).is_empty());
        assert!(!table.merge(&update(11, SourceRank::Report, &[Group::Header])).is_empty());
    }

    #[test]
    fn of_two_contents_at_one_moment_the_same_wins_in_both_orders() {
        let mut paid = update(10, SourceRank::V2026, &[Group::Fulfillment]);
        paid.fulfillment.status = Some("UNSHIPPED".into());
        let mut shipped = update(10, SourceRank::V2026, &[Group::Fulfillment]);
        shipped.fulfillment.status = Some("SHIPPED".into());
        let merged = |updates: [&OrderUpdate; 2]| {
            let mut table = VersionTable::default();
            for update in updates {
                table.merge(update);
            }
            table
        };
        assert_eq!(merged([&paid, &shipped]), merged([&shipped, &paid]));
        assert_ne!(paid.version(Group::Fulfillment).content, shipped.version(Group::Fulfillment).content);
    }

    #[test]
    fn of_lines_any_whole_set_beats_one_in_part_and_the_rest_of_the_order_is_as_new_as_it_says() {
        let whole = update(10, SourceRank::Report, &[Group::Header, Group::Items]);
        let mut part = update(20, SourceRank::V2026, &[Group::Header, Group::Items]);
        part.lines_in_part = true;
        for updates in [[&whole, &part], [&part, &whole]] {
            let mut table = VersionTable::default();
            for update in updates {
                table.merge(update);
            }
            assert_eq!(table.get(Group::Items), Some(whole.version(Group::Items)));
            assert_eq!(table.get(Group::Header), Some(part.version(Group::Header)));
        }
        let mut table = VersionTable::default();
        assert_eq!(table.merge(&part).iter().count(), 2, "a new order has what can be read");
        assert_eq!(VersionTable::from_bytes(&table.to_bytes()), table);
    }

    #[test]
    fn lines_and_packages_count_in_any_order() {
        let line = |id: &str| Line { order_item_id: id.into(), ..Line::default() };
        let package = |reference: &str| Package { reference: reference.into(), ..Package::default() };
        let mut one = update(1, SourceRank::V2026, &[]);
        one.lines = vec![line("1"), line("2")];
        one.packages = vec![package("a"), package("b")];
        let mut other = one.clone();
        other.lines.reverse();
        other.packages.reverse();
        for group in Group::ALL {
            assert_eq!(one.version(group), other.version(group), "{group:?}");
        }
    }

    #[test]
    fn versions_survive_storage_and_damage_heals() {
        let mut table = VersionTable::default();
        table.merge(&update(10, SourceRank::V2026, &[Group::Header, Group::Packages]));
        let bytes = table.to_bytes();
        assert_eq!(VersionTable::from_bytes(&bytes), table);
        assert_eq!(VersionTable::from_bytes(&bytes[..20]).get(Group::Packages), None);
        assert_eq!(VersionTable::from_bytes(b"rubbish"), VersionTable::default());
    }

    #[test]
    fn the_hash_is_stable_over_releases() {
        // A stored hash that changes would rewrite every row at the next sync.
        assert_eq!(
            update(1, SourceRank::V0, &[]).version(Group::Total).content,
            Content::new().number(0).0.digest()
        );
    }
}
