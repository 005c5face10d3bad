-- Data intervals, backfills, SLA misses, assets; what instances decided and wait for.
-- A column that is there already is left: a migration that was interrupted can be repeated, and not every server knows
-- ADD COLUMN IF NOT EXISTS.
SET @change = IF(EXISTS (
    SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'dag' AND column_name = 'changed_assets'
), 'DO 0', 'ALTER TABLE dag ADD COLUMN interval_start BIGINT, ADD COLUMN interval_end BIGINT, ADD COLUMN changed_assets LONGTEXT');
PREPARE migration FROM @change;
EXECUTE migration;
DEALLOCATE PREPARE migration;
SET @change = IF(EXISTS (
    SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'dag_run' AND column_name = 'backfill'
), 'DO 0', 'ALTER TABLE dag_run ADD COLUMN interval_start BIGINT, ADD COLUMN interval_end BIGINT, ADD COLUMN backfill BIGINT,
    ADD KEY dag_run_date (dag_id, logical_date, run_key, run_type)');
PREPARE migration FROM @change;
EXECUTE migration;
DEALLOCATE PREPARE migration;
UPDATE dag_run SET interval_start = logical_date, interval_end = logical_date WHERE interval_start IS NULL;
SET @change = IF(EXISTS (
    SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'task_instance' AND column_name = 'deferral'
), 'DO 0', 'ALTER TABLE task_instance ADD COLUMN max_tries BIGINT NOT NULL DEFAULT 0, ADD COLUMN length BIGINT,
    ADD COLUMN decision LONGTEXT, ADD COLUMN deferral LONGTEXT');
PREPARE migration FROM @change;
EXECUTE migration;
DEALLOCATE PREPARE migration;
SET @change = IF(EXISTS (
    SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'task_try' AND column_name = 'deferral'
), 'DO 0', 'ALTER TABLE task_try ADD COLUMN max_tries BIGINT NOT NULL DEFAULT 0, ADD COLUMN length BIGINT,
    ADD COLUMN decision LONGTEXT, ADD COLUMN deferral LONGTEXT');
PREPARE migration FROM @change;
EXECUTE migration;
DEALLOCATE PREPARE migration;
CREATE TABLE IF NOT EXISTS backfill (
    number BIGINT NOT NULL PRIMARY KEY,
    dag_id VARBINARY(250) NOT NULL,
    first_date BIGINT NOT NULL,
    last_date BIGINT NOT NULL,
    max_active_runs BIGINT NOT NULL,
    reprocess VARBINARY(250) NOT NULL,
    is_reverse BIGINT NOT NULL,
    conf LONGTEXT NOT NULL,
    state VARBINARY(250) NOT NULL,
    unfinished BIGINT,
    reached BIGINT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    KEY backfill_dag (dag_id, number),
    KEY backfill_unfinished (unfinished, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS sla_miss (
    dag_id VARBINARY(250) NOT NULL,
    logical_date BIGINT NOT NULL,
    task_id VARBINARY(250) NOT NULL,
    run_key BIGINT NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (dag_id, logical_date, task_id),
    KEY sla_miss_date (logical_date, dag_id, task_id),
    KEY sla_miss_run (run_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- In the order in which they happened.
CREATE TABLE IF NOT EXISTS asset_event (
    number BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    asset VARBINARY(250) NOT NULL,
    changed_at BIGINT NOT NULL,
    source LONGTEXT,
    extra LONGTEXT NOT NULL,
    KEY asset_event_asset (asset, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- Runs that are gone, and whose task instances, tries and XComs go little by little.
CREATE TABLE IF NOT EXISTS deleted_run (
    run_key BIGINT NOT NULL PRIMARY KEY
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
