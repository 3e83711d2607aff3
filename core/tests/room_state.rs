//! Who may say what in a room, and which report counts.

mod common;
#[path = "messages/hall.rs"]
mod hall;
#[path = "messages/party.rs"]
mod party;

use countersign_core::id::PrecinctNumber;
use countersign_core::log::Entry;
use countersign_core::message::{Message, Package, Reason};
use countersign_core::refusal::Refusal;
use countersign_core::results::{Candidate, Received, RoomState, SideBySide};
use countersign_core::room::Room;
use hall::Hall;
use party::Party;
use proptest::prelude::*;

#[test]
fn the_whole_chain_from_party_to_report_is_followed() {
    let mut hall = Hall::open();
    let tablet = hall.party.device(0);
    let report = tablet.report(0, |_| {});
    assert_eq!(hall.enter(&report), Err(Refusal::UnknownKey), "before its enrolment");
    hall.enter(&tablet.enrolment(0)).expect("an invited tablet enrols");
    hall.enter(&report).expect("an enrolled tablet reports");
    assert!(
        matches!(hall.state.candidate(PrecinctNumber(0)), Candidate::Report(r) if r.id == report.id())
    );
    assert_eq!(hall.received().precincts_received, 1);
}

#[test]
fn results_are_a_function_of_the_log() {
    let mut hall = Hall::open();
    for n in 0..4 {
        hall.enter(&hall.party.device(n).enrolment(n)).expect("enrols");
        hall.enter(&hall.party.device(n).report(n, |_| {})).expect("reports");
    }
    let mut again = RoomState::new("practice", Room::Official, hall.party.party.public());
    for (index, (entry, message)) in (0..).zip(&hall.log) {
        again.apply(index, entry, message).expect("it was entered");
    }
    assert_eq!(Received::of(&again), Some(hall.received()));
}

#[test]
fn a_closed_room_says_so_to_reports_and_takes_enrolments() {
    let mut hall = Hall::closed();
    hall.enter(&hall.party.invitations(&[0])).expect("invites before the room opens");
    let tablet = hall.party.device(0);
    hall.enter(&tablet.enrolment(0)).expect("enrols before the room opens");
    assert_eq!(hall.enter(&tablet.report(0, |_| {})), Err(Refusal::NotOpenYet));
    hall.enter(&hall.party.open()).expect("opens");
    hall.enter(&tablet.report(0, |_| {})).expect("the same report later");
}

#[test]
fn t08_a_key_reports_for_the_precinct_of_its_invitation_only() {
    let mut hall = Hall::open();
    let tablet = hall.party.device(0);
    hall.enter(&tablet.enrolment(0)).expect("enrols");
    assert_eq!(hall.enter(&tablet.report(1, |_| {})), Err(Refusal::WrongPrecinct));
    assert_eq!(hall.enter(&tablet.report(9999, |_| {})), Err(Refusal::WrongPrecinct));
    assert_eq!(hall.enter(&hall.party.device(5).enrolment(5)), Err(Refusal::InvitationNotValid));
}

#[test]
fn one_invitation_enrols_three_tablets_and_no_fourth() {
    let mut hall = Hall::open();
    for n in 0..3 {
        hall.enter(&hall.party.device(n).enrolment(0)).expect("one of three");
    }
    assert_eq!(hall.enter(&hall.party.device(3).enrolment(0)), Err(Refusal::InvitationNotValid));
}

#[test]
fn t31_what_a_revoked_key_sends_later_is_held_and_what_it_sent_before_stands() {
    let mut hall = Hall::open();
    let tablet = hall.party.device(0);
    hall.enter(&tablet.enrolment(0)).expect("enrols");
    let before = tablet.report(0, |_| {});
    hall.enter(&before).expect("reports");
    hall.enter(&hall.party.revoke(tablet.key.id())).expect("the admin revokes");
    assert_eq!(hall.enter(&tablet.correction(0, &before)), Err(Refusal::RevokedKey));
    assert!(
        matches!(hall.state.candidate(PrecinctNumber(0)), Candidate::Report(r) if r.id == before.id())
    );
}

#[test]
fn t31_a_key_that_was_revoked_before_its_enrolment_came_is_revoked() {
    let mut hall = Hall::open();
    let tablet = hall.party.device(0);
    hall.enter(&hall.party.revoke(tablet.key.id())).expect("the admin revokes");
    hall.enter(&tablet.enrolment(0)).expect("its invitation is good");
    assert_eq!(hall.enter(&tablet.report(0, |_| {})), Err(Refusal::RevokedKey));
}

