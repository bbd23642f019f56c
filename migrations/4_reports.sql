-- Reports that were asked for at Amazon (invariant I18), and what the seller's listings said last.

-- intended → asking → waiting → done, empty, failed, abandoned or stopped. `asking` is written before the request leaves,
-- so a process that dies with it knows that the report may exist.
CREATE TABLE report_requests (
    id               INTEGER PRIMARY KEY,
    account_id       INTEGER NOT NULL REFERENCES accounts (id),
    report_type      TEXT NOT NULL,
    -- what tells it from others of its type: marketplace, period, options
    scope            TEXT NOT NULL,
    -- a JSON list
    marketplace_ids  TEXT NOT NULL,
    -- a JSON object of texts
    options          TEXT NOT NULL,
    data_from        INTEGER,
    data_to          INTEGER,
    intended_at      INTEGER NOT NULL,
    state            TEXT NOT NULL CHECK (state IN
                     ('intended', 'asking', 'waiting', 'done', 'empty', 'failed', 'abandoned', 'stopped')),
    asked_at         INTEGER,
    report_id        TEXT,
    -- when Amazon says that it was asked for
    made_at          INTEGER,
    -- Amazon's last word
    status           TEXT,
    document_id      TEXT,
    -- reports of this request that came to nothing
    attempts         INTEGER NOT NULL DEFAULT 0,
    -- their ids, a JSON list: they are not taken up again
    given_up         TEXT NOT NULL DEFAULT '[]',
    -- looks at the present report
    polls            INTEGER NOT NULL DEFAULT 0,
    next_at          INTEGER,
    error            TEXT,
    finished_at      INTEGER
);
CREATE UNIQUE INDEX report_requests_active ON report_requests (account_id, report_type, scope)
    WHERE state IN ('intended', 'asking', 'waiting');
CREATE INDEX report_requests_by_scope ON report_requests (account_id, report_type, scope, id);
CREATE INDEX report_requests_abandoned ON report_requests (next_at) WHERE state = 'abandoned';

-- One row per SKU on sale, replaced as a set for each account and marketplace.
CREATE TABLE listings (
    account_id           INTEGER NOT NULL REFERENCES accounts (id),
    marketplace_id       TEXT NOT NULL,
    sku                  TEXT NOT NULL,
    asin                 TEXT,
    title                TEXT,
    price_minor          INTEGER,
    currency             TEXT,
    quantity             INTEGER,
    condition            TEXT,
    status               TEXT,
    fulfillment_channel  TEXT,
    opened_at            INTEGER,
    -- the report that said so was made then
    seen_at              INTEGER NOT NULL,
    PRIMARY KEY (account_id, marketplace_id, sku)
) WITHOUT ROWID;
CREATE INDEX listings_by_asin ON listings (asin) WHERE asin IS NOT NULL;
CREATE INDEX listings_by_sku ON listings (sku);

PRAGMA user_version = 4;
