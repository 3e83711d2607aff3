//! A party with its keys and contest, a server over real HTTP, tablets that sign.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use countersign_core::contest::{Contest, CountKind};
use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::invitation::InvitationCode;
use countersign_core::message::{
    Channel, Enrolment, EnrolmentRequest, FindingName, Invitation, Invitations, Kind, Message,
    Question, Reason, Reply as SignedReply, Report, Revoke, RevokeReason, Scope,
};
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;
use countersign_server::admission::Limits;
use countersign_server::clock::{Clock, SharedClock};
use countersign_server::cosigning::Witnesses;
use countersign_server::folder::{Folder, FolderError};
use countersign_server::genesis::{Beginning, Packing, begin, pack};
use countersign_server::http::{self, Listener, Places, Service, TrustedProxies};
use countersign_server::keys::{KeyFolder, read_key};
use countersign_server::node::{Node, Options};
use countersign_server::practice;
use countersign_server::publish::sites::Publishing;
use countersign_server::store::{LogStore, SqliteLog};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A clock that stands until it is set.
pub struct TestClock(AtomicU64);

impl Clock for TestClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl TestClock {
    pub fn set(&self, now_ms: u64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }
}

/// When every test begins.
pub const START_MS: u64 = 1_580_767_200_000;

/// A party that has packed the practice contest and set up a data folder.
pub struct Party {
    pub root: TempDir,
    pub folder: Folder,
    pub keys: KeyFolder,
    pub contest: Contest,
    pub package: MessageId,
    pub package_bytes: Vec<u8>,
    pub admin: SigningKey,
    pub clock: Arc<TestClock>,
    seeds: AtomicU64,
}

impl Party {
    pub fn new(open: &[Room]) -> Self {
        Self::with_contest(open, practice::contest().unwrap())
    }

    pub fn with_contest(open: &[Room], contest: Contest) -> Self {
        Self::with_keys(open, contest, |_| ())
    }

    /// One whose keys are from before there were any that sign lists of hashes.
    pub fn without_results_keys(open: &[Room]) -> Self {
        Self::with_keys(open, practice::contest().unwrap(), |keys| {
            for room in Room::ALL {
                std::fs::remove_file(keys.results(room)).unwrap();
            }
        })
    }

    fn with_keys(open: &[Room], contest: Contest, change: impl FnOnce(&KeyFolder)) -> Self {
        let root = TempDir::new().unwrap();
        let keys = KeyFolder(root.path().join("keys"));
        keys.init(&["localhost".to_owned()]).unwrap();
        change(&keys);
        let packing = Packing {
            number: 1,
            servers: vec!["http://127.0.0.1:8470".to_owned()],
            tls_roots: Vec::new(),
        };
        let packed = pack(contest, &packing, &keys).unwrap();
        let folder = Folder(root.path().join("data"));
        let clock = Arc::new(TestClock(AtomicU64::new(START_MS)));
        let shared: SharedClock = clock.clone();
        let beginning = Beginning {
            package: packed.package.bytes(),
            genesis: &packed.genesis,
            keys: &keys,
            open,
        };
        // It waits for the sequencer, which a thread of the asynchronous runtime must not.
        std::thread::scope(|scope| {
            scope.spawn(|| begin(&folder, &beginning, &shared).unwrap()).join().unwrap();
        });
        let (_, package) =
            countersign_core::message::Package::read(packed.package.bytes()).unwrap();
        Self {
            admin: read_key(&keys.admin()).unwrap(),
            contest: package.contest,
            package: packed.package.id(),
            package_bytes: packed.package.bytes().to_vec(),
            root,
            folder,
            keys,
            clock,
            seeds: AtomicU64::new(1),
        }
    }

    pub fn clock_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    fn seed(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seeds.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        seed
    }

    pub fn new_key(&self) -> SigningKey {
        SigningKey::from_seed(&self.seed())
    }

