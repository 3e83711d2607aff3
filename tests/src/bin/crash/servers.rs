//! The party server, killed while reports come in, perhaps with a faulty disk.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign_core::id::MessageId;
use countersign_core::message::Package;
use countersign_core::room::Room;
use countersign_tests::children::kill_now;
use countersign_tests::faulty_disk::FaultyDisk;
use countersign_tests::party::Party;
use countersign_tests::places;
use countersign_tests::signer::Signer;
use countersign_tests::wait::{self, Look};
use rand::RngExt as _;
use tempfile::TempDir;

use crate::rounds::{self, Subject, Told};
use crate::writer::{Writer, verify};
use crate::{Outcome, dice, let_pass};

/// The room that is reported in.
pub(crate) const ROOM: Room = Room::Official;
/// Precincts, each with an enrolled key; in each line those that one writer has.
const PRECINCTS: [&[&str]; 3] = [&["maple-1", "maple-2"], &["oak-1", "elm-1"], &["birch", "cedar"]];
/// What a key may send in a minute: a season sends faster than a tablet.
const KEY_MESSAGES: u32 = 1_000_000;
/// The server is killed within so long of being up, or of being started.
const UP: Duration = Duration::from_millis(150);
const START: Duration = Duration::from_millis(200);

/// The rounds of servers.
pub(crate) struct Servers {
    seed: u64,
    disk: Option<FaultyDisk>,
    /// An operation of the disk failed, or ended the process.
    faults: u64,
    /// The server went on by itself after one failed.
    got_over: u64,
    season: Option<Season>,
    acknowledged: u64,
    entries: u64,
    /// Reports sent again that had an entry all along.
    entered_unsaid: u64,
    /// Kills before the server was up.
    in_start: u64,
}

/// A party and what was sent to it.
struct Season {
    party: Party,
    package: Package,
    writers: Vec<Writer>,
    /// Ends with the season.
    _folder: TempDir,
}

/// A folder below `run/` that goes away with its handle.
pub(crate) fn folder() -> Outcome<TempDir> {
    let run = places::root().join("run");
    std::fs::create_dir_all(&run)?;
    Ok(TempDir::with_prefix_in("crash-", run)?)
}

impl Servers {
    pub(crate) const fn new(seed: u64, disk: Option<FaultyDisk>) -> Self {
        let (faults, got_over, acknowledged, entries, entered_unsaid) = (0, 0, 0, 0, 0);
        let (season, in_start) = (None, 0);
        Self {
            seed,
            disk,
            faults,
            got_over,
            season,
            acknowledged,
            entries,
            entered_unsaid,
            in_start,
        }
    }

    /// Lets the server meet the fault of the round, at its start or while reports come in.
    fn strike(&mut self, disk: &FaultyDisk, round: u64) -> Outcome<()> {
        let season = self.season.as_mut().ok_or("no season has begun")?;
        let strike = rounds::strike(round);
        season.party.strike_disk(Some((disk.clone(), strike)));
        if season.party.start().is_err() {
            // What it said is in its log; that it starts the next time is what counts.
            self.in_start += 1;
        } else if season.meet(disk)? {
            self.got_over += 1;
        }
        self.faults += u64::from(disk.has_struck());
        season.party.kill()?;
        season.party.strike_disk(None);
        season.party.start()?;
        season.ask_again().map_err(|error| format!("{strike:?}: {error}"))?;
        Ok(season.party.kill()?)
    }
}

impl Season {
    fn begin() -> Outcome<Self> {
        let folder = folder()?;
        let mut party = Party::plain(folder.path(), &places::contest("practice"))?;
        party.allow_each_key(KEY_MESSAGES);
        let (_, package) = Package::read(&std::fs::read(party.package())?)?;
        party.start()?;
        let enrol = |precinct: &&str| Signer::enrol(&party, precinct);
        let writers = PRECINCTS.iter().map(|precincts| {
            let signers = precincts.iter().map(enrol).collect::<Result<_, _>>()?;
            Ok(Writer::new(signers))
        });
        let writers = writers.collect::<Outcome<_>>()?;
        party.kill()?;
        Ok(Self { party, package, writers, _folder: folder })
    }

    /// Lets all writers send for so long, and then kills the server under them.
    fn write(&mut self, pause: Duration) -> Outcome<()> {
        let killed = AtomicBool::new(false);
        let (party, contest) = (&self.party, &self.package.contest);
        let id = party.server_id().ok_or("the server does not run")?;
        std::thread::scope(|scope| {
            let sending: Vec<_> = self
                .writers
                .iter_mut()
                .map(|writer| scope.spawn(|| writer.write(party, contest, &killed)))
                .collect();
            let_pass(pause);
            // Before it is: whoever gets no answer from now on is not to complain.
            killed.store(true, Ordering::SeqCst);
            kill_now(id)?;
            for one in sending {
                one.join().map_err(|_| "a writer panicked")??;
            }
            Ok::<_, Box<dyn std::error::Error>>(())
        })?;
        Ok(self.party.kill()?)
    }

