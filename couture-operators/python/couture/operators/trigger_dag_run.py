"""Starts a run of another DAG: for subclasses, mapped tasks, and 1.10's `python_callable`."""

import datetime as dt
import time
from typing import Any, Callable, Optional

from couture.exceptions import AirflowException, AirflowSkipException, DagRunAlreadyExists
from couture.model import asker
from couture.model.base_operator import BaseOperator
from couture.run.values import to_json


class DagRunOrder:
    """What 1.10's `python_callable` is given, and gives back if there shall be a run."""

    def __init__(self, run_id: Optional[str] = None, payload: Any = None) -> None:
        self.run_id, self.payload = run_id, payload


class TriggerDagRunLink:
    """The link to the run that was started; the page makes it by itself."""

    name = "Triggered DAG"


class TriggerDagRunOperator(BaseOperator):
    """Starts a run of another DAG, and waits for its end only where it is told to."""

    template_fields = ("trigger_dag_id", "trigger_run_id", "logical_date", "conf")
    template_fields_renderers = {"conf": "py"}
    ui_color = "#ffefeb"

    def __init__(
        self,
        *,
        trigger_dag_id: Any,
        python_callable: Optional[Callable] = None,
        trigger_run_id: Optional[str] = None,
        conf: Any = None,
        logical_date: Any = None,
        execution_date: Any = None,
        reset_dag_run: bool = False,
        wait_for_completion: bool = False,
        poke_interval: int = 60,
        allowed_states: Any = None,
        failed_states: Any = None,
        skip_when_already_exists: bool = False,
        fail_when_dag_is_paused: bool = False,
        deferrable: bool = False,
        openlineage_inject_parent_info: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.trigger_dag_id, self.python_callable, self.trigger_run_id = trigger_dag_id, python_callable, trigger_run_id
        self.conf = conf
        date = logical_date if logical_date is not None else execution_date
        self.logical_date = date.isoformat() if isinstance(date, dt.datetime) else date
        self.reset_dag_run, self.wait_for_completion, self.poke_interval = reset_dag_run, wait_for_completion, poke_interval
        self.allowed_states = [str(state) for state in allowed_states] if allowed_states else ["success"]
        self.failed_states = [str(state) for state in failed_states] if failed_states else ["failed"]
        self.skip_when_already_exists = skip_when_already_exists

    @property
    def execution_date(self) -> Any:
        return self.logical_date

    def execute(self, context: Any) -> None:
        conf = self.conf or {}
        run_id = self.trigger_run_id
        if self.python_callable is not None:
            order = self.python_callable(context, DagRunOrder(run_id))
            if not order:
                print("the condition declined, so there is no run")
                return
            run_id, conf = order.run_id or run_id, order.payload if order.payload is not None else conf
        request = {"dag_id": self.trigger_dag_id, "run_id": run_id, "conf": to_json(conf, "conf"), "logical_date": self.logical_date}
        try:
            found = asker.ask({"trigger_dag_run": request})
        except Exception as error:
            if self.skip_when_already_exists and "already" in str(error):
                raise AirflowSkipException(f"the run exists already: {error}") from None
            raise (DagRunAlreadyExists if "already" in str(error) else AirflowException)(str(error)) from None
        run_id = found["run_id"]
        print(f"started run {run_id} of DAG {self.trigger_dag_id}")
        context["ti"].xcom_push(key="trigger_run_id", value=run_id)
        if self.wait_for_completion:
            self._wait(run_id)

    def _wait(self, run_id: str) -> None:
        while True:
            state = wait_for_state(self.trigger_dag_id, run_id)
            if state in self.failed_states:
                raise AirflowException(f"the run of DAG {self.trigger_dag_id} has ended as {state}")
            if state in self.allowed_states:
                print(f"{self.trigger_dag_id} finished with allowed state {state}")
                return
            time.sleep(max(float(self.poke_interval), 0.05))


def wait_for_state(dag_id: str, run_id: str) -> Optional[str]:
    """The run's state as it is now; None where there is no such run."""
    found = asker.ask({"run_state": {"dag_id": dag_id, "run_id": run_id}})
    return found.get("state") if isinstance(found, dict) else found
