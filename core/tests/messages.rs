//! The message formats: one spelling each, bound to contest and room, readable for ever.

mod common;
#[path = "messages/hall.rs"]
mod hall;
#[path = "messages/party.rs"]
mod party;

use std::fs;
use std::path::{Path, PathBuf};

use countersign_core::crypto::SigningKey;
use countersign_core::hand_off::HandOff;
use countersign_core::id::{CopyDigest, MessageId, PhotoDigest, PrecinctNumber};
use countersign_core::log::{Checkpoint, Entry, Tree};
use countersign_core::message::{
    Act, Admit, Answer, AnswerOutcome, Approve, Cause, CopyCompared, CopyDecision, Decision,
    Enrolment, Evidence, FindingName, Inquiry, Invitations, Kind, Layer, Message, NotCanonical,
    Notice, Objection, ObjectionReason, Package, People, Preview, PreviewedPrecinct, Question,
    Reason, Release, Reply, Report, Response, Revoke, Role, RoomAct, Scope, Stop, StopChange,
    Withdraw, Withhold,
};
use countersign_core::receipt::{Receipt, ReceiptError};
use countersign_core::room::Room;
use hall::{Hall, Worker};
use party::Party;

#[test]
fn t31_every_single_bit_of_a_signed_report_matters() {
    let party = Party::new(common::practice());
    let device = party.device(0);
    let message = device.report(0, |_| {});
    let (key, scope) = (device.key.public(), Scope::room("practice", Room::Official));
    assert!(message.verify(&key, scope));
    for position in 0..message.bytes().len() {
        for bit in 0..8 {
            let mut bytes = message.bytes().to_vec();
            bytes[position] ^= 1 << bit;
            let stands = Message::parse(&bytes).is_ok_and(|changed| {
                changed.verify(&key, scope) && changed.decode::<Report>().is_ok()
            });
            assert!(!stands, "bit {bit} of byte {position} can be changed");
        }
    }
}

#[test]
fn t31_t78_a_signature_is_bound_to_contest_room_and_kind() {
    let party = Party::new(common::practice());
    let device = party.device(0);
    let message = device.report(0, |_| {});
    let key = device.key.public();
    for scope in [
        Scope::room("practice", Room::Rehearsal),
        Scope::room("practice-2", Room::Official),
        Scope::any("practice"),
    ] {
        assert!(!message.verify(&key, scope), "{scope:?}");
    }
    assert!(
        !message.verify(&party.device(1).key.public(), Scope::room("practice", Room::Official))
    );
    assert_eq!(
        message.decode::<Enrolment>(),
        Err(NotCanonical::OtherKind { expected: Kind::Enrolment, found: Kind::Report })
    );
}

#[test]
fn t31_truncated_and_lengthened_messages_are_not_canonical() {
    let message = Party::new(common::practice()).device(0).report(0, |_| {});
    let bytes = message.bytes();
    for size in 0..bytes.len() {
        assert!(Message::parse(&bytes[..size]).is_err(), "{size} bytes");
    }
    assert!(Message::parse(&[bytes, &[0]].concat()).is_err());
    assert!(Message::parse(&[&[0xd2], bytes].concat()).is_err(), "a tagged COSE_Sign1");
}

#[test]
fn a_message_over_its_kind_s_size_is_refused_by_size() {
    let device = Party::new(common::practice()).device(0);
    let large = device.report(0, |report| report.photos = vec![PhotoDigest([1; 32]); 200]);
    assert!(matches!(
        Message::parse(large.bytes()),
        Err(NotCanonical::TooLarge { size_max: 4096, .. })
    ));
}

