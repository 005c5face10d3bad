//! What a process asks while it runs, and the answers.
//!
//! A question is `{"id": n, "ask": {KIND: FIELDS}}`, and its answer `{"id": n, "answer": {"value": …}}` or `{"id": n, "answer": {"error":
//! text}}`. Fields in brackets may be left out.
//!
//! | kind | fields | value |
//! |---|---|---|
//! | `xcom_pull` | `task_ids`, [`key`, `dag_id`, `run_id`, `include_prior_dates`] | for each task a list of `[map_index, value]` |
//! | `variable` | `key` | `{"value": text}`, or null |
//! | `set_variable` | `key`, `value`, [`description`] | null |
//! | `delete_variable` | `key` | whether there was one |
//! | `connections` | `conn_id` | a list of all connections of that id, passwords included |
//! | `render` | `fields`, [`ext`, `names`, `filters`, `folder`, `searchpath`, `keep`] | `{"fields": the same, rendered, "xcoms": what the templates gave by ti.xcom_push}`; with `keep` (which is so unless it says false) people are shown the fields as those of the task |
//! | `trigger_dag_run` | `dag_id`, [`run_id`, `conf`, `logical_date`] | `{"run_id": id}` |
//! | `run_state` | `dag_id`, `run_id` | `{"state": state}`, or null |
//! | `external_states` | `dag_id`, `logical_dates` (at most 1,000), [`task_ids`, `task_group_id`] | `{"states": list}`: for each date the state of the run, or of each task that is meant; null for what is not there. Null where there is no such DAG |
//! | `name` | `name` | a name of the context that takes a look at the store: `prev_…_success` is a time or null, `run_dates` the own run's `queued_at` and `start_date`, and `task_instances` a list of all of the own run's (`task_id`, `map_index`, `try_number`, `state`, `start_date`, `end_date`; nulls and try 0 where nothing has happened to one), at most 20,000; of `triggering_asset_events` lists of changes, by the asset's name |
//! | `asset_events` | `asset` (its name), `offset`, `limit` | `{"total": how many changes of it there are, "events": list}`, oldest first, at most 500 at a time |
//! | `mask` | `secret` | null; from then on it is shown as `***` |
//!
//! While it renders, the other side may say `{"call": {"id", "name", "args", "kwargs"}}`, which the process answers by `{"result": {"id",
//! "value"}}` or `{"result": {"id", "error"}}`: a macro or filter of the DAG file's own.

mod ask;
mod calls;
mod earlier;
mod external;
mod listener;
mod render;
mod run_tasks;
mod runs;
mod values;
mod xcoms;

pub(super) use listener::Asks;
