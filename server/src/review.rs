//! Composing what reviewers and release managers sign: what is ready to be released, and why the rest is not.

use std::collections::BTreeSet;
use std::fmt;

use countersign_core::checks::RuleId;
use countersign_core::checks::statewide::StatewideFinding;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{
    Cause, Decision, Evidence, FindingName, Layer, Preview, PreviewedPrecinct, Question, Release,
    Withhold,
};
use countersign_core::results::{Candidate, Flag, RoomState};

use crate::room::Projection;

/// Why a precinct cannot be released now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotReady {
    /// Nothing was received.
    Missing,
    /// Its sources disagree, and nobody decided.
    InConflict,
    /// A reviewer decided that none of its reports counts.
    SetAside,
    /// Something impossible was found that no decision answers.
    Open(Vec<FindingName>),
    /// What counts is released already.
    Released,
    /// Something else is released, or what is released is to be taken out: a change says why.
    NeedsCause,
}

impl NotReady {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::InConflict => "in-conflict",
            Self::SetAside => "set-aside",
            Self::Open(_) => "open",
            Self::Released => "released",
            Self::NeedsCause => "needs-cause",
        }
    }

    /// The findings that a reviewer has to answer first.
    #[must_use]
    pub fn findings(&self) -> &[FindingName] {
        match self {
            Self::Open(findings) => findings,
            _ => &[],
        }
    }
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("nothing was received"),
            Self::InConflict => {
                f.write_str("its sources disagree: a reviewer decides which counts")
            }
            Self::SetAside => f.write_str("a reviewer decided that none of its reports counts"),
            Self::Open(findings) => {
                let names: Vec<String> = findings.iter().map(finding).collect();
                write!(f, "a reviewer has to answer {}", names.join(", "))
            }
            Self::Released => f.write_str("what counts is released already"),
            Self::NeedsCause => {
                f.write_str("what is released no longer counts: a change needs its cause")
            }
        }
    }
}

/// A finding as people name it: `C02`, or `C03:4` where it concerns the group with ballot index 4.
#[must_use]
pub fn finding(name: &FindingName) -> String {
    let check = match RuleId::from_number(name.check) {
        Some(rule) => rule.to_string(),
        None => format!("H{:02}", name.check.saturating_sub(100)),
    };
    match name.group {
        Some(group) => format!("{check}:{group}"),
        None => check,
    }
}

/// Reads what [`finding`] writes.
#[must_use]
pub fn parse_finding(text: &str) -> Option<FindingName> {
    let (check, group) = match text.split_once(':') {
        Some((check, group)) => (check, Some(group.parse().ok()?)),
        None => (text, None),
    };
    let (letter, number) = check.split_at_checked(1)?;
    let number: u8 = number.parse().ok()?;
    let check = match letter {
        "C" | "c" if RuleId::from_number(number).is_some() => number,
        "H" | "h" if (1..=5).contains(&number) => 100 + number,
        _ => return None,
    };
    Some(FindingName { check, group })
}

/// The next question about a precinct's report.
#[must_use]
pub fn ask(
    state: &RoomState,
    precinct: PrecinctNumber,
    report: MessageId,
    mut findings: Vec<FindingName>,
    words: &str,
) -> Question {
    findings.sort_unstable();
    findings.dedup();
    let asked = state.questions(precinct).len();
    let number = u32::try_from(asked).map_or(u32::MAX, |asked| asked.saturating_add(1));
    Question { precinct, report, findings, words: words.to_owned(), number }
}

/// Findings that keep a precinct from being previewed. A check may find several things under one name: they are answered once.
fn open(flags: &[Flag]) -> Vec<FindingName> {
    let open: BTreeSet<FindingName> =
        flags.iter().filter(|flag| flag.is_open()).map(|flag| flag.name).collect();
    open.into_iter().collect()
}

/// What is open by now in precincts that a release names: in some of them checks may have found something since they were previewed.
#[must_use]
pub fn open_in(
    state: &RoomState,
    preview: &Preview,
    release: &Release,
) -> Vec<(PrecinctNumber, Vec<FindingName>)> {
    let across = state.across(preview.layer);
    let open = release.precincts(preview).map(|named| {
        let precinct = named.precinct;
        (precinct, open(&state.flags(precinct, across.of(precinct))))
    });
    open.filter(|(_, open)| !open.is_empty()).collect()
}

/// That a message is to be withheld; `None` where the log has no such message.
#[must_use]
pub fn withhold(log: &Projection, message: MessageId, why: &str) -> Option<Withhold> {
    log.find(message).map(|_| Withhold { message, why: why.to_owned() })
}

/// What a preview would say of a precinct.
///
/// # Errors
/// [`NotReady`].
pub fn ready(
    state: &RoomState,
    precinct: PrecinctNumber,
    layer: Layer,
    cause: Option<Cause>,
    flags: &[Flag],
) -> Result<PreviewedPrecinct, NotReady> {
    let review = state.review();
    let decision = review.decision(precinct).map(|decided| decided.signed.id);
    let report = match state.candidate(precinct) {
        Candidate::Missing => return Err(NotReady::Missing),
        Candidate::InConflict => return Err(NotReady::InConflict),
        Candidate::SetAside => {
            // What is released of it is taken out.
            return match (review.released_precinct(precinct, layer), cause) {
                (None, _) => Err(NotReady::SetAside),
                (Some(_), None) => Err(NotReady::NeedsCause),
                (Some(_), cause) => {
                    Ok(PreviewedPrecinct { precinct, report: None, decision, cause })
                }
            };
        }
        Candidate::Report(report) => report.id,
    };
    let open = open(flags);
    if !open.is_empty() {
        return Err(NotReady::Open(open));
    }
    let named = |cause| PreviewedPrecinct { precinct, report: Some(report), decision, cause };
    match (review.released_precinct(precinct, layer), cause) {
        (None, _) => Ok(named(None)),
        (Some((release, before)), _) if before.report == Some(report) => {
            // Certifying confirms every precinct; other layers hold what they change.
            if layer == Layer::Certified && review.layer(release) < layer {
                Ok(named(None))
            } else {
                Err(NotReady::Released)
            }
        }
        (Some(_), None) => Err(NotReady::NeedsCause),
        (Some(_), Some(cause)) => Ok(named(Some(cause))),
    }
}

