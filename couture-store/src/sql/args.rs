//! Arguments of a statement.

use std::sync::Arc;

use sqlx::mysql::MySqlArguments;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Encode, Type};

/// Arguments, in the order of the statement's `?`. They are encoded for their database at once, without a form in between.
pub(crate) enum Args {
    Sqlite(SqliteArguments),
    Postgres(PgArguments),
    MySql(MySqlArguments),
}

macro_rules! add {
    ($args:expr, $value:expr) => {
        match $args {
            Args::Sqlite(args) => push(args, $value),
            Args::Postgres(args) => push(args, $value),
            Args::MySql(args) => push(args, $value),
        }
    };
}

fn push<'t, A: Arguments, T>(args: &mut A, value: T)
where
    T: Encode<'t, A::Database> + Type<A::Database>,
{
    args.add(value).expect("integers, texts and bytes can be encoded");
}

impl Args {
    /// Makes room for `count` more.
    pub(crate) fn reserve(&mut self, count: usize) {
        match self {
            Self::Sqlite(args) => args.reserve(count, 0),
            Self::Postgres(args) => args.reserve(count, count * 8),
            Self::MySql(args) => args.reserve(count, count * 8),
        }
    }

    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        add!(self, value);
        self
    }

    pub(crate) fn opt_int(&mut self, value: Option<i64>) -> &mut Self {
        add!(self, value);
        self
    }

    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        match self {
            Self::Sqlite(args) => push(args, value),
            Self::Postgres(args) => push(args, &*super::postgres::without_nul(value)),
            Self::MySql(args) => push(args, value.as_bytes()),
        }
        self
    }

    pub(crate) fn opt_text(&mut self, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => return self.text(value),
            None => match self {
                Self::Sqlite(args) => push(args, None::<&str>),
                Self::Postgres(args) => push(args, None::<&str>),
                Self::MySql(args) => push(args, None::<&[u8]>),
            },
        }
        self
    }

    /// A text that many arguments share.
    pub(crate) fn shared_text(&mut self, value: Option<&Arc<str>>) -> &mut Self {
        match (&mut *self, value) {
            (Self::Sqlite(args), Some(value)) => push(args, Arc::clone(value)),
            (_, value) => return self.opt_text(value.map(|value| &**value)),
        }
        self
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) -> &mut Self {
        add!(self, value);
        self
    }
}
