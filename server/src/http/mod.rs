//! The listeners. Reporting, public and private are apart, so that none of them can be drowned by another's callers.

mod blocking;
mod body;
mod connections;
mod hand_off;
mod house;
mod log;
mod page;
mod patience;
mod peer;
mod private;
mod problem;
mod public;
mod reporting;
mod results;
mod status;
mod tag;
mod written;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use countersign_core::results::LogBegunAgain;
use countersign_core::room::Room;
use tokio::sync::Semaphore;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;

use crate::admission::Admission;
use crate::begun;
use crate::clock::SharedClock;
use crate::cosigning::Witnesses;
use crate::headquarters::Headquarters;
use crate::metrics::Metrics;
use crate::node::Node;
use crate::publish::sites::Sites;
use crate::room::Projection;
use crate::store::PrivateStore;

pub(crate) use blocking::blocking;
pub(crate) use connections::Stopping;
pub use connections::{Listener, Places, Stop, bind, serve};
pub use peer::{Peer, TrustedProxies};
pub(crate) use peer::{is_forwarded, is_https};
pub use problem::Problem;

/// Messages that are read from the disk at the same time. Each takes a thread.
const READS: usize = 8;

/// What every handler may use.
pub struct Service {
    /// Rooms and admission.
    pub admission: Arc<Admission>,
    /// Logs whose place a later one took.
    pub earlier: Arc<Vec<Projection>>,
    /// Who cosigns the rooms' logs.
    pub witnesses: Arc<Witnesses>,
    /// The quarantine's counts.
    pub private: Arc<PrivateStore>,
    /// Results as everyone reads them.
    pub sites: Arc<Sites>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Server time.
    pub clock: SharedClock,
    /// Proxies that are believed when they say who asked.
    pub proxies: TrustedProxies,
    /// Who is signed in at headquarters.
    pub headquarters: Headquarters,
    bodies: body::Bodies,
    newest: reporting::Newest,
    /// Turns at the disk for who only reads.
    reads: Semaphore,
    /// The OpenAPI document, written out.
    document: Bytes,
}

impl Service {
    /// Puts HTTP before a node.
    #[must_use]
    pub fn new(node: &Node, proxies: TrustedProxies) -> Arc<Self> {
        let others = (Arc::clone(&node.earlier), Arc::clone(&node.witnesses));
        let (admission, private) = (Arc::clone(&node.admission), Arc::clone(&node.private));
        let (metrics, clock) = (Arc::clone(&node.metrics), Arc::clone(&node.clock));
        Self::with(admission, others, private, metrics, clock, proxies)
    }

    /// Puts HTTP before the parts of a node, whatever opened them, with nothing but the rooms' own logs.
    #[must_use]
    pub fn over(
        admission: Arc<Admission>,
        private: Arc<PrivateStore>,
        metrics: Arc<Metrics>,
        clock: SharedClock,
        proxies: TrustedProxies,
    ) -> Arc<Self> {
        Self::with(admission, Default::default(), private, metrics, clock, proxies)
    }

    fn with(
        admission: Arc<Admission>,
        (earlier, witnesses): (Arc<Vec<Projection>>, Arc<Witnesses>),
        private: Arc<PrivateStore>,
        metrics: Arc<Metrics>,
        clock: SharedClock,
        proxies: TrustedProxies,
    ) -> Arc<Self> {
        let document = serde_json::to_vec(&document()).expect("the document always encodes");
        Arc::new(Self {
            admission,
            earlier,
            witnesses,
            private,
            sites: Arc::default(),
            metrics,
            clock,
            proxies,
            headquarters: Headquarters::default(),
            bodies: body::Bodies::default(),
            newest: reporting::Newest::default(),
            reads: Semaphore::new(READS),
            document: Bytes::from(document),
        })
    }
}

/// What handlers get.
pub type Shared = Arc<Service>;

/// For tablets and carriers.
pub fn reporting(service: &Shared) -> Router {
    finish(reporting::routes(), service)
}

