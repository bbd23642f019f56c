-- The query language at a million orders: what is so or not of an order as one number, indexes by it, counts of it, and
-- saved views. Rules of this folder: README.md.

-- Asked for by the query language, told by lines: kept by the writer like the other derived columns. Few orders differ
-- from the defaults, so that few rows are written here.
ALTER TABLE platform_orders ADD COLUMN has_gift INTEGER NOT NULL DEFAULT 0 CHECK (has_gift IN (0, 1));
ALTER TABLE platform_orders ADD COLUMN has_asin INTEGER NOT NULL DEFAULT 1 CHECK (has_asin IN (0, 1));
UPDATE platform_orders SET has_gift = 1
WHERE id IN (SELECT order_id FROM platform_order_items WHERE is_gift = 1);
UPDATE platform_orders SET has_asin = 0
WHERE NOT EXISTS (SELECT 1 FROM platform_order_items i WHERE i.order_id = platform_orders.id AND i.asin IS NOT NULL);

-- Everything that is so or not of an order, in bits (src-tauri/crates/store/src/facts.rs reads them): status, unmatched,
-- cancel requested, channel, something left, no ASIN, all linked, Prime, business, part shipped, confirmed, missing items,
-- gift, ASIN, note, units up to seven, decimals of its currency. Computed by SQLite, so no writer can forget it.
ALTER TABLE platform_orders ADD COLUMN facts INTEGER GENERATED ALWAYS AS (
    ui_status
    + 8 * (unmatched_lines > 0)
    + 16 * cancel_requested
    + 32 * CASE fulfilled_by WHEN 'AMAZON' THEN 1 WHEN 'MERCHANT' THEN 2 ELSE 0 END
    + 128 * (units_left > 0 OR missing_items = 1)
    + 256 * (no_asin_lines > 0)
    + 512 * (lines > 0 AND linked_lines = lines)
    + 1024 * (instr(' ' || programs || ' ', ' PRIME ') > 0)
    + 2048 * (instr(' ' || programs || ' ', ' AMAZON_BUSINESS ') > 0)
    + 4096 * (status IS 'PARTIALLY_SHIPPED')
    + 8192 * (confirmed_at IS NOT NULL)
    + 16384 * missing_items
    + 32768 * has_gift
    + 65536 * has_asin
    + 131072 * (notes IS NOT NULL)
    + 262144 * min(max(units, 0), 7)
    + 2097152 * CASE
        WHEN total_currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI',
            'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 1
        WHEN total_currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 2
        ELSE 0
    END
) VIRTUAL;
-- Status, unmatched, cancel requested: what the saved views are made of.
ALTER TABLE platform_orders ADD COLUMN class INTEGER GENERATED ALWAYS AS (facts & 31) VIRTUAL;

-- Two indexes per sort. The first walks all orders of an account and tests facts on the way: for lists that most orders
-- belong to. The second has a range for every class: for lists that few belong to.
DROP INDEX orders_by_date;
DROP INDEX orders_by_update;
DROP INDEX orders_by_ship;
DROP INDEX orders_by_total;
DROP INDEX orders_by_number;
CREATE INDEX orders_by_date ON platform_orders (account_id, order_date, id, facts);
CREATE INDEX orders_by_update ON platform_orders (account_id, last_update, id, facts);
CREATE INDEX orders_by_ship ON platform_orders (account_id, ship_by, id, facts);
CREATE INDEX orders_by_total ON platform_orders (account_id, total_minor, id, facts);
CREATE INDEX orders_by_number ON platform_orders (account_id, platform_order_id, id, facts);
CREATE INDEX orders_of_class_by_date ON platform_orders (account_id, class, order_date, id, facts, ship_by);
CREATE INDEX orders_of_class_by_update ON platform_orders (account_id, class, last_update, id, facts, ship_by);
CREATE INDEX orders_of_class_by_ship ON platform_orders (account_id, class, ship_by, id, facts);
CREATE INDEX orders_of_class_by_total ON platform_orders (account_id, class, total_minor, id, facts, ship_by);
CREATE INDEX orders_of_class_by_number ON platform_orders (account_id, class, platform_order_id, id, facts, ship_by);
-- For lists so short that they are read whole.
CREATE INDEX orders_by_facts ON platform_orders (account_id, facts);

