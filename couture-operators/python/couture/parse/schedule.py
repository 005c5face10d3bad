"""When a DAG runs, as the installation is told."""

import datetime as dt
from typing import Any, Dict, List, Tuple

from couture.model import dialect
from couture.model.asset import AssetAll, BaseAsset
from couture.model.timetable import NullTimetable, Timetable, delta_ms


def schedule_of(dag, warnings: List[str]) -> Tuple[Any, Any]:
    """The schedule and the condition on assets; nothing for what the DAG has not."""
    schedule = dag.schedule
    if dag.is_subdag:
        return None, None
    if not dag.schedule_was_given and dialect.without_default_schedule():
        return None, None
    if schedule is None or schedule == "None":
        return None, None
    if isinstance(schedule, str):
        return schedule, None
    if isinstance(schedule, dt.timedelta) or type(schedule).__name__ == "relativedelta":
        return {"delta_ms": delta_ms(schedule)}, None
    if isinstance(schedule, BaseAsset):
        return None, condition(schedule)
    if isinstance(schedule, (list, tuple, set, frozenset)):
        found = [it for it in schedule if isinstance(it, BaseAsset)]
        if len(found) != len(schedule):
            raise ValueError(f"schedule of DAG {dag.dag_id} is a list of something else than assets")
        return None, condition(AssetAll(*found)) if found else None
    if isinstance(schedule, Timetable):
        return _timetable(dag, schedule, warnings)
    raise ValueError(
        f"schedule of DAG {dag.dag_id} is a {type(schedule).__name__}; use a cron expression, a timedelta, assets or a timetable"
    )


def assets_of(schedule: Any) -> List[BaseAsset]:
    """What a schedule waits for."""
    if isinstance(schedule, Timetable):
        schedule = schedule.asset_condition
    if isinstance(schedule, (list, tuple, set, frozenset)):
        return [it for it in schedule if isinstance(it, BaseAsset)]
    return [schedule] if isinstance(schedule, BaseAsset) else []


def _timetable(dag, timetable: Timetable, warnings: List[str]) -> Tuple[Any, Any]:
    assets = condition(timetable.asset_condition) if timetable.asset_condition is not None else None
    if isinstance(timetable, NullTimetable):
        return None, assets
    try:
        return timetable.wire(), assets
    except NotImplementedError:
        inner = getattr(timetable, "timetable", timetable)
        by = "by hand or by its assets" if assets is not None else "by hand"
        warnings.append(
            f"DAG {dag.dag_id} has the timetable {type(inner).__name__}, which is not supported: it runs only when it is triggered {by}; "
            f"{inner.advice}"
        )
        return None, assets


def condition(assets: BaseAsset) -> Dict[str, Any]:
    """A list of one means that one."""
    if isinstance(assets, AssetAll) and len(assets.objects) == 1:
        return assets.objects[0].condition()
    return assets.condition()
