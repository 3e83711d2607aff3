//! What was found, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use countersign_core::results::{ChangedPrecinct, RecordedCopy, Released};
use countersign_core::room::Room;
use serde::Serialize;

use super::difference::Difference;
use super::made_from::MadeFrom;
use super::witnesses::{ContestWitnesses, CosignedBy, NotWitnessed};
use super::words::{ComparedWords, OtherWords};
use crate::clock::utc;
use crate::publish::cells::changed_measure;

/// What was found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Verdict {
    /// Whether everything holds that could be compared.
    pub holds: bool,
    /// Whether that is everything: whatever releases publish was there, and nothing stands in it that this program does not make of
    /// the same log. Anybody who copies the files can leave some out, so without this nothing is known of those.
    pub complete: bool,
    /// The contest.
    pub contest: Option<String>,
    /// The room.
    pub room: Option<Room>,
    /// Id of the party key, the one thing that was believed.
    pub party_key: String,
    /// Which log.
    pub origin: Option<String>,
    /// Its entries.
    pub log_size: u64,
    /// Root of its tree, base 64.
    pub root: Option<String>,
    /// Time of its last entry, milliseconds since the Unix epoch.
    pub last_entry_ms: Option<u64>,
    /// The contest's witnesses, and what they cosigned; `null` where it names nobody.
    pub witnesses: Option<ContestWitnesses>,
    /// Releases that fewer of the contest's witnesses than needed have cosigned, as far as what is shown says. No difference:
    /// they may have cosigned checkpoints that nobody shows any more.
    pub not_witnessed: Vec<NotWitnessed>,
    /// Witnesses named by whoever verifies that cosigned the checkpoint.
    pub cosigned_by: Vec<CosignedBy>,
    /// Those that did not.
    pub not_cosigned_by: Vec<String>,
    /// Older checkpoints and receipts that the log goes on from.
    pub known: Vec<Known>,
    /// Messages by kind.
    pub messages: BTreeMap<&'static str, Counted>,
    /// Messages that can be read and by the rules are not public.
    pub beyond_the_rules: u64,
    /// What two people withheld.
    pub withheld: Vec<WithheldMessage>,
    /// Messages that cannot be judged without what was withheld, by their entries.
    pub unjudged: Vec<u64>,
    /// Precincts whose released numbers cannot be worked out without what was withheld.
    pub not_worked_out: Vec<String>,
    /// Results of each layer with releases, as the log gives them.
    pub layers: Vec<LayerResults>,
    /// Released numbers that later releases changed.
    pub changes: Vec<Change>,
    /// Copies of the results that the party compared, and what it decided.
    pub copies: Vec<CopySaid>,
    /// Published files that were compared.
    pub compared: Vec<ComparedFile>,
    /// Pages that were compared, in both languages: the first one, those of counties and precincts, of changes, releases, the working
    /// of national delegates, and of two layers, the status, the checks and the list of precincts.
    pub pages: ComparedPages,
    /// Lists of hashes that were verified.
    pub hash_lists: VerifiedHashLists,
    /// Receipts that were verified.
    pub receipts: VerifiedReceipts,
    /// Documents of releases, lists of hashes and files of two layers that are not there, where others are; the first page where the
    /// pages are older than the last release or withdrawal, and each of those that change with what comes in where only that one is.
    pub not_published: Vec<String>,
    /// Pages that were made from more entries than were read, and were not compared: the log went on meanwhile.
    pub newer: Vec<String>,
    /// Pages that were compared, and were made before something was said or done that they have to show.
    pub older: Vec<String>,
    /// Other places of the address with files of results, which were not compared.
    pub elsewhere: BTreeMap<String, Vec<String>>,
    /// Files that were compared character by character.
    pub words: ComparedWords,
    /// The first difference.
    pub difference: Option<Said>,
}

