//! `people account` and what else is done with accounts of headquarters.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_core::message::{Message, People, Person, Revoke, RevokeReason, Scope};
use countersign_core::room::Room;
use countersign_core::seal::Cost;
use zeroize::Zeroizing;

use super::desk::Admin;
use super::people::{RoleName, signer};
use super::table::Table;
use super::{Data, print, read_file};
use crate::failure::Failure;
use crate::headquarters::{NewAccount, OneTimeCode, new_codes, sign_in_name};
use crate::store::{MakeAccountError, PrivateStore, QuarantineLimits};

/// Make somebody's account at headquarters, and say what they may do.
///
/// Makes their key, seals it by their password, enters in both rooms who they are, and prints ten one-time codes, once: they are
/// asked for one of them, with name and password, each time they sign in. The password is read from standard input, one line, or
/// from a file; it is never an argument, since others on this machine can read those.
///
/// Admins and release managers are named by the party's key (`--party-key`), everybody else by the admin.
#[derive(Args)]
pub(super) struct MakeAccount {
    #[command(flatten)]
    admin: Admin,
    /// The person's number at headquarters.
    #[arg(long)]
    number: u32,
    /// Their name: what they sign in with, and what others at headquarters read. It never leaves this server.
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// What they may do.
    #[arg(long, value_enum)]
    role: RoleName,
    /// File whose first line is their password: at least 10 characters. Standard input without it.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The party's key; needed for admins and release managers.
    #[arg(long, value_name = "FILE")]
    party_key: Option<PathBuf>,
}

/// Whose account.
#[derive(Args)]
pub(super) struct Whose {
    #[command(flatten)]
    data: Data,
    /// The person's number.
    #[arg(long)]
    number: u32,
}

/// Remove somebody's account, and revoke their key in both rooms.
///
/// What they signed before stays. They are signed out within seconds.
#[derive(Args)]
pub(super) struct Remove {
    #[command(flatten)]
    admin: Admin,
    /// The person's number.
    #[arg(long)]
    number: u32,
}

/// The private store of a folder that is set up. A server may be using it.
pub(super) fn store(data: &Data) -> Result<PrivateStore, Failure> {
    let folder = data.folder();
    folder.identity().map_err(Failure::mistake)?;
    PrivateStore::open(&folder.private(), QuarantineLimits::default()).map_err(Failure::internal)
}

pub(super) fn make(make: &MakeAccount) -> Result<(), Failure> {
    let role = make.role.role();
    let signer = signer(&make.admin, role, make.party_key.as_deref())?;
    let store = store(&make.admin.data)?;
    if store.account(make.number).map_err(Failure::internal)?.is_some() {
        return Err(Failure::mistake(MakeAccountError::Number(make.number)));
    }
    let password = password(make.password_file.as_deref())?;
    let new = NewAccount::make(make.number, &make.name, &password, Cost::default())
        .map_err(Failure::mistake)?;
    let person = Person { number: make.number, role, key: new.account.public };
    let people = People { people: vec![person] };
    let desk = make.admin.open()?;
    let kept = store.make_account(&new.account, &sign_in_name(&make.name), &new.code_hashes());
    kept.map_err(|error| match error {
        MakeAccountError::Store(error) => Failure::internal(error),
        mistake => Failure::mistake(mistake),
    })?;
    let mut named = Ok(());
    for room in Room::ALL {
        named = named.and_then(|()| {
            let contest = desk.room(room)?.state.contest().to_owned();
            desk.enter(room, Message::sign(&signer, Scope::room(&contest, room), &people))?;
            Ok(())
        });
    }
    if let Err(failure) = named {
        // Nobody could sign anything with it.
        store.remove_account(make.number).map_err(Failure::internal)?;
        return Err(failure);
    }
    desk.close()?;
    print(&format!(
        "{} has an account as person {}, {}.\n\n{}",
        new.account.name,
        make.number,
        role.code(),
        sheet(&new.account.name, &new.codes)
    ))
}

