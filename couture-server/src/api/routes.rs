//! Routes, each with its name and with what its sender must be allowed to do.
//!
//! A handler whose first argument is no [`Permit`] does not compile as a route, unless it is said to be open.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};

use super::audited::{Operation, audited};
use super::early_body;
use super::error::ApiError;
use super::web_state::WebState;
use crate::auth::{Action, ActionKind, Permit, PermitWithBasic, Resource, ResourceKind};

/// What a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anybody may send it.
    Nothing,
    /// The permission to do this to that.
    Permission(Action, Resource),
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with parameters in braces.
    pub path: String,
    /// Its name: `operationId` in the API's description, and the event in the audit log.
    pub operation: &'static str,
    /// What it needs.
    pub needs: Needs,
}

impl Route {
    /// Whether it can change something.
    pub(super) fn changes(&self) -> bool {
        let only_reads =
            matches!(self.needs, Needs::Permission(Action::Read, _)) || self.operation.ends_with("_dry_run");
        !self.method.is_safe() && !only_reads
    }
}

/// The arguments of a handler that begin with a permit.
pub(super) trait StatesPermission {
    /// The action.
    const ACTION: Action;
    /// The resource.
    const RESOURCE: Resource;
}

macro_rules! states_permission {
    ($(($($rest:ident),*))*) => {
        $(
            impl<M, A: ActionKind, R: ResourceKind, $($rest),*> StatesPermission for (M, Permit<A, R>, $($rest,)*) {
                const ACTION: Action = A::ACTION;
                const RESOURCE: Resource = R::RESOURCE;
            }
            impl<M, A: ActionKind, R: ResourceKind, $($rest),*> StatesPermission for (M, PermitWithBasic<A, R>, $($rest,)*) {
                const ACTION: Action = A::ACTION;
                const RESOURCE: Resource = R::RESOURCE;
            }
        )*
    };
}

states_permission! { () (T1) (T1, T2) (T1, T2, T3) (T1, T2, T3, T4) (T1, T2, T3, T4, T5) (T1, T2, T3, T4, T5, T6) }

/// What writes the audit row of a route's requests. (Every route has a layer of a type of its own.)
macro_rules! audit {
    ($named:expr) => {{
        let named: Operation = $named;
        from_fn(move |request: Request, next: Next| audited(named.clone(), request, next))
    }};
}

/// The answer to a method that the address does not have.
fn impossible(request: &Request, possible: &'static str) -> Response {
    let detail = format!("{} is not possible at {}", request.method(), request.uri().path());
    let mut response = ApiError::new(StatusCode::METHOD_NOT_ALLOWED, detail).into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(possible));
    response
}

/// Routes of `POST` whose last word could as well be what the last parameter of other routes holds. They share an address with those, so that
/// no name is out of reach.
pub(super) struct Words {
    state: WebState,
    served: Vec<(&'static str, MethodRouter<WebState>)>,
    listed: Vec<Route>,
}

impl Words {
    pub(super) fn new(state: &WebState) -> Self {
        Self { state: state.clone(), served: Vec::new(), listed: Vec::new() }
    }

    pub(super) fn post<H, T>(mut self, operation: &'static str, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: StatesPermission + 'static,
    {
        let needs = Needs::Permission(T::ACTION, T::RESOURCE);
        let named = Operation { name: operation, state: self.state.clone(), takes_names: false };
        self.served.push((path, on(MethodFilter::POST, handler).route_layer(audit!(named))));
        self.listed.push(Route { method: Method::POST, path: path.to_owned(), operation, needs });
        self
    }
}

/// Routes that are being gathered.
pub(super) struct Routes {
    state: WebState,
    router: Router<WebState>,
    listed: Vec<Route>,
}

impl Routes {
    pub(super) fn new(state: &WebState) -> Self {
        Self { state: state.clone(), router: Router::new(), listed: Vec::new() }
    }

    pub(super) fn get<H, T>(self, operation: &'static str, path: &str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: StatesPermission + 'static,
    {
        self.permitted(Method::GET, operation, path, handler)
    }

    pub(super) fn post<H, T>(self, operation: &'static str, path: &str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: StatesPermission + 'static,
    {
        self.permitted(Method::POST, operation, path, handler)
    }

    pub(super) fn put<H, T>(self, operation: &'static str, path: &str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: StatesPermission + 'static,
    {
        self.permitted(Method::PUT, operation, path, handler)
    }

    pub(super) fn patch<H, T>(self, operation: &'static str, path: &str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: StatesPermission + 'static,
    {
        self.permitted(Method::PATCH, operation, path, handler)
    }

    pub(super) fn delete<H, T>(self, operation: &'static str, path: &str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: StatesPermission + 'static,
    {
        self.permitted(Method::DELETE, operation, path, handler)
    }

    /// Adds the words of `words` beside what other routes take at `beside` by other methods than `POST`.
    pub(super) fn with_words(mut self, beside: &str, words: Words) -> Self {
        let served = Arc::new(words.served);
        let handler = move |State(state): State<WebState>, request: Request| {
            let path = request.uri().path();
            let found = served.iter().find(|(literal, _)| *literal == path).map(|(_, served)| served.clone());
            async move {
                match found {
                    // Of the word itself; a name that is the same word has the other methods.
                    Some(_) if request.method() == Method::OPTIONS => impossible(&request, "POST"),
                    Some(served) => served.call(request, state).await,
                    None => impossible(&request, "GET,HEAD,PATCH,DELETE"),
                }
            }
        };
        self.router = self.router.route(beside, on(MethodFilter::POST.or(MethodFilter::OPTIONS), handler));
        self.listed.extend(words.listed);
        self
    }

    /// A route that anybody may use, whoever they are: health, login, and files of the page.
    pub(super) fn open<H, T>(self, method: Method, operation: &'static str, path: &str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        let receiving = Self::new(&self.state).add(method, operation, path, Needs::Nothing, handler);
        self.merge(receiving.map(|router| router.route_layer(from_fn(early_body::receive))))
    }

    fn permitted<H, T>(self, method: Method, operation: &'static str, path: &str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: StatesPermission + 'static,
    {
        self.add(method, operation, path, Needs::Permission(T::ACTION, T::RESOURCE), handler)
    }

    fn add<H, T>(mut self, method: Method, operation: &'static str, path: &str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        let named = Operation { name: operation, state: self.state.clone(), takes_names: true };
        let filter = MethodFilter::try_from(method.clone()).expect("a method that routes have");
        self.router = self.router.route(path, on(filter, handler).route_layer(audit!(named)));
        self.listed.push(Route { method, path: path.to_owned(), operation, needs });
        self
    }

    /// The routes of another list besides. Its layers stay its own.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.listed.extend(other.listed);
        self
    }

    /// With a change to the router that has been gathered so far, such as a layer.
    pub(super) fn map(mut self, change: impl FnOnce(Router<WebState>) -> Router<WebState>) -> Self {
        self.router = change(self.router);
        self
    }

    /// The router, and what is in it.
    pub(super) fn finish(self) -> (Router<WebState>, Vec<Route>) {
        (self.router, self.listed)
    }
}
