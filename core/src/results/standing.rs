//! Where a precinct stands on its way from a report to a result (design section 9, "Precinct state").

use std::collections::BTreeSet;

use super::review::Decided;
use super::room_state::{Candidate, RoomState};
use crate::checks::{self, Finding, Severity};
use crate::contest::Contest;
use crate::id::{KeyId, MessageId, PrecinctNumber};
use crate::message::{Channel, FindingName, Layer, Lot, Report};

/// Where a precinct stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Nothing was received.
    Missing,
    /// Its sources disagree, and nobody decided.
    InConflict,
    /// A reviewer decided that none of its reports counts.
    SetAside,
    /// Something impossible was found in what counts, and nobody answered it.
    Flagged,
    /// Something counts, and nothing impossible is open.
    Consistent,
    /// The same, and a second independent source says the same.
    Verified,
    /// What counts is released.
    Released,
    /// What counts is released and is not what was released first.
    Corrected,
    /// Something is released, and since then something else counts, or a source says something else that no decision answers.
    Reopened,
}

impl Standing {
    /// Every standing, in the order of the way.
    pub const ALL: [Self; 9] = [
        Self::Missing,
        Self::InConflict,
        Self::SetAside,
        Self::Flagged,
        Self::Consistent,
        Self::Verified,
        Self::Released,
        Self::Corrected,
        Self::Reopened,
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::InConflict => "inConflict",
            Self::SetAside => "setAside",
            Self::Flagged => "flagged",
            Self::Consistent => "consistent",
            Self::Verified => "verified",
            Self::Released => "released",
            Self::Corrected => "corrected",
            Self::Reopened => "reopened",
        }
    }
}

/// Where a source of numbers comes from. Reports of one source are not independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A tablet: all tablets of one invitation are one source.
    Invitation(KeyId),
    /// A call that somebody at headquarters took down, or paper that they typed.
    Person(u32),
    /// A transcription of the worksheet's photo by somebody at headquarters. Two of them by different people are one source.
    Transcription(u32),
}

/// A finding of a precinct, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// What is named when it is answered.
    pub name: FindingName,
    /// How bad it is.
    pub severity: Severity,
    /// The decision that answers it; absent while it is open.
    pub answered: Option<MessageId>,
}

impl Flag {
    /// Whether it keeps its precinct from being released.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.severity, Severity::Impossible) && self.answered.is_none()
    }
}

impl Finding {
    /// How a decision names it.
    #[must_use]
    pub fn name(&self) -> FindingName {
        FindingName {
            check: self.rule.number(),
            group: self.group.and_then(|group| u8::try_from(group).ok()),
        }
    }
}

/// What the checks on one precinct's figures find in a report, early votes included.
#[must_use]
pub fn findings_of(contest: &Contest, report: &Report) -> Vec<Finding> {
    let figures = contest.with_early_votes(report.precinct.0, &report.figures());
    let lots: Vec<_> = report.lots.iter().map(Lot::outcome).collect();
    checks::check(contest, report.precinct.0, &figures, &lots).findings
}

impl RoomState {
    /// The findings of a precinct with what became of each: those of the checks on its candidate, and `more` (which look
    /// beyond the precinct, see [`Across::of`](super::Across::of)).
    #[must_use]
    pub fn flags(&self, precinct: PrecinctNumber, more: &[Flag]) -> Vec<Flag> {
        let Some(package) = self.package() else { return Vec::new() };
        let Candidate::Report(report) = self.candidate(precinct) else { return more.to_vec() };
        let own = findings_of(&package.contest, &report.report());
        let own = own.iter().map(|finding| {
            let name = finding.name();
            let answered = self.answer(precinct, name).map(|decided| decided.signed.id);
            Flag { name, severity: finding.severity, answered }
        });
        own.chain(more.iter().cloned()).collect()
    }

    /// The findings of a precinct that rest on its own reports alone, with what became of each: those of the checks on its
    /// candidate, and what its sources say otherwise. Whoever has the precinct's messages can tell them, so they are judged by
    /// when it is previewed and released.
    #[must_use]
    pub fn own_flags(&self, precinct: PrecinctNumber) -> Vec<Flag> {
        self.flags(precinct, &self.flags_between_sources(precinct))
    }

