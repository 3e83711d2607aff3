//! Whatever else stands on a page or in a document than the marked numbers: it is not what the log gives, and that is said.

use serde_json::json;

use super::layers::replaced;
use super::*;

impl Copy {
    /// The numbers of a file hold, and its words are others: those that are published, and those that are made anew, hold these.
    fn has_other_words(&self, file: &str, published: &str, made_anew: &str) {
        let (code, said) = self.verify(&[]);
        assert_eq!((code, &said["holds"]), (3, &json!(true)), "{said}");
        assert_eq!(said["words"]["other"], 1, "{said}");
        let named = &said["words"]["named"][0];
        assert_eq!(named["file"], file);
        let holds = |field: &str, words: &str| named[field].as_str().unwrap().contains(words);
        assert!(holds("published", published) && holds("made_anew", made_anew), "{named}");
    }

    pub fn is_named_with(
        &self,
        file: &str,
        change: impl Fn(Vec<u8>) -> Option<Vec<u8>>,
        published: &str,
        made_anew: &str,
    ) {
        self.with(&self.file(file), change, || self.has_other_words(file, published, made_anew));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_every_word_of_pages_and_documents_is_compared() {
    let copy = Night::released().await.recanvassed().await.folder().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["words"]["other"]), (0, &json!(0)), "{said}");
    let files = said["words"]["same"].as_u64().unwrap();
    assert!(files > 30, "{said}");

    // A sentence that nobody signed, on each kind of page.
    let place = copy.party.contest.precincts[0].id.clone();
    let county = copy.party.contest.counties[0].id.clone();
    for page in [
        "index.html",
        "status.html",
        "precincts.html",
        "changes.html",
        "releases.html",
        "compare/night-recanvass.html",
        &format!("precincts/{place}.html"),
        &format!("es/counties/{county}.html"),
    ] {
        let added = replaced("</main>", "<p>A recount is on its way.</p></main>");
        copy.is_named_with(page, added, "<p>A recount", "</main>");
    }
    // The right number in a comment, and another one where people look.
    let page = format!("precincts/{place}.html");
    let hidden = replaced(
        "<strong data-measure=\"attendees\">18</strong>",
        "<!-- <strong data-measure=\"attendees\">18</strong> --><strong>99</strong>",
    );
    copy.is_named_with(&page, hidden, "<!-- ", "<strong data-measure");
    // Other names, which belong to no cell.
    let name = copy.party.contest.groups[0].name.clone();
    copy.is_named_with(&page, replaced(&name, "Somebody"), "Somebody", &name);
    let document = copy.document_of(2, "results.json");
    let document = document.strip_prefix(&copy.out).unwrap().to_str().unwrap().to_owned();
    let beside = copy.document_of(2, "SHA256SUMS");
    let away = std::fs::read(&beside).unwrap();
    std::fs::remove_file(&beside).unwrap();
    let full = copy.party.contest.groups[0].full_name.clone();
    copy.is_named_with(&document, replaced(&full, "Somebody"), "Somebody", &full);
    std::fs::write(beside, away).unwrap();
    // What pages look like, and what lists releases.
    let style = listing(&copy.out).into_iter().find(|file| {
        file.file_name().is_some_and(|name| name.to_str().unwrap().starts_with("style-"))
    });
    let style = style.unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    copy.is_named_with(&style, |_| Some(b"td{display:none}".to_vec()), "td{", ":root");
    copy.is_named_with("releases.json", replaced("First batch", "Last batch"), "Last", "First");
    copy.is_named_with("releases.atom", replaced("First batch", "Last batch"), "Last", "First");
    copy.is_named_with("find.html", replaced("</main>", "Soon.</main>"), "Soon.", "</main>");
    let bom = |bytes: Vec<u8>| Some([b"\xef\xbb\xbf".to_vec(), bytes].concat());
    copy.is_named_with("compare/night-recanvass.csv", bom, "\u{feff}region", "region");
    // Made at another time than it says, which is another sentence.
    let html = std::fs::read_to_string(copy.file(&page)).unwrap();
    let (_, made) = html.split_once("data-made-ms=\"").unwrap();
    let (made, _) = made.split_once('"').unwrap();
    let later = (made.parse::<u64>().unwrap() + 60_000).to_string();
    copy.is_named_with(&page, replaced(made, &later), ", from ", ", from ");
    assert_eq!(copy.verify(&[]).0, 0, "and with everything as it was, everything holds");
}
