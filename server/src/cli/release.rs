//! `release`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use countersign_core::id::{MessageId, PhotoDigest, PrecinctNumber, sha256};
use countersign_core::language::Language;
use countersign_core::message::{
    Approve, Cause, Layer, Objection, ObjectionReason, Release, Stop, StopChange, Withdraw,
};
use countersign_core::results::{Awaited, ProposedRelease, Released, Review, RoomState};
use countersign_core::room::Room;

use super::person::{Signer, message_id, precinct};
use super::{Data, compare_rules, copy, inquiry, print};
use crate::clock::{Clock as _, SystemClock, utc};
use crate::failure::Failure;
use crate::{node, review};

#[derive(Subcommand)]
pub(super) enum Command {
    List(List),
    Preview(MakePreview),
    Object(Object),
    Propose(Propose),
    Approve(ApproveIt),
    Withdraw(WithdrawIt),
    Stop(StopAll),
    Resume(Resume),
    Withhold(WithholdIt),
    Inquire(inquiry::Inquire),
    Notice(inquiry::GiveNotice),
    CompareCopy(copy::CompareCopy),
    RecordCopy(copy::RecordCopy),
    CompareRules(compare_rules::CompareRules),
}

/// Previews, releases, stops and objections of a room, notices and inquiries, and what waits for a second person.
#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    data: Data,
    /// Which room.
    #[arg(long, default_value = "official")]
    room: Room,
}

/// Show observers what is to be released. Signed by a release manager.
///
/// Every precinct that is ready comes into it, or those that are named. Precincts that are named and not ready are said, and
/// left out. Numbers that are released already change only with --cause, and only in precincts that are named; in the layer
/// `certified` those that stand are confirmed without one.
#[derive(Args)]
pub(super) struct MakePreview {
    #[command(flatten)]
    signer: Signer,
    /// What the release will be called, such as "62 %".
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// How final its numbers are.
    #[arg(long, value_enum, default_value = "night")]
    layer: LayerName,
    /// Ids of precincts; all that are ready without it.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    precincts: Vec<String>,
    /// Why it is shown although something looks wrong with all that is new taken together, such as shifted columns. Everyone
    /// will read it.
    #[arg(long, value_name = "WHY")]
    despite_the_batch: Option<String>,
    /// Why released numbers change.
    #[arg(long, value_enum, requires = "precincts")]
    cause: Option<CauseName>,
}

/// Object to a precinct of a preview. Signed by an observer.
#[derive(Args)]
pub(super) struct Object {
    #[command(flatten)]
    signer: Signer,
    /// Number of the preview.
    #[arg(long)]
    preview: u32,
    /// Id of the precinct.
    #[arg(long, value_name = "ID")]
    precinct: String,
    /// What is wrong.
    #[arg(long, value_enum)]
    reason: ReasonName,
    /// The same in at most 200 characters that everyone will read.
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// A picture or another file as evidence. Its SHA-256 is signed and published; keep the file, and give it to
    /// headquarters.
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
}

/// Propose to release a preview. Signed by a release manager; it takes effect when another one approves.
#[derive(Args)]
pub(super) struct Propose {
    #[command(flatten)]
    signer: Signer,
    /// Number of the preview.
    #[arg(long)]
    preview: u32,
    /// Ids of its precincts that are not released.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    leave_out: Vec<String>,
}

/// Approve what somebody else proposed: a release, withdrawal, stop or withholding.
#[derive(Args)]
pub(super) struct ApproveIt {
    #[command(flatten)]
    signer: Signer,
    /// Its id, as it was printed and as `release list` shows it.
    #[arg(long, value_name = "ID")]
    id: String,
}

/// Ask to withdraw a release; it stays readable. Signed by a release manager; another one approves.
#[derive(Args)]
pub(super) struct WithdrawIt {
    #[command(flatten)]
    signer: Signer,
    /// Id of the release.
    #[arg(long, value_name = "ID")]
    release: String,
    /// Why, in at most 200 characters that everyone will read.
    #[arg(long, value_name = "TEXT")]
    why: String,
}

/// Ask that nothing is released for a while. Signed by a release manager; another person approves.
#[derive(Args)]
pub(super) struct StopAll {
    #[command(flatten)]
    signer: Signer,
    /// Minutes from the approval on, at most a day.
    #[arg(long)]
    minutes: u32,
    /// Why, in at most 200 characters that everyone will read.
    #[arg(long, value_name = "TEXT")]
    why: String,
}

