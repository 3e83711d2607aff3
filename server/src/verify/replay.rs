//! Everything that everyone may read, judged from the first entry as the server judged it.
//!
//! Some messages are not public: those of precincts that no release has named yet, and those that two people withheld. What
//! belongs to a precinct becomes public as a whole, so nothing that was released can rest on what is not public: of other
//! precincts it is left open what counts there, everything else is judged in full. A public message that cannot be judged for
//! lack of what it rests on is a difference.

use std::collections::{BTreeSet, HashSet};

use countersign_core::id::{PrecinctNumber, PublicKey};
use countersign_core::log::{Entry, Origin};
use countersign_core::message::{BegunAgain, Kind, Message};
use countersign_core::refusal::Refusal;
use countersign_core::results::{Audience, Change, Publication, RoomState, Unpublished};

use super::difference::Difference;
use super::public_log::PublicLog;
use super::{Step, Watch};

/// A room as its public messages make it.
pub(super) struct Replayed {
    pub(super) state: RoomState,
    /// Entries whose messages are of unreleased precincts, as far as kind and id tell.
    pub(super) unreleased: Vec<Entry>,
    /// Messages that two people withheld and that cannot be read.
    pub(super) withheld: Vec<(u64, Entry)>,
    /// Messages that cannot be judged without those.
    pub(super) unjudged: Vec<(u64, Entry)>,
    /// Precincts whose released numbers cannot be worked out without those.
    pub(super) not_worked_out: BTreeSet<PrecinctNumber>,
    /// Messages that can be read and by the rules are not everyone's.
    pub(super) beyond_the_rules: u64,
    /// What each entry changed, as far as it can be read.
    changes: Vec<Option<Change>>,
}

/// What of a log cannot be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unread {
    /// Something that a precinct sent, or that was decided or asked about one.
    pub(super) came_in: bool,
    /// Something that two people withheld.
    pub(super) said: bool,
}

impl Replayed {
    /// The room when the log had so many entries, as everything that can be read now makes it.
    pub(super) fn at(&self, log: &PublicLog, size: u64) -> RoomState {
        let changes = &self.changes[..self.changes.len().min(of_memory(size))];
        entered(log, changes, RoomState::new(&log.contest, log.room, log.party))
    }

    /// What cannot be read of the log's first entries.
    pub(super) fn unread(&self, log: &PublicLog, size: u64) -> Unread {
        let mut unread = log.entries.iter().zip(&self.changes).take(of_memory(size));
        Unread {
            came_in: unread.any(|(entry, one)| one.is_none() && of_precinct(entry.kind)),
            said: self.withheld.iter().any(|(index, _)| *index < size),
        }
    }
}

/// Whether messages of a kind have a part in what counts in a precinct. Enrolments only say who may report.
const fn of_precinct(kind: Kind) -> bool {
    matches!(kind, Kind::Report | Kind::Decision | Kind::Question | Kind::Reply)
}

