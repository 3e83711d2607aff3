//! Everything that follows from a draft by the contest's rules and checks: what a screen shows, and what a report
//! will say.

use countersign_core::checks::{self, Finding, Severity};
use countersign_core::contest::{Contest, CountKind, EarlyVotes};
use countersign_core::rules::{self, Award, LotOutcome, Tie};

use crate::api::{Attester, Missing, ReasonChoice, Step};
use crate::draft::{Draft, DrawnLot};
use crate::names;

/// The worked-out state of a draft.
pub(crate) struct Reckoning<'a> {
    pub(crate) contest: &'a Contest,
    pub(crate) draft: &'a Draft,
    /// Early votes of the precinct. Everything below is worked out from them and the draft together.
    pub(crate) early: Option<&'a EarlyVotes>,
    /// People who attended, early voters among them.
    pub(crate) attendees: Option<u32>,
    /// Delegates to elect.
    pub(crate) elects: Option<u32>,
    /// People a group needs.
    pub(crate) viability: Option<u32>,
    /// What the rules give.
    pub(crate) award: Option<Award>,
    /// Lots that settle a tie of these counts; others were drawn for numbers that have changed since.
    pub(crate) lots: Vec<DrawnLot>,
    /// What does not add up, worst first.
    pub(crate) findings: Vec<Finding>,
    /// Checks that passed.
    pub(crate) passed: Vec<checks::RuleId>,
    /// Nobody attended or voted early: there is nothing to count.
    pub(crate) nobody_came: bool,
    /// The steps of this caucus.
    pub(crate) steps: Vec<Step>,
}

impl<'a> Reckoning<'a> {
    /// Works a draft out.
    pub(crate) fn of(contest: &'a Contest, draft: &'a Draft) -> Self {
        let early = contest.early_votes_of(draft.precinct);
        let figures = contest.with_early_votes(draft.precinct, &draft.figures());
        let attendees = figures.attendees;
        let elects = contest.delegates_to_elect(draft.precinct, attendees);
        let both = elects.zip(attendees);
        let all: Vec<LotOutcome> = draft.lots.iter().map(DrawnLot::outcome).collect();
        let award = both.zip(figures.complete(contest, CountKind::FinalAlignment)).map(
            |((elects, attendees), people)| {
                rules::award(&contest.rules, elects, attendees, &people, &all)
            },
        );
        let settles = |lot: &&DrawnLot| {
            award
                .as_ref()
                .is_some_and(|award| award.ties.iter().any(|tie| lot.outcome().settles(tie)))
        };
        let lots: Vec<DrawnLot> = draft.lots.iter().filter(settles).cloned().collect();
        let outcomes: Vec<LotOutcome> = lots.iter().map(DrawnLot::outcome).collect();
        let checked = checks::check(contest, draft.precinct, &figures, &outcomes);
        let nobody_came = draft.nobody_came() && early.is_none_or(|early| early.attendees == 0);
        Self {
            contest,
            draft,
            early,
            attendees,
            elects,
            viability: both.and_then(|(elects, attendees)| {
                rules::viability_number(&contest.rules, elects, attendees)
            }),
            award,
            lots,
            findings: checked.findings,
            passed: checked.passed,
            nobody_came,
            steps: steps(contest, elects, nobody_came),
        }
    }

    /// Early votes of a group that belong to a count.
    pub(crate) fn early_votes(&self, kind: CountKind, group: usize) -> u32 {
        self.early.map_or(0, |early| early.votes(kind, group))
    }

    /// Ties that a lot settles.
    pub(crate) fn ties(&self) -> &[Tie] {
        self.award.as_ref().map_or(&[], |award| &award.ties)
    }

    /// The lot drawn for a tie.
    pub(crate) fn lot_of(&self, tie: &Tie) -> Option<&DrawnLot> {
        self.lots.iter().find(|lot| lot.outcome().settles(tie))
    }

    /// The reason given for a finding, while its numbers are the ones it was given for.
    pub(crate) fn kept(&self, finding: &Finding) -> Option<&ReasonChoice> {
        let key = finding.key();
        let same =
            |kept: &&crate::draft::Kept| kept.finding == key && kept.numbers == finding.numbers;
        self.draft.kept.iter().find(same).map(|kept| &kept.reason)
    }

    /// Who is asked: chair, secretary, and a captain of each viable group.
    pub(crate) fn attesters(&self) -> Vec<Attester> {
        let mut who = vec![Attester::Chair, Attester::Secretary];
        let last = self
            .contest
            .count_index(CountKind::FinalAlignment)
            .and_then(|at| self.draft.counts.get(at));
        if let (Some(need), Some(last)) = (self.viability, last) {
            let viable = last.iter().enumerate().filter(|&(group, cell)| {
                let early = self.early_votes(CountKind::FinalAlignment, group);
                cell.is_some_and(|people| people.saturating_add(early) >= need)
            });
            who.extend(viable.map(|(group, _)| Attester::Captain { group: names::ballot(group) }));
        }
        who
    }

