//! Files as they should be.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

pub(crate) fn batch(rows: i64) -> RecordBatch {
    let numbers: ArrayRef = Arc::new((0..rows).map(|at| (at % 10 != 0).then_some(at)).collect::<Int64Array>());
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..rows).map(|at| format!("t{}", at % 5))));
    RecordBatch::try_from_iter([("n", numbers), ("t", texts)]).unwrap()
}

pub(crate) fn parquet(rows: i64) -> Vec<u8> {
    let batch = batch(rows);
    let mut bytes = Vec::new();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(1000)).build();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// A stream and a file of Arrow IPC, in five batches.
pub(crate) fn ipc(rows: usize, compression: Option<CompressionType>) -> (Vec<u8>, Vec<u8>) {
    let batch = batch(rows as i64);
    let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
    let mut stream = StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options.clone()).unwrap();
    let mut file = FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    for part in (0..5).map(|at| batch.slice(at * rows / 5, rows / 5)) {
        stream.write(&part).unwrap();
        file.write(&part).unwrap();
    }
    file.finish().unwrap();
    (stream.into_inner().unwrap(), file.into_inner().unwrap())
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// A workbook of one sheet, of which the rows are given.
pub(crate) fn workbook(sheet: &str) -> Vec<u8> {
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
