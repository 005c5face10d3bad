//! Who waits for the slots of one pool, in an order that starves nobody.

use std::collections::{BTreeSet, BinaryHeap, VecDeque};

use rustc_hash::FxHashMap;

use super::pools::Waiting;

/// Every so many launches, a lane gets its turn that would not be next by priority.
pub(super) const FAIR_TURN: u64 = 4;

/// The task instances that wait in one pool, in lanes: those of one DAG, without its backfills, are one; those of its backfills are
/// another.
///
/// The instance of the highest priority is next, whatever its lane, but at every [`FAIR_TURN`]th launch: then it is the first of
/// the lane whose turn it is, one after the other. So a lane in which somebody waits gets a launch at least once in
/// `FAIR_TURN` × (lanes in which somebody waits) launches of its pool.
#[derive(Default, Debug)]
pub(super) struct Lanes {
    lanes: FxHashMap<u64, BinaryHeap<Waiting>>,
    /// The first of each lane.
    heads: BTreeSet<Waiting>,
    /// Every lane, once. Those that have become empty leave when their turn comes.
    turns: VecDeque<u64>,
    launches: u64,
    /// A planted bug: nobody gets a turn.
    is_unfair: bool,
    waiting: usize,
}

impl Lanes {
    pub(super) fn push(&mut self, waiting: Waiting) {
        self.waiting += 1;
        let turns = &mut self.turns;
        let lane = self.lanes.entry(waiting.lane).or_insert_with(|| {
            turns.push_back(waiting.lane);
            BinaryHeap::new()
        });
        match lane.peek() {
            Some(head) if *head > waiting => {}
            Some(head) => {
                self.heads.remove(head);
                self.heads.insert(waiting);
            }
            None => {
                self.heads.insert(waiting);
            }
        }
        lane.push(waiting);
    }

    /// Breaks the rule of turns.
    pub(super) fn forget_turns(&mut self) {
        self.is_unfair = true;
    }

    /// Who is next.
    pub(super) fn peek(&mut self) -> Option<Waiting> {
        if self.is_unfair || !self.launches.is_multiple_of(FAIR_TURN) {
            return self.heads.last().copied();
        }
        while let Some(turn) = self.turns.front() {
            match self.lanes.get(turn).and_then(BinaryHeap::peek) {
                Some(head) => return Some(*head),
                None => {
                    self.lanes.remove(turn);
                    self.turns.pop_front();
                }
            }
        }
        None
    }

    /// Removes who is next.
    pub(super) fn pop(&mut self) -> Option<Waiting> {
        let next = self.peek()?;
        let lane = self.lanes.get_mut(&next.lane)?;
        lane.pop();
        self.waiting -= 1;
        self.heads.remove(&next);
        self.heads.extend(lane.peek());
        Some(next)
    }

    /// Somebody of `lane` was launched.
    pub(super) fn launched(&mut self, lane: u64) {
        if self.launches.is_multiple_of(FAIR_TURN) && self.turns.front() == Some(&lane) {
            self.turns.rotate_left(1);
        }
        self.launches += 1;
    }

    pub(super) fn len(&self) -> usize {
        self.waiting
    }
}
