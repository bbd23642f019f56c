-- Pick lists as records, the seller's walk order, and what a confirmation leaves behind.

-- A list becomes a record when it is printed or a run starts.
CREATE TABLE pick_lists (
    id          INTEGER PRIMARY KEY,
    -- P- and eight hex digits of the hash of the content
    list_id     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'done', 'discarded')),
    created_at  INTEGER NOT NULL,
    printed_at  INTEGER,
    prints      INTEGER NOT NULL DEFAULT 0,
    -- sums as it was made
    lines            INTEGER NOT NULL,
    units            INTEGER NOT NULL,
    orders           INTEGER NOT NULL,
    exceptions       INTEGER NOT NULL,
    exception_units  INTEGER NOT NULL,
    -- the list as it was made, as JSON of the domain's plan: a reprint shows just this, without what was struck
    content     TEXT NOT NULL
);
CREATE INDEX pick_lists_open ON pick_lists (list_id) WHERE state = 'open';

-- One row per unit to take. The line is named as its platform names it: its row may be another one later.
CREATE TABLE pick_stops (
    list_id        INTEGER NOT NULL REFERENCES pick_lists (id) ON DELETE CASCADE,
    position       INTEGER NOT NULL,
    unit_id        INTEGER NOT NULL,
    order_id       INTEGER NOT NULL,
    order_item_id  TEXT NOT NULL,
    mark           TEXT NOT NULL CHECK (mark IN ('open', 'picked', 'short', 'struck')),
    marked_at      INTEGER,
    -- equal to unit_id while the list is open and the unit is neither struck nor short; the index below sees to it that a
    -- unit is on one open list only
    holds          INTEGER,
    -- the list gave the unit to its line; discarding the list takes it back
    claimed        INTEGER NOT NULL CHECK (claimed IN (0, 1)),
    PRIMARY KEY (list_id, position)
) WITHOUT ROWID;
CREATE UNIQUE INDEX pick_stops_hold ON pick_stops (holds) WHERE holds IS NOT NULL;
CREATE INDEX pick_stops_by_order ON pick_stops (order_id);

-- The seller's own walk order; locations that are not in it follow in natural order.
CREATE TABLE walk_order (
    location  TEXT PRIMARY KEY,
    position  INTEGER NOT NULL
) WITHOUT ROWID;

PRAGMA user_version = 5;