    /// Whether sources of a precinct disagree and no decision settles it: nobody said which of them counts, or who did has not
    /// answered for what the others say, or for what the same one said later.
    #[must_use]
    pub fn sources_disagree(&self, precinct: PrecinctNumber) -> bool {
        matches!(self.candidate(precinct), Candidate::InConflict)
            || self.flags_between_sources(precinct).iter().any(Flag::is_open)
    }

    fn flags_between_sources(&self, precinct: PrecinctNumber) -> Vec<Flag> {
        let Candidate::Report(report) = self.candidate(precinct) else { return Vec::new() };
        let findings = self.between_sources(precinct, report, self.heads(precinct));
        findings.iter().map(|finding| self.flag(precinct, finding)).collect()
    }

    /// The decision about a precinct that answers a finding, if there is one. It answers for the reports that were there then:
    /// any later report of the precinct opens all of its findings again.
    pub(super) fn answer(&self, precinct: PrecinctNumber, name: FindingName) -> Option<&Decided> {
        let answering = self.review().answering(precinct, self.reports(precinct));
        answering.filter(|decided| decided.decision.answers.contains(&name))
    }

    /// Where a precinct stands, given its flags.
    #[must_use]
    pub fn standing(&self, precinct: PrecinctNumber, flags: &[Flag]) -> Standing {
        let candidate = self.candidate(precinct);
        let released = self.released_report(precinct);
        if let Some(released) = released {
            let counts = matches!(candidate, Candidate::Report(report) if report.id == released);
            return if !counts || self.sources_disagree(precinct) {
                Standing::Reopened
            } else if self.was_changed(precinct) {
                Standing::Corrected
            } else {
                Standing::Released
            };
        }
        match candidate {
            Candidate::Missing => Standing::Missing,
            Candidate::InConflict => Standing::InConflict,
            Candidate::SetAside => Standing::SetAside,
            Candidate::Report(_) if flags.iter().any(Flag::is_open) => Standing::Flagged,
            Candidate::Report(_) if self.is_verified(precinct) => Standing::Verified,
            Candidate::Report(_) => Standing::Consistent,
        }
    }

    /// The report whose numbers are released of a precinct, in the last layer.
    #[must_use]
    pub fn released_report(&self, precinct: PrecinctNumber) -> Option<MessageId> {
        self.review().released_precinct(precinct, Layer::Certified)?.1.report
    }

    /// Whether more than one report of a precinct was ever released.
    fn was_changed(&self, precinct: PrecinctNumber) -> bool {
        let review = self.review();
        let named = review.effective().filter_map(|release| review.named(release, precinct));
        let reports: BTreeSet<_> = named.map(|named| named.report).collect();
        reports.len() > 1
    }

    /// Whether a second independent source carries the candidate's numbers: another invitation, a call or paper that was
    /// typed at headquarters, or two transcriptions by different people.
    #[must_use]
    pub fn is_verified(&self, precinct: PrecinctNumber) -> bool {
        let Candidate::Report(candidate) = self.candidate(precinct) else { return false };
        let wanted = candidate.report();
        let mut sources = BTreeSet::new();
        for head in self.heads(precinct) {
            let report = head.report();
            if report.attendees == wanted.attendees && report.counts == wanted.counts {
                sources.extend(self.source(head.key, report.channel));
            }
        }
        let transcriptions =
            sources.iter().filter(|source| matches!(source, Source::Transcription(_))).count();
        let others = sources.len() - transcriptions;
        others + usize::from(transcriptions >= 2) >= 2
    }

    /// Where the reports of a key come from.
    #[must_use]
    pub fn source(&self, key: KeyId, channel: Channel) -> Option<Source> {
        if let Some(device) = self.device(key) {
            return Some(Source::Invitation(device.invitation));
        }
        let number = self.persons().ever(key)?.number;
        Some(match channel {
            Channel::Transcription => Source::Transcription(number),
            Channel::Tablet | Channel::Hotline | Channel::Paper => Source::Person(number),
        })
    }
}
