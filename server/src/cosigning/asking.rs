//! Asking the witnesses: each round offers the head of every room that has grown; each witness is asked on its own, so that a
//! slow one keeps none of the others waiting.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::room::Room;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::exchange::{self, Answer, add_checkpoint, last_checkpoint};
use super::recall::recall;
use super::{Trouble, Witnesses};
use crate::admission::Admission;
use crate::clock::SharedClock;
use crate::metrics::Metrics;
use crate::node::Node;
use crate::room::{Sight, keep};
use crate::store::{Cosigned, Head, PrivateStore};

/// Between two rounds.
pub const EVERY: Duration = Duration::from_secs(5);

/// Times that a witness is told another old size in one round.
const TRIES: usize = 3;

/// Asks the witnesses of a node.
#[derive(Clone)]
pub struct Asking(Arc<Parts>);

struct Parts {
    witnesses: Arc<Witnesses>,
    admission: Arc<Admission>,
    private: Arc<PrivateStore>,
    metrics: Arc<Metrics>,
    clock: SharedClock,
    http: reqwest::Client,
    /// Held by whoever asks a witness: each is asked for one thing at a time.
    turns: Vec<tokio::sync::Mutex<()>>,
    /// Server time when asking began.
    began_ms: u64,
}

impl Asking {
    /// Prepares to ask the witnesses of a node, and recalls what they cosigned before the server started. As long as this lives, the node's rooms do not end.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new(node: &Node) -> Result<Self, reqwest::Error> {
        for room in Room::ALL {
            recall(node, room);
        }
        Ok(Self(Arc::new(Parts {
            witnesses: Arc::clone(&node.witnesses),
            admission: Arc::clone(&node.admission),
            private: Arc::clone(&node.private),
            metrics: Arc::clone(&node.metrics),
            clock: Arc::clone(&node.clock),
            http: exchange::client()?,
            turns: (0..node.witnesses.count()).map(|_| tokio::sync::Mutex::default()).collect(),
            began_ms: node.clock.now_ms(),
        })))
    }

    /// Asks at once and then in every round, until it is dropped.
    pub async fn run(self) {
        let mut rounds = tokio::time::interval(EVERY);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut asked = JoinSet::new();
        loop {
            rounds.tick().await;
            self.ask_all(&mut asked);
            while asked.try_join_next().is_some() {}
        }
    }

    /// One round, until every witness has answered or was given up.
    pub async fn round(&self) {
        let mut asked = JoinSet::new();
        self.ask_all(&mut asked);
        while asked.join_next().await.is_some() {}
    }

    /// Begins a round and asks every witness that is not being asked.
    fn ask_all(&self, asked: &mut JoinSet<()>) {
        self.0.begin_round();
        for witness in 0..self.0.witnesses.count() {
            let parts = Arc::clone(&self.0);
            asked.spawn(async move { parts.ask_unless_asked(witness).await });
        }
    }
}

impl Parts {
    /// Takes the rooms' heads. Holds each room's lock for as long as it takes to copy a pointer.
    fn begin_round(&self) {
        for room in Room::ALL {
            let head = Arc::clone(self.admission.room(room).read().head());
            self.witnesses.collected(room).begin_round(&head, self.clock.now_ms());
            self.show(room);
        }
    }

    /// Shows in the room what was cosigned, and says in the counters how long each witness has been silent.
    fn show(&self, room: Room) {
        let now_ms = self.clock.now_ms();
        let collected = self.witnesses.collected(room);
        let since = |then_ms: u64| now_ms.saturating_sub(then_ms) / 1000;
        for (at, known) in collected.witnesses.iter().enumerate() {
            let age_s = since(known.at_ms.unwrap_or(self.began_ms));
            let wait_s = known.waits_since_ms.map_or(0, since);
            self.metrics.cosignature_age(room, self.witnesses.name(at), age_s, wait_s);
        }
        // Under the lock, so that nothing older is shown later.
        self.admission.room(room).show_cosigned(collected.shown());
    }

