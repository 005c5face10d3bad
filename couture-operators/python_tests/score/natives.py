"""What the server does in Rust, without a process: as far as the local runner needs it."""

from datetime import datetime, timezone

from .dates import neighbours, parse


def run(run, task):
    """The end of an attempt of a task that needs no process; None for all others."""
    operator = task["operator"]
    act = {
        "empty": succeed,
        "external_task_marker": succeed,
        "latest_only": latest_only,
        "sub_dag": sub_dag,
        "trigger_dag_run": trigger_dag_run,
        "external_task_sensor": external_task_sensor,
    }.get(operator["type"])
    return act(run, task, operator) if act else None


def succeed(*_):
    """Nothing to do."""
    return {"state": "success"}


def latest_only(run, _, __):
    """Goes on where now is in the interval after the run's own."""
    if run.facts["run_type"] == "manual":
        return {"state": "success"}
    _, begin = neighbours(run.dag.get("schedule"), parse(run.facts["logical_date"]))
    if begin is None:
        return {"state": "success"}
    _, end = neighbours(run.dag.get("schedule"), begin)
    if begin < datetime.now(timezone.utc) <= end:
        return {"state": "success"}
    return {"state": "success", "decision": "skip_all" if run.dialect == "1.10" else {"follow": []}}


def sub_dag(run, task, operator):
    """Runs the DAG inside, for the same date."""
    dag_id = operator.get("subdag_id") or "%s.%s" % (run.dag["dag_id"], task["task_id"])
    if dag_id not in run.runner.dags:
        return {"state": "failed", "error": "there is no DAG " + dag_id, "retryable": False}
    inside = run.runner.run(dag_id, "backfill", run.facts["logical_date"], run.facts["conf"])
    run.runner.installation.runs.append(
        {
            "dag_id": dag_id,
            "run_id": "backfill_" + run.facts["logical_date"],
            "logical_date": run.facts["logical_date"],
            "conf": run.facts["conf"],
            "state": inside.dagrun_state,
            "tasks": inside.tasks,
        }
    )
    return {"state": inside.dagrun_state}


def trigger_dag_run(run, _, operator):
    """Notes the run."""
    what = {"dag_id": operator["trigger_dag_id"], "conf": operator.get("conf"), "logical_date": operator.get("logical_date")}
    return {"state": "success", "xcoms": {"trigger_run_id": run.runner.installation.trigger(what)}}


def external_task_sensor(run, _, operator):
    """Whether the other DAG, or its task, succeeded for the same date."""
    found = run.runner.installation.at(operator["external_dag_id"], run.facts["logical_date"])
    tasks = operator.get("external_task_ids") or [operator.get("external_task_id")]
    states = [found["tasks"].get(task) if task else found["state"] for task in tasks] if found else [None]
    allowed = operator.get("allowed_states") or ["success"]
    return {"state": "success"} if all(state in allowed for state in states) else {"state": "deferred", "after_s": 60.0}
