//! Who may have data sets looked at.

use serde_json::json;

use super::fixture::Web;

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_look_at_data_sets_may_start_runs_of_the_dag_that_does() {
    let web = Web::new().await;
    let run = json!({ "source": "/etc/passwd", "kind": "preliminary" });
    for (role, may) in [("Viewer", false), ("User", false), ("Op", false), ("Developer", true)] {
        web.add(role, &[role]).await;
        let bearer = [web.bearer(role).await];
        let send = async |method: &str, path: &str, body: &serde_json::Value| {
            web.send(method, path, &bearer, Some(body)).await.status
        };
        let listed = send("POST", "/api/v2/eda/sources", &json!({ "source": "/etc/passwd" })).await;
        let conf = json!({ "conf": { "source": "/etc/passwd" } });
        let of_dag = send("POST", "/api/v2/dags/exploratory_data_analysis/dagRuns", &conf).await;
        let started = send("POST", "/api/v2/eda/runs", &run).await;
        // No DAG is loaded here: who may start its runs is told that.
        let expected = if may { (201, 404, 404) } else { (403, 403, 403) };
        assert_eq!((listed, of_dag, started), expected, "{role}");
    }
}
