//! Every setting, once.

use std::path::PathBuf;

use super::reference::{Key, Section};
use super::secret::Secret;
use super::value::{Raw, Value};

macro_rules! settings {
    ($(
        $(#[doc = $section_doc:literal])*
        $section:ident: $Section:ident {
            $(
                $(#[doc = $doc:literal])*
                $key:ident: $type:ty = $default:expr, flag $flag:literal $(, from $low:literal to $high:literal)? $(, one of $list:expr)?;
            )*
        }
    )*) => {
        /// All settings.
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct Settings {
            $($(#[doc = $section_doc])* pub $section: $Section,)*
        }

        $(
            $(#[doc = $section_doc])*
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub struct $Section { $($(#[doc = $doc])* pub $key: $type,)* }

            impl Default for $Section {
                fn default() -> Self {
                    Self { $($key: $default.into(),)* }
                }
            }
        )*

        /// The sections, in the order of the sample file.
        pub(super) static SECTIONS: &[Section] = &[$(Section {
            name: stringify!($section),
            doc: &[$($section_doc),*],
            keys: &[$(Key {
                section: stringify!($section),
                name: stringify!($key),
                doc: &[$($doc),*],
                flag: $flag,
                is_switch: matches!(stringify!($type).as_bytes(), b"bool"),
                default: || <$type as Value>::to_toml(&$default.into()),
            },)*],
        },)*];

        impl Settings {
            /// Sets `section.key`. The error says which values are allowed.
            ///
            /// # Panics
            /// Where there is no such key: callers look into [`SECTIONS`] first.
            pub(super) fn set(&mut self, section: &str, key: &str, raw: &Raw) -> Result<(), String> {
                match (section, key) {
                    $($((stringify!($section), stringify!($key)) => {
                        let value = <$type as Value>::read(raw).ok_or(<$type as Value>::WANTED)?;
                        $(
                            let range: std::ops::RangeInclusive<u64> = $low..=$high;
                            if value.as_number().is_some_and(|number| !range.contains(&number)) {
                                return Err(format!("a number from {} to {}", range.start(), range.end()));
                            }
                        )?
                        $(
                            let list: &[&str] = &$list;
                            if !list.contains(&value.as_str()) {
                                return Err(format!("one of {}", list.join(", ")));
                            }
                        )?
                        self.$section.$key = value;
                        Ok(())
                    })*)*
                    _ => unreachable!("{section}.{key} is no setting"),
                }
            }

            /// `section.key` for people to look at, as it is written in a file; none where it is secret, or there is no such key.
            pub fn shown(&self, section: &str, key: &str) -> Option<String> {
                let shown = match (section, key) {
                    $($((stringify!($section), stringify!($key)) => self.$section.$key.shown(),)*)*
                    _ => None,
                };
                // An address may hold a password.
                shown.filter(|text| !(text.contains("://") && text.contains('@')))
            }

            /// `section.key` as it is written in a file.
            #[cfg(test)]
            pub(super) fn toml_of(&self, section: &str, key: &str) -> String {
                match (section, key) {
                    $($((stringify!($section), stringify!($key)) => self.$section.$key.to_toml(),)*)*
                    _ => unreachable!("{section}.{key} is no setting"),
                }
            }
        }
    };
}

settings! {
    /// Where the server listens.
    server: ServerSettings {
        /// Address or name to listen on. Anything but this machine's own loopback address needs tls_cert and tls_key, or
        /// behind_proxy, and that the first user's password was changed.
        host: String = "127.0.0.1", flag "host";
        /// Port to listen on; 0 takes a free one, which is printed and written to server.json in the data folder.
        port: u16 = 8080_u16, flag "port";
        /// File of this server's certificate and those that it follows from, in PEM: the server then talks https only.
        tls_cert: PathBuf = "", flag "tls-cert";
        /// File of its key, in PEM.
        tls_key: PathBuf = "", flag "tls-key";
        /// Whether people reach this server through a proxy that talks https with them. Cookies are then sent by https only. Name
        /// the proxy's addresses in auth.trusted_proxies, and the name that people use in allowed_hosts.
        behind_proxy: bool = false, flag "behind-proxy";
        /// Names that requests may use for this server in their Host header, besides its own addresses: for a
        /// reverse proxy in front of it.
        allowed_hosts: Vec<String> = Vec::<String>::new(), flag "allowed-hosts";
        /// Address at which people see the page, for links in mails; none are in them where it is empty.
        base_url: String = "", flag "base-url";
        /// How many connections one address may have at a time, of 2048 in all. This machine itself and auth.trusted_proxies may have
        /// more, and so may everybody where behind_proxy is set and no proxy is named: let the proxy bound its clients then.
        max_connections_per_address: u32 = 512_u32, flag "max-connections-per-address", from 1 to 2_048;
        /// How many streams of events and logs one user may have open at a time, of 1536 in all; whoever is not logged in counts by
        /// address. Each page that is open in a browser needs one or two.
        max_streams_per_user: u32 = 64_u32, flag "max-streams-per-user", from 1 to 1_536;
    }
    /// Where the server keeps its files.
    data: DataSettings {
        /// Folder for the database, logs, artifacts and DAG files; created where it is missing. A couture.toml in it
        /// is read when --config names no other file. Its fernet.key decrypts variables and connections: keep a copy of
        /// it, or name the key in COUTURE_FERNET_KEY (several with commas; the first encrypts).
        dir: PathBuf = "data", flag "data";
    }
    /// Where DAGs, runs and task instances are kept.
    database: DatabaseSettings {
        /// Address of the database; empty for the SQLite file couture.db in the data folder. A password in it is
        /// never shown.
        url: String = "", flag "database-url";
    }
    /// How tasks are scheduled and run.
    scheduler: SchedulerSettings {
        /// How many attempts run at a time in this process; their pools limit them too.
        parallelism: u32 = 1_024_u32, flag "parallelism", from 1 to 100_000;
        /// Whether a DAG that was never seen before starts paused.
        dags_are_paused_at_creation: bool = true, flag "dags-are-paused-at-creation";
        /// Into how many shards a new database is divided; the most schedulers that can share it. An existing
        /// database keeps its number.
        shards: u32 = 16_u32, flag "shards", from 1 to 1_024;
        /// Milliseconds that a scheduler or worker may be silent before its work is given to others; more than three
        /// times operators.kill_grace_s.
        lease_ms: u64 = 40_000_u64, flag "lease-ms", from 1_000 to 3_600_000;
        /// How often an attempt may be lost with its worker before that counts as a failure of the task.
        max_lost: u32 = 5_u32, flag "max-lost", from 1 to 1_000;
        /// How many runs of a DAG may be running at a time, where it sets no max_active_runs of its own. Backfills have their
        /// own limits.
        max_active_runs_per_dag: u32 = 16_u32, flag "max-active-runs-per-dag", from 1 to 100_000;
        /// How many task instances of a DAG may be queued or running at a time, where it sets no max_active_tasks of its
        /// own; 0 for no limit but that of the pools.
        max_active_tasks_per_dag: u32 = 0_u32, flag "max-active-tasks-per-dag", from 0 to 1_000_000;
        /// Whether the runs between a DAG's start date and now are made up for, where it does not say.
        catchup_by_default: bool = true, flag "catchup-by-default";
        /// How many instances a mapped task may have.
        max_map_length: u32 = 1_024_u32, flag "max-map-length", from 1 to 1_000_000;
        /// Whether SLA misses are looked for, recorded and told.
        check_slas: bool = true, flag "check-slas";
    }
    /// Where DAGs come from.
    dags: DagsSettings {
        /// Folder of DAG files (.py, .zip, .yaml, .yml, .json); empty for the folder dags in the data folder.
        folder: PathBuf = "", flag "dags-folder";
        /// Whether the example DAGs are loaded.
        load_examples: bool = true, flag "load-examples";
        /// Milliseconds between two looks at the folder where the operating system does not tell of changes.
        reload_ms: u64 = 2_000_u64, flag "reload-ms", from 100 to 3_600_000;
        /// Biggest DAG file, in MiB.
        max_file_mib: u32 = 64_u32, flag "max-dag-file-mib", from 1 to 1_024;
        /// How the lines of .airflowignore are read: regexp (as in Airflow before 3) or glob (as in .gitignore).
        dag_ignore_file_syntax: String = "regexp", flag "dag-ignore-file-syntax", one of ["regexp", "glob"];
        /// What becomes of a Python file that writes the same dependency twice: error, or warn for old files.
        duplicate_dependencies: String = "error", flag "duplicate-dependencies", one of ["error", "warn"];
    }
    /// DAG files in Python.
    python: PythonSettings {
        /// Python that parses DAG files and runs their tasks, 3.9 or newer: a path, or a name that is looked up in PATH.
        executable: String = "python3", flag "python";
        /// How many files are parsed at a time; 0 for as many as there are cores.
        parse_processes: u32 = 0_u32, flag "python-parse-processes", from 0 to 1_024;
        /// Seconds that parsing one file may take.
        parse_timeout_s: u32 = 30_u32, flag "python-parse-timeout-s", from 1 to 3_600;
        /// MiB of memory that parsing one file may take, beyond what Python itself needs.
        parse_memory_mib: u32 = 1_024_u32, flag "python-parse-memory-mib", from 16 to 1_048_576;
        /// Names of variables of the server's environment that DAG files see while they are parsed. They see PATH, HOME, LANG, LC_*
        /// and TZ besides, and nothing else, so that no secret reaches them. Tasks see the whole environment.
        parse_environment: Vec<String> = Vec::<String>::new(), flag "python-parse-environment";
    }
    /// Logs of tasks, and the server's own.
    logs: LogsSettings {
        /// Bytes kept of one attempt's log; what comes after them is dropped, and the log says so.
        max_bytes_per_attempt: u64 = 4_294_967_296_u64, flag "max-log-bytes", from 1_024 to 1_099_511_627_776;
        /// What the server itself tells on standard error: error, warn, info, debug or trace (each with those before it).
        level: String = "info", flag "log-level", one of ["error", "warn", "info", "debug", "trace"];
        /// How it tells it: text for people, or json, an object a line, for programs.
        format: String = "text", flag "log-format", one of ["text", "json"];
    }
    /// Traces for OpenTelemetry: a span for each request that is answered, and for each attempt of a task.
    telemetry: TelemetrySettings {
        /// Address of a collector that takes OTLP over HTTP, such as http://127.0.0.1:4318; no traces are made where it is empty.
        otlp_endpoint: String = "", flag "otlp-endpoint";
        /// The name of this server in traces.
        service_name: String = "couture", flag "otlp-service-name";
    }
    /// The mail server, by the names of Airflow's section of this name.
    smtp: SmtpSettings {
        /// Name or address of the mail server; no mail is sent where it is empty.
        smtp_host: String = "", flag "smtp-host";
        /// Its port.
        smtp_port: u16 = 25_u16, flag "smtp-port";
        /// Whether the connection is made secret by STARTTLS. A server that cannot is an error.
        smtp_starttls: bool = true, flag "smtp-starttls";
        /// Whether the connection is TLS from the start.
        smtp_ssl: bool = false, flag "smtp-ssl";
        /// User, where the mail server wants one.
        smtp_user: String = "", flag "smtp-user";
        /// Its password. Better in the file or the environment than as a flag, which others on this machine see.
        smtp_password: Secret = "", flag "smtp-password";
        /// Whom mails are from.
        smtp_mail_from: String = "couture@example.com", flag "smtp-mail-from";
        /// Seconds that one try to send a mail may take.
        smtp_timeout: u32 = 30_u32, flag "smtp-timeout", from 1 to 3_600;
        /// How often sending a mail is tried while the mail server cannot be reached.
        smtp_retry_limit: u32 = 5_u32, flag "smtp-retry-limit", from 1 to 100;
    }
    /// Who may log in, and for how long. The names that begin with auth_ are those of Airflow's webserver_config.py.
    auth: AuthSettings {
        /// Who knows the passwords: AUTH_DB for this server's database, AUTH_LDAP for the directory server of [ldap]. With
        /// AUTH_LDAP, users of the database can log in only if they have the role Admin.
        auth_type: String = "AUTH_DB", flag "auth-type", one of ["AUTH_DB", "AUTH_LDAP"];
        /// The role of everybody who did not log in.
        auth_role_public: String = "Public", flag "auth-role-public";
        /// Whether users of the directory server who log in for the first time are let in, and get an account.
        auth_user_registration: bool = false, flag "auth-user-registration";
        /// The role that such users get.
        auth_user_registration_role: String = "Public", flag "auth-user-registration-role";
        /// Minutes without a request after which a session ends.
        session_idle_min: u32 = 720_u32, flag "session-idle-min", from 1 to 525_600;
        /// Hours after which a session ends in any case.
        session_max_h: u32 = 168_u32, flag "session-max-h", from 1 to 8_760;
        /// Seconds for which a token of POST /auth/token counts.
        jwt_expiration_s: u32 = 86_400_u32, flag "jwt-expiration-s", from 60 to 31_536_000;
        /// Seconds for which a token of POST /auth/token/cli counts.
        jwt_cli_expiration_s: u32 = 3_600_u32, flag "jwt-cli-expiration-s", from 60 to 31_536_000;
        /// The most days for which a personal API token counts.
        api_token_max_days: u32 = 365_u32, flag "api-token-max-days", from 1 to 3_650;
        /// The fewest characters of a password.
        password_min_length: u32 = 10_u32, flag "password-min-length", from 8 to 128;
        /// After so many failed logins in a row nobody can log in as that user for a while; after ten times as many from one
        /// address, nobody can from there.
        max_failed_logins: u32 = 5_u32, flag "max-failed-logins", from 1 to 1_000;
        /// Seconds of the first such while; each further one is twice as long, up to a day.
        lockout_s: u32 = 60_u32, flag "lockout-s", from 1 to 86_400;
        /// Addresses and networks of proxies, such as 10.0.0.0/8, whose header X-Forwarded-For tells from where a request comes.
        trusted_proxies: Vec<String> = Vec::<String>::new(), flag "trusted-proxies";
        /// Days for which rows of the audit log are kept; 0 for ever.
        audit_retention_days: u32 = 365_u32, flag "audit-retention-days", from 0 to 36_500;
        /// Whether values of variables whose key tells of a secret (password, token, …) are hidden from people. Passwords of
        /// connections always are. The name is that of Airflow's section [admin].
        hide_sensitive_variable_fields: bool = true, flag "hide-sensitive-variable-fields";
    }
    /// The directory server, where auth.auth_type is AUTH_LDAP, by the names of Airflow's webserver_config.py.
    ldap: LdapSettings {
        /// Its address: ldap://host:389, or ldaps://host:636 for TLS from the start.
        auth_ldap_server: String = "", flag "auth-ldap-server";
        /// Whether an ldap:// connection is made secret by StartTLS. A server that cannot is an error.
        auth_ldap_use_tls: bool = false, flag "auth-ldap-use-tls";
        /// Where users are, such as ou=users,dc=example,dc=com.
        auth_ldap_search: String = "", flag "auth-ldap-search";
        /// The field that holds the username, such as uid or sAMAccountName.
        auth_ldap_uid_field: String = "uid", flag "auth-ldap-uid-field";
        /// The user who looks for users; where it is empty, users log in to the directory without being looked for first.
        auth_ldap_bind_user: String = "", flag "auth-ldap-bind-user";
        /// Its password. Better in the file or the environment than as a flag, which others on this machine see.
        auth_ldap_bind_password: Secret = "", flag "auth-ldap-bind-password";
        /// A filter that users must pass, such as (memberOf=cn=flows,ou=groups,dc=example,dc=com).
        auth_ldap_search_filter: String = "", flag "auth-ldap-search-filter";
        /// Where groups are; a user must be in one of those below it. Empty for no such rule.
        auth_ldap_group_search: String = "", flag "auth-ldap-group-search";
        /// The domain that is appended to usernames where no user looks for users: john becomes john@example.com.
        auth_ldap_append_domain: String = "", flag "auth-ldap-append-domain";
        /// What a username becomes where no user looks for users: %s stands for it, as in uid=%s,ou=users,dc=example,dc=com.
        auth_ldap_username_format: String = "", flag "auth-ldap-username-format";
        /// The field of the given name.
        auth_ldap_firstname_field: String = "givenName", flag "auth-ldap-firstname-field";
        /// The field of the family name.
        auth_ldap_lastname_field: String = "sn", flag "auth-ldap-lastname-field";
        /// The field of the e-mail address.
        auth_ldap_email_field: String = "mail", flag "auth-ldap-email-field";
        /// Whether any certificate is taken, unless auth_ldap_tls_demand is set. Whoever is in between can then read passwords.
        auth_ldap_allow_self_signed: bool = false, flag "auth-ldap-allow-self-signed";
        /// Whether the certificate must be one that can be checked, whatever auth_ldap_allow_self_signed says.
        auth_ldap_tls_demand: bool = false, flag "auth-ldap-tls-demand";
        /// Folder of certificates of authorities to trust; without it and the next, those of the system are trusted.
        auth_ldap_tls_cacertdir: PathBuf = "", flag "auth-ldap-tls-cacertdir";
        /// File of certificates of authorities to trust, in PEM.
        auth_ldap_tls_cacertfile: PathBuf = "", flag "auth-ldap-tls-cacertfile";
        /// File of this server's own certificate, in PEM, where the directory server asks for one.
        auth_ldap_tls_certfile: PathBuf = "", flag "auth-ldap-tls-certfile";
        /// File of its key.
        auth_ldap_tls_keyfile: PathBuf = "", flag "auth-ldap-tls-keyfile";
    }
    /// Exploratory data analysis.
    eda: EdaSettings {
        /// Whether data sets can be looked at here, with the DAG exploratory_data_analysis.
        enabled: bool = true, flag "eda-enabled";
        /// Program that looks at them, called as eda is: a path, or a name that is looked up in PATH. Empty for this program itself,
        /// or eda where it was built without.
        program: String = "", flag "eda-program";
        /// MiB of memory that it may take at a time, where a task does not say.
        memory_mib: u32 = 1_024_u32, flag "eda-memory-mib", from 16 to 1_048_576;
        /// Biggest file that is uploaded to be looked at, in MiB.
        max_upload_mib: u32 = 512_u32, flag "eda-max-upload-mib", from 1 to 1_048_576;
    }
    /// Child processes of tasks.
    operators: OperatorsSettings {
        /// Seconds that an attempt may take to end when it is told to, before it is given up. A bash command gets TERM
        /// at once, and KILL after 5 seconds.
        kill_grace_s: u32 = 10_u32, flag "kill-grace-s", from 6 to 86_400;
        /// Seconds that children go on without a server; the next server within this time takes them over. A sixth
        /// of scheduler.lease_ms is the most where other schedulers share the database.
        orphan_grace_s: u32 = 60_u32, flag "orphan-grace-s", from 1 to 604_800;
    }
}
