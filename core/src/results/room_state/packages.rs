//! The packages of a room, and since when the rules of the newest have been in force.

use std::collections::HashMap;
use std::sync::Arc;

use super::RoomState;
use crate::id::MessageId;
use crate::log::Entry;
use crate::message::Package;

/// The rules of the newest package, by the package that brought them: later ones changed something else.
///
/// They are in force from that package's entry on. A release keeps the rules that were in force at its approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RulesInForce {
    /// Number of the package that brought them.
    pub package: u32,
    /// Index of its entry.
    pub index: u64,
    /// Server time of its entry, in milliseconds since the Unix epoch. In a log that was begun again: of the entry there.
    pub since_ms: u64,
}

/// Every package that was entered.
#[derive(Debug, Clone, Default)]
pub(super) struct Packages {
    by_id: HashMap<MessageId, Arc<Package>>,
    /// In log order, each with the index and the time of its entry.
    entered: Vec<(u64, u64, MessageId)>,
}

impl Packages {
    pub(super) fn enter(&mut self, index: u64, entry: &Entry, package: Arc<Package>) {
        self.by_id.insert(entry.message, package);
        self.entered.push((index, entry.time_ms, entry.message));
    }

    pub(super) fn get(&self, id: MessageId) -> Option<&Arc<Package>> {
        self.by_id.get(&id)
    }
}

impl RoomState {
    /// Whether a package was ever entered.
    #[must_use]
    pub fn knows_package(&self, id: MessageId) -> bool {
        self.packages.get(id).is_some()
    }

    /// The newest package.
    #[must_use]
    pub fn package(&self) -> Option<&Arc<Package>> {
        self.packages.get(self.package_id()?)
    }

    /// The package that was the newest when the log had so many entries.
    #[must_use]
    pub fn package_by(&self, size: u64) -> Option<&Arc<Package>> {
        let Packages { entered, .. } = &self.packages;
        let before = entered.partition_point(|(index, ..)| *index < size);
        let (.., id) = entered.get(before.checked_sub(1)?)?;
        self.packages.get(*id)
    }

    /// The most tablets that one invitation can have enrolled: a package that allows fewer does not take back what an earlier
    /// one allowed. Nought before there is a package.
    pub(in crate::results) fn tablets_per_invitation_max(&self) -> u32 {
        let packages = self.packages.by_id.values();
        let limits = packages.map(|package| package.contest.limits.tablets_per_invitation);
        limits.max().unwrap_or_default()
    }

    /// Id of the newest package.
    #[must_use]
    pub fn package_id(&self) -> Option<MessageId> {
        self.packages.entered.last().map(|(.., id)| *id)
    }

    /// Since when the rules of the newest package have been in force. `None` without a package.
    #[must_use]
    pub fn rules_in_force(&self) -> Option<RulesInForce> {
        let rules = &self.package()?.contest.rules;
        let packages = self.packages.entered.iter().rev().map_while(|(index, since_ms, id)| {
            let package = self.packages.get(*id)?;
            let same = package.contest.rules == *rules;
            same.then_some(RulesInForce {
                package: package.number,
                index: *index,
                since_ms: *since_ms,
            })
        });
        packages.last()
    }
}
