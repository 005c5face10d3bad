//! What DAG files take from Python, Jinja2 and pendulum.

use std::collections::BTreeMap;

use couture_core::dialect::Dialect;
use serde_json::json;

use super::probe::Setting;

fn setting(dialect: Dialect) -> Setting {
    let params = BTreeMap::from([
        ("name".to_owned(), json!("Ada")),
        ("list".to_owned(), json!([3, 1, 2])),
        ("map".to_owned(), json!({"a": 1, "b": [true, null]})),
    ]);
    Setting { dialect, params, date: "2021-03-05T09:56:05+00:00", ..Setting::default() }
}

#[tokio::test]
async fn methods_of_python_types_work() {
    setting(Dialect::V2)
        .check(&[
            ("{{ params.name.upper() }} {{ params.name.lower() }}", "ADA ada"),
            ("{{ params.name.replace('d', 'dd') }}", "Adda"),
            ("{{ '{}-{x}'.format(ds, x=params.name) }}", "2021-03-05-Ada"),
            ("{{ '{0.year}/{0.month:02d}'.format(execution_date) }}", "2021/03"),
            ("{{ '%s has %d' % (params.name, 3) }}", "Ada has 3"),
            ("{{ '%05.1f' % 2.25 }}", "002.2"),
            ("{{ 'a,b,c'.split(',')[1] }}", "b"),
            ("{{ 'a.b.c'.rsplit('.', 1) }}", "['a.b', 'c']"),
            ("{{ ' x '.strip() ~ '7'.zfill(3) }}", "x007"),
            ("{{ ', '.join(['a', 'b']) }}", "a, b"),
            ("{{ params.map.get('a') }}{{ params.map.get('z', 9) }}", "19"),
            ("{% for k, v in params.map.items() %}{{ k }}={{ v }};{% endfor %}", "a=1;b=[True, None];"),
            ("{{ params.map }}", "{'a': 1, 'b': [True, None]}"),
            ("{{ params.map | tojson }}", r#"{"a": 1, "b": [true, null]}"#),
            ("{{ params.list | sort | join('-') }}", "1-2-3"),
            ("{{ params.list[0] }} {{ params.list[-1] }} {{ params.list[1:] }}", "3 2 [1, 2]"),
            ("{{ ds.split('-')[0] | int + 1 }}", "2022"),
            ("{{ 7 // 2 }} {{ 7 % 4 }} {{ 7 / 2 }} {{ 2 ** 3 }}", "3 3 3.5 8"),
            ("{% set x = 3 %}{% if x > 2 and not x == 4 %}yes{% endif %}", "yes"),
            ("{% for i in range(5) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "012"),
            ("{% raw %}{{ ds }}{% endraw %}{# gone #}", "{{ ds }}"),
            ("{{ 'abcdefghi' | truncate(3, true, '') }}", "abc"),
            ("{{ none }} {{ true }} {{ 1.0 }} {{ 'a' if false }}", "None True 1.0 "),
            ("line\n", "line\n"),
            ("{{ ds }}\n", "2021-03-05"),
        ])
        .await;
}

#[tokio::test]
async fn dates_behave_as_pendulum() {
    let both = [
        ("{{ execution_date.strftime('%d.%m.%y %H:%M:%S.%f %A %j') }}", "05.03.21 09:56:05.000000 Friday 064"),
        ("{{ execution_date.year }}-{{ execution_date.month }}-{{ execution_date.hour }}", "2021-3-9"),
        ("{{ (execution_date + macros.timedelta(days=30)).isoformat() }}", "2021-04-04T09:56:05+00:00"),
        ("{{ execution_date - execution_date.replace(day=1) }}", "4 days, 0:00:00"),
        ("{{ (execution_date - execution_date.replace(day=1)).days * 2 }}", "8"),
        ("{{ execution_date.add(months=-1, days=1).to_date_string() }}", "2021-02-06"),
        ("{{ execution_date.subtract(hours=10) | ds }}", "2021-03-04"),
        ("{{ execution_date.start_of('month') | ts }}", "2021-03-01T00:00:00+00:00"),
        ("{{ execution_date.end_of('month') | ds_nodash }}", "20210331"),
        ("{{ execution_date.in_timezone('Europe/Berlin').isoformat() }}", "2021-03-05T10:56:05+01:00"),
        ("{{ execution_date.in_tz('Asia/Kolkata').strftime('%H:%M %z') }}", "15:26 +0530"),
        ("{{ execution_date.weekday() }} {{ execution_date.isoweekday() }}", "4 5"),
        ("{{ execution_date > macros.datetime(2021, 1, 1).replace(tzinfo='UTC') }}", "True"),
        ("{{ macros.datetime.strptime('05/03/2021', '%d/%m/%Y').date() }}", "2021-03-05"),
        ("{{ macros.dateutil.parser.parse('2021-03-05 10:00').isoformat() }}", "2021-03-05T10:00:00"),
        (
            "{{ macros.timedelta(hours=25) * 2 }} {{ macros.timedelta(minutes=90).total_seconds() }}",
            "2 days, 2:00:00 5400.0",
        ),
        ("{{ macros.timedelta(days=-1) }} {{ macros.timedelta(seconds=0.5) }}", "-1 day, 0:00:00 0:00:00.500000"),
        ("{% set d = execution_date - macros.timedelta(1) %}{{ d.day }}", "4"),
        ("{{ execution_date.date() }} {{ execution_date.time() }}", "2021-03-05 09:56:05"),
        ("{{ (macros.datetime(2021, 3, 28, 1) + macros.timedelta(hours=1)) }}", "2021-03-28 02:00:00"),
        ("{{ macros.uuid.uuid4() | string | length }} {{ 0 <= macros.random() < 1 }}", "36 True"),
        ("{{ macros.datetime(2021, 13, 1) }}", "!there is no date 2021-13-1"),
        ("{{ macros.ds_format('x', '%Y', '%Y') }}", "!does not match the format"),
        ("{{ execution_date.strftime('%Q') }}", "!a directive that is not known"),
        ("{{ execution_date.in_timezone('Nowhere/Land') }}", "!there is no time zone \"Nowhere/Land\""),
        ("{{ execution_date + 1 }}", "!+ operator"),
        ("{{ execution_date.add(years=10000) }}", "!out of range"),
        ("{{ macros.ds_add(ds, 10 ** 18) }}", "!days"),
    ];
    for dialect in [Dialect::V1_10, Dialect::V2] {
        setting(dialect).check(&both).await;
    }
    let old = [("{{ execution_date }}", "2021-03-05T09:56:05+00:00"), ("{{ execution_date.format('%Y') }}", "2021")];
    setting(Dialect::V1_10).check(&old).await;
    let new = [
        ("{{ logical_date }}", "2021-03-05 09:56:05+00:00"),
        ("{{ logical_date.format('YYYY-MM-DD [at] HH:mm') }}", "2021-03-05 at 09:56"),
        ("{{ data_interval_start | ds }}", "2021-03-05"),
    ];
    setting(Dialect::V2).check(&new).await;
}

#[tokio::test]
async fn the_context_has_airflows_names() {
    let both = [
        ("{{ dag }} {{ dag.dag_id }}", "<DAG: etl> etl"),
        ("{{ task.task_id }} {{ task.owner }} {{ ti.try_number }}", "probe airflow 1"),
        ("{{ dag_run.run_id }}", "manual__2021-03-05T09:56:05+00:00"),
        ("{{ run_id == dag_run.run_id }} {{ dag_run.run_type }}", "True manual"),
        ("{{ conf.get('core', 'nothing', fallback='x') }}", "x"),
        ("{{ inlets }}{{ outlets }}", "[][]"),
        ("{{ ti.xcom_push('a', 1) }} {{ ti.xcom_push(key='b', value=[ds]) }}", "None None"),
        ("{{ ti.xcom_push('', 1) }}", "!the key of an XCom is not empty"),
        ("{{ conf.has_option('core', 'nothing') }}", "False"),
    ];
    for dialect in [Dialect::V1_10, Dialect::V2] {
        setting(dialect).check(&both).await;
    }
    let old = [
        ("[{{ nothing }}]", "[]"),
        ("{{ END_DATE }} {{ latest_date }} {{ tables }}", "2021-03-05 2021-03-05 None"),
        ("{{ dag_run.conf['k'] if dag_run.conf else 'none' }}", "none"),
        ("[{{ logical_date }}{{ params.zzz }}]", "[]"),
        ("{% if nothing %}a{% else %}b{% endif %}", "b"),
        ("{{ nothing.deeper }}", "!undefined"),
    ];
    setting(Dialect::V1_10).check(&old).await;
    let new = [
        ("one\n{{ nothing }}", "!template field value, line 2: undefined"),
        ("{{ params.zzz }}", "!params.zzz"),
        ("{{ nothing | default('x') }}{{ nothing is defined }}", "xFalse"),
        ("{{ END_DATE }}", "!END_DATE"),
        ("{{ ds | nofilter }}", "!nofilter"),
        ("{{ ds ", "!line 1"),
        ("{% for x in %}", "!line 1"),
    ];
    setting(Dialect::V2).check(&new).await;
}

#[tokio::test]
async fn conf_stands_before_params_in_dialect_2_only() {
    let params = BTreeMap::from([("k".to_owned(), json!("dag"))]);
    let conf = json!({"k": "conf", "n": [1]});
    let with = |dialect| Setting { dialect, params: params.clone(), conf: conf.clone(), ..Setting::default() };
    with(Dialect::V1_10)
        .check(&[("{{ params.k }} {{ dag_run.conf.k }} {{ dag_run.conf }}", "dag conf {'k': 'conf', 'n': [1]}")])
        .await;
    with(Dialect::V2).check(&[("{{ params.k }} {{ dag_run.conf['n'][0] }}", "conf 1")]).await;
}
