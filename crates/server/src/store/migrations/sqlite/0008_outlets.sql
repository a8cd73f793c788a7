-- Who hears of events, how far they have come, and from where an event came.

-- Whose doing an event was, the console and the socket that it came from, and the request that all of its like belong to.
-- Nothing of it is known of an event from before.
ALTER TABLE events ADD COLUMN actor_id TEXT;
ALTER TABLE events ADD COLUMN origin_session TEXT;
ALTER TABLE events ADD COLUMN socket_id TEXT;
ALTER TABLE events ADD COLUMN change_id TEXT;

-- How far an outlet has taken the events of a tenant.
CREATE TABLE outlets (
    name   TEXT NOT NULL,
    tenant TEXT NOT NULL,
    place  INTEGER NOT NULL,
    PRIMARY KEY (name, tenant),
    FOREIGN KEY (tenant) REFERENCES tenants (tenant)
) STRICT, WITHOUT ROWID;

-- Addresses of somebody else that events are sent to.
CREATE TABLE webhooks (
    tenant        TEXT NOT NULL,
    webhook_id    TEXT NOT NULL,
    name          TEXT NOT NULL,
    url           TEXT NOT NULL,
    -- The kinds that it is sent, with commas between; empty for every kind.
    event_types   TEXT NOT NULL,
    -- What its messages are signed with. It has to be kept as it is.
    secret        TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    created_by    TEXT NOT NULL,
    -- The last event that it took or had no use for.
    place         INTEGER NOT NULL,
    -- Tries in a row that failed.
    failures      INTEGER NOT NULL DEFAULT 0,
    -- It is left alone until then.
    next_try_at   INTEGER,
    last_tried_at INTEGER,
    -- How the last try ended: a status, or a word.
    last_outcome  TEXT,
    -- Since when it is sent nothing any more.
    disabled_at   INTEGER,
    PRIMARY KEY (tenant, webhook_id),
    FOREIGN KEY (tenant) REFERENCES tenants (tenant)
) STRICT, WITHOUT ROWID;

-- Until when it was told which clocks had run out while nobody touched their tickets; unknown before the first look.
ALTER TABLE tenants ADD COLUMN clocks_told_until INTEGER;
