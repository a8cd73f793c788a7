-- Keys can be listed and taken away without their text.

-- What a key is called among programs, what it is for, and who made it when. Nothing here leads back to the key.
ALTER TABLE api_keys ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN key_name TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN created_at BIGINT;
ALTER TABLE api_keys ADD COLUMN created_by TEXT;
UPDATE api_keys SET key_id = md5(random()::text || clock_timestamp()::text);
CREATE UNIQUE INDEX api_keys_by_id ON api_keys (tenant, key_id);
CREATE INDEX api_keys_of_user ON api_keys (tenant, user_id);

-- When a key of theirs was last taken away: live tokens from before then open nothing.
ALTER TABLE users ADD COLUMN key_revoked_at BIGINT;
