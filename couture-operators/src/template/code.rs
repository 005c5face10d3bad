//! The arithmetic in a template's text, made into calls, for operands that the template language itself cannot compute with.

use std::fmt::Write;

use minijinja::machinery::{Span, ast, parse};
use minijinja::syntax::SyntaxConfig;

/// The function that [`with_calls`] puts in the place of operators.
pub(super) const FUNCTION: &str = "__arithmetic";

/// `source` with each `a - b` (and `+ * / // %`) written as `__arithmetic('-', a, b)`. Text that is no template stays.
pub(super) fn with_calls(source: &str) -> String {
    let mut edits = Edits { source, found: Vec::new() };
    if let Ok(template) = parse(source, "<template>", SyntaxConfig::default()) {
        edits.statement(&template);
    }
    edits.apply()
}

/// Texts to put in the place of pieces of the source.
struct Edits<'s> {
    source: &'s str,
    /// Where, how many bytes are replaced, by what. At one place, in this order.
    found: Vec<(usize, usize, String)>,
}

impl Edits<'_> {
    fn apply(mut self) -> String {
        self.found.sort_by_key(|(at, replaced, _)| (*at, *replaced > 0));
        let mut out = String::with_capacity(self.source.len() * 2);
        let mut done = 0;
        for (at, replaced, text) in &self.found {
            out.push_str(self.source.get(done..*at).unwrap_or_default());
            let _ = write!(out, "{text}");
            done = at + replaced;
        }
        out + self.source.get(done..).unwrap_or_default()
    }

    fn operator(&mut self, whole: Span, node: &ast::BinOp<'_>) {
        use ast::BinOpKind::{Add, Div, FloorDiv, Mul, Rem, Sub};
        let symbol = match node.op {
            Add => "+",
            Sub => "-",
            Mul => "*",
            Div => "/",
            FloorDiv => "//",
            Rem => "%",
            _ => return,
        };
        let (start, end) = (whole.start_offset as usize, whole.end_offset as usize);
        let left_end = node.left.span().end_offset as usize;
        // Between the operands there are only parentheses and spaces beside the operator.
        let Some(gap) = self.source.get(left_end..end) else { return };
        let Some(at) = gap.find(|c: char| c != ')' && !c.is_whitespace()).map(|at| left_end + at) else { return };
        if !self.source[at..].starts_with(symbol) {
            return;
        }
        self.found.push((start, 0, format!("{FUNCTION}('{symbol}', ")));
        self.found.push((at, symbol.len(), ",".into()));
        self.found.push((end, 0, ")".into()));
    }

    fn statements(&mut self, list: &[ast::Stmt<'_>]) {
        list.iter().for_each(|statement| self.statement(statement));
    }

    fn expressions<'e, 'a: 'e>(&mut self, list: impl IntoIterator<Item = &'e ast::Expr<'a>>) {
        list.into_iter().for_each(|expression| self.expression(expression));
    }

    fn statement(&mut self, statement: &ast::Stmt<'_>) {
        use ast::Stmt;
        match statement {
            Stmt::Template(node) => self.statements(&node.children),
            Stmt::EmitExpr(node) => self.expression(&node.expr),
            Stmt::ForLoop(node) => {
                self.expression(&node.iter);
                self.expressions(&node.filter_expr);
                self.statements(&node.body);
                self.statements(&node.else_body);
            }
            Stmt::IfCond(node) => {
                self.expression(&node.expr);
                self.statements(&node.true_body);
                self.statements(&node.false_body);
            }
            Stmt::WithBlock(node) => {
                self.expressions(node.assignments.iter().map(|(_, value)| value));
                self.statements(&node.body);
            }
            Stmt::Set(node) => self.expression(&node.expr),
            Stmt::SetBlock(node) => {
                self.expressions(&node.filter);
                self.statements(&node.body);
            }
            Stmt::AutoEscape(node) => self.statements(&node.body),
            Stmt::FilterBlock(node) => {
                self.expression(&node.filter);
                self.statements(&node.body);
            }
            Stmt::Block(node) => self.statements(&node.body),
            Stmt::Macro(node) => {
                self.expressions(&node.defaults);
                self.statements(&node.body);
            }
            Stmt::CallBlock(node) => {
                self.call(&node.call);
                self.statements(&node.macro_decl.body);
            }
            Stmt::Do(node) => self.call(&node.call),
            Stmt::Include(node) => self.expression(&node.name),
            Stmt::EmitRaw(_)
            | Stmt::Import(_)
            | Stmt::FromImport(_)
            | Stmt::Extends(_)
            | Stmt::Continue(_)
            | Stmt::Break(_) => {}
        }
    }

    fn call(&mut self, call: &ast::Call<'_>) {
        self.expression(&call.expr);
        self.arguments(&call.args);
    }

    fn arguments(&mut self, list: &[ast::CallArg<'_>]) {
        use ast::CallArg::{Kwarg, KwargSplat, Pos, PosSplat};
        self.expressions(list.iter().map(|argument| match argument {
            Pos(value) | Kwarg(_, value) | PosSplat(value) | KwargSplat(value) => value,
        }));
    }

    fn expression(&mut self, expression: &ast::Expr<'_>) {
        use ast::Expr;
        match expression {
            Expr::Var(_) | Expr::Const(_) => {}
            Expr::Slice(node) => {
                self.expression(&node.expr);
                self.expressions(node.start.iter().chain(&node.stop).chain(&node.step));
            }
            Expr::UnaryOp(node) => self.expression(&node.expr),
            Expr::BinOp(node) => {
                self.operator(node.span(), node);
                self.expression(&node.left);
                self.expression(&node.right);
            }
            Expr::Compare(node) => {
                self.expression(&node.expr);
                self.expressions(node.ops.iter().map(|op| &op.expr));
            }
            Expr::IfExpr(node) => {
                self.expressions([&node.test_expr, &node.true_expr]);
                self.expressions(&node.false_expr);
            }
            Expr::Filter(node) => {
                self.expressions(&node.expr);
                self.arguments(&node.args);
            }
            Expr::Test(node) => {
                self.expression(&node.expr);
                self.arguments(&node.args);
            }
            Expr::GetAttr(node) => self.expression(&node.expr),
            Expr::GetItem(node) => self.expressions([&node.expr, &node.subscript_expr]),
            Expr::Call(node) => self.call(node),
            Expr::List(node) => self.expressions(&node.items),
            Expr::Tuple(node) => self.expressions(&node.items),
            Expr::Map(node) => self.expressions(node.keys.iter().chain(&node.values)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::with_calls;

    #[test]
    fn operators_become_calls() {
        let check = |source: &str, expected: &str| {
            assert_eq!(with_calls(source), expected.replace("f(", "__arithmetic("), "{source}");
        };
        check("a - b {{ ds }}", "a - b {{ ds }}");
        check("{{ a - b }}", "{{ f('-', a , b) }}");
        check("{{ (a - b).c }}", "{{ (f('-', a , b)).c }}");
        check("{{ a - b - c }}", "{{ f('-', f('-', a , b) , c) }}");
        check("{{ (a-b)*(c //d) }}", "{{ f('*', (f('-', a,b)),(f('//', c ,d))) }}");
        check(
            "{% if x == (a + 1)|int %}{{ '%s' % y }}{% endif %}",
            "{% if x == (f('+', a , 1))|int %}{{ f('%', '%s' , y) }}{% endif %}",
        );
        check("{{ g(a + b, k=c - d)[e * 2] }}", "{{ g(f('+', a , b), k=f('-', c , d))[f('*', e , 2)] }}");
        check("{{ broken - ", "{{ broken - ");
    }
}
