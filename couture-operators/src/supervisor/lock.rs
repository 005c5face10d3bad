//! Proof that a supervisor is the only one in its folder.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

/// Held as long as the supervisor lives.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Between two looks at a lock that another holds.
const PAUSE: Duration = Duration::from_millis(10);

impl Lock {
    /// Takes the lock of `dir`; waits at most `patience` for another supervisor to end. `None` where it does not.
    pub(super) fn take(dir: &Path, patience: Duration) -> io::Result<Option<Self>> {
        let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(dir.join("lock"))?;
        let mut waited = Duration::ZERO;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) if waited < patience => {
                    std::thread::sleep(PAUSE);
                    waited += PAUSE;
                }
                Err(rustix::io::Errno::AGAIN) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        // For people who look into the folder.
        file.set_len(0)?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Some(Self { _file: file }))
    }
}
