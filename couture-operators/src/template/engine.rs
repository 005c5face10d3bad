//! Renders texts for one attempt, within bounds.

use std::collections::BTreeMap;
use std::sync::Arc;

use couture_core::dialect::Dialect;
use minijinja::value::{Kwargs, Rest, Value, ValueOrKwargs};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior};

use super::arguments::wrong;
use super::bounded::Bounded;
use super::context::Facts;
use super::files::Files;
use super::lookups::Lookups;
use super::names::Names;
use super::{arithmetic, code, filters, json, methods};

/// How much the templates of one attempt may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateLimits {
    /// Steps of one template; what it makes counts, too.
    pub fuel: u64,
    /// Bytes that one template gives.
    pub output_bytes: usize,
    /// How deep macros and includes may call each other.
    pub depth: usize,
}

impl Default for TemplateLimits {
    fn default() -> Self {
        Self { fuel: 2_000_000, output_bytes: 8 << 20, depth: 64 }
    }
}

/// What the templates of one operator know besides.
#[derive(Default)]
pub(super) struct Own {
    /// Names, which stand before the others.
    pub(super) names: BTreeMap<String, Value>,
    /// Filters, which stand before the others.
    pub(super) filters: Vec<(String, Filter)>,
}

/// A filter that takes what it filters as its first argument.
pub(super) type Filter = Box<dyn Fn(Rest<ValueOrKwargs>) -> Result<Value, Error> + Send + Sync>;

/// The templates of one attempt.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    env: Environment<'static>,
    /// The same with arithmetic of our own, in files too.
    computing: Environment<'static>,
    names: Value,
    output_bytes: usize,
}

impl Engine {
    pub(super) fn new(
        facts: Arc<Facts>,
        lookups: Arc<Lookups>,
        settings: Arc<BTreeMap<String, BTreeMap<String, String>>>,
        files: Files,
        limits: TemplateLimits,
        own: Own,
    ) -> Self {
        let mut env = environment(facts.dialect(), limits);
        for (name, filter) in own.filters {
            env.add_filter(name, filter);
        }
        let mut computing = env.clone();
        let of_computing = files.clone();
        env.set_loader(move |name| files.load(name));
        computing.set_loader(move |name| Ok(of_computing.load(name)?.map(|source| code::with_calls(&source))));
        let names = Value::from_object(Names { facts, lookups, settings, own: own.names });
        Self { env, computing, names, output_bytes: limits.output_bytes }
    }

    /// The same, but one that stops early.
    pub(super) fn with_fuel(&self, fuel: u64) -> Self {
        let mut engine = self.clone();
        engine.env.set_fuel(Some(fuel));
        engine.computing.set_fuel(Some(fuel));
        engine
    }

    /// Renders the text itself.
    pub(super) fn text(&self, source: &str) -> Result<String, Error> {
        super::shape::check(source)?;
        let first = self.write(&self.env, |env| env.template_from_str(source));
        match first {
            Err(error) if arithmetic::may_help(&error) => {
                let source = code::with_calls(source);
                self.write(&self.computing, |env| env.template_from_str(&source)).map_err(|again| clearer(error, again))
            }
            other => other,
        }
    }

    /// Renders a template file.
    pub(super) fn file(&self, name: &str) -> Result<String, Error> {
        match self.write(&self.env, |env| env.get_template(name)) {
            Err(error) if arithmetic::may_help(&error) => {
                self.write(&self.computing, |env| env.get_template(name)).map_err(|again| clearer(error, again))
            }
            other => other,
        }
    }

    fn write<'e>(
        &self,
        env: &'e Environment<'static>,
        template: impl FnOnce(&'e Environment<'static>) -> Result<minijinja::Template<'e, 'e>, Error>,
    ) -> Result<String, Error> {
        let mut out = Bounded::new(self.output_bytes);
        let rendered = template(env)?.render_captured_to(self.names.clone(), &mut out).map(drop);
        if out.is_full() {
            return Err(wrong(format!("the template gives more than {} bytes", self.output_bytes)));
        }
        rendered?;
        out.into_text()
    }
}

/// Of two errors of one template, the one about the user's own text, unless the other one tells more.
fn clearer(first: Error, again: Error) -> Error {
    if again.detail() == first.detail() || arithmetic::may_help(&again) { first } else { again }
}

/// What is the same for all attempts of a dialect.
fn environment(dialect: Dialect, limits: TemplateLimits) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(match dialect {
        Dialect::V1_10 => UndefinedBehavior::Lenient,
        Dialect::V2 => UndefinedBehavior::Strict,
    });
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_fuel(Some(limits.fuel));
    env.set_recursion_limit(limits.depth);
    env.set_debug(true);
    env.set_unknown_method_callback(methods::unknown);
    filters::add(&mut env);
    env.add_filter("tojson", move |value: &Value, indent: Option<Value>, kwargs: Kwargs| {
        json::tojson(value, indent, &kwargs, limits.output_bytes)
    });
    env.add_function(code::FUNCTION, |state: &mut State<'_, '_>, symbol: &str, left: Value, right: Value| {
        arithmetic::compute(state, symbol, left, right)
    });
    env
}

/// Whether more fuel may help.
pub(super) fn is_out_of_fuel(error: &Error) -> bool {
    let mut error = error;
    loop {
        if error.kind() == ErrorKind::OutOfFuel {
            return true;
        }
        match std::error::Error::source(error).and_then(|source| source.downcast_ref::<Error>()) {
            Some(source) => error = source,
            None => return false,
        }
    }
}
