//! The HTTP client that operators share.

use std::sync::OnceLock;
use std::time::Duration;

use couture_core::Failure;
use reqwest::Client;

/// The biggest body that an operator reads into memory.
pub(crate) const MAX_BODY_BYTES: usize = 64 << 20;

/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_secs(30);

/// The client, made at its first use: connections are kept between requests. With `verify` off, it takes any certificate.
pub(crate) fn client(verify: bool) -> Result<&'static Client, Failure> {
    static CLIENTS: [OnceLock<Result<Client, String>>; 2] = [OnceLock::new(), OnceLock::new()];
    let made = CLIENTS[usize::from(verify)].get_or_init(|| {
        cryptography();
        let builder = Client::builder()
            .user_agent(concat!("couture/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .tls_danger_accept_invalid_certs(!verify);
        builder.build().map_err(|error| error.to_string())
    });
    made.as_ref().map_err(|error| Failure::retry(format!("failed to make an HTTP client: {error}")))
}

/// Says which cryptography TLS is to use in this process, unless that is said already.
pub(crate) fn cryptography() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Reads a body, and refuses one that is too big.
pub(crate) async fn body(mut response: reqwest::Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(Failure::fatal(format!("the answer has more than {MAX_BODY_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
