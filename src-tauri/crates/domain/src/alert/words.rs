//! The words of an alert. A title says what happened with its number, a body the next step.

use std::collections::BTreeMap;

use super::{News, Target};
use crate::listing::OrderRowId;
use crate::money::Money;
use crate::text::grouped;

/// How many orders are named in a body.
const NAMED: usize = 3;

/// Title, body and click target for news of one kind; there is at least one.
pub(super) fn told(news: &[&News]) -> (String, String, Target) {
    let numbers: Vec<&str> = news.iter().filter_map(|one| number(one)).collect();
    match news {
        [] => (String::new(), String::new(), Target::Orders { query: String::new() }),
        [News::NewOrder { order, number, what, total }] => {
            let body = if what.is_empty() { number.clone() } else { format!("{number} · {what}") };
            (new_orders(&[*total]), body, Target::Order { order: *order })
        }
        [News::NewOrder { .. }, ..] => {
            let totals: Vec<Option<Money>> = news.iter().flat_map(|one| totals(one)).copied().collect();
            (new_orders(&totals), named(&numbers), Target::Orders { query: String::new() })
        }
        [News::InView { name, order, number, .. }] => {
            (format!("{name}: 1 order"), number.clone(), Target::Order { order: *order })
        }
        [News::InView { name, query, .. }, ..] => {
            let title = format!("{name}: {} orders", news.len());
            (title, named(&numbers), Target::Orders { query: query.clone() })
        }
        [News::OnPickList { .. }, ..] => on_pick_lists(news),
        [News::SyncDead { .. }, ..] => syncs_dead(news),
        [News::SecretExpires { account, days }] => {
            (expires(account, *days), RENEW.to_owned(), Target::Accounts)
        }
        [News::SecretExpires { .. }, ..] => {
            // The last word on each account is the true one.
            let lines: BTreeMap<&str, i64> = news
                .iter()
                .filter_map(|one| match one {
                    News::SecretExpires { account, days } => Some((account.as_str(), *days)),
                    _ => None,
                })
                .collect();
            let mut sentences: Vec<String> =
                lines.into_iter().map(|(account, days)| expires(account, days)).collect();
            let title = if sentences.len() == 1 {
                sentences.pop().unwrap_or_default()
            } else {
                format!("{} client secrets expire", sentences.len())
            };
            let body = if sentences.is_empty() { RENEW.to_owned() } else { sentences.join("\n") };
            (title, body, Target::Accounts)
        }
        [News::NotPrinted { document, reason }] => {
            (format!("{document} was not printed"), reason.clone(), Target::PickLists)
        }
        [.., News::NotPrinted { reason, .. }] => {
            (format!("{} documents were not printed", news.len()), reason.clone(), Target::PickLists)
        }
        [.., News::ViewTooLarge { name, most, .. }] => {
            let most = grouped(&most.to_string());
            let body =
                format!("It holds more than {most} orders: narrow its query, for example by status:paid");
            (format!("The view {name} raises no alerts any more"), body, Target::Alerts)
        }
        [.., News::NotBackedUp { reason }] => {
            ("The nightly backup has failed twice".to_owned(), reason.clone(), Target::Data)
        }
        // Callers hand over news of one kind, so the patterns above are all that occur.
        [.., _] => (format!("{} news", news.len()), String::new(), Target::Activity),
    }
}

const RENEW: &str = "Make a new one in Seller Central and enter it in Settings";

fn number(news: &News) -> Option<&str> {
    match news {
        News::NewOrder { number, .. } | News::InView { number, .. } | News::OnPickList { number, .. } => {
            Some(number)
        }
        _ => None,
    }
}

/// The totals of the orders in a piece of news, `None` for one whose price is not known yet.
fn totals(news: &News) -> &[Option<Money>] {
    match news {
        News::NewOrder { total, .. } => std::slice::from_ref(total),
        _ => &[],
    }
}

