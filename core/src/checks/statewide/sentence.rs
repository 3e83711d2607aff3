//! A finding across sources and precincts in plain words for headquarters: what, and what would settle it.

use super::{Against, Found, Scope, StatewideFinding};
use crate::checks::Cells;
use crate::checks::sentence::group_name;
use crate::contest::{Contest, CountKind};
use crate::language::Language;

/// So many precincts or cells are named, the others counted.
const NAMED: usize = 5;

impl StatewideFinding {
    /// What headquarters reads: the check, the cells with both numbers, and the evidence that would settle it. Nobody is
    /// blamed.
    #[must_use]
    pub fn headquarters_sentence(&self, contest: &Contest, language: Language) -> String {
        let (what, settles) = self.headquarters_parts(contest, language);
        let would = language.say("What would settle it", "Lo que lo resolvería");
        format!("{}: {what} {would}: {}.", self.rule(), lower(settles))
    }

    /// The same in two parts: what was found, as a sentence, and the evidence that would settle it.
    #[must_use]
    pub fn headquarters_parts(
        &self,
        contest: &Contest,
        language: Language,
    ) -> (String, &'static str) {
        let what = Words { contest, language }.found(self);
        (format!("{what}."), self.settled_by(language))
    }

    /// The evidence that would settle it.
    #[must_use]
    pub const fn settled_by(&self, language: Language) -> &'static str {
        match (&self.found, self.scope) {
            (Found::SameNumbers { .. }, _) => language.say(
                "Photos of the signed worksheets of both precincts, or a call to the numbers on file",
                "Las fotos de las hojas firmadas de ambos precintos, o una llamada a los números registrados",
            ),
            (Found::SourcesDisagree { .. }, _) => language.say(
                "The photo of the signed worksheet, or the preference cards",
                "La foto de la hoja firmada, o las tarjetas de preferencia",
            ),
            (Found::Swapped { .. }, _) => language.say(
                "The photo of the signed worksheet, or the preference cards of the two groups",
                "La foto de la hoja firmada, o las tarjetas de preferencia de los dos grupos",
            ),
            (Found::Shifted { .. }, _) => language.say(
                "The photo of the signed worksheet, held beside the columns as they were read",
                "La foto de la hoja firmada, junto a las columnas tal como se leyeron",
            ),
            (Found::FellToZero { .. } | Found::Grew { .. }, Scope::Precinct(_)) => language.say(
                "The photo of the signed worksheet, or the preference cards of the group",
                "La foto de la hoja firmada, o las tarjetas de preferencia del grupo",
            ),
            (Found::FellToZero { .. } | Found::Grew { .. }, Scope::County(_) | Scope::Batch) => {
                language.say(
                    "Photos of a few of the signed worksheets, held beside the columns as they were read",
                    "Las fotos de algunas hojas firmadas, junto a las columnas tal como se leyeron",
                )
            }
            (Found::ManyAttendees { .. }, _) => language.say(
                "The photo of the sign-in sheets, or a call to the number on file",
                "La foto de las hojas de registro, o una llamada al número registrado",
            ),
            (Found::OutcomeChanged { .. }, _) => language.say(
                "The photo of the signed worksheet, or a call to the number on file",
                "La foto de la hoja firmada, o una llamada al número registrado",
            ),
        }
    }
}

/// The words of a language, with the names of a contest.
#[derive(Clone, Copy)]
struct Words<'a> {
    contest: &'a Contest,
    language: Language,
}

