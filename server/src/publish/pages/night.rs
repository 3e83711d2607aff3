//! Everything pages are made from.

use std::collections::{BTreeSet, HashSet};

use chrono_tz::Tz;
use countersign_core::contest::{Contest, WitnessList};
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::language::Language;
use countersign_core::log::LogKey;
use countersign_core::message::Layer;
use countersign_core::results::{
    ChangedPrecinct, Previewed, ProposedRelease, Released, RoomState, Signed, Withdrawal, changes,
};

use super::witnesses::{Seen, Witnesses};
use super::words::{Words as _, whole};
use super::{SCRIPT, STYLE, named_by_content, untold};
use crate::publish::data::Named;

/// Everything pages are made from.
pub struct Night<'a> {
    /// The room.
    pub state: &'a RoomState,
    /// Its contest.
    pub contest: &'a Contest,
    /// When the pages are made, server time.
    pub made_ms: u64,
    /// When they are made anew.
    pub renewal: Renewal,
    /// Who cosigns the log.
    pub witnesses: Witnesses,
    /// What is released in the last layer that has anything.
    pub released: Option<Released>,
    /// Layers in which a release that is shown is in effect, in their order.
    pub layers: Vec<Layer>,
    /// Releases that took effect and are shown, in the order in which they took effect.
    pub releases: Vec<Effective<'a>>,
    /// Their ids.
    pub shown: HashSet<MessageId>,
    /// Releases that are in effect and wait for witnesses, by name, and until when they wait at most.
    pub waiting: Vec<(&'a str, u64)>,
    /// Every change of released numbers.
    pub changes: Vec<ChangedPrecinct>,
    /// The key that signs the lists of hashes, under its name; `None` where they are not signed, or where nothing is published.
    pub signed_by: Option<LogKey>,
    pub(super) zone: Tz,
    pub(super) style: String,
    pub(super) script: String,
}

/// When pages are made anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Renewal {
    /// By a server that runs: when something happens, and in between.
    #[default]
    Served,
    /// As a folder, so many minutes after one another.
    Every(u64),
    /// As a folder, when somebody does it again.
    Once,
}

/// How long a release waits for witnesses before it is shown without them.
const WAIT_MS: u64 = 30 * 60_000;

/// A release that took effect.
pub struct Effective<'a> {
    /// The release.
    pub release: &'a ProposedRelease,
    /// Its layer.
    pub layer: Layer,
    /// How documents name it.
    pub named: Named,
    /// When it took effect.
    pub at_ms: u64,
    /// Precincts that it names.
    pub precincts: usize,
    /// Folder of its documents.
    pub folder: String,
    /// Entries of the log with its approval.
    pub log_size: u64,
}

/// The witnesses that the contest named when the log had so many entries.
fn witness_list(state: &RoomState, size: u64) -> Option<&WitnessList> {
    state.package_by(size)?.contest.witnesses.as_ref()
}

/// Whether a release is shown at a time: it took effect, and as many witnesses as needed have cosigned its approval, or it has
/// waited for them long enough.
#[must_use]
pub(crate) fn is_shown(
    state: &RoomState,
    release: &ProposedRelease,
    witnesses: &Witnesses,
    now_ms: u64,
) -> bool {
    release.approval.as_ref().is_some_and(|approval| {
        let Signed { index, entered_ms, .. } = approval.signed;
        let size = index + 1;
        now_ms >= entered_ms + WAIT_MS
            || witnesses.seen(witness_list(state, size), size).is_enough()
    })
}

impl<'a> Night<'a> {
    /// Gathers it, with the releases that are shown then. `None` before there is a package.
    #[must_use]
    pub fn of(state: &'a RoomState, made_ms: u64, witnesses: Witnesses) -> Option<Self> {
        let shown = |release: &_| is_shown(state, release, &witnesses, made_ms);
        let mut night = Self::with(state, made_ms, shown)?;
        night.witnesses = witnesses;
        Some(night)
    }

    /// The same with every release that took effect, for whoever does not know which witness had seen what by then.
    pub(crate) fn of_all(state: &'a RoomState, made_ms: u64) -> Option<Self> {
        Self::with(state, made_ms, |_| true)
    }

