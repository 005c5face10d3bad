//! Random DAGs with random rules, roles, mapping and decisions, and what the attempts of a run of them come to.

use std::collections::BTreeMap;
use std::sync::Arc;

use couture_core::dag::{ExpandSource, Input, TaskRole};
use couture_core::task::Decision;
use couture_core::{Dag, DagBuilder, Dialect, MapIndex, Out, Outcome, TaskId, TaskIndex, TriggerRule};
use proptest::prelude::*;
use serde_json::json;

use crate::operators::Idle;

/// What is drawn of a task.
#[derive(Clone, Debug)]
pub struct DrawnTask {
    pub rule: usize,
    /// Bit `n`: whether it waits for task `n` before it.
    pub upstream: u16,
    pub role: u8,
    /// Up to 3: mapped over as many elements. 4 and 5: over the output of the first task that it waits for. Else not mapped.
    pub mapped: u8,
}

/// What is drawn of a run.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub dialect: Dialect,
    pub tasks: Vec<DrawnTask>,
    /// How the attempts end, by task and map index.
    pub fates: Vec<u8>,
    pub order: Vec<prop::sample::Index>,
}

pub fn drawn() -> impl Strategy<Value = Drawn> {
    let task = (0..TriggerRule::ALL.len() * 2, any::<u16>(), any::<u16>(), 0..8_u8, 0..12_u8)
        .prop_map(|(rule, one, other, role, mapped)| DrawnTask { rule, upstream: one & other, role, mapped });
    let dialect = prop_oneof![Just(Dialect::V1_10), Just(Dialect::V2)];
    let tasks = prop::collection::vec(task, 1..9);
    let fates = prop::collection::vec(any::<u8>(), 32);
    let order = prop::collection::vec(any::<prop::sample::Index>(), 40);
    (dialect, tasks, fates, order).prop_map(|(dialect, tasks, fates, order)| Drawn { dialect, tasks, fates, order })
}

impl Drawn {
    /// The DAG. Without `all`, it has no setups and teardowns, and no rule whose verdict depends on who ends first.
    pub fn dag(&self, all: bool) -> Dag {
        let dag = DagBuilder::new("drawn").attributes(|of| of.dialect = self.dialect);
        let mut before: Vec<Out<'_, ()>> = Vec::new();
        for (at, drawn) in self.tasks.iter().enumerate() {
            let upstream: Vec<usize> = (0..at).filter(|task| drawn.upstream & (1 << task) != 0).collect();
            let id = format!("t{at}");
            let (task, source) = match (drawn.mapped, upstream.first()) {
                (length @ 0..4, _) => {
                    let list = (0..length).map(|element| json!(element)).collect();
                    (dag.erased_expand(id, Arc::new(Idle), vec![ExpandSource::Literal(list)]), None)
                }
                (4 | 5, Some(first)) => {
                    let source = ExpandSource::Output(TaskIndex(*first as u32));
                    (dag.erased_expand(id, Arc::new(Idle), vec![source]), Some(*first))
                }
                _ => (dag.erased(id, Arc::new(Idle), Input::None), None),
            };
            let rule = *TriggerRule::ALL.get(drawn.rule).unwrap_or(&TriggerRule::AllSuccess);
            let task = task.options(|options| {
                options.trigger_rule = match rule {
                    TriggerRule::AllSuccess if !all => TriggerRule::NoneFailed,
                    rule => rule,
                };
                options.role = match drawn.role {
                    0 | 1 if all => TaskRole::Setup,
                    2 if all => TaskRole::Teardown,
                    3 if all => TaskRole::DecisiveTeardown,
                    _ => TaskRole::Work,
                };
                if options.role.is_teardown() {
                    options.trigger_rule = TriggerRule::AllDoneSetupSuccess;
                }
            });
            for up in upstream.iter().filter(|up| Some(**up) != source) {
                before[*up].set_downstream(&task);
            }
            before.push(task);
        }
        dag.build().unwrap()
    }

    /// How an attempt ends.
    pub fn outcome(&self, task: TaskIndex, map_index: MapIndex, decides: bool) -> Outcome {
        let fate = self.fates[(task.at() * 3 + (map_index.0 + 1) as usize) % self.fates.len()];
        match fate % 8 {
            0 | 1 => Outcome::Failed { error: "drawn".into(), retryable: true },
            2 => Outcome::Skipped { reason: "drawn".into() },
            _ => Outcome::Succeeded {
                asset_extras: Vec::new(),
                xcoms: Vec::new(),
                length: (fate & 8 != 0).then_some(u32::from(fate >> 6)),
                decision: self.decision(fate).filter(|_| decides),
            },
        }
    }

    fn decision(&self, fate: u8) -> Option<Decision> {
        match fate >> 4 {
            0 => Some(Decision::SkipAll),
            1 => Some(Decision::SkipDirect),
            2 | 3 => {
                let name = format!("t{}", usize::from(fate) % self.tasks.len());
                Some(Decision::Follow(vec![TaskId::new(name).unwrap()]))
            }
            _ => None,
        }
    }
}

/// The decisions of tasks that have succeeded, as tasks that are to be skipped.
pub type Skips = BTreeMap<TaskIndex, Vec<TaskIndex>>;
