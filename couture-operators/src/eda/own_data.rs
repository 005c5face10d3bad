//! What nobody may look at by this: the server's own folder.

use std::path::{Component, Path, PathBuf};

/// Schemes of URLs that lead to files of this machine.
const LOCAL: [&str; 2] = ["file", "sqlite"];

/// Whether a source may lead to a file in `folder`, which holds keys and passwords: because it lies in there, or because the source is a
/// folder or a pattern around it. `folder` is absolute, without links. Blocks its thread for as long as the disk takes.
pub fn leads_into(source: &str, folder: &Path) -> bool {
    let Some(path) = local_path(source) else { return false };
    let (literal, is_pattern) = match path.find(['*', '?', '[']) {
        // Of a pattern, the folders before its first mark.
        Some(mark) => (path[..mark].rfind('/').map_or(".", |slash| &path[..=slash]), true),
        None => (path.as_str(), false),
    };
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
