"""Which name of which module of Airflow is what: `module:Name`, `module:` for the same name there, `module` for the module itself."""

from typing import Dict

MODULES: Dict[str, Dict[str, str]] = {}


def _put(modules: str, where: str, names: str) -> None:
    """Each of the modules has each of the names (`name`, or `name=other name there`)."""
    for module in modules.split():
        table = MODULES.setdefault(f"airflow.{module}" if module != "." else "airflow", {})
        for name in names.split():
            name, _, inner = name.partition("=")
            table[name] = f"{where}:{inner or name}"


def _operators() -> None:
    py, std = "couture.operators.python", "providers.standard"
    old = "operators"
    _put(f"operators.bash operators.bash_operator {old} {std}.operators.bash", "couture.operators.bash", "BashOperator")
    pythons = f"operators.python operators.python_operator {old} {std}.operators.python"
    _put(pythons, py, "PythonOperator BranchPythonOperator ShortCircuitOperator")
    _put(
        pythons,
        "couture.operators.virtualenv",
        "PythonVirtualenvOperator ExternalPythonOperator BranchPythonVirtualenvOperator BranchExternalPythonOperator",
    )
    _put(f"{pythons} utils.python_virtualenv", "couture.model.records", "is_venv_installed")
    _put(pythons, "couture.model.context", "get_current_context")
    _put(pythons, "couture.model.decorators", "task")
    _put(
        f"operators.dummy_operator operators.dummy operators.empty {old} {std}.operators.empty",
        "couture.operators.empty",
        "DummyOperator EmptyOperator",
    )
    _put(
        f"operators.dagrun_operator operators.trigger_dagrun {old} {std}.operators.trigger_dagrun",
        "couture.operators.trigger_dag_run",
        "TriggerDagRunOperator DagRunOrder TriggerDagRunLink",
    )
    _put(f"operators.subdag_operator operators.subdag {old}", "couture.operators.dags", "SubDagOperator")
    _put(
        f"operators.latest_only_operator operators.latest_only {old} {std}.operators.latest_only",
        "couture.operators.latest_only",
        "LatestOnlyOperator",
    )
    _put(f"operators.email_operator operators.email {old} providers.smtp.operators.smtp", "couture.operators.email", "EmailOperator")
    branches = f"operators.branch_operator operators.branch operators.datetime operators.weekday {std}.operators.branch"
    _put(
        f"{branches} {std}.operators.datetime {std}.operators.weekday sdk sdk.bases.branch",
        "couture.operators.branch",
        "BaseBranchOperator BranchDateTimeOperator BranchDayOfWeekOperator",
    )
    _put("models.skipmixin sdk sdk.bases.skipmixin", "couture.operators.skip", "SkipMixin")
    _put(f"operators.http_operator {old} providers.http.operators.http", "couture.operators.web", "SimpleHttpOperator HttpOperator")
    _put(
        "operators",
        "couture.operators.seed",
        "SparkOperator PySparkOperator TensorflowOperator CoutureSparkOperator CouturePySparkOperator CoutureDaskYarnOperator "
        "CoutureTensorflowOperator CoutureJupyterOperator CoutureLoopableBatchOperator DagOperator SkippableDagOperator",
    )
    _put("operators operators.eda_operator operators.eda", "couture.operators.eda", "EdaOperator EdaMergeOperator")
    _put("operators.dag_operator", "couture.operators.seed", "DagOperator SkippableDagOperator")
    for module in ("spark", "couture"):
        _put(
            f"operators.{module}_operator",
            "couture.operators.seed",
            "SparkOperator PySparkOperator CoutureSparkOperator CouturePySparkOperator CoutureDaskYarnOperator TensorflowOperator "
            "CoutureTensorflowOperator CoutureJupyterOperator CoutureLoopableBatchOperator",
        )


