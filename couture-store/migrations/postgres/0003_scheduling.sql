-- Data intervals, backfills, SLA misses, assets; what instances decided and wait for.
ALTER TABLE dag ADD COLUMN interval_start BIGINT;
ALTER TABLE dag ADD COLUMN interval_end BIGINT;
ALTER TABLE dag ADD COLUMN changed_assets TEXT;
ALTER TABLE dag_run ADD COLUMN interval_start BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dag_run ADD COLUMN interval_end BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dag_run ADD COLUMN backfill BIGINT;
UPDATE dag_run SET interval_start = logical_date, interval_end = logical_date;
CREATE INDEX dag_run_date ON dag_run (dag_id, logical_date, run_key, run_type);
ALTER TABLE task_instance ADD COLUMN max_tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE task_instance ADD COLUMN length BIGINT;
ALTER TABLE task_instance ADD COLUMN decision TEXT;
ALTER TABLE task_instance ADD COLUMN deferral TEXT;
ALTER TABLE task_try ADD COLUMN max_tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE task_try ADD COLUMN length BIGINT;
ALTER TABLE task_try ADD COLUMN decision TEXT;
ALTER TABLE task_try ADD COLUMN deferral TEXT;
CREATE TABLE backfill (
    number BIGINT PRIMARY KEY,
    dag_id TEXT COLLATE "C" NOT NULL,
    first_date BIGINT NOT NULL,
    last_date BIGINT NOT NULL,
    max_active_runs BIGINT NOT NULL,
    reprocess TEXT NOT NULL,
    is_reverse BIGINT NOT NULL,
    conf TEXT NOT NULL,
    state TEXT NOT NULL,
    unfinished BIGINT,
    reached BIGINT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX backfill_dag ON backfill (dag_id, number);
CREATE INDEX backfill_unfinished ON backfill (number) WHERE unfinished = 1;
CREATE TABLE sla_miss (
    dag_id TEXT COLLATE "C" NOT NULL,
    logical_date BIGINT NOT NULL,
    task_id TEXT COLLATE "C" NOT NULL,
    run_key BIGINT NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (dag_id, logical_date, task_id)
);
CREATE INDEX sla_miss_date ON sla_miss (logical_date, dag_id, task_id);
CREATE INDEX sla_miss_run ON sla_miss (run_key);
-- In the order in which they happened.
CREATE TABLE asset_event (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asset TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL,
    source TEXT,
    extra TEXT NOT NULL
);
CREATE INDEX asset_event_asset ON asset_event (asset, number);
-- Runs that are gone, and whose task instances, tries and XComs go little by little.
CREATE TABLE deleted_run (
    run_key BIGINT PRIMARY KEY
);