    /// Sends reports until the disk's fault has struck. Gives whether the server then takes reports again by itself, which it
    /// does unless it was killed.
    fn meet(&mut self, disk: &FaultyDisk) -> Outcome<bool> {
        let (excused, contest) = (AtomicBool::new(true), &self.package.contest);
        for writer in &mut self.writers {
            while !disk.has_struck() && writer.write_one(&self.party, contest, &excused)? {}
        }
        let Some(writer) = self.writers.first_mut() else { return Ok(false) };
        let party = &mut self.party;
        wait::until("a server that gets over a fault", wait::LONG, || {
            if party.has_ended()? {
                return Ok(Look::Yes(false));
            }
            Ok(match writer.write_one(party, contest, &excused)? {
                true => Look::Yes(true),
                false => Look::NotYet("no receipt".to_owned()),
            })
        })
        .map_err(Into::into)
    }

    /// What was acknowledged before the last kill stands where it stood.
    fn ask_again(&mut self) -> Outcome<()> {
        for (id, index) in
            self.writers.iter_mut().flat_map(|writer| std::mem::take(&mut writer.fresh))
        {
            let receipt = self.party.receipt(ROOM.as_str(), &id.to_string());
            let receipt = receipt.map_err(|error| format!("entry {index} is gone: {error}"))?;
            let found = verify(&receipt, id, &self.package.contest)?.index;
            if found != index {
                return Err(format!("report {id} was entry {index} and is entry {found}").into());
            }
        }
        Ok(())
    }

    /// Sends again what still waits, with nothing that is killed any more, and ends the server.
    fn settle(&mut self) -> Outcome<()> {
        self.party.start()?;
        self.ask_again()?;
        for writer in &mut self.writers {
            writer.settle(&self.party, &self.package.contest, &AtomicBool::new(false))?;
        }
        Ok(self.party.stop()?)
    }

    /// The stored log has each acknowledged report where its receipt says, and nothing else.
    fn audit(&self) -> Outcome<u64> {
        self.party.fsck()?;
        let log = self.party.stored_log(ROOM)?;
        let mut entered: BTreeMap<MessageId, u64> = BTreeMap::new();
        for entry in log.reports() {
            *entered.entry(entry.message).or_default() += 1;
        }
        let acknowledged: Vec<_> =
            self.writers.iter().flat_map(|writer| &writer.acknowledged).collect();
        for (id, receipt) in &acknowledged {
            match entered.remove(id) {
                Some(1) => log.bears_out(receipt, *id, &self.package.contest)?,
                times => {
                    return Err(format!("report {id} has {} entries", times.unwrap_or(0)).into());
                }
            }
        }
        match entered.keys().next() {
            Some(id) => Err(format!("nobody signed the report {id} of an entry").into()),
            None => Ok(u64::try_from(acknowledged.len())?),
        }
    }
}

impl Subject for Servers {
    fn begin(&mut self, _round: u64) -> Outcome<()> {
        self.season = Some(Season::begin()?);
        Ok(())
    }

    fn round(&mut self, round: u64) -> Outcome<()> {
        if let Some(disk) = self.disk.clone() {
            return self.strike(&disk, round);
        }
        let season = self.season.as_mut().ok_or("no season has begun")?;
        let mut dice = dice(&format!("{} server blow {round}", self.seed));
        if dice.random_ratio(1, 4) {
            let pause = dice.random_range(Duration::ZERO..START);
            let up = season.party.kill_starting(|| let_pass(pause))?;
            self.in_start += u64::from(!up);
            return Ok(());
        }
        season.party.start()?;
        season.ask_again()?;
        season.write(dice.random_range(Duration::ZERO..UP))
    }

    fn end(&mut self) -> Outcome<()> {
        let season = self.season.as_mut().ok_or("no season has begun")?;
        season.settle()?;
        self.entries += season.audit()?;
        for writer in &season.writers {
            self.acknowledged += writer.in_time;
            self.entered_unsaid += writer.entered_unsaid;
        }
        Ok(())
    }

    fn finish(&mut self) -> Outcome<Told> {
        self.season = None;
        let Self { acknowledged, entries, entered_unsaid, in_start, faults, got_over, .. } = self;
        let struck = *entries - *acknowledged;
        let words = format!(
            "{in_start} ends before the server was up; {acknowledged} reports acknowledged at once, {struck} sent \
             again, of which {entered_unsaid} had been entered; each has one entry and its receipt"
        );
        if self.disk.is_none() {
            return Ok(Told { struck, words });
        }
        let words =
            format!("{faults} faults of the disk, {got_over} got over without a start; {words}");
        Ok(Told { struck: *faults, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_as_it_was_acknowledged_is_found() {
        let mut season = Season::begin().unwrap();
        season.party.start().unwrap();
        season.write(UP).unwrap();
        season.settle().unwrap();
        assert!(season.audit().unwrap() > 0, "something was sent");
        let (id, receipt) = season.writers[0].acknowledged.pop().unwrap();
        let forged = season.audit().unwrap_err().to_string();
        assert!(forged.contains("nobody signed"), "{forged}");
        season.writers[0].acknowledged.push((id, receipt.clone()));
        season.writers[0].acknowledged.push((MessageId([7; 32]), receipt));
        let lost = season.audit().unwrap_err().to_string();
        assert!(lost.contains("has 0 entries"), "{lost}");
        season.writers[0].acknowledged.pop();
        season.party.start().unwrap();
        season.writers[0].fresh.push((id, u64::MAX));
        let moved = season.ask_again().unwrap_err().to_string();
        assert!(moved.contains(&format!("was entry {}", u64::MAX)), "{moved}");
    }
}
