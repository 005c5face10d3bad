//! Operators that wait: sensors, and those that run other DAGs. On a real engine in memory, whose time goes a thousand times faster.

mod batches;
mod clock;
mod dags;
mod functions;
mod http;
mod restarts;
mod rig;
mod sensors;
mod servers;
mod small_server;
mod sql;
