//! Templates.

use std::path::{Path, PathBuf};

use couture_core::task::Speaker;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Asks;
use super::calls::Calling;
use crate::template::ForeignFields;

/// Fields to render.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Render {
    fields: Map<String, Value>,
    #[serde(default)]
    ext: Vec<String>,
    #[serde(default)]
    names: Map<String, Value>,
    #[serde(default)]
    filters: Vec<String>,
    /// The folder of the DAG file, in the bundle.
    #[serde(default)]
    folder: Option<PathBuf>,
    #[serde(default)]
    searchpath: Vec<PathBuf>,
    /// Whether they are the task's own fields, which people are shown.
    #[serde(default = "yes")]
    keep: bool,
}

fn yes() -> bool {
    true
}

impl Asks<'_> {
    pub(super) async fn render(&self, render: Render, child: &dyn Speaker) -> Result<Value, String> {
        let own = Path::new(self.file).parent().unwrap_or(Path::new("")).to_owned();
        let more = render.searchpath.iter().chain(&render.folder).map(|folder| self.of_dags(folder));
        let live: Vec<PathBuf> = std::iter::once(own).chain(more).collect();
        // Those files that were found when the DAG file was read are part of the bundle, as they were then. Names that only a run
        // knows are looked up in the folder of DAG files.
        let folders = live.iter().map(|folder| self.bundle.join(folder)).chain(live.iter().cloned()).collect();
        let foreign = ForeignFields {
            fields: render.fields,
            endings: render.ext,
            names: render.names,
            filters: render.filters,
            folders,
            is_passing: !render.keep,
        };
        let caller = Calling { calls: &self.calls, child, cx: self.cx };
        let rendered = self.python.templates.render_foreign(foreign, &caller, self.cx).await?;
        Ok(json!({ "fields": rendered.fields, "xcoms": rendered.xcoms }))
    }

    /// A folder of the bundle, by its path there.
    fn of_dags(&self, folder: &Path) -> PathBuf {
        folder.strip_prefix(&self.bundle).unwrap_or(folder).to_owned()
    }
}
