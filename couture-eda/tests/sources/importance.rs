use couture_eda::importance::{Importance, Task, html, measure};
use couture_eda::source::{Options, profile_bytes};

/// Rows of: a number, a category, noise, an almost perfect copy of the target, and targets of three kinds.
fn table() -> couture_eda::State {
    let mut text = "size,colour,noise,copy,constant,price,sold,grade\n".to_owned();
    for at in 0..4000_u64 {
        let mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let (size, colour, noise) =
            (mixed % 100, ["red", "green", "blue"][(mixed / 100 % 3) as usize], mixed / 1000 % 97);
        let price = size * 10 + if colour == "red" { 300 } else { 0 } + noise % 7;
        let sold = if price > 700 { "yes" } else { "no" };
        let grade = if price < 300 {
            "low"
        } else if price < 900 {
            "middle"
        } else {
            "high"
        };
        text.push_str(&format!("{size},{colour},{noise},{},1,{price},{sold},{grade}\n", price * 2 + 1));
    }
    profile_bytes(text.into_bytes(), "t.csv", &Options { sample_rows: Some(80_000), ..Options::default() })
        .unwrap()
        .remove(0)
}

fn names(importance: &Importance) -> Vec<&str> {
    importance.features.iter().map(|feature| feature.name.as_str()).collect()
}

#[test]
fn what_tells_about_a_target_is_found_again_and_again() {
    let state = table();
    let sold = measure(&state, "sold").unwrap();
    assert!(matches!(&sold.task, Task::Classification(classes) if classes.len() == 2));
    assert!(sold.score > 0.99 && sold.baseline == 0.5, "{}", sold.score);
    assert!(
        sold.leaking.contains(&"copy".to_owned()) && sold.leaking.contains(&"price".to_owned()),
        "{:?}",
        sold.leaking
    );
    assert!(!sold.leaking.contains(&"noise".to_owned()));
    assert_eq!(sold.left_out[0].0, "constant");
    let noise = sold.features.iter().find(|feature| feature.name == "noise").unwrap();
    assert!(noise.information < 0.05 && noise.alone < 0.6, "{noise:?}");
    assert_eq!(sold, measure(&state, "sold").unwrap());
    assert_eq!(html(&sold), html(&measure(&table(), "sold").unwrap()));
}

#[test]
fn numbers_classes_and_comparisons_are_learnt() {
    let state = table();
    let price = measure(&state, "price").unwrap();
    assert_eq!(price.task, Task::Regression);
    assert!(price.score > 0.95 && names(&price)[0] == "copy", "{} {:?}", price.score, names(&price));
    let grade = measure(&state, "grade").unwrap();
    assert!(matches!(&grade.task, Task::Classification(classes) if classes.len() == 3));
    assert!(grade.score > 0.95 && grade.score > grade.baseline, "{}", grade.score);
    let above = measure(&state, "price > 700").unwrap();
    assert!(!names(&above).contains(&"price"));
    assert!(html(&above).contains("Partial dependence"));
}

#[test]
fn what_cannot_be_learnt_is_told() {
    let state = table();
    for (target, words) in
        [("nothing", "no such column"), ("constant = 1", "same value"), ("colour = 'x'", "same value")]
    {
        let error = measure(&state, target).unwrap_err().to_string();
        assert!(error.contains(words), "{target}: {error}");
    }
}

#[test]
fn a_target_that_is_not_there_is_refused_before_any_row_is_read() {
    let rows: String = (0..5000).map(|at| format!("{at},{}\n", at % 9)).collect();
    let csv = format!("size,price\n{rows}").into_bytes();
    let lines: String = (0..5000).map(|at| format!("{{\"size\":{at},\"price\":1}}\n")).collect();
    let numbers: arrow::array::ArrayRef = std::sync::Arc::new(arrow::array::Int64Array::from_iter_values(0..5000));
    let batch = arrow::array::RecordBatch::try_from_iter([("size", numbers.clone()), ("price", numbers)]).unwrap();
    let mut parquet = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    parquet.write(&batch).unwrap();
    let mut stream = arrow::ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    stream.write(&batch).unwrap();
    for (name, bytes) in [
        ("t.csv", csv.clone()),
        ("t.csv.zst", zstd::stream::encode_all(csv.as_slice(), 1).unwrap()),
        ("t.jsonl", lines.into_bytes()),
        ("t.parquet", parquet.into_inner().unwrap()),
        ("t.arrow", stream.into_inner().unwrap()),
    ] {
        for (target, is_there) in [("prize > 3", false), ("price > 3", true)] {
            let options = Options { target: Some(target.to_owned()), ..Options::default() };
            match profile_bytes(bytes.clone(), name, &options) {
                Err(error) if !is_there => {
                    assert!(error.to_string().contains("is it \"price\"? The columns are "), "{name}: {error}");
                    assert_eq!(options.progress.get().0, 0, "{name}");
                }
                answer => assert_eq!((answer.unwrap()[0].table.rows, is_there), (5000, true), "{name}"),
            }
        }
    }
}
