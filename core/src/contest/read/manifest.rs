//! `contest.toml`.

use chrono::NaiveDate;
use toml::de::DeTable;

use super::rosters::Rosters;
use super::witnesses::witnesses;
use crate::contest::section::{Section, Source, is_id};
use crate::contest::{
    Band, Contest, CountKind, Data, DelegateRule, DistrictSeats, Label, Limits, LotMethod, Mistake,
    National, NationalBasis, OfficialDelegates, OneDelegateRule, Publish, Reason, ReleaseRules,
    Rules, SatelliteRule, Span, ViabilityStep, WitnessList,
};

/// Languages that the screens speak.
const LANGUAGES: [&str; 2] = ["en", "es"];

/// A file that `contest.toml` names.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) path: String,
    pub(super) line: u32,
}

/// What `contest.toml` says. Parts with mistakes are absent.
pub(super) struct Manifest {
    id: Option<String>,
    title: Option<String>,
    date: Option<String>,
    time_zone: Option<String>,
    party: Option<String>,
    hotline: Option<String>,
    pub(super) languages: Vec<String>,
    counts: Vec<CountKind>,
    publish: Option<Publish>,
    rules: Option<Rules>,
    /// `None` also where the section has a mistake.
    pub(super) national: Option<National>,
    freeze: Option<Span>,
    valid: Option<Span>,
    reasons: Vec<Reason>,
    limits: Limits,
    release: Option<ReleaseRules>,
    data: Option<Data>,
    witnesses: Option<WitnessList>,
    pub(super) groups: Option<Named>,
    pub(super) counties: Option<Named>,
    pub(super) precincts: Option<Named>,
    pub(super) worksheets: Option<Named>,
    pub(super) early_votes: Option<Named>,
    /// Satellite sites have a rule, or the rules could not be read.
    pub(super) satellites: bool,
}

