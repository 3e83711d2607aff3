//! What the feed tells, worked out of the log entry by entry.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use countersign_core::checks::statewide::{Scope, StatewideFinding};
use countersign_core::contest::Contest;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::log::Entry;
use countersign_core::message::{
    Answer, Approve, CopyCompared, Decision, Kind, Message, Objection, Package, Preview, Question,
    Release, Reply, Report, Stop, StopChange, Withdraw, Withhold,
};
use serde_json::{Value, json};

use super::inquiries;
use super::views::{
    across_view, asked_view, damaged, decision_view, decode, entered, question_view, reply_view,
    report_view, unless_withheld,
};
use crate::room::RoomDesk;
use crate::store::StoreError;

/// One event, written out once for everybody.
pub(super) struct Told {
    /// Index of its entry.
    pub(super) index: u64,
    /// What happened.
    pub(super) what: &'static str,
    /// The same with everything that belongs to it.
    pub(super) json: String,
}

/// The acts of a room's round so far, as observers may see them.
#[derive(Default)]
pub(super) struct Acts {
    read: u64,
    told: Vec<Arc<Told>>,
    /// The contest as the last package before the entry says it.
    contest: Option<Arc<Contest>>,
    /// Precincts that a preview has named: from then on reports, decisions, questions and replies are told.
    previewed: HashSet<PrecinctNumber>,
    /// Numbers of previews, by their ids.
    previews: HashMap<MessageId, u32>,
}

/// Where an act stands.
struct Place {
    index: u64,
    entry: Entry,
    message: Message,
}

impl Acts {
    /// Entries that were looked at.
    pub(super) const fn read(&self) -> u64 {
        self.read
    }

    /// Events from an index on.
    pub(super) fn from(&self, index: u64) -> Vec<Arc<Told>> {
        let at = self.told.partition_point(|told| told.index < index);
        self.told[at..].to_vec()
    }

    /// Looks at what was entered since. Once something was withheld everything is worked out anew, without it.
    ///
    /// # Errors
    /// [`StoreError`]; then this is half done and not to be used any more.
    pub(super) fn extend(&mut self, desk: &RoomDesk) -> Result<(), StoreError> {
        if self.pass(desk)? {
            *self = Self::default();
            self.pass(desk)?;
        }
        Ok(())
    }

    /// Whether something was withheld meanwhile that may have been told already.
    fn pass(&mut self, desk: &RoomDesk) -> Result<bool, StoreError> {
        let began_anew = self.read == 0;
        let (entries, size): (Vec<(u64, Entry)>, u64) = {
            let projection = desk.read();
            let new = (0..)
                .zip(projection.entries())
                .skip(usize::try_from(self.read).unwrap_or(usize::MAX));
            let acts = new.filter(|(_, entry)| is_told(entry.kind));
            (acts.map(|(index, entry)| (index, *entry)).collect(), projection.size())
        };
        let mut withheld = false;
        for (index, entry) in entries {
            let bytes = desk.message(index)?;
            let bytes =
                bytes.ok_or_else(|| StoreError::Damaged(format!("message {index} is missing")))?;
            let message = Message::parse(&bytes).map_err(damaged)?;
            withheld |= self.look(desk, &Place { index, entry, message })?;
        }
        self.read = size;
        Ok(withheld && !began_anew)
    }

