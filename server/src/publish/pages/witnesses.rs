//! Who cosigns the log, as pages say it.

use countersign_core::contest::WitnessList;
use countersign_core::language::Language;
use countersign_core::log::WitnessKey;

use super::words::whole;
use super::{Night, untold};
use crate::cosigning::leads_to;
use crate::room::Projection;
use crate::store::KeptCosignatures;

/// Who cosigns a log, as far as is known where pages are made.
#[derive(Debug, Clone, Default)]
pub struct Witnesses {
    /// All who count now, and of whom anything is known.
    pub all: Vec<Witness>,
    /// Those who counted before. A release that was approved then still rests on them.
    pub earlier: Vec<Witness>,
    /// How many of them have to cosign, where the contest names nobody. With 0 nobody is a witness then.
    pub needed: usize,
    /// Whether one has shown another log that this log's key signed.
    pub inconsistent: bool,
}

/// A witness of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its name.
    pub name: String,
    /// Its verifier key.
    pub key: String,
    /// Size of the largest checkpoint that it cosigned; 0 for none.
    pub size: u64,
    /// When its last cosignature came, server time in milliseconds; `None` before the first.
    pub at_ms: Option<u64>,
    /// Whether something keeps it from cosigning now.
    pub is_silent: bool,
    /// Since when the log has gone on without it, server time in milliseconds, where that is known.
    pub since_ms: Option<u64>,
}

/// Who has seen so many entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen<'a> {
    /// How many have.
    pub(super) by: usize,
    /// How many witnesses there are.
    pub(super) of: usize,
    /// How many have to.
    pub(super) needed: usize,
    /// Names of those that have not.
    pub(super) silent: Vec<&'a str>,
}

impl Seen<'_> {
    /// Whether it is as many as needed; also where nobody is.
    pub(super) const fn is_enough(&self) -> bool {
        self.by >= self.needed
    }
}

/// A witness is silent when the log has gone on without it for so long.
const SILENT_MS: u64 = 60_000;

impl Witnesses {
    /// The witnesses that the contest names and whatever a server kept of theirs, for whoever makes pages without being that
    /// server. How many an operator asked for is not known there: nobody is a witness where the contest names nobody.
    #[must_use]
    pub fn kept(kept: &KeptCosignatures, log: &Projection, now_ms: u64) -> Self {
        let each = kept.each.iter().filter_map(|(key, cosigned)| {
            let size = leads_to(log, &cosigned.note)?;
            let key: WitnessKey = key.parse().ok()?;
            let late = now_ms.saturating_sub(cosigned.at_ms) > SILENT_MS;
            Some(Witness {
                name: key.name().to_owned(),
                key: key.to_string(),
                size,
                at_ms: Some(cosigned.at_ms),
                is_silent: late && size < log.size(),
                since_ms: None,
            })
        });
        Self { all: each.collect(), ..Self::default() }
    }

    /// Who has cosigned at least `size` entries: of the contest's list, where it has one, else of all that are known. A witness
    /// of the list of which nothing is known is silent.
    pub(super) fn seen<'a>(&'a self, list: Option<&'a WitnessList>, size: u64) -> Seen<'a> {
        let each = |one: &'a Witness| (one.name.as_str(), one.size);
        let (all, needed): (Vec<(&str, u64)>, usize) = match list {
            None => (self.operators().iter().map(each).collect(), self.needed),
            Some(list) => {
                let sizes = list.keys.iter().map(|key| {
                    let text = key.to_string();
                    let mut known = self.all.iter().chain(&self.earlier);
                    let known = known.find(|one| one.key == text);
                    (key.name(), known.map_or(0, |one| one.size))
                });
                (sizes.collect(), usize::try_from(list.needed).unwrap_or(usize::MAX))
            }
        };
        let (of, mut silent) = (all.len(), Vec::new());
        silent.extend(all.iter().filter(|(_, has)| *has < size).map(|(name, _)| *name));
        Seen { by: of - silent.len(), of, needed, silent }
    }

    /// Those that whoever runs the server names.
    fn operators(&self) -> &[Witness] {
        if self.needed == 0 { &[] } else { &self.all }
    }

