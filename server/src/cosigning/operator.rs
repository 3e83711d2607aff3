//! What the operator says of witnesses: where each is asked, also of those whom no package names yet.

use countersign_core::contest::WitnessList;
use countersign_core::log::WitnessKey;

use super::panel::{One, Panel};
use super::{GivenAddress, Unfit, Who, WitnessAddress};

/// What the operator says of witnesses.
#[derive(Debug, Default)]
pub(super) struct Operator {
    given: Vec<GivenAddress>,
    /// How many have to cosign, where the package names nobody.
    needed: Option<usize>,
}

impl Operator {
    /// Checks what can be checked without knowing the package: a later one must not keep the server from starting again.
    ///
    /// # Errors
    /// [`Unfit::TwoAddresses`].
    pub(super) fn new(given: Vec<GivenAddress>, needed: Option<usize>) -> Result<Self, Unfit> {
        for (at, one) in given.iter().enumerate() {
            if given[..at].iter().any(|other| is_same(&one.who, &other.who)) {
                return Err(Unfit::TwoAddresses(one.who.name().to_owned()));
            }
        }
        Ok(Self { given, needed })
    }

    /// Those who are given by key: the witnesses where the package names nobody.
    pub(super) fn keyed(&self) -> impl Iterator<Item = WitnessAddress> + '_ {
        self.given.iter().filter_map(|one| match &one.who {
            Who::Key(key) => Some(WitnessAddress { key: key.clone(), url: one.url.clone() }),
            Who::Name(_) => None,
        })
    }

    /// Whether it says how many have to cosign.
    pub(super) const fn says_how_many(&self) -> bool {
        self.needed.is_some()
    }

    /// Names of those given who are not in a panel.
    pub(super) fn not_among(&self, panel: &Panel) -> Vec<String> {
        let mut names = Vec::new();
        for GivenAddress { who, .. } in &self.given {
            if !panel.all.iter().any(|one| who.is(&one.key)) {
                names.push(who.name().to_owned());
            }
        }
        names
    }

    /// The witnesses of a package's list with their addresses; where it has none, those who are given by key.
    ///
    /// # Errors
    /// [`Unfit::List`].
    pub(super) fn panel(&self, list: Option<&WitnessList>) -> Result<Panel, Unfit> {
        let Some(list) = list else { return self.own_panel() };
        list.check()?;
        let all = list.keys.iter().map(|key| One::new(key.clone(), self.address(key))).collect();
        Ok(Panel::new(Some(list.clone()), all, list.needed))
    }

    fn own_panel(&self) -> Result<Panel, Unfit> {
        let keyed: Vec<WitnessAddress> = self.keyed().collect();
        if keyed.is_empty() && self.needed.is_none() {
            return Ok(Panel::nobody(None));
        }
        let of = u32::try_from(keyed.len()).unwrap_or(u32::MAX);
        let needed = self
            .needed
            .map_or(WitnessList::majority(of), |needed| u32::try_from(needed).unwrap_or(u32::MAX));
        let keys = keyed.iter().map(|address| address.key.clone()).collect();
        WitnessList { keys, needed }.check()?;
        let one = |address: WitnessAddress| One::new(address.key.clone(), Some(address));
        Ok(Panel::new(None, keyed.into_iter().map(one).collect(), needed))
    }

    /// Where a witness is asked. Its key says more than its name, which another key may have had before.
    fn address(&self, key: &WitnessKey) -> Option<WitnessAddress> {
        let own = self.keyed().find(|address| address.key == *key);
        own.or_else(|| {
            let named = self.given.iter().find(|one| one.who.is(key))?;
            Some(WitnessAddress { key: key.clone(), url: named.url.clone() })
        })
    }
}

/// Whether both mean one witness whatever a package says: the same key, or its name.
fn is_same(one: &Who, other: &Who) -> bool {
    match (one, other) {
        (Who::Key(one), Who::Key(other)) => one == other,
        _ => one.name() == other.name(),
    }
}