    /// Takes one entry in; whether by it something is withheld.
    fn look(&mut self, desk: &RoomDesk, place: &Place) -> Result<bool, StoreError> {
        let message = &place.message;
        let mut withholds = false;
        let (what, more) = match message.kind() {
            Kind::Package => {
                self.contest = Some(Arc::new(decode::<Package>(message)?.contest));
                return Ok(false);
            }
            Kind::Room => {
                // A new round: what was before is not in this room any more.
                let contest = self.contest.take();
                *self = Self { contest, ..Self::default() };
                return Ok(false);
            }
            Kind::Preview => ("preview", self.preview(desk, place, &decode(message)?)?),
            Kind::Report => {
                let precinct = decode::<Report>(message)?.precinct;
                if !self.tells_of(desk, precinct) {
                    return Ok(false);
                }
                let mut view = report_view(desk, &*self.contest()?, message.id())?;
                view["precinct"] = json!(precinct.0);
                ("report", view)
            }
            Kind::Decision => {
                let decision: Decision = decode(message)?;
                if !self.tells_of(desk, decision.precinct) {
                    return Ok(false);
                }
                let mut view = decision_view(desk, message.id(), &decision);
                view["precinct"] = json!(decision.precinct.0);
                ("decision", view)
            }
            Kind::Question => {
                let question: Question = decode(message)?;
                if !self.tells_of(desk, question.precinct) {
                    return Ok(false);
                }
                let mut view = question_view(desk, message.id(), &question);
                view["precinct"] = json!(question.precinct.0);
                ("question", view)
            }
            Kind::Reply => {
                let reply: Reply = decode(message)?;
                let asked = desk.read().state.question(reply.question).cloned();
                // One of a round that is over is in this room no more.
                let Some(asked) = asked else { return Ok(false) };
                if !self.tells_of(desk, asked.question.precinct) {
                    return Ok(false);
                }
                let mut view = reply_view(desk, message.id(), &reply);
                view["precinct"] = json!(asked.question.precinct.0);
                view["question"] = question_view(desk, asked.signed.id, &asked.question);
                ("reply", view)
            }
            Kind::Objection => {
                let objection: Objection = decode(message)?;
                let more = json!({
                    "preview": self.previews.get(&objection.preview),
                    "precinct": objection.precinct.0,
                    "reason": objection.reason.code(),
                    "why": unless_withheld(desk, message.id(), &objection.why),
                    "evidence": objection.evidence.map(|digest| digest.to_string()),
                });
                ("objection", more)
            }
            Kind::Answer => {
                let answer: Answer = decode(message)?;
                let more = json!({
                    "objection": answer.objection.to_string(),
                    "outcome": answer.outcome.code(),
                    "why": unless_withheld(desk, message.id(), &answer.why),
                });
                ("answer", more)
            }
            Kind::Release => ("release", self.release(&decode(message)?)),
            Kind::Withdraw => {
                let withdraw: Withdraw = decode(message)?;
                let why = unless_withheld(desk, message.id(), withdraw.why);
                ("withdraw", json!({"release": withdraw.release.to_string(), "why": why}))
            }
            Kind::Stop => stop(desk, message.id(), &decode(message)?),
            Kind::Withhold => {
                let withhold: Withhold = decode(message)?;
                let why = unless_withheld(desk, message.id(), withhold.why);
                ("withhold", json!({"message": withhold.message.to_string(), "why": why}))
            }
            Kind::Act => match decode(message)? {
                countersign_core::message::Act::CopyCompared(compared) => {
                    ("copy-compared", self.copy_compared(desk, message.id(), &compared))
                }
                countersign_core::message::Act::BegunAgain(_) => return Ok(false),
            },
            Kind::Approve => {
                let approves = decode::<Approve>(message)?.approves;
                let Some(subject) = entered(desk, approves)? else { return Ok(false) };
                let (of, more) = match subject.kind() {
                    Kind::Release => ("release", self.release(&decode(&subject)?)),
                    Kind::Stop => (stop_code(&decode(&subject)?), json!({})),
                    kind => (kind.as_str(), json!({})),
                };
                withholds = subject.kind() == Kind::Withhold;
                let mut more = more;
                more["approves"] = json!(approves.to_string());
                more["what"] = json!(of);
                ("approve", more)
            }
            _ => match inquiries::told(desk, message)? {
                Some(told) => told,
                None => return Ok(false),
            },
        };
        self.tell(desk, place, what, more);
        Ok(withholds)
    }

    /// Whether observers see what is reported, decided and asked about a precinct.
    fn tells_of(&self, desk: &RoomDesk, precinct: PrecinctNumber) -> bool {
        self.previewed.contains(&precinct) || desk.read().state.is_live()
    }

    /// The contest as it is known at the entry.
    fn contest(&self) -> Result<Arc<Contest>, StoreError> {
        let contest = self.contest.clone();
        contest.ok_or_else(|| StoreError::Damaged("there is no package".to_owned()))
    }

    fn tell(&mut self, desk: &RoomDesk, place: &Place, what: &'static str, mut view: Value) {
        let key = place.message.key();
        let person = desk.read().state.persons().ever(key).map(|person| person.number);
        view["index"] = json!(place.index);
        view["entered_ms"] = json!(place.entry.time_ms);
        view["id"] = json!(place.message.id().to_string());
        view["person"] = json!(person);
        self.told.push(Arc::new(Told { index: place.index, what, json: view.to_string() }));
    }

    fn release(&self, release: &Release) -> Value {
        let left_out: Vec<u32> = release.left_out.iter().map(|precinct| precinct.0).collect();
        json!({"preview": self.previews.get(&release.preview), "left_out": left_out})
    }

