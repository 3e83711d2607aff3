//! A commit that fails, a commit of which nobody knows, a log that is gone, went back or was changed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign_core::id::MessageId;
use countersign_core::message::Message;
use countersign_core::room::Room;
use countersign_server::folder::FolderError;
use countersign_server::fsck::{self, Trouble};
use countersign_server::node::{Node, Options};
use countersign_server::store::{
    Batch, CommitError, Head, LogStore, SqliteLog, StoreError, Stored,
};

use crate::support::{Party, Reply, Server, opened};

const ROOM: Room = Room::Official;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The batch is committed, and the answer lost.
    DoneUnknown,
    /// The batch is lost, and so is the answer.
    LostUnknown,
    /// The disk is full.
    NotCommitted,
    /// Somebody else wrote.
    HeadMoved,
}

/// A log whose next commits go wrong as told.
struct Faulty {
    log: SqliteLog,
    faults: Arc<Mutex<VecDeque<Fault>>>,
}

fn trouble() -> StoreError {
    StoreError::Damaged("the disk went away".to_owned())
}

impl LogStore for Faulty {
    fn head(&self) -> Result<Head, StoreError> {
        self.log.head()
    }

    fn commit(&self, batch: &Batch<'_>) -> Result<(), CommitError> {
        match self.faults.lock().unwrap().pop_front() {
            None => self.log.commit(batch),
            Some(Fault::DoneUnknown) => {
                self.log.commit(batch)?;
                Err(CommitError::Unknown(trouble()))
            }
            Some(Fault::LostUnknown) => Err(CommitError::Unknown(trouble())),
            Some(Fault::NotCommitted) => Err(CommitError::NotCommitted(trouble())),
            Some(Fault::HeadMoved) => Err(CommitError::HeadMoved),
        }
    }

    fn has_room(&self) -> Result<(), StoreError> {
        self.log.has_room()
    }

    fn read(&self, visit: &mut dyn FnMut(u64, Stored) -> bool) -> Result<(), StoreError> {
        self.log.read(visit)
    }

    fn message(&self, index: u64, id: MessageId) -> Result<Option<Vec<u8>>, StoreError> {
        self.log.message(index, id)
    }
}

async fn start_faulty(party: &Party) -> (Server, Arc<Mutex<VecDeque<Fault>>>) {
    let faults = Arc::new(Mutex::new(VecDeque::new()));
    let shared = faults.clone();
    let server = party
        .start_with(Options::default(), move |_, log| {
            Arc::new(Faulty { log, faults: shared.clone() })
        })
        .await;
    (server, faults)
}

/// Sends again once the log was read again. Asking all the time until then would use up the key's budget.
async fn send_again(server: &Server, message: &Message) -> Reply {
    let recovered = async {
        while !server.node.admission.room(ROOM).is_serving() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), recovered).await.unwrap();
    server.send(ROOM, message).await
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_commit_that_went_wrong_nothing_is_acknowledged_and_sending_again_settles_it() {
    let party = Party::new(&[ROOM]);
    let (server, faults) = start_faulty(&party).await;
    let all = [Fault::DoneUnknown, Fault::LostUnknown, Fault::NotCommitted, Fault::HeadMoved];
    for (precinct, fault) in (0..).zip(all) {
        let device = server.tablet(&party, ROOM, precinct).await;
        let before = server.size(ROOM);
        let report = party.sign(ROOM, &device, &party.report(precinct, 20));
        faults.lock().unwrap().push_back(fault);
        let reply = server.send(ROOM, &report).await;
        assert_eq!(reply.code(), "busy", "nobody knows, so nobody is told that it was entered");
        // The tablet sends again until it has its receipt.
        let reply = send_again(&server, &report).await;
        let receipt = party.verify(ROOM, &report, &reply.receipt());
        assert_eq!(receipt.index, before, "entered once, at the place that was free");
        assert_eq!(server.size(ROOM), before + 1);
    }
    server.stop().await;
    assert!(fsck::check(&party.folder, ROOM).is_ok());
}

/// What a lost batch had changed is gone with it: a refusal judged on top of it is not given.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_revocation_holds_nobody() {
    let party = Party::new(&[ROOM]);
    let (server, faults) = start_faulty(&party).await;
    let device = server.tablet(&party, ROOM, 0).await;
    faults.lock().unwrap().push_back(Fault::LostUnknown);
    assert_eq!(server.send(ROOM, &party.revoke(ROOM, &device)).await.code(), "busy");
    let report = party.sign(ROOM, &device, &party.report(0, 20));
    let reply = send_again(&server, &report).await;
    party.verify(ROOM, &report, &reply.receipt());
}

async fn some_entries(party: &Party) {
    let server = party.start().await;
    let device = server.tablet(party, ROOM, 0).await;
    server.send(ROOM, &party.sign(ROOM, &device, &party.report(0, 20))).await.receipt();
    server.stop().await;
}

fn open(party: &Party) -> Result<Node, FolderError> {
    opened(|| open_now(party))
}

