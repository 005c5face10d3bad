//! The project's own files.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file of the project.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root of the workspace, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All text files of the project.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    pub(crate) files: Vec<File>,
}

/// Folders that are not the project's own work, wherever they are.
const FOREIGN_FOLDERS: [&str; 6] = ["target", "node_modules", "vendor", "dist", "__pycache__", "venv"];
/// The server's data folder, made when it is started from the root of the workspace.
const DATA_FOLDER: &str = "data";

impl File {
    pub(crate) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// What comes after the last dot of the name.
    pub(crate) fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.extension() == "rs"
    }

    pub(crate) fn is_code(&self) -> bool {
        matches!(self.extension(), "rs" | "py" | "ts" | "tsx" | "js" | "jsx")
    }

    /// Written by a program, as its first lines say.
    pub(crate) fn is_generated(&self) -> bool {
        let mark = concat!("@", "generated");
        self.text.lines().take(5).any(|line| line.contains(mark))
    }
}

impl Tree {
    /// The root of the workspace. Asked at run time: a target folder may be shared by several clones.
    pub(crate) fn root() -> PathBuf {
        let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("run by cargo");
        Path::new(&package).parent().expect("a package inside a workspace").to_owned()
    }

    pub(crate) fn read() -> Self {
        let root = Self::root();
        let mut files = Vec::new();
        read_folder(&root, "", &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(files.iter().any(|file| file.path == "couture-core/src/lib.rs"), "no sources under {}", root.display());
        Self { root, files }
    }
}

fn read_folder(folder: &Path, path: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let name = entry.file_name().into_string().expect("names are UTF-8");
        let kind = entry.file_type().expect("a readable entry");
        if name.starts_with(".git") && name != ".gitignore" || name.starts_with('.') && kind.is_dir() && name != ".ci" {
            continue;
        }
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        if kind.is_dir() {
            if !FOREIGN_FOLDERS.contains(&name.as_str()) && path != DATA_FOLDER {
                read_folder(&entry.path(), &path, files);
            }
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            // What is not UTF-8 is a picture or the like.
            files.push(File { path, text });
        }
    }
}
