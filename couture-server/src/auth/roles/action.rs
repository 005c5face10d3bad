//! What may be done.

use std::fmt;

/// What may be done to a [`Resource`](super::Resource).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Look at it.
    Read,
    /// Change it.
    Edit,
    /// Make a new one.
    Create,
    /// Delete it.
    Delete,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Read, Self::Edit, Self::Create, Self::Delete];

    /// Its name in a permission.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "can_read",
            Self::Edit => "can_edit",
            Self::Create => "can_create",
            Self::Delete => "can_delete",
        }
    }

    /// The action of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
