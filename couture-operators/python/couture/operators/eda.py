"""Exploratory data analysis. The installation runs it without Python."""

from typing import Any, List, Optional, Union

from couture.exceptions import AirflowException, AirflowFailException
from couture.model.base_operator import BaseOperator
from couture.model.xcom_arg import XComArg


def _execute(self: Any, context: Any) -> None:
    raise AirflowFailException(f"{type(self).__name__} runs without Python only")


_execute.is_native_only = True


class EdaOperator(BaseOperator):
    """Looks at a data set: a source, or a table or query of a connection. The path of the report is its XCom `return_value`.

    The kind is `preliminary` or `data_importance`; where it is left out, a target means the latter.
    """

    template_fields = ("source", "kind", "target", "conn_id", "table", "query", "outputs", "name", "timestamp")
    template_fields_renderers = {"query": "sql"}
    ui_color = "#d7ecf2"

    def __init__(
        self,
        *,
        source: Optional[str] = None,
        kind: Optional[str] = None,
        target: Optional[str] = None,
        conn_id: Optional[str] = None,
        table: Optional[str] = None,
        query: Optional[str] = None,
        outputs: str = "outputs",
        name: Optional[str] = None,
        timestamp: Optional[str] = None,
        memory_limit_mb: Optional[int] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if (source is None) == (conn_id is None):
            raise AirflowException("EdaOperator takes a source, or a conn_id with a table or a query")
        if conn_id is not None and (table is None) == (query is None):
            raise AirflowException("EdaOperator takes a table or a query of its conn_id")
        if kind not in (None, "preliminary", "data_importance") and "{{" not in str(kind):
            raise AirflowException(f"EdaOperator knows the kinds preliminary and data_importance, and not {kind!r}")
        if kind == "preliminary" and target is not None:
            raise AirflowException("EdaOperator takes a target for the kind data_importance only; leave the kind or the target out")
        self.source, self.kind, self.target, self.conn_id, self.table, self.query = source, kind, target, conn_id, table, query
        self.outputs, self.name, self.timestamp, self.memory_limit_mb = outputs, name, timestamp, memory_limit_mb

    execute = _execute


class EdaMergeOperator(BaseOperator):
    """Makes one `preliminary` report of those of parts, without reading the data again. `reports` is the output of a task that gives a list
    of their paths, such as a mapped `EdaOperator`, or a list of outputs of `EdaOperator`s. The path of the whole is its XCom `return_value`.

    It is called `name` among outputs, or like the task.
    """

    template_fields = ("reports", "name", "outputs", "timestamp")
    ui_color = "#d7ecf2"

    def __init__(
        self,
        *,
        reports: Union[XComArg, List[XComArg]],
        name: Optional[str] = None,
        outputs: str = "outputs",
        timestamp: Optional[str] = None,
        memory_limit_mb: Optional[int] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        given = reports if isinstance(reports, (list, tuple)) else [reports]
        if not given or not all(type(it) is XComArg and it.is_mapped_source for it in given):
            raise AirflowException("EdaMergeOperator takes outputs of tasks as reports, such as those of EdaOperators")
        self.reports, self.name, self.outputs = reports, name, outputs
        self.timestamp, self.memory_limit_mb = timestamp, memory_limit_mb

    execute = _execute