/// Pages that were compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ComparedPages {
    /// How many there are.
    pub files: usize,
    /// Numbers on them, and whatever else they say: names, states, times, shares, and what people wrote.
    pub numbers: usize,
    /// Pages that are not there, where the first page is; of two layers those are named.
    pub missing: usize,
    /// Whether none was compared, because no document of the last release is there: it may wait for witnesses, and pages do not show
    /// it before.
    pub wait: bool,
    /// Of when the first page is.
    pub first: Option<MadeFrom>,
}

/// Lists of hashes of documents that were verified.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct VerifiedHashLists {
    /// How many there are.
    pub files: usize,
    /// Those of them that are signed by the key that the party's package names.
    pub signed: usize,
}

/// Receipts that were verified.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct VerifiedReceipts {
    /// How many there are.
    pub files: usize,
    /// Messages that pages lead to without a receipt.
    pub missing: usize,
}

/// An older checkpoint or receipt.
#[derive(Debug, Clone, Serialize)]
pub struct Known {
    /// Which file.
    pub name: String,
    /// Entries that it is of.
    pub size: u64,
    /// It is of a log whose place this one took: only its signature was checked.
    pub of_an_earlier_log: bool,
}

/// Messages of a kind.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Counted {
    /// Read, and good.
    pub public: u64,
    /// Not public yet: of precincts that are not released.
    pub unreleased: u64,
    /// Withheld by two people.
    pub withheld: u64,
}

/// What two people withheld.
#[derive(Debug, Clone, Serialize)]
pub struct WithheldMessage {
    /// Its entry.
    pub entry: u64,
    /// Its kind.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
}

/// Results of a layer.
#[derive(Debug, Clone, Serialize)]
pub struct LayerResults {
    /// Code of the layer.
    pub layer: &'static str,
    /// Precincts released in it and in the layers before it.
    pub precincts_released: u32,
    /// Precincts of the contest.
    pub precincts_total: u32,
    /// People who attended.
    pub attendees: u64,
    /// Names of the counts, in the order of [`GroupResults::counts`].
    pub counts: Vec<&'static str>,
    /// The groups, in ballot order.
    pub groups: Vec<GroupResults>,
    /// A tie leaves national delegates open.
    pub national_tie: bool,
}

/// Statewide results of a group.
#[derive(Debug, Clone, Serialize)]
pub struct GroupResults {
    /// Key of the group.
    pub group: String,
    /// Each count.
    pub counts: Vec<u64>,
    /// Delegates that count.
    pub official_delegates: u64,
    /// State delegate equivalents, where the contest knows them.
    pub sde: Option<String>,
    /// National delegates, where the contest decides any.
    pub national_delegates: Option<u32>,
}

/// A precinct whose released numbers changed.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// The precinct.
    pub precinct: String,
    /// The release that changed it.
    pub release: String,
    /// Why.
    pub cause: Option<&'static str>,
    /// Whether the numbers were taken out.
    pub taken_out: bool,
    /// Cells that differ: name, before, after.
    pub cells: Vec<(String, u32, u32)>,
}

/// A copy that the party compared: what its own people signed about it.
#[derive(Debug, Clone, Serialize)]
pub struct CopySaid {
    /// Index of the entry.
    pub entry: u64,
    /// Number of the person who signed.
    pub person: u32,
    /// Whose copy.
    pub whose: String,
    /// SHA-256 of the copy.
    pub copy: String,
    /// Id of the release or preview that it was compared with.
    pub compared_with: Option<String>,
    /// Precincts that differed.
    pub precincts: u32,
    /// Numbers that differed.
    pub cells: u32,
    /// `go-on` or `stop`.
    pub decision: &'static str,
    /// Why.
    pub why: String,
}

/// A published file.
#[derive(Debug, Clone, Serialize)]
pub struct ComparedFile {
    /// Which file.
    pub name: String,
    /// Numbers that are not nought.
    pub numbers: usize,
}

/// A difference in words.
#[derive(Debug, Clone, Serialize)]
pub struct Said {
    /// A stable word.
    pub code: &'static str,
    /// Index of the entry that it is about.
    pub entry: Option<u64>,
    /// What does not hold.
    pub what: String,
    /// What that means.
    pub means: &'static str,
}

