//! A report whose delegates are not those that the rules give: which of them count, on pages and in data.

use countersign_core::contest::{CountKind, OfficialDelegates, ReleaseRules};
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{Decision, Evidence, Message, People, Person, Role, Scope};
use countersign_core::results::findings_of;
use countersign_core::room::Room;
use countersign_server::practice;
use countersign_server::publish::data::Form;
use serde_json::Value;

use crate::publish::page;
use crate::released::Managers;
use crate::support::{Party, START_MS, Server};

const ROOM: Room = Room::Official;

/// What is released of a precinct in which fifteen delegates were signed and the rules give fourteen.
struct Case {
    party: Party,
    server: Server,
    release: MessageId,
}

impl Case {
    async fn new(official: OfficialDelegates) -> Self {
        let mut contest = practice::contest().unwrap();
        contest.release = Some(ReleaseRules { official, ..ReleaseRules::DEFAULT });
        let party = Party::with_contest(&[ROOM], contest);
        let server = party.start().await;
        let managers = Managers::named(&party, &server).await;
        let tablet = server.tablet(&party, ROOM, 0).await;
        let report = party.impossible(0, 20);
        let message = party.sign(ROOM, &tablet, &report);
        server.send(ROOM, &message).await.receipt();
        let reviewer = party.new_key();
        let person = Person { number: 2, role: Role::Reviewer, key: reviewer.public() };
        managers.act(party.by_admin(ROOM, &People { people: vec![person] })).await;
        let mut answers: Vec<_> =
            findings_of(&party.contest, &report).iter().map(|finding| finding.name()).collect();
        answers.sort_unstable();
        answers.dedup();
        let decision = Decision {
            precinct: PrecinctNumber(0),
            report: Some(message.id()),
            evidence: Evidence::Sheet,
            why: "it stands so on the signed worksheet".to_owned(),
            answers,
            after: None,
            overrides: None,
        };
        let scope = Scope::room(&party.contest.id, ROOM);
        let decision = managers.act(Message::sign(&reviewer, scope, &decision)).await;
        let named = [(0, message.id(), None)];
        let release = managers.show(1, "One", &named, Some(decision)).await.1;
        party.clock.set(START_MS + 31 * 60_000);
        managers.approve(release).await;
        server.publish();
        Self { party, server, release }
    }

    async fn precinct(&self, root: &str) -> String {
        let id = &self.party.contest.precincts[0].id;
        page(&self.server, &format!("{root}precincts/{id}.html")).await
    }

    async fn document(&self, form: Form) -> String {
        let folder = format!("data/001-{}", &self.release.to_string()[..8]);
        page(&self.server, &format!("{folder}/{}", form.name())).await
    }

    /// What a document says of the first group in the precinct, or in the state where it has no precincts: delegates that were
    /// signed, those that count, and state delegate equivalents.
    async fn numbers(&self, form: Form) -> [Option<String>; 3] {
        let group = &self.party.contest.groups[0].key;
        let cells = form.read(&self.document(form).await).unwrap();
        let region = match form {
            Form::Totals => "state".to_owned(),
            _ => format!("precinct:{}", self.party.contest.precincts[0].id),
        };
        ["delegates", "official", "sde"].map(|measure| {
            let measure = format!("{measure}:{group}");
            let mut found = None;
            cells.each(|cell, number| {
                if cell.region == region && cell.measure == measure {
                    found = Some(number.to_owned());
                }
            });
            found
        })
    }

    async fn assert_documents(&self, official: &str, sde: &str) {
        let some = |number: &str| Some(number.to_owned());
        for form in [Form::Json, Form::Totals, Form::Nist] {
            assert_eq!(self.numbers(form).await, [some("15"), some(official), some(sde)]);
        }
        // The file of precincts has what was signed.
        assert_eq!(self.numbers(Form::Precincts).await, [some("15"), None, some(sde)]);
        let json: Value = serde_json::from_str(&self.document(Form::Json).await).unwrap();
        let count = self.party.contest.count_index(CountKind::Delegates).unwrap();
        let precinct = &json["precincts"][0];
        assert_eq!(
            (&precinct["counts"][count][0], &precinct["by_the_rules"][0]),
            (&15.into(), &14.into())
        );
    }

    /// Both pages of the precinct say both, which of them count, and what they are worth.
    async fn assert_pages(&self, said: [&str; 2], not_said: [&str; 2], sde: &str) {
        let group = &self.party.contest.groups[0].key;
        for (root, said, not_said) in [("", said[0], not_said[0]), ("es/", said[1], not_said[1])] {
            let precinct = self.precinct(root).await;
            for cell in [
                format!("<td data-measure=\"delegates:{group}\">15</td>"),
                format!("<td data-measure=\"byTheRules:{group}\">14</td>"),
                format!("<td data-measure=\"sde:{group}\">{sde}</td>"),
            ] {
                assert!(precinct.contains(&cell), "{cell}: {precinct}");
            }
            assert!(precinct.contains(said) && !precinct.contains(not_said), "{precinct}");
            let front = page(&self.server, &format!("{root}index.html")).await;
            assert!(front.contains(&format!("\"delegates:{group}\">15<")), "{front}");
            assert!(front.contains(&format!("\"sde:{group}\">{sde}<")), "{front}");
        }
    }
}

const RULES: [&str; 2] = ["Those by the rules count.", "Cuentan los de las reglas."];
const SIGNED: [&str; 2] =
    ["Those that were announced and signed count.", "Cuentan los anunciados y firmados."];

#[tokio::test(flavor = "multi_thread")]
async fn t52_signed_delegates_count_where_the_contest_does_not_say_otherwise() {
    let case = Case::new(OfficialDelegates::Signed).await;
    case.assert_pages(SIGNED, RULES, "2.4000").await;
    case.assert_documents("15", "2.4000").await;
    assert!(!page(&case.server, "index.html").await.contains("official:"));
    case.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t52_delegates_by_the_rules_count_where_the_contest_says_so() {
    let case = Case::new(OfficialDelegates::Rules).await;
    case.assert_pages(RULES, SIGNED, "2.2400").await;
    case.assert_documents("14", "2.2400").await;
    // Sums of those that count stand beside the signed ones.
    let group = &case.party.contest.groups[0].key;
    let county = format!("counties/{}.html", case.party.contest.counties[0].id);
    for name in ["index.html", &county] {
        let html = page(&case.server, name).await;
        assert!(html.contains("Delegates that count</th>"), "{html}");
        assert!(html.contains(&format!("\"official:{group}\">14<")), "{html}");
    }
    case.server.stop().await;
}
