//! What has to hold of every contest before anything is worked out with it, wherever it came from.

use std::collections::BTreeSet;

use super::definition::{Contest, Limits};
use super::place::{CountyKind, Precinct, PrecinctKind};
use super::regulation::Fraction;
use super::release_rules::ReleaseRules;
use super::witness_list::WitnessList;
use crate::log::HashList;

/// A contest that contradicts itself; the text says how. Trying again does not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the contest contradicts itself: {0}")]
pub struct Unsound(pub String);

impl Unsound {
    /// Trying the same again never helps.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        false
    }
}

impl Contest {
    /// Checks what the rest of this crate relies on: lengths, indices, fractions, unique ids. A contest that
    /// [`read`](super::read) accepted passes; one that arrives in a package is checked again before use.
    ///
    /// # Errors
    /// [`Unsound`] with the first contradiction.
    pub fn check_shape(&self) -> Result<(), Unsound> {
        const DELEGATES_MAX: u32 = 10_000;
        let hold =
            |good: bool, what: &str| if good { Ok(()) } else { Err(Unsound(what.to_owned())) };
        let fraction = |part: Fraction| part.denominator > 0 && part.numerator <= part.denominator;
        hold((1..=64).contains(&self.groups.len()), "it needs 1 to 64 groups")?;
        hold(distinct(self.groups.iter().map(|group| &group.key)), "two groups share a key")?;
        hold(
            !self.counts.is_empty() && self.counts.is_sorted_by(|a, b| a < b),
            "its counts are not in order",
        )?;
        hold((1..=1 << 20).contains(&self.precincts.len()), "it needs 1 to 1048576 precincts")?;
        hold(
            distinct(self.precincts.iter().map(|precinct| &precinct.id)),
            "two precincts share an id",
        )?;
        hold(distinct(self.counties.iter().map(|county| &county.id)), "two counties share an id")?;
        for precinct in &self.precincts {
            let fits = match (precinct.kind, self.county_of(precinct).map(|county| county.kind)) {
                (PrecinctKind::Precinct, Some(CountyKind::County | CountyKind::City)) => {
                    precinct.delegates.is_none_or(|delegates| u32::from(delegates) <= DELEGATES_MAX)
                }
                (PrecinctKind::Satellite, Some(CountyKind::SatellitePool)) => {
                    precinct.delegates.is_none() && self.rules.satellite.is_some()
                }
                _ => false,
            };
            hold(fits, &format!("precinct {} does not fit its county or delegates", precinct.id))?;
        }
        // A site's delegates are not of the same size as a precinct's: what they are worth follows from its whole pool.
        let by_delegates = self.national.as_ref().is_some_and(|national| national.basis.is_some());
        let is_site = |precinct: &Precinct| precinct.kind == PrecinctKind::Satellite;
        hold(
            !by_delegates || !self.precincts.iter().any(is_site),
            "its national delegates follow county delegates, which satellite sites do not elect",
        )?;
        hold(
            self.rules.viability.first().is_some_and(|step| step.delegates_from == 2)
                && self.rules.viability.is_sorted_by(|a, b| a.delegates_from < b.delegates_from)
                && self
                    .rules
                    .viability
                    .iter()
                    .all(|step| fraction(step.share) && step.share.numerator > 0),
            "its viability steps are not in order",
        )?;
        hold(
            fraction(self.rules.final_share_min) && fraction(self.rules.national_threshold),
            "a fraction in its rules is not between 0 and 1",
        )?;
        hold(
            self.rules.satellite.as_ref().is_none_or(|rule| {
                rule.above <= DELEGATES_MAX
                    && rule.bands.iter().all(|band| band.delegates <= DELEGATES_MAX)
                    && rule.bands.is_sorted_by(|a, b| a.attendees_to < b.attendees_to)
            }),
            "its satellite bands are not in order",
        )?;
        let widest = Limits::WIDEST;
        hold(
            self.limits.count_max <= widest.count_max
                && self.limits.reason_text_max <= widest.reason_text_max
                && self.limits.tablets_per_invitation <= widest.tablets_per_invitation,
            "its limits are wider than a report's",
        )?;
        hold(distinct(self.reasons.iter().map(|reason| &reason.code)), "two reasons share a code")?;
        hold(
            self.release.is_none_or(|release| {
                release.window_minutes <= ReleaseRules::WINDOW_MINUTES_MAX
                    && fraction(release.coverage)
            }),
            "its rules for releases are out of range",
        )?;
        let shape = |counts: &Vec<Vec<u32>>| {
            counts.len() == self.counts.len()
                && counts.iter().all(|count| {
                    count.len() == self.groups.len()
                        && count.iter().all(|cell| *cell <= widest.count_max)
                })
        };
        hold(
            self.worksheets
                .iter()
                .all(|sheet| self.precinct(sheet.source).is_some() && shape(&sheet.counts)),
            "a worksheet does not fit its counts, groups or precincts",
        )?;
        let early = self.early_votes.as_deref().unwrap_or_default();
        hold(
            early.is_sorted_by(|a, b| a.precinct < b.precinct)
                && early.iter().all(|votes| {
                    self.precinct(votes.precinct).is_some()
                        && [&votes.first, &votes.last]
                            .iter()
                            .all(|count| count.len() == self.groups.len())
                        && votes.attendees <= widest.count_max
                        && votes.flaw().is_none()
                }),
            "its early votes do not fit its groups or precincts, or do not add up",
        )?;
        let witnesses = self.witnesses.as_ref().map_or(Ok(()), WitnessList::check);
        witnesses.map_err(|error| Unsound(error.to_string()))?;
        let signing = self.results_keys.as_deref().unwrap_or_default();
        hold(
            signing.is_sorted_by(|a, b| a.room < b.room)
                && signing.iter().all(|one| {
                    HashList::is_key_name(&one.name)
                        && !self.logs.iter().any(|log| log.keys.contains(&one.key))
                }),
            "its results keys are not in order, have no proper name, or sign logs as well",
        )
    }
}

fn distinct<'a>(mut items: impl Iterator<Item = &'a String>) -> bool {
    let mut seen = BTreeSet::new();
    items.all(|item| seen.insert(item))
}
