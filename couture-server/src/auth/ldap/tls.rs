//! Whom TLS trusts when the directory server is asked.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::settings::LdapSettings;

/// The most files of a folder of certificates.
const MAX_FILES: usize = 1_000;

/// What the settings say about TLS. The error says which setting is wrong.
pub(super) fn config(settings: &LdapSettings) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be used: {error}"))?;
    // Asked to demand a certificate that can be checked, and to take any, the safer one counts.
    let builder = if settings.auth_ldap_allow_self_signed && !settings.auth_ldap_tls_demand {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
    } else {
        builder.with_root_certificates(roots(settings)?)
    };
    let (cert, key) = (&settings.auth_ldap_tls_certfile, &settings.auth_ldap_tls_keyfile);
    let config = match (cert.as_os_str().is_empty(), key.as_os_str().is_empty()) {
        (true, true) => builder.with_no_client_auth(),
        (false, false) => {
            let chain = certificates(cert).map_err(|error| format!("ldap.auth_ldap_tls_certfile: {error}"))?;
            let wrong =
                |error: &dyn std::fmt::Display| format!("ldap.auth_ldap_tls_keyfile: {}: {error}", key.display());
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(&error))?;
            builder.with_client_auth_cert(chain, key).map_err(|error| wrong(&error))?
        }
        _ => return Err("ldap.auth_ldap_tls_certfile and ldap.auth_ldap_tls_keyfile go together".into()),
    };
    Ok(Arc::new(config))
}

/// The certificate authorities of the settings, or the system's where they name none.
fn roots(settings: &LdapSettings) -> Result<RootCertStore, String> {
    let (file, folder) = (&settings.auth_ldap_tls_cacertfile, &settings.auth_ldap_tls_cacertdir);
    let mut roots = RootCertStore::empty();
    if file.as_os_str().is_empty() && folder.as_os_str().is_empty() {
        let (_, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(roots);
    }
    let mut add = |file: &Path| -> Result<(), String> {
        for certificate in certificates(file)? {
            roots.add(certificate).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        Ok(())
    };
    if !file.as_os_str().is_empty() {
        add(file).map_err(|error| format!("ldap.auth_ldap_tls_cacertfile: {error}"))?;
    }
    if !folder.as_os_str().is_empty() {
        let wrong = |error: String| format!("ldap.auth_ldap_tls_cacertdir: {error}");
        let files = std::fs::read_dir(folder).map_err(|error| wrong(format!("{}: {error}", folder.display())))?;
        let files = files.filter_map(|file| Some(file.ok()?.path())).filter(|file| file.is_file());
        for file in files.take(MAX_FILES) {
            // Such folders hold other files, too.
            if certificates(&file).is_ok() {
                add(&file).map_err(wrong)?;
            }
        }
    }
    if roots.is_empty() {
        return Err("ldap.auth_ldap_tls_cacertdir holds no certificate of an authority".into());
    }
    Ok(roots)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(format!("{} holds no certificate in PEM", file.display())),
        Ok(found) => Ok(found),
        Err(error) => Err(format!("{}: {error}", file.display())),
    }
}

/// Takes any certificate, but only from a server that has its key. Whoever is in between can still read along.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
