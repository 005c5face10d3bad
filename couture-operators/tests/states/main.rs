//! DAGs that were run on real Airflow, written natively with the same ids, end in the same states on the real engine.

mod case;
mod examples;
mod functions;
mod probes;
mod run;

use case::Case;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dags_end_as_on_airflow() {
    couture_operators::link();
    let cases = Case::all();
    let (mut held, mut misses) = (0, Vec::new());
    for case in &cases {
        let ended = run::to_its_end(case).await;
        match case.differences(&ended) {
            differences if differences.is_empty() => held += 1,
            differences => misses.push(format!("{} ({}): {}", case.dag_id, case.source, differences.join("; "))),
        }
    }
    println!("final states: {held} of {} hold", cases.len());
    assert!(misses.is_empty(), "{misses:#?}");
    assert_eq!(cases.len(), 72);
}