def _sensors() -> None:
    std = "providers.standard.sensors"
    bases = "sensors.base_sensor_operator sensors.base sensors operators.sensors sdk.bases.sensor"
    _put(f"{bases} sdk", "couture.operators.sensor", "BaseSensorOperator PokeReturnValue")
    _put(bases, "couture.operators.sensor", "poke_mode_only")
    externals = f"sensors.external_task_sensor sensors.external_task sensors operators.sensors {std}.external_task"
    _put(externals, "couture.operators.external_task", "ExternalTaskSensor ExternalTaskSensorLink")
    _put(externals, "couture.operators.dags", "ExternalTaskMarker")
    _put(
        f"sensors.python contrib.sensors.python_sensor sensors.python_sensor {std}.python sensors",
        "couture.operators.sensor",
        "PythonSensor",
    )
    _put(
        f"sensors.filesystem contrib.sensors.file_sensor sensors.file_sensor {std}.filesystem sensors",
        "couture.operators.file_sensor",
        "FileSensor",
    )
    _put(f"sensors.bash contrib.sensors.bash_sensor {std}.bash sensors", "couture.operators.file_sensor", "BashSensor")
    times = (
        "sensors.time_delta sensors.time_delta_sensor sensors.date_time sensors.date_time_sensor sensors.time sensors.time_sensor "
        f"sensors.weekday contrib.sensors.weekday_sensor sensors operators.sensors {std}.time {std}.time_delta "
        f"{std}.date_time {std}.weekday"
    )
    _put(
        times,
        "couture.operators.time_sensors",
        "DateTimeSensor TimeSensor TimeDeltaSensor DayOfWeekSensor DateTimeSensorAsync TimeSensorAsync TimeDeltaSensorAsync WaitSensor",
    )
    _put("sensors.http_sensor sensors.http operators.sensors sensors providers.http.sensors.http", "couture.operators.web", "HttpSensor")
    _put("sensors.sql sensors.sql_sensor operators.sensors sensors providers.common.sql.sensors.sql", "couture.operators.sql", "SqlSensor")
    _put("triggers.base", "couture.operators.triggers", "BaseTrigger TriggerEvent")
    _put("triggers.temporal providers.standard.triggers.temporal", "couture.operators.triggers", "DateTimeTrigger TimeDeltaTrigger")


def _models() -> None:
    _put(". models models.dag sdk sdk.definitions.dag", "couture.model.dag", "DAG")
    base = "models models.baseoperator sdk sdk.bases.operator models.base_operator"
    _put(base, "couture.model.base_operator", "BaseOperator")
    _put("models.baseoperator sdk.bases.operator", "couture.model.mapped", "MappedOperator")
    _put("models.mappedoperator sdk.definitions.mappedoperator", "couture.model.mapped", "MappedOperator OperatorPartial")
    _put(f"{base} utils.helpers", "couture.model.dependencies", "chain cross_downstream chain_linear")
    _put("utils.edgemodifier sdk sdk.definitions.edges", "couture.model.dependencies", "Label EdgeModifier")
    _put("models.taskmixin", "couture.model.dependencies", "DependencyMixin TaskMixin=DependencyMixin")
    _put("models models.variable sdk sdk.definitions.variable", "couture.model.variable", "Variable")
    _put("models models.connection sdk sdk.definitions.connection", "couture.model.connection", "Connection")
    _put("hooks.base_hook hooks.base sdk sdk.bases.hook", "couture.model.connection", "BaseHook")
    _put("hooks.base", "couture.hooks", "DbApiHook")
    _put("hooks.dbapi_hook hooks.dbapi providers.common.sql.hooks.sql", "couture.hooks", "DbApiHook")
    _put("hooks.http_hook providers.http.hooks.http", "couture.hooks", "HttpHook")
    _put("hooks.sqlite_hook providers.sqlite.hooks.sqlite", "couture.hooks", "SqliteHook")
    _put("hooks.filesystem contrib.hooks.fs_hook providers.standard.hooks.filesystem", "couture.hooks", "FSHook")
    _put("models.param sdk sdk.definitions.param models", "couture.model.param", "Param ParamsDict DagParam")
    _put("models.dagparam", "couture.model.param", "DagParam")
    _put("models.xcom_arg sdk sdk.definitions.xcom_arg models", "couture.model.xcom_arg", "XComArg MapXComArg ZipXComArg")
    _put("models.xcom models sdk", "couture.model.records", "XCom BaseXCom XCOM_RETURN_KEY")
    _put("utils.xcom", "couture.model.records", "XCOM_RETURN_KEY")
    _put("models models.dagrun", "couture.model.records", "DagRun")
    _put("models models.pool", "couture.model.records", "Pool")
    _put("models models.dagbag", "couture.model.records", "DagBag")
    _put("models models.dagmodel models.dag", "couture.model.records", "DagModel")
    _put(
        "models models.taskinstance sdk sdk.execution_time.task_runner",
        "couture.model.records",
        "TaskInstance RuntimeTaskInstance=TaskInstance clear_task_instances",
    )
    _put("models models.baseoperatorlink models.baseoperator sdk", "couture.model.records", "BaseOperatorLink")
    _put("models models.taskreschedule", "couture.model.records", "TaskReschedule")
    _put("models models.log", "couture.model.records", "Log")
    _put("models.crypto", "couture.model.records", "get_fernet")
    _put("utils.task_group sdk sdk.definitions.taskgroup", "couture.model.task_group", "TaskGroup")
    decorators = "dag task task_group setup teardown"
    _put("decorators sdk sdk.definitions.decorators", "couture.model.decorators", decorators)
    _put("decorators.base sdk.bases.decorator", "couture.model.decorators.task", "task_decorator_factory TaskDecorator=TaskFunction")
    _put("decorators.base sdk.bases.decorator", "couture.model.decorators.operators", "DecoratedOperator=Decorated")
    _put("sdk sdk.definitions.asset.decorators", "couture.model.decorators", "asset")
    _put("sdk sdk.definitions.context utils.dag_parsing_context", "couture.model.records", "get_parsing_context")
    _put("sdk sdk.definitions.context operators.python", "couture.model.context", "get_current_context")
    _put("sdk sdk.definitions.template utils.template", "couture.model.records", "literal")
    _put("task.priority_strategy", "couture.model.records", "PriorityWeightStrategy")
    _put(
        "models.dataset models.asset datasets.manager",
        "couture.model.records",
        "DatasetModel=Log AssetModel=Log DatasetEvent=Log AssetEvent=Log",
    )


