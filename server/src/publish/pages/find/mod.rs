//! "Found in which release?" (T35): where a report stands, as far as it is public, for whoever has its id, its entry or its
//! read-back phrase.

mod known;
mod question;

use askama::Template;
use chrono_tz::Tz;
use countersign_core::id::MessageId;
use countersign_core::language::Language;
use countersign_core::log::Entry;
use countersign_core::message::Kind;

use super::words::{Words as _, whole};
use super::{Frame, Night, PageError};
use crate::publish::files::Texts;
use known::{Known, Report, Standing, What};
use question::Question;

/// Name of the page in each language's folder.
pub const NAME: &str = "find.html";
/// Where the answer comes into the page that is made around it.
const ANSWER: &str = "<!-- answer -->";
/// Most reports that are shown for one phrase: those of one precinct with the same numbers, so there are hardly ever more than two.
const REPORTS_MAX: usize = 8;

/// What a server answers look-ups from: a function of the log, made with the pages and saying no more than they do.
#[derive(Debug, Default)]
pub struct Lookup {
    /// The page before and after the answer, in each language.
    around: Vec<(Language, String, String)>,
    known: Known,
    zone: Tz,
    hotline: String,
    /// Entries of the log that it was made from.
    log_size: u64,
    live: bool,
    begun_again: bool,
}

/// What a room's log has at one entry. Every entry is everyone's at once.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// Index of the entry.
    pub index: u64,
    /// The entry.
    pub entry: Entry,
}

/// How the newest log is looked at.
pub trait Log {
    /// The entry of a message.
    fn message(&self, id: MessageId) -> Option<Found>;
    /// The entry with an index.
    fn entry(&self, index: u64) -> Option<Found>;
    /// Whether two people withheld a message.
    fn is_withheld(&self, id: MessageId) -> bool;
}

#[derive(Template)]
#[template(path = "results/find.html")]
struct FindPage<'a> {
    f: Frame<'a>,
    /// Whether it is a copy of the pages, which can look nothing up.
    copy: bool,
}

#[derive(Template)]
#[template(path = "results/find-answer.html")]
struct AnswerPart<'a> {
    f: Language,
    asked: &'a str,
    answer: Answer,
    begun_again: bool,
    hotline: &'a str,
}

enum Answer {
    Nothing,
    Unclear,
    NoSuchMessage,
    NoSuchEntry,
    NoSuchPhrase,
    /// The entry's number, its time and its kind.
    NoReport(String, String, &'static str),
    Reports(Vec<Shown>),
}

/// A report that was found.
struct Shown {
    id: String,
    entry: String,
    at: String,
    /// Precinct and the name of its page; absent while it is not public of which precinct it is.
    precinct: Option<(String, Option<String>)>,
    standing: &'static str,
    is_withheld: bool,
    /// When, what, and the report that it leads to.
    steps: Vec<(String, String, Option<MessageId>)>,
}

/// Adds the page to a folder for hosts that can look nothing up.
pub(super) fn copies(night: &Night<'_>, texts: &mut dyn Texts) -> Result<(), PageError> {
    for language in Language::ALL {
        super::page(texts, language, NAME, &page(night, language, true))?;
    }
    Ok(())
}

fn page<'a>(night: &'a Night<'_>, language: Language, copy: bool) -> FindPage<'a> {
    let title = language.say("Where is my report?", "¿Dónde está mi informe?").to_owned();
    FindPage { f: Frame::of(night, language, NAME, title), copy }
}

/// The page as a server answers it to whoever asks nothing.
///
/// # Errors
/// As [`Lookup::of`].
pub(crate) fn unasked(night: &Night<'_>, language: Language) -> Result<String, PageError> {
    struct Nothing;
    impl Log for Nothing {
        fn message(&self, _: MessageId) -> Option<Found> {
            None
        }
        fn entry(&self, _: u64) -> Option<Found> {
            None
        }
        fn is_withheld(&self, _: MessageId) -> bool {
            false
        }
    }
    Lookup::of(night)?.page(language, "", &Nothing)
}

impl Lookup {
    /// Gathers it.
    ///
    /// # Errors
    /// [`PageError`], never with the templates that are built in.
    pub fn of(night: &Night<'_>) -> Result<Self, PageError> {
        let mut around = Vec::new();
        for language in Language::ALL {
            let page = page(night, language, false).render()?;
            let (before, after) = page.split_once(ANSWER).unwrap_or((&page, ""));
            around.push((language, before.to_owned(), after.to_owned()));
        }
        Ok(Self {
            around,
            known: Known::of(night),
            zone: night.zone,
            hotline: night.contest.hotline.clone(),
            log_size: night.state.size(),
            live: night.state.is_live(),
            begun_again: night.state.begun().is_some(),
        })
    }

    /// The page with the answer to what somebody asks.
    ///
    /// # Errors
    /// As [`Lookup::of`].
    pub fn page(
        &self,
        language: Language,
        asked: &str,
        log: &impl Log,
    ) -> Result<String, PageError> {
        let question = Question::read(asked);
        let answer = AnswerPart {
            f: language,
            // What cannot be meant is not given back either.
            asked: if question == Question::Unclear { "" } else { asked.trim() },
            answer: self.answer(language, &question, log),
            begun_again: self.begun_again,
            hotline: &self.hotline,
        };
        let answer = answer.render()?;
        let around = self.around.iter().find(|(of, ..)| *of == language);
        let (before, after) = around.map_or(("", ""), |(_, before, after)| (before, after));
        Ok([before, &answer, after].concat())
    }

