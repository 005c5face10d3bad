//! `/jobs`: the processes that schedule and run tasks.

use axum::extract::State;
use couture_core::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::{Args, Json};
use super::page_of::PageOf;
use super::state::ApiState;
use crate::auth::{Permit, act, on};

/// A process that schedules and runs tasks, in Airflow's shape of a job.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobBody {
    /// Its place in the list of all.
    id: usize,
    /// Always `SchedulerJob`: each process schedules, and runs what it schedules.
    job_type: String,
    /// `running` for this server; others are known by name only, and may be gone.
    state: Option<String>,
    hostname: String,
    /// How often its name was started.
    incarnation: u64,
    dag_id: Option<String>,
    dag_display_name: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    start_date: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    end_date: Option<Timestamp>,
    /// Told of this server only: clocks of several machines are not compared.
    #[schema(value_type = Option<String>, format = DateTime)]
    latest_heartbeat: Option<Timestamp>,
    executor_class: String,
    unixname: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobList {
    jobs: Vec<JobBody>,
    total_entries: usize,
}

#[utoipa::path(
    get,
    path = "/api/v2/jobs",
    tag = "Job",
    params(PageOf),
    responses((status = 200, description = "As asked", body = JobList)),
)]
pub(super) async fn list(
    _: Permit<act::Read, on::Jobs>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
) -> Result<Json<JobList>, ApiError> {
    page.fixed_order("id")?;
    let limit = page.limit()?;
    let mut workers: Vec<_> = state.store.beats().await?.into_iter().map(|(worker, _)| worker).collect();
    if !workers.contains(&state.worker) {
        workers.push(state.worker.clone());
    }
    workers.sort();
    let total_entries = workers.len();
    let now = state.clock.now().wall;
    let body = |(id, worker): (usize, couture_core::WorkerId)| {
        let is_here = worker == state.worker;
        JobBody {
            id,
            job_type: "SchedulerJob".into(),
            state: is_here.then(|| "running".into()),
            hostname: worker.name.to_string(),
            incarnation: worker.incarnation,
            dag_id: None,
            dag_display_name: None,
            start_date: is_here.then_some(state.started_at),
            end_date: None,
            latest_heartbeat: is_here.then_some(now),
            executor_class: "LocalExecutor".into(),
            unixname: None,
        }
    };
    let jobs = workers.into_iter().enumerate().skip(page.offset()).take(limit).map(body).collect();
    Ok(Json(JobList { jobs, total_entries }))
}
