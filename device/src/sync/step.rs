//! One turn: choose under the lock, ask without it, take in under it.

use std::sync::Arc;

use countersign_core::contest::Contest;
use countersign_core::id::{KeyId, MessageId};
use countersign_core::log::Checkpoint;
use countersign_core::message::Package;
use countersign_core::room::Room;

use super::answer;
use super::apply::{self, Looked, Sent};
use super::driver::{Answered, Met, Request, is_allowed};
use super::machine::{Action, Follow, Outcome, Waiting};
use crate::api::NetworkState;
use crate::config::Config;
use crate::db::outbox::{self, State as Standing};
use crate::db::{keys, log, setting};
use crate::error::{Error, Result};
use crate::followed;
use crate::package::{self, Source, WANTED_ADDRESS};
use crate::question;
use crate::state::State;

/// How a room's log goes on is asked so often at least, with up to as much again, where no report of this tablet stands in it:
/// it may have been begun again, and a server that was restored from an older copy learns of it by what the tablet shows.
const LOG_AGAIN_MS: u64 = 5 * 60_000;

/// A request that was chosen, and what has to be known to take in what comes of it. Dropping it is being killed while
/// it is under way: whether the message arrived is not known, and it is sent again.
pub struct UnderWay {
    action: Action,
    sent: Option<Sent>,
    looked: Option<Looked>,
    request: Request,
    pub(crate) package: Option<(MessageId, Arc<Package>)>,
    pub(crate) config: Config,
}

impl UnderWay {
    /// What to ask, and where.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }
}

/// What there is to do.
pub enum Begun {
    /// This is to be asked, and what came of it to be handed to [`Tablet::sync_finish`](crate::Tablet::sync_finish).
    UnderWay(Box<UnderWay>),
    /// Nothing before this moment of the monotonic clock; `None`: before something changes.
    Wait {
        /// Milliseconds of the monotonic clock.
        until_ms: Option<u64>,
    },
}

/// Addresses that may be asked, in the package's order; before there is a package the one an invitation named.
pub(crate) fn addresses(state: &State) -> Result<Vec<String>> {
    let mut addresses: Vec<String> = match state.contest() {
        Some(contest) => contest.servers.iter().map(|server| server.address.clone()).collect(),
        None => setting::read(&state.db, WANTED_ADDRESS)?.into_iter().collect(),
    };
    addresses.retain(|address| is_allowed(address));
    Ok(addresses)
}

/// Chooses what to do: a request, or until when to wait.
pub(crate) fn begin(state: &mut State) -> Result<Begun> {
    let now = state.monotonic_ms();
    let addresses = addresses(state)?;
    let items = outbox::waiting(&state.db)?;
    // Without a package there is no log to verify a receipt with: nothing is sent, only the package fetched.
    let known = state.current.is_some();
    let waiting: Vec<Waiting> = items
        .iter()
        .filter(|_| known)
        .map(|item| Waiting {
            id: item.id,
            key: item.key,
            held: matches!(item.state, Standing::Held(_)),
        })
        .collect();
    let wanted = match state.contest() {
        Some(contest) => !package::frozen(contest, state.wall_ms()),
        None => true,
    };
    let rooms = if known { outbox::receipted_rooms(&state.db)? } else { Vec::new() };
    let mut logs = Vec::with_capacity(rooms.len());
    for room in rooms {
        let asked = outbox::has_receipted_report(&state.db, room)?;
        let every_ms = if asked { state.config.questions_ms } else { LOG_AGAIN_MS };
        logs.push(Follow { room, every_ms });
    }
    let action = state.machine.next(now, &waiting, addresses.len(), wanted, &logs);
    let package = match state.current {
        Some(id) => Some((id, state.package(id)?)),
        None => None,
    };
    let config = state.config.clone();
    let contest = package.as_ref().map(|(_, package)| &package.contest);
    let (sent, looked, request) = match action {
        Action::Wait { until_ms } => return Ok(Begun::Wait { until_ms }),
        Action::FetchPackage { address } => {
            let address = addresses[address].clone();
            (None, None, Request::Package { address, have: state.current })
        }
        Action::LookAtLog { address, room } => {
            let (checkpoint, note) = seen(state, contest, room)?;
            let precincts = keys::precincts_of(&state.db, room)?;
            let reports = question::askable(state, room)?;
            let request = Request::Log {
                address: addresses[address].clone(),
                room,
                seen: checkpoint.as_ref().map_or(0, |seen| seen.size),
                checkpoint: note,
                precincts: precincts.clone(),
                holding: reports.iter().map(|held| held.holding).collect(),
            };
            (None, Some(Looked { room, seen: checkpoint, precincts, reports }), request)
        }
        Action::Send { id, address } => {
            let item = items.iter().find(|item| item.id == id).ok_or_else(|| lost(id))?;
            let (checkpoint, note) = seen(state, contest, item.room)?;
            let bytes = outbox::bytes(&state.db, id)?.ok_or_else(|| lost(id))?;
            if let Err(error) = outbox::set_sending(&state.db, id) {
                // A full disk does not keep a report from leaving.
                tracing::warn!(%error, "an attempt could not be noted");
            }
            let request = Request::Send {
                address: addresses[address].clone(),
                room: item.room,
                bytes,
                seen: checkpoint.as_ref().map_or(0, |seen| seen.size),
                checkpoint: note,
            };
            let (kind, room, key) = (item.kind, item.room, item.key);
            (Some(Sent { id, kind, room, key, seen: checkpoint }), None, request)
        }
    };
    Ok(Begun::UnderWay(Box::new(UnderWay { action, sent, looked, request, package, config })))
}

