//! Placeholder until the store's artifacts are merged.
use crate::error::StartError;
use async_trait::async_trait;
use couture_core::BoxError;
use couture_core::task::Artifacts;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug)]
struct Files(PathBuf);

pub(crate) fn open(folder: &Path) -> Result<Arc<dyn Artifacts>, StartError> {
    Ok(Arc::new(Files(folder.to_owned())))
}

#[async_trait]
impl Artifacts for Files {
    async fn put(&self, key: &str, content: Vec<u8>) -> Result<(), BoxError> {
        Ok(std::fs::write(self.0.join(key.replace('/', "_")), content)?)
    }
    async fn get(&self, key: &str) -> Result<Vec<u8>, BoxError> {
        Ok(std::fs::read(self.0.join(key.replace('/', "_")))?)
    }
}
