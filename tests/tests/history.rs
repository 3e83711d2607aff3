//! The releases of Iowa 2020 and Nevada 2020 through the whole path, in full.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use countersign_server::publish::cells::Cells;
use countersign_server::publish::data::Form;
use countersign_tests::independent;
use countersign_tests::reader::{Reader, shown};
use serde_json::{Value, json};

/// The figures of a contest's history, which went well. What is published in the end is looked at while its server still runs.
fn history(contest: &str, look: impl FnOnce(&Published)) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let said = folder.path().join("said");
    let mut run = Command::new(env!("CARGO_BIN_EXE_history"))
        .args(["--hold", "--contest", contest, "--folder"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&said).expect("a file"))
        .spawn()
        .expect("the program starts");
    let mut address = String::new();
    let out = run.stdout.take().expect("its output");
    BufReader::new(out).read_line(&mut address).expect("text");
    if let [address] = address.split_whitespace().collect::<Vec<_>>()[..] {
        look(&Published::at(address));
        let package = folder.path().join(contest).join("party/caucus.package");
        independently(&independent::verify(address, &package).expect("t69: it holds"));
    }
    // Its input ends, and so does it.
    drop(run.stdin.take());
    let ended = run.wait().expect("it ends");
    assert!(ended.success() && !address.is_empty(), "{}", read(&said));
    let figures = std::fs::read(folder.path().join(format!("{contest}.json")));
    let history: Value =
        serde_json::from_slice(&figures.expect("it leaves its figures")).expect("JSON");
    assert_eq!(history["unexplained"], 0);
    assert_eq!(history["national_delegates_as_published"], true);
    assert_eq!(history["verified"], true, "t69: from the public address alone");
    assert!(
        history["made_anew"].as_u64() > history["verified_pages"].as_u64(),
        "pages and documents"
    );
    history
}

/// What the independent program says once it has worked out every release.
fn independently(said: &str) {
    println!("{said}");
    let line = |begins: &str| said.lines().find(|line| line.starts_with(begins)).expect("a line");
    assert_eq!(line("Not there"), "Not there: nothing.");
    let cells = line("Results: ").split_whitespace().nth(1).and_then(|count| count.parse().ok());
    assert!(cells > Some(1_000_000), "{said}");
    assert!(line("Messages: ").contains("; 0 are not public yet, 0 withheld"), "{said}");
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

/// The results as everyone reads them.
struct Published {
    address: String,
    /// Folder of the last release's data.
    last: String,
}

impl Published {
    fn at(address: &str) -> Self {
        let address = format!("{address}/results");
        let mut published = Self { address, last: String::new() };
        let releases: Value =
            serde_json::from_str(&published.document("releases.json")).expect("JSON");
        let last = releases["releases"].as_array().expect("a list").last().expect("a release");
        published.last = last["folder"].as_str().expect("a name").to_owned();
        published
    }

    fn document(&self, name: &str) -> String {
        let url = format!("{}/{name}", self.address);
        let mut answer = ureq::get(&url).call().expect("it is there");
        let text = answer.body_mut().with_config().limit(64 << 20).read_to_string();
        text.expect("text")
    }

    /// A document of the last release.
    fn last(&self, form: Form) -> String {
        self.document(&format!("{}/{}", self.last, form.name()))
    }
}

/// Holds a document against the schema that NIST publishes.
fn assert_nist(text: &str) {
    let schema = include_str!("../../server/tests/nist/NIST_V2_election_results_reporting.json");
    let schema: Value = serde_json::from_str(schema).expect("JSON");
    let document: Value = serde_json::from_str(text).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    if let Err(error) = schema.validate(&document) {
        panic!("{}: {error}", error.instance_path());
    }
    let units = document["GpUnit"].as_array().expect("a list");
    let precincts = units.iter().filter(|unit| unit["Type"] == "precinct").count();
    assert!(precincts > 1_600, "{precincts}");
}

/// Without a script every number stands on the pages, and every link leads on; the first page comes at once on any phone.
fn assert_read_without_scripts(published: &Published) {
    /// Most bytes of the first page with all that it loads, as they come over the network.
    const FIRST_VIEW_MAX: u64 = 100_000;
    let document = Form::Json.read(&published.last(Form::Json)).expect("results");
    let reader = Reader::new(&published.address).expect("a browser");
    reader.open("index.html").expect("the first page");
    assert!(reader.can_search().expect("a page"), "with scripts tables can be searched");
    let view = reader.view().expect("what was loaded");
    let [page, style, script, rest @ ..] = &view.files[..] else { panic!("{view:?}") };
    assert!(page.0.ends_with("/index.html") && page.1 > 5_000, "{view:?}");
    assert!(style.0.ends_with(".css") && style.1 > 500, "{view:?}");
    assert!(script.0.ends_with(".js") && script.1 > 100, "{view:?}");
    // Browsers ask for a sign of their own accord.
    assert!(rest.iter().all(|(name, _)| name.ends_with("/favicon.ico")), "{view:?}");
    assert!(view.bytes() < FIRST_VIEW_MAX, "{view:?}");
    println!("the first view has {} bytes", view.bytes());

    reader.allow_scripts(false).expect("a browser without scripts");
    reader.open("index.html").expect("the first page");
    let same = |region: &str| {
        assert!(!reader.can_search().expect("a page"), "no script ran");
        let page: Cells = reader.numbers(region).expect("numbers");
        let of_group = |measure: &str| measure.contains(':') && !measure.starts_with("byTheRules:");
        let page = page.only(|cell| of_group(&cell.measure));
        assert!(page.len() > 10, "{region}: {page:?}");
        assert_eq!(shown(&document, region).agree_with(&page), Ok(()));
    };
    same("state");
    reader.follow("counties/polk.html").expect("a county");
    same("county:polk");
    reader.follow("precincts/polk-dm-001.html").expect("a precinct");
    same("precinct:polk-dm-001");
}

/// A figure of every release.
fn of_releases<'a>(history: &'a Value, figure: &str) -> Vec<&'a Value> {
    let releases = history["releases"].as_array().expect("a list");
    releases.iter().map(|one| &one[figure]).collect()
}

