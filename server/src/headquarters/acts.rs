//! What people do: an act is composed of the room as it is, signed with the person's key and entered. Whether it may be is core's
//! to judge, as for every other message.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use countersign_core::crypto::SigningKey;
use countersign_core::id::{PhotoDigest, PrecinctNumber};
use countersign_core::message::{
    Admit, Answer, AnswerOutcome, Approve, Evidence, FindingName, Message, Objection,
    ObjectionReason, Payload, Release, Response as SignedResponse, Scope, Stop, StopChange,
    Withdraw,
};
use countersign_core::refusal::Refusal;
use countersign_core::results::RoomState;
use countersign_core::room::Room;
use serde::{Deserialize, Serialize};

use super::board::{Seen, board};
use super::releases::ToPrepare;
use super::request::{BAD_REQUEST, Input, SignedIn};
use super::typed::Typed;
use super::words::{by_code, message_id};
use crate::admission::retry_after;
use crate::http::{Problem, Shared, room};
use crate::metrics::Counted;
use crate::room::{Outcome, Projection};
use crate::{inquiries, review};

const OF_THE_BATCH: Problem = Problem::new(
    409,
    "of-the-batch",
    "Something looks wrong with all that is new taken together. Look at what came in, and say why it is shown all the same.",
);
const NONE_READY: Problem =
    Problem::new(409, "none-ready", "No precinct is ready to be released. Nothing was previewed.");

/// What somebody wants to sign.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub(super) enum Act {
    Decide {
        precinct: u32,
        report: Option<String>,
        evidence: String,
        why: String,
        #[serde(default)]
        answers: Vec<String>,
        #[serde(default)]
        override_stronger: bool,
    },
    Answer {
        objection: String,
        outcome: String,
        why: String,
    },
    Admit {
        message: String,
        why: String,
    },
    Ask {
        precinct: u32,
        report: String,
        #[serde(default)]
        findings: Vec<String>,
        words: String,
    },
    Preview {
        name: String,
        layer: String,
        precincts: Option<Vec<u32>>,
        cause: Option<String>,
        /// Why it is shown although all that is new looks wrong, taken together.
        #[serde(default)]
        despite: Option<String>,
    },
    Object {
        preview: u32,
        precinct: u32,
        reason: String,
        why: String,
        /// SHA-256 of a picture or another file, hexadecimal.
        #[serde(default)]
        evidence: Option<String>,
    },
    Release {
        preview: u32,
        #[serde(default)]
        left_out: Vec<u32>,
    },
    Approve {
        id: String,
    },
    Withdraw {
        release: String,
        why: String,
    },
    Stop {
        minutes: u32,
        why: String,
    },
    Resume {
        stop: String,
        why: String,
    },
    /// An admin asks that a message is no longer published.
    Withhold {
        message: String,
        why: String,
    },
    /// An observer asks headquarters.
    Inquire {
        words: String,
        #[serde(default)]
        precinct: Option<u32>,
    },
    /// Headquarters responds to an inquiry.
    Respond {
        inquiry: String,
        words: String,
    },
    /// Headquarters says something to everyone.
    Notify {
        words: String,
        /// In how many minutes the next word comes.
        #[serde(default)]
        next_minutes: Option<u32>,
    },
    Report(Typed),
}

#[derive(Serialize)]
struct Entered {
    id: String,
    index: u64,
    kind: &'static str,
}

/// Signs and enters an act.
pub(super) async fn act(
    State(service): State<Shared>,
    signed_in: SignedIn,
    Path(name): Path<String>,
    Input(act): Input<Act>,
) -> Result<Response, Problem> {
    let room = room(&name)?;
    let message = match act {
        Act::Preview { name, layer, precincts, cause, despite } => {
            let asked = ToPrepare::new(name, layer, precincts, cause);
            preview(&service, &signed_in, room, asked, despite).await?
        }
        act => {
            let (key, now_ms) = (signed_in.key(), service.clock.now_ms());
            compose(&service.admission.room(room).read(), key, act, now_ms)?
        }
    };
    let (id, kind) = (message.id(), message.kind());
    let person = signed_in.session.person;
    let index = enter(&service, room, message).await.inspect_err(|problem| {
        // Who tried what they may not, such as to approve what is their own.
        tracing::warn!(%room, person, %kind, refusal = problem.code(), "signed and refused");
    })?;
    tracing::info!(%room, person, %kind, index, "signed and entered");
    Ok(Json(Entered { id: id.to_string(), index, kind: kind.as_str() }).into_response())
}

async fn preview(
    service: &Shared,
    signed_in: &SignedIn,
    room: Room,
    asked: ToPrepare,
    despite: Option<String>,
) -> Result<Message, Problem> {
    let Seen { board, .. } = board(service, room).await?;
    let key = Arc::clone(signed_in.key());
    let prepare = move || {
        let prepared = asked.prepare(&board)?;
        if prepared.preview.precincts.is_empty() {
            return Err(NONE_READY);
        }
        let preview = prepared.to_show(despite.as_deref()).ok_or(OF_THE_BATCH)?;
        Ok(sign(&board.state, &key, &preview))
    };
    tokio::task::spawn_blocking(prepare).await.map_err(|_| Problem::FAILED)?
}

fn digest(text: &str) -> Result<PhotoDigest, Problem> {
    PhotoDigest::from_hex(text).ok_or(BAD_REQUEST)
}

fn sign<P: Payload>(state: &RoomState, key: &SigningKey, payload: &P) -> Message {
    Message::sign(key, Scope::room(state.contest(), state.room()), payload)
}

