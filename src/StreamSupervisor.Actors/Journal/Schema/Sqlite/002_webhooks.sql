-- compatible-from: 1
-- As on PostgreSQL (004_webhooks.sql).
CREATE TABLE notice(
  ordering INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  created  INTEGER NOT NULL,
  subject  TEXT    NOT NULL,
  number   INTEGER NOT NULL,
  kind     TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  why      TEXT    NOT NULL,
  UNIQUE (subject, number)
) STRICT;

CREATE TABLE webhook(
  id            TEXT    NOT NULL PRIMARY KEY,
  version       INTEGER NOT NULL,
  journal       INTEGER NOT NULL,
  notices       INTEGER NOT NULL,
  parked        INTEGER NOT NULL,
  failures      INTEGER NOT NULL,
  next_try_at   INTEGER,
  last_error    TEXT,
  last_error_at INTEGER,
  delivered     INTEGER NOT NULL,
  delivered_at  INTEGER
) STRICT;
