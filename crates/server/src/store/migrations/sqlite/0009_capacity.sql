-- How full a team's day is.

-- The hours for which somebody may be planned on a day; empty where nobody said.
ALTER TABLE users ADD COLUMN max_daily_capacity INTEGER;

-- What takes a day is found from the day on, and not through everything that was ever planned before it.
CREATE INDEX schedule_by_end ON schedule_entries (tenant, scheduled_end, scheduled_start);
