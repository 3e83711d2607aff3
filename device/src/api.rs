//! The command surface: everything a screen may ask of the tablet, and everything it is told.
//!
//! One JSON object goes in ([`Command`]), one comes out (an [`Answer`] or a [`Problem`]). The
//! screens hold no state of their own that matters: they draw the [`View`], send a command for
//! each press, and draw the view that comes back. Hosts (the Tauri window, the HTTP host of the
//! tests) carry the JSON and decide nothing. The TypeScript in `ui/shared/src/gen_api.ts` is
//! generated from this file and compared in CI.
//!
//! Numbers are plain JSON numbers below 2^53. Times are milliseconds since the Unix epoch.

mod answer;
mod caucus;
mod command;
mod problem;
mod report;
mod view;

pub use answer::{Answer, PreflightItem, PreflightSubject, WorksheetCell};
pub use caucus::{
    AttestationSaid, AttestationView, AwardChange, AwardRow, AwardView, CaucusView, CorrectionView,
    CountCell, CountKind, CountView, EarlyVotesView, FindingView, FractionView, GroupView,
    LotDrawer, LotMethod, LotView, Missing, Severity, StepView, TieView, TimerView,
};
pub use command::{Attester, Cell, Command, Key, Language, ReasonChoice, RoomName, Secret, Step};
pub use problem::{Problem, ProblemCode};
pub use report::{
    AskedFinding, CarriedView, HeldReason, NoticeKind, NoticeView, QuestionView, RefusedReason,
    ReleasedCell, ReleasedView, ReplyView, ReportView, Standing,
};
pub use view::{
    CaucusSummary, HostView, LockView, NetworkState, NetworkView, PackageView, PlaceKind,
    PrecinctView, ReasonView, View,
};
