//! Attackers, each kind in a process of its own. Attempts are due by the clock, whether or not the last one was answered:
//! what finds no room is counted and gone, as it would be from a thousand machines.

mod junk;
mod messages;
mod oversized;
mod slow;

use std::cell::{Ref, RefCell};
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use rustix::process::nice;
use tokio::sync::Semaphore;

use crate::Outcome;
use crate::orders::{Attack, Kind, Tally};
use crate::wire::Wire;

/// Attackers have machines of their own; here they get what the server and the tablets leave.
const NICENESS: i32 = 10;
/// Between two looks at the clock.
const TICK: Duration = Duration::from_millis(10);

/// What an attacker's tasks share: they run on one thread.
struct Attacker {
    orders: Attack,
    wire: Wire,
    tally: RefCell<Tally>,
    dice: RefCell<ChaCha8Rng>,
    messages: Vec<Vec<u8>>,
}

/// Attacks for as long as the orders say, then says what came of it.
pub(crate) fn run(orders: &Path) -> Outcome<()> {
    nice(NICENESS)?;
    let orders: Attack = serde_json::from_slice(&std::fs::read(orders)?)?;
    let messages = std::fs::read_to_string(&orders.messages)?
        .lines()
        .map(|line| data_encoding::HEXLOWER.decode(line.as_bytes()))
        .collect::<Result<_, _>>()?;
    let attacker = Rc::new(Attacker {
        wire: Wire::new()?,
        tally: RefCell::default(),
        dice: RefCell::new(ChaCha8Rng::seed_from_u64(orders.seed)),
        messages,
        orders,
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let here = tokio::task::LocalSet::new();
    let attack = Rc::clone(&attacker);
    here.block_on(&runtime, async move {
        match attack.orders.kind {
            Kind::Forged | Kind::Stolen | Kind::Readers => messages::attack(attack).await,
            Kind::Junk => each(attack, junk::attempt).await,
            Kind::Oversized => each(attack, oversized::attempt).await,
            Kind::SlowReaders => each(attack, slow::attempt).await,
        }
    });
    let mut line = serde_json::to_vec(&*attacker.tally())?;
    line.push(b'\n');
    Ok(std::io::stdout().write_all(&line)?)
}

impl Attacker {
    fn tally(&self) -> Ref<'_, Tally> {
        self.tally.borrow()
    }

    fn note(&self, note: impl FnOnce(&mut Tally)) {
        note(&mut self.tally.borrow_mut());
    }

    /// The address that the attempt of this number comes from.
    fn address(&self, number: usize) -> Ipv4Addr {
        self.orders.addresses[number % self.orders.addresses.len()]
    }

    fn answered(&self, outcome: String) {
        self.note(|tally| *tally.answered.entry(outcome).or_default() += 1);
    }
}

/// Calls `due` with the number of attempts that have become due, until the time is over.
async fn by_the_clock(attacker: &Attacker, mut due: impl FnMut(u64)) {
    let Attack { per_second, seconds, .. } = attacker.orders;
    let begun = Instant::now();
    let mut offered = 0;
    while begun.elapsed() < Duration::from_secs(seconds) {
        let elapsed = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let all = per_second.saturating_mul(elapsed) / 1_000_000;
        attacker.note(|tally| tally.offered += all - offered);
        due(all - offered);
        offered = all;
        tokio::time::sleep(TICK).await;
    }
    let lasted_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    attacker.note(|tally| tally.lasted_ms = lasted_ms);
}

/// Attempts that are a connection each. So many are open at once; whoever comes then finds no room.
async fn each<F: Future<Output = std::io::Result<()>> + 'static>(
    attacker: Rc<Attacker>,
    attempt: impl Fn(Rc<Attacker>, usize) -> F,
) {
    let open = Arc::new(Semaphore::new(attacker.orders.connections));
    let mut number = 0;
    by_the_clock(&attacker, |due| {
        for _ in 0..due {
            let Ok(place) = Arc::clone(&open).try_acquire_owned() else { return };
            number += 1;
            let (attempt, attacker) = (attempt(Rc::clone(&attacker), number), Rc::clone(&attacker));
            tokio::task::spawn_local(async move {
                if attempt.await.is_err() {
                    attacker.note(|tally| tally.not_connected += 1);
                }
                drop(place);
            });
        }
    })
    .await;
}
