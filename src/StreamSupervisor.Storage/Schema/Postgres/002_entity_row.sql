-- One row for each entity: how far its journal goes, when it must be woken, and its labels. An append touches this row, the journal, and seldom
-- anything else. "open" changes only when a broadcast begins or ends, so most updates leave every index alone (HOT).

DROP INDEX streamsupervisor.entity_by_status;
DROP INDEX streamsupervisor.entity_resident;

ALTER TABLE streamsupervisor.entity
  ADD COLUMN sequence bigint NOT NULL DEFAULT 0,  -- of its last event
  ADD COLUMN wake_at  bigint,                     -- ticks of 100 ns since year 1, UTC; null: never
  ADD COLUMN open     boolean NOT NULL GENERATED ALWAYS AS (resident OR wake_at IS NOT NULL) STORED,
  ALTER COLUMN status  DROP NOT NULL,             -- null: it has no labels
  ALTER COLUMN place   DROP NOT NULL,
  ALTER COLUMN summary DROP NOT NULL;

INSERT INTO streamsupervisor.entity(entity_id, shard, sequence, resident)
  SELECT entity_id, shard, max(sequence), false
  FROM (SELECT entity_id, shard, sequence FROM streamsupervisor.journal UNION ALL SELECT entity_id, shard, sequence FROM streamsupervisor.snapshot) written
  GROUP BY entity_id, shard
  ON CONFLICT (entity_id) DO UPDATE SET sequence = excluded.sequence;
UPDATE streamsupervisor.entity e SET wake_at = w.at FROM streamsupervisor.wakeup w WHERE w.shard = e.shard AND w.entity_id = e.entity_id;
DROP TABLE streamsupervisor.wakeup;

CREATE INDEX entity_open ON streamsupervisor.entity(entity_id) WHERE open;
CREATE INDEX entity_open_by_shard ON streamsupervisor.entity(shard) WHERE open;
