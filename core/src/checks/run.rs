//! The checks themselves.

use super::{Cells, Figures, Finding, Findings, RuleId, Severity, Variant};
use crate::contest::{Contest, CountKind};
use crate::rules::{self, Award, LotOutcome};

const FIRST: Cells = Cells::Count(CountKind::FirstAlignment);
const LAST: Cells = Cells::Count(CountKind::FinalAlignment);
const DELEGATES: Cells = Cells::Count(CountKind::Delegates);

/// Checks a precinct's figures. Checks whose numbers are not all there are left out, so a draft can be checked at any time.
#[must_use]
pub fn check(contest: &Contest, precinct: u32, figures: &Figures, lots: &[LotOutcome]) -> Findings {
    let facts = Facts::gather(contest, precinct, figures, lots);
    let mut out = Findings::default();
    for rule in RuleId::ALL {
        match facts.run(rule) {
            Some(found) if found.is_empty() => out.passed.push(rule),
            Some(found) => out.findings.extend(found),
            None => {}
        }
    }
    out.findings.sort_by_key(|finding| (finding.severity, finding.rule, finding.group));
    out
}

/// What the checks look at.
struct Facts<'a> {
    contest: &'a Contest,
    attendees: Option<u32>,
    first: Option<Vec<u32>>,
    last: Option<Vec<u32>>,
    delegates: Option<Vec<u32>>,
    elects: Option<u32>,
    viability: Option<u32>,
    award: Option<Award>,
}

impl<'a> Facts<'a> {
    fn gather(contest: &'a Contest, precinct: u32, figures: &Figures, lots: &[LotOutcome]) -> Self {
        let attendees = figures.attendees;
        let last = figures.complete(contest, CountKind::FinalAlignment);
        let elects = contest.delegates_to_elect(precinct, attendees);
        let mut facts = Self {
            contest,
            attendees,
            first: figures.complete(contest, CountKind::FirstAlignment),
            last,
            delegates: figures.complete(contest, CountKind::Delegates),
            elects,
            viability: None,
            award: None,
        };
        if let (Some(elects), Some(attendees)) = (elects, attendees) {
            facts.viability = rules::viability_number(&contest.rules, elects, attendees);
            if let Some(last) = &facts.last {
                facts.award = Some(rules::award(&contest.rules, elects, attendees, last, lots));
            }
        }
        facts
    }

    /// What a check found; `None` where its numbers are not all there.
    fn run(&self, rule: RuleId) -> Option<Vec<Finding>> {
        match rule {
            RuleId::C01 => self.first_against_attendance(),
            RuleId::C02 => self.last_above_first(),
            RuleId::C03 => self.viable_group_shrank(),
            RuleId::C04 => self.people_below_viability(),
            RuleId::C05 => self.delegates_add_up(),
            RuleId::C06 => self.delegates_follow_rules(),
            RuleId::C07 => self.delegates_and_people(),
            RuleId::C08 => self.lots_fit_ties(),
            RuleId::C09 => self.many_left(),
            RuleId::C10 => self.order_of_groups(),
        }
    }

    fn first_against_attendance(&self) -> Option<Vec<Finding>> {
        let (first, attendees) = (sum(self.first.as_ref()?), self.attendees?);
        let (variant, severity) = match first.cmp(&attendees) {
            std::cmp::Ordering::Greater => (Variant::More, Severity::Impossible),
            std::cmp::Ordering::Less => (Variant::Fewer, Severity::Unusual),
            std::cmp::Ordering::Equal => return Some(Vec::new()),
        };
        let numbers = vec![first, attendees];
        Some(vec![found(RuleId::C01, variant, severity, numbers, &[FIRST, Cells::Attendees])])
    }

    fn last_above_first(&self) -> Option<Vec<Finding>> {
        let (last, first) = (sum(self.last.as_ref()?), sum(self.first.as_ref()?));
        if last <= first {
            return Some(Vec::new());
        }
        let numbers = vec![last, first];
        Some(vec![found(
            RuleId::C02,
            Variant::Found,
            Severity::Impossible,
            numbers,
            &[LAST, FIRST],
        )])
    }

    /// With one delegate nobody is viable, and with nobody there neither: nothing to find.
    fn viable_group_shrank(&self) -> Option<Vec<Finding>> {
        let (first, last) = (self.first.as_ref()?, self.last.as_ref()?);
        let need = self.viability_if_any()?;
        let shrunk = groups(last).filter(|&(group, people)| {
            need.is_some_and(|need| first[group] >= need) && people < first[group]
        });
        Some(
            shrunk
                .map(|(group, people)| {
                    let numbers = vec![people, first[group]];
                    of_group(RuleId::C03, Severity::Unusual, group, numbers, &[LAST, FIRST])
                })
                .collect(),
        )
    }

    fn people_below_viability(&self) -> Option<Vec<Finding>> {
        let last = self.last.as_ref()?;
        let Some(need) = self.viability_if_any()? else { return Some(Vec::new()) };
        Some(
            groups(last)
                .filter(|&(_, people)| people > 0 && people < need)
                .map(|(group, people)| {
                    of_group(
                        RuleId::C04,
                        Severity::Note,
                        group,
                        vec![people, need],
                        &[LAST, Cells::Attendees],
                    )
                })
                .collect(),
        )
    }

    /// What an award of the rules adds up to is right too: nobody where no group is viable, and in Nevada, which adds seats
    /// rather than take a group's only delegate, more than the precinct's number.
    fn delegates_add_up(&self) -> Option<Vec<Finding>> {
        let entered = sum(self.delegates.as_ref()?);
        let elects = self.elects?;
        let due = |award: &Award| sum(&award.nearest(&[])) == entered;
        if entered == elects || self.award.as_ref().is_some_and(due) {
            return Some(Vec::new());
        }
        let numbers = vec![entered, elects];
        Some(vec![found(RuleId::C05, Variant::Found, Severity::Impossible, numbers, &[DELEGATES])])
    }

