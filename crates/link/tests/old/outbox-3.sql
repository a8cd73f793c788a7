-- An outbox as the third release wrote it: with owners, with one edit.
PRAGMA journal_mode = WAL;
CREATE TABLE edit (
    place        INTEGER PRIMARY KEY,
    id           BLOB NOT NULL UNIQUE,
    ticket       TEXT NOT NULL,
    field        TEXT NOT NULL,
    base         TEXT NOT NULL, -- JSON
    base_version INTEGER,
    mine         TEXT NOT NULL, -- JSON
    at           TEXT NOT NULL,
    server TEXT,
    tenant TEXT,
    user   TEXT
) STRICT;
CREATE TABLE probe (place INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT;
CREATE TABLE note (
    place  INTEGER PRIMARY KEY,
    server TEXT NOT NULL,
    tenant TEXT NOT NULL,
    user   TEXT NOT NULL,
    shelf  TEXT NOT NULL,
    key    TEXT NOT NULL,
    at     INTEGER NOT NULL, -- milliseconds of the Unix epoch
    json   TEXT NOT NULL,
    UNIQUE (server, tenant, user, shelf, key)
) STRICT;
PRAGMA user_version = 3;
INSERT INTO edit (id, ticket, field, base, base_version, mine, at) VALUES (
    x'00000000000000000000000000000007', 'T-1', 'status_id', 'null', 7, '"s1"', '2026-11-21T10:00:00.123456789Z'
);