-- How many orders there are of each account and facts: every count of cards, filters and views is a sum of these.
CREATE TABLE fact_counts (
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    facts       INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    PRIMARY KEY (account_id, facts)
) WITHOUT ROWID;
INSERT INTO fact_counts (account_id, facts, n)
SELECT account_id, facts, COUNT(*) FROM platform_orders INDEXED BY orders_by_facts GROUP BY account_id, facts;

DROP TRIGGER account_counts;
DROP TRIGGER order_counted;
DROP TRIGGER order_uncounted;
DROP TRIGGER order_recounted;
DROP TRIGGER order_moved_by_date;
DROP TRIGGER order_moved_by_update;
DROP TRIGGER order_moved_by_ship;
DROP TRIGGER order_moved_by_total;
DROP TRIGGER order_moved_by_number;

-- Summed from what counts now, for whoever reads it by its old name.
DROP TABLE order_counts;
CREATE VIEW order_counts AS
SELECT a.id AS account_id, s.value AS ui_status, COALESCE(SUM(c.n), 0) AS n,
    COALESCE(SUM(c.n * (c.facts >> 14 & 1)), 0) AS missing_items, COALESCE(SUM(c.n * (c.facts >> 3 & 1)), 0) AS unmatched,
    COALESCE(SUM(c.n * (c.facts >> 8 & 1)), 0) AS no_asin
FROM accounts a JOIN json_each('[0, 1, 2, 3, 4, 5]') s
LEFT JOIN fact_counts c ON c.account_id = a.id AND c.facts & 7 = s.value
GROUP BY a.id, s.value;

-- Blocks count the views too: to_pick is Paid and shipped by the merchant.
ALTER TABLE order_blocks ADD COLUMN to_pick INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_blocks ADD COLUMN unmatched INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_blocks ADD COLUMN cancel_requested INTEGER NOT NULL DEFAULT 0;

UPDATE order_blocks SET (to_pick, unmatched, cancel_requested) = (
    SELECT COALESCE(SUM(o.facts & 103 = 65), 0), COALESCE(SUM(o.facts & 8 = 8), 0), COALESCE(SUM(o.facts & 16 = 16), 0)
    FROM platform_orders o INDEXED BY orders_by_date
    WHERE o.account_id = order_blocks.account_id AND (o.order_date, o.id) >= (order_blocks.low_key, order_blocks.low_id)
    AND (o.order_date, o.id) < (COALESCE(b.high_key, x'ff'), COALESCE(b.high_id, 0)))
FROM (SELECT low_key, low_id, LEAD(low_key) OVER w AS high_key, LEAD(low_id) OVER w AS high_id
    FROM (SELECT DISTINCT low_key, low_id FROM order_blocks WHERE segment = 0) WINDOW w AS (ORDER BY low_key, low_id)) b
WHERE order_blocks.segment = 0 AND order_blocks.low_key = b.low_key AND order_blocks.low_id = b.low_id;
UPDATE order_blocks SET (to_pick, unmatched, cancel_requested) = (
    SELECT COALESCE(SUM(o.facts & 103 = 65), 0), COALESCE(SUM(o.facts & 8 = 8), 0), COALESCE(SUM(o.facts & 16 = 16), 0)
    FROM platform_orders o INDEXED BY orders_by_date
    WHERE o.account_id = order_blocks.account_id AND o.order_date IS NULL AND o.id >= order_blocks.low_id
    AND o.id < COALESCE(b.high_id, 9223372036854775807))
FROM (SELECT low_key, low_id, LEAD(low_key) OVER w AS high_key, LEAD(low_id) OVER w AS high_id
    FROM (SELECT DISTINCT low_key, low_id FROM order_blocks WHERE segment = 1) WINDOW w AS (ORDER BY low_key, low_id)) b