/// A number of entries, of which no more are in memory than memory holds.
fn of_memory(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// Judges a whole log.
pub(super) fn replay(
    log: &PublicLog,
    messages: &[Option<Message>],
    watch: Watch<'_>,
) -> Result<Replayed, Difference> {
    begins_rightly(log, messages)?;
    let changes = changes(log, messages)?;
    let known = entered(log, &changes, RoomState::new(&log.contest, log.room, log.party));
    let publication = known.publication();
    let missing = Missing::of(log, messages, &publication)?;
    let not_worked_out: BTreeSet<PrecinctNumber> = missing
        .withheld
        .iter()
        .filter_map(|(_, entry)| publication.released_with(entry.message))
        .collect();
    let unpublished = publication.unreleased() | &not_worked_out;
    let empty = RoomState::of_public_messages(&log.contest, log.room, log.party, unpublished);
    let (state, unjudged) = judged(log, messages, &changes, &missing, empty, watch)?;
    // Whose a reply is cannot be told without its question.
    let unjudged_at: HashSet<u64> = unjudged.iter().map(|(index, _)| *index).collect();
    let beyond = |(index, message): &(u64, &Option<Message>)| {
        let beyond = |message| state.audience(message) != Audience::Everyone;
        !unjudged_at.contains(index) && message.as_ref().is_some_and(beyond)
    };
    let beyond_the_rules = (0..).zip(messages).filter(beyond).count() as u64;
    let Missing { unreleased, withheld } = missing;
    Ok(Replayed {
        state,
        unreleased,
        withheld,
        unjudged,
        not_worked_out,
        beyond_the_rules,
        changes,
    })
}

/// A room's first log begins with anything but an act; a later one with the act that begins it, and nothing else.
fn begins_rightly(log: &PublicLog, messages: &[Option<Message>]) -> Result<(), Difference> {
    let origin = &log.checkpoint.origin;
    let later = Origin::parse(origin).is_some_and(|origin| origin.number() > 1);
    let act = log.entries.first().is_some_and(|entry| entry.kind == Kind::Act);
    let wrong = || Difference::Beginning(origin.clone());
    if act != later {
        return Err(wrong());
    }
    if later {
        let message = messages.first().and_then(Option::as_ref).ok_or_else(wrong)?;
        let read = BegunAgain::read(message, &log.contest, log.room, &log.party, &log.keys);
        let begun_again = read.map_err(Difference::BegunAgain)?;
        (begun_again.begins == *origin).then_some(()).ok_or_else(wrong)?;
    }
    Ok(())
}

fn changes(
    log: &PublicLog,
    messages: &[Option<Message>],
) -> Result<Vec<Option<Change>>, Difference> {
    let change = |((index, entry), message): ((u64, &Entry), &Option<Message>)| {
        let Some(message) = message else { return Ok(None) };
        let change = Change::of(index, *entry, message);
        change.map(Some).map_err(|_| refused(index, entry, Refusal::NotCanonical, 0))
    };
    (0..).zip(&log.entries).zip(messages).map(change).collect()
}

/// The room as all of it makes it, judged by nobody yet.
fn entered(log: &PublicLog, changes: &[Option<Change>], mut state: RoomState) -> RoomState {
    for ((index, entry), change) in (0..).zip(&log.entries).zip(changes) {
        match change {
            Some(change) => state.change(change.clone()),
            None => state.pass(index, entry),
        }
    }
    state
}

/// What cannot be read, and may be missing.
struct Missing {
    unreleased: Vec<Entry>,
    withheld: Vec<(u64, Entry)>,
}

impl Missing {
    fn of(
        log: &PublicLog,
        messages: &[Option<Message>],
        publication: &Publication<'_>,
    ) -> Result<Self, Difference> {
        let (mut unreleased, mut withheld) = (Vec::new(), Vec::new());
        for ((index, entry), message) in (0..).zip(&log.entries).zip(messages) {
            if message.is_some() {
                continue;
            }
            match publication.unpublished(entry.kind, entry.message) {
                Some(Unpublished::Unreleased) => unreleased.push(*entry),
                Some(Unpublished::Withheld(_)) => withheld.push((index, *entry)),
                None => {
                    let (kind, id) = (entry.kind, entry.message);
                    let precinct = publication.released_with(id).map(|at| place(publication, at));
                    return Err(Difference::Missing { index, kind, id, precinct });
                }
            }
        }
        let enrolments = unreleased.iter().filter(|entry| entry.kind == Kind::Enrolment);
        let missing = enrolments.count() as u64;
        let most = publication.unreleased_enrolments_max();
        if missing > most {
            return Err(Difference::TooManyMissing { missing, most });
        }
        Ok(Self { unreleased, withheld })
    }

    /// Whether a message at an entry may lack something that was withheld before it.
    fn may_lack(&self, index: u64, kind: Kind, refusal: Refusal) -> bool {
        let by_chain = matches!(
            kind,
            Kind::Enrolment
                | Kind::Report
                | Kind::Decision
                | Kind::Answer
                | Kind::Objection
                | Kind::Preview
                | Kind::Release
                | Kind::Approve
                | Kind::Question
                | Kind::Reply
                | Kind::Inquiry
                | Kind::Response
                | Kind::Notice
        );
        let lacking = matches!(
            refusal,
            Refusal::UnknownKey
                | Refusal::RevokedKey
                | Refusal::WrongSupersedes
                | Refusal::UnknownSubject
                | Refusal::ChangedSince
                | Refusal::OpenFinding
                | Refusal::InquiriesOpen
        );
        let withheld = |(at, entry): &(u64, Entry)| {
            let others_rest_on_it = matches!(
                entry.kind,
                Kind::Enrolment
                    | Kind::Report
                    | Kind::Admit
                    | Kind::Decision
                    | Kind::Objection
                    | Kind::Answer
                    | Kind::Question
                    | Kind::Reply
                    | Kind::Inquiry
                    | Kind::Response
                    | Kind::Notice
            );
            *at < index && others_rest_on_it
        };
        by_chain && lacking && self.withheld.iter().any(withheld)
    }
}

fn place(publication: &Publication<'_>, precinct: PrecinctNumber) -> String {
    publication.place(precinct).map_or_else(|| precinct.to_string(), str::to_owned)
}

fn refused(index: u64, entry: &Entry, refusal: Refusal, missing: u64) -> Difference {
    Difference::Refused { index, kind: entry.kind, id: entry.message, refusal, missing }
}

/// What is to be verified: a message by the key that has to have signed it.
struct Claim<'a> {
    index: u64,
    message: &'a Message,
    authority: PublicKey,
}

