//! A log that was begun again: believed from the party key, as its first entry, and unchanged only.

mod common;
#[path = "messages/party.rs"]
mod party;

use countersign_core::begun_log::{BegunLog, BegunLogError};
use countersign_core::crypto::SigningKey;
use countersign_core::id::PublicKey;
use countersign_core::log::{Checkpoint, CheckpointError, Entry, Tree};
use countersign_core::message::{
    Act, BeginReason, BegunAgain, Message, NotBegunAgain, NotCanonical, WHY_MAX,
};
use countersign_core::receipt::Receipt;
use countersign_core::refusal::Refusal;
use countersign_core::results::{LogBegunAgain, Received, RoomState};
use countersign_core::room::Room;
use party::Party;

const NOW_MS: u64 = 1_580_790_000_000;

fn log_key() -> SigningKey {
    SigningKey::from_seed(&[4; 32])
}

/// A log of `origin` with these messages, and a receipt for one of them.
fn receipt(origin: &str, messages: &[&Message], index: u64) -> String {
    let mut tree = Tree::default();
    let entry =
        |message: &Message| Entry { kind: message.kind(), time_ms: NOW_MS, message: message.id() };
    for message in messages {
        tree.push(entry(message).leaf());
    }
    let size = tree.size();
    let head = Checkpoint { origin: origin.to_owned(), size, root: tree.root(size) };
    let proof = tree.inclusion(index, size).expect("it is in the tree");
    let message = messages[usize::try_from(index).expect("small")];
    Receipt::write(entry(message), index, &proof, &head.sign(&log_key()))
}

fn origin(n: u32) -> String {
    format!("reports.example.org/practice/official/{n}")
}

fn verify(party: &Party, message: &[u8], receipt: &str) -> Result<BegunLog, BegunLogError> {
    let log = party.contest.log(Room::Official).expect("the package names it");
    BegunLog::verify(message, receipt, "practice", &party.party.public(), log)
}

fn read(party: &Party, message: &Message) -> Result<BegunAgain, NotBegunAgain> {
    read_as(&party.party.public(), message)
}

fn read_as(party: &PublicKey, message: &Message) -> Result<BegunAgain, NotBegunAgain> {
    BegunAgain::read(message, "practice", Room::Official, party, &[log_key().public()])
}

#[test]
fn t31_every_single_bit_of_the_first_entry_and_its_receipt_matters() {
    let party = Party::new(common::practice());
    let message = party.begun_again(|_| {});
    let text = receipt(&origin(2), &[&message, &party.package], 0);
    let begun = verify(&party, message.bytes(), &text).expect("it is good");
    assert_eq!((begun.entered_ms, begun.checkpoint.size), (NOW_MS, 2));
    for position in 0..message.bytes().len() {
        for bit in 0..8 {
            let mut bytes = message.bytes().to_vec();
            bytes[position] ^= 1 << bit;
            assert!(verify(&party, &bytes, &text).is_err(), "bit {bit} of byte {position}");
            let stands = Message::parse(&bytes).is_ok_and(|changed| read(&party, &changed).is_ok());
            assert!(!stands, "bit {bit} of byte {position} can be changed");
        }
    }
    for position in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[position] ^= 1;
        if let Ok(changed) = String::from_utf8(bytes) {
            assert!(verify(&party, message.bytes(), &changed).is_err(), "byte {position}");
        }
    }
}

#[test]
fn only_the_first_entry_of_a_later_log_begins_it() {
    let party = Party::new(common::practice());
    let message = party.begun_again(|_| {});
    let second = receipt(&origin(2), &[&party.package, &message], 1);
    assert_eq!(verify(&party, message.bytes(), &second), Err(BegunLogError::NotFirst));
    let other_log = receipt(&origin(3), &[&message], 0);
    assert!(matches!(verify(&party, message.bytes(), &other_log), Err(BegunLogError::Receipt(_))));
    // Log 3 took the place of log 2: who knows log 1 alone may believe it.
    let third = party.begun_again(|act| {
        act.begins = origin(3);
        act.from = origin(2);
    });
    let text = receipt(&origin(3), &[&third], 0);
    assert!(verify(&party, third.bytes(), &text).is_ok());
    let mut of_two = Party::new(common::practice());
    of_two.contest.logs[0].origin = origin(2);
    let text = receipt(&origin(2), &[&message], 0);
    assert_eq!(verify(&of_two, message.bytes(), &text), Err(BegunLogError::NotFirst));
}

