//! Mail, to a mail server of the test.

pub(crate) mod server;
#[path = "../waiting/small_server.rs"]
mod small_server;
mod tls;

use std::sync::Arc;

use couture_core::dialect::Dialect;
use couture_core::schedule::DataInterval;
use couture_core::task::{Mail, Mailer, Notice, NoticeKind};
use couture_core::{DagBuilder, Operator, RunId, RunInfo, RunType, Services, TaskId, Timestamp};
use couture_operators::EmptyOperator;
use couture_operators::email::{EmailOperator, SmtpMailer, SmtpSettings, notice_mail, send_mail};
use server::{Manner, Server};

use crate::attempt::{Attempts, Folders, token};

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".into(),
        port,
        starttls: false,
        timeout_s: 1,
        retry_limit: 3,
        mail_from: "Couture <couture@example.com>".into(),
        ..SmtpSettings::default()
    }
}

fn mail() -> Mail {
    Mail {
        to: vec!["ada@example.com, Bob <bob@example.com>".into(), "eve@example.com".into()],
        cc: vec!["carl@example.com".into()],
        bcc: vec!["dora@example.com".into()],
        subject: "Zürich\r\nBcc: all@example.com".into(),
        html: "<b>late</b>\n.\n..dots".into(),
        files: Vec::new(),
    }
}

#[tokio::test]
async fn a_mail_arrives_whole() {
    let server = Server::start(Manner::Strict).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.csv");
    std::fs::write(&file, "a,b\n1,2\n").unwrap();
    let known = SmtpSettings { user: Some("ada".into()), password: Some("s3cr3t-pw".into()), ..settings(server.port) };
    send_mail(&known, &Mail { files: vec![file], ..mail() }).await.unwrap();
    let [taken] = &server.mails()[..] else { panic!("one mail") };
    assert_eq!(taken.from, "<couture@example.com>");
    let all = ["ada", "bob", "eve", "carl", "dora"].map(|name| format!("<{name}@example.com>"));
    assert_eq!(taken.to, all);
    let (head, body) = taken.data.split_once("\n\n").unwrap();
    assert!(!head.contains("dora") && !head.contains("\nBcc:"), "{head}");
    assert!(head.contains("Subject: =?utf-8?b?"), "{head}");
    assert!(body.contains("<b>late</b>") && body.contains("\n.\n") && body.contains("\n..dots"), "{body}");
    assert!(body.contains("filename=\"report.csv\""), "{body}");
}

#[tokio::test]
async fn what_is_wrong_is_said_in_time() {
    async fn check(settings: &SmtpSettings, mail: &Mail, expected: &str) {
        let error = send_mail(settings, mail).await.unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains("wrong-pw"), "{error}, not {expected}");
    }
    let port_of_none = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    check(&settings(port_of_none), &mail(), "does not take mail: ").await;
    let silent = Server::start(Manner::Silent).await;
    check(&SmtpSettings { retry_limit: 1, ..settings(silent.port) }, &mail(), "does not take mail: ").await;
    let refusing = Server::start(Manner::Refusing).await;
    check(&settings(refusing.port), &mail(), "nobody of that name").await;
    assert_eq!(refusing.connections(), 1, "what is refused for good is not tried again");
    let strict = Server::start(Manner::Strict).await;
    let wrong = SmtpSettings { user: Some("ada".into()), password: Some("wrong-pw".into()), ..settings(strict.port) };
    assert!(!format!("{wrong:?}").contains("wrong-pw"));
    check(&wrong, &mail(), "wrong user or password").await;
    let willing = Server::start(Manner::Willing).await;
    let secret = SmtpSettings { starttls: true, ..settings(willing.port) };
    check(&secret, &mail(), "refuses the mail").await;
    let to = |to: &str| Mail { to: vec![to.into()], cc: vec![], bcc: vec![], ..mail() };
    check(&settings(willing.port), &to("no address"), "\"no address\" is not a mail address").await;
    check(&settings(willing.port), &to(" ; , "), "nobody is named").await;
    check(&settings(willing.port), &Mail { files: vec!["/nonexistent".into()], ..mail() }, "cannot be attached").await;
    assert!(willing.mails().is_empty());
}

