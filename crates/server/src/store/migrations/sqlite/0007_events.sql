-- What is told of changes, in the order in which it is told.

-- The newest number in this tenant's log; kept here so that pruning the log never gives a number twice.
ALTER TABLE tenants ADD COLUMN last_event INTEGER NOT NULL DEFAULT 0;

CREATE TABLE events (
    tenant       TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    event_id     TEXT NOT NULL,
    event_type   TEXT NOT NULL,
    -- The ticket that it is about, if it is one.
    ticket_id    TEXT,
    occurred_at  INTEGER NOT NULL,
    payload      TEXT NOT NULL,
    is_simulated INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, seq),
    FOREIGN KEY (tenant) REFERENCES tenants (tenant)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_of_ticket ON events (tenant, ticket_id, seq);
CREATE INDEX events_of_type ON events (tenant, event_type, seq);