/// The signed message of an act in a room as it is.
fn compose(log: &Projection, key: &SigningKey, act: Act, now_ms: u64) -> Result<Message, Problem> {
    let state = &log.state;
    let numbered = |number: u32| {
        let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let previewed = at.and_then(|at| state.review().previews().get(at));
        let unknown = Problem::refusal(Refusal::UnknownSubject);
        previewed.map(|previewed| previewed.signed.id).ok_or(unknown)
    };
    // People write on lines of their own, and a space too many is no reason to refuse them.
    let line = |why: &str| why.trim().to_owned();
    Ok(match act {
        Act::Decide { precinct, report, evidence, why, answers, override_stronger } => {
            let precinct = PrecinctNumber(precinct);
            let report = report.as_deref().map(message_id).transpose()?;
            let evidence = by_code(&Evidence::ALL, Evidence::code, &evidence)?;
            let answers = findings(&answers)?;
            let why = line(&why);
            let decision =
                review::decide(state, precinct, report, evidence, &why, answers, override_stronger);
            sign(state, key, &decision)
        }
        Act::Answer { objection, outcome, why } => {
            let outcome = by_code(&AnswerOutcome::ALL, AnswerOutcome::code, &outcome)?;
            let objection = message_id(&objection)?;
            sign(state, key, &Answer { objection, outcome, why: line(&why) })
        }
        Act::Admit { message, why } => {
            sign(state, key, &Admit { message: message_id(&message)?, why: line(&why) })
        }
        Act::Ask { precinct, report, findings: names, words } => {
            let (precinct, report) = (PrecinctNumber(precinct), message_id(&report)?);
            let names = findings(&names)?;
            sign(state, key, &review::ask(state, precinct, report, names, words.trim()))
        }
        Act::Object { preview, precinct, reason, why, evidence } => {
            let reason = by_code(&ObjectionReason::ALL, ObjectionReason::code, &reason)?;
            let objection = Objection {
                preview: numbered(preview)?,
                precinct: PrecinctNumber(precinct),
                reason,
                why: line(&why),
                evidence: evidence.as_deref().map(digest).transpose()?,
            };
            sign(state, key, &objection)
        }
        Act::Release { preview, left_out } => {
            let mut left_out: Vec<_> = left_out.into_iter().map(PrecinctNumber).collect();
            left_out.sort_unstable();
            left_out.dedup();
            sign(state, key, &Release { preview: numbered(preview)?, left_out })
        }
        Act::Approve { id } => sign(state, key, &Approve { approves: message_id(&id)? }),
        Act::Withdraw { release, why } => {
            sign(state, key, &Withdraw { release: message_id(&release)?, why: line(&why) })
        }
        Act::Stop { minutes, why } => {
            let (change, minutes) = (StopChange::Begin, Some(minutes));
            let number = state.review().next_stop();
            sign(state, key, &Stop { change, minutes, stop: None, why: line(&why), number })
        }
        Act::Resume { stop, why } => {
            let (change, stop) = (StopChange::End, Some(message_id(&stop)?));
            let number = state.review().next_stop();
            sign(state, key, &Stop { change, minutes: None, stop, why: line(&why), number })
        }
        Act::Withhold { message, why } => {
            let withhold = review::withhold(log, message_id(&message)?, &line(&why));
            sign(state, key, &withhold.ok_or(Problem::refusal(Refusal::UnknownSubject))?)
        }
        Act::Inquire { words, precinct } => {
            let precinct = precinct.map(PrecinctNumber);
            let key_id = key.public().id();
            sign(state, key, &inquiries::inquire(state, key_id, &line(&words), precinct))
        }
        Act::Respond { inquiry, words } => {
            let inquiry = message_id(&inquiry)?;
            sign(state, key, &SignedResponse { inquiry, words: line(&words) })
        }
        Act::Notify { words, next_minutes } => {
            sign(state, key, &inquiries::notify(state, &line(&words), next_minutes, now_ms))
        }
        Act::Report(typed) => sign(state, key, &typed.report(state, key, now_ms)?),
        // Prepared of the board, not here.
        Act::Preview { .. } => return Err(BAD_REQUEST),
    })
}

fn findings(names: &[String]) -> Result<Vec<FindingName>, Problem> {
    names.iter().map(|name| review::parse_finding(name).ok_or(BAD_REQUEST)).collect()
}

/// Enters a signed message, after the same looks that admission takes.
async fn enter(service: &Shared, room: Room, message: Message) -> Result<u64, Problem> {
    let desk = service.admission.room(room);
    let judged = {
        let projection = desk.read();
        let state = &projection.state;
        state
            .authority(&message)
            .and_then(|authority| state.verify(&message, &authority))
            .and_then(|()| projection.judge(&message, service.clock.now_ms()))
    };
    let outcome = match judged {
        Ok(()) => desk.submit(Arc::new(message)).await,
        Err(refusal) => Err(refusal),
    };
    let (counted, index) = match outcome {
        Ok(Outcome::Entered(index)) => (Counted::Entered, Ok(index)),
        Ok(Outcome::Already(index)) => (Counted::Duplicate, Ok(index)),
        Ok(Outcome::Refused(refusal)) | Err(refusal) => {
            let problem = Problem::refusal(refusal).after(retry_after(refusal));
            (Counted::Refused(refusal), Err(problem))
        }
    };
    service.metrics.message(room, counted);
    index
}
