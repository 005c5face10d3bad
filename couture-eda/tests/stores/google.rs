use crate::{Server, check_tables, failure, profiles, write_tables};

#[test]
fn objects_of_google_are_profiled() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(path("buckets/public")).unwrap();
    std::fs::write(path("buckets/public/a.csv"), "a\n1\n").unwrap();
    write_tables(&path("buckets/data"));
    let server = Server::start("gs.py", folder.path());
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let (account, other) = (path("account.json"), path("other.json"));
    let account = account.to_str().unwrap();
    let environment = [("GOOGLE_BASE_URL", endpoint.as_str()), ("GOOGLE_APPLICATION_CREDENTIALS", account)];
    check_tables("gs://data", "odd%20%C3%BC%2520name.csv", &environment);
    let named_otherwise = [("GOOGLE_BASE_URL", endpoint.as_str()), ("GOOGLE_SERVICE_ACCOUNT", account)];
    assert_eq!(profiles(&["gs://data/parts/part-0.parquet"], &named_otherwise)[0].rows, 1000);
    let message = failure(&["gs://nobucket/a.csv"], &environment);
    assert!(message.contains("there is no object of that name"), "{message}");

    // Without keys, only what is open to everybody is read.
    let nobody = [("GOOGLE_BASE_URL", endpoint.as_str()), ("GOOGLE_SKIP_SIGNATURE", "true")];
    assert_eq!(profiles(&["gs://public/a.csv"], &nobody)[0].rows, 1);
    let message = failure(&["gs://data/large.csv"], &nobody);
    assert!(message.contains("failed to read gs://data/large.csv") && message.contains("401"), "{message}");
    // The server would unpack this one, and tell no size of it.
    let encoded = &profiles(&["gs://public/encoded.csv"], &nobody)[0];
    assert_eq!((encoded.rows, encoded.columns.len()), (1000, 2));
    assert!(encoded.bytes < 1000, "{} bytes", encoded.bytes);

    // The key of somebody else.
    let text = std::fs::read_to_string(account).unwrap().replace("reader@", "somebody@");
    std::fs::write(&other, &text).unwrap();
    let environment =
        [("GOOGLE_BASE_URL", endpoint.as_str()), ("GOOGLE_APPLICATION_CREDENTIALS", other.to_str().unwrap())];
    let message = failure(&["gs://data/large.csv"], &environment);
    assert!(message.contains("401") && !message.contains("Bearer") && !message.contains("PRIVATE"), "{message}");
    let environment = [("GOOGLE_APPLICATION_CREDENTIALS", "/none.json")];
    let message = failure(&["gs://data/large.csv"], &environment);
    assert!(message.contains("/none.json"), "{message}");

    drop(server);
    let message = failure(&["gs://data/large.csv"], &nobody);
    assert!(message.contains("failed to read gs://data/large.csv"), "{message}");
}
