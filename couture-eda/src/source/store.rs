//! The stores of objects that URLs lead to. Keys and addresses come from the environment, as the stores' own programs take
//! them: `AWS_…`, `GOOGLE_…`, `AZURE_…`, and for HDFS the configuration in `HADOOP_CONF_DIR`.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;
use object_store::path::Path;
use tokio::runtime::Runtime;

#[cfg(feature = "cloud")]
use super::as_stored::AsStored;
use super::places::without_password;
use crate::error::EdaError;

/// What a store is asked has to be answered in this time.
const MOST_WAIT: Duration = Duration::from_secs(60);

/// A store, to ask and to wait for.
pub(super) struct Store {
    store: Arc<dyn ObjectStore>,
    runtime: Runtime,
    /// What stands before the path of an object in its URL; no password.
    root: String,
    /// Whether the objects are files of this machine.
    is_local: bool,
}

impl Store {
    /// The store of a URL, and what the URL names in it.
    pub(super) fn connect(url: &str) -> Result<(Arc<Self>, Path), EdaError> {
        let unusable = |reason: String| EdaError::Source { name: without_password(url), reason };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| unusable(error.to_string()))?;
        let (store, path) = open(url, &runtime).map_err(unusable)?;
        let shown = without_password(url);
        let authority = shown.find("://").map_or(0, |at| at + 3);
        let root = shown[..shown[authority..].find('/').map_or(shown.len(), |at| authority + at)].to_owned();
        let is_local = url::Url::parse(url).is_ok_and(|url| url.scheme() == "file");
        Ok((Arc::new(Self { store, runtime, root, is_local }), path))
    }

    /// The URL of an object.
    pub(super) fn url(&self, path: &Path) -> String {
        format!("{}/{path}", self.root)
    }

    /// The file that an object is, where the store is this machine.
    pub(super) fn file(&self, path: &Path) -> Option<std::path::PathBuf> {
        let files = object_store::local::LocalFileSystem::new();
        self.is_local.then(|| files.path_to_filesystem(path).ok()).flatten()
    }

    /// Waits for an answer, in bounded time.
    ///
    /// # Errors
    /// What the store says, without what may be a secret.
    pub(super) fn ask<'a, T, F>(&'a self, question: impl FnOnce(&'a dyn ObjectStore) -> F) -> Result<T, Failure>
    where
        F: Future<Output = object_store::Result<T>>,
    {
        let answer = question(&*self.store);
        match self.runtime.block_on(async { tokio::time::timeout(MOST_WAIT, answer).await }) {
            Ok(answer) => answer.map_err(|error| Failure::of(&error)),
            Err(_) => Err(Failure::Other(format!("it did not answer within {} seconds", MOST_WAIT.as_secs()))),
        }
    }
}

/// Why a store does not answer.
pub(super) enum Failure {
    /// There is no such object.
    Absent,
    /// Something else.
    Other(String),
}

impl Failure {
    fn of(error: &object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Absent,
            error => match without_questions(&error.to_string()) {
                // Of a bucket that is not there, it is the list that is not found.
                reason if reason.contains("404 Not Found") => Self::Absent,
                reason => Self::Other(with_advice(reason)),
            },
        }
    }

    /// What it says.
    pub(super) fn reason(self) -> String {
        match self {
            Self::Absent => "there is no object of that name".to_owned(),
            Self::Other(reason) => reason,
        }
    }
}

