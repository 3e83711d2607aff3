//! The connections of one listener, by address. Whoever comes finds a place: when there is none, one that has been silent
//! for longest makes room, of the address that has too many or else of the one that has most. So nobody keeps others out
//! by holding connections open.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::connections::Places;
use crate::metrics::Cut;

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
    taken: usize,
    by_address: HashMap<IpAddr, BTreeMap<Rank, Arc<Sitter>>>,
    /// Addresses by how many seats they have.
    crowds: BTreeSet<(usize, IpAddr)>,
}

/// When something had been heard, and the ticket. Behind the truth: a seat's rank is looked at again before it has to go.
type Rank = (u64, u64);

/// What is known of a connection.
pub(super) struct Sitter {
    /// Milliseconds since the house was opened.
    heard_ms: AtomicU64,
    /// Under which it stands in its address's map; written under the lock.
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
    /// The other side said something.
    pub(super) fn heard(&self) {
        self.heard_ms.store(milliseconds(self.opened), Ordering::Relaxed);
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
        let mut seats = self.lock();
        let here = seats.by_address.get(&address).map_or(0, BTreeMap::len);
        let cut = if here >= self.places.one_address {
            seats.make_room(address);
            Some(Cut::Crowded)
        } else if seats.taken >= self.places.all {
            if let Some(&(_, most)) = seats.crowds.last() {
                seats.make_room(most);
            }
            Some(Cut::Full)
        } else {
            None
        };
        let now_ms = milliseconds(self.opened);
        let sitter = Arc::new(Sitter {
            heard_ms: AtomicU64::new(now_ms),
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
        self.taken += 1;
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
        self.taken -= 1;
        Some(sitter)
    }

    /// Sends away whom nothing was heard of for longest.
    fn make_room(&mut self, address: IpAddr) {
        let Some(sitters) = self.by_address.get_mut(&address) else { return };
        // Each is looked at again at most once: then all ranks are true.
        for _ in 0..=sitters.len() {
            let Some(first) = sitters.first_entry() else { return };
            let rank = *first.key();
            let heard_ms = first.get().heard_ms.load(Ordering::Relaxed);
            if heard_ms <= rank.0 {
                break;
            }
            let sitter = first.remove();
            sitter.ranked_ms.store(heard_ms, Ordering::Relaxed);
            sitters.insert((heard_ms, rank.1), sitter);
        }
        let Some((&rank, _)) = sitters.first_key_value() else { return };
        if let Some(sitter) = self.remove(address, rank) {
            sitter.leave.notify_one();
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

    /// Makes as if something had been heard then.
    fn heard(seat: &Seat, at_ms: u64) {
        seat.sitter.heard_ms.store(at_ms, Ordering::Relaxed);
    }

    #[tokio::test]
    async fn who_was_silent_for_longest_makes_room_at_a_crowded_address() {
        let house = House::new(PLACES);
        let seats: Vec<Seat> = (0..3)
            .map(|_| {
                let (seat, cut) = house.enter(address(1));
                assert_eq!(cut, None);
                seat
            })
            .collect();
        heard(&seats[0], 9_000);
        heard(&seats[2], 8_000);
        let (_new, cut) = house.enter(address(1));
        assert_eq!(cut, Some(Cut::Crowded));
        assert!(!has_left(&seats[0]).await && has_left(&seats[1]).await);
        assert!(!has_left(&seats[2]).await);
        drop(seats);
        assert_eq!(house.lock().taken, 1);
    }

    #[tokio::test]
    async fn a_full_house_takes_the_place_from_the_address_that_has_most() {
        let house = House::new(PLACES);
        let crowd: Vec<Seat> = (0..3).map(|_| house.enter(address(1)).0).collect();
        let others: Vec<Seat> = (2..4).map(|last| house.enter(address(last)).0).collect();
        for seat in &crowd {
            heard(seat, 9_000);
        }
        let (_new, cut) = house.enter(address(4));
        assert_eq!(cut, Some(Cut::Full));
        assert!(has_left(&crowd[0]).await, "all were heard at the same time: the first to come");
        for seat in others.iter().chain(&crowd[1..]) {
            assert!(!has_left(seat).await);
        }
    }

    #[test]
    fn an_empty_house_remembers_nobody() {
        let house = House::new(PLACES);
        let seats: Vec<Seat> = (0..20).map(|last| house.enter(address(last % 4)).0).collect();
        assert_eq!(house.lock().taken, 5);
        drop(seats);
        let seats = house.lock();
        assert!(seats.taken == 0 && seats.by_address.is_empty() && seats.crowds.is_empty());
    }
}
