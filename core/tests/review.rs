//! Decisions, previews, releases and what takes them back: who may, when, and what it changes.

mod common;
#[path = "messages/hall.rs"]
mod hall;
#[path = "messages/party.rs"]
mod party;

use countersign_core::checks::statewide::Scope;
use countersign_core::id::{CopyDigest, MessageId, PrecinctNumber};
use countersign_core::language::Language;
use countersign_core::log::Entry;
use countersign_core::message::{
    Act, Admit, Answer, AnswerOutcome, Approve, Cause, Channel, CopyCompared, CopyDecision,
    Decision, Evidence, FindingName, Kind, Layer, Objection, ObjectionReason, Package, Preview,
    PreviewedPrecinct, Release, Report, Role, Stop, StopChange, Withdraw, Withhold,
};
use countersign_core::refusal::Refusal;
use countersign_core::results::{
    Audience, Awaited, Candidate, Compared, Flag, Measure, ProposedRelease, Released, RoomState,
    Standing, changes,
};
use countersign_core::room::Room;
use hall::{Hall, Worker};

/// That sources of a precinct disagree, as a decision names it.
const DISAGREE: FindingName = FindingName { check: 102, group: None };

/// Minutes that observers have where the contest does not say.
const WINDOW: u64 = 30;

/// A room in which the first four precincts reported, and the people who work in it.
struct Desk {
    hall: Hall,
    reviewer: Worker,
    transcriber: Worker,
    operator: Worker,
    one: Worker,
    two: Worker,
    observer: Worker,
    reports: Vec<MessageId>,
}

impl Desk {
    fn new() -> Self {
        Self::reporting(|_| {})
    }

    /// One whose tablets report something else.
    fn reporting(change: impl Fn(&mut Report)) -> Self {
        let mut hall = Hall::open();
        let reviewer = Worker::new(10, Role::Reviewer);
        let transcriber = Worker::new(11, Role::Reviewer);
        let operator = Worker::new(12, Role::Operator);
        let one = Worker::new(20, Role::ReleaseManager);
        let two = Worker::new(21, Role::ReleaseManager);
        let observer = Worker::new(30, Role::Observer);
        hall.employ(&[&reviewer, &transcriber, &operator, &one, &two, &observer]);
        let mut reports = Vec::new();
        for n in 0..4 {
            hall.enter(&hall.party.device(n).enrolment(n)).expect("enrols");
            let report = hall.party.device(n).report(n, |report| {
                report.attendees += n;
                change(report);
            });
            hall.enter(&report).expect("reports");
            reports.push(report.id());
        }
        Self { hall, reviewer, transcriber, operator, one, two, observer, reports }
    }

    fn decide(&mut self, change: impl FnOnce(&mut Decision)) -> Result<MessageId, Refusal> {
        let mut decision = decision(0, Some(self.reports[0]));
        let last = self.hall.state.review().decision(PrecinctNumber(0));
        decision.after = last.map(|last| last.signed.id);
        change(&mut decision);
        self.hall.act(&self.reviewer, &decision)
    }

    /// A preview of precincts by their reports.
    fn preview(
        &mut self,
        precincts: &[(u32, MessageId, Option<Cause>)],
    ) -> Result<MessageId, Refusal> {
        let preview = self.prepared(precincts);
        self.hall.act(&self.one, &preview)
    }

    fn prepared(&self, precincts: &[(u32, MessageId, Option<Cause>)]) -> Preview {
        let review = self.hall.state.review();
        let precincts = precincts
            .iter()
            .map(|&(precinct, report, cause)| {
                let precinct = PrecinctNumber(precinct);
                let decision = review.decision(precinct).map(|decided| decided.signed.id);
                PreviewedPrecinct { precinct, report: Some(report), decision, cause }
            })
            .collect();
        let number = review.previews().len() as u32 + 1;
        Preview {
            number,
            name: format!("Batch {number}"),
            layer: Layer::Night,
            precincts,
            despite: None,
        }
    }

    fn propose(&mut self, preview: MessageId) -> Result<MessageId, Refusal> {
        self.hall.act(&self.one, &Release { preview, left_out: vec![] })
    }

    /// Preview, window, release, approval.
    fn release(&mut self, precincts: &[(u32, MessageId, Option<Cause>)]) -> MessageId {
        self.release_in(Layer::Night, precincts)
    }

    fn release_in(
        &mut self,
        layer: Layer,
        precincts: &[(u32, MessageId, Option<Cause>)],
    ) -> MessageId {
        let preview = Preview { layer, ..self.prepared(precincts) };
        let preview = self.hall.act(&self.one, &preview).expect("is previewed");
        let release = self.propose(preview).expect("is proposed");
        self.hall.wait(WINDOW);
        self.hall.act(&self.two, &Approve { approves: release }).expect("is approved");
        release
    }

    fn released(&self) -> Released {
        Released::of(&self.hall.state, Layer::Night).expect("there is a package")
    }

    fn correct(&mut self, n: u32) -> MessageId {
        let device = self.hall.party.device(n);
        let first = device.report(n, |report| report.attendees += n);
        let correction = device.correction(n, &first);
        self.hall.enter(&correction).expect("corrects");
        correction.id()
    }
}

fn decision(precinct: u32, report: Option<MessageId>) -> Decision {
    Decision {
        precinct: PrecinctNumber(precinct),
        report,
        evidence: Evidence::Report,
        why: "the sheet says the same".to_owned(),
        answers: vec![],
        after: None,
        overrides: None,
    }
}

#[test]
fn t62_a_release_takes_effect_when_a_second_manager_approves_it_after_the_window() {
    let mut desk = Desk::new();
    let preview = desk.preview(&[(0, desk.reports[0], None), (1, desk.reports[1], None)]).unwrap();
    let release = desk.propose(preview).unwrap();
    let approve = Approve { approves: release };
    assert_eq!(desk.hall.act(&desk.two, &approve), Err(Refusal::WindowOpen));
    desk.hall.wait(WINDOW);
    assert_eq!(desk.hall.act(&desk.one, &approve), Err(Refusal::SamePerson));
    assert_eq!(desk.hall.act(&desk.reviewer, &approve), Err(Refusal::NotAllowed));
    assert!(desk.released().precincts.is_empty(), "nothing is released before the approval");
    desk.hall.act(&desk.two, &approve).unwrap();
    let released = desk.released();
    assert_eq!(released.statewide.precincts_released, 2);
    assert_eq!(released.statewide.attendees, 141 + 142);
    assert_eq!(released.precincts[1].report, desk.reports[1]);
    assert_eq!(desk.hall.act(&desk.two, &approve), Err(Refusal::UnknownSubject), "once is enough");
}

#[test]
fn t55_nobody_decides_about_or_releases_what_they_entered() {
    let mut desk = Desk::new();
    let typed = |channel| {
        move |report: &mut Report| {
            report.channel = channel;
            report.attendees = 141;
        }
    };
    // A reviewer who transcribed a sheet is no judge of that precinct, and an operator never is.
    let transcription = desk.hall.party.device(0).report_as(0, typed(Channel::Transcription));
    let transcription = desk.transcriber.sign(&desk.hall, &transcription);
    desk.hall.enter(&transcription).unwrap();
    let choice = decision(0, Some(transcription.id()));
    assert_eq!(desk.hall.act(&desk.transcriber, &choice), Err(Refusal::OwnEntry));
    assert_eq!(desk.hall.act(&desk.operator, &choice), Err(Refusal::NotAllowed));
    desk.hall.act(&desk.reviewer, &choice).unwrap();
    // Whoever decided does not type.
    let second = desk.hall.party.device(0).report_as(0, typed(Channel::Transcription));
    assert_eq!(
        desk.hall.act(&desk.reviewer, &Report { device_sequence: 9, ..second }),
        Err(Refusal::OwnEntry)
    );
    // One person with two roles stays one person.
    let manager_too = Worker::new(desk.reviewer.number, Role::ReleaseManager);
    desk.hall.employ(&[&manager_too]);
    let preview = desk.preview(&[(0, transcription.id(), None)]).unwrap();
    let release = Release { preview, left_out: vec![] };
    assert_eq!(desk.hall.act(&manager_too, &release), Err(Refusal::OwnEntry));
    let release = desk.propose(preview).unwrap();
    desk.hall.wait(WINDOW);
    assert_eq!(desk.hall.act(&manager_too, &Approve { approves: release }), Err(Refusal::OwnEntry));
    desk.hall.act(&desk.two, &Approve { approves: release }).unwrap();
}

