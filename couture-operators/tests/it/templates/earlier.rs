//! What templates know of earlier runs, of changes of assets, and of the element of a mapped task; and attempts that end meanwhile.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use couture_core::dag::{Asset, AssetCondition};
use couture_core::dialect::Dialect;
use couture_core::schedule::DataInterval;
use couture_core::store::{AssetEvent, AssetSource, Commit, MemoryStore, Record, RunRecord, ShardCommit, Store};
use couture_core::task::{Cancellation, PulledXCom, Templates, XComQuery, XComs};
use couture_core::{
    AssetName, AttemptToken, BoxError, DagId, Epoch, MapIndex, RunId, RunKey, RunState, RunType, Services, ShardId,
    TaskContext, TaskId, TaskIndex, Timestamp,
};
use couture_operators::JinjaTemplates;
use couture_operators::template::{TemplateLimits, TemplateSettings};
use serde_json::json;

use super::probe::{Probe, Setting};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// A run of `etl` about a day of March 2021, which took from one to two o'clock on the day after.
fn run(key: RunKey, day: u32, state: RunState, run_type: RunType) -> Record {
    let date = at(&format!("2021-03-{day:02}T00:00:00Z"));
    let next = |hour: u32| Some(at(&format!("2021-03-{:02}T{hour:02}:00:00Z", day + 1)));
    Record::RunCreated(RunRecord {
        key,
        dag_id: DagId::new("etl").unwrap(),
        version: "v1".into(),
        run_id: RunId::new(format!("r{day}")).unwrap(),
        run_type,
        logical_date: date,
        data_interval: DataInterval::new(date, next(0).unwrap()),
        backfill: None,
        origin: Default::default(),
        conf: json!({}),
        state,
        queued_at: date,
        started_at: next(1),
        ended_at: next(2),
        cancelled: false,
    })
}

fn changed(asset: &str, time: &str, source: Option<RunKey>) -> Record {
    let source = source.map(|run| AssetSource {
        dag_id: DagId::new("etl").unwrap(),
        task_id: TaskId::new("load").unwrap(),
        token: AttemptToken { run, task: TaskIndex(0), map_index: MapIndex(2), try_number: 1, launch: 1 },
    });
    Record::AssetChanged(Box::new(AssetEvent {
        asset: AssetName::new(asset).unwrap(),
        at: at(time),
        source,
        extra: json!({"rows": 3}),
    }))
}

/// Successes about the 1st and the 3rd, a failure about the 4th; the run by assets of the 3rd, and changes of assets.
async fn store() -> MemoryStore {
    let store = MemoryStore::new(1);
    let shard = ShardId(0);
    let epoch = store.claim(shard, Epoch(0), None).await.unwrap().unwrap();
    let keys: Vec<_> = (1..5).map(|sequence| RunKey::new(shard, sequence)).collect();
    let records = vec![
        run(keys[0], 3, RunState::Success, RunType::AssetTriggered),
        run(keys[1], 4, RunState::Failed, RunType::Scheduled),
        run(keys[2], 1, RunState::Success, RunType::Scheduled),
        run(keys[3], 9, RunState::Success, RunType::Scheduled),
        changed("s3://a", "2021-03-02T00:00:00Z", None),
        changed("s3://a", "2021-03-04T00:00:00Z", Some(keys[0])),
        changed("s3://other", "2021-03-04T00:00:00Z", None),
        changed("s3://a", "2021-03-05T00:00:00Z", Some(RunKey(77))),
        changed("s3://b", "2021-03-05T09:00:00Z", None),
        changed("s3://a", "2021-03-06T00:00:00Z", None),
    ];
    let shards = vec![ShardCommit { shard, epoch, sequence: 0, records }];
    store.commit(&Commit { at: at("2021-03-10T00:00:00Z"), shards, pools: Vec::new() }).await.unwrap();
    store
}

#[tokio::test]
async fn the_last_success_is_known() {
    let reader = Some(Arc::new(store().await) as _);
    let both = [
        ("{{ prev_execution_date_success | ts }}", "2021-03-03T00:00:00+00:00"),
        ("{{ prev_execution_date_success | ds }} {{ prev_start_date_success.hour }}", "2021-03-03 1"),
    ];
    for dialect in [Dialect::V1_10, Dialect::V2] {
        Setting { dialect, reader: reader.clone(), ..Setting::default() }.check(&both).await;
    }
    let new = [
        ("{{ prev_data_interval_start_success | ts }}", "2021-03-03T00:00:00+00:00"),
        (
            "{{ prev_data_interval_end_success | ds }} {{ prev_end_date_success | ts_nodash }}",
            "2021-03-04 20210304T020000",
        ),
    ];
    Setting { reader: reader.clone(), ..Setting::default() }.check(&new).await;
    let first = Setting { reader, date: "2021-03-01T00:00:00Z", ..Setting::default() };
    first.check(&[("{{ prev_execution_date_success }} {{ prev_end_date_success }}", "None None")]).await;
    Setting::default().check(&[("{{ prev_execution_date_success }}", "None")]).await;
}

