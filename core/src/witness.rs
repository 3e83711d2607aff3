//! What a witness decides (C2SP tlog-witness): whether a checkpoint that a log offers goes on from the last one that the
//! witness cosigned. Pure: who keeps what was cosigned, and answers only once that is durable, is the caller.

use data_encoding::BASE64;

use crate::id::{PublicKey, sha256};
use crate::log::{Checkpoint, Hash, Tree, decimal, verify_consistency};

/// Most hashes of a consistency proof in a request.
const PROOF_MAX: usize = 63;

/// Largest request in bytes: the proof, and a checkpoint with more cosignatures than anybody sends.
pub const REQUEST_MAX: usize = 32 << 10;

/// Media type of the answer to a request with another old size than the witness has.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// A request to cosign: the body of `add-checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint<'a> {
    /// Size of the last checkpoint that the witness cosigned, as the log believes.
    pub old: u64,
    /// Consistency proof from there.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub note: &'a str,
}

impl<'a> AddCheckpoint<'a> {
    /// Reads a request's body; `None` when it is none.
    #[must_use]
    pub fn parse(body: &'a str) -> Option<Self> {
        if body.len() > REQUEST_MAX {
            return None;
        }
        let (old, mut rest) = body.strip_prefix("old ")?.split_once('\n')?;
        let old = decimal(old)?;
        let mut proof = Vec::new();
        loop {
            let (line, after) = rest.split_once('\n')?;
            rest = after;
            if line.is_empty() {
                break;
            }
            let hash = BASE64.decode(line.as_bytes()).ok()?.try_into().ok()?;
            proof.push(hash);
            if proof.len() > PROOF_MAX {
                return None;
            }
        }
        Some(Self { old, proof, note: rest })
    }

    /// The request's body.
    #[must_use]
    pub fn to_body(&self) -> String {
        let mut body = format!("old {}\n", self.old);
        for hash in &self.proof {
            BASE64.encode_append(hash, &mut body);
            body.push('\n');
        }
        body.push('\n');
        body.push_str(self.note);
        body
    }
}

/// The last checkpoint of a log that a witness cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// Number of entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
}

impl Last {
    /// Before anything was cosigned: the empty tree, which every log goes on from.
    #[must_use]
    pub fn nothing() -> Self {
        Self { size: 0, root: Tree::default().root(0) }
    }
}

/// Why a checkpoint is not cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not a request, or not a checkpoint.
    #[error("this is not a request to add a checkpoint")]
    Malformed,
    /// A log that the witness does not watch.
    #[error("this witness does not watch that log")]
    UnknownLog,
    /// No key that the witness trusts for this log signed it.
    #[error("no key that this witness trusts for the log signed the checkpoint")]
    Untrusted,
    /// The old size is above the checkpoint's.
    #[error("the old size is larger than the checkpoint")]
    OldAboveNew,
    /// The last checkpoint that was cosigned has another size than the request believes.
    #[error("the last checkpoint that was cosigned has {0} entries")]
    OtherSize(u64),
    /// The checkpoint has the same size as the last one and another root: signed by the log, the two together prove that it
    /// shows two different logs.
    #[error("a different log of the same size was cosigned: the log shows two views")]
    OtherRoot,
    /// The proof does not lead from the last checkpoint to this one.
    #[error("the proof does not lead from the last checkpoint to this one")]
    Proof,
}

impl Refused {
    /// The status that the protocol answers with.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed | Self::OldAboveNew => 400,
            Self::UnknownLog => 404,
            Self::Untrusted => 403,
            Self::OtherSize(_) => 409,
            Self::OtherRoot | Self::Proof => 422,
        }
    }

    /// Whether the same log, behaving well, may still be cosigned by another request.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::OtherSize(_) | Self::OldAboveNew | Self::Proof)
    }
}

/// The checkpoint of a request, once it is known to be its log's: what can be said without knowing what was cosigned before.
///
/// # Errors
/// [`Refused::Malformed`], [`Refused::UnknownLog`] when `keys` knows no key of that origin, [`Refused::Untrusted`] or
/// [`Refused::OldAboveNew`].
pub fn authentic<'k>(
    request: &AddCheckpoint<'_>,
    keys: impl Fn(&str) -> Option<&'k [PublicKey]>,
) -> Result<Checkpoint, Refused> {
    let claim = Checkpoint::claim(request.note).ok_or(Refused::Malformed)?;
    let keys = keys(&claim.origin).ok_or(Refused::UnknownLog)?;
    let checkpoint =
        Checkpoint::open(request.note, &claim.origin, keys).map_err(|_| Refused::Untrusted)?;
    if request.old > checkpoint.size {
        return Err(Refused::OldAboveNew);
    }
    Ok(checkpoint)
}

