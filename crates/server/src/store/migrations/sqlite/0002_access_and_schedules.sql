-- Who sees what, switches per tenant, and schedules.

-- The boards that somebody sees. Who has none listed sees all of them.
CREATE TABLE user_boards (
    tenant   TEXT NOT NULL,
    user_id  TEXT NOT NULL,
    board_id TEXT NOT NULL,
    PRIMARY KEY (tenant, user_id, board_id),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, user_id),
    FOREIGN KEY (tenant, board_id) REFERENCES boards (tenant, board_id)
) STRICT, WITHOUT ROWID;

-- The customer whose person somebody is.
CREATE TABLE user_clients (
    tenant    TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    client_id TEXT NOT NULL,
    PRIMARY KEY (tenant, user_id),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, user_id),
    FOREIGN KEY (tenant, client_id) REFERENCES clients (tenant, client_id)
) STRICT, WITHOUT ROWID;

-- Where the change feed stood when what they may see last changed: what they hold from before is no base to go on from.
ALTER TABLE users ADD COLUMN access_seq INTEGER NOT NULL DEFAULT 0;

-- Switches. One that is not listed is on.
CREATE TABLE tenant_flags (
    tenant TEXT NOT NULL REFERENCES tenants (tenant),
    flag   TEXT NOT NULL,
    is_on  INTEGER NOT NULL,
    PRIMARY KEY (tenant, flag)
) STRICT, WITHOUT ROWID;

-- Where the ticket stood after the change and before it: who may be told of it. Empty for records from before this step.
ALTER TABLE changes ADD COLUMN board_id TEXT;
ALTER TABLE changes ADD COLUMN client_id TEXT;
ALTER TABLE changes ADD COLUMN board_was TEXT;
ALTER TABLE changes ADD COLUMN client_was TEXT;

CREATE TABLE schedule_entries (
    tenant             TEXT NOT NULL REFERENCES tenants (tenant),
    entry_id           TEXT NOT NULL,
    title              TEXT NOT NULL,
    scheduled_start    INTEGER NOT NULL,
    scheduled_end      INTEGER NOT NULL,
    work_item_type     TEXT NOT NULL,
    -- No reference: what is worked on may be a thing that is kept elsewhere, and may go while the entry stays.
    work_item_id       TEXT,
    notes              TEXT NOT NULL,
    is_private         INTEGER NOT NULL,
    status             TEXT NOT NULL,
    recurrence_pattern TEXT,
    created_by         TEXT NOT NULL,
    created_at         INTEGER NOT NULL,
    updated_by         TEXT NOT NULL,
    updated_by_name    TEXT NOT NULL,
    updated_at         INTEGER NOT NULL,
    version            INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant, entry_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX schedule_by_start ON schedule_entries (tenant, scheduled_start, entry_id);
CREATE INDEX schedule_by_work ON schedule_entries (tenant, work_item_id);

CREATE TABLE schedule_assignees (
    tenant   TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    user_id  TEXT NOT NULL,
    PRIMARY KEY (tenant, entry_id, user_id),
    FOREIGN KEY (tenant, entry_id) REFERENCES schedule_entries (tenant, entry_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX schedule_of_user ON schedule_assignees (tenant, user_id);
