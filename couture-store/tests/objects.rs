//! Logs and artifacts: nothing is lost or doubled, wherever a move stops.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use couture_core::task::Artifacts;
use couture_core::{AttemptToken, MapIndex, RunKey, TaskIndex};
use couture_store::{LogStore, ObjectArtifacts, local_objects};
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use proptest::prelude::*;
use tempfile::TempDir;

fn token(launch: u32) -> AttemptToken {
    AttemptToken { run: RunKey(5), task: TaskIndex(2), map_index: MapIndex::NONE, try_number: 3, launch }
}

/// Logs with objects in a folder, or in memory as on a remote service.
struct Logs {
    _folder: TempDir,
    store: LogStore,
    objects: Arc<dyn ObjectStore>,
}

impl Logs {
    fn both() -> [Self; 2] {
        [Self::local(), Self::remote()]
    }

    fn local() -> Self {
        let folder = TempDir::new().unwrap();
        let store = LogStore::local(folder.path().join("live"), &folder.path().join("objects")).unwrap();
        let objects = local_objects(&folder.path().join("objects")).unwrap();
        Self { store, objects, _folder: folder }
    }

    fn remote() -> Self {
        let folder = TempDir::new().unwrap();
        let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        Self { store: LogStore::new(folder.path().join("live"), objects.clone()), objects, _folder: folder }
    }

    fn segment(&self, token: AttemptToken, start: u64) -> PathBuf {
        self.store.live_dir().join(token.to_string()).join(format!("{start:020}.log"))
    }

    /// Appends to a segment, as its writer does.
    fn write(&self, token: AttemptToken, start: u64, content: &[u8]) {
        let path = self.segment(token, start);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = std::fs::File::options().create(true).append(true).open(path).unwrap();
        file.lock().unwrap();
        file.write_all(content).unwrap();
    }

    /// The whole log, read `limit` bytes at a time, and whether it is complete.
    async fn log(&self, limit: usize) -> (String, bool) {
        let (mut all, mut offset) = (Vec::new(), 0);
        loop {
            let first = token(0);
            let part = self.store.read(first.run, first.task, first.map_index, 3, offset, limit).await.unwrap();
            assert!(part.content.len() <= limit);
            assert_eq!(part.next, offset + part.content.len() as u64);
            if part.content.is_empty() {
                return (String::from_utf8(all).unwrap(), part.complete);
            }
            all.extend(&part.content);
            offset = part.next;
        }
    }
}

fn is_gone(path: &Path) -> bool {
    !path.exists()
}

#[tokio::test]
async fn a_try_is_one_log_wherever_its_parts_are() {
    for logs in Logs::both() {
        assert_eq!(logs.log(10).await, (String::new(), true));
        logs.write(token(1), 0, b"one ");
        logs.write(token(1), 4, b"two ");
        logs.write(token(2), 0, b"again ");
        logs.write(AttemptToken { try_number: 4, ..token(1) }, 0, b"another try");
        logs.write(AttemptToken { try_number: 33, ..token(1) }, 0, b"another try");
        for limit in [1, 3, 4, 100] {
            assert_eq!(logs.log(limit).await, ("one two again ".to_owned(), false));
        }
        logs.store.ship(&[token(1), token(9)]).await.unwrap();
        for limit in [1, 5, 100] {
            assert_eq!(logs.log(limit).await, ("one two again ".to_owned(), false));
        }
        logs.write(token(2), 0, b"and on");
        logs.store.ship(&[token(2)]).await.unwrap();
        assert_eq!(logs.log(100).await, ("one two again and on".to_owned(), true));
        assert_eq!(logs.store.unshipped().await.unwrap().len(), 2, "the other tries");
    }
}

#[tokio::test]
async fn only_full_segments_of_a_running_attempt_are_shipped() {
    for logs in Logs::both() {
        logs.write(token(1), 0, b"full ");
        logs.write(token(1), 5, b"full too ");
        logs.write(token(1), 14, b"new");
        logs.store.ship_finished_segments(token(1)).await.unwrap();
        assert!(is_gone(&logs.segment(token(1), 0)) && is_gone(&logs.segment(token(1), 5)));
        logs.write(token(1), 14, b"est");
        assert_eq!(logs.log(4).await, ("full full too newest".to_owned(), false));
        assert_eq!(logs.store.unshipped().await.unwrap(), [token(1)]);
        logs.store.ship(&[token(1)]).await.unwrap();
        assert_eq!(logs.log(4).await, ("full full too newest".to_owned(), true));
        assert!(is_gone(logs.segment(token(1), 0).parent().unwrap()));
    }
}

