-- Times are milliseconds since 1970 in UTC. Every key starts with the tenant: no query can cross that wall by accident.

CREATE TABLE tenants (
    tenant   TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    -- The newest number in this tenant's change feed; kept here so that pruning the feed never gives a number twice.
    last_seq BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE users (
    tenant      TEXT NOT NULL REFERENCES tenants (tenant),
    user_id     TEXT NOT NULL,
    username    TEXT NOT NULL,
    first_name  TEXT NOT NULL,
    last_name   TEXT NOT NULL,
    email       TEXT NOT NULL,
    avatar_url  TEXT,
    role        TEXT NOT NULL,
    is_inactive BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, user_id)
);

-- Only the SHA-256 of a key is kept. A key is found by the first bytes of its hash and then compared whole.
CREATE TABLE api_keys (
    hash_start BYTEA NOT NULL,
    hash       BYTEA NOT NULL,
    tenant     TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (hash_start, hash),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, user_id)
);

CREATE TABLE teams (
    tenant    TEXT NOT NULL REFERENCES tenants (tenant),
    team_id   TEXT NOT NULL,
    team_name TEXT NOT NULL,
    PRIMARY KEY (tenant, team_id)
);

CREATE TABLE team_members (
    tenant  TEXT NOT NULL,
    team_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (tenant, team_id, user_id),
    FOREIGN KEY (tenant, team_id) REFERENCES teams (tenant, team_id),
    FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, user_id)
);

CREATE TABLE boards (
    tenant        TEXT NOT NULL REFERENCES tenants (tenant),
    board_id      TEXT NOT NULL,
    board_name    TEXT NOT NULL,
    display_order BIGINT NOT NULL,
    is_default    BIGINT NOT NULL DEFAULT 0,
    is_inactive   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, board_id)
);

CREATE TABLE statuses (
    tenant       TEXT NOT NULL,
    status_id    TEXT NOT NULL,
    board_id     TEXT NOT NULL,
    name         TEXT NOT NULL,
    is_closed    BIGINT NOT NULL,
    is_default   BIGINT NOT NULL DEFAULT 0,
    order_number BIGINT NOT NULL,
    PRIMARY KEY (tenant, status_id),
    FOREIGN KEY (tenant, board_id) REFERENCES boards (tenant, board_id)
);

CREATE TABLE priorities (
    tenant              TEXT NOT NULL REFERENCES tenants (tenant),
    priority_id         TEXT NOT NULL,
    priority_name       TEXT NOT NULL,
    order_number        BIGINT NOT NULL,
    color               TEXT,
    itil_priority_level BIGINT,
    PRIMARY KEY (tenant, priority_id)
);

CREATE TABLE categories (
    tenant          TEXT NOT NULL,
    category_id     TEXT NOT NULL,
    board_id        TEXT NOT NULL,
    category_name   TEXT NOT NULL,
    parent_category TEXT,
    display_order   BIGINT NOT NULL,
    PRIMARY KEY (tenant, category_id),
    FOREIGN KEY (tenant, board_id) REFERENCES boards (tenant, board_id)
);

CREATE TABLE clients (
    tenant      TEXT NOT NULL REFERENCES tenants (tenant),
    client_id   TEXT NOT NULL,
    client_name TEXT NOT NULL,
    is_inactive BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, client_id)
);

CREATE TABLE locations (
    tenant        TEXT NOT NULL,
    location_id   TEXT NOT NULL,
    client_id     TEXT NOT NULL,
    location_name TEXT NOT NULL,
    address       TEXT NOT NULL,
    PRIMARY KEY (tenant, location_id),
    FOREIGN KEY (tenant, client_id) REFERENCES clients (tenant, client_id)
);
CREATE INDEX locations_of_client ON locations (tenant, client_id);

CREATE TABLE contacts (
    tenant          TEXT NOT NULL,
    contact_name_id TEXT NOT NULL,
    client_id       TEXT NOT NULL,
    full_name       TEXT NOT NULL,
    email           TEXT NOT NULL,
    phone_number    TEXT NOT NULL,
    PRIMARY KEY (tenant, contact_name_id),
    FOREIGN KEY (tenant, client_id) REFERENCES clients (tenant, client_id)
);
CREATE INDEX contacts_of_client ON contacts (tenant, client_id);

