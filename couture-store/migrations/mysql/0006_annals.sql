-- What people add: notes, and the versions that DAGs had. A note on a run itself has task_index -1.
CREATE TABLE IF NOT EXISTS note (
    run_key BIGINT NOT NULL,
    task_index BIGINT NOT NULL,
    map_index BIGINT NOT NULL,
    note LONGTEXT NOT NULL,
    author VARBINARY(250),
    written_at BIGINT NOT NULL,
    PRIMARY KEY (run_key, task_index, map_index)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS dag_past (
    dag_id VARBINARY(250) NOT NULL,
    number BIGINT NOT NULL,
    version VARBINARY(250) NOT NULL,
    seen_at BIGINT NOT NULL,
    source LONGTEXT,
    PRIMARY KEY (dag_id, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- For lists over all DAGs, and for counts.
SET @change = IF(EXISTS (
    SELECT 1 FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND table_name = 'dag_run' AND index_name = 'dag_run_queued'
), 'DO 0', 'CREATE INDEX dag_run_queued ON dag_run (queued_at, run_key)');
PREPARE migration FROM @change;
EXECUTE migration;
DEALLOCATE PREPARE migration;
SET @change = IF(EXISTS (
    SELECT 1 FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND table_name = 'dag_run' AND index_name = 'dag_run_state'
), 'DO 0', 'CREATE INDEX dag_run_state ON dag_run (dag_id, state, queued_at)');
PREPARE migration FROM @change;
EXECUTE migration;
DEALLOCATE PREPARE migration;
