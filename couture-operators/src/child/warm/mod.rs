//! Warm parents: processes that have loaded what their children need, and fork them.
//!
//! A warm parent is a program that speaks frames over descriptor 3. It loads, and says `{"ready": …}`, or `{"refuse": "why"}`. Then each
//! `{"fork": {"env": {…}, "cwd": "…", "supervisor": pid}}` comes with two descriptors: where the child's output goes, and its conversation. The
//! answer is `{"pid": n}` or `{"refuse": "why"}`, in the order of the requests. The forked process must be a child of the supervisor by then,
//! which its parent being dead makes it, as the supervisor is a subreaper; it makes itself the leader of a session and group, asks to be killed
//! with the supervisor, and waits for its greeting before it does anything: one that gets none, because its conversation is closed, is not wanted,
//! and ends. A parent ends when descriptor 3 is closed.
//!
//! Whatever goes wrong here, the child is started cold instead.

mod control;
mod key;
mod parent;
mod parents;
mod tail;

pub(crate) use parent::Flight;
pub(super) use parents::Groups;
pub(crate) use parents::{WarmLimits, WarmParents};