    async fn ask_unless_asked(&self, witness: usize) {
        let Ok(_turn) = self.turns[witness].try_lock() else { return };
        for room in Room::ALL {
            let wanted = self.witnesses.collected(room).wanted(witness);
            let Some(head) = wanted else { continue };
            let name = self.witnesses.name(witness);
            match self.ask(room, witness, &head).await {
                Ok(Some(line)) => {
                    let now_ms = self.clock.now_ms();
                    let note = head.checkpoint.clone() + &line;
                    self.witnesses.collected(room).cosigned(witness, head.size, line, now_ms);
                    self.keep(room, witness, Cosigned { size: head.size, at_ms: now_ms, note })
                        .await;
                    self.metrics.cosigned(room, name);
                    self.show(room);
                }
                Ok(None) => {}
                Err(trouble) => {
                    self.metrics.not_cosigned(room, name, trouble.as_str());
                    let before =
                        self.witnesses.collected(room).witnesses[witness].trouble.replace(trouble);
                    if before != Some(trouble) {
                        tracing::warn!(%room, witness = name, trouble = trouble.as_str(), "a witness does not cosign");
                    }
                }
            }
        }
    }

    /// Keeps what a witness cosigned, for the next start and for whoever exports the log. Nothing rests on it.
    async fn keep(&self, room: Room, witness: usize, cosigned: Cosigned) {
        let key = self.witnesses.keys[witness].to_string();
        let witnessed =
            self.witnesses.collected(room).witnessed().map(|witnessed| witnessed.note.clone());
        let origin = self.admission.room(room).read().origin().to_owned();
        let private = Arc::clone(&self.private);
        let kept = tokio::task::spawn_blocking(move || {
            private.note_cosigned(room, &origin, &key, &cosigned, witnessed.as_deref())
        });
        if let Ok(Err(error)) = kept.await {
            tracing::warn!(%room, %error, "a cosignature cannot be kept; it will be asked for again");
        }
    }

    /// Offers a head to a witness; its signature line, or nothing when it has cosigned a newer one meanwhile.
    async fn ask(
        &self,
        room: Room,
        witness: usize,
        head: &Head,
    ) -> Result<Option<String>, Trouble> {
        let Some(address) = &self.witnesses.addresses[witness] else {
            return Err(Trouble::NoAddress);
        };
        let mut old = self.witnesses.collected(room).witnesses[witness].has;
        for _ in 0..TRIES {
            let proof = {
                let projection = self.admission.room(room).read();
                if old > projection.head().size {
                    None
                } else if old > head.size {
                    // It knows a newer one of this log than was offered: the next round offers that.
                    return Ok(None);
                } else {
                    projection.tree.consistency(old, head.size)
                }
            };
            let Some(proof) = proof else {
                return Err(self.prove(room, witness).await);
            };
            match add_checkpoint(&self.http, address, old, proof, &head.checkpoint).await? {
                Answer::Cosigned(line) => return Ok(Some(line)),
                Answer::DoesNotGoOn => return Err(self.prove(room, witness).await),
                Answer::Has(size) if size == old => return Err(Trouble::Strange),
                Answer::Has(size) => {
                    old = size;
                    self.witnesses.collected(room).witnesses[witness].has = size;
                }
            }
        }
        Err(Trouble::Moving)
    }

    /// A witness says that the log does not lead to what it cosigned. What it says proves nothing; what it has cosigned does,
    /// when the log's own key signed it.
    async fn prove(&self, room: Room, witness: usize) -> Trouble {
        // Its word on sizes is not kept: it may have been a lie.
        self.witnesses.collected(room).witnesses[witness].has = 0;
        let origin = self.admission.room(room).read().origin().to_owned();
        let Some(address) = &self.witnesses.addresses[witness] else {
            return Trouble::NoAddress;
        };
        let Ok(note) = last_checkpoint(&self.http, address, &origin).await else {
            return Trouble::ClaimsInconsistent;
        };
        match self.admission.room(room).show(&note) {
            Sight::Within | Sight::Unproven => Trouble::ClaimsInconsistent,
            Sight::Beyond(beyond) => {
                if !self.witnesses.inconsistent(room) {
                    tracing::error!(
                        %room, witness = self.witnesses.name(witness), size = beyond.size,
                        "INCONSISTENT: a witness has cosigned a checkpoint that a key of this log signed and that this log \
                         does not lead to. Two logs were shown under one name (docs/witness.md, \"When a split view is \
                         noticed\")"
                    );
                }
                self.witnesses.set_inconsistent(room);
                let private = Arc::clone(&self.private);
                let kept =
                    tokio::task::spawn_blocking(move || keep(&private, room, &beyond, &note));
                let _ = kept.await;
                Trouble::Inconsistent
            }
        }
    }
}
