//! The code bricks that come with Couture.

use super::brick::{Brick, NewBrick};
use super::proposal::version_of;

/// A code brick that comes with Couture.
#[derive(Clone, Copy, Debug)]
pub struct BuiltInBrick {
    /// Its id.
    pub id: &'static str,
    title: &'static str,
    description: &'static str,
    content: &'static str,
}

impl BuiltInBrick {
    pub(super) fn brick(&self) -> Brick {
        let kept = NewBrick {
            title: self.title.into(),
            description: self.description.into(),
            language: "python".into(),
            content: self.content.into(),
        };
        Brick { id: self.id.into(), version: version_of(self.content.as_bytes()), kept, is_built_in: true }
    }
}

macro_rules! bricks {
    ($($id:literal, $title:literal, $description:literal;)*) => {
        &[$(BuiltInBrick {
            id: $id,
            title: $title,
            description: $description,
            content: include_str!(concat!("../../bricks/", $id, ".py")),
        }),*]
    };
}

/// All of them. Each belongs into a DAG file that has a `dag`.
pub static BUILT_IN_BRICKS: &[BuiltInBrick] = bricks! {
    "compute-similarity-based-on-attributes", "compute similarity based on attributes",
    "For each item of a CSV file, the items that share most of its attributes (Jaccard index). Needs nothing but Python.";
    "compute-similarity-based-on-feature-vectors", "compute similarity based on feature vectors",
    "For each item of a CSV file of numbers, the items whose vectors point the same way (cosine). Needs nothing but Python.";
    "run-spark-pi-example", "run spark pi example",
    "Submits Spark's own example that estimates pi, with spark-submit.";
    "write-data-from-hbase-to-hdf5", "write data from hbase to hdf5",
    "Copies columns of an HBase table into an HDF5 file. Needs the Python packages happybase and h5py.";
    "write-data-from-hdf5-to-hbase", "write data from hdf5 to hbase",
    "Copies data sets of an HDF5 file into an HBase table. Needs the Python packages happybase and h5py.";
    "write-data-from-oracle-to-hdf5", "write data from oracle to hdf5",
    "Copies the result of a query of an Oracle database into an HDF5 file. Needs the Python packages oracledb, h5py and numpy.";
    "generate-buckets-from-a-numerical-feature", "generate buckets from a numerical feature",
    "Adds a column with the number of the bucket that a value is in; the buckets are equally full. Needs nothing but Python.";
    "filter-coherent-sessions-from-upi", "filter coherent sessions from UPI",
    "Of user-product interactions, keeps the sessions that are about few categories of products. Needs nothing but Python.";
    "filter-intent-driven-interactions-from-upi", "filter intent driven interactions from UPI",
    "Of user-product interactions, keeps those with products that the user came back to or bought. Needs nothing but Python.";
    "generate-latent-features-for-items", "generate latent features for items",
    "Factorises user-item ratings, and writes a vector for each item. Needs nothing but Python.";
    "compute-similarity-based-on-latent-features", "compute similarity based on latent features",
    "From vectors of items, the nearest items of each, by distance. Needs nothing but Python.";
    "determine-interacted-bricks-for-each-user", "determine interacted bricks for each user",
    "For each user, the groups of products (bricks) that they interacted with, and how often. Needs nothing but Python.";
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_file_of_its_own() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("bricks");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), BUILT_IN_BRICKS.len());
        for brick in BUILT_IN_BRICKS {
            assert_eq!(brick.title.to_lowercase().replace(' ', "-"), brick.id);
            assert!(brick.content.contains("dag=dag"), "{}", brick.id);
        }
    }
}
