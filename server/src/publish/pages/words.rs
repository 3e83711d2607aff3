//! What the pages say in each language, and how numbers and times are written in them. The words themselves stand in the templates,
//! each in both languages side by side, so that none can be forgotten.

use std::fmt::Display;

use chrono::{DateTime, Datelike as _, NaiveDateTime};
use chrono_tz::Tz;
use countersign_core::checks::RuleId;
use countersign_core::checks::statewide::StatewideRule;
use countersign_core::contest::CountKind;
use countersign_core::language::Language;
use countersign_core::message::{
    AnswerOutcome, Cause, Channel, Evidence, FindingName, Layer, ObjectionReason,
};

/// Months in Spanish.
pub(super) const MONTHS: [&str; 12] =
    ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];

/// What the pages say in a language.
pub trait Words: Copy {
    /// The language.
    fn language(self) -> Language;

    /// The one of two that is in this language.
    fn say<'a>(self, english: &'a str, spanish: &'a str) -> &'a str {
        self.language().say(english, spanish)
    }

    /// A time in the contest's time zone.
    #[must_use]
    fn time(self, at_ms: u64, zone: Tz) -> String {
        let at = i64::try_from(at_ms).ok().and_then(DateTime::from_timestamp_millis);
        let Some(at) = at.map(|at| at.with_timezone(&zone)) else { return String::new() };
        format!("{} {}", local(self.language(), &at.naive_local()), at.format("%Z"))
    }

