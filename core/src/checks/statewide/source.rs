//! The sources of a precinct's numbers, and how people call them.

use super::Numbers;
use crate::language::Language;
use crate::message::Channel;

/// A source of a precinct's numbers: a report, the other secretary's, a photo that was read, a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Which one.
    pub name: SourceName,
    /// What it says.
    pub numbers: Numbers,
}

/// Which source of a precinct it is, as people know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceName {
    /// Numbers that were published, without a report.
    Published,
    /// A report.
    Report {
        /// The road by which it came.
        channel: Channel,
        /// Index of its entry in the log, where the road alone does not say which report it is.
        entry: Option<u64>,
    },
}

impl SourceName {
    /// Its name inside a sentence: what was typed where, and the entry where there is one.
    #[must_use]
    pub fn words(self, language: Language) -> String {
        let Self::Report { channel, entry } = self else {
            return language.say("the published numbers", "los números publicados").to_owned();
        };
        let words = match channel {
            Channel::Tablet => language.say("the tablet’s report", "el informe de la tableta"),
            Channel::Hotline => {
                language.say("the report typed from a call", "el informe tecleado de una llamada")
            }
            Channel::Paper => {
                language.say("the report typed from paper", "el informe tecleado del papel")
            }
            Channel::Transcription => language.say(
                "the report typed from the worksheet’s photo",
                "el informe tecleado de la foto de la hoja",
            ),
        };
        let entry = entry.map(|entry| format!(" ({} {entry})", language.say("entry", "entrada")));
        words.to_owned() + &entry.unwrap_or_default()
    }
}
