//! `/codeBricks`: titled snippets for DAG files.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::refusal::{FileConflict, Refusal};
use super::shapes::{Wanted, sender};
use crate::api::extract::{Args, Json, Names};
use crate::api::page_of::PageOf;
use crate::api::routes::Routes;
use crate::api::web_state::WebState;
use crate::auth::{Permit, act, on};
use crate::files::{Brick, FileRoom, NewBrick};

/// What the handlers of this file say of themselves.
#[derive(OpenApi)]
#[openapi(paths(list, create, get, patch, delete))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

const MAX_BODY_BYTES: usize = 6 * NewBrick::MAX_CONTENT_BYTES + (64 << 10);

pub(super) fn routes(state: &WebState) -> Routes {
    let brick = "/api/v2/codeBricks/{brick_id}";
    Routes::new(state)
        .get("get_code_bricks", "/api/v2/codeBricks", list)
        .post("post_code_brick", "/api/v2/codeBricks", create)
        .get("get_code_brick", brick, get)
        .patch("patch_code_brick", brick, patch)
        .delete("delete_code_brick", brick, delete)
        .map(|router| router.layer(DefaultBodyLimit::max(MAX_BODY_BYTES)))
}

/// A code brick.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BrickBody {
    #[schema(example = "run-spark-pi-example")]
    id: String,
    #[schema(example = "run spark pi example")]
    title: String,
    description: String,
    #[schema(example = "python")]
    language: String,
    content: String,
    /// To save with.
    #[schema(example = "2c26b46b68ffc68f")]
    version: String,
    /// Whether it comes with Couture, and cannot be changed.
    built_in: bool,
}

impl From<Brick> for BrickBody {
    fn from(brick: Brick) -> Self {
        let NewBrick { title, description, language, content } = brick.kept;
        Self {
            id: brick.id,
            title,
            description,
            language,
            content,
            version: brick.version,
            built_in: brick.is_built_in,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BrickList {
    bricks: Vec<BrickBody>,
    total_entries: usize,
}

/// A code brick to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBrickBody {
    /// What lists show; of one line.
    #[schema(example = "count words of a file")]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default = "python")]
    #[schema(example = "python")]
    language: String,
    #[schema(example = "words = open('a.txt').read().split()\n")]
    content: String,
}

fn python() -> String {
    "python".to_owned()
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BrickPatch {
    title: Option<String>,
    description: Option<String>,
    language: Option<String>,
    content: Option<String>,
    /// The version that was edited; whatever is there is changed where absent.
    version: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/v2/codeBricks",
    tag = "Code Bricks",
    params(Wanted, PageOf),
    responses((status = 200, description = "The code bricks, by their title", body = BrickList)),
)]
async fn list(
    _: Permit<act::Read, on::CodeBricks>,
    State(room): State<FileRoom>,
    Args(wanted): Args<Wanted>,
    Args(page): Args<PageOf>,
) -> Result<Json<BrickList>, Refusal> {
    page.fixed_order("title")?;
    let bricks = room.bricks.list(wanted.q.as_deref()).await?;
    let total_entries = bricks.len();
    let bricks = bricks.into_iter().skip(page.offset()).take(page.limit()?).map(BrickBody::from).collect();
    Ok(Json(BrickList { bricks, total_entries }))
}

#[utoipa::path(
    post,
    path = "/api/v2/codeBricks",
    tag = "Code Bricks",
    request_body = NewBrickBody,
    responses((status = 201, description = "It is there", body = BrickBody)),
)]
async fn create(
    permit: Permit<act::Create, on::CodeBricks>,
    State(room): State<FileRoom>,
    Json(new): Json<NewBrickBody>,
) -> Result<(StatusCode, Json<BrickBody>), Refusal> {
    let NewBrickBody { title, description, language, content } = new;
    let author = room.dags.author(&sender(&permit), None);
    let brick = room.bricks.add(NewBrick { title, description, language, content }, &author).await?;
    permit.note("brick", &brick.id);
    Ok((StatusCode::CREATED, Json(brick.into())))
}

#[utoipa::path(
    get,
    path = "/api/v2/codeBricks/{brick_id}",
    tag = "Code Bricks",
    params(("brick_id" = String, Path, description = "The code brick.", example = "run-spark-pi-example")),
    responses((status = 200, description = "The code brick", body = BrickBody)),
)]
async fn get(
    _: Permit<act::Read, on::CodeBricks>,
    State(room): State<FileRoom>,
    Names(id): Names<String>,
) -> Result<Json<BrickBody>, Refusal> {
    Ok(Json(room.bricks.get(&id).await?.into()))
}

#[utoipa::path(
    patch,
    path = "/api/v2/codeBricks/{brick_id}",
    tag = "Code Bricks",
    params(("brick_id" = String, Path, description = "The code brick.")),
    request_body = BrickPatch,
    responses(
        (status = 200, description = "It is changed", body = BrickBody),
        (status = 409, description = "Somebody else changed it meanwhile", body = FileConflict),
    ),
)]
async fn patch(
    permit: Permit<act::Edit, on::CodeBricks>,
    State(room): State<FileRoom>,
    Names(id): Names<String>,
    Json(patch): Json<BrickPatch>,
) -> Result<Json<BrickBody>, Refusal> {
    let brick = room.bricks.get(&id).await?;
    let new = NewBrick {
        title: patch.title.unwrap_or(brick.kept.title),
        description: patch.description.unwrap_or(brick.kept.description),
        language: patch.language.unwrap_or(brick.kept.language),
        content: patch.content.unwrap_or(brick.kept.content),
    };
    let author = room.dags.author(&sender(&permit), None);
    let known = patch.version.or(Some(brick.version));
    Ok(Json(room.bricks.change(&id, new, known, &author).await?.into()))
}

#[utoipa::path(
    delete,
    path = "/api/v2/codeBricks/{brick_id}",
    tag = "Code Bricks",
    params(("brick_id" = String, Path, description = "The code brick.")),
    responses((status = 204, description = "It is gone")),
)]
async fn delete(
    permit: Permit<act::Delete, on::CodeBricks>,
    State(room): State<FileRoom>,
    Names(id): Names<String>,
) -> Result<StatusCode, Refusal> {
    let author = room.dags.author(&sender(&permit), None);
    room.bricks.remove(&id, &author).await?;
    Ok(StatusCode::NO_CONTENT)
}
