"""Statements in SQL: for subclasses, mapped tasks and functions of the file. SQLite needs no library; other databases need their hook."""

from typing import Any, Callable, Optional

from couture.exceptions import AirflowException
from couture.model.base_operator import BaseOperator
from couture.operators.sensor import BaseSensorOperator
from couture.operators.skip import SkipMixin, follow


def hook_of(conn_id: str) -> Any:
    """What speaks to the database that a connection names."""
    from couture.connection import Connection
    from couture.hooks import SqliteHook

    connection = Connection.get_connection_from_secrets(conn_id)
    if connection.conn_type == "sqlite":
        return SqliteHook(conn_id)
    raise AirflowException(
        f"connection {conn_id!r} is of type {connection.conn_type!r}: Python code here speaks to sqlite only; "
        "use the operator as it is, or install the database's package and its hook"
    )


class SQLExecuteQueryOperator(BaseOperator):
    """Runs statements; what the last one gives is the XCom `return_value`."""

    template_fields = ("conn_id", "sql", "parameters")
    template_ext = (".sql", ".json")
    template_fields_renderers = {"sql": "sql", "parameters": "json"}
    ui_color = "#cdaaed"

    def __init__(
        self,
        *,
        sql: Any,
        conn_id: Optional[str] = None,
        autocommit: bool = False,
        parameters: Any = None,
        handler: Optional[Callable] = lambda cursor: cursor.fetchall() if cursor.description is not None else None,
        database: Optional[str] = None,
        hook_params: Any = None,
        split_statements: Optional[bool] = None,
        return_last: bool = True,
        show_return_value_in_logs: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sql, self.conn_id, self.autocommit, self.parameters, self.handler = sql, conn_id, autocommit, parameters, handler
        self.database, self.split_statements, self.return_last = database, split_statements, return_last

    def get_db_hook(self) -> Any:
        """The hook; a subclass may give another one."""
        return hook_of(self.conn_id or "")

    def execute(self, context: Any) -> Any:
        print(f"Executing: {self.sql}")
        found = self.get_db_hook().run(self.sql, autocommit=self.autocommit, parameters=self.parameters, handler=self.handler)
        return found if self.do_xcom_push else None


class SqlSensor(BaseSensorOperator):
    """Waits until the first cell of a query's answer is true."""

    template_fields = ("sql", "parameters")
    template_ext = (".hql", ".sql")

    def __init__(
        self,
        *,
        conn_id: str,
        sql: str,
        parameters: Any = None,
        success: Optional[Callable] = None,
        failure: Optional[Callable] = None,
        selector: Optional[Callable] = None,
        fail_on_empty: bool = False,
        hook_params: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.conn_id, self.sql, self.parameters = conn_id, sql, parameters
        self.success, self.failure, self.selector, self.fail_on_empty = success, failure, selector, fail_on_empty

    def poke(self, context: Any) -> bool:
        print(f"Poking: {self.sql}")
        records = hook_of(self.conn_id).get_records(self.sql, self.parameters)
        if not records:
            if self.fail_on_empty:
                raise AirflowException("the query gave no rows, and fail_on_empty is set")
            return False
        cell = self.selector(tuple(records[0])) if self.selector is not None else records[0][0]
        if self.failure is not None and self.failure(cell):
            raise AirflowException(f"the query gave {cell!r}, which `failure` says is one")
        return bool(self.success(cell)) if self.success is not None else bool(cell)


class BranchSQLOperator(SQLExecuteQueryOperator, SkipMixin):
    """Goes one way where the first cell of a query's answer is true, else the other."""

    def __init__(self, *, follow_task_ids_if_true: Any, follow_task_ids_if_false: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.follow_task_ids_if_true, self.follow_task_ids_if_false = follow_task_ids_if_true, follow_task_ids_if_false

    def execute(self, context: Any) -> Any:
        row = self.get_db_hook().get_first(self.sql, self.parameters)
        if row is None:
            raise AirflowException("the query gave no rows; select something true or false")
        cell = row[0]
        truth = cell.strip().lower() in ("true", "y", "yes", "1", "on") if isinstance(cell, str) else bool(cell)
        chosen = self.follow_task_ids_if_true if truth else self.follow_task_ids_if_false
        follow(context["ti"], chosen)
        return None if context["ti"].is_old else chosen
