//! What the program `figures` measures with.

pub mod figure;
pub mod figures;
pub mod http;
pub mod noop;
pub mod peers;
pub mod process;
pub mod readme;
pub mod rig;
pub mod runtime;
pub mod served;
