//! What the page shows.

use std::fmt::Write as _;

use couture_core::store::{DagRecord, RunRecord};
use couture_core::{EngineStatus, Timestamp};

use super::escaped::Escaped;
use crate::api::{ApiError, ApiState, recent_runs};
use crate::auth::{Action, Principal, Resource};
use crate::dags::{DagFacts, ImportError};
use crate::free_space::full_disk;

/// The most DAGs and runs shown; the rest is counted or left out.
const MAX_DAGS: usize = 200;
const MAX_RUNS: usize = 20;
const MAX_PROBLEMS: usize = 50;
const MAX_TEXT_CHARS: usize = 2_000;

/// All that one answer shows.
pub(super) struct Contents {
    dags: Vec<(DagRecord, Option<DagFacts>)>,
    more_dags: bool,
    runs: Result<Vec<RunRecord>, ApiError>,
    errors: Vec<ImportError>,
    status: EngineStatus,
    full_disk: Option<String>,
    folder: String,
    now: Timestamp,
}

impl Contents {
    pub(super) async fn gather(state: &ApiState, reader: &Principal) -> Result<Self, ApiError> {
        let shown = reader.dags(Action::Read);
        let mut dags = Vec::new();
        let mut after = None;
        let mut more_dags = false;
        'pages: loop {
            let page = state.reader.dags(after.as_ref(), MAX_DAGS).await?;
            let last = page.len() < MAX_DAGS;
            after = page.last().map(|dag| dag.dag_id.clone());
            for dag in page.into_iter().filter(|dag| dag.active && shown.allows(&dag.dag_id)) {
                if dags.len() == MAX_DAGS {
                    more_dags = true;
                    break 'pages;
                }
                let facts = state.catalog.facts(&dag.dag_id);
                dags.push((dag, facts));
            }
            if last {
                break;
            }
        }
        let mut runs = recent_runs(&*state.reader, 0, MAX_RUNS).await.map_err(ApiError::from);
        if let Ok(runs) = &mut runs {
            runs.retain(|run| shown.allows(&run.dag_id));
        }
        let mut status = state.engine.status();
        status.quarantined.retain(|(dag_id, _)| shown.allows(dag_id));
        let sees_errors = reader.granted.may(Action::Read, Resource::ImportErrors);
        Ok(Self {
            dags,
            more_dags,
            runs,
            errors: if sees_errors { state.catalog.errors() } else { Vec::new() },
            status,
            full_disk: full_disk(&state.data),
            folder: state.catalog.folder().display().to_string(),
            now: state.clock.now().wall,
        })
    }

    pub(super) fn html(&self, style: &str) -> String {
        let mut html = String::with_capacity(16 << 10);
        let _ = write!(
            html,
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Couture</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{style}</style></head><body>\n\
             <h1>Couture</h1>\n<p class=\"soft\">version {}, at {}. {} unfinished runs, {} attempts live, {} waiting for a \
             slot.</p>\n",
            env!("CARGO_PKG_VERSION"),
            Escaped(short_time(self.now)),
            self.status.unfinished_runs,
            self.status.live_attempts,
            self.status.waiting_for_slots,
        );
        self.problems(&mut html);
        self.dag_table(&mut html);
        self.run_table(&mut html);
        self.usage(&mut html);
        html.push_str("</body></html>\n");
        html
    }

    fn problems(&self, html: &mut String) {
        let mut problems = Vec::new();
        if let Some(error) = &self.status.store_error {
            problems.push(("the store does not answer; it is asked again until it does".to_owned(), error.clone()));
        }
        problems.extend(self.full_disk.iter().map(|error| ("data folder".to_owned(), error.clone())));
        for (dag_id, error) in &self.status.quarantined {
            problems.push((format!("dag {dag_id} cannot be read, its runs wait"), error.clone()));
        }
        problems.extend(self.errors.iter().map(|error| (error.source.clone(), error.error.to_string())));
        if problems.is_empty() {
            return;
        }
        let _ = writeln!(html, "<h2>Problems ({})</h2>", problems.len());
        for (what, why) in problems.iter().take(MAX_PROBLEMS) {
            let why: String = why.chars().take(MAX_TEXT_CHARS).collect();
            let _ = writeln!(html, "<pre class=\"problem\">{}: {}</pre>", Escaped(what), Escaped(why));
        }
    }

    fn dag_table(&self, html: &mut String) {
        let _ = writeln!(html, "<h2>DAGs</h2>");
        if self.dags.is_empty() {
            let _ = writeln!(html, "<p class=\"soft\">None yet: put files into {}.</p>", Escaped(&self.folder));
            return;
        }
        html.push_str("<div class=\"scroll\"><table><tr><th>DAG</th><th>state</th><th>tasks</th><th>description</th><th>from</th></tr>\n");
        for (dag, facts) in &self.dags {
            let facts = facts.as_ref();
            let _ = writeln!(
                html,
                "<tr><td><code>{}</code></td><td class=\"state\">{}</td><td>{}</td><td>{}</td><td class=\"soft\">{}</td></tr>",
                Escaped(&dag.dag_id),
                if dag.paused { "paused" } else { "active" },
                facts.map(|facts| facts.tasks.to_string()).unwrap_or_default(),
                Escaped(facts.and_then(|facts| facts.description.as_deref()).unwrap_or_default()),
                Escaped(facts.map(|facts| facts.source.to_string()).unwrap_or_default()),
            );
        }
        html.push_str("</table></div>\n");
        if self.more_dags {
            html.push_str("<p class=\"soft\">… and more: <code>couture dags list</code></p>\n");
        }
    }

    fn run_table(&self, html: &mut String) {
        html.push_str("<h2>Recent runs</h2>\n");
        match &self.runs {
            Err(error) => {
                let _ = writeln!(html, "<pre class=\"problem\">{}</pre>", Escaped(&error.detail));
            }
            Ok(runs) if runs.is_empty() => html.push_str("<p class=\"soft\">None yet.</p>\n"),
            Ok(runs) => {
                html.push_str("<div class=\"scroll\"><table><tr><th>DAG</th><th>run</th><th>state</th><th>started</th><th>took</th></tr>\n");
                for run in runs {
                    let took = run.started_at.zip(run.ended_at).map(|(start, end)| end.since(start));
                    let _ = writeln!(
                        html,
                        "<tr><td><code>{}</code></td><td><code>{}</code></td><td class=\"state {}\">{}</td><td>{}</td><td>{}</td></tr>",
                        Escaped(&run.dag_id),
                        Escaped(&run.run_id),
                        run.state,
                        run.state,
                        Escaped(run.started_at.map(short_time).unwrap_or_default()),
                        took.map(|took| format!("{:.1} s", took.as_secs_f64())).unwrap_or_default(),
                    );
                }
                html.push_str("</table></div>\n");
            }
        }
    }

    fn usage(&self, html: &mut String) {
        let _ = write!(
            html,
            "<h2>How to use it</h2>\n<pre>couture dags list\ncouture dags unpause hello_world\ncouture dags trigger hello_world --wait\n\
             couture runs list hello_world\ncouture tasks log hello_world RUN hello</pre>\n\
             <p>DAG files (<code>.yaml</code>, <code>.json</code>) in <code>{}</code> are loaded when they change. A DAG file is \
             tried without this server by <code>couture dags test FILE</code>.</p>\n\
             <p>The same over HTTP: <code>GET /api/v2/dags</code>, <code>POST /api/v2/dags/hello_world/dagRuns</code> with a JSON \
             body such as <code>{{\"conf\": {{}}}}</code>, <code>GET /api/v2/monitor/health</code>.</p>\n",
            Escaped(&self.folder),
        );
    }
}

/// To the second.
fn short_time(time: Timestamp) -> String {
    let whole = Timestamp::from_micros(time.as_micros() - time.as_micros().rem_euclid(1_000_000));
    whole.to_string().replace('T', " ").replace("+00:00", " UTC")
}
