//! What is open: precincts that keep reviewers busy, and what waits for a second person.

use countersign_core::language::Language;
use countersign_core::results::{Awaited, ProposedRelease};

use super::Night;
use super::checks::{Counted, flagged};
use super::said::{CAME_IN, INQUIRIES, STATE, entry};
use super::words::whole;
use crate::publish::cells::Cells;

/// What is open, as the page says it.
pub(super) struct Open {
    /// Precincts whose sources disagree, and no decision settles it.
    pub(super) in_conflict: String,
    /// Precincts in which something impossible (C01 to C10, H01, H03) is answered by nobody, each once.
    pub(super) flagged: String,
    /// Precincts in which a secretary was asked and has not replied.
    pub(super) asked: String,
    /// Inquiries of campaigns to which headquarters has not responded.
    pub(super) inquiries: String,
    /// What was signed and waits for a second person.
    pub(super) awaited: Vec<Waiting>,
}

/// What waits for a second person.
pub(super) struct Waiting {
    /// Its entry.
    pub(super) entry: u64,
    pub(super) words: String,
    /// Whether it waits until somebody approves it, however late that is. The end of a stop does not.
    pub(super) outlasts: bool,
}

impl Open {
    /// Works it out; `counted` is how each check went.
    pub(super) fn of(night: &Night<'_>, language: Language, counted: &[Counted]) -> Self {
        let state = night.state;
        let count = |is_open: &dyn Fn(&_) -> bool| {
            whole(night.contest.precinct_numbers().filter(|number| is_open(number)).count())
        };
        let awaited = state.review().awaited(night.made_ms).into_iter();
        let awaited = awaited.map(|(signed, awaited)| Waiting {
            entry: signed.index,
            words: format!(
                "{} ({})",
                words(night, language, &awaited),
                night.time(language, signed.entered_ms)
            ),
            outlasts: !matches!(awaited, Awaited::EndOfStop(_)),
        });
        Self {
            in_conflict: count(&|&number| state.sources_disagree(number)),
            flagged: whole(flagged(counted)),
            asked: count(&|&number| state.open_questions(number).next().is_some()),
            inquiries: whole(state.review().open_inquiries().count()),
            awaited: awaited.collect(),
        }
    }

    /// What the page has to say of it, but for what time alone ends.
    pub(super) fn said(&self, cells: &mut Cells) {
        cells.put(CAME_IN, "inConflict", &self.in_conflict);
        cells.put(CAME_IN, "flagged", &self.flagged);
        cells.put(CAME_IN, "asked", &self.asked);
        cells.put(STATE, INQUIRIES, &self.inquiries);
        for one in self.awaited.iter().filter(|one| one.outlasts) {
            cells.put(&entry(one.entry), "awaited", &one.words);
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