/// A text without what stands behind the question marks of URLs, which may be a signature.
fn without_questions(text: &str) -> String {
    let word = |word: &str| match word.split_once('?') {
        Some((url, _)) if url.contains("://") => url.to_owned(),
        _ => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Where the clouds' own machines are asked for keys, which is done where none are named.
const KEYS_OF_MACHINE: &str = "//169.254.169.254/";

/// What a store says, and what to do where it was to be read without keys.
fn with_advice(reason: String) -> String {
    if !reason.contains(KEYS_OF_MACHINE) {
        return reason;
    }
    format!(
        "no keys are named, and this machine has none of its own; name them by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, \
         GOOGLE_APPLICATION_CREDENTIALS, or AZURE_STORAGE_ACCOUNT_KEY: {reason}"
    )
}

fn open(url: &str, runtime: &Runtime) -> Result<(Arc<dyn ObjectStore>, Path), String> {
    if url.starts_with("hdfs://") || url.starts_with("viewfs://") {
        return hdfs(url, runtime);
    }
    let parsed = url::Url::parse(url).map_err(|error| error.to_string())?;
    if parsed.scheme() == "file" {
        let (_, path) = object_store::parse_url(&parsed).map_err(|error| error.to_string())?;
        return Ok((Arc::new(object_store::local::LocalFileSystem::new()), path));
    }
    cloud(&parsed)
}

#[cfg(feature = "hdfs")]
fn hdfs(url: &str, runtime: &Runtime) -> Result<(Arc<dyn ObjectStore>, Path), String> {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let (root, path) = url.split_at(url[authority..].find('/').map_or(url.len(), |at| authority + at));
    // Hadoop takes a path as it is written: a % stands for itself.
    let path = Path::parse(path).map_err(|error| error.to_string())?;
    // A NameNode that does not answer is told after some 15 seconds, and not only once all patience is over.
    let attempts = [("dfs.client.failover.max.attempts", "6")];
    let builder = hdfs_native_object_store::HdfsObjectStoreBuilder::new().with_url(root).with_config(attempts);
    let store = builder.with_io_runtime(runtime.handle().clone()).build();
    Ok((Arc::new(store.map_err(|error| error.to_string())?), path))
}

#[cfg(not(feature = "hdfs"))]
fn hdfs(_: &str, _: &Runtime) -> Result<(Arc<dyn ObjectStore>, Path), String> {
    Err("this program is built without HDFS; build it with the feature hdfs".to_owned())
}

#[cfg(feature = "cloud")]
fn cloud(url: &url::Url) -> Result<(Arc<dyn ObjectStore>, Path), String> {
    use object_store::ObjectStoreScheme::{AmazonS3, GoogleCloudStorage, MicrosoftAzure};
    use object_store::{ObjectStoreScheme, RetryConfig, aws, azure, gcp};

    let unknown = "it is no store that is read; name one of s3://, gs://, az:// and hdfs://, or a file";
    let (scheme, path) = ObjectStoreScheme::parse(url).map_err(|_| unknown.to_owned())?;
    let retry = RetryConfig { max_retries: 4, retry_timeout: Duration::from_secs(30), ..RetryConfig::default() };
    // A provider that the program has chosen already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Who names an address without TLS has decided so.
    let is_plain = |names: &[&str]| {
        names.iter().any(|name| std::env::var(name).is_ok_and(|address| address.starts_with("http://")))
    };
    let store: object_store::Result<Arc<dyn ObjectStore>> = match scheme {
        AmazonS3 => {
            let plain = is_plain(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"]);
            let builder = aws::AmazonS3Builder::from_env().with_url(url.as_str()).with_retry(retry);
            let builder = if plain { builder.with_allow_http(true) } else { builder };
            builder.build().map(|store| Arc::new(store) as _)
        }
        GoogleCloudStorage => {
            let builder = gcp::GoogleCloudStorageBuilder::from_env().with_url(url.as_str()).with_retry(retry);
            let builder = builder.with_http_connector(AsStored::default());
            let plain = is_plain(&["GOOGLE_BASE_URL"]);
            let allowed = gcp::GoogleConfigKey::Client(object_store::ClientConfigKey::AllowHttp);
            let builder = if plain { builder.with_config(allowed, "true") } else { builder };
            builder.build().map(|store| Arc::new(store) as _)
        }
        MicrosoftAzure => {
            let plain = is_plain(&["AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"]);
            let builder = azure::MicrosoftAzureBuilder::from_env().with_url(url.as_str()).with_retry(retry);
            let builder = if plain { builder.with_allow_http(true) } else { builder };
            builder.build().map(|store| Arc::new(store) as _)
        }
        _ => return Err(unknown.to_owned()),
    };
    Ok((store.map_err(|error| without_questions(&error.to_string()))?, path))
}

#[cfg(not(feature = "cloud"))]
fn cloud(_: &url::Url) -> Result<(Arc<dyn ObjectStore>, Path), String> {
    Err("this program is built without stores of objects; build it with the feature cloud".to_owned())
}

#[test]
fn signatures_are_not_shown() {
    let check = |text: &str, expected: &str| assert_eq!(without_questions(text), expected);
    check("HEAD https://host/a?sig=x failed", "HEAD https://host/a failed");
    check("is it there?yes", "is it there?yes");
}

#[test]
fn what_to_do_without_keys_is_told() {
    let told = with_advice("GET http://169.254.169.254/latest in 1 s: timeout".to_owned());
    assert!(told.starts_with("no keys are named") && told.ends_with("timeout"), "{told}");
    assert_eq!(with_advice("GET http://host/a: timeout".to_owned()), "GET http://host/a: timeout");
}
