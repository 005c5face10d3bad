"""Operators that stand for other DAGs, and that the installation runs itself."""

from typing import Any, Optional

from couture.exceptions import AirflowException
from couture.model.base_operator import BaseOperator


class SubDagOperator(BaseOperator):
    """Runs a DAG whose id is this DAG's, a dot and this task's, and ends as it does."""

    ui_color = "#555"
    ui_fgcolor = "#fff"

    def __init__(
        self,
        *,
        subdag: Any,
        session: Any = None,
        conf: Any = None,
        propagate_skipped_state: Any = None,
        executor: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.subdag = subdag
        self.conf = conf
        self.propagate_skipped_state = propagate_skipped_state
        expected = f"{self.dag_id}.{self.task_id}" if self.has_dag() else None
        if expected is not None and subdag.dag_id != expected:
            raise AirflowException(
                f"the id of a sub-DAG is that of the DAG, a dot and that of its task: {expected!r}, not {subdag.dag_id!r}; rename it"
            )
        subdag.is_subdag = True
        subdag.parent_dag = self.dag_or_none()


class ExternalTaskMarker(BaseOperator):
    """Tells that a task of another DAG waits for this one. It does nothing."""

    template_fields = ("external_dag_id", "external_task_id", "logical_date")
    ui_color = "#4db7db"

    def __init__(
        self,
        *,
        external_dag_id: str,
        external_task_id: str,
        logical_date: Any = None,
        execution_date: Any = None,
        recursion_depth: int = 10,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.external_dag_id, self.external_task_id = external_dag_id, external_task_id
        date = logical_date if logical_date is not None else execution_date
        self.logical_date: Optional[str] = date if date is None or isinstance(date, str) else date.isoformat()
        if recursion_depth <= 0:
            raise ValueError(f"recursion_depth is {recursion_depth!r}; give a whole number above zero")
        self.recursion_depth = recursion_depth

    def execute(self, context: Any) -> None:
        return None
