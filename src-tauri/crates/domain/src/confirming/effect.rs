//! What a confirmation comes to in money: one sum for each currency, nothing converted (design decision 6).

use std::collections::BTreeMap;

use super::ConfirmMoney;
use crate::currency::Currency;
use crate::money::Money;

/// Sums of the orders that were counted so far.
#[derive(Debug, Clone, Default)]
pub struct MoneyEffect(BTreeMap<Currency, Sums>);

#[derive(Debug, Clone, Default)]
struct Sums {
    sales: i64,
    cost: i64,
    without_cost: u32,
}

impl MoneyEffect {
    /// Counts the price of a line.
    pub fn sale(&mut self, price: Money) {
        let sums = self.of(price.currency);
        sums.sales = sums.sales.saturating_add(price.minor);
    }

    /// Counts a unit by its cost; one without a cost is counted beside those of `sold_in`, the currency it was sold in.
    pub fn unit(&mut self, cost: Option<Money>, sold_in: Currency) {
        match cost {
            Some(cost) => {
                let sums = self.of(cost.currency);
                sums.cost = sums.cost.saturating_add(cost.minor);
            }
            None => self.of(sold_in).without_cost += 1,
        }
    }

    /// The sums, by currency code.
    pub fn sums(&self) -> Vec<ConfirmMoney> {
        self.0
            .iter()
            .map(|(currency, sums)| ConfirmMoney {
                sales: Money { minor: sums.sales, currency: *currency }.into(),
                cost: Money { minor: sums.cost, currency: *currency }.into(),
                units_without_cost: sums.without_cost,
            })
            .collect()
    }

    fn of(&mut self, currency: Currency) -> &mut Sums {
        self.0.entry(currency).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_currency_is_summed_by_itself() {
        let money = |minor, currency| Money { minor, currency };
        let mut effect = MoneyEffect::default();
        effect.sale(money(1_299, Currency::GBP));
        effect.sale(money(1, Currency::GBP));
        effect.sale(money(19_940, Currency::JPY));
        effect.unit(Some(money(500, Currency::GBP)), Currency::JPY);
        effect.unit(None, Currency::JPY);
        let sums: Vec<(String, String, String, u32)> = effect
            .sums()
            .into_iter()
            .map(|sum| {
                (sum.sales.currency.to_string(), sum.sales.amount, sum.cost.amount, sum.units_without_cost)
            })
            .collect();
        assert_eq!(
            sums,
            [("GBP".into(), "13.00".into(), "5.00".into(), 0), ("JPY".into(), "19940".into(), "0".into(), 1)]
        );
    }
}
