use couture_eda::Semantic;
use couture_eda::cell::Kind;

use crate::{notices, profile};

fn csv(text: impl AsRef<[u8]>) -> couture_eda::Profile {
    profile(text.as_ref().to_vec(), "t.csv").unwrap()
}

#[test]
fn ragged_rows_are_padded_cut_and_counted() {
    let found = csv("a,b,c\n1,2,3\n4\n5,6,7,8\n\n9,10,11\n");
    assert_eq!((found.rows, found.columns.len()), (4, 3));
    assert_eq!((notices(&found, "fewer fields"), notices(&found, "more fields")), (1, 1));
    assert_eq!(found.columns[2].missing, 1);
}

#[test]
fn marks_and_encodings_are_understood() {
    let utf_16 = |text: &str| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let text = "name,count\nü,1\nß,2\n";
    for bytes in [format!("\u{feff}{text}").into_bytes(), utf_16(text), b"name,count\n\xfc,1\n\xdf,2\n".to_vec()] {
        let found = csv(bytes);
        assert_eq!((found.rows, found.columns[0].name.as_str()), (2, "name"));
        assert_eq!(found.columns[0].top[0].text, "ß");
        assert_eq!(found.columns[1].kind, Some(Kind::Integer));
    }
}

#[test]
fn bytes_that_are_no_text_are_shown_as_such() {
    let mut text = b"a,b\n".to_vec();
    (0..100_000).for_each(|_| text.extend_from_slice(b"plain,1\n"));
    text.extend_from_slice(b"\xff\xfe\xfd,2\nn\0l,3\n");
    let found = csv(text);
    assert_eq!(found.rows, 100_002);
    assert_eq!((notices(&found, "encoding"), notices(&found, "NUL")), (1, 1));
}

#[test]
fn a_line_without_end_is_left_out() {
    let mut text = b"a,b\n1,2\n".to_vec();
    text.resize(text.len() + (9 << 20), b'x');
    text.extend_from_slice(b"\n3,4\n");
    let found = csv(&text);
    assert_eq!((found.rows, notices(&found, "8 MiB")), (2, 1));
    // And where there is nothing else.
    let error = profile(vec![b'x'; 9 << 20], "t.csv").unwrap_err();
    assert!(error.to_string().contains("first line"), "{error}");
}

#[test]
fn a_quote_that_is_never_closed_loses_nothing() {
    let rows: String = (0..1000).map(|at| format!("{at},x\n")).collect();
    let found = csv(format!("a,b\n1,\"open\n{rows}"));
    assert_eq!((found.rows, notices(&found, "never closed")), (1001, 1));
    let found = csv(format!("a,b\n1,\"open\n2,\"closed\"\n{rows}"));
    assert_eq!(found.rows, 1002);
}

#[test]
fn a_column_may_be_empty_for_long_and_then_text() {
    let mut text = "a,b\n".to_owned();
    (0..200_000).for_each(|at| text.push_str(if at % 2 == 0 { "1,\n" } else { "2,\n" }));
    text.push_str("3,at last\n");
    let found = csv(text);
    assert_eq!((found.columns[1].missing, found.columns[1].kind), (200_000, Some(Kind::Text)));
}

#[test]
fn names_that_repeat_or_are_not_there_are_made_up() {
    let found = csv("a,a,,a\n1,2,3,4\n");
    let names: Vec<_> = found.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "a_2", "column_3", "a_3"]);
    assert_eq!(notices(&found, "name"), 2);
}

#[test]
fn nothing_is_a_table_too() {
    for (text, columns) in [("", 0), ("\n\n", 0), ("a,b\n", 2), ("a,b", 2)] {
        let found = csv(text);
        assert_eq!((found.rows, found.columns.len()), (0, columns), "{text:?}");
        assert!(found.columns.iter().all(|column| column.semantic == Semantic::Empty));
    }
}

#[test]
fn what_is_cut_off_is_read_to_there() {
    let text: String = (0..50_000).map(|at| format!("{at},{}\n", at * 7919 % 1009)).collect();
    let text = format!("a,b\n{text}");
    let gzip = crate::valid::gzip(text.as_bytes());
    let zstd = zstd::stream::encode_all(text.as_bytes(), 1).unwrap();
    for (bytes, name) in [(gzip, "t.csv.gz"), (zstd, "t.csv.zst")] {
        assert_eq!(profile(bytes.clone(), name).unwrap().rows, 50_000);
        let found = profile(bytes[..bytes.len() / 2].to_vec(), name).unwrap();
        assert!(found.rows > 0 && found.rows < 50_000, "{name}: {}", found.rows);
        assert_eq!(notices(&found, "end too early"), 1, "{name}");
    }
}

#[test]
fn a_window_that_is_huge_is_refused() {
    // A frame of Zstandard without a size of its own, whose window is said to be 2 GiB, and a last block of nothing.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 1, 0, 0];
    let error = profile(frame.to_vec(), "t.csv.zst").unwrap_err().to_string();
    assert!(error.contains("memory"), "{error}");
}

#[test]
fn a_bomb_is_read_in_bounded_memory() {
    // A single line of 1 GB, packed in parts: never more than a part of it is there at once.
    let part = crate::valid::gzip(&vec![b'0'; 16 << 20]);
    let parts = [crate::valid::gzip(b"a,b\n1,2\n"), part.repeat(64), crate::valid::gzip(b"\n3,4\n")];
    let found = profile(parts.concat(), "t.csv.gz").unwrap();
    assert_eq!((found.rows, notices(&found, "8 MiB")), (2, 1));
}

#[test]
fn lines_that_are_no_objects_are_counted() {
    let text = "{\"a\":1,\"b\":[1,2]}\n[1]\nnot json\n{\"a\":null,\"b\":\"x\"}\n{\"a\":";
    let found = profile(text.as_bytes().to_vec(), "t.jsonl").unwrap();
    assert_eq!((found.rows, found.columns.len(), notices(&found, "JSON")), (2, 2, 3));
    assert_eq!(found.columns[1].top.len(), 2);
}

#[test]
fn texts_cannot_become_parts_of_the_page() {
    let found = csv("<script>alert(1)</script>,b\n<img src=x onerror=alert(1)>,\"'\"\"><b>\"\n");
    let page = couture_eda::report::html(&found);
    assert!(!page.contains("<script>alert") && !page.contains("<img") && !page.contains("\"><b>"));
}

#[test]
fn any_bytes_give_a_report_or_a_message() {
    let mut seed = 1_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as u8
    };
    let marks = b"\",\n\r\t;|'{}[]:0123456789.eE-+ a\0\xff\xfe\xef\xbb\xbf";
    for round in 0..150 {
        let length = usize::from(next()) * 4;
        let bytes: Vec<u8> = (0..length)
            .map(|_| if round % 3 == 0 { next() } else { marks[usize::from(next()) % marks.len()] })
            .collect();
        for name in ["t.csv", "t.jsonl", "t.parquet", "t.arrow", "t.xlsx"] {
            if let Err(error) = profile_any(bytes.clone(), name) {
                assert!(!error.is_empty());
            }
        }
    }
}

fn profile_any(bytes: Vec<u8>, name: &str) -> Result<(), String> {
    let options = couture_eda::source::Options { workers: 1, ..Default::default() };
    let states = couture_eda::source::profile_bytes(bytes, name, &options).map_err(|error| error.to_string())?;
    states.iter().for_each(|state| drop(couture_eda::report::html(&state.finish(None))));
    Ok(())
}