#[tokio::test]
async fn the_changes_that_started_the_run_are_known() {
    let names = ["s3://a", "s3://b"].map(|name| AssetCondition::Asset(AssetName::new(name).unwrap()));
    let setting = Setting {
        reader: Some(Arc::new(store().await) as _),
        run_type: RunType::AssetTriggered,
        assets: Some(AssetCondition::All(names.into())),
        ..Setting::default()
    };
    setting
        .check(&[
            ("{{ triggering_asset_events | length }} {{ triggering_dataset_events | list | join(',') }}", "2 s3://a,s3://b"),
            (
                "{% for it in triggering_dataset_events['s3://a'] %}{{ it.timestamp | ds }} {{ it.source_dag_id }}.{{ it.source_task_id }} \
                 {{ it.source_run_id }} {{ it.source_map_index }} {{ it.extra.rows }} {{ it.dataset.uri }};{% endfor %}",
                "2021-03-04 etl.load r3 2 3 s3://a;2021-03-05 etl.load None 2 3 s3://a;",
            ),
            (
                "{% for a, events in triggering_asset_events.items() %}{{ a.uri }}={{ (events | first).source_dag_id }} {% endfor %}",
                "s3://a=etl s3://b=None ",
            ),
            (
                "{% set run = (triggering_dataset_events.values() | first | first).source_dag_run %}{{ run.data_interval_start }} \
                 {{ run.data_interval_end | ds }} {{ run.run_id }} {{ run.dag_id }} {{ run.state }}",
                "2021-03-03 00:00:00+00:00 2021-03-04 r3 etl success",
            ),
            ("{{ (triggering_asset_events['s3://b'] | first).source_dag_run }}", "None"),
            ("{{ triggering_asset_events.values() | map('length') | sum }}", "3"),
        ])
        .await;
    let scheduled = Setting { run_type: RunType::Scheduled, ..setting };
    scheduled.check(&[("{{ triggering_asset_events | length }}", "0")]).await;
}

/// An asset of another name than its URI is known by both, and its changes are told with both.
#[tokio::test]
async fn the_uri_of_an_asset_is_known() {
    let known = asset(json!({"name": "s3://a", "uri": "s3://lake/a.csv", "extra": {"team": "x"}}));
    let setting = Setting {
        reader: Some(Arc::new(store().await) as _),
        run_type: RunType::AssetTriggered,
        assets: Some(AssetCondition::Asset(known.name.clone())),
        known_assets: vec![known],
        ..Setting::default()
    };
    setting
        .check(&[
            (
                "{% for a, events in triggering_asset_events.items() %}{{ a.name }} {{ a.uri }} {{ a.extra.team }} {{ a }}{% endfor %}",
                "s3://a s3://lake/a.csv x Asset(name='s3://a', uri='s3://lake/a.csv')",
            ),
            ("{% for uri, events in triggering_dataset_events.items() %}{{ uri }}{% endfor %}", "s3://lake/a.csv"),
            ("{{ (triggering_asset_events['s3://a'] | first).asset.uri }}", "s3://lake/a.csv"),
            ("{{ (triggering_asset_events['s3://lake/a.csv'] | first).uri }}", "s3://lake/a.csv"),
            ("{{ 's3://a' in triggering_asset_events }} {{ 's3://c' in triggering_asset_events }}", "True False"),
            ("{{ triggering_asset_events['s3://c'][0] }}", "!undefined"),
            ("{{ (triggering_asset_events.values() | first)[-1].source_run_id }}", "None"),
        ])
        .await;
}