    /// A code for a precinct, which no server knows yet.
    pub fn code(&self, precinct: u32) -> InvitationCode {
        InvitationCode::new(PrecinctNumber(precinct), self.seed()[..10].try_into().unwrap())
    }

    pub fn invitations(&self, room: Room, codes: &[InvitationCode]) -> Message {
        let invitations = codes
            .iter()
            .map(|code| Invitation {
                key: code.key(&self.contest.id).public(),
                precinct: code.precinct(),
            })
            .collect();
        self.by_admin(room, &Invitations { invitations })
    }

    pub fn by_admin<P: countersign_core::message::Payload>(
        &self,
        room: Room,
        payload: &P,
    ) -> Message {
        Message::sign(&self.admin, Scope::room(&self.contest.id, room), payload)
    }

    pub fn revoke(&self, room: Room, key: &SigningKey) -> Message {
        self.by_admin(room, &Revoke { key: key.id(), reason: RevokeReason::Lost })
    }

    pub fn enrolment(&self, room: Room, code: &InvitationCode, device: &SigningKey) -> Message {
        let id = &self.contest.id;
        let invitation = code.key(id);
        let request = EnrolmentRequest {
            invitation: invitation.public(),
            device: device.public(),
            precinct: code.precinct(),
            device_time_ms: START_MS,
            app_version: "0.1.0".to_owned(),
        };
        Enrolment::sign(id, room, &invitation, device, request)
    }

    /// A first report of a precinct, with `people` in the first group, which gets every delegate: nothing in it is impossible.
    pub fn report(&self, precinct: u32, people: u32) -> Report {
        let count = |kind: &CountKind| {
            let mut count = vec![0; self.contest.groups.len()];
            count[0] = if kind.is_of_people() {
                people
            } else {
                self.contest.delegates_to_elect(precinct, Some(people)).unwrap_or(0)
            };
            count
        };
        Report {
            package: self.package,
            precinct: PrecinctNumber(precinct),
            revision: 1,
            supersedes: None,
            reason: None,
            attendees: people,
            counts: self.contest.counts.iter().map(count).collect(),
            lots: Vec::new(),
            acknowledged: Vec::new(),
            attestations: Vec::new(),
            photos: Vec::new(),
            channel: Channel::Tablet,
            device_sequence: 1,
            device_time_ms: START_MS,
            app_version: "0.1.0".to_owned(),
        }
    }

    /// The same with a delegate more than the precinct elects.
    pub fn impossible(&self, precinct: u32, people: u32) -> Report {
        let mut report = self.report(precinct, people);
        let delegates = self.contest.count_index(CountKind::Delegates).expect("are counted");
        report.counts[delegates][0] += 1;
        report
    }

    pub fn correction(&self, of: MessageId, precinct: u32, people: u32) -> Report {
        Report {
            revision: 2,
            supersedes: Some(of),
            reason: Some(Reason { code: "recount".to_owned(), text: None }),
            device_sequence: 2,
            ..self.report(precinct, people)
        }
    }

    /// A precinct's first question, about check C02.
    pub fn question(
        &self,
        room: Room,
        by: &SigningKey,
        (precinct, report): (u32, MessageId),
        words: &str,
    ) -> Message {
        let question = Question {
            precinct: PrecinctNumber(precinct),
            report,
            findings: vec![FindingName { check: 2, group: None }],
            words: words.to_owned(),
            number: 1,
        };
        Message::sign(by, Scope::room(&self.contest.id, room), &question)
    }

    /// The reply of the tablet that signed the report: the numbers stand, in words of its own.
    pub fn reply(&self, room: Room, by: &SigningKey, question: MessageId, text: &str) -> Message {
        let reason = Reason { code: Contest::OTHER_REASON.to_owned(), text: Some(text.to_owned()) };
        Message::sign(by, Scope::room(&self.contest.id, room), &SignedReply { question, reason })
    }

    pub fn sign(&self, room: Room, device: &SigningKey, report: &Report) -> Message {
        Message::sign(device, Scope::room(&self.contest.id, room), report)
    }