CREATE TABLE tickets (
    tenant                TEXT NOT NULL,
    ticket_id             TEXT NOT NULL,
    ticket_number         TEXT NOT NULL,
    title                 TEXT NOT NULL,
    board_id              TEXT NOT NULL,
    status_id             TEXT NOT NULL,
    priority_id           TEXT NOT NULL,
    client_id             TEXT NOT NULL,
    contact_name_id       TEXT,
    location_id           TEXT,
    category_id           TEXT,
    subcategory_id        TEXT,
    assigned_to           TEXT,
    assigned_team_id      TEXT,
    itil_impact           BIGINT,
    itil_urgency          BIGINT,
    response_state        TEXT,
    due_date              BIGINT,
    entered_by            TEXT,
    entered_at            BIGINT NOT NULL,
    updated_by            TEXT,
    updated_at            BIGINT,
    is_closed             BIGINT NOT NULL DEFAULT 0,
    closed_by             TEXT,
    closed_at             BIGINT,
    sla_response_due_at   BIGINT,
    sla_resolution_due_at BIGINT,
    version               BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant, ticket_id),
    UNIQUE (tenant, ticket_number),
    FOREIGN KEY (tenant, board_id) REFERENCES boards (tenant, board_id),
    FOREIGN KEY (tenant, status_id) REFERENCES statuses (tenant, status_id),
    FOREIGN KEY (tenant, priority_id) REFERENCES priorities (tenant, priority_id),
    FOREIGN KEY (tenant, client_id) REFERENCES clients (tenant, client_id),
    FOREIGN KEY (tenant, contact_name_id) REFERENCES contacts (tenant, contact_name_id),
    FOREIGN KEY (tenant, location_id) REFERENCES locations (tenant, location_id),
    FOREIGN KEY (tenant, category_id) REFERENCES categories (tenant, category_id),
    FOREIGN KEY (tenant, subcategory_id) REFERENCES categories (tenant, category_id),
    FOREIGN KEY (tenant, assigned_to) REFERENCES users (tenant, user_id),
    FOREIGN KEY (tenant, assigned_team_id) REFERENCES teams (tenant, team_id)
);
CREATE INDEX tickets_by_entry ON tickets (tenant, entered_at, ticket_id);
CREATE INDEX tickets_open ON tickets (tenant, is_closed, entered_at, ticket_id);
CREATE INDEX tickets_by_assignee ON tickets (tenant, assigned_to);

-- Who changed a field last, and with which version: what a stale write is judged by.
CREATE TABLE field_changes (
    tenant       TEXT NOT NULL,
    ticket_id    TEXT NOT NULL,
    field        TEXT NOT NULL,
    version      BIGINT NOT NULL,
    user_id      TEXT NOT NULL,
    display_name TEXT NOT NULL,
    changed_at   BIGINT NOT NULL,
    PRIMARY KEY (tenant, ticket_id, field),
    FOREIGN KEY (tenant, ticket_id) REFERENCES tickets (tenant, ticket_id)
);

-- The change feed: what happened, in order.
CREATE TABLE changes (
    tenant         TEXT NOT NULL REFERENCES tenants (tenant),
    seq            BIGINT NOT NULL,
    ticket_id      TEXT NOT NULL,
    version        BIGINT NOT NULL,
    updated_fields TEXT NOT NULL,
    user_id        TEXT NOT NULL,
    display_name   TEXT NOT NULL,
    updated_at     BIGINT NOT NULL,
    deleted        BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, seq)
);

-- Hints that wait to be relayed. A number never comes twice, but a smaller one may be committed after a greater one.
CREATE TABLE outbox (
    seq       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant    TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    hint      TEXT NOT NULL
);

-- What was answered to a write, so that the same write sent again is applied once.
CREATE TABLE idempotency (
    tenant      TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    key         TEXT NOT NULL,
    body_hash   BYTEA NOT NULL,
    answer      TEXT NOT NULL,
    answered_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, user_id, key)
);
CREATE INDEX idempotency_by_age ON idempotency (answered_at);
