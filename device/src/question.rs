//! What headquarters asks about a report that was signed here, and the reply that its numbers stand (design section 9,
//! "returned"). Who finds that they were wrong corrects the report instead.

use countersign_core::contest::RoomLog;
use countersign_core::id::MessageId;
use countersign_core::log::Checkpoint;
use countersign_core::message::{Kind, Message, Question, Reply, Scope};
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;

use crate::api::{AskedFinding, ProblemCode, QuestionView, ReasonChoice, ReplyView};
use crate::db::keys;
use crate::db::outbox::{self, State as Standing};
use crate::db::question::{self, Kept};
use crate::enrol;
use crate::error::{Error, Result};
use crate::names;
use crate::report;
use crate::state::State;

/// Reports about which is asked at once; the server looks at no more.
const REPORTS_MAX: usize = 16;

/// What an answer brings as a question. Not believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The signed message.
    pub(crate) message: Vec<u8>,
    /// The receipt for it.
    pub(crate) receipt: String,
}

/// A report that may be asked about, with the proof that this tablet has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) report: MessageId,
    pub(crate) holding: [u8; 32],
}

/// Reports of a room that were signed here, stand in its log and were not replaced, the newest first.
pub(crate) fn askable(state: &mut State, room: Room) -> Result<Vec<Held>> {
    let mut held = Vec::new();
    for item in outbox::newest_first(&state.db, Kind::Report)? {
        let stands = matches!(item.state, Standing::Receipted { .. });
        if item.carried || item.put_away || item.room != room || !stands {
            continue;
        }
        if held.len() == REPORTS_MAX || report::superseded_by(state, item.id)?.is_some() {
            continue;
        }
        let bytes = outbox::bytes(&state.db, item.id)?.unwrap_or_default();
        held.push(Held { report: item.id, holding: Question::holding(&bytes) });
    }
    Ok(held)
}

/// Keeps the open questions about reports, and notes which are open no longer. Each has to be proven to stand in the log with
/// the head that came along. Durable on return.
pub(crate) fn keep(
    state: &mut State,
    about: &[Held],
    log: &RoomLog,
    head: &Checkpoint,
    said: &[Shown],
) -> Result<()> {
    let mut open = Vec::new();
    for shown in said.iter().take(about.len()) {
        match proven(state, about, log, head, shown)? {
            Some(kept) => open.push((kept, &shown.receipt)),
            None => tracing::warn!("a question was not proven to be asked of this tablet"),
        }
    }
    let mut closed = Vec::new();
    for held in about {
        let were_open = question::about(&state.db, held.report)?.into_iter().filter(|it| it.open);
        closed.extend(were_open.filter(|was| !open.iter().any(|(now, _)| now.id == was.id)));
    }
    let mut new = Vec::new();
    for (kept, receipt) in open {
        if !question::one(&state.db, kept.id)?.is_some_and(|known| known.open) {
            new.push((kept, receipt));
        }
    }
    if closed.is_empty() && new.is_empty() {
        return Ok(());
    }
    let tx = state.begin()?;
    for kept in closed {
        question::close(&tx, kept.id)?;
    }
    for (kept, receipt) in new {
        question::keep(&tx, &kept, receipt)?;
    }
    Ok(tx.commit()?)
}

/// A question that is about one of these reports and stands in the log.
fn proven(
    state: &mut State,
    about: &[Held],
    log: &RoomLog,
    head: &Checkpoint,
    shown: &Shown,
) -> Result<Option<Kept>> {
    let Some((message, question)) = read(&shown.message) else { return Ok(None) };
    let Some(held) = about.iter().find(|held| held.report == question.report) else {
        return Ok(None);
    };
    let own = report::facts(state, held.report)?.report.precinct == question.precinct;
    let receipt =
        Receipt::verify(&shown.receipt, message.id(), Kind::Question, &log.origin, &log.keys);
    let Some(receipt) = receipt.ok().filter(|it| own && it.checkpoint == *head) else {
        return Ok(None);
    };
    Ok(Some(Kept {
        id: message.id(),
        report: held.report,
        message: shown.message.clone(),
        entered_ms: receipt.entry.time_ms,
        open: true,
        reply: None,
    }))
}

fn read(bytes: &[u8]) -> Option<(Message, Question)> {
    let message = Message::parse(bytes).ok()?;
    let question: Question = message.decode().ok()?;
    question.is_sound().then_some((message, question))
}

/// What is asked about a report, or was and has a reply of this tablet; `None` where nothing is.
pub(crate) fn of(state: &State, report: MessageId) -> Result<Option<QuestionView>> {
    let questions = question::about(&state.db, report)?;
    let shown = questions.into_iter().find(|kept| kept.open || kept.reply.is_some());
    shown.map(|kept| view(state, &kept)).transpose()
}

fn view(state: &State, kept: &Kept) -> Result<QuestionView> {
    let broken = || Error::Internal(format!("question {} cannot be read", kept.id));
    let (_, question) = read(&kept.message).ok_or_else(broken)?;
    let finding = |name: &countersign_core::message::FindingName| AskedFinding {
        check: names::check(name.check),
        group: name.group,
    };
    let reply = match kept.reply {
        Some(id) => Some(reply_view(state, id)?),
        None => None,
    };
    Ok(QuestionView {
        id: kept.id.to_string(),
        at_ms: kept.entered_ms,
        words: question.words,
        findings: question.findings.iter().map(finding).collect(),
        reply,
    })
}

fn reply_view(state: &State, id: MessageId) -> Result<ReplyView> {
    let broken = || Error::Internal(format!("reply {id} cannot be read"));
    let item = outbox::item(&state.db, id)?.ok_or_else(broken)?;
    let bytes = outbox::bytes(&state.db, id)?.ok_or_else(broken)?;
    let reply: Option<Reply> = Message::parse(&bytes).ok().and_then(|it| it.decode().ok());
    let reason = reply.ok_or_else(broken)?.reason;
    Ok(ReplyView {
        reason: ReasonChoice { code: reason.code, text: reason.text },
        standing: report::standing(&item.state),
    })
}

/// Signs the reply that the numbers stand and queues it. Durable on return.
///
/// # Errors
/// `NotPossibleNow` where the question is not open or has a reply; `ReasonFormat`; those of the PIN.
pub(crate) fn reply(state: &mut State, id: &str, reason: &ReasonChoice, pin: &str) -> Result<()> {
    let id = names::report_id(id).ok_or(Error::NOT_NOW)?;
    let kept = question::one(&state.db, id)?.filter(|kept| kept.open && kept.reply.is_none());
    let kept = kept.ok_or(Error::NOT_NOW)?;
    let package = state.current_package()?.1;
    let contest = &package.contest;
    if !names::reason_fits(contest, reason) {
        return Err(ProblemCode::ReasonFormat.into());
    }
    let item = outbox::item(&state.db, kept.report)?.ok_or(Error::NOT_NOW)?;
    let row = keys::by_id(&state.db, item.key)?.ok_or(ProblemCode::NoInvitation)?;
    let key = enrol::open_key(&state.open_vault(pin)?, &row)?;
    let reply = Reply { question: id, reason: names::reason(reason) };
    let message = Message::sign(&key, Scope::room(&contest.id, item.room), &reply);
    let tx = state.begin()?;
    outbox::add(&tx, item.room, &message, false)?;
    question::set_reply(&tx, id, message.id())?;
    Ok(tx.commit()?)
}
