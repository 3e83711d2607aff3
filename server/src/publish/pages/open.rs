//! What is open: precincts that keep reviewers busy, and what waits for a second person.

use countersign_core::language::Language;
use countersign_core::results::{Awaited, Candidate, Flag, ProposedRelease};

use super::Night;
use super::words::whole;

/// What is open, as the page says it.
pub(super) struct Open {
    /// Precincts whose sources disagree, and nobody decided.
    pub(super) in_conflict: String,
    /// Precincts in which something impossible (C01 to C10) is answered by nobody.
    pub(super) flagged: String,
    /// Precincts in which a secretary was asked and has not replied.
    pub(super) asked: String,
    /// Inquiries of campaigns to which headquarters has not responded.
    pub(super) inquiries: String,
    /// What was signed and waits for a second person.
    pub(super) awaited: Vec<String>,
}

impl Open {
    pub(super) fn of(night: &Night<'_>, language: Language) -> Self {
        let state = night.state;
        let count = |is_open: &dyn Fn(&_) -> bool| {
            whole(night.contest.precinct_numbers().filter(|number| is_open(number)).count())
        };
        let awaited = state.review().awaited(night.made_ms).into_iter().map(|(signed, awaited)| {
            format!(
                "{} ({})",
                words(night, language, &awaited),
                night.time(language, signed.entered_ms)
            )
        });
        Self {
            in_conflict: count(&|&number| matches!(state.candidate(number), Candidate::InConflict)),
            flagged: count(&|&number| state.flags(number, &[]).iter().any(Flag::is_open)),
            asked: count(&|&number| state.open_questions(number).next().is_some()),
            inquiries: whole(state.review().open_inquiries().count()),
            awaited: awaited.collect(),
        }
    }
}

fn words(night: &Night<'_>, language: Language, awaited: &Awaited<'_>) -> String {
    let name = |release: &ProposedRelease| {
        format!(" “{}”", night.state.review().previews()[release.preview].preview.name)
    };
    match awaited {
        Awaited::Release(release) => {
            format!("{}{}", language.say("the release", "la publicación"), name(release))
        }
        Awaited::Withdrawal(release, _) => {
            let words = language.say("the withdrawal of", "la retirada de");
            format!("{words}{}", name(release))
        }
        Awaited::Stop(stop) => {
            let words = language.say("a stop, in minutes:", "una detención, en minutos:");
            format!("{words} {}", stop.minutes)
        }
        Awaited::EndOfStop(_) => {
            language.say("the early end of a stop", "el fin anticipado de una detención").to_owned()
        }
        Awaited::Withholding(..) => {
            language.say("the withholding of a message", "la retención de un mensaje").to_owned()
        }
    }
}
