//! Services that other crates bring, for operators of their own.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Services that this crate knows nothing of, found by their type. Clones share them.
#[derive(Clone, Default)]
pub struct Extensions(Arc<BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Extensions {
    /// The same with `service`, which replaces another of its type.
    pub fn with<T: Any + Send + Sync>(self, service: Arc<T>) -> Self {
        let mut services = BTreeMap::clone(&self.0);
        services.insert(TypeId::of::<T>(), service);
        Self(Arc::new(services))
    }

    /// The service of this type, if somebody brought one.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::downcast(self.0.get(&TypeId::of::<T>())?.clone()).ok()
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} services", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_found_by_their_type() {
        let extensions = Extensions::default().with(Arc::new(1_u8)).with(Arc::new("a")).with(Arc::new(2_u8));
        assert_eq!(extensions.get::<u8>().as_deref(), Some(&2));
        assert_eq!(extensions.get::<&str>().as_deref(), Some(&"a"));
        assert_eq!(extensions.get::<u16>(), None);
    }
}
