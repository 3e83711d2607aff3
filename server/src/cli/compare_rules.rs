//! `release compare-rules`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use countersign_core::results::{ReadingsCompared, Released};
use countersign_core::room::Room;

use super::release::place;
use super::table::Table;
use super::{Data, contest, print};
use crate::clock::rfc_3339;
use crate::failure::Failure;
use crate::node;

/// Compare two readings of the rules on what was received, before anything is released by either.
///
/// The other reading is a contest's folder that differs in its rules, such as one_delegate = "majority". It works on what counts in
/// each precinct now, or on the results as they would be with a preview. CSV: each precinct and group whose delegates differ, as
/// announced in the room, by the rules in force, and by the other reading; a cell is empty where a reading leaves it open. Then the
/// totals of each group over the precincts in which both say what they give, under the precinct `*`.
///
/// Exit codes: 0 nothing differs, 1 something does, 2 the folder or an argument has a mistake.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct CompareRules {
    #[command(flatten)]
    data: Data,
    /// Which room.
    #[arg(long, default_value = "official")]
    room: Room,
    /// The folder with the other reading's contest.toml.
    #[arg(long, value_name = "DIR")]
    contest: PathBuf,
    /// Number of a preview.
    #[arg(long)]
    preview: Option<u32>,
}

pub(super) fn compare(asked: &CompareRules) -> Result<ExitCode, Failure> {
    let other = contest::read(&asked.contest)?;
    let room = node::read_room(&asked.data.folder(), asked.room).map_err(Failure::mistake)?;
    let state = &room.state;
    let released = match asked.preview {
        None => Released::of_candidates(state),
        Some(number) => {
            let unknown = || Failure::mistake(format!("there is no preview {number}"));
            Some(
                Released::with_preview(state, place(number).ok_or_else(unknown)?)
                    .ok_or_else(unknown)?,
            )
        }
    };
    let released = released.ok_or_else(super::no_package)?;
    let compared = ReadingsCompared::of(state, &released, &other).map_err(Failure::mistake)?;
    let contest = &released.package.contest;
    let mut table = Table::of(["precinct", "group", "announced", "in_force", "other"])?;
    let number = |number: Option<u32>| number.map_or_else(String::new, |it| it.to_string());
    for one in &compared.differences {
        let id = contest.precinct(one.precinct.0).map_or("", |precinct| &precinct.id);
        let group = &contest.groups[one.group].key;
        let announced = one.announced.to_string();
        table.line([id, group, &announced, &number(one.in_force), &number(one.other)])?;
    }
    for (group, (in_force, other)) in contest.groups.iter().zip(&compared.totals) {
        table.line(["*", &group.key, "", &in_force.to_string(), &other.to_string()])?;
    }
    print(&table.text()?)?;
    if let Some(rules) = state.rules_in_force() {
        let since = rfc_3339(rules.since_ms);
        eprintln!(
            "rules in force: of package {}, since {since} (entry {})",
            rules.package, rules.index
        );
    }
    eprintln!(
        "{} precincts compared; {} cells differ",
        compared.precincts,
        compared.differences.len()
    );
    Ok(ExitCode::from(u8::from(!compared.differences.is_empty())))
}
