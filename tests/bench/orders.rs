//! Two years of a busy toy shop's orders, made up as fast as they can be written.
//!
//! Order *n* is a function of *n* and the size of the shop alone, so a page can be made at any place and is the same in
//! every run. What matters to the store is true to life: a few products sell most, every title shares some words and has
//! some of its own, order ids come in no order, 1.6 lines an order, all but the last two days long shipped.

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::currency::Currency;
use packlight_domain::money::Money;
use packlight_domain::order::{
    Between, Fulfillment, Group, Header, Item, Line, OrderUpdate, Package, Prices, Shipped, SourceRank,
};

/// The marketplace of every order.
pub(crate) const MARKETPLACE: &str = "A1F83G8C2ARO7P";

/// When the shop opened: 1 January 2024, UTC.
const OPENED: i64 = 1_704_067_200;
const OPEN_FOR: TimeDelta = TimeDelta::days(730);
const PRODUCTS: u64 = 6_000;

const THEMES: [&str; 16] = [
    "Star Wars",
    "City",
    "Technic",
    "Friends",
    "Harry Potter",
    "NINJAGO",
    "Creator 3in1",
    "Icons",
    "Marvel",
    "Duplo",
    "Speed Champions",
    "Minecraft",
    "Jurassic World",
    "Architecture",
    "Ideas",
    "Bionicle",
];
const MAKES: [&str; 24] = [
    "Imperial",
    "Ancient",
    "Emergency",
    "Mountain",
    "Midnight",
    "Crystal",
    "Royal",
    "Harbour",
    "Galactic",
    "Hidden",
    "Flying",
    "Golden",
    "Northern",
    "Mobile",
    "Deluxe",
    "Forest",
    "Vintage",
    "Rescue",
    "Deep Sea",
    "Turbo",
    "Winter",
    "Ultimate",
    "Secret",
    "Little",
];
const THINGS: [&str; 40] = [
    "Falcon",
    "Castle",
    "Fire Station",
    "Dragon",
    "Starfighter",
    "Train",
    "Bakery",
    "Excavator",
    "Submarine",
    "Temple",
    "Helicopter",
    "Lighthouse",
    "Racer",
    "Cruiser",
    "Treehouse",
    "Observatory",
    "Ferry",
    "Crane",
    "Bookshop",
    "Walker",
    "Police Truck",
    "Caravan",
    "Market",
    "Shuttle",
    "Bridge",
    "Windmill",
    "Tower",
    "Workshop",
    "Mech",
    "Piano",
    "Botanical Garden",
    "Typewriter",
    "Roller Coaster",
    "Camper Van",
    "Skyline",
    "Orchid",
    "Globe",
    "Bulldozer",
    "Mosaic",
    "Drone",
];

/// A shop of a given number of orders.
pub(crate) struct Shop {
    orders: u64,
    products: Vec<Product>,
    /// How much all products up to and with each one sell.
    sold: Vec<u64>,
}

struct Product {
    asin: String,
    sku: String,
    title: String,
    pence: i64,
}

impl Shop {
    /// A shop with so many orders over two years.
    pub(crate) fn new(orders: u64) -> Self {
        let products: Vec<Product> = (0..PRODUCTS).map(Product::new).collect();
        // The k-th best seller sells in proportion to 1 / (k + 20).
        let sold = (0..PRODUCTS)
            .scan(0, |sum, rank| {
                *sum += 100_000_000 / (rank + 20);
                Some(*sum)
            })
            .collect();
        Self { orders, products, sold }
    }

    /// The moment at which the last order is in: "now" for everything that is kept.
    pub(crate) fn now() -> DateTime<Utc> {
        opened() + OPEN_FOR
    }

    /// `count` orders from order `first` on, oldest first.
    pub(crate) fn page(&self, first: u64, count: u64) -> Vec<OrderUpdate> {
        (first..self.orders.min(first + count)).map(|number| self.order(number)).collect()
    }

