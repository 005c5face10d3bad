"""Couture's own operators: other DAGs as tasks, and jobs for Spark, Dask, TensorFlow and Jupyter."""

import time
from typing import Any, Callable, Dict, List, Optional

from couture.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from couture.model import asker
from couture.model.base_operator import BaseOperator
from couture.operators.trigger_dag_run import DagRunOrder, wait_for_state
from couture.run.values import to_json


class DagOperator(BaseOperator):
    """Runs another DAG, and ends as it does. Its function, if any, makes the run's conf, as that of 1.10's TriggerDagRunOperator does."""

    template_fields = ("run_dag_id", "conf")
    ui_color = "#ffefeb"
    poll_s = 1.0

    def __init__(self, *, run_dag_id: Any, python_callable: Optional[Callable] = None, conf: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run_dag_id, self.python_callable, self.conf = run_dag_id, python_callable, conf

    def execute(self, context: Any) -> None:
        conf, run_id = self.conf or {}, None
        if self.python_callable is not None:
            order = self.python_callable(context, DagRunOrder())
            if not order:
                self.declined()
                return
            conf, run_id = order.payload if order.payload is not None else conf, order.run_id
        request = {"dag_id": self.run_dag_id, "run_id": run_id, "conf": to_json(conf, "conf"), "logical_date": None}
        run_id = asker.ask({"trigger_dag_run": request})["run_id"]
        print(f"started run {run_id} of DAG {self.run_dag_id}, waiting for its end")
        while True:
            state = wait_for_state(self.run_dag_id, run_id)
            if state == "success":
                return
            if state == "failed":
                raise AirflowException(f"run {run_id} of DAG {self.run_dag_id} has failed")
            time.sleep(self.poll_s)

    def declined(self) -> None:
        """Called where the function wants no run."""
        print("the condition declined, so there is no run")


class SkippableDagOperator(DagOperator):
    """The same; where its function wants no run, it is skipped."""

    def declined(self) -> None:
        raise AirflowSkipException("the condition declined, so there is no run")


class CoutureLoopableBatchOperator(BaseOperator):
    """Runs another DAG once for each batch of rows of a table."""

    template_fields = ("run_dag_id", "metadata_file")

    def __init__(
        self,
        *,
        run_dag_id: Any,
        metadata_file: Any,
        batch_size: int = 10,
        batch_offset: int = 0,
        filter_by: Optional[str] = None,
        filter_values: Optional[List[Any]] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.run_dag_id, self.metadata_file, self.batch_size, self.batch_offset = run_dag_id, metadata_file, batch_size, batch_offset
        self.filter_by, self.filter_values = filter_by, filter_values

    def execute(self, context: Any) -> None:
        raise AirflowFailException("CoutureLoopableBatchOperator runs as it is only: not in a subclass, nor mapped over a list")


class _Job(BaseOperator):
    """A job on a cluster. Its parameters are kept; what runs it is not there yet."""

    def __init__(
        self,
        *,
        app_name: Optional[str] = None,
        code_artifact: Optional[str] = None,
        method_id: Optional[str] = None,
        class_path: Optional[str] = None,
        application_arguments: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.app_name, self.code_artifact, self.method_id = app_name, code_artifact, method_id
        self.class_path, self.application_arguments = class_path, application_arguments

    stub_reason: Optional[str] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "execute" in cls.__dict__:
            cls.stub_reason = None
        elif cls.execute is _Job.execute:
            cls.stub_reason = f"{cls.__name__} cannot run yet: this release has nothing that submits its jobs"

    def execute(self, context: Any) -> None:
        raise AirflowFailException(self.stub_reason or f"{type(self).__name__} has no execute()")


class _CoutureJob(_Job):
    """A job whose parameters are handed to its main method as one JSON text."""

    template_fields = ("method_args_dict", "input_base_dir_path", "output_base_dir_path", "input_filenames_dict", "output_filenames_dict")

    def __init__(
        self,
        *,
        method_args_dict: Optional[Dict[str, Any]] = None,
        input_base_dir_path: Optional[str] = None,
        output_base_dir_path: Optional[str] = None,
        input_filenames_dict: Optional[Dict[str, Any]] = None,
        output_filenames_dict: Optional[Dict[str, Any]] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.method_args_dict = method_args_dict
        self.input_base_dir_path, self.output_base_dir_path = input_base_dir_path, output_base_dir_path
        self.input_filenames_dict, self.output_filenames_dict = input_filenames_dict, output_filenames_dict


class SparkOperator(_Job):
    """A Spark job in Java or Scala."""

    template_fields = ("application_arguments",)


class PySparkOperator(_Job):
    """A Spark job in Python."""

    template_fields = ("application_arguments",)


class TensorflowOperator(_Job):
    """A TensorFlow job."""

    template_fields = ("application_arguments",)


class CoutureSparkOperator(_CoutureJob):
    """A Spark job in Java or Scala, with its parameters as JSON."""


class CouturePySparkOperator(_CoutureJob):
    """A Spark job in Python, with its parameters as JSON."""


class CoutureDaskYarnOperator(_CoutureJob):
    """A Dask job on YARN, with its parameters as JSON."""


class CoutureTensorflowOperator(_CoutureJob):
    """A TensorFlow job, with its parameters as JSON."""


class CoutureJupyterOperator(_Job):
    """Runs a notebook with parameters, and keeps the notebook with its outputs."""

    template_fields = ("input_notebook", "output_notebook", "parameters")

    def __init__(
        self, *, input_notebook: str, output_notebook: Optional[str] = None, parameters: Optional[Dict[str, Any]] = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.input_notebook, self.output_notebook, self.parameters = input_notebook, output_notebook, parameters