#[tokio::test]
async fn a_busy_server_is_tried_again() {
    let server = Server::start(Manner::BusyAtFirst).await;
    send_mail(&settings(server.port), &mail()).await.unwrap();
    assert_eq!((server.connections(), server.mails().len()), (3, 1));
}

#[tokio::test]
async fn the_operator_sends() {
    let server = Server::start(Manner::Willing).await;
    let folders = Folders::new();
    let mailer: Arc<dyn Mailer> = Arc::new(SmtpMailer::new(settings(server.port)));
    let attempts = Attempts::with_services(&folders, Services { mailer, ..Services::default() });
    let (cx, _) = attempts.context(0);
    let operator: EmailOperator =
        serde_json::from_str(r#"{"to": "ada@example.com;bob@example.com", "subject": "s", "html_content": "h"}"#)
            .unwrap();
    operator.run((), &cx).await.unwrap();
    assert_eq!(server.mails()[0].to.len(), 2);
    let without = Attempts::with_services(&folders, Services::default());
    let (cx, _) = without.context(0);
    let error = format!("{:?}", operator.run((), &cx).await.unwrap_err());
    assert!(error.contains("mail is not set up"), "{error}");
}

#[test]
fn notices_become_mails() {
    let dag = DagBuilder::new("etl").attributes(|attributes| attributes.dialect = Dialect::V1_10);
    dag.task("load", EmptyOperator {}, ()).options(|options| {
        options.email = vec!["ada@example.com".into()];
        options.retries = 2;
        options.email_on_retry = false;
    });
    dag.task("quiet", EmptyOperator {}, ());
    let logical_date = Timestamp::parse("2021-01-01").unwrap();
    let run = Arc::new(RunInfo {
        key: token(0).run,
        dag: Arc::new(dag.build().unwrap()),
        run_id: RunId::new("scheduled__2021").unwrap(),
        run_type: RunType::Scheduled,
        logical_date,
        data_interval: DataInterval::at(logical_date),
        backfill: None,
        conf: serde_json::Value::Null,
    });
    let mail_of = |kind| notice_mail(&Notice { run: run.clone(), kind, at: logical_date }, Some("http://couture/"));
    let failed = mail_of(NoticeKind::TaskFailed { token: token(0), error: "a < b\nc".into() }).unwrap();
    assert_eq!(failed.subject, "Couture alert: <TaskInstance: etl.load 2021-01-01T00:00:00+00:00 [failed]>");
    assert!(failed.html.contains("Try 1 out of 3<br>") && failed.html.contains("a &lt; b<br>\nc"), "{}", failed.html);
    assert!(
        failed.html.contains("http:&#x2f;&#x2f;couture&#x2f;dags&#x2f;etl")
            || failed.html.contains("http://couture/dags/etl")
    );
    assert_eq!(mail_of(NoticeKind::TaskRetried { token: token(0), error: "x".into() }), None);
    assert_eq!(mail_of(NoticeKind::TaskFailed { token: token(1), error: "x".into() }), None);
    assert_eq!(mail_of(NoticeKind::RunSucceeded), None);
    let ids = |names: &[&str]| names.iter().map(|name| TaskId::new(name).unwrap()).collect::<Vec<_>>();
    let sla = mail_of(NoticeKind::SlaMissed { tasks: ids(&["load", "quiet"]), blocking: ids(&["quiet"]) }).unwrap();
    assert_eq!((&*sla.subject, sla.to.len()), ("[couture] SLA miss on DAG=etl", 1));
    assert!(sla.html.contains("load on 2021-01-01T00:00:00+00:00\nquiet on"), "{}", sla.html);
}
