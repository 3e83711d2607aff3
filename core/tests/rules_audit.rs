//! The audit of the real results.

mod common;

use countersign_core::audit::{self, Audit, AuditRow, Reading};
use countersign_core::checks::RuleId;
use serde_json::{Value, json};

fn audit_of(text: &[u8]) -> Audit {
    audit::audit(&common::iowa(), "final.csv", text).expect("it has no mistake")
}

fn row<'a>(audit: &'a Audit, id: &str) -> &'a AuditRow {
    audit.rows.iter().find(|row| row.precinct_id == id).expect("it is in the file")
}

fn trips(audit: &Audit, rule: RuleId) -> usize {
    audit.rows.iter().filter(|row| row.checks.contains(&rule)).count()
}

#[test]
fn t49_every_precinct_is_audited_and_most_awards_are_what_the_rules_give() {
    let audit = audit_of(&common::final_csv());
    assert_eq!((audit.rows.len(), audit.absent.len()), (1_765, 0));
    let count =
        |wanted: &dyn Fn(&AuditRow) -> bool| audit.rows.iter().filter(|row| wanted(row)).count();
    assert_eq!(count(&|row| row.agrees == Some(true)), 1_610);
    assert_eq!(
        count(&|row| row.agrees == Some(true) && row.lot),
        127,
        "one of several that a lot permits"
    );
    assert_eq!(count(&|row| row.agrees == Some(false)), 68);
    assert_eq!(count(&|row| row.agrees.is_none()), 87, "satellites");
    assert_eq!(count(&|row| row.agrees_majority == Some(true)), 1_627);
    assert_eq!(count(&|row| row.elects == Some(1) && row.agrees_majority == Some(true)), 121);
    // Counted by others from the same file: 80 precincts have more people at final than at first alignment.
    assert_eq!(trips(&audit, RuleId::C02), 80);
    assert_eq!(trips(&audit, RuleId::C01), 0, "attendance is the first alignment's total");
}

#[test]
fn t49_the_party_s_hundred_per_cent_file_is_audited_too() {
    let text =
        std::fs::read(common::folder("iowa-2020").join("results/r100.csv")).expect("it is there");
    let audit = audit_of(&text);
    assert_eq!(audit.rows.len(), 1_765);
    assert_eq!(trips(&audit, RuleId::C02), 84, "as public analyses counted");
}

#[test]
fn the_json_of_a_precinct_names_every_group() {
    let audit = audit_of(&common::final_csv());
    let json = serde_json::to_value(row(&audit, "polk-dm-055")).expect("it is JSON");
    let keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
    assert_eq!(
        keys,
        [
            "agrees",
            "agrees_majority",
            "attendees",
            "awards",
            "checks",
            "inconsistencies",
            "precinct_id",
            "published",
            "same_as",
            "statewide"
        ]
    );
    assert_eq!(json["agrees"], Value::Bool(true));
    assert_eq!(json["attendees"], json!(704));
    assert_eq!(json["checks"], json!(["C04"]));
    assert_eq!(json["awards"], json!([json["published"]]));
    let published = json["published"].as_object().expect("an object");
    assert_eq!(published.len(), 14);
    assert_eq!(
        (&published["buttigieg"], &published["sanders"], &published["warren"]),
        (&json!(5), &json!(5), &json!(4))
    );
    let site = serde_json::to_value(row(&audit, "sat-cd4-logan-westmont-care-center"))
        .expect("it is JSON");
    assert_eq!(
        (&site["agrees"], &site["agrees_majority"], &site["published"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
}

#[test]
fn an_award_that_does_not_agree_is_named_with_what_it_fits() {
    let audit = audit_of(&common::final_csv());
    assert_eq!(row(&audit, "clinton-lbto").fits, [Reading::Majority]);
    assert_eq!(row(&audit, "polk-dm-080").fits, [Reading::FinalTotal]);
    assert_eq!(row(&audit, "adair-03sw").fits, []);
    let text = audit::render(&common::iowa(), &audit);
    for part in [
        "  1610  published awards that the rules give\n",
        "clinton-lbto (Liberty Toronto, Clinton County), elects 1, 13 attendees\n  published  klobuchar 1\n  rules give sanders 1\n  fits one delegate by majority\n",
        "  not explained by the rules\n",
        "C02     80  adair-04se ",
    ] {
        assert!(text.contains(part), "{part:?} is not in the text");
    }
    assert!(!text.contains("error") && !text.contains("fault"), "nobody is blamed");
}

#[test]
fn columns_for_attendance_and_delegates_are_used_where_they_exist() {
    let csv = "precinct_id,candidate,first,final,sde,attendees,delegates\n\
               polk-dm-055,buttigieg,166,245,,704,6\n\
               polk-dm-055,sanders,191,218,,704,4\n\
               polk-dm-055,warren,171,208,,,4\n\
               sat-cd4-logan-westmont-care-center,sanders,6,6,,6,4\n";
    let audit = audit_of(csv.as_bytes());
    let dm55 = row(&audit, "polk-dm-055");
    assert_eq!((dm55.attendees, dm55.agrees), (Some(704), Some(false)));
    assert_eq!(dm55.checks, [RuleId::C01, RuleId::C02, RuleId::C06], "528, 704 and 671 people");
    let site = row(&audit, "sat-cd4-logan-westmont-care-center");
    assert_eq!(
        site.agrees,
        Some(true),
        "with its delegates published there is something to compare"
    );
    assert_eq!(audit.absent.len(), 1_763);
}

#[test]
fn every_mistake_in_a_file_of_results_is_named() {
    let csv = "precinct_id,candidate,first,final,sde\n\
               polk-dm-056x,sanders,1,2,0\n\
               polk-dm-055,sander,1,2,0\n\
               polk-dm-055,sanders,-1,4294967296,1.23456\n\
               polk-dm-055,warren,1,2\n\
               polk-dm-054,warren,1,2,0\n\
               polk-dm-054,warren,1,2,0\n";
    let mistakes =
        audit::audit(&common::iowa(), "x.csv", csv.as_bytes()).expect_err("there are mistakes");
    let lines: Vec<u32> = mistakes.iter().map(|mistake| mistake.line).collect();
    assert_eq!(lines.len(), 7, "{mistakes:?}");
    for (line, count) in [(2, 1), (3, 1), (4, 3), (5, 1), (7, 1)] {
        assert_eq!(
            lines.iter().filter(|found| **found == line).count(),
            count,
            "line {line}: {mistakes:?}"
        );
    }
    let empty = audit::audit(&common::iowa(), "x.csv", b"").expect_err("there is nothing in it");
    assert_eq!(empty.len(), 1);
    let header = audit::audit(&common::iowa(), "x.csv", b"precinct,first\n")
        .expect_err("columns are missing");
    assert_eq!(header.len(), 4, "{header:?}");
}
