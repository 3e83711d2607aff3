//! What witnesses cosigned of one room's log: which checkpoints were offered, who cosigned which, and what of it is shown.
//! Pure: rounds and answers come in.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::room::{Cosigned, CosignedHead};
use crate::store::Head;

use super::Trouble;

/// Offers that are remembered. An answer to an older one comes too late.
const OFFERS: usize = 8;

/// Rounds for which a witnessed checkpoint is published after the log has grown: half a minute. Witnesses that were silent
/// for longer do not hold the published log back.
const RECENT_ROUNDS: u64 = 6;

/// A checkpoint that was offered.
#[derive(Debug)]
struct Offer {
    /// The round in which it was offered first.
    round: u64,
    head: Arc<Head>,
    /// Each witness's signature line, once it gave one.
    lines: Vec<Option<String>>,
}

/// What is known of one witness.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Size of the last checkpoint that it says it has cosigned: where a proof has to begin.
    pub(super) has: u64,
    /// Size of the largest checkpoint of which its cosignature was verified.
    pub(super) size: u64,
    /// When that came, server time in milliseconds; `None` before the first.
    pub(super) at_ms: Option<u64>,
    /// Since when the newest offer has lacked its cosignature, server time in milliseconds; `None` while it does not.
    pub(super) waits_since_ms: Option<u64>,
    /// What went wrong last, if nothing went well since.
    pub(super) trouble: Option<Trouble>,
}

/// What witnesses cosigned of one room's log.
#[derive(Debug)]
pub(super) struct Collected {
    needed: usize,
    round: u64,
    offers: VecDeque<Offer>,
    pub(super) witnesses: Vec<Known>,
    witnessed: Option<Arc<CosignedHead>>,
    /// What as many as were needed of an earlier list had cosigned; shown until this list's have.
    before: Option<Arc<CosignedHead>>,
}

impl Collected {
    pub(super) fn new(witnesses: usize, needed: usize) -> Self {
        Self {
            needed,
            round: 0,
            offers: VecDeque::new(),
            witnesses: vec![Known::default(); witnesses],
            witnessed: None,
            before: None,
        }
    }

    /// Begins a round: the log's head is offered from now on, if it has grown.
    pub(super) fn begin_round(&mut self, head: &Arc<Head>, now_ms: u64) {
        self.round += 1;
        let offered = self.offers.back().map_or(0, |offer| offer.head.size);
        if head.size > offered {
            let lines = vec![None; self.witnesses.len()];
            self.offers.push_back(Offer { round: self.round, head: Arc::clone(head), lines });
            for known in &mut self.witnesses {
                known.waits_since_ms.get_or_insert(now_ms);
            }
        }
        if self.offers.len() > OFFERS {
            self.offers.pop_front();
        }
    }

    /// What a witness cosigned before the server started.
    pub(super) fn recall(&mut self, witness: usize, size: u64, at_ms: u64) {
        let known = &mut self.witnesses[witness];
        (known.has, known.size, known.at_ms) = (size, size, Some(at_ms));
    }

    /// What as many as needed had cosigned before the server started.
    pub(super) fn recall_witnessed(&mut self, head: CosignedHead) {
        self.witnessed = Some(Arc::new(head));
    }

    /// Takes over what was witnessed while another list counted: releases of that time rest on it.
    pub(super) fn goes_on_from(&mut self, before: &Self) {
        self.before = before.witnessed().cloned();
    }

    /// What a witness is to be asked for now: the newest offer, unless it has cosigned that.
    pub(super) fn wanted(&self, witness: usize) -> Option<Arc<Head>> {
        let offer = self.offers.back()?;
        offer.lines[witness].is_none().then(|| Arc::clone(&offer.head))
    }

    /// Keeps a verified signature line for the checkpoint of this size.
    pub(super) fn cosigned(&mut self, witness: usize, size: u64, line: String, now_ms: u64) {
        let known = &mut self.witnesses[witness];
        known.has = known.has.max(size);
        known.size = known.size.max(size);
        known.at_ms = Some(now_ms);
        known.trouble = None;
        if self.offers.back().is_none_or(|newest| newest.head.size <= size) {
            known.waits_since_ms = None;
        }
        let Some(offer) = self.offers.iter_mut().find(|offer| offer.head.size == size) else {
            return;
        };
        offer.lines[witness] = Some(line);
        let newest = self.witnessed.as_ref().map_or(0, |witnessed| witnessed.size);
        if offer.count() >= self.needed && size >= newest {
            self.witnessed = Some(Arc::new(offer.with_lines()));
        }
    }

    /// What the room shows of it.
    pub(super) fn shown(&self) -> Cosigned {
        let offered = self.offers.back().filter(|offer| offer.count() > 0);
        let recent = self.witnessed.as_ref().is_some_and(|witnessed| {
            // When it stopped to be the newest: with the offer after it.
            let after = self.offers.iter().find(|offer| offer.head.size > witnessed.size);
            after.is_none_or(|after| self.round < after.round + RECENT_ROUNDS)
        });
        Cosigned {
            offered: offered.map(|offer| Arc::new(offer.with_lines())),
            witnessed: self.witnessed().cloned(),
            recent,
        }
    }

