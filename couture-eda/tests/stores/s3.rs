use crate::{Server, check_tables, failure, write_tables};

#[test]
fn objects_of_s3_are_profiled() {
    let folder = tempfile::tempdir().unwrap();
    write_tables(folder.path());
    let server = Server::start("s3.py", folder.path());
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let environment = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "me"),
        ("AWS_SECRET_ACCESS_KEY", "s3cret"),
        ("AWS_REGION", "us-east-1"),
    ];
    check_tables("s3://data", "odd%20%C3%BC%2520name.csv", &environment);
    let message = failure(&["s3://nobucket/a.csv"], &environment);
    assert!(message.contains("failed to read s3://nobucket/a.csv") && !message.contains("s3cret"), "{message}");
    drop(server);
    let message = failure(&["s3://data/large.csv"], &environment);
    assert!(message.contains("failed to read s3://data/large.csv") && !message.contains("s3cret"), "{message}");
}
