//! The files of the web page, as the build embedded them.

/// One file.
#[derive(Debug)]
pub(super) struct File {
    /// Its address.
    pub(super) path: &'static str,
    /// Tells its content apart, in quotes.
    pub(super) tag: &'static str,
    /// Its content.
    pub(super) plain: &'static [u8],
    /// Its content, compressed, where that is worth it.
    pub(super) brotli: Option<&'static [u8]>,
    pub(super) gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/ui_files.rs"));

impl File {
    /// The file at this address. They are sorted by the build.
    pub(super) fn at(path: &str) -> Option<&'static Self> {
        FILES.binary_search_by(|file| file.path.cmp(path)).ok().map(|index| &FILES[index])
    }

    /// What it is, by its name.
    pub(super) fn content_type(&self) -> &'static str {
        match self.path.rsplit_once('.').map_or("", |(_, end)| end) {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            "json" => "application/json",
            "png" => "image/png",
            "woff2" => "font/woff2",
            "wasm" => "application/wasm",
            "txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        }
    }

    /// Whether its name has its content's hash, so that it can never change.
    pub(super) fn is_hashed(&self) -> bool {
        self.path.starts_with("/assets/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_their_address() {
        assert!(FILES.is_sorted_by(|one, two| one.path < two.path));
        for file in FILES {
            assert_eq!(File::at(file.path).map(|found| found.tag), Some(file.tag), "{}", file.path);
            assert!(file.tag.starts_with('"') && file.tag.ends_with('"') && file.tag.len() > 8, "{}", file.tag);
        }
        assert!(File::at("/no-such-file").is_none());
        assert_eq!(WHY_ABSENT.is_none(), File::at("/index.html").is_some());
    }
}
