//! The connections of one listener, by address. Whoever comes finds a place: when there is none, the one that was quiet
//! for longest makes room, at the address that has too many or else anywhere. So nobody keeps others out by holding
//! connections open. Only where nobody was quiet for long, the address that has most gives one up: before that it does not
//! count how many there are at an address, since tablets may share theirs with somebody.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::connections::Places;
use crate::metrics::Cut;

/// Who was quiet for less may be about to be answered.
const QUIET_MS: u64 = 2_000;

/// Connections of one listener.
#[derive(Clone)]
pub(super) struct House {
    places: Places,
    seats: Arc<Mutex<Seats>>,
    opened: Instant,
}

#[derive(Default)]
struct Seats {
    /// Tickets given so far.
    tickets: u64,
    by_address: HashMap<IpAddr, BTreeMap<Rank, Arc<Sitter>>>,
    /// Everyone, and where.
    all: BTreeMap<Rank, IpAddr>,
    /// Addresses by how many seats they have.
    crowds: BTreeSet<(usize, IpAddr)>,
}

/// When something had moved, and the ticket. Behind the truth: a seat's rank is looked at again before it has to go.
type Rank = (u64, u64);

/// What is known of a connection.
pub(super) struct Sitter {
    /// Milliseconds since the house was opened.
    moved_ms: AtomicU64,
    /// Under which it stands in the maps; written under the lock.
    ranked_ms: AtomicU64,
    asked: AtomicBool,
    leave: Notify,
    opened: Instant,
}

/// A connection's place, until dropped.
pub(super) struct Seat {
    house: House,
    address: IpAddr,
    ticket: u64,
    pub(super) sitter: Arc<Sitter>,
}

impl Sitter {
    /// Something was said, by either side.
    pub(super) fn moved(&self) {
        self.moved_ms.store(milliseconds(self.opened), Ordering::Relaxed);
    }

    /// A whole request has come.
    pub(super) fn asks(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Whether there ever was a request.
    pub(super) fn has_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Waits until its place is needed.
    pub(super) async fn has_to_leave(&self) {
        self.leave.notified().await;
    }
}

impl House {
    pub(super) fn new(places: Places) -> Self {
        Self { places, seats: Arc::default(), opened: Instant::now() }
    }

    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat, and why another one had to be given up for it.
    pub(super) fn enter(&self, address: IpAddr) -> (Seat, Option<Cut>) {
        let now_ms = milliseconds(self.opened);
        let mut seats = self.lock();
        let here = seats.by_address.get(&address).map_or(0, BTreeMap::len);
        let cut = if here >= self.places.one_address {
            seats.make_room_at(address);
            Some(Cut::Crowded)
        } else if seats.all.len() >= self.places.all {
            seats.make_room(now_ms);
            Some(Cut::Full)
        } else {
            None
        };
        let sitter = Arc::new(Sitter {
            moved_ms: AtomicU64::new(now_ms),
            ranked_ms: AtomicU64::new(now_ms),
            asked: AtomicBool::new(false),
            leave: Notify::new(),
            opened: self.opened,
        });
        let ticket = seats.tickets;
        seats.tickets += 1;
        seats.add(address, (now_ms, ticket), Arc::clone(&sitter));
        (Seat { house: self.clone(), address, ticket, sitter }, cut)
    }
}

impl Seats {
    fn add(&mut self, address: IpAddr, rank: Rank, sitter: Arc<Sitter>) {
        let sitters = self.by_address.entry(address).or_default();
        self.crowds.remove(&(sitters.len(), address));
        sitters.insert(rank, sitter);
        self.crowds.insert((sitters.len(), address));
        self.all.insert(rank, address);
    }

    fn remove(&mut self, address: IpAddr, rank: Rank) -> Option<Arc<Sitter>> {
        let sitters = self.by_address.get_mut(&address)?;
        let before = sitters.len();
        let sitter = sitters.remove(&rank)?;
        let left = sitters.len();
        self.crowds.remove(&(before, address));
        if left == 0 {
            self.by_address.remove(&address);
        } else {
            self.crowds.insert((left, address));
        }
        self.all.remove(&rank);
        Some(sitter)
    }

    /// Gives a seat its true rank; `None` where it had that already.
    fn rank_again(&mut self, address: IpAddr, rank: Rank) -> Option<()> {
        let sitters = self.by_address.get_mut(&address)?;
        let moved_ms = sitters.get(&rank)?.moved_ms.load(Ordering::Relaxed);
        if moved_ms <= rank.0 {
            return None;
        }
        let sitter = sitters.remove(&rank)?;
        sitter.ranked_ms.store(moved_ms, Ordering::Relaxed);
        let true_rank = (moved_ms, rank.1);
        sitters.insert(true_rank, sitter);
        self.all.remove(&rank);
        self.all.insert(true_rank, address);
        Some(())
    }

