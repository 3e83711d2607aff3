//! `contest`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use countersign_core::audit;
use countersign_core::contest::{self, Contest, Files, Mistake, worksheet};

use super::{print, read_file};
use crate::failure::Failure;
use crate::folder::replace;
use crate::genesis::{Packing, beside, fingerprint, pack};
use crate::keys::{KeyFolder, read_key};
use crate::titles;
use crate::tls::read_certificates;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Read a contest's folder and name every mistake with file, line and remedy.
    Check {
        /// The folder with contest.toml.
        dir: PathBuf,
    },
    /// Make the package: the contest as one message signed by the party key. Done where the party key is.
    ///
    /// Beside FILE it writes what else only the party may sign, FILE with the ending `.genesis`; `init` needs both.
    Pack {
        /// The folder with contest.toml.
        dir: PathBuf,
        /// Number of the package: 1, and one more each time the contest changes.
        #[arg(long, value_name = "N")]
        number: u32,
        /// The folder that `keys init` made, with party/ and server/.
        #[arg(long, value_name = "DIR")]
        keys: PathBuf,
        /// Where tablets send reports: https://host[:port], http for this machine only; may be repeated.
        #[arg(long = "server", value_name = "URL", required = true)]
        servers: Vec<String>,
        /// Certificates (PEM) that tablets shall trust besides the public ones; may be repeated.
        #[arg(long = "tls-root", value_name = "FILE")]
        tls_roots: Vec<PathBuf>,
        /// The package.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Run rules and checks over published results of every precinct.
    Audit {
        /// The folder with contest.toml.
        dir: PathBuf,
        /// The results, CSV.
        #[arg(long, value_name = "CSV")]
        reports: PathBuf,
        /// One JSON array instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Print a precinct's rehearsal worksheet.
    Worksheet {
        /// The folder with contest.toml.
        dir: PathBuf,
        /// Id of the precinct.
        precinct: String,
    },
}

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Check { dir } => {
            let contest = read(&dir)?;
            print(&format!(
                "{}: {} precincts, {} groups, no mistakes\n",
                contest.id,
                contest.precincts.len(),
                contest.groups.len()
            ))?;
            print(&witnesses(&contest))?;
        }
        Command::Pack { dir, number, keys, servers, tls_roots, out } => {
            let mut roots = Vec::new();
            for path in &tls_roots {
                roots.extend(read_certificates(path)?.iter().map(|root| root.to_vec()));
            }
            let packing = Packing { number, servers, tls_roots: roots };
            let keys = KeyFolder(keys);
            let contest = read(&dir)?;
            let witnesses = witnesses(&contest);
            let packed = pack(contest, &packing, &keys)?;
            let genesis = serde_json::to_vec_pretty(&packed.genesis).expect("texts always encode");
            replace(&beside(&out), &genesis).map_err(Failure::mistake)?;
            replace(&out, packed.package.bytes()).map_err(Failure::mistake)?;
            let party = read_key(&keys.party()).map_err(Failure::mistake)?;
            print(&format!(
                "package      {} ({} bytes), number {number}, id {}\nbeside it    {}\nparty key    {}\n",
                out.display(),
                packed.package.bytes().len(),
                packed.package.id(),
                beside(&out).display(),
                fingerprint(&party.public()),
            ))?;
            print(&witnesses)?;
        }
        Command::Audit { dir, reports, json } => {
            let contest = read(&dir)?;
            let name = reports.display().to_string();
            let found = audit::audit(&contest, &name, &read_file(&reports)?)
                .map_err(|mistakes| all(&mistakes))?;
            if json {
                let mut text = serde_json::to_string(&found.rows).map_err(Failure::internal)?;
                text.push('\n');
                print(&text)?;
            } else {
                print(&audit::render(&contest, &found))?;
            }
        }
        Command::Worksheet { dir, precinct } => print(&sheet(&read(&dir)?, &precinct)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Who cosigns the contest's logs, a line for each; nothing where it names nobody.
pub(super) fn witnesses(contest: &Contest) -> String {
    let Some(list) = &contest.witnesses else { return String::new() };
    let mut text = format!("witnesses    {}, {} needed\n", list.keys.len(), list.needed);
    for key in &list.keys {
        text.push_str(&format!("  {key}\n"));
    }
    text
}

/// Reads a contest's folder.
pub(super) fn read(dir: &Path) -> Result<Contest, Failure> {
    let mut files = Files::new();
    collect(dir, dir, &mut files)?;
    contest::read(&files).map_err(|mut mistakes| {
        for mistake in &mut mistakes {
            mistake.file = dir.join(&mistake.file).display().to_string();
        }
        all(&mistakes)
    })
}

fn all(mistakes: &[Mistake]) -> Failure {
    let lines: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
    let count = match mistakes.len() {
        1 => "1 mistake".to_owned(),
        count => format!("{count} mistakes"),
    };
    Failure::mistake(format!("{}\n{count}", lines.join("\n")))
}

fn collect(root: &Path, dir: &Path, files: &mut Files) -> Result<(), Failure> {
    let failed = |error| Failure::mistake(format!("{}: {error}", dir.display()));
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "toml" || ending == "csv") {
            let inside = path.strip_prefix(root).unwrap_or(&path);
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            files.insert(parts.join("/"), read_file(&path)?);
        }
    }
    Ok(())
}

fn sheet(contest: &Contest, id: &str) -> Result<String, Failure> {
    let (number, precinct) = contest
        .precinct_by_id(id)
        .ok_or_else(|| Failure::mistake(format!("the contest has no precinct {id}")))?;
    let sheet = worksheet(contest, number)
        .ok_or_else(|| Failure::mistake(format!("the contest brings no worksheet for {id}")))?;
    let mut text = format!(
        "REHEARSAL\n{}, {} ({id})\nAttendees {}\n",
        precinct.name,
        contest.county_display(precinct),
        sheet.attendees
    );
    for (kind, numbers) in contest.counts.iter().zip(&sheet.counts) {
        text.push_str(&format!("\n{}\n", titles::of_count(*kind)));
        for (group, number) in contest.groups.iter().zip(numbers) {
            text.push_str(&format!("  {:<28}{number:>7}\n", group.name));
        }
    }
    Ok(text)
}