impl From<&Difference> for Said {
    fn from(difference: &Difference) -> Self {
        Self {
            code: difference.code(),
            entry: difference.entry(),
            what: difference.to_string(),
            means: difference.means(),
        }
    }
}

impl LayerResults {
    pub(super) fn of(released: &Released) -> Self {
        let contest = &released.package.contest;
        let totals = &released.statewide;
        let national = released.national.as_ref();
        let seats = national.map(|national| national.totals());
        let group = |(at, group): (usize, &countersign_core::contest::Group)| GroupResults {
            group: group.key.clone(),
            counts: totals.counts.iter().filter_map(|count| count.get(at).copied()).collect(),
            official_delegates: totals.delegates.get(at).copied().unwrap_or_default(),
            sde: totals.sde.get(at).filter(|_| contest.has_sde()).map(ToString::to_string),
            national_delegates: seats.as_ref().and_then(|seats| seats.get(at).copied()),
        };
        Self {
            layer: released.layer.code(),
            precincts_released: totals.precincts_released,
            precincts_total: totals.precincts_total,
            attendees: totals.attendees,
            counts: contest.counts.iter().map(|kind| kind.as_str()).collect(),
            groups: contest.groups.iter().enumerate().map(group).collect(),
            national_tie: national.is_some_and(|national| {
                let districts = national.districts.iter().map(|(_, split)| split);
                let mut all = districts.chain([&national.at_large, &national.pleo]);
                all.any(|split| split.tie.is_some())
            }),
        }
    }
}

impl CopySaid {
    pub(super) fn of(one: &RecordedCopy) -> Self {
        let RecordedCopy { signed, compared } = one;
        Self {
            entry: signed.index,
            person: signed.person,
            whose: compared.whose.clone(),
            copy: compared.copy.to_string(),
            compared_with: compared.compared_with.map(|id| id.to_string()),
            precincts: compared.precincts,
            cells: compared.cells,
            decision: compared.decision.code(),
            why: compared.why.clone(),
        }
    }
}

impl Change {
    pub(super) fn of(
        contest: &countersign_core::contest::Contest,
        changed: &ChangedPrecinct,
    ) -> Self {
        let precinct = contest.precinct(changed.precinct.0);
        Self {
            precinct: precinct.map_or_else(String::new, |precinct| precinct.id.clone()),
            release: changed.release.to_string(),
            cause: changed.cause.map(|cause| cause.code()),
            taken_out: changed.after.is_none(),
            cells: changed
                .cells()
                .into_iter()
                .map(|one| (changed_measure(contest, one.cell), one.before, one.after))
                .collect(),
        }
    }
}

