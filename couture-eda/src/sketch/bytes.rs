//! How a sketch stands inside a saved state: as its bytes.

use super::{Distinct, Frequent, Quantiles, Sketch};

macro_rules! serde_as_bytes {
    ($($sketch:ty),*) => {$(
        impl serde::Serialize for $sketch {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(&self.to_bytes())
            }
        }

        impl<'de> serde::Deserialize<'de> for $sketch {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let bytes = Vec::<u8>::deserialize(deserializer)?;
                <$sketch>::from_bytes(&bytes).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

serde_as_bytes!(Distinct, Frequent, Quantiles);