    /// Every witness that counts now, and how many are needed: those of the contest's list, where it has one.
    pub(super) fn now(&self, list: Option<&WitnessList>) -> (Vec<Witness>, usize) {
        let Some(list) = list else { return (self.operators().to_vec(), self.needed) };
        let known = |key: &WitnessKey| {
            let text = key.to_string();
            let found = self.all.iter().find(|one| one.key == text).cloned();
            found.unwrap_or_else(|| Witness {
                name: key.name().to_owned(),
                key: text,
                size: 0,
                at_ms: None,
                is_silent: true,
                since_ms: None,
            })
        };
        let needed = usize::try_from(list.needed).unwrap_or(usize::MAX);
        (list.keys.iter().map(known).collect(), needed)
    }
}

/// A witness, as the status page shows it. What it cosigned and whether it is silent is not in the log: both stand in elements
/// that are marked as untold, and that are there whatever they say.
pub(super) struct Line {
    pub(super) name: String,
    /// The verifier key, by which anybody checks what it cosigned.
    pub(super) key: String,
    /// Up to where it cosigned, and when it last did.
    pub(super) cosigned: String,
    /// That it is silent, and since when; empty where it is not.
    pub(super) silent: String,
}

impl Line {
    pub(super) fn of(night: &Night<'_>, language: Language, witness: Witness) -> Self {
        let time = |at_ms| night.time(language, at_ms);
        let cosigned = match witness.at_ms {
            Some(at_ms) => untold::COSIGNED.say(language, &[whole(witness.size), time(at_ms)]),
            None => untold::COSIGNED_NOTHING.say(language, &[]),
        };
        let silent = match (witness.is_silent, witness.since_ms) {
            (false, _) => String::new(),
            (true, None) => untold::SILENT.say(language, &[]),
            (true, Some(at_ms)) => untold::SILENT_SINCE.say(language, &[time(at_ms)]),
        };
        Self { cosigned, silent, name: witness.name, key: witness.key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::crypto::SigningKey;

    fn key(seed: u8, name: &str) -> WitnessKey {
        WitnessKey::new(name, SigningKey::from_seed(&[seed; 32]).public()).unwrap()
    }

    fn known(key: &WitnessKey, size: u64) -> Witness {
        let (name, key) = (key.name().to_owned(), key.to_string());
        Witness { name, key, size, at_ms: None, is_silent: false, since_ms: None }
    }

    #[test]
    fn the_list_in_force_counts_and_nobody_else() {
        let (a, b, c) = (key(1, "a"), key(2, "b"), key(3, "c"));
        let all = vec![known(&a, 9), known(&b, 4), known(&key(4, "c"), 9)];
        let witnesses = Witnesses { all, needed: 3, ..Witnesses::default() };
        let list = |keys: &[&WitnessKey], needed| WitnessList {
            keys: keys.iter().copied().cloned().collect(),
            needed,
        };
        let seen = witnesses.seen(None, 5);
        assert_eq!((seen.by, seen.of, seen.needed, seen.silent), (2, 3, 3, vec!["b"]));
        // The name of the third is in the list and its key is another one: it counts for nothing.
        let first = list(&[&a, &b, &c], 1);
        let seen = witnesses.seen(Some(&first), 5);
        assert!(seen.is_enough());
        assert_eq!((seen.by, seen.of, seen.silent), (1, 3, vec!["b", "c"]));
        let later = list(&[&c], 1);
        assert!(!witnesses.seen(Some(&later), 1).is_enough());
        let (now, needed) = witnesses.now(Some(&later));
        assert_eq!((now.len(), now[0].size, now[0].is_silent, needed), (1, 0, true, 1));
        // Of an operator's witnesses an exporter does not know how many are needed.
        let changed = Witnesses { earlier: vec![known(&c, 7)], ..witnesses.clone() };
        assert_eq!(changed.seen(Some(&later), 7).by, 1, "a release of when it counted rests on it");
        assert_eq!(changed.seen(None, 7).of, 3, "and nothing else does");
        let exported = Witnesses { needed: 0, ..witnesses };
        assert_eq!((exported.seen(None, 5).of, exported.now(None)), (0, (Vec::new(), 0)));
        assert_eq!(exported.seen(Some(&first), 5).by, 1);
        assert!(Witnesses::default().seen(None, 1).is_enough(), "nobody is asked for");
    }
}
