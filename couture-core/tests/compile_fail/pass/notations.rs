//! Every way to write an order without data.
// The compiler takes `a >> b;` for arithmetic whose result is lost.
#![allow(unused_must_use)]
#[path = "../operators.rs"]
mod operators;

use couture_core::{Dag, DagBuilder, Out};
use operators::{Pi, Read};

fn check(write: fn(Out<'_, String>, Out<'_, String>, Out<'_, String>, Out<'_, f64>), expected: &str) {
    let builder = DagBuilder::new("notations");
    let task = |id: &str| builder.task(id, Read, ());
    write(task("a"), task("b"), task("c"), builder.task("pi", Pi, ()));
    assert_eq!(edges(&builder.build().unwrap()), expected);
}

fn edges(dag: &Dag) -> String {
    let name = |index| dag.task(index).task_id.as_str();
    let edges = dag.tasks().iter().flat_map(|task| task.upstream.iter().map(|from| format!("{}>{}", name(*from), task.task_id)));
    edges.collect::<Vec<_>>().join(" ")
}

fn main() {
    check(|a, b, _, _| { a >> b; }, "a>b");
    check(|a, b, _, _| { a << b; }, "b>a");
    check(|a, b, c, _| { a >> b >> c; }, "a>b b>c");
    check(|a, b, c, _| { a << b << c; }, "b>a c>b");
    check(|a, b, c, _| { a >> [b, c]; }, "a>b a>c");
    check(|a, b, c, _| { a << [b, c]; }, "b>a c>a");
    check(|a, b, c, _| { [b, c] >> a; }, "b>a c>a");
    check(|a, b, c, _| { [b, c] << a; }, "a>b a>c");
    check(|a, b, c, pi| { a >> [b, c] >> pi; }, "a>b a>c b>pi c>pi");
    check(|a, b, c, _| { a >> vec![b, c]; }, "a>b a>c");
    check(|a, b, c, _| { vec![b, c] << a; }, "a>b a>c");
    check(|a, b, _, pi| { a >> (b, pi); }, "a>b a>pi");
    check(|a, b, _, pi| { (b, pi) >> a; }, "b>a pi>a");
    check(|a, b, c, pi| { (b, pi, c) << a; }, "a>b a>c a>pi");
    check(|a, b, _, _| { a.set_downstream(&b); }, "a>b");
    check(|a, b, c, _| { a.set_downstream(&[b, c]); }, "a>b a>c");
    check(|a, b, c, pi| { a.set_upstream(&b).set_upstream(&(c, pi)); }, "b>a c>a pi>a");
    check(|a, b, c, pi| { a >> ([b, c], pi); }, "a>b a>c a>pi");
}
