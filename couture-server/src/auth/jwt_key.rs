//! The key that signs tokens: a file of the data folder.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::jwt::Jwts;
use super::secret::random;
use crate::durable_file::replace_private;
use crate::error::StartError;

const FILE: &str = "jwt.key";

/// The key in the data folder, made there for its owner alone where it is missing. Whoever deletes it ends all tokens that were signed
/// with it. Servers that share a database must share it to take each other's tokens.
pub fn jwts_of(data: &Path) -> Result<Jwts, StartError> {
    let file = data.join(FILE);
    let failed = |source| StartError::Data { folder: file.clone(), source };
    let key = match read(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = URL_SAFE_NO_PAD.encode(random::<{ Jwts::KEY_BYTES }>());
            replace_private(&file, format!("{key}\n").as_bytes()).map_err(failed)?;
            read(&file).map_err(failed)?
        }
        other => other.map_err(failed)?,
    };
    let mode = fs::metadata(&file).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        let file = file.display();
        return Err(StartError::Unfit(format!(
            "others can read {file}, with which they could log in as anybody; delete it, and a new one is made"
        )));
    }
    Ok(Jwts::new(&key))
}

fn read(file: &Path) -> io::Result<[u8; Jwts::KEY_BYTES]> {
    let mut text = String::new();
    File::open(file)?.take(1_024).read_to_string(&mut text)?;
    let key = URL_SAFE_NO_PAD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    key.ok_or_else(|| io::Error::other("it holds no key; delete it, and a new one is made"))
}

#[cfg(test)]
mod tests {
    use couture_core::Timestamp;
    use couture_store::{User, UserId};

    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_micros(0);
        let token = jwts_of(folder.path()).unwrap();
        let token = token.issue(&User::new(UserId::new(1), "a", now), now, std::time::Duration::from_secs(9)).unwrap();
        let file = folder.path().join(FILE);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(jwts_of(folder.path()).unwrap().read(&token, now).is_ok());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(jwts_of(folder.path()).unwrap_err().to_string().contains("delete it"));
        fs::remove_file(&file).unwrap();
        assert!(jwts_of(folder.path()).unwrap().read(&token, now).is_err());
        for wrong in ["", "hunter2", &"x".repeat(5_000)] {
            fs::write(&file, wrong).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            let error = jwts_of(folder.path()).unwrap_err().to_string();
            assert!(error.contains("holds no key") && !error.contains("hunter2"), "{error}");
        }
    }
}
