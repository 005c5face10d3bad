//! Callbacks and mail about what has happened.

use std::sync::Arc;
use std::time::Duration;

use couture_core::dag::Callback;
use couture_core::schedule::DataInterval;
use couture_core::task::{Mailer, Notice, NoticeKind, Notifier, TaskLogs};
use couture_core::{
    AttemptToken, BoxError, DagBuilder, DynOperator, Failure, RunId, RunInfo, RunType, Services, TaskContext, TaskId,
    Timestamp,
};
use couture_operators::email::{SmtpMailer, SmtpSettings};
use couture_operators::notify::{NotifySettings, ThreadNotifier, facts};
use couture_operators::{EmptyOperator, FnOperator, function};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::attempt::token;
use crate::email::server::{Manner, Server};

async fn say(input: Value, cx: &TaskContext) -> Result<(), Failure> {
    cx.log(format!("{} {} {}", input["kind"], input["exception"], cx.task_id()));
    Ok(())
}
function!("test.notify.say", say);

async fn panic(_: Value, _: &TaskContext) -> Result<(), Failure> {
    panic!("on purpose")
}
function!("test.notify.panic", panic);

async fn hang(_: Value, cx: &TaskContext) -> Result<(), Failure> {
    cx.cancelled().await;
    Err(Failure::fatal("told to end"))
}
function!("test.notify.hang", hang);

fn callback(function: &str) -> Callback {
    let operator = FnOperator { function: function.into(), params: Value::Null };
    Callback(Arc::new(operator) as Arc<dyn DynOperator>)
}

/// Logs that go to the test.
#[derive(Debug)]
struct Lines(mpsc::UnboundedSender<(AttemptToken, String)>);

impl TaskLogs for Lines {
    fn write(&self, cx: &TaskContext, message: &str) {
        let _ = self.0.send((cx.token(), message.to_owned()));
    }
}

struct Rig {
    notifier: ThreadNotifier,
    lines: mpsc::UnboundedReceiver<(AttemptToken, String)>,
    run: Arc<RunInfo>,
}

impl Rig {
    fn new(port: u16, callbacks: &[&str]) -> Self {
        let dag = DagBuilder::new("told");
        let callbacks: Vec<_> = callbacks.iter().map(|function| callback(function)).collect();
        dag.task("load", EmptyOperator {}, ()).options(|options| {
            options.email = vec!["ada@example.com".into()];
            options.on_failure_callback = callbacks;
        });
        let logical_date = Timestamp::parse("2026-01-01").unwrap();
        let run = Arc::new(RunInfo {
            key: token(0).run,
            dag: Arc::new(dag.build().unwrap()),
            run_id: RunId::new("scheduled__2026").unwrap(),
            run_type: RunType::Scheduled,
            logical_date,
            data_interval: DataInterval::at(logical_date),
            backfill: None,
            conf: Value::Null,
        });
        let smtp = SmtpSettings {
            host: "127.0.0.1".into(),
            port,
            starttls: false,
            timeout_s: 1,
            retry_limit: 2,
            ..SmtpSettings::default()
        };
        let (sender, lines) = mpsc::unbounded_channel();
        let mailer: Arc<dyn Mailer> = Arc::new(SmtpMailer::new(smtp));
        let services = Services { mailer, logs: Arc::new(Lines(sender)), ..Services::default() };
        let settings = NotifySettings { callback_timeout: Duration::from_millis(50), ..NotifySettings::default() };
        Self { notifier: ThreadNotifier::start(settings, services).unwrap(), lines, run }
    }

    fn tell(&self, kind: NoticeKind) {
        self.notifier.notify(vec![Notice { run: self.run.clone(), kind, at: self.run.logical_date }]);
    }

    fn fail(&self) {
        self.tell(NoticeKind::TaskFailed { token: token(0), error: "no disk".into() });
    }

    async fn line(&mut self) -> String {
        let (at, line) = self.lines.recv().await.unwrap();
        assert!(at.try_number == 1 && at.launch > 1_000, "{at}: a log of its own in the try's");
        line
    }
}

#[tokio::test]
async fn callbacks_are_called_and_mail_is_sent() -> Result<(), BoxError> {
    let mut server = Server::start(Manner::Willing).await;
    let mut rig = Rig::new(server.port, &["test.notify.panic", "test.notify.hang", "test.notify.say"]);
    rig.fail();
    assert!(rig.line().await.contains("failed: it panicked"));
    assert!(rig.line().await.contains("failed: it took longer than"));
    assert_eq!(rig.line().await, r#""failure" "no disk" load"#);
    let mail = server.next().await;
    assert!(mail.data.contains("Subject: Couture alert: <TaskInstance: told.load"), "{}", mail.data);
    rig.tell(NoticeKind::SlaMissed { tasks: vec![TaskId::new("load")?], blocking: Vec::new() });
    assert!(server.next().await.data.contains("SLA miss on DAG=told"));
    Ok(())
}

#[tokio::test]
async fn a_mail_server_that_is_down_is_said_where_it_is_seen() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut rig = Rig::new(port, &[]);
    rig.fail();
    let line = rig.line().await;
    assert!(line.contains("the mail to ada@example.com was not sent") && line.contains("check smtp_host"), "{line}");
}

#[test]
fn an_sla_miss_has_the_five_arguments_of_airflow() {
    let rig = Rig::new(1, &[]);
    let ids = |names: &[&str]| names.iter().map(|name| TaskId::new(name).unwrap()).collect::<Vec<_>>();
    let kind = NoticeKind::SlaMissed { tasks: ids(&["a", "b"]), blocking: ids(&["c"]) };
    let facts = facts(&Notice { run: rig.run.clone(), kind, at: rig.run.logical_date });
    assert_eq!(facts["dag"], "told");
    assert_eq!(facts["task_list"], "a on 2026-01-01T00:00:00+00:00\nb on 2026-01-01T00:00:00+00:00");
    assert_eq!(facts["blocking_task_list"], "c on 2026-01-01T00:00:00+00:00");
    assert_eq!(facts["slas"][1]["task_id"], "b");
    assert_eq!(facts["blocking_tis"][0]["run_id"], "scheduled__2026");
}
