//! Virtual time, and the futures that live in it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};

use crate::random::Random;

/// A process of the simulation: a host in one of its lives. Nothing of an earlier life goes on in a later one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Life {
    pub host: usize,
    pub incarnation: u64,
}

type Action = Box<dyn FnOnce(&Arc<World>) + Send>;

enum Due {
    Wake(Waker),
    Act(Action),
}

/// All that is random or depends on time goes through here.
pub struct World {
    state: Mutex<State>,
    ready: Arc<Ready>,
}

struct State {
    now_us: u64,
    order: u64,
    timers: BinaryHeap<Reverse<(u64, u64)>>,
    due: BTreeMap<u64, Due>,
    tasks: BTreeMap<u64, Task>,
    random: Random,
    pub trace: Option<Vec<String>>,
}

struct Task {
    life: Option<Life>,
    future: Pin<Box<dyn Future<Output = ()> + Send>>,
}

#[derive(Default)]
struct Ready(Mutex<Vec<u64>>);

struct TaskWaker {
    task: u64,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let mut ready = self.ready.0.lock().unwrap();
        if !ready.contains(&self.task) {
            ready.push(self.task);
        }
    }
}

impl World {
    pub fn new(seed: u64, trace: bool) -> Arc<Self> {
        let state = State {
            now_us: 1_000_000,
            order: 0,
            timers: BinaryHeap::new(),
            due: BTreeMap::new(),
            tasks: BTreeMap::new(),
            random: Random::new(seed),
            trace: trace.then(Vec::new),
        };
        Arc::new(Self { state: Mutex::new(state), ready: Arc::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn now_us(&self) -> u64 {
        self.state().now_us
    }

    pub fn random<T>(&self, draw: impl FnOnce(&mut Random) -> T) -> T {
        draw(&mut self.state().random)
    }

    pub fn tell(&self, what: impl FnOnce() -> String) {
        let mut state = self.state();
        let now = state.now_us;
        if let Some(trace) = &mut state.trace {
            trace.push(format!("{:>12.6} {}", now as f64 / 1e6, what()));
        }
    }

    pub fn take_trace(&self) -> Vec<String> {
        self.state().trace.take().unwrap_or_default()
    }

    /// Does `action` after `delay_us`.
    pub fn later(&self, delay_us: u64, action: impl FnOnce(&Arc<Self>) + Send + 'static) {
        self.state().at(delay_us, Due::Act(Box::new(action)));
    }

    pub fn sleep(self: &Arc<Self>, delay_us: u64) -> Sleep {
        let until_us = self.now_us() + delay_us;
        Sleep { world: self.clone(), until_us, is_set: false }
    }

    /// Lets `future` run as part of `life`, or of nobody's.
    pub fn spawn(&self, life: Option<Life>, future: impl Future<Output = ()> + Send + 'static) {
        let mut state = self.state();
        state.order += 1;
        let id = state.order;
        state.tasks.insert(id, Task { life, future: Box::pin(future) });
        drop(state);
        self.ready.0.lock().unwrap().push(id);
    }

    /// Drops every future of a life, wherever each of them is.
    pub fn end(&self, life: Life) {
        let mut state = self.state();
        let (dead, alive) = std::mem::take(&mut state.tasks).into_iter().partition(|(_, task)| task.life == Some(life));
        state.tasks = alive;
        drop(state);
        let dead: BTreeMap<u64, Task> = dead;
        drop(dead);
    }

    /// Runs until `is_over` or `limit_us` of virtual time. Whether it was over.
    pub fn run(self: &Arc<Self>, limit_us: u64, mut is_over: impl FnMut() -> bool) -> bool {
        loop {
            self.poll_ready();
            if is_over() {
                return true;
            }
            let due = {
                let mut state = self.state();
                let Some(Reverse((when, order))) = state.timers.peek().copied() else { return false };
                if when > limit_us {
                    return false;
                }
                state.timers.pop();
                state.now_us = when;
                state.due.remove(&order)
            };
            match due {
                Some(Due::Wake(waker)) => waker.wake(),
                Some(Due::Act(action)) => action(self),
                None => {}
            }
        }
    }

    fn poll_ready(&self) {
        loop {
            let ready = std::mem::take(&mut *self.ready.0.lock().unwrap());
            if ready.is_empty() {
                return;
            }
            for id in ready {
                let Some(mut task) = self.state().tasks.remove(&id) else { continue };
                let waker = Waker::from(Arc::new(TaskWaker { task: id, ready: self.ready.clone() }));
                if task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                    self.state().tasks.insert(id, task);
                }
            }
        }
    }
}

impl State {
    fn at(&mut self, delay_us: u64, due: Due) {
        self.order += 1;
        self.timers.push(Reverse((self.now_us + delay_us, self.order)));
        self.due.insert(self.order, due);
    }
}

pub struct Sleep {
    world: Arc<World>,
    until_us: u64,
    is_set: bool,
}

impl Future for Sleep {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let now = self.world.now_us();
        if now >= self.until_us {
            return Poll::Ready(());
        }
        if !self.is_set {
            self.world.state().at(self.until_us - now, Due::Wake(cx.waker().clone()));
            self.is_set = true;
        }
        Poll::Pending
    }
}