impl Verdict {
    /// What was found, for a person to read.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into memory does not fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        if let (Some(contest), Some(room), Some(origin)) = (&self.contest, self.room, &self.origin)
        {
            writeln!(text, "{contest}, {room} room, log {origin}")?;
        }
        writeln!(text, "party key {}", self.party_key)?;
        if let (Some(root), Some(last)) = (&self.root, self.last_entry_ms) {
            writeln!(text, "{} entries until {}, root {root}", self.log_size, utc(last))?;
        }
        if let Some(witnesses) = &self.witnesses {
            witnesses.write(text)?;
        }
        for release in &self.not_witnessed {
            release.write(text)?;
        }
        for witness in &self.cosigned_by {
            let at = utc(witness.time_s.saturating_mul(1000));
            writeln!(text, "cosigned by {} at {at}", witness.name)?;
        }
        for witness in &self.not_cosigned_by {
            writeln!(text, "not cosigned by {witness}")?;
        }
        for known in &self.known {
            let Known { name, size, of_an_earlier_log } = known;
            if *of_an_earlier_log {
                writeln!(
                    text,
                    "{name}: of an earlier log, whose place this one took; its signature is good"
                )?;
            } else {
                writeln!(text, "goes on from {name} ({size} entries)")?;
            }
        }
        self.write_messages(text)?;
        for layer in &self.layers {
            layer.write(text)?;
        }
        if !self.changes.is_empty() {
            let cells: usize = self.changes.iter().map(|change| change.cells.len()).sum();
            let precincts = self.changes.len();
            writeln!(
                text,
                "\nchanged by later releases: {cells} numbers, {precincts} times a precinct"
            )?;
        }
        for CopySaid { entry, person, whose, precincts, cells, decision, why, .. } in &self.copies {
            writeln!(
                text,
                "\ncopy of {whose}, compared by person {person} (entry {entry}): {precincts} precincts and {cells} numbers differed; {decision}: {why}"
            )?;
        }
        match self.compared.len() {
            0 if self.layers.is_empty() => {}
            0 => writeln!(text, "\nno published data lies there to compare with")?,
            files => {
                let numbers: usize = self.compared.iter().map(|file| file.numbers).sum();
                writeln!(
                    text,
                    "\npublished data says the same: {numbers} numbers in {files} files"
                )?;
            }
        }
        if self.pages.files > 0 {
            let ComparedPages { files, numbers, .. } = self.pages;
            writeln!(text, "pages say the same: {numbers} numbers and words on {files} pages")?;
        }
        if let Some(made) = self.pages.first {
            let (size, made_ms) = (made.log_size, utc(made.made_ms));
            writeln!(
                text,
                "the first page is of {made_ms}, from {size} of {} entries",
                self.log_size
            )?;
        }
        if self.words.same > 0 {
            let same = self.words.same;
            writeln!(
                text,
                "made anew from the log, {same} files are the same, character by character"
            )?;
        }
        if self.hash_lists.files > 0 {
            let VerifiedHashLists { files, signed } = self.hash_lists;
            writeln!(text, "lists of hashes are right: {files}, signed: {signed}")?;
        }
        if self.receipts.files > 0 {
            writeln!(text, "receipts are good: {}", self.receipts.files)?;
        }
        match &self.difference {
            None if self.complete => writeln!(
                text,
                "\nEverything holds: what is shown above follows from what the party's people and the precincts' tablets signed."
            ),
            None if self.holds => {
                writeln!(
                    text,
                    "\nWhat could be compared holds: it follows from what the party's people and the precincts' tablets signed.\n\
                     NOT COMPARED, so that nothing is known of it:"
                )?;
                self.write_not_compared(text)
            }
            None => Ok(()),
            Some(Said { what, means, .. }) => {
                writeln!(text, "\nDOES NOT HOLD: {what}.\n{means}")
            }
        }
    }

    /// Whether whatever releases publish was compared.
    pub(super) fn is_complete(&self) -> bool {
        let Self { not_published, newer, pages, receipts, words, .. } = self;
        let there = not_published.is_empty() && pages.missing == 0 && receipts.missing == 0;
        there
            && self.elsewhere.is_empty()
            && self.older.is_empty()
            && newer.is_empty()
            && !pages.wait
            && words.other == 0
            && !words.withheld
    }

    fn write_not_compared(&self, text: &mut String) -> std::fmt::Result {
        let Self { not_published, newer, pages, receipts, words, .. } = self;
        named(text, "not there, or older than the last release or withdrawal", not_published)?;
        if pages.wait {
            let why = if self.witnesses.is_some() {
                " yet. It waits for the\n  contest's witnesses for half an hour at most; later it is kept back"
            } else {
                ""
            };
            writeln!(
                text,
                "  all pages: no document of a release is there, so they may not show it{why}"
            )?;
        }
        not_there(text, pages.missing, "pages")?;
        not_there(text, receipts.missing, "receipts")?;
        named(text, "made while the log was read", newer)?;
        named(
            text,
            "older than something that was said or done since, which it does not show",
            &self.older,
        )?;
        if !self.not_worked_out.is_empty() {
            writeln!(
                text,
                "  the released numbers of {}, and every sum: two people withheld what they rest on",
                self.not_worked_out.join(", ")
            )?;
        }
        if !self.unjudged.is_empty() {
            let unjudged = self.unjudged.len();
            writeln!(
                text,
                "  whether {unjudged} messages were entered rightly: two people withheld what they rest on"
            )?;
        }
        for (place, files) in &self.elsewhere {
            writeln!(
                text,
                "  there are results at another place of this address too, {place:?}: {}",
                files.join(", ")
            )?;
        }
        if words.withheld {
            writeln!(
                text,
                "  every sentence of pages and documents: two people withheld messages that some of them rest on; their numbers\n  \
                 were compared"
            )?;
        }
        if words.other > 0 {
            writeln!(
                text,
                "  words of {} files that say the right numbers: this program writes others, or another version of it made them",
                words.other
            )?;
        }
        for OtherWords { file, published, made_anew } in words.named.iter().take(NAMED_MAX) {
            writeln!(
                text,
                "    {file}\n      published: {published:?}\n      made anew: {made_anew:?}"
            )?;
        }
        Ok(())
    }

    fn write_messages(&self, text: &mut String) -> std::fmt::Result {
        if !self.messages.is_empty() {
            writeln!(
                text,
                "\n{:<16}{:>9}{:>16}{:>10}",
                "messages", "good", "not public yet", "withheld"
            )?;
        }
        for (kind, counted) in &self.messages {
            let Counted { public, unreleased, withheld } = counted;
            writeln!(text, "  {kind:<14}{public:>9}{unreleased:>16}{withheld:>10}")?;
        }
        if self.beyond_the_rules > 0 {
            let beyond = self.beyond_the_rules;
            writeln!(
                text,
                "  {beyond} of them can be read although the rules do not publish them yet"
            )?;
        }
        for WithheldMessage { entry, kind, id } in &self.withheld {
            writeln!(text, "  withheld by two people: {kind} {id}, entry {entry}")?;
        }
        for precinct in &self.not_worked_out {
            writeln!(text, "  released and not to be worked out: {precinct}")?;
        }
        Ok(())
    }
}