#[test]
fn nobody_but_an_admin_invites_revokes_or_opens() {
    let mut hall = Hall::closed();
    let stranger = Party {
        admin: countersign_core::crypto::SigningKey::from_seed(&[77; 32]),
        ..Party::new(common::practice())
    };
    for message in
        [stranger.open(), stranger.invitations(&[0]), stranger.revoke(hall.party.admin.id())]
    {
        assert_eq!(hall.enter(&message), Err(Refusal::UnknownKey));
    }
}

#[test]
fn a_correction_replaces_only_a_report_of_its_own_key() {
    let mut hall = Hall::open();
    let (mine, other) = (hall.party.device(0), hall.party.device(1));
    hall.enter(&mine.enrolment(0)).expect("enrols");
    hall.enter(&other.enrolment(0)).expect("a second tablet of the invitation");
    let first = mine.report(0, |_| {});
    hall.enter(&first).expect("reports");
    assert_eq!(hall.enter(&other.correction(0, &first)), Err(Refusal::WrongSupersedes));
    let correction = mine.correction(0, &first);
    hall.enter(&correction).expect("corrects its own");
    assert!(
        matches!(hall.state.candidate(PrecinctNumber(0)), Candidate::Report(r) if r.id == correction.id())
    );
}

#[test]
fn t28_sources_that_disagree_put_a_precinct_in_conflict_and_it_adds_nothing() {
    let mut hall = Hall::open();
    let (first, second) = (hall.party.device(0), hall.party.device(1));
    hall.enter(&first.enrolment(0)).expect("enrols");
    hall.enter(&second.enrolment(0)).expect("enrols");
    let one = first.report(0, |_| {});
    hall.enter(&one).expect("reports");
    hall.enter(&second.report(0, |report| report.device_time_ms += 1))
        .expect("the same numbers again");
    assert!(
        matches!(hall.state.candidate(PrecinctNumber(0)), Candidate::Report(r) if r.id == one.id())
    );
    hall.enter(&second.report(0, |report| report.counts[1][2] += 1)).expect("other numbers");
    assert_eq!(hall.state.candidate(PrecinctNumber(0)), Candidate::InConflict);
    let received = hall.received();
    assert_eq!((received.precincts_received, received.precincts_in_conflict), (0, 1));
    assert!(received.totals.iter().all(|total| total.groups.iter().all(|&sum| sum == 0)));
}

#[test]
fn t78_who_rehearses_again_begins_again_and_only_in_rehearsal() {
    let heads = |room| {
        let mut hall = Hall::open_in(room);
        let (mine, other) = (hall.party.device(0), hall.party.device(1));
        hall.enter(&mine.enrolment(0)).expect("enrols");
        hall.enter(&other.enrolment(0)).expect("a second tablet of the invitation");
        let first = mine.report(0, |_| {});
        let corrected = mine.correction(0, &first);
        let others = other.report(0, |report| report.device_time_ms += 1);
        let again = mine.report(0, |report| report.device_sequence = 3);
        for report in [&first, &corrected, &others, &again] {
            hall.enter(report).expect("reports");
        }
        let heads = hall.state.heads(PrecinctNumber(0)).map(|head| head.id).collect::<Vec<_>>();
        (heads, [corrected.id(), others.id(), again.id()])
    };
    let (found, [_, others, again]) = heads(Room::Rehearsal);
    assert_eq!(found, [others, again], "another tablet's rehearsal still stands beside it");
    let (found, all) = heads(Room::Official);
    assert_eq!(
        found, all,
        "an official report is replaced by a correction that names it, and no other way"
    );
}

#[test]
fn a_report_outside_the_limits_is_refused_and_one_that_does_not_add_up_is_not() {
    let mut hall = Hall::open();
    let tablet = hall.party.device(0);
    hall.enter(&tablet.enrolment(0)).expect("enrols");
    let refused = [
        tablet.report(0, |r| r.attendees = 100_001),
        tablet.report(0, |r| r.counts[0][0] = 100_001),
        tablet.report(0, |r| r.counts.truncate(2)),
        tablet.report(0, |r| r.counts[1].push(0)),
        tablet.report(0, |r| r.acknowledged[0].group = Some(200)),
        tablet.report(0, |r| r.acknowledged[0].reason.code = "because".to_owned()),
        tablet.report(0, |r| {
            r.acknowledged[0].reason =
                Reason { code: "other".to_owned(), text: Some("x".repeat(61)) }
        }),
        tablet.report(0, |r| r.lots[0].winners = vec![2]),
        tablet.report(0, |r| r.app_version = "v".repeat(33)),
    ];
    for (n, message) in refused.iter().enumerate() {
        assert_eq!(hall.enter(message), Err(Refusal::OverLimit), "{n}");
    }
    assert_eq!(hall.enter(&tablet.report(0, |r| r.revision = 2)), Err(Refusal::WrongSupersedes));
    assert_eq!(
        hall.enter(&tablet.report(0, |r| r.package = countersign_core::id::MessageId([0; 32]))),
        Err(Refusal::UnknownPackage)
    );
    hall.enter(&tablet.report(0, |r| r.attendees = 1))
        .expect("what the room did is never refused for its sums");
}

