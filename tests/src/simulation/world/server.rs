//! What happens at the server, and what befalls everyone.

use std::sync::Arc;

use countersign_core::room::Room;
use countersign_device::api::NetworkState;
use countersign_device::{Answered, Request};
use countersign_server::room::Step;
use rand::RngExt as _;

use super::{Event, RECOVERY_MS, Ticket, World};
use crate::simulation::check::{Broken, Finding, broken};
use crate::simulation::network::Line;
use crate::simulation::party::at;
use crate::simulation::plan::Blow;
use crate::simulation::server::Server;

impl World<'_> {
    pub(super) fn start_server(&mut self) -> Result<(), Finding> {
        if self.server.is_some() {
            return Ok(());
        }
        self.note("the server starts");
        self.witness.started()?;
        match Server::start(&self.setting, self.folder) {
            Ok(server) => self.server = Some(server),
            Err(error) => return broken(Broken::Trouble, format!("the server: {error}")),
        }
        Ok(())
    }

    /// Power is gone: memory, and what was not durable.
    pub(super) fn kill_server(&mut self) {
        self.server = None;
        self.sequencing = [false; 2];
        for disk in &self.setting.disks {
            disk.crash();
        }
    }

    pub(super) fn arrive(&mut self, ticket: Ticket) -> Result<(), Finding> {
        let (tablet, number) = (ticket.tablet, ticket.number);
        let Some(server) = &mut self.server else {
            self.note(&format!("{number} finds no server"));
            let met = Box::new(Err(NetworkState::Refused));
            self.after(5, Event::Back { tablet, number, met });
            return Ok(());
        };
        self.trace.note(self.time.now(), &format!("{number} arrives"));
        let mut request = ticket.request.clone();
        if self.bad_book.is_some()
            && let Request::Send { checkpoint, .. } | Request::Log { checkpoint, .. } = &mut request
        {
            // A server with a book of its own does not look at what it is shown: an honest one would stop.
            *checkpoint = None;
        }
        server.take(ticket, &request, tablet, &self.setting.runtime);
        self.answer()?;
        if let Request::Send { room, .. } = request
            && !std::mem::replace(&mut self.sequencing[at(room)], true)
        {
            let in_ms = self.dice.random_range(1..=self.plan.gather_ms);
            self.after(in_ms, Event::Sequence { room });
        }
        Ok(())
    }

    pub(super) fn sequence(&mut self, room: Room) -> Result<(), Finding> {
        let Some(server) = &mut self.server else { return Ok(()) };
        let step = server.step(room);
        self.sequencing[at(room)] = step == Step::Recovering;
        let disk = Arc::clone(&self.setting.disks[at(room)]);
        for (entries, mishap) in disk.take_happened() {
            self.counts.commits += 1;
            self.counts.batches += usize::from(entries > 1);
            if let Some(mishap) = mishap {
                self.counts.mishaps[mishap as usize] += 1;
            }
            self.note(&format!("{room} commits {entries}: {mishap:?}"));
        }
        if disk.take_crash() {
            let away_ms = self.dice.random_range(1_000..30_000);
            self.blow(Blow::KillServer { away_ms });
            return Ok(());
        }
        if step == Step::Recovering {
            self.counts.recoveries += 1;
            self.after(RECOVERY_MS, Event::Sequence { room });
        }
        self.answer()
    }

    /// Sends off what the server has answered.
    pub(super) fn answer(&mut self) -> Result<(), Finding> {
        let Some(server) = &mut self.server else { return Ok(()) };
        for (ticket, answered) in server.answers(&self.setting.runtime) {
            let answered = self.seen(&ticket, answered)?;
            if ticket.deaf {
                continue;
            }
            let Ticket { tablet, number, .. } = ticket;
            if let Some((in_ms, answered)) = self.network.answer(tablet, answered, &mut self.dice) {
                self.after(in_ms, Event::Back { tablet, number, met: Box::new(Ok(answered)) });
            }
        }
        Ok(())
    }

    /// What the server answers, seen by the witness.
    pub(super) fn seen(
        &mut self,
        ticket: &Ticket,
        answered: Answered,
    ) -> Result<Answered, Finding> {
        let Request::Send { room, bytes, seen, .. } = &ticket.request else {
            return Ok(answered);
        };
        let answered = match &self.bad_book {
            Some(book) => book.instead(*room, bytes, *seen, answered),
            None => answered,
        };
        let index = self.witness.answered(*room, bytes, &answered)?;
        self.counts.too_many += usize::from(answered.status == 429);
        self.counts.busy += usize::from(answered.status == 503);
        self.note(&format!("{} is answered {} {index:?}", ticket.number, answered.status));
        Ok(answered)
    }

    pub(super) fn blow(&mut self, blow: Blow) {
        self.note(&format!("{blow:?}"));
        match blow {
            Blow::KillTablet { tablet, away_ms } => {
                if self.desks[tablet].is_open() {
                    let asking = self.desks[tablet].kill();
                    self.counts.killed_asking += usize::from(asking);
                    self.counts.tablets_killed += 1;
                    self.after(away_ms, Event::OpenTablet { tablet });
                }
            }
            Blow::KillServer { away_ms } => {
                if self.server.is_some() {
                    self.kill_server();
                    self.counts.server_killed += 1;
                    self.after(away_ms, Event::StartServer);
                }
            }
            Blow::Cut { tablet, refused } => {
                let line = if refused { Line::Refused } else { Line::Silent };
                self.network.set(tablet, line);
                self.counts.cuts += 1;
            }
            Blow::Mend { tablet } => self.network.set(tablet, Line::Open),
            Blow::Fill { room, full } => {
                self.setting.disks[at(room)].fill(full);
                self.counts.full += usize::from(full);
            }
            Blow::ServerClock { off_ms } => {
                self.server_clock.jump(off_ms);
                self.counts.jumps += 1;
            }
        }
    }
}
