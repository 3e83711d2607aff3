//! Releases, and what two people do to them.

use std::collections::BTreeMap;

use super::{Review, Signed};
use crate::id::{MessageId, PrecinctNumber};
use crate::message::{Layer, PreviewedPrecinct, Release, Stop};

/// That a second person approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    /// When and by whom.
    pub signed: Signed,
}

/// That a release was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// When and by whom it was asked for.
    pub signed: Signed,
    /// When and by whom it was approved: from then on the release is not in effect.
    pub approval: Approval,
    /// Why.
    pub why: String,
}

/// A release in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedRelease {
    /// When and by whom.
    pub signed: Signed,
    /// What it says.
    pub release: Release,
    /// Index of its preview among [`Review::previews`].
    pub preview: usize,
    /// The second person's approval, by which it took effect.
    pub approval: Option<Approval>,
    /// That it was withdrawn.
    pub withdrawal: Option<Withdrawal>,
}

impl ProposedRelease {
    /// Whether it is in effect in a log of so many entries.
    #[must_use]
    pub fn is_in_effect(&self, size: u64) -> bool {
        let by = |approval: &Approval| approval.signed.index < size;
        self.approval.as_ref().is_some_and(by)
            && !self.withdrawal.as_ref().is_some_and(|withdrawal| by(&withdrawal.approval))
    }
}

/// A stop in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// When and by whom it was asked for.
    pub signed: Signed,
    /// Minutes that it lasts from its approval on.
    pub minutes: u32,
    /// Why.
    pub why: String,
    /// The second person's approval, from which on it is in force.
    pub approval: Option<Approval>,
    /// Its early end.
    pub ended: Option<EarlyEnd>,
}

/// The early end of a stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlyEnd {
    /// When and by whom it was asked for.
    pub signed: Signed,
    /// Why.
    pub why: String,
    /// The second person's approval, with which the stop ended.
    pub approval: Approval,
}

impl Stopped {
    /// First millisecond after it, counted from its approval; absent before that.
    #[must_use]
    pub fn until_ms(&self) -> Option<u64> {
        let begun = self.approval?.signed.entered_ms;
        let by_itself = begun.saturating_add(u64::from(self.minutes) * 60_000);
        Some(
            self.ended
                .as_ref()
                .map_or(by_itself, |ended| ended.approval.signed.entered_ms.min(by_itself)),
        )
    }

    /// Whether it holds at a time.
    #[must_use]
    pub fn is_in_force(&self, now_ms: u64) -> bool {
        self.until_ms().is_some_and(|until| now_ms < until)
    }
}

/// What waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pending {
    /// A release, by its index.
    Release(usize),
    /// The withdrawal of a release, by its index, and why.
    Withdraw(usize, String),
    /// A stop, by its index.
    Stop(usize),
    /// The early end of a stop, by its index, and why.
    EndOfStop(usize, String),
    /// Withholding the bytes of a message, and why.
    Withhold(MessageId, String),
}

