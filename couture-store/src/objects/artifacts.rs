//! Data too big for an XCom.

use std::sync::Arc;

use async_trait::async_trait;
use couture_core::BoxError;
use couture_core::task::Artifacts;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt};

/// Artifacts as objects under `artifacts/`. What is put is as durable as the objects are.
#[derive(Clone, Debug)]
pub struct ObjectArtifacts {
    objects: Arc<dyn ObjectStore>,
}

impl ObjectArtifacts {
    /// The artifacts among `objects`.
    pub fn new(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects }
    }

    /// Where `key` is kept: what paths may not hold is escaped, so that no key leads elsewhere.
    fn path(key: &str) -> Result<Path, BoxError> {
        if key.is_empty() || key.split('/').any(str::is_empty) {
            return Err(format!("the artifact key {key:?} has an empty part").into());
        }
        Ok(Path::from_iter(std::iter::once("artifacts").chain(key.split('/'))))
    }
}

#[async_trait]
impl Artifacts for ObjectArtifacts {
    async fn put(&self, key: &str, content: Vec<u8>) -> Result<(), BoxError> {
        self.objects.put(&Self::path(key)?, content.into()).await?;
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>, BoxError> {
        match self.objects.get(&Self::path(key)?).await {
            Ok(found) => Ok(found.bytes().await?.into()),
            Err(Error::NotFound { .. }) => Err(format!("there is no artifact {key:?}").into()),
            Err(error) => Err(error.into()),
        }
    }
}