    /// Title of a count.
    #[must_use]
    fn count(self, kind: CountKind) -> &'static str {
        match kind {
            CountKind::FirstAlignment => self.say("First alignment", "Primera alineación"),
            CountKind::FinalAlignment => self.say("Final alignment", "Alineación final"),
            CountKind::Delegates => self.say("Delegates", "Delegados"),
        }
    }

    /// A layer.
    #[must_use]
    fn layer(self, layer: Layer) -> &'static str {
        match layer {
            Layer::Night => self.say("as reported", "según lo informado"),
            Layer::Corrected => self.say("after corrections", "tras correcciones"),
            Layer::Recanvass => self.say("after the recanvass", "tras la revisión de hojas"),
            Layer::Recount => self.say("after the recount", "tras el recuento"),
            Layer::Certified => self.say("certified", "certificado"),
        }
    }

    /// Why numbers changed.
    #[must_use]
    fn cause(self, cause: Cause) -> &'static str {
        match cause {
            Cause::Precinct => self.say(
                "the precinct corrected its own report",
                "el precinto corrigió su propio informe",
            ),
            Cause::Typing => self.say(
                "a number had been typed wrongly at headquarters",
                "un número se había tecleado mal en la sede",
            ),
            Cause::Sheet => self.say(
                "comparison with the signed worksheet",
                "comparación con la hoja de trabajo firmada",
            ),
            Cause::Batch => self.say("the batch itself was wrong", "el lote mismo era erróneo"),
            Cause::Objection => self.say("an objection was right", "una objeción tenía razón"),
            Cause::Recanvass => self.say("the recanvass", "la revisión de hojas"),
            Cause::Recount => self.say("the recount", "el recuento"),
        }
    }

    /// What a number rests on.
    #[must_use]
    fn evidence(self, evidence: Evidence) -> &'static str {
        match evidence {
            Evidence::Report => self.say("the report", "el informe"),
            Evidence::Sheet => self.say("the signed worksheet", "la hoja de trabajo firmada"),
            Evidence::Cards => self.say("the preference cards", "las tarjetas de preferencia"),
        }
    }

    /// The way a report came.
    #[must_use]
    fn channel(self, channel: Channel) -> &'static str {
        match channel {
            Channel::Tablet => self.say("the precinct’s tablet", "la tableta del precinto"),
            Channel::Hotline => {
                self.say("a call, typed at headquarters", "una llamada, tecleada en la sede")
            }
            Channel::Paper => {
                self.say("paper, typed at headquarters", "papel, tecleado en la sede")
            }
            Channel::Transcription => self.say(
                "the worksheet’s photo, typed at headquarters",
                "la foto de la hoja, tecleada en la sede",
            ),
        }
    }

    /// What an observer objects to.
    #[must_use]
    fn objection(self, reason: ObjectionReason) -> &'static str {
        match reason {
            ObjectionReason::NotAsAnnounced => {
                self.say("not as announced in the room", "no como se anunció en la sala")
            }
            ObjectionReason::NotByTheRules => {
                self.say("the rules give other delegates", "las reglas dan otros delegados")
            }
            ObjectionReason::NotAsOnTheSheet => {
                self.say("not as on the signed worksheet", "no como en la hoja firmada")
            }
            ObjectionReason::Conduct => {
                self.say("how the caucus was held", "cómo se celebró la asamblea")
            }
            ObjectionReason::Other => self.say("another reason", "otra razón"),
        }
    }

    /// What became of an objection.
    #[must_use]
    fn outcome(self, outcome: AnswerOutcome) -> &'static str {
        match outcome {
            AnswerOutcome::Stands => self.say("the numbers stand", "los números se mantienen"),
            AnswerOutcome::Corrected => {
                self.say("corrected, or being corrected", "corregido o en corrección")
            }
            AnswerOutcome::LeftOut => {
                self.say("left out until it is settled", "queda fuera hasta que se resuelva")
            }
        }
    }

    /// A check's title.
    #[must_use]
    fn check(self, name: FindingName) -> (String, &'static str) {
        let statewide = StatewideRule::ALL.into_iter().find(|rule| rule.number() == name.check);
        match (RuleId::from_number(name.check), statewide) {
            (Some(rule), _) => (rule.to_string(), self.rule(rule).0),
            (None, Some(rule)) => (rule.to_string(), self.statewide(rule).0),
            (None, None) => (String::new(), ""),
        }
    }

    /// Title of a check on one precinct, and what it does, in plain words.
    #[must_use]
    fn rule(self, rule: RuleId) -> (&'static str, &'static str) {
        match rule {
            RuleId::C01 => (
                self.say("First alignment and attendance", "Primera alineación y asistencia"),
                self.say(
                    "Everyone who attended stands in one group at first alignment, so the groups add up to the attendance.",
                    "Todas las personas presentes están en un grupo en la primera alineación, así que los grupos suman la asistencia.",
                ),
            ),
            RuleId::C02 => (
                self.say("Final alignment is not larger", "La alineación final no es mayor"),
                self.say(
                    "Nobody may join after first alignment, so the final alignment cannot add up to more people.",
                    "Nadie puede unirse después de la primera alineación, así que la final no puede sumar más personas.",
                ),
            ),
            RuleId::C03 => (
                self.say("Viable groups keep their people", "Los grupos viables conservan a su gente"),
                self.say(
                    "Members of a group that was viable at first alignment stay with it. A viable group that shrank is a mistake of the room, or of whoever typed it.",
                    "Quienes estaban en un grupo viable en la primera alineación se quedan en él. Un grupo viable que se redujo es un error de la sala o de quien lo tecleó.",
                ),
            ),
            RuleId::C04 => (
                self.say("Nobody stays below viability", "Nadie queda por debajo de la viabilidad"),
                self.say(
                    "At final alignment every group is viable or empty.",
                    "En la alineación final todo grupo es viable o está vacío.",
                ),
            ),
            RuleId::C05 => (
                self.say("The right number of delegates", "El número correcto de delegados"),
                self.say(
                    "The groups’ delegates add up to what the precinct elects.",
                    "Los delegados de los grupos suman lo que elige el precinto.",
                ),
            ),
            RuleId::C06 => (
                self.say("Delegates follow from the counts", "Los delegados se siguen de los conteos"),
                self.say(
                    "The party’s rules, worked out from the counts and any lots drawn, give the same delegates as the room announced. Both are kept and shown where they differ.",
                    "Las reglas del partido, aplicadas a los conteos y a los sorteos, dan los mismos delegados que anunció la sala. Si difieren, se guardan y muestran ambos.",
                ),
            ),
            RuleId::C07 => (
                self.say("Delegates and people go together", "Delegados y personas van juntos"),
                self.say(
                    "A group without people has no delegate, and a viable group that is owed one has it.",
                    "Un grupo sin personas no tiene delegados, y un grupo viable al que le corresponde uno lo tiene.",
                ),
            ),
            RuleId::C08 => (
                self.say("A lot decides a tie", "Un sorteo decide un empate"),
                self.say(
                    "A tie for the last delegate has a lot, and there is no lot without a tie.",
                    "Un empate por el último delegado tiene un sorteo, y no hay sorteo sin empate.",
                ),
            ),
            RuleId::C09 => (
                self.say("Few people left", "Pocas personas se fueron"),
                self.say(
                    "Many fewer people at final than at first alignment is unusual, and a reason is asked for.",
                    "Muchas menos personas en la alineación final que en la primera es inusual, y se pide una razón.",
                ),
            ),
            RuleId::C10 => (
                self.say("More people, no fewer delegates", "Más personas, no menos delegados"),
                self.say(
                    "A larger group does not get fewer delegates than a smaller one.",
                    "Un grupo mayor no recibe menos delegados que uno menor.",
                ),
            ),
        }
    }

    /// Title of a check across precincts and sources, and what it does.
    #[must_use]
    fn statewide(self, rule: StatewideRule) -> (&'static str, &'static str) {
        match rule {
            StatewideRule::H01 => (
                self.say("The same numbers twice", "Los mismos números dos veces"),
                self.say(
                    "Two precincts with exactly the same counts are looked at: one may have been typed under the other’s name.",
                    "Se revisan dos precintos con exactamente los mismos conteos: uno pudo teclearse con el nombre del otro.",
                ),
            ),
            StatewideRule::H02 => (
                self.say("Sources agree", "Las fuentes coinciden"),
                self.say(
                    "A second tablet, a call, the worksheet’s photo or a later report of the same tablet says the same as the report that counts.",
                    "Una segunda tableta, una llamada, la foto de la hoja o un informe posterior de la misma tableta dice lo mismo que el informe que cuenta.",
                ),
            ),
            StatewideRule::H03 => (
                self.say("No shifted columns", "Sin columnas desplazadas"),
                self.say(
                    "One group’s people under a neighbour’s name: numbers that change places, vanish or appear against another source, the last release or the rest of the state.",
                    "Las personas de un grupo con el nombre del vecino: números que cambian de lugar, desaparecen o aparecen frente a otra fuente, la última publicación o el resto del estado.",
                ),
            ),
            StatewideRule::H04 => (
                self.say("Plausible attendance", "Asistencia verosímil"),
                self.say(
                    "More people than the precinct can have expected are looked at again.",
                    "Se revisa si hubo más personas de las que el precinto podía esperar.",
                ),
            ),
            StatewideRule::H05 => (
                self.say("A correction that changes delegates", "Una corrección que cambia delegados"),
                self.say(
                    "A correction that changes who gets a delegate needs a person’s decision.",
                    "Una corrección que cambia quién recibe un delegado necesita la decisión de una persona.",
                ),
            ),
        }
    }
}

