//! Template files.

use std::fs;

use super::probe::Setting;

#[tokio::test]
async fn files_are_found_and_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let dags = root.path().join("dags");
    fs::create_dir_all(dags.join("sql/deep")).unwrap();
    fs::write(dags.join("run.sh"), "echo file {{ ds }} {{ task.task_id }}\n").unwrap();
    fs::write(
        dags.join("sql/q.sql"),
        "{% include 'deep/part.sql' %} {{ (execution_date - macros.timedelta(1)) | ds }}",
    )
    .unwrap();
    fs::write(dags.join("sql/deep/part.sql"), "part {{ (execution_date + macros.timedelta(1)) | ds }}").unwrap();
    fs::write(dags.join("wrong.sh"), "ok\n\n{{ nope }}").unwrap();
    fs::write(root.path().join("secret.sh"), "secret").unwrap();
    std::os::unix::fs::symlink(root.path().join("secret.sh"), dags.join("link.sh")).unwrap();
    let setting = Setting { folder: dags.clone(), searchpath: vec!["sql".into()], ..Setting::default() };
    setting
        .check(&[
            ("run.sh", "echo file 2021-03-05 probe"),
            ("run.sh ", "run.sh "),
            ("q.sql", "part 2021-03-06 2021-03-04"),
            ("sql/q.sql", "part 2021-03-06 2021-03-04"),
            ("a {% include 'deep/part.sql' %}", "a part 2021-03-06"),
            ("{% include 'none.sql' ignore missing %}x", "x"),
            ("missing.sh", "!missing.sh"),
            ("./run.sh", "echo file 2021-03-05 probe"),
            ("../secret.sh", "!leads out of"),
            ("/etc/passwd.sh", "!leads out of"),
            ("link.sh", "!leads out of"),
            ("{% include '../secret.sh' %}", "!leads out of"),
            ("wrong.sh", "!file \"wrong.sh\", line 3: undefined"),
        ])
        .await;
}
