//! Objects as they are stored, of a store that would unpack some for its readers.

use std::future::Future;
use std::pin::Pin;

use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use object_store::{ClientOptions, HeaderValue};
use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, RANGE};

/// Asks for objects as they are stored. Google unpacks those that are marked as gzip for whoever does not take that, and then
/// it tells no size and gives no ranges: <https://cloud.google.com/storage/docs/transcoding>. Only objects are asked for in
/// this way, as nobody would unpack the answers to other questions.
#[derive(Debug, Default)]
pub(super) struct AsStored(ReqwestConnector);

impl HttpConnector for AsStored {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Service(self.0.connect(options)?)))
    }
}

#[derive(Debug)]
struct Service(HttpClient);

impl HttpService for Service {
    fn call<'a, 'b>(
        &'a self,
        mut request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        if request.method() == Method::HEAD || request.headers().contains_key(RANGE) {
            request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        }
        Box::pin(self.0.execute(request))
    }
}
