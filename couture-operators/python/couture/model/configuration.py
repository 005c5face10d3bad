"""`conf` and `settings`, as far as DAG files ask for them."""

import os
from typing import Any, Dict, Optional

from couture.exceptions import AirflowConfigException
from couture.model import dialect
from couture.model.dates import utc

AIRFLOW_HOME = os.environ.get("AIRFLOW_HOME") or os.path.expanduser("~/airflow")
DAGS_FOLDER = os.environ.get("COUTURE_DAGS_FOLDER") or os.path.join(AIRFLOW_HOME, "dags")
TIMEZONE = utc
SQL_ALCHEMY_CONN = ""
engine = None

_DEFAULTS: Dict[str, Dict[str, str]] = {
    "core": {
        "airflow_home": AIRFLOW_HOME,
        "executor": "LocalExecutor",
        "default_timezone": "utc",
        "load_examples": "False",
        "dags_are_paused_at_creation": "True",
        "parallelism": "32",
        "dag_concurrency": "16",
        "max_active_runs_per_dag": "16",
        "max_active_tasks_per_dag": "16",
        "unit_test_mode": "False",
        "store_serialized_dags": "True",
        "fernet_key": "",
        "sql_alchemy_conn": "",
        "enable_xcom_pickling": "False",
        "dag_run_conf_overrides_params": "True",
    },
    "webserver": {"base_url": "http://localhost:8080", "rbac": "True", "default_ui_timezone": "UTC"},
    "logging": {"logging_level": "INFO", "remote_logging": "False"},
    "scheduler": {"catchup_by_default": "True"},
    "operators": {"default_owner": "airflow", "default_queue": "default", "default_deferrable": "False"},
    "email": {"email_backend": "airflow.utils.email.send_email_smtp"},
    "kubernetes_executor": {"worker_container_repository": "", "worker_container_tag": "", "namespace": "default"},
    "smtp": {"smtp_mail_from": "airflow@example.com"},
}
_NOTHING = object()


class AirflowConfigParser:
    """Settings: `AIRFLOW__SECTION__KEY` of the environment, else a default."""

    def get(self, section: str, key: str = "", fallback: Any = _NOTHING, **_: Any) -> Any:
        if not key:
            section, key = "core", section
        section, key = section.lower(), key.lower()
        found = os.environ.get(f"AIRFLOW__{section.upper()}__{key.upper()}")
        if found is None and (section, key) == ("core", "dags_folder"):
            found = os.environ.get("COUTURE_DAGS_FOLDER") or DAGS_FOLDER
        if found is None:
            found = _DEFAULTS.get(section, {}).get(key)
        if found is not None:
            return found
        if fallback is _NOTHING:
            raise AirflowConfigException(f"there is no setting [{section}] {key}; give a fallback")
        return fallback

    def getboolean(self, section: str, key: str, **kwargs: Any) -> bool:
        text = str(self.get(section, key, **kwargs)).lower().split("#")[0].strip()
        if text in ("t", "true", "1"):
            return True
        if text in ("f", "false", "0", "none"):
            return False
        raise AirflowConfigException(f"setting [{section}] {key} is no truth value; use true or false")

    def getint(self, section: str, key: str, **kwargs: Any) -> int:
        return int(self.get(section, key, **kwargs))

    def getfloat(self, section: str, key: str, **kwargs: Any) -> float:
        return float(self.get(section, key, **kwargs))

    def getlist(self, section: str, key: str, delimiter: str = ",", **kwargs: Any) -> list:
        return [it.strip() for it in self.get(section, key, **kwargs).split(delimiter) if it.strip()]

    def has_option(self, section: str, option: str, **_: Any) -> bool:
        return self.get(section, option, fallback=None) is not None

    def getsection(self, section: str) -> Optional[Dict[str, Any]]:
        return dict(_DEFAULTS.get(section.lower(), {})) or None

    def set(self, section: str, option: str, value: Any) -> None:
        raise AirflowConfigException("a DAG file does not change the installation's settings")


conf = AirflowConfigParser()
get, getint, getboolean, getfloat, has_option = conf.get, conf.getint, conf.getboolean, conf.getfloat, conf.has_option


def Session(*_: Any, **__: Any) -> Any:  # noqa: N802
    """There is no database session for DAG files."""
    from couture.exceptions import AirflowException

    raise AirflowException("there is no database session for DAG files and tasks; use Variable, Connection, XComs and the API")


def __getattr__(name: str) -> str:
    if name == "version":
        return "1.10.15" if dialect.is_old() else "2.10.5"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
