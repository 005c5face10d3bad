//! `couture roles …`

use clap::Subcommand;
use serde_json::{Value, json};

use super::args::Output;
use super::client::{Client, path};
use super::dags::all;
use super::listing::show;
use super::print::print;
use super::table::{cell, counted, printable};
use super::verdict::{CliError, Verdict};

const KIND: &str = "roles";

#[derive(Debug, Subcommand)]
pub(super) enum Roles {
    /// List roles.
    List {
        /// Also what each permits.
        #[arg(long, short)]
        permission: bool,
    },
    /// Make roles, which permit nothing yet.
    Create {
        /// Their names.
        #[arg(required = true)]
        roles: Vec<String>,
    },
    /// Delete roles that nobody has.
    Delete {
        /// Their names.
        #[arg(required = true)]
        roles: Vec<String>,
    },
    /// Add permissions to a role.
    AddPerms(Permissions),
    /// Take permissions from a role.
    DelPerms(Permissions),
}

#[derive(Debug, clap::Args)]
pub(super) struct Permissions {
    /// The role.
    role: String,
    /// Actions: can_read, can_edit, can_create, can_delete.
    #[arg(long, short, required = true, num_args = 1..)]
    action: Vec<String>,
    /// To what: all_dags, DAG:an_id, "DAG Runs", Variables, …; GET /api/v2/permissions tells all.
    #[arg(long, short, required = true, num_args = 1..)]
    resource: Vec<String>,
}

pub(super) async fn run(client: Client, output: Output, command: Roles) -> Result<Verdict, CliError> {
    match command {
        Roles::List { permission } => {
            let columns: &[&str] = match permission {
                true => &["name", "built_in", "users", "permissions"],
                false => &["name", "built_in", "users"],
            };
            Ok(show(output, &all(&client, &path(&[KIND]), KIND).await?, columns))
        }
        Roles::Create { roles } => {
            for role in roles {
                client.post(&path(&[KIND]), &json!({ "name": role })).await?;
                print(&format!("made role {}\n", printable(&role)));
            }
            Ok(Verdict::Done)
        }
        Roles::Delete { roles } => {
            for role in roles {
                client.delete(&path(&[KIND, &role])).await?;
                print(&format!("deleted role {}\n", printable(&role)));
            }
            Ok(Verdict::Done)
        }
        Roles::AddPerms(permissions) => change(&client, permissions, true).await,
        Roles::DelPerms(permissions) => change(&client, permissions, false).await,
    }
}

async fn change(client: &Client, change: Permissions, add: bool) -> Result<Verdict, CliError> {
    let address = path(&[KIND, &change.role]);
    let role = client.get(&address).await?;
    let mut permissions: Vec<Value> = role["permissions"].as_array().cloned().unwrap_or_default();
    for resource in &change.resource {
        for action in &change.action {
            let permission = json!({ "action": action, "resource": resource });
            permissions.retain(|other| *other != permission);
            if add {
                permissions.push(permission);
            }
        }
    }
    let changed = client.patch(&address, &json!({ "permissions": permissions })).await?;
    let things = counted(changed["permissions"].as_array().map_or(0, Vec::len) as u64, "thing");
    print(&format!("role {} permits {things} now\n", printable(&cell(&changed["name"]))));
    Ok(Verdict::Done)
}
