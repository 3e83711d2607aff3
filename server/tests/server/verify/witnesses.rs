//! The contest's witnesses, as a stranger verifies them: the list is the package's, and nobody names a key.

use countersign_core::contest::{Contest, WitnessList};
use countersign_core::crypto::SigningKey;
use countersign_core::log::{WitnessKey, cosign};
use countersign_core::message::{Approve, Package};
use countersign_server::keys::read_key;
use countersign_server::{practice, public_folder};
use serde_json::{Value, json};

use super::{Copy, Night, ROOM, party_key};
use crate::commands::run;
use crate::support::Party;

/// A time in a cosignature, seconds.
const TIME_S: u64 = 1_580_767_300;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

fn name(seed: u8) -> String {
    format!("w{seed}.example.org")
}

pub(super) fn list(seeds: &[u8], needed: u32) -> Option<WitnessList> {
    let key = |&seed: &u8| WitnessKey::new(&name(seed), key(seed).public()).unwrap();
    Some(WitnessList { keys: seeds.iter().map(key).collect(), needed })
}

impl Copy {
    fn checkpoint(&self) -> String {
        std::fs::read_to_string(self.file(&public_folder::checkpoint(ROOM))).unwrap()
    }

    /// What is found where these lines stand below the checkpoint.
    fn with_lines(&self, lines: &str) -> (i32, Value) {
        let mut found = None;
        let file = self.file(&public_folder::checkpoint(ROOM));
        let add = |note: Vec<u8>| Some([note, lines.as_bytes().to_vec()].concat());
        self.with(&file, add, || found = Some(self.verify(&[])));
        found.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_the_packages_witnesses_are_counted_and_named() {
    let contest = Contest { witnesses: list(&[51, 52, 53], 2), ..practice::contest().unwrap() };
    let night = Night::proposed_by(Party::with_contest(&[ROOM], contest)).await;
    night.act(&night.two, &Approve { approves: night.release }).await;
    // Later the party names another one: it counts for what is released from then on.
    let later = Contest { witnesses: list(&[54], 1), ..night.party.contest.clone() };
    let party = read_key(&night.party.keys.party()).unwrap();
    night.send(&Package::sign(2, later, &party)).await;
    let copy = night.folder().await;
    let note = copy.checkpoint();
    let line = |seed: u8| cosign(&note, &name(seed), &key(seed), TIME_S).unwrap();
    // As many entries as the checkpoint has, or nothing.
    let size = copy.verify(&[]).1["log_size"].clone();
    let sizes = |said: &Value| {
        let each = said["witnesses"]["each"].as_array().unwrap();
        each.iter().map(|one| (one["name"].clone(), one["size"].clone())).collect::<Vec<_>>()
    };
    let named = |seed: u8, size: &Value| (json!(name(seed)), size.clone());
    let nothing = json!(0);

    // Nobody cosigned: it is said by name, by the list of then, and everything else still holds.
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["holds"]), (0, &json!(true)), "{said}");
    assert_eq!(said["witnesses"]["needed"], 1);
    assert_eq!(sizes(&said), [named(54, &nothing)]);
    let release = &said["not_witnessed"][0];
    assert_eq!((&release["by"], &release["needed"]), (&json!(0), &json!(2)));
    assert_eq!(release["silent"], json!([name(51), name(52), name(53)]));
    let text = tokio::task::block_in_place(|| {
        let party = party_key(&copy.party);
        run(copy.party.root.path(), &["verify", "public", "--party-key", &party])
    });
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("NOT WITNESSED"), "{text}");
    assert!(text.contains(&[name(51), name(52), name(53)].join(", ")), "{text}");

    // One is too few, whoever else cosigned, and how often it stands there; two are enough.
    let (code, said) = copy.with_lines(&[line(52), line(52), line(54), line(55)].concat());
    assert_eq!((code, sizes(&said)), (0, vec![named(54, &size)]), "{said}");
    let release = &said["not_witnessed"][0];
    assert_eq!((&release["by"], &release["silent"]), (&json!(1), &json!([name(51), name(53)])));
    let (code, said) = copy.with_lines(&(line(51) + &line(53)));
    assert_eq!((code, &said["not_witnessed"]), (0, &json!([])), "{said}");

    // A line under a witness's name and key that it did not sign.
    let other = note.replacen("official", "another", 1);
    let forged = cosign(&other, &name(51), &key(51), TIME_S).unwrap();
    let (code, said) = copy.with_lines(&forged);
    assert_eq!((code, &said["difference"]["code"]), (1, &json!("cosignature")), "{said}");
}
