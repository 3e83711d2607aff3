//! An answer made durable. A message is countersigned only here, and only with a receipt that was verified.

use countersign_core::id::{KeyId, MessageId, sha256};
use countersign_core::log::{Checkpoint, Hash, verify_consistency};
use countersign_core::message::Kind;
use countersign_core::receipt::Receipt;
use countersign_core::refusal::{Fate, Refusal};
use countersign_core::room::Room;
use data_encoding::HEXLOWER;
use rusqlite::Connection;

use super::answer::{LogReply, Reply};
use super::machine::Outcome;
use crate::api::{HeldReason, NetworkState, RefusedReason};
use crate::db::log;
use crate::db::notice::{self, Notice};
use crate::db::outbox::{self, State as Standing};
use crate::enrol;
use crate::error::Result;
use crate::followed;
use crate::question::{self, Held};
use crate::released;
use crate::state::State;

/// A smaller difference of the clocks is not worth showing, in seconds.
const SKEW_FROM_S: i64 = 60;

/// What was sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) id: MessageId,
    pub(crate) kind: Kind,
    pub(crate) room: Room,
    pub(crate) key: KeyId,
    /// The largest checkpoint known when it was sent.
    pub(crate) seen: Option<Checkpoint>,
}

/// Which log was asked about.
#[derive(Debug, Clone)]
pub(crate) struct Looked {
    pub(crate) room: Room,
    /// The largest checkpoint known when it was asked.
    pub(crate) seen: Option<Checkpoint>,
    /// The precincts whose released numbers were asked for.
    pub(crate) precincts: Vec<u32>,
    /// The reports that may be asked about.
    pub(crate) reports: Vec<Held>,
}

/// Takes in what was said of a room's log. Durable on return.
pub(crate) fn apply_log(
    state: &mut State,
    looked: &Looked,
    reply: LogReply,
    retry_after_ms: Option<u64>,
) -> Result<Outcome> {
    let done = Ok(Outcome::Done { report: false });
    let no_network = |network| Ok(Outcome::NoNetwork { state: network, retry_after_ms });
    let (note, consistency, begun_again, released, questions) = match reply {
        LogReply::Log { checkpoint, consistency, begun_again, released, questions } => {
            (checkpoint, consistency, begun_again, released, questions)
        }
        LogReply::Nothing => return done,
        LogReply::ServerTrouble => return no_network(NetworkState::ServerTrouble),
        LogReply::Portal => return no_network(NetworkState::Portal),
    };
    if let Some(shown) = begun_again {
        followed::offer(state, looked.room, &shown)?;
    }
    let contest = &state.current_package()?.1.contest;
    let Some(log) = followed::log(&state.db, contest, looked.room)? else { return done };
    let Ok(new) = Checkpoint::open(&note, &log.origin, &log.keys) else {
        tracing::warn!(room = %looked.room, "what was shown is no checkpoint of the log that is followed");
        return no_network(NetworkState::Portal);
    };
    if goes_on(&state.db, looked.seen.as_ref(), &new, consistency.as_deref())? {
        log::keep(&state.db, &new, Some(&note))?;
        if let Some(released) = released {
            released::keep(state, looked.room, &looked.precincts, &released)?;
        }
        if let Some(questions) = questions {
            question::keep(state, &looked.reports, &log, &new, &questions)?;
        }
    } else {
        // Its receipts stay what they are: evidence of the log that was seen before.
        tracing::error!(log = %new.origin, "the log does not go on from the one seen before");
    }
    done
}

/// Whether a checkpoint goes on from the largest one known of its log.
fn goes_on(
    db: &Connection,
    seen: Option<&Checkpoint>,
    new: &Checkpoint,
    consistency: Option<&[Hash]>,
) -> Result<bool> {
    // What was seen of another log proves nothing of this one.
    let seen = match seen.filter(|seen| seen.origin == new.origin) {
        Some(seen) => Some(seen.clone()),
        None => log::largest(db, &new.origin)?.map(|seen| seen.checkpoint),
    };
    Ok(seen.is_none_or(|seen| {
        consistency.is_some_and(|proof| {
            verify_consistency(seen.size, &seen.root, new.size, &new.root, proof)
        })
    }))
}

/// Takes an answer in. Durable on return.
pub(crate) fn apply(
    state: &mut State,
    sent: &Sent,
    reply: Reply,
    retry_after_ms: Option<u64>,
) -> Result<Outcome> {
    let no_network = |network| Ok(Outcome::NoNetwork { state: network, retry_after_ms });
    match reply {
        Reply::Portal => no_network(NetworkState::Portal),
        Reply::ServerTrouble => no_network(NetworkState::ServerTrouble),
        Reply::Receipt { text, consistency, messages, begun_again } => {
            if let Some(shown) = begun_again {
                followed::offer(state, sent.room, &shown)?;
            }
            let package = state.current_package()?.1;
            let log = followed::log(&state.db, &package.contest, sent.room)?;
            let verified = log.and_then(|log| {
                Receipt::verify(&text, sent.id, sent.kind, &log.origin, &log.keys).ok()
            });
            let Some(receipt) = verified else {
                tracing::warn!(message = %sent.id, "an answer held no receipt of the pinned log");
                return no_network(NetworkState::Portal);
            };
            keep_notices(state, sent, &messages)?;
            countersigned(state, sent, &receipt, &text, consistency.as_deref())?;
            Ok(settled(sent))
        }
        Reply::Problem { refusal, status, messages, begun_again } => {
            keep_notices(state, sent, &messages)?;
            if let Some(shown) = begun_again
                && followed::offer(state, sent.room, &shown)?
            {
                // It was judged by a log in which what comes before it may be missing: that goes first, then this again.
                return Ok(Outcome::Later { retry_after_ms });
            }
            match refusal {
                Some(refusal) => refused(state, sent, refusal, retry_after_ms),
                None if status == 429 => Ok(Outcome::Later { retry_after_ms }),
                None if status >= 500 => no_network(NetworkState::ServerTrouble),
                None => {
                    outbox::set_held(&state.db, sent.id, HeldReason::Unknown)?;
                    Ok(settled(sent))
                }
            }
        }
    }
}