    fn answer(&self, language: Language, question: &Question, log: &impl Log) -> Answer {
        match question {
            Question::Nothing => Answer::Nothing,
            Question::Unclear => Answer::Unclear,
            Question::Message(id) => log
                .message(*id)
                .map_or(Answer::NoSuchMessage, |found| self.found(language, found, log)),
            Question::Entry(index) => log
                .entry(*index)
                .map_or(Answer::NoSuchEntry, |found| self.found(language, found, log)),
            Question::Phrase(phrase) => {
                let found = self.known.with_phrase(phrase).iter().take(REPORTS_MAX);
                let reports: Vec<Shown> =
                    found.filter_map(|&id| self.report(language, id, log)).collect();
                if reports.is_empty() { Answer::NoSuchPhrase } else { Answer::Reports(reports) }
            }
        }
    }

    fn found(&self, language: Language, found: Found, log: &impl Log) -> Answer {
        let Found { index, entry } = found;
        let at = language.time(entry.time_ms, self.zone);
        if entry.kind != Kind::Report {
            return Answer::NoReport(whole(index), at, entry.kind.as_str());
        }
        let shown = self.report(language, entry.message, log).unwrap_or_else(|| Shown {
            id: entry.message.to_string(),
            entry: whole(index),
            at,
            precinct: None,
            // Where everything is published at once, a report that these pages do not have is of an earlier round.
            standing: if self.live && index < self.log_size {
                language.say(
                    "It is of an earlier round, which is over.",
                    "Es de una ronda anterior, que terminó.",
                )
            } else {
                in_review(language)
            },
            is_withheld: log.is_withheld(entry.message),
            steps: Vec::new(),
        });
        Answer::Reports(vec![shown])
    }

    /// A report of which more is public than that it was received.
    fn report(&self, language: Language, id: MessageId, log: &impl Log) -> Option<Shown> {
        let report = self.known.report(id)?;
        Some(Shown {
            id: id.to_string(),
            entry: whole(report.index),
            at: language.time(report.entered_ms, self.zone),
            precinct: Some((report.precinct.clone(), report.page.clone())),
            standing: standing(language, report.standing),
            is_withheld: log.is_withheld(id),
            steps: self.steps(language, report, log),
        })
    }

    fn steps(
        &self,
        language: Language,
        report: &Report,
        log: &impl Log,
    ) -> Vec<(String, String, Option<MessageId>)> {
        let say = |english, spanish| language.say(english, spanish);
        let because = |cause: Option<countersign_core::message::Cause>| {
            cause.map_or_else(String::new, |cause| format!(" ({})", language.cause(cause)))
        };
        let withheld = say("[withheld by two people]", "[retenido por dos personas]");
        let words = |what: &What| match what {
            What::Previewed { name, objections: 0 } => {
                format!(
                    "{} “{name}”.",
                    say(
                        "Shown to observers in the preview",
                        "Mostrado a los observadores en la vista previa"
                    )
                )
            }
            What::Previewed { name, objections } => format!(
                "{} “{name}”. {} {objections}.",
                say(
                    "Shown to observers in the preview",
                    "Mostrado a los observadores en la vista previa"
                ),
                say("Objections to its precinct:", "Objeciones a su precinto:"),
            ),
            What::Asked { question, words } => {
                let words = if log.is_withheld(*question) { withheld } else { words };
                format!(
                    "{} “{words}”",
                    say(
                        "Headquarters asked those who signed it:",
                        "La sede preguntó a quienes lo firmaron:"
                    )
                )
            }
            What::Replied => say(
                "They replied that its numbers stand.",
                "Respondieron que sus números se mantienen.",
            )
            .to_owned(),
            What::Released { name, cause } => {
                format!("{} “{name}”{}.", say("Released in", "Publicado en"), because(*cause))
            }
            What::Corrected { name, cause, by: Some(_) } => format!(
                "{} “{name}”{}. {}",
                say("Corrected in", "Corregido en"),
                because(*cause),
                say("The report that counts since then:", "El informe que cuenta desde entonces:"),
            ),
            What::Corrected { name, cause, by: None } => format!(
                "{} “{name}”{}.",
                say(
                    "The precinct’s numbers were taken out in",
                    "Los números del precinto se retiraron en"
                ),
                because(*cause)
            ),
            What::Withdrawn { name, why, words } => {
                let words = if log.is_withheld(*why) { withheld } else { words };
                format!(
                    "{} “{name}”: {words}",
                    say("This release was withdrawn:", "Esta publicación se retiró:")
                )
            }
        };
        let step = |step: &known::Step| {
            let leads_to = match step.what {
                What::Corrected { by, .. } => by,
                _ => None,
            };
            (language.time(step.at_ms, self.zone), words(&step.what), leads_to)
        };
        report.steps.iter().map(step).collect()
    }
}

fn in_review(language: Language) -> &'static str {
    language.say("Received, and in review.", "Recibido y en revisión.")
}

fn standing(language: Language, standing: Standing) -> &'static str {
    match standing {
        Standing::InReview => in_review(language),
        Standing::AnotherIsReleased => language.say(
            "Received. The released numbers of its precinct are those of another report.",
            "Recibido. Los números publicados de su precinto son los de otro informe.",
        ),
        Standing::Released => {
            language.say("Its numbers are released.", "Sus números están publicados.")
        }
        Standing::NoLongerCounts => language.say(
            "Its numbers were released. Those of another report count now.",
            "Sus números se publicaron. Ahora cuentan los de otro informe.",
        ),
        Standing::NoLonger => language.say(
            "Its numbers were released. No numbers of its precinct are released now.",
            "Sus números se publicaron. Ahora no hay números publicados de su precinto.",
        ),
    }
}
