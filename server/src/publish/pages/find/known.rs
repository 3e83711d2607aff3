//! What is public of where a report stands.

use std::collections::HashMap;

use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::Cause;
use countersign_core::phrase::read_back_phrase;
use countersign_core::results::{Asked, ReceivedReport};

use super::super::Night;

/// Reports of which more is public than that they were received.
#[derive(Debug, Default)]
pub(super) struct Known {
    reports: HashMap<MessageId, Report>,
    phrases: HashMap<String, Vec<MessageId>>,
}

/// A report whose precinct is public.
#[derive(Debug)]
pub(super) struct Report {
    /// Name of its precinct.
    pub(super) precinct: String,
    /// Id of its precinct, where there is a page.
    pub(super) page: Option<String>,
    pub(super) index: u64,
    pub(super) entered_ms: u64,
    pub(super) standing: Standing,
    /// What became of it, in the order of time.
    pub(super) steps: Vec<Step>,
}

/// Where a report stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// In review. No numbers of its precinct are released.
    InReview,
    /// In review, or put aside: other numbers of its precinct are released.
    AnotherIsReleased,
    /// Its numbers are released.
    Released,
    /// Its numbers were released, and those of another report are now.
    NoLongerCounts,
    /// Its numbers were released, and none of its precinct are released now.
    NoLonger,
}

/// Something that happened to a report.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at_ms: u64,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// Shown to observers, in the preview of a name, and so many objections to its precinct there.
    Previewed { name: String, objections: usize },
    /// Headquarters asked those who signed it, by this message.
    Asked { question: MessageId, words: String },
    /// They replied that its numbers stand.
    Replied,
    /// Its numbers were released.
    Released { name: String, cause: Option<Cause> },
    /// Another report took its place in a release; none where the precinct's numbers were taken out.
    Corrected { name: String, cause: Option<Cause>, by: Option<MessageId> },
    /// The release of a name, which named it or put another in its place, was withdrawn.
    Withdrawn { name: String, why: MessageId, words: String },
}

impl Known {
    /// Everything that the pages say of reports, by id and by phrase. Of a precinct that no release that is shown has named it
    /// is nothing but what previews say, unless everything is published at once.
    pub(super) fn of(night: &Night<'_>) -> Self {
        let mut known = Self::default();
        let previewed = previewed(night);
        let releases = by_precinct(night);
        let live = night.state.is_live();
        for number in night.contest.precinct_numbers() {
            let Some(precinct) = night.contest.precinct(number.0) else { continue };
            let has_page = releases.contains_key(&number);
            for received in night.state.reports(number) {
                let shown = previewed.get(&received.id).map_or(&[][..], Vec::as_slice);
                if !(live || has_page || !shown.is_empty()) {
                    continue;
                }
                let releases = releases.get(&number).map_or(&[][..], Vec::as_slice);
                let report = Report {
                    precinct: precinct.name.clone(),
                    page: has_page.then(|| precinct.id.clone()),
                    index: received.index,
                    entered_ms: received.entered_ms,
                    standing: standing(night, number, received.id, releases),
                    steps: steps(night, number, received.id, shown, releases),
                };
                // A phrase stands for numbers: those of a report are told once they are everyone's.
                if has_page || live {
                    known.add_phrase(night, &precinct.id, received);
                }
                known.reports.insert(received.id, report);
            }
        }
        known
    }

    fn add_phrase(&mut self, night: &Night<'_>, precinct: &str, received: &ReceivedReport) {
        let report = received.report();
        let (contest, room) = (night.state.contest(), night.state.room());
        let phrase = read_back_phrase(contest, room, precinct, report.attendees, &report.counts);
        self.phrases.entry(phrase).or_default().push(received.id);
    }

    pub(super) fn report(&self, id: MessageId) -> Option<&Report> {
        self.reports.get(&id)
    }

    pub(super) fn with_phrase(&self, phrase: &str) -> &[MessageId] {
        self.phrases.get(phrase).map_or(&[], Vec::as_slice)
    }
}

