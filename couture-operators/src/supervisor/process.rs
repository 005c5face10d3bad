//! The supervisor process.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use couture_core::AttemptToken;
use rustix::process::{Pid, getpid};
use tokio::net::UnixListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::complaint::complain;
use super::ledger::Ledger;
use super::lock::Lock;
use super::serve::{Served, Server};
use super::socket;
use super::spool::Spool;
use crate::child::{ChildEnd, Nursery, Records, WarmLimits};
use crate::sys;

/// How long children go on without a server, unless something else is set.
pub const DEFAULT_ORPHAN_GRACE: Duration = Duration::from_secs(60);

/// So long a new supervisor waits for an old one that is ending its children.
pub(super) const LOCK_PATIENCE: Duration = Duration::from_secs(120);

/// What it prints when clients can connect.
pub(super) const READY: &str = "ready\n";

/// Why a supervisor did not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SupervisorError {
    /// Another supervisor has the folder.
    #[error("{} belongs to another supervisor that does not end", .0.display())]
    Busy(PathBuf),
    /// The system refuses what it needs.
    #[error("failed to supervise in {}: {error}", dir.display())]
    System {
        /// The folder.
        dir: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// What a supervisor may take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SupervisorLimits {
    /// How long children go on without a server.
    pub orphan_grace: Duration,
    /// How many warm parents there are at most.
    pub warm_parents: usize,
    /// How long a warm parent stays that nobody needs.
    pub warm_idle: Duration,
}

impl Default for SupervisorLimits {
    fn default() -> Self {
        Self { orphan_grace: DEFAULT_ORPHAN_GRACE, warm_parents: 16, warm_idle: Duration::from_secs(300) }
    }
}

/// Is the supervisor of `dir` until it has no more to do; called by the process that a [`Supervisor`](super::Supervisor)
/// starts, as the first thing on its main thread, outside of any tokio runtime.
///
/// Without a client for `orphan_grace`, all children are ended, and then it returns. TERM has the same effect at once. It prints
/// one line, `ready`, when clients can connect; nobody needs to read on.
pub fn main(dir: &Path, orphan_grace: Duration) -> Result<(), SupervisorError> {
    main_within(dir, &SupervisorLimits { orphan_grace, ..SupervisorLimits::default() })
}

/// The same as [`main`], within other limits.
pub fn main_within(dir: &Path, limits: &SupervisorLimits) -> Result<(), SupervisorError> {
    // Fails only for the leader of a group, such as a shell's child, which then stays in its session.
    let _ = rustix::process::setsid();
    sys::raise_file_limit();
    let system = |error| SupervisorError::System { dir: dir.to_owned(), error };
    socket::make_private(dir).map_err(system)?;
    let Some(_lock) = Lock::take(dir, LOCK_PATIENCE).map_err(system)? else {
        return Err(SupervisorError::Busy(dir.to_owned()));
    };
    let records = DiskRecords { ledger: Ledger::open(dir).map_err(system)?, spool: Spool::open(dir).map_err(system)? };
    // Nobody is left who works in them.
    let _ = std::fs::remove_dir_all(dir.join("tmp"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(system)?;
    tokio::task::LocalSet::new().block_on(&runtime, supervise(dir, limits, records)).map_err(system)
}

async fn supervise(dir: &Path, limits: &SupervisorLimits, records: DiskRecords) -> io::Result<()> {
    let mark = records.ledger.mark().to_owned();
    // What a warm parent forks becomes a child of this process, and so do orphans.
    let nursery = match rustix::process::set_child_subreaper(Some(getpid())) {
        Ok(()) => Nursery::with_warm_parents(records, warm_limits(limits), complain),
        Err(error) => {
            complain(format_args!("failed to become a subreaper, so there are no warm parents: {error}"));
            Nursery::new(records)
        }
    };
    let mut terminate = signal(SignalKind::terminate())?;
    // A terminal's farewells are not for it, even where it could not leave the session.
    let _ignored = [signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?];
    let listener = UnixListener::from_std(socket::listen(dir)?)?;
    announce();
    let server =
        Server { nursery: nursery.clone(), temp_root: dir.join("tmp"), mark, orphan_grace: limits.orphan_grace };
    let reason = tokio::select! {
        reason = listen(&listener, &server, &mut terminate) => reason,
        never = nursery.reap_strays() => match never {},
    };
    // From here on nobody finds it; who comes waits for the lock.
    socket::remove(dir);
    drop(listener);
    nursery.lose_all(&reason);
    nursery.emptied().await;
    nursery.end_warm_parents().await;
    Ok(())
}

fn warm_limits(limits: &SupervisorLimits) -> WarmLimits {
    WarmLimits {
        most: limits.warm_parents,
        idle: limits.warm_idle,
        load: Duration::from_secs(60),
        fork: Duration::from_secs(30),
        failed: Duration::from_secs(300),
    }
}

/// Serves one client after the other, until there is a reason to end all.
async fn listen(listener: &UnixListener, server: &Server, terminate: &mut Signal) -> String {
    loop {
        let alone = tokio::time::sleep(server.orphan_grace);
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = alone => return format!("no server came back within {} s", server.orphan_grace.as_secs_f64()),
            _ = terminate.recv() => return terminated(),
        };
        let Ok((stream, _)) = accepted else {
            // No descriptor is free, say; the pause keeps it from spinning.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let served = tokio::select! {
            served = server.serve(stream) => served,
            _ = terminate.recv() => return terminated(),
        };
        match served {
            Served::Gone => {}
            Served::Replaced => return "its supervisor made room for one of another version".into(),
        }
    }
}

fn terminated() -> String {
    "its supervisor was told to end".into()
}

fn announce() {
    use std::io::Write;
    // Who started it may be gone already.
    let mut out = io::stdout();
    let _ = out.write_all(READY.as_bytes()).and_then(|()| out.flush());
}

/// Records in the supervisor's folder.
#[derive(Debug)]
pub(super) struct DiskRecords {
    ledger: Ledger,
    spool: Spool,
}

impl Records for DiskRecords {
    fn group_began(&mut self, group: Pid) {
        self.ledger.began(group);
    }

    fn group_ended(&mut self, group: Pid) {
        self.ledger.ended(group);
    }

    fn keep(&mut self, token: AttemptToken, end: &ChildEnd) {
        self.spool.keep(token, end);
    }

    fn find(&self, token: AttemptToken) -> Option<ChildEnd> {
        self.spool.find(token)
    }

    fn contains(&self, token: AttemptToken) -> bool {
        self.spool.contains(token)
    }

    fn tokens(&self) -> Vec<AttemptToken> {
        self.spool.tokens()
    }

    fn forget(&mut self, token: AttemptToken) {
        self.spool.forget(token);
    }
}
