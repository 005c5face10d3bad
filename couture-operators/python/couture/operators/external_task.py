"""Waits for tasks of other DAGs."""

import datetime as dt
from typing import Any, Callable, List, Optional

from couture.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from couture.model import asker
from couture.model.call import keyword_arguments
from couture.operators.dags import ExternalTaskMarker
from couture.operators.sensor import BaseSensorOperator


class ExternalTaskSensorLink:
    """The link to the DAG that is waited for; the page makes it by itself."""

    name = "External DAG"


ExternalDagLink = ExternalTaskSensorLink


class ExternalTaskSensor(BaseSensorOperator):
    """Waits until another DAG's run about the same moment has come to an end, or some of its tasks have."""

    template_fields = ("external_dag_id", "external_task_id", "external_task_ids", "external_task_group_id")
    ui_color = "#4db7db"

    def __init__(
        self,
        *,
        external_dag_id: Any,
        external_task_id: Optional[str] = None,
        external_task_ids: Any = None,
        external_task_group_id: Optional[str] = None,
        allowed_states: Any = None,
        skipped_states: Any = None,
        failed_states: Any = None,
        execution_delta: Optional[dt.timedelta] = None,
        execution_date_fn: Optional[Callable] = None,
        check_existence: bool = False,
        deferrable: bool = False,
        poll_interval: float = 2.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if external_task_id is not None and external_task_ids is not None:
            raise ValueError(
                "ExternalTaskSensor has several of external_task_id, external_task_ids and external_task_group_id; keep one of them"
            )
        if execution_delta is not None and execution_date_fn is not None:
            raise ValueError("ExternalTaskSensor has execution_delta and execution_date_fn; keep one of them")
        self.external_dag_id, self.external_task_id = external_dag_id, external_task_id
        self.external_task_ids = external_task_ids if external_task_ids is not None else [external_task_id] if external_task_id else None
        self.external_task_group_id = external_task_group_id
        self.allowed_states = [str(state) for state in allowed_states] if allowed_states else ["success"]
        self.skipped_states = [str(state) for state in skipped_states or []]
        self.failed_states = [str(state) for state in failed_states or []]
        self.execution_delta, self.execution_date_fn = execution_delta, execution_date_fn
        self.check_existence = check_existence

    def dates(self, context: Any) -> List[dt.datetime]:
        """The moments of the other DAG's runs."""
        at = context["execution_date"]
        if self.execution_delta is not None:
            return [at - self.execution_delta]
        if self.execution_date_fn is None:
            return [at]
        found = self.execution_date_fn(at, **keyword_arguments(self.execution_date_fn, [at], {}, context))
        return list(found) if isinstance(found, (list, tuple)) else [found]

    def poke(self, context: Any) -> bool:
        request = {
            "dag_id": self.external_dag_id,
            "logical_dates": [date.isoformat() for date in self.dates(context)],
            "task_ids": list(self.external_task_ids or []),
            "task_group_id": self.external_task_group_id,
        }
        found = asker.ask({"external_states": request})
        if found is None:
            if self.check_existence:
                raise AirflowException(f"there is no DAG {self.external_dag_id} to wait for")
            return False
        states = list(found["states"])
        wanted = self.external_task_ids or self.external_task_group_id or self.external_dag_id
        print(f"Poking for {self.external_dag_id}: {wanted} is {', '.join(map(str, states)) or 'not there'}")
        if any(state in self.failed_states for state in states):
            raise AirflowFailException(f"of the tasks {wanted} of DAG {self.external_dag_id}, which are waited for, some have failed")
        if any(state in self.skipped_states for state in states):
            raise AirflowSkipException(
                f"of the tasks {wanted} of DAG {self.external_dag_id}, which are waited for, some are in skipped_states"
            )
        return bool(states) and all(state in self.allowed_states for state in states)


__all__ = ["ExternalDagLink", "ExternalTaskMarker", "ExternalTaskSensor", "ExternalTaskSensorLink"]