/// The largest checkpoint known of the log that is followed in a room, and its note.
fn seen(
    state: &State,
    contest: Option<&Contest>,
    room: Room,
) -> Result<(Option<Checkpoint>, Option<String>)> {
    let Some(contest) = contest else { return Ok((None, None)) };
    let Some(log) = followed::log(&state.db, contest, room)? else { return Ok((None, None)) };
    let seen = log::largest(&state.db, &log.origin)?;
    Ok(seen.map_or((None, None), |seen| (Some(seen.checkpoint), seen.note)))
}

fn lost(id: MessageId) -> Error {
    Error::Internal(format!("message {id} is not in the outbox"))
}

/// Takes in what came of a request.
pub(crate) fn finish(state: &mut State, under_way: &UnderWay, met: &Met) {
    let UnderWay { action, sent, looked, .. } = under_way;
    let sent = sent.as_ref();
    let outcome = match (met, sent, looked) {
        (Err(network), ..) => Outcome::NoNetwork { state: *network, retry_after_ms: None },
        (Ok(answered), Some(sent), _) => take_reply(state, sent, answered),
        (Ok(answered), None, Some(looked)) => take_log(state, looked, answered),
        (Ok(answered), None, None) => take_package(state, answered),
    };
    if let Some(sent) = sent
        && let Err(error) = unsend(state, sent)
    {
        tracing::warn!(%error, "the end of an attempt could not be noted");
    }
    let (now, key) = (state.monotonic_ms(), sent.map(|sent: &Sent| -> KeyId { sent.key }));
    let random = Arc::clone(&state.config.random);
    state.machine.answered(now, *action, key, outcome, &*random);
}

/// A message that is not settled is queued, no longer being sent.
fn unsend(state: &State, sent: &Sent) -> Result<()> {
    state.db.execute(
        "UPDATE outbox SET state = 'queued' WHERE id = ?1 AND state = 'sending'",
        [sent.id.0],
    )?;
    Ok(())
}

fn take_reply(state: &mut State, sent: &Sent, answered: &Answered) -> Outcome {
    let reply = answer::read(answered.status, &answered.body);
    apply::apply(state, sent, reply, answered.retry_after_ms).unwrap_or_else(|error| {
        // What came could not be kept (a full disk): it is asked for again later, which changes nothing at the server.
        tracing::error!(%error, message = %sent.id, "an answer could not be kept");
        Outcome::Later { retry_after_ms: None }
    })
}

fn take_log(state: &mut State, looked: &Looked, answered: &Answered) -> Outcome {
    let reply = answer::read_log(answered.status, &answered.body);
    apply::apply_log(state, looked, reply, answered.retry_after_ms).unwrap_or_else(|error| {
        tracing::error!(%error, room = %looked.room, "what was said of a log could not be kept");
        Outcome::Done { report: false }
    })
}

fn take_package(state: &mut State, answered: &Answered) -> Outcome {
    let trouble =
        |network| Outcome::NoNetwork { state: network, retry_after_ms: answered.retry_after_ms };
    match answered.status {
        200 => match package::offer(state, &answered.body, Source::Network) {
            Ok(_) => Outcome::Done { report: false },
            Err(error) => {
                tracing::warn!(%error, "the package at the server was not taken");
                trouble(NetworkState::Portal)
            }
        },
        304 if state.current.is_some() => Outcome::Done { report: false },
        500..=599 if answered.status != 511 => trouble(NetworkState::ServerTrouble),
        _ => trouble(NetworkState::Portal),
    }
}
