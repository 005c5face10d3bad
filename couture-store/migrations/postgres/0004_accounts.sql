-- Users, roles, sessions, API tokens and the audit log. Secrets are kept as hashes.
-- username_key is the name without differences of case.
CREATE TABLE account (
    user_id BIGINT NOT NULL PRIMARY KEY,
    username_key TEXT COLLATE "C" NOT NULL UNIQUE,
    username TEXT COLLATE "C" NOT NULL,
    first_name TEXT COLLATE "C" NOT NULL,
    last_name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    password_hash TEXT,
    must_change_password BIGINT NOT NULL,
    active BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    last_login BIGINT,
    logins BIGINT NOT NULL,
    failed_logins BIGINT NOT NULL
);
-- permissions is a JSON list.
CREATE TABLE access_role (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    permissions TEXT NOT NULL,
    built_in BIGINT NOT NULL
);
CREATE TABLE account_role (
    user_id BIGINT NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, role)
);
CREATE INDEX account_role_role ON account_role (role);
CREATE TABLE login_session (
    session_key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX login_session_user ON login_session (user_id);
CREATE INDEX login_session_expires ON login_session (expires_at);
-- scopes is a JSON list.
CREATE TABLE api_token (
    token_id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    token_key TEXT COLLATE "C" NOT NULL UNIQUE,
    scopes TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used BIGINT,
    UNIQUE (user_id, name)
);
-- Rows are added and read, and never changed.
CREATE TABLE audit_row (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_at BIGINT NOT NULL,
    event TEXT COLLATE "C" NOT NULL,
    user_name TEXT COLLATE "C",
    dag_id TEXT COLLATE "C",
    task_id TEXT COLLATE "C",
    run_id TEXT COLLATE "C",
    map_index BIGINT,
    try_number BIGINT,
    logical_date BIGINT,
    owner TEXT COLLATE "C",
    extra TEXT,
    source_ip TEXT COLLATE "C"
);
CREATE INDEX audit_row_dag ON audit_row (dag_id, number);
CREATE INDEX audit_row_user ON audit_row (user_name, number);
CREATE INDEX audit_row_event ON audit_row (event, number);
CREATE INDEX audit_row_time ON audit_row (happened_at, number);
CREATE FUNCTION audit_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of the audit log are never changed';
END
$$;
CREATE TRIGGER audit_row_stays BEFORE UPDATE ON audit_row FOR EACH ROW EXECUTE FUNCTION audit_row_stays();
