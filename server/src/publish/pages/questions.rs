//! What headquarters asked those who signed a precinct's reports, and what became of it.

use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::language::Language;
use countersign_core::message::FindingName;
use countersign_core::results::{Asked, Closed, Replied};

use super::Night;
use super::words::Words as _;

/// A question, as the page of its precinct shows it.
pub(super) struct Question {
    pub(super) at: String,
    pub(super) person: u32,
    /// Id of the report it is about, where its bytes may be read.
    pub(super) report: Option<String>,
    pub(super) words: String,
    /// The question's id, where its bytes may be read.
    pub(super) id: Option<String>,
    /// Check and what it is about; none of a question that was withheld.
    pub(super) findings: Vec<(String, String)>,
    /// What closed it; `None` while it is open.
    pub(super) became: Option<Became>,
}

/// What closed a question.
pub(super) struct Became {
    pub(super) what: &'static str,
    /// When, of a reply.
    pub(super) at: Option<String>,
    /// Why the numbers stand, as the reply says it.
    pub(super) why: Option<String>,
    /// Id of the message that closed it, where its bytes may be read.
    pub(super) id: Option<String>,
}

/// Every question about a precinct, in log order.
pub(super) fn of(night: &Night<'_>, number: PrecinctNumber, language: Language) -> Vec<Question> {
    night.state.questions(number).iter().map(|asked| question(night, asked, language)).collect()
}

/// Messages that those lead to, withheld ones among them. Once a release has named the precinct they are everyone's.
pub(in crate::publish) fn messages(night: &Night<'_>, number: PrecinctNumber) -> Vec<MessageId> {
    let mut messages = Vec::new();
    for asked in night.state.questions(number) {
        messages.extend([asked.signed.id, asked.question.report]);
        messages.extend(night.state.closed(asked).map(Closed::id));
    }
    messages
}

fn question(night: &Night<'_>, asked: &Asked, language: Language) -> Question {
    let Asked { signed, question, .. } = asked;
    let findings: &[FindingName] =
        if night.is_withheld(signed.id) { &[] } else { &question.findings };
    Question {
        at: night.time(language, signed.entered_ms),
        person: signed.person,
        report: readable(night, question.report),
        words: night.written(language, signed.id, &question.words),
        id: readable(night, signed.id),
        findings: findings.iter().filter_map(|&name| finding(night, name, language)).collect(),
        became: night.state.closed(asked).map(|closed| became(night, asked, closed, language)),
    }
}

fn became(night: &Night<'_>, asked: &Asked, closed: Closed, language: Language) -> Became {
    // A reply that came after something else closed the question is never entered.
    let reply = asked.reply.as_ref();
    Became {
        what: match closed {
            Closed::Replied(_) => language.say(
                "The tablet replied: the numbers stand.",
                "La tableta respondió: los números se mantienen.",
            ),
            Closed::Corrected(_) => {
                language.say("The tablet corrected its report.", "La tableta corrigió su informe.")
            }
            Closed::Decided(_) => language.say(
                "Headquarters decided about the precinct.",
                "La sede decidió sobre el precinto.",
            ),
        },
        at: reply.map(|reply| night.time(language, reply.entered_ms)),
        why: reply.map(|reply| why(night, reply, language)),
        id: readable(night, closed.id()),
    }
}

/// An id that leads to a message, unless that was withheld.
fn readable(night: &Night<'_>, message: MessageId) -> Option<String> {
    (!night.is_withheld(message)).then(|| message.to_string())
}

/// A check by its name and title, with the group that it concerns.
fn finding(night: &Night<'_>, name: FindingName, language: Language) -> Option<(String, String)> {
    let (check, title) = language.check(name);
    let group = name.group.and_then(|group| night.contest.groups.get(usize::from(group)));
    let title = group.map_or_else(
        || title.to_owned(),
        |group| format!("{title}, {}", group.full_name_in(language.code())),
    );
    (!check.is_empty()).then_some((check, title))
}

/// The contest's words for why the numbers stand, and the secretary's own.
fn why(night: &Night<'_>, replied: &Replied, language: Language) -> String {
    let said = &replied.reply.reason;
    let label = night
        .contest
        .reason(&said.code)
        .map_or(said.code.as_str(), |reason| reason.label_in(language.code()));
    let all =
        said.text.as_ref().map_or_else(|| label.to_owned(), |text| format!("{label}: {text}"));
    night.written(language, replied.id, &all)
}
