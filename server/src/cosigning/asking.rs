//! Asking the witnesses: each round takes the list of the newest package and offers the head of every room that has grown; each
//! witness is asked on its own, so that a slow one keeps none of the others waiting.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::log::WitnessKey;
use countersign_core::room::Room;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::exchange::{self, Answer, add_checkpoint, last_checkpoint};
use super::panel::Panel;
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
    /// Server time when asking began.
    began_ms: u64,
}

impl Asking {
    /// Prepares to ask the witnesses of a node, and recalls what they cosigned before the server started. As long as this lives, the node's rooms do not end.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new(node: &Node) -> Result<Self, reqwest::Error> {
        let panel = node.witnesses.panel();
        for room in Room::ALL {
            recall(&node.witnesses, &panel, &node.private, node.admission.room(room));
        }
        Ok(Self(Arc::new(Parts {
            witnesses: Arc::clone(&node.witnesses),
            admission: Arc::clone(&node.admission),
            private: Arc::clone(&node.private),
            metrics: Arc::clone(&node.metrics),
            clock: Arc::clone(&node.clock),
            http: exchange::client()?,
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
        let panel = self.0.begin_round();
        for witness in 0..panel.all.len() {
            let (parts, panel) = (Arc::clone(&self.0), Arc::clone(&panel));
            asked.spawn(async move { parts.ask_unless_asked(&panel, witness).await });
        }
    }
}

impl Parts {
    /// Takes the newest package's list and the rooms' heads; who is asked in this round. Holds each room's lock for as long as it
    /// takes to copy a pointer.
    fn begin_round(&self) -> Arc<Panel> {
        self.follow();
        let panel = self.witnesses.panel();
        for room in Room::ALL {
            let head = Arc::clone(self.admission.room(room).read().head());
            panel.collected(room).begin_round(&head, self.clock.now_ms());
            self.show(room);
        }
        panel
    }

    /// Asks whom the newest package names, when that is another list than before.
    fn follow(&self) {
        let package = self.admission.room(Room::Official).read().state.package().cloned();
        let list = package.as_ref().and_then(|package| package.contest.witnesses.as_ref());
        let Some(panel) = self.witnesses.other_panel(list) else { return };
        for room in Room::ALL {
            recall(&self.witnesses, &panel, &self.private, self.admission.room(room));
        }
        let before = self.witnesses.panel();
        self.witnesses.change(panel);
        let (of, needed) = (self.witnesses.count(), self.witnesses.needed());
        tracing::info!(
            of,
            needed,
            "the newest package names other witnesses, who are asked from now on"
        );
        self.witnesses.warn();
        for gone in before.all.iter().filter(|one| !self.witnesses.is_named(one.key.name())) {
            for room in Room::ALL {
                self.metrics.not_asked(room, gone.key.name());
            }
        }
    }

    /// Shows in the room what was cosigned, and says in the counters how long each witness has been silent.
    fn show(&self, room: Room) {
        let now_ms = self.clock.now_ms();
        // Held to the end, so that what another panel cosigned is not shown after a change.
        let panel = self.witnesses.held();
        let collected = panel.collected(room);
        let since = |then_ms: u64| now_ms.saturating_sub(then_ms) / 1000;
        for (at, known) in collected.witnesses.iter().enumerate() {
            let age_s = since(known.at_ms.unwrap_or(self.began_ms));
            let wait_s = known.waits_since_ms.map_or(0, since);
            self.metrics.cosignature_age(room, panel.name(at), age_s, wait_s);
        }
        // Under the lock, so that nothing older is shown later.
        self.admission.room(room).show_cosigned(collected.shown());
    }

    async fn ask_unless_asked(&self, panel: &Panel, witness: usize) {
        let Ok(_turn) = panel.all[witness].turn.try_lock() else { return };
        let (key, name) = (&panel.all[witness].key, panel.name(witness));
        for room in Room::ALL {
            let wanted = panel.collected(room).wanted(witness);
            let Some(head) = wanted else { continue };
            match self.ask(room, panel, witness, &head).await {
                Ok(Some(line)) => {
                    let now_ms = self.clock.now_ms();
                    let note = head.checkpoint.clone() + &line;
                    panel.collected(room).cosigned(witness, head.size, line, now_ms);
                    self.witnesses.hear(room, key, head.size, now_ms);
                    self.keep(room, key, Cosigned { size: head.size, at_ms: now_ms, note }).await;
                    self.metrics.cosigned(room, name);
                    self.show(room);
                }
                Ok(None) => {}
                Err(trouble) => {
                    self.metrics.not_cosigned(room, name, trouble.as_str());
                    let before = panel.collected(room).witnesses[witness].trouble.replace(trouble);
                    if before != Some(trouble) {
                        tracing::warn!(%room, witness = name, trouble = trouble.as_str(), "a witness does not cosign");
                    }
                }
            }
        }
    }

    /// Keeps what a witness cosigned, for the next start and for whoever exports the log. Nothing rests on it.
    async fn keep(&self, room: Room, key: &WitnessKey, cosigned: Cosigned) {
        let key = key.to_string();
        let witnessed = self.witnesses.checkpoint(room, 0).map(|witnessed| witnessed.note.clone());
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
        panel: &Panel,
        witness: usize,
        head: &Head,
    ) -> Result<Option<String>, Trouble> {
        let Some(address) = &panel.all[witness].address else {
            return Err(Trouble::NoAddress);
        };
        let mut old = panel.collected(room).witnesses[witness].has;
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
                return Err(self.prove(room, panel, witness).await);
            };
            match add_checkpoint(&self.http, address, old, proof, &head.checkpoint).await? {
                Answer::Cosigned(line) => return Ok(Some(line)),
                Answer::DoesNotGoOn => return Err(self.prove(room, panel, witness).await),
                Answer::Has(size) if size == old => return Err(Trouble::Strange),
                Answer::Has(size) => {
                    old = size;
                    panel.collected(room).witnesses[witness].has = size;
                }
            }
        }
        Err(Trouble::Moving)
    }

    /// A witness says that the log does not lead to what it cosigned. What it says proves nothing; what it has cosigned does,
    /// when the log's own key signed it.
    async fn prove(&self, room: Room, panel: &Panel, witness: usize) -> Trouble {
        // Its word on sizes is not kept: it may have been a lie.
        panel.collected(room).witnesses[witness].has = 0;
        let origin = self.admission.room(room).read().origin().to_owned();
        let Some(address) = &panel.all[witness].address else {
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
                        %room, witness = panel.name(witness), size = beyond.size,
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
