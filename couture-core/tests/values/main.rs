//! Connections as URIs and in the environment, against what Airflow 1.10.15 answers.

mod environment;
mod uri;
