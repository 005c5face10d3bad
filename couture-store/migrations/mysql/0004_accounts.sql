-- Users, roles, sessions, API tokens and the audit log. Secrets are kept as hashes.
-- username_key is the name without differences of case.
CREATE TABLE IF NOT EXISTS account (
    user_id BIGINT NOT NULL PRIMARY KEY,
    username_key VARBINARY(250) NOT NULL UNIQUE,
    username VARBINARY(250) NOT NULL,
    first_name VARBINARY(250) NOT NULL,
    last_name VARBINARY(250) NOT NULL,
    email VARBINARY(250) NOT NULL,
    source VARBINARY(250) NOT NULL,
    password_hash LONGTEXT,
    must_change_password BIGINT NOT NULL,
    active BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    last_login BIGINT,
    logins BIGINT NOT NULL,
    failed_logins BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- permissions is a JSON list.
CREATE TABLE IF NOT EXISTS access_role (
    name VARBINARY(250) NOT NULL PRIMARY KEY,
    permissions LONGTEXT NOT NULL,
    built_in BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS account_role (
    user_id BIGINT NOT NULL,
    role VARBINARY(250) NOT NULL,
    PRIMARY KEY (user_id, role),
    KEY account_role_role (role)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS login_session (
    session_key VARBINARY(250) NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address LONGTEXT NOT NULL,
    agent LONGTEXT NOT NULL,
    KEY login_session_user (user_id),
    KEY login_session_expires (expires_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- scopes is a JSON list.
CREATE TABLE IF NOT EXISTS api_token (
    token_id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    name VARBINARY(250) NOT NULL,
    token_key VARBINARY(250) NOT NULL UNIQUE,
    scopes LONGTEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used BIGINT,
    UNIQUE (user_id, name)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- Rows are added and read, and never changed.
CREATE TABLE IF NOT EXISTS audit_row (
    number BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    happened_at BIGINT NOT NULL,
    event VARBINARY(250) NOT NULL,
    user_name VARBINARY(250),
    dag_id VARBINARY(250),
    task_id VARBINARY(250),
    run_id VARBINARY(250),
    map_index BIGINT,
    try_number BIGINT,
    logical_date BIGINT,
    owner VARBINARY(250),
    extra LONGTEXT,
    source_ip VARBINARY(250),
    KEY audit_row_dag (dag_id, number),
    KEY audit_row_user (user_name, number),
    KEY audit_row_event (event, number),
    KEY audit_row_time (happened_at, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- No trigger keeps rows from being changed, as elsewhere: where the server writes a binary log, only an administrator may make one.
