-- What a ticket has beside its fields. Apart from its row, so that the rows of a board stay small.
CREATE TABLE ticket_details (
    tenant        TEXT NOT NULL,
    ticket_id     TEXT NOT NULL,
    url           TEXT,
    -- A JSON object; the description is in it.
    attributes    TEXT NOT NULL,
    source        TEXT,
    ticket_origin TEXT,
    PRIMARY KEY (tenant, ticket_id),
    FOREIGN KEY (tenant, ticket_id) REFERENCES tickets (tenant, ticket_id)
);

-- A tag is its word, in small letters.
CREATE TABLE ticket_tags (
    tenant    TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    tag       TEXT NOT NULL,
    PRIMARY KEY (tenant, ticket_id, tag),
    FOREIGN KEY (tenant, ticket_id) REFERENCES tickets (tenant, ticket_id)
);
CREATE INDEX tickets_by_tag ON ticket_tags (tenant, tag, ticket_id);

-- The newest number of a company's tickets: a number is never given twice, also when its ticket is deleted.
CREATE TABLE ticket_numbers (
    tenant      TEXT PRIMARY KEY REFERENCES tenants (tenant),
    last_number BIGINT NOT NULL
);

-- What a record's version endpoint says of a record that is no ticket (RB-5).
ALTER TABLE clients ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE clients ADD COLUMN updated_at BIGINT;
ALTER TABLE clients ADD COLUMN updated_by TEXT;
ALTER TABLE contacts ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE contacts ADD COLUMN updated_at BIGINT;
ALTER TABLE contacts ADD COLUMN updated_by TEXT;

-- Where the ticket of a hint lay and lies: this decides who may hear of it.
ALTER TABLE outbox ADD COLUMN board_was TEXT;
ALTER TABLE outbox ADD COLUMN client_was TEXT;
ALTER TABLE outbox ADD COLUMN board_id TEXT;
ALTER TABLE outbox ADD COLUMN client_id TEXT;
