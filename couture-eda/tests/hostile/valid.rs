//! Files as they should be.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, Int64Builder, ListBuilder, RecordBatch, StringArray};
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterVersion};

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

/// Files of Parquet's second version: texts as differences, of both kinds, packed by each codec; and lists.
pub(crate) fn parquet_v2(rows: i64, codec: Compression) -> Vec<u8> {
    let batch = batch(rows);
    let mut lists = ListBuilder::new(Int64Builder::new());
    (0..rows).for_each(|at| lists.append_option((at % 3 > 0).then(|| (0..at % 5).map(Some))));
    let columns = [("n", &batch.columns()[0]), ("t", &batch.columns()[1]), ("u", &batch.columns()[1])];
    let columns = columns.map(|(name, column)| (name, Arc::clone(column), true));
    let lists: ArrayRef = Arc::new(lists.finish());
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().chain([("l", lists, true)])).unwrap();
    let properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_compression(codec)
        .set_dictionary_enabled(false)
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(100)
        .set_column_encoding("t".into(), Encoding::DELTA_BYTE_ARRAY)
        .set_column_encoding("u".into(), Encoding::DELTA_LENGTH_BYTE_ARRAY);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties.build())).unwrap();
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
