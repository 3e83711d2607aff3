//! `verify` reads what puts two layers side by side: the table, and the page in each language.

use countersign_core::message::{Approve, Cause, Layer, Preview, PreviewedPrecinct, Release};
use serde_json::json;

use super::*;

impl Night {
    /// After the first release a recanvass changes the first precinct.
    pub async fn recanvassed(mut self) -> Self {
        let precinct = PrecinctNumber(0);
        let correction = self.party.correction(self.reports[0], 0, 18);
        let correction = self.party.sign(ROOM, &self.tablets[0], &correction);
        let report = Some(self.send(&correction).await);
        let decision = Decision {
            precinct,
            report,
            evidence: Evidence::Sheet,
            why: "counted again from the sheets".to_owned(),
            answers: vec![],
            after: None,
            overrides: None,
        };
        let decision = Some(self.act(&self.reviewer, &decision).await);
        let named = PreviewedPrecinct { precinct, report, decision, cause: Some(Cause::Recanvass) };
        let preview = Preview {
            number: 2,
            name: "The recanvass".to_owned(),
            layer: Layer::Recanvass,
            precincts: vec![named],
            despite: None,
        };
        let preview = self.act(&self.one, &preview).await;
        let release = self.act(&self.one, &Release { preview, left_out: vec![] }).await;
        self.party.clock.set(START_MS + 70 * 60_000);
        self.act(&self.two, &Approve { approves: release }).await;
        self.correction = Some(release);
        self
    }
}

pub fn replaced(from: &str, to: &str) -> impl Fn(Vec<u8>) -> Option<Vec<u8>> {
    move |bytes| {
        let text = String::from_utf8(bytes).unwrap();
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        Some(changed.into_bytes())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t68_t69_every_cell_of_two_layers_side_by_side_is_compared() {
    let night = Night::released().await.recanvassed().await;
    night.server.publish();
    let address = format!("http://{}", night.server.public);
    let (code, said) = verify(&night.party, &address, &[]);
    assert_eq!(code, 0, "{said}");
    let copy = night.folder().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["not_published"]), (0, &json!([])), "{said}");
    let table = "compare/night-recanvass.csv";
    let compared = said["compared"].as_array().unwrap();
    let of_table = compared.iter().find(|file| file["name"] == table).unwrap();
    assert!(of_table["numbers"].as_u64().unwrap() > 10, "{said}");
    let pages = said["pages"]["files"].as_u64().unwrap();

    let place = &copy.party.contest.precincts[0].id;
    let differs = |file: &str, from: &str, to: &str, named: &str| {
        copy.with(&copy.file(file), replaced(from, to), || {
            let (code, what) = copy.differs(&[]);
            assert!(code == "cell" && what.starts_with(file) && what.contains(named), "{what}");
        });
    };
    differs(
        table,
        "state,attendees,,41,",
        "state,attendees,,43,",
        "says 43 for before:attendees of state",
    );
    differs(
        table,
        "attendees,,20,18,-2",
        "attendees,,20,18,-4",
        &format!("-4 for difference:attendees of precinct:{place}"),
    );
    differs(
        table,
        ",recanvass,",
        ",recount,",
        &format!("recount for causes:report of precinct:{place}"),
    );
    differs(table, ",sheet,", ",call,", "call for evidence:report");
    let report = copy.party_report();
    let mut other = report.clone();
    other.replace_range(..1, if report.starts_with('0') { "1" } else { "0" });
    differs(table, &report, &other, "for before:report of precinct:");
    for page in ["compare/night-recanvass.html", "es/compare/night-recanvass.html"] {
        copy.with(&copy.file(page), other_number, || {
            let (code, what) = copy.differs(&[]);
            assert!(code == "cell" && what.starts_with(page), "{what}");
        });
        // A page that is not there is said to be missing, and everything else holds.
        copy.with(
            &copy.file(page),
            |_| None,
            || {
                let (code, said) = copy.verify(&[]);
                assert_eq!((code, &said["not_published"]), (3, &json!([page])), "{said}");
                assert_eq!(said["pages"]["files"], pages - 1);
            },
        );
    }
    copy.with(&copy.file(table), replaced("measure", "value"), || {
        assert_eq!(copy.differs(&[]).0, "file");
    });
    assert_eq!(copy.verify(&[]).0, 0, "and with everything as it was, everything holds");
}

impl Copy {
    /// Id of the report that the table of two layers names first.
    fn party_report(&self) -> String {
        let table = std::fs::read_to_string(self.file("compare/night-recanvass.csv")).unwrap();
        let (_, row) = table.split_once(",report,,").unwrap();
        row.split(',').next().unwrap().to_owned()
    }
}