WHERE order_blocks.segment = 1 AND order_blocks.low_key = b.low_key AND order_blocks.low_id = b.low_id;
UPDATE order_blocks SET (to_pick, unmatched, cancel_requested) = (
    SELECT COALESCE(SUM(o.facts & 103 = 65), 0), COALESCE(SUM(o.facts & 8 = 8), 0), COALESCE(SUM(o.facts & 16 = 16), 0)
    FROM platform_orders o INDEXED BY orders_by_update
    WHERE o.account_id = order_blocks.account_id AND (o.last_update, o.id) >= (order_blocks.low_key, order_blocks.low_id)
    AND (o.last_update, o.id) < (COALESCE(b.high_key, x'ff'), COALESCE(b.high_id, 0)))
FROM (SELECT low_key, low_id, LEAD(low_key) OVER w AS high_key, LEAD(low_id) OVER w AS high_id
    FROM (SELECT DISTINCT low_key, low_id FROM order_blocks WHERE segment = 2) WINDOW w AS (ORDER BY low_key, low_id)) b
WHERE order_blocks.segment = 2 AND order_blocks.low_key = b.low_key AND order_blocks.low_id = b.low_id;
UPDATE order_blocks SET (to_pick, unmatched, cancel_requested) = (
    SELECT COALESCE(SUM(o.facts & 103 = 65), 0), COALESCE(SUM(o.facts & 8 = 8), 0), COALESCE(SUM(o.facts & 16 = 16), 0)
    FROM platform_orders o INDEXED BY orders_by_ship
    WHERE o.account_id = order_blocks.account_id AND (o.ship_by, o.id) >= (order_blocks.low_key, order_blocks.low_id)
    AND (o.ship_by, o.id) < (COALESCE(b.high_key, x'ff'), COALESCE(b.high_id, 0)))
FROM (SELECT low_key, low_id, LEAD(low_key) OVER w AS high_key, LEAD(low_id) OVER w AS high_id
    FROM (SELECT DISTINCT low_key, low_id FROM order_blocks WHERE segment = 4) WINDOW w AS (ORDER BY low_key, low_id)) b
WHERE order_blocks.segment = 4 AND order_blocks.low_key = b.low_key AND order_blocks.low_id = b.low_id;
UPDATE order_blocks SET (to_pick, unmatched, cancel_requested) = (
    SELECT COALESCE(SUM(o.facts & 103 = 65), 0), COALESCE(SUM(o.facts & 8 = 8), 0), COALESCE(SUM(o.facts & 16 = 16), 0)
    FROM platform_orders o INDEXED BY orders_by_ship
    WHERE o.account_id = order_blocks.account_id AND o.ship_by IS NULL AND o.id >= order_blocks.low_id
    AND o.id < COALESCE(b.high_id, 9223372036854775807))
FROM (SELECT low_key, low_id, LEAD(low_key) OVER w AS high_key, LEAD(low_id) OVER w AS high_id
    FROM (SELECT DISTINCT low_key, low_id FROM order_blocks WHERE segment = 5) WINDOW w AS (ORDER BY low_key, low_id)) b
WHERE order_blocks.segment = 5 AND order_blocks.low_key = b.low_key AND order_blocks.low_id = b.low_id;
UPDATE order_blocks SET (to_pick, unmatched, cancel_requested) = (
    SELECT COALESCE(SUM(o.facts & 103 = 65), 0), COALESCE(SUM(o.facts & 8 = 8), 0), COALESCE(SUM(o.facts & 16 = 16), 0)
    FROM platform_orders o INDEXED BY orders_by_total
    WHERE o.account_id = order_blocks.account_id AND (o.total_minor, o.id) >= (order_blocks.low_key, order_blocks.low_id)
    AND (o.total_minor, o.id) < (COALESCE(b.high_key, x'ff'), COALESCE(b.high_id, 0)))
FROM (SELECT low_key, low_id, LEAD(low_key) OVER w AS high_key, LEAD(low_id) OVER w AS high_id
    FROM (SELECT DISTINCT low_key, low_id FROM order_blocks WHERE segment = 6) WINDOW w AS (ORDER BY low_key, low_id)) b
