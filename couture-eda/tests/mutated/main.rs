//! Valid files of each format, in which bytes are changed, cut, put in and repeated: each gives a report or a message, in
//! bounded time and memory. `COUTURE_EDA_FUZZ_CASES` says how many, as `scripts/fuzz-eda` does.

#[path = "../hostile/valid.rs"]
mod valid;

use std::sync::LazyLock;
use std::time::Duration;

use arrow::ipc::CompressionType;
use couture_eda::source::{Options, profile_bytes};
use parquet::basic::{BrotliLevel, Compression};
use proptest::prelude::*;

/// What a file takes at most. The files are small, but this machine may be busy.
const MOST_TIME: Duration = Duration::from_secs(60);
/// What the test takes at most while it reads a file, of physical memory.
const MOST_KIB: u64 = 2 << 20;

/// Names and contents of valid files.
static FILES: LazyLock<Vec<(&str, Vec<u8>)>> = LazyLock::new(|| {
    let lines = |line: &dyn Fn(usize) -> String| (0..40).map(line).collect::<String>();
    let csv = format!("a,b,c\n{}", lines(&|at| format!("{at},\"text, {}\",2020-02-{:02}\n", at % 3, at % 28 + 1)));
    let json = lines(&|at| format!("{{\"a\":{at},\"b\":[\"x\",null],\"c\":{{\"d\":1.5e{at}}}}}\n"));
    let row = |at: usize| format!("<row r=\"{at}\"><c r=\"A{at}\"><v>{at}</v></c><c r=\"B{at}\"><v>1.5</v></c></row>");
    let sheet: String = (1..30).map(row).collect();
    let (stream, file) = valid::ipc(100, None);
    let (packed_stream, packed_file) = valid::ipc(100, Some(CompressionType::ZSTD));
    vec![
        ("t.csv.gz", valid::gzip(csv.as_bytes())),
        ("t.csv.zst", zstd::stream::encode_all(csv.as_bytes(), 1).unwrap()),
        ("t.csv", csv.into_bytes()),
        ("t.jsonl.gz", valid::gzip(json.as_bytes())),
        ("t.jsonl", json.into_bytes()),
        ("t.xlsx", valid::workbook(&sheet)),
        ("t.parquet", valid::parquet(3000)),
        ("brotli.parquet", valid::parquet_v2(300, Compression::BROTLI(BrotliLevel::default()))),
        ("snappy.parquet", valid::parquet_v2(300, Compression::SNAPPY)),
        ("stream.arrow", stream),
        ("t.arrow", file),
        ("packed_stream.arrow", packed_stream),
        ("packed.arrow", packed_file),
    ]
});

/// A change of some bytes, at a place that is a share of the file.
#[derive(Clone, Debug)]
enum Change {
    Set(u32, u8),
    /// A whole number, as lengths and offsets are written.
    Number(u32, i64),
    Cut(u32),
    Insert(u32, Vec<u8>),
    Remove(u32, u8),
    Repeat(u32, u8),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let numbers = prop::sample::select(vec![-1, 0, 1, 1 << 20, 1 << 30, (1 << 31) - 1, 1 << 40, i64::MAX, i64::MIN]);
    let inserted = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..40),
        prop::sample::select(vec!["\"", "\n", ",", "\0", "\u{feff}", "{", "[[[[", "<c", "&x;", "\r"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let change = prop_oneof![
        4 => (any::<u32>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        3 => (any::<u32>(), numbers).prop_map(|(at, number)| Change::Number(at, number)),
        1 => any::<u32>().prop_map(Change::Cut),
        2 => (any::<u32>(), inserted).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        2 => (any::<u32>(), any::<u8>()).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => (any::<u32>(), any::<u8>()).prop_map(|(at, count)| Change::Repeat(at, count)),
    ];
    prop::collection::vec(change, 1..5)
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    // Half of all changes are near an end, where formats keep what is said about the rest.
    let place = |at: u32| match (at % 4, bytes.len()) {
        (0, length) => (at >> 2) as usize % length.clamp(1, 64),
        (1, length) => length.saturating_sub(1 + (at >> 2) as usize % length.clamp(1, 400)),
        (_, length) => (at >> 2) as usize % length.max(1),
    };
    match change {
        Change::Set(at, byte) => {
            let at = place(*at);
            bytes.get_mut(at).into_iter().for_each(|place| *place = *byte);
        }
        Change::Number(at, number) => {
            let (at, width) = (place(*at), if at % 2 == 0 { 4 } else { 8 });
            let changed = bytes.iter_mut().skip(at).zip(number.to_le_bytes()).take(width);
            changed.for_each(|(place, byte)| *place = byte);
        }
        Change::Cut(at) => bytes.truncate(place(*at)),
        Change::Insert(at, inserted) => {
            let at = place(*at).min(bytes.len());
            bytes.splice(at..at, inserted.iter().copied());
        }
        Change::Remove(at, count) => {
            let at = place(*at).min(bytes.len());
            bytes.drain(at..(at + usize::from(*count)).min(bytes.len()));
        }
        Change::Repeat(at, count) => {
            let at = place(*at).min(bytes.len());
            let repeated = bytes[at..(at + usize::from(*count)).min(bytes.len())].to_vec();
            bytes.splice(at..at, repeated);
        }
    }
}

fn check(name: &'static str, bytes: Vec<u8>) {
    let (done, waiting) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let options = Options { workers: 2, ..Options::default() };
        if let Ok(states) = profile_bytes(bytes, name, &options) {
            for state in states {
                let profile = state.finish(None);
                assert!(couture_eda::report::html(&profile).starts_with("<!doctype html>"));
                assert!(couture_eda::State::from_bytes(&state.to_bytes()).is_ok());
            }
        }
        let _ = done.send(());
    });
    let waited = waiting.recv_timeout(MOST_TIME);
    assert!(waited != Err(std::sync::mpsc::RecvTimeoutError::Timeout), "{name} takes too long");
    assert!(reader.join().is_ok(), "{name} panics");
}

/// Forgets how much physical memory this process has had, where the system does.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most physical memory that this process has had since, where the system tells.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn cases() -> u32 {
    std::env::var("COUTURE_EDA_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn changed_files_give_a_report_or_a_message(file in 0_usize..13, changes in changes()) {
        let (name, mut bytes) = FILES[file].clone();
        changes.iter().for_each(|change| apply(&mut bytes, change));
        forget_peak();
        check(name, bytes);
        prop_assert!(peak_kib() < MOST_KIB, "{name} takes {} MiB", peak_kib() >> 10);
    }
}

#[test]
fn files_that_are_not_changed_are_read() {
    assert_eq!(FILES.len(), 13);
    for (name, bytes) in FILES.iter() {
        let states = profile_bytes(bytes.clone(), name, &Options::default()).unwrap();
        assert!(states[0].table.rows >= 28, "{name}");
        check(name, bytes.clone());
    }
}