impl Manifest {
    /// Reads the file; `None` where it is not TOML at all.
    pub(super) fn read(file: &str, text: &[u8], mistakes: &mut Vec<Mistake>) -> Option<Self> {
        let text = match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(error) => {
                let breaks =
                    text[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
                let line = u32::try_from(breaks + 1).unwrap_or(u32::MAX);
                mistakes.push(Mistake::new(
                    file,
                    line,
                    "the text is not UTF-8",
                    "save the file in UTF-8",
                ));
                return None;
            }
        };
        let source = Source { file, text };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let line = source.line(error.span().map_or(0, |span| span.start));
            let what = format!("this is not TOML: {}", error.message().trim());
            mistakes.push(Mistake::new(
                file,
                line,
                what,
                "correct the line; texts stand between double quotes",
            ));
        }
        if !errors.is_empty() {
            return None;
        }
        let mut document = Section::document(source, table.get_ref());
        let manifest = Self::sections(&mut document, mistakes);
        document.finish(mistakes);
        Some(manifest)
    }

    fn sections(document: &mut Section<'_>, mistakes: &mut Vec<Mistake>) -> Self {
        let id = document.text("id", mistakes);
        if id.as_ref().is_some_and(|id| !is_id(id, 32)) {
            let remedy = "write 1 to 32 lower-case letters, digits and hyphens, such as iowa-2020";
            mistakes.push(document.mistake("id", "id is no plain word", remedy));
        }
        let title = document.text("title", mistakes);
        let date = document.text("date", mistakes);
        if date.as_ref().is_some_and(|date| !is_date(date)) {
            let remedy = "write year, month and day, such as \"2020-02-03\"";
            mistakes.push(document.mistake("date", "date is no day of the calendar", remedy));
        }
        let time_zone = document.text("time_zone", mistakes);
        if time_zone.as_ref().is_some_and(|zone| !is_zone(zone)) {
            let remedy = "write its name in the IANA database, such as \"America/Chicago\"";
            mistakes.push(document.mistake(
                "time_zone",
                "time_zone is no name of a time zone",
                remedy,
            ));
        }
        let party = document.text("party", mistakes);
        let hotline = document.text("hotline", mistakes);
        let languages = languages(document, mistakes);
        let rules =
            document.section("rules", mistakes).and_then(|section| rules(section, mistakes));
        let mut files = document.section("files", mistakes);
        let mut named = |key: &'static str, needed: bool| {
            let files = files.as_mut()?;
            if !files.has(key) && !needed {
                return None;
            }
            let path = files.text(key, mistakes)?;
            Some(Named { path, line: files.line(key) })
        };
        let groups = named("groups", true);
        let counties = named("counties", true);
        let precincts = named("precincts", true);
        let worksheets = named("worksheets", false);
        let early_votes = named("early_votes", false);
        if let Some(files) = files {
            files.finish(mistakes);
        }
        let has_national = document.has("national");
        Self {
            id,
            title,
            date,
            time_zone,
            party,
            hotline,
            counts: counts(document, mistakes),
            publish: document.choice(
                "publish",
                &[("release", Publish::Release), ("live", Publish::Live)],
                mistakes,
            ),
            satellites: rules.as_ref().is_none_or(|rules| rules.satellite.is_some()),
            rules,
            national: if has_national {
                document
                    .section("national", mistakes)
                    .and_then(|section| national(section, mistakes))
            } else {
                None
            },
            freeze: document
                .section("freeze", mistakes)
                .and_then(|section| span(section, mistakes)),
            valid: document.section("valid", mistakes).and_then(|section| span(section, mistakes)),
            reasons: reasons(document, &languages, mistakes),
            limits: limits(document, mistakes),
            release: if document.has("release") {
                document.section("release", mistakes).and_then(|section| release(section, mistakes))
            } else {
                None
            },
            data: if document.has("data") {
                document.choice("data", &[("made-up", Data::MadeUp)], mistakes)
            } else {
                None
            },
            witnesses: if document.has("witnesses") {
                document
                    .section("witnesses", mistakes)
                    .and_then(|section| witnesses(section, mistakes))
            } else {
                None
            },
            languages,
            groups,
            counties,
            precincts,
            worksheets,
            early_votes,
        }
    }

    /// The contest; `None` where a part is absent, which was reported as a mistake before.
    pub(super) fn into_contest(self, rosters: Rosters) -> Option<Contest> {
        Some(Contest {
            id: self.id?,
            title: self.title?,
            date: self.date?,
            time_zone: self.time_zone?,
            party: self.party?,
            groups: rosters.groups,
            counts: self.counts,
            rules: self.rules?,
            counties: rosters.counties,
            national: self.national,
            precincts: rosters.precincts,
            languages: self.languages,
            hotline: self.hotline?,
            servers: Vec::new(),
            tls_roots: Vec::new(),
            logs: Vec::new(),
            freeze: self.freeze?,
            valid: self.valid?,
            reasons: self.reasons,
            limits: self.limits,
            publish: self.publish?,
            worksheets: Vec::new(),
            release: self.release,
            early_votes: None,
            data: self.data,
            witnesses: self.witnesses,
            results_keys: None,
        })
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

fn is_zone(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    text == "UTC" || (text.contains('/') && text.split('/').all(part))
}

fn languages(document: &mut Section<'_>, mistakes: &mut Vec<Mistake>) -> Vec<String> {
    let written = document.texts("languages", mistakes);
    if written.is_empty() {
        mistakes.push(document.mistake(
            "languages",
            "languages names none",
            "write [\"en\"] or [\"en\", \"es\"]",
        ));
    }
    let mut out = Vec::new();
    for (language, line) in written {
        if !LANGUAGES.contains(&language.as_str()) {
            let mut mistake = document.mistake(
                "languages",
                format!("the screens do not speak {language:?}"),
                format!("choose among {}", LANGUAGES.join(", ")),
            );
            mistake.line = line;
            mistakes.push(mistake);
        } else if out.contains(&language) {
            mistakes.push(document.mistake(
                "languages",
                format!("language {language} appears twice"),
                "name it once",
            ));
        } else {
            out.push(language);
        }
    }
    out
}

/// The counts have to be in the order of a caucus: later ones are judged by earlier ones.
fn counts(document: &mut Section<'_>, mistakes: &mut Vec<Mistake>) -> Vec<CountKind> {
    let words: Vec<&str> = CountKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let mut out: Vec<CountKind> = Vec::new();
    for (word, line) in document.texts("counts", mistakes) {
        let kind = CountKind::ALL.into_iter().find(|kind| kind.as_str() == word);
        let what = match kind {
            None => format!("there is no count {word:?}"),
            Some(kind) if out.contains(&kind) => format!("count {word} appears twice"),
            Some(kind) if out.last().is_some_and(|last| *last > kind) => {
                format!("count {word} comes too late")
            }
            Some(kind) => {
                out.push(kind);
                continue;
            }
        };
        let remedy = format!("name counts once each, in this order: {}", words.join(", "));
        let mut mistake = document.mistake("counts", what, remedy);
        mistake.line = line;
        mistakes.push(mistake);
    }
    if out.is_empty() {
        mistakes.push(document.mistake(
            "counts",
            "no count is named",
            format!("choose among {}", words.join(", ")),
        ));
    }
    out
}

fn rules(mut section: Section<'_>, mistakes: &mut Vec<Mistake>) -> Option<Rules> {
    let delegates = section.choice(
        "delegates",
        &[("iowa-2020", DelegateRule::Iowa2020), ("nevada-2020", DelegateRule::Nevada2020)],
        mistakes,
    );
    let one_delegate = section.choice(
        "one_delegate",
        &[("plurality", OneDelegateRule::Plurality), ("majority", OneDelegateRule::Majority)],
        mistakes,
    );
    let lot = section.choice(
        "lot",
        &[
            ("coin", LotMethod::Coin),
            ("high-card", LotMethod::HighCard),
            ("other", LotMethod::Other),
        ],
        mistakes,
    );
    let final_share_min = section.fraction("final_share_min", mistakes);
    let national_threshold = section.fraction("national_threshold", mistakes);
    let viability = viability(&mut section, mistakes);
    let satellite = if section.has("satellite") {
        section.section("satellite", mistakes).map(|section| satellite(section, mistakes))
    } else {
        None
    };
    section.finish(mistakes);
    Some(Rules {
        delegates: delegates?,
        one_delegate: one_delegate?,
        viability,
        lot: lot?,
        satellite,
        final_share_min: final_share_min?,
        national_threshold: national_threshold?,
    })
}

fn viability(section: &mut Section<'_>, mistakes: &mut Vec<Mistake>) -> Vec<ViabilityStep> {
    let mut steps: Vec<ViabilityStep> = Vec::new();
    for mut step in section.sections("viability", mistakes) {
        let from = step.number("delegates_from", 2, 10_000, mistakes);
        let share = step.fraction("share", mistakes);
        if share.is_some_and(|share| share.numerator == 0) {
            mistakes.push(step.mistake(
                "share",
                "nobody would make a group viable",
                "write more than nothing",
            ));
        }
        if let (Some(delegates_from), Some(share)) = (from, share) {
            let expected = steps.last().map_or(2, |last| last.delegates_from + 1);
            if delegates_from < expected || (steps.is_empty() && delegates_from != 2) {
                let what = format!("delegates_from is {delegates_from}");
                let remedy = "begin with 2 and list the steps with the fewest delegates first";
                mistakes.push(step.mistake("delegates_from", what, remedy));
            }
            steps.push(ViabilityStep { delegates_from, share });
        }
        step.finish(mistakes);
    }
    steps
}

fn satellite(mut section: Section<'_>, mistakes: &mut Vec<Mistake>) -> SatelliteRule {
    let mut bands: Vec<Band> = Vec::new();
    for mut band in section.sections("bands", mistakes) {
        let to = band.number("attendees_to", 1, Limits::WIDEST.count_max, mistakes);
        let delegates = band.number("delegates", 1, 10_000, mistakes);
        if let (Some(attendees_to), Some(delegates)) = (to, delegates) {
            if bands.last().is_some_and(|last| last.attendees_to >= attendees_to) {
                let what =
                    format!("attendees_to is {attendees_to}, no more than in the band before");
                mistakes.push(band.mistake("attendees_to", what, "list the smallest band first"));
            }
            bands.push(Band { attendees_to, delegates });
        }
        band.finish(mistakes);
    }
    let above = section.number("above", 1, 10_000, mistakes).unwrap_or(0);
    section.finish(mistakes);
    SatelliteRule { bands, above }
}

fn national(mut section: Section<'_>, mistakes: &mut Vec<Mistake>) -> Option<National> {
    let bases = [("sde", None), ("county-delegates", Some(NationalBasis::CountyDelegates))];
    let has_basis = section.has("basis");
    let basis = has_basis.then(|| section.choice("basis", &bases, mistakes)).flatten().flatten();
    let at_large = section.number("at_large", 0, 10_000, mistakes);
    let pleo = section.number("pleo", 0, 10_000, mistakes);
    let mut districts: Vec<DistrictSeats> = Vec::new();
    for mut item in section.sections("districts", mistakes) {
        let district =
            item.number("district", 1, 255, mistakes).and_then(|number| u8::try_from(number).ok());
        let seats = item.number("seats", 0, 10_000, mistakes);
        if let (Some(district), Some(seats)) = (district, seats) {
            if districts.iter().any(|known| known.district == district) {
                mistakes.push(item.mistake(
                    "district",
                    format!("district {district} appears twice"),
                    "name it once",
                ));
            }
            districts.push(DistrictSeats { district, seats });
        }
        item.finish(mistakes);
    }
    section.finish(mistakes);
    Some(National { districts, at_large: at_large?, pleo: pleo?, basis })
}

fn span(mut section: Section<'_>, mistakes: &mut Vec<Mistake>) -> Option<Span> {
    let from = section.instant("from", mistakes);
    let until = section.instant("until", mistakes);
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        mistakes.push(section.mistake("until", "until is not after from", "write a later moment"));
    }
    section.finish(mistakes);
    Some(Span { from_ms: from?, until_ms: until? })
}

