-- The first schema: accounts, orders with their lines and parcels, the state of the sync, the local desk around them.
-- Rules of this folder: README.md. Instants are UTC milliseconds, money is minor units beside its currency.

CREATE TABLE accounts (
    id                  INTEGER PRIMARY KEY,
    label               TEXT NOT NULL UNIQUE,
    platform            TEXT NOT NULL,
    -- null for platforms that are read from files
    region              TEXT,
    orders_api          TEXT NOT NULL,
    client_fingerprint  TEXT NOT NULL,
    client_id_tail      TEXT,
    secrets             TEXT NOT NULL CHECK (secrets IN ('keychain', 'file', 'none')),
    secrets_since       INTEGER,
    last_check_at       INTEGER,
    last_check_problem  TEXT,
    created_at          INTEGER NOT NULL,
    removed_at          INTEGER
);

CREATE TABLE account_marketplaces (
    account_id      INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    marketplace_id  TEXT NOT NULL,
    currency        TEXT,
    zone            TEXT NOT NULL,
    PRIMARY KEY (account_id, marketplace_id)
) WITHOUT ROWID;

-- One row per order. `group_versions` says which answer each group of columns came from (invariant I5).
CREATE TABLE platform_orders (
    id                  INTEGER PRIMARY KEY,
    account_id          INTEGER NOT NULL REFERENCES accounts (id),
    platform_order_id   TEXT NOT NULL,
    group_versions      BLOB NOT NULL,
    last_update         INTEGER NOT NULL,
    -- header
    order_date          INTEGER,
    marketplace_id      TEXT,
    sales_channel       TEXT,
    seller_order_id     TEXT,
    programs            TEXT NOT NULL,
    replaces_order_id   TEXT,
    -- fulfilment
    status              TEXT,
    fulfilled_by        TEXT,
    service_level       TEXT,
    ship_by_earliest    INTEGER,
    ship_by             INTEGER,
    deliver_by_earliest INTEGER,
    deliver_by          INTEGER,
    -- total
    total_minor         INTEGER,
    total_currency      TEXT,
    -- what an answer said of lines that the newest set of lines does not hold; JSON, null when there are none
    loose_lines         TEXT,
    -- derived by the writer. ui_status: 0 Pending, 1 Paid, 2 Shipped, 3 Completed, 4 Cancelled, 5 Other
    ui_status           INTEGER NOT NULL CHECK (ui_status BETWEEN 0 AND 5),
    market_currency     TEXT,
    description         TEXT NOT NULL,
    lines               INTEGER NOT NULL,
    units               INTEGER NOT NULL,
    units_left          INTEGER NOT NULL,
    linked_lines        INTEGER NOT NULL,
    matched_lines       INTEGER NOT NULL,
    unmatched_lines     INTEGER NOT NULL,
    no_asin_lines       INTEGER NOT NULL,
    cancel_requested    INTEGER NOT NULL CHECK (cancel_requested IN (0, 1)),
    missing_items       INTEGER NOT NULL CHECK (missing_items IN (0, 1)),
    -- the seller's own
    notes               TEXT,
    confirmed_at        INTEGER,
    created_at          INTEGER NOT NULL,
    UNIQUE (account_id, platform_order_id)
);

-- One index per sort. A list is the merge of one range per (account, status), so these five serve every combination.
CREATE INDEX orders_by_date ON platform_orders (account_id, ui_status, order_date);
CREATE INDEX orders_by_update ON platform_orders (account_id, ui_status, last_update);
CREATE INDEX orders_by_ship ON platform_orders (account_id, ui_status, ship_by);
CREATE INDEX orders_by_total ON platform_orders (account_id, ui_status, total_minor);
CREATE INDEX orders_by_number ON platform_orders (account_id, ui_status, platform_order_id);
CREATE INDEX orders_missing_items ON platform_orders (account_id, order_date) WHERE missing_items = 1;

CREATE TABLE platform_order_items (
    id                   INTEGER PRIMARY KEY,
    order_id             INTEGER NOT NULL REFERENCES platform_orders (id) ON DELETE CASCADE,
    order_item_id        TEXT NOT NULL,
    -- items
    asin                 TEXT,
    seller_sku           TEXT,
    title                TEXT,
    condition            TEXT,
    quantity             INTEGER NOT NULL,
    unit_price_minor     INTEGER,
    unit_price_currency  TEXT,
    -- shipped
    quantity_shipped     INTEGER,
    is_gift              INTEGER NOT NULL CHECK (is_gift IN (0, 1)),
    -- prices, all in price_currency
    item_price_minor     INTEGER,
    tax_minor            INTEGER,
    shipping_minor       INTEGER,
    gift_wrap_minor      INTEGER,
    discount_minor       INTEGER,
    proceeds_minor       INTEGER,
    price_currency       TEXT,
    -- cancellation
    cancel_requested_by  TEXT,
    created_at           INTEGER NOT NULL,
    UNIQUE (order_id, order_item_id)
);