impl<'a> Words<'a> {
    /// What was found, without a full stop.
    fn found(self, finding: &StatewideFinding) -> String {
        let english = self.language == Language::English;
        match &finding.found {
            Found::SameNumbers { count, people, .. } => {
                let others = finding.other_precincts().map(|other| self.precinct(other)).collect();
                let (count, others) = (self.title(*count), self.list(others));
                if english {
                    format!("{count} ({people} people) has the same numbers as {others}")
                } else {
                    format!("{count} ({people} personas) tiene los mismos números que {others}")
                }
            }
            Found::SourcesDisagree { candidate, other, cells } => {
                let cells = cells.iter().map(|cell| {
                    let whose = cell.group.map_or_else(String::new, |at| {
                        format!(" {} {}", self.language.say("of", "de"), self.group(at))
                    });
                    let and = self.language.say("and", "y");
                    format!(
                        "{}{whose} {} {and} {}",
                        self.of(cell.cells),
                        cell.candidate,
                        cell.other
                    )
                });
                let cells = self.list(cells.collect());
                let (one, two) = (candidate.words(self.language), other.words(self.language));
                let one = upper(&one);
                if english {
                    format!("{one} and {two} differ: {cells}")
                } else {
                    format!("{one} y {two} difieren: {cells}")
                }
            }
            Found::Swapped { against, groups: [one, two], counts } => {
                let counts = counts.iter().map(|count| lower(self.title(*count))).collect();
                let (one, two) = (self.group(*one), self.group(*two));
                let (counts, whose) = (self.list(counts), self.whose(*against));
                if english {
                    format!("With {one} and {two} swapped in {counts} the numbers are {whose}")
                } else {
                    format!("Con {one} y {two} intercambiados en {counts}, los números son {whose}")
                }
            }
            Found::Shifted { against, groups: [first, last], counts } => {
                let counts = counts.iter().map(|count| lower(self.title(*count))).collect();
                let (first, last) = (self.group(*first), self.group(*last));
                let (counts, whose) = (self.list(counts), self.whose(*against));
                if english {
                    format!(
                        "With all from {first} to {last} moved by one group in {counts} the numbers are {whose}"
                    )
                } else {
                    format!(
                        "Con todos desde {first} hasta {last} corridos un grupo en {counts}, los números son {whose}"
                    )
                }
            }
            Found::FellToZero { against, count, group, before } => {
                let (group, count) = (self.group(*group), lower(self.title(*count)));
                let (place, had) = (self.place(finding.scope), self.had(*against));
                if english {
                    format!("{group} has nobody in {count}{place}; {had} {before}")
                } else {
                    format!("{group} no tiene a nadie en {count}{place}; {had} {before}")
                }
            }
            Found::Grew { against, count, group, before, now } => {
                let (group, count) = (self.group(*group), lower(self.title(*count)));
                let (place, had) = (self.place(finding.scope), self.had(*against));
                if english {
                    format!("{group} has {now} in {count}{place}; {had} {before}")
                } else {
                    format!("{group} tiene {now} en {count}{place}; {had} {before}")
                }
            }
            Found::ManyAttendees { attendees, plausible_max } => {
                if english {
                    format!(
                        "{attendees} attendees are more than the {plausible_max} that are plausible"
                    )
                } else {
                    format!("{attendees} asistentes son más que los {plausible_max} verosímiles")
                }
            }
            Found::OutcomeChanged { before, now } => {
                let changed = (0..now.len()).filter(|&at| before.get(at) != now.get(at));
                let changed = changed.map(|at| {
                    let (group, now) = (self.group(at), now[at]);
                    let before = before.get(at).copied().unwrap_or(0);
                    let (from, to) =
                        (self.language.say("from", "de"), self.language.say("to", "a"));
                    format!("{group} {from} {before} {to} {now}")
                });
                let what = self
                    .language
                    .say("The correction changes delegates", "La corrección cambia delegados");
                format!("{what}: {}", self.list(changed.collect()))
            }
        }
    }

    fn group(self, group: usize) -> &'a str {
        group_name(self.contest, Some(group), self.language)
    }

    fn precinct(self, number: u32) -> String {
        self.contest.precinct(number).map_or_else(
            || self.language.say("another precinct", "otro precinto").to_owned(),
            |it| format!("{} ({})", it.name, it.id),
        )
    }

    fn place(self, scope: Scope) -> String {
        match scope {
            Scope::Precinct(_) => String::new(),
            Scope::County(county) => {
                self.contest.counties.get(usize::from(county)).map_or_else(String::new, |county| {
                    let of = self.language.say("of the new numbers of", "de los números nuevos de");
                    format!(" {of} {}", county.name)
                })
            }
            Scope::Batch => {
                self.language.say(" of all new numbers", " de todos los números nuevos").to_owned()
            }
        }
    }

    const fn title(self, count: CountKind) -> &'static str {
        match count {
            CountKind::FirstAlignment => {
                self.language.say("First alignment", "La primera alineación")
            }
            CountKind::FinalAlignment => {
                self.language.say("Final alignment", "La alineación final")
            }
            CountKind::Delegates => self.language.say("Delegates", "Los delegados"),
        }
    }

    fn of(self, cells: Cells) -> String {
        match cells {
            Cells::Attendees => self.language.say("attendees", "asistentes").to_owned(),
            Cells::Count(count) => lower(self.title(count)),
        }
    }

    fn whose(self, against: Against) -> String {
        match against {
            Against::Source(name) => {
                let words = name.words(self.language);
                match self.language {
                    Language::English => format!("those of {words}"),
                    Language::Spanish => match words.strip_prefix("el ") {
                        Some(rest) => format!("los del {rest}"),
                        None => format!("los de {words}"),
                    },
                }
            }
            Against::LastRelease | Against::LastShare => self
                .language
                .say("those of the last release", "los de la última publicación")
                .to_owned(),
        }
    }

    const fn had(self, against: Against) -> &'static str {
        match against {
            Against::LastShare => self.language.say(
                "its share in the last release would give",
                "su parte en la última publicación daría",
            ),
            Against::LastRelease | Against::Source(_) => {
                self.language.say("the last release had", "la última publicación tenía")
            }
        }
    }

    fn list(self, mut parts: Vec<String>) -> String {
        let more = parts.len().saturating_sub(NAMED);
        parts.truncate(NAMED);
        let named = parts.join(", ");
        match more {
            0 => named,
            more => format!(
                "{named} {} {more} {}",
                self.language.say("and", "y"),
                self.language.say("more", "más")
            ),
        }
    }
}

/// With a large first letter, as at the beginning of a sentence.
fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// With a small first letter, as inside a sentence.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