#[tokio::test]
async fn the_changes_of_what_a_task_reads_are_known() {
    let reader = Arc::new(store().await) as _;
    let inlets = vec![
        asset(json!({"name": "s3://a", "uri": "s3://lake/a.csv"})),
        asset(json!("s3://none")),
        asset(json!({"name": "some", "alias": true})),
    ];
    let setting = Setting { reader: Some(reader), inlets, ..Setting::default() };
    setting
        .check(&[
            (
                "{% for it in inlet_events['s3://a'] %}{{ it.timestamp | ds }} {% endfor %}",
                "2021-03-02 2021-03-04 2021-03-05 2021-03-06 ",
            ),
            ("{{ inlet_events['s3://lake/a.csv'][-1].timestamp | ds }}", "2021-03-06"),
            ("{{ (inlet_events[inlets[0]] | last).asset.uri }} {{ inlets[0].uri }}", "s3://lake/a.csv s3://lake/a.csv"),
            ("{{ inlet_events[0][1].source_dag_run.logical_date | ds }}", "2021-03-03"),
            ("{{ inlet_events['s3://a'] | length }} {{ inlet_events['s3://none'] | length }}", "4 0"),
            ("{{ inlet_events | length }} {{ inlets[1].uri }}", "3 s3://none"),
            ("{{ inlet_events['s3://b'] }}", "!undefined"),
            ("{{ inlet_events['some'] }}", "!the events of the alias \"some\" are not told apart"),
        ])
        .await;
    let nowhere = Setting { reader: None, ..setting };
    nowhere.check(&[("{{ inlet_events['s3://a'] | length }}", "!cannot be looked up here")]).await;
}

/// What is looked up page by page is in order and whole.
#[tokio::test]
async fn many_changes_are_known() {
    const COUNT: usize = 1_201;
    let store = MemoryStore::new(1);
    let shard = ShardId(0);
    let epoch = store.claim(shard, Epoch(0), None).await.unwrap().unwrap();
    let event = |at: usize| {
        Record::AssetChanged(Box::new(AssetEvent {
            asset: AssetName::new("a").unwrap(),
            at: Timestamp::from_micros(at as i64),
            source: None,
            extra: json!({ "n": at }),
        }))
    };
    let shards = vec![ShardCommit { shard, epoch, sequence: 0, records: (0..COUNT).map(event).collect() }];
    store.commit(&Commit { at: at("2021-03-10T00:00:00Z"), shards, pools: Vec::new() }).await.unwrap();
    let setting = Setting { reader: Some(Arc::new(store) as _), inlets: vec![asset(json!("a"))], ..Setting::default() };
    setting
        .check(&[
            ("{{ inlet_events['a'] | length }} {{ inlet_events['a'][-1].extra.n }}", "1201 1200"),
            ("{{ inlet_events['a'][499].extra.n }} {{ inlet_events['a'][500].extra.n }}", "499 500"),
            ("{{ inlet_events['a'] | map(attribute='extra.n') | sum }}", "720600"),
        ])
        .await;
}

fn asset(json: serde_json::Value) -> Asset {
    serde_json::from_value(json).unwrap()
}

#[tokio::test]
async fn an_element_is_known_where_there_is_one() {
    Setting { element: Some(json!({"file": "a.csv", "n": 3})), ..Setting::default() }
        .check(&[("{{ element.file }} {{ element['n'] + 1 }} {{ map_index }} {{ ti.map_index }}", "a.csv 4 -1 -1")])
        .await;
    Setting::default().check(&[("{{ map_index }}", "-1"), ("{{ element }}", "!element")]).await;
}

/// Answers never.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl XComs for Silent {
    async fn pull(&self, _: &XComQuery, _: &TaskContext) -> Result<Vec<PulledXCom>, BoxError> {
        std::future::pending().await
    }
}

/// What bounds an attempt (`execution_timeout`, somebody who ends it) bounds the rendering of its templates.
#[tokio::test]
async fn an_attempt_that_shall_end_renders_no_longer() {
    const PATIENCE: Duration = Duration::from_secs(60);
    let long =
        "{% for i in range(9999) %}{% for j in range(9999) %}{% if i == j %}x{% endif %}{% endfor %}{% endfor %}";
    for text in [long, "{{ ti.xcom_pull('push') }}"] {
        let given = Setting::default().context();
        let cancellation = Cancellation::default();
        let services = Arc::new(Services { xcoms: Arc::new(Silent), ..Services::default() });
        let run = Setting::default().run();
        let cx = TaskContext::new(Arc::new(run), given.token(), cancellation.clone(), services);
        let limits = TemplateLimits { fuel: 20_000_000, ..TemplateLimits::default() };
        let templates = JinjaTemplates::new(TemplateSettings { limits, ..TemplateSettings::default() });
        let operator: Arc<dyn couture_core::DynOperator> = Arc::new(Probe { value: json!(text), ..Probe::default() });
        cancellation.cancel();
        let rendered = tokio::time::timeout(PATIENCE, templates.render(&operator, &cx)).await.expect("it ends");
        let error = format!("{:?}", rendered.unwrap_err());
        assert!(error.contains("was told to end"), "{text}: {error}");
    }
}