#[test]
fn unknown_fields_and_other_spellings_of_the_same_content_are_refused() {
    let key = SigningKey::from_seed(&[3; 32]);
    let scope = Scope::room("practice", Room::Official);
    let good = Message::sign(
        &key,
        scope,
        &RoomAct { change: countersign_core::message::RoomChange::Open, round: 1 },
    );
    assert!(good.decode::<RoomAct>().is_ok());
    // The payload {1: 1, 2: 1} is a2 01 01 02 01. Each of these says the same, or more, in another way.
    for spelling in [
        &[0xa3, 1, 1, 2, 1, 3, 1][..], // an unknown key
        &[0xa2, 2, 1, 1, 1],           // keys in another order
        &[0xa2, 1, 1, 2, 0x18, 1],     // a number in more bytes than it needs
        &[0xbf, 1, 1, 2, 1, 0xff],     // an indefinite length
        &[0xa3, 1, 1, 2, 1, 2, 1],     // a key twice
        &[0xa1, 1, 1],                 // a key missing
    ] {
        let message = resigned(&key, scope, &good, spelling);
        assert_eq!(
            message.decode::<RoomAct>(),
            Err(NotCanonical::Payload(Kind::Room)),
            "{spelling:x?}"
        );
    }
}

/// A message that is good in all but its payload.
fn resigned(key: &SigningKey, scope: Scope<'_>, like: &Message, payload: &[u8]) -> Message {
    struct Raw(Vec<u8>);
    impl minicbor::Encode<()> for Raw {
        fn encode<W: minicbor::encode::Write>(
            &self,
            e: &mut minicbor::Encoder<W>,
            (): &mut (),
        ) -> Result<(), minicbor::encode::Error<W::Error>> {
            e.writer_mut().write_all(&self.0).map_err(minicbor::encode::Error::write)
        }
    }
    impl<'b> minicbor::Decode<'b, ()> for Raw {
        fn decode(
            d: &mut minicbor::Decoder<'b>,
            (): &mut (),
        ) -> Result<Self, minicbor::decode::Error> {
            Ok(Self(d.input().to_vec()))
        }
    }
    impl countersign_core::message::Payload for Raw {
        const KIND: Kind = Kind::Room;
    }
    assert_eq!(like.kind(), Kind::Room);
    let message = Message::sign(key, scope, &Raw(payload.to_vec()));
    let read = Message::parse(message.bytes()).expect("the envelope is good");
    assert!(read.verify(&key.public(), scope));
    read
}

#[test]
fn t29_a_full_iowa_report_is_under_600_bytes_and_fits_one_qr_link_with_its_enrolment() {
    let party = Party::new(common::iowa());
    let (number, _) = party.contest().precinct_by_id("polk-dm-055").expect("it is in the roster");
    let device = party.device(number);
    let report = device.report(number, |report| {
        report.attendees = 704;
        report.counts = vec![vec![191; 14]; 3];
        report.photos = vec![PhotoDigest([7; 32]); 2];
    });
    assert!(report.bytes().len() < 600, "{} bytes", report.bytes().len());

    let hand_off =
        HandOff { room: Room::Official, messages: vec![device.enrolment(number), report] };
    let link = hand_off.to_link("https://reports.example.org");
    assert!(
        link.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b":/.".contains(&b))
    );
    assert!(link.len() < 2300, "{} characters", link.len());
    assert_eq!(HandOff::from_link(&link), Ok(hand_off.clone()));
    assert_eq!(HandOff::from_bytes(&hand_off.to_bytes()), Ok(hand_off.clone()));

    let mut bytes = hand_off.to_bytes();
    for position in 0..bytes.len() {
        bytes[position] ^= 1;
        assert_ne!(HandOff::from_bytes(&bytes), Ok(hand_off.clone()), "byte {position}");
        bytes[position] ^= 1;
    }
}