#[test]
fn who_types_at_headquarters_says_by_which_road_the_numbers_came() {
    let mut desk = Desk::new();
    let by = |channel| {
        move |report: &mut Report| {
            report.channel = channel;
        }
    };
    for (worker, channel, allowed) in [
        (&desk.operator, Channel::Hotline, true),
        (&desk.operator, Channel::Paper, true),
        (&desk.operator, Channel::Transcription, false),
        (&desk.operator, Channel::Tablet, false),
        (&desk.reviewer, Channel::Transcription, true),
        (&desk.reviewer, Channel::Hotline, false),
        (&desk.observer, Channel::Hotline, false),
    ] {
        let report = desk.hall.party.device(3).report_as(3, by(channel));
        let outcome = desk.hall.act(worker, &report).is_ok();
        assert_eq!(outcome, allowed, "{:?} by {channel:?}", worker.role);
    }
}

#[test]
fn t28_a_decision_names_the_report_that_counts_and_none_counts_without_one() {
    let mut desk = Desk::new();
    let other = desk.hall.party.device(9);
    desk.hall.enter(&other.enrolment(0)).unwrap();
    let theirs = other.report(0, |report| report.attendees = 150);
    desk.hall.enter(&theirs).unwrap();
    let precinct = PrecinctNumber(0);
    assert_eq!(desk.hall.state.candidate(precinct), Candidate::InConflict);
    let unreleasable = desk.preview(&[(0, theirs.id(), None)]);
    assert_eq!(unreleasable, Err(Refusal::ChangedSince), "nothing counts there");
    desk.decide(|decision| decision.report = Some(theirs.id())).unwrap();
    let counts = |state: &RoomState| matches!(state.candidate(precinct), Candidate::Report(r) if r.id == theirs.id());
    assert!(counts(&desk.hall.state));
    desk.decide(|decision| decision.report = None).unwrap();
    assert_eq!(desk.hall.state.candidate(precinct), Candidate::SetAside);
    let unseen = decision(0, Some(theirs.id()));
    assert_eq!(desk.hall.act(&desk.reviewer, &unseen), Err(Refusal::ChangedSince));
    assert_eq!(
        desk.decide(|decision| decision.report = Some(MessageId([1; 32]))),
        Err(Refusal::UnknownSubject)
    );
    assert_eq!(desk.decide(|decision| decision.why.clear()), Err(Refusal::OverLimit));
}

#[test]
fn t53_weaker_evidence_replaces_stronger_only_by_name() {
    let mut desk = Desk::new();
    let cards = desk.decide(|decision| decision.evidence = Evidence::Cards).unwrap();
    let sheet = |decision: &mut Decision| decision.evidence = Evidence::Sheet;
    assert_eq!(desk.decide(sheet), Err(Refusal::WeakerEvidence));
    let named = |decision: &mut Decision| {
        decision.evidence = Evidence::Sheet;
        decision.overrides = Some(cards);
    };
    desk.decide(named).unwrap();
    // Cards again need to name nobody, and what is named has to be the last.
    desk.decide(|decision| decision.evidence = Evidence::Cards).unwrap();
    assert_eq!(desk.decide(named), Err(Refusal::UnknownSubject));
}

#[test]
fn t56_a_correction_of_released_numbers_says_why_and_shows_each_cell() {
    let mut desk = Desk::new();
    let first = desk.release(&[(0, desk.reports[0], None), (1, desk.reports[1], None)]);
    let correction = desk.correct(1);
    assert_eq!(desk.released().statewide.attendees, 283, "a report changes no released number");
    assert_eq!(desk.preview(&[(1, correction, None)]), Err(Refusal::NotAllowed), "no cause");
    let without = desk.preview(&[(2, desk.reports[2], Some(Cause::Precinct))]);
    assert_eq!(without, Err(Refusal::NotAllowed), "nothing to correct");
    let second = desk.release(&[(1, correction, Some(Cause::Precinct))]);
    let released = desk.released();
    // `correction` adds one to what the first report of its device would say without its own change.
    assert_eq!(released.statewide.attendees, 141 + 142);
    assert_eq!(released.precinct(PrecinctNumber(1)).unwrap().release, second);
    let changes = changes(&desk.hall.state);
    assert_eq!(changes.len(), 1);
    let change = &changes[0];
    assert_eq!((change.release, change.before_release), (second, first));
    assert_eq!(change.cause, Some(Cause::Precinct));
    assert_eq!(change.before.0, desk.reports[1]);
    assert_eq!(change.after.as_ref().unwrap().0, correction);
}

#[test]
fn t61_numbers_are_taken_out_where_a_reviewer_said_that_none_counts() {
    let mut desk = Desk::new();
    desk.release(&[(0, desk.reports[0], None), (1, desk.reports[1], None)]);
    let taken_out = |desk: &Desk| {
        let mut preview = desk.prepared(&[(0, desk.reports[0], Some(Cause::Sheet))]);
        preview.precincts[0].report = None;
        preview
    };
    let too_early = taken_out(&desk);
    assert_eq!(desk.hall.act(&desk.one, &too_early), Err(Refusal::ChangedSince));
    desk.decide(|decision| decision.report = None).unwrap();
    let preview = taken_out(&desk);
    let preview = desk.hall.act(&desk.one, &preview).unwrap();
    let release = desk.propose(preview).unwrap();
    desk.hall.wait(WINDOW);
    desk.hall.act(&desk.two, &Approve { approves: release }).unwrap();
    assert_eq!(desk.released().statewide.precincts_released, 1);
    assert_eq!(desk.hall.state.standing(PrecinctNumber(0), &[]), Standing::SetAside);
    // Later numbers come in like those of a precinct that was never released.
    desk.decide(|_| {}).unwrap();
    desk.release(&[(0, desk.reports[0], None)]);
}

#[test]
fn what_changed_between_preview_and_approval_is_not_released() {
    let mut desk = Desk::new();
    let preview = desk.preview(&[(0, desk.reports[0], None), (1, desk.reports[1], None)]).unwrap();
    let release = desk.propose(preview).unwrap();
    let correction = desk.correct(1);
    desk.hall.wait(WINDOW);
    let approve = Approve { approves: release };
    assert_eq!(desk.hall.act(&desk.two, &approve), Err(Refusal::ChangedSince));
    // Without that precinct it can go out.
    let left_out = vec![PrecinctNumber(1)];
    let release = desk.hall.act(&desk.one, &Release { preview, left_out }).unwrap();
    desk.hall.act(&desk.two, &Approve { approves: release }).unwrap();
    assert_eq!(desk.released().statewide.precincts_released, 1);
    desk.release(&[(1, correction, None)]);
    assert_eq!(desk.released().statewide.precincts_released, 2);
    let again = desk.hall.act(&desk.one, &Release { preview, left_out: vec![] });
    assert_eq!(again, Err(Refusal::NotAllowed), "a preview is released once");
}