    /// The newest checkpoint that as many as needed cosigned, by the list of its time.
    pub(super) fn witnessed(&self) -> Option<&Arc<CosignedHead>> {
        self.witnessed.as_ref().or(self.before.as_ref())
    }
}

impl Offer {
    fn count(&self) -> usize {
        self.lines.iter().flatten().count()
    }

    fn with_lines(&self) -> CosignedHead {
        let lines: String = self.lines.iter().flatten().map(String::as_str).collect();
        CosignedHead { size: self.head.size, note: self.head.checkpoint.clone() + &lines }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(size: u64) -> Arc<Head> {
        Arc::new(Head { size, root: [0; 32], checkpoint: format!("{size};") })
    }

    fn note(head: Option<&Arc<CosignedHead>>) -> Option<&str> {
        head.map(|head| head.note.as_str())
    }

    #[test]
    fn as_many_as_needed_make_a_checkpoint_witnessed() {
        let mut room = Collected::new(3, 2);
        room.begin_round(&head(0), 0);
        assert_eq!(room.wanted(0), None, "an empty log is not offered");
        room.begin_round(&head(5), 0);
        room.cosigned(2, 5, "c;".to_owned(), 1);
        let shown = room.shown();
        assert_eq!((note(shown.offered.as_ref()), shown.witnessed), (Some("5;c;"), None));
        assert!(room.wanted(2).is_none() && room.wanted(0).is_some());
        room.cosigned(0, 5, "a;".to_owned(), 2);
        assert_eq!(note(room.witnessed()), Some("5;a;c;"));
        // The third one rides along.
        room.cosigned(1, 5, "b;".to_owned(), 3);
        assert_eq!(note(room.witnessed()), Some("5;a;b;c;"));
    }

    #[test]
    fn a_late_answer_counts_for_the_checkpoint_that_was_offered() {
        let mut room = Collected::new(2, 2);
        room.begin_round(&head(5), 0);
        room.cosigned(0, 5, "a5;".to_owned(), 1);
        room.begin_round(&head(9), 0);
        room.cosigned(0, 9, "a9;".to_owned(), 2);
        room.cosigned(1, 5, "b5;".to_owned(), 3);
        assert_eq!(note(room.witnessed()), Some("5;a5;b5;"));
        assert_eq!((room.witnesses[0].size, room.witnesses[1].size), (9, 5));
        room.cosigned(1, 9, "b9;".to_owned(), 4);
        assert_eq!(note(room.witnessed()), Some("9;a9;b9;"));
        // Nothing goes back to the older one.
        room.cosigned(1, 5, "again;".to_owned(), 5);
        assert_eq!(note(room.witnessed()), Some("9;a9;b9;"));
        assert_eq!(room.witnesses[1].size, 9);
    }

    #[test]
    fn a_witness_is_waited_for_from_the_first_offer_that_it_left_unanswered() {
        let mut room = Collected::new(1, 1);
        room.begin_round(&head(5), 100);
        room.cosigned(0, 5, String::new(), 101);
        room.begin_round(&head(5), 3_600_000);
        assert_eq!(room.witnesses[0].waits_since_ms, None, "the log has not grown");
        room.begin_round(&head(6), 3_605_000);
        room.begin_round(&head(9), 3_610_000);
        assert_eq!(room.witnesses[0].waits_since_ms, Some(3_605_000));
        room.cosigned(0, 6, String::new(), 3_611_000);
        assert_eq!(room.witnesses[0].waits_since_ms, Some(3_605_000), "still behind");
        room.cosigned(0, 9, String::new(), 3_612_000);
        assert_eq!(room.witnesses[0].waits_since_ms, None);
    }

    #[test]
    fn what_an_earlier_list_cosigned_is_shown_until_this_one_s_have() {
        let mut before = Collected::new(1, 1);
        before.begin_round(&head(5), 0);
        before.cosigned(0, 5, "a;".to_owned(), 1);
        let mut room = Collected::new(2, 2);
        room.goes_on_from(&before);
        room.begin_round(&head(6), 2);
        let shown = room.shown();
        assert_eq!((note(shown.witnessed.as_ref()), shown.recent), (Some("5;a;"), false));
        room.cosigned(0, 6, "b;".to_owned(), 3);
        assert_eq!(note(room.witnessed()), Some("5;a;"));
        room.cosigned(1, 6, "c;".to_owned(), 4);
        assert_eq!(note(room.shown().witnessed.as_ref()), Some("6;b;c;"));
    }

    #[test]
    fn witnesses_that_fall_silent_do_not_hold_the_published_log_back() {
        let mut room = Collected::new(1, 1);
        room.begin_round(&head(5), 0);
        room.cosigned(0, 5, "a;".to_owned(), 1);
        for _ in 0..20 {
            room.begin_round(&head(5), 0);
            assert!(room.shown().recent, "the log has not grown");
        }
        for grown in 0..20 {
            room.begin_round(&head(6 + grown), 0);
            let shown = room.shown();
            assert_eq!(shown.recent, grown < RECENT_ROUNDS, "{grown}");
            assert_eq!(shown.witnessed.unwrap().size, 5, "receipts still lead to it");
        }
        room.cosigned(0, 25, "a;".to_owned(), 2);
        assert!(room.shown().recent);
        // Nothing but the offers is kept, however long it goes on.
        assert!(room.offers.len() <= OFFERS);
    }
}
