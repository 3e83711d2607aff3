//! `review`.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use countersign_core::checks::statewide::{Scope, StatewideFinding};
use countersign_core::contest::Contest;
use countersign_core::id::PrecinctNumber;
use countersign_core::language::Language;
use countersign_core::message::{Admit, Answer, AnswerOutcome, Evidence, FindingName, Layer};
use countersign_core::refusal::Refusal;
use countersign_core::results::{Asked, Closed, ReceivedReport, RoomState, findings_of};
use countersign_core::room::Room;

use super::person::{Signer, message_id, precinct};
use super::{Data, inquiry, print};
use crate::clock::utc;
use crate::failure::Failure;
use crate::held::{self, HeldMessage};
use crate::{node, review, titles};

#[derive(Subcommand)]
pub(super) enum Command {
    Show(Show),
    Decide(Decide),
    Admit(AdmitHeld),
    Answer(AnswerObjection),
    Ask(Ask),
    Respond(inquiry::Respond),
}

/// What is known of a precinct, or which precincts wait for somebody.
///
/// With a precinct: its reports side by side, what the checks say, and what was decided. Without one: every precinct that
/// cannot be released as it is, and why. Both name the messages that are held until a reviewer admits them.
#[derive(Args)]
pub(super) struct Show {
    #[command(flatten)]
    data: Data,
    /// Which room.
    #[arg(long, default_value = "official")]
    room: Room,
    /// Id of a precinct.
    #[arg(long, value_name = "ID")]
    precinct: Option<String>,
}

/// Decide which report of a precinct counts. Signed by a reviewer.
///
/// Whoever typed a report of the precinct cannot decide about it. What rests on stronger evidence (cards over sheet over
/// report) is put aside only with --override.
#[derive(Args)]
pub(super) struct Decide {
    #[command(flatten)]
    signer: Signer,
    /// Id of the precinct.
    #[arg(long, value_name = "ID")]
    precinct: String,
    /// Id of the report that counts, or `none`.
    #[arg(long, value_name = "REPORT")]
    report: String,
    /// What its numbers rest on.
    #[arg(long, value_enum)]
    evidence: EvidenceName,
    /// Why, in at most 200 characters that everyone will read.
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// Findings that this answers, as `review show` names them: C02,C03:4
    #[arg(long, value_name = "FINDINGS", value_delimiter = ',')]
    answers: Vec<String>,
    /// Put the last decision aside although it rests on stronger evidence.
    #[arg(long = "override")]
    override_stronger: bool,
}

/// Let a held message count. Signed by a reviewer.
///
/// Its tablet asks again within ten minutes, and the message is entered then.
#[derive(Args)]
pub(super) struct AdmitHeld {
    #[command(flatten)]
    signer: Signer,
    /// Id of the message, as `review show` names it.
    #[arg(long, value_name = "ID")]
    message: String,
    /// Why, in at most 200 characters that everyone will read.
    #[arg(long, value_name = "TEXT")]
    why: String,
}

/// Answer an observer's objection. Signed by a reviewer.
#[derive(Args)]
pub(super) struct AnswerObjection {
    #[command(flatten)]
    signer: Signer,
    /// Id of the objection, as `release list` shows it.
    #[arg(long, value_name = "ID")]
    objection: String,
    /// What became of it.
    #[arg(long, value_enum)]
    outcome: OutcomeName,
    /// Why, in at most 200 characters that everyone will read.
    #[arg(long, value_name = "TEXT")]
    why: String,
}

