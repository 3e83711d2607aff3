//! The party server without threads and sockets: the real routes, admission, quarantine and sequencers, each moved on when
//! the scheduler says.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{Request as HttpRequest, Response, header};
use countersign_core::room::Room;
use countersign_device::{Answered, Request};
use countersign_server::admission::{Admission, Keeper, Limits, Quarantine, Rate};
use countersign_server::clock::SharedClock;
use countersign_server::http::{self, Peer, Service, TrustedProxies};
use countersign_server::metrics::Metrics;
use countersign_server::room::{LoadError, Projection, RoomDesk, RoomParts, Sequencer, Step};
use countersign_server::store::{PrivateStore, QuarantineLimits};
use data_encoding::{BASE64, HEXLOWER};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use super::disk::Disk;
use super::party::{PARTY, at, log_key};

/// Nobody is made to wait in line for having failed too often: that line waits by the machine's clock.
const ADDRESS: Rate = Rate { burst: 1_000_000, per_minute: 1_000_000 };

type Answering = Pin<Box<dyn Future<Output = Answered> + Send>>;

/// A running server. Dropping it is killing it.
pub(super) struct Server<T> {
    router: Router,
    sequencers: [Sequencer; 2],
    keeper: Keeper,
    /// Requests that have no answer yet.
    open: Vec<(T, Answering)>,
}

/// What a server is started with.
pub(super) struct Setting {
    pub(super) disks: [Arc<Disk>; 2],
    pub(super) clock: SharedClock,
    pub(super) key_rate: u32,
    /// For the timers of the routes; nothing ever runs by itself on it.
    pub(super) runtime: Runtime,
}

impl<T> Server<T> {
    /// Starts on what the disks hold, by replaying it as every start does.
    pub(super) fn start(setting: &Setting, folder: &Path) -> Result<Self, LoadError> {
        let metrics = Arc::new(Metrics::default());
        let private = PrivateStore::open(&folder.join("private.db"), QuarantineLimits::default())?;
        let private = Arc::new(private);
        let open = |room: Room| -> Result<(RoomDesk, Sequencer), LoadError> {
            let contest = &PARTY.package.contest;
            let keys = contest.log(room).map(|log| log.keys.clone()).unwrap_or_default();
            let store = Arc::clone(&setting.disks[at(room)]);
            Ok(RoomDesk::open(RoomParts {
                projection: Projection::load(PARTY.empty(room), &*store, &keys)?,
                store,
                key: log_key(room),
                keys,
                clock: Arc::clone(&setting.clock),
                metrics: Arc::clone(&metrics),
            }))
        };
        let (official, of_official) = open(Room::Official)?;
        let (rehearsal, of_rehearsal) = open(Room::Rehearsal)?;
        let (quarantine, keeper) = Quarantine::open(Arc::clone(&private), Arc::clone(&metrics));
        let key = Rate { burst: setting.key_rate, per_minute: setting.key_rate };
        let admission = Arc::new(Admission::new(
            [official, rehearsal],
            // Turns in the line are given by a real clock; here everyone's comes at once.
            Limits { address: ADDRESS, key, last_in_line: u32::MAX },
            quarantine,
            Arc::clone(&setting.clock),
            Arc::clone(&metrics),
        ));
        let clock = Arc::clone(&setting.clock);
        let service = Service::over(admission, private, metrics, clock, TrustedProxies::default());
        Ok(Self {
            router: http::reporting(&service),
            sequencers: [of_official, of_rehearsal],
            keeper,
            open: Vec::new(),
        })
    }

    /// Takes a request from a tablet. What only reads is answered at once: it needs no sequencer, but a thread to read on,
    /// whose end is waited for here so that the scheduler alone decides what happens when.
    pub(super) fn take(&mut self, ticket: T, request: &Request, from: usize, runtime: &Runtime) {
        let answering = answer(self.router.clone(), http_request(request, from));
        let answering: Answering = match request {
            Request::Send { .. } => Box::pin(answering),
            Request::Log { .. } | Request::Package { .. } | Request::Status { .. } => {
                Box::pin(std::future::ready(runtime.block_on(answering)))
            }
        };
        self.open.push((ticket, answering));
    }

    /// Moves a room's sequencer on.
    pub(super) fn step(&mut self, room: Room) -> Step {
        self.keeper.step();
        self.sequencers[at(room)].step()
    }

    /// Answers that are ready, in the order of their requests.
    pub(super) fn answers(&mut self, runtime: &Runtime) -> Vec<(T, Answered)> {
        let _within = runtime.enter();
        let mut ready = Vec::new();
        for (ticket, mut answering) in std::mem::take(&mut self.open) {
            match answering.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(answered) => ready.push((ticket, answered)),
                Poll::Pending => self.open.push((ticket, answering)),
            }
        }
        ready
    }
}

/// The request as the tablet's driver makes it.
fn http_request(request: &Request, from: usize) -> HttpRequest<Body> {
    let shown = |builder: Builder, checkpoint: &Option<String>| match checkpoint {
        Some(note) => builder.header("countersign-checkpoint", BASE64.encode(note.as_bytes())),
        None => builder,
    };
    let builder = match request {
        Request::Send { room, seen, checkpoint, .. } => {
            shown(HttpRequest::post(format!("/v1/{room}/messages?seen={seen}")), checkpoint)
        }
        Request::Log { room, seen, checkpoint, precincts, holding, .. } => {
            let precincts: Vec<String> = precincts.iter().map(u32::to_string).collect();
            let precincts = precincts.join(",");
            let path = format!("/v1/{room}/log?seen={seen}&precincts={precincts}");
            let proofs: Vec<String> = holding.iter().map(|it| HEXLOWER.encode(it)).collect();
            let get = HttpRequest::get(path).header("countersign-holding", proofs.join(","));
            shown(get, checkpoint)
        }
        Request::Package { have, .. } => {
            let get = HttpRequest::get("/v1/packages/newest");
            match have {
                Some(have) => get.header(header::IF_NONE_MATCH, format!("\"{have}\"")),
                None => get,
            }
        }
        Request::Status { .. } => HttpRequest::get("/v1/status"),
    };
    let body = match request {
        Request::Send { bytes, .. } => Body::from(bytes.clone()),
        _ => Body::empty(),
    };
    let number = u8::try_from(from).unwrap_or(u8::MAX);
    let peer = Peer(SocketAddr::from(([10, 0, 0, number], 4_000)));
    builder.extension(peer).body(body).expect("such a request can always be made")
}

async fn answer(router: Router, request: HttpRequest<Body>) -> Answered {
    let response: Response<Body> = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let status = response.status().as_u16();
    let seconds = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after_ms =
        seconds.and_then(|text| text.parse::<u64>().ok()).map(|seconds| seconds * 1_000);
    let body = to_bytes(response.into_body(), usize::MAX).await;
    Answered { status, body: body.map(|body| body.to_vec()).unwrap_or_default(), retry_after_ms }
}
