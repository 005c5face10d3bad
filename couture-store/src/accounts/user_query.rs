//! Which users, and in which order.

/// The order of a list of users; each ends with the number, so that it is the same every time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserOrder {
    /// By the name to log in with.
    #[default]
    Username,
    /// By first name.
    FirstName,
    /// By last name.
    LastName,
    /// By e-mail address.
    Email,
    /// By whether they may log in.
    Active,
    /// By when they were made.
    Created,
    /// By the last login; those who never did come first.
    LastLogin,
    /// By how many logins succeeded.
    Logins,
    /// By how many logins failed since the last that succeeded.
    FailedLogins,
}

/// Which users, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserQuery {
    /// Only those whose name to log in with, first or last name or e-mail holds this text, whatever its case (of ASCII letters).
    pub search: Option<String>,
    /// Only those with this role.
    pub role: Option<String>,
    /// The order.
    pub order: UserOrder,
    /// Whether the order is turned round.
    pub descending: bool,
}
