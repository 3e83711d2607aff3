//! Tablets that are killed while somebody works on them, perhaps with a faulty disk.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use countersign_core::contest::read_published;
use countersign_core::hand_off::HandOff;
use countersign_core::id::MessageId;
use countersign_core::message::{Kind, Package};
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;
use countersign_device::Tablet;
use countersign_device::api::{Answer, Command, LockView, ReportView, Standing, View};
use countersign_tests::faulty_disk::FaultyDisk;
use countersign_tests::paper::Paper;
use countersign_tests::party::Party;
use countersign_tests::places;
use countersign_tests::wait::{self, Look};
use rand::RngExt as _;
use tempfile::TempDir;

use crate::child::{Orders, Said, Shown};
use crate::device::{self, PIN, failed, log_index, look};
use crate::rounds::{self, Subject, Told};
use crate::strike::Blow;
use crate::{Outcome, dice, shadow};

/// The room that is reported in.
const ROOM: Room = Room::Official;
/// Precincts with few figures, so that a season sees many signatures.
const PRECINCTS: [&str; 6] = ["oak-1", "oak-2", "elm-1", "willow", "birch", "cedar"];

/// The rounds of tablets, all of which report to one party server.
pub(crate) struct Tablets {
    seed: u64,
    folder: TempDir,
    party: Party,
    package: Package,
    papers: Vec<(String, Paper)>,
    season: Option<Season>,
    /// Every report that was signed, with its receipt.
    signed: BTreeMap<String, String>,
    /// Below each tablet that is killed.
    disk: Option<FaultyDisk>,
    tally: Tally,
}

/// What the kills and faults struck.
#[derive(Default)]
struct Tally {
    commands: u64,
    /// A command was under way, and had been done.
    done: u64,
    /// A command was under way, and had not been done, or was one that changes nothing.
    not_done: u64,
    /// An operation of the disk failed, or ended the process.
    faults: u64,
    /// A command answered that it could not save.
    not_saved: u64,
}

/// A tablet and its shadow.
struct Season {
    orders: Orders,
    /// Where the orders stand.
    file: PathBuf,
    shadow: Tablet,
    known: BTreeMap<String, Known>,
}

/// What was ever seen of a signed report.
struct Known {
    view: ReportView,
    /// Its place in the log, once it was countersigned.
    log_index: Option<u64>,
}

impl Tablets {
    /// Starts the party server.
    pub(crate) fn set_up(seed: u64, disk: Option<FaultyDisk>) -> Outcome<Self> {
        let folder = crate::servers::folder()?;
        let mut party = Party::plain(&folder.path().join("party"), &places::contest("practice"))?;
        let (_, package) = Package::read(&std::fs::read(party.package())?)?;
        party.start()?;
        let results = std::fs::read(places::contest("practice").join("results.csv"))?;
        let published = read_published(&package.contest, "results.csv", &results)
            .map_err(|mistakes| format!("{mistakes:?}"))?;
        let papers = published.iter().filter_map(|published| {
            let precinct = package.contest.precinct(published.precinct)?;
            let chosen = PRECINCTS.contains(&precinct.id.as_str());
            chosen.then(|| (precinct.id.clone(), Paper::of(&package.contest, published)))
        });
        let papers = papers.collect();
        let (season, signed, tally) = (None, BTreeMap::new(), Tally::default());
        Ok(Self { seed, folder, party, package, papers, season, signed, disk, tally })
    }

    fn verify(&self, id: &str, receipt: &str) -> Outcome<Receipt> {
        let id = MessageId::from_hex(id).ok_or("not an id")?;
        let log = self.package.contest.log(ROOM).ok_or("the package names no log")?;
        Ok(Receipt::verify(receipt, id, Kind::Report, &log.origin, &log.keys)?)
    }

