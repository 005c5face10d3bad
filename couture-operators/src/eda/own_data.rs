//! What nobody may look at by this: the server's own folder, and what is no data.

use std::path::{Component, Path, PathBuf};

/// Schemes of URLs that lead to files of this machine.
const LOCAL: [&str; 2] = ["file", "sqlite"];

/// What the kernel tells by files: among them what processes have open, by paths that differ from process to process.
const SYSTEM: [&str; 3] = ["/proc", "/sys", "/dev"];
/// What makes a path a pattern.
const MARKS: [char; 3] = ['*', '?', '['];

/// Why a source of this machine is not looked at, wherever it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitPath {
    /// It would depend on the folder of whoever opens it.
    #[error("the source is no whole path; begin it with a /")]
    Relative,
    /// It has a part `.` or `..`, or a pattern that these match.
    #[error(
        "a part of the source's path is . or .., or a pattern that begins with a point; name the folders themselves"
    )]
    Dots,
    /// It is no data.
    #[error("the source leads into /proc, /sys or /dev; name other data")]
    System,
}

/// Whether a source leads to the same file for each process, and to data: if it is a path or a URL of this machine, it is whole, has no
/// part `.` or `..`, and does not lie in `/proc`, `/sys` or `/dev`. Others are fit. Blocks its thread for as long as the disk takes.
pub fn check_path(source: &str) -> Result<(), UnfitPath> {
    let Some(path) = local_path(source) else { return Ok(()) };
    if !path.starts_with('/') {
        return Err(UnfitPath::Relative);
    }
    // A pattern that begins with a point matches the folder above, too. Of a URL, what is cut off here may be a part of the path elsewhere.
    let whole = percent_encoding::percent_decode_str(source).decode_utf8_lossy();
    let is_dotted = |part: &str| part == "." || part == ".." || (part.starts_with('.') && part.contains(MARKS));
    if path.split('/').chain(whole.split(['/', '#'])).any(is_dotted) {
        return Err(UnfitPath::Dots);
    }
    let (literal, _) = beginning(&path);
    let plain: PathBuf = Path::new(literal).components().collect();
    let is_system = |path: &Path| SYSTEM.iter().any(|system| path.starts_with(system));
    if is_system(&plain) || is_system(&resolved(&plain)) { Err(UnfitPath::System) } else { Ok(()) }
}

/// The path, or of a pattern the folders before its first mark; and whether it is a pattern.
fn beginning(path: &str) -> (&str, bool) {
    match path.find(MARKS) {
        Some(mark) => (path[..mark].rfind('/').map_or(".", |slash| &path[..=slash]), true),
        None => (path, false),
    }
}

/// Whether a source may lead to a file in `folder`, which holds keys and passwords: because it lies in there, or because the source is a
/// folder or a pattern around it. `folder` is absolute, without links. Blocks its thread for as long as the disk takes.
pub fn leads_into(source: &str, folder: &Path) -> bool {
    let Some(path) = local_path(source) else { return false };
    let (literal, is_pattern) = beginning(&path);
    let found = resolved(Path::new(literal));
    let is_around = is_pattern || found.is_dir();
    found.starts_with(folder) || (is_around && folder.starts_with(&found))
}

/// The path of a source that is local, as far as that can be told.
fn local_path(source: &str) -> Option<String> {
    let Some((scheme, rest)) = source.split_once(':').filter(|(scheme, _)| {
        scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    }) else {
        return Some(source.to_owned());
    };
    if !LOCAL.iter().any(|local| scheme.eq_ignore_ascii_case(local)) {
        // A file's name may hold a colon.
        return (!rest.starts_with("//")).then(|| source.to_owned());
    }
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let path = path.split(['#', '?']).next().unwrap_or(path);
    Some(percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned())
}

/// The path without links and `..`, as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    let mut rest = Vec::new();
    let mut known = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    loop {
        if let Ok(mut found) = known.canonicalize() {
            for part in rest.iter().rev() {
                match Path::new(part).components().next() {
                    Some(Component::ParentDir) => _ = found.pop(),
                    _ => found.push(part),
                }
            }
            return found;
        }
        let last = known.components().next_back().map(|last| last.as_os_str().to_owned());
        match (known.pop(), last) {
            (true, Some(last)) => rest.push(last),
            _ => return path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_whole_and_leads_to_data() {
        let check =
            |source: &str, expected: Result<(), UnfitPath>| assert_eq!(check_path(source), expected, "{source}");
        for fit in
            ["/data/a.csv", "/data/*.csv", "/data/a..b.csv", "/procure/a", "s3://bucket/../a", "file:///data/a.csv"]
        {
            check(fit, Ok(()));
        }
        for relative in
            ["a.csv", "../../../a/fernet.k[e:]y", "a:b.csv", "file://data/a.csv", "file:a", "sqlite:a.db#t", "[ab]"]
        {
            check(relative, Err(UnfitPath::Relative));
        }
        for dots in
            ["/data/../a", "/data/./a", "/data/.*/a", "/data/.?/a", "file:///data/%2e%2e/a", "file:///a?/../b", "/a/.."]
        {
            check(dots, Err(UnfitPath::Dots));
        }
        for system in
            ["/proc/self/environ", "//proc/self/environ", "/proc", "/sys/x", "/dev/fd/*", "file:///%70roc/1/environ"]
        {
            check(system, Err(UnfitPath::System));
        }
        check("/proc/self/cwd/../../local.token", Err(UnfitPath::Dots));
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/proc", &link).unwrap();
        check(&format!("{}/self/environ", link.display()), Err(UnfitPath::System));
    }

    #[test]
    fn the_own_folder_is_found_however_it_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().canonicalize().unwrap();
        let own = root.join("own");
        std::fs::create_dir_all(own.join("deep")).unwrap();
        std::fs::create_dir(root.join("data")).unwrap();
        std::os::unix::fs::symlink(&own, root.join("data/link")).unwrap();
        let root = root.display().to_string();
        let check = |source: &str, expected: bool| {
            let source = source.replace("ROOT", &root);
            assert_eq!(leads_into(&source, &own), expected, "{source}");
        };
        for own in [
            "ROOT/own/fernet.key",
            "ROOT/own",
            "ROOT",
            "ROOT/data/../own/deep/absent",
            "ROOT/data/link/fernet.key",
            "ROOT/absent/../own/x",
            "ROOT/*",
            "ROOT/**/*.key",
            "ROOT/o[w]n/x",
            "/",
            "file://ROOT/own/fernet.key",
            "file://ROOT/%6fwn/fernet.key",
            "FILE://ROOT/own/x",
            "sqlite://ROOT/own/couture.db#users",
            "sqlite:ROOT/own/couture.db?mode=ro#users",
        ] {
            check(own, true);
        }
        for other in [
            "ROOT/data/a.csv",
            "ROOT/data",
            "ROOT/data/*.csv",
            "ROOT/owner.csv",
            "s3://bucket/ROOT/own/x",
            "postgres://me@host/own#t",
            "absent.csv",
        ] {
            check(other, false);
        }
    }
}