WHERE order_blocks.segment = 6 AND order_blocks.low_key = b.low_key AND order_blocks.low_id = b.low_id;
UPDATE order_blocks SET (to_pick, unmatched, cancel_requested) = (
    SELECT COALESCE(SUM(o.facts & 103 = 65), 0), COALESCE(SUM(o.facts & 8 = 8), 0), COALESCE(SUM(o.facts & 16 = 16), 0)
    FROM platform_orders o INDEXED BY orders_by_total
    WHERE o.account_id = order_blocks.account_id AND o.total_minor IS NULL AND o.id >= order_blocks.low_id
    AND o.id < COALESCE(b.high_id, 9223372036854775807))
FROM (SELECT low_key, low_id, LEAD(low_key) OVER w AS high_key, LEAD(low_id) OVER w AS high_id
    FROM (SELECT DISTINCT low_key, low_id FROM order_blocks WHERE segment = 7) WINDOW w AS (ORDER BY low_key, low_id)) b
WHERE order_blocks.segment = 7 AND order_blocks.low_key = b.low_key AND order_blocks.low_id = b.low_id;
UPDATE order_blocks SET (to_pick, unmatched, cancel_requested) = (
    SELECT COALESCE(SUM(o.facts & 103 = 65), 0), COALESCE(SUM(o.facts & 8 = 8), 0), COALESCE(SUM(o.facts & 16 = 16), 0)
    FROM platform_orders o INDEXED BY orders_by_number
    WHERE o.account_id = order_blocks.account_id AND (o.platform_order_id, o.id) >= (order_blocks.low_key, order_blocks.low_id)
    AND (o.platform_order_id, o.id) < (COALESCE(b.high_key, x'ff'), COALESCE(b.high_id, 0)))
FROM (SELECT low_key, low_id, LEAD(low_key) OVER w AS high_key, LEAD(low_id) OVER w AS high_id
    FROM (SELECT DISTINCT low_key, low_id FROM order_blocks WHERE segment = 8) WINDOW w AS (ORDER BY low_key, low_id)) b
WHERE order_blocks.segment = 8 AND order_blocks.low_key = b.low_key AND order_blocks.low_id = b.low_id;

CREATE TRIGGER account_counts AFTER INSERT ON accounts BEGIN
    -- Every bound that other accounts have, and the lowest bound of each segment.
    INSERT INTO order_blocks (segment, account_id, low_key, low_id)
        SELECT DISTINCT segment, NEW.id, low_key, low_id FROM order_blocks
        UNION
        SELECT value, NEW.id, -9223372036854775808, -9223372036854775808
        FROM json_each('[0, 1, 2, 4, 5, 6, 7, 8]');
END;