    /// Compares the killed tablet with its shadow, which does all that was answered and then, perhaps, what was not.
    fn compare(&mut self, season: &Season, heard: Vec<Said>, view: &View) -> Outcome<()> {
        let mut under_way = None;
        for said in heard {
            match said {
                Said::Will(command) => under_way = Some(command),
                // It was not done, or its bytes are there all the same and count if nothing was saved after them.
                Said::Did(shown) if self.disk.is_some() && shown.failed_to_save() => {
                    self.tally.not_saved += 1;
                }
                Said::Did(Shown { problem, .. }) => {
                    let command = under_way.take().ok_or("answered without a command")?;
                    let followed = shadow::follow(&season.shadow, &command)?;
                    if followed != problem {
                        return Err(format!(
                            "{command:?}: {problem:?}, and {followed:?} without kills"
                        )
                        .into());
                    }
                    self.tally.commands += 1;
                }
            }
        }
        let killed = shadow::picture(view)?;
        let without = shadow::picture(&look(&season.shadow)?)?;
        match under_way {
            None if killed == without => Ok(()),
            Some(_) if killed == without => {
                self.tally.not_done += 1;
                Ok(())
            }
            None => Err(format!("is     {killed}\nshould {without}").into()),
            Some(command) => {
                let problem = shadow::follow(&season.shadow, &command)?;
                let with = shadow::picture(&look(&season.shadow)?)?;
                self.tally.done += 1;
                if killed == with {
                    return Ok(());
                }
                Err(format!(
                    "is   {killed}\nnot  {without}\nnor, after {command:?} ({problem:?}),\n     {with}"
                )
                .into())
            }
        }
    }

    /// Every report that was ever seen is there as it was, and every receipt.
    fn keep(
        &self,
        season: &mut Season,
        tablet: &Tablet,
        view: &View,
        shown: &[Shown],
    ) -> Outcome<()> {
        let find = |id: &str| {
            let found = view.reports.iter().find(|report| report.id == id);
            found.ok_or_else(|| format!("report {id} is gone"))
        };
        for (id, index) in shown.iter().flat_map(|shown| &shown.reports) {
            let found = find(id)?;
            if index.is_some() && *index != log_index(found) {
                return Err(format!(
                    "report {id} was shown as entry {index:?}: {:?}",
                    found.standing
                )
                .into());
            }
        }
        for (id, known) in &season.known {
            let found = find(id)?;
            let mut before = known.view.clone();
            // The only things that may have come since.
            before.superseded_by.clone_from(&found.superseded_by);
            before.standing.clone_from(&found.standing);
            before.skew_s = found.skew_s;
            if before != *found {
                return Err(format!("report {id} was {before:?} and is {found:?}").into());
            }
            if known.log_index.is_some() && known.log_index != log_index(found) {
                return Err(format!(
                    "report {id} was entry {:?}: {:?}",
                    known.log_index, found.standing
                )
                .into());
            }
        }
        for report in &view.reports {
            let (id, receipt) = (&report.id, tablet.receipt(&report.id));
            match (log_index(report), receipt.map_err(|problem| failed("the receipt", &problem))?) {
                (None, None) if report.standing == Standing::SavedHere => {}
                (Some(index), Some(receipt)) if self.verify(id, &receipt)?.index == index => {}
                (_, receipt) => {
                    return Err(
                        format!("report {id}: {:?} with {receipt:?}", report.standing).into()
                    );
                }
            }
            let known = Known { view: report.clone(), log_index: log_index(report) };
            season.known.insert(id.clone(), known);
        }
        Ok(())
    }

    fn look_after(&mut self, season: &mut Season, heard: Vec<Said>) -> Outcome<()> {
        let shown: Vec<Shown> = heard
            .iter()
            .filter_map(|said| match said {
                Said::Did(shown) => Some(shown.clone()),
                Said::Will(_) => None,
            })
            .collect();
        let tablet = device::open(&season.orders.folder, &season.orders.package)?;
        let view = look(&tablet)?;
        self.compare(season, heard, &view)?;
        self.keep(season, &tablet, &view, &shown)
    }

