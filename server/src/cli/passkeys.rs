//! `people passkeys` and `people remove-passkey`.

use clap::Args;

use super::accounts::store;
use super::table::Table;
use super::{Data, print};
use crate::clock::rfc_3339;
use crate::failure::Failure;

/// Remove somebody's passkey, after a device was lost for instance. They sign in with printed codes, or another passkey.
///
/// Whoever is signed in stays so: `people lock` signs them out.
#[derive(Args)]
pub(super) struct RemovePasskey {
    #[command(flatten)]
    data: Data,
    /// Its number, as `people passkeys` lists it.
    #[arg(long, value_name = "N")]
    passkey: u32,
}

pub(super) fn remove(remove: &RemovePasskey) -> Result<(), Failure> {
    let store = store(&remove.data)?;
    let known = store.remove_passkey(remove.passkey, None).map_err(Failure::internal)?;
    let none = || {
        let number = remove.passkey;
        Failure::mistake(format!("there is no passkey {number}: `people passkeys` lists them"))
    };
    known.then_some(()).ok_or_else(none)?;
    print("removed; nobody signs in with it any more\n")
}

pub(super) fn list(data: &Data) -> Result<(), Failure> {
    let mut table = Table::of(["passkey", "number", "name", "added", "last used"])?;
    for passkey in store(data)?.all_passkeys().map_err(Failure::internal)? {
        let used = passkey.used_ms.map_or_else(String::new, rfc_3339);
        let (number, person) = (passkey.passkey.to_string(), passkey.person.to_string());
        table.line([number, person, passkey.name, rfc_3339(passkey.added_ms), used])?;
    }
    print(&table.text()?)
}
