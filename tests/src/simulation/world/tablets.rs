//! What happens at the tablets: secretaries, syncs, and what comes back to them.

use countersign_core::id::{MessageId, sha256};
use countersign_device::api::{NetworkState, Problem};
use countersign_device::{Met, NetworkLimits, Request};
use rand::RngExt as _;

use super::{Event, Ticket, World, trouble};
use crate::simulation::check::Finding;
use crate::simulation::network::{Fate, damage};
use crate::simulation::tablet::Did;
use crate::simulation::trace::short;

impl World<'_> {
    pub(super) fn open_tablet(&mut self, tablet: usize) -> Result<(), Finding> {
        if self.desks[tablet].is_open() {
            return Ok(());
        }
        let (base_ms, seed) = (self.dice.random_range(0..1 << 40), self.dice.random());
        let desk = &mut self.desks[tablet];
        let off_ms = if self.calm { 0 } else { desk.plan.off_ms };
        desk.clock.boot(base_ms, off_ms);
        desk.open(seed).or_else(|problem| trouble(tablet, &problem))?;
        self.note(&format!("tablet {tablet} opens"));
        self.look(tablet)?;
        self.wake(tablet, 0);
        let boot = self.desks[tablet].boots;
        self.after(500, Event::Secretary { tablet, boot });
        Ok(())
    }

    /// The sync looks again at that moment, and not at the one it was told before.
    pub(super) fn wake(&mut self, tablet: usize, in_ms: u64) {
        let desk = &mut self.desks[tablet];
        desk.round += 1;
        let round = desk.round;
        self.after(in_ms, Event::Sync { tablet, round });
    }

    pub(super) fn look(&mut self, tablet: usize) -> Result<(), Finding> {
        for id in self.witness.look(tablet, &self.desks[tablet])? {
            self.since = self.since.max(self.time.now());
            self.note(&format!("tablet {tablet} signed {}", short(&id.0)));
        }
        Ok(())
    }

    pub(super) fn secretary(&mut self, tablet: usize) -> Result<(), Finding> {
        if !self.desks[tablet].is_open() {
            return Ok(());
        }
        let failed = |problem: Problem| trouble(tablet, &problem);
        let mut view = self.desks[tablet].view().or_else(failed)?;
        // Several things in one go, and a kill between any two of them now and then.
        for _ in 0..self.dice.random_range(1..12) {
            match self.desks[tablet].act(&mut view).or_else(|problem| trouble(tablet, &problem))? {
                Did::Nothing => return Ok(()),
                Did::HandedOff(link) => {
                    self.note(&format!("tablet {tablet} hands off"));
                    if let Some(carrier) = self.desks[tablet].plan.carrier {
                        self.after(2_000, Event::Carry { tablet: carrier, link });
                    }
                }
                Did::Command { name, wakes } => {
                    self.note(&format!("tablet {tablet}: {name}"));
                    if name.starts_with("Sign") {
                        self.look(tablet)?;
                    }
                    if wakes && !self.desks[tablet].is_asking() {
                        self.wake(tablet, 0);
                    }
                }
            }
        }
        let in_ms = self.dice.random_range(200..20_000);
        let boot = self.desks[tablet].boots;
        self.after(in_ms, Event::Secretary { tablet, boot });
        Ok(())
    }

    pub(super) fn carry(&mut self, tablet: usize, link: String) -> Result<(), Finding> {
        let desk = &self.desks[tablet];
        let carried = match desk.is_open() {
            true => desk.carry(&link).or_else(|problem| trouble(tablet, &problem))?,
            false => false,
        };
        if carried {
            self.note(&format!("tablet {tablet} carries"));
            self.counts.carried += 1;
            if !self.desks[tablet].is_asking() {
                self.wake(tablet, 0);
            }
        } else {
            self.after(5_000, Event::Carry { tablet, link });
        }
        Ok(())
    }

    pub(super) fn sync(&mut self, tablet: usize) -> Result<(), Finding> {
        let desk = &mut self.desks[tablet];
        if !desk.is_open() || desk.is_asking() {
            return Ok(());
        }
        let number = self.requests;
        let request = match desk.begin(number).or_else(|problem| trouble(tablet, &problem))? {
            Ok(request) => request,
            Err(None) => return Ok(()),
            Err(Some(moment)) => {
                // As the app's own thread: at least a millisecond.
                self.wake(tablet, moment.saturating_sub(self.time.now()).max(1));
                return Ok(());
            }
        };
        self.requests += 1;
        self.counts.requests += 1;
        let what = match &request {
            Request::Send { room, bytes, seen, .. } => {
                format!("{room} {} seen {seen}", short(&MessageId::of(bytes).0))
            }
            other => format!("{other:?}"),
        };
        let ticket = Ticket { number, tablet, request, deaf: false };
        let fate = self.network.request(tablet, &mut self.dice);
        self.note(&format!("tablet {tablet} asks {number}: {what}; {}", fate.name()));
        let back = |met| Event::Back { tablet, number, met: Box::new(met) };
        match fate {
            Fate::Lost => self.counts.lost += 1,
            Fate::Refused { in_ms } => self.after(in_ms, back(Err(NetworkState::Refused))),
            Fate::Answered { in_ms, answered } => {
                self.counts.strange += 1;
                self.after(in_ms, back(Ok(answered)));
            }
            Fate::Damaged { in_ms } => {
                self.counts.damaged += 1;
                let damaged = Box::new(self.damaged(ticket));
                self.after(in_ms, Event::Arrive { ticket: damaged });
            }
            Fate::Arrives { in_ms } => {
                self.counts.doubled += usize::from(in_ms.len() > 1);
                for in_ms in in_ms {
                    self.after(in_ms, Event::Arrive { ticket: Box::new(ticket.clone()) });
                }
            }
        }
        self.after(NetworkLimits::default().answer_ms, back(Err(NetworkState::Silent)));
        Ok(())
    }

    pub(super) fn damaged(&mut self, mut ticket: Ticket) -> Ticket {
        if let Request::Send { bytes, .. } = &mut ticket.request {
            damage(bytes, &mut self.dice);
        }
        ticket.deaf = true;
        ticket
    }

    pub(super) fn back(&mut self, tablet: usize, number: u64, met: &Met) -> Result<(), Finding> {
        let desk = &mut self.desks[tablet];
        if !desk.is_open() {
            return Ok(());
        }
        if desk.finish(number, met).or_else(|problem| trouble(tablet, &problem))? {
            let what = match met {
                Ok(answered) => format!("{} {}", answered.status, short(&sha256(&answered.body))),
                Err(network) => format!("{network:?}"),
            };
            self.note(&format!("tablet {tablet} gets {number}: {what}"));
            // Looking costs more than the request; where nothing came, now and then is enough.
            if met.is_ok() || self.dice.random_ratio(1, 4) {
                self.look(tablet)?;
            }
            self.wake(tablet, 0);
        } else if met.is_ok() {
            self.counts.late += 1;
        }
        Ok(())
    }
}
