//! What the simulated seller sells: LEGO sets, and the titles that break naive programs.
//!
//! ASINs are invented (`B0SIM…`); set numbers and names are those on the boxes, so that searching and matching feel real.

use crate::draw::{Draw, mix};

/// One thing on sale.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    pub(crate) asin: String,
    pub(crate) sku: String,
    pub(crate) title: String,
    /// `New` or `Used`, as `ConditionId` of Orders v0.
    pub(crate) condition: &'static str,
    pub(crate) condition_subtype: &'static str,
    /// Price of one unit in hundredths of a pound, before conversion to the store's currency.
    pub(crate) pence: i64,
}

/// Set number, theme and name, price in pence.
const SETS: &[(&str, &str, i64)] = &[
    ("75192", "Star Wars Millennium Falcon UCS", 73_499),
    ("75257", "Star Wars Millennium Falcon", 14_999),
    ("75313", "Star Wars AT-AT UCS", 73_499),
    ("75308", "Star Wars R2-D2", 19_999),
    ("75331", "Star Wars The Razor Crest UCS", 51_999),
    ("75341", "Star Wars Luke Skywalker's Landspeeder", 20_999),
    ("75355", "Star Wars X-Wing Starfighter UCS", 20_999),
    ("10294", "Icons Titanic", 58_999),
    ("10307", "Icons Eiffel Tower", 54_999),
    ("10497", "Icons Galaxy Explorer", 8_999),
    ("10300", "Icons Back to the Future Time Machine", 16_999),
    ("10281", "Icons Bonsai Tree", 4_499),
    ("10311", "Icons Orchid", 4_499),
    ("10280", "Icons Flower Bouquet", 5_499),
    ("10278", "Creator Expert Police Station", 17_999),
    ("10270", "Creator Expert Bookshop", 15_999),
    ("10312", "Icons Jazz Club", 20_499),
    ("10297", "Icons Boutique Hotel", 20_999),
    ("21325", "Ideas Medieval Blacksmith", 13_499),
    ("21330", "Ideas Home Alone", 24_999),
    ("21333", "Ideas Vincent van Gogh The Starry Night", 14_999),
    ("21318", "Ideas Tree House", 18_499),
    ("42115", "Technic Lamborghini Sián FKP 37", 34_999),
    ("42143", "Technic Ferrari Daytona SP3", 34_499),
    ("42100", "Technic Liebherr R 9800 Excavator", 39_999),
    ("42151", "Technic Bugatti Bolide", 4_199),
    ("42141", "Technic McLaren Formula 1 Race Car", 17_499),
    ("60337", "City Express Passenger Train", 13_499),
    ("60316", "City Police Station", 5_999),
    ("60197", "City Passenger Train", 11_999),
    ("31120", "Creator 3in1 Medieval Castle", 8_999),
    ("31208", "Art Hokusai The Great Wave", 8_999),
    ("71741", "NINJAGO City Gardens", 29_999),
    ("71043", "Harry Potter Hogwarts Castle", 40_999),
    ("76405", "Harry Potter Hogwarts Express Collectors' Edition", 42_999),
    ("76391", "Harry Potter Hogwarts Icons", 26_999),
    ("76210", "Marvel Hulkbuster", 47_499),
    ("76178", "Marvel Daily Bugle", 30_999),
    ("21187", "Minecraft The Red Barn", 2_999),
    ("21322", "Ideas Pirates of Barracuda Bay", 17_999),
    ("40499", "Santa's Sleigh", 3_299),
    ("40567", "Forest Hideout", 2_499),
    ("40680", "Flower Store", 2_299),
    ("30510", "90 Years of Cars polybag", 499),
];