/// Places among the previews in which each report stands.
fn previewed(night: &Night<'_>) -> HashMap<MessageId, Vec<usize>> {
    let mut previewed: HashMap<MessageId, Vec<usize>> = HashMap::new();
    for (place, one) in night.state.review().previews().iter().enumerate() {
        for report in one.preview.precincts.iter().filter_map(|named| named.report) {
            previewed.entry(report).or_default().push(place);
        }
    }
    previewed
}

/// Places among the releases that are shown which name each precinct.
fn by_precinct(night: &Night<'_>) -> HashMap<PrecinctNumber, Vec<usize>> {
    let review = night.state.review();
    let mut releases: HashMap<PrecinctNumber, Vec<usize>> = HashMap::new();
    for (place, one) in night.releases.iter().enumerate() {
        for named in review.precincts(one.release) {
            releases.entry(named.precinct).or_default().push(place);
        }
    }
    releases
}

fn standing(
    night: &Night<'_>,
    number: PrecinctNumber,
    id: MessageId,
    releases: &[usize],
) -> Standing {
    let review = night.state.review();
    let is_named = |&place: &usize| {
        review.named(night.releases[place].release, number).and_then(|named| named.report)
            == Some(id)
    };
    let was_released = releases.iter().any(is_named);
    let now = night.released.as_ref().and_then(|released| released.precinct(number));
    match now.map(|now| now.report) {
        Some(report) if report == id => Standing::Released,
        Some(_) if was_released => Standing::NoLongerCounts,
        Some(_) => Standing::AnotherIsReleased,
        None if was_released => Standing::NoLonger,
        None => Standing::InReview,
    }
}

/// What those who signed a report were asked, and their replies.
fn asked(night: &Night<'_>, number: PrecinctNumber, id: MessageId) -> Vec<Step> {
    let mut steps = Vec::new();
    let about_it = |asked: &&Asked| asked.question.report == id;
    for Asked { signed, question, reply } in night.state.questions(number).iter().filter(about_it) {
        let what = What::Asked { question: signed.id, words: question.words.clone() };
        steps.push(Step { at_ms: signed.entered_ms, what });
        steps.extend(
            reply.as_ref().map(|reply| Step { at_ms: reply.entered_ms, what: What::Replied }),
        );
    }
    steps
}

fn steps(
    night: &Night<'_>,
    number: PrecinctNumber,
    id: MessageId,
    previews: &[usize],
    releases: &[usize],
) -> Vec<Step> {
    let review = night.state.review();
    let mut steps = Vec::new();
    if !releases.is_empty() || night.state.is_live() {
        steps.extend(asked(night, number, id));
    }
    for one in previews.iter().map(|&place| &review.previews()[place]) {
        let objections = review.objections().iter().filter(|objected| {
            objected.objection.preview == one.signed.id && objected.objection.precinct == number
        });
        let what =
            What::Previewed { name: one.preview.name.clone(), objections: objections.count() };
        steps.push(Step { at_ms: one.signed.entered_ms, what });
    }
    let mut was_released = false;
    for one in releases.iter().map(|&place| &night.releases[place]) {
        let Some(named) = review.named(one.release, number) else { continue };
        let (name, cause) = (one.named.name.clone(), named.cause);
        let what = if named.report == Some(id) {
            was_released = true;
            What::Released { name, cause }
        } else if was_released {
            What::Corrected { name, cause, by: named.report }
        } else {
            continue;
        };
        steps.push(Step { at_ms: one.at_ms, what });
        if let Some(withdrawal) = &one.release.withdrawal {
            let what = What::Withdrawn {
                name: one.named.name.clone(),
                why: withdrawal.signed.id,
                words: withdrawal.why.clone(),
            };
            steps.push(Step { at_ms: withdrawal.approval.signed.entered_ms, what });
        }
    }
    steps.sort_by_key(|step| step.at_ms);
    steps
}
