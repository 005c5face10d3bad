"""The names that DAG files import."""

import importlib
import os
import subprocess
import sys
import unittest

from parse_host import PACKAGES, parsed

sys.path.insert(0, PACKAGES)

SDK = (
    "Asset AssetAlias AssetAll AssetAny AssetOrTimeSchedule AssetWatcher BaseBranchOperator BaseHook BaseNotifier BaseOperator "
    "BaseOperatorLink BaseSensorOperator BaseXCom Connection Context CronDataIntervalTimetable CronTriggerTimetable DAG DagRunState "
    "DeadlineAlert DeadlineReference DeltaDataIntervalTimetable DeltaTriggerTimetable EdgeModifier EventsTimetable Label Metadata "
    "MultipleCronTriggerTimetable ObjectStoragePath Param ParamsDict PokeReturnValue RetryPolicy SkipMixin TaskGroup TaskInstance "
    "TaskInstanceState TriggerRule Variable WeightRule XComArg asset chain chain_linear conf cross_downstream dag get_current_context "
    "get_parsing_context literal macros setup task task_group teardown"
).split()


class Names(unittest.TestCase):
    def test_each_name_of_the_table_is_there(self):
        import airflow  # noqa: F401
        from airflow._finder import resolve
        from airflow._table import MODULES

        for module, names in MODULES.items():
            for name, target in names.items():
                with self.subTest(module=module, name=name):
                    if name == "*":
                        importlib.import_module(target.rstrip(":"))
                    else:
                        resolve(target, name)
                        self.assertTrue(hasattr(importlib.import_module(module), name))

    def test_the_sdk_has_its_names(self):
        sdk = importlib.import_module("airflow.sdk")
        missing = [name for name in SDK if not hasattr(sdk, name)]
        self.assertEqual(missing, [])

    def test_a_name_that_is_nowhere_is_an_import_error(self):
        for text in ("from airflow.models import Nonsense", "import airflow.nonsense", "from airflow.utils.dates import nonsense"):
            with self.subTest(text), self.assertRaises(ImportError):
                exec(text, {})

    def test_the_version_is_that_of_the_files_rules(self):
        old = "from airflow.operators.bash_operator import BashOperator\n"
        for head, expected in ((old, "1.10.15"), ("", "2.10.5")):
            for how in ("import airflow; version = airflow.__version__", "from airflow.version import version"):
                with self.subTest(expected=expected, how=how):
                    found = parsed(f"{head}{how}\nfrom airflow import DAG\nit = DAG('d', description=version)\n")
                    self.assertEqual(found["dags"][0]["description"] if found["dags"] else found["error"], expected)

    def test_what_is_not_installed_is_not_needed(self):
        code = (
            "import airflow, pendulum, pytz, datetime as dt\n"
            "from dateutil.relativedelta import relativedelta\n"
            "day = pendulum.datetime(2026, 1, 31, tz='UTC')\n"
            "assert day.add(months=1).to_date_string() == '2026-02-28' and isinstance(day, dt.datetime)\n"
            "assert (dt.date(2026, 1, 31) + relativedelta(months=1)).isoformat() == '2026-02-28'\n"
            "assert pytz.timezone('Europe/Berlin').localize(dt.datetime(2026, 7, 1)).isoformat().endswith('+02:00')\n"
        )
        # -S leaves installed packages out.
        environment = {**os.environ, "PYTHONPATH": PACKAGES}
        done = subprocess.run([sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
