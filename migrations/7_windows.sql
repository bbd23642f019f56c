-- A window for each group of marketplaces that is read together: one that fails in the middle of its list keeps its page
-- token beside the others' (invariants I1, I7). No two windows of an account share a marketplace; the writer sees to that.

CREATE TABLE sync_windows_by_group (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id       INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    source           TEXT NOT NULL,
    api              TEXT NOT NULL,
    -- JSON, sorted
    marketplace_ids  TEXT NOT NULL,
    window_from      INTEGER NOT NULL,
    window_to        INTEGER NOT NULL,
    -- 0 where Amazon's time was not known and the end was left to Amazon: window_to is a guess then
    end_sent         INTEGER NOT NULL DEFAULT 1 CHECK (end_sent IN (0, 1)),
    restarts         INTEGER NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('paging', 'done')),
    token            TEXT,
    token_at         INTEGER NOT NULL,
    pages            INTEGER NOT NULL DEFAULT 0,
    -- hashes of the pages so far, eight bytes each
    fingerprints     BLOB NOT NULL DEFAULT x'',
    lowest_echo      INTEGER,
    UNIQUE (account_id, source, marketplace_ids)
);
INSERT INTO sync_windows_by_group (id, account_id, source, api, marketplace_ids, window_from, window_to, restarts, state,
    token, token_at, pages, fingerprints, lowest_echo)
SELECT id, account_id, source, api, marketplace_ids, window_from, window_to, restarts, state,
    token, token_at, pages, fingerprints, lowest_echo
FROM sync_windows;
DROP TABLE sync_windows;
ALTER TABLE sync_windows_by_group RENAME TO sync_windows;

PRAGMA user_version = 7;
