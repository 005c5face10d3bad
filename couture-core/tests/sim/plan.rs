//! The DAGs of a simulation, and how each attempt of their tasks goes: drawn from the seed, the same for every launch of a try.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use couture_core::dag::{Asset, AssetCondition, DagAttributes, ExpandSource, Input};
use couture_core::schedule::Schedule;
use couture_core::task::Decision;
use couture_core::{
    AssetName, AttemptToken, Dag, DagBuilder, DynOperator, Failure, Operator, Out, PoolName, TaskContext, Timestamp,
    TriggerRule, operator,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::EPOCH_US;
use crate::random::Random;

/// Never run: the simulated executor does what the plan says.
#[derive(Serialize, Deserialize, Debug)]
struct Planned {
    /// Whether its attempts outlive a crash of their server, as children of a supervisor do.
    is_supervised: bool,
}

#[async_trait]
impl Operator for Planned {
    type Input = ();
    type Output = ();
    async fn run(&self, (): (), _: &TaskContext) -> Result<(), Failure> {
        Ok(())
    }
    fn resumable(&self) -> bool {
        self.is_supervised
    }
}
operator!(Planned, "sim.planned");

/// How an attempt goes if nothing disturbs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Succeeds,
    Fails,
    FailsForGood,
    Skips,
    /// Waits this often before it succeeds, and holds nothing meanwhile.
    Waits(u32),
    /// Never ends by itself.
    Hangs,
}

/// What tasks of the `n`th DAG write.
pub fn asset(n: u64) -> AssetName {
    AssetName::new(format!("a{n}")).unwrap()
}

pub struct Plan {
    seed: u64,
    pub dags: Vec<Arc<Dag>>,
    pub pools: BTreeMap<PoolName, u32>,
}

impl Plan {
    pub fn draw(seed: u64, random: &mut Random) -> Self {
        let mut pools = BTreeMap::from([(PoolName::default(), random.within(1..6) as u32)]);
        for name in ["small", "other"] {
            if random.one_in(2) {
                pools.insert(PoolName::new(name).unwrap(), random.within(1..4) as u32);
            }
        }
        let count = random.within(1..4);
        let dags = (0..count).map(|n| Arc::new(Self::draw_dag(n, &pools, random))).collect();
        Self { seed, dags, pools }
    }

    fn draw_dag(n: u64, pools: &BTreeMap<PoolName, u32>, random: &mut Random) -> Dag {
        let names: Vec<_> = pools.iter().collect();
        let mut dag = DagBuilder::new(format!("dag{n}"));
        if random.one_in(8) {
            dag = dag.dagrun_timeout(Duration::from_millis(random.within(200..20_000)));
        }
        dag = dag.attributes(|attributes| Self::draw_schedule(n, attributes, random));
        let mut tasks: Vec<Out<'_, ()>> = Vec::new();
        for at in 0..random.within(1..8) {
            let operator = Planned { is_supervised: random.one_in(2) };
            let rule = if random.one_in(2) { TriggerRule::AllSuccess } else { *random.pick(&TriggerRule::ALL) };
            let (pool, slots) = *random.pick(&names);
            let operator: Arc<dyn DynOperator> = Arc::new(operator);
            let task = if random.one_in(8) {
                let list = vec![Value::Null; random.within(0..5) as usize];
                dag.erased_expand(format!("t{at}"), operator, vec![ExpandSource::Literal(list.into())])
            } else {
                dag.erased(format!("t{at}"), operator, Input::None)
            };
            let task = task.options(|options| {
                options.max_active_tis_per_dag = random.one_in(6).then(|| random.within(1..3) as u32);
                options.trigger_rule = rule;
                options.retries = [0, 0, 1, 2][random.within(0..4) as usize];
                options.retry_delay_ms = [0, 10, 1_000][random.within(0..3) as usize];
                options.pool = pool.clone();
                options.pool_slots = random.within(1..u64::from(*slots).min(2) + 1) as u32;
                options.priority_weight = random.within(0..3) as i32;
                // What may hang needs a timeout: every task has one in a hanging DAG.
                options.execution_timeout_ms = Some(random.within(500..3_000));
                if random.one_in(4) {
                    options.outlets.push(Asset { name: asset(n), uri: None, extra: Value::Null, alias: false });
                }
                options.sla_ms = random.one_in(6).then(|| random.within(100..8_000));
            });
            for upstream in &tasks {
                if random.one_in(3) {
                    upstream.set_downstream(&task);
                }
            }
            tasks.push(task);
        }
        dag.build().unwrap()
    }