    /// What somebody said of the figures as they are now.
    pub(crate) fn said(&self, who: Attester) -> Option<Option<&ReasonChoice>> {
        let digest = self.draft.figures_digest();
        let said = self.draft.said.iter().find(|said| said.who == who && said.figures == digest)?;
        Some(said.objection.as_ref())
    }

    /// Attendance was changed after first alignment was begun, and nobody said why.
    pub(crate) fn attendance_needs_reason(&self) -> bool {
        self.draft.correction.is_none()
            && !self.nobody_came
            && self.draft.attendance_basis.is_some_and(|basis| self.draft.attendees != Some(basis))
    }

    /// What stands between this draft and a signature. None of it judges the numbers.
    pub(crate) fn missing(&self) -> Vec<Missing> {
        if self.nobody_came {
            return Vec::new();
        }
        let mut missing = Vec::new();
        if self.draft.attendees.is_none() {
            missing.push(Missing::Attendance);
        } else if self.attendance_needs_reason() {
            missing.push(Missing::AttendanceReason);
        }
        for (count, cells) in self.draft.counts.iter().enumerate() {
            let empty = cells.iter().enumerate().filter(|(_, cell)| cell.is_none());
            let groups: Vec<u8> = empty.map(|(group, _)| names::ballot(group)).collect();
            if !groups.is_empty() {
                missing.push(Missing::Groups { count: names::ballot(count), groups });
            }
        }
        self.missing_lots(&mut missing);
        for finding in &self.findings {
            let by_lot = finding.rule == checks::RuleId::C08;
            if finding.severity.asks_for_a_reason() && !by_lot && self.kept(finding).is_none() {
                missing.push(Missing::Reason { finding: finding.key() });
            }
        }
        for who in [Attester::Chair, Attester::Secretary] {
            if self.said(who).is_none() {
                missing.push(Missing::Attestation { who });
            }
        }
        missing
    }

    /// A tie needs its lot, or the reason why the room went on without one.
    fn missing_lots(&self, missing: &mut Vec<Missing>) {
        let explained = self.findings.iter().any(|finding| {
            finding.rule == checks::RuleId::C08
                && finding.severity == Severity::Impossible
                && self.kept(finding).is_some()
        });
        if explained {
            return;
        }
        let open = self.ties().iter().enumerate().filter(|(_, tie)| !tie.settled);
        missing.extend(open.map(|(tie, _)| Missing::Lot { tie: names::ballot(tie) }));
    }

    /// Whether nothing is missing in a step.
    pub(crate) fn is_done(&self, step: Step, missing: &[Missing]) -> bool {
        let filled = |kind: CountKind| {
            self.nobody_came
                || self
                    .contest
                    .count_index(kind)
                    .is_none_or(|at| self.draft.counts[at].iter().all(Option::is_some))
        };
        let begun = |kind: CountKind| {
            self.contest
                .count_index(kind)
                .is_some_and(|at| self.draft.counts[at].iter().any(Option::is_some))
        };
        let none = |wanted: fn(&Missing) -> bool| !missing.iter().any(wanted);
        match step {
            Step::Attendance => {
                self.draft.attendees.is_some()
                    && none(|one| matches!(one, Missing::AttendanceReason))
            }
            Step::FirstAlignment => filled(CountKind::FirstAlignment),
            Step::Realignment => begun(CountKind::FinalAlignment),
            Step::FinalAlignment => filled(CountKind::FinalAlignment),
            Step::Delegates => {
                filled(CountKind::Delegates) && none(|one| matches!(one, Missing::Lot { .. }))
            }
            Step::Check => none(|one| !matches!(one, Missing::Attestation { .. })),
            Step::Attest => none(|one| matches!(one, Missing::Attestation { .. })),
            Step::Sign => false,
        }
    }
}

/// The steps that make sense. With one delegate nobody is viable, so nobody realigns; where nobody came there is
/// nothing to count and nobody to attest.
fn steps(contest: &Contest, elects: Option<u32>, nobody_came: bool) -> Vec<Step> {
    if nobody_came {
        return vec![Step::Attendance, Step::Sign];
    }
    let mut steps = vec![Step::Attendance];
    for &kind in &contest.counts {
        if kind == CountKind::FinalAlignment
            && steps.contains(&Step::FirstAlignment)
            && elects != Some(1)
        {
            steps.push(Step::Realignment);
        }
        steps.push(names::count_step(kind));
    }
    steps.extend([Step::Check, Step::Attest, Step::Sign]);
    steps
}