/// Ask that the stop in force ends early. Signed by a release manager; another person approves.
#[derive(Args)]
pub(super) struct Resume {
    #[command(flatten)]
    signer: Signer,
    /// Id of the stop.
    #[arg(long, value_name = "ID")]
    stop: String,
    /// Why, in at most 200 characters that everyone will read.
    #[arg(long, value_name = "TEXT")]
    why: String,
}

/// Ask that a message is no longer published, because its words name somebody. Signed by an admin; a release manager or
/// another admin approves.
///
/// Its entry stays in the log and its numbers count as before. Whoever verifies sees that it is missing, and cannot work out
/// again what rests on it: withhold a report only where there is no other way.
#[derive(Args)]
pub(super) struct WithholdIt {
    #[command(flatten)]
    signer: Signer,
    /// Id of the message, as `release list` and `review show` name it, and the file that everyone reads, messages/ID.cose.
    #[arg(long, value_name = "ID")]
    message: String,
    /// Why, in at most 200 characters that everyone will read: do not repeat what is to be withheld.
    #[arg(long, value_name = "TEXT")]
    why: String,
}

macro_rules! names {
    ($name:ident of $of:ident { $($(#[$doc:meta])* $variant:ident,)+ }) => {
        #[derive(Clone, Copy, ValueEnum)]
        pub(super) enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            const fn of(self) -> $of {
                match self { $(Self::$variant => $of::$variant,)+ }
            }
        }
    };
}

names!(LayerName of Layer {
    /// As reported on caucus night and in the days after.
    Night,
    /// After the party's own corrections.
    Corrected,
    /// After the recanvass.
    Recanvass,
    /// After the recount.
    Recount,
    /// As certified.
    Certified,
});

names!(CauseName of Cause {
    /// The precinct corrected its own report.
    Precinct,
    /// A number had been typed wrongly at headquarters.
    Typing,
    /// Comparison with the signed worksheet.
    Sheet,
    /// The batch itself was wrong.
    Batch,
    /// An objection was right.
    Objection,
    /// The recanvass.
    Recanvass,
    /// The recount.
    Recount,
});

names!(ReasonName of ObjectionReason {
    /// Not as announced in the room.
    NotAsAnnounced,
    /// The rules give other delegates.
    NotByTheRules,
    /// Not as on the signed worksheet.
    NotAsOnTheSheet,
    /// The caucus was not held as it should have been.
    Conduct,
    /// Another reason, in words.
    Other,
});

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List(list) => self::list(&list)?,
        Command::Preview(make) => preview(&make)?,
        Command::CompareCopy(compare) => return copy::compare(&compare),
        Command::RecordCopy(record) => copy::record(&record)?,
        Command::CompareRules(compare) => return compare_rules::compare(&compare),
        Command::Inquire(inquire) => inquiry::inquire(&inquire)?,
        Command::Notice(give) => inquiry::notify(&give)?,
        Command::Object(object) => self::object(&object)?,
        Command::Propose(propose) => self::propose(&propose)?,
        Command::Approve(approve) => {
            let approves = message_id(&approve.id)?;
            approve.signer.act(|state| {
                let mut releases = state.review().releases().iter();
                if let Some(proposed) = releases.find(|one| one.signed.id == approves) {
                    say_open(state, &proposed.release)?;
                }
                Ok(Approve { approves })
            })?;
        }
        Command::Withdraw(withdraw) => {
            let release = message_id(&withdraw.release)?;
            withdraw.signer.act(|_| Ok(Withdraw { release, why: withdraw.why.clone() }))?;
        }
        Command::Stop(stop) => {
            stop.signer.act(|state| {
                Ok(Stop {
                    change: StopChange::Begin,
                    minutes: Some(stop.minutes),
                    stop: None,
                    why: stop.why.clone(),
                    number: state.review().next_stop(),
                })
            })?;
        }
        Command::Resume(resume) => {
            let stop = message_id(&resume.stop)?;
            resume.signer.act(|state| {
                Ok(Stop {
                    change: StopChange::End,
                    minutes: None,
                    stop: Some(stop),
                    why: resume.why.clone(),
                    number: state.review().next_stop(),
                })
            })?;
        }
        Command::Withhold(withhold) => {
            let message = message_id(&withhold.message)?;
            withhold.signer.act_in(|log, _| {
                let unknown = || Failure::mistake(format!("the log has no message {message}"));
                review::withhold(log, message, &withhold.why).ok_or_else(unknown)
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn preview(make: &MakePreview) -> Result<(), Failure> {
    make.signer.act(|state| {
        let package = state.package().ok_or_else(super::no_package)?;
        let all = make.precincts.is_empty();
        let precincts: Vec<PrecinctNumber> = if all {
            package.contest.precinct_numbers().collect()
        } else {
            make.precincts.iter().map(|id| precinct(state, id)).collect::<Result<_, _>>()?
        };
        let cause = make.cause.map(CauseName::of);
        let prepared = review::prepare(state, &make.name, make.layer.of(), &precincts, cause);
        let mut text = String::new();
        for (number, why) in &prepared.not_ready {
            let quiet = matches!(why, review::NotReady::Missing | review::NotReady::Released);
            if all && quiet {
                continue;
            }
            let _ = writeln!(text, "not in it: {}: {why}", id_of(state, *number));
        }
        for number in prepared.taken_out() {
            let _ = writeln!(text, "taken out of the results: {}", id_of(state, number));
        }
        for number in &prepared.asked {
            let id = id_of(state, *number);
            let _ = writeln!(text, "in it, and asked without a reply yet: {id}");
        }
        for finding in &prepared.of_the_batch {
            let sentence = finding.headquarters_sentence(&package.contest, Language::English);
            let _ = writeln!(text, "all that is new: {sentence}");
        }
        let precincts = prepared.preview.precincts.len();
        if precincts == 0 {
            return Err(Failure::mistake(format!("{text}no precinct is ready to be released")));
        }
        let Some(preview) = prepared.to_show(make.despite_the_batch.as_deref()) else {
            return Err(Failure::mistake(format!(
                "{text}look at what came in before it is shown to anybody; --despite-the-batch \"why\" goes on all the same, and \
                 everyone reads why"
            )));
        };
        let number = preview.number;
        let _ = writeln!(text, "preview {number}: {precincts} precincts");
        print(&text)?;
        Ok(preview)
    })?;
    Ok(())
}

/// Place of the preview with a number.
pub(super) fn place(number: u32) -> Option<usize> {
    usize::try_from(number).ok().and_then(|number| number.checked_sub(1))
}

/// Id of the preview with a number.
fn numbered(state: &RoomState, number: u32) -> Result<MessageId, Failure> {
    let previewed = place(number).and_then(|at| state.review().previews().get(at));
    previewed
        .map(|previewed| previewed.signed.id)
        .ok_or_else(|| Failure::mistake(format!("there is no preview {number}")))
}

fn object(object: &Object) -> Result<(), Failure> {
    let evidence = object.evidence.as_deref().map(super::read_file).transpose()?;
    let evidence = evidence.map(|bytes| PhotoDigest(sha256(&bytes)));
    object.signer.act(|state| {
        Ok(Objection {
            preview: numbered(state, object.preview)?,
            precinct: precinct(state, &object.precinct)?,
            reason: object.reason.of(),
            why: object.why.clone(),
            evidence,
        })
    })?;
    Ok(())
}

fn propose(propose: &Propose) -> Result<(), Failure> {
    propose.signer.act(|state| {
        let mut left_out: Vec<PrecinctNumber> =
            propose.leave_out.iter().map(|id| precinct(state, id)).collect::<Result<_, _>>()?;
        left_out.sort_unstable();
        left_out.dedup();
        let release = Release { preview: numbered(state, propose.preview)?, left_out };
        say_open(state, &release)?;
        Ok(release)
    })?;
    Ok(())
}

/// Says what is open in precincts that a release names, before it is signed or approved.
fn say_open(state: &RoomState, release: &Release) -> Result<(), Failure> {
    let Some(previewed) = state.review().preview(release.preview) else { return Ok(()) };
    let mut text = String::new();
    for (number, open) in review::open_in(state, &previewed.preview, release) {
        let open: Vec<String> = open.iter().map(review::finding).collect();
        let _ = writeln!(text, "in it, and open: {}: {}", id_of(state, number), open.join(", "));
    }
    for objected in state.review().objections().iter().filter(|one| one.answer.is_none()) {
        let Objection { precinct, why, .. } = &objected.objection;
        if release.of(&previewed.preview, *precinct).is_some() {
            let id = id_of(state, *precinct);
            let _ = writeln!(text, "in it, and an objection not answered: {id}: {why}");
        }
    }
    for named in release.precincts(&previewed.preview) {
        if state.review().is_left_out(previewed, named.precinct) {
            let id = id_of(state, named.precinct);
            let _ =
                writeln!(text, "in it, though an objection was answered with leaving it out: {id}");
        }
    }
    if text.is_empty() { Ok(()) } else { print(&text) }
}

/// The id of a precinct, as the contest has it.
fn id_of(state: &RoomState, number: PrecinctNumber) -> &str {
    let precinct = state.package().and_then(|package| package.contest.precinct(number.0));
    precinct.map_or("", |precinct| &precinct.id)
}

fn list(list: &List) -> Result<(), Failure> {
    let state = node::read_room(&list.data.folder(), list.room).map_err(Failure::mistake)?.state;
    let review = state.review();
    let mut text = String::new();
    for previewed in review.previews() {
        let preview = &previewed.preview;
        let _ = writeln!(
            text,
            "preview {} “{}”, {}: {} precincts, by person {} at entry {}, {}; the window ends at {}",
            preview.number,
            preview.name,
            preview.layer.code(),
            preview.precincts.len(),
            previewed.signed.person,
            previewed.signed.index,
            previewed.signed.id,
            utc(previewed.window_ends_ms),
        );
        let proposed =
            review.releases().iter().filter(|one| one.release.preview == previewed.signed.id);
        for release in proposed {
            release_text(&mut text, release);
        }
        let objections = review.objections().iter();
        for objected in objections.filter(|one| one.objection.preview == previewed.signed.id) {
            let answer = match &objected.answer {
                Some((signed, answer)) => format!("{}, {}", answer.outcome.code(), signed.id),
                None => "not answered".to_owned(),
            };
            let _ = writeln!(
                text,
                "  objection {} by person {}: {}: {} ({answer})",
                objected.signed.id,
                objected.signed.person,
                objected.objection.reason.code(),
                objected.objection.why,
            );
        }
    }
    for one in review.copies() {
        let _ = writeln!(text, "{}", copy::recorded(one));
    }
    for stop in review.stops() {
        let became = match (stop.approval, stop.until_ms()) {
            (Some(_), Some(until)) => format!("in force until {}", utc(until)),
            _ => "waits for a second person".to_owned(),
        };
        let _ = writeln!(text, "stop {}: {} ({became})", stop.signed.id, stop.why);
    }
    inquiry::list(&mut text, &state);
    withheld_text(&mut text, review);
    if let Some(layer) = review.last_layer()
        && let Some(released) = Released::of(&state, layer)
    {
        let _ = writeln!(
            text,
            "{} of {} precincts released, layer {}",
            released.statewide.precincts_released,
            released.statewide.precincts_total,
            layer.code()
        );
    }
    if text.is_empty() {
        text.push_str("nothing was previewed or released yet\n");
    }
    print(&text)
}

/// What was withheld, and what somebody asks to be.
fn withheld_text(text: &mut String, review: &Review) {
    for (signed, awaited) in review.awaited(SystemClock.now_ms()) {
        if let Awaited::Withholding(message, why) = awaited {
            let _ = writeln!(
                text,
                "withholding {} of {message} by person {}: {why} (waits for a second person)",
                signed.id, signed.person
            );
        }
    }
    let mut withheld: Vec<_> = review.all_withheld().collect();
    withheld.sort_by_key(|(_, approved)| approved.index);
    for (message, approved) in withheld {
        let _ = writeln!(
            text,
            "withheld {message}, approved by person {} at entry {}",
            approved.person, approved.index
        );
    }
}

fn release_text(text: &mut String, release: &ProposedRelease) {
    let became = match (&release.withdrawal, &release.approval) {
        (Some(withdrawal), _) => {
            format!("WITHDRAWN by {}: {}", withdrawal.signed.id, withdrawal.why)
        }
        (None, Some(approval)) => format!(
            "in effect since {}, approved by person {}",
            utc(approval.signed.entered_ms),
            approval.signed.person
        ),
        (None, None) => "waits for a second release manager".to_owned(),
    };
    let _ = writeln!(
        text,
        "  release {} by person {}: {became}",
        release.signed.id, release.signed.person
    );
}
