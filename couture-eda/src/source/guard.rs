//! Which files of this machine are read.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Where files stand for the system, and not for data.
const SYSTEM: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Opens a regular file that lies in none of the folders `forbidden`, nor in those of the system where there are any. What
/// is open is checked, and not only the name: links may change in between.
pub(super) fn open(path: &Path, forbidden: &[PathBuf]) -> io::Result<File> {
    // Opening a device may do something, and opening a pipe waits for who writes into it.
    check_kind(&std::fs::metadata(path)?)?;
    let file = open_at_once(path)?;
    check_kind(&file.metadata()?)?;
    if !forbidden.is_empty() {
        check(&real_path(&file, path)?, forbidden)?;
    }
    Ok(file)
}

/// The real path of what another reader opens by its name: of a regular file that [`open`] would open.
#[cfg(feature = "sql")]
pub(super) fn real_file(path: &Path, forbidden: &[PathBuf]) -> io::Result<PathBuf> {
    let real = std::fs::canonicalize(path)?;
    check_kind(&std::fs::metadata(&real)?)?;
    check(&real, forbidden)?;
    Ok(real)
}

/// Checks a file or a folder that is to be looked through, by its real path.
pub(super) fn check_place(path: &Path, forbidden: &[PathBuf]) -> io::Result<()> {
    if forbidden.is_empty() { Ok(()) } else { check(&std::fs::canonicalize(path)?, forbidden) }
}

/// Checks a path without links.
fn check(real: &Path, forbidden: &[PathBuf]) -> io::Result<()> {
    let denied = |reason: &str| Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    if forbidden.is_empty() {
        return Ok(());
    }
    if !real.is_absolute() {
        return denied("nobody knows where it lies; name a file that can be reached from the root");
    }
    if SYSTEM.iter().any(|folder| real.starts_with(folder)) {
        return denied("it belongs to the system; name a file of data");
    }
    for folder in forbidden {
        let lies_in = match std::fs::canonicalize(folder) {
            Ok(folder) => real.starts_with(folder),
            // Nothing lies in a folder that is not there.
            Err(error) if error.kind() == io::ErrorKind::NotFound => real.starts_with(folder),
            Err(error) => return Err(error),
        };
        if lies_in {
            return denied("it lies in a folder that is not read here; name a file elsewhere");
        }
    }
    Ok(())
}

fn check_kind(metadata: &std::fs::Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file; write the data into one"));
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn open_at_once(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    /// `O_NONBLOCK`: a pipe that has taken the place of the file since does not hold the program up.
    const AT_ONCE: i32 = 0o4000;
    File::options().read(true).custom_flags(AT_ONCE).open(path)
}

#[cfg(not(target_os = "linux"))]
fn open_at_once(path: &Path) -> io::Result<File> {
    // Not by a name of which a link may change.
    File::open(std::fs::canonicalize(path)?)
}

/// Where an open file lies, as the system knows it.
#[cfg(target_os = "linux")]
fn real_path(file: &File, _: &Path) -> io::Result<PathBuf> {
    use std::os::fd::AsRawFd;

    std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(not(target_os = "linux"))]
fn real_path(_: &File, path: &Path) -> io::Result<PathBuf> {
    std::fs::canonicalize(path)
}

#[cfg(target_os = "linux")]
#[test]
fn forbidden_folders_are_not_read_by_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("secret")).unwrap();
    std::fs::create_dir(at("secret too")).unwrap();
    for name in ["secret/token", "secret too/data", "data"] {
        std::fs::write(at(name), "x").unwrap();
    }
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(at(to), at(name)).unwrap();
    link("secret/token", "to file");
    link("secret", "to folder");
    link("data", "to data");
    let forbidden = [at("to folder")];
    let file = File::open(at("secret/token")).unwrap();
    let open_file = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&file));
    let cases = [
        ("data", true),
        ("to data", true),
        ("secret too/data", true),
        ("secret/../data", true),
        ("secret/token", false),
        ("to file", false),
        ("to folder/token", false),
        ("data/../secret/token", false),
        ("secret too/../secret/token", false),
        (open_file.as_str(), false),
        ("/proc/self/environ", false),
        ("/proc/self/root/proc/version", false),
        ("/dev/null", false),
        ("secret too", false),
        ("absent", false),
    ];
    for (name, is_read) in cases {
        assert_eq!(open(&at(name), &forbidden).is_ok(), is_read, "{name}");
        #[cfg(feature = "sql")]
        assert_eq!(real_file(&at(name), &forbidden).is_ok(), is_read, "{name}");
    }
    assert!(open(&at("to file"), &[]).is_ok());
    let pipe = at("pipe");
    if std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        let error = open(&pipe, &[]).unwrap_err().to_string();
        assert!(error.contains("no regular file"), "{error}");
    }
}
