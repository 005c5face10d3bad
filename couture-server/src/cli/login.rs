//! `couture login`, `couture logout` and `couture password`.

use serde_json::json;

use super::client::Client;
use super::entries::text_or_input;
use super::print::{complain, print};
use super::prompt::Secrets;
use super::saved_tokens::SavedTokens;
use super::table::{cell, printable};
use super::verdict::{CliError, Verdict};

#[derive(Debug, clap::Args)]
pub(super) struct Login {
    /// Who; the name of the user of this machine where absent.
    #[arg(long, short)]
    username: Option<String>,
    /// The password; - for standard input. It is asked for where this is absent.
    #[arg(long, short, value_name = "-", conflicts_with = "password_stdin")]
    password: Option<String>,
    /// Read the password from the first line of standard input, and the new one from the second where it must be changed.
    #[arg(long)]
    password_stdin: bool,
    /// Stay logged in for so many days, by a personal token, instead of an hour or what the server is set to.
    #[arg(long, value_name = "N")]
    days: Option<u32>,
}

#[derive(Debug, clap::Args)]
pub(super) struct PasswordFrom {
    /// Read the old password from the first line of standard input, and the new one from the second.
    #[arg(long)]
    password_stdin: bool,
}

/// Logs in, and keeps the token for this server.
pub(super) async fn login(client: Client, login: Login) -> Result<Verdict, CliError> {
    let name = login.username.or_else(|| std::env::var("USER").ok()).unwrap_or_default();
    if login.password.as_deref().is_some_and(|password| password != "-") {
        return Err(CliError::message(
            "everybody on this machine sees a password in a command line; say - and send it to standard input",
        ));
    }
    let mut secrets = Secrets::from(login.password_stdin)?;
    let question = format!("Password of {name} at {}", client.server());
    let password = match login.password {
        Some(given) => text_or_input(given)?,
        None => secrets.next(&question)?,
    };
    let client = client.anonymous();
    let answer = client.post("/auth/token/cli", &json!({ "username": name, "password": password })).await?;
    let mut token = cell(&answer["access_token"]);
    let client = client.with_token(token.clone());
    let me = client.get("/auth/me").await?;
    if me["user"]["must_change_password"] == true {
        let fresh = secrets.next_new("The password must be changed. New password")?;
        let body = json!({ "old_password": password, "new_password": fresh });
        client.post("/auth/me/password", &body).await?;
        let answer = client.post("/auth/token/cli", &json!({ "username": name, "password": fresh })).await?;
        token = cell(&answer["access_token"]);
    }
    if let Some(days) = login.days {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let body = json!({ "name": format!("couture login on {} ({})", host.trim(), std::process::id()), "expires_in_days": days });
        let made = client.with_token(token).post("/auth/me/tokens", &body).await?;
        token = cell(&made["secret"]);
    }
    SavedTokens::of_user()?.set(client.server(), Some(token))?;
    print(&format!("logged in at {} as {}\n", client.server(), printable(&name)));
    Ok(Verdict::Done)
}

/// Forgets the token for this server.
pub(super) fn logout(client: &Client) -> Result<Verdict, CliError> {
    let mut tokens = SavedTokens::of_user()?;
    if tokens.get(client.server()).is_none() {
        complain(&format!("nobody is logged in at {}", client.server()));
        return Ok(Verdict::Failed);
    }
    tokens.set(client.server(), None)?;
    print(&format!("logged out at {}; a personal token counts until `couture tokens delete`\n", client.server()));
    Ok(Verdict::Done)
}

/// Changes one's own password. Other tokens and sessions end, so that this one is renewed.
pub(super) async fn password(client: Client, from: PasswordFrom) -> Result<Verdict, CliError> {
    let me = client.get("/auth/me").await?;
    let Some(name) = me["user"]["username"].as_str() else {
        return Err(CliError::message("log in first: couture login"));
    };
    let mut secrets = Secrets::from(from.password_stdin)?;
    let old = secrets.next(&format!("Old password of {name}"))?;
    let fresh = secrets.next_new("New password")?;
    client.post("/auth/me/password", &json!({ "old_password": old, "new_password": fresh })).await?;
    let answer = client.anonymous().post("/auth/token/cli", &json!({ "username": name, "password": fresh })).await?;
    SavedTokens::of_user()?.set(client.server(), Some(cell(&answer["access_token"])))?;
    print("the password is changed; all other sessions and tokens are over, personal ones too\n");
    Ok(Verdict::Done)
}
