//! What the server says of itself.

use axum::Json;
use axum::extract::State;
use countersign_core::results::LogBegunAgain;
use countersign_core::room::Room;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Shared, begun_again};
use crate::cosigning::WitnessStatus;

#[derive(Serialize, ToSchema)]
pub(super) struct Status {
    /// Always `countersign`.
    service: &'static str,
    /// Id of the contest.
    contest: String,
    /// The newest package.
    package: Option<PackageStatus>,
    /// Server time, milliseconds since the Unix epoch.
    time_ms: u64,
    rooms: Rooms,
}

#[derive(Serialize, ToSchema)]
struct PackageStatus {
    number: u32,
    /// Id of its message, hexadecimal.
    id: String,
}

#[derive(Serialize, ToSchema)]
struct Rooms {
    official: RoomStatus,
    rehearsal: RoomStatus,
}

#[derive(Serialize, ToSchema)]
struct RoomStatus {
    /// Whether reports are taken.
    open: bool,
    /// Origin of its log.
    origin: String,
    /// Entries in its log.
    log_size: u64,
    /// That the log was begun again after a disaster: when, why, and what is known of the one before. `null` for a room's
    /// first log.
    #[schema(value_type = Option<Object>)]
    begun_again: Option<LogBegunAgain>,
    /// Whether the log is an older copy: it does not lead to a checkpoint that its own key signed. Nothing is taken then.
    behind: bool,
    /// Number of the round; 0 before it opens.
    round: u32,
    /// Who cosigns its log; `null` where nobody is asked.
    witnesses: Option<Witnessed>,
}

#[derive(Serialize, ToSchema)]
struct Witnessed {
    /// How many have to cosign a checkpoint.
    needed: usize,
    /// Entries of the newest checkpoint that as many have cosigned as were needed then; 0 for none.
    size: u64,
    /// Whether one has cosigned another log under this log's name, with the log's own signature as the proof.
    inconsistent: bool,
    /// Every witness.
    each: Vec<WitnessStatus>,
}

impl Witnessed {
    fn of(service: &Shared, room: Room) -> Option<Self> {
        let witnesses = &service.witnesses;
        (!witnesses.is_empty()).then(|| Self {
            needed: witnesses.needed(),
            size: witnesses.checkpoint(room, 0).map_or(0, |head| head.size),
            inconsistent: witnesses.inconsistent(room),
            each: witnesses.status(room),
        })
    }
}

impl RoomStatus {
    fn of(service: &Shared, room: Room) -> Self {
        let begun_again = begun_again(service, room);
        let witnesses = Witnessed::of(service, room);
        let desk = service.admission.room(room);
        let projection = desk.read();
        Self {
            begun_again,
            witnesses,
            behind: desk.beyond().is_some(),
            open: projection.state.is_open(),
            origin: projection.origin().to_owned(),
            log_size: projection.head().size,
            round: projection.state.round(),
        }
    }
}

/// What contest this server serves and how far its rooms are.
#[utoipa::path(get, path = "/v1/status", tag = "reporting, public", responses((status = 200, body = Status)))]
pub(super) async fn status(State(service): State<Shared>) -> Json<Status> {
    let (contest, package) = {
        let state = &service.admission.room(Room::Official).read().state;
        let package = state
            .package()
            .zip(state.package_id())
            .map(|(package, id)| PackageStatus { number: package.number, id: id.to_string() });
        (state.contest().to_owned(), package)
    };
    Json(Status {
        service: "countersign",
        contest,
        package,
        time_ms: service.clock.now_ms(),
        rooms: Rooms {
            official: RoomStatus::of(&service, Room::Official),
            rehearsal: RoomStatus::of(&service, Room::Rehearsal),
        },
    })
}