#[tokio::test]
async fn a_move_that_was_stopped_goes_on() {
    for logs in Logs::both() {
        logs.write(token(1), 0, b"moved ");
        logs.write(token(1), 6, b"not moved");
        // The object is there, the file is too.
        let place = "logs/5/2/-1/3/1/00000000000000000000.log".into();
        logs.objects.put(&place, "moved ".into()).await.unwrap();
        assert_eq!(logs.log(7).await, ("moved not moved".to_owned(), false));
        logs.store.ship(&[token(1)]).await.unwrap();
        logs.store.ship(&[token(1)]).await.unwrap();
        assert_eq!(logs.log(7).await, ("moved not moved".to_owned(), true));
        assert_eq!(logs.store.unshipped().await.unwrap(), []);
    }
    // Within a file system the two are one file until the first name is removed.
    let logs = Logs::local();
    logs.write(token(1), 0, b"linked");
    let object = logs.store.live_dir().join("../objects/logs/5/2/-1/3/1/00000000000000000000.log");
    std::fs::create_dir_all(object.parent().unwrap()).unwrap();
    std::fs::hard_link(logs.segment(token(1), 0), &object).unwrap();
    logs.store.ship(&[token(1)]).await.unwrap();
    assert_eq!(logs.log(100).await, ("linked".to_owned(), true));
}

#[tokio::test]
async fn what_a_late_writer_adds_is_kept() {
    for logs in Logs::both() {
        logs.write(token(1), 0, b"early ");
        logs.store.ship(&[token(1)]).await.unwrap();
        // It found its folder gone, and began anew; first with other words, then with the same.
        for late in ["late and longer ", "la", "early "] {
            logs.write(token(1), 0, late.as_bytes());
            logs.store.ship(&[token(1)]).await.unwrap();
        }
        assert_eq!(logs.log(100).await, ("early late and longer la".to_owned(), true));
        // It went on in a segment whose object was there already.
        logs.write(token(1), 0, b"early and more");
        logs.store.ship(&[token(1)]).await.unwrap();
        assert!(logs.log(100).await.0.starts_with("early "));
    }
}

#[tokio::test]
async fn other_files_are_left_alone() {
    let logs = Logs::local();
    logs.write(token(1), 0, b"x");
    let other = logs.segment(token(1), 0).with_file_name("notes.txt");
    std::fs::write(&other, "mine").unwrap();
    std::fs::create_dir_all(logs.store.live_dir().join("not a token")).unwrap();
    logs.store.ship(&[token(1)]).await.unwrap();
    assert_eq!(logs.log(100).await, ("x".to_owned(), true));
    assert!(other.exists());
    assert_eq!(logs.store.unshipped().await.unwrap(), [token(1)]);
}

#[tokio::test]
async fn big_segments_are_moved_whole() {
    for logs in Logs::both() {
        let content: Vec<u8> = (0..12_500_000).map(|n| b'a' + (n % 23) as u8).collect();
        logs.write(token(1), 0, &content);
        logs.write(token(1), 12_500_000, b"end");
        logs.store.ship(&[token(1)]).await.unwrap();
        let (all, complete) = logs.log(4 << 20).await;
        assert!(complete && all.len() == 12_500_003 && all.as_bytes()[..12_500_000] == content && all.ends_with("end"));
    }
}