/// Judges each message by the ones before it, then verifies all signatures.
fn judged(
    log: &PublicLog,
    messages: &[Option<Message>],
    changes: &[Option<Change>],
    missing: &Missing,
    mut state: RoomState,
    watch: Watch<'_>,
) -> Result<(RoomState, Vec<(u64, Entry)>), Difference> {
    let mut claims = Vec::with_capacity(messages.len());
    let mut unjudged = Vec::new();
    let (mut first, mut unread) = (None, 0);
    let all = messages.len();
    for (((index, entry), message), change) in (0..).zip(&log.entries).zip(messages).zip(changes) {
        let (Some(message), Some(change)) = (message, change) else {
            state.pass(index, entry);
            unread += 1;
            continue;
        };
        let judged = state.authority(message).and_then(|authority| {
            claims.push(Claim { index, message, authority });
            state.judge(message, entry.time_ms)
        });
        match judged {
            Ok(()) => {}
            Err(refusal) if missing.may_lack(index, entry.kind, refusal) => {
                unjudged.push((index, *entry));
            }
            Err(refusal) => {
                first = Some(refused(index, entry, refusal, unread));
                break;
            }
        }
        state.change(change.clone());
    }
    let forged = first_forged(&state, &claims, &mut |done| watch(Step::Signatures, done, all));
    if let Some((index, refusal)) = forged {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        if let Some(entry) = log.entries.get(at) {
            return Err(refused(index, entry, refusal, 0));
        }
    }
    first.map_or(Ok((state, unjudged)), Err)
}

/// Messages that one thread verifies before it says so.
const AT_ONCE: usize = 64;

/// The first message that its key did not sign. Every processor takes its part.
fn first_forged(
    state: &RoomState,
    claims: &[Claim<'_>],
    on: &mut dyn FnMut(usize),
) -> Option<(u64, Refusal)> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let part = claims.len().div_ceil(threads).max(1);
    let (sender, done) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let parts: Vec<_> = claims
            .chunks(part)
            .map(|part| {
                let sender = sender.clone();
                scope.spawn(move || {
                    part.chunks(AT_ONCE).find_map(|few| {
                        let bad = few.iter().find_map(|claim| {
                            let good = state.verify(claim.message, &claim.authority);
                            good.err().map(|refusal| (claim.index, refusal))
                        });
                        // Nobody listening is no reason to stop.
                        let _ = sender.send(few.len());
                        bad
                    })
                })
            })
            .collect();
        drop(sender);
        let mut verified = 0;
        for few in done {
            verified += few;
            on(verified);
        }
        let found = parts.into_iter().filter_map(|part| {
            part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        found.min_by_key(|(index, _)| *index)
    })
}