fn reasons(
    document: &mut Section<'_>,
    languages: &[String],
    mistakes: &mut Vec<Mistake>,
) -> Vec<Reason> {
    let mut out: Vec<Reason> = Vec::new();
    for mut item in document.sections("reasons", mistakes) {
        let code = item.text("code", mistakes).unwrap_or_default();
        if !code.is_empty() && !is_id(&code, 32) {
            let remedy =
                "write 1 to 32 lower-case letters, digits and hyphens, such as people-left";
            mistakes.push(item.mistake("code", "code is no plain word", remedy));
        }
        if out.iter().any(|reason| reason.code == code) {
            mistakes.push(item.mistake(
                "code",
                format!("reason {code} appears twice"),
                "keep one of them",
            ));
        }
        let mut labels = Vec::new();
        for known in LANGUAGES {
            if languages.iter().any(|language| language == known)
                && let Some(text) = item.text(known, mistakes)
            {
                labels.push(Label { language: known.to_owned(), text });
            }
        }
        labels
            .sort_by_key(|label| languages.iter().position(|language| *language == label.language));
        item.finish(mistakes);
        out.push(Reason { code, labels });
    }
    if out.last().is_none_or(|last| last.code != Contest::OTHER_REASON) {
        let remedy = "end the list of [[reasons]] with the code other";
        mistakes.push(document.mistake("reasons", "the last reason is not other", remedy));
    }
    out
}

