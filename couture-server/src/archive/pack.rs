//! Writing an archive.

use std::io::{self, Read, Write};

use couture_store::TreePath;
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

/// Writes a `tar.gz` with a folder `top` that holds these files, in their order. `open` gives a file's content, of as many bytes as is said with it.
/// The same files give the same bytes. Blocks its thread.
pub fn pack<W: Write, R: Read>(
    to: W,
    top: &str,
    files: impl IntoIterator<Item = (TreePath, u64)>,
    mut open: impl FnMut(&TreePath) -> io::Result<R>,
) -> io::Result<W> {
    let mut archive = Builder::new(GzEncoder::new(to, Compression::default()));
    for (path, bytes) in files {
        let mut header = Header::new_gnu();
        // Its byte is 0 otherwise, which some readers take for a folder where a name is cut behind a `/`.
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("{top}/{path}"), open(&path)?)?;
    }
    archive.into_inner()?.finish()
}