    fn order(&self, number: u64) -> OrderUpdate {
        let mut dice = Dice(number.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x0dd_b001);
        let open_for = OPEN_FOR.num_seconds().unsigned_abs();
        let apart = open_for / self.orders.max(1);
        let created = number * open_for / self.orders.max(1) + dice.below(apart + 1);
        let created = opened() + TimeDelta::milliseconds(signed(created * 1000 + dice.below(1000)));
        let age = Self::now() - created;
        let stage = Stage::at(age, &mut dice);
        let by_amazon = dice.below(100) < 40;
        let last_update =
            created + (age.min(TimeDelta::days(4)) * i32::try_from(dice.below(100)).unwrap_or(0)) / 100;

        let mut update = OrderUpdate::new(order_id(number), last_update, SourceRank::V2026);
        update.carried = Group::ALL.into_iter().collect();
        update.header = Header {
            created: Some(created),
            marketplace_id: Some(MARKETPLACE.to_owned()),
            sales_channel: Some("AMAZON".to_owned()),
            seller_order_id: None,
            programs: if dice.below(100) < 30 { vec!["PRIME".to_owned()] } else { Vec::new() },
            replaces_order_id: None,
        };
        update.fulfillment = Fulfillment {
            status: Some(stage.word().to_owned()),
            fulfilled_by: Some(if by_amazon { "AMAZON" } else { "MERCHANT" }.to_owned()),
            service_level: Some("STANDARD".to_owned()),
            ship_by: Between {
                earliest: Some(created),
                latest: (stage != Stage::Pending).then_some(created + TimeDelta::days(2)),
            },
            deliver_by: Between { earliest: None, latest: Some(created + TimeDelta::days(6)) },
        };
        let lines = match dice.below(100) {
            0..60 => 1,
            60..85 => 2,
            85..95 => 3,
            _ => 4,
        };
        update.lines = (0..lines).map(|line| self.line(number * 4 + line, stage, &mut dice)).collect();
        let total: i64 =
            update.lines.iter().filter_map(|line| line.prices.item).map(|price| price.minor).sum();
        update.total = (stage != Stage::Pending).then(|| pounds(total + 399));
        if stage == Stage::Sent && !by_amazon {
            let status = if age > TimeDelta::days(5) { "DELIVERED" } else { "IN_TRANSIT" };
            update.packages = vec![Package {
                reference: "1".to_owned(),
                status: Some(status.to_owned()),
                contents: update
                    .lines
                    .iter()
                    .map(|line| (line.order_item_id.clone(), line.item.quantity))
                    .collect(),
            }];
        }
        update
    }

    fn line(&self, number: u64, stage: Stage, dice: &mut Dice) -> Line {
        let drawn = dice.below(self.sold.last().copied().unwrap_or(1));
        let product = &self.products[self.sold.partition_point(|sold| *sold <= drawn)];
        let quantity = if dice.below(100) < 6 { 2 } else { 1 };
        let priced = stage != Stage::Pending;
        let whole = pounds(product.pence * quantity);
        Line {
            order_item_id: format!("{:014}", scattered(number, 14)),
            item: Item {
                asin: (dice.below(1000) != 0).then(|| product.asin.clone()),
                seller_sku: Some(product.sku.clone()),
                title: Some(product.title.clone()),
                condition: Some("New".to_owned()),
                quantity,
                unit_price: priced.then(|| pounds(product.pence)),
            },
            shipped: Shipped {
                quantity: Some(if stage == Stage::Sent { quantity } else { 0 }),
                is_gift: dice.below(100) < 5,
            },
            prices: Prices {
                item: priced.then_some(whole),
                tax: priced.then(|| pounds(product.pence * quantity / 6)),
                proceeds: priced.then_some(whole),
                ..Prices::default()
            },
            cancel_requested_by: (stage == Stage::Paid && dice.below(100) < 3).then(|| "BUYER".to_owned()),
        }
    }
}

impl Product {
    fn new(rank: u64) -> Self {
        let mut dice = Dice(rank ^ 0x9_0d0c);
        let set = 10_000 + rank * 9;
        let theme = THEMES[dice.index(THEMES.len())];
        let make = MAKES[dice.index(MAKES.len())];
        let thing = THINGS[dice.index(THINGS.len())];
        let pieces = 60 + dice.below(4_000);
        let title = match dice.below(3) {
            0 => format!("LEGO {theme} {make} {thing} {set} Building Set ({pieces} Pieces)"),
            1 => format!(
                "LEGO {set} {theme} {make} {thing} Construction Toy, Gift for Ages {}+",
                5 + dice.below(14)
            ),
            _ => format!("LEGO {theme} – {make} {thing} with Minifigures, Retired Set {set}"),
        };
        Self {
            asin: format!("B0{:08X}", scattered(rank, 9)),
            sku: format!("{set}-N-{}", char::from(b'A' + u8::try_from(dice.below(6)).unwrap_or(0))),
            title,
            pence: signed(799 + dice.below(120) * 250),
        }
    }
}

/// How far an order has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Pending,
    Paid,
    Sent,
    Cancelled,
}

impl Stage {
    fn at(age: TimeDelta, dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..4 => Self::Cancelled,
            _ if age < TimeDelta::hours(3) => Self::Pending,
            _ if age < TimeDelta::hours(40) => Self::Paid,
            _ => Self::Sent,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Paid => "UNSHIPPED",
            Self::Sent => "SHIPPED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

fn opened() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(OPENED)
}

/// Amazon's form of order ids, each number another one, neighbours far apart.
fn order_id(number: u64) -> String {
    let digits = scattered(number, 14);
    format!("20{}-{:07}-{:07}", 2 + number % 5, digits / 10_000_000, digits % 10_000_000)
}

/// Another number for each number below 10^digits: a step that shares no factor with the powers of ten goes round them
/// all before it repeats.
fn scattered(number: u64, digits: u32) -> u64 {
    let round = 10_u128.pow(digits);
    let scattered = (u128::from(number) * 61_803_398_874_989_484_821 + 31_415_926_535) % round;
    u64::try_from(scattered).unwrap_or(0)
}

fn pounds(minor: i64) -> Money {
    Money { minor, currency: Currency::GBP }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `end`, which must not be 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap_or(0)
    }
}
