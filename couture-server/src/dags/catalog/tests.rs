use super::*;

/// A folder and the catalogue of it, driven step by step.
struct Case {
    folder: tempfile::TempDir,
    catalog: Catalog,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let limits = FolderLimits { files: 5, depth: 3, file_bytes: 1 << 20, ..FolderLimits::default() };
        let catalog = Catalog::new(folder.path(), limits);
        Self { folder, catalog }
    }

    fn write(&self, file: &str, content: &str) {
        let path = self.folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        // A new file each time, as editors write: its stamp is another one however fast this goes.
        let fresh = path.with_extension("fresh");
        std::fs::write(&fresh, content).unwrap();
        std::fs::rename(fresh, path).unwrap();
    }

    fn dag(&self, file: &str, dag_id: &str) {
        self.write(file, &format!("dag_id: {dag_id}\ntasks: []\n"));
    }

    fn remove(&self, file: &str) {
        std::fs::remove_file(self.folder.path().join(file)).unwrap();
    }

    /// Looks; checks the changes (`+id`, `-id`) and the words that the errors hold, one each.
    fn look(&self, changes: &[&str], errors: &[&str]) {
        let seen: Vec<String> = self
            .catalog
            .look(Timestamp::from_micros(0))
            .changes
            .into_iter()
            .map(|change| match change {
                Change::Defined(dag) => format!("+{}", dag.dag_id),
                Change::Gone(dag_id) => format!("-{dag_id}"),
            })
            .collect();
        assert_eq!(seen, changes);
        let found: Vec<String> =
            self.catalog.errors().iter().map(|error| format!("{}: {}", error.source, error.error)).collect();
        assert_eq!(found.len(), errors.len(), "{found:?}");
        for (found, word) in found.iter().zip(errors) {
            assert!(found.contains(word), "{found:?} lacks {word:?}");
        }
    }
}

#[test]
fn files_come_change_and_go() {
    let case = Case::new();
    case.look(&[], &[]);
    case.dag("a.yaml", "a");
    case.dag("deep/er/b.yml", "b");
    case.write("c.json", "{\"dag_id\": \"c\", \"tasks\": []}");
    case.write("notes.txt", "no dag");
    case.write("later.py", "import airflow");
    case.look(&["+a", "+c", "+b"], &[]);
    case.look(&[], &[]);
    case.dag("a.yaml", "a");
    case.look(&[], &[]);
    case.write("a.yaml", "dag_id: a\nowner: me\ntasks: []\n");
    case.look(&["+a"], &[]);
    assert_eq!(case.catalog.facts(&DagId::new("a").unwrap()).unwrap().owner.as_deref(), Some("me"));
    case.dag("a.yaml", "a2");
    case.remove("c.json");
    case.look(&["-c", "-a", "+a2"], &[]);
}

#[test]
fn a_file_that_becomes_wrong_keeps_its_last_good_version() {
    let case = Case::new();
    case.dag("a.yaml", "a");
    case.dag("b.yaml", "b");
    case.look(&["+a", "+b"], &[]);
    case.write("a.yaml", "dag_id: a\ntasks: [\n");
    case.look(&[], &["a.yaml: line 2, column 8"]);
    assert!(case.catalog.defines(&DagId::new("a").unwrap()));
    case.write("a.yaml", "dag_id: a\nowner: me\ntasks: []\n");
    case.look(&["+a"], &[]);
    case.write("a.yaml", "nonsense");
    case.look(&[], &["a.yaml: line 1"]);
    case.remove("a.yaml");
    case.look(&["-a"], &[]);
}

#[test]
fn the_first_file_has_the_id_and_the_next_one_inherits_it() {
    let case = Case::new();
    case.dag("b.yaml", "same");
    case.look(&["+same"], &[]);
    case.dag("a.yaml", "same");
    case.look(&[], &["defined by b.yaml; a.yaml is not loaded"]);
    case.remove("b.yaml");
    case.look(&["-same", "+same"], &[]);
    case.dag("c.yaml", "same");
    case.dag("a.yaml", "other");
    case.look(&["-same", "+other", "+same"], &[]);
}

