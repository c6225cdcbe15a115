-- As on PostgreSQL (see there). "created" is DateTime.Ticks; other times are milliseconds since 1970, UTC.

CREATE TABLE setting(
  name  TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE event_journal(
  ordering        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  created         INTEGER NOT NULL,
  deleted         INTEGER NOT NULL,
  persistence_id  TEXT    NOT NULL,
  sequence_number INTEGER NOT NULL,
  identifier      INTEGER NOT NULL,
  manifest        TEXT    NOT NULL,
  message         BLOB    NOT NULL,
  UNIQUE (persistence_id, sequence_number)
) STRICT;

CREATE TRIGGER event_journal_gap BEFORE INSERT ON event_journal
  WHEN NEW.sequence_number > 1
    AND NOT EXISTS (SELECT 1 FROM event_journal WHERE persistence_id = NEW.persistence_id AND sequence_number = NEW.sequence_number - 1)
  BEGIN SELECT RAISE(ABORT, 'the journal of this id has no row to follow'); END;

CREATE TABLE event_snapshot(
  persistence_id  TEXT    NOT NULL,
  sequence_number INTEGER NOT NULL,
  created         INTEGER NOT NULL,
  serializer_id   INTEGER NOT NULL,
  manifest        TEXT    NOT NULL,
  snapshot        BLOB    NOT NULL,
  PRIMARY KEY (persistence_id, sequence_number)
) STRICT;

CREATE TABLE stream_index(
  key        TEXT    NOT NULL PRIMARY KEY,
  sequence   INTEGER NOT NULL,
  state      TEXT    NOT NULL,
  origin     TEXT    NOT NULL,
  origins    TEXT    NOT NULL,
  since      INTEGER,
  generation INTEGER NOT NULL,
  idle       INTEGER NOT NULL,
  open_work  INTEGER NOT NULL,
  wake_at    INTEGER,
  changed_at INTEGER NOT NULL,
  summary    BLOB    NOT NULL
) STRICT;
CREATE INDEX stream_index_busy ON stream_index(key) WHERE NOT idle;
CREATE INDEX stream_index_due ON stream_index(key) WHERE open_work OR wake_at IS NOT NULL;
CREATE INDEX stream_index_old ON stream_index(changed_at) WHERE idle;
