//! Accepts connections, and ends them in time.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::sync::{Notify, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::admission::Admission;
use crate::auth::Peer;
use crate::error::StartError;
use crate::settings::ServerSettings;

/// The most connections at a time; further ones wait in the system's own queue.
pub(crate) const MAX_CONNECTIONS: usize = 2_048;
/// The longest time until a connection is secret, and then for the head of its first request: by then nobody has said who they are.
const FIRST_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest time for a further request's head, and for silence between two requests.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// What an address hears that has too many connections.
const TOO_MANY: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\ncontent-type: application/json\r\n\
    content-length: 93\r\n\r\n\
    {\"detail\": \"too many connections from this address; see server.max_connections_per_address\"}\n";
/// The most bytes of a request's head.
const MAX_HEAD_BYTES: usize = 64 << 10;
/// How long requests under way may take to end when the server stops.
const DRAIN: Duration = Duration::from_secs(2);

/// Takes the address that the settings name, if that is allowed.
pub(crate) async fn bind(settings: &ServerSettings) -> Result<TcpListener, StartError> {
    let (host, port) = (settings.host.clone(), settings.port);
    let failed = |source| StartError::Listen { host: host.clone(), port, source };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let addresses: Vec<SocketAddr> = lookup_host((bare, port)).await.map_err(failed)?.collect();
    let is_local = addresses.iter().all(|address| address.ip().is_loopback());
    if !is_local && !settings.behind_proxy && settings.tls_cert.as_os_str().is_empty() {
        return Err(StartError::Remote { host });
    }
    match TcpListener::bind(&addresses[..]).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(StartError::PortInUse { host, port }),
        Err(error) => Err(failed(error)),
    }
}

/// Answers requests until `stop` resolves, and then gives those under way a moment to end.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    admission: Admission,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let (stopping, stopped) = watch::channel(false);
    tokio::pin!(stop);
    loop {
        let accepted = async {
            let permit = permits.clone().acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(admitted) = admission.admit(peer.ip()) else {
                    refuse(stream, tls.is_some());
                    continue;
                };
                let _ = stream.set_nodelay(true);
                let (tls, router, stopped) = (tls.clone(), router.clone(), stopped.clone());
                tokio::spawn(async move {
                    match tls {
                        None => answer(stream, peer, router, stopped).await,
                        Some(tls) => match tokio::time::timeout(FIRST_TIMEOUT, tls.accept(stream)).await {
                            Ok(Ok(stream)) => answer(stream, peer, router, stopped).await,
                            Ok(Err(error)) => tracing::debug!("a connection was not made secret: {error}"),
                            Err(_) => tracing::debug!("a connection was not made secret in time"),
                        },
                    }
                    drop((permit, admitted));
                });
            }
            Err(error) => {
                // Out of descriptors, mostly: waiting lets others be closed.
                tracing::warn!("failed to accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    let _ = stopping.send(true);
    let all_ended = permits.acquire_many(MAX_CONNECTIONS as u32);
    if tokio::time::timeout(DRAIN, all_ended).await.is_err() {
        tracing::info!("requests under way are cut off");
    }
}

/// Tells why, as far as that goes without waiting, and closes the connection.
fn refuse(stream: TcpStream, is_secret: bool) {
    tracing::debug!("a connection was refused: its address has too many");
    if !is_secret && let Ok(mut stream) = stream.into_std() {
        let _ = std::io::Write::write(&mut stream, TOO_MANY);
    }
}

async fn answer<S>(stream: S, peer: SocketAddr, router: Router, mut stopped: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let router = TowerToHyperService::new(router);
    let begun = Arc::new(Notify::new());
    let beginning = begun.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        beginning.notify_one();
        request.extensions_mut().insert(Peer(peer.ip()));
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let stopping = async {
        // An error means that the server is gone, which is the same.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let silent = async {
        if tokio::time::timeout(FIRST_TIMEOUT, begun.notified()).await.is_ok() {
            std::future::pending::<()>().await;
        }
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = silent => return tracing::debug!("a connection asked for nothing in time"),
        () = stopping => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection broke: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn one_address_leaves_room_for_others() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(|| async { "here" });
        tokio::spawn(serve(listener, None, Admission::of_everybody(2), router, std::future::pending()));
        let ask = async |stream: &mut TcpStream| {
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
            let mut answer = [0; 1_024];
            let length = stream.read(&mut answer).await.unwrap_or(0);
            String::from_utf8_lossy(&answer[..length]).into_owned()
        };
        let mut first = TcpStream::connect(address).await.unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        assert!(ask(&mut first).await.ends_with("here") && ask(&mut second).await.ends_with("here"));
        let mut third = TcpStream::connect(address).await.unwrap();
        let mut said = String::new();
        third.read_to_string(&mut said).await.unwrap();
        let (head, body) = said.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("HTTP/1.1 429 ") && head.ends_with(&format!("content-length: {}", body.len())),
            "{said}"
        );
        assert!(ask(&mut first).await.ends_with("here"));
        drop(first);
        loop {
            let mut next = TcpStream::connect(address).await.unwrap();
            if ask(&mut next).await.ends_with("here") {
                break;
            }
        }
    }
}