    fn copy_compared(&self, desk: &RoomDesk, id: MessageId, compared: &CopyCompared) -> Value {
        let with = compared.compared_with;
        json!({
            "copy": compared.copy.to_string(),
            "whose": unless_withheld(desk, id, &compared.whose),
            "preview": with.and_then(|with| self.previews.get(&with)),
            "release": with
                .filter(|with| !self.previews.contains_key(with))
                .map(|with| with.to_string()),
            "precincts": compared.precincts,
            "cells": compared.cells,
            "decision": compared.decision.code(),
            "why": unless_withheld(desk, id, &compared.why),
        })
    }

    fn preview(
        &mut self,
        desk: &RoomDesk,
        place: &Place,
        preview: &Preview,
    ) -> Result<Value, StoreError> {
        self.previews.insert(place.message.id(), preview.number);
        let contest = self.contest()?;
        let across = across(desk, &contest, place.message.id());
        let say = |scope| -> Vec<Value> {
            let of = across.iter().filter(|finding| finding.scope == scope);
            of.map(|finding| across_view(&contest, finding)).collect()
        };
        let mut precincts = Vec::with_capacity(preview.precincts.len());
        for named in &preview.precincts {
            self.previewed.insert(named.precinct);
            let report = match named.report {
                Some(id) => Some(report_view(desk, &contest, id)?),
                None => None,
            };
            let decision = match named.decision {
                Some(id) => entered(desk, id)?
                    .map(|message| decode(&message).map(|it| decision_view(desk, id, &it)))
                    .transpose()?,
                None => None,
            };
            precincts.push(json!({
                "precinct": named.precinct.0,
                "name": contest.precinct(named.precinct.0).map(|precinct| &precinct.name),
                "cause": named.cause.map(|cause| cause.code()),
                "report": report,
                "decision": decision,
                "questions": asked(desk, named.precinct, place.index),
                "across": say(Scope::Precinct(named.precinct.0)),
            }));
        }
        let window_ms = contest.release_rules().window_ms();
        Ok(json!({
            "number": preview.number,
            "name": preview.name,
            "layer": preview.layer.code(),
            "window_ends_ms": place.entry.time_ms.saturating_add(window_ms),
            "precincts": precincts,
            "despite": preview.despite.as_ref().map(|why| unless_withheld(desk, place.message.id(), why)),
            "across": across
                .iter()
                .filter(|finding| !matches!(finding.scope, Scope::Precinct(_)))
                .map(|finding| across_view(&contest, finding))
                .collect::<Vec<_>>(),
        }))
    }
}

/// What the checks across sources and precincts find in a preview. Of a round that is over nothing is worked out any more.
fn across(desk: &RoomDesk, contest: &Contest, preview: MessageId) -> Vec<StatewideFinding> {
    // A copy shares the reports, and keeps nobody from entering meanwhile.
    let state = desk.read().state.clone();
    let previewed = state.review().preview(preview);
    previewed.map_or_else(Vec::new, |previewed| state.across_preview(contest, previewed))
}

/// What was asked about a precinct before an entry.
fn asked(desk: &RoomDesk, precinct: PrecinctNumber, before: u64) -> Vec<Value> {
    let asked = desk.read().state.questions(precinct).to_vec();
    let earlier = asked.iter().filter(|asked| asked.signed.index < before);
    earlier.map(|asked| asked_view(desk, asked, before)).collect()
}

/// Whether an entry has to be looked at.
const fn is_told(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Package
            | Kind::Room
            | Kind::Report
            | Kind::Decision
            | Kind::Question
            | Kind::Reply
            | Kind::Answer
            | Kind::Preview
            | Kind::Release
            | Kind::Withdraw
            | Kind::Stop
            | Kind::Objection
            | Kind::Withhold
            | Kind::Approve
            | Kind::Act
            | Kind::Inquiry
            | Kind::Response
            | Kind::Notice
    )
}

/// A stop begins or ends.
fn stop(desk: &RoomDesk, id: MessageId, stop: &Stop) -> (&'static str, Value) {
    let mut view = json!({"why": unless_withheld(desk, id, &stop.why)});
    match stop.change {
        StopChange::Begin => view["minutes"] = json!(stop.minutes),
        StopChange::End => view["stop"] = json!(stop.stop.map(|id| id.to_string())),
    }
    (stop_code(stop), view)
}

/// What the beginning and the end of a stop are called.
const fn stop_code(stop: &Stop) -> &'static str {
    match stop.change {
        StopChange::Begin => "stop",
        StopChange::End => "resume",
    }
}
