//! The socket of a supervisor, in a folder of any length.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

const NAME: &str = "socket";

/// What an address of a socket holds, with its final zero.
const MAX_PATH_BYTES: usize = 108;

/// Makes the folder, for its user only.
pub(super) fn make_private(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    fs::set_permissions(dir, Permissions::from_mode(0o700))
}

/// Whether there is, or was, a supervisor in `dir`.
pub(super) fn exists(dir: &Path) -> bool {
    dir.join(NAME).exists()
}

/// Listens in `dir`, in place of a supervisor that is gone.
pub(super) fn listen(dir: &Path) -> io::Result<UnixListener> {
    remove(dir);
    let listener = with_short_path(dir, |path| UnixListener::bind(path))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// No new client finds the supervisor any more.
pub(super) fn remove(dir: &Path) {
    // It may not be there.
    let _ = fs::remove_file(dir.join(NAME));
}

/// Connects to the supervisor in `dir`.
pub(super) fn connect(dir: &Path) -> io::Result<UnixStream> {
    let stream = with_short_path(dir, |path| UnixStream::connect(path))?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}

/// A socket's address holds few bytes, so a long path goes by way of the open folder.
fn with_short_path<T>(dir: &Path, open: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = dir.join(NAME);
    if path.as_os_str().len() < MAX_PATH_BYTES {
        return open(&path);
    }
    let folder = rustix::fs::open(dir, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    open(&PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(NAME))
}