pub(super) fn codes(whose: &Whose) -> Result<(), Failure> {
    let store = store(&whose.data)?;
    let account = store.account(whose.number).map_err(Failure::internal)?;
    let account = account.ok_or_else(|| nobody(whose.number))?;
    let codes = new_codes().map_err(Failure::internal)?;
    let hashes: Vec<_> = codes.iter().map(|code| code.hash(&account.salt)).collect();
    store.replace_codes(whose.number, &hashes).map_err(Failure::internal)?;
    print(&format!("The earlier codes are good no more.\n\n{}", sheet(&account.name, &codes)))
}

pub(super) fn set_locked(whose: &Whose, locked: bool) -> Result<(), Failure> {
    let known = store(&whose.data)?.set_locked(whose.number, locked).map_err(Failure::internal)?;
    known.then_some(()).ok_or_else(|| nobody(whose.number))?;
    print(if locked {
        "locked; who was signed in is signed out within seconds\n"
    } else {
        "unlocked, and wrong passwords so far are forgotten\n"
    })
}

pub(super) fn remove(remove: &Remove) -> Result<(), Failure> {
    let store = store(&remove.admin.data)?;
    let account = store.account(remove.number).map_err(Failure::internal)?;
    let account = account.ok_or_else(|| nobody(remove.number))?;
    let admin = remove.admin.key()?;
    let desk = remove.admin.open()?;
    let revoke = Revoke { key: account.public.id(), reason: RevokeReason::Unused };
    for room in Room::ALL {
        let contest = desk.room(room)?.state.contest().to_owned();
        desk.enter(room, Message::sign(&admin, Scope::room(&contest, room), &revoke))?;
    }
    desk.close()?;
    store.remove_account(remove.number).map_err(Failure::internal)?;
    print("removed, and the key is revoked in both rooms\n")
}

pub(super) fn list(data: &Data) -> Result<(), Failure> {
    let store = store(data)?;
    let mut table = Table::of(["number", "name", "locked", "codes left", "passkeys"])?;
    for account in store.accounts().map_err(Failure::internal)? {
        let codes = store.codes(account.number).map_err(Failure::internal)?.len().to_string();
        let passkeys = store.passkeys(account.number).map_err(Failure::internal)?.len().to_string();
        let locked = if account.locked { "yes" } else { "no" };
        table.line([&account.number.to_string(), &account.name, locked, &codes, &passkeys])?;
    }
    print(&table.text()?)
}

pub(super) fn nobody(number: u32) -> Failure {
    Failure::mistake(format!("person {number} has no account: `people accounts` lists them"))
}

/// What is printed and handed over.
fn sheet(name: &str, codes: &[OneTimeCode]) -> String {
    let mut text = format!(
        "One-time codes of {name}. Print this page now: the codes are shown only once. Each is good for one sign-in; cross it\n\
         out then. Keep the page on you and apart from the password. When two are left, ask for new ones.\n\n"
    );
    for (number, code) in (1..).zip(codes) {
        text.push_str(&format!("  {number:>2}.  {code}\n"));
    }
    text
}

/// The first line of a file or of standard input.
fn password(file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    if let Some(path) = file {
        let bytes = Zeroizing::new(read_file(path)?);
        let text = std::str::from_utf8(&bytes);
        let text = text.map_err(|_| Failure::mistake("the password is not UTF-8"))?;
        return Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()));
    }
    if !std::io::stdin().is_terminal() {
        return line();
    }
    let (first, second) = unseen(|| {
        eprint!("Password, at least 10 characters (it is not shown): ");
        let first = line()?;
        eprint!("\nThe same once more: ");
        let second = line()?;
        eprintln!();
        Ok((first, second))
    })?;
    if first != second {
        return Err(Failure::mistake("the two are not the same: nothing was made, begin again"));
    }
    Ok(first)
}

fn line() -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line).map_err(Failure::internal)?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Reads from the terminal while it does not show what is typed.
#[cfg(unix)]
fn unseen<T>(read: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let terminal = std::io::stdin();
    let shown = tcgetattr(&terminal).map_err(Failure::internal)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&terminal, OptionalActions::Now, &hidden).map_err(Failure::internal)?;
    let read = read();
    tcsetattr(&terminal, OptionalActions::Now, &shown).map_err(Failure::internal)?;
    read
}

#[cfg(not(unix))]
fn unseen<T>(read: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    read()
}