#[test]
fn t24_a_receipt_verifies_for_its_message_and_log_only_and_unchanged_only() {
    let log = SigningKey::from_seed(&[5; 32]);
    let origin = "reports.example.org/practice/official/1";
    let message = Party::new(common::practice()).device(0).report(0, |_| {});
    let mut tree = Tree::default();
    let mut mine = None;
    for n in 0..11_u64 {
        let id = if n == 6 { message.id() } else { MessageId([n as u8; 32]) };
        let entry = Entry { kind: Kind::Report, time_ms: 1_580_780_000_000 + n, message: id };
        tree.push(entry.leaf());
        if n == 6 {
            mine = Some(entry);
        }
    }
    let entry = mine.expect("the seventh entry");
    let head = Checkpoint { origin: origin.to_owned(), size: 11, root: tree.root(11) };
    let proof = tree.inclusion(6, 11).expect("6 < 11");
    let text = Receipt::write(entry, 6, &proof, &head.sign(&log));

    let keys = [log.public()];
    let receipt =
        Receipt::verify(&text, message.id(), Kind::Report, origin, &keys).expect("it is good");
    assert_eq!((receipt.index, receipt.checkpoint), (6, head));

    let verify = |text: &str| Receipt::verify(text, message.id(), Kind::Report, origin, &keys);
    assert_eq!(
        Receipt::verify(&text, MessageId([9; 32]), Kind::Report, origin, &keys),
        Err(ReceiptError::OtherMessage)
    );
    assert!(
        Receipt::verify(&text, message.id(), Kind::Report, "x/practice/official/2", &keys).is_err()
    );
    for position in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[position] ^= 1 << bit;
            if let Ok(changed) = String::from_utf8(bytes) {
                assert!(verify(&changed).is_err(), "bit {bit} of byte {position} can be changed");
            }
        }
    }
}