    /// Everything is countersigned, and what the tablet hands off are the bytes that were signed.
    fn close(&mut self, season: &mut Season) -> Outcome<()> {
        let tablet = device::open(&season.orders.folder, &season.orders.package)?;
        if device::wait_for_pin(&tablet)?.lock == LockView::NoPin {
            // Every kill of the season came before it was enrolled.
            return Ok(());
        }
        let unlock = Command::Unlock { pin: PIN.into() };
        tablet.call(unlock).map_err(|problem| failed("unlocking", &problem))?;
        tablet.start_sync();
        let view = wait::until("every report countersigned", wait::LONG, || {
            let view = look(&tablet)?;
            Ok(match view.reports.iter().find(|report| log_index(report).is_none()) {
                Some(report) => Look::NotYet(format!("{}: {:?}", report.id, report.standing)),
                None => Look::Yes(view),
            })
        })?;
        self.keep(season, &tablet, &view, &[])?;
        for ReportView { id, .. } in &view.reports {
            let hand_off = tablet.call(Command::HandOff { report: id.clone() });
            let link = match hand_off.map_err(|problem| failed("handing off", &problem))? {
                Answer::HandOff { link, .. } => link,
                other => return Err(format!("a hand-off is {other:?}").into()),
            };
            let messages = HandOff::from_link(&link)?.messages;
            if messages.last().map(|message| message.id().to_string()).as_ref() != Some(id) {
                return Err(format!("the bytes of report {id} are others").into());
            }
            let receipt = tablet.receipt(id).map_err(|problem| failed("the receipt", &problem))?;
            self.signed.insert(id.clone(), receipt.ok_or("no receipt")?);
        }
        Ok(())
    }

    /// The season, taken out for as long as it is worked on.
    fn with_season(
        &mut self,
        work: impl FnOnce(&mut Self, &mut Season) -> Outcome<()>,
    ) -> Outcome<()> {
        let mut season = self.season.take().ok_or("no season has begun")?;
        let done = work(self, &mut season);
        self.season = Some(season);
        done
    }
}

impl Subject for Tablets {
    fn begin(&mut self, round: u64) -> Outcome<()> {
        let words = format!("{} tablet season {round}", self.seed);
        let which = dice(&words).random_range(0..self.papers.len());
        let (precinct, paper) = self.papers.get(which).ok_or("no papers")?;
        let at = self.folder.path().join(format!("season-{round}"));
        let package = self.party.package();
        let orders = Orders {
            folder: at.join("killed"),
            package: package.clone(),
            code: self.party.invite(precinct)?,
            paper: paper.clone(),
            season: words,
            round: String::new(),
        };
        let shadow = device::open(&at.join("shadow"), &package)?;
        let file = at.join("orders.json");
        self.season = Some(Season { orders, file, shadow, known: BTreeMap::new() });
        Ok(())
    }

    fn round(&mut self, round: u64) -> Outcome<()> {
        let (seed, disk) = (self.seed, self.disk.clone());
        let blow = Blow::choose(&mut dice(&format!("{seed} tablet blow {round}")));
        self.with_season(|tablets, season| {
            season.orders.round = format!("{seed} tablet round {round}");
            std::fs::write(&season.file, serde_json::to_vec(&season.orders)?)?;
            let strike = rounds::strike(round);
            let fault = disk.as_ref().map(|disk| (disk, season.orders.folder.as_path(), strike));
            let heard = blow.strike(&season.file, fault)?;
            let mut struck = String::new();
            if disk.is_some_and(|disk| disk.has_struck()) {
                tablets.tally.faults += 1;
                struck = format!(" {strike:?}");
            }
            tablets
                .look_after(season, heard)
                .map_err(|error| format!("{blow:?}{struck}: {error}").into())
        })
    }