/// Messages of which many change how others are judged: two precincts, five tablets, their reports and corrections, and
/// what an admin does.
fn entangled(hall: &Hall) -> Vec<Message> {
    let mut all = vec![hall.party.open(), hall.party.invitations(&[0, 1]), hall.party.people()];
    for n in 0..5 {
        let (tablet, precinct) = (hall.party.device(n), u32::from(n == 4));
        let report = tablet.report(precinct, |_| {});
        all.extend([tablet.enrolment(precinct), tablet.correction(precinct, &report), report]);
    }
    all.push(hall.party.device(0).enrolment(1));
    all.push(hall.party.revoke(hall.party.device(1).key.id()));
    all.push(hall.party.revoke(Party::code(1).key("practice").public().id()));
    all
}

proptest! {
    /// Whatever comes in whatever order: judged by what is committed, as far as messages may stand side by side, each is
    /// answered as if they had been judged one on top of the other.
    #[test]
    fn messages_side_by_side_are_judged_as_one_after_the_other(
        order in prop::collection::vec(0..21_usize, 1..60),
        prepared in any::<bool>(),
    ) {
        let mut one_by_one = if prepared { Hall::open() } else { Hall::closed() };
        let all = entangled(&one_by_one);
        prop_assert_eq!(all.len(), 21);
        let mut committed = one_by_one.state.clone();
        let mut size = one_by_one.log.len() as u64;
        let mut waiting: std::collections::VecDeque<&Message> =
            order.iter().map(|&at| &all[at]).collect();
        let mut judged = Vec::new();
        while !waiting.is_empty() {
            let mut together = SideBySide::default();
            let mut good = Vec::new();
            while let Some(message) = waiting.front().copied().filter(|message| together.admits(message))
            {
                let judgement = committed.judge(message, 1);
                if judgement.is_ok() {
                    together.add(message);
                    good.push(message);
                }
                judged.push(judgement);
                waiting.pop_front();
            }
            for message in good {
                let entry = Entry { kind: message.kind(), time_ms: 1, message: message.id() };
                committed.apply(size, &entry, message).expect("it was judged good");
                size += 1;
            }
        }
        let expected: Vec<_> = order
            .iter()
            .map(|&at| {
                let message = &all[at];
                one_by_one.state.judge(message, 1)?;
                let index = one_by_one.log.len() as u64;
                let entry = Entry { kind: message.kind(), time_ms: 1, message: message.id() };
                one_by_one.state.apply(index, &entry, message)?;
                one_by_one.log.push((entry, message.clone()));
                Ok(())
            })
            .collect();
        prop_assert_eq!(judged, expected);
        prop_assert_eq!(Received::of(&committed), Received::of(&one_by_one.state));
    }
}

#[test]
fn the_package_that_is_the_newest_says_how_many_tablets_an_invitation_enrols() {
    let mut hall = Hall::open();
    let allow = |hall: &mut Hall, number, tablets_per_invitation| {
        let mut contest = hall.party.contest().clone();
        contest.limits.tablets_per_invitation = tablets_per_invitation;
        let package = Package::sign(number, contest, &hall.party.party);
        hall.enter(&package).expect("a newer package");
    };
    let enrol = |hall: &mut Hall, n| hall.enter(&hall.party.device(n).enrolment(0));
    // Invitations of four precincts.
    let most = |hall: &Hall| hall.state.publication().unreleased_enrolments_max();
    assert_eq!(most(&hall), 4 * 3, "where it says nothing");
    allow(&mut hall, 2, 1);
    enrol(&mut hall, 0).expect("the first");
    assert_eq!(enrol(&mut hall, 10), Err(Refusal::InvitationNotValid));
    allow(&mut hall, 3, 2);
    enrol(&mut hall, 10).expect("the second");
    assert_eq!(enrol(&mut hall, 11), Err(Refusal::InvitationNotValid));
    // A package that allows fewer takes nothing back.
    allow(&mut hall, 4, 1);
    assert_eq!(most(&hall), 4 * 3);
    hall.enter(&hall.party.device(10).report(0, |_| {})).expect("the second reports");
    assert_eq!(hall.enter(&hall.party.device(12).enrolment(1)), Ok(()), "of another invitation");
    assert_eq!(hall.enter(&hall.party.device(13).enrolment(1)), Err(Refusal::InvitationNotValid));
}