    /// A few runs by schedule, perhaps, and limits.
    fn draw_schedule(n: u64, attributes: &mut DagAttributes, random: &mut Random) {
        attributes.max_active_tasks = random.one_in(4).then(|| random.within(1..4) as u32);
        attributes.max_active_runs = random.one_in(2).then(|| random.within(1..4) as u32);
        if random.one_in(3) {
            let delta_us = 1_000_000 * random.within(1..8) as i64;
            attributes.schedule = Schedule::Delta { delta_ms: delta_us / 1_000 };
            attributes.start_date = Some(Timestamp::from_micros(EPOCH_US));
            attributes.end_date = Some(Timestamp::from_micros(EPOCH_US + delta_us * random.within(0..5) as i64));
        }
        // Those of DAGs before it, so that no circle drives itself.
        if n > 0 && random.one_in(2) {
            let parts = (0..random.within(1..3)).map(|_| AssetCondition::Asset(asset(random.within(0..n)))).collect();
            let condition = if random.one_in(2) { AssetCondition::All(parts) } else { AssetCondition::Any(parts) };
            attributes.assets = Some(condition);
        }
    }

    /// The logical dates of the runs that a DAG's schedule asks for before everything is over.
    pub fn scheduled_dates(dag: &Dag) -> Vec<Timestamp> {
        let Schedule::Delta { delta_ms } = dag.attributes.schedule else { return Vec::new() };
        let end = dag.attributes.end_date.unwrap_or(Timestamp::from_micros(EPOCH_US));
        let dates = (EPOCH_US..=end.as_micros()).step_by(delta_ms as usize * 1_000);
        dates.map(Timestamp::from_micros).collect()
    }

    fn random(&self, dag: &Dag, token: AttemptToken) -> Random {
        let id = dag.dag_id.as_str().bytes().fold(0, |sum: u64, byte| sum * 31 + u64::from(byte));
        Random::derived(
            self.seed,
            &[id, token.run.0 as u64, u64::from(token.task.0), token.map_index.0 as u64, u64::from(token.try_number)],
        )
    }

    /// How this attempt goes. All launches of a try go the same way.
    pub fn fate(&self, dag: &Dag, token: AttemptToken) -> Fate {
        let mut random = self.random(dag, token);
        match random.within(0..20) {
            0..10 => Fate::Succeeds,
            10..12 => Fate::Waits(random.within(0..4) as u32),
            12..16 => Fate::Fails,
            16 => Fate::FailsForGood,
            17..19 => Fate::Skips,
            _ => Fate::Hangs,
        }
    }

    /// What it decides about the tasks after it, if it succeeds.
    pub fn decision(&self, dag: &Dag, token: AttemptToken) -> Option<Decision> {
        let mut random = self.random(dag, token);
        random.next();
        random.next();
        let downstream = &dag.task(token.task).downstream;
        match random.within(0..24) {
            0 => Some(Decision::SkipAll),
            1 => Some(Decision::SkipDirect),
            2..4 => {
                let followed = downstream.iter().filter(|_| random.one_in(2));
                Some(Decision::Follow(followed.map(|task| dag.task(*task).task_id.clone()).collect()))
            }
            _ => None,
        }
    }

    /// How long it takes, if it ends by itself.
    pub fn duration_us(&self, dag: &Dag, token: AttemptToken) -> u64 {
        let mut random = self.random(dag, token);
        random.next();
        if random.one_in(3) { random.within(0..100) } else { random.within(1_000..2_000_000) }
    }
}