#[test]
fn t62_what_is_left_out_until_it_is_settled_is_not_released_before() {
    let mut desk = Desk::new();
    let object = |desk: &mut Desk, preview| {
        let objection = Objection {
            preview,
            precinct: PrecinctNumber(1),
            reason: ObjectionReason::NotAsAnnounced,
            why: "the room heard another number".to_owned(),
            evidence: None,
        };
        desk.hall.act(&desk.observer, &objection).unwrap()
    };
    let answer = |desk: &mut Desk, objection, outcome| {
        let answer = Answer { objection, outcome, why: "the sheet is fetched".to_owned() };
        desk.hall.act(&desk.reviewer, &answer)
    };
    let both = [(0, desk.reports[0], None), (1, desk.reports[1], None)];
    let preview = desk.preview(&both).unwrap();
    let shown_before = desk.preview(&both).unwrap();
    let release = desk.propose(preview).unwrap();
    let objection = object(&mut desk, preview);
    answer(&mut desk, objection, AnswerOutcome::LeftOut).unwrap();
    desk.hall.wait(WINDOW);
    let approve = Approve { approves: release };
    assert_eq!(desk.hall.act(&desk.two, &approve), Err(Refusal::ChangedSince));
    assert_eq!(desk.propose(preview), Err(Refusal::ChangedSince));
    assert_eq!(desk.propose(shown_before), Err(Refusal::ChangedSince), "it was shown before");
    let left_out = vec![PrecinctNumber(1)];
    let release = desk.hall.act(&desk.one, &Release { preview, left_out }).unwrap();
    desk.hall.act(&desk.two, &Approve { approves: release }).unwrap();
    // Once it is settled it is shown again. What is released then was not left out.
    let again = desk.preview(&[(1, desk.reports[1], None)]).unwrap();
    let objection = object(&mut desk, again);
    let release = desk.propose(again).unwrap();
    desk.hall.wait(WINDOW);
    desk.hall.act(&desk.two, &Approve { approves: release }).unwrap();
    let late = answer(&mut desk, objection, AnswerOutcome::LeftOut);
    assert_eq!(late, Err(Refusal::ChangedSince));
    answer(&mut desk, objection, AnswerOutcome::Stands).unwrap();
}

#[test]
fn t61_a_withdrawn_release_counts_no_more_and_stays_readable() {
    let mut desk = Desk::new();
    let good = desk.release(&[(0, desk.reports[0], None)]);
    let correction = desk.correct(0);
    let bad = desk.release(&[(0, correction, Some(Cause::Precinct)), (1, desk.reports[1], None)]);
    let why = "columns are shifted".to_owned();
    let withdraw = desk.hall.act(&desk.one, &Withdraw { release: bad, why }).unwrap();
    assert_eq!(desk.released().statewide.precincts_released, 2, "one person withdraws nothing");
    let approve = Approve { approves: withdraw };
    assert_eq!(desk.hall.act(&desk.one, &approve), Err(Refusal::SamePerson));
    desk.hall.act(&desk.two, &approve).unwrap();
    let released = desk.released();
    assert_eq!(released.statewide.precincts_released, 1);
    assert_eq!(released.precinct(PrecinctNumber(0)).unwrap().release, good);
    assert!(desk.hall.state.review().was_released(PrecinctNumber(1)), "it was public");
    let marked = desk.hall.state.review().effective().last().unwrap().withdrawal.clone().unwrap();
    assert_eq!((marked.why.as_str(), marked.signed.person), ("columns are shifted", 20));
    assert_eq!(changes(&desk.hall.state).len(), 1, "the history keeps what it changed");
}

#[test]
fn t64_a_stop_needs_two_people_and_ends_by_itself() {
    let mut desk = Desk::new();
    let preview = desk.preview(&[(0, desk.reports[0], None)]).unwrap();
    let release = desk.propose(preview).unwrap();
    let stop = Stop {
        change: StopChange::Begin,
        minutes: Some(60),
        stop: None,
        why: "a county's columns look shifted".to_owned(),
        number: 1,
    };
    let id = desk.hall.act(&desk.two, &stop).unwrap();
    assert!(desk.hall.state.review().stop_in_force(desk.hall.now_ms).is_none());
    desk.hall.act(&desk.one, &Approve { approves: id }).unwrap();
    desk.hall.wait(WINDOW);
    let approve = Approve { approves: release };
    assert_eq!(desk.hall.act(&desk.two, &approve), Err(Refusal::Stopped));
    // It can be ended early, by two people as well.
    let end =
        Stop { change: StopChange::End, minutes: None, stop: Some(id), number: 2, ..stop.clone() };
    let end = desk.hall.act(&desk.two, &end).unwrap();
    assert_eq!(desk.hall.act(&desk.two, &approve), Err(Refusal::Stopped));
    desk.hall.act(&desk.one, &Approve { approves: end }).unwrap();
    desk.hall.act(&desk.two, &approve).expect("nothing is stopped any more");
    // Another one ends by its time.
    let id =
        desk.hall.act(&desk.two, &Stop { minutes: Some(10), number: 3, ..stop.clone() }).unwrap();
    desk.hall.act(&desk.one, &Approve { approves: id }).unwrap();
    assert!(desk.hall.state.review().stop_in_force(desk.hall.now_ms + 60_000).is_some());
    assert!(desk.hall.state.review().stop_in_force(desk.hall.now_ms + 11 * 60_000).is_none());
    assert_eq!(
        desk.hall.act(&desk.two, &Stop { number: 3, ..stop.clone() }),
        Err(Refusal::ChangedSince)
    );
    let for_ever = Stop { minutes: Some(100_000), number: 4, ..stop };
    assert_eq!(desk.hall.act(&desk.two, &for_ever), Err(Refusal::OverLimit));
}

#[test]
fn the_same_stop_in_a_later_round_is_another_message() {
    let mut hall = Hall::open_in(Room::Rehearsal);
    let (one, two) = (Worker::new(20, Role::ReleaseManager), Worker::new(21, Role::ReleaseManager));
    hall.employ(&[&one, &two]);
    let drill = Stop {
        change: StopChange::Begin,
        minutes: Some(60),
        stop: None,
        why: "a drill".to_owned(),
        number: 1,
    };
    let stop = hall.act(&one, &drill).unwrap();
    hall.act(&two, &Approve { approves: stop }).unwrap();
    hall.enter(&hall.party.round(2)).unwrap();
    assert!(hall.state.review().stop_in_force(hall.now_ms).is_none(), "a round begins without");
    assert_eq!(hall.act(&one, &drill), Err(Refusal::ChangedSince));
    let number = hall.state.review().next_stop();
    let again = hall.act(&one, &Stop { number, ..drill }).unwrap();
    hall.act(&two, &Approve { approves: again }).unwrap();
    assert!(hall.state.review().stop_in_force(hall.now_ms).is_some());
}

#[test]
fn t62_an_observer_objects_once_and_is_answered_once_and_stops_nothing() {
    let mut desk = Desk::new();
    let preview = desk.preview(&[(0, desk.reports[0], None)]).unwrap();
    let objection = Objection {
        preview,
        precinct: PrecinctNumber(0),
        reason: ObjectionReason::NotAsAnnounced,
        why: "the chair read other numbers".to_owned(),
        evidence: None,
    };
    let elsewhere = Objection { precinct: PrecinctNumber(1), ..objection.clone() };
    assert_eq!(desk.hall.act(&desk.observer, &elsewhere), Err(Refusal::UnknownSubject));
    assert_eq!(desk.hall.act(&desk.reviewer, &objection), Err(Refusal::NotAllowed));
    let id = desk.hall.act(&desk.observer, &objection).unwrap();
    let again = Objection { why: "once more".to_owned(), ..objection };
    assert_eq!(desk.hall.act(&desk.observer, &again), Err(Refusal::NotAllowed));
    let answer = Answer {
        objection: id,
        outcome: AnswerOutcome::Stands,
        why: "sheet and report agree".to_owned(),
    };
    let release = desk.propose(preview).unwrap();
    desk.hall.wait(WINDOW);
    desk.hall.act(&desk.two, &Approve { approves: release }).expect("it stops nothing for ever");
    desk.hall.act(&desk.reviewer, &answer).unwrap();
    assert_eq!(desk.hall.act(&desk.transcriber, &answer), Err(Refusal::NotAllowed));
    let kept = &desk.hall.state.review().objections()[0];
    assert_eq!(kept.answer.as_ref().unwrap().1.outcome, AnswerOutcome::Stands);
}

