//! Trees of files as an archive that is answered.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::Path;

use axum::response::Response;
use couture_store::{Manifest, TreeFile, TreePath};
use tokio::runtime::Handle;

use super::download;
use super::refusal::Refusal;
use crate::archive::pack;
use crate::dags::read_bounded;
use crate::files::{DagFolder, FileTree, FilesError};

/// Read at once.
const PIECE_BYTES: u64 = 1 << 20;

/// The DAG folder as an archive. Files that are bigger than a DAG file may be are data, and are left out.
pub(super) async fn of_folder(folder: &DagFolder, max_bytes: u64) -> Result<Response, Refusal> {
    let (files, root) = (folder.list().await?, folder.root().to_owned());
    let work = folder.work().to_owned();
    let packed = tokio::task::spawn_blocking(move || {
        // A file may change while it is read, so what is packed is what was read.
        let content = RefCell::new(Vec::new());
        let read = files.into_iter().filter(|file| file.bytes <= max_bytes).filter_map(|file| {
            let bytes = read_bounded(&root.join(file.path.as_str()), max_bytes).ok()?;
            let length = bytes.len() as u64;
            *content.borrow_mut() = bytes;
            Some((file.path, length))
        });
        packed(&work, |file| pack(file, "dags", read, |_| Ok(io::Cursor::new(content.take()))))
    });
    answer(packed.await, "dags.tar.gz")
}

/// A tree as an archive, without the files that `leaves` does not let go.
pub(super) async fn of_tree(
    tree: &FileTree,
    work: &Path,
    top: &'static str,
    leaves: fn(&TreePath) -> bool,
) -> Result<Response, Refusal> {
    let Manifest { files, .. } = tree.manifest().await?;
    let (tree, work, handle) = (tree.clone(), work.to_owned(), Handle::current());
    let packed = tokio::task::spawn_blocking(move || {
        let list: Vec<(TreePath, u64)> =
            files.iter().filter(|(path, _)| leaves(path)).map(|(path, file)| (path.clone(), file.bytes)).collect();
        packed(&work, |target| {
            pack(target, top, list, |path| {
                let file = files[path].clone();
                Ok(TreeReader {
                    tree: tree.clone(),
                    handle: handle.clone(),
                    file,
                    offset: 0,
                    piece: io::Cursor::default(),
                })
            })
        })
    });
    answer(packed.await, &format!("{top}.tar.gz"))
}

fn packed(work: &Path, write: impl FnOnce(File) -> io::Result<File>) -> io::Result<(File, u64)> {
    let mut file = write(tempfile::tempfile_in(work)?)?;
    let length = file.stream_position()?;
    file.rewind()?;
    Ok((file, length))
}

fn answer(packed: Result<io::Result<(File, u64)>, tokio::task::JoinError>, name: &str) -> Result<Response, Refusal> {
    let (file, length) = packed.map_err(io::Error::other).and_then(|packed| packed).map_err(FilesError::from)?;
    Ok(download::local(file, length, name, download::GZIP))
}

/// Reads a file of a tree on a thread that may block.
struct TreeReader {
    tree: FileTree,
    handle: Handle,
    file: TreeFile,
    offset: u64,
    piece: io::Cursor<Vec<u8>>,
}

impl Read for TreeReader {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.piece.read(to)?;
        if read > 0 || to.is_empty() {
            return Ok(read);
        }
        let piece = self.handle.block_on(self.tree.piece(&self.file, self.offset, PIECE_BYTES));
        let piece = piece.map_err(io::Error::other)?;
        self.offset += piece.len() as u64;
        self.piece = io::Cursor::new(piece);
        self.piece.read(to)
    }
}
