//! Where things stand, never silent: what headquarters says and when it says more, what came in, what is shown to observers,
//! what is withdrawn or stopped and by whom, every objection with its answer and every inquiry with its response.

use askama::Template;
use countersign_core::language::Language;
use countersign_core::message::{CopyDecision, ObjectionReason, Role};
use countersign_core::results::LogBegunAgain;

use super::checks::Counted;
use super::inquiries::{Inquiry, Notice, inquiries, notices};
use super::open::Open;
use super::said::{CAME_IN, STATE, entry};
use super::withdrawals::{Withdrawn, withdrawals};
use super::witnesses::Line;
use super::words::{Words as _, whole};
use super::{Frame, Night, Renewal, untold};
use crate::begun;
use crate::publish::cells::Cells;

/// Minutes after which a server makes the pages anew at the latest, also when nothing happened.
const ANEW_MINUTES: u64 = 15;

#[derive(Template)]
#[template(path = "results/status.html")]
pub(super) struct StatusPage<'a> {
    f: Frame<'a>,
    /// What headquarters says, the newest first.
    notices: Vec<Notice>,
    released: String,
    received: String,
    in_review: String,
    missing: String,
    all: String,
    /// When this page is made anew: not in the log, so it stands in an element that is marked as untold.
    renewal: String,
    previews: Vec<Shown>,
    withdrawals: Vec<Withdrawn<'a>>,
    stops: Vec<Stop>,
    open: Open,
    copies: Vec<Copy>,
    questions: Vec<Question>,
    inquiries: Vec<Inquiry>,
    begun_again: Option<String>,
    inconsistent: bool,
    /// Releases that wait for witnesses: name, and until when at most.
    waiting: Vec<(&'a str, String)>,
    witnesses: Vec<Line>,
    /// How many of them have to cosign.
    witnesses_needed: usize,
    /// Whether the contest's package names them.
    named_by_contest: bool,
}

impl StatusPage<'_> {
    /// What it has to say, but for what depends on when it was made and on witnesses.
    pub(super) fn said(&self) -> Cells {
        let mut cells = Cells::default();
        cells.put(STATE, "released", &self.released);
        cells.put(STATE, "all", &self.all);
        cells.put(CAME_IN, "received", &self.received);
        cells.put(CAME_IN, "inReview", &self.in_review);
        cells.put(CAME_IN, "missing", &self.missing);
        if let Some(begun_again) = &self.begun_again {
            cells.put(STATE, "begunAgain", begun_again);
        }
        self.open.said(&mut cells);
        self.notices.iter().for_each(|one| one.said(&mut cells));
        self.previews.iter().for_each(|one| one.said(&mut cells));
        self.withdrawals.iter().for_each(|one| one.said(&mut cells));
        self.stops.iter().for_each(|one| one.said(&mut cells));
        self.copies.iter().for_each(|one| one.said(&mut cells));
        self.questions.iter().for_each(|one| one.said(&mut cells));
        self.inquiries.iter().for_each(|one| one.said(&mut cells));
        cells
    }
}

/// A preview that waits for its release.
struct Shown {
    entry: u64,
    name: String,
    number: u32,
    precincts: String,
    at: String,
    window_ends: String,
    /// Why it is shown although all that is new looks wrong, taken together.
    despite: Option<String>,
    objections: usize,
}

impl Shown {
    fn said(&self, cells: &mut Cells) {
        let region = entry(self.entry);
        cells.put(&region, "number", self.number);
        cells.put(&region, "name", &self.name);
        cells.put(&region, "precincts", &self.precincts);
        cells.put(&region, "at", &self.at);
        cells.put(&region, "windowEnds", &self.window_ends);
        cells.put(&region, "objections", self.objections);
        if let Some(why) = &self.despite {
            cells.put(&region, "despite", why);
        }
    }
}

struct Stop {
    entry: u64,
    why: String,
    /// Who asked for it and who approved it: role and number.
    people: (String, String),
    since: String,
    until: String,
    in_force: bool,
    /// Why it ended before its time, and who asked for that and approved it.
    ended: Option<(String, String, String)>,
}

impl Stop {
    fn said(&self, cells: &mut Cells) {
        let region = entry(self.entry);
        cells.put(&region, "since", &self.since);
        cells.put(&region, "until", &self.until);
        cells.put(&region, "why", &self.why);
        cells.put(&region, "askedBy", &self.people.0);
        cells.put(&region, "approvedBy", &self.people.1);
        if let Some((why, asked, approved)) = &self.ended {
            cells.put(&region, "whyEnded", why);
            cells.put(&region, "endAskedBy", asked);
            cells.put(&region, "endApprovedBy", approved);
        }
    }
}

