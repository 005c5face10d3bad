//! The page at `/`.

use crate::harness::{TestServer, write_dag_file};

#[test]
fn the_page_shows_what_runs_and_only_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = "<script>alert('x')</script><img src=x onerror=y>\"'&";
    let dag = format!("dag_id: hostile\ndescription: {}\ntasks: []\n", serde_json::Value::from(hostile));
    write_dag_file(folder.path(), "<b>hostile.yaml", &dag);
    write_dag_file(folder.path(), "bad<i>.yaml", "dag_id: <script>\ntasks: []\n");
    let server = TestServer::start(folder.path());
    let run = server.trigger("hostile", &serde_json::json!({"dag_run_id": "<u>run</u>"}));
    assert_eq!(run, "<u>run</u>");
    let page = server.ask("GET", "/", &[], "");
    assert_eq!(page.status, 200);
    for header in ["content-type: text/html", "default-src 'none'", "style-src 'sha256-", "nosniff"] {
        assert!(page.headers.contains(header), "{}", page.headers);
    }
    for text in
        ["hello_world", "paused", "hostile", "&lt;script&gt;alert", "couture dags list", "&lt;u&gt;run", "Problems (1)"]
    {
        assert!(page.body.contains(text), "the page lacks {text:?}");
    }
    let body = page.body.split_once("</style>").unwrap().1;
    for tag in ["<script", "<img", "<u>", "<b>", "<i>"] {
        assert!(!body.contains(tag), "the page has a {tag}");
    }
}
