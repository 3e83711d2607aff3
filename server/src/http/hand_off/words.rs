//! The words of the hand-off page, in both languages.

use countersign_core::refusal::Refusal;
use countersign_core::results::LogBegunAgain;
use countersign_core::room::Room;

use crate::begun;

/// The page's words in one language.
pub(super) struct Words {
    pub(super) language: &'static str,
    pub(super) title: &'static str,
    pub(super) precinct: &'static str,
    pub(super) room: &'static str,
    pub(super) phrase: &'static str,
    pub(super) official: &'static str,
    pub(super) rehearsal: &'static str,
    pub(super) unknown_precinct: &'static str,
    pub(super) explain: &'static str,
    pub(super) deliver: &'static str,
    pub(super) sealed: &'static str,
    pub(super) countersigned: &'static str,
    pub(super) countersigned_explain: &'static str,
    pub(super) entry: &'static str,
    pub(super) tell_secretary: &'static str,
    pub(super) not_yet: &'static str,
    pub(super) held: &'static str,
    pub(super) refused: &'static str,
    pub(super) again: &'static str,
    pub(super) kept: &'static str,
    pub(super) unreadable: &'static str,
    pub(super) unreadable_explain: &'static str,
    pub(super) hotline_label: &'static str,
    pub(super) hotline: String,
    /// That the log was begun again, where it was.
    pub(super) begun_again: Option<String>,
}

impl Words {
    /// The words for who sends this `Accept-Language`.
    pub(super) fn for_reader(accept_language: &str, hotline: String) -> Self {
        if prefers_spanish(accept_language) {
            Self::spanish(hotline)
        } else {
            Self::english(hotline)
        }
    }

    const fn english(hotline: String) -> Self {
        Self {
            language: "en",
            title: "Deliver a caucus report",
            precinct: "Precinct",
            room: "For",
            phrase: "Read-back phrase",
            official: "the caucus",
            rehearsal: "rehearsal",
            unknown_precinct: "A precinct that this server does not know",
            explain: "You are carrying this report for a precinct whose tablet has no connection. The button sends it to the party.",
            deliver: "Deliver this report",
            sealed: "You cannot change anything by mistake: the report is signed, and you may deliver it as often as you like.",
            countersigned: "Countersigned",
            countersigned_explain: "The party has this report, exactly as it was signed, and has entered it in its log.",
            entry: "Log entry",
            tell_secretary: "Tell the secretary that it was delivered. The tablet shows it as countersigned once it has a connection itself.",
            not_yet: "Not yet",
            held: "Kept for a person to look at",
            refused: "Refused",
            again: "Try again",
            kept: "Nothing is lost: the signed report is still on the tablet.",
            unreadable: "This link is damaged",
            unreadable_explain: "Part of it is missing or changed, so there is nothing to deliver. Scan the code on the tablet again, with the whole code in view.",
            hotline_label: "Questions? Call the hotline:",
            hotline,
            begun_again: None,
        }
    }

    const fn spanish(hotline: String) -> Self {
        Self {
            language: "es",
            title: "Entregar un informe del caucus",
            precinct: "Precinto",
            room: "Para",
            phrase: "Frase de comprobación",
            official: "el caucus",
            rehearsal: "el ensayo",
            unknown_precinct: "Un precinto que este servidor no conoce",
            explain: "Usted lleva este informe de un precinto cuya tableta no tiene conexión. El botón lo envía al partido.",
            deliver: "Entregar este informe",
            sealed: "No puede cambiar nada por error: el informe está firmado y puede entregarlo cuantas veces quiera.",
            countersigned: "Refrendado",
            countersigned_explain: "El partido tiene este informe, exactamente como se firmó, y lo ha anotado en su registro.",
            entry: "Número en el registro",
            tell_secretary: "Avise a la secretaría de que se entregó. La tableta lo mostrará como refrendado en cuanto tenga conexión.",
            not_yet: "Todavía no",
            held: "Guardado para que lo revise una persona",
            refused: "Rechazado",
            again: "Intentar de nuevo",
            kept: "No se pierde nada: el informe firmado sigue en la tableta.",
            unreadable: "Este enlace está dañado",
            unreadable_explain: "Falta una parte o cambió, así que no hay nada que entregar. Escanee otra vez el código de la tableta, con todo el código a la vista.",
            hotline_label: "¿Preguntas? Llame a la línea de ayuda:",
            hotline,
            begun_again: None,
        }
    }

