//! `couture users …`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::args::Output;
use super::asking::confirmed;
use super::client::{Client, path};
use super::dags::all;
use super::entries::{from_file, to_file};
use super::listing::{show, show_one};
use super::print::{complain, print};
use super::progress::Progress;
use super::prompt::new_secret;
use super::table::{cell, printable};
use super::verdict::{CliError, Verdict};

const KIND: &str = "users";

#[derive(Debug, Subcommand)]
pub(super) enum Users {
    /// List users.
    List,
    /// Show a user.
    Show {
        /// The name to log in with.
        username: String,
    },
    /// Make a user.
    Create(Box<Create>),
    /// Delete a user, with sessions and tokens.
    Delete {
        /// The name to log in with.
        username: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Give a user a password, which must be changed at the next login.
    #[command(visible_alias = "reset-password")]
    SetPassword {
        /// The name to log in with.
        username: String,
        /// - for standard input; the password is asked for where this is absent.
        #[arg(long, short, value_name = "-")]
        password: Option<String>,
    },
    /// Give a user a role.
    AddRole {
        /// The name to log in with.
        username: String,
        /// The role.
        role: String,
    },
    /// Take a role from a user.
    RemoveRole {
        /// The name to log in with.
        username: String,
        /// The role.
        role: String,
    },
    /// Make or change all users of a file.
    Import {
        /// A JSON object: {"username": {"email": …, "first_name": …, "last_name": …, "roles": […], "password": …}, …}; - for standard
        /// input. Users that are there keep their passwords.
        file: PathBuf,
    },
    /// Write all users, without their passwords, to a file.
    Export {
        /// The file; - for standard output.
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// The name to log in with.
    #[arg(long, short)]
    username: String,
    /// The role; may be given again.
    #[arg(long = "role", short, required = true)]
    roles: Vec<String>,
    /// E-mail address.
    #[arg(long, short, default_value = "")]
    email: String,
    /// First name.
    #[arg(long, short, default_value = "")]
    firstname: String,
    /// Last name.
    #[arg(long, short, default_value = "")]
    lastname: String,
    /// - for standard input; the password is asked for where this is absent.
    #[arg(long, short, value_name = "-")]
    password: Option<String>,
    /// The password need not be changed at the first login.
    #[arg(long)]
    keep_password: bool,
    /// A user of the directory server, which knows the password.
    #[arg(long, conflicts_with_all = ["password", "keep_password"])]
    ldap: bool,
}

pub(super) async fn run(client: Client, output: Output, command: Users) -> Result<Verdict, CliError> {
    match command {
        Users::List => {
            let columns = ["username", "first_name", "last_name", "email", "roles", "active", "source", "last_login"];
            Ok(show(output, &all(&client, &path(&[KIND]), KIND).await?, &columns))
        }
        Users::Show { username } => {
            let fields = [
                "username",
                "first_name",
                "last_name",
                "email",
                "roles",
                "active",
                "source",
                "must_change_password",
                "created_at",
                "last_login",
                "login_count",
                "fail_login_count",
            ];
            Ok(show_one(output, &client.get(&path(&[KIND, &username])).await?, &fields))
        }
        Users::Create(create) => self::create(&client, *create).await,
        Users::Delete { username, yes } => {
            let name = printable(&username);
            if !yes && !confirmed(&format!("Delete user {name}?"))? {
                return Ok(Verdict::Failed);
            }
            client.delete(&path(&[KIND, &username])).await?;
            done(&format!("deleted user {name}"))
        }
        Users::SetPassword { username, password } => {
            let password = password_of(password, &username)?;
            client.post(&path(&[KIND, &username, "password"]), &json!({ "new_password": password })).await?;
            done(&format!("{} must change this password at the next login", printable(&username)))
        }
        Users::AddRole { username, role } => change_roles(&client, &username, &role, true).await,
        Users::RemoveRole { username, role } => change_roles(&client, &username, &role, false).await,
        Users::Import { file } => import(&client, &file).await,
        Users::Export { file } => export(&client, &file).await,
    }
}

fn done(text: &str) -> Result<Verdict, CliError> {
    print(&format!("{text}\n"));
    Ok(Verdict::Done)
}

fn password_of(given: Option<String>, username: &str) -> Result<String, CliError> {
    if given.as_deref().is_some_and(|given| given != "-") {
        return Err(CliError::message(
            "everybody on this machine sees a password in a command line; say - and send it to standard input",
        ));
    }
    new_secret(given, &format!("New password of {}", printable(username)))
}

async fn create(client: &Client, create: Create) -> Result<Verdict, CliError> {
    let mut body = json!({
        "username": create.username, "first_name": create.firstname, "last_name": create.lastname, "email": create.email,
        "roles": create.roles, "must_change_password": !create.keep_password,
    });
    if create.ldap {
        body["source"] = "ldap".into();
    } else {
        body["password"] = password_of(create.password, &create.username)?.into();
    }
    client.post(&path(&[KIND]), &body).await?;
    done(&format!("made user {} with {}", printable(&create.username), printable(&create.roles.join(", "))))
}

async fn change_roles(client: &Client, username: &str, role: &str, add: bool) -> Result<Verdict, CliError> {
    let address = path(&[KIND, username]);
    let user = client.get(&address).await?;
    let mut roles: Vec<String> = user["roles"].as_array().into_iter().flatten().map(cell).collect();
    if roles.iter().any(|other| other == role) == add {
        let has = if add { "has" } else { "does not have" };
        return Err(CliError::message(format!("user {username:?} {has} the role {role:?}")));
    }
    match add {
        true => roles.push(role.to_owned()),
        false => roles.retain(|other| other != role),
    }
    client.patch(&address, &json!({ "roles": roles })).await?;
    done(&format!(
        "{} has {} now",
        printable(username),
        if roles.is_empty() { "no role".into() } else { printable(&roles.join(", ")) }
    ))
}

async fn import(client: &Client, file: &std::path::Path) -> Result<Verdict, CliError> {
    let entries = from_file(file)?;
    let progress = Progress::start("users", entries.len() as u64);
    let (mut made, mut changed, mut failed) = (0, 0, 0);
    for (username, mut body) in entries {
        let existing = client.get(&path(&[KIND, &username])).await;
        let result = match existing {
            Ok(_) => {
                if let Some(fields) = body.as_object_mut() {
                    fields.retain(|name, _| {
                        ["first_name", "last_name", "email", "roles", "active"].contains(&name.as_str())
                    });
                }
                client.patch(&path(&[KIND, &username]), &body).await.map(|_| changed += 1)
            }
            Err(error) if error.is_not_found() => {
                body["username"] = username.clone().into();
                client.post(&path(&[KIND]), &body).await.map(|_| made += 1)
            }
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            failed += 1;
            complain(&printable(&format!("{username}: {error}")));
        }
        progress.step();
    }
    drop(progress);
    let made = if made == 1 { "1 user was".to_owned() } else { format!("{made} users were") };
    print(&format!("{made} made, {changed} changed, {failed} not\n"));
    Ok(if failed == 0 { Verdict::Done } else { Verdict::Failed })
}

async fn export(client: &Client, file: &std::path::Path) -> Result<Verdict, CliError> {
    let mut entries: BTreeMap<String, Value> = BTreeMap::new();
    for mut user in all(client, &path(&[KIND]), KIND).await? {
        let username = cell(&user["username"]);
        if let Some(fields) = user.as_object_mut() {
            fields.retain(|name, _| {
                ["first_name", "last_name", "email", "roles", "active", "source"].contains(&name.as_str())
            });
        }
        entries.insert(username, user);
    }
    to_file(file, &entries)?;
    complain("passwords are not exported; users of the database need one to be imported");
    Ok(Verdict::Done)
}
