//! The control of a page: the same hundred rows by key, as somebody would write it by hand for one sort and no filter.
//!
//! One prepared statement of rusqlite on the index of that sort, entered at a known key, in this thread. It counts
//! nothing, knows no positions and has no filter; what our page takes more is the price of those.

use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, OpenFlags, Row, params};

/// A database opened by hand.
pub(crate) struct ByHand {
    db: Connection,
}

impl ByHand {
    /// Opens with the PRAGMAs of the store's readers.
    pub(crate) fn open(file: &Path) -> Result<Self> {
        let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        db.execute_batch(
            "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cache_size = -6144;",
        )?;
        Ok(Self { db })
    }

    /// The order date at so many thousandths of the time that the orders span.
    pub(crate) fn date_at(&self, thousandths: i64) -> Result<i64> {
        Ok(self.db.query_row(
            "SELECT MIN(order_date) + (MAX(order_date) - MIN(order_date)) / 1000 * ? FROM platform_orders \
             INDEXED BY orders_by_date WHERE account_id = 1",
            [thousandths],
            |row| row.get(0),
        )?)
    }

    /// The hundred orders placed before `date`, newest first.
    pub(crate) fn page(&self, date: i64) -> Result<usize> {
        let mut select = self.db.prepare_cached(
            "SELECT id, platform_order_id, order_date, ship_by, description, lines, units_left, ui_status, status, \
             total_minor, total_currency, cancel_requested, missing_items, notes IS NOT NULL, linked_lines, \
             unmatched_lines, no_asin_lines FROM platform_orders INDEXED BY orders_by_date \
             WHERE account_id = 1 AND order_date < ? ORDER BY order_date DESC, id DESC LIMIT 100",
        )?;
        let rows = select.query_map(params![date], Self::read)?.collect::<Result<Vec<_>, _>>()?;
        Ok(rows.len())
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<(i64, String, String)> {
        for at in [2, 3, 5, 6, 7, 9, 11, 12, 13, 14, 15, 16] {
            let _: Option<i64> = row.get(at)?;
        }
        let _: (Option<String>, Option<String>) = (row.get(8)?, row.get(10)?);
        Ok((row.get(0)?, row.get(1)?, row.get(4)?))
    }
}
