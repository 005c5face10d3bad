-- The facts of the engine. Times are microseconds since 1970-01-01T00:00:00Z.
CREATE TABLE shard (
    id BIGINT PRIMARY KEY,
    epoch BIGINT NOT NULL,
    owner TEXT,
    sequence BIGINT NOT NULL
);
CREATE TABLE worker (
    name TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    beat BIGINT NOT NULL,
    PRIMARY KEY (name, incarnation)
);
CREATE TABLE pool (
    name TEXT COLLATE "C" PRIMARY KEY,
    slots BIGINT NOT NULL,
    used BIGINT NOT NULL
);
CREATE TABLE dag (
    dag_id TEXT COLLATE "C" PRIMARY KEY,
    shard BIGINT NOT NULL,
    paused BIGINT NOT NULL,
    active BIGINT NOT NULL,
    version TEXT COLLATE "C" NOT NULL
);
CREATE INDEX dag_shard ON dag (shard);
CREATE TABLE dag_version (
    version TEXT COLLATE "C" NOT NULL,
    chunk BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (version, chunk)
);
CREATE TABLE dag_run (
    run_key BIGINT PRIMARY KEY,
    dag_id TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    run_type TEXT NOT NULL,
    logical_date BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    cancelled BIGINT NOT NULL,
    unfinished BIGINT,
    conf TEXT NOT NULL
);
CREATE UNIQUE INDEX dag_run_id ON dag_run (dag_id, run_id);
CREATE UNIQUE INDEX dag_run_key ON dag_run (dag_id, run_key);
CREATE INDEX dag_run_unfinished ON dag_run (run_key) WHERE unfinished = 1;
CREATE TABLE task_instance (
    run_key BIGINT NOT NULL,
    task_index BIGINT NOT NULL,
    map_index BIGINT NOT NULL,
    try_number BIGINT NOT NULL,
    launch BIGINT NOT NULL,
    state BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    worker TEXT,
    queued_at BIGINT,
    started_at BIGINT,
    ended_at BIGINT,
    retry_at BIGINT,
    error TEXT,
    PRIMARY KEY (run_key, task_index, map_index)
);
CREATE TABLE task_try (
    run_key BIGINT NOT NULL,
    task_index BIGINT NOT NULL,
    map_index BIGINT NOT NULL,
    try_number BIGINT NOT NULL,
    launch BIGINT NOT NULL,
    state BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    worker TEXT,
    queued_at BIGINT,
    started_at BIGINT,
    ended_at BIGINT,
    retry_at BIGINT,
    error TEXT,
    PRIMARY KEY (run_key, task_index, map_index, try_number)
);
-- A row counts while its sequence is that of the task instance's row.
CREATE TABLE xcom (
    run_key BIGINT NOT NULL,
    task_index BIGINT NOT NULL,
    map_index BIGINT NOT NULL,
    xcom_key TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    is_artifact BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (run_key, task_index, map_index, xcom_key)
);
CREATE TABLE journal (
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
    dag_id TEXT COLLATE "C",
    PRIMARY KEY (shard, sequence)
);
CREATE TABLE inbox (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shard BIGINT NOT NULL,
    request TEXT NOT NULL
);
CREATE INDEX inbox_shard ON inbox (shard, number);
