//! Lists of hashes: signed by the key that the party named for it, and verified.

use countersign_core::log::HashList;
use serde_json::json;

use super::*;

fn flipped(at: usize) -> impl Fn(Vec<u8>) -> Option<Vec<u8>> {
    move |mut bytes| {
        bytes[at] ^= 1;
        Some(bytes)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t67_each_release_has_a_signed_list_of_its_documents_that_anybody_can_check() {
    let night = Night::released().await;
    let release = night.release;
    night.server.publish();
    let address = format!("http://{}", night.server.public);
    let both = json!({"files": 1, "signed": 1});
    let (code, said) = verify(&night.party, &address, &[]);
    assert_eq!((code, &said["hash_lists"]), (0, &both), "{said}");
    let named = night.party.contest.results_key(ROOM).unwrap().clone();
    let key = LogKey { origin: named.name.clone(), key: named.key };
    for page in ["releases.html", "es/releases.html"] {
        let page = night.server.get(night.server.public, &format!("/results/{page}")).await.text();
        for part in [&key.to_string(), "sha256sum -c SHA256SUMS", "/SHA256SUMS.note\""] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
    let copy = night.folder().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["hash_lists"]), (0, &both), "{said}");
    // With the tool that everybody has.
    let sums = copy.document("SHA256SUMS");
    let checked = std::process::Command::new("sha256sum")
        .args(["--strict", "-c", "SHA256SUMS"])
        .current_dir(sums.parent().unwrap())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success() && text.matches(": OK").count() == 5, "{text}");

    // A document of which no number changed, a listed hash, and a list that is none.
    let spaced = |bytes: Vec<u8>| Some([bytes, b"\n".to_vec()].concat());
    for name in ["results.json", "nist-1500-100.json"] {
        copy.with(&copy.document(name), spaced, || {
            let (code, what) = copy.differs(&[]);
            assert!(code == "hash" && what.contains(name) && what.contains("SHA256SUMS"), "{what}");
        });
    }
    let other_digit = |mut bytes: Vec<u8>| {
        bytes[0] = if bytes[0] == b'0' { b'1' } else { b'0' };
        Some(bytes)
    };
    copy.with(&sums, other_digit, || {
        let (code, what) = copy.differs(&[]);
        assert!(code == "hash" && what.contains("/results.json does not have"), "{what}");
    });
    let in_another_order = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        Some(text.lines().rev().flat_map(|line| [line, "\n"]).collect::<String>().into_bytes())
    };
    copy.with(&sums, in_another_order, || assert_eq!(copy.differs(&[]).0, "file"));
    copy.with(
        &sums,
        |bytes| Some(bytes[..80].to_vec()),
        || assert_eq!(copy.differs(&[]).0, "file"),
    );

    // A list from before there was a table of changes is whole without it, and only where there is none.
    let older = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        let lines = text.split_inclusive('\n').filter(|line| !line.contains("changes.csv"));
        Some(lines.collect::<String>().into_bytes())
    };
    let note = copy.document("SHA256SUMS.note");
    let own = read_key(&copy.party.keys.results(ROOM)).unwrap();
    copy.with(&sums, older, || {
        assert_eq!(copy.differs(&[]).0, "file");
        copy.with(
            &copy.document("changes.csv"),
            |_| None,
            || {
                let hashes = std::fs::read_to_string(&sums).unwrap();
                let signed = HashList { name: &named.name, release, hashes: &hashes }.sign(&own);
                copy.with(
                    &note,
                    |_| Some(signed.into_bytes()),
                    || {
                        let (code, said) = copy.verify(&[]);
                        assert_eq!((code, &said["hash_lists"]), (3, &both), "{said}");
                        let missing = said["not_published"][0].as_str().unwrap();
                        assert!(missing.ends_with("/changes.csv"), "{said}");
                    },
                );
            },
        );
    });

    // A signature that is damaged, somebody else's, of another release, or of other hashes.
    let size = usize::try_from(std::fs::metadata(&note).unwrap().len()).unwrap();
    let hashes = std::fs::read_to_string(&sums).unwrap();
    let list = HashList { name: &named.name, release, hashes: &hashes };
    assert_eq!(std::fs::read_to_string(&note).unwrap(), list.sign(&own));
    let log = read_key(&copy.party.keys.log(ROOM)).unwrap();
    let moved = HashList { release: MessageId([1; 32]), ..list };
    let longer = format!("{hashes}{hashes}");
    let others =
        [list.sign(&log), moved.sign(&own), HashList { hashes: &longer, ..list }.sign(&own)];
    let unsigned = |change: &dyn Fn(Vec<u8>) -> Option<Vec<u8>>| {
        copy.with(&note, change, || {
            let (code, what) = copy.differs(&[]);
            assert_eq!(code, "hash-list-signature");
            assert!(what.contains("SHA256SUMS.note") && what.contains(&named.name), "{what}");
        });
    };
    unsigned(&flipped(size - 20));
    unsigned(&flipped(3));
    for other in others {
        unsigned(&|_| Some(other.clone().into_bytes()));
    }
    // What is not there is said.
    for missing in [&note, &sums] {
        copy.with(
            missing,
            |_| None,
            || {
                let (code, said) = copy.verify(&[]);
                let name = said["not_published"][0].as_str().unwrap();
                assert!(code == 3 && missing.ends_with(name), "{said}");
                assert_eq!(said["hash_lists"]["signed"], 0);
            },
        );
    }
    assert_eq!(copy.verify(&[]).0, 0, "and with everything as it was, everything holds");
}

/// Packages from before there were such keys are good; what is published by them says that nobody signs its lists.
#[tokio::test(flavor = "multi_thread")]
async fn t67_where_the_party_named_no_key_lists_are_not_signed_and_that_is_said() {
    let night = Night::released_by(Party::without_results_keys(&[ROOM])).await;
    assert_eq!(night.party.contest.results_keys, None);
    night.server.publish();
    let page = night.server.get(night.server.public, "/results/releases.html").await.text();
    assert!(page.contains("The lists are not signed: this server has no key"), "{page}");
    assert!(!page.contains("SHA256SUMS.note"), "{page}");
    let copy = night.folder().await;
    assert!(copy.document("SHA256SUMS").exists() && !copy.document("SHA256SUMS.note").exists());
    let (code, said) = copy.verify(&[]);
    let unsigned = json!({"files": 1, "signed": 0});
    assert_eq!((code, &said["hash_lists"], &said["not_published"]), (0, &unsigned, &json!([])));
}

/// A server signs with the key that the package names, and with no other that lies in its place.
#[tokio::test(flavor = "multi_thread")]
async fn t67_a_key_that_the_party_did_not_name_signs_no_list() {
    let night = Night::released().await;
    let other = night.party.keys.log(ROOM);
    let in_its_place = night.party.folder.results_key(ROOM);
    let copy = night.folder().await;
    std::fs::copy(other, in_its_place).unwrap();
    std::fs::remove_file(copy.document("SHA256SUMS.note")).unwrap();
    copy.publish();
    assert!(!copy.document("SHA256SUMS.note").exists());
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, said["not_published"].as_array().unwrap().len()), (3, 1), "{said}");
    assert_eq!(said["hash_lists"], json!({"files": 1, "signed": 0}));
}