/// Somebody else's copy that was compared.
struct Copy {
    entry: u64,
    at: String,
    whose: String,
    with: String,
    precincts: String,
    cells: String,
    decision: &'static str,
    why: String,
    who: String,
}

impl Copy {
    fn said(&self, cells: &mut Cells) {
        let region = entry(self.entry);
        cells.put(&region, "at", &self.at);
        cells.put(&region, "whose", &self.whose);
        cells.put(&region, "with", &self.with);
        cells.put(&region, "precincts", &self.precincts);
        cells.put(&region, "cells", &self.cells);
        cells.put(&region, "decision", self.decision);
        cells.put(&region, "why", &self.why);
        cells.put(&region, "who", &self.who);
    }
}

struct Question {
    entry: u64,
    precinct: String,
    page: Option<String>,
    reason: &'static str,
    why: String,
    /// SHA-256 of what the observer has as evidence.
    evidence: Option<String>,
    person: u32,
    at: String,
    answer: Option<(&'static str, String, u32, String)>,
}

impl Question {
    fn said(&self, cells: &mut Cells) {
        let region = entry(self.entry);
        cells.put(&region, "at", &self.at);
        cells.put(&region, "precinct", &self.precinct);
        cells.put(&region, "reason", self.reason);
        cells.put(&region, "why", &self.why);
        cells.put(&region, "person", self.person);
        if let Some(evidence) = &self.evidence {
            cells.put(&region, "evidence", evidence);
        }
        if let Some((outcome, why, person, at)) = &self.answer {
            cells.put(&region, "answered", at);
            cells.put(&region, "outcome", outcome);
            cells.put(&region, "whyAnswered", why);
            cells.put(&region, "answeredBy", person);
        }
    }
}

/// When this page is made anew, and what that says of a page that is older.
fn renewal(night: &Night<'_>, language: Language) -> String {
    let after = |minutes: u64| night.time(language, night.made_ms + minutes * 60_000);
    match night.renewal {
        Renewal::Served => untold::SERVED.say(language, &[after(ANEW_MINUTES)]),
        Renewal::Every(minutes) => untold::COPIED_AGAIN.say(language, &[after(0), after(minutes)]),
        Renewal::Once => untold::COPIED_ONCE.say(language, &[after(0)]),
    }
}

/// The page; `counted` is how each check went.
pub(super) fn page<'a>(
    night: &'a Night<'_>,
    language: Language,
    counted: &[Counted],
) -> StatusPage<'a> {
    let review = night.state.review();
    let (received, in_review) = super::front::received(night);
    let all = night.contest.precincts.len();
    let open = review.previews().iter().filter(|previewed| {
        let mut releases = review.releases().iter();
        !releases.any(|one| one.approval.is_some() && one.release.preview == previewed.signed.id)
    });
    let previews = open.map(|previewed| Shown {
        entry: previewed.signed.index,
        name: previewed.preview.name.clone(),
        number: previewed.preview.number,
        precincts: whole(previewed.preview.precincts.len()),
        at: night.time(language, previewed.signed.entered_ms),
        window_ends: night.time(language, previewed.window_ends_ms),
        despite: night.despite(language, previewed),
        objections: review
            .objections()
            .iter()
            .filter(|one| one.objection.preview == previewed.signed.id)
            .count(),
    });
    let approved = review.stops().iter().rev().filter_map(|stop| {
        let approval = stop.approval?.signed;
        Some(Stop {
            entry: stop.signed.index,
            why: night.written(language, stop.signed.id, &stop.why),
            people: (
                who(night, language, stop.signed.person),
                who(night, language, approval.person),
            ),
            since: night.time(language, approval.entered_ms),
            until: stop.until_ms().map_or_else(String::new, |at| night.time(language, at)),
            in_force: stop.is_in_force(night.made_ms),
            ended: stop.ended.as_ref().map(|ended| {
                (
                    night.written(language, ended.signed.id, &ended.why),
                    who(night, language, ended.signed.person),
                    who(night, language, ended.approval.signed.person),
                )
            }),
        })
    });
    let list = night.contest.witnesses.as_ref();
    let (witnesses, witnesses_needed) = night.witnesses.now(list);
    let title = language.say("Where things stand", "Cómo van las cosas").to_owned();
    StatusPage {
        f: Frame::of(night, language, "status.html", title),
        notices: notices(night, language),
        released: whole(night.released.as_ref().map_or(0, |released| released.precincts.len())),
        received: whole(received),
        in_review: whole(in_review),
        missing: whole(all - received),
        all: whole(all),
        renewal: renewal(night, language),
        previews: previews.collect(),
        withdrawals: withdrawals(night, language),
        stops: approved.collect(),
        open: Open::of(night, language, counted),
        copies: copies(night, language),
        questions: questions(night, language),
        inquiries: inquiries(night, language),
        begun_again: night.state.begun().map(|begun| {
            let begun = LogBegunAgain::of(begun);
            match language {
                Language::English => begun::english(night.state.room(), &begun),
                Language::Spanish => begun::spanish(night.state.room(), &begun),
            }
        }),
        inconsistent: night.witnesses.inconsistent,
        waiting: night
            .waiting
            .iter()
            .map(|&(name, until)| (name, night.time(language, until)))
            .collect(),
        named_by_contest: list.is_some(),
        witnesses_needed,
        witnesses: witnesses.into_iter().map(|one| Line::of(night, language, one)).collect(),
    }
}

