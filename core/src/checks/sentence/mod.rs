//! A finding in one plain sentence for headquarters. Numbers that disagree are both named; nobody is blamed.

mod english;
mod spanish;

use super::{Finding, RuleId};
use crate::contest::Contest;
use crate::language::Language;

impl Finding {
    /// What headquarters reads.
    #[must_use]
    pub fn headquarters_sentence(&self, contest: &Contest, language: Language) -> String {
        let told = Told { finding: self, contest, language };
        match language {
            Language::English => english::sentence(&told),
            Language::Spanish => spanish::sentence(&told),
        }
    }

    /// The evidence that would settle it.
    #[must_use]
    pub const fn settled_by(&self, language: Language) -> &'static str {
        match self.rule {
            RuleId::C01 => language.say(
                "The photo of the signed worksheet, or a count of the sign-in sheets",
                "La foto de la hoja firmada, o un conteo de las hojas de registro",
            ),
            RuleId::C02 | RuleId::C03 | RuleId::C04 | RuleId::C09 => language.say(
                "The photo of the signed worksheet, or the preference cards",
                "La foto de la hoja firmada, o las tarjetas de preferencia",
            ),
            RuleId::C05 | RuleId::C06 | RuleId::C07 | RuleId::C10 => language.say(
                "The photo of the signed worksheet, or a call to the number on file",
                "La foto de la hoja firmada, o una llamada al número registrado",
            ),
            RuleId::C08 => language.say(
                "What the signed worksheet says of the lot, or a call to the number on file",
                "Lo que la hoja firmada dice del sorteo, o una llamada al número registrado",
            ),
        }
    }
}

/// A finding with what its sentence names.
struct Told<'a> {
    finding: &'a Finding,
    contest: &'a Contest,
    language: Language,
}

impl Told<'_> {
    fn group(&self) -> &str {
        group_name(self.contest, self.finding.group, self.language)
    }

    fn other_group(&self) -> &str {
        group_name(self.contest, self.finding.other_group, self.language)
    }

    fn number(&self, at: usize) -> u32 {
        self.finding.numbers.get(at).copied().unwrap_or(0)
    }

    /// `Sanders 5, Warren 4` from one of the two halves of the numbers of C06, or that nobody has one.
    fn delegates(&self, half: usize) -> String {
        let groups = self.contest.groups.iter();
        let numbers = self.finding.numbers.iter().skip(half * self.contest.groups.len());
        let named: Vec<String> = groups
            .zip(numbers)
            .filter(|(_, delegates)| **delegates > 0)
            .map(|(group, delegates)| {
                format!("{} {delegates}", group.name_in(self.language.code()))
            })
            .collect();
        if named.is_empty() {
            return self.language.say("no delegates", "ningún delegado").to_owned();
        }
        named.join(", ")
    }
}

/// Full name of a group by its ballot index, as sentences name it.
pub(super) fn group_name(contest: &Contest, group: Option<usize>, language: Language) -> &str {
    let group = group.and_then(|group| contest.groups.get(group));
    group.map_or(language.say("a group", "un grupo"), |group| group.full_name_in(language.code()))
}
