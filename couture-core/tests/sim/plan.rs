//! The DAGs of a simulation, and how each attempt of their tasks goes: drawn from the seed, the same for every launch of a try.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use couture_core::dag::Input;
use couture_core::{
    AttemptToken, Dag, DagBuilder, Failure, Operator, Out, PoolName, TaskContext, TriggerRule, operator,
};
use serde::{Deserialize, Serialize};

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
    /// Never ends by itself.
    Hangs,
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
        let mut tasks: Vec<Out<'_, ()>> = Vec::new();
        for at in 0..random.within(1..8) {
            let operator = Planned { is_supervised: random.one_in(2) };
            let rule = if random.one_in(2) { TriggerRule::AllSuccess } else { *random.pick(&TriggerRule::ALL) };
            let (pool, slots) = *random.pick(&names);
            let task = dag.erased(format!("t{at}"), Arc::new(operator), Input::None).options(|options| {
                options.trigger_rule = rule;
                options.retries = [0, 0, 1, 2][random.within(0..4) as usize];
                options.retry_delay_ms = [0, 10, 1_000][random.within(0..3) as usize];
                options.pool = pool.clone();
                options.pool_slots = random.within(1..u64::from(*slots).min(2) + 1) as u32;
                options.priority_weight = random.within(0..3) as i32;
                // What may hang needs a timeout: every task has one in a hanging DAG.
                options.execution_timeout_ms = Some(random.within(500..3_000));
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

    fn random(&self, dag: &Dag, token: AttemptToken) -> Random {
        let id = dag.dag_id.as_str().bytes().fold(0, |sum: u64, byte| sum * 31 + u64::from(byte));
        Random::derived(self.seed, &[id, token.run.0 as u64, u64::from(token.task.0), u64::from(token.try_number)])
    }

    /// How this attempt goes. All launches of a try go the same way.
    pub fn fate(&self, dag: &Dag, token: AttemptToken) -> Fate {
        let mut random = self.random(dag, token);
        match random.within(0..20) {
            0..12 => Fate::Succeeds,
            12..16 => Fate::Fails,
            16 => Fate::FailsForGood,
            17..19 => Fate::Skips,
            _ => Fate::Hangs,
        }
    }

    /// How long it takes, if it ends by itself.
    pub fn duration_us(&self, dag: &Dag, token: AttemptToken) -> u64 {
        let mut random = self.random(dag, token);
        random.next();
        if random.one_in(3) { random.within(0..100) } else { random.within(1_000..2_000_000) }
    }
}
