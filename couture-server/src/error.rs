//! Why a server does not start.

use std::path::PathBuf;

use couture_core::EngineError;
use couture_operators::RegistrationError;
use couture_store::ConnectError;

use crate::settings::SettingsError;

/// Why a server does not start. Each message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The settings are wrong.
    #[error("failed to read the settings: {0}")]
    Settings(#[from] SettingsError),
    /// Two settings do not fit each other.
    #[error("failed to use the settings: {0}")]
    Unfit(String),
    /// Passwords would travel in clear text.
    #[error(
        "refused to listen on {host}: others could reach it, and passwords would travel in clear text. Name a certificate and its key \
         (server.tls_cert, server.tls_key), or say --behind-proxy where a proxy talks https with people, or listen on 127.0.0.1"
    )]
    Remote {
        /// The address asked for.
        host: String,
    },
    /// A password would have to be shown on a screen, and would let others in.
    #[error(
        "refused to listen on {host} at the first start: set COUTURE_ADMIN_PASSWORD to the password that the first user, superadmin, shall \
         have, or start the server on 127.0.0.1 first"
    )]
    NoPassword {
        /// The address asked for.
        host: String,
    },
    /// A password that was shown on a screen would let others in.
    #[error(
        "refused to listen on {host}: the password of an administrator was printed at the first start and was not changed since. Start the \
         server on 127.0.0.1, log in and change it"
    )]
    ShownPassword {
        /// The address asked for.
        host: String,
    },
    /// The server cannot prove who it is.
    #[error("failed to use server.tls_cert {cert:?} and server.tls_key {key:?}: {reason}")]
    Tls {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        reason: String,
    },
    /// Users cannot be looked up.
    #[error("failed to prepare the users and roles: {0}")]
    Accounts(String),
    /// Another program listens there.
    #[error(
        "failed to listen: port {port} of {host} is in use. Stop the program that has it, or choose another one with --port \
         (server.port in couture.toml, COUTURE__SERVER__PORT); --port 0 takes a free one"
    )]
    PortInUse {
        /// The address.
        host: String,
        /// The port.
        port: u16,
    },
    /// It cannot listen there for another reason.
    #[error("failed to listen on {host}, port {port} (server.host, server.port): {source}")]
    Listen {
        /// The address.
        host: String,
        /// The port.
        port: u16,
        /// Why.
        source: std::io::Error,
    },
    /// The data folder cannot be made or used.
    #[error("failed to use the data folder {folder:?} (--data): {source}")]
    Data {
        /// Which folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What is in the database was encrypted with another key.
    #[error(
        "failed to decrypt what is in the database: it was encrypted with another Fernet key than that in {file:?}. Copy fernet.key from \
         the data folder of the server that wrote it, or set COUTURE_FERNET_KEY to its key. Where that key is lost, set COUTURE_FERNET_KEY \
         to the one in this file, and set all variables and connections again"
    )]
    ForeignKey {
        /// Where this server's key is.
        file: PathBuf,
    },
    /// Another server has the data folder.
    #[error(
        "the data folder {folder:?} is in use by another server{other}. Stop that one, or name another folder with --data"
    )]
    InUse {
        /// Which folder.
        folder: PathBuf,
        /// What is known of the other server.
        other: String,
    },
    /// The database cannot be opened.
    #[error("failed to open the database (database.url): {0}")]
    Database(#[from] ConnectError),
    /// Logs and artifacts have no place.
    #[error("failed to use {folder:?}, the folder of logs and artifacts: {reason}")]
    Objects {
        /// Which folder.
        folder: PathBuf,
        /// Why.
        reason: String,
    },
    /// Two operators of this program have one tag.
    #[error("failed to start: {0}")]
    Registration(#[from] RegistrationError),
    /// The supervisor of child processes does not start.
    #[error("failed to start the supervisor of child processes: {0}")]
    Supervisor(String),
    /// The engine does not start.
    #[error("failed to start the engine: {0}")]
    Engine(#[from] EngineError),
    /// The system refuses something that every server needs.
    #[error("failed to start: {0}")]
    System(#[from] std::io::Error),
}
