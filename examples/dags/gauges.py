"""A module for DAG files to import: an operator of our own and a function. It holds no DAG."""

from airflow.models import BaseOperator
from airflow.utils.decorators import apply_defaults


class GaugeOperator(BaseOperator):
    """Reads a gauge that gives the same height every day of a month."""

    template_fields = ("gauge", "day")
    ui_color = "#cde8f5"

    @apply_defaults
    def __init__(self, gauge, day="{{ ds }}", *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.gauge = gauge
        self.day = day

    def execute(self, context):
        """Gives the height in centimetres."""
        height = height_of(self.gauge, self.day)
        self.log.info("%s: %d cm on %s", self.gauge, height, self.day)
        return {"gauge": self.gauge, "day": self.day, "height": height}


def height_of(gauge, day):
    """A height that depends on the name of the gauge and the day of the month."""
    return 100 + len(gauge) * 10 + int(day[-2:])