fn open_now(party: &Party) -> Result<Node, FolderError> {
    Node::open(&party.folder, &Options::default(), party.clock.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_over_a_log_that_is_missing() {
    let party = Party::new(&[ROOM]);
    some_entries(&party).await;
    let path = party.folder.log(ROOM);
    let away = path.with_extension("away");
    std::fs::rename(&path, &away).unwrap();
    let error = open(&party).err().unwrap();
    assert!(matches!(error, FolderError::LogMissing { room: ROOM, .. }), "{error}");
    assert!(!path.exists(), "no new log was begun");
    std::fs::rename(&away, &path).unwrap();
    assert!(open(&party).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_over_a_log_that_went_back() {
    let party = Party::new(&[ROOM]);
    let copy = party.root.path().join("copy.db");
    let sql = format!("VACUUM INTO '{}'", copy.display());
    rusqlite::Connection::open(party.folder.log(ROOM)).unwrap().execute_batch(&sql).unwrap();
    some_entries(&party).await;
    for ending in ["db", "db-wal", "db-shm"] {
        let _ = std::fs::remove_file(party.folder.log(ROOM).with_extension(ending));
    }
    std::fs::copy(&copy, party.folder.log(ROOM)).unwrap();
    let error = open(&party).err().unwrap();
    assert!(
        matches!(error, FolderError::LogWentBack { room: ROOM, size: 3, furthest: 6 }),
        "{error}"
    );
}

/// A log key that is lost or no longer trusted is replaced by the spare; tablets have both in their package.
#[tokio::test(flavor = "multi_thread")]
async fn the_spare_log_key_takes_over_and_no_other_key_does() {
    let party = Party::new(&[ROOM]);
    some_entries(&party).await;
    let in_use = party.folder.log_key(ROOM);
    std::fs::copy(party.keys.admin(), &in_use).unwrap();
    assert!(matches!(open(&party).err(), Some(FolderError::ForeignLogKey(_))));
    std::fs::copy(party.keys.spare(), &in_use).unwrap();
    let server = party.start().await;
    let device = server.tablet(&party, ROOM, 1).await;
    let report = party.sign(ROOM, &device, &party.report(1, 20));
    party.verify(ROOM, &report, &server.send(ROOM, &report).await.receipt());
    server.stop().await;
    assert_eq!(fsck::check(&party.folder, ROOM).unwrap().entries, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_never_use_one_folder() {
    let party = Party::new(&[ROOM]);
    let first = open(&party).unwrap();
    assert!(matches!(open_now(&party).err(), Some(FolderError::InUse(_))));
    first.close().unwrap();
    assert!(open(&party).is_ok());
}

fn change(party: &Party, sql: &str) {
    let connection = rusqlite::Connection::open(party.folder.log(ROOM)).unwrap();
    connection.execute_batch(sql).unwrap();
}

/// Every kind of damage is found, and the first wrong entry is named.
#[tokio::test(flavor = "multi_thread")]
async fn fsck_names_the_first_difference() {
    let damages = [
        ("UPDATE log SET message = zeroblob(200) WHERE idx = 4", "entry 4"),
        (
            "UPDATE log SET message = (SELECT message FROM log WHERE idx = 2) WHERE idx = 4",
            "entry 4",
        ),
        (
            "UPDATE log SET message = (SELECT message FROM log WHERE idx = 3),
                 entry = (SELECT entry FROM log WHERE idx = 3) WHERE idx = 5",
            "entry 5",
        ),
        ("DELETE FROM log WHERE idx = 5", "the stored head does not fit"),
        ("DELETE FROM log WHERE idx = 3", "entry 4"),
        ("UPDATE head SET root = zeroblob(32)", "root of the tree"),
        ("UPDATE head SET checkpoint = 'nothing'", "checkpoint"),
    ];
    for (damage, named) in damages {
        let party = Party::new(&[ROOM]);
        some_entries(&party).await;
        assert_eq!(fsck::check(&party.folder, ROOM).unwrap().entries, 6);
        change(&party, damage);
        let trouble = fsck::check(&party.folder, ROOM).unwrap_err();
        assert!(trouble.to_string().contains(named), "{damage}: {trouble}");
        assert!(open(&party).is_err(), "{damage}: it does not start either");
    }
}

/// Somebody who can write the database and knows the log key still cannot make up a report.
#[tokio::test(flavor = "multi_thread")]
async fn fsck_finds_a_report_that_no_tablet_signed() {
    use countersign_core::log::{Checkpoint, Entry};
    let party = Party::new(&[ROOM]);
    some_entries(&party).await;
    let key = countersign_server::keys::read_key(&party.keys.log(ROOM)).unwrap();
    let forged = party.sign(ROOM, &party.new_key(), &party.report(0, 999));
    {
        let node = open(&party).unwrap();
        let projection = node.admission.room(ROOM).read().clone();
        node.close().unwrap();
        let entry =
            Entry { kind: forged.kind(), time_ms: projection.state.now_ms(), message: forged.id() };
        let mut tree = projection.tree.clone();
        tree.push(entry.leaf());
        let (size, root) = (tree.size(), tree.root(tree.size()));
        let origin = projection.origin().to_owned();
        let checkpoint = Checkpoint { origin, size, root }.sign(&key);
        let log = SqliteLog::open(&party.folder.log(ROOM)).unwrap();
        let head = Head { size, root, checkpoint };
        let onto = projection.head();
        log.commit(&Batch { onto, entries: &[(entry, forged.bytes())], head: &head }).unwrap();
    }
    let trouble = fsck::check(&party.folder, ROOM).unwrap_err();
    assert!(matches!(trouble, Trouble::Entry { index: 6, .. }), "{trouble}");
}

#[test]
fn a_batch_goes_onto_the_head_it_names_or_nowhere() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("log.db");
    let log = SqliteLog::create(&path).unwrap();
    assert!(matches!(SqliteLog::create(&path), Err(StoreError::Exists(_))));
    let empty = log.head().unwrap();
    let head = Head { size: 0, root: [1; 32], checkpoint: "one".to_owned() };
    log.commit(&Batch { onto: &empty, entries: &[], head: &head }).unwrap();
    let late = Head { size: 0, root: [2; 32], checkpoint: "two".to_owned() };
    let result = log.commit(&Batch { onto: &empty, entries: &[], head: &late });
    assert!(matches!(result, Err(CommitError::HeadMoved)));
    assert_eq!(log.head().unwrap(), head);
}