fn limits(document: &mut Section<'_>, mistakes: &mut Vec<Mistake>) -> Limits {
    let mut limits = Limits::WIDEST;
    if !document.has("limits") {
        return limits;
    }
    let Some(mut section) = document.section("limits", mistakes) else { return limits };
    let mut set = |key, limit: &mut u32, section: &mut Section<'_>| {
        if section.has(key) {
            *limit = section.number(key, 1, *limit, mistakes).unwrap_or(*limit);
        }
    };
    set("count_max", &mut limits.count_max, &mut section);
    set("reason_text_max", &mut limits.reason_text_max, &mut section);
    set("tablets_per_invitation", &mut limits.tablets_per_invitation, &mut section);
    section.finish(mistakes);
    limits
}

fn release(mut section: Section<'_>, mistakes: &mut Vec<Mistake>) -> Option<ReleaseRules> {
    let window_minutes =
        section.number("window_minutes", 0, ReleaseRules::WINDOW_MINUTES_MAX, mistakes);
    let coverage = section.fraction("coverage", mistakes);
    let official = section.choice(
        "official_delegates",
        &[("signed", OfficialDelegates::Signed), ("rules", OfficialDelegates::Rules)],
        mistakes,
    );
    section.finish(mistakes);
    Some(ReleaseRules { window_minutes: window_minutes?, coverage: coverage?, official: official? })
}