/// What waits for a second person, to be shown to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited<'a> {
    /// A release.
    Release(&'a ProposedRelease),
    /// The withdrawal of a release, and why.
    Withdrawal(&'a ProposedRelease, &'a str),
    /// A stop.
    Stop(&'a Stopped),
    /// The early end of a stop.
    EndOfStop(&'a Stopped),
    /// Withholding the bytes of a message, and why.
    Withholding(MessageId, &'a str),
}

impl Review {
    /// What waits for a second person and can still be approved at a time: who asked for it, and what it is. The oldest first.
    #[must_use]
    pub fn awaited(&self, now_ms: u64) -> Vec<(&Signed, Awaited<'_>)> {
        let can_be = |awaited: &Awaited<'_>| match awaited {
            Awaited::Release(release) => {
                !self.effective().any(|earlier| earlier.preview == release.preview)
            }
            Awaited::Withdrawal(release, _) => release.withdrawal.is_none(),
            Awaited::EndOfStop(stop) => stop.is_in_force(now_ms),
            Awaited::Withholding(message, _) => self.withheld(*message).is_none(),
            Awaited::Stop(_) => true,
        };
        let mut awaited: Vec<_> = self
            .pending
            .values()
            .map(|(signed, pending)| (signed, self.awaited_by(pending)))
            .filter(|(_, awaited)| can_be(awaited))
            .collect();
        awaited.sort_by_key(|(signed, _)| signed.index);
        awaited
    }

    fn awaited_by<'a>(&'a self, pending: &'a Pending) -> Awaited<'a> {
        match *pending {
            Pending::Release(index) => Awaited::Release(&self.releases[index]),
            Pending::Withdraw(index, ref why) => Awaited::Withdrawal(&self.releases[index], why),
            Pending::Stop(index) => Awaited::Stop(&self.stops[index]),
            Pending::EndOfStop(index, _) => Awaited::EndOfStop(&self.stops[index]),
            Pending::Withhold(message, ref why) => Awaited::Withholding(message, why),
        }
    }

    /// Every release, in log order, whatever became of it.
    #[must_use]
    pub fn releases(&self) -> &[ProposedRelease] {
        &self.releases
    }

    /// Releases that took effect, in the order in which they did, also those that were withdrawn since.
    pub fn effective(&self) -> impl DoubleEndedIterator<Item = &ProposedRelease> {
        self.took_effect.iter().map(|&index| &self.releases[index])
    }

    /// Releases that took effect and were not withdrawn, in the order in which they took effect.
    pub fn in_effect(&self) -> impl DoubleEndedIterator<Item = &ProposedRelease> {
        self.effective().filter(|release| release.withdrawal.is_none())
    }

    /// The layer of a release.
    #[must_use]
    pub fn layer(&self, release: &ProposedRelease) -> Layer {
        self.previews[release.preview].preview.layer
    }

    /// What a release says of its precincts, in rising order.
    pub fn precincts<'a>(
        &'a self,
        release: &'a ProposedRelease,
    ) -> impl Iterator<Item = &'a PreviewedPrecinct> {
        release.release.precincts(&self.previews[release.preview].preview)
    }

    /// What a release says of one precinct; `None` where it does not release it.
    #[must_use]
    pub fn named<'a>(
        &'a self,
        release: &'a ProposedRelease,
        precinct: PrecinctNumber,
    ) -> Option<&'a PreviewedPrecinct> {
        release.release.of(&self.previews[release.preview].preview, precinct)
    }

    /// Those of the releases that took effect which are wanted and belong to a layer or to one before it, so that the later ones
    /// stand over the earlier: those of a later layer, and among those of one layer those that took effect later. A correction
    /// of caucus night's numbers does not undo a recount.
    fn laid_over_each_other(
        &self,
        layer: Layer,
        wanted: impl Fn(&ProposedRelease) -> bool,
    ) -> Vec<&ProposedRelease> {
        let mut releases: Vec<_> = self
            .effective()
            .filter(|release| self.layer(release) <= layer && wanted(release))
            .collect();
        releases.sort_by_key(|release| self.layer(release));
        releases
    }

    /// What is released of every precinct in a layer: what the uppermost release says that names the precinct. A precinct whose
    /// numbers were taken out is not there.
    #[must_use]
    pub fn released(
        &self,
        layer: Layer,
    ) -> BTreeMap<PrecinctNumber, (&ProposedRelease, &PreviewedPrecinct)> {
        self.released_by(layer, |release| release.withdrawal.is_none())
    }

    /// The same as it would be with the wanted releases alone, of those that ever took effect.
    #[must_use]
    pub fn released_by(
        &self,
        layer: Layer,
        wanted: impl Fn(&ProposedRelease) -> bool,
    ) -> BTreeMap<PrecinctNumber, (&ProposedRelease, &PreviewedPrecinct)> {
        let mut released = BTreeMap::new();
        for release in self.laid_over_each_other(layer, wanted) {
            for named in self.precincts(release) {
                released.insert(named.precinct, (release, named));
            }
        }
        released.retain(|_, (_, named)| named.report.is_some());
        released
    }

    /// What is released of one precinct in a layer; see [`Review::released`].
    #[must_use]
    pub fn released_precinct(
        &self,
        precinct: PrecinctNumber,
        layer: Layer,
    ) -> Option<(&ProposedRelease, &PreviewedPrecinct)> {
        self.released_precinct_by(precinct, layer, |release| release.withdrawal.is_none())
    }

    /// The same as it would be with the wanted releases alone; see [`Review::released_by`].
    #[must_use]
    pub fn released_precinct_by(
        &self,
        precinct: PrecinctNumber,
        layer: Layer,
        wanted: impl Fn(&ProposedRelease) -> bool,
    ) -> Option<(&ProposedRelease, &PreviewedPrecinct)> {
        let releases = self.laid_over_each_other(layer, wanted).into_iter().rev();
        let mut found =
            releases.filter_map(|release| Some((release, self.named(release, precinct)?)));
        found.next().filter(|(_, named)| named.report.is_some())
    }

    /// The last layer in which something is in effect.
    #[must_use]
    pub fn last_layer(&self) -> Option<Layer> {
        self.in_effect().map(|release| self.layer(release)).max()
    }

    /// Whether a release that took effect ever named a precinct: its messages are public from then on, also when that release
    /// was withdrawn.
    #[must_use]
    pub fn was_released(&self, precinct: PrecinctNumber) -> bool {
        self.effective().any(|release| self.named(release, precinct).is_some())
    }

    /// Whether a preview ever named a precinct: observers see its messages from then on.
    #[must_use]
    pub fn was_previewed(&self, precinct: PrecinctNumber) -> bool {
        self.previews.iter().any(|previewed| previewed.preview.of(precinct).is_some())
    }
}

impl Stopped {
    pub(super) fn asked(signed: Signed, stop: &Stop) -> Self {
        Self {
            signed,
            minutes: stop.minutes.unwrap_or(0),
            why: stop.why.clone(),
            approval: None,
            ended: None,
        }
    }
}