    fn delegates_follow_rules(&self) -> Option<Vec<Finding>> {
        let entered = self.delegates.as_ref()?;
        let award = self.award.as_ref()?;
        if award.permits(entered) {
            return Some(Vec::new());
        }
        let numbers = entered.iter().chain(&award.nearest(entered)).copied().collect();
        let cells = [DELEGATES, LAST, Cells::Attendees];
        Some(vec![found(RuleId::C06, Variant::Differs, Severity::Unusual, numbers, &cells)])
    }

    fn delegates_and_people(&self) -> Option<Vec<Finding>> {
        let (entered, last) = (self.delegates.as_ref()?, self.last.as_ref()?);
        let award = self.award.as_ref();
        if award.is_some_and(|award| self.any_group_may_be_named(award, entered)) {
            return Some(Vec::new());
        }
        let mut out = Vec::new();
        for (group, delegates) in groups(entered) {
            let people = last[group];
            let owed = award.map_or(0, |award| award.at_least(group));
            if delegates > 0 && people == 0 {
                let numbers = vec![delegates, people];
                let cells = [DELEGATES, LAST];
                let mut finding =
                    of_group(RuleId::C07, Severity::Impossible, group, numbers, &cells);
                finding.variant = Variant::DelegatesWithoutPeople;
                out.push(finding);
            } else if delegates == 0
                && owed > 0
                && self.viability.is_some_and(|need| people >= need)
            {
                let numbers = vec![delegates, owed];
                let mut finding =
                    of_group(RuleId::C07, Severity::Unusual, group, numbers, &[DELEGATES, LAST]);
                finding.variant = Variant::ViableWithoutDelegate;
                out.push(finding);
            }
        }
        Some(out)
    }

    fn lots_fit_ties(&self) -> Option<Vec<Finding>> {
        let award = self.award.as_ref()?;
        let mut out = Vec::new();
        if let Some(tie) = award.ties.iter().find(|tie| !tie.settled) {
            let numbers = vec![count(tie.groups.len()), tie.seats];
            let cells = [DELEGATES, LAST];
            let mut finding =
                found(RuleId::C08, Variant::Missing, Severity::Impossible, numbers, &cells);
            finding.group = tie.groups.first().copied();
            finding.other_group = tie.groups.get(1).copied();
            out.push(finding);
        }
        if !award.needless_lots.is_empty() {
            let numbers = vec![count(award.needless_lots.len())];
            let cells = [DELEGATES, LAST];
            out.push(found(RuleId::C08, Variant::Needless, Severity::Note, numbers, &cells));
        }
        Some(out)
    }

    fn many_left(&self) -> Option<Vec<Finding>> {
        let (last, first) = (sum(self.last.as_ref()?), sum(self.first.as_ref()?));
        if !self.contest.rules.final_share_min.is_more_than(last.into(), first.into()) {
            return Some(Vec::new());
        }
        let numbers = vec![last, first];
        Some(vec![found(RuleId::C09, Variant::Found, Severity::Unusual, numbers, &[LAST, FIRST])])
    }

    /// One finding for each group that another overtook: beside the smallest of those.
    fn order_of_groups(&self) -> Option<Vec<Finding>> {
        let (entered, last) = (self.delegates.as_ref()?, self.last.as_ref()?);
        if self.award.as_ref().is_some_and(|award| self.any_group_may_be_named(award, entered)) {
            return Some(Vec::new());
        }
        let overtaken = |(group, people): (usize, u32)| {
            let (other, fewer) = groups(last)
                .filter(|&(other, fewer)| fewer < people && entered[other] > entered[group])
                .min_by_key(|&(_, fewer)| fewer)?;
            let numbers = vec![entered[group], entered[other], people, fewer];
            let mut finding =
                of_group(RuleId::C10, Severity::Unusual, group, numbers, &[DELEGATES, LAST]);
            finding.other_group = Some(other);
            Some(finding)
        };
        Some(groups(last).filter_map(overtaken).collect())
    }

    /// Viability where it is known whether it applies: `None` while a number is missing, `Some(None)` where it does not.
    #[allow(clippy::option_option, reason = "two different absences, told apart by the checks")]
    fn viability_if_any(&self) -> Option<Option<u32>> {
        self.attendees?;
        self.elects?;
        Some(self.viability)
    }

    /// One delegate by majority, without one: whoever was named, the counts do not speak against it.
    fn any_group_may_be_named(&self, award: &Award, entered: &[u32]) -> bool {
        award.undetermined && sum(entered) == 1
    }
}

fn found(
    rule: RuleId,
    variant: Variant,
    severity: Severity,
    numbers: Vec<u32>,
    cells: &[Cells],
) -> Finding {
    Finding {
        rule,
        variant,
        severity,
        group: None,
        other_group: None,
        numbers,
        cells: cells.to_vec(),
    }
}

fn of_group(
    rule: RuleId,
    severity: Severity,
    group: usize,
    numbers: Vec<u32>,
    cells: &[Cells],
) -> Finding {
    Finding { group: Some(group), ..found(rule, Variant::Found, severity, numbers, cells) }
}

fn groups(count: &[u32]) -> impl Iterator<Item = (usize, u32)> + '_ {
    count.iter().copied().enumerate()
}

fn sum(count: &[u32]) -> u32 {
    count.iter().fold(0, |sum, &cell| sum.saturating_add(cell))
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
