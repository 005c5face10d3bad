use std::io::Cursor;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use tar::{Builder, Header};

use super::*;
use crate::archive::pack;

const LIMITS: ArchiveLimits = ArchiveLimits { files: 5, file_bytes: 1_000, total_bytes: 2_000 };

/// Entries of any name, which a well-meaning library would refuse to write.
fn archive(entries: &[(&[u8], EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, kind, content) in entries {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        if matches!(kind, EntryType::Symlink | EntryType::Link) {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        tar.append(&header, *content).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn read(archive: &[u8], top: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
    let place = tempfile::tempdir().unwrap();
    let unpacked = unpack(archive, top, place.path(), &LIMITS).map_err(|error| error.to_string())?;
    let files = unpacked.files.iter();
    let read = files.map(|(path, local)| (path.to_string(), std::fs::read(local).unwrap())).collect();
    drop(unpacked);
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "nothing is left behind");
    Ok(read)
}

#[test]
fn files_are_taken_and_nothing_else() {
    let file = EntryType::Regular;
    let check = |entries: &[(&[u8], EntryType, &[u8])], expected: Result<&[&str], &str>| match read(
        &archive(entries),
        "dags",
    ) {
        Ok(files) => {
            assert_eq!(Ok(files.iter().map(|(name, _)| &**name).collect::<Vec<_>>()), expected.map(<[_]>::to_vec))
        }
        Err(error) => assert!(expected.is_err_and(|expected| error.contains(expected)), "{error}, not {expected:?}"),
    };
    check(
        &[(b"a.py", file, b"1"), (b"b/", EntryType::Directory, b""), (b"./b/c.py", file, b"2")],
        Ok(&["a.py", "b/c.py"]),
    );
    check(&[(b"dags/a.py", file, b"1"), (b"dags/b/c.py", file, b"2")], Ok(&["a.py", "b/c.py"]));
    check(&[(b"dags/a.py", file, b"1"), (b"c.py", file, b"2")], Ok(&["c.py", "dags/a.py"]));
    check(&[(b"dags/dags/a.py", file, b"1")], Ok(&["dags/a.py"]));
    check(&[], Ok(&[]));
    check(&[(b"../a.py", file, b"1")], Err(". or .."));
    check(&[(b"a/../../b.py", file, b"1")], Err(". or .."));
    check(&[(b"/etc/cron.d/x", file, b"1")], Err("a part of it is empty"));
    check(&[(b"../", EntryType::Directory, b"")], Err(". or .."));
    check(&[(b"a\\..\\b", file, b"1")], Err("backslash"));
    check(&[(b"a\xff", file, b"1")], Err("UTF-8"));
    check(&[(b"a", EntryType::Symlink, b"")], Err("symbolic link"));
    check(&[(b"a", EntryType::Link, b"")], Err("hard link"));
    check(&[(b"a", EntryType::Char, b"")], Err("special file"));
    check(&[(b"a", EntryType::Fifo, b"")], Err("special file"));
    check(&[(b"a", file, b"1"), (b"./a", file, b"2")], Err("a is in it twice"));
    check(&[(b"a", file, b"1"), (b"a/b", file, b"2")], Err("a is a file and a folder"));
    check(&[(b"a", file, &[0; 1_001])], Err("more than 1000 bytes in one file"));
    check(&[(b"a", file, &[0; 900]), (b"b", file, &[0; 900]), (b"c", file, &[0; 900])], Err("more than 2000 bytes"));
    let many: Vec<_> = [b"a", b"b", b"c", b"d", b"e", b"f"].map(|name| (&name[..], file, &b""[..])).into();
    check(&many, Err("more than 5 files"));
}

#[test]
fn a_bomb_is_not_unpacked() {
    // A terabyte of promised zeros, of which some are there.
    let mut header = Header::new_gnu();
    header.set_path("zeros").unwrap();
    header.set_size(1 << 40);
    header.set_cksum();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(header.as_bytes()).unwrap();
    gzip.write_all(&vec![0; 4 << 20]).unwrap();
    assert_eq!(
        read(&gzip.finish().unwrap(), "x").unwrap_err(),
        ArchiveError::TooBig { limit: 1_000, of: "bytes in one file" }.to_string()
    );
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&vec![0; 4 << 20]).unwrap();
    assert!(read(&gzip.finish().unwrap(), "x").unwrap_err().contains("behind its last file"));
}

#[test]
fn names_and_attributes_are_bounded() {
    let bomb = vec![0_u8; 2 << 20];
    for kind in [
        EntryType::GNULongName,
        EntryType::GNULongLink,
        EntryType::XHeader,
        EntryType::XGlobalHeader,
        EntryType::Directory,
    ] {
        let bomb = archive(&[(b"a", kind, &bomb[..]), (b"b", EntryType::Regular, b"1")]);
        let expected = ArchiveError::Headers { limit: MAX_ENTRY_HEADERS, of: "an entry" };
        assert_eq!(read(&bomb, "x").unwrap_err(), expected.to_string(), "{kind:?}");
    }
    let folders = vec![(&b"a/"[..], EntryType::Directory, &b""[..]); 3_000];
    let expected = ArchiveError::Headers { limit: (1 << 20) + 5 * (8 << 10), of: "all of it" };
    assert_eq!(read(&archive(&folders), "x").unwrap_err(), expected.to_string());
    assert!(read(&archive(&folders[..2_000]), "x").is_ok());
}

#[test]
fn ordinary_long_names_are_taken() {
    let name = "n".repeat(200);
    let gnu = archive(&[
        (b"././@LongLink", EntryType::GNULongName, format!("{name}\0").as_bytes()),
        (b"cut", EntryType::Regular, b"1"),
        (b"b", EntryType::Regular, b"2"),
    ]);
    let expected = [("b".to_owned(), b"2".to_vec()), (name.clone(), b"1".to_vec())];
    assert_eq!(read(&gnu, "x").unwrap(), expected);

    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let comment = vec![b'c'; 100 << 10];
    tar.append_pax_extensions([("comment", &comment[..]), ("path", name.as_bytes())]).unwrap();
    let mut header = Header::new_ustar();
    header.set_path("cut").unwrap();
    header.set_entry_type(EntryType::Regular);
    header.set_size(1);
    header.set_cksum();
    tar.append(&header, &b"1"[..]).unwrap();
    let pax = tar.into_inner().unwrap().finish().unwrap();
    assert_eq!(read(&pax, "x").unwrap(), [(name, b"1".to_vec())]);
}

#[test]
fn a_long_name_that_is_cut_behind_a_slash_is_a_file() {
    // The header holds 100 bytes of it: `dags/`, the first part, and a slash.
    let path = format!("{}/{}", "a".repeat(94), "b".repeat(205));
    let list = [(TreePath::new(&path).unwrap(), 1)];
    let packed = pack(Vec::new(), "dags", list, |_| Ok(Cursor::new(&b"1"[..]))).unwrap();
    let mut tar = Archive::new(GzDecoder::new(&packed[..]));
    let entries = tar.entries().unwrap().raw(true);
    let kinds: Vec<u8> = entries.map(|entry| entry.unwrap().header().as_bytes()[156]).collect();
    assert_eq!(kinds, b"L0");
    assert_eq!(read(&packed, "dags").unwrap(), [(path, b"1".to_vec())]);
}

#[test]
fn names_are_not_deep_without_end() {
    let at = |parts: usize| format!("{}b", "a/".repeat(parts - 1));
    let one = |name: &str| read(&archive(&[(name.as_bytes(), EntryType::Regular, b"1")]), "dags");
    assert!(one(&at(32)).is_ok());
    assert!(one(&format!("dags/{}", at(32))).is_ok());
    assert!(one(&at(33)).unwrap_err().contains("more than 32 levels deep"));
}

proptest! {
    #[test]
    fn what_was_packed_is_unpacked(files in proptest::collection::btree_map("[a-c]{1,3}(/[x-z]{1,120}){0,2}", proptest::collection::vec(any::<u8>(), 0..300), 0..5)) {
        let files: std::collections::BTreeMap<TreePath, Vec<u8>> =
            files.into_iter().map(|(path, content)| (TreePath::new(&path).unwrap(), content)).collect();
        let list = files.iter().map(|(path, content)| (path.clone(), content.len() as u64));
        let packed = pack(Vec::new(), "dags", list, |path| Ok(Cursor::new(files[path].clone()))).unwrap();
        let clashes = files.keys().any(|path| files.keys().any(|other| other.is_inside(path)));
        let expected: Vec<(String, Vec<u8>)> = files.into_iter().map(|(path, content)| (path.into(), content)).collect();
        match read(&packed, "dags") {
            Ok(read) => prop_assert_eq!(read, expected),
            Err(error) => prop_assert!(clashes, "{}", error),
        }
    }

    #[test]
    fn half_an_archive_is_refused(cut in 1_usize..1_000) {
        let whole = archive(&[(b"a", EntryType::Regular, b"1"), (b"b", EntryType::Regular, b"2")]);
        let cut = cut % whole.len();
        prop_assert!(read(&whole[..cut], "x").is_err());
    }

    #[test]
    fn any_bytes_are_an_error_at_most(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read(&bytes, "x");
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&bytes).unwrap();
        let _ = read(&gzip.finish().unwrap(), "x");
    }
}