/// Titles as sellers really type them, and as nobody should.
const ODD_TITLES: &[&str] = &[
    "ليغو حرب النجوم صقر الألفية 75192 مجموعة بناء للكبار",
    "לגו כוכבי ניו יורק 21028 – ערכת בנייה",
    "レゴ スター・ウォーズ ミレニアム・ファルコン 75257 | おもちゃ 玩具 プレゼント ブロック",
    "🚀🧱 LEGO Galaxy Explorer 10497 👨‍👩‍👧‍👦 family build 🎁 ❤️‍🔥",
    "LEGO <b>Bonsai Tree</b> <script>alert('sold')</script> 10281",
    "<img src=x onerror=alert(1)> LEGO Orchid 10311",
    "LEGO Harry Potter &amp; Friends &#39;Hogwarts&#39; &quot;Icons&quot; 76391 &lt;retired&gt;",
    "=HYPERLINK(\"http://localhost/\",\"LEGO 10281\")",
    "+44 LEGO @home -10 % \"quoted\", comma; semicolon\tTab 40499",
    "LEGO\u{202E}desrever 60337\u{202C} City Train",
    "Lego Ze\u{301}lande Cafe\u{301} re\u{301}e\u{301}dition ZA̡͊͠͝LGO 10297",
    "LEGO Technic\nFerrari Daytona SP3\r\n42143",
    "   LEGO   City   Police Station   60316   ",
    "LEGO Santa's Sleigh 40499 `rm -rf` ; DROP TABLE orders; -- %s %n {0} ${x}",
];

/// A set of the seller's range, as he would know it on his shelves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockedSet {
    /// The number on the box.
    pub number: &'static str,
    /// Theme and name.
    pub name: &'static str,
    /// Under which it is sold.
    pub asin: String,
    /// Its usual price new, in pence.
    pub pence: i64,
}

/// Every set that the seller sells.
pub fn stocked_sets() -> impl Iterator<Item = StockedSet> {
    SETS.iter().map(|&(number, name, pence)| StockedSet { number, name, asin: asin(number, name), pence })
}

/// A product of the seller's range.
pub(crate) fn product(draw: &mut Draw, odd_title_permille: u32) -> Product {
    let (number, name, pence) = *draw.pick(SETS);
    let used = draw.chance(350);
    let (condition, condition_subtype, price) = if used {
        ("Used", *draw.pick(&["LikeNew", "VeryGood", "Good"]), pence * 7 / 10)
    } else {
        ("New", "New", pence)
    };
    let short = if used { "U" } else { "N" };
    let title = if draw.chance(odd_title_permille) {
        odd_title(draw, number, name)
    } else {
        format!("LEGO {number} {name} Building Set")
    };
    Product {
        asin: asin(number, name),
        sku: format!("{number}-1-{short}-{}", draw.between(1, 90)),
        title,
        condition,
        condition_subtype,
        pence: price,
    }
}

/// One new copy of every set, under SKUs that no order names.
pub(crate) fn range() -> impl Iterator<Item = Product> {
    SETS.iter().map(|(number, name, pence)| Product {
        asin: asin(number, name),
        sku: format!("{number}-1-N-0"),
        title: format!("LEGO {number} {name} Building Set"),
        condition: "New",
        condition_subtype: "New",
        pence: *pence,
    })
}

fn asin(number: &str, name: &str) -> String {
    let key = mix(name.len() as u64, number.bytes().fold(0, |sum, byte| sum * 31 + u64::from(byte)));
    format!("B0SIM{}", base36(key, 5))
}

fn odd_title(draw: &mut Draw, number: &str, name: &str) -> String {
    match draw.between(0, 20) {
        // Several hundred characters are common, since sellers stuff key words into the title.
        0..=4 => {
            let words =
                "retired, collectable, gift idea, complete with box and instructions, fast dispatch | ";
            format!("LEGO {number} {name} – {}{number}", words.repeat(7))
        }
        5 => format!("LEGO {number} {}", name.repeat(10_000 / name.len())),
        _ => (*draw.pick(ODD_TITLES)).to_owned(),
    }
}

fn base36(mut number: u64, digits: usize) -> String {
    const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut text = String::with_capacity(digits);
    for _ in 0..digits {
        let digit = usize::try_from(number % 36).unwrap_or(0);
        text.push(char::from(ALPHABET[digit]));
        number /= 36;
    }
    text
}
