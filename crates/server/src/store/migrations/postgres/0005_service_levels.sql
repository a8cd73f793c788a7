-- What was promised to whom, the hours in which it counts, and what must hold before a ticket is closed.

-- Hours that count: around the clock, or a week of shifts in a time zone less the holidays.
CREATE TABLE business_hours (
    tenant            TEXT NOT NULL REFERENCES tenants (tenant),
    business_hours_id TEXT NOT NULL,
    schedule_name     TEXT NOT NULL,
    timezone          TEXT NOT NULL,
    is_24x7           BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, business_hours_id)
);

-- Weekday 0 is Sunday, as in the stock. Minutes of the local day; 1440 is its end.
CREATE TABLE business_hours_entries (
    tenant            TEXT NOT NULL,
    business_hours_id TEXT NOT NULL,
    day_of_week       BIGINT NOT NULL,
    opens_at          BIGINT NOT NULL,
    closes_at         BIGINT NOT NULL,
    PRIMARY KEY (tenant, business_hours_id, day_of_week, opens_at),
    FOREIGN KEY (tenant, business_hours_id) REFERENCES business_hours (tenant, business_hours_id)
);

-- Days, as YYYY-MM-DD, on which nobody works.
CREATE TABLE holidays (
    tenant            TEXT NOT NULL,
    business_hours_id TEXT NOT NULL,
    holiday_date      TEXT NOT NULL,
    holiday_name      TEXT NOT NULL,
    PRIMARY KEY (tenant, business_hours_id, holiday_date),
    FOREIGN KEY (tenant, business_hours_id) REFERENCES business_hours (tenant, business_hours_id)
);

-- Without business hours a policy counts around the clock.
CREATE TABLE sla_policies (
    tenant            TEXT NOT NULL REFERENCES tenants (tenant),
    sla_policy_id     TEXT NOT NULL,
    policy_name       TEXT NOT NULL,
    is_default        BIGINT NOT NULL DEFAULT 0,
    business_hours_id TEXT,
    PRIMARY KEY (tenant, sla_policy_id),
    FOREIGN KEY (tenant, business_hours_id) REFERENCES business_hours (tenant, business_hours_id)
);

CREATE TABLE sla_targets (
    tenant                  TEXT NOT NULL,
    sla_policy_id           TEXT NOT NULL,
    priority_id             TEXT NOT NULL,
    response_time_minutes   BIGINT,
    resolution_time_minutes BIGINT,
    PRIMARY KEY (tenant, sla_policy_id, priority_id),
    FOREIGN KEY (tenant, sla_policy_id) REFERENCES sla_policies (tenant, sla_policy_id),
    FOREIGN KEY (tenant, priority_id) REFERENCES priorities (tenant, priority_id)
);

-- A client's own policy goes before its board's, and that before the default one.
ALTER TABLE clients ADD COLUMN sla_policy_id TEXT;
ALTER TABLE boards ADD COLUMN sla_policy_id TEXT;
ALTER TABLE statuses ADD COLUMN pauses_sla BIGINT NOT NULL DEFAULT 0;

ALTER TABLE tickets ADD COLUMN itil_priority_level BIGINT;
ALTER TABLE tickets ADD COLUMN sla_policy_id TEXT;
ALTER TABLE tickets ADD COLUMN sla_started_at BIGINT;
ALTER TABLE tickets ADD COLUMN sla_response_at BIGINT;
ALTER TABLE tickets ADD COLUMN sla_response_met BIGINT;
ALTER TABLE tickets ADD COLUMN sla_resolution_at BIGINT;
ALTER TABLE tickets ADD COLUMN sla_resolution_met BIGINT;
ALTER TABLE tickets ADD COLUMN sla_paused_at BIGINT;
ALTER TABLE tickets ADD COLUMN sla_total_pause_minutes BIGINT NOT NULL DEFAULT 0;

-- What must hold before a ticket of a board is closed. required_fields are names with commas between them.
CREATE TABLE board_close_rules (
    tenant                     TEXT NOT NULL,
    board_id                   TEXT NOT NULL,
    require_resolution_comment BIGINT NOT NULL DEFAULT 0,
    require_time_entry         BIGINT NOT NULL DEFAULT 0,
    require_checklist_complete BIGINT NOT NULL DEFAULT 0,
    require_children_closed    BIGINT NOT NULL DEFAULT 0,
    required_fields            TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (tenant, board_id),
    FOREIGN KEY (tenant, board_id) REFERENCES boards (tenant, board_id)
);

-- Who closed a ticket against the rules of its board, and why.
CREATE TABLE close_overrides (
    tenant    TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    version   BIGINT NOT NULL,
    user_id   TEXT NOT NULL,
    reason    TEXT NOT NULL,
    -- The names of the rules that did not hold, with commas between them.
    rules     TEXT NOT NULL,
    closed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, ticket_id, version)
);
