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
