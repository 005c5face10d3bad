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
}

impl Asks<'_> {
    pub(super) async fn render(&self, render: Render, child: &dyn Speaker) -> Result<Value, String> {
        let mut folders = vec![Path::new(self.file).parent().unwrap_or(Path::new("")).to_owned()];
        folders.extend(render.searchpath.iter().chain(&render.folder).map(|folder| self.of_dags(folder)));
        let foreign = ForeignFields {
            fields: render.fields,
            endings: render.ext,
            names: render.names,
            filters: render.filters,
            folders,
        };
        let caller = Calling { calls: &self.calls, child, cx: self.cx };
        let fields = self.python.templates.render_foreign(foreign, &caller, self.cx).await?;
        Ok(json!({ "fields": fields }))
    }

    /// A folder of the bundle is that of the DAG folder: template files are no part of a bundle.
    fn of_dags(&self, folder: &Path) -> PathBuf {
        folder.strip_prefix(&self.bundle).unwrap_or(folder).to_owned()
    }
}
