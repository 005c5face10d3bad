fn main() {
    let path = std::env::args().nth(1).unwrap();
    let state = couture_eda::source::tmp(std::path::Path::new(&path), &Default::default()).unwrap();
    for (n,c) in state.table.names.iter().zip(&state.table.columns) { match &c.values { couture_eda::summary::Values::Exact(t)=>println!("{n} exact {}",t.len()), couture_eda::summary::Values::Sketched(s)=>println!("{n} {:?} {:?} {:?}", s.distinct.estimate(), s.numbers.as_ref().map(|n| n.moments.clone()), s.frequent.top(2)) } }
    println!("{} {:?} {:?}", state.table.rows, state.notices, state.table.duplicates.estimate(state.table.rows));
}
