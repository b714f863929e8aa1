//! The door: beacons to `/b` go straight in, everything else is led by actix-web's routing.
//!
//! Nearly all requests are beacons, and routing, extraction and actix-web's own request cost as much as all that is done
//! with one.

use actix_http::body::BoxBody;
use actix_http::{Method, Request, Response};
use actix_service::{Service, ServiceFactory};
use actix_web::dev::ServiceResponse;
use actix_web::web::Data;
use futures_util::future::{Either, LocalBoxFuture};
use futures_util::{FutureExt as _, TryFutureExt as _};

use super::{Receiving, beacon};

/// Where beacons are posted to.
pub(super) const BEACONS: &str = "/b";

type Answer<E> = Result<Response<BoxBody>, E>;

/// Makes the doors of one receiving thread.
pub(super) struct Doors<F> {
    pub(super) inner: F,
    pub(super) receiving: Data<Receiving>,
}

/// The door of one connection.
pub(super) struct Door<S> {
    inner: S,
    receiving: Data<Receiving>,
}

impl<F> ServiceFactory<Request> for Doors<F>
where
    F: ServiceFactory<Request, Response = ServiceResponse<BoxBody>>,
    F::Service: 'static,
    F::Future: 'static,
{
    type Response = Response<BoxBody>;
    type Error = F::Error;
    type Config = F::Config;
    type Service = Door<F::Service>;
    type InitError = F::InitError;
    type Future = LocalBoxFuture<'static, Result<Self::Service, Self::InitError>>;

    fn new_service(&self, config: F::Config) -> Self::Future {
        let receiving = self.receiving.clone();
        let inner = self.inner.new_service(config);
        inner
            .map_ok(|inner| Door { inner, receiving })
            .boxed_local()
    }
}

impl<S> Service<Request> for Door<S>
where
    S: Service<Request, Response = ServiceResponse<BoxBody>>,
    S::Future: 'static,
{
    type Response = Response<BoxBody>;
    type Error = S::Error;
    type Future = Either<
        LocalBoxFuture<'static, Answer<S::Error>>,
        futures_util::future::MapOk<S::Future, fn(S::Response) -> Response<BoxBody>>,
    >;

    actix_service::forward_ready!(inner);

    fn call(&self, request: Request) -> Self::Future {
        if request.method() == Method::POST && request.path() == BEACONS {
            let receiving = self.receiving.clone();
            let (request, payload) = request.into_parts();
            let answer = async move { Ok(beacon::beacon(&request, payload, &receiving).await) };
            Either::Left(answer.boxed_local())
        } else {
            Either::Right(self.inner.call(request).map_ok(Response::from))
        }
    }
}
