//! Early votes, on a made-up contest: kept apart, worked with together (T20).

mod common;

use countersign_core::audit::{self, Audit};
use countersign_core::checks;
use countersign_core::contest::{self, Contest, EarlyVotes};
use countersign_core::crypto::SigningKey;
use countersign_core::message::Package;
use countersign_core::rules;

fn in_person() -> Vec<u8> {
    std::fs::read(common::folder("early-votes-example").join("results/in-person.csv"))
        .expect("it is in the repository")
}

fn audit_of(contest: &Contest) -> Audit {
    audit::audit(contest, "in-person.csv", &in_person()).expect("it has no mistake")
}

/// The contest as it was before there was a file of early votes.
fn before() -> Contest {
    let mut files = common::files("early-votes-example");
    let toml = String::from_utf8(files["contest.toml"].clone()).expect("it is text");
    let line = "early_votes = \"early.csv\"\n";
    assert!(toml.contains(line));
    files.insert("contest.toml".to_owned(), toml.replace(line, "").into_bytes());
    contest::read(&files).expect("it has no mistake")
}

#[test]
fn t20_early_and_in_person_counts_are_kept_apart_and_their_sum_feeds_the_rules() {
    let contest = common::early();
    let early = contest.early_votes_of(0).expect("there are some");
    let expected = EarlyVotes {
        precinct: 0,
        attendees: 20,
        first: vec![4, 5, 11, 0],
        last: vec![4, 5, 11, 0],
    };
    assert_eq!(*early, expected);
    assert_eq!(contest.early_votes_of(3), None, "nobody voted early there");

    // 4 of 40 are not viable in the room; with the 11 of 20 who voted early they are.
    let room = common::figures(40, [&[20, 14, 4, 2], &[21, 15, 4, 0], &[2, 2, 1, 0]]);
    let both = contest.with_early_votes(0, &room);
    assert_eq!(both, common::figures(60, [&[24, 19, 15, 2], &[25, 20, 15, 0], &[2, 2, 1, 0]]));
    assert_eq!(room.attendees, Some(40), "the room's figures stay what they were");
    let award = |attendees, people: &[u32]| {
        rules::award(&contest.rules, 5, attendees, people, &[]).delegates
    };
    assert_eq!(award(40, &[21, 15, 4, 0]), Some(vec![3, 2, 0, 0]), "the room alone");
    assert_eq!(award(60, &[25, 20, 15, 0]), Some(vec![2, 2, 1, 0]), "with the early votes");
    assert_eq!(checks::check(&contest, 0, &both, &[]).findings, []);
    assert!(!checks::check(&contest, 0, &room, &[]).findings.is_empty());
    // Where the contest has none for a precinct, the room is all there is.
    assert_eq!(contest.with_early_votes(3, &room), room);
}

#[test]
fn t20_an_empty_cell_stays_empty_beside_early_votes() {
    let contest = common::early();
    let mut room = common::figures(40, [&[20, 14, 4, 2], &[0; 4], &[0; 4]]);
    room.attendees = None;
    room.counts[1] = vec![None; 4];
    let both = contest.with_early_votes(0, &room);
    assert_eq!((both.attendees, &both.counts[1]), (None, &vec![None; 4]));
    assert_eq!(both.counts[0], [Some(24), Some(19), Some(15), Some(2)]);
}

