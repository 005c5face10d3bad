//! What client and supervisor say to each other.
//!
//! Each message is a frame: its length in four bytes, big end first, then JSON. The first message of a client is
//! [`Ask::Hello`], whose field `protocol` every version reads; all else may change with [`PROTOCOL`].

use std::path::PathBuf;

use couture_core::{AttemptToken, ProcessCommand};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::child::{ChildEnd, Said};

/// Changes when old and new programs do not understand each other.
pub(super) const PROTOCOL: u32 = 2;

/// The longest frame. A frame of a child's is carried inside, and may take more room than the child needed for it.
pub(super) const MAX_FRAME_BYTES: usize = 80 << 20;

/// From client to supervisor.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ask {
    /// Comes first.
    Hello(Hello),
    /// Run this, unless the attempt has a child already; answered by [`Tell::Ended`].
    Launch { token: AttemptToken, command: Box<ProcessCommand> },
    /// Tell the end of the attempt's child; answered by [`Tell::Ended`], or at once by [`Tell::Gone`].
    Attach(AttemptToken),
    /// Say this to the attempt's child, in whose log `secrets` are masked from then on.
    Say { token: AttemptToken, frame: Value, secrets: Vec<String> },
    /// The frame with this number of [`Tell::Said`] was heard.
    Heard { token: AttemptToken, number: u64 },
    /// End the attempt's child.
    End(AttemptToken),
    /// Which of these have a child or a kept end? Answered by [`Tell::Known`] with the same `id`.
    Known { id: u64, tokens: Vec<AttemptToken> },
    /// The ends of these are durable elsewhere.
    Settled(Vec<AttemptToken>),
}

/// Who asks.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    /// [`PROTOCOL`] of the client.
    pub(super) protocol: u32,
    /// The client's environment, which children inherit.
    #[serde(default)]
    pub(super) env: Vec<(String, String)>,
    /// The folder of all live logs.
    #[serde(default)]
    pub(super) live_dir: PathBuf,
    /// Where a log is cut.
    #[serde(default)]
    pub(super) max_log_bytes: u64,
}

/// From supervisor to client.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tell {
    /// Answers [`Ask::Hello`].
    Welcome { pid: i32 },
    /// Answers an [`Ask::Hello`] of another protocol: this supervisor ends its children and itself.
    Refused { protocol: u32 },
    /// A child is over.
    Ended { token: AttemptToken, end: ChildEnd },
    /// A child said this. What it asked is said again to who comes next, until it is answered.
    Said { token: AttemptToken, said: Said },
    /// There is no such child.
    Gone { token: AttemptToken },
    /// Answers [`Ask::Known`].
    Known { id: u64, tokens: Vec<AttemptToken> },
}