#[test]
fn t68_a_later_layer_is_not_undone_by_a_correction_of_an_earlier_one() {
    let mut desk = Desk::new();
    desk.release(&[(0, desk.reports[0], None), (1, desk.reports[1], None)]);
    let recounted = desk.correct(0);
    desk.release_in(Layer::Recount, &[(0, recounted, Some(Cause::Recount))]);
    let report_in = |desk: &Desk, layer| {
        let released = Released::of(&desk.hall.state, layer).unwrap();
        released.precinct(PrecinctNumber(0)).unwrap().report
    };
    assert_eq!(report_in(&desk, Layer::Night), desk.reports[0]);
    assert_eq!(report_in(&desk, Layer::Recanvass), desk.reports[0]);
    assert_eq!(report_in(&desk, Layer::Recount), recounted);
    assert_eq!(report_in(&desk, Layer::Certified), recounted);
    desk.decide(|decision| decision.answers = vec![DISAGREE])
        .expect("a reviewer may name the first report again");
    desk.release(&[(0, desk.reports[0], Some(Cause::Sheet))]);
    assert_eq!(report_in(&desk, Layer::Recount), recounted, "caucus night does not undo it");
}

/// Compares two layers by every release that was not withdrawn.
fn compared(desk: &Desk, before: Layer, after: Layer) -> Compared {
    let state = &desk.hall.state;
    let stands = |release: &ProposedRelease| release.withdrawal.is_none();
    let released = |layer| Released::by(state, layer, stands).expect("there is a package");
    Compared::of(state, &released(before), &released(after), stands)
}

#[test]
fn t68_any_two_layers_are_compared_cell_by_cell_with_cause_and_evidence() {
    let mut desk = Desk::new();
    desk.release(&[(0, desk.reports[0], None), (1, desk.reports[1], None)]);
    // The recanvass changes precinct 1, by a decision on the sheet; the recount changes it again, and brings precinct 2.
    let recanvassed = desk.correct(1);
    let recanvass = desk.release_in(Layer::Recanvass, &[(1, recanvassed, Some(Cause::Recanvass))]);
    let transcription = desk.hall.party.device(1).report_as(1, |report| {
        report.channel = Channel::Transcription;
        report.attendees = 170;
        report.counts[0][0] += 5;
    });
    let counted = desk.hall.act(&desk.transcriber, &transcription).unwrap();
    let mut choice = decision(1, Some(counted));
    choice.evidence = Evidence::Cards;
    choice.answers = vec![DISAGREE];
    let decided = desk.hall.act(&desk.reviewer, &choice).unwrap();
    let rows = [(1, counted, Some(Cause::Recount)), (2, desk.reports[2], None)];
    let recount = desk.release_in(Layer::Recount, &rows);

    let whole = compared(&desk, Layer::Night, Layer::Recount);
    let both: Vec<_> = whole.precincts.iter().map(|one| one.precinct.0).collect();
    assert_eq!(both, [1, 2]);
    let changed = &whole.precincts[0];
    assert_eq!((changed.before, changed.after), (Some(desk.reports[1]), Some(counted)));
    let steps: Vec<_> = changed.steps.iter().map(|step| (step.release, step.cause)).collect();
    let causes = [(recanvass, Some(Cause::Recanvass)), (recount, Some(Cause::Recount))];
    assert_eq!(steps, causes, "every step between the two layers is there");
    assert_eq!(changed.steps[1].decision, Some(decided));
    let attendance = changed.cells.iter().find(|cell| cell.measure == Measure::Attendees).unwrap();
    assert_eq!((attendance.before, attendance.after), (Some(142), Some(170)));
    assert_eq!(attendance.difference(), Some(28));
    assert!(changed.cells.iter().all(|cell| cell.differs()));
    // A precinct that only the later layer has is there with all its numbers, beside nothing.
    let new = &whole.precincts[1];
    assert_eq!((new.before, new.after), (None, Some(desk.reports[2])));
    assert!(!new.cells.is_empty() && new.cells.iter().all(|cell| cell.before.is_none()));

    // Sums: the state is whole, also what is the same; a region without a difference is left out.
    let state = whole.statewide().unwrap();
    let cell = |measure| state.cells.iter().find(|cell| cell.measure == measure).unwrap();
    assert_eq!(cell(Measure::Released).difference(), Some(1));
    assert_eq!(cell(Measure::Attendees).difference(), Some(28 + 143));
    assert!(state.cells.iter().any(|cell| !cell.differs()));
    assert!(whole.regions[1..].iter().all(|one| one.cells.iter().any(|cell| cell.differs())));

    // The two between them, and what stands in no layer between is no difference.
    let last = compared(&desk, Layer::Recanvass, Layer::Recount);
    assert_eq!(last.precincts[0].before, Some(recanvassed));
    assert_eq!(last.precincts[0].steps.len(), 1);
    let none = compared(&desk, Layer::Night, Layer::Corrected);
    assert_eq!((none.precincts.len(), none.cells(), none.regions.len()), (0, 0, 1));
    assert!(none.statewide().unwrap().cells.iter().all(|cell| !cell.differs()));
}

#[test]
fn t68_certifying_names_the_reports_of_earlier_layers_and_changes_nothing() {
    let mut desk = Desk::new();
    let night = [(0, desk.reports[0], None), (1, desk.reports[1], None)];
    desk.release(&night);
    assert_eq!(desk.preview(&night), Err(Refusal::NotAllowed), "once in a layer is enough");
    let certified = desk.release_in(Layer::Certified, &night);
    let released = Released::of(&desk.hall.state, Layer::Certified).unwrap();
    assert!(released.precincts.iter().all(|one| one.release == certified));
    assert!(changes(&desk.hall.state).is_empty(), "no number changed");
    assert_eq!(compared(&desk, Layer::Night, Layer::Certified).precincts, []);
    // Another report than the released one still says why.
    let correction = desk.correct(0);
    let later = Preview { layer: Layer::Certified, ..desk.prepared(&[(0, correction, None)]) };
    assert_eq!(desk.hall.act(&desk.one, &later), Err(Refusal::NotAllowed));
}

#[test]
fn t31_a_held_report_counts_once_a_reviewer_admits_it() {
    let mut desk = Desk::new();
    let device = desk.hall.party.device(0);
    desk.hall.enter(&desk.hall.party.revoke(device.key.id())).unwrap();
    let late = device.report(0, |report| report.device_sequence = 7);
    assert_eq!(desk.hall.enter(&late), Err(Refusal::RevokedKey));
    let admit = Admit { message: late.id(), why: "called the number on file".to_owned() };
    assert_eq!(desk.hall.act(&desk.one, &admit), Err(Refusal::NotAllowed));
    desk.hall.act(&desk.reviewer, &admit).unwrap();
    desk.hall.enter(&late).expect("it was admitted");
    let other = device.report(0, |report| report.device_sequence = 8);
    assert_eq!(desk.hall.enter(&other), Err(Refusal::RevokedKey), "that one only");
}

