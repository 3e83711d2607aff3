//! A report made of what was published of a precinct.

use countersign_core::checks::{self, Figures};
use countersign_core::contest::{Contest, CountKind, LotMethod as Method, PrecinctKind, Published};
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{
    Acknowledged, Attestation, Attester, Channel, Lot, LotDrawer, LotMethod, Reason, Report,
};
use countersign_core::rules::{LotOutcome, award};
use countersign_tests::paper::Paper;

/// By which road a report comes, and what it corrects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Road {
    pub(crate) channel: Channel,
    /// The report of the same key that it corrects, and that one's revision.
    pub(crate) corrects: Option<(MessageId, u32)>,
    /// Of the signing key.
    pub(crate) sequence: u64,
    pub(crate) time_ms: u64,
}

/// The report of what was published of a precinct. What nobody published is taken as the rules have it: attendance is the
/// larger of the two alignments' totals, a satellite's delegates are those that its published SDE stand for, and a lot was
/// drawn wherever the published delegates need one.
pub(crate) fn report(
    contest: &Contest,
    package: MessageId,
    published: &Published,
    road: Road,
) -> Report {
    let paper = Paper::of(contest, published);
    let elects = contest.delegates_to_elect(paper.precinct, Some(paper.attendees)).unwrap_or(0);
    let delegates = match &paper.delegates {
        Some(delegates) => delegates.clone(),
        None => of_satellite(contest, published, elects),
    };
    let (lots, outcomes) = lots(contest, &paper, elects, &delegates);
    let counts: Vec<Vec<u32>> = contest
        .counts
        .iter()
        .map(|kind| match kind {
            CountKind::FirstAlignment => paper.first.clone(),
            CountKind::FinalAlignment => paper.last.clone(),
            CountKind::Delegates => delegates.clone(),
        })
        .collect();
    let figures = Figures {
        attendees: Some(paper.attendees),
        counts: counts.iter().map(|count| count.iter().copied().map(Some).collect()).collect(),
    };
    let reason = || Reason { code: "signed-so".to_owned(), text: None };
    let small = |index: usize| u8::try_from(index).unwrap_or(u8::MAX);
    let mut acknowledged: Vec<Acknowledged> = Vec::new();
    for finding in checks::check(contest, paper.precinct, &figures, &outcomes).findings {
        if finding.severity.asks_for_a_reason() {
            acknowledged.push(Acknowledged {
                check: finding.rule.number(),
                group: finding.group.map(small),
                reason: reason(),
            });
        }
    }
    Report {
        package,
        precinct: PrecinctNumber(paper.precinct),
        revision: 1 + road.corrects.map_or(0, |(_, revision)| revision),
        supersedes: road.corrects.map(|(id, _)| id),
        reason: road.corrects.map(|_| reason()),
        attendees: paper.attendees,
        counts,
        lots,
        acknowledged,
        attestations: [Attester::Chair, Attester::Secretary]
            .map(|who| Attestation { who, group: None, objection: None })
            .to_vec(),
        photos: Vec::new(),
        channel: road.channel,
        device_sequence: road.sequence,
        device_time_ms: road.time_ms,
        app_version: "history".to_owned(),
    }
}

/// Delegates that a satellite's published SDE stand for: of those it elects, in the same proportion.
fn of_satellite(contest: &Contest, published: &Published, elects: u32) -> Vec<u32> {
    let none = || vec![0; contest.groups.len()];
    let is_satellite = contest
        .precinct(published.precinct)
        .is_some_and(|precinct| precinct.kind == PrecinctKind::Satellite);
    let Some(sde) = published.sde.as_ref().filter(|_| is_satellite) else { return none() };
    let all: u64 = sde.iter().map(|value| value.0).sum();
    if all == 0 {
        return none();
    }
    // To the nearest whole, as whole delegates of a precinct are found.
    let share = |value: u64| (2 * value * u64::from(elects) + all) / (2 * all);
    sde.iter().map(|value| u32::try_from(share(value.0)).unwrap_or(u32::MAX)).collect()
}

/// Lots that lead to the delegates that were announced, where the rules need any.
fn lots(
    contest: &Contest,
    paper: &Paper,
    elects: u32,
    announced: &[u32],
) -> (Vec<Lot>, Vec<LotOutcome>) {
    let found = award(&contest.rules, elects, paper.attendees, &paper.last, &[]);
    let small = |index: usize| u8::try_from(index).unwrap_or(u8::MAX);
    let method = match contest.rules.lot {
        Method::Coin => LotMethod::Coin,
        Method::HighCard => LotMethod::HighCard,
        Method::Other => LotMethod::Other,
    };
    let lot = |tie: &countersign_core::rules::Tie| {
        let more = |group: usize| i64::from(announced[group]) - i64::from(found.before_lots[group]);
        let mut favoured = tie.groups.clone();
        favoured.sort_by_key(|&group| (std::cmp::Reverse(more(group)), group));
        favoured.truncate(tie.seats as usize);
        favoured.sort_unstable();
        Lot {
            seats: tie.seats,
            groups: tie.groups.iter().map(|&group| small(group)).collect(),
            method,
            winners: favoured.into_iter().map(small).collect(),
            drawn_by: LotDrawer::Chair,
        }
    };
    let lots: Vec<Lot> = found.ties.iter().map(lot).collect();
    let outcomes = lots.iter().map(Lot::outcome).collect();
    (lots, outcomes)
}
