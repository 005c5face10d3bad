-- The facts of the engine. Times are microseconds since 1970-01-01T00:00:00Z.
CREATE TABLE IF NOT EXISTS shard (
    id BIGINT NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    owner VARBINARY(300),
    sequence BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS worker (
    name VARBINARY(250) NOT NULL,
    incarnation BIGINT NOT NULL,
    beat BIGINT NOT NULL,
    PRIMARY KEY (name, incarnation)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS pool (
    name VARBINARY(250) PRIMARY KEY,
    slots BIGINT NOT NULL,
    used BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS dag (
    dag_id VARBINARY(250) PRIMARY KEY,
    shard BIGINT NOT NULL,
    paused BIGINT NOT NULL,
    active BIGINT NOT NULL,
    version VARBINARY(250) NOT NULL,
    KEY dag_shard (shard)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS dag_version (
    version VARBINARY(250) NOT NULL,
    chunk BIGINT NOT NULL,
    content LONGBLOB NOT NULL,
    PRIMARY KEY (version, chunk)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS dag_run (
    run_key BIGINT NOT NULL PRIMARY KEY,
    dag_id VARBINARY(250) NOT NULL,
    version VARBINARY(250) NOT NULL,
    run_id VARBINARY(250) NOT NULL,
    run_type VARBINARY(250) NOT NULL,
    logical_date BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    cancelled BIGINT NOT NULL,
    unfinished BIGINT,
    conf LONGTEXT NOT NULL,
    UNIQUE KEY dag_run_id (dag_id, run_id),
    UNIQUE KEY dag_run_key (dag_id, run_key),
    KEY dag_run_unfinished (unfinished, run_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS task_instance (
    run_key BIGINT NOT NULL,
    task_index BIGINT NOT NULL,
    map_index BIGINT NOT NULL,
    try_number BIGINT NOT NULL,
    launch BIGINT NOT NULL,
    state BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    worker VARBINARY(300),
    queued_at BIGINT,
    started_at BIGINT,
    ended_at BIGINT,
    retry_at BIGINT,
    error LONGTEXT,
    PRIMARY KEY (run_key, task_index, map_index)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS task_try (
    run_key BIGINT NOT NULL,
    task_index BIGINT NOT NULL,
    map_index BIGINT NOT NULL,
    try_number BIGINT NOT NULL,
    launch BIGINT NOT NULL,
    state BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    worker VARBINARY(300),
    queued_at BIGINT,
    started_at BIGINT,
    ended_at BIGINT,
    retry_at BIGINT,
    error LONGTEXT,
    PRIMARY KEY (run_key, task_index, map_index, try_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- A row counts while its sequence is that of the task instance's row.
CREATE TABLE IF NOT EXISTS xcom (
    run_key BIGINT NOT NULL,
    task_index BIGINT NOT NULL,
    map_index BIGINT NOT NULL,
    xcom_key VARBINARY(250) NOT NULL,
    sequence BIGINT NOT NULL,
    is_artifact BIGINT NOT NULL,
    content LONGTEXT NOT NULL,
    PRIMARY KEY (run_key, task_index, map_index, xcom_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS journal (
    shard BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    state BIGINT NOT NULL,
    run_key BIGINT NOT NULL,
    task_index BIGINT NOT NULL,
    map_index BIGINT NOT NULL,
    try_number BIGINT NOT NULL,
    launch BIGINT NOT NULL,
    dag_id VARBINARY(250),
    PRIMARY KEY (shard, sequence)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS inbox (
    number BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    shard BIGINT NOT NULL,
    request LONGTEXT NOT NULL,
    KEY inbox_shard (shard, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