CREATE TABLE order_packages (
    order_id   INTEGER NOT NULL REFERENCES platform_orders (id) ON DELETE CASCADE,
    reference  TEXT NOT NULL,
    status     TEXT,
    -- [[order item id, units], …] in Amazon's order
    contents   TEXT NOT NULL,
    PRIMARY KEY (order_id, reference)
) WITHOUT ROWID;

-- When an order was last read on its own (getOrder); apart, so that a re-read without news changes no order.
CREATE TABLE order_reads (
    order_id  INTEGER PRIMARY KEY REFERENCES platform_orders (id) ON DELETE CASCADE,
    read_at   INTEGER NOT NULL
);

-- Folded text that the search compares: every id and every title between two line feeds. A query never holds a line
-- feed, so no match runs over two of them, and every letter but the line feed begins a trigram.
CREATE TABLE order_texts (
    id      INTEGER PRIMARY KEY REFERENCES platform_orders (id) ON DELETE CASCADE,
    ids     TEXT NOT NULL,
    titles  TEXT NOT NULL
);

-- Which orders hold which three characters. Without positions (detail=none): a find is checked against order_texts.
CREATE VIRTUAL TABLE order_trigrams USING fts5 (
    ids, titles,
    content = 'order_texts', content_rowid = 'id', tokenize = 'trigram case_sensitive 1', detail = none, columnsize = 0
);

-- The trigrams that occur, to look up texts that are shorter than one.
CREATE VIRTUAL TABLE order_terms USING fts5vocab (order_trigrams, 'row');

CREATE TABLE inventory_items (
    id                   INTEGER PRIMARY KEY,
    set_number           TEXT NOT NULL,
    name                 TEXT NOT NULL,
    condition            TEXT NOT NULL,
    cost_minor           INTEGER,
    listing_price_minor  INTEGER,
    currency             TEXT,
    purchase_date        TEXT,
    storage_location     TEXT,
    previous_location    TEXT,
    sku                  TEXT,
    asin                 TEXT,
    notes                TEXT,
    status               TEXT NOT NULL CHECK (status IN ('in_stock', 'linked', 'sold')),
    created_at           INTEGER NOT NULL
);

CREATE TABLE amazon_asin_mappings (
    asin        TEXT PRIMARY KEY,
    set_number  TEXT NOT NULL,
    condition   TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) WITHOUT ROWID;

-- Which line holds which unit; the key makes a second claim of a unit impossible.
CREATE TABLE claims (
    unit_id     INTEGER PRIMARY KEY REFERENCES inventory_items (id),
    item_id     INTEGER NOT NULL REFERENCES platform_order_items (id) ON DELETE CASCADE,
    claimed_at  INTEGER NOT NULL,
    method      TEXT NOT NULL CHECK (method IN ('manual', 'mapping', 'pick_list'))
);
CREATE INDEX claims_by_item ON claims (item_id);

-- Counts of the cards, one row per account and status, kept by the triggers below.
CREATE TABLE order_counts (
    account_id     INTEGER NOT NULL REFERENCES accounts (id),
    ui_status      INTEGER NOT NULL,
    n              INTEGER NOT NULL DEFAULT 0,
    missing_items  INTEGER NOT NULL DEFAULT 0,
    unmatched      INTEGER NOT NULL DEFAULT 0,
    no_asin        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, ui_status)
) WITHOUT ROWID;

-- Counts by stretch of a sort, so that a position is found by adding up a few hundred rows. A segment is a sort (0 date,
-- 2 updated, 4 ship by, 6 total, 8 order number), plus 1 for the orders without the sort's value. A block holds the
-- orders from its own lower bound to the next block's; all accounts have the same bounds; n0 … n5 count by ui_status.
-- The triggers keep the counts, the writer splits blocks that have grown.
CREATE TABLE order_blocks (
    segment     INTEGER NOT NULL,
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    low_key     BLOB NOT NULL,
    low_id      INTEGER NOT NULL,
    n           INTEGER NOT NULL DEFAULT 0,
    n0          INTEGER NOT NULL DEFAULT 0,
    n1          INTEGER NOT NULL DEFAULT 0,
    n2          INTEGER NOT NULL DEFAULT 0,
    n3          INTEGER NOT NULL DEFAULT 0,
    n4          INTEGER NOT NULL DEFAULT 0,
    n5          INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (segment, low_key, low_id, account_id)
) WITHOUT ROWID;
CREATE INDEX order_blocks_grown ON order_blocks (segment) WHERE n > 2048;

