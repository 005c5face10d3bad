use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};

use crate::valid::{ipc, parquet, parquet_v2, workbook};
use crate::{notices, profile};

#[test]
fn parquet_is_read_by_row_groups_and_what_is_damaged_is_told() {
    let whole = parquet(5000);
    let found = profile(whole.clone(), "t.parquet").unwrap();
    assert_eq!((found.rows, found.columns[0].missing, found.columns[0].storage.as_str()), (5000, 500, "Int64"));
    // Without its end, nothing of it is known.
    let error = profile(whole[..whole.len() - 100].to_vec(), "t.parquet").unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
    let mut broken = whole.clone();
    broken[20..4000].fill(0xaa);
    match profile(broken, "t.parquet") {
        Ok(found) => assert!(notices(&found, "damaged") > 0 && found.rows < 5000),
        Err(error) => assert!(error.to_string().contains("damaged"), "{error}"),
    }
}

#[test]
fn pages_of_all_codecs_and_encodings_are_read() {
    for codec in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ] {
        let found = profile(parquet_v2(4000, codec), "t.parquet").unwrap();
        assert_eq!((found.rows, found.notices.len()), (4000, 0), "{codec}: {:?}", found.notices);
        let distinct: Vec<_> = found.columns.iter().map(|column| column.distinct.value).collect();
        assert_eq!(distinct, [3600.0, 5.0, 5.0, 5.0], "{codec}");
    }
}

#[test]
fn ipc_is_read_and_what_is_cut_off_is_told() {
    let (stream, file) = ipc(5000, None);
    for bytes in [&stream, &file] {
        assert_eq!(profile(bytes.clone(), "t.arrow").unwrap().rows, 5000);
    }
    let cut = profile(stream[..stream.len() / 2].to_vec(), "t.arrow").unwrap();
    assert!(cut.rows < 5000 && notices(&cut, "damaged") == 1);
    assert!(profile(file[..file.len() / 2].to_vec(), "t.arrow").is_err());
}

#[test]
fn sheets_of_a_workbook_are_tables() {
    let text = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "<row r=\"1\">{}{}</row><row r=\"2\">{}<c r=\"B2\"><v>1.5</v></c></row><row r=\"3\">{}<c r=\"B3\"><v>2</v></c></row>",
        text("A1", "name"),
        text("B1", "price"),
        text("A2", "x"),
        text("A3", "y")
    );
    let found = profile(workbook(&sheet), "t.xlsx").unwrap();
    assert_eq!((found.rows, found.columns[1].name.as_str()), (2, "price"));
    assert_eq!(found.columns[1].numbers.as_ref().map(|numbers| numbers.mean), Some(1.75));
    assert_eq!(found.sources, ["t.xlsx#One"]);
}

#[test]
fn a_workbook_that_grows_too_large_is_refused() {
    let bomb = workbook(&" ".repeat(260 << 20));
    assert!(bomb.len() < 1 << 20);
    let error = profile(bomb, "t.xlsx").unwrap_err();
    assert!(error.to_string().contains("at most 256 MiB"), "{error}");
    assert!(profile(b"PK\x03\x04 and nothing more".to_vec(), "t.xlsx").is_err());
}

#[test]
fn a_table_without_columns_or_rows_is_a_report() {
    let schema = std::sync::Arc::new(arrow::datatypes::Schema::empty());
    let rows = arrow::array::RecordBatchOptions::new().with_row_count(Some(1 << 40));
    let batch = arrow::array::RecordBatch::try_new_with_options(schema, vec![], &rows).unwrap();
    let mut stream = arrow::ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    stream.write(&batch).unwrap();
    let stream = stream.into_inner().unwrap();
    for (bytes, name, columns) in [
        (parquet(0), "t.parquet", 2),
        (ipc(0, None).0, "t.arrow", 2),
        (ipc(0, None).1, "t.arrow", 2),
        (stream, "t.arrow", 0),
        (b"{}\n{}\n".to_vec(), "t.jsonl", 0),
        (Vec::new(), "t.jsonl", 0),
    ] {
        let found = profile(bytes, name).unwrap();
        assert_eq!((found.rows, found.columns.len()), (0, columns), "{name}");
    }
}

#[test]
fn a_batch_that_says_it_is_huge_is_refused() {
    let (mut stream, mut file) = ipc(1000, Some(arrow::ipc::CompressionType::ZSTD));
    for bytes in [&mut stream, &mut file] {
        // What stands before a frame of Zstandard is its size.
        let frames: Vec<usize> =
            (8..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(b"\x28\xb5\x2f\xfd")).collect();
        let frame = frames.first().expect("a buffer is compressed");
        for (size, words) in [(1_i64 << 45, "at most 1 GiB"), (1 << 29, "cannot be")] {
            bytes[frame - 8..*frame].copy_from_slice(&size.to_le_bytes());
            let error = profile(bytes.clone(), "t.arrow").unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}

#[test]
fn rows_that_take_no_place_are_read_in_bounded_time() {
    let read = |column: arrow::array::ArrayRef| {
        let batch = arrow::array::RecordBatch::try_from_iter_with_nullable([("a", column, true)]).unwrap();
        let mut stream = arrow::ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        stream.write(&batch).unwrap();
        profile(stream.into_inner().unwrap(), "t.arrow")
    };
    let nothing = |count| std::sync::Arc::new(arrow::array::NullArray::new(count)) as arrow::array::ArrayRef;
    let error = read(nothing(1 << 40)).unwrap_err().to_string();
    assert!(error.contains("says that it holds 1099511627776 rows"), "{error}");
    // A row with a list of two thousand million nothings.
    let field = std::sync::Arc::new(arrow::datatypes::Field::new_list_field(arrow::datatypes::DataType::Null, true));
    let list = arrow::array::FixedSizeListArray::new(field, i32::MAX, nothing(i32::MAX as usize), None);
    let found = read(std::sync::Arc::new(list)).unwrap();
    assert_eq!((found.rows, found.columns[0].distinct.value), (1, 1.0));
}

#[test]
fn a_batch_that_lies_behind_the_end_is_refused() {
    let file = ipc(1000, None).1;
    let length = u32::from_le_bytes(file[file.len() - 10..file.len() - 6].try_into().unwrap()) as usize;
    let footer = arrow::ipc::root_as_footer(&file[file.len() - 10 - length..file.len() - 10]).unwrap();
    let block = footer.recordBatches().unwrap().get(0);
    let place = file.windows(24).rposition(|bytes| bytes == block.0).unwrap();
    // The lengths of what describes the batch and of its body.
    for (at, bytes) in [(8, &i32::MAX.to_le_bytes()[..]), (16, &(1_i64 << 40).to_le_bytes()), (16, &[0x7f; 8])] {
        let mut file = file.clone();
        file[place + at..place + at + bytes.len()].copy_from_slice(bytes);
        let error = profile(file, "t.arrow").unwrap_err().to_string();
        assert!(error.contains("behind the end of the file"), "{error}");
    }
}
