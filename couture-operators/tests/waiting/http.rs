//! HTTP, against a server in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use couture_core::{DagBuilder, DynOperator, TaskState};
use couture_operators::sensor::{HttpSensor, Sensor};
use couture_operators::{LoopableBatchOperator, SimpleHttpOperator};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::rig::{Rig, xcom};

/// Answers with the status that `/status/…` names, with what it was sent under `/echo`, and under `/later` well from the third time on.
async fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen: Arc<Mutex<HashMap<String, u32>>> = Arc::default();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let seen = seen.clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                let mut chunk = [0; 4_096];
                while !is_whole(&request) {
                    let read = stream.read(&mut chunk).await.unwrap();
                    assert!(read > 0, "the request ends early");
                    request.extend_from_slice(&chunk[..read]);
                }
                let (status, body) = answer(&String::from_utf8_lossy(&request), &seen);
                let length = body.len();
                let location = if status == 307 { format!("location: {body}\r\n") } else { String::new() };
                let head =
                    format!("HTTP/1.1 {status} X\r\n{location}content-length: {length}\r\nconnection: close\r\n\r\n");
                stream.write_all((head + &body).as_bytes()).await.unwrap();
            });
        }
    });
    port
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn answer(request: &str, seen: &Mutex<HashMap<String, u32>>) -> (u16, String) {
    let path = request.split(' ').nth(1).unwrap().to_owned();
    let times = {
        let mut seen = seen.lock().unwrap();
        *seen.entry(path.clone()).and_modify(|times| *times += 1).or_insert(1)
    };
    match path.strip_prefix("/status/") {
        Some(status) => (status.parse().unwrap(), "so it is".into()),
        None if path.starts_with("/echo") => (200, request.to_owned()),
        // A name node, and its data node.
        None if path == "/webhdfs/v1/rows.csv?op=OPEN&user.name=ada" => (307, "/node/rows.csv".into()),
        None if path.starts_with("/webhdfs/") => (404, "no such file".into()),
        None if path == "/node/rows.csv" => (200, "n\n5\n".into()),
        None if path == "/rows.csv" => (200, "n\n1\n2\n".into()),
        None if times >= 3 => (200, "ready".into()),
        None if path == "/later" => (404, "not yet".into()),
        None => (200, "not yet".into()),
    }
}

async fn with_server() -> (Rig, u16) {
    let port = serve().await;
    let rig = Rig::new().await;
    rig.world
        .connection("web", "http", |web| {
            (web.host, web.port) = (Some("127.0.0.1".into()), Some(port));
            (web.login, web.password) = (Some("ada".into()), Some("pass".into()));
            web.extra = Some(json!({"X-Extra": "from the connection"}).to_string());
        })
        .await;
    (rig, port)
}

async fn check(rig: &Rig, operator: impl DynOperator, expected: TaskState, error: &str) -> Value {
    let shown = format!("{operator:?}");
    let dag = DagBuilder::new("asks");
    dag.erased::<Value>("ask", Arc::new(operator), couture_core::dag::Input::None);
    let row = rig.only(dag).await;
    let found = row.error.as_deref().unwrap_or_default();
    assert!(row.state == expected && found.contains(error), "{shown}: {:?} {found}", row.state);
    let is_silent = shown.starts_with("HttpSensor") || expected != TaskState::Success;
    if is_silent { Value::Null } else { xcom(rig, &row).await }
}

#[tokio::test]
async fn requests_are_made_as_the_connection_says() {
    use TaskState::{Failed, Success};
    let (rig, _) = with_server().await;
    let mut operator = SimpleHttpOperator::new("web", "echo");
    operator.request.data = json!({"a": 1, "b": "x y"});
    operator.request.headers.insert("X-Own".into(), "mine".into());
    let sent = check(&rig, operator.clone(), Success, "").await;
    let sent = sent.as_str().unwrap();
    assert!(sent.starts_with("POST /echo HTTP/1.1\r\n") && sent.ends_with("\r\n\r\na=1&b=x+y"), "{sent}");
    for header in ["authorization: Basic YWRhOnBhc3M=", "x-extra: from the connection", "x-own: mine"] {
        assert!(sent.contains(header), "{header}: {sent}");
    }
    operator.request.method = Some("get".into());
    let sent = check(&rig, operator.clone(), Success, "").await;
    assert!(sent.as_str().unwrap().starts_with("GET /echo?a=1&b=x+y HTTP/1.1\r\n"), "{sent}");
    operator.request.method = Some("put".into());
    operator.request.data = json!("raw");
    operator.response_filter = Some("wait.length".into());
    assert!(check(&rig, operator, Success, "").await.as_u64().unwrap() > 100);
    let at = |path: &str| SimpleHttpOperator::new("web", path);
    check(&rig, at("status/500"), Failed, "the server answered 500: so it is").await;
    let checked = SimpleHttpOperator { response_check: Some("wait.is_ready".into()), ..at("status/200") };
    check(&rig, checked, Failed, "response check returned false").await;
    check(&rig, SimpleHttpOperator::new("nowhere", "x"), Failed, "nowhere").await;
    rig.world.connection("down", "http", |down| down.host = Some("127.0.0.1:1".into())).await;
    check(&rig, SimpleHttpOperator::new("down", "x"), Failed, "error sending request").await;
}

#[tokio::test]
async fn an_answer_is_waited_for() {
    use TaskState::{Failed, Success};
    let (rig, port) = with_server().await;
    let at = |path: &str| {
        HttpSensor::new("web", path).poke_interval(Duration::from_secs(5)).timeout(Duration::from_secs(600))
    };
    check(&rig, at("later"), Success, "").await;
    let ready = Some("wait.is_ready".to_owned());
    check(&rig, HttpSensor { response_check: ready, ..at("other") }, Success, "").await;
    check(&rig, at("status/503"), Failed, "the server answered 503").await;
    let patient = HttpSensor { response_error_codes_allowlist: vec!["503".into()], ..at("status/503") };
    check(&rig, patient.timeout(Duration::from_secs(20)), Failed, "sensor has timed out").await;
    crate::batches::define_looped(&rig, 0).await;
    let file = format!("http://127.0.0.1:{port}/rows.csv");
    check(&rig, LoopableBatchOperator::new("looped", file).batch_size(1), Success, "").await;
    assert_eq!(crate::batches::batches(&rig).await, [[1], [2]]);
}

#[tokio::test]
async fn a_table_comes_from_hdfs() {
    let (rig, port) = with_server().await;
    let name_node = |node: &mut couture_core::values::Connection| {
        (node.host, node.port) = (Some("127.0.0.1".into()), Some(port));
        node.login = Some("ada".into());
    };
    rig.world.connection("webhdfs_default", "hdfs", name_node).await;
    crate::batches::define_looped(&rig, 0).await;
    check(&rig, LoopableBatchOperator::new("looped", "hdfs:///rows.csv"), TaskState::Success, "").await;
    assert_eq!(crate::batches::batches(&rig).await, [[5]]);
    let missing = LoopableBatchOperator::new("looped", "hdfs:///none/status.csv");
    check(&rig, missing, TaskState::Failed, "answered 404").await;
}
