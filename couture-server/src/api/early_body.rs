//! The bodies of requests that anybody may send.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::error::ApiError;

/// The longest time for such a body: whoever sends it has not said who they are.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of one: a name and a password.
const MAX_BYTES: usize = 64 << 10;

/// Receives the whole body, in time, before anything is done with it.
pub(super) async fn receive(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match received(body, TIMEOUT).await {
        Ok(body) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => error.into_response(),
    }
}

async fn received(body: Body, timeout: Duration) -> Result<Body, ApiError> {
    match tokio::time::timeout(timeout, to_bytes(body, MAX_BYTES)).await {
        Ok(Ok(bytes)) => Ok(Body::from(bytes)),
        Ok(Err(_)) => {
            let detail = format!("the body is bigger than {MAX_BYTES} bytes, or did not arrive as a whole");
            Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, detail))
        }
        Err(_) => {
            let detail = format!("the body did not arrive within {} s; send the request again", timeout.as_secs());
            Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use futures_util::stream::{self, StreamExt as _};

    use super::*;

    #[tokio::test]
    async fn what_comes_slowly_or_is_too_much_is_refused() {
        let check = async |body: Body, expected: Result<usize, StatusCode>| {
            let found = match received(body, Duration::from_millis(50)).await {
                Ok(body) => Ok(to_bytes(body, usize::MAX).await.unwrap().len()),
                Err(error) => Err(error.status),
            };
            assert_eq!(found, expected);
        };
        check(Body::from("{}"), Ok(2)).await;
        check(Body::from(vec![b' '; MAX_BYTES]), Ok(MAX_BYTES)).await;
        check(Body::from(vec![b' '; MAX_BYTES + 1]), Err(StatusCode::PAYLOAD_TOO_LARGE)).await;
        let begun = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
        check(Body::from_stream(begun.chain(stream::pending())), Err(StatusCode::REQUEST_TIMEOUT)).await;
    }
}