#[test]
fn t20_the_audit_adds_early_votes_to_what_was_counted_in_the_rooms() {
    let audit = audit_of(&common::early());
    let facts: Vec<_> = audit
        .rows
        .iter()
        .map(|row| (row.precinct_id.as_str(), row.agrees, row.lot, row.attendees, row.early))
        .collect();
    assert_eq!(
        facts,
        [
            ("exampleton-1", Some(true), false, Some(60), Some(20)),
            ("exampleton-2", Some(true), false, Some(18), Some(6)),
            ("sample-hills-1", Some(true), false, Some(3), Some(3)),
            ("sample-hills-2", Some(true), false, Some(9), None),
        ]
    );
    assert!(audit.rows.iter().all(|row| row.checks.is_empty() && !row.nobody));
    let wrong = String::from_utf8(in_person()).expect("it is text");
    let wrong = wrong.replace("exampleton-1,green,20,21,2,40", "exampleton-1,green,20,21,3,40");
    let contest = common::early();
    let audit = audit::audit(&contest, "x.csv", wrong.as_bytes()).expect("it has no mistake");
    let text = audit::render(&contest, &audit);
    let line =
        "exampleton-1 (Exampleton 1, Example County), elects 5, 60 attendees, 20 of them early\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn t20_a_late_file_changes_nothing_without_a_new_version() {
    let party = SigningKey::from_seed(&[1; 32]);
    let (first, second) =
        (Package::sign(1, before(), &party), Package::sign(2, common::early(), &party));
    assert_ne!(first.id(), second.id());
    let read = |bytes: &[u8]| Package::read(bytes).expect("the party signed it").1.contest;
    let (old, new) = (read(first.bytes()), read(second.bytes()));
    assert_eq!(old.early_votes, None);
    assert_eq!(new.early_votes.as_ref().map(Vec::len), Some(3));
    assert_eq!((old.check_shape(), new.check_shape()), (Ok(()), Ok(())));
    // A report is judged by the package it names. By the first one nothing is added.
    let agrees = |contest: &Contest| {
        audit_of(contest).rows.iter().map(|row| (row.agrees, row.lot)).collect::<Vec<_>>()
    };
    assert_eq!(
        agrees(&old),
        [(Some(false), false), (Some(true), true), (Some(false), false), (Some(true), false)],
        "the second precinct would have drawn a card"
    );
    assert_eq!(agrees(&new), [(Some(true), false); 4]);
    // And whoever has no early votes to carry writes the bytes that were written before there could be any.
    let mut without = new;
    without.early_votes = None;
    assert_eq!(minicbor::to_vec(&without).ok(), minicbor::to_vec(&old).ok());
}

#[test]
fn t20_mistakes_in_early_votes_are_named() {
    let found = |change: &dyn Fn(&mut contest::Files)| -> Vec<String> {
        let mut files = common::files("early-votes-example");
        change(&mut files);
        let mistakes = contest::read(&files).expect_err("there is a mistake");
        mistakes.iter().map(ToString::to_string).collect()
    };
    let replace = |files: &mut contest::Files, file: &str, from: &str, to: &str| {
        let text = String::from_utf8(files[file].clone()).expect("it is text");
        assert!(text.contains(from), "{from:?}");
        files.insert(file.to_owned(), text.replace(from, to).into_bytes());
    };
    for (from, to, mistake) in [
        (
            "exampleton-1,blue,5,5,",
            "exampleton-1,blue,6,5,",
            "early.csv:2: exampleton-1: 20 people voted early, and 21 count at first alignment; ",
        ),
        (
            "exampleton-2,green,1,2,6",
            "exampleton-2,green,1,3,6",
            "early.csv:5: exampleton-2: 6 people voted early, and 7 count at final alignment; ",
        ),
        ("1,1,3\n", "1,1,\n", "early.csv:8: sample-hills-1 has no attendees; "),
        ("sample-hills-1,green", "sample-hills-9,green", "early.csv:8: there is no precinct "),
        (
            ",first,final,attendees",
            ",first,final,delegates",
            "has delegates among its early votes;",
        ),
        (",11,11,", ",200000,11,", "early.csv:4: 200000 is more than a count may hold;"),
    ] {
        let found = found(&|files| replace(files, "early.csv", from, to));
        assert!(found.iter().any(|line| line.contains(mistake)), "{mistake:?}: {found:?}");
    }
    let both = found(&|files| {
        replace(
            files,
            "contest.toml",
            "early_votes =",
            "worksheets = \"results/in-person.csv\"\nearly_votes =",
        );
    });
    assert!(both[0].contains("a contest with early votes has worksheets too;"), "{both:?}");
    let none = found(&|files| drop(files.remove("early.csv")));
    assert!(none[0].contains("there is no file early.csv"), "{none:?}");
}

#[test]
fn t20_early_votes_that_do_not_fit_make_a_package_unsound() {
    let broken = |change: &dyn Fn(&mut Vec<EarlyVotes>)| {
        let mut contest = common::early();
        change(contest.early_votes.as_mut().expect("there are some"));
        contest.check_shape().is_err()
    };
    assert!(!broken(&|_| {}));
    assert!(broken(&|early| early[0].precinct = 4), "no such precinct");
    assert!(broken(&|early| early.swap(0, 1)), "not in order");
    assert!(broken(&|early| early[1] = early[0].clone()), "one precinct twice");
    assert!(broken(&|early| early[0].last.truncate(3)), "a group is missing");
    assert!(broken(&|early| early[0].attendees = 21), "one person is counted nowhere");
    assert!(broken(&|early| early[0].last[3] = 1), "one person is counted twice");
}
