"""The run, as tasks see it."""

from typing import Any, List, Optional

from couture.exceptions import AirflowRuntimeError
from couture.model import asker

from .conversation import AnswerError, ConversationError
from .moment import moment


class DagRun:
    """The run that the attempt belongs to. A description of it: changing it changes nothing."""

    def __init__(self, dag: Any, run: dict, is_old: bool, base_url: Optional[str] = None) -> None:
        self.dag = dag
        self.dag_id = dag.dag_id
        self.run_id = run["run_id"]
        self.run_type = run.get("run_type", "manual")
        self.logical_date = moment(run["logical_date"], is_old)
        self.execution_date = self.logical_date
        self.data_interval_start = moment(run.get("data_interval_start"), is_old)
        self.data_interval_end = moment(run.get("data_interval_end"), is_old)
        self.conf = run.get("conf") if run.get("conf") is not None else {}
        self.external_trigger = bool(run.get("external_trigger"))
        self.run_after = self.data_interval_end
        self.end_date = None
        self.state = run.get("state", "running")
        self.id = 0
        self.partition_key = self.partition_date = None
        self.base_url = base_url
        self._is_old = is_old
        self._dates: Optional[dict] = None

    @property
    def start_date(self) -> Any:
        """When its tasks were first looked at."""
        return self._date("start_date")

    @property
    def queued_at(self) -> Any:
        """When it was created."""
        return self._date("queued_at")

    def _date(self, name: str) -> Any:
        if self._dates is None:
            try:
                self._dates = asker.ask({"name": {"name": "run_dates"}}) or {}
            except (AnswerError, AirflowRuntimeError, ConversationError):
                # A process that the task has forked, for one, may not ask.
                return None
        return moment(self._dates.get(name), self._is_old)

    @property
    def is_backfill(self) -> bool:
        return self.run_type == "backfill"

    def get_dag(self) -> Any:
        return self.dag

    def get_state(self) -> str:
        return self.state

    def refresh_from_db(self, *_: Any, **__: Any) -> None:
        """There is nothing to refresh from: what the attempt knows of its run does not change."""

    def get_task_instances(self, state: Any = None, session: Any = None) -> List[Any]:
        """All tasks of the run with their states, as the installation knows them: None before anything has happened to one; of a mapped
        task its instances, once they are known."""
        from .task_instance import TaskInstance

        states = [state] if isinstance(state, str) or state is None else list(state)
        found = [TaskInstance.seen(self, facts) for facts in asker.ask({"name": {"name": "task_instances"}}) or []]
        return found if state is None else [ti for ti in found if ti.state in states]

    def get_task_instance(self, task_id: str, session: Any = None, *, map_index: int = -1) -> Optional[Any]:
        return next((ti for ti in self.get_task_instances() if ti.task_id == task_id and ti.map_index == map_index), None)

    def __repr__(self) -> str:
        trigger = f"externally triggered: {self.external_trigger}"
        if self._is_old:
            return f"<DagRun {self.dag_id} @ {self.logical_date}: {self.run_id}, {trigger}>"
        return f"<DagRun {self.dag_id} @ {self.logical_date}: {self.run_id}, state:{self.state}, queued_at: {self.queued_at}. {trigger}>"
