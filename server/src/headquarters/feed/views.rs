//! What the feed says of messages, without what was withheld.

use countersign_core::checks::statewide::StatewideFinding;
use countersign_core::contest::Contest;
use countersign_core::id::MessageId;
use countersign_core::message::{
    Decision, FindingName, Message, NotCanonical, Payload, Question, Reply, Report,
};
use countersign_core::results::Asked;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::precinct::channel;
use super::super::words::Sentence;
use crate::review;
use crate::room::RoomDesk;
use crate::store::StoreError;

pub(super) fn damaged(_: NotCanonical) -> StoreError {
    StoreError::Damaged("a message in the log cannot be read".to_owned())
}

pub(super) fn decode<P: Payload>(message: &Message) -> Result<P, StoreError> {
    message.decode().map_err(damaged)
}

/// A message of the log.
pub(super) fn entered(desk: &RoomDesk, id: MessageId) -> Result<Option<Message>, StoreError> {
    let Some(index) = desk.read().find(id) else { return Ok(None) };
    let bytes = desk.message(index)?;
    bytes.map(|bytes| Message::parse(&bytes).map_err(damaged)).transpose()
}

fn is_withheld(desk: &RoomDesk, id: MessageId) -> bool {
    desk.read().state.review().withheld(id).is_some()
}

pub(super) fn unless_withheld<T: Serialize>(desk: &RoomDesk, id: MessageId, said: T) -> Value {
    if is_withheld(desk, id) { Value::Null } else { json!(said) }
}

/// A report as it was signed, with what its own numbers show.
pub(super) fn report_view(
    desk: &RoomDesk,
    contest: &Contest,
    id: MessageId,
) -> Result<Value, StoreError> {
    let message = entered(desk, id)?;
    let (Some(message), false) = (message, is_withheld(desk, id)) else {
        return Ok(json!({"id": id.to_string(), "withheld": true}));
    };
    let report: Report = decode(&message)?;
    let findings: Vec<Value> = countersign_core::results::findings_of(contest, &report)
        .iter()
        .map(|finding| {
            json!({
                "name": review::finding(&finding.name()),
                "severity": finding.severity.as_str(),
                "sentence": Sentence::by(|language| finding.headquarters_sentence(contest, language)),
            })
        })
        .collect();
    let lots: Vec<Value> = report
        .lots
        .iter()
        .map(|lot| json!({"seats": lot.seats, "groups": lot.groups, "winners": lot.winners}))
        .collect();
    Ok(json!({
        "id": id.to_string(),
        "withheld": false,
        "channel": channel(report.channel),
        "revision": report.revision,
        "supersedes": report.supersedes.map(|report| report.to_string()),
        "attendees": report.attendees,
        "counts": report.counts,
        "lots": lots,
        "findings": findings,
    }))
}

/// What was found across sources and precincts.
pub(super) fn across_view(contest: &Contest, finding: &StatewideFinding) -> Value {
    json!({
        "name": finding.rule().as_str(),
        "severity": finding.severity().as_str(),
        "sentence": Sentence::by(|language| finding.headquarters_sentence(contest, language)),
    })
}

/// What a decision says.
pub(super) fn decision_view(desk: &RoomDesk, id: MessageId, decision: &Decision) -> Value {
    json!({
        "id": id.to_string(),
        "report": decision.report.map(|report| report.to_string()),
        "evidence": decision.evidence.code(),
        "why": unless_withheld(desk, id, &decision.why),
        "answers": names(&decision.answers),
    })
}

/// What a question says.
pub(super) fn question_view(desk: &RoomDesk, id: MessageId, question: &Question) -> Value {
    json!({
        "id": id.to_string(),
        "report": question.report.to_string(),
        "findings": names(&question.findings),
        "words": unless_withheld(desk, id, &question.words),
    })
}

/// What a reply says.
pub(super) fn reply_view(desk: &RoomDesk, id: MessageId, reply: &Reply) -> Value {
    json!({
        "id": id.to_string(),
        "reason": unless_withheld(desk, id, &reply.reason.code),
        "text": unless_withheld(desk, id, &reply.reason.text),
    })
}

/// What was asked before an entry, and the reply where it came before it as well.
pub(super) fn asked_view(desk: &RoomDesk, asked: &Asked, before: u64) -> Value {
    let mut view = question_view(desk, asked.signed.id, &asked.question);
    let reply = asked.reply.as_ref().filter(|replied| replied.index < before);
    view["reply"] = json!(reply.map(|replied| reply_view(desk, replied.id, &replied.reply)));
    view
}

fn names(findings: &[FindingName]) -> Vec<String> {
    findings.iter().map(review::finding).collect()
}
