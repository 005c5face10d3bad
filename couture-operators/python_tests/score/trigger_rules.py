"""What a task does, given how its direct upstream tasks ended: Airflow's table."""


def decide(rule, states, dialect):
    """`"run"`, the state that the task gets at once, or None: it waits.

    `states` holds one entry for each upstream task instance: a final state, or None while it is not over.
    """
    total = len(states)
    count = {name: states.count(name) for name in ("success", "skipped", "failed", "upstream_failed")}
    good, skipped, bad = count["success"], count["skipped"], count["failed"] + count["upstream_failed"]
    done = good + skipped + bad
    if not total or rule in ("dummy", "always"):
        return "run"
    at_once = state_at_once(rule, total, good, skipped, bad, dialect)
    if at_once:
        return at_once
    runs = {
        "all_success": good == total,
        "all_failed": bad == total,
        "all_done": done == total,
        "one_success": good >= 1,
        "one_failed": bad >= 1,
        "one_done": good + bad >= 1,
        "none_failed": good + skipped == total,
        "none_failed_or_skipped": good + skipped == total and good >= 1,
        "none_failed_min_one_success": good + skipped == total and good >= 1,
        "none_skipped": done == total and not skipped,
        "all_skipped": skipped == total,
        # Only teardowns have it; that a setup must have succeeded is the runner's affair.
        "all_done_setup_success": done == total,
        "all_done_min_one_success": done == total and good >= 1,
    }
    return "run" if runs[rule] else None


def state_at_once(rule, total, good, skipped, bad, dialect):
    """The state that is clear already, or None."""
    done = good + skipped + bad
    if rule == "all_success":
        return "upstream_failed" if bad else "skipped" if skipped else None
    if rule == "all_failed":
        return "skipped" if good or skipped else None
    if rule == "one_success" and done == total and not good:
        return "skipped" if dialect == "1.10" or skipped == total else "upstream_failed"
    if rule == "one_failed" and done == total and not bad:
        return "skipped"
    if rule == "one_done" and done == total and not good + bad:
        return "skipped"
    if rule == "none_failed":
        return "upstream_failed" if bad else None
    if rule in ("none_failed_or_skipped", "none_failed_min_one_success"):
        return "upstream_failed" if bad else "skipped" if skipped == total else None
    if rule == "none_skipped":
        return "skipped" if skipped else None
    if rule == "all_skipped":
        return "skipped" if good or bad else None
    if rule == "all_done_min_one_success" and done == total and not good:
        return "upstream_failed" if bad else "skipped"
    return None
