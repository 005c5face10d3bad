//! The notifier, with a queue and threads of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use couture_core::dag::Callback;
use couture_core::task::{Cancellation, Notice, NoticeKind, Notifier};
use couture_core::{AttemptToken, MapIndex, RunKey, Services, TaskContext, TaskIndex};
use tokio::sync::{Semaphore, mpsc};

use super::callback::call;
use super::facts::facts;
use crate::email::notice_mail;

/// How a [`ThreadNotifier`] is set up.
#[derive(Clone, Debug)]
pub struct NotifySettings {
    /// The address of the web page, for links in mails.
    pub base_url: Option<String>,
    /// How many notices may wait; more are dropped.
    pub queue: usize,
    /// How many are worked on at a time.
    pub concurrency: usize,
    /// How long one callback may take.
    pub callback_timeout: Duration,
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self { base_url: None, queue: 10_000, concurrency: 16, callback_timeout: Duration::from_secs(600) }
    }
}

/// Calls callbacks and sends mail on threads of its own, so that nothing of the engine waits for them. How they end changes no state:
/// errors are told in the program's log, and in the log of their try; what is about a run and no task, in that of [`RUN_TRY`].
///
/// Its threads end, with what is under way, when it is dropped.
#[derive(Debug)]
pub struct ThreadNotifier {
    queue: mpsc::Sender<Notice>,
}

/// Threads that callbacks run on.
const THREADS: usize = 2;

/// Callbacks and mail have logs and child processes of their own, as launches of the try that none of its attempts has.
const FIRST_LAUNCH: u32 = 1 << 31;

/// The try of the first task of a run whose log is that of the callbacks which are about the run itself: attempts begin with 1.
pub const RUN_TRY: u32 = 0;

impl ThreadNotifier {
    /// One that uses these services, which are those of the attempts. An error means that the system has no thread for it.
    pub fn start(settings: NotifySettings, services: Services) -> std::io::Result<Self> {
        let (queue, notices) = mpsc::channel(settings.queue.max(1));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("couture-notices")
            .enable_all()
            .build()?;
        let teller = Teller { services: Arc::new(services), launches: AtomicU32::new(0), settings };
        std::thread::Builder::new().name("couture-notices".into()).spawn(move || {
            runtime.block_on(serve(Arc::new(teller), notices));
            runtime.shutdown_background();
        })?;
        Ok(Self { queue })
    }
}

impl Notifier for ThreadNotifier {
    fn notify(&self, notices: Vec<Notice>) {
        let all = notices.len();
        let dropped = notices.into_iter().filter_map(|notice| self.queue.try_send(notice).err()).count();
        if dropped > 0 {
            tracing::error!("{dropped} of {all} notices for callbacks and mail were dropped: too many are waiting");
        }
    }
}

async fn serve(teller: Arc<Teller>, mut notices: mpsc::Receiver<Notice>) {
    let slots = Arc::new(Semaphore::new(teller.settings.concurrency.max(1)));
    while let Some(notice) = notices.recv().await {
        let Ok(slot) = slots.clone().acquire_owned().await else { return };
        let teller = teller.clone();
        tokio::spawn(async move {
            teller.tell(&notice).await;
            drop(slot);
        });
    }
}

#[derive(Debug)]
struct Teller {
    services: Arc<Services>,
    launches: AtomicU32,
    settings: NotifySettings,
}

impl Teller {
    /// What is about a run and no task of it has a log of its own: that of a try which no attempt has.
    fn of_run(run: RunKey) -> AttemptToken {
        AttemptToken { run, task: TaskIndex(0), map_index: MapIndex::NONE, try_number: RUN_TRY, launch: 0 }
    }

    async fn tell(&self, notice: &Notice) {
        let callbacks = callbacks(notice);
        if !callbacks.is_empty() {
            let facts = facts(notice);
            for callback in callbacks {
                let cancellation = Cancellation::default();
                let cx = self.context(notice, &cancellation);
                if let Err(error) = call(callback, &facts, &cx, &cancellation, self.settings.callback_timeout).await {
                    complain(&cx, &format!("the callback {} failed: {error}", callback.0.tag()));
                }
                self.over(&cx).await;
            }
        }
        if let Some(mail) = notice_mail(notice, self.settings.base_url.as_deref())
            && let Err(error) = self.services.mailer.send(&mail).await
        {
            let cx = self.context(notice, &Cancellation::default());
            complain(&cx, &format!("the mail to {} was not sent: {error}", mail.to.join(", ")));
            self.over(&cx).await;
        }
    }

    fn context(&self, notice: &Notice, cancellation: &Cancellation) -> TaskContext {
        let launch = FIRST_LAUNCH | self.launches.fetch_add(1, Ordering::Relaxed);
        let token = attempt(notice).unwrap_or(Self::of_run(notice.run.key));
        TaskContext::new(
            notice.run.clone(),
            AttemptToken { launch, ..token },
            cancellation.clone(),
            self.services.clone(),
        )
    }

    /// Nothing more is logged, and no child runs.
    async fn over(&self, cx: &TaskContext) {
        self.services.processes.settled(&[cx.token()]).await;
    }
}

/// The attempt that a notice is about.
fn attempt(notice: &Notice) -> Option<AttemptToken> {
    match &notice.kind {
        NoticeKind::TaskSucceeded { token }
        | NoticeKind::TaskFailed { token, .. }
        | NoticeKind::TaskRetried { token, .. } => Some(*token),
        NoticeKind::RunSucceeded | NoticeKind::RunFailed { .. } | NoticeKind::SlaMissed { .. } => None,
    }
}

fn callbacks(notice: &Notice) -> &[Callback] {
    let dag = &notice.run.dag;
    match &notice.kind {
        NoticeKind::TaskSucceeded { token } => &dag.task(token.task).options.on_success_callback,
        NoticeKind::TaskFailed { token, .. } => &dag.task(token.task).options.on_failure_callback,
        NoticeKind::TaskRetried { token, .. } => &dag.task(token.task).options.on_retry_callback,
        NoticeKind::RunSucceeded => &dag.attributes.on_success_callback,
        NoticeKind::RunFailed { .. } => &dag.attributes.on_failure_callback,
        NoticeKind::SlaMissed { .. } => &dag.attributes.sla_miss_callback,
    }
}

/// One clear line in the program's log, and in that of the try or the run.
fn complain(cx: &TaskContext, what: &str) {
    let token = cx.token();
    let (dag, run) = (cx.dag_id(), &cx.run().run_id);
    if token.try_number == RUN_TRY {
        tracing::error!(%dag, %run, "{what}");
    } else {
        tracing::error!(%dag, %run, task = %cx.task_id(), try_number = token.try_number, "{what}");
    }
    cx.log(what);
}
