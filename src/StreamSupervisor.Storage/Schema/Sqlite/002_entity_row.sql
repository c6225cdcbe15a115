-- One row for each entity: how far its journal goes, when it must be woken, and its labels. "open" says whether it is resident or has a wakeup; it
-- changes only when a broadcast begins or ends, so most updates leave every index alone.

DROP INDEX entity_by_status;
DROP INDEX entity_resident;
ALTER TABLE entity RENAME TO entity_before;

CREATE TABLE entity(
  entity_id TEXT    NOT NULL PRIMARY KEY,
  shard     INTEGER NOT NULL,
  sequence  INTEGER NOT NULL,  -- of its last event
  wake_at   INTEGER,           -- ticks of 100 ns since year 1, UTC; null: never
  open      INTEGER NOT NULL,
  status    TEXT,              -- null: it has no labels
  place     TEXT,
  resident  INTEGER NOT NULL,
  summary   BLOB
) STRICT, WITHOUT ROWID;

INSERT INTO entity(entity_id, shard, sequence, wake_at, open, status, place, resident, summary)
  SELECT w.entity_id, w.shard, max(w.sequence), k.at, coalesce(b.resident, 0) = 1 OR k.at IS NOT NULL, b.status, b.place, coalesce(b.resident, 0), b.summary
  FROM (SELECT entity_id, shard, sequence FROM journal UNION ALL SELECT entity_id, shard, sequence FROM snapshot) w
  LEFT JOIN entity_before b ON b.entity_id = w.entity_id
  LEFT JOIN wakeup k ON k.shard = w.shard AND k.entity_id = w.entity_id
  GROUP BY w.entity_id, w.shard;
DROP TABLE entity_before;
DROP TABLE wakeup;

CREATE INDEX entity_open ON entity(entity_id) WHERE open = 1;
CREATE INDEX entity_open_by_shard ON entity(shard) WHERE open = 1;