#[test]
fn a_revoked_person_signs_nothing_any_more_and_what_they_signed_stands() {
    let mut desk = Desk::new();
    let decided = desk.decide(|_| {}).unwrap();
    let revoke = desk.hall.party.revoke(desk.reviewer.key.public().id());
    desk.hall.enter(&revoke).unwrap();
    assert_eq!(desk.decide(|decision| decision.report = None), Err(Refusal::NotAllowed));
    let last = desk.hall.state.review().decision(PrecinctNumber(0)).unwrap();
    assert_eq!((last.signed.id, last.signed.person), (decided, 10));
}

#[test]
fn withholding_takes_two_people_and_changes_no_number() {
    let mut desk = Desk::new();
    let release = desk.release(&[(0, desk.reports[0], None)]);
    let before = desk.released().statewide;
    let why = "a name was typed as a reason".to_owned();
    let withhold = Withhold { message: desk.reports[0], why };
    assert_eq!(desk.hall.act(&desk.one, &withhold), Err(Refusal::NotAllowed));
    let admin = Worker::new(1, Role::Admin);
    desk.hall.employ(&[&admin]);
    let id = desk.hall.act(&admin, &withhold).unwrap();
    assert!(desk.hall.state.review().withheld(desk.reports[0]).is_none());
    let again = Withhold { why: "it names a volunteer".to_owned(), ..withhold };
    let again = desk.hall.act(&admin, &again).unwrap();
    let review = desk.hall.state.review();
    let waits = review.awaited(desk.hall.now_ms)[0].1;
    assert_eq!(waits, Awaited::Withholding(desk.reports[0], "a name was typed as a reason"));
    desk.hall.act(&desk.two, &Approve { approves: id }).unwrap();
    let review = desk.hall.state.review();
    assert_eq!(review.withheld(desk.reports[0]).unwrap().person, 21);
    assert_eq!(review.awaited(desk.hall.now_ms), [], "it cannot be withheld once more");
    let approved = desk.hall.act(&desk.two, &Approve { approves: again });
    assert_eq!(approved, Err(Refusal::NotAllowed));
    assert_eq!(desk.released().statewide, before);
    assert_eq!(desk.released().precincts[0].release, release);
}

/// What was written in an earlier round of a rehearsal is still in the log.
#[test]
fn what_is_withheld_stays_so_in_the_next_round() {
    let mut hall = Hall::open_in(Room::Rehearsal);
    let (admin, manager) = (Worker::new(1, Role::Admin), Worker::new(20, Role::ReleaseManager));
    hall.employ(&[&admin, &manager]);
    let [first, second] = [1, 2].map(|byte| MessageId([byte; 32]));
    let why = || "a name was typed as a reason".to_owned();
    let asked = hall.act(&admin, &Withhold { message: first, why: why() }).unwrap();
    hall.act(&manager, &Approve { approves: asked }).unwrap();
    let asked = hall.act(&admin, &Withhold { message: second, why: why() }).unwrap();
    hall.enter(&hall.party.round(2)).unwrap();
    assert!(hall.state.review().withheld(first).is_some());
    hall.act(&manager, &Approve { approves: asked }).unwrap();
    assert_eq!(hall.state.review().all_withheld().len(), 2);
}

#[test]
fn t66_what_a_copy_showed_and_what_was_decided_is_entered_by_those_who_release() {
    let mut desk = Desk::new();
    let release = desk.release(&[(0, desk.reports[0], None)]);
    let compared = CopyCompared {
        copy: CopyDigest::of(b"precinct_id,candidate"),
        whose: "the national party".to_owned(),
        compared_with: Some(release),
        precincts: 2,
        cells: 5,
        decision: CopyDecision::GoOn,
        why: "it is of the evening before".to_owned(),
    };
    let act = |change: &dyn Fn(&mut CopyCompared)| {
        let mut changed = compared.clone();
        change(&mut changed);
        Act::CopyCompared(changed)
    };
    for worker in [&Worker::new(10, Role::Reviewer), &Worker::new(30, Role::Observer)] {
        assert_eq!(desk.hall.act(worker, &act(&|_| {})), Err(Refusal::NotAllowed));
    }
    let stranger = Worker::new(77, Role::ReleaseManager);
    assert_eq!(desk.hall.act(&stranger, &act(&|_| {})), Err(Refusal::NotAllowed));
    let unsound: [&dyn Fn(&mut CopyCompared); 6] = [
        &|act| act.whose.clear(),
        &|act| act.whose = "x".repeat(61),
        &|act| act.why = "two\nlines".to_owned(),
        &|act| act.cells = 1,
        &|act| (act.precincts, act.cells) = (0, 1),
        &|act| act.precincts = 0,
    ];
    for change in unsound {
        assert_eq!(desk.hall.act(&desk.one, &act(change)), Err(Refusal::OverLimit));
    }
    let of_a_report = act(&|act| act.compared_with = Some(MessageId([7; 32])));
    assert_eq!(desk.hall.act(&desk.one, &of_a_report), Err(Refusal::UnknownSubject));
    assert!(desk.hall.state.review().copies().is_empty());

    let preview = desk.hall.state.review().previews()[0].signed.id;
    let admin = Worker::new(1, Role::Admin);
    desk.hall.employ(&[&admin]);
    desk.hall.act(&desk.one, &act(&|_| {})).unwrap();
    desk.hall.act(&admin, &act(&|act| act.compared_with = Some(preview))).unwrap();
    let same = act(&|act| (act.precincts, act.cells, act.compared_with) = (0, 0, None));
    let last = desk.hall.act(&desk.two, &same).unwrap();
    let copies = desk.hall.state.review().copies();
    let people: Vec<u32> = copies.iter().map(|one| one.signed.person).collect();
    assert_eq!((people, copies[0].compared.cells), (vec![20, 1, 21], 5));
    // It is everyone's at once, and what it does not say itself is not changed by it.
    let (_, message) = desk.hall.log.last().unwrap();
    assert_eq!((message.id(), desk.hall.state.audience(message)), (last, Audience::Everyone));
    assert!(desk.hall.state.review().stops().is_empty());
}

#[test]
fn what_counts_in_each_precinct_can_be_added_up_before_it_is_released() {
    let mut desk = Desk::new();
    let all = Released::of_candidates(&desk.hall.state).unwrap();
    assert_eq!(all.statewide.precincts_released, 4);
    desk.decide(|decision| decision.report = None).unwrap();
    let without = Released::of_candidates(&desk.hall.state).unwrap();
    assert!(without.precinct(PrecinctNumber(0)).is_none());
    assert_eq!(without.precincts[..], all.precincts[1..]);
    let batch: Vec<_> = (1..4).map(|n| (n, desk.reports[n as usize], None)).collect();
    desk.release(&batch);
    assert_eq!(desk.released().statewide, without.statewide);
}

#[test]
fn numbers_are_the_observers_from_the_preview_and_everyone_s_from_the_release() {
    let mut desk = Desk::new();
    desk.decide(|_| {}).unwrap();
    let of_precinct_0 = |desk: &Desk, kinds: &[Kind]| -> Vec<Audience> {
        let state = &desk.hall.state;
        let theirs = desk.hall.party.device(0).key.public().id();
        let mine = desk.reviewer.key.public().id();
        let messages = desk.hall.log.iter().map(|(_, message)| message);
        messages
            .filter(|message| [theirs, mine].contains(&message.key()))
            .filter(|message| kinds.contains(&message.kind()))
            .map(|message| state.audience(message))
            .collect()
    };
    let kinds = [Kind::Enrolment, Kind::Report, Kind::Decision];
    assert_eq!(of_precinct_0(&desk, &kinds), [Audience::Headquarters; 3]);
    let preview = desk.preview(&[(0, desk.reports[0], None)]).unwrap();
    assert_eq!(of_precinct_0(&desk, &kinds), [Audience::Observers; 3]);
    let release = desk.propose(preview).unwrap();
    desk.hall.wait(WINDOW);
    desk.hall.act(&desk.two, &Approve { approves: release }).unwrap();
    assert_eq!(of_precinct_0(&desk, &kinds), [Audience::Everyone; 3]);
    let others =
        desk.hall.log.iter().filter(|(_, message)| {
            message.kind() == Kind::Report && message.id() != desk.reports[0]
        });
    for (_, message) in others {
        assert_eq!(desk.hall.state.audience(message), Audience::Headquarters);
    }
    for (_, message) in &desk.hall.log {
        if !kinds.contains(&message.kind()) {
            assert_eq!(desk.hall.state.audience(message), Audience::Everyone, "{}", message.kind());
        }
    }
}

