//! The example DAGs that come with Couture.

/// An example DAG.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Its file's name.
    pub name: &'static str,
    /// Its YAML.
    pub content: &'static str,
}

macro_rules! examples {
    ($($name:literal),* $(,)?) => {
        &[$(Example { name: $name, content: include_str!(concat!("../../example_dags/", $name)) }),*]
    };
}

/// All examples.
pub static EXAMPLES: &[Example] =
    examples!["hello_world.yaml", "fan_out_fan_in.yaml", "retries.yaml", "long_task.yaml"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dags::{Format, parse};

    #[test]
    fn all_examples_are_dags_of_their_files_names() {
        couture_operators::link();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("example_dags");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), EXAMPLES.len());
        for example in EXAMPLES {
            let dag = parse(example.content.as_bytes(), Format::Yaml)
                .unwrap_or_else(|error| panic!("{}: {error}", example.name));
            assert_eq!(format!("{}.yaml", dag.dag_id), example.name);
            assert!(dag.attributes.description.is_some());
        }
    }
}
