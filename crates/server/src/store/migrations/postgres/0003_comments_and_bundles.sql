-- What people say on a ticket. A comment that was taken away keeps its row, so that its thread holds together.
CREATE TABLE comments (
    tenant            TEXT NOT NULL,
    comment_id        TEXT NOT NULL,
    ticket_id         TEXT NOT NULL,
    -- The comment that began the thread: itself, where it is no reply.
    thread_id         TEXT NOT NULL,
    parent_comment_id TEXT,
    comment_text      TEXT NOT NULL,
    is_internal       BIGINT NOT NULL,
    is_resolution     BIGINT NOT NULL,
    author_type       TEXT NOT NULL,
    -- The account that wrote it, or the customer's person whose words came in without one.
    created_by        TEXT,
    author_contact_id TEXT,
    time_spent        BIGINT,
    -- A JSON object of the writer's.
    metadata          TEXT,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT,
    deleted_at        BIGINT,
    PRIMARY KEY (tenant, comment_id),
    FOREIGN KEY (tenant, ticket_id) REFERENCES tickets (tenant, ticket_id)
);
CREATE INDEX comments_of_ticket ON comments (tenant, ticket_id, created_at, comment_id);

-- One person's one emoji below a comment. The ticket is there so that all of it goes with the ticket.
CREATE TABLE comment_reactions (
    tenant     TEXT NOT NULL,
    comment_id TEXT NOT NULL,
    emoji      TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    ticket_id  TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, comment_id, emoji, user_id),
    FOREIGN KEY (tenant, comment_id) REFERENCES comments (tenant, comment_id)
);
CREATE INDEX reactions_of_ticket ON comment_reactions (tenant, ticket_id);

-- The ticket that speaks for this one. A bundle is flat: the rules of the domain see to it.
ALTER TABLE tickets ADD COLUMN master_ticket_id TEXT;
CREATE INDEX tickets_by_master ON tickets (tenant, master_ticket_id) WHERE master_ticket_id IS NOT NULL;

-- How the bundle of a master behaves. Only a master has a row here.
CREATE TABLE bundles (
    tenant                TEXT NOT NULL,
    ticket_id             TEXT NOT NULL,
    mode                  TEXT NOT NULL,
    reopen_on_child_reply BIGINT NOT NULL,
    PRIMARY KEY (tenant, ticket_id),
    FOREIGN KEY (tenant, ticket_id) REFERENCES tickets (tenant, ticket_id)
);