/// More people at first alignment than attended, and a delegate too many.
fn impossible(report: &mut Report) {
    report.counts[0][0] += 59;
    report.counts[2][0] += 1;
}

#[test]
fn t48_no_preview_and_no_release_names_a_precinct_with_an_open_finding() {
    let mut desk = Desk::reporting(impossible);
    let named = [(0, desk.reports[0], None)];
    assert_eq!(desk.preview(&named), Err(Refusal::OpenFinding), "nobody decided");
    let flags = desk.hall.state.flags(PrecinctNumber(0), &[]);
    let open: Vec<_> = flags.iter().filter(|flag| flag.is_open()).map(|flag| flag.name).collect();
    assert_eq!(open.len(), 2);
    desk.decide(|decision| decision.answers = open[1..].to_vec()).unwrap();
    assert_eq!(desk.preview(&named), Err(Refusal::OpenFinding), "one is still open");
    desk.decide(|decision| decision.answers.clone_from(&open)).unwrap();
    desk.release(&named);
}

#[test]
fn t48_what_is_found_after_the_preview_keeps_its_release_from_being_approved() {
    let mut desk = Desk::new();
    let preview = desk.preview(&[(0, desk.reports[0], None)]).unwrap();
    let release = desk.propose(preview).unwrap();
    desk.hall.wait(WINDOW);
    // A later package says that the precinct elects one delegate less.
    let party = &desk.hall.party;
    let mut contest = party.contest().clone();
    contest.precincts[0].delegates = contest.precincts[0].delegates.map(|delegates| delegates - 1);
    desk.hall.enter(&Package::sign(2, contest, &party.party)).unwrap();
    let approve = Approve { approves: release };
    assert_eq!(desk.hall.act(&desk.two, &approve), Err(Refusal::OpenFinding));
    // Where something is found is its own matter: the rest of the preview goes on.
    let preview = desk.preview(&[(1, desk.reports[1], None)]).unwrap();
    let release = desk.propose(preview).unwrap();
    desk.hall.wait(WINDOW);
    desk.hall.act(&desk.two, &Approve { approves: release }).unwrap();
}

/// A call in which a precinct has other numbers than its tablet sent.
fn call(desk: &mut Desk, precinct: u32, attendees: u32) -> MessageId {
    let called = desk.hall.party.device(0).report_as(precinct, |report| {
        report.channel = Channel::Hotline;
        report.attendees = attendees;
    });
    desk.hall.act(&desk.operator, &called).expect("an operator may type it")
}

#[test]
fn t28_t48_sources_that_disagree_keep_a_decided_precinct_from_every_step_of_a_release() {
    let mut desk = Desk::new();
    let named = [(0, desk.reports[0], None)];
    desk.decide(|_| {}).unwrap();
    let preview = desk.preview(&named).unwrap();
    let release = desk.propose(preview).unwrap();
    desk.hall.wait(WINDOW);
    call(&mut desk, 0, 150);
    assert_eq!(desk.preview(&named), Err(Refusal::OpenFinding));
    assert_eq!(desk.propose(preview), Err(Refusal::OpenFinding));
    let approve = Approve { approves: release };
    assert_eq!(desk.hall.act(&desk.two, &approve), Err(Refusal::OpenFinding));
    let flags = desk.hall.state.own_flags(PrecinctNumber(0));
    let open: Vec<_> = flags.iter().filter(|flag| flag.is_open()).map(|flag| flag.name).collect();
    assert_eq!(open, [DISAGREE]);
    // Whoever decides again knowingly may release it: what was previewed before was another decision.
    desk.decide(|decision| decision.answers = open).unwrap();
    assert_eq!(desk.hall.act(&desk.two, &approve), Err(Refusal::ChangedSince));
    desk.release(&named);
}

#[test]
fn t28_t56_what_a_sender_corrects_after_a_decision_keeps_the_precinct_back_until_somebody_decides_again()
 {
    let mut desk = Desk::new();
    let precinct = PrecinctNumber(0);
    let first = [(0, desk.reports[0], None)];
    desk.decide(|_| {}).unwrap();
    let correction = desk.correct(0);
    assert!(desk.hall.state.sources_disagree(precinct));
    assert_eq!(desk.preview(&first), Err(Refusal::OpenFinding));
    // The replaced report may still count, but only for somebody who says so.
    desk.decide(|_| {}).unwrap();
    assert_eq!(desk.preview(&first), Err(Refusal::OpenFinding));
    desk.decide(|decision| decision.answers = vec![DISAGREE]).unwrap();
    assert!(!desk.hall.state.sources_disagree(precinct));
    desk.preview(&first).unwrap();
    // The corrected one counts without another word.
    desk.decide(|decision| decision.report = Some(correction)).unwrap();
    desk.release(&[(0, correction, None)]);
}

#[test]
fn sources_that_differ_are_named_by_how_they_came_and_by_their_entries_where_several_came_so() {
    let mut desk = Desk::new();
    let precinct = PrecinctNumber(0);
    desk.decide(|_| {}).unwrap();
    call(&mut desk, 0, 150);
    let said = |desk: &Desk| -> Vec<String> {
        let state = &desk.hall.state;
        let Candidate::Report(counts) = state.candidate(precinct) else { panic!("none counts") };
        let found = state.between_sources(precinct, counts, state.heads(precinct)).into_iter();
        let contest = desk.hall.party.contest();
        let said = found.map(|finding| finding.headquarters_parts(contest, Language::English).0);
        said.filter_map(|said| Some(said.split_once(" differ: ")?.0.to_owned())).collect()
    };
    assert_eq!(said(&desk), ["The tablet’s report and the report typed from a call"]);
    let correction = desk.correct(0);
    let entry = |id: MessageId| desk.hall.log.iter().position(|(entry, _)| entry.message == id);
    let [first, second] = [desk.reports[0], correction].map(|id| entry(id).expect("it is there"));
    let first = format!("The tablet’s report (entry {first}) and ");
    assert_eq!(
        said(&desk),
        [
            format!("{first}the report typed from a call"),
            format!("{first}the tablet’s report (entry {second})")
        ]
    );
}

#[test]
fn t28_t56_what_a_sender_corrects_after_the_release_of_a_decided_precinct_reopens_it() {
    let mut desk = Desk::new();
    let standing = |desk: &Desk| desk.hall.state.standing(PrecinctNumber(0), &[]);
    desk.decide(|_| {}).unwrap();
    desk.release(&[(0, desk.reports[0], None)]);
    assert_eq!(standing(&desk), Standing::Released);
    let correction = desk.correct(0);
    assert_eq!(standing(&desk), Standing::Reopened);
    let across = desk.hall.state.across(Layer::Certified);
    assert!(
        across.of(PrecinctNumber(0)).iter().any(|flag| flag.name == DISAGREE && flag.is_open())
    );
    desk.decide(|decision| decision.report = Some(correction)).unwrap();
    desk.release(&[(0, correction, Some(Cause::Precinct))]);
    assert_eq!(standing(&desk), Standing::Corrected);
}

