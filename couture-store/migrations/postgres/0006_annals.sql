-- What people add: notes, and the versions that DAGs had. A note on a run itself has task_index -1.
CREATE TABLE note (
    run_key BIGINT NOT NULL,
    task_index BIGINT NOT NULL,
    map_index BIGINT NOT NULL,
    note TEXT NOT NULL,
    author TEXT,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (run_key, task_index, map_index)
);
CREATE TABLE dag_past (
    dag_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    seen_at BIGINT NOT NULL,
    source TEXT,
    PRIMARY KEY (dag_id, number)
);
-- For lists over all DAGs, and for counts.
CREATE INDEX dag_run_queued ON dag_run (queued_at, run_key);
CREATE INDEX dag_run_state ON dag_run (dag_id, state, queued_at);