    fn send_away(&mut self, address: IpAddr, rank: Rank) {
        if let Some(sitter) = self.remove(address, rank) {
            sitter.leave.notify_one();
        }
    }

    /// Sends away who was quiet for longest; where nobody was for long, who was at the address that has most.
    fn make_room(&mut self, now_ms: u64) {
        // Each is looked at again once at most: then all ranks are true.
        while let Some((&rank, &address)) = self.all.first_key_value() {
            if self.rank_again(address, rank).is_some() {
                continue;
            }
            if now_ms.saturating_sub(rank.0) >= QUIET_MS {
                self.send_away(address, rank);
            } else if let Some(&(_, most)) = self.crowds.last() {
                self.make_room_at(most);
            }
            return;
        }
    }

    /// Sends away who was quiet for longest at an address.
    fn make_room_at(&mut self, address: IpAddr) {
        while let Some((&rank, _)) =
            self.by_address.get(&address).and_then(BTreeMap::first_key_value)
        {
            if self.rank_again(address, rank).is_none() {
                return self.send_away(address, rank);
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.house.lock();
        let rank = (self.sitter.ranked_ms.load(Ordering::Relaxed), self.ticket);
        // Who had to leave has been counted off already.
        seats.remove(self.address, rank);
    }
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: Places = Places { all: 5, one_address: 3 };

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    async fn has_left(seat: &Seat) -> bool {
        tokio::select! {
            biased;
            () = seat.sitter.has_to_leave() => true,
            () = std::future::ready(()) => false,
        }
    }

    /// Makes as if something had moved then.
    fn moved(seat: &Seat, at_ms: u64) {
        seat.sitter.moved_ms.store(at_ms, Ordering::Relaxed);
    }

    #[tokio::test]
    async fn who_was_quiet_for_longest_makes_room_at_a_crowded_address() {
        let house = House::new(PLACES);
        let seats: Vec<Seat> = (0..3)
            .map(|_| {
                let (seat, cut) = house.enter(address(1));
                assert_eq!(cut, None);
                seat
            })
            .collect();
        moved(&seats[0], 9_000);
        moved(&seats[2], 8_000);
        let (_new, cut) = house.enter(address(1));
        assert_eq!(cut, Some(Cut::Crowded));
        assert!(!has_left(&seats[0]).await && has_left(&seats[1]).await);
        assert!(!has_left(&seats[2]).await);
        drop(seats);
        assert_eq!(house.lock().all.len(), 1);
    }

    /// Five seats at three addresses, of which one has three.
    fn full() -> (House, Vec<Seat>) {
        let house = House::new(PLACES);
        let seats = [1, 1, 1, 2, 3].map(|last| house.enter(address(last)).0);
        (house, seats.into())
    }

    #[tokio::test]
    async fn in_a_full_house_who_was_quiet_for_longest_makes_room() {
        let (house, seats) = full();
        for (seat, at_ms) in seats.iter().zip([9_000, 7_000, 8_000, 6_000, 9_500]) {
            moved(seat, at_ms);
        }
        house.lock().make_room(9_600);
        assert!(has_left(&seats[3]).await, "however few there are at its address");
        for at in [0, 1, 2, 4] {
            assert!(!has_left(&seats[at]).await);
        }
    }

    #[tokio::test]
    async fn where_nobody_was_quiet_for_long_the_address_that_has_most_makes_room() {
        let (house, seats) = full();
        for (seat, at_ms) in seats.iter().zip([9_000, 8_500, 9_100, 8_000, 9_500]) {
            moved(seat, at_ms);
        }
        house.lock().make_room(9_600);
        assert!(has_left(&seats[1]).await);
        for at in [0, 2, 3, 4] {
            assert!(!has_left(&seats[at]).await);
        }
    }

    #[test]
    fn an_empty_house_remembers_nobody() {
        let house = House::new(PLACES);
        let seats: Vec<Seat> = (0..20).map(|last| house.enter(address(last % 4)).0).collect();
        assert_eq!(house.lock().all.len(), 5);
        drop(seats);
        let seats = house.lock();
        assert!(seats.all.is_empty() && seats.by_address.is_empty() && seats.crowds.is_empty());
    }
}