/// The layer in which the room works: the last in which something is in effect, else caucus night.
#[must_use]
pub fn current_layer(state: &RoomState) -> Layer {
    state.review().last_layer().unwrap_or(Layer::Night)
}

/// A preview, and what it leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// To be signed by a release manager.
    pub preview: Preview,
    /// Precincts that were asked for and are not in it.
    pub not_ready: Vec<(PrecinctNumber, NotReady)>,
    /// Precincts in it with an open question to those who signed. It keeps none of them out.
    pub asked: Vec<PrecinctNumber>,
    /// What is wrong with all that is new since the last release taken together: shifted columns, for one.
    pub of_the_batch: Vec<StatewideFinding>,
}

impl Prepared {
    /// Precincts whose released numbers it takes out, because a reviewer decided that none of their reports counts.
    pub fn taken_out(&self) -> impl Iterator<Item = PrecinctNumber> {
        let taken_out = self.preview.precincts.iter().filter(|named| named.report.is_none());
        taken_out.map(|named| named.precinct)
    }

    /// The preview, to be signed. Where something is wrong with all that is new taken together it says why it is shown all the
    /// same, for observers and everyone to read; `None` where it has to say why, and nothing was said.
    #[must_use]
    pub fn to_show(&self, why: Option<&str>) -> Option<Preview> {
        if self.of_the_batch.is_empty() {
            return Some(self.preview.clone());
        }
        let why = why.map(str::trim).filter(|why| !why.is_empty())?;
        Some(Preview { despite: Some(why.to_owned()), ..self.preview.clone() })
    }
}

/// Prepares a preview of the precincts that were asked for and are ready.
#[must_use]
pub fn prepare(
    state: &RoomState,
    name: &str,
    layer: Layer,
    precincts: &[PrecinctNumber],
    cause: Option<Cause>,
) -> Prepared {
    let (mut named, mut not_ready) = (Vec::new(), Vec::new());
    let across = state.across(layer);
    for &precinct in precincts {
        let flags = state.flags(precinct, across.of(precinct));
        match ready(state, precinct, layer, cause, &flags) {
            Ok(previewed) => named.push(previewed),
            Err(why) => not_ready.push((precinct, why)),
        }
    }
    named.sort_by_key(|previewed| previewed.precinct);
    named.dedup_by_key(|previewed| previewed.precinct);
    let number = u32::try_from(state.review().previews().len()).unwrap_or(u32::MAX - 1) + 1;
    let numbers = named.iter().map(|previewed| previewed.precinct);
    let is_asked = |&precinct: &PrecinctNumber| state.open_questions(precinct).next().is_some();
    let asked = numbers.filter(is_asked).collect();
    Prepared {
        preview: Preview { number, name: name.to_owned(), layer, precincts: named, despite: None },
        not_ready,
        asked,
        of_the_batch: across.of_the_batch().cloned().collect(),
    }
}

/// A decision about a precinct as it is now.
#[must_use]
pub fn decide(
    state: &RoomState,
    precinct: PrecinctNumber,
    report: Option<MessageId>,
    evidence: Evidence,
    why: &str,
    mut answers: Vec<FindingName>,
    override_stronger: bool,
) -> Decision {
    answers.sort_unstable();
    answers.dedup();
    let last = state.review().decision(precinct);
    let stronger = last.filter(|last| last.decision.evidence > evidence && override_stronger);
    Decision {
        precinct,
        report,
        evidence,
        why: why.to_owned(),
        answers,
        after: last.map(|last| last.signed.id),
        overrides: stronger.map(|last| last.signed.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::checks::statewide::{Found, Scope};

    #[test]
    fn what_looks_wrong_taken_together_is_shown_only_with_the_reason_why() {
        let preview = Preview {
            number: 1,
            name: "First".to_owned(),
            layer: Layer::Night,
            precincts: Vec::new(),
            despite: None,
        };
        let prepared = |of_the_batch| Prepared {
            preview: preview.clone(),
            not_ready: Vec::new(),
            asked: Vec::new(),
            of_the_batch,
        };
        let good = prepared(Vec::new());
        assert_eq!(good.to_show(Some("no reason")), Some(preview.clone()), "nothing to say");
        let found = Found::ManyAttendees { attendees: 9, plausible_max: 3 };
        let wrong = prepared(vec![StatewideFinding { scope: Scope::Batch, found }]);
        assert_eq!((wrong.to_show(None), wrong.to_show(Some(" "))), (None, None));
        let shown = wrong.to_show(Some(" looked into ")).unwrap();
        assert_eq!(shown.despite.as_deref(), Some("looked into"));
    }

    #[test]
    fn findings_are_named_as_they_are_read() {
        for text in ["C01", "C10", "C03:4", "H03", "H05:0"] {
            let name = parse_finding(text).unwrap();
            assert_eq!(finding(&name), text);
        }
        for text in ["", "C", "C00", "C11", "H06", "H00", "X01", "C01:", "C01:x", "C01:999", "é1"]
        {
            assert_eq!(parse_finding(text), None, "{text}");
        }
    }
}