/// t50, t60, t65, t68, t69: a batch with shifted columns is shown to nobody; named batches whose totals are those of their time, corrections by layer, 41 national delegates. All of it at full size: NIST's form holds against NIST's schema, pages are read without a script, and verified by two programs that share no line.
#[test]
fn t50_t60_t65_t68_t69_every_published_total_of_iowa_2020_comes_out_again() {
    let history = history("iowa-2020", |published| {
        assert_nist(&published.last(Form::Nist));
        assert_read_without_scripts(published);
    });
    // 1,765 precincts, counties and pools, the first page, changes and national delegates, in two languages.
    assert!(
        history["verified_pages"].as_u64() > Some(2 * 1_765 + 2 * 99),
        "{}",
        history["verified_pages"]
    );
    let precincts = of_releases(&history, "precincts");
    assert_eq!(precincts, [1099, 1250, 1320, 1520, 1624, 1686, 1711, 1765, 1765, 1765]);
    let shifted = &history["shifted_batch"];
    assert_eq!((&shifted["precincts"], &shifted["shown"]), (&100.into(), &0.into()), "{shifted}");
    assert!(shifted["named"].as_u64() > Some(20), "{shifted}");
    assert!(shifted["of_the_batch"].as_u64() > Some(0), "{shifted}");
    assert!(history["changed_cells"].as_u64() > Some(300), "corrections are shown by cell");
    // Five totals that were printed beside the second release are not what was published by precinct: they are named.
    let differences = history["releases"][1]["compared"]["differences"].as_array().expect("a list");
    let contradicted: Vec<_> = differences.iter().map(|one| one["what"].as_str()).collect();
    let of = ["biden", "buttigieg", "klobuchar", "sanders", "warren"];
    let expected = of.map(|group| format!("{group}, final, as printed"));
    assert_eq!(contradicted, expected.each_ref().map(|what| Some(what.as_str())));
}

/// t60, t69: the evening's snapshots of Nevada 2020 and the party's last figures; what changed between them cell by cell, what was taken out; 200,000 people of one group in one precinct enter nowhere; 36 national delegates.
#[test]
fn t60_t69_every_published_total_of_nevada_2020_comes_out_again_but_for_a_slip_that_is_refused() {
    let history = history("nevada-2020", |_| ());
    // 881 were published in the third, one of them with the slip.
    assert_eq!(of_releases(&history, "precincts"), [469, 555, 880, 1022, 2096]);
    assert_eq!(of_releases(&history, "left_out"), [0, 0, 1, 0, 0]);
    assert_eq!(of_releases(&history, "corrected"), [0, 0, 7, 3, 164]);
    assert_eq!(of_releases(&history, "taken_out"), [0, 0, 13, 5, 0]);
    // 693 cells of counts, and 44 attendances.
    assert_eq!(history["changed_cells"], 737);

    let slips = history["slips"].as_array().expect("a list");
    let [slip] = slips.as_slice() else { panic!("{slips:?}") };
    assert_eq!((&slip["release"], &slip["precinct"]), (&"s2112".into(), &"washoe-750700".into()));
    assert_eq!(slip["cells"], json!(["warren, first: 200000"]));
    assert_eq!(slip["refusal"], "A length or a number is outside the contest's limits.");
    // The largest number that is not refused is kept from release by what does not add up.
    assert_eq!(slip["largest"], 100_000);
    assert_eq!(slip["to_answer"], json!(["C01", "H03"]));
    let c01 = "C01: First alignment adds up to 100004 people, 19 attended: 99985 too many.";
    assert_eq!(slip["findings"][0], c01);

    // The published sums of that release have the slip in them: each that differs is named, with the reason.
    let compared = of_releases(&history, "compared");
    let differences: Vec<_> = compared
        .iter()
        .flat_map(|one| one["differences"].as_array().expect("a list"))
        .map(|one| (one["what"].as_str(), one["published"].as_str(), one["released"].as_str()))
        .collect();
    let expected = [
        ("precincts", "881", "880"),
        ("attendance", "46724", "46705"),
        ("first", "246270", "46266"),
        ("final", "44948", "44929"),
        ("delegates", "6641", "6639"),
    ];
    let expected = expected.map(|(what, then, now)| (Some(what), Some(then), Some(now)));
    assert_eq!(differences, expected);

    // Numbers that contradict each other were kept as they were published, and each is named.
    let contradictions = history["contradictions"].as_array().expect("a list");
    assert_eq!(contradictions.len(), 223);
    assert_eq!(contradictions[0]["precinct"], "carson-city-103");
    assert_eq!(contradictions[0]["finding"], "C02");
    assert_eq!(history["national_delegates"]["sanders"], 24);
    assert_eq!(history["national_delegates"]["biden"], 9);
    assert_eq!(history["national_delegates"]["buttigieg"], 3);
}
