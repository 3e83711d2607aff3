//! Facts that joined the package's contest later: recorded once, read for ever.

mod common;

use std::fs;
use std::path::Path;

use countersign_core::contest::{
    self, Contest, CountyKind, EarlyVotes, National, NationalBasis, PrecinctKind, ResultsKey,
    RoomLog, WitnessList,
};
use countersign_core::crypto::SigningKey;
use countersign_core::log::WitnessKey;
use countersign_core::message::Package;
use countersign_core::room::Room;

/// The made-up contest with every later fact.
fn contest() -> Contest {
    let mut contest = common::early();
    contest.counties[0].kind = CountyKind::City;
    contest.precincts[1].congressional_district = Some(4);
    contest.precincts[3].delegates = None;
    contest.national = Some(National {
        districts: Vec::new(),
        at_large: 2,
        pleo: 1,
        basis: Some(NationalBasis::CountyDelegates),
    });
    contest
}

/// `COUNTERSIGN_RECORD=1` writes the bytes if they are not there yet; they are never written over.
#[test]
fn a_recorded_package_with_later_facts_is_still_read() {
    let party = SigningKey::from_seed(&[1; 32]);
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/compat/v1/package-later-facts.cose");
    if !path.exists() && std::env::var_os("COUNTERSIGN_RECORD").is_some() {
        let package = Package::sign(1, contest(), &party);
        fs::write(&path, package.bytes()).expect("the folder can be written");
    }
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (_, package) = Package::read(&bytes).expect("it is a package, and the party signed it");
    assert_eq!(package.party_key, party.public());
    let read = package.contest;
    assert_eq!(read.check_shape(), Ok(()));
    assert_eq!(read.counties[0].kind, CountyKind::City);
    assert_eq!(read.county_display(&read.precincts[0]), "Example");
    let districts: Vec<_> = read.precincts.iter().map(|place| read.district_of(place)).collect();
    assert_eq!(districts, [None, Some(4), None, None]);
    assert_eq!(read.delegates_to_elect(3, Some(9)), None);
    let basis = read.national.as_ref().and_then(|national| national.basis);
    assert_eq!(basis, Some(NationalBasis::CountyDelegates));
    let early =
        EarlyVotes { precinct: 1, attendees: 6, first: vec![1, 4, 1, 0], last: vec![2, 4, 0, 0] };
    assert_eq!(read.early_votes_of(1), Some(&early));
}

/// The fact that numbers are made up, in bytes of its own. Recorded as the one above.
#[test]
fn a_recorded_package_of_made_up_data_is_still_read() {
    let party = SigningKey::from_seed(&[1; 32]);
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/compat/v1/package-made-up.cose");
    if !path.exists() && std::env::var_os("COUNTERSIGN_RECORD").is_some() {
        fs::write(&path, Package::sign(1, common::early(), &party).bytes())
            .expect("the folder can be written");
    }
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (_, package) = Package::read(&bytes).expect("it is a package, and the party signed it");
    assert!(package.contest.is_made_up());
    let signed = Package::sign(1, package.contest.clone(), &party);
    assert_eq!(signed.bytes(), bytes, "it is written as it was");
    assert!(!common::practice().is_made_up() && !common::iowa().is_made_up());
}

fn witness(seed: u8, name: &str) -> WitnessKey {
    WitnessKey::new(name, SigningKey::from_seed(&[seed; 32]).public()).expect("it is a name")
}

/// The contest's witnesses, in bytes of their own. Recorded as the ones above.
#[test]
fn a_recorded_package_with_witnesses_is_still_read() {
    let party = SigningKey::from_seed(&[1; 32]);
    let keys: Vec<_> =
        (1..4).map(|seed| witness(seed, &format!("witness{seed}.example.org"))).collect();
    let list = WitnessList { keys, needed: 2 };
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/compat/v1/package-witnesses.cose");
    if !path.exists() && std::env::var_os("COUNTERSIGN_RECORD").is_some() {
        let contest = Contest { witnesses: Some(list.clone()), ..common::early() };
        fs::write(&path, Package::sign(1, contest, &party).bytes())
            .expect("the folder can be written");
    }
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (_, package) = Package::read(&bytes).expect("it is a package, and the party signed it");
    assert_eq!(package.contest.witnesses, Some(list));
    assert_eq!(package.contest.check_shape(), Ok(()));
    let signed = Package::sign(1, package.contest.clone(), &party);
    assert_eq!(signed.bytes(), bytes, "it is written as it was");
    // One changed character of a verifier key makes it another package, which is none.
    let key = witness(1, "witness1.example.org").to_string();
    let at = bytes.windows(key.len()).position(|part| part == key.as_bytes()).expect("as text");
    let mut changed = bytes;
    changed[at + key.len() - 2] ^= 1;
    assert!(Package::read(&changed).is_err());
    assert_eq!(common::practice().witnesses, None);
}

#[test]
fn contradicting_witnesses_are_refused() {
    let refused = |keys: Vec<WitnessKey>, needed| {
        let witnesses = Some(WitnessList { keys, needed });
        Contest { witnesses, ..common::practice() }.check_shape().unwrap_err().0
    };
    let two = || vec![witness(1, "a.example"), witness(2, "b.example")];
    for needed in [0, 3, u32::MAX] {
        assert!(refused(two(), needed).contains("of 2 witnesses cannot be needed"));
    }
    assert!(refused(Vec::new(), 0).contains("of 0 witnesses"));
    for again in [witness(1, "c.example"), witness(3, "a.example")] {
        assert!(refused([two(), vec![again]].concat(), 1).contains("named twice"));
    }
    let many = (0..13).map(|seed| witness(seed, &format!("w{seed}.example"))).collect();
    assert!(refused(many, 7).contains("there are 13 witnesses"));
}

