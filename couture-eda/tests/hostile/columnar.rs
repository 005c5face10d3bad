use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use crate::{notices, profile};

fn batch(rows: i64) -> RecordBatch {
    let numbers: ArrayRef = Arc::new((0..rows).map(|at| (at % 10 != 0).then_some(at)).collect::<Int64Array>());
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..rows).map(|at| format!("t{}", at % 5))));
    RecordBatch::try_from_iter([("n", numbers), ("t", texts)]).unwrap()
}

fn parquet(rows: i64) -> Vec<u8> {
    let batch = batch(rows);
    let mut bytes = Vec::new();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(1000)).build();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

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
fn ipc_is_read_and_what_is_cut_off_is_told() {
    let batch = batch(5000);
    let mut stream = arrow::ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    let mut file = arrow::ipc::writer::FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    for part in (0..5).map(|at| batch.slice(at * 1000, 1000)) {
        stream.write(&part).unwrap();
        file.write(&part).unwrap();
    }
    let stream = stream.into_inner().unwrap();
    file.finish().unwrap();
    let file = file.into_inner().unwrap();
    for bytes in [&stream, &file] {
        assert_eq!(profile(bytes.clone(), "t.arrow").unwrap().rows, 5000);
    }
    let cut = profile(stream[..stream.len() / 2].to_vec(), "t.arrow").unwrap();
    assert!(cut.rows < 5000 && notices(&cut, "damaged") == 1);
    assert!(profile(file[..file.len() / 2].to_vec(), "t.arrow").is_err());
}

fn workbook(sheet: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let namespace = "http://schemas.openxmlformats.org";
    let parts = [
        ("[Content_Types].xml", format!("{head}<Types xmlns=\"{namespace}/package/2006/content-types\"/>")),
        (
            "_rels/.rels",
            format!(
                "{head}<Relationships xmlns=\"{namespace}/package/2006/relationships\"><Relationship Id=\"r\" Type=\"{namespace}/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "{head}<workbook xmlns=\"{namespace}/spreadsheetml/2006/main\" xmlns:r=\"{namespace}/officeDocument/2006/relationships\"><sheets><sheet name=\"One\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "{head}<Relationships xmlns=\"{namespace}/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"{namespace}/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(
                "{head}<worksheet xmlns=\"{namespace}/spreadsheetml/2006/main\"><sheetData>{sheet}</sheetData></worksheet>"
            ),
        ),
    ];
    for (name, text) in parts {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
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
