"""The elements of a mapped task: all combinations of its sources, the last one changing fastest."""

import itertools


def element_lists(task):
    """The sources of a mapped task; none where it is not mapped."""
    expand = task.get("expand") or []
    return expand if isinstance(expand, list) else [expand]


def elements(task, output):
    """The element of each instance. `output(task_id)` is what another task returned. Several sources make lists."""
    lists = []
    for source in element_lists(task):
        found = source["list"] if "list" in source else output(source["output"])
        lists.append([[key, value] for key, value in found.items()] if isinstance(found, dict) else list(found or []))
    if len(lists) == 1:
        return lists[0]
    return [list(combination) for combination in itertools.product(*lists)]
