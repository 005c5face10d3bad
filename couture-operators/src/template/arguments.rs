//! Arguments as Python passes them: by place or by name.

use minijinja::value::{ArgType, Kwargs, Rest, Value, from_args};
use minijinja::{Error, ErrorKind};

/// The arguments of one call.
pub(super) struct Arguments {
    what: &'static str,
    by_place: Vec<Value>,
    by_name: Kwargs,
    taken: usize,
}

impl Arguments {
    /// Those of a call of `what`.
    pub(super) fn of(what: &'static str, args: &[Value]) -> Result<Self, Error> {
        let (Rest(by_place), by_name) = from_args::<(Rest<Value>, Kwargs)>(args)?;
        Ok(Self { what, by_place, by_name, taken: 0 })
    }

    /// The next one by place, or the one called `name`.
    pub(super) fn value(&mut self, name: &str) -> Result<Option<Value>, Error> {
        let at = self.taken;
        self.taken += 1;
        match self.by_place.get(at) {
            Some(value) => Ok(Some(value.clone())),
            None => self.named(name),
        }
    }

    /// The one called `name`.
    pub(super) fn named(&mut self, name: &str) -> Result<Option<Value>, Error> {
        if self.by_name.has(name) { self.by_name.get::<Value>(name).map(Some) } else { Ok(None) }
    }

    /// As [`value`](Self::value), as a `T`; `None` of Python counts as absent.
    pub(super) fn get<T: for<'a> ArgType<'a, Output = T>>(&mut self, name: &str) -> Result<Option<T>, Error> {
        let Some(value) = self.value(name)?.filter(|value| !value.is_none()) else { return Ok(None) };
        let args = [value];
        let (typed,) = from_args::<(T,)>(&args)
            .map_err(|error| wrong(format!("{}: argument {name}", self.what)).with_source(error))?;
        Ok(Some(typed))
    }

    /// As [`get`](Self::get), and it must be there.
    pub(super) fn need<T: for<'a> ArgType<'a, Output = T>>(&mut self, name: &str) -> Result<T, Error> {
        self.get(name)?.ok_or_else(|| wrong(format!("{} needs the argument {name}", self.what)))
    }

    /// Refuses what nobody asked for.
    pub(super) fn done(self) -> Result<(), Error> {
        if self.by_place.len() > self.taken {
            return Err(wrong(format!("{} takes at most {} arguments", self.what, self.taken)));
        }
        self.by_name.assert_all_used()
    }
}

/// An operation that is wrong, in words.
pub(super) fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}