    fn with(
        state: &'a RoomState,
        made_ms: u64,
        is_shown: impl Fn(&ProposedRelease) -> bool,
    ) -> Option<Self> {
        let contest = &state.package()?.contest;
        let review = state.review();
        let changes = changes(state);
        let releases = review.effective().enumerate().filter_map(|(index, release)| {
            let preview = &review.previews().get(release.preview)?.preview;
            let id = release.signed.id.to_string();
            let approved = release.approval?.signed;
            Some(Effective {
                release,
                layer: preview.layer,
                at_ms: approved.entered_ms,
                log_size: approved.index + 1,
                precincts: review.precincts(release).count(),
                folder: format!("data/{:03}-{}", index + 1, &id[..8]),
                named: Named {
                    sequence: index + 1,
                    name: preview.name.clone(),
                    corrects: changes.iter().any(|change| change.release == release.signed.id),
                    id,
                },
            })
        });
        let (releases, waiting): (Vec<Effective<'_>>, Vec<_>) =
            releases.partition(|one| is_shown(one.release));
        let shown: HashSet<MessageId> = releases.iter().map(|one| one.release.signed.id).collect();
        let stands = |one: &&Effective<'_>| one.release.withdrawal.is_none();
        let layers: BTreeSet<Layer> = releases.iter().filter(stands).map(|one| one.layer).collect();
        let layer = layers.last().copied().unwrap_or(Layer::Night);
        let released = Released::by(state, layer, |release| {
            release.withdrawal.is_none() && shown.contains(&release.signed.id)
        });
        // One that is withdrawn by now goes out as such, and nobody waits for it.
        let waiting = waiting.iter().filter(|one| one.release.withdrawal.is_none());
        let names = waiting.map(|one| {
            let preview = &review.previews()[one.release.preview].preview;
            (preview.name.as_str(), one.at_ms + WAIT_MS)
        });
        Some(Self {
            contest,
            made_ms,
            renewal: Renewal::default(),
            witnesses: Witnesses::default(),
            released,
            layers: layers.into_iter().collect(),
            waiting: names.collect(),
            releases,
            signed_by: None,
            zone: contest.time_zone.parse().unwrap_or(Tz::UTC),
            style: named_by_content("style", STYLE, "css"),
            script: named_by_content("find", SCRIPT, "js"),
            changes: changes.into_iter().filter(|one| shown.contains(&one.release)).collect(),
            shown,
            state,
        })
    }

    /// Whether a release is shown and was not withdrawn.
    pub(in crate::publish) fn stands(&self, release: &ProposedRelease) -> bool {
        release.withdrawal.is_none() && self.release(release.signed.id).is_some()
    }

    /// What is released in a layer, by the releases that are shown.
    pub(in crate::publish) fn released_in(&self, layer: Layer) -> Option<Released> {
        Released::by(self.state, layer, |release| self.stands(release))
    }

    /// Every two layers that can be compared, the earlier one first.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (Layer, Layer)> {
        let later = |(at, &after)| self.layers[..at].iter().map(move |&before| (before, after));
        self.layers.iter().enumerate().flat_map(later)
    }

    pub(super) fn time(&self, language: Language, at_ms: u64) -> String {
        language.time(at_ms, self.zone)
    }

    /// Whether two people withheld a message: its entry and its numbers stay, its bytes and its words are nobody's any more.
    pub(super) fn is_withheld(&self, message: MessageId) -> bool {
        self.state.review().withheld(message).is_some()
    }

    /// What somebody wrote in a message.
    pub(super) fn written(&self, language: Language, message: MessageId, words: &str) -> String {
        if self.is_withheld(message) {
            return language
                .say("[withheld by two people]", "[retenido por dos personas]")
                .to_owned();
        }
        words.to_owned()
    }

    /// Why a preview was shown although all that was new looked wrong, taken together; `None` where nothing did.
    pub(super) fn despite(&self, language: Language, previewed: &Previewed) -> Option<String> {
        let why = previewed.preview.despite.as_ref()?;
        Some(self.written(language, previewed.signed.id, why))
    }

    /// Why a release was withdrawn, in the words of who asked for it.
    pub(in crate::publish) fn why_withdrawn(&self, withdrawal: &Withdrawal) -> String {
        self.written(Language::English, withdrawal.signed.id, &withdrawal.why)
    }

    /// Whether a release that is shown ever named a precinct.
    pub(super) fn has_page(&self, precinct: PrecinctNumber) -> bool {
        let review = self.state.review();
        self.releases.iter().any(|one| review.named(one.release, precinct).is_some())
    }

    /// How many times a witness has cosigned a release that is shown.
    #[must_use]
    pub fn witnessed_times(&self) -> usize {
        self.releases.iter().map(|one| self.seen(one).by).sum()
    }

    /// Who of the witnesses that count for a release has seen it.
    fn seen(&self, release: &Effective<'_>) -> Seen<'_> {
        self.witnesses.seen(witness_list(self.state, release.log_size), release.log_size)
    }

    /// Whether as many witnesses as needed have seen a release, in words.
    pub(super) fn witnessed(&self, release: &Effective<'_>, language: Language) -> Option<String> {
        let seen = self.seen(release);
        if seen.of == 0 {
            return None;
        }
        let [by, of, needed] = [seen.by, seen.of, seen.needed].map(whole);
        Some(if seen.is_enough() {
            untold::WITNESSED.say(language, &[by, of, needed])
        } else {
            let silent = untold::names(&seen.silent);
            untold::NOT_WITNESSED.say(language, &[silent, by, of, needed])
        })
    }

    /// The release that took effect last and was not withdrawn.
    pub(super) fn last(&self) -> Option<&Effective<'a>> {
        self.releases.iter().rev().find(|one| one.release.withdrawal.is_none())
    }

    pub(super) fn release(&self, id: MessageId) -> Option<&Effective<'a>> {
        self.releases.iter().find(|one| one.release.signed.id == id)
    }
}
