"""Drives a server by Airflow's own client, through its generated classes: python3 walk.py URL USERNAME PASSWORD."""

import json
import sys
import time
import urllib.request
from datetime import datetime, timezone

import airflow_client.client as airflow
from airflow_client.client.exceptions import ApiException

DAG = "walked"
PATIENCE_S = 60


def token(url, username, password):
    body = json.dumps({"username": username, "password": password}).encode()
    request = urllib.request.Request(url + "/auth/token", body, {"content-type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["access_token"]


def eventually(what, look):
    """What `look` gives once that is something; the server is asked again until then."""
    until = time.monotonic() + PATIENCE_S
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < until, f"{what} did not come"
        time.sleep(0.1)


def refused(status, call, words=""):
    try:
        call()
    except ApiException as error:
        assert error.status == status, (status, error)
        detail = json.loads(error.body)["detail"]
        assert detail and words in str(detail), error.body
    else:
        raise AssertionError(f"it was not refused with {status}")


def dags(client):
    api = airflow.DAGApi(client)
    listed = api.get_dags()
    assert DAG in [dag.dag_id for dag in listed.dags] and listed.total_entries >= 1
    assert api.get_dag(DAG).is_paused
    details = api.get_dag_details(DAG)
    assert details.params["size"], details.params
    assert not api.patch_dag(DAG, airflow.DAGPatchBody(is_paused=False)).is_paused
    assert "walked" in airflow.DagSourceApi(client).get_dag_source(DAG, accept="application/json").content
    versions = airflow.DagVersionApi(client).get_dag_versions(DAG)
    assert versions.dag_versions[0].version_number == 1
    tasks = airflow.TaskApi(client).get_tasks(DAG)
    assert [task.task_id for task in tasks.tasks] == ["give", "take"], tasks
    assert tasks.tasks[0].downstream_task_ids == ["take"]
    assert airflow.TaskApi(client).get_task(DAG, "take").task_id == "take"
    assert airflow.ImportErrorApi(client).get_import_errors().total_entries == 0
    warnings = airflow.DagWarningApi(client).list_dag_warnings(dag_id="idle").dag_warnings
    assert warnings and "start_date" in warnings[0].message, warnings
    assert {tag for tag in api.get_dag_tags().tags} >= {"walk"}
    airflow.DagStatsApi(client).get_dag_stats(dag_ids=[DAG])


def run(client):
    api = airflow.DagRunApi(client)
    body = airflow.TriggerDAGRunPostBody(
        dag_run_id="by hand",
        logical_date=datetime(2026, 1, 31, tzinfo=timezone.utc),
        data_interval_start=datetime(2026, 1, 30, tzinfo=timezone.utc),
        data_interval_end=datetime(2026, 1, 31, tzinfo=timezone.utc),
        run_after=datetime(2026, 2, 1, tzinfo=timezone.utc),
        conf={"size": 3},
        note="look",
    )
    triggered = api.trigger_dag_run(DAG, body)
    assert triggered.dag_run_id == "by hand" and triggered.conf == {"size": 3} and triggered.note == "look"
    assert triggered.triggered_by == "rest_api" and triggered.triggering_user_name, triggered
    assert triggered.run_after.month == 2 and triggered.data_interval_start.day == 30, triggered
    refused(409, lambda: api.trigger_dag_run(DAG, body))

    def over():
        found = api.get_dag_run(DAG, "by hand")
        return found if found.state in ("success", "failed") else None

    assert eventually("the end of the run", over).state == "success"
    assert api.get_dag_runs(DAG, state=["success"]).total_entries == 1
    assert api.get_dag_runs("~").total_entries >= 1
    name = triggered.triggering_user_name
    assert api.get_dag_runs(DAG, triggering_user_name_pattern=name, order_by=["run_id"]).total_entries == 1
    return over


def task_instances(client, over):
    api = airflow.TaskInstanceApi(client)
    listed = api.get_task_instances(DAG, "by hand")
    assert {one.task_id: one.state for one in listed.task_instances} == {"give": "success", "take": "success"}
    one = api.get_task_instance(DAG, "by hand", "take")
    assert one.try_number == 1 and one.rendered_fields["bash_command"], one
    assert api.get_task_instance_tries(DAG, "by hand", "take").total_entries == 1
    log = api.get_log(DAG, "by hand", "take", 1, accept="application/json")
    assert "took 3" in log.to_json(), log
    entry = airflow.XComApi(client).get_xcom_entry(
        dag_id=DAG, dag_run_id="by hand", task_id="give", xcom_key="return_value"
    )
    assert entry.actual_instance.value == 3, entry
    assert airflow.XComApi(client).get_xcom_entries(
        dag_id=DAG, dag_run_id="by hand", task_id="give"
    ).total_entries == 1
    body = airflow.ClearTaskInstancesBody.from_dict(
        {"dry_run": False, "only_failed": False, "dag_run_id": "by hand", "task_ids": ["take"]}
    )
    cleared = api.post_clear_task_instances(DAG, body)
    assert [one.task_id for one in cleared.task_instances] == ["take"]
    eventually("the second end", lambda: over() and api.get_task_instance(DAG, "by hand", "take").try_number == 2)
    body = airflow.PatchTaskInstanceBody(new_state="failed")
    api.patch_task_instance(DAG, "by hand", "take", body)
    assert eventually("the mark", lambda: over()).state == "failed"
    assert api.get_task_instance(DAG, "by hand", "take").state == "failed"
    body = airflow.PatchTaskInstanceBody(new_state="skipped")
    assert api.patch_task_instance(DAG, "by hand", "take", body).task_instances[0].state == "skipped"
    assert eventually("the second mark", lambda: over()).state == "success"


def values(client):
    variables = airflow.VariableApi(client)
    variables.post_variable(airflow.VariableBody(key="colour", value="red"))
    refused(409, lambda: variables.post_variable(airflow.VariableBody(key="colour", value="red")))
    changed = variables.patch_variable("colour", airflow.VariableBody(key="colour", value="blue"))
    assert changed.value == "blue" and variables.get_variables().total_entries == 1
    refused(422, lambda: variables.post_variable(airflow.VariableBody(key="", value="red")), "key")
    variables.delete_variable("colour")
    refused(404, lambda: variables.get_variable("colour"))

    connections = airflow.ConnectionApi(client)
    body = airflow.ConnectionBody(connection_id="db", conn_type="postgres", host="db.example", port=5432, password="hush")
    assert connections.post_connection(body).host == "db.example"
    refused(409, lambda: connections.post_connection(body))
    assert "hush" not in connections.get_connection("db").to_json()
    connections.delete_connection("db")

    pools = airflow.PoolApi(client)
    assert pools.post_pool(airflow.PoolBody(name="small", slots=2)).open_slots == 2
    assert pools.patch_pool("small", airflow.PoolPatchBody(pool="small", slots=5)).slots == 5
    pools.delete_pool("small")
    assert pools.get_pools().pools[0].name == "default_pool"


def server(client):
    assert airflow.MonitorApi(client).get_health().metadatabase.status == "healthy"
    api = airflow.EventLogApi(client)
    events = api.get_event_logs(dag_id=DAG)
    assert "trigger_dag_run" in {entry.event for entry in events.event_logs}, events
    both = ["trigger_dag_run", "patch_dag"]
    assert {entry.event for entry in api.get_event_logs(included_events=both).event_logs} == set(both)
    rest = api.get_event_logs(dag_id_pattern="WALK%", event_prefix_pattern="trigger_", excluded_events=["patch_dag", "get_dag"])
    assert {entry.event for entry in rest.event_logs} == {"trigger_dag_run"}, rest
    refused(422, lambda: airflow.DAGApi(client).get_dags(limit=1001), "at most 1000")
    airflow.ConfigApi(client).get_config(accept="application/json")
    airflow.JobApi(client).get_jobs()
    airflow.AssetApi(client).get_assets()
    airflow.BackfillApi(client).list_backfills(dag_id=DAG)


def rest(client):
    runs = airflow.DagRunApi(client)
    assert runs.clear_dag_run(DAG, "by hand", airflow.DAGRunClearBody(dry_run=False)) is not None
    eventually("the last end", lambda: runs.get_dag_run(DAG, "by hand").state == "success")
    runs.delete_dag_run(DAG, "by hand")
    refused(404, lambda: runs.get_dag_run(DAG, "by hand"))


def main(url, username, password):
    configuration = airflow.Configuration(host=url, access_token=token(url, username, password))
    with airflow.ApiClient(configuration) as client:
        dags(client)
        over = run(client)
        task_instances(client, over)
        values(client)
        server(client)
        rest(client)
    print("walked")


if __name__ == "__main__":
    main(*sys.argv[1:])
