//! `README.md` tells of every operator and its fields: the tables are made of the operators' sources.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const BEGIN: &str =
    "<!-- operators: begin (made by COUTURE_WRITE_README=1 cargo test -p couture-server --test it readme) -->\n";
const END: &str = "<!-- operators: end -->\n";
/// The variable that lets the test write the tables.
const WRITE: &str = "COUTURE_WRITE_README";
/// What all sensors have.
const SETTINGS: &str = "SensorSettings";

/// A field as it is in a file of a DAG.
#[derive(Debug)]
struct Field {
    name: String,
    /// The type whose fields stand here instead.
    flattened: Option<String>,
    is_optional: bool,
    doc: String,
}

/// The public structs of the operators' sources, and the tags of those that are operators.
#[derive(Debug, Default)]
struct Sources {
    structs: BTreeMap<String, Vec<Field>>,
    /// By tag.
    operators: BTreeMap<String, String>,
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

impl Sources {
    fn read(folder: &Path) -> Self {
        let mut files = Vec::new();
        rust_files(folder, &mut files);
        files.sort();
        let mut sources = Self::default();
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            sources.read_structs(&text);
            for line in text.lines().filter(|line| line.contains("operator!(") && !line.trim_start().starts_with("//"))
            {
                let inside = line.split_once("operator!(").and_then(|(_, rest)| rest.split_once(", \""));
                if let Some((name, rest)) = inside {
                    sources.operators.insert(rest.split('"').next().unwrap().to_owned(), name.to_owned());
                }
            }
        }
        sources
    }

    fn read_structs(&mut self, text: &str) {
        let mut open: Option<(String, bool, Vec<Field>)> = None;
        let (mut doc, mut attributes) = (String::new(), String::new());
        for line in text.lines().map(str::trim) {
            if let Some(text) = line.strip_prefix("/// ") {
                let _ = write!(doc, "{}{text}", if doc.is_empty() { "" } else { " " });
                continue;
            }
            if line.starts_with("#[") {
                attributes.push_str(line);
                continue;
            }
            let name = line.strip_prefix("pub struct ");
            if let Some(name) = name.and_then(|rest| rest.strip_suffix(';').or_else(|| rest.strip_suffix(" {}"))) {
                self.structs.insert(name.to_owned(), Vec::new());
            } else if let Some(name) = name.and_then(|rest| rest.strip_suffix(" {")) {
                open = Some((name.to_owned(), attributes.contains("serde(default)"), Vec::new()));
            } else if line == "}" {
                if let Some((name, _, fields)) = open.take() {
                    self.structs.insert(name, fields);
                }
            } else if let (Some((_, all_optional, fields)), Some(rest)) = (&mut open, line.strip_prefix("pub "))
                && let Some((name, kind)) = rest.split_once(": ")
            {
                fields.push(Field {
                    name: name.to_owned(),
                    flattened: attributes.contains("flatten").then(|| kind.trim_end_matches(',').to_owned()),
                    is_optional: *all_optional || attributes.contains("default"),
                    doc: doc.clone(),
                });
            }
            doc.clear();
            attributes.clear();
        }
    }

    /// The fields of a struct, with those of the structs inside it, but for what all sensors have.
    fn fields(&self, name: &str) -> Vec<&Field> {
        let mut found = Vec::new();
        for field in &self.structs[name] {
            match field.flattened.as_deref() {
                Some(SETTINGS) => {}
                Some(inner) => found.extend(self.fields(inner)),
                None => found.push(field),
            }
        }
        found
    }

    fn table(&self, what: &str, fields: &[&Field]) -> String {
        let mut text = format!("{what}\n\n| field | | what it is |\n|---|---|---|\n");
        for field in fields {
            let need = if field.is_optional { "" } else { "needed" };
            let doc = without_links(&field.doc).replace('|', "\\|");
            let _ = writeln!(text, "| `{}` | {need} | {doc} |", field.name);
        }
        text
    }

    fn section(&self) -> String {
        let settings: Vec<_> = self.structs[SETTINGS].iter().collect();
        let mut text = String::new();
        for (tag, name) in &self.operators {
            let fields = self.fields(name);
            let is_sensor = self.structs[name].iter().any(|field| field.flattened.as_deref() == Some(SETTINGS));
            let more = if is_sensor { ", and what all sensors have" } else { "" };
            if fields.is_empty() {
                let _ = writeln!(text, "`{tag}` has no fields{more}.\n");
            } else {
                let _ = writeln!(text, "{}", self.table(&format!("`{tag}`{more}:"), &fields));
            }
        }
        let all =
            "What all sensors have. Durations of sensors (`delta` of `time_delta_sensor` too) are numbers of seconds:";
        text + &self.table(all, &settings)
    }
}

/// `[text]` and `[text](place)` as `text`, where the text is code.
fn without_links(doc: &str) -> String {
    let mut out = String::new();
    let mut rest = doc;
    while let Some((before, after)) = rest.split_once("[`") {
        let (text, behind) = after.split_once("`]").unwrap();
        let _ = write!(out, "{before}`{text}`");
        rest = behind.strip_prefix('(').and_then(|place| place.split_once(')')).map_or(behind, |(_, behind)| behind);
    }
    out + rest
}

#[test]
fn the_readme_has_the_fields_of_all_operators() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let sources = Sources::read(&root.join("couture-operators/src"));
    assert!(sources.operators.len() >= 26, "{:?}", sources.operators);
    let section = sources.section();
    let path = root.join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("README.md has the beginning of the operators");
    let (old, after) = rest.split_once(END).expect("README.md has the end of the operators");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{section}{END}{after}")).unwrap();
    } else {
        assert_eq!(old, section, "README.md is out of date: run this test with {WRITE}=1");
    }
    for tag in sources.operators.keys() {
        assert!(before.contains(&format!("`{tag}`")), "the list of operators in README.md lacks {tag}");
    }
}
