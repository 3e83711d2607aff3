//! The open draft as the screens show it.

use countersign_core::checks::Finding;
use countersign_core::contest::CountKind;
use countersign_core::rules::{self, Award};

use crate::api::{
    AttestationSaid, AttestationView, AwardChange, AwardRow, AwardView, CaucusView, Cell,
    CorrectionView, CountCell, CountView, EarlyVotesView, FindingView, FractionView, Language,
    LotView, StepView, TieView, TimerView,
};
use crate::names;
use crate::reckoning::Reckoning;

/// What the view needs besides the draft.
pub(crate) struct Around {
    pub(crate) language: Language,
    pub(crate) timer: Option<TimerView>,
    /// Numbers of the report that a correction replaces: attendees, and every count.
    pub(crate) before: Option<(u32, Vec<Vec<u32>>)>,
}

/// The view; `None` when the draft's precinct is not in its package.
pub(crate) fn caucus_view(facts: &Reckoning<'_>, around: Around) -> Option<CaucusView> {
    let (contest, draft) = (facts.contest, facts.draft);
    let missing = facts.missing();
    let step_view = |&step| StepView { step, done: facts.is_done(step, &missing) };
    // A step that has left the list (attendance became zero) leads to the last one that is still there.
    let step = if facts.steps.contains(&draft.step) {
        draft.step
    } else {
        facts.steps.iter().copied().rev().find(|&step| step < draft.step).unwrap_or(facts.steps[0])
    };
    Some(CaucusView {
        precinct: names::precinct(contest, draft.precinct, facts.attendees)?,
        room: names::room_name(draft.room),
        step,
        steps: facts.steps.iter().map(step_view).collect(),
        cell: draft.cell,
        groups: names::groups(contest, around.language),
        counts: counts(facts),
        attendees: draft.attendees,
        early_votes: early_votes(facts),
        delegates_to_elect: facts.elects,
        viability_number: facts.viability,
        viability_rule: facts
            .elects
            .and_then(|elects| rules::viability_fraction(&contest.rules, elects))
            .map(|share| FractionView {
                numerator: share.numerator,
                denominator: share.denominator,
            }),
        award: facts.award.as_ref().map(award_view),
        ties: ties(facts),
        findings: facts.findings.iter().map(|finding| finding_view(facts, finding)).collect(),
        passed: facts.passed.iter().map(ToString::to_string).collect(),
        attestations: attestations(facts),
        missing,
        timer: around.timer,
        correction: correction(facts, around.before),
        attendance_needs_reason: facts.attendance_needs_reason(),
    })
}

fn counts(facts: &Reckoning<'_>) -> Vec<CountView> {
    let sum = |cells: &[Option<u32>]| {
        cells.iter().flatten().fold(0_u32, |sum, &cell| sum.saturating_add(cell))
    };
    let of_kind = |kind| facts.contest.count_index(kind).and_then(|at| facts.draft.counts.get(at));
    let kinds = facts.contest.counts.iter().zip(&facts.draft.counts);
    kinds
        .map(|(&kind, cells)| CountView {
            kind: names::count_kind(kind),
            cells: cells
                .iter()
                .enumerate()
                .map(|(group, &value)| cell(facts, kind, group, value))
                .collect(),
            sum: sum(cells),
            expected: match kind {
                CountKind::FirstAlignment => facts.draft.attendees,
                CountKind::FinalAlignment => match of_kind(CountKind::FirstAlignment) {
                    Some(first) if first.iter().any(Option::is_some) => Some(sum(first)),
                    _ => facts.draft.attendees,
                },
                CountKind::Delegates => facts.elects,
            },
            empty: u32::try_from(cells.iter().filter(|cell| cell.is_none()).count())
                .unwrap_or(u32::MAX),
        })
        .collect()
}

fn early_votes(facts: &Reckoning<'_>) -> Option<EarlyVotesView> {
    let early = facts.early?;
    let groups = facts.contest.groups.len();
    let count = |&kind| (0..groups).map(|group| early.votes(kind, group)).collect();
    Some(EarlyVotesView {
        attendees: early.attendees,
        counts: facts.contest.counts.iter().map(count).collect(),
    })
}

fn cell(facts: &Reckoning<'_>, kind: CountKind, group: usize, value: Option<u32>) -> CountCell {
    let need = facts.viability.filter(|_| kind != CountKind::Delegates);
    let early = facts.early_votes(kind, group);
    let both = need.zip(value.map(|people| people.saturating_add(early)));
    CountCell {
        value,
        viable: both.map(|(need, people)| people >= need),
        short: both.map(|(need, people)| need.saturating_sub(people)).filter(|short| *short > 0),
    }
}

fn award_view(award: &Award) -> AwardView {
    AwardView {
        delegates: award.delegates.clone(),
        rows: award
            .rows
            .iter()
            .map(|row| AwardRow {
                group: names::ballot(row.group),
                people: row.people,
                share: row.share.to_string(),
                rounded: row.rounded,
            })
            .collect(),
        changes: award
            .changes
            .iter()
            .map(|change| AwardChange {
                group: names::ballot(change.group),
                gains: change.gains,
                by_lot: change.by_lot,
            })
            .collect(),
    }
}

fn ties(facts: &Reckoning<'_>) -> Vec<TieView> {
    let method = names::contest_lot(facts.contest.rules.lot);
    facts
        .ties()
        .iter()
        .map(|tie| TieView {
            groups: names::ballots(&tie.groups),
            seats: tie.seats,
            gains: tie.gains,
            method,
            drawn: facts.lot_of(tie).map(|lot| LotView {
                winners: lot.winners.clone(),
                method: lot.method,
                drawn_by: lot.drawn_by,
            }),
        })
        .collect()
}

fn finding_view(facts: &Reckoning<'_>, finding: &Finding) -> FindingView {
    FindingView {
        key: finding.key(),
        rule: finding.rule.to_string(),
        variant: finding.variant.as_str().to_owned(),
        severity: names::severity(finding.severity),
        group: finding.group.map(names::ballot),
        other_group: finding.other_group.map(names::ballot),
        numbers: finding.numbers.clone(),
        steps: finding.cells.iter().copied().map(names::cells_step).collect(),
        acknowledged: facts.kept(finding).cloned(),
    }
}

fn attestations(facts: &Reckoning<'_>) -> Vec<AttestationView> {
    let said = |who| match facts.said(who) {
        None => None,
        Some(None) => Some(AttestationSaid::StandsBy),
        Some(Some(reason)) => Some(AttestationSaid::Objects { reason: reason.clone() }),
    };
    facts.attesters().into_iter().map(|who| AttestationView { who, said: said(who) }).collect()
}

fn correction(
    facts: &Reckoning<'_>,
    before: Option<(u32, Vec<Vec<u32>>)>,
) -> Option<CorrectionView> {
    let correction = facts.draft.correction.as_ref()?;
    let (attendees, counts) = before?;
    let mut changed = Vec::new();
    if facts.draft.attendees != Some(attendees) {
        changed.push(Cell::Attendees);
    }
    for (count, (old, new)) in counts.iter().zip(&facts.draft.counts).enumerate() {
        let differing =
            old.iter().zip(new).enumerate().filter(|(_, (old, new))| **new != Some(**old));
        changed.extend(differing.map(|(group, _)| Cell::Count {
            count: names::ballot(count),
            group: names::ballot(group),
        }));
    }
    Some(CorrectionView {
        supersedes: correction.supersedes.to_string(),
        revision: correction.revision,
        reason: correction.reason.clone(),
        changed,
    })
}
