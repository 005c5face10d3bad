//! The file that says what the batches are made of, wherever it is.

use couture_core::values::{Connection, Values as _};
use couture_core::{Failure, TaskContext};
use object_store::ObjectStoreExt as _;
use object_store::aws::AmazonS3Builder;
use tokio::io::AsyncReadExt as _;

use super::hdfs;
use crate::http::{MAX_BODY_BYTES, body, client, cryptography};

/// The connection that says how to reach `s3:` files, where there is one; else the environment does, as for any client of S3.
const AWS_CONNECTION: &str = "aws_default";

/// Reads a file of at most [`MAX_BODY_BYTES`], by a path of this machine or by URL.
pub(super) async fn read(address: &str, cx: &TaskContext) -> Result<Vec<u8>, Failure> {
    let reading = async {
        match address.split_once(':').filter(|(scheme, _)| scheme.len() > 1 && !scheme.contains('/')) {
            None => local(address).await,
            Some(("file", path)) => local(&decoded(path.strip_prefix("//").unwrap_or(path))).await,
            Some(("http" | "https", _)) => http(address).await,
            Some(("ftp", _)) => ftp(address).await,
            Some(("s3" | "s3a", rest)) => s3(rest, cx).await,
            Some(("hdfs" | "webhdfs", _)) => hdfs::read(address, cx).await,
            Some((scheme, _)) => {
                let known = "a path, file:, http:, https:, ftp:, s3: and hdfs: are";
                Err(Failure::fatal(format!("files of {scheme}: are not read here; {known}")))
            }
        }
    };
    tokio::select! {
        content = reading => content,
        () = cx.cancelled() => Err(Failure::retry("it was told to end while it read the metadata file")),
    }
}

fn too_big(address: &str) -> Failure {
    Failure::fatal(format!("{address} has more than {MAX_BODY_BYTES} bytes"))
}

fn decoded(path: &str) -> String {
    percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// Up to the bound, and one byte more where there is more.
async fn bounded(reader: impl tokio::io::AsyncRead + Unpin, address: &str) -> Result<Vec<u8>, Failure> {
    let mut content = Vec::new();
    reader.take(MAX_BODY_BYTES as u64 + 1).read_to_end(&mut content).await?;
    if content.len() > MAX_BODY_BYTES { Err(too_big(address)) } else { Ok(content) }
}

async fn local(path: &str) -> Result<Vec<u8>, Failure> {
    let file = tokio::fs::File::open(path).await;
    let file = file.map_err(|error| Failure::retry(format!("failed to open {path}: {error}")))?;
    bounded(file, path).await
}

pub(super) async fn http(url: &str) -> Result<Vec<u8>, Failure> {
    let answer = client(true)?.get(url).send().await.map_err(reqwest::Error::without_url)?;
    let status = answer.status();
    if !status.is_success() {
        return Err(Failure::retry(format!("the server of the metadata file answered {status}")));
    }
    body(answer).await
}

async fn ftp(address: &str) -> Result<Vec<u8>, Failure> {
    let url = reqwest::Url::parse(address).map_err(|error| Failure::fatal(format!("not a URL: {error}")))?;
    let host = url.host_str().ok_or_else(|| Failure::fatal("the URL names no host"))?;
    let user = if url.username().is_empty() { "anonymous".into() } else { decoded(url.username()) };
    let password = url.password().map_or_else(|| "anonymous@".into(), decoded);
    let mut server = suppaftp::tokio::AsyncFtpStream::connect((host, url.port().unwrap_or(21))).await?;
    server.login(user, password).await?;
    server.transfer_type(suppaftp::types::FileType::Binary).await?;
    // As RFC 1738 has it, the path begins where the login leads; `%2F` at its start means the root.
    let path = decoded(url.path().trim_start_matches('/'));
    let stream = server.retr_as_stream(path).await?;
    let content = bounded(stream, "the file").await?;
    let _ = server.quit().await;
    Ok(content)
}

async fn s3(rest: &str, cx: &TaskContext) -> Result<Vec<u8>, Failure> {
    let (bucket, key) = rest.trim_start_matches('/').split_once('/').unwrap_or_default();
    if bucket.is_empty() || key.is_empty() {
        return Err(Failure::fatal("an s3: address is s3://BUCKET/KEY"));
    }
    cryptography();
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
    if let Some(connection) = cx.values().connections(AWS_CONNECTION).await?.pop() {
        builder = with_connection(builder, &connection);
    }
    let store = builder.build()?;
    let path = object_store::path::Path::from_url_path(key)?;
    let found = store.get(&path).await?;
    if found.meta.size > MAX_BODY_BYTES as u64 {
        return Err(too_big("the object"));
    }
    Ok(found.bytes().await?.to_vec())
}

/// As Airflow's AWS hook reads a connection: login and password are the keys, the extra has the rest.
fn with_connection(mut builder: AmazonS3Builder, connection: &Connection) -> AmazonS3Builder {
    if let (Some(login), Some(password)) = (&connection.login, &connection.password) {
        builder = builder.with_access_key_id(login).with_secret_access_key(password);
    }
    let extra = connection.extra.as_deref().and_then(|extra| serde_json::from_str::<serde_json::Value>(extra).ok());
    let text = |name: &str| Some(extra.as_ref()?.get(name)?.as_str()?.to_owned());
    if let Some(region) = text("region_name") {
        builder = builder.with_region(region);
    }
    if let Some(endpoint) = text("endpoint_url").or_else(|| text("host")) {
        builder = builder.with_allow_http(endpoint.starts_with("http:")).with_endpoint(endpoint);
    }
    builder
}
