-- Every row of entity data was written under the epoch of its shard. Times are UTC: "at" of events in milliseconds since 1970,
-- "at" of wakeups in ticks of 100 ns since year 1 (exact: a deadline that is read back is the deadline that was written).

CREATE TABLE meta(
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A fixed number of rows. The epoch is the fencing token: raised at each start, and after a write whose outcome is unknown.
CREATE TABLE shard(
  shard INTEGER NOT NULL PRIMARY KEY,
  epoch INTEGER NOT NULL
) STRICT;

CREATE TABLE journal(
  shard     INTEGER NOT NULL,
  entity_id TEXT    NOT NULL,
  sequence  INTEGER NOT NULL,
  epoch     INTEGER NOT NULL,
  kind      TEXT    NOT NULL,
  at        INTEGER NOT NULL,
  payload   BLOB    NOT NULL,
  PRIMARY KEY(shard, entity_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot(
  shard     INTEGER NOT NULL,
  entity_id TEXT    NOT NULL,
  sequence  INTEGER NOT NULL,
  epoch     INTEGER NOT NULL,
  state     BLOB    NOT NULL,
  PRIMARY KEY(shard, entity_id)
) STRICT, WITHOUT ROWID;

-- Effects that were started and not ended.
CREATE TABLE outbox(
  shard     INTEGER NOT NULL,
  entity_id TEXT    NOT NULL,
  name      TEXT    NOT NULL,
  sequence  INTEGER NOT NULL,
  body      BLOB    NOT NULL,
  PRIMARY KEY(shard, entity_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE wakeup(
  shard     INTEGER NOT NULL,
  entity_id TEXT    NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY(shard, entity_id)
) STRICT, WITHOUT ROWID;

-- Labels. An id belongs to one shard for the life of the database, so the id alone is the key, and a list in its order needs no sort.
CREATE TABLE entity(
  entity_id TEXT    NOT NULL PRIMARY KEY,
  shard     INTEGER NOT NULL,
  status    TEXT    NOT NULL,
  place     TEXT    NOT NULL,
  resident  INTEGER NOT NULL,
  summary   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX entity_by_status ON entity(status, entity_id);
CREATE INDEX entity_resident ON entity(shard) WHERE resident = 1;