def _data() -> None:
    assets = "Asset AssetAlias AssetAll AssetAny AssetWatcher Model"
    _put("sdk sdk.definitions.asset assets", "couture.model.asset", assets)
    _put("sdk sdk.definitions.asset.metadata assets.metadata datasets.metadata", "couture.model.asset", "Metadata")
    _put(
        "datasets",
        "couture.model.asset",
        "Dataset DatasetAlias=AssetAlias DatasetAll=AssetAll DatasetAny=AssetAny BaseDataset=BaseAsset "
        "expand_alias_to_datasets=expand_alias_to_assets",
    )
    _put("sdk sdk.definitions.asset.access_control", "couture.model.records", "AssetAccessControl")
    _put("timetables.base", "couture.model.timetable", "Timetable DagRunInfo DataInterval TimeRestriction")
    _put(
        "timetables.simple",
        "couture.model.timetable",
        "NullTimetable OnceTimetable ContinuousTimetable AssetTriggeredTimetable DatasetTriggeredTimetable=AssetTriggeredTimetable",
    )
    _put(
        "timetables.interval sdk sdk.definitions.timetables.interval",
        "couture.model.timetable",
        "CronDataIntervalTimetable DeltaDataIntervalTimetable",
    )
    _put(
        "timetables.trigger sdk sdk.definitions.timetables.trigger",
        "couture.model.timetable",
        "CronTriggerTimetable DeltaTriggerTimetable MultipleCronTriggerTimetable",
    )
    _put("timetables.events sdk", "couture.model.timetable", "EventsTimetable")
    _put(
        "timetables.datasets timetables.assets sdk sdk.definitions.timetables.assets",
        "couture.model.timetable",
        "AssetOrTimeSchedule DatasetOrTimeSchedule=AssetOrTimeSchedule",
    )
    partitions = (
        "AllowedKeyMapper ChainMapper CronPartitionTimetable DayWindow FanOutMapper FixedKeyMapper HourWindow IdentityMapper "
        "MinimumCount MonthWindow PartitionedAtRuntime PartitionedAssetTimetable PartitionMapper ProductMapper QuarterWindow "
        "RollupMapper SegmentWindow StartOfDayMapper StartOfHourMapper StartOfMonthMapper StartOfQuarterMapper StartOfWeekMapper "
        "StartOfYearMapper WaitForAll WeekWindow Window YearWindow"
    )
    _put("sdk partition_mappers.base partition_mappers.window partition_mappers.temporal", "couture.model.partitions", partitions)
    _put(
        "sdk sdk.definitions.retry_policy",
        "couture.model.partitions",
        "ExceptionRetryPolicy RetryAction RetryDecision RetryPolicy RetryRule",
    )
    _put("sdk sdk.definitions.deadline", "couture.model.partitions", "DeadlineAlert DeadlineReference AsyncCallback SyncCallback")
    _put("sdk sdk.execution_time.context", "couture.model.partitions", "NEVER_EXPIRE")


