//! `/userStatistics`: how often users logged in.

use std::sync::Arc;

use axum::extract::State;
use couture_core::Timestamp;
use couture_store::{User, UserOrder, UserQuery};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json};
use super::page_of::PageOf;
use super::routes::Routes;
use super::users::order_of;
use super::web_state::WebState;
use crate::auth::{Authority, Permit, act, on};

#[derive(OpenApi)]
#[openapi(paths(get))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state).get("get_user_statistics", "/api/v2/userStatistics", get)
}

/// How often a user logged in.
#[derive(Debug, Serialize, ToSchema)]
struct UserCounts {
    #[schema(example = "meena")]
    username: String,
    login_count: u64,
    /// How many logins failed since the last that succeeded.
    fail_login_count: u64,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_login: Option<Timestamp>,
}

/// One bar of a chart.
#[derive(Debug, Serialize, ToSchema)]
struct Bar {
    username: String,
    value: u64,
}

/// The users with the highest counts.
#[derive(Debug, Serialize, ToSchema)]
struct Chart {
    /// `login_count` or `fail_login_count`.
    #[schema(value_type = String, example = "login_count")]
    name: &'static str,
    bars: Vec<Bar>,
}

/// How often users logged in.
#[derive(Debug, Serialize, ToSchema)]
struct UserStatistics {
    users: Vec<UserCounts>,
    total_entries: usize,
    charts: Vec<Chart>,
}

/// The most bars of a chart.
const MAX_BARS: usize = 20;

async fn chart(
    authority: &Authority,
    name: &'static str,
    order: UserOrder,
    value: fn(&User) -> u64,
) -> Result<Chart, ApiError> {
    let query = UserQuery { order, descending: true, ..UserQuery::default() };
    let users = authority.accounts().users.list(&query, 0, MAX_BARS).await?;
    let bars = users.iter().map(|user| Bar { username: user.username.clone(), value: value(user) });
    Ok(Chart { name, bars: bars.filter(|bar| bar.value > 0).collect() })
}

/// How often users logged in, and failed to.
#[utoipa::path(
    get, path = "/api/v2/userStatistics", tag = "User", params(PageOf),
    responses((status = 200, description = "The counts", body = UserStatistics)),
)]
async fn get(
    _: Permit<act::Read, on::UserStatistics>,
    State(authority): State<Arc<Authority>>,
    Args(page): Args<PageOf>,
) -> Result<Json<UserStatistics>, ApiError> {
    let (order, descending) = order_of(&page)?;
    let query = UserQuery { order, descending, ..UserQuery::default() };
    let users = authority.accounts().users.list(&query, page.offset(), page.limit()?).await?;
    let users = users.into_iter().map(|user| UserCounts {
        username: user.username,
        login_count: user.logins,
        fail_login_count: user.failed_logins,
        last_login: user.last_login,
    });
    Ok(Json(UserStatistics {
        users: users.collect(),
        total_entries: authority.accounts().users.count(&query).await?,
        charts: vec![
            chart(&authority, "login_count", UserOrder::Logins, |user| user.logins).await?,
            chart(&authority, "fail_login_count", UserOrder::FailedLogins, |user| user.failed_logins).await?,
        ],
    }))
}
