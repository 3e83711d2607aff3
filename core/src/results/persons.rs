//! The people of a room.

use std::collections::HashMap;

use crate::id::{KeyId, PublicKey};
use crate::message::{Person, Role};

/// Who may sign what: the people that the party and its admins named, by their keys.
#[derive(Debug, Clone, Default)]
pub struct Persons {
    by_key: HashMap<KeyId, Person>,
    /// Index of the entry that revoked a key.
    revoked: HashMap<KeyId, u64>,
}

impl Persons {
    /// The person with a key that was not revoked.
    #[must_use]
    pub fn get(&self, key: KeyId) -> Option<&Person> {
        self.by_key.get(&key).filter(|_| !self.revoked.contains_key(&key))
    }

    /// The person who had a key, also when it was revoked since: for what they signed before.
    #[must_use]
    pub fn ever(&self, key: KeyId) -> Option<&Person> {
        self.by_key.get(&key)
    }

    /// The key with an id, if a person has it and it was not revoked.
    #[must_use]
    pub fn key(&self, key: KeyId) -> Option<PublicKey> {
        self.get(key).map(|person| person.key)
    }

    /// Whether a key is that of somebody with a role.
    #[must_use]
    pub fn has_role(&self, key: KeyId, role: Role) -> bool {
        self.get(key).is_some_and(|person| person.role == role)
    }

    /// Everybody, by number, with whether their key was revoked.
    #[must_use]
    pub fn all(&self) -> Vec<(&Person, bool)> {
        let mut all: Vec<_> = self
            .by_key
            .iter()
            .map(|(key, person)| (person, self.revoked.contains_key(key)))
            .collect();
        all.sort_by_key(|(person, _)| (person.number, person.key.id()));
        all
    }

    pub(super) fn extend(&mut self, people: Vec<(KeyId, Person)>) {
        self.by_key.extend(people);
    }

    /// Revokes a key, if it is a person's.
    pub(super) fn revoke(&mut self, key: KeyId, index: u64) -> bool {
        let known = self.by_key.contains_key(&key);
        if known {
            self.revoked.entry(key).or_insert(index);
        }
        known
    }
}