#[test]
fn what_a_beginning_may_say_is_bounded() {
    let party = Party::new(common::practice());
    let refused = |change: &dyn Fn(&mut BegunAgain)| read(&party, &party.begun_again(change));
    let by =
        |key: &SigningKey, size| Checkpoint { origin: origin(1), size, root: [9; 32] }.sign(key);
    for begins in [origin(1), "reports.example.org/practice/rehearsal/2".to_owned(), "x".to_owned()]
    {
        assert_eq!(refused(&|act| act.begins.clone_from(&begins)), Err(NotBegunAgain::Origins));
    }
    for (reason, why) in [
        (BeginReason::Other, None),
        (BeginReason::Other, Some(String::new())),
        (BeginReason::Other, Some("x".repeat(WHY_MAX + 1))),
        (BeginReason::Other, Some("two\nlines".to_owned())),
        (BeginReason::Lost, Some("the disk".to_owned())),
    ] {
        let found = refused(&|act| {
            act.reason = reason;
            act.why.clone_from(&why);
        });
        assert_eq!(found, Err(NotBegunAgain::Why), "{why:?}");
    }
    let whole = refused(&|act| {
        act.reason = BeginReason::Other;
        act.why = Some("é".repeat(WHY_MAX));
        act.known = None;
    });
    assert!(whole.is_ok());
    let stranger = by(&SigningKey::from_seed(&[99; 32]), 9);
    assert_eq!(
        refused(&|act| act.known = Some(stranger.clone())),
        Err(NotBegunAgain::Known(CheckpointError::Signature))
    );
    let later = Checkpoint { origin: origin(2), size: 9, root: [9; 32] }.sign(&log_key());
    let padded = format!("{}{}", by(&log_key(), 9), "— x AAAA\n".repeat(1_000));
    for known in [later, padded, "nothing".to_owned()] {
        assert_eq!(
            refused(&|act| act.known = Some(known.clone())),
            Err(NotBegunAgain::Known(CheckpointError::Text))
        );
    }
}

#[test]
fn nobody_but_an_admin_whom_the_party_named_begins_a_log() {
    let party = Party::new(common::practice());
    let stranger =
        Party { admin: SigningKey::from_seed(&[77; 32]), ..Party::new(common::practice()) };
    // People whom the stranger names are nobody's; people whom the party named do not name the stranger.
    let named = party.people().into_bytes();
    let message = stranger.begun_again(|act| act.people.clone_from(&named));
    assert_eq!(read(&party, &message), Err(NotBegunAgain::NotAnAdmin));
    let rehearsal = Party { room: Room::Rehearsal, ..Party::new(common::practice()) };
    let message = party.begun_again(|act| act.people = rehearsal.people().into_bytes());
    assert_eq!(read(&party, &message), Err(NotBegunAgain::NotAnAdmin), "of the other room");
    let good = party.begun_again(|_| {});
    assert_eq!(
        read_as(&stranger.admin.public(), &good),
        Err(NotBegunAgain::NotAnAdmin),
        "another party's"
    );
    assert_eq!(read(&party, &party.open()), Err(NotBegunAgain::NotCanonical));
    assert_eq!(
        party.open().decode::<Act>(),
        Err(NotCanonical::OtherKind {
            expected: countersign_core::message::Kind::Act,
            found: countersign_core::message::Kind::Room
        })
    );
}

#[test]
fn a_room_takes_it_first_or_never_and_says_so_in_what_was_received() {
    let party = Party::new(common::practice());
    let message = party.begun_again(|_| {});
    let mut state = RoomState::new("practice", Room::Official, party.party.public());
    let enter = |state: &mut RoomState, message: &Message| -> Result<(), Refusal> {
        let authority = state.authority(message)?;
        state.verify(message, &authority)?;
        let index = state.size();
        state.judge(message, NOW_MS + index)?;
        let entry = Entry { kind: message.kind(), time_ms: NOW_MS + index, message: message.id() };
        state.apply(index, &entry, message)
    };
    enter(&mut state, &message).expect("it comes before the people who sign it are known");
    enter(&mut state, &party.package.clone()).expect("the package");
    enter(&mut state, &party.people()).expect("the people");
    assert_eq!(enter(&mut state, &message), Err(Refusal::NotAllowed));
    let begun = Received::of(&state).expect("there is a package").begun_again;
    let expected = LogBegunAgain {
        at_ms: NOW_MS,
        origin: origin(2),
        from: origin(1),
        reason: "restored",
        why: None,
        carried: 7,
        known_size: Some(9),
        known_root: Some(data_encoding::BASE64.encode(&[9; 32])),
        message: message.id().to_string(),
    };
    assert_eq!(begun, Some(expected));
}