/// "4 orders, £86.20": a sum for each currency, nothing converted, and how many have no price yet.
fn new_orders(totals: &[Option<Money>]) -> String {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for money in totals.iter().flatten() {
        let sum = sums.entry(money.currency).or_default();
        *sum = sum.saturating_add(money.minor);
    }
    let count = match totals.len() {
        1 => "1 order".to_owned(),
        more => format!("{} orders", grouped(&more.to_string())),
    };
    let amounts: Vec<String> =
        sums.into_iter().map(|(currency, minor)| amount(Money { minor, currency })).collect();
    let unpriced = totals.iter().filter(|total| total.is_none()).count();
    match (amounts.is_empty(), unpriced) {
        (true, _) => count,
        (false, 0) => format!("{count}, {}", amounts.join(" + ")),
        (false, some) => format!("{count}, {} and {some} without a price yet", amounts.join(" + ")),
    }
}

/// An amount as English writes it: "£1,086.20", "¥1,994", "86.20 SEK".
fn amount(money: Money) -> String {
    let main = money.main();
    let text = main.abs().to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = if part.is_empty() { grouped(whole) } else { format!("{}.{part}", grouped(whole)) };
    let sign = if main.is_sign_negative() { "-" } else { "" };
    match money.currency.code() {
        "GBP" => format!("{sign}£{digits}"),
        "EUR" => format!("{sign}€{digits}"),
        "USD" => format!("{sign}${digits}"),
        "JPY" => format!("{sign}¥{digits}"),
        code => format!("{sign}{digits} {code}"),
    }
}

/// The first few of many.
fn named(numbers: &[&str]) -> String {
    let mut distinct: Vec<&str> = Vec::new();
    for number in numbers {
        if !distinct.contains(number) {
            distinct.push(number);
        }
        if distinct.len() > NAMED && numbers.len() > 1_000 {
            break;
        }
    }
    let shown = distinct.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match numbers.len().saturating_sub(distinct.len().min(NAMED)) {
        0 => shown,
        more => format!("{shown} and {} more", grouped(&more.to_string())),
    }
}

/// An order may be on two lists, and be cancelled after its buyer asked for that: it is one order, and the stronger word holds.
fn on_pick_lists(news: &[&News]) -> (String, String, Target) {
    let mut orders: Vec<(&str, OrderRowId, &str, bool)> = Vec::new();
    for one in news {
        let News::OnPickList { list, order, number, cancelled, .. } = one else { continue };
        match orders.iter_mut().find(|(_, known, ..)| known == order) {
            Some((.., was_cancelled)) => *was_cancelled |= cancelled,
            None => orders.push((number, *order, list, *cancelled)),
        }
    }
    if let [(number, order, list, cancelled)] = orders[..] {
        let (title, body) = if cancelled {
            (format!("{number} was cancelled"), format!("Take it off pick list {list}"))
        } else {
            (
                format!("The buyer of {number} asks to cancel"),
                format!("It is on pick list {list}: set it aside and answer in Seller Central"),
            )
        };
        return (title, body, Target::Order { order });
    }
    let numbers: Vec<&str> = orders.iter().map(|(number, ..)| *number).collect();
    let title = format!("{} orders on pick lists are cancelled or about to be", orders.len());
    (title, named(&numbers), Target::PickLists)
}

/// The last word on each account is the true one.
fn syncs_dead(news: &[&News]) -> (String, String, Target) {
    let mut accounts: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for one in news {
        if let News::SyncDead { account, reason, needs_seller, .. } = one {
            let reason = reason.as_deref().unwrap_or("Packlight keeps trying by itself");
            accounts.insert(account, (reason, *needs_seller));
        }
    }
    let needs_seller = accounts.values().any(|(_, needs_seller)| *needs_seller);
    let target = if needs_seller { Target::Accounts } else { Target::Activity };
    let (whose, body) = match accounts.iter().next() {
        Some((account, (reason, _))) if accounts.len() == 1 => ((*account).to_owned(), (*reason).to_owned()),
        _ => {
            let line = |(account, (reason, _)): (&&str, &(&str, bool))| format!("{account}: {reason}");
            let lines: Vec<String> = accounts.iter().map(line).collect();
            (format!("{} accounts", accounts.len()), lines.join("\n"))
        }
    };
    (format!("{whose}: orders have not been read for half an hour or more"), body, target)
}

fn expires(account: &str, days: i64) -> String {
    match days {
        0 => format!("The client secret of {account} expires today"),
        1 => format!("The client secret of {account} expires tomorrow"),
        days if days < 0 => format!("The client secret of {account} has expired"),
        days => format!("The client secret of {account} expires in {days} days"),
    }
}
