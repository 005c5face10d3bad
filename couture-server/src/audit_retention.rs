//! Forgets old rows of the audit log.

use std::sync::{Arc, Weak};
use std::time::Duration;

use couture_core::Clock;

use crate::auth::Authority;

/// From one look to the next, and from one part to the next.
const LOOK: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(200);
/// The most rows that go at a time: the writer is shared with the engine.
const PART: usize = 2_000;

/// Forgets the rows that are older than `days`, little by little, for as long as there is an authority. With 0 days all are kept.
pub(crate) async fn trim_audit(authority: Weak<Authority>, clock: Arc<dyn Clock>, days: u32) {
    if days == 0 {
        return;
    }
    let age = Duration::from_secs(u64::from(days) * 24 * 3_600);
    loop {
        clock.sleep(LOOK).await;
        loop {
            let Some(authority) = authority.upgrade() else { return };
            match authority.accounts().audit.trim(clock.now().wall - age, PART).await {
                Ok(PART..) => clock.sleep(PAUSE).await,
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!("old rows of the audit log were not removed: {error}");
                    break;
                }
            }
        }
    }
}