#[tokio::test]
async fn a_run_is_deleted_whole() {
    for logs in Logs::both() {
        logs.write(token(1), 0, b"a");
        logs.store.ship(&[token(1)]).await.unwrap();
        logs.write(token(2), 0, b"b");
        let other = AttemptToken { run: RunKey(55), ..token(1) };
        logs.write(other, 0, b"stays");
        logs.store.ship(&[other]).await.unwrap();
        logs.store.delete_run(RunKey(5)).await.unwrap();
        logs.store.delete_run(RunKey(5)).await.unwrap();
        assert_eq!(logs.log(100).await, (String::new(), true));
        assert_eq!(logs.store.unshipped().await.unwrap(), []);
        let part = logs.store.read(other.run, other.task, other.map_index, 3, 0, 100).await.unwrap();
        assert_eq!(part.content, b"stays");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_while_it_is_written_and_moved_sees_a_beginning_of_it() {
    for logs in Logs::both() {
        let logs = Arc::new(logs);
        let expected: String = (0..200).map(|n| format!("{n:04};")).collect();
        let writer = {
            let (logs, expected) = (logs.clone(), expected.clone());
            tokio::spawn(async move {
                for (n, entry) in expected.as_bytes().chunks(5).enumerate() {
                    // A new segment every 4 entries; the others are shipped.
                    logs.write(token(1), (n as u64 / 4) * 20, entry);
                    logs.store.ship_finished_segments(token(1)).await.unwrap();
                }
                logs.store.ship(&[token(1)]).await.unwrap();
            })
        };
        let mut seen = 0;
        while !writer.is_finished() {
            let part = logs.store.read(RunKey(5), TaskIndex(2), MapIndex::NONE, 3, 0, 10_000).await.unwrap();
            assert!(part.content.len() >= seen && expected.as_bytes().starts_with(&part.content));
            seen = part.content.len();
        }
        writer.await.unwrap();
        assert_eq!(logs.log(100).await, (expected, true));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// Whatever is shipped when, the log is what was written.
    #[test]
    fn any_order_of_writing_and_shipping(steps in proptest::collection::vec((0..6_u8, 1..40_usize), 0..30), local: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let logs = if local { Logs::local() } else { Logs::remote() };
            let (mut expected, mut launch, mut start, mut end) = (String::new(), 1, 0, 0);
            for (step, (kind, size)) in steps.into_iter().enumerate() {
                match kind {
                    0 => {
                        logs.store.ship(&[token(launch)]).await.unwrap();
                        (launch, start, end) = (launch + 1, 0, 0);
                    }
                    1 => logs.store.ship_finished_segments(token(launch)).await.unwrap(),
                    2 => start = end,
                    _ => {
                        let text: String = format!("{step}-").chars().cycle().take(size).collect();
                        logs.write(token(launch), start, text.as_bytes());
                        end += size as u64;
                        expected.push_str(&text);
                    }
                }
                assert_eq!(logs.log(17).await.0, expected);
            }
        });
    }
}

#[tokio::test]
async fn artifacts_come_back() {
    let folder = TempDir::new().unwrap();
    let stores: [Arc<dyn ObjectStore>; 2] =
        [local_objects(&folder.path().join("new/folder")).unwrap(), Arc::new(InMemory::new())];
    for objects in stores {
        let artifacts = ObjectArtifacts::new(objects);
        let keys = ["a", "xcom/1/2", "../../etc/x", "a b/ü?#1", "x/./y", "CON", "a%2Fb"];
        for key in keys {
            artifacts.put(key, format!("old {key}").into_bytes()).await.unwrap();
            artifacts.put(key, key.as_bytes().to_vec()).await.unwrap();
        }
        for key in keys {
            assert_eq!(artifacts.get(key).await.unwrap(), key.as_bytes(), "{key}");
        }
        artifacts.put("empty", Vec::new()).await.unwrap();
        assert_eq!(artifacts.get("empty").await.unwrap(), b"");
        assert_eq!(artifacts.get("none").await.unwrap_err().to_string(), "there is no artifact \"none\"");
        for key in ["", "/a", "a//b", "a/"] {
            assert!(artifacts.put(key, Vec::new()).await.is_err(), "{key:?}");
        }
        let big = vec![7; 20_000_000];
        artifacts.put("big", big.clone()).await.unwrap();
        assert!(artifacts.get("big").await.unwrap() == big);
    }
    assert!(!folder.path().join("etc").exists());
}

#[tokio::test]
async fn files_are_there_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let files = couture_store::ObjectFiles::new(couture_store::local_objects(folder.path()).unwrap(), "eda");
    let path = |text: &str| couture_store::TreePath::new(text).unwrap();
    let one = path("outputs/Größe #1?.csv/t/a.html");
    files.put(&one, b"one".to_vec()).await.unwrap();
    assert!(!files.create(&one, b"two".to_vec()).await.unwrap());
    assert!(files.create(&path("outputs/b"), b"two".to_vec()).await.unwrap());
    assert!(files.create(&path("outputs-too/c"), b"three".to_vec()).await.unwrap());
    let mut listed = files.list(&path("outputs")).await.unwrap();
    listed.sort_by(|one, other| one.path.cmp(&other.path));
    let named: Vec<_> = listed.iter().map(|file| (file.path.as_str(), file.size)).collect();
    assert_eq!(named, [(one.as_str(), 3), ("outputs/b", 3)]);
    assert_eq!(files.find(&one).await.unwrap(), Some(listed[0].clone()));
    assert_eq!(files.piece(&one, 1, 100).await.unwrap(), b"ne");

    // Bigger than a part, from a file and back.
    let (local, copy) = (folder.path().join("local"), folder.path().join("copy"));
    let content: Vec<u8> = (0..9_000_000_u32).map(|n| n as u8).collect();
    std::fs::write(&local, &content).unwrap();
    files.put_file(&one, &local).await.unwrap();
    files.fetch(&one, &copy).await.unwrap();
    assert!(std::fs::read(&copy).unwrap() == content);
    assert!(files.fetch(&path("absent"), &copy).await.is_err());

    let gone = path("outputs/half");
    let mut upload = files.upload(&gone).await.unwrap();
    upload.push(&content).await.unwrap();
    upload.give_up().await;
    assert_eq!(files.find(&gone).await.unwrap(), None);
    assert_eq!((files.delete(&one).await.unwrap(), files.delete(&one).await.unwrap()), (true, false));
}
