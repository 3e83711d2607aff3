//! `people token` and what else is done with tokens of observers' programs.

use clap::Args;
use countersign_core::message::Role;
use countersign_core::room::Room;

use super::accounts::{nobody, store};
use super::table::Table;
use super::{Data, print};
use crate::clock::{Clock as _, SystemClock, rfc_3339};
use crate::failure::Failure;
use crate::headquarters::NewFeedToken;
use crate::node;
use crate::store::MakeTokenError;

/// Make a token by which an observer's program reads the feed.
///
/// The token is shown once. It reads what observers are told, and signs nothing. It is good until `people revoke-token` ends it, or
/// until the account is locked or removed.
#[derive(Args)]
pub(super) struct MakeToken {
    #[command(flatten)]
    data: Data,
    /// The observer's number.
    #[arg(long)]
    number: u32,
}

/// End a token. Programs that use it are cut off within seconds.
#[derive(Args)]
pub(super) struct RevokeToken {
    #[command(flatten)]
    data: Data,
    /// Its number, as `people tokens` lists it.
    #[arg(long, value_name = "N")]
    token: u32,
}

pub(super) fn make(make: &MakeToken) -> Result<(), Failure> {
    let store = store(&make.data)?;
    let account = store.account(make.number).map_err(Failure::internal)?;
    let key = account.ok_or_else(|| nobody(make.number))?.public.id();
    let state =
        node::read_room(&make.data.folder(), Room::Official).map_err(Failure::mistake)?.state;
    if !state.persons().has_role(key, Role::Observer) {
        return Err(Failure::mistake(format!(
            "person {} is no observer: the feed is what campaigns are told",
            make.number
        )));
    }
    let new = NewFeedToken::make().map_err(Failure::internal)?;
    let token = store.make_feed_token(make.number, &new.hash, SystemClock.now_ms());
    let token = token.map_err(|error| match error {
        MakeTokenError::Store(error) => Failure::internal(error),
        mistake => Failure::mistake(mistake),
    })?;
    print(&format!(
        "Token {token} of person {}. It is shown only once: keep it as you keep a password.\n\n{}\n",
        make.number, *new.token
    ))
}

pub(super) fn revoke(revoke: &RevokeToken) -> Result<(), Failure> {
    let known = store(&revoke.data)?.remove_feed_token(revoke.token).map_err(Failure::internal)?;
    let none = || {
        Failure::mistake(format!("there is no token {}: `people tokens` lists them", revoke.token))
    };
    known.then_some(()).ok_or_else(none)?;
    print("revoked; programs that used it are cut off within seconds\n")
}

pub(super) fn list(data: &Data) -> Result<(), Failure> {
    let mut table = Table::of(["token", "number", "made", "last used"])?;
    for token in store(data)?.feed_tokens().map_err(Failure::internal)? {
        let used = token.used_ms.map_or_else(String::new, rfc_3339);
        table.line([
            token.token.to_string(),
            token.person.to_string(),
            rfc_3339(token.made_ms),
            used,
        ])?;
    }
    print(&table.text()?)
}