    pub async fn start(&self) -> Server {
        self.start_with(Options::default(), |_, log| Arc::new(log)).await
    }

    pub async fn start_limited(&self, limits: Limits) -> Server {
        self.start_with(Options { limits, ..Options::default() }, |_, log| Arc::new(log)).await
    }

    /// With so few connections for each listener.
    pub async fn start_small(&self, places: Places) -> Server {
        self.start_in(Options::default(), places, |_, log| Arc::new(log)).await
    }

    pub async fn start_with(
        &self,
        options: Options,
        wrap: impl Fn(Room, SqliteLog) -> Arc<dyn LogStore>,
    ) -> Server {
        self.start_in(options, Places::default(), wrap).await
    }

    async fn start_in(
        &self,
        options: Options,
        places: Places,
        wrap: impl Fn(Room, SqliteLog) -> Arc<dyn LogStore>,
    ) -> Server {
        let node =
            opened(|| Node::open_with(&self.folder, &options, self.clock.clone(), &wrap)).unwrap();
        Self::serve(node, places).await
    }

    /// A server over any folder whose logs these witnesses cosign, when they are asked.
    pub async fn start_watched(&self, folder: &Folder, witnesses: Witnesses) -> Server {
        let mut node =
            opened(|| Node::open(folder, &Options::default(), self.clock.clone())).unwrap();
        node.witnesses = Arc::new(witnesses);
        Self::serve(node, Places::default()).await
    }

    /// A server that knows where browsers have headquarters' pages.
    pub async fn start_with_pages(&self, pages: &str) -> Server {
        let node =
            opened(|| Node::open(&self.folder, &Options::default(), self.clock.clone())).unwrap();
        Self::serve_pages(node, Places::default(), Some(pages)).await
    }

    async fn serve(node: Node, places: Places) -> Server {
        Self::serve_pages(node, places, None).await
    }

    async fn serve_pages(node: Node, places: Places, pages: Option<&str>) -> Server {
        let service = Service::new(&node, TrustedProxies::default());
        if let Some(pages) = pages {
            service.headquarters.is_at(pages.parse().unwrap());
        }
        let (stop, stopped) = watch::channel(false);
        let mut listeners = JoinSet::new();
        let mut bound: Vec<SocketAddr> = Vec::new();
        let routers = [
            ("reporting", http::reporting(&service)),
            ("public", http::public(&service)),
            ("private", http::private(&service)),
        ];
        for (name, router) in routers {
            let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
            bound.push(socket.local_addr().unwrap());
            let metrics = Arc::clone(&node.metrics);
            let listener = Listener { name, places, socket, tls: None, router, metrics };
            listeners.spawn(http::serve(listener, stopped.clone()));
        }
        let publishing = Publishing::new(&node, Arc::clone(&service.sites)).unwrap();
        let publishing = Mutex::new(publishing);
        drop(service);
        countersign_server::client::install_provider();
        Server {
            node,
            reporting: bound[0],
            public: bound[1],
            private: bound[2],
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            publishing,
            stop,
            listeners,
        }
    }

    /// Verifies a receipt with nothing but the package.
    pub fn verify(&self, room: Room, message: &Message, receipt: &str) -> Receipt {
        let log = self.contest.log(room).unwrap();
        Receipt::verify(receipt, message.id(), message.kind(), &log.origin, &log.keys).unwrap()
    }
}

/// Opens a folder that nobody else has open. A program that another test starts holds everything that this process had open, locks too,
/// until it runs.
pub fn opened(open: impl Fn() -> Result<Node, FolderError>) -> Result<Node, FolderError> {
    let patience = Instant::now() + Duration::from_secs(10);
    loop {
        match open() {
            Err(FolderError::InUse(_)) if Instant::now() < patience => std::thread::yield_now(),
            opened => return opened,
        }
    }
}

