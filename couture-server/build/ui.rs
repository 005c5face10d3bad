//! The web page: built by npm on a copy of its sources in the output folder, or taken as `COUTURE_UI_DIST` has it, and written down as
//! a table of files that the server embeds. Without Node.js the server builds all the same, and says how to get the page.

use std::collections::hash_map::DefaultHasher;
use std::error::Error;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

/// A folder with a ready build, used in place of an own one.
const DIST: &str = "COUTURE_UI_DIST";
/// What a build is made of, below `ui`. A folder counts with everything in it.
const SOURCES: [&str; 7] =
    ["package.json", "package-lock.json", "index.html", "vite.config.ts", "compress.js", "public", "src"];
/// The versions of a file beside it, compressed, as `compress.js` makes them.
const COMPRESSED: [&str; 2] = ["br", "gz"];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Writes the table of the page's files into the output folder. Never fails for want of Node.js or of a network.
pub fn embed() {
    println!("cargo::rerun-if-env-changed={DIST}");
    let path = |name| env::var_os(name).map(PathBuf::from);
    let out = path("OUT_DIR").expect("cargo sets OUT_DIR");
    let wanted = Wanted {
        page: env::var_os("CARGO_FEATURE_UI").is_some(),
        dist: path(DIST),
        sources: path("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR").join("ui"),
        npm: if cfg!(windows) { "npm.cmd" } else { "npm" }.into(),
        out,
    };
    write_if_changed(&wanted.out.join("ui_files.rs"), wanted.table().as_bytes())
        .expect("the output folder can be written");
}

/// What is wanted of a build, and what there is for it.
pub struct Wanted {
    /// Whether the page is wanted at all.
    pub page: bool,
    /// A ready build.
    pub dist: Option<PathBuf>,
    /// The sources of the page.
    pub sources: PathBuf,
    /// The program that builds it.
    pub npm: PathBuf,
    /// Where it is built.
    pub out: PathBuf,
}

impl Wanted {
    /// The table of the page's files, in Rust; where there is no page, it says why.
    pub fn table(&self) -> String {
        if !self.page {
            return absent("this server was built without the feature `ui`");
        }
        self.built().and_then(|dist| table(&dist)).unwrap_or_else(|error| {
            println!("cargo::warning=the web page is left out: {error}");
            // A file that never exists: the next build tries again.
            println!("cargo::rerun-if-changed={}", self.out.join("try-again").display());
            absent(&format!("it could not be built: {error}"))
        })
    }

    /// The folder with the finished files.
    fn built(&self) -> Result<PathBuf> {
        if let Some(dist) = &self.dist {
            println!("cargo::rerun-if-changed={}", dist.display());
            return Ok(dist.clone());
        }
        let to = self.out.join("ui");
        for source in SOURCES {
            println!("cargo::rerun-if-changed={}", self.sources.join(source).display());
            mirror(&self.sources.join(source), &to.join(source)).map_err(|error| format!("{source}: {error}"))?;
        }
        self.install(&to)?;
        self.npm(&to, &["run", "--silent", "build"])?;
        Ok(to.join("dist"))
    }

    /// Installs the packages, unless those of this lock file are there: a later build needs no network.
    fn install(&self, ui: &Path) -> Result<()> {
        let (lock, stamp) = (fs::read(ui.join("package-lock.json"))?, ui.join("node_modules/.couture-lock"));
        if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        self.npm(
            ui,
            &[
                "ci",
                "--omit=dev",
                "--prefer-offline",
                "--no-audit",
                "--no-fund",
                "--fetch-retries=1",
                "--fetch-timeout=60000",
            ],
        )?;
        Ok(fs::write(stamp, lock)?)
    }

    fn npm(&self, folder: &Path, arguments: &[&str]) -> Result<()> {
        let run = Command::new(&self.npm).args(arguments).current_dir(folder).stdin(Stdio::null()).output();
        let output = match run {
            Ok(output) => output,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err("there is no npm; install Node.js 20.19 or newer and build again".into());
            }
            Err(error) => return Err(format!("npm cannot be started: {error}").into()),
        };
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last: Vec<_> = said.lines().map(str::trim).filter(|line| !line.is_empty()).rev().take(4).collect();
        let said = last.into_iter().rev().collect::<Vec<_>>().join(" | ");
        Err(format!("`npm {}` ended with {}: {said}", arguments[0], output.status).into())
    }
}

fn absent(reason: &str) -> String {
    format!("pub(super) const FILES: &[File] = &[];\npub(super) const WHY_ABSENT: Option<&str> = Some({reason:?});\n")
}

/// Makes `to` a copy of `from`: what is no longer there is removed, what is alike is left alone.
fn mirror(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        return write_if_changed(to, &fs::read(from)?);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        if !from.join(entry.file_name()).exists() {
            if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
        }
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        mirror(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|found| found == bytes) {
        return Ok(());
    }
    fs::write(path, bytes)
}

/// The table in Rust: every file with its address, its tag, and itself, plain and compressed.
fn table(dist: &Path) -> Result<String> {
    let dist = dist.canonicalize().map_err(|error| format!("{}: {error}", dist.display()))?;
    if !dist.join("index.html").is_file() {
        return Err(format!("{} has no index.html", dist.display()).into());
    }
    let mut paths = Vec::new();
    collect(&dist, &mut paths)?;
    let mut files = Vec::new();
    for path in paths.iter().filter(|path| !is_compressed(path)) {
        let name = path.strip_prefix(&dist)?.to_str().ok_or("a file's name is no text")?.replace('\\', "/");
        files.push((format!("/{name}"), path));
    }
    files.sort();
    let mut text =
        String::from("pub(super) const WHY_ABSENT: Option<&str> = None;\npub(super) const FILES: &[File] = &[\n");
    for (address, path) in files {
        // The tag only has to differ when the file does; between two compilers it may.
        let mut hasher = DefaultHasher::new();
        fs::read(path)?.hash(&mut hasher);
        let [brotli, gzip] = COMPRESSED.map(|end| {
            let compressed = PathBuf::from(format!("{}.{end}", path.display()));
            if compressed.is_file() { format!("Some(include_bytes!({compressed:?}))") } else { "None".to_owned() }
        });
        writeln!(
            text,
            "    File {{ path: {address:?}, tag: {:?}, plain: include_bytes!({path:?}), brotli: {brotli}, gzip: {gzip} }},",
            format!("\"{:016x}\"", hasher.finish()),
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|end| COMPRESSED.iter().any(|known| end == *known))
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { collect(&entry.path(), paths)? } else { paths.push(entry.path()) }
    }
    Ok(())
}