#[test]
fn t28_sources_that_agree_keep_nothing_back() {
    let mut desk = Desk::new();
    desk.decide(|_| {}).unwrap();
    let called = desk.hall.party.device(0).report_as(0, |report| report.channel = Channel::Hotline);
    desk.hall.act(&desk.operator, &called).unwrap();
    desk.release(&[(0, desk.reports[0], None)]);
}

#[test]
fn t48_a_precinct_goes_from_missing_to_corrected_and_an_open_finding_holds_it_back() {
    let mut desk = Desk::reporting(impossible);
    let standing = |desk: &Desk, precinct: u32| {
        let precinct = PrecinctNumber(precinct);
        let flags = desk.hall.state.flags(precinct, &[]);
        desk.hall.state.standing(precinct, &flags)
    };
    assert_eq!(standing(&desk, 9), Standing::Missing);
    assert_eq!(standing(&desk, 0), Standing::Flagged);
    let flags = desk.hall.state.flags(PrecinctNumber(0), &[]);
    let open: Vec<_> = flags.iter().filter(|flag| flag.is_open()).map(|flag| flag.name).collect();
    desk.decide(|decision| decision.answers = open[1..].to_vec()).unwrap();
    assert_eq!(standing(&desk, 0), Standing::Flagged, "one is still open");
    desk.decide(|decision| decision.answers.clone_from(&open)).unwrap();
    assert_eq!(standing(&desk, 0), Standing::Consistent);
    // A second source with the same numbers, and the answers hold for what was there then.
    let other = desk.hall.party.device(9);
    desk.hall.enter(&other.enrolment(0)).unwrap();
    desk.hall.enter(&other.report(0, impossible)).unwrap();
    assert_eq!(standing(&desk, 0), Standing::Flagged, "a report came after the answer");
    desk.decide(|decision| decision.answers.clone_from(&open)).unwrap();
    assert_eq!(standing(&desk, 0), Standing::Consistent, "two tablets of one invitation are one");
    let called = desk.hall.party.device(0).report_as(0, |report| {
        impossible(report);
        report.channel = Channel::Hotline;
    });
    desk.hall.act(&desk.operator, &called).unwrap();
    desk.decide(|decision| decision.answers.clone_from(&open)).unwrap();
    assert_eq!(standing(&desk, 0), Standing::Verified);
    let first = desk.reports[0];
    desk.release(&[(0, first, None)]);
    assert_eq!(standing(&desk, 0), Standing::Released);
    let device = desk.hall.party.device(0);
    let correction = device.correction(0, &device.report(0, impossible));
    desk.hall.enter(&correction).unwrap();
    let correction = correction.id();
    desk.decide(|decision| {
        decision.report = Some(correction);
        decision.answers = vec![DISAGREE];
    })
    .unwrap();
    assert_eq!(standing(&desk, 0), Standing::Reopened);
    desk.release(&[(0, correction, Some(Cause::Precinct))]);
    assert_eq!(standing(&desk, 0), Standing::Corrected);
}

#[test]
fn t51_t28_what_looks_beyond_a_precinct_is_answered_like_the_rest() {
    let mut desk = Desk::new();
    let precinct = PrecinctNumber(0);
    let other = desk.hall.party.device(9);
    let checks = |desk: &Desk| -> Vec<u8> {
        let across = desk.hall.state.across(Layer::Night);
        let flags = desk.hall.state.flags(precinct, across.of(precinct));
        flags.iter().filter(|flag| flag.is_open()).map(|flag| flag.name.check).collect()
    };
    assert!(checks(&desk).contains(&101), "the bare test reports are all alike");
    assert!(!checks(&desk).contains(&102), "it has one source");
    desk.hall.enter(&other.enrolment(0)).unwrap();
    let called = desk.hall.party.device(0).report_as(0, |report| {
        report.channel = Channel::Hotline;
        report.attendees = 150;
    });
    desk.hall.act(&desk.operator, &called).unwrap();
    assert_eq!(desk.hall.state.candidate(precinct), Candidate::InConflict);
    assert!(checks(&desk).is_empty(), "nothing counts yet");
    desk.decide(|_| {}).unwrap();
    assert!(checks(&desk).contains(&102), "the other source still says something else");
    let across = desk.hall.state.across(Layer::Night);
    let flags = desk.hall.state.flags(precinct, across.of(precinct));
    let mut open: Vec<_> =
        flags.iter().filter(|flag| flag.is_open()).map(|flag| flag.name).collect();
    open.sort_unstable();
    open.dedup();
    desk.decide(|decision| decision.answers.clone_from(&open)).unwrap();
    assert!(checks(&desk).is_empty(), "all of it was answered");
}

#[test]
fn t51_a_pair_is_answered_by_a_decision_about_either_of_its_precincts() {
    let mut desk = Desk::new();
    let same = FindingName { check: 101, group: None };
    let is_open = |desk: &Desk, number| {
        let precinct = PrecinctNumber(number);
        let across = desk.hall.state.across(Layer::Night);
        let of = |flag: &&Flag| flag.name == same;
        let flags = desk.hall.state.flags(precinct, across.of(precinct));
        assert!(flags.iter().any(|flag| of(&flag)), "its numbers are those of others");
        flags.iter().filter(of).any(Flag::is_open)
    };
    desk.decide(|decision| decision.answers = vec![same]).unwrap();
    assert!(!is_open(&desk, 0));
    assert!(is_open(&desk, 1), "its pairs with 2 and 3 were seen by nobody");
    desk.release(&[(0, desk.reports[0], None)]);

    // A twin comes in after the release. Who decides about it answers for both.
    let called = |desk: &mut Desk, more| {
        let report = desk.hall.party.device(0).report_as(4, |report| {
            report.channel = Channel::Hotline;
            report.attendees += more;
        });
        desk.hall.act(&desk.operator, &report).unwrap()
    };
    let twin = called(&mut desk, 0);
    assert!(is_open(&desk, 0), "nobody who decided saw this pair");
    let about_the_twin = |desk: &mut Desk, answers| {
        let precinct = PrecinctNumber(4);
        let after = desk.hall.state.review().decision(precinct).map(|last| last.signed.id);
        let report = Some(twin);
        desk.decide(|it| *it = Decision { precinct, report, after, answers, ..it.clone() })
            .unwrap();
    };
    about_the_twin(&mut desk, vec![]);
    assert!(is_open(&desk, 0) && is_open(&desk, 4), "it says nothing of the pair");
    about_the_twin(&mut desk, vec![same]);
    assert!(!is_open(&desk, 0) && !is_open(&desk, 4));

    // Another report of the twin opens what was answered about it.
    called(&mut desk, 1);
    assert!(is_open(&desk, 0) && is_open(&desk, 4));
}

#[test]
fn t62_what_a_preview_found_across_precincts_is_not_changed_by_what_comes_later() {
    let mut desk = Desk::new();
    let found = |desk: &Desk, preview: MessageId| {
        let state = &desk.hall.state;
        let contest = &state.package().expect("there is one").contest;
        state.across_preview(contest, state.review().preview(preview).expect("it was entered"))
    };
    let first = desk.preview(&[(0, desk.reports[0], None)]).unwrap();
    assert!(found(&desk, first).is_empty(), "the others were shown to nobody");
    let second = desk.preview(&[(1, desk.reports[1], None)]).unwrap();
    let of_the_second = found(&desk, second);
    let [equal, _] = of_the_second.as_slice() else { panic!("two counts: {of_the_second:?}") };
    assert_eq!(equal.scope, Scope::Precinct(1), "what the first one names was told with it");
    assert_eq!(equal.other_precincts().collect::<Vec<_>>(), [0]);

    desk.release(&[(2, desk.reports[2], None)]);
    let correction = desk.correct(0);
    desk.decide(|decision| decision.report = Some(correction)).unwrap();
    desk.preview(&[(0, correction, None), (3, desk.reports[3], None)]).unwrap();
    let called = desk.hall.party.device(0).report_as(1, |report| {
        report.channel = Channel::Hotline;
        report.attendees = 150;
    });
    desk.hall.act(&desk.operator, &called).unwrap();
    assert!(found(&desk, first).is_empty());
    assert_eq!(found(&desk, second), of_the_second);
    let withhold = Withhold { message: desk.reports[1], why: "a person is named".to_owned() };
    let admin = Worker::new(1, Role::Admin);
    desk.hall.employ(&[&admin]);
    let withhold = desk.hall.act(&admin, &withhold).unwrap();
    desk.hall.act(&desk.two, &Approve { approves: withhold }).unwrap();
    assert!(found(&desk, second).is_empty(), "nothing is said of a report that was withheld");
}