fn settled(sent: &Sent) -> Outcome {
    Outcome::Done { report: sent.kind != Kind::Enrolment }
}

fn countersigned(
    state: &mut State,
    sent: &Sent,
    receipt: &Receipt,
    text: &str,
    consistency: Option<&[Hash]>,
) -> Result<()> {
    let new = &receipt.checkpoint;
    if !goes_on(&state.db, sent.seen.as_ref(), new, consistency)? {
        tracing::error!(message = %sent.id, log = %new.origin, "the log does not go on from the one seen before");
        return outbox::set_held(&state.db, sent.id, HeldReason::LogMismatch);
    }
    let skew_s = skew_s(receipt.entry.time_ms, state.wall_ms());
    let tx = state.begin()?;
    outbox::set_receipted(&tx, sent.id, receipt, text, skew_s)?;
    log::keep(&tx, new, Receipt::checkpoint_note(text))?;
    Ok(tx.commit()?)
}

/// Server time less device time in seconds, where it is worth showing.
fn skew_s(server_ms: u64, device_ms: u64) -> Option<i64> {
    let wide = (i128::from(server_ms) - i128::from(device_ms)) / 1000;
    i64::try_from(wide).ok().filter(|skew| skew.abs() > SKEW_FROM_S)
}

fn refused(
    state: &mut State,
    sent: &Sent,
    refusal: Refusal,
    retry_after_ms: Option<u64>,
) -> Result<Outcome> {
    match refusal.fate() {
        Fate::TryAgain => match refusal {
            Refusal::UnknownKey => unknown_key(state, sent),
            Refusal::Busy | Refusal::LogBehind => {
                Ok(Outcome::NoNetwork { state: NetworkState::ServerTrouble, retry_after_ms })
            }
            _ => Ok(Outcome::Later { retry_after_ms }),
        },
        Fate::Held => {
            outbox::set_held(&state.db, sent.id, held_reason(refusal))?;
            Ok(settled(sent))
        }
        Fate::Refused => {
            outbox::set_refused(&state.db, sent.id, refused_reason(refusal))?;
            Ok(settled(sent))
        }
    }
}

/// The enrolment, then this again. Where the enrolment itself was refused, this never can be entered.
fn unknown_key(state: &mut State, sent: &Sent) -> Result<Outcome> {
    let Some(enrolment) = outbox::enrolment(&state.db, sent.key)?.filter(|row| row.id != sent.id)
    else {
        return Ok(Outcome::NeedsEnrolment);
    };
    match enrolment.state {
        Standing::Refused(reason) => {
            outbox::set_refused(&state.db, sent.id, reason)?;
            Ok(settled(sent))
        }
        _ => {
            outbox::set_queued(&state.db, enrolment.id)?;
            Ok(Outcome::NeedsEnrolment)
        }
    }
}

fn held_reason(refusal: Refusal) -> HeldReason {
    match refusal {
        Refusal::RevokedKey => HeldReason::RevokedKey,
        _ => HeldReason::Unknown,
    }
}

fn refused_reason(refusal: Refusal) -> RefusedReason {
    match refusal {
        Refusal::TooLarge | Refusal::OverLimit => RefusedReason::OverLimit,
        Refusal::NotCanonical => RefusedReason::NotCanonical,
        Refusal::BadSignature => RefusedReason::BadSignature,
        Refusal::WrongContest => RefusedReason::WrongContest,
        Refusal::WrongRoom => RefusedReason::WrongRoom,
        Refusal::WrongPrecinct => RefusedReason::WrongPrecinct,
        Refusal::UnknownPackage => RefusedReason::UnknownPackage,
        Refusal::InvitationNotValid => RefusedReason::InvitationNotValid,
        Refusal::WrongSupersedes => RefusedReason::WrongSupersedes,
        Refusal::QuestionClosed => RefusedReason::QuestionClosed,
        _ => RefusedReason::Other,
    }
}

/// Keeps messages for this tablet; kinds that this version does not know as well.
fn keep_notices(state: &mut State, sent: &Sent, messages: &[serde_json::Value]) -> Result<()> {
    let precinct = enrol::precinct_of(&state.db, sent.id)?;
    for message in messages.iter().take(32) {
        let text = |name: &str| {
            message
                .get(name)
                .and_then(|value| value.as_str())
                .map(|text| text.chars().take(500).collect::<String>())
        };
        let whole = || HEXLOWER.encode(&sha256(message.to_string().as_bytes()));
        notice::add(
            &state.db,
            &Notice {
                id: text("id").unwrap_or_else(whole),
                // What this tablet says itself, once it has proof, nobody else says.
                kind: text("kind").filter(|kind| kind != followed::NOTICE).unwrap_or_default(),
                precinct,
                text: text("text"),
                at_ms: message.get("at_ms").and_then(serde_json::Value::as_u64).unwrap_or(0),
            },
        )?;
    }
    Ok(())
}