/// For everyone: the log and what is published of its messages.
pub fn public(service: &Shared) -> Router {
    finish(public::routes().merge(results::routes()), service)
}

/// For headquarters' machines.
pub fn private(service: &Shared) -> Router {
    finish(private::routes(), service)
}

/// The OpenAPI document of all three listeners, made from the routes themselves.
#[must_use]
pub fn document() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Countersign party server")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Signed messages in, receipts out; the log as static tiles. Problems are RFC 9457 documents whose `code` is \
             stable.",
        ));
    let empty = OpenApiBuilder::new().info(info).build();
    let all = OpenApiRouter::<Shared>::with_openapi(empty);
    let listeners = [reporting::routes(), public::routes(), results::routes(), private::routes()];
    let mut document = all.into_openapi();
    for listener in listeners {
        document.merge(listener.into_openapi());
    }
    document
}

fn finish(routes: OpenApiRouter<Shared>, service: &Shared) -> Router {
    let (router, _) = routes.split_for_parts();
    let state = Arc::clone(service);
    router
        .fallback(|| async { Problem::NOT_FOUND })
        .method_not_allowed_fallback(|| async { Problem::METHOD })
        .layer(axum::middleware::from_fn_with_state(state, count_problems))
        .layer(axum::middleware::map_response(kept_nowhere))
        .with_state(Arc::clone(service))
}

/// Counts every answer that is a problem, by its code.
async fn count_problems(
    axum::extract::State(service): axum::extract::State<Shared>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    let response = next.run(request).await;
    if let Some(code) = response.extensions().get::<problem::Code>() {
        service.metrics.problem(code.0);
    }
    response
}

/// What does not say how long it may be kept is kept by no cache, whatever that would do by itself: what is not there may be there
/// in a moment.
async fn kept_nowhere(mut response: axum::response::Response) -> axum::response::Response {
    let kept = response.headers_mut().entry(header::CACHE_CONTROL);
    kept.or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A room in an address.
pub(crate) fn room(text: &str) -> Result<Room, Problem> {
    text.parse().map_err(|_| Problem::NOT_FOUND)
}

/// That a room's log was begun again, where it was.
fn begun_again(service: &Shared, room: Room) -> Option<LogBegunAgain> {
    let projection = service.admission.room(room).read();
    projection.state.begun().map(|begun| LogBegunAgain::of(begun))
}

/// Every listener answers this: 200 while both rooms take messages, 503 while one of them finds no room on its disk or its log
/// is an older copy. The lines after the first say what a person should know.
#[utoipa::path(
    get, path = "/healthz", tag = "every listener",
    responses((status = 200, description = "Both rooms take messages"), (status = 503, description = "One does not"))
)]
async fn healthz(
    axum::extract::State(service): axum::extract::State<Shared>,
) -> (StatusCode, String) {
    let serving = Room::ALL.iter().all(|&room| service.admission.room(room).is_serving());
    let (status, mut text) = if serving {
        (StatusCode::OK, "ok\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not serving\n".to_owned())
    };
    for room in Room::ALL {
        let desk = service.admission.room(room);
        if let Some(beyond) = desk.beyond() {
            let size = desk.read().head().size;
            text.push_str(&format!(
                "The log of the {room} room is an older copy: it has {size} entries and does not lead to a checkpoint of \
                 {} entries that its own key signed ({}). Nothing is entered. Stop the server and put the newer folder back; if \
                 there is none, `countersign-server log begin-again --room {room} --reason restored` (docs/operations.md, \
                 \"To restore\").\n",
                beyond.size, beyond.origin,
            ));
        }
        if service.witnesses.inconsistent(room) {
            text.push_str(&format!(
                "A witness has cosigned another log of the {room} room than this one (docs/witness.md, \"When a split view \
                 is noticed\").\n"
            ));
        }
        if let Some(begun) = begun_again(&service, room) {
            text.push_str(&begun::english(room, &begun));
            text.push('\n');
        }
    }
    (status, text)
}
