-- Stock, mappings of every platform, settings, and what acts need to be shown and undone.
-- Columns that sort or compare are derived by the writer from the text beside them.

ALTER TABLE inventory_items ADD COLUMN set_match TEXT NOT NULL DEFAULT '';
ALTER TABLE inventory_items ADD COLUMN condition_class TEXT NOT NULL DEFAULT '';
ALTER TABLE inventory_items ADD COLUMN set_order TEXT NOT NULL DEFAULT '';
ALTER TABLE inventory_items ADD COLUMN name_order TEXT NOT NULL DEFAULT '';
ALTER TABLE inventory_items ADD COLUMN location_order TEXT;
-- folded set number, name, condition, location, SKU, ASIN and notes, each between two line feeds
ALTER TABLE inventory_items ADD COLUMN search TEXT NOT NULL DEFAULT '';

-- The greatest id ever given, so that a deleted unit comes back under its own.
CREATE TABLE last_unit (id INTEGER NOT NULL);
INSERT INTO last_unit SELECT COALESCE(MAX(id), 0) FROM inventory_items;

CREATE INDEX units_by_set ON inventory_items (set_order);
CREATE INDEX units_by_name ON inventory_items (name_order);
CREATE INDEX units_by_location ON inventory_items (location_order);
CREATE INDEX units_by_purchase ON inventory_items (purchase_date);
CREATE INDEX units_by_cost ON inventory_items (cost_minor);
CREATE INDEX units_by_status ON inventory_items (status, currency, cost_minor);
CREATE INDEX units_by_place ON inventory_items (storage_location, location_order) WHERE status <> 'sold';
-- The oldest free unit of a set and condition, and the free units of a name, SKU or ASIN.
CREATE INDEX units_free ON inventory_items (set_match, condition_class, purchase_date) WHERE status = 'in_stock';
CREATE INDEX units_free_names ON inventory_items (name_order) WHERE status = 'in_stock';
CREATE INDEX units_free_skus ON inventory_items (sku COLLATE NOCASE) WHERE status = 'in_stock' AND sku IS NOT NULL;
CREATE INDEX units_free_asins ON inventory_items (asin COLLATE NOCASE) WHERE status = 'in_stock' AND asin IS NOT NULL;

-- A unit is linked while a claim holds it and in stock again when the claim is gone, whoever writes the claim. A sold
-- unit keeps its status, and nobody can claim it.
CREATE TRIGGER unit_claimed BEFORE INSERT ON claims BEGIN
    SELECT RAISE(ABORT, 'a sold unit cannot be claimed')
    WHERE (SELECT status FROM inventory_items WHERE id = NEW.unit_id) = 'sold';
END;
CREATE TRIGGER unit_linked AFTER INSERT ON claims BEGIN
    UPDATE inventory_items SET status = 'linked' WHERE id = NEW.unit_id AND status = 'in_stock';
END;
CREATE TRIGGER unit_freed AFTER DELETE ON claims BEGIN
    UPDATE inventory_items SET status = 'in_stock' WHERE id = OLD.unit_id AND status = 'linked';
END;

-- What lines of other platforms match by: the SKU, else the item number. Null for Amazon's lines, which match by ASIN.
ALTER TABLE platform_order_items ADD COLUMN other_number TEXT;
UPDATE platform_order_items SET other_number = COALESCE(NULLIF(seller_sku, ''), asin)
WHERE order_id IN (SELECT o.id FROM platform_orders o JOIN accounts a ON a.id = o.account_id WHERE a.platform <> 'amazon');
-- Amazon's lines by ASIN, and the lines of other platforms by their number.
CREATE INDEX items_by_asin ON platform_order_items (asin, order_id) WHERE asin IS NOT NULL AND other_number IS NULL;
CREATE INDEX items_by_number ON platform_order_items (other_number, order_id) WHERE other_number IS NOT NULL;

CREATE TABLE number_mappings (
    number      TEXT PRIMARY KEY,
    set_number  TEXT NOT NULL,
    condition   TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) WITHOUT ROWID;

-- What changes a result; keys, types and bounds are domain's.
CREATE TABLE settings (
    key    TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) WITHOUT ROWID;

-- Acts of one call, as they are shown and undone together.
CREATE TABLE act_batches (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    summary  TEXT NOT NULL,
    -- number of acts, and how many of them were taken back
    acts     INTEGER NOT NULL,
    undone   INTEGER NOT NULL DEFAULT 0,
    -- the batch that this one took back
    undo_of  INTEGER
);
INSERT INTO act_batches (id, at, summary, acts, undone, undo_of)
SELECT a.batch, MIN(a.at), 'Changed the note of ' || COALESCE(MIN(o.platform_order_id), 'an order'), COUNT(*),
    COUNT(a.undone_by), (SELECT MIN(u.batch) FROM acts u JOIN acts own ON own.id = u.undone_by WHERE own.batch = a.batch)
FROM acts a LEFT JOIN platform_orders o ON 'order:' || o.id = a.subject GROUP BY a.batch;
UPDATE act_batches SET summary = 'Undid: ' || summary WHERE undo_of IS NOT NULL;

-- The order that an act is about, for the order's own history.
ALTER TABLE acts ADD COLUMN order_id INTEGER;
UPDATE acts SET order_id = CAST(substr(subject, 7) AS INTEGER) WHERE subject GLOB 'order:*';
CREATE INDEX acts_by_order ON acts (order_id) WHERE order_id IS NOT NULL;

PRAGMA user_version = 3;
