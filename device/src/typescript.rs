//! The TypeScript of the command surface, as committed in `ui/shared/src/gen_api.ts`.

use ts_rs::{Config, TS};

use crate::api::*;

/// Renders every type of [`crate::api`] as one TypeScript module.
#[must_use]
pub fn typescript() -> String {
    let config = Config::default();
    let mut out =
        String::from("// Generated from device/src/api.rs by `make bindings`. Do not edit.\n");
    macro_rules! declare {
        ($($name:ident),+ $(,)?) => {
            $(
                out.push_str("\nexport ");
                out.push_str(&$name::decl(&config));
                out.push('\n');
            )+
        };
    }
    declare!(
        Language,
        RoomName,
        Key,
        Cell,
        Step,
        Attester,
        ReasonChoice,
        Command,
        Answer,
        WorksheetCell,
        PreflightItem,
        PreflightSubject,
        View,
        HostView,
        LockView,
        PackageView,
        ReasonView,
        PlaceKind,
        PrecinctView,
        NetworkView,
        NetworkState,
        CaucusSummary,
        CaucusView,
        EarlyVotesView,
        StepView,
        GroupView,
        CountKind,
        CountView,
        CountCell,
        FractionView,
        AwardView,
        AwardRow,
        AwardChange,
        LotMethod,
        LotDrawer,
        TieView,
        LotView,
        Severity,
        FindingView,
        AttestationView,
        AttestationSaid,
        Missing,
        TimerView,
        CorrectionView,
        Standing,
        HeldReason,
        RefusedReason,
        ReportView,
        ReleasedView,
        ReleasedCell,
        QuestionView,
        AskedFinding,
        ReplyView,
        CarriedView,
        NoticeView,
        NoticeKind,
        Problem,
        ProblemCode,
    );
    out
}