    /// That the room's log was begun again.
    pub(super) fn begun_again(&self, room: Room, begun: &LogBegunAgain) -> String {
        if self.language == "es" {
            begun::spanish(room, begun)
        } else {
            begun::english(room, begun)
        }
    }

    /// Why a message was not entered, and what to do now.
    pub(super) fn of(&self, refusal: Refusal) -> (&'static str, &'static str) {
        if self.language == "es" { spanish(refusal) } else { english(refusal) }
    }
}

fn english(refusal: Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::TooLarge
        | Refusal::NotCanonical
        | Refusal::UnsupportedKind
        | Refusal::BadSignature => (
            "What arrived is not what the tablet signed. It was damaged or changed on the way.",
            "Scan the code on the tablet again. If that does not help, the secretary reads the numbers to the hotline.",
        ),
        Refusal::NotOpenYet => (
            "The party does not take reports yet.",
            "Keep this page and try again later, or let the tablet send it by itself.",
        ),
        Refusal::UnknownKey => (
            "The party does not know this tablet yet.",
            "Make a new code on the tablet, which then brings the tablet's enrolment along, and scan that one.",
        ),
        Refusal::WrongContest | Refusal::UnknownPackage => (
            "This report belongs to another contest than this server's.",
            "The secretary checks with the hotline which caucus the tablet was set up for.",
        ),
        Refusal::WrongRoom => (
            "This report was made in rehearsal and sent to the caucus, or the other way round.",
            "On the tablet, open the report that is meant and make its code again.",
        ),
        Refusal::WrongPrecinct => (
            "This tablet was not invited to report for that precinct.",
            "The secretary calls the hotline and asks for an invitation for the right precinct.",
        ),
        Refusal::OverLimit => (
            "A number in this report is larger than can be.",
            "The secretary looks at the numbers on the tablet again and corrects the report.",
        ),
        Refusal::RevokedKey => (
            "The party no longer trusts this tablet, for instance because it was reported lost.",
            "The report is kept and a person will judge it. The secretary calls the hotline.",
        ),
        Refusal::InvitationNotValid => (
            "The invitation that this tablet used is not valid here, or has been used by too many tablets.",
            "The secretary calls the hotline and asks for a new invitation.",
        ),
        Refusal::WrongSupersedes => (
            "This correction replaces a report that was never delivered.",
            "On the tablet, hand off the first report, deliver it, then deliver the correction.",
        ),
        Refusal::NotAllowed
        // What people at headquarters are told; a hand-off carries nothing of theirs.
        | Refusal::OwnEntry
        | Refusal::SamePerson
        | Refusal::WeakerEvidence
        | Refusal::UnknownSubject
        | Refusal::ChangedSince
        | Refusal::OpenFinding
        | Refusal::QuestionClosed
        | Refusal::InquiriesOpen
        | Refusal::WindowOpen
        | Refusal::Stopped => {
            ("This key may not send messages of this kind.", "The secretary calls the hotline.")
        }
        Refusal::LogBehind => (
            "The party's server is being put right after a failure and takes no reports at the moment.",
            "Keep this page and try again later, or let the tablet send it by itself.",
        ),
        Refusal::TooMany | Refusal::Busy => {
            ("The server is very busy at the moment.", "Wait a minute and try again.")
        }
    }
}

