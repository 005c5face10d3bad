//! `couture backfill …` and `couture dags backfill`

use serde_json::{Value, json};

use super::args::Output;
use super::asking::goes_on;
use super::clear::date;
use super::client::{Client, path};
use super::dags::{all, conf};
use super::operation_args::{BackfillCommand, DagBackfill, Reprocess};
use super::print::{print, print_json};
use super::table::{Table, cell, counted, time};
use super::verdict::{CliError, Verdict};

pub(super) async fn run(client: Client, output: Output, command: BackfillCommand) -> Result<Verdict, CliError> {
    match command {
        BackfillCommand::Create(create) => begin(&client, output, create.into()).await,
        BackfillCommand::List { dag_id } => list(&client, output, dag_id).await,
        BackfillCommand::Pause { backfill_id } => change(&client, output, backfill_id, "pause").await,
        BackfillCommand::Unpause { backfill_id } => change(&client, output, backfill_id, "unpause").await,
        BackfillCommand::Cancel { backfill_id } => change(&client, output, backfill_id, "cancel").await,
    }
}

pub(super) async fn begin(client: &Client, output: Output, args: DagBackfill) -> Result<Verdict, CliError> {
    let reprocess = match args.how.reprocess_behavior {
        Reprocess::None => "none",
        Reprocess::Failed => "failed",
        Reprocess::Completed => "completed",
    };
    let body = json!({
        "dag_id": args.dag_id,
        "from_date": date(&args.start_date)?,
        "to_date": date(&args.end_date)?,
        "run_backwards": args.how.run_backwards,
        "dag_run_conf": conf(args.conf.as_deref())?,
        "reprocess_behavior": reprocess,
        "max_active_runs": args.how.max_active_runs,
    });
    let plan = client.post(&path(&["backfills", "dry_run"]), &body).await?;
    if goes_on(args.how.asking, output, &plan, &plan_table(&plan))? {
        let backfill = client.post(&path(&["backfills"]), &body).await?;
        match output {
            Output::Json => print_json(&backfill),
            Output::Table => print(&format!("started backfill {}\n", cell(&backfill["id"]))),
        }
    }
    Ok(Verdict::Done)
}

fn plan_table(plan: &Value) -> String {
    let mut table = Table::new(&["logical_date", "data_interval_start", "data_interval_end", "what"]);
    let dates = plan["backfills"].as_array().map_or(&[][..], Vec::as_slice);
    for one in dates {
        let interval = &one["data_interval"];
        table.row([time(&one["logical_date"]), time(&interval["start"]), time(&interval["end"]), cell(&one["step"])]);
    }
    format!("{}{}\n", table.text(), counted(dates.len() as u64, "date"))
}

async fn list(client: &Client, output: Output, dag_id: Option<String>) -> Result<Verdict, CliError> {
    let mut address = path(&["backfills"]);
    if let Some(dag_id) = dag_id {
        let name = path(&[&dag_id]);
        address.push_str(&format!("?dag_id={}", name.trim_start_matches("/api/v2/")));
    }
    let backfills = all(client, &address, "backfills").await?;
    if output == Output::Json {
        print_json(&json!(backfills));
        return Ok(Verdict::Done);
    }
    let mut table = Table::new(&["id", "dag_id", "state", "from", "to", "reached", "max_active_runs", "reprocess"]);
    for one in &backfills {
        table.row([
            cell(&one["id"]),
            cell(&one["dag_id"]),
            cell(&one["state"]),
            time(&one["from_date"]),
            time(&one["to_date"]),
            time(&one["reached"]),
            cell(&one["max_active_runs"]),
            cell(&one["reprocess_behavior"]),
        ]);
    }
    print(&table.text());
    Ok(Verdict::Done)
}

async fn change(client: &Client, output: Output, id: i64, change: &str) -> Result<Verdict, CliError> {
    let backfill = client.put(&path(&["backfills", &id.to_string(), change]), &json!({})).await?;
    match output {
        Output::Json => print_json(&backfill),
        Output::Table => print(&format!("backfill {id} is {}\n", cell(&backfill["state"]))),
    }
    Ok(Verdict::Done)
}
