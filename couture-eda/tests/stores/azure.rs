use crate::{Server, check_tables, failure, profiles, write_tables};

/// The key that every Azurite has.
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

#[test]
fn objects_of_azure_are_profiled() {
    let folder = tempfile::tempdir().unwrap();
    write_tables(&folder.path().join("data"));
    let server = Server::start("az.py", folder.path());
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let emulator = [("AZURE_STORAGE_USE_EMULATOR", "true"), ("AZURITE_BLOB_STORAGE_URL", endpoint.as_str())];
    check_tables("az://data", "odd%20%C3%BC%2520name.csv", &emulator);
    // As of an account of one's own, whose address stands before the container.
    let account = format!("{endpoint}/devstoreaccount1");
    let of = |key| {
        [
            ("AZURE_STORAGE_ACCOUNT_NAME", "devstoreaccount1"),
            ("AZURE_STORAGE_ACCOUNT_KEY", key),
            ("AZURE_STORAGE_ENDPOINT", &*account),
        ]
    };
    assert_eq!(profiles(&["az://data/parts"], &of(KEY))[0].rows, 3000);
    assert_eq!(profiles(&["abfs://data/parts/part-0.parquet"], &of(KEY))[0].rows, 1000);
    let other = "c2VjcmV0LXNlY3JldA==";
    let message = failure(&["az://data/large.csv"], &of(other));
    assert!(message.contains("failed to read az://data/large.csv") && message.contains("403"), "{message}");
    assert!(!message.contains(other), "{message}");
    let message = failure(&["az://nocontainer/a.csv"], &emulator);
    assert!(message.contains("there is no object of that name"), "{message}");
    drop(server);
    let message = failure(&["az://data/large.csv"], &emulator);
    assert!(message.contains("failed to read az://data/large.csv"), "{message}");
}