#[test]
fn a_log_that_is_begun_again_carries_releases_although_all_comes_at_once() {
    let mut desk = Desk::new();
    desk.decide(|_| {}).unwrap();
    desk.release(&[(0, desk.reports[0], None), (2, desk.reports[2], None)]);
    let party = &desk.hall.party;
    let old = &desk.hall.log;
    let act = party.begun_again(|act| act.carried.size = old.len() as u64);
    let mut again = RoomState::new("practice", party.room, party.party.public());
    let now_ms = desk.hall.now_ms + 1_000_000;
    let carried = std::iter::once(&act).chain(old.iter().map(|(_, message)| message));
    for (index, message) in (0..).zip(carried) {
        again.judge(message, now_ms).unwrap_or_else(|refusal| panic!("entry {index}: {refusal}"));
        let entry = Entry { kind: message.kind(), time_ms: now_ms, message: message.id() };
        again.apply(index, &entry, message).expect("it was judged good");
    }
    let released = Released::of(&again, Layer::Night).expect("there is a package");
    assert_eq!(released.statewide, desk.released().statewide);
    // What comes new has to wait for its window again.
    let preview = Preview {
        number: 2,
        name: "Batch 2".to_owned(),
        layer: Layer::Night,
        precincts: vec![PreviewedPrecinct {
            precinct: PrecinctNumber(1),
            report: Some(desk.reports[1]),
            decision: None,
            cause: None,
        }],
        despite: None,
    };
    desk.hall.state = again;
    let preview = desk.one.sign(&desk.hall, &preview);
    let release = desk.one.sign(&desk.hall, &Release { preview: preview.id(), left_out: vec![] });
    for message in [&preview, &release] {
        let entry = Entry { kind: message.kind(), time_ms: now_ms, message: message.id() };
        desk.hall.state.judge(message, now_ms).expect("it is in order");
        desk.hall.state.apply(desk.hall.state.size(), &entry, message).expect("it was judged");
    }
    let approve = desk.two.approve(&desk.hall, release.id());
    assert_eq!(desk.hall.state.judge(&approve, now_ms + 1), Err(Refusal::WindowOpen));
    desk.hall.state.judge(&approve, now_ms + WINDOW * 60_000).expect("the window is over");
}

#[test]
fn released_results_are_a_function_of_the_log() {
    let mut desk = Desk::new();
    desk.decide(|_| {}).unwrap();
    desk.release(&[(0, desk.reports[0], None), (2, desk.reports[2], None)]);
    let party = desk.hall.party.party.public();
    let mut again = RoomState::new("practice", desk.hall.party.room, party);
    for (index, (entry, message)) in (0..).zip(&desk.hall.log) {
        again.judge(message, entry.time_ms).expect("it was judged so before");
        again.apply(index, entry, message).expect("it was entered");
    }
    assert_eq!(Released::of(&again, Layer::Night), Some(desk.released()));
}

#[test]
fn a_later_package_changes_no_release_that_took_effect_before() {
    let mut desk = Desk::new();
    desk.decide(|_| {}).unwrap();
    desk.release(&[(0, desk.reports[0], None), (2, desk.reports[2], None)]);
    let before = desk.released();
    let sde = |released: &Released| released.statewide.sde.clone();
    let party = &desk.hall.party;
    let mut contest = party.contest().clone();
    contest.counties.iter_mut().for_each(|county| county.state_delegates *= 2);
    let package = Package::sign(2, contest, &party.party);
    desk.hall.enter(&package).expect("a newer package");
    let state = &desk.hall.state;
    assert_ne!(sde(&desk.released()), sde(&before), "what stands now is worked out by the new one");
    let release = state.review().effective().next().expect("it took effect");
    let then = Released::when(state, release).expect("it took effect");
    assert_eq!((sde(&then), then.package.number), (sde(&before), 1));
}

/// Two precincts released, one left out, one previewed only; somebody with the public messages alone judges all of them as the
/// server did.
#[test]
fn t69_public_messages_alone_are_judged_as_all_of_them_and_give_the_same_results() {
    let mut desk = Desk::new();
    desk.decide(|_| {}).unwrap();
    let named: Vec<_> = (0..3).map(|n| (n, desk.reports[n as usize], None)).collect();
    let preview = desk.preview(&named).unwrap();
    let release = Release { preview, left_out: vec![PrecinctNumber(2)] };
    let release = desk.hall.act(&desk.one, &release).unwrap();
    desk.hall.wait(WINDOW);
    desk.hall.act(&desk.two, &Approve { approves: release }).unwrap();
    desk.preview(&[(3, desk.reports[3], None)]).unwrap();

    let state = &desk.hall.state;
    let publication = state.publication();
    let precincts = desk.hall.party.contest().precincts.len() as u32;
    assert_eq!(*publication.unreleased(), (2..precincts).map(PrecinctNumber).collect());
    assert_eq!(publication.released_with(desk.reports[0]), Some(PrecinctNumber(0)));
    assert_eq!(publication.unreleased_enrolments_max(), 2 * 3);
    let unpublished = publication.unreleased().clone();
    let empty = |unpublished| {
        let party = desk.hall.party.party.public();
        RoomState::of_public_messages("practice", state.room(), party, unpublished)
    };
    let follow = |mut to: RoomState, left_out: Option<MessageId>| {
        let mut passed = 0;
        for (index, (entry, message)) in (0..).zip(&desk.hall.log) {
            let everyone = state.audience(message) == Audience::Everyone;
            let hidden = publication.unpublished(entry.kind, entry.message).is_some();
            assert!(everyone || hidden, "{} {}", entry.kind, entry.message);
            if !everyone || left_out == Some(entry.message) {
                to.pass(index, entry);
                passed += 1;
                continue;
            }
            let authority = to.authority(message).map_err(|refusal| (index, refusal))?;
            to.verify(message, &authority).map_err(|refusal| (index, refusal))?;
            to.judge(message, entry.time_ms).map_err(|refusal| (index, refusal))?;
            to.apply(index, entry, message).unwrap();
        }
        Ok::<_, (u64, Refusal)>((to, passed))
    };
    let (public, passed) = follow(empty(unpublished.clone()), None).unwrap();
    assert_eq!(passed, 4, "enrolments and reports of two precincts");
    assert_eq!(Released::of(&public, Layer::Night), Released::of(state, Layer::Night));
    assert_eq!((public.size(), public.now_ms()), (state.size(), state.now_ms()));
    let refused = |followed: Result<(RoomState, u32), (u64, Refusal)>| followed.unwrap_err().1;
    assert_eq!(refused(follow(empty(Default::default()), None)), Refusal::ChangedSince);
    let of = |kind: Kind| desk.hall.log.iter().find(|(entry, _)| entry.kind == kind).unwrap().0;
    let without = |kind| refused(follow(empty(unpublished.clone()), Some(of(kind).message)));
    assert_eq!(without(Kind::Enrolment), Refusal::UnknownKey);
    assert_eq!(without(Kind::Report), Refusal::UnknownSubject);
    assert_eq!(without(Kind::Decision), Refusal::ChangedSince);
}
