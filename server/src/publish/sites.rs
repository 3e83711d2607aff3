//! The folders of both rooms while the server runs, and the work that keeps them new.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use countersign_core::results::{Review, RoomState};
use countersign_core::room::Room;

use super::pages::{self, Witness};
use super::{Publisher, Site};
use crate::admission::Admission;
use crate::clock::SharedClock;
use crate::cosigning::Witnesses;
use crate::keys::KeyError;
use crate::node::Node;

/// Larger contests are published with `export`, on a machine that has nothing else to do.
pub const PRECINCTS_MAX: usize = 20_000;

/// Between two looks at whether there is something new.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// New reports wait for each other at least so long, and at least twenty times as long as making the pages took.
const NEWS_WAIT: Duration = Duration::from_secs(10);
/// The pages say when they were made: also when nothing happens they are made anew this often.
const ANEW: Duration = Duration::from_secs(5 * 60);

/// What is offered now. Nothing before it was made for the first time.
#[derive(Debug, Default)]
pub struct Sites([RwLock<Option<Arc<Site>>>; 2]);

impl Sites {
    /// A room's folder.
    #[must_use]
    pub fn get(&self, room: Room) -> Option<Arc<Site>> {
        self.0[room.place()].read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Offers a room's folder from now on.
    pub fn put(&self, room: Room, site: Site) {
        *self.0[room.place()].write().unwrap_or_else(PoisonError::into_inner) =
            Some(Arc::new(site));
    }
}

/// Keeps the folders new.
pub struct Publishing {
    /// Weak, so that a folder being made keeps no room from being closed.
    admission: Weak<Admission>,
    witnesses: Arc<Witnesses>,
    clock: SharedClock,
    sites: Arc<Sites>,
    rooms: Vec<(Room, Publisher, Option<Made>)>,
}

/// When a folder was made, and from what.
struct Made {
    at: Instant,
    took: Duration,
    size: u64,
    said: (usize, usize),
    /// How many entries each witness had cosigned.
    cosigned: Vec<u64>,
    /// Whether a release waits for witnesses.
    waits: bool,
    /// Whether the next word was promised for a time that is past.
    is_overdue: bool,
}

impl Publishing {
    /// Publishes a node's rooms there.
    ///
    /// # Errors
    /// [`KeyError`] for a key that is there to sign lists of hashes and cannot be read.
    pub fn new(node: &Node, sites: Arc<Sites>) -> Result<Self, KeyError> {
        let mut rooms = Vec::new();
        for room in Room::ALL {
            rooms.push((room, Publisher::signing(node.folder.read_results_key(room)?), None));
        }
        let (witnesses, clock) = (Arc::clone(&node.witnesses), Arc::clone(&node.clock));
        Ok(Self { admission: Arc::downgrade(&node.admission), witnesses, clock, sites, rooms })
    }

    /// Looks again and again, until whoever holds the other end of `stop` lets go of it.
    pub fn run(mut self, stop: &Receiver<()>) {
        while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(LOOK_EVERY) {
            self.look();
        }
    }

    /// Makes both rooms' folders anew, whether or not it is time to.
    pub fn make_all(&mut self) {
        for (.., made) in &mut self.rooms {
            *made = None;
        }
        self.look();
    }

    /// Looks at both rooms, and makes the folder of one anew where it is time to. Takes as long as that takes.
    pub fn look(&mut self) {
        for (room, publisher, made) in &mut self.rooms {
            let witnesses = witnesses(&self.witnesses, *room);
            let now_ms = self.clock.now_ms();
            let cosigned: Vec<u64> = witnesses.all.iter().map(|one| one.size).collect();
            let state = {
                let Some(admission) = self.admission.upgrade() else { return };
                let projection = admission.room(*room).read();
                let state = &projection.state;
                let few = state
                    .package()
                    .is_some_and(|package| package.contest.precincts.len() <= PRECINCTS_MAX);
                if !few || !is_time(made.as_ref(), state, &cosigned, now_ms) {
                    continue;
                }
                state.clone()
            };
            let begun = Instant::now();
            let mut waits = false;
            match publisher.make(&state, now_ms, witnesses) {
                Ok(Some(site)) => {
                    waits = site.waits;
                    self.sites.put(*room, site);
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(%room, %error, "results are not made anew; those from before stay");
                }
            }
            let (size, said) = (state.size(), said(state.review()));
            let (took, is_overdue) = (begun.elapsed(), is_overdue(state.review(), now_ms));
            *made = Some(Made { at: begun, took, size, said, cosigned, waits, is_overdue });
        }
    }
}

/// How much people have said, and how much of it waits for a second person. Whatever they say is shown at once.
fn said(review: &Review) -> (usize, usize) {
    let answered = review.objections().iter().filter(|one| one.answer.is_some()).count();
    let approvals = review.releases().iter().filter(|one| one.approval.is_some()).count();
    let withdrawn = review.releases().iter().filter(|one| one.withdrawal.is_some()).count();
    let stops = review.stops().iter().filter(|stop| stop.approval.is_some()).count();
    let ended = review.stops().iter().filter(|stop| stop.ended.is_some()).count();
    let asked = review.previews().len() + review.objections().len();
    let responded = review.inquiries().len() - review.open_inquiries().count();
    let inquired = review.inquiries().len() + responded + review.notices().len();
    let other = review.all_withheld().len() + review.copies().len() + inquired;
    (asked + answered + approvals + withdrawn + stops + ended + other, review.pending().count())
}

/// Whether headquarters promised the next word for a time that is past.
fn is_overdue(review: &Review, now_ms: u64) -> bool {
    let promised = review.notices().last().and_then(|one| one.notice.next_ms);
    promised.is_some_and(|next_ms| next_ms <= now_ms)
}

fn is_time(made: Option<&Made>, state: &RoomState, cosigned: &[u64], now_ms: u64) -> bool {
    let Some(made) = made else { return true };
    let since = made.at.elapsed();
    said(state.review()) != made.said
        || is_overdue(state.review(), now_ms) != made.is_overdue
        // A release that waits is shown once it is witnessed, or has waited long enough.
        || made.waits && (made.cosigned != cosigned || since >= NEWS_WAIT)
        || since >= ANEW
        || state.size() != made.size && since >= NEWS_WAIT.max(made.took * 20)
}

/// The witnesses of a room's log, as pages name them.
#[must_use]
pub fn witnesses(witnesses: &Witnesses, room: Room) -> pages::Witnesses {
    let status = witnesses.status(room).into_iter();
    pages::Witnesses {
        all: status
            .map(|one| Witness {
                name: one.name,
                key: one.key,
                size: one.size,
                at_ms: one.at_ms,
                is_silent: one.trouble.is_some(),
                since_ms: one.waits_since_ms,
            })
            .collect(),
        earlier: witnesses
            .earlier(room)
            .into_iter()
            .map(|one| Witness {
                name: one.key.name().to_owned(),
                key: one.key.to_string(),
                size: one.size,
                at_ms: Some(one.at_ms),
                is_silent: false,
                since_ms: None,
            })
            .collect(),
        needed: witnesses.needed(),
        inconsistent: witnesses.inconsistent(room),
    }
}