#[test]
fn contest_toml_names_witnesses() {
    let read = |table: &str| {
        let mut files = common::files("practice");
        let text = files.get_mut("contest.toml").expect("it is there");
        text.extend_from_slice(format!("\n[witnesses]\n{table}\n").as_bytes());
        contest::read(&files)
    };
    let (a, b) = (witness(1, "a.example"), witness(2, "b.example"));
    let list = |needed| Some(WitnessList { keys: vec![a.clone(), b.clone()], needed });
    let found = |table: &str| read(table).expect("there is no mistake").witnesses;
    assert_eq!(found(&format!("keys = [\"{a}\", \"{b}\"]")), list(2), "more than half of two");
    assert_eq!(found(&format!("keys = [\"{a}\", \"{b}\"]\nneeded = 1")), list(1));
    let log = countersign_core::log::LogKey { origin: "a.example".to_owned(), key: *a.key() };
    for (table, what) in [
        ("keys = []".to_owned(), "names nobody"),
        ("needed = 1".to_owned(), "witnesses.keys is missing"),
        (format!("keys = [\"{a}\", \"{a}\"]"), "named twice"),
        (format!("keys = [\"{a}\"]\nneeded = 2"), "no whole number from 1 to 1"),
        (format!("keys = [\"{a}\"]\nneeded = 0"), "no whole number from 1 to 1"),
        (format!("keys = [\"{log}\"]"), "another type"),
        ("keys = [\"a.example\"]".to_owned(), "not a verifier key"),
        (format!("keys = [\"{a}\"]\nneded = 1"), "is witnesses.needed meant?"),
    ] {
        let mistakes = read(&table).expect_err(&table);
        let said: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|one| one.contains(what)), "{table}: {said:?}");
        assert!(mistakes.iter().all(|one| one.line > 0), "{said:?}");
    }
}

/// The keys that sign lists of hashes, in bytes of their own. Recorded as the one above.
#[test]
fn a_recorded_package_with_results_keys_is_still_read() {
    let party = SigningKey::from_seed(&[1; 32]);
    let key = |room: Room| ResultsKey {
        room,
        name: format!("reports.example.org/practice/{room}/results"),
        key: SigningKey::from_seed(&[20 + room.place() as u8; 32]).public(),
    };
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/compat/v1/package-results-keys.cose");
    if !path.exists() && std::env::var_os("COUNTERSIGN_RECORD").is_some() {
        let results_keys = Some(Room::ALL.map(key).to_vec());
        let contest = Contest { results_keys, ..common::practice() };
        fs::write(&path, Package::sign(1, contest, &party).bytes())
            .expect("the folder can be written");
    }
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (_, package) = Package::read(&bytes).expect("it is a package, and the party signed it");
    let mut contest = package.contest;
    assert_eq!(contest.check_shape(), Ok(()));
    for room in Room::ALL {
        assert_eq!(contest.results_key(room), Some(&key(room)));
        assert_eq!(common::practice().results_key(room), None);
    }
    let signed = Package::sign(1, contest.clone(), &party);
    assert_eq!(signed.bytes(), bytes, "it is written as it was");

    // A key of a log is none of these, nor are two of one room, nor a name that notes do not allow.
    let keys = contest.results_keys.clone().unwrap_or_default();
    let mut unsound = |keys: Vec<ResultsKey>| {
        contest.results_keys = Some(keys);
        assert!(contest.check_shape().is_err());
    };
    unsound([keys[0].clone(), keys[0].clone()].to_vec());
    unsound([keys[1].clone(), keys[0].clone()].to_vec());
    unsound([ResultsKey { name: "two words".to_owned(), ..keys[0].clone() }].to_vec());
    contest.logs = vec![RoomLog {
        room: Room::Official,
        origin: "reports.example.org/practice/official/1".to_owned(),
        keys: vec![keys[0].key],
    }];
    contest.results_keys = Some(keys);
    assert!(contest.check_shape().is_err());
}

/// A contest without them is written as it was before there were any: the package of old keeps its bytes.
#[test]
fn a_package_without_later_facts_keeps_its_bytes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/compat/v1/package.cose");
    let bytes = fs::read(path).expect("it was recorded");
    let (message, package) = Package::read(&bytes).expect("the party signed it");
    let again = Package::sign(package.number, package.contest, &SigningKey::from_seed(&[1; 32]));
    assert_eq!(again.bytes(), bytes);
    assert_eq!(again.id(), message.id());
}

/// A site's delegates would be added to others of another size.
#[test]
fn national_delegates_follow_county_delegates_only_where_there_are_no_satellite_sites() {
    let following = |basis| {
        let national = National { districts: Vec::new(), at_large: 2, pleo: 1, basis };
        Contest { national: Some(national), ..common::practice() }
    };
    assert_eq!(following(None).check_shape(), Ok(()));
    let mut contest = following(Some(NationalBasis::CountyDelegates));
    let why = contest.check_shape().expect_err("it has sites").0;
    assert!(why.contains("which satellite sites do not elect"), "{why}");
    contest.precincts.retain(|precinct| precinct.kind == PrecinctKind::Precinct);
    contest.worksheets.clear();
    assert_eq!(contest.check_shape(), Ok(()));
}
