-- What is told while the window is closed. News is kept until it was told, so that nothing is told twice and quiet hours
-- lose nothing; orders before the marks are no news.

CREATE TABLE alert_news (
    id       INTEGER PRIMARY KEY,
    -- names the fact: a fact that is here already is no news
    key      TEXT NOT NULL UNIQUE,
    at       INTEGER NOT NULL,
    -- JSON of the domain's news
    news     TEXT NOT NULL,
    -- null while it waits
    told_at  INTEGER
);
CREATE INDEX alert_news_waiting ON alert_news (id) WHERE told_at IS NULL;

-- The end of a marketplace's first import, or of reading again what a backup did not know: orders that were first seen
-- before it are not news, nor are those that a later look far into the past brings.
CREATE TABLE alert_marks (
    account_id      INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    marketplace_id  TEXT NOT NULL,
    -- the greatest row id of an order by then
    first_row       INTEGER NOT NULL,
    -- the watermark by then
    news_from       INTEGER NOT NULL,
    PRIMARY KEY (account_id, marketplace_id)
) WITHOUT ROWID;

-- One row: up to which order row, and since when, news was looked for.
CREATE TABLE alert_state (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    seen_to    INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    -- a database that was put back is read again up to here: what that brings was news once
    reread_to  INTEGER NOT NULL DEFAULT 0
);

-- Saved views that raise alerts, with the query they had, and the orders that were in them once.
CREATE TABLE alert_views (
    view_id  INTEGER PRIMARY KEY REFERENCES saved_views (id) ON DELETE CASCADE,
    query    TEXT NOT NULL
);
CREATE TABLE alert_view_orders (
    view_id   INTEGER NOT NULL REFERENCES alert_views (view_id) ON DELETE CASCADE,
    order_id  INTEGER NOT NULL REFERENCES platform_orders (id) ON DELETE CASCADE,
    PRIMARY KEY (view_id, order_id)
) WITHOUT ROWID;
CREATE INDEX alert_view_orders_by_order ON alert_view_orders (order_id);

PRAGMA user_version = 6;