def _utilities() -> None:
    MODULES["airflow.exceptions"] = MODULES["airflow.sdk.exceptions"] = {"*": "couture.exceptions:"}
    MODULES["airflow.macros"] = {"*": "couture.run.macros:"}
    MODULES["airflow.utils.timezone"] = {"*": "couture.model.dates:", "TIMEZONE": "couture.model.dates:utc"}
    MODULES["airflow.sdk.timezone"] = MODULES["airflow.utils.timezone"]
    MODULES["airflow.providers.common.compat.sdk"] = {"timezone": "couture.model.dates"}
    _put("sdk", "couture.model.dates", "utcnow")
    MODULES["airflow.sdk"]["macros"] = "couture.run.macros"
    MODULES["airflow.sdk"]["timezone"] = "couture.model.dates"
    _put(
        "utils.dates",
        "couture.model.dates",
        "days_ago date_range round_time infer_time_unit scale_time_units parse_execution_date cron_presets=CRON_PRESETS",
    )
    _put("utils.trigger_rule sdk", "couture.model.states", "TriggerRule")
    _put("utils.weight_rule sdk", "couture.model.states", "WeightRule")
    _put("utils.state sdk", "couture.model.states", "State TaskInstanceState DagRunState")
    _put("utils.types", "couture.model.states", "DagRunType")
    _put("utils.types sdk.definitions._internal.types", "couture.model.param", "NOTSET ArgNotSet")
    _put("utils.weekday providers.standard.utils.weekday", "couture.model.states", "WeekDay")
    _put("utils.decorators", "couture.model.defaults", "apply_defaults")
    _put("utils.setup_teardown", "couture.model.records", "SetupTeardownContext")
    _put("utils.context sdk sdk.definitions.context", "couture.model.records", "Context")
    _put("utils.db utils.session", "couture.model.records", "provide_session create_session NEW_SESSION")
    _put("utils.email", "couture.operators.email", "send_email get_email_address_list")
    _put("utils.log.logging_mixin sdk.definitions._internal.logging_mixin", "couture.model.records", "LoggingMixin")
    _put("utils.log.secrets_masker sdk.log sdk.execution_time.secrets_masker", "couture.model.records", "mask_secret redact")
    _put(
        "utils.helpers",
        "couture.model.records",
        "as_tuple chunks reduce_in_chunks validate_key is_container merge_dicts exactly_one prune_dict",
    )
    _put("utils.module_loading", "couture.model.records", "import_string")
    _put("utils.file", "couture.model.records", "TemporaryDirectory mkdirs")
    _put("utils.timeout sdk.execution_time.timeout", "couture.model.records", "timeout")
    _put("utils.operator_helpers", "couture.model.records", "context_to_airflow_vars")
    _put("utils.operator_helpers", "couture.model.call", "determine_kwargs=keyword_arguments")
    _put("lineage sdk.lineage", "couture.model.records", "apply_lineage prepare_lineage AUTO")
    _put("lineage.entities", "couture.model.records", "File Table")
    _put("configuration sdk.configuration sdk", "couture.model.configuration", "conf")
    _put("configuration", "couture.model.configuration", "get getint getboolean getfloat has_option AirflowConfigParser AIRFLOW_HOME")
    _put("settings", "couture.model.configuration", "AIRFLOW_HOME DAGS_FOLDER TIMEZONE Session SQL_ALCHEMY_CONN engine")
    MODULES["airflow.settings"]["conf"] = "couture.model.configuration:conf"
    _put("version", "couture.model.configuration", "version")
    _put("plugins_manager", "couture.model.plugins", "AirflowPlugin")
    _put("listeners", "couture.model.records", "hookimpl")
    _put("io.path io sdk sdk.io", "couture.model.records", "ObjectStoragePath")
    _put("notifications.basenotifier sdk.bases.notifier sdk", "couture.model.records", "BaseNotifier")
    _put("typing_compat", "typing", "Literal Protocol TypedDict")
    _put("sdk", "couture.model.records", "BaseAsyncOperator=BaseNotifier ResumableJobMixin=LoggingMixin BranchMixIn=LoggingMixin")
    _put("example_dags.subdags.subdag example_dags.subdags.subdag_operator", "couture.operators.examples", "subdag")
    _put("example_dags.plugins.workday", "couture.operators.examples", "AfterWorkdayTimetable")
    _put("example_dags.plugins.decreasing_priority_weight_strategy", "couture.operators.examples", "DecreasingPriorityStrategy")
    _put("example_dags.libs.helper contrib.example_dags.libs.helper", "couture.operators.examples", "print_stuff")
    _put(
        "executors.local_executor executors.sequential_executor executors.celery_executor "
        "executors.kubernetes_executor executors.debug_executor",
        "couture.model.records",
        "LocalExecutor=Log SequentialExecutor=Log CeleryExecutor=Log KubernetesExecutor=Log DebugExecutor=Log",
    )
    MODULES["airflow.executors"] = {}
    _put("executors", "couture.model.records", "get_default_executor=timeout")


def _same() -> None:
    """Names that a later layout keeps together."""
    sdk = MODULES["airflow.sdk"]
    MODULES["airflow.providers.common.compat.sdk"].update({name: it for name, it in sdk.items() if name != "timezone"})
    MODULES["airflow.providers.common.compat.sdk"]["*"] = "couture.exceptions:"


for _fill in (_operators, _sensors, _models, _data, _utilities, _same):
    _fill()

# The packages above the modules.
PACKAGES = frozenset(name.rsplit(".", depth)[0] for name in MODULES for depth in range(1, name.count(".")))