/// Most files of one sort that are named for a person; a program gets all.
const NAMED_MAX: usize = 10;

/// Names files, where there are some.
fn named(text: &mut String, what: &str, names: &[String]) -> std::fmt::Result {
    for name in names.iter().take(NAMED_MAX) {
        writeln!(text, "  {name}: {what}")?;
    }
    match names.len().saturating_sub(NAMED_MAX) {
        0 => Ok(()),
        more => writeln!(text, "  and {more} more"),
    }
}

/// Says how many files are missing, where some are.
fn not_there(text: &mut String, missing: usize, what: &str) -> std::fmt::Result {
    if missing == 0 { Ok(()) } else { writeln!(text, "  {missing} {what}: not there") }
}

impl LayerResults {
    fn write(&self, text: &mut String) -> std::fmt::Result {
        let Self { layer, precincts_released, precincts_total, attendees, .. } = self;
        writeln!(
            text,
            "\n{layer}: {precincts_released} of {precincts_total} precincts released, {attendees} people attended"
        )?;
        write!(text, "  {:<20}", "")?;
        for count in &self.counts {
            write!(text, "{count:>16}")?;
        }
        let national = self.groups.iter().any(|group| group.national_delegates.is_some());
        if self.groups.iter().any(|group| group.sde.is_some()) {
            write!(text, "{:>12}", "SDE")?;
        }
        writeln!(text, "{}", if national { "    national" } else { "" })?;
        for group in &self.groups {
            write!(text, "  {:<20}", group.group)?;
            for count in &group.counts {
                write!(text, "{count:>16}")?;
            }
            if let Some(sde) = &group.sde {
                write!(text, "{sde:>12}")?;
            }
            match group.national_delegates {
                Some(seats) => writeln!(text, "{seats:>12}")?,
                None => writeln!(text)?,
            }
        }
        if self.national_tie {
            writeln!(text, "  a tie leaves national delegates open")?;
        }
        Ok(())
    }
}