fn spanish(refusal: Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::TooLarge
        | Refusal::NotCanonical
        | Refusal::UnsupportedKind
        | Refusal::BadSignature => (
            "Lo que llegó no es lo que firmó la tableta. Se dañó o cambió en el camino.",
            "Escanee otra vez el código de la tableta. Si no sirve, la secretaría lee los números a la línea de ayuda.",
        ),
        Refusal::NotOpenYet => (
            "El partido todavía no recibe informes.",
            "Conserve esta página e inténtelo más tarde, o deje que la tableta lo envíe sola.",
        ),
        Refusal::UnknownKey => (
            "El partido todavía no conoce esta tableta.",
            "Haga un código nuevo en la tableta, que llevará también su inscripción, y escanee ese.",
        ),
        Refusal::WrongContest | Refusal::UnknownPackage => (
            "Este informe es de otra contienda, no de la de este servidor.",
            "La secretaría comprueba con la línea de ayuda para qué caucus se preparó la tableta.",
        ),
        Refusal::WrongRoom => (
            "Este informe se hizo en el ensayo y se envió al caucus, o al revés.",
            "En la tableta, abra el informe correcto y haga de nuevo su código.",
        ),
        Refusal::WrongPrecinct => (
            "Esta tableta no fue invitada a informar por ese precinto.",
            "La secretaría llama a la línea de ayuda y pide una invitación para el precinto correcto.",
        ),
        Refusal::OverLimit => (
            "Un número de este informe es más grande de lo posible.",
            "La secretaría revisa los números en la tableta y corrige el informe.",
        ),
        Refusal::RevokedKey => (
            "El partido ya no confía en esta tableta, por ejemplo porque se avisó que se perdió.",
            "El informe se guarda y lo revisará una persona. La secretaría llama a la línea de ayuda.",
        ),
        Refusal::InvitationNotValid => (
            "La invitación que usó esta tableta no vale aquí, o la usaron demasiadas tabletas.",
            "La secretaría llama a la línea de ayuda y pide una invitación nueva.",
        ),
        Refusal::WrongSupersedes => (
            "Esta corrección reemplaza un informe que nunca se entregó.",
            "En la tableta, pase primero el primer informe, entréguelo y luego entregue la corrección.",
        ),
        Refusal::NotAllowed
        // What people at headquarters are told; a hand-off carries nothing of theirs.
        | Refusal::OwnEntry
        | Refusal::SamePerson
        | Refusal::WeakerEvidence
        | Refusal::UnknownSubject
        | Refusal::ChangedSince
        | Refusal::OpenFinding
        | Refusal::QuestionClosed
        | Refusal::InquiriesOpen
        | Refusal::WindowOpen
        | Refusal::Stopped => (
            "Esta clave no puede enviar mensajes de este tipo.",
            "La secretaría llama a la línea de ayuda.",
        ),
        Refusal::LogBehind => (
            "El servidor del partido se está reparando tras un fallo y no recibe informes en este momento.",
            "Conserve esta página e inténtelo más tarde, o deje que la tableta lo envíe sola.",
        ),
        Refusal::TooMany | Refusal::Busy => (
            "El servidor está muy ocupado en este momento.",
            "Espere un minuto e inténtelo de nuevo.",
        ),
    }
}

/// Whether Spanish comes before English among the languages that a browser names. Browsers list the preferred first.
fn prefers_spanish(accept_language: &str) -> bool {
    let first = |wanted: &str| {
        accept_language.split(',').position(|range| {
            let tag = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            tag == wanted || tag.starts_with(&format!("{wanted}-"))
        })
    };
    match (first("es"), first("en")) {
        (Some(spanish), Some(english)) => spanish < english,
        (spanish, _) => spanish.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_the_browser_names_first_is_taken() {
        for (asked, language) in [
            ("", "en"),
            ("de-DE,de", "en"),
            ("es-US,es;q=0.9,en;q=0.8", "es"),
            ("en-US,en;q=0.9,es;q=0.8", "en"),
            ("fr,es;q=0.5", "es"),
        ] {
            assert_eq!(Words::for_reader(asked, String::new()).language, language, "{asked}");
        }
    }

    #[test]
    fn every_refusal_is_explained_in_two_different_languages() {
        for &refusal in Refusal::ALL {
            let (why, what_now) = english(refusal);
            let (por_que, que_hacer) = spanish(refusal);
            assert_ne!(why, por_que);
            assert_ne!(what_now, que_hacer);
        }
    }
}
