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
pub static EXAMPLES: &[Example] = examples!["hello_world.yaml", "fan_out_fan_in.yaml", "retries.yaml", "long_task.yaml"];