CREATE TRIGGER order_counted AFTER INSERT ON platform_orders BEGIN
    INSERT INTO fact_counts (account_id, facts, n) VALUES (NEW.account_id, NEW.facts, 1)
        ON CONFLICT (account_id, facts) DO UPDATE SET n = n + 1;
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5),
        to_pick = to_pick + (NEW.facts & 103 = 65), unmatched = unmatched + (NEW.facts & 8 = 8),
        cancel_requested = cancel_requested + NEW.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 0 + (NEW.order_date IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.order_date, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5),
        to_pick = to_pick + (NEW.facts & 103 = 65), unmatched = unmatched + (NEW.facts & 8 = 8),
        cancel_requested = cancel_requested + NEW.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 2 AND account_id = NEW.account_id
            AND (low_key, low_id) <= (NEW.last_update, NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5),
        to_pick = to_pick + (NEW.facts & 103 = 65), unmatched = unmatched + (NEW.facts & 8 = 8),
        cancel_requested = cancel_requested + NEW.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 4 + (NEW.ship_by IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.ship_by, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5),
        to_pick = to_pick + (NEW.facts & 103 = 65), unmatched = unmatched + (NEW.facts & 8 = 8),
        cancel_requested = cancel_requested + NEW.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 6 + (NEW.total_minor IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.total_minor, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5),
        to_pick = to_pick + (NEW.facts & 103 = 65), unmatched = unmatched + (NEW.facts & 8 = 8),
        cancel_requested = cancel_requested + NEW.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 8 AND account_id = NEW.account_id
            AND (low_key, low_id) <= (NEW.platform_order_id, NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_uncounted AFTER DELETE ON platform_orders BEGIN
    UPDATE fact_counts SET n = n - 1 WHERE account_id = OLD.account_id AND facts = OLD.facts;
    DELETE FROM fact_counts WHERE account_id = OLD.account_id AND facts = OLD.facts AND n = 0;
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5),
        to_pick = to_pick - (OLD.facts & 103 = 65), unmatched = unmatched - (OLD.facts & 8 = 8),
        cancel_requested = cancel_requested - OLD.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 0 + (OLD.order_date IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.order_date, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5),
        to_pick = to_pick - (OLD.facts & 103 = 65), unmatched = unmatched - (OLD.facts & 8 = 8),
        cancel_requested = cancel_requested - OLD.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 2 AND account_id = OLD.account_id
            AND (low_key, low_id) <= (OLD.last_update, OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5),
        to_pick = to_pick - (OLD.facts & 103 = 65), unmatched = unmatched - (OLD.facts & 8 = 8),
        cancel_requested = cancel_requested - OLD.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 4 + (OLD.ship_by IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.ship_by, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5),
        to_pick = to_pick - (OLD.facts & 103 = 65), unmatched = unmatched - (OLD.facts & 8 = 8),
        cancel_requested = cancel_requested - OLD.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 6 + (OLD.total_minor IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.total_minor, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5),
        to_pick = to_pick - (OLD.facts & 103 = 65), unmatched = unmatched - (OLD.facts & 8 = 8),
        cancel_requested = cancel_requested - OLD.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 8 AND account_id = OLD.account_id
            AND (low_key, low_id) <= (OLD.platform_order_id, OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_recounted AFTER UPDATE ON platform_orders
WHEN (OLD.account_id, OLD.facts) IS NOT (NEW.account_id, NEW.facts)
BEGIN
    UPDATE fact_counts SET n = n - 1 WHERE account_id = OLD.account_id AND facts = OLD.facts;
    DELETE FROM fact_counts WHERE account_id = OLD.account_id AND facts = OLD.facts AND n = 0;
    INSERT INTO fact_counts (account_id, facts, n) VALUES (NEW.account_id, NEW.facts, 1)
        ON CONFLICT (account_id, facts) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER order_moved_by_date AFTER UPDATE ON platform_orders
WHEN (OLD.account_id, OLD.facts & 127, OLD.order_date) IS NOT (NEW.account_id, NEW.facts & 127, NEW.order_date)
BEGIN
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5),
        to_pick = to_pick - (OLD.facts & 103 = 65), unmatched = unmatched - (OLD.facts & 8 = 8),
        cancel_requested = cancel_requested - OLD.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 0 + (OLD.order_date IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.order_date, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5),
        to_pick = to_pick + (NEW.facts & 103 = 65), unmatched = unmatched + (NEW.facts & 8 = 8),
        cancel_requested = cancel_requested + NEW.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 0 + (NEW.order_date IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.order_date, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_moved_by_update AFTER UPDATE ON platform_orders
WHEN (OLD.account_id, OLD.facts & 127, OLD.last_update) IS NOT (NEW.account_id, NEW.facts & 127, NEW.last_update)
BEGIN
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5),
        to_pick = to_pick - (OLD.facts & 103 = 65), unmatched = unmatched - (OLD.facts & 8 = 8),
        cancel_requested = cancel_requested - OLD.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 2 AND account_id = OLD.account_id
            AND (low_key, low_id) <= (OLD.last_update, OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5),
        to_pick = to_pick + (NEW.facts & 103 = 65), unmatched = unmatched + (NEW.facts & 8 = 8),
        cancel_requested = cancel_requested + NEW.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 2 AND account_id = NEW.account_id
            AND (low_key, low_id) <= (NEW.last_update, NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_moved_by_ship AFTER UPDATE ON platform_orders
WHEN (OLD.account_id, OLD.facts & 127, OLD.ship_by) IS NOT (NEW.account_id, NEW.facts & 127, NEW.ship_by)
BEGIN
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5),
        to_pick = to_pick - (OLD.facts & 103 = 65), unmatched = unmatched - (OLD.facts & 8 = 8),
        cancel_requested = cancel_requested - OLD.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 4 + (OLD.ship_by IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.ship_by, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5),
        to_pick = to_pick + (NEW.facts & 103 = 65), unmatched = unmatched + (NEW.facts & 8 = 8),
        cancel_requested = cancel_requested + NEW.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 4 + (NEW.ship_by IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.ship_by, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_moved_by_total AFTER UPDATE ON platform_orders
WHEN (OLD.account_id, OLD.facts & 127, OLD.total_minor) IS NOT (NEW.account_id, NEW.facts & 127, NEW.total_minor)
BEGIN
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5),
        to_pick = to_pick - (OLD.facts & 103 = 65), unmatched = unmatched - (OLD.facts & 8 = 8),
        cancel_requested = cancel_requested - OLD.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 6 + (OLD.total_minor IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.total_minor, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5),
        to_pick = to_pick + (NEW.facts & 103 = 65), unmatched = unmatched + (NEW.facts & 8 = 8),
        cancel_requested = cancel_requested + NEW.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 6 + (NEW.total_minor IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.total_minor, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_moved_by_number AFTER UPDATE ON platform_orders
WHEN (OLD.account_id, OLD.facts & 127, OLD.platform_order_id) IS NOT (NEW.account_id, NEW.facts & 127, NEW.platform_order_id)
BEGIN
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5),
        to_pick = to_pick - (OLD.facts & 103 = 65), unmatched = unmatched - (OLD.facts & 8 = 8),
        cancel_requested = cancel_requested - OLD.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 8 AND account_id = OLD.account_id
            AND (low_key, low_id) <= (OLD.platform_order_id, OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5),
        to_pick = to_pick + (NEW.facts & 103 = 65), unmatched = unmatched + (NEW.facts & 8 = 8),
        cancel_requested = cancel_requested + NEW.cancel_requested
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 8 AND account_id = NEW.account_id
            AND (low_key, low_id) <= (NEW.platform_order_id, NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

-- Named queries at the top of the list; `name_key` is the folded name, which is unique. Positions run from 0.
CREATE TABLE saved_views (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL UNIQUE,
    query       TEXT NOT NULL,
    sort        TEXT NOT NULL CHECK (sort IN ('date', 'updated', 'ship_by', 'total', 'order_id')),
    descending  INTEGER NOT NULL CHECK (descending IN (0, 1)),
    position    INTEGER NOT NULL,
    built_in    INTEGER NOT NULL CHECK (built_in IN (0, 1)),
    hidden      INTEGER NOT NULL CHECK (hidden IN (0, 1))
);
INSERT INTO saved_views (id, name, name_key, query, sort, descending, position, built_in, hidden) VALUES
    (1, 'To pick', 'to pick', 'status:paid is:fbm', 'ship_by', 0, 0, 1, 0),
    (2, 'Ship today', 'ship today', 'status:paid is:fbm ship:today', 'ship_by', 0, 1, 1, 0),
    (3, 'Late', 'late', 'is:late is:fbm', 'ship_by', 0, 2, 1, 0),
    (4, 'Pending', 'pending', 'status:pending', 'date', 1, 3, 1, 0),
    (5, 'Unmatched', 'unmatched', 'is:unmatched', 'date', 1, 4, 1, 0),
    (6, 'Cancel requested', 'cancel requested', 'is:cancel_requested', 'date', 1, 5, 1, 0),
    (7, 'All', 'all', '', 'date', 1, 6, 1, 0);

PRAGMA user_version = 2;