CREATE TRIGGER account_counts AFTER INSERT ON accounts BEGIN
    INSERT INTO order_counts (account_id, ui_status) VALUES
        (NEW.id, 0), (NEW.id, 1), (NEW.id, 2), (NEW.id, 3), (NEW.id, 4), (NEW.id, 5);
    -- Every bound that other accounts have, and the lowest bound of each segment.
    INSERT INTO order_blocks (segment, account_id, low_key, low_id)
        SELECT DISTINCT segment, NEW.id, low_key, low_id FROM order_blocks
        UNION
        SELECT value, NEW.id, -9223372036854775808, -9223372036854775808
        FROM json_each('[0, 1, 2, 4, 5, 6, 7, 8]');
END;

CREATE TRIGGER order_counted AFTER INSERT ON platform_orders BEGIN
    UPDATE order_counts SET n = n + 1, missing_items = missing_items + NEW.missing_items,
        unmatched = unmatched + (NEW.unmatched_lines > 0), no_asin = no_asin + (NEW.no_asin_lines > 0)
    WHERE account_id = NEW.account_id AND ui_status = NEW.ui_status;
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 0 + (NEW.order_date IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.order_date, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 2 AND account_id = NEW.account_id
            AND (low_key, low_id) <= (NEW.last_update, NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 4 + (NEW.ship_by IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.ship_by, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 6 + (NEW.total_minor IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.total_minor, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 8 AND account_id = NEW.account_id
            AND (low_key, low_id) <= (NEW.platform_order_id, NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_uncounted AFTER DELETE ON platform_orders BEGIN
    UPDATE order_counts SET n = n - 1, missing_items = missing_items - OLD.missing_items,
        unmatched = unmatched - (OLD.unmatched_lines > 0), no_asin = no_asin - (OLD.no_asin_lines > 0)
    WHERE account_id = OLD.account_id AND ui_status = OLD.ui_status;
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 0 + (OLD.order_date IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.order_date, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 2 AND account_id = OLD.account_id
            AND (low_key, low_id) <= (OLD.last_update, OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 4 + (OLD.ship_by IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.ship_by, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 6 + (OLD.total_minor IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.total_minor, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 8 AND account_id = OLD.account_id
            AND (low_key, low_id) <= (OLD.platform_order_id, OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_recounted AFTER UPDATE OF account_id, ui_status, missing_items, unmatched_lines, no_asin_lines
ON platform_orders
WHEN (OLD.account_id, OLD.ui_status, OLD.missing_items, OLD.unmatched_lines > 0, OLD.no_asin_lines > 0)
    IS NOT (NEW.account_id, NEW.ui_status, NEW.missing_items, NEW.unmatched_lines > 0, NEW.no_asin_lines > 0)
BEGIN
    UPDATE order_counts SET n = n - 1, missing_items = missing_items - OLD.missing_items,
        unmatched = unmatched - (OLD.unmatched_lines > 0), no_asin = no_asin - (OLD.no_asin_lines > 0)
    WHERE account_id = OLD.account_id AND ui_status = OLD.ui_status;
    UPDATE order_counts SET n = n + 1, missing_items = missing_items + NEW.missing_items,
        unmatched = unmatched + (NEW.unmatched_lines > 0), no_asin = no_asin + (NEW.no_asin_lines > 0)
    WHERE account_id = NEW.account_id AND ui_status = NEW.ui_status;
END;

CREATE TRIGGER order_moved_by_date AFTER UPDATE OF account_id, ui_status, order_date ON platform_orders
WHEN (OLD.account_id, OLD.ui_status, OLD.order_date) IS NOT (NEW.account_id, NEW.ui_status, NEW.order_date)
BEGIN
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 0 + (OLD.order_date IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.order_date, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 0 + (NEW.order_date IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.order_date, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_moved_by_update AFTER UPDATE OF account_id, ui_status, last_update ON platform_orders
WHEN (OLD.account_id, OLD.ui_status, OLD.last_update) IS NOT (NEW.account_id, NEW.ui_status, NEW.last_update)
BEGIN
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 2 AND account_id = OLD.account_id
            AND (low_key, low_id) <= (OLD.last_update, OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 2 AND account_id = NEW.account_id
            AND (low_key, low_id) <= (NEW.last_update, NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_moved_by_ship AFTER UPDATE OF account_id, ui_status, ship_by ON platform_orders
WHEN (OLD.account_id, OLD.ui_status, OLD.ship_by) IS NOT (NEW.account_id, NEW.ui_status, NEW.ship_by)
BEGIN
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 4 + (OLD.ship_by IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.ship_by, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 4 + (NEW.ship_by IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.ship_by, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_moved_by_total AFTER UPDATE OF account_id, ui_status, total_minor ON platform_orders
WHEN (OLD.account_id, OLD.ui_status, OLD.total_minor) IS NOT (NEW.account_id, NEW.ui_status, NEW.total_minor)
BEGIN
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 6 + (OLD.total_minor IS NULL) AND account_id = OLD.account_id
            AND (low_key, low_id) <= (COALESCE(OLD.total_minor, 0), OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 6 + (NEW.total_minor IS NULL) AND account_id = NEW.account_id
            AND (low_key, low_id) <= (COALESCE(NEW.total_minor, 0), NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

CREATE TRIGGER order_moved_by_number AFTER UPDATE OF account_id, ui_status, platform_order_id ON platform_orders
WHEN (OLD.account_id, OLD.ui_status, OLD.platform_order_id) IS NOT (NEW.account_id, NEW.ui_status, NEW.platform_order_id)
BEGIN
    UPDATE order_blocks SET n = n - 1,
        n0 = n0 - (OLD.ui_status = 0), n1 = n1 - (OLD.ui_status = 1), n2 = n2 - (OLD.ui_status = 2),
        n3 = n3 - (OLD.ui_status = 3), n4 = n4 - (OLD.ui_status = 4), n5 = n5 - (OLD.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 8 AND account_id = OLD.account_id
            AND (low_key, low_id) <= (OLD.platform_order_id, OLD.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
    UPDATE order_blocks SET n = n + 1,
        n0 = n0 + (NEW.ui_status = 0), n1 = n1 + (NEW.ui_status = 1), n2 = n2 + (NEW.ui_status = 2),
        n3 = n3 + (NEW.ui_status = 3), n4 = n4 + (NEW.ui_status = 4), n5 = n5 + (NEW.ui_status = 5)
    WHERE (segment, account_id, low_key, low_id) = (
        SELECT segment, account_id, low_key, low_id FROM order_blocks
        WHERE segment = 8 AND account_id = NEW.account_id
            AND (low_key, low_id) <= (NEW.platform_order_id, NEW.id)
        ORDER BY low_key DESC, low_id DESC LIMIT 1);
END;

-- The stable view for spreadsheets and BI: Amazon's orders, one row per known line (design §3).
CREATE VIEW amazon_orders AS
SELECT
    o.account_id AS account_id,
    o.platform_order_id AS amazon_order_id,
    i.order_item_id AS order_item_id,
    strftime('%Y-%m-%dT%H:%M:%SZ', o.order_date / 1000, 'unixepoch') AS purchase_date,
    strftime('%Y-%m-%dT%H:%M:%SZ', o.last_update / 1000, 'unixepoch') AS last_update_date,
    CASE o.status
        WHEN 'PENDING' THEN 'Pending'
        WHEN 'PENDING_AVAILABILITY' THEN 'PendingAvailability'
        WHEN 'UNSHIPPED' THEN 'Unshipped'
        WHEN 'PARTIALLY_SHIPPED' THEN 'PartiallyShipped'
        WHEN 'SHIPPED' THEN 'Shipped'
        WHEN 'INVOICE_UNCONFIRMED' THEN 'InvoiceUnconfirmed'
        WHEN 'CANCELLED' THEN 'Canceled'
        WHEN 'UNFULFILLABLE' THEN 'Unfulfillable'
        ELSE o.status
    END AS order_status,
    CASE o.fulfilled_by WHEN 'AMAZON' THEN 'AFN' WHEN 'MERCHANT' THEN 'MFN' END AS fulfillment_channel,
    i.asin AS asin,
    i.seller_sku AS seller_sku,
    i.title AS title,
    i.quantity AS quantity_ordered,
    COALESCE(i.quantity_shipped, 0) AS quantity_shipped,
    CASE
        WHEN i.price_currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI',
            'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN i.item_price_minor * 1.0
        WHEN i.price_currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN i.item_price_minor / 1000.0
        ELSE i.item_price_minor / 100.0
    END AS item_price,
    i.item_price_minor AS item_price_minor,
    CASE WHEN i.item_price_minor IS NULL THEN o.market_currency ELSE i.price_currency END AS item_currency,
    instr(' ' || o.programs || ' ', ' PRIME ') > 0 AS is_prime,
    instr(' ' || o.programs || ' ', ' AMAZON_BUSINESS ') > 0 AS is_business_order,
    strftime('%Y-%m-%dT%H:%M:%SZ', i.created_at / 1000, 'unixepoch') AS created_at
FROM platform_order_items i
JOIN platform_orders o ON o.id = i.order_id
JOIN accounts a ON a.id = o.account_id
WHERE a.platform = 'amazon';

-- How far the orders of a marketplace are known to be complete (invariants I2, I3).
CREATE TABLE watermarks (
    account_id      INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    marketplace_id  TEXT NOT NULL,
    source          TEXT NOT NULL,
    up_to           INTEGER NOT NULL,
    PRIMARY KEY (account_id, marketplace_id, source)
) WITHOUT ROWID;

-- The window being read, or read last, of an account and source (invariants I1, I7, I8).
CREATE TABLE sync_windows (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id       INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    source           TEXT NOT NULL,
    api              TEXT NOT NULL,
    marketplace_ids  TEXT NOT NULL,
    window_from      INTEGER NOT NULL,
    window_to        INTEGER NOT NULL,
    restarts         INTEGER NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('paging', 'done')),
    token            TEXT,
    token_at         INTEGER NOT NULL,
    pages            INTEGER NOT NULL DEFAULT 0,
    -- hashes of the pages so far, eight bytes each
    fingerprints     BLOB NOT NULL DEFAULT x'',
    lowest_echo      INTEGER,
    UNIQUE (account_id, source)
);

CREATE TABLE rate_buckets (
    client_fingerprint  TEXT NOT NULL,
    region              TEXT NOT NULL,
    -- 0 where the limit belongs to the application alone
    account_id          INTEGER NOT NULL,
    operation           TEXT NOT NULL,
    tokens_nano         INTEGER NOT NULL,
    micro_hertz         INTEGER NOT NULL,
    at                  INTEGER NOT NULL,
    PRIMARY KEY (client_fingerprint, region, account_id, operation)
) WITHOUT ROWID;

-- One row per run (invariant I20).
CREATE TABLE sync_logs (
    id              INTEGER PRIMARY KEY,
    account_id      INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind            TEXT NOT NULL,
    started_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    calls           INTEGER NOT NULL DEFAULT 0,
    pages           INTEGER NOT NULL DEFAULT 0,
    throttled       INTEGER NOT NULL DEFAULT 0,
    new_orders      INTEGER NOT NULL DEFAULT 0,
    changed_orders  INTEGER NOT NULL DEFAULT 0,
    unchanged       INTEGER NOT NULL DEFAULT 0,
    items_written   INTEGER NOT NULL DEFAULT 0,
    -- orders by how long after their change they were kept; JSON, one count for each of the engine's buckets
    lateness        TEXT NOT NULL DEFAULT '[]',
    complete_up_to  INTEGER,
    error_code      TEXT,
    error_message   TEXT,
    request_id      TEXT
);

-- Answers that were not as documented: field path and JSON type, never a value.
CREATE TABLE surprises (
    field_path  TEXT NOT NULL,
    json_type   TEXT NOT NULL,
    count       INTEGER NOT NULL,
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    PRIMARY KEY (field_path, json_type)
) WITHOUT ROWID;

-- Long work: queued → running ⇄ waiting → done, failed or stopped.
CREATE TABLE jobs (
    id             INTEGER PRIMARY KEY,
    kind           TEXT NOT NULL,
    -- 0 for work that belongs to no account
    account_id     INTEGER NOT NULL,
    scope          TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('queued', 'running', 'waiting', 'done', 'failed', 'stopped')),
    total          INTEGER,
    done           INTEGER NOT NULL DEFAULT 0,
    failed         INTEGER NOT NULL DEFAULT 0,
    checkpoint     TEXT,
    waiting_until  INTEGER,
    error          TEXT,
    created_at     INTEGER NOT NULL,
    started_at     INTEGER,
    finished_at    INTEGER
);
CREATE UNIQUE INDEX jobs_active ON jobs (kind, account_id, scope) WHERE state IN ('queued', 'running', 'waiting');

-- What the seller did here; undo is an act of its own that points back.
CREATE TABLE acts (
    id         INTEGER PRIMARY KEY,
    batch      INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    before     TEXT,
    after      TEXT,
    undone_by  INTEGER REFERENCES acts (id)
);
CREATE INDEX acts_by_batch ON acts (batch);

PRAGMA user_version = 1;
