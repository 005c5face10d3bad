"""Errors that DAG files raise or catch, under Airflow's names."""


class AirflowException(Exception):
    """A failure; in a task it is tried again while there are retries."""

    status_code = 500


class AirflowBadRequest(AirflowException):
    status_code = 400


class AirflowNotFoundException(AirflowException):
    status_code = 404


class AirflowConfigException(AirflowException):
    """A setting that is missing or wrong."""


class AirflowFailException(AirflowException):
    """The task has failed for good, whatever its retries."""


class AirflowSkipException(AirflowException):
    """The task is skipped."""


class DownstreamTasksSkipped(AirflowException):
    """Some downstream tasks are skipped."""

    def __init__(self, *, tasks):
        super().__init__(f"skip {tasks}")
        self.tasks = tasks


class AirflowTimeout(BaseException):
    """Something took too long."""


class AirflowTaskTimeout(AirflowTimeout):
    """The task took longer than its execution_timeout."""


class AirflowSensorTimeout(AirflowException):
    """The sensor waited longer than its timeout."""


class AirflowRescheduleException(AirflowException):
    """The task is run again at `reschedule_date`; that is no try."""

    def __init__(self, reschedule_date):
        super().__init__(f"reschedule at {reschedule_date}")
        self.reschedule_date = reschedule_date


class TaskDeferred(BaseException):
    """The task waits without a process until a trigger fires."""

    def __init__(self, *, trigger=None, method_name="", kwargs=None, timeout=None):
        super().__init__()
        self.trigger, self.method_name, self.kwargs, self.timeout = trigger, method_name, kwargs, timeout


class AirflowTaskTerminated(BaseException):
    """The task was told to end."""


class AirflowDagCycleException(AirflowException):
    """The tasks wait for each other in a circle."""


class AirflowClusterPolicyViolation(AirflowException):
    """The DAG breaks a rule of the installation."""


class AirflowDagDuplicatedIdException(AirflowException):
    """Two DAGs have the same id."""


class DagNotFound(AirflowNotFoundException):
    pass


class DagRunNotFound(AirflowNotFoundException):
    pass


class TaskNotFound(AirflowNotFoundException):
    pass


class TaskInstanceNotFound(AirflowNotFoundException):
    pass


class XComNotFound(AirflowException):
    """A task that was asked for has pushed no such value."""

    def __init__(self, dag_id="", task_id="", key=""):
        super().__init__(f"task {task_id} of DAG {dag_id} has pushed no XCom {key!r}")
        self.dag_id, self.task_id, self.key = dag_id, task_id, key


class UnmappableXComLengthPushed(AirflowException):
    pass


class UnmappableXComTypePushed(AirflowException):
    pass


class PoolNotFound(AirflowNotFoundException):
    pass


class DagRunAlreadyExists(AirflowBadRequest):
    pass


class DagRunTriggerException(AirflowException):
    pass


class DuplicateTaskIdFound(AirflowException):
    """Two tasks of a DAG have the same id."""


class TaskAlreadyInTaskGroup(AirflowException):
    pass


class SerializationError(AirflowException):
    pass


class ParamValidationError(AirflowException):
    """A parameter's value does not fit its schema."""


class TaskDeferralError(AirflowException):
    pass


class AirflowOptionalProviderFeatureException(AirflowException):
    pass


class AirflowWebServerException(AirflowException):
    pass


class AirflowInternalRuntimeError(BaseException):
    pass


class FailStopDagInvalidTriggerRule(AirflowException):
    pass


FailFastDagInvalidTriggerRule = FailStopDagInvalidTriggerRule


class ConnectionNotUnique(AirflowException):
    pass


class AirflowTimetableInvalid(AirflowException):
    pass


class ConnectionTypeNotFound(AirflowException):
    pass


class AirflowRuntimeError(AirflowException):
    """The installation refused something that a task asked for."""


class RemovedInAirflow3Warning(DeprecationWarning):
    """Its use ends with Airflow 3."""


class RemovedInAirflow4Warning(DeprecationWarning):
    """Its use ends with Airflow 4."""


class AirflowProviderDeprecationWarning(DeprecationWarning):
    """Its use ends with a later release of the package."""
