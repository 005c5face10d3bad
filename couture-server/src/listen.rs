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
use tokio::net::{TcpListener, lookup_host};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::auth::Peer;
use crate::error::StartError;
use crate::settings::ServerSettings;

/// The most connections at a time; further ones wait in the system's own queue.
const MAX_CONNECTIONS: usize = 2_048;
/// The longest time for a request's head, and for silence between two requests.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
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
                let _ = stream.set_nodelay(true);
                let (tls, router, stopped) = (tls.clone(), router.clone(), stopped.clone());
                tokio::spawn(async move {
                    match tls {
                        None => answer(stream, peer, router, stopped).await,
                        Some(tls) => match tokio::time::timeout(HEAD_TIMEOUT, tls.accept(stream)).await {
                            Ok(Ok(stream)) => answer(stream, peer, router, stopped).await,
                            Ok(Err(error)) => tracing::debug!("a connection was not made secret: {error}"),
                            Err(_) => tracing::debug!("a connection was not made secret in time"),
                        },
                    }
                    drop(permit);
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

async fn answer<S>(stream: S, peer: SocketAddr, router: Router, mut stopped: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
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
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection broke: {error}");
    }
}
