//! From the tasks that people name to their places in a run.

use super::run::Run;
use super::slots::Slot;
use crate::ids::TaskIndex;
use crate::state::TaskState;
use crate::store::{ClearOnly, Refusal, TaskChoice, TaskSelection};

impl Run {
    /// The slots of what is named: a mapped task's own and those of its instances, or the one of an instance. Ascending, once each.
    pub(super) fn select(&self, selection: &TaskSelection) -> Result<Vec<Slot>, Refusal> {
        let chosen = match selection {
            TaskSelection::All => return Ok(self.slots.all().collect()),
            TaskSelection::Chosen(chosen) => chosen,
        };
        let mut slots = Vec::with_capacity(chosen.len());
        for choice in chosen {
            let task = self.named(choice)?;
            match choice.map_index {
                None => slots.extend([Slot::from(task)].into_iter().chain(self.slots.block(task))),
                Some(map_index) => {
                    let unknown = || Refusal::UnknownTask(format!("{:?} [{}]", choice.task_id.as_str(), map_index.0));
                    slots.push(self.slots.find(task, map_index).ok_or_else(unknown)?);
                }
            }
        }
        slots.sort_unstable();
        slots.dedup();
        Ok(slots)
    }

    pub(super) fn named(&self, choice: &TaskChoice) -> Result<TaskIndex, Refusal> {
        let unknown = || Refusal::UnknownTask(format!("{:?}", choice.task_id.as_str()));
        self.info.dag.find(choice.task_id.as_str()).ok_or_else(unknown)
    }

    /// Of these, what there is to clear, with the setups and teardowns that belong to it.
    pub(super) fn clearable(&self, chosen: Vec<Slot>, only: ClearOnly) -> Vec<Slot> {
        let is_wanted = |slot: &Slot| match (only, self.tasks[slot.at()].state) {
            (_, None | Some(TaskState::Cleared | TaskState::Removed)) => false,
            (ClearOnly::All, Some(_)) => true,
            (ClearOnly::Failed, Some(state)) => matches!(state, TaskState::Failed | TaskState::UpstreamFailed),
            (ClearOnly::Running, Some(state)) => state.is_live(),
        };
        let mut slots: Vec<Slot> = chosen.into_iter().filter(is_wanted).collect();
        let mut tasks: Vec<TaskIndex> = slots.iter().map(|slot| self.slots.owner(*slot).0).collect();
        tasks.sort_unstable();
        tasks.dedup();
        for task in self.info.dag.surroundings(&tasks) {
            slots.extend([Slot::from(task)].into_iter().chain(self.slots.block(task)));
        }
        slots.retain(|slot| {
            !matches!(self.tasks[slot.at()].state, None | Some(TaskState::Cleared | TaskState::Removed))
        });
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}