/// Ask those who signed a report. Signed by a reviewer or an operator.
///
/// The tablet shows it within a minute of having a connection. A reply, a correction or a decision about the precinct closes
/// it; nothing is kept from release by it.
#[derive(Args)]
pub(super) struct Ask {
    #[command(flatten)]
    signer: Signer,
    /// Id of the precinct.
    #[arg(long, value_name = "ID")]
    precinct: String,
    /// Id of the report, which a tablet signed, as `review show` names it.
    #[arg(long, value_name = "REPORT")]
    report: String,
    /// Findings that it is about, as `review show` names them: C02,C03:4
    #[arg(long, value_name = "FINDINGS", value_delimiter = ',')]
    findings: Vec<String>,
    /// What is asked, in at most 200 characters that everyone will read once the precinct is released.
    #[arg(long, value_name = "TEXT")]
    words: String,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum EvidenceName {
    /// The report, as the tablet or a caller gave it.
    Report,
    /// The worksheet that was signed in the room.
    Sheet,
    /// The preference cards, counted again.
    Cards,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum OutcomeName {
    /// The numbers stand.
    Stands,
    /// They were or will be corrected.
    Corrected,
    /// The precinct is left out until it is settled.
    LeftOut,
}

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Show(show) => self::show(&show)?,
        Command::Decide(decide) => self::decide(&decide)?,
        Command::Admit(admit) => {
            let message = message_id(&admit.message)?;
            admit.signer.act(|_| Ok(Admit { message, why: admit.why.clone() }))?;
        }
        Command::Respond(respond) => inquiry::respond(&respond)?,
        Command::Ask(ask) => {
            let report = message_id(&ask.report)?;
            let findings = findings(&ask.findings)?;
            ask.signer.act(|state| {
                let precinct = precinct(state, &ask.precinct)?;
                Ok(review::ask(state, precinct, report, findings, &ask.words))
            })?;
        }
        Command::Answer(answer) => {
            let objection = message_id(&answer.objection)?;
            let outcome = match answer.outcome {
                OutcomeName::Stands => AnswerOutcome::Stands,
                OutcomeName::Corrected => AnswerOutcome::Corrected,
                OutcomeName::LeftOut => AnswerOutcome::LeftOut,
            };
            answer.signer.act(|_| Ok(Answer { objection, outcome, why: answer.why.clone() }))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn decide(decide: &Decide) -> Result<(), Failure> {
    let report = match decide.report.as_str() {
        "none" => None,
        id => Some(message_id(id)?),
    };
    let evidence = match decide.evidence {
        EvidenceName::Report => Evidence::Report,
        EvidenceName::Sheet => Evidence::Sheet,
        EvidenceName::Cards => Evidence::Cards,
    };
    let answers = findings(&decide.answers)?;
    decide.signer.act(|state| {
        let precinct = precinct(state, &decide.precinct)?;
        let (why, override_stronger) = (&decide.why, decide.override_stronger);
        Ok(review::decide(state, precinct, report, evidence, why, answers, override_stronger))
    })?;
    Ok(())
}

fn findings(names: &[String]) -> Result<Vec<FindingName>, Failure> {
    let finding = |text: &String| {
        review::parse_finding(text)
            .ok_or_else(|| Failure::mistake(format!("{text} is no finding: write C02 or C03:4")))
    };
    names.iter().map(finding).collect()
}

fn show(show: &Show) -> Result<(), Failure> {
    let state = node::read_room(&show.data.folder(), show.room).map_err(Failure::mistake)?.state;
    let private = super::accounts::store(&show.data)?;
    let mut held = held::list(&private, &state, show.room).map_err(Failure::internal)?;
    let mut text = match &show.precinct {
        Some(id) => {
            let number = precinct(&state, id)?;
            held.retain(|held| held.precinct == Some(number));
            of_precinct(&state, id)?
        }
        None => waiting(&state)?,
    };
    for held in &held {
        held_text(&mut text, &state, held)?;
    }
    print(&text)
}

fn held_text(text: &mut String, state: &RoomState, held: &HeldMessage) -> Result<(), Failure> {
    let package = state.package().ok_or_else(super::no_package)?;
    let precinct = held.precinct.and_then(|number| package.contest.precinct(number.0));
    let why = match held.code.parse::<Refusal>() {
        Ok(refusal) => refusal.title(),
        Err(_) => &held.code,
    };
    let _ = writeln!(
        text,
        "{:<32} held       {} {}, received {}: {why}",
        precinct.map_or("", |precinct| &precinct.id),
        held.kind,
        held.id,
        utc(held.received_ms)
    );
    Ok(())
}

fn waiting(state: &RoomState) -> Result<String, Failure> {
    let package = state.package().ok_or_else(super::no_package)?;
    let mut text = String::new();
    let mut ready = 0;
    let across = state.across(Layer::Certified);
    let layer = review::current_layer(state);
    for (number, precinct) in (0..).zip(&package.contest.precincts) {
        let number = PrecinctNumber(number);
        let flags = state.flags(number, across.of(number));
        let standing = state.standing(number, &flags);
        match review::ready(state, number, layer, None, &flags) {
            Ok(_) => ready += 1,
            Err(review::NotReady::Missing | review::NotReady::Released) => {}
            Err(why) => {
                let _ = writeln!(text, "{:<32} {:<10} {why}", precinct.id, standing.code());
            }
        }
    }
    for number in state.precincts_asked() {
        let id = package.contest.precinct(number.0).map_or("", |precinct| &precinct.id);
        for asked in state.open_questions(number) {
            let _ = writeln!(text, "{id:<32} asked      {}", asked.question.words);
        }
    }
    for finding in across.of_the_batch() {
        let _ = writeln!(
            text,
            "{}",
            finding.headquarters_sentence(&package.contest, Language::English)
        );
    }
    let _ = writeln!(text, "{ready} precincts are ready to be released");
    Ok(text)
}

fn of_precinct(state: &RoomState, id: &str) -> Result<String, Failure> {
    let number = precinct(state, id)?;
    let package = state.package().ok_or_else(super::no_package)?;
    let across = state.across(Layer::Certified);
    let flags = state.flags(number, across.of(number));
    let mut text = format!("{id}: {}\n", state.standing(number, &flags).code());
    let heads: Vec<_> = state.heads(number).map(|head| head.id).collect();
    for report in state.reports(number) {
        let replaced = if heads.contains(&report.id) { "" } else { ", replaced" };
        report_text(&mut text, &package.contest, report, replaced);
    }
    text.push('\n');
    for flag in &flags {
        let became = match flag.answered {
            Some(_) => "answered",
            None if flag.is_open() => "OPEN",
            None => "shown",
        };
        let _ = writeln!(
            text,
            "{:<8} {:<10} {became}",
            review::finding(&flag.name),
            flag.severity.as_str()
        );
    }
    let own = |finding: &&StatewideFinding| finding.scope == Scope::Precinct(number.0);
    for finding in across.findings.iter().filter(own) {
        let _ = writeln!(
            text,
            "{}",
            finding.headquarters_sentence(&package.contest, Language::English)
        );
    }
    for decided in state.review().decisions(number) {
        let report = decided.decision.report.map_or("none".to_owned(), |id| id.to_string());
        let _ = writeln!(
            text,
            "\ndecided by person {} at entry {}, {}: {report} counts, by the {}: {}",
            decided.signed.person,
            decided.signed.index,
            decided.signed.id,
            decided.decision.evidence.code(),
            decided.decision.why
        );
    }
    for asked in state.questions(number) {
        question_text(&mut text, state, asked);
    }
    Ok(text)
}

fn question_text(text: &mut String, state: &RoomState, asked: &Asked) {
    let Asked { signed, question, reply } = asked;
    let _ = writeln!(
        text,
        "\nasked by person {} at entry {}, {}, about report {}: {}",
        signed.person, signed.index, signed.id, question.report, question.words
    );
    let became = match (state.closed(asked), reply) {
        (None, _) => "no reply yet".to_owned(),
        (Some(Closed::Replied(_)), Some(replied)) => {
            let reason = &replied.reply.reason;
            let why = reason.text.as_ref().unwrap_or(&reason.code);
            let (index, id) = (replied.index, replied.id);
            format!("reply at entry {index}, {id}: it is right as it was signed ({why})")
        }
        (Some(closed), _) => closed.code().to_owned(),
    };
    let _ = writeln!(text, "  {became}");
}

fn report_text(text: &mut String, contest: &Contest, received: &ReceivedReport, replaced: &str) {
    let report = received.report();
    let _ = writeln!(
        text,
        "\nreport {}\n  entry {}, revision {}{replaced}, {} attended",
        received.id, received.index, report.revision, report.attendees
    );
    let _ = write!(text, "  {:<20}", "");
    for count in &contest.counts {
        let _ = write!(text, "{:>18}", titles::of_count(*count));
    }
    text.push('\n');
    for (index, group) in contest.groups.iter().enumerate() {
        if report.counts.iter().all(|count| count.get(index) == Some(&0)) {
            continue;
        }
        let _ = write!(text, "  {:<20}", group.key);
        for count in &report.counts {
            let _ = write!(text, "{:>18}", count.get(index).copied().unwrap_or(0));
        }
        text.push('\n');
    }
    for finding in findings_of(contest, &report) {
        let name = review::finding(&finding.name());
        let _ = writeln!(
            text,
            "  {name}: {}",
            finding.headquarters_sentence(contest, Language::English)
        );
    }
}
