use crate::{Server, check_tables, failure, profiles, write_tables};

#[test]
fn files_of_hdfs_are_profiled() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    write_tables(&folder.path().join("data"));
    let server = Server::start("hdfs.py", folder.path());
    let name = format!("127.0.0.1:{}", server.port);
    let root = format!("hdfs://{name}/data");
    check_tables(&root, "odd ü%20name.csv", &[]);
    // With Hadoop's configuration: the first NameNode of the pair is not there, the second one answers.
    let conf = folder.path().join("conf");
    let environment = [("HADOOP_CONF_DIR", conf.to_str().unwrap())];
    assert_eq!(profiles(&["hdfs://pair/data/parts"], &environment)[0].rows, 3000);
    let message = failure(&["hdfs://unknown-pair/data/parts"], &environment);
    assert!(message.contains("failed to read hdfs://unknown-pair/data/parts"), "{message}");
    drop(server);
    for (url, environment) in
        [(format!("{root}/large.csv"), &[][..]), ("hdfs://pair/data/parts".to_owned(), &environment)]
    {
        let message = failure(&[&url], environment);
        assert!(message.contains(&format!("failed to read {url}")), "{message}");
    }
}
