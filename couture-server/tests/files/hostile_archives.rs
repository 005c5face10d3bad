//! Archives and forms that nobody means well with.

use std::io::Write as _;

use tar::EntryType;

use crate::harness::{TestServer, write_dag_file};
use crate::wire::{archive, ask, form, form_type, get, post};

/// Entries of any name and kind, which a library would refuse to write.
fn crafted(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, kind, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o777);
        if matches!(kind, EntryType::Symlink | EntryType::Link) {
            header.set_link_name("/etc").unwrap();
        }
        header.set_cksum();
        tar.append(&header, *content).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn bomb() -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_path("configs/a/zeros").unwrap();
    header.set_size(3 << 30);
    header.set_cksum();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(header.as_bytes()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..80 {
        gzip.write_all(&zeros).unwrap();
    }
    gzip.finish().unwrap()
}

#[test]
fn nothing_comes_of_hostile_archives() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    write_dag_file(&data, "stays.yaml", "dag_id: stays\ntasks: []\n");
    std::os::unix::fs::symlink(folder.path(), data.join("dags/up")).unwrap();
    let server = TestServer::start(&data);
    let file = EntryType::Regular;
    let check = |body: Vec<u8>, status: u16, words: &str| {
        for path in ["/api/dags/", "/api/configs/", "/api/dependencies/"] {
            let reply = post(&server, path, &form("sources", &[("x.tar.gz", &body)]));
            assert_eq!(reply.status, status, "{path}: {}", reply.text());
            assert!(reply.detail().contains(words), "{path}: {} lacks {words}", reply.detail());
        }
    };
    check(crafted(&[("../../evil.py", file, b"x")]), 422, ". or ..");
    check(crafted(&[("/evil.py", file, b"x")]), 422, "a part of it is empty");
    check(crafted(&[("a", EntryType::Symlink, b""), ("a/evil.py", file, b"x")]), 422, "symbolic link");
    check(crafted(&[("a", EntryType::Link, b"")]), 422, "hard link");
    check(crafted(&[("a", EntryType::Fifo, b"")]), 422, "special file");
    check(crafted(&[("a/b", file, b"1"), ("a/b", file, b"2")]), 422, "twice");
    check(b"no archive".to_vec(), 422, "whole tar.gz");
    let whole = archive(&[("jars/a.py", b"x = 1\n"), ("jars/b.py", b"x = 2\n")]);
    check(whole[..whole.len() - 6].to_vec(), 422, "whole tar.gz");
    let reply = post(&server, "/api/configs/", &form("sources", &[("x", &bomb())]));
    assert_eq!(reply.status, 413, "{}", reply.text());
    // Names that only the DAG folder refuses.
    for (name, words) in
        [("up/evil.py", "a link is there"), (".git/hooks/pre-commit", "hidden"), ("STAYS.yaml", "upper and lower case")]
    {
        let reply = post(&server, "/api/dags/", &form("sources", &[("x", &archive(&[(name, b"x = 1\n")]))]));
        assert_eq!(reply.status, 422, "{name}: {}", reply.text());
        assert!(reply.detail().contains(words), "{}", reply.detail());
    }
    forms_that_are_none(&server, &form("sources", &[("x.tar.gz", &whole)]));
    assert!(!folder.path().join("evil.py").exists());
    for path in ["/api/configs/", "/api/dependencies/"] {
        assert!(crate::wire::unarchived(&get(&server, path).body).is_empty(), "{path}");
    }
    assert_eq!(server.get("/api/v2/dagFiles")["total_entries"], 1);
    let left: Vec<_> = std::fs::read_dir(data.join("file-changes")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Half a form, no form, and a form of something else.
fn forms_that_are_none(server: &TestServer, whole: &[u8]) {
    for cut in [10, 60, 120, whole.len() / 2, whole.len() - 8] {
        let kind = form_type();
        let reply = ask(server, "POST", "/api/dependencies/", &[("content-type", &kind)], &whole[..cut], whole.len());
        assert!(matches!(reply.status, 0 | 400), "{cut}: {} {}", reply.status, reply.text());
        let reply = post(server, "/api/dependencies/", &whole[..cut]);
        assert_eq!(reply.status, 400, "{cut}: {}", reply.text());
    }
    let other = form("files", &[("x", b"x")]);
    assert_eq!(post(server, "/api/dependencies/", &other).status, 422);
    assert_eq!(post(server, "/api/dependencies/", &form("sources", &[])).status, 422);
    assert_eq!(post(server, "/api/dependencies/", &form("sources", &[("a", b"x"), ("b", b"x")])).status, 413);
    let plain = ask(server, "POST", "/api/dependencies/", &[("content-type", "application/gzip")], b"x", 1);
    assert_eq!(plain.status, 415, "{}", plain.text());
}