impl Words for Language {
    fn language(self) -> Language {
        self
    }
}

/// A time as the clock on the wall shows it, without its zone.
pub(super) fn local(language: Language, at: &NaiveDateTime) -> String {
    match language {
        Language::English => at.format("%b %-d, %Y, %-I:%M %p").to_string(),
        Language::Spanish => {
            let month = MONTHS[at.month0() as usize];
            format!("{} {month} {}", at.day(), at.format("%Y, %H:%M"))
        }
    }
}

/// The number of a text as [`whole`] writes it; `None` where it is none.
pub(crate) fn read_whole(text: &str) -> Option<u64> {
    let number: u64 = text.replace(',', "").parse().ok()?;
    (whole(number) == text).then_some(number)
}

/// A whole number with its thousands apart: `1,765`.
#[must_use]
pub fn whole(number: impl Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number as documents write it, with its thousands apart: `1,765.0000`.
#[must_use]
pub fn grouped(number: &str) -> String {
    let (digits, decimals) = number.split_once('.').unwrap_or((number, ""));
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{}{point}{decimals}", whole(digits))
}

/// `part` of `whole` in tenths of a per cent, rounded half up, but never 100.0 % where something is missing and never 0.0 %
/// where something is there.
#[must_use]
pub fn per_mille(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    let exact = (u128::from(part) * 2000 + u128::from(whole)) / (u128::from(whole) * 2);
    let rounded = u64::try_from(exact).unwrap_or(1000);
    match (part, rounded) {
        (0, _) => 0,
        (_, 0) => 1,
        (part, 1000..) if part < whole => 999,
        (_, rounded) => rounded,
    }
}

/// The same as people read it: `96.9 %`.
#[must_use]
pub fn per_cent(part: u64, whole: u64) -> String {
    let tenths = per_mille(part, whole);
    format!("{}.{}\u{a0}%", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t60_what_is_not_all_is_never_a_hundred_per_cent() {
        assert_eq!(per_cent(1_711, 1_765), "96.9\u{a0}%");
        assert_eq!(per_cent(1_765, 1_765), "100.0\u{a0}%");
        assert_eq!(per_cent(9_999, 10_000), "99.9\u{a0}%");
        assert_eq!(per_cent(1, 10_000), "0.1\u{a0}%");
        assert_eq!(per_cent(0, 10), "0.0\u{a0}%");
        assert_eq!(per_cent(3, 0), "0.0\u{a0}%");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(whole(0), "0");
        assert_eq!(whole(999), "999");
        assert_eq!(whole(1_765), "1,765");
        assert_eq!(whole(176_352), "176,352");
        assert_eq!(read_whole("176,352"), Some(176_352));
        for none in ["", "1765", "+7", "07", "7 Red", ",7", "1,76"] {
            assert_eq!(read_whole(none), None, "{none}");
        }
        assert_eq!(grouped("1765.0010"), "1,765.0010");
        assert_eq!(grouped("999"), "999");
    }

    #[test]
    fn times_are_those_of_the_contest() {
        let zone = chrono_tz::America::Chicago;
        let at = 1_580_961_660_000;
        assert_eq!(Language::English.time(at, zone), "Feb 5, 2020, 10:01 PM CST");
        assert_eq!(Language::Spanish.time(at, zone), "5 feb 2020, 22:01 CST");
    }
}
