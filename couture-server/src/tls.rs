//! The server's own certificate.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::error::StartError;
use crate::settings::ServerSettings;

/// What makes connections secret by the certificate that the settings name; none where they name none. Both files are read once.
pub(crate) fn acceptor(settings: &ServerSettings) -> Result<Option<TlsAcceptor>, StartError> {
    let (cert, key) = (&settings.tls_cert, &settings.tls_key);
    let failed = |reason: String| StartError::Tls { cert: cert.clone(), key: key.clone(), reason };
    match (cert.as_os_str().is_empty(), key.as_os_str().is_empty()) {
        (true, true) => return Ok(None),
        (false, false) => {}
        _ => return Err(failed("one of them is not set".into())),
    }
    let chain = certificates(cert).map_err(&failed)?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| failed(format!("the key: {error}")))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|error| failed(error.to_string()))?;
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let all = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match all {
        Ok(all) if all.is_empty() => Err("the file of the certificate holds none".into()),
        other => other.map_err(|error| format!("the certificate: {error}")),
    }
}