/// One of headquarters, by role and number.
pub(super) fn who(night: &Night<'_>, language: Language, number: u32) -> String {
    let all = night.state.persons().all();
    let is = |role| all.iter().any(|&(person, _)| person.number == number && person.role == role);
    let role = if is(Role::Admin) {
        language.say("admin", "administrador")
    } else if is(Role::ReleaseManager) {
        language.say("release manager", "responsable de publicación")
    } else {
        language.say("reviewer", "revisor")
    };
    format!("{role} {number}")
}

/// Every comparison of somebody else's copy, the newest first.
fn copies(night: &Night<'_>, language: Language) -> Vec<Copy> {
    let review = night.state.review();
    let copies = review.copies().iter().rev().map(|one| {
        let (signed, compared) = (&one.signed, &one.compared);
        let preview = compared.compared_with.and_then(|id| review.preview(id));
        let mut effective = review.effective();
        let release = compared
            .compared_with
            .and_then(|id| effective.find(|release| release.signed.id == id))
            .map(|release| &review.previews()[release.preview].preview.name);
        let with = match (preview, release) {
            (Some(previewed), _) => {
                format!(
                    "{} “{}”",
                    language.say("the preview", "la vista previa"),
                    previewed.preview.name
                )
            }
            (None, Some(name)) => {
                format!("{} “{name}”", language.say("the release", "la publicación"))
            }
            (None, None) => language
                .say("what counted in each precinct", "lo que contaba en cada precinto")
                .to_owned(),
        };
        Copy {
            entry: signed.index,
            at: night.time(language, signed.entered_ms),
            whose: night.written(language, signed.id, &compared.whose),
            with,
            precincts: whole(compared.precincts),
            cells: whole(compared.cells),
            decision: match compared.decision {
                CopyDecision::GoOn => language.say("go on", "seguir"),
                CopyDecision::Stop => language.say("stop", "detener"),
            },
            why: night.written(language, signed.id, &compared.why),
            who: who(night, language, signed.person),
        }
    });
    copies.collect()
}

/// Every objection, the newest first.
fn questions(night: &Night<'_>, language: Language) -> Vec<Question> {
    let review = night.state.review();
    let question = |one: &countersign_core::results::Objected| {
        let precinct = night.contest.precinct(one.objection.precinct.0)?;
        let reason: ObjectionReason = one.objection.reason;
        let has_page = night.has_page(one.objection.precinct);
        Some(Question {
            entry: one.signed.index,
            precinct: precinct.name.clone(),
            page: has_page.then(|| precinct.id.clone()),
            reason: language.objection(reason),
            why: night.written(language, one.signed.id, &one.objection.why),
            evidence: one.objection.evidence.map(|digest| digest.to_string()),
            person: one.signed.person,
            at: night.time(language, one.signed.entered_ms),
            answer: one.answer.as_ref().map(|(signed, answer)| {
                let at = night.time(language, signed.entered_ms);
                let why = night.written(language, signed.id, &answer.why);
                (language.outcome(answer.outcome), why, signed.person, at)
            }),
        })
    };
    review.objections().iter().rev().filter_map(question).collect()
}
