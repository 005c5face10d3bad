//! A server process.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

/// How a kind of server is started and asked.
pub(crate) struct Kind {
    /// The user that it runs as where the tests run as root, which it refuses to be.
    pub(crate) user: &'static str,
    /// What to install where a program is missing.
    pub(crate) package: &'static str,
    /// Programs, each with the folder outside of `PATH` where it may be; they become `$1`, `$2`, ….
    pub(crate) programs: &'static [(&'static str, &'static str)],
    /// A shell script that ends in the server. `$folder` is its own folder, `$port` its port.
    pub(crate) script: &'static str,
    /// Runs a statement on the server at this port.
    pub(crate) execute: fn(u16, String) -> futures_util::future::BoxFuture<'static, Result<(), sqlx::Error>>,
    /// The URL of a database on the server at this port.
    pub(crate) url: fn(u16, &str) -> String,
    /// The statement that makes a database of this name, with as little on the disk as can be.
    pub(crate) create: fn(&str) -> String,
    /// The statement that drops a database, whoever is still connected to it.
    pub(crate) drop: fn(&str) -> String,
    /// The server of this test program.
    pub(crate) server: OnceLock<Server>,
}

/// A running server.
pub(crate) struct Server {
    kind: &'static Kind,
    pub(crate) port: u16,
    folder: PathBuf,
    databases: AtomicU32,
    /// Databases that nobody needs any more.
    abandoned: Mutex<Vec<String>>,
    /// Its input ends with this process, and it watches for that.
    _keeper: Child,
}

impl Server {
    /// The server of this test program.
    pub(crate) async fn of(kind: &'static Kind) -> &'static Server {
        let server = kind.server.get_or_init(|| Server::start(kind));
        // A server tells nobody that it is ready: it is asked until it answers, with a deadline.
        let mut asked = tokio::time::interval(Duration::from_millis(20));
        let answer = async {
            loop {
                asked.tick().await;
                if (kind.execute)(server.port, "SELECT 1".to_owned()).await.is_ok() {
                    break;
                }
            }
        };
        let answered = tokio::time::timeout(Duration::from_secs(300), answer).await;
        assert!(answered.is_ok(), "the server does not answer; see server.log in {}", server.folder.display());
        server
    }

    fn start(kind: &'static Kind) -> Self {
        let programs: Vec<_> = kind.programs.iter().map(|(name, folder)| find(name, folder, kind.package)).collect();
        let folder = tempfile::Builder::new().prefix("couture-server-").tempdir().unwrap().keep();
        let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        let as_user = if root {
            format!("setpriv --reuid={0} --regid={0} --clear-groups --pdeathsig KILL", kind.user)
        } else {
            "setpriv --pdeathsig KILL".to_owned()
        };
        if root {
            let owned = Command::new("chown").arg(kind.user).arg(&folder).status().unwrap();
            assert!(owned.success(), "the user {} is missing: apt-get install {}", kind.user, kind.package);
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // The shell lives until its input ends, which is when this process does; then it removes everything. Should it be killed
        // itself, the system kills the server.
        let keeper = format!(
            "trap '' INT TERM HUP; cd \"$folder\"; {as_user} sh -c '{}' keeper \"$@\" >server.log 2>&1 & server=$!; \
             read end; kill -KILL $server; wait $server; cd /; rm -rf \"$folder\"",
            kind.script
        );
        let mut keeper = Command::new("sh")
            .args(["-c", &keeper, "keeper"])
            .args(&programs)
            .env("folder", &folder)
            .env("port", port.to_string())
            .stdin(Stdio::piped())
            // The shell tells of the kill.
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        keeper.stdin.as_mut().unwrap().flush().unwrap();
        Self { kind, port, folder, databases: AtomicU32::new(0), abandoned: Mutex::default(), _keeper: keeper }
    }

    /// A new database, which lives until what is returned is dropped and the next one is made: disks are small.
    pub(crate) async fn database(&self) -> Database {
        let abandoned = std::mem::take(&mut *self.abandoned.lock().unwrap());
        for name in abandoned {
            (self.kind.execute)(self.port, (self.kind.drop)(&name)).await.unwrap();
        }
        let name = format!("couture{}", self.databases.fetch_add(1, Ordering::Relaxed));
        (self.kind.execute)(self.port, (self.kind.create)(&name)).await.unwrap();
        Database { kind: self.kind, url: (self.kind.url)(self.port, &name), name }
    }
}

/// A database on a server.
pub(crate) struct Database {
    kind: &'static Kind,
    name: String,
    /// Where it is.
    pub(crate) url: String,
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(server) = self.kind.server.get() {
            server.abandoned.lock().unwrap().push(std::mem::take(&mut self.name));
        }
    }
}

fn find(name: &str, folder: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Some((before, after)) = folder.split_once('*') {
        let versions = std::fs::read_dir(before).into_iter().flatten().flatten();
        folders.extend(versions.map(|version| version.path().join(after)));
    } else {
        folders.push(Path::new(folder).to_owned());
    }
    folders
        .iter()
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .unwrap_or_else(|| panic!("{name} is missing: apt-get install {package}, or run scripts/test, which does"))
}
