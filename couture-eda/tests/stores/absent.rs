use crate::failure;

#[test]
fn stores_that_are_not_there_are_told_in_bounded_time() {
    // A port that nobody listens at: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let endpoint = format!("http://127.0.0.1:{port}");
    let key = "c2VjcmV0LXNlY3JldA==";
    let azure = [
        ("AZURE_STORAGE_ACCOUNT_NAME", "me"),
        ("AZURE_STORAGE_ACCOUNT_KEY", key),
        ("AZURE_STORAGE_ENDPOINT", endpoint.as_str()),
    ];
    let google = [("GOOGLE_BASE_URL", endpoint.as_str()), ("GOOGLE_SKIP_SIGNATURE", "true")];
    for (url, environment) in [("az://box/a.csv", &azure[..]), ("gs://bucket/a.csv", &google)] {
        let message = failure(&[url], environment);
        assert!(message.starts_with(&format!("eda: failed to read {url}: ")), "{message}");
        assert!(message.contains(&port.to_string()) && !message.contains(key), "{message}");
    }
    for (url, words) in [
        ("az://box/a.csv", "Account must be specified"),
        ("gopher://host/a.csv", "name one of s3://, gs://, az:// and hdfs://"),
    ] {
        let message = failure(&[url], &[]);
        assert!(message.contains(words), "{message}");
    }
}