/// Whether the log goes on from `last` to an [`authentic`] checkpoint as the request proves; then what the last one is from now
/// on. That is to be durable, and compared with `last` in the same step, before anybody gets the cosignature.
///
/// # Errors
/// [`Refused::OtherSize`], [`Refused::OtherRoot`] or [`Refused::Proof`].
pub fn judge(
    request: &AddCheckpoint<'_>,
    checkpoint: &Checkpoint,
    last: &Last,
) -> Result<Last, Refused> {
    if request.old != last.size {
        return Err(Refused::OtherSize(last.size));
    }
    let next = Last { size: checkpoint.size, root: checkpoint.root };
    if next.size == last.size && next.root != last.root {
        return Err(Refused::OtherRoot);
    }
    let goes_on = verify_consistency(last.size, &last.root, next.size, &next.root, &request.proof);
    goes_on.then_some(next).ok_or(Refused::Proof)
}

/// Where a witness shows the last checkpoint of a log that it cosigned: `/<SHA-256 of the origin>/checkpoint` below its address.
#[must_use]
pub fn origin_hash(origin: &str) -> String {
    data_encoding::HEXLOWER.encode(&sha256(origin.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SigningKey;
    use crate::log::leaf_hash;

    const ORIGIN: &str = "example.org/practice/official/1";

    struct Log {
        key: SigningKey,
        tree: Tree,
    }

    impl Log {
        /// A log of `size` entries; those from `fork` on are of a kind of their own.
        fn new(size: u64, fork: u64) -> Self {
            let mut tree = Tree::default();
            for at in 0..size {
                tree.push(leaf_hash(format!("{at} {}", at >= fork).as_bytes()));
            }
            Self { key: SigningKey::from_seed(&[1; 32]), tree }
        }

        fn note(&self, size: u64) -> String {
            let root = self.tree.root(size);
            Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&self.key)
        }

        fn last(&self, size: u64) -> Last {
            Last { size, root: self.tree.root(size) }
        }
    }

    fn decide(body: &str, trusted: &[PublicKey], last: &Last) -> Result<Last, Refused> {
        let request = AddCheckpoint::parse(body).ok_or(Refused::Malformed)?;
        let keys = |origin: &str| (origin == ORIGIN).then_some(trusted);
        let checkpoint = authentic(&request, keys)?;
        judge(&request, &checkpoint, last)
    }

    fn offer(log: &Log, old: u64, new: u64) -> String {
        let proof = log.tree.consistency(old, new).unwrap();
        AddCheckpoint { old, proof, note: &log.note(new) }.to_body()
    }

    #[test]
    fn a_log_that_goes_on_is_followed_through_all_its_sizes() {
        let log = Log::new(70, 70);
        let trusted = [log.key.public()];
        for old in 0..=70 {
            let last = if old == 0 { Last::nothing() } else { log.last(old) };
            for new in old.max(1)..=70 {
                let decided = decide(&offer(&log, old, new), &trusted, &last);
                assert_eq!(decided, Ok(log.last(new)), "{old} to {new}");
            }
        }
    }

    #[test]
    fn a_request_is_read_as_the_specification_writes_it() {
        let body = "old 20852014\n\
            PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
            jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
            5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
            /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n\
            example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
            \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
        let request = AddCheckpoint::parse(body).unwrap();
        assert_eq!((request.old, request.proof.len()), (20_852_014, 4));
        assert_eq!(Checkpoint::claim(request.note).unwrap().size, 20_852_163);
        assert_eq!(request.to_body(), body);
    }

    #[test]
    fn what_is_no_request_is_malformed() {
        let log = Log::new(3, 3);
        let (trusted, last) = ([log.key.public()], Last::nothing());
        let note = log.note(3);
        let hash = BASE64.encode(&[1; 32]);
        let many = format!("{hash}\n").repeat(64);
        for bad in [
            String::new(),
            "old 0".to_owned(),
            format!("old 00\n\n{note}"),
            format!("old +1\n\n{note}"),
            format!("old -1\n\n{note}"),
            format!("old  1\n\n{note}"),
            format!("new 0\n\n{note}"),
            format!("old 1\n{}\n\n{note}", BASE64.encode(&[1; 31])),
            format!("old 1\n{}\n\n{note}", hash.trim_end_matches('=')),
            format!("old 1\n{many}\n{note}"),
            format!("old 0\r\n\r\n{note}"),
            format!("old 0\n{note}"),
            format!("old 0\n\n{}", "x".repeat(REQUEST_MAX)),
            "old 0\n\nno checkpoint\n".to_owned(),
        ] {
            assert_eq!(decide(&bad, &trusted, &last), Err(Refused::Malformed), "{bad}");
        }
        assert_eq!(Refused::Malformed.status(), 400);
    }

    #[test]
    fn every_refusal_has_its_status() {
        let log = Log::new(9, 9);
        let other = SigningKey::from_seed(&[2; 32]);
        let trusted = [log.key.public()];
        let nothing = Last::nothing();
        let good = offer(&log, 0, 5);
        let check = |body: &str, keys: &[PublicKey], last: &Last, refused: Refused, status| {
            assert_eq!(decide(body, keys, last), Err(refused));
            assert_eq!(refused.status(), status, "{refused:?}");
        };
        check(
            &good.replace(ORIGIN, "example.org/x/official/1"),
            &trusted,
            &nothing,
            Refused::UnknownLog,
            404,
        );
        check(&good, &[other.public()], &nothing, Refused::Untrusted, 403);
        check(&good.replace("\n5\n", "\n6\n"), &trusted, &nothing, Refused::Untrusted, 403);
        let above = AddCheckpoint { old: 6, proof: Vec::new(), note: &log.note(5) }.to_body();
        check(&above, &trusted, &log.last(6), Refused::OldAboveNew, 400);
        check(&good, &trusted, &log.last(3), Refused::OtherSize(3), 409);
        check(&offer(&log, 3, 5), &trusted, &nothing, Refused::OtherSize(0), 409);
        // A proof where none belongs, a missing one, a changed one.
        let note = log.note(5);
        let extra = AddCheckpoint { old: 0, proof: vec![[1; 32]], note: &note }.to_body();
        check(&extra, &trusted, &nothing, Refused::Proof, 422);
        let none = AddCheckpoint { old: 3, proof: Vec::new(), note: &note }.to_body();
        check(&none, &trusted, &log.last(3), Refused::Proof, 422);
        let mut proof = log.tree.consistency(3, 5).unwrap();
        proof[0][0] ^= 1;
        let changed = AddCheckpoint { old: 3, proof, note: &note }.to_body();
        check(&changed, &trusted, &log.last(3), Refused::Proof, 422);
        let same = AddCheckpoint { old: 5, proof: vec![[1; 32]], note: &note }.to_body();
        check(&same, &trusted, &log.last(5), Refused::Proof, 422);
    }

    #[test]
    fn two_views_of_a_log_are_never_both_cosigned() {
        let (one, two) = (Log::new(20, 20), Log::new(20, 6));
        let trusted = [one.key.public()];
        for seen in 7..=20 {
            let last = one.last(seen);
            let same = decide(&offer(&two, seen, seen), &trusted, &last);
            assert_eq!(same, Err(Refused::OtherRoot));
            for new in seen + 1..=20 {
                assert_eq!(decide(&offer(&two, seen, new), &trusted, &last), Err(Refused::Proof));
            }
        }
        // What both have in common says nothing against either.
        let common = one.last(6);
        assert_eq!(decide(&offer(&two, 6, 9), &trusted, &common), Ok(two.last(9)));
    }

    #[test]
    fn an_empty_log_has_the_root_of_nothing() {
        let log = Log::new(0, 0);
        let trusted = [log.key.public()];
        assert_eq!(decide(&offer(&log, 0, 0), &trusted, &Last::nothing()), Ok(Last::nothing()));
        let wrong = Checkpoint { origin: ORIGIN.to_owned(), size: 0, root: [1; 32] };
        let note = wrong.sign(&log.key);
        let body = AddCheckpoint { old: 0, proof: Vec::new(), note: &note }.to_body();
        assert_eq!(decide(&body, &trusted, &Last::nothing()), Err(Refused::OtherRoot));
        let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(origin_hash(""), hash);
    }
}