    fn end(&mut self) -> Outcome<()> {
        self.with_season(Self::close)
    }

    fn finish(&mut self) -> Outcome<Told> {
        self.party.stop()?;
        self.party.fsck()?;
        let log = self.party.stored_log(ROOM)?;
        let mut entered: Vec<String> =
            log.reports().map(|entry| entry.message.to_string()).collect();
        entered.sort_unstable();
        if !entered.iter().eq(self.signed.keys()) {
            return Err(format!("signed {:?}\nentered {entered:?}", self.signed.keys()).into());
        }
        for (id, receipt) in &self.signed {
            let id = MessageId::from_hex(id).ok_or("not an id")?;
            log.bears_out(receipt, id, &self.package.contest)?;
        }
        let Tally { commands, done, not_done, faults, not_saved } = self.tally;
        let under_way = done + not_done;
        let reports = self.signed.len();
        let mut words = format!(
            "{commands} commands answered; {under_way} ends during a command, of which {done} were found done; \
             {reports} reports, each with one entry and its receipt"
        );
        if self.disk.is_none() {
            return Ok(Told { struck: under_way, words });
        }
        write!(
            words,
            "; {faults} faults of the disk, {not_saved} commands said that they could not save"
        )?;
        Ok(Told { struck: faults, words })
    }
}

#[cfg(test)]
mod tests {
    use countersign_tests::secretary;

    use super::*;

    /// A season in which nothing was done, and the command that it begins with.
    fn begun() -> (Tablets, Season, Command) {
        let mut tablets = Tablets::set_up(1, None).unwrap();
        tablets.begin(0).unwrap();
        let season = tablets.season.take().unwrap();
        let code = season.orders.code.as_str().into();
        (tablets, season, Command::Enrol { code, pin: PIN.into() })
    }

    fn did(reports: &[(String, Option<u64>)]) -> Said {
        Said::Did(Shown { problem: None, reports: reports.to_vec() })
    }

    #[test]
    fn what_was_under_way_may_have_been_done_or_not() {
        let (mut tablets, mut season, enrol) = begun();
        tablets.look_after(&mut season, vec![Said::Will(enrol.clone())]).unwrap();
        assert_eq!((tablets.tally.done, tablets.tally.not_done), (0, 1));
        let killed = device::open(&season.orders.folder, &season.orders.package).unwrap();
        killed.call(enrol.clone()).unwrap();
        drop(killed);
        tablets.look_after(&mut season, vec![Said::Will(enrol)]).unwrap();
        assert_eq!((tablets.tally.done, tablets.tally.not_done), (1, 1));
    }

    #[test]
    fn what_was_answered_and_is_not_there_is_found() {
        let (mut tablets, mut season, enrol) = begun();
        let heard = vec![Said::Will(enrol), did(&[])];
        assert!(tablets.look_after(&mut season, heard).is_err(), "it was not enrolled");
    }

    #[test]
    fn what_nobody_asked_for_is_found() {
        let (mut tablets, mut season, enrol) = begun();
        let killed = device::open(&season.orders.folder, &season.orders.package).unwrap();
        killed.call(enrol).unwrap();
        drop(killed);
        assert!(tablets.look_after(&mut season, Vec::new()).is_err(), "it was enrolled");
    }

    #[test]
    fn a_report_that_was_shown_and_is_gone_is_found() {
        let (mut tablets, mut season, _) = begun();
        let id = MessageId([7; 32]).to_string();
        let heard = vec![Said::Will(Command::View), did(&[(id.clone(), None)])];
        let gone = tablets.look_after(&mut season, heard).unwrap_err().to_string();
        assert_eq!(gone, format!("report {id} is gone"));
        let corrects = vec![Said::Will(secretary::correct(&id)), did(&[])];
        assert!(tablets.look_after(&mut season, corrects).is_err(), "there is nothing to correct");
    }
}
