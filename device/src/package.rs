//! Which package a tablet works with (design section 4): pinned by its installer or the first one that came; never a
//! lower number; inside the freeze the one it rehearsed with.

use countersign_core::contest::Contest;
use countersign_core::id::{KeyId, MessageId};
use countersign_core::message::{Message, Package};

use crate::api::ProblemCode;
use crate::db::package::{self as table, Party};
use crate::db::{keys, outbox, setting};
use crate::error::Result;
use crate::state::State;

/// The party key's id that an invitation's link named before there was a package, in hexadecimal digits.
pub(crate) const WANTED_PARTY: &str = "wanted-party";
/// The server that the same link named.
pub(crate) const WANTED_ADDRESS: &str = "wanted-address";

/// Where a package came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The app was made for this caucus: it pins the party key.
    Installer,
    /// A file that a person brought.
    File,
    /// A server.
    Network,
}

/// Takes a package if it is to be taken; says whether it is in use now and was not before. Durable on return.
///
/// # Errors
/// `PackageRefused` when it cannot be believed.
pub(crate) fn offer(state: &mut State, bytes: &[u8], source: Source) -> Result<bool> {
    if is_in_use(state, bytes, source)? {
        return Ok(false);
    }
    let (message, package) = Package::read(bytes).map_err(|error| {
        tracing::warn!(%error, ?source, "a package was refused");
        ProblemCode::PackageRefused
    })?;
    if let Err(error) = package.contest.check_shape() {
        tracing::warn!(%error, ?source, "a package was refused");
        return Err(ProblemCode::PackageRefused.into());
    }
    let known = table::party(&state.db)?;
    let fresh =
        keys::precincts(&state.db)?.is_empty() && crate::db::draft::lines(&state.db)?.is_empty();
    let other = known
        .as_ref()
        .is_some_and(|party| party.key != package.party_key || party.contest != package.contest.id);
    // What the network brought first may give way to what an installer pins, while nothing was done with it.
    let gives_way =
        source == Source::Installer && fresh && known.as_ref().is_some_and(|party| !party.pinned);
    if (other && !gives_way) || !is_wanted(state, &package)? {
        tracing::warn!(?source, "a package of another party or contest was refused");
        return Err(ProblemCode::PackageRefused.into());
    }
    let pinned =
        source == Source::Installer || known.as_ref().is_some_and(|party| party.pinned && !other);
    if !other && !is_newer(state, &package)? {
        if pinned && known.as_ref().is_some_and(|party| !party.pinned) {
            let party =
                Party { key: package.party_key, contest: package.contest.id.clone(), pinned };
            table::set_party(&state.db, &party)?;
        }
        return Ok(false);
    }
    let tx = state.begin()?;
    if other {
        tx.execute("DELETE FROM package WHERE id NOT IN (SELECT package FROM draft)", [])?;
    }
    let party = Party { key: package.party_key, contest: package.contest.id.clone(), pinned };
    table::set_party(&tx, &party)?;
    table::add(&tx, message.id(), package.number, bytes)?;
    outbox::requeue_mismatched(&tx)?;
    tx.commit()?;
    state.adopted(message.id(), package);
    Ok(true)
}

/// Whether these very bytes were taken before, by an installer's hand if it is one that offers them now. Reading a package
/// with two thousand precincts takes a while, and an installer offers it at every start.
fn is_in_use(state: &State, bytes: &[u8], source: Source) -> Result<bool> {
    let Some(current) = state.current else { return Ok(false) };
    if !Message::parse(bytes).is_ok_and(|message| message.id() == current) {
        return Ok(false);
    }
    Ok(source != Source::Installer || table::party(&state.db)?.is_some_and(|party| party.pinned))
}

/// Whether a party key is the one that an invitation's link asked for; any is where none did.
fn is_wanted(state: &State, package: &Package) -> Result<bool> {
    let wanted = setting::read(&state.db, WANTED_PARTY)?.and_then(|hex| KeyId::from_hex(&hex));
    Ok(state.current.is_some() || wanted.is_none_or(|wanted| wanted == package.party_key.id()))
}

fn is_newer(state: &mut State, package: &Package) -> Result<bool> {
    let Some(current) = state.current else { return Ok(true) };
    let current = state.package(current)?;
    Ok(package.number > current.number && !frozen(&current.contest, state.wall_ms()))
}

/// Whether a package is kept as it is at this device time. A clock outside the package's validity is wrong, and then
/// it is taken to be the caucus day.
pub(crate) fn frozen(contest: &Contest, wall_ms: u64) -> bool {
    contest.freeze.contains(wall_ms) || !contest.valid.contains(wall_ms)
}

/// First characters of a package's id, as the help screen shows them.
pub(crate) fn fingerprint(id: MessageId) -> String {
    id.to_string().chars().take(8).collect()
}
