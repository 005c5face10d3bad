"""What files written for Airflow become: tasks, edges and settings."""

import unittest

from parse_host import Folder

HEAD = {
    "1.10": (
        "from airflow import DAG\nfrom airflow.operators.bash_operator import BashOperator\n"
        "from airflow.operators.python_operator import PythonOperator\n"
    ),
    "2": (
        "from airflow import DAG\nfrom airflow.decorators import dag, task, task_group, setup, teardown\n"
        "from airflow.operators.bash import BashOperator\nfrom airflow.operators.empty import EmptyOperator\n"
        "from airflow.utils.task_group import TaskGroup\n"
    ),
}
BEGIN = "from datetime import datetime, timedelta\n"
OPEN = "start = datetime(2026, 1, 1)\nwith DAG('d', start_date=start, catchup=False) as the_dag:\n"


class Model(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder({})

    @classmethod
    def tearDownClass(cls):
        cls.folder.__exit__()

    def parsed(self, body, dialect="2"):
        self.folder.write("x.py", BEGIN + HEAD[dialect] + body)
        return self.folder.parse()

    def dag(self, body, dialect="2"):
        found = self.parsed(body, dialect)
        self.assertIsNone(found["error"], found["error"] and found["error"]["traceback"])
        return found["dags"][0]

    def inside(self, body, dialect="2"):
        return self.dag(OPEN + "".join(f"    {line}\n" for line in body.splitlines()), dialect)

    def edges(self, dag):
        return {task["task_id"]: sorted(task.get("upstream", [])) for task in dag["tasks"]}


class Edges(Model):
    def test_a_dag_decorates_its_own_tasks(self):
        body = "made = DAG('d', start_date=datetime(2026, 1, 1))\n@made.task(retries=2)\ndef a():\n    pass\na()\n"
        (task,) = self.dag(body)["tasks"]
        self.assertEqual((task["task_id"], task["retries"]), ("a", 2))

    def test_each_notation(self):
        four = (
            "a, b, c, d = [EmptyOperator(task_id=it) for it in 'abcd']\nfrom airflow.models.baseoperator import *\n"
            "from airflow.models.baseoperator import chain, cross_downstream, chain_linear\nfrom airflow.utils.edgemodifier import Label\n"
        )
        cases = {
            "a >> b >> [c, d]": {"a": [], "b": ["a"], "c": ["b"], "d": ["b"]},
            "[a, b] >> c << d": {"a": [], "b": [], "c": ["a", "b", "d"], "d": []},
            "a.set_downstream([b, c]); d.set_upstream(c)": {"a": [], "b": ["a"], "c": ["a"], "d": ["c"]},
            "chain(a, [b, c], d)": {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]},
            "chain([a, b], [c, d])": {"a": [], "b": [], "c": ["a"], "d": ["b"]},
            "cross_downstream([a, b], [c, d])": {"a": [], "b": [], "c": ["a", "b"], "d": ["a", "b"]},
            "chain_linear([a, b], [c, d])": {"a": [], "b": [], "c": ["a", "b"], "d": ["a", "b"]},
            "a >> Label('yes') >> b": {"a": [], "b": ["a"], "c": [], "d": []},
            "for it in (c, d): a >> b >> it": {"a": [], "b": ["a"], "c": ["b"], "d": ["b"]},
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(self.edges(self.inside(four + text)), expected)

    def test_an_edge_that_is_written_twice_is_an_error_that_names_it(self):
        body = OPEN + "    a, b = EmptyOperator(task_id='a'), EmptyOperator(task_id='b')\n    a >> b\n    [a] >> b\n"
        self.assertIn("dependency a >> b was set before", self.parsed(body)["error"]["reason"])
        with Folder({"x.py": BEGIN + HEAD["2"] + body}, COUTURE_DUPLICATE_DEPENDENCIES="warn") as relaxed:
            found = relaxed.parse()
        self.assertIsNone(found["error"])
        self.assertTrue(any("a >> b" in it for it in found["warnings"]))

    def test_groups(self):
        body = (
            "first = EmptyOperator(task_id='first')\n"
            "with TaskGroup('g', tooltip='tip') as g:\n"
            "    a = EmptyOperator(task_id='a')\n"
            "    with TaskGroup('inner') as inner:\n"
            "        b = EmptyOperator(task_id='b')\n"
            "    a >> inner\n"
            "last = EmptyOperator(task_id='last')\n"
            "first >> g >> last"
        )
        dag = self.inside(body)
        self.assertEqual(self.edges(dag), {"first": [], "g.a": ["first"], "g.inner.b": ["g.a"], "last": ["g.inner.b"]})
        self.assertEqual(dag["groups"], [{"group_id": "g", "tooltip": "tip"}, {"group_id": "g.inner", "parent": "g", "label": "inner"}])
        self.assertEqual([task.get("group") for task in dag["tasks"]], [None, "g", "g.inner", None])

    def test_setups_and_teardowns(self):
        body = (
            "up, work, down = [EmptyOperator(task_id=it) for it in ('up', 'work', 'down')]\n"
            "up.as_setup() >> work >> down.as_teardown(setups=up)"
        )
        dag = self.inside(body)
        self.assertEqual(self.edges(dag), {"up": [], "work": ["up"], "down": ["up", "work"]})
        self.assertEqual([task.get("role") for task in dag["tasks"]], ["setup", None, "teardown"])
        body = (
            "@setup\ndef up(): ...\n@teardown(on_failure_fail_dagrun=True)\ndef down(): ...\n@task\ndef work(): ...\n"
            "s = up()\nwith down().as_teardown(setups=s):\n    work()"
        )
        dag = self.inside(body)
        self.assertEqual(self.edges(dag), {"up": [], "down": ["up", "work"], "work": ["up"]})

    def test_what_is_written_in_the_block_of_a_setup(self):
        head = (
            "def w(name):\n    return EmptyOperator(task_id=name)\n"
            "s, t = w('s').as_setup(), w('t')\nbefore = w('o')\ns >> t.as_teardown()\n"
            "with t as block:\n"
        )
        cases = {
            "w('a') >> w('b')": {"a": ["s"], "b": ["a"], "t": ["b", "s"]},
            "w('i').as_setup() >> w('a') >> w('b')": {"a": ["i", "s"], "b": ["a"], "t": ["b", "s"]},
            "w('x'); w('i').as_setup() >> w('a') >> w('j').as_teardown()": {"a": ["i"], "j": ["a"], "t": ["s", "x"], "x": ["s"]},
            "before >> w('a'); w('b')": {"a": ["o"], "b": ["s"], "t": ["a", "b", "s"]},
            "block.add_task(before); before >> w('b')": {"b": ["o"], "o": ["s"], "t": ["b", "s"]},
            "w('a') >> w('i').as_setup() >> w('b')": {"a": ["s"], "b": ["i"], "i": ["a"], "t": ["b", "s"]},
            "w('a')\nwith w('i').as_setup():\n        w('b')": {"a": ["s"], "b": ["i"], "i": ["s"], "t": ["a", "b", "s"]},
            "w('a')\nwith w('j').as_teardown(setups=w('i')):\n        w('b')": {
                "a": ["s"], "b": ["i"], "i": ["s"], "j": ["b", "i"], "t": ["a", "j", "s"],
            },
        }  # fmt: skip
        for body, expected in cases.items():
            with self.subTest(body):
                found = self.edges(self.inside(head + "    " + body.replace("\n", "\n    ")))
                self.assertEqual({task_id: above for task_id, above in found.items() if above}, expected)


class Decorators(Model):
    def test_data_flows_along_edges(self):
        body = (
            "@task\ndef one() -> dict: ...\n@task(task_id='other', retries=3)\ndef two(x, y=1, ti=None): ...\n"
            "@task.branch\ndef fork(x): ...\n"
            "@task.bash\ndef command(x): ...\n@task.sensor(poke_interval=5)\ndef wait(): ...\n"
            "v = one()\ntwo(v['k'], y=[v])\ntwo(v)\nfork(v) >> command(v)\nwait.override(task_id='w')()\n"
        )
        dag = self.inside(body)
        self.assertEqual(
            self.edges(dag), {"one": [], "other": ["one"], "other__1": ["one"], "fork": ["one"], "command": ["fork", "one"], "w": []}
        )
        self.assertEqual({task["operator"]["type"] for task in dag["tasks"]}, {"python"})
        self.assertEqual(dag["tasks"][1]["retries"], 3)

    def test_dag_and_task_group(self):
        body = (
            "@dag(schedule='@daily', start_date=datetime(2026, 1, 1), tags=['b', 'a'])\ndef flow(x: int = 3):\n    'What it does.'\n"
            "    @task\n    def one(v): ...\n    @task_group\n    def section(v):\n        return one.override(task_id='in')(v)\n"
            "    section(one(x))\nflow()\n"
        )
        dag = self.dag(body)
        self.assertEqual((dag["dag_id"], dag["doc_md"], dag["tags"], dag["params"]), ("flow", "What it does.", ["a", "b"], {"x": 3}))
        self.assertEqual(self.edges(dag), {"one": [], "section.in": ["one"]})

    def test_mapped_tasks(self):
        body = (
            "@task\ndef numbers(): ...\n@task\ndef add(x, y, z=0): ...\n"
            "add.expand(x=[1, datetime], y=numbers())\nadd.partial(y=2).expand(x=numbers.override(task_id='more')().map(str))\n"
            "BashOperator.partial(task_id='b', retries=2).expand(bash_command=['echo 1', 'echo 2'])\n"
            "BashOperator.partial(task_id='k').expand_kwargs([{'bash_command': 'x'}])\n"
        )
        dag = self.inside(body)
        expands = {task["task_id"]: task.get("expand") for task in dag["tasks"]}
        self.assertEqual(
            expands,
            {
                "numbers": None,
                "add": [{"list": [1, {"__index__": 1}]}, {"output": "numbers"}],
                "more": None,
                "add__1": {"output": "more"},
                "b": {"list": ["echo 1", "echo 2"]},
                "k": {"list": [{"bash_command": "x"}]},
            },
        )
        self.assertEqual(dag["tasks"][4]["retries"], 2)

    def test_an_asset_is_a_dag(self):
        body = (
            "from airflow.sdk import asset, Asset\n@asset(schedule='@daily', uri='s3://b/k')\ndef data(): ...\n"
            "@asset(schedule=data & Asset('z'))\ndef next_one(data): ...\n"
        )
        found = self.parsed(body)["dags"]
        self.assertEqual(
            [(it["dag_id"], it["tasks"][0]["outlets"]) for it in found],
            [("data", [{"name": "data", "uri": "s3://b/k"}]), ("next_one", ["next_one"])],
        )
        self.assertEqual(found[1]["assets"], {"all": [{"asset": "data"}, {"asset": "z"}]})


class Settings(Model):
    def test_schedules(self):
        cases = {
            "schedule='@daily'": ("@daily", None),
            "schedule=None": (None, None),
            "schedule=timedelta(hours=6)": ({"delta_ms": 21_600_000}, None),
            "schedule_interval='0 5 * * *'": ("0 5 * * *", None),
            "": ({"delta_ms": 86_400_000}, None),
            "schedule=Dataset('s3://a') | Dataset('b')": (None, {"any": [{"asset": "s3://a"}, {"asset": "b"}]}),
            "schedule=[Dataset('a')]": (None, {"asset": "a"}),
            "schedule=CronTriggerTimetable('@weekly', timezone='UTC', interval=timedelta(days=1))": (
                {"cron_trigger": "0 0 * * 0", "interval_ms": 86_400_000, "timezone": "UTC"},
                None,
            ),
            "timetable=CronDataIntervalTimetable('0 1 * * *', timezone='Europe/Berlin')": (
                {"cron": "0 1 * * *", "timezone": "Europe/Berlin"},
                None,
            ),
            "schedule=DatasetOrTimeSchedule(timetable=CronTriggerTimetable('0 1 * * *', timezone='UTC'), datasets=[Dataset('a')])": (
                {"cron_trigger": "0 1 * * *", "timezone": "UTC"},
                {"asset": "a"},
            ),
        }
        head = (
            "from airflow.datasets import Dataset\nfrom airflow.timetables.trigger import CronTriggerTimetable\n"
            "from airflow.timetables.interval import CronDataIntervalTimetable\n"
            "from airflow.timetables.datasets import DatasetOrTimeSchedule\n"
        )
        for text, expected in cases.items():
            with self.subTest(text):
                dag = self.dag(f"{head}the_dag = DAG('d', start_date=datetime(2026, 1, 1), {text})")
                self.assertEqual((dag.get("schedule"), dag.get("assets")), expected)

    def test_timetables_that_are_not_known_say_what_to_do(self):
        head = (
            "from airflow.timetables.base import Timetable\nfrom airflow.timetables.events import EventsTimetable\n"
            "from airflow.timetables.trigger import MultipleCronTriggerTimetable\n"
            "from airflow.timetables.datasets import DatasetOrTimeSchedule\n"
            "from airflow.datasets import Dataset\nclass Mine(Timetable): ...\n"
        )
        cases = {
            "EventsTimetable([start])": "use a cron expression, or let something trigger it at those dates through the API",
            "MultipleCronTriggerTimetable('0 1 * * *', '0 5 * * 1', timezone='UTC')": (
                "write the times as one cron expression, or make a DAG for each of '0 1 * * *' and '0 5 * * 1'"
            ),
            "Mine()": "use a cron expression, a timedelta or assets",
        }
        for timetable, advice in cases.items():
            name = timetable.partition("(")[0]
            with self.subTest(timetable):
                found = self.parsed(f"{head}start = datetime(2026, 1, 1)\nthe_dag = DAG('d', start_date=start, schedule={timetable})\n")
                self.assertIsNone(found["error"])
                self.assertNotIn("schedule", found["dags"][0])
                text = f"DAG d has the timetable {name}, which is not supported: it runs only when it is triggered by hand; {advice}"
                self.assertEqual(found["warnings"], [text])
        body = f"{head}start = datetime(2026, 1, 1)\nboth = DatasetOrTimeSchedule(timetable=Mine(), datasets=[Dataset('a')])\n"
        found = self.parsed(body + "the_dag = DAG('d', start_date=start, schedule=both)\n")
        self.assertEqual(found["dags"][0]["assets"], {"asset": "a"})
        text = "DAG d has the timetable Mine, which is not supported: it runs only when it is triggered by hand or by its assets"
        self.assertEqual([it.partition(";")[0] for it in found["warnings"]], [text])

    def test_single_cron_of_several_is_a_schedule(self):
        body = "from airflow.timetables.trigger import MultipleCronTriggerTimetable as Several\nstart = datetime(2026, 1, 1)\n"
        dag = self.dag(body + "the_dag = DAG('d', start_date=start, schedule=Several('0 1 * * *', timezone='UTC'))\n")
        self.assertEqual(dag["schedule"], {"cron_trigger": "0 1 * * *", "timezone": "UTC"})

    def test_weights_of_the_authors_own(self):
        head = (
            "from airflow.task.priority_strategy import PriorityWeightStrategy\n"
            "from airflow.example_dags.plugins.decreasing_priority_weight_strategy import DecreasingPriorityStrategy as Less\n"
            "class Mine(PriorityWeightStrategy): ...\n"
        )
        path = "airflow.example_dags.plugins.decreasing_priority_weight_strategy.DecreasingPriorityStrategy"
        for rule, name in (("Mine()", "Mine"), ("Less()", "DecreasingPriorityStrategy"), (repr(path), "DecreasingPriorityStrategy")):
            with self.subTest(rule):
                found = self.parsed(f"{head}{OPEN}    EmptyOperator(task_id='a', weight_rule={rule})\n")
                self.assertEqual(found["dags"][0]["tasks"][0]["weight_rule"], "absolute")
                text = f"the weight_rule of task a is {name}, whose code is not run: its priority_weight alone counts"
                self.assertEqual(found["warnings"], [text])
        found = self.parsed(f"{OPEN}    EmptyOperator(task_id='a', weight_rule='nonsense')\n")
        self.assertIn("weight_rule of task a is 'nonsense'", found["error"]["reason"])

    def test_the_timetable_of_the_examples(self):
        body = "from airflow.example_dags.plugins.workday import AfterWorkdayTimetable as After\nstart = datetime(2026, 1, 1)\n"
        dag = self.dag(body + "the_dag = DAG('d', start_date=start, schedule=After())\n")
        self.assertEqual(dag["schedule"], {"cron_trigger": "0 0 * * 2-6", "timezone": "UTC", "interval_ms": 86_400_000})

    def test_default_args_reach_each_task(self):
        body = (
            "def told(context): ...\n"
            "args = {'owner': 'me', 'retries': 2, 'retry_delay': timedelta(minutes=1), 'start_date': datetime(2026, 1, 1), "
            "'email': 'a@b.c; d@e.f',\n"
            "        'email_on_retry': False, 'on_failure_callback': told, 'sla': timedelta(hours=1), 'unknown': 1, 'params': {'p': 1},\n"
            "        'bash_command': 'default'}\n"
            "the_dag = DAG('d', default_args=args, schedule_interval=None)\n"
            "BashOperator(task_id='a', dag=the_dag)\n"
            "BashOperator(task_id='b', dag=the_dag, retries=0, bash_command='x', params={'q': 2}, trigger_rule='none_failed_or_skipped')\n"
        )
        dag = self.dag(body)
        self.assertEqual((dag["start_date"], dag["params"]), ("2026-01-01T00:00:00Z", {"p": 1}))
        a, b = dag["tasks"]
        self.assertEqual(a["operator"], {"type": "bash", "bash_command": "default"})
        self.assertEqual(
            (a["retries"], a["retry_delay_ms"], a["owner"], a["email"], a["email_on_retry"], a["sla_ms"]),
            (2, 60_000, "me", ["a@b.c", "d@e.f"], False, 3_600_000),
        )
        callback = a["on_failure_callback"][0]
        self.assertEqual((callback["type"], callback["of"], callback["task_id"], callback["index"]), ("python_callback", "task", "a", 0))
        self.assertEqual((b.get("retries"), b["params"], b["trigger_rule"]), (None, {"q": 2}, "none_failed_min_one_success"))

    def test_time_zones(self):
        dag = self.dag(
            "import zoneinfo\nthe_dag = DAG('d', start_date=datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')), schedule=None)"
        )
        self.assertEqual((dag["timezone"], dag["start_date"]), ("Europe/Berlin", "2026-06-30T22:00:00Z"))

    def test_dialects(self):
        cases = {
            "from airflow.operators.bash_operator import BashOperator": "1.10",
            "from airflow.contrib.operators.x import XOperator": "1.10",
            "from airflow.operators import CoutureSparkOperator": "1.10",
            "from airflow.operators.python import PythonOperator\nuse = dict(provide_context=True)": "1.10",
            "from airflow.operators.bash_operator import BashOperator\nfrom airflow.decorators import task": None,
            "from airflow.operators.bash_operator import BashOperator\nfrom airflow.utils.task_group import TaskGroup": None,
            "from airflow.operators.bash import BashOperator": None,
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.folder.write("x.py", f"from airflow import DAG\n{text}\nthe_dag = DAG('d', start_date=None)")
                self.assertEqual(self.folder.parse()["dags"][0].get("dialect"), expected)
                self.assertEqual(self.folder.parse(dialect="1.10")["dags"][0].get("dialect"), "1.10")

    def test_rules_of_each_dialect(self):
        twice = "    BashOperator(task_id='a', bash_command='1')\n    BashOperator(task_id='a', bash_command='2')\n"
        found = self.parsed(OPEN + twice, "1.10")
        self.assertEqual([task["operator"]["bash_command"] for task in found["dags"][0]["tasks"]], ["1"])
        self.assertTrue(any("task a of DAG d could not be added" in it for it in found["warnings"]))
        self.assertIn("DuplicateTaskIdFound", self.parsed(OPEN + twice)["error"]["reason"])
        extra = "    BashOperator(task_id='a', bash_command='1', surprise=1)\n"
        self.assertTrue(any("surprise" in it for it in self.parsed(OPEN + extra, "1.10")["warnings"]))
        self.assertIn("surprise", self.parsed(OPEN + extra)["error"]["reason"])


class Operators(Model):
    def operator(self, body, dialect="2"):
        return self.inside(body, dialect)["tasks"][0]["operator"]

    def test_what_needs_no_python_gets_none(self):
        cases = {
            "EmptyOperator(task_id='a')": {"type": "empty"},
            "BashOperator(task_id='a', bash_command='x', env={'A': '1'}, append_env=True, skip_on_exit_code=[1])": {
                "type": "bash",
                "bash_command": "x",
                "env": {"A": "1"},
                "append_env": True,
                "skip_on_exit_code": [1],
            },
            "import airflow.operators.trigger_dagrun as t\nt.TriggerDagRunOperator(task_id='a', trigger_dag_id='b', conf={'k': [1]})": {
                "type": "trigger_dag_run",
                "trigger_dag_id": "b",
                "conf": {"k": [1]},
            },
            "from airflow.sensors.filesystem import FileSensor as T\nT(task_id='a', filepath='/x', mode='poke', timeout=5)": {
                "type": "file_sensor",
                "filepath": "/x",
                "mode": "poke",
                "timeout": 5,
            },
            "from airflow.operators.dag_operator import DagOperator as T\nT(task_id='a', run_dag_id='b')": {
                "type": "dag",
                "run_dag_id": "b",
            },
            "from airflow.operators import CoutureLoopableBatchOperator as T\nT(task_id='a', run_dag_id='b', metadata_file='f')": {
                "type": "loopable_batch",
                "run_dag_id": "b",
                "metadata_file": "f",
            },
            "from airflow.operators import EdaOperator as T\nT(task_id='a', source='{{ ds }}.csv', memory_limit_mb=64)": {
                "type": "eda",
                "source": "{{ ds }}.csv",
                "memory_limit_mb": 64,
            },
            "from airflow.operators.eda_operator import EdaOperator as T\n"
            "T(task_id='a', conn_id='c', query='select 1', kind='data_importance', target='n', outputs='outputs/mine')": {
                "type": "eda",
                "kind": "data_importance",
                "target": "n",
                "conn_id": "c",
                "query": "select 1",
                "outputs": "outputs/mine",
            },
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(self.operator(text), expected)

    def test_data_is_looked_at_in_parts_and_merged(self):
        eda = "from airflow.operators import BashOperator as B, EdaMergeOperator as M, EdaOperator as T\n"
        mapped = {
            "source=['/a.csv', '/b.csv']": ({"source": "{{ element }}"}, {"list": ["/a.csv", "/b.csv"]}),
            "source=B(task_id='z', bash_command='x').output": ({"source": "{{ element }}"}, {"output": "z"}),
            "source=['/a.csv'], target=['n', 'm']": (
                {"source": "{{ element[0] }}", "target": "{{ element[1] }}"},
                [{"list": ["/a.csv"]}, {"list": ["n", "m"]}],
            ),
        }
        for text, (fields, expand) in mapped.items():
            with self.subTest(text):
                made = self.inside(f"{eda}T.partial(task_id='a', outputs='outputs/mine').expand({text})")["tasks"]
                task = next(it for it in made if it["task_id"] == "a")
                self.assertEqual(task["operator"], {"type": "eda", "outputs": "outputs/mine", **fields})
                self.assertEqual(task["expand"], expand)
                self.assertNotIn("upstream", task)
        kwargs = "T.partial(task_id='a').expand_kwargs([{'source': '/a.csv'}, {'source': '/b.csv', 'target': 'n'}])"
        task = self.inside(eda + kwargs)["tasks"][0]
        self.assertEqual(
            task["operator"],
            {"type": "eda", "source": "{{ element['source'] | default('') }}", "target": "{{ element['target'] | default('') }}"},
        )
        one = "M(task_id='m', name='all', reports=T.partial(task_id='a').expand(source=['/a.csv']).output)"
        task = self.inside(eda + one)["tasks"][1]
        self.assertEqual((task["operator"], task["input"]), ({"type": "eda_merge", "name": "all"}, "a"))
        self.assertNotIn("upstream", task)
        two = "M(task_id='m', reports=[T(task_id='a', source='/a').output, T(task_id='b', source='/b').output])"
        self.assertEqual(self.inside(eda + two)["tasks"][2]["input"], ["a", "b"])
        for text in (
            "class Mine(T): pass\nMine(task_id='a', source='/a')",
            "T.partial(task_id='a').expand(source=['{{ ds }}.csv'])",
            "T.partial(task_id='a').expand(source=[1])",
            "T(task_id='a', source=B(task_id='z', bash_command='x').output)",
            "M(task_id='m', reports=['outputs/x/preliminary/t/data_info.html'])",
            "T(task_id='a', source='/a', pre_execute=print)",
        ):
            with self.subTest(text), self.assertRaisesRegex(Exception, "runs without Python|takes outputs of tasks"):
                self.inside(eda + text)

    def test_what_has_code_of_its_own_is_python(self):
        cases = (
            "class Mine(BashOperator): pass\nMine(task_id='a', bash_command='x')",
            "BashOperator(task_id='a', bash_command='x', pre_execute=print)",
            "BashOperator(task_id='a', bash_command='x', output_processor=str)",
            "the_dag.user_defined_macros = {'mine': 1}\nBashOperator(task_id='a', bash_command='{{ mine }}')",
            "BashOperator.partial(task_id='a').expand(bash_command=['x'])",
        )
        for text in cases:
            with self.subTest(text):
                self.assertEqual(self.operator(text)["type"], "python")

    def test_stand_ins_say_what_is_missing(self):
        cases = {
            "from airflow.providers.amazon.aws.operators.s3 import S3CopyObjectOperator as T": "apache-airflow-providers-amazon",
            "from airflow.contrib.operators.emr_operator import EmrOperator as T": "airflow.contrib.operators.emr_operator.EmrOperator",
            "from airflow.operators.hive_operator import HiveOperator as T": "HiveOperator",
            "from airflow.operators import CoutureSparkOperator as T": "CoutureSparkOperator cannot run yet",
        }
        for text, expected in cases.items():
            with self.subTest(text):
                extra = "" if "Couture" in text else ", anything={'at': 'all'}"
                operator = self.operator(f"{text}\nT(task_id='a', description='Words'{extra})", "1.10")
                self.assertIn(expected, operator["stub"])


if __name__ == "__main__":
    unittest.main()
