//! Files that lie: each gives a report that says what was wrong, or a clear message; never a crash.

mod columnar;
mod text;
mod valid;

use couture_eda::source::{Options, profile_bytes};
use couture_eda::{EdaError, Profile};

fn profile(bytes: Vec<u8>, name: &str) -> Result<Profile, EdaError> {
    let options = Options { workers: 2, ..Options::default() };
    let states = profile_bytes(bytes, name, &options)?;
    // All of it can be saved, read and shown.
    let state = couture_eda::State::from_bytes(&states[0].to_bytes()).unwrap();
    let profile = state.finish(None);
    let page = couture_eda::report::html(&profile);
    assert!(page.starts_with("<!doctype html>"));
    couture_eda::report::statistics(&profile).unwrap();
    Ok(profile)
}

/// Whether a notice whose text holds `words` is told so often.
fn notices(profile: &Profile, words: &str) -> u64 {
    profile.notices.iter().filter(|notice| notice.text.contains(words)).map(|notice| notice.count).sum()
}
