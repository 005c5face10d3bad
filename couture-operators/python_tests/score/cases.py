"""What real Airflow answered, in one shape for all versions."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Dict, List, Optional

DATA = Path(__file__).resolve().parent.parent / "data"
EXAMPLES = DATA.parents[2] / "examples" / "dags"


@dataclass
class Case:
    """One run of one DAG, and how it must end."""

    id: str
    # The version whose answer this is; "probe 2" are our own probes by the rules of dialect 2, "examples" our own example DAGs.
    version: str
    # A folder of `wheels.folders`, "probe_dags" or "examples".
    folder: str
    dag_file: str
    dag_id: str
    run_type: str
    logical_date: str
    conf: Dict[str, Any]
    dialect: Optional[str]
    dagrun_state: Optional[str]
    tasks: Dict[str, Optional[str]]
    # Exactly these, where it is not None; `{"__contains__": [...]}` is a list that has these elements.
    xcoms: Optional[Dict[str, Dict[str, Any]]] = None
    attempts: Dict[str, int] = field(default_factory=dict)
    # Other runs that this run caused: dicts with dag_id, and what is known of them.
    caused: List[Dict[str, Any]] = field(default_factory=list)
    # Other ends that are right as well.
    alternatives: List["Case"] = field(default_factory=list)
    # DAGs of the same file that must have run before, for the same date.
    before: List[str] = field(default_factory=list)
    # Tasks that the file makes only where the library virtualenv is installed; how they end does not count.
    optional: List[str] = field(default_factory=list)
    # Why it is not measured.
    skipped: Optional[str] = None


def load(version):
    """The cases of `1.10.15`, `2.10.5`, `3.3.2`, `probe 2` or `examples`."""
    if version == "examples":
        with open(DATA / "expected_examples.json", encoding="utf-8") as file:
            return [example(row) for row in json.load(file)]
    if version in ("1.10.15", "probe 2"):
        with open(DATA / "expected_states_1_10.json", encoding="utf-8") as file:
            cases = json.load(file)["cases"]
        return old_cases(cases) if version == "1.10.15" else probes_of_dialect_2(cases)
    with open(DATA / "expected_states_2x_3x.json", encoding="utf-8") as file:
        rows = json.load(file)["airflow_" + version.replace(".", "_")]
    return [new_case(version, at, row) for at, row in enumerate(rows)]


def example(row):
    """A case of one of our own examples, as Airflow 1.10.15 or 2.10.5 ran it."""
    facts = {name: value for name, value in row.items() if name != "measured"}
    return Case(id="example", version="examples", folder="examples", dialect=None, **facts)


# DAGs whose branches depend on the time of day or the day of the week: how else they may end.
RAN, NOT = "success", "skipped"
MONDAY = {"branch_true": RAN, "branch_false": NOT, "make_weekend_choice": NOT, "branch_weekend": NOT, "branch_mid_week": NOT}
BY_THE_CLOCK = {
    "example_branch_datetime_operator_2": [{"date_in_range": RAN, "date_outside_range": NOT}],
    "example_weekday_branch_operator": [MONDAY, {"branch_weekend": NOT, "branch_mid_week": RAN}],
}


def new_case(version, at, row):
    """A case of 2.10.5 or 3.3.2."""
    case = Case(
        id="%s-%02d" % (version, at),
        version=version,
        folder=row.get("corpus", "example_dags"),
        dag_file=row["dag_file"],
        dag_id=row["dag_id"],
        run_type=row.get("run_type", "manual"),
        logical_date=(row.get("execution_date") or row["logical_date"]).replace(" ", "T"),
        conf=row.get("conf") or {},
        dialect=None,
        dagrun_state=row["dagrun_state"],
        tasks=row["tasks"],
        optional=optional_tasks(version, row),
    )
    case.alternatives = [replace(case, tasks={**case.tasks, **other}) for other in BY_THE_CLOCK.get(case.dag_id, [])]
    for flag in ("environment_dependent", "uses_random", "uses_clock"):
        if row.get(flag):
            case.skipped = "%s: %s" % (flag, row[flag])
    return case


def optional_tasks(version, row):
    """The tasks of a DAG that were not there when it was run, but were when its edges were recorded."""
    with open(DATA / ("edges_%s.json" % version.replace(".", "_")), encoding="utf-8") as file:
        recorded = json.load(file)[row["dag_file"]]["dags"].get(row["dag_id"], {})
    run = {task.split("[")[0] for task in row["tasks"]}
    return sorted(set(recorded) - run)


def old_case(row, expected):
    """A run of 1.10.15 or of a probe."""
    is_probe = row["id"].startswith("probe")
    return Case(
        id=row["id"],
        version="1.10.15",
        folder="probe_dags" if is_probe else "example_dags",
        dag_file=row["dag_file"],
        dag_id=row["dag_id"],
        run_type=row["run_type"],
        # The real scheduler's case has the date of its day; any date in the past ends in the same way.
        logical_date=expected.get("execution_date", "2021-01-03T00:00:00+00:00"),
        conf=row.get("conf") or {},
        dialect=None,
        dagrun_state=expected["dagrun_state"],
        tasks=expected["tasks"],
        xcoms=expected.get("xcoms"),
        attempts=expected.get("attempts", {}),
    )


# Probes whose end depends on which of two tasks comes first, and how else they may end. Airflow's own order was one after the other.
BY_THE_ORDER = {"probe-41": {"mixed": RAN}}


def old_cases(rows):
    """All cases of 1.10.15. Variants of a random choice are one case, effects of a run belong to the case of that run."""
    cases = []
    for row in rows:
        if row["kind"] == "run":
            found = [old_case(row, expected) for expected in row["expected"]]
            previous = cases[-1] if cases else None
            if row.get("forced_choice") and previous and previous.dag_id == row["dag_id"]:
                previous.alternatives += found
            else:
                cases += found
    by_id = {case.id: case for case in cases}
    for case_id, other in BY_THE_ORDER.items():
        case = by_id.get(case_id)
        if case:
            case.alternatives.append(replace(case, tasks={**case.tasks, **other}))
    if "ex110-39" in by_id:
        by_id["ex110-39"].before = ["example_external_task_marker_parent"]
    for row in rows:
        if row["kind"] == "side_effect":
            cases.append(effect(row))
    return cases


def effect(row):
    """A run that another run caused: a case of the DAG that causes it."""
    is_section = ".section-" in row["dag_id"]
    runs = [{**run, "tasks": row["expected"].get("tasks")} for run in row["expected"]["runs"]]
    return Case(
        id=row["id"],
        version="1.10.15",
        folder="example_dags",
        dag_file="example_subdag_operator.py" if is_section else "example_trigger_controller_dag.py",
        dag_id="example_subdag_operator" if is_section else "example_trigger_controller_dag",
        run_type="scheduled",
        logical_date="2021-01-01T00:00:00+00:00",
        conf={},
        dialect=None,
        dagrun_state="success",
        tasks={},
        caused=[{"dag_id": row["dag_id"], **run} for run in runs],
    )


def probes_of_dialect_2(rows):
    """The probes as 2.10.5 answers them: as 1.10.15 does, but for what is listed as different."""
    cases = []
    for row in rows:
        if row["kind"] != "run" or not row["id"].startswith("probe"):
            continue
        case = old_case(row, row["expected"][0])
        case.version, case.dialect, case.id = "probe 2", "2", row["id"] + "-2"
        for differs in row.get("differs_in_2_10_5", []):
            case.dagrun_state = differs["dagrun_state"]
            case.tasks = {**case.tasks, **differs["tasks"]}
            case.xcoms = {**(case.xcoms or {}), **differs["xcoms"]}
        if row["id"] in BY_THE_ORDER:
            case.alternatives.append(replace(case, tasks={**case.tasks, **BY_THE_ORDER[row["id"]]}))
        failed = [task for task, state in case.tasks.items() if state != "success"]
        if case.xcoms is not None:
            case.xcoms = {task: values for task, values in case.xcoms.items() if task not in failed}
        cases.append(case)
    return cases
