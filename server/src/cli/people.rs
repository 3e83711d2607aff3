//! `people`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use countersign_core::crypto::SigningKey;
use countersign_core::id::PublicKey;
use countersign_core::message::{Message, People, Person, Role, Scope};
use countersign_core::room::Room;

use super::desk::Admin;
use super::table::Table;
use super::{Data, accounts, feed_tokens, passkeys, print};
use crate::failure::Failure;
use crate::keys::{generate, read_key, write_secret};
use crate::node;

#[derive(Subcommand)]
pub(super) enum Command {
    Key(MakeKey),
    Name(Name),
    /// Everybody who may sign in a room, as CSV: number, role, key, whether it was revoked.
    List {
        #[command(flatten)]
        data: Data,
    },
    Account(accounts::MakeAccount),
    /// Print new one-time codes for somebody. The earlier ones are good no more.
    Codes(accounts::Whose),
    /// Lock somebody's account. They are signed out within seconds.
    Lock(accounts::Whose),
    /// Unlock somebody's account, also after wrong passwords.
    Unlock(accounts::Whose),
    Remove(accounts::Remove),
    /// Everybody who has an account, as CSV: number, name, whether it is locked, codes left, passkeys.
    Accounts {
        #[command(flatten)]
        data: Data,
    },
    Token(feed_tokens::MakeToken),
    /// Every token of observers' programs, as CSV: its number, the observer's, when it was made and last used (UTC).
    Tokens {
        #[command(flatten)]
        data: Data,
    },
    RevokeToken(feed_tokens::RevokeToken),
    /// Every passkey, as CSV: its number, the person's, what they call it, when it was added and last used (UTC).
    Passkeys {
        #[command(flatten)]
        data: Data,
    },
    RemovePasskey(passkeys::RemovePasskey),
}

/// Make a person's key.
///
/// Made by the person, on their own machine: the file stays there, and what is printed goes to whoever names people. It can be
/// read by its owner only and is not sealed by a password: keep it on a machine or stick of your own.
#[derive(Args)]
pub(super) struct MakeKey {
    /// The new file.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Say who somebody is and what they may do.
///
/// Enters it in both rooms. Admins and release managers are named by the party's key, which is not on the server:
/// `--party-key` reads it, for instance from a stick. Operators, reviewers and observers are named by the admin.
///
/// A person has one number, whatever keys they have: two keys with one number never count as two people.
#[derive(Args)]
pub(super) struct Name {
    #[command(flatten)]
    admin: Admin,
    /// The person's number at headquarters.
    #[arg(long)]
    number: u32,
    /// What they may do.
    #[arg(long, value_enum)]
    role: RoleName,
    /// Their public key, as `people key` printed it.
    #[arg(long, value_name = "KEY")]
    public: String,
    /// The party's key; needed for admins and release managers.
    #[arg(long, value_name = "FILE")]
    party_key: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum RoleName {
    /// Invites, revokes, opens rooms, asks to withhold messages.
    Admin,
    /// Types what was called in, or came on paper.
    Operator,
    /// Decides which report counts, types worksheets from their photos, answers objections.
    Reviewer,
    /// Previews, releases, withdraws, stops.
    ReleaseManager,
    /// Watches for a campaign and objects.
    Observer,
}

impl RoleName {
    pub(super) const fn role(self) -> Role {
        match self {
            Self::Admin => Role::Admin,
            Self::Operator => Role::Operator,
            Self::Reviewer => Role::Reviewer,
            Self::ReleaseManager => Role::ReleaseManager,
            Self::Observer => Role::Observer,
        }
    }
}

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Key(make) => make_key(&make)?,
        Command::Name(name) => name_person(&name)?,
        Command::List { data } => list(&data)?,
        Command::Account(make) => accounts::make(&make)?,
        Command::Codes(whose) => accounts::codes(&whose)?,
        Command::Lock(whose) => accounts::set_locked(&whose, true)?,
        Command::Unlock(whose) => accounts::set_locked(&whose, false)?,
        Command::Remove(remove) => accounts::remove(&remove)?,
        Command::Accounts { data } => accounts::list(&data)?,
        Command::Token(make) => feed_tokens::make(&make)?,
        Command::Tokens { data } => feed_tokens::list(&data)?,
        Command::RevokeToken(revoke) => feed_tokens::revoke(&revoke)?,
        Command::Passkeys { data } => passkeys::list(&data)?,
        Command::RemovePasskey(remove) => passkeys::remove(&remove)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn make_key(make: &MakeKey) -> Result<(), Failure> {
    let bytes = generate().map_err(Failure::internal)?;
    let key = SigningKey::from_pkcs8(&bytes).map_err(Failure::internal)?;
    write_secret(&make.out, &bytes).map_err(Failure::mistake)?;
    print(&format!("{}\n", key.public()))
}

fn name_person(name: &Name) -> Result<(), Failure> {
    let key = PublicKey::from_hex(&name.public).ok_or_else(|| {
        Failure::mistake(format!("{} is no public key: it has 64 hexadecimal digits", name.public))
    })?;
    let role = name.role.role();
    let signer = signer(&name.admin, role, name.party_key.as_deref())?;
    let people = People { people: vec![Person { number: name.number, role, key }] };
    let desk = name.admin.open()?;
    for room in Room::ALL {
        let contest = desk.room(room)?.state.contest().to_owned();
        let message = Message::sign(&signer, Scope::room(&contest, room), &people);
        let index = desk.enter(room, message)?;
        print(&format!("{room} room: named by log entry {index}\n"))?;
    }
    desk.close()
}

/// Who may name somebody with a role.
pub(super) fn signer(
    admin: &Admin,
    role: Role,
    party_key: Option<&Path>,
) -> Result<SigningKey, Failure> {
    match (party_key, role) {
        (Some(path), _) => read_key(path).map_err(Failure::mistake),
        (None, Role::Admin | Role::ReleaseManager) => Err(Failure::mistake(
            "admins and release managers are named by the party's key: add --party-key",
        )),
        (None, _) => admin.key(),
    }
}

fn list(data: &Data) -> Result<(), Failure> {
    let mut table = Table::of(["room", "number", "role", "key", "revoked"])?;
    for room in Room::ALL {
        let state = node::read_room(&data.folder(), room).map_err(Failure::mistake)?.state;
        for (person, revoked) in state.persons().all() {
            table.line([
                room.as_str(),
                &person.number.to_string(),
                person.role.code(),
                &person.key.id().to_string(),
                if revoked { "yes" } else { "no" },
            ])?;
        }
    }
    print(&table.text()?)
}