#[test]
fn examples_and_native_dags_share_the_ids_with_files() {
    let case = Case::new();
    let now = Timestamp::from_micros(0);
    let example = Example { name: "e.yaml", content: "dag_id: e\ntasks: []\n" };
    assert_eq!(case.catalog.add_examples(&[example], now).len(), 1);
    let native = couture_core::DagBuilder::new("n").build().unwrap();
    assert!(case.catalog.add_native(native, now).is_some());
    case.dag("e.yaml", "e");
    case.dag("n.yaml", "n");
    case.look(&[], &["built-in example e.yaml", "the program itself"]);
}

#[test]
fn what_lies_outside_or_is_no_file_is_no_dag_and_links_are_told_of() {
    let case = Case::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("x.yaml"), "dag_id: x\ntasks: []\n").unwrap();
    let link = |target: &Path, name: &str| {
        std::os::unix::fs::symlink(target, case.folder.path().join(name)).unwrap();
    };
    link(&outside.path().join("x.yaml"), "x.yaml");
    link(outside.path(), "folder");
    link(case.folder.path(), "loop");
    link(Path::new("missing.yaml"), "dangling.yaml");
    std::fs::create_dir(case.folder.path().join("dir.yaml")).unwrap();
    case.dag(".hidden/h.yaml", "h");
    case.dag("a/b/c/too_deep.yaml", "deep");
    // Mounted configuration is a link to a hidden folder inside.
    link(Path::new(".hidden/h.yaml"), "h.yaml");
    case.look(&["+h"], &["leads nowhere", "link to a folder", "link to a folder", "leads out of the folder"]);
}

#[test]
fn everything_is_bounded() {
    let case = Case::new();
    for number in 0..7 {
        case.dag(&format!("{number}.yaml"), &format!("d{number}"));
    }
    case.look(&["+d0", "+d1", "+d2", "+d3", "+d4"], &["more than 5 DAG files"]);
    case.remove("5.yaml");
    case.remove("6.yaml");
    case.look(&[], &[]);
    let case = Case::new();
    case.write("big.yaml", &format!("dag_id: big\ndescription: {}\ntasks: []\n", "x".repeat(1 << 20)));
    case.look(&[], &["bigger than 1 MiB"]);
}

#[test]
fn a_folder_that_cannot_be_read_drops_nothing() {
    let case = Case::new();
    case.dag("sub/a.yaml", "a");
    let catalog = Catalog::new(case.folder.path().join("sub"), FolderLimits::default());
    let now = Timestamp::from_micros(0);
    assert_eq!(catalog.look(now).changes.len(), 1);
    std::fs::rename(case.folder.path().join("sub"), case.folder.path().join("away")).unwrap();
    assert!(catalog.look(now).changes.is_empty());
    assert!(catalog.errors()[0].error.reason.contains("failed to read the DAG folder"));
    std::fs::rename(case.folder.path().join("away"), case.folder.path().join("sub")).unwrap();
    assert!(catalog.look(now).changes.is_empty() && catalog.errors().is_empty());
}

#[test]
fn it_is_known_when_a_file_was_parsed() {
    let case = Case::new();
    let source = DagSource::File("a.yaml".into());
    let look = |at: i64| drop(case.catalog.look(Timestamp::from_micros(at)));
    let parsed = || case.catalog.parsed_at(&source).map(Timestamp::as_micros);
    look(1);
    assert_eq!(parsed(), None);
    case.dag("a.yaml", "a");
    look(2);
    assert_eq!(parsed(), Some(2));
    look(3);
    assert_eq!(parsed(), Some(2), "it has not changed");
    case.write("a.yaml", "tasks: [");
    look(4);
    assert_eq!(parsed(), Some(4), "whatever came of it");
    case.remove("a.yaml");
    look(5);
    assert_eq!(parsed(), None);
    assert_eq!(case.catalog.parsed_at(&DagSource::Native), None);
}
