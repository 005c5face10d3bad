"""The operator that does nothing."""

from typing import Any

from couture.model.base_operator import BaseOperator


class EmptyOperator(BaseOperator):
    """Does nothing. It groups others."""

    ui_color = "#e8f7e4"
    _is_empty = True

    def execute(self, context: Any) -> None:
        return None


class DummyOperator(EmptyOperator):
    """The same, under its older name."""
