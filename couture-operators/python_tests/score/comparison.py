"""How a run ended, beside how it must end."""


def misses(case, outcome):
    """What is wrong, one line each; nothing where the outcome is that of the case or of one of its alternatives."""
    found = [differences(one, outcome) for one in [case] + case.alternatives]
    return min(found, key=len)


def differences(case, outcome):
    """What is wrong, compared with one case."""
    wrong = []
    is_decided = all(outcome.tasks.get(task, "success") == "success" for task in case.optional)
    if case.dagrun_state != outcome.dagrun_state and is_decided:
        wrong.append("the run is %s, not %s" % (outcome.dagrun_state, case.dagrun_state))
    if case.tasks:
        for task in sorted(set(case.tasks) | set(outcome.tasks) - set(case.optional)):
            if task not in outcome.tasks:
                wrong.append("no task %s" % task)
            elif task not in case.tasks:
                wrong.append("a task too many: %s" % task)
            elif case.tasks[task] != outcome.tasks[task]:
                wrong.append("%s is %s, not %s%s" % (task, outcome.tasks[task], case.tasks[task], why(outcome, task)))
    if case.xcoms is not None:
        wrong += xcom_differences(case, outcome)
    for task, tries in case.attempts.items():
        if outcome.attempts.get(task, 0) != tries:
            wrong.append("%s took %s tries, not %s" % (task, outcome.attempts.get(task, 0), tries))
    return wrong + caused_differences(case, outcome)


def why(outcome, task):
    """The first line of the reason of a failure."""
    return ": " + outcome.reasons[task].split("\n")[0] if outcome.reasons.get(task) else ""


def xcom_differences(case, outcome):
    """XComs that differ. A value that was not expected is wrong, too; `skipmixin_key` is Airflow's own and none of it."""
    wrong = []
    for task in sorted(set(case.xcoms) | set(outcome.xcoms)):
        expected, found = case.xcoms.get(task, {}), outcome.xcoms.get(task, {})
        for key in sorted((set(expected) | set(found)) - {"skipmixin_key"}):
            if key not in found:
                wrong.append("%s gave no XCom %s; expected %r" % (task, key, expected[key]))
            elif key not in expected:
                wrong.append("%s gave an XCom %s too many: %r" % (task, key, found[key]))
            elif not is_same(found[key], expected[key]):
                wrong.append("%s gave the XCom %s = %r, not %r" % (task, key, found[key], expected[key]))
    return wrong


def is_same(found, expected):
    """Whether a value is the one expected, or has what is expected of it."""
    if isinstance(expected, dict) and set(expected) == {"__contains__"}:
        return isinstance(found, list) and set(expected["__contains__"]) <= set(found)
    return found == expected


def caused_differences(case, outcome):
    """Runs of other DAGs that should have come of this one."""
    wrong = []
    for expected in case.caused:
        fitting = [run for run in outcome.caused if run["dag_id"] == expected["dag_id"]]
        if len(fitting) != 1:
            wrong.append("%d runs of %s were caused, not 1" % (len(fitting), expected["dag_id"]))
            continue
        for name in ("conf", "external_trigger", "tasks"):
            if expected.get(name) is not None and fitting[0].get(name) != expected[name]:
                wrong.append("the run of %s has %s = %r, not %r" % (expected["dag_id"], name, fitting[0].get(name), expected[name]))
    return wrong