/// A running server.
pub struct Server {
    pub node: Node,
    pub reporting: SocketAddr,
    pub public: SocketAddr,
    pub private: SocketAddr,
    pub http: reqwest::Client,
    publishing: Mutex<Publishing>,
    stop: watch::Sender<bool>,
    listeners: JoinSet<()>,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub retry_after: Option<u64>,
    pub kind: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// Code of the problem; panics when it is none.
    pub fn code(&self) -> String {
        let json = self.json();
        assert_eq!(self.kind, "application/problem+json", "{json}");
        let code = json["code"].as_str().unwrap().to_owned();
        assert_eq!(json["type"], format!("urn:countersign:problem:{code}"));
        assert_eq!(json["status"], self.status);
        code
    }

    /// The receipt; panics when there is none.
    pub fn receipt(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()["receipt"].as_str().unwrap().to_owned()
    }
}

impl Server {
    pub async fn send(&self, room: Room, message: &Message) -> Reply {
        self.post(room, message.bytes().to_vec()).await
    }

    pub async fn post(&self, room: Room, body: Vec<u8>) -> Reply {
        self.post_to(&format!("/v1/{room}/messages"), body).await
    }

    pub async fn post_to(&self, path: &str, body: Vec<u8>) -> Reply {
        let url = format!("http://{}{path}", self.reporting);
        read(self.http.post(url).body(body).send().await.unwrap()).await
    }

    pub async fn get(&self, from: SocketAddr, path: &str) -> Reply {
        read(self.http.get(format!("http://{from}{path}")).send().await.unwrap()).await
    }

    /// Asks for something unless it is one of `have`.
    pub async fn get_unless(&self, from: SocketAddr, path: &str, have: &str) -> Reply {
        let request = self.http.get(format!("http://{from}{path}")).header("if-none-match", have);
        read(request.send().await.unwrap()).await
    }

    /// An enrolled tablet of a precinct.
    pub async fn tablet(&self, party: &Party, room: Room, precinct: u32) -> SigningKey {
        let code = party.code(precinct);
        self.send(room, &party.invitations(room, std::slice::from_ref(&code))).await.receipt();
        let device = party.new_key();
        self.send(room, &party.enrolment(room, &code, &device)).await.receipt();
        device
    }

    /// Makes the results pages anew, as the server does every second when there is something to show.
    pub fn publish(&self) {
        tokio::task::block_in_place(|| self.publishing.lock().unwrap().look());
    }

    /// Makes them whether or not it is time to.
    pub fn publish_now(&self) {
        tokio::task::block_in_place(|| self.publishing.lock().unwrap().make_all());
    }

    pub fn size(&self, room: Room) -> u64 {
        self.node.admission.room(room).read().head().size
    }

    pub fn counted(&self, room: Room, outcome: &'static str) -> u64 {
        self.node.metrics.messages(room, outcome)
    }

    /// Ends the server as SIGTERM does.
    pub async fn stop(mut self) {
        self.stop.send(true).unwrap();
        drop(self.http);
        while self.listeners.join_next().await.is_some() {}
        let node = self.node;
        tokio::task::spawn_blocking(move || node.close().unwrap()).await.unwrap();
    }
}

pub async fn read(response: reqwest::Response) -> Reply {
    let header = |name: &str| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    Reply {
        status: response.status().as_u16(),
        retry_after: header("retry-after").and_then(|value| value.parse().ok()),
        kind: header("content-type").unwrap_or_default(),
        body: response.bytes().await.unwrap().to_vec(),
    }
}

/// A message of a kind that this server does not take yet: only its envelope can be read.
pub fn of_kind(kind: Kind, good: &Message) -> Vec<u8> {
    let word = good.kind().content_type();
    let other = kind.content_type();
    assert_eq!(word.len(), other.len(), "the length stands in the envelope");
    let at = good.bytes().windows(word.len()).position(|part| part == word.as_bytes()).unwrap();
    let mut bytes = good.bytes().to_vec();
    bytes[at..at + word.len()].copy_from_slice(other.as_bytes());
    bytes
}