/// Messages of version 1 as they were once signed. They must parse, verify and say the same for ever.
/// `COUNTERSIGN_RECORD=1` writes those that are not there yet; none is ever written over.
#[test]
fn recorded_messages_of_every_version_are_still_read() {
    let party = Party::new(common::practice());
    let device = party.device(0);
    let scope = Scope::room("practice", Room::Official);
    let first = device.report(0, |_| {});
    let recorded: [(&str, Message, _, Scope<'_>); 8] = [
        ("package", party.package.clone(), party.party.public(), Scope::any("practice")),
        ("people", party.people(), party.party.public(), scope),
        ("invitations", party.invitations(&[0]), party.admin.public(), scope),
        ("revoke", party.revoke(device.key.id()), party.admin.public(), scope),
        ("room", party.open(), party.admin.public(), scope),
        ("enrolment", device.enrolment(0), device.key.public(), scope),
        ("report", device.correction(0, &first), device.key.public(), scope),
        ("act", party.begun_again(|_| {}), party.admin.public(), scope),
    ];
    for (name, now, key, scope) in recorded {
        let path = compat(name);
        if !path.exists() && std::env::var_os("COUNTERSIGN_RECORD").is_some() {
            fs::write(&path, now.bytes()).expect("the folder can be written");
        }
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let message = Message::parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(message.verify(&key, scope), "{name}");
        let says_the_same = match message.kind() {
            Kind::Package => message.decode::<Package>().map(|m| m.number == 1),
            Kind::People => message.decode().map(|m: People| Ok(m) == now.decode()),
            Kind::Invitations => message.decode().map(|m: Invitations| Ok(m) == now.decode()),
            Kind::Revoke => message.decode().map(|m: Revoke| Ok(m) == now.decode()),
            Kind::Room => message.decode().map(|m: RoomAct| Ok(m) == now.decode()),
            Kind::Enrolment => message.decode().map(|m: Enrolment| Ok(m) == now.decode()),
            Kind::Act => message.decode().map(|m: Act| Ok(m) == now.decode()),
            // It names the package by the bytes of its day.
            _ => message.decode().map(|m: Report| {
                let now: Report = now.decode().expect("it was just signed");
                let (package, supersedes) = (m.package, m.supersedes);
                m == Report { package, supersedes, ..now }
            }),
        };
        assert_eq!(says_the_same, Ok(true), "{name}");
    }
}

/// One act of each kind by which people review and release, with every field that it may have.
fn acts(hall: &Hall) -> Vec<(&'static str, Worker, Message)> {
    let reviewer = || Worker::new(10, Role::Reviewer);
    let manager = || Worker::new(20, Role::ReleaseManager);
    let id = |byte: u8| MessageId([byte; 32]);
    let precinct = PrecinctNumber(3);
    let why = || "the sheet says so".to_owned();
    let decision = Decision {
        precinct,
        report: Some(id(1)),
        evidence: Evidence::Sheet,
        why: why(),
        answers: vec![
            FindingName { check: 2, group: None },
            FindingName { check: 103, group: Some(4) },
        ],
        after: Some(id(2)),
        overrides: Some(id(2)),
    };
    let preview = Preview {
        number: 2,
        name: "Second batch".to_owned(),
        layer: Layer::Recanvass,
        precincts: vec![
            PreviewedPrecinct { precinct, report: Some(id(1)), decision: Some(id(3)), cause: None },
            PreviewedPrecinct {
                precinct: PrecinctNumber(9),
                report: None,
                decision: None,
                cause: Some(Cause::Batch),
            },
        ],
        despite: None,
    };
    let despite = Preview { despite: Some(why()), ..preview.clone() };
    let objection = Objection {
        preview: id(4),
        precinct,
        reason: ObjectionReason::NotAsOnTheSheet,
        why: why(),
        evidence: Some(PhotoDigest([5; 32])),
    };
    let answer = Answer { objection: id(6), outcome: AnswerOutcome::LeftOut, why: why() };
    let question = Question {
        precinct,
        report: id(1),
        findings: vec![
            FindingName { check: 3, group: None },
            FindingName { check: 4, group: Some(2) },
        ],
        words: "Did 12 people leave before the final count?".to_owned(),
        number: 2,
    };
    let reason =
        Reason { code: "other".to_owned(), text: Some("two families went home".to_owned()) };
    let begin =
        Stop { change: StopChange::Begin, minutes: Some(60), stop: None, why: why(), number: 1 };
    let compared = CopyCompared {
        copy: CopyDigest([9; 32]),
        whose: "the national party".to_owned(),
        compared_with: Some(id(8)),
        precincts: 3,
        cells: 11,
        decision: CopyDecision::Stop,
        why: why(),
    };
    let inquiry = Inquiry {
        number: 3,
        words: "When is the next release?".to_owned(),
        precinct: Some(precinct),
    };
    let response =
        Response { inquiry: id(10), words: "Before nine, if nothing is found.".to_owned() };
    let notice = Notice {
        number: 2,
        words: "All worksheets of three counties are looked at once more.".to_owned(),
        next_ms: Some(1_580_788_800_000),
    };
    let (one, two) = (reviewer(), manager());
    let observer = Worker::new(30, Role::Observer);
    let admin = Worker::new(1, Role::Admin);
    vec![
        ("admit", reviewer(), one.sign(hall, &Admit { message: id(7), why: why() })),
        ("decision", reviewer(), one.sign(hall, &decision)),
        ("answer", reviewer(), one.sign(hall, &answer)),
        ("preview", manager(), two.sign(hall, &preview)),
        ("preview-despite", manager(), two.sign(hall, &despite)),
        (
            "release",
            manager(),
            two.sign(hall, &Release { preview: id(4), left_out: vec![precinct] }),
        ),
        ("withdraw", manager(), two.sign(hall, &Withdraw { release: id(8), why: why() })),
        ("stop", manager(), two.sign(hall, &begin)),
        ("objection", Worker::new(30, Role::Observer), observer.sign(hall, &objection)),
        (
            "withhold",
            Worker::new(1, Role::Admin),
            admin.sign(hall, &Withhold { message: id(1), why: why() }),
        ),
        ("approve", manager(), two.sign(hall, &Approve { approves: id(8) })),
        ("question", reviewer(), one.sign(hall, &question)),
        // A tablet's key signs it; the bytes are those of any key.
        ("reply", reviewer(), one.sign(hall, &Reply { question: id(9), reason })),
        ("inquiry", Worker::new(30, Role::Observer), observer.sign(hall, &inquiry)),
        ("response", reviewer(), one.sign(hall, &response)),
        ("notice", manager(), two.sign(hall, &notice)),
        ("copy-compared", manager(), two.sign(hall, &Act::CopyCompared(compared))),
    ]
}

#[test]
fn recorded_acts_of_review_and_release_are_still_read() {
    let hall = Hall::open();
    let scope = Scope::room("practice", Room::Official);
    for (name, worker, now) in acts(&hall) {
        let path = compat(name);
        if !path.exists() && std::env::var_os("COUNTERSIGN_RECORD").is_some() {
            fs::write(&path, now.bytes()).expect("the folder can be written");
        }
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        // Signing the same again gives the same bytes, so that equal bytes are the same in every field.
        assert_eq!(bytes, now.bytes(), "{name}");
        let message = Message::parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(message.verify(&worker.key.public(), scope), "{name}");
        // One kind has acts of more than one sort, and one a field that came later.
        let kind = match name {
            "copy-compared" => "act",
            "preview-despite" => "preview",
            name => name,
        };
        assert_eq!(message.kind().as_str(), kind);
        assert_eq!(message.content_is_canonical(), Some(Ok(())), "{name}");
    }
}

#[test]
fn every_single_bit_of_a_signed_act_matters() {
    let hall = Hall::open();
    let scope = Scope::room("practice", Room::Official);
    for (name, worker, act) in acts(&hall) {
        for position in 0..act.bytes().len() {
            for bit in 0..8 {
                let mut bytes = act.bytes().to_vec();
                bytes[position] ^= 1 << bit;
                let stands = Message::parse(&bytes)
                    .is_ok_and(|changed| changed.verify(&worker.key.public(), scope));
                assert!(!stands, "{name}: bit {bit} of byte {position} can be changed");
            }
        }
    }
}

/// What a log reads again is what was accepted once: the two readers agree on every message, and on what is none.
#[test]
fn reading_again_accepts_what_parsing_accepts_and_nothing_else() {
    let agree = |bytes: &[u8], what: &str| {
        let again = Message::read_again(bytes.to_vec(), MessageId::of(bytes));
        assert_eq!(again.ok(), Message::parse(bytes).ok(), "{what}");
    };
    let party = Party::new(common::practice());
    let device = party.device(0);
    let report = device.report(0, |_| {});
    let large = device.report(0, |report| report.photos = vec![PhotoDigest([1; 32]); 200]);
    agree(large.bytes(), "more than a report may have");
    let codes: Vec<u32> = (0..20).collect();
    for message in [
        party.package.clone(),
        party.people(),
        party.invitations(&codes),
        party.open(),
        device.enrolment(0),
        report.clone(),
    ] {
        let id = message.id();
        assert_eq!(Message::read_again(message.bytes().to_vec(), id), Ok(message.clone()));
        assert!(Message::read_again(message.bytes().to_vec(), MessageId([0; 32])).is_err());
    }
    let bytes = report.bytes();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.to_vec();
            changed[position] ^= 1 << bit;
            agree(&changed, &format!("bit {bit} of byte {position}"));
        }
        agree(&bytes[..position], &format!("the first {position} bytes"));
        let more = [&bytes[..position], &[0], &bytes[position..]].concat();
        agree(&more, &format!("a zero before byte {position}"));
    }
    // The same parts with a longer spelling: array, header, content and signature.
    let at = |byte: u8| bytes.iter().position(|&here| here == byte).expect("it is there");
    let header = at(0x58);
    for (position, spelling) in [(0, &[0x98, 4][..]), (header, &[0x59, 0])] {
        let longer = [&bytes[..position], spelling, &bytes[position + 1..]].concat();
        agree(&longer, &format!("{spelling:x?} at byte {position}"));
    }
    let end = bytes.len() - 66;
    let longer = [&bytes[..end], &[0x59, 0, 64], &bytes[end + 2..]].concat();
    agree(&longer, "a signature with a longer head");
}

fn compat(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/compat/v1/{name}.cose"))
}
