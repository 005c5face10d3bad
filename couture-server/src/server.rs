//! The server as a program, and as the main function of programs that define DAGs in Rust.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use couture_core::Dag;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::api::{AllowedHosts, Guard, router};
use crate::auth::Authority;
use crate::command_line::{Invocation, invocation};
use crate::data_folder::DataFolder;
use crate::error::StartError;
use crate::listen;
use crate::measures::Measures;
use crate::node::{Children, Node};
use crate::serving::Serving;
use crate::settings::{Settings, sample};
use crate::supervise;
use crate::telemetry::Telemetry;
use crate::tls::acceptor;

/// A server program.
#[derive(Debug)]
pub struct Server;

/// What a server program is made of.
///
/// ```no_run
/// # fn my_dag() -> couture_core::Dag { couture_core::DagBuilder::new("mine").build().unwrap() }
/// fn main() -> std::process::ExitCode {
///     couture_server::Server::builder().dag(my_dag()).run()
/// }
/// ```
#[derive(Debug)]
pub struct ServerBuilder {
    name: &'static str,
    dags: Vec<Dag>,
    headless: bool,
}

/// The longest time for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// Threads of the runtime; operators have their own.
const THREADS: usize = 2;

impl Server {
    /// A server without DAGs of its own.
    pub fn builder() -> ServerBuilder {
        ServerBuilder { name: "server", dags: Vec::new(), headless: false }
    }
}

impl ServerBuilder {
    /// Adds a DAG.
    pub fn dag(mut self, dag: Dag) -> Self {
        self.dags.push(dag);
        self
    }

    /// Adds DAGs.
    pub fn dags(mut self, dags: impl IntoIterator<Item = Dag>) -> Self {
        self.dags.extend(dags);
        self
    }

    /// Leaves HTTP out.
    pub fn headless(mut self) -> Self {
        self.headless = true;
        self.name = "scheduler";
        self
    }

    /// Runs the program: reads its command line and settings, serves until it is told to stop, and returns its exit code. Nothing may
    /// have started a thread before, since this program also plays the supervisor of its child processes.
    pub fn run(mut self) -> ExitCode {
        if let Some(code) = supervise::play_if_asked() {
            return code;
        }
        #[cfg(feature = "eda")]
        if let Some(code) = crate::eda_role::play_if_asked() {
            return code;
        }
        let result = match invocation(self.name) {
            Ok(Invocation::PrintSample) => {
                print!("{}", sample());
                return ExitCode::SUCCESS;
            }
            Ok(Invocation::Run(settings)) => self.serve(*settings),
            Ok(Invocation::Exit(code)) => return code,
            Err(error) => Err(error),
        };
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                let _ = writeln!(std::io::stderr(), "{}: {error}", self.name);
                ExitCode::FAILURE
            }
        }
    }

    fn serve(&mut self, settings: Settings) -> Result<(), StartError> {
        // The last traces are sent when everything else is over.
        let _telemetry = Telemetry::begin(&settings)?;
        // No other process of this user can look up this one's environment and memory, which hold secrets.
        let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
        // Each connection takes one.
        couture_operators::raise_file_limit();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("couture")
            .thread_keep_alive(Duration::from_secs(2))
            .enable_all()
            .build()?;
        let result = runtime.block_on(serve(settings, std::mem::take(&mut self.dags), self.headless));
        runtime.shutdown_timeout(Duration::from_millis(500));
        result
    }
}

async fn serve(settings: Settings, dags: Vec<Dag>, headless: bool) -> Result<(), StartError> {
    let stopping = stop_signals()?;
    let data = DataFolder::open(&settings.data.dir)?;
    // Before anything is started: where the port is in use, nothing shall have happened.
    let listener = if headless { None } else { Some(listen::bind(&settings.server).await?) };
    // Before anything looks its measures up.
    let measures = if headless { None } else { Measures::begin() };
    let children = Children::Supervised { program: std::env::current_exe()? };
    let mut node = tokio::select! {
        node = Node::start(settings.clone(), data, dags, children) => node?,
        () = wanted(stopping.clone()) => return Ok(()),
    };
    let result = work(&mut node, listener, &settings, measures, stopping).await;
    node.data().retract();
    node.stop().await;
    result
}

/// Loads the DAGs, and answers requests until the program is to stop.
async fn work(
    node: &mut Node,
    listener: Option<TcpListener>,
    settings: &Settings,
    measures: Option<Measures>,
    stopping: watch::Receiver<bool>,
) -> Result<(), StartError> {
    let loaded = tokio::select! {
        result = node.load() => Some(result),
        () = wanted(stopping.clone()) => None,
    };
    let node = &*node;
    let wished = stopping.clone();
    let stop = async {
        wanted(wished).await;
        announce_stop(node);
    };
    match (loaded, listener) {
        (Some(Err(error)), _) => return Err(error),
        (None, _) => stop.await,
        (Some(Ok(())), None) => {
            say(format_args!("Couture's scheduler works on {}", node.data().path().display()));
            stop.await;
        }
        (Some(Ok(())), Some(listener)) => {
            let (url, hosts) = address(&listener, settings)?;
            let tls = acceptor(&settings.server)?;
            let serving = Serving::prepare(node, settings, listener.local_addr()?, measures.clone()).await?;
            if let Some(measures) = measures {
                tokio::spawn(measures.keep_small());
            }
            if let Some(password) = serving.shown_password() {
                say(format_args!(
                    "The first user is {} with the password {password} (shown this once; it must be changed at the first login)",
                    Authority::FIRST_USER
                ));
            }
            node.data().announce(&url)?;
            say(format_args!("Couture is at {url} (data in {})", node.data().path().display()));
            let guard = Guard { hosts: hosts.into(), timeout: ANSWER_TIMEOUT };
            let admission = serving.admission();
            let router = router(serving.state(node, stopping.clone()), guard).router;
            listen::serve(listener, tls, admission, router, stop).await;
            serving.end().await;
        }
    }
    Ok(())
}

fn announce_stop(node: &Node) {
    let live = node.engine().status().live_attempts;
    if live == 0 {
        say(format_args!("Couture stops. Nothing was running."));
        return;
    }
    say(format_args!(
        "Couture stops; {live} attempts are live. Child processes go on for up to {} s without a server (operators.orphan_grace_s): \
         one that starts on {} by then takes them over.",
        node.orphan_grace().as_secs(),
        node.data().path().display()
    ));
}

/// Prints a line; one that nobody reads is not worth an end.
fn say(line: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// The address that people use, and the names that requests may use.
fn address(listener: &TcpListener, settings: &Settings) -> Result<(String, AllowedHosts), StartError> {
    let local = listener.local_addr()?;
    let named = settings.server.allowed_hosts.iter().map(|host| host.to_lowercase()).collect();
    let hosts = AllowedHosts { loopback: local.ip().is_loopback(), named };
    let scheme = if settings.server.tls_cert.as_os_str().is_empty() { "http" } else { "https" };
    Ok((format!("{scheme}://{local}"), hosts))
}

/// Becomes true when the user or the system wants this program to stop. A second wish ends it at once.
fn stop_signals() -> Result<watch::Receiver<bool>, StartError> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        let mut wish = async || {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        wish().await;
        sender.send_replace(true);
        wish().await;
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"stopped at once\n");
        std::process::exit(130);
    });
    Ok(receiver)
}

/// Resolves when the program is to stop.
async fn wanted(mut stopping: watch::Receiver<bool>) {
    // An error means that nobody can wish it any more, which is the end too.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
