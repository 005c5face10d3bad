//! The file of a database as a file.

use couture_core::VariableKey;
use couture_core::values::{OnExisting, Variable, Variables};
use couture_store::{ConnectError, FernetKeys, SqlStore, connect, sqlite_file};

async fn open(file: &std::path::Path) -> SqlStore {
    connect(&format!("sqlite://{}", file.display())).await.unwrap()
}

async fn set(store: &SqlStore, key: &str) {
    let variable = Variable::new(VariableKey::new(key).unwrap(), "v");
    store.values(FernetKeys::default()).set(&[variable], OnExisting::Overwrite).await.unwrap();
}

async fn has(store: &SqlStore, key: &str) -> bool {
    store.values(FernetKeys::default()).get(&VariableKey::new(key).unwrap()).await.unwrap().is_some()
}

#[tokio::test]
async fn a_copy_is_one_moment_and_takes_the_place_of_what_is_not_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("a.db"), folder.path().join("copy.db"));
    let store = open(&file).await;
    set(&store, "before").await;
    sqlite_file::copy(&file, &copy).await.unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&copy).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert!(sqlite_file::copy(&file, &copy).await.is_err(), "it is there already");
    set(&store, "after").await;
    assert!(matches!(sqlite_file::replace(&file, &copy).await, Err(ConnectError::Locked(_))));
    assert!(matches!(sqlite_file::compact(&file).await, Err(ConnectError::Locked(_))));
    store.close().await;
    let kept = sqlite_file::replace(&file, &copy).await.unwrap().unwrap();
    sqlite_file::compact(&file).await.unwrap();
    let store = open(&file).await;
    assert_eq!((has(&store, "before").await, has(&store, "after").await), (true, false));
    let old = open(&kept).await;
    assert_eq!((has(&old, "before").await, has(&old, "after").await), (true, true));
    old.close().await;
    store.close().await;
    assert_eq!(sqlite_file::replace(&folder.path().join("new.db"), &copy).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_not_whole_or_not_ours_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");
    let store = open(&file).await;
    for number in 0..500 {
        set(&store, &format!("key{number}")).await;
    }
    store.close().await;
    let newest = sqlite_file::check(&file).await.unwrap();
    assert!(newest >= 4);
    let check = async |change: fn(&mut Vec<u8>), words: &str| {
        let mut bytes = std::fs::read(&file).unwrap();
        change(&mut bytes);
        let changed = folder.path().join("changed.db");
        std::fs::write(&changed, bytes).unwrap();
        let error = sqlite_file::check(&changed).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    check(|bytes| bytes.truncate(bytes.len() / 2), "").await;
    check(
        |bytes| {
            let at = bytes.len() / 2;
            bytes[at..at + 8_192].fill(0xAA);
        },
        "damaged",
    )
    .await;
    check(|bytes| *bytes = b"text".to_vec(), "").await;
    check(Vec::clear, "not Couture's").await;
    assert!(sqlite_file::check(&folder.path().join("missing.db")).await.is_err());
    assert!(!folder.path().join("missing.db").exists());
}
