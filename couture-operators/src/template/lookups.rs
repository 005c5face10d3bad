//! What templates look up: variables, connections, XComs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use couture_core::task::{PulledXCom, XComQuery};
use couture_core::values::{Connection, Values};
use couture_core::{StoreReader, TaskContext};
use minijinja::Error;
use serde_json::Value;

use super::arguments::wrong;
use super::calls::{Call, Calls};
use super::{changes, earlier};

/// Something to look up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lookup {
    /// A variable's value, by its key.
    Variable(String),
    /// A connection, by its id.
    Connection(String),
    /// Values that tasks gave.
    XComs(XComQuery),
    /// A name that is about earlier runs.
    Earlier(&'static str),
    /// A page of the changes of an asset, by its name.
    Changes(String, usize),
}

/// What was found.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// A variable, if it is there.
    Variable(Option<String>),
    /// A connection, if it is there.
    Connection(Option<Box<Connection>>),
    /// One for each task.
    XComs(Vec<PulledXCom>),
    /// What a name stands for.
    Named(Value),
}

/// What was looked up so far for one attempt, and what is to be looked up next.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    state: Mutex<State>,
    /// Where earlier runs are looked up; there are none where absent.
    reader: Option<Arc<dyn StoreReader>>,
}

#[derive(Debug, Default)]
struct State {
    found: BTreeMap<Lookup, Result<Found, String>>,
    wanted: Option<Wanted>,
    calls: Calls,
    /// XComs that this rendering gives.
    pushed: BTreeMap<String, serde_json::Value>,
}

/// What ended a rendering.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// A value to look up.
    Lookup(Lookup),
    /// A function to call.
    Call(Call),
}

impl Lookups {
    /// The most that one attempt looks up, and the most XComs that it gives.
    pub(super) const MAX: usize = 500;

    pub(super) fn new(reader: Option<Arc<dyn StoreReader>>) -> Self {
        Self { reader, ..Self::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was found. If it was not looked up yet, an error that ends the rendering, which is repeated when it was.
    pub(super) fn find(&self, lookup: Lookup) -> Result<Found, Error> {
        let mut state = self.state();
        match state.found.get(&lookup) {
            Some(found) => found.clone().map_err(wrong),
            None => {
                state.wanted = Some(Wanted::Lookup(lookup));
                Err(wrong("this value is being looked up"))
            }
        }
    }

    /// What ended the rendering, if a lookup did.
    pub(super) fn take_wanted(&self) -> Option<Wanted> {
        self.state().wanted.take()
    }

    /// A rendering begins.
    pub(super) fn begin(&self) {
        let mut state = self.state();
        state.calls.begin();
        state.pushed.clear();
    }

    /// The rendering gives an XCom; the last one of a key counts.
    pub(super) fn push(&self, key: String, value: serde_json::Value) -> Result<(), Error> {
        let mut state = self.state();
        if state.pushed.len() >= Self::MAX && !state.pushed.contains_key(&key) {
            return Err(wrong(format!("a task's templates give at most {} XComs", Self::MAX)));
        }
        state.pushed.insert(key, value);
        Ok(())
    }

    /// What the last rendering gave.
    pub(super) fn take_pushed(&self) -> BTreeMap<String, serde_json::Value> {
        std::mem::take(&mut self.state().pushed)
    }

    /// What a function gave. If it was not called yet, an error that ends the rendering, which is repeated when it was.
    pub(super) fn called(&self, call: Call) -> Result<serde_json::Value, Error> {
        let mut state = self.state();
        match state.calls.next(&call) {
            Some(result) => result.map_err(wrong),
            None => {
                state.wanted = Some(Wanted::Call(call));
                Err(wrong("this function is being called"))
            }
        }
    }

    /// What a function gave that was wanted.
    pub(super) fn answered(&self, call: Call, result: Result<serde_json::Value, String>) {
        self.state().calls.answered(call, result);
    }

    /// Looks it up. What goes wrong is the rendering's to tell.
    pub(super) async fn fetch(&self, lookup: Lookup, cx: &TaskContext) {
        let found = match &lookup {
            Lookup::Variable(key) => {
                cx.values().variable(key).await.map(Found::Variable).map_err(|error| error.to_string())
            }
            Lookup::Connection(conn_id) => {
                let found = cx.values().connections(conn_id).await.map_err(|error| error.to_string());
                match found {
                    Ok(none) if none.is_empty() => Ok(Found::Connection(None)),
                    // Of several with one id, chance decides.
                    Ok(_) => match cx.values().connection(conn_id).await {
                        Ok(connection) => Ok(Found::Connection(Some(Box::new(connection)))),
                        Err(error) => Err(error.to_string()),
                    },
                    Err(error) => Err(error),
                }
            }
            Lookup::XComs(query) => {
                cx.services().xcoms.pull(query, cx).await.map(Found::XComs).map_err(|error| error.to_string())
            }
            Lookup::Earlier(name) => earlier::value(name, self.reader.as_deref(), cx).await.map(Found::Named),
            Lookup::Changes(asset, page) => {
                let reader = self.reader.as_deref();
                changes::of_asset(asset, page * changes::PAGE, changes::PAGE, reader, cx).await.map(Found::Named)
            }
        };
        let mut state = self.state();
        let found = if state.found.len() < Self::MAX {
            found
        } else {
            Err(format!("a task's templates look up at most {} values", Self::MAX))
        };
        state.found.insert(lookup, found);
    }
}
