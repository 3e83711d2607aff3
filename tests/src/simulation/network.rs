//! What becomes of requests and answers between a tablet and the server.
//!
//! A connection is TLS, so a request that is damaged on its way breaks it: the server may see the damaged copy, but what it
//! says to that never reaches the tablet as an answer. Answers are damaged, cut short and mixed up all the same: a tablet
//! has to believe nothing that it did not verify.

use std::collections::VecDeque;
use std::ops::Range;

use countersign_device::Answered;
use rand::RngExt as _;
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;

use super::plan::Weather;

/// Answers of the server that may come again.
const REMEMBERED: usize = 64;
const USUAL_MS: Range<u64> = 5..1_500;
/// Longer than a tablet waits.
const STALLED_MS: Range<u64> = 10_000..150_000;

/// Whether anything passes between a tablet and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// It does.
    Open,
    /// Connections are refused.
    Refused,
    /// Nothing is heard.
    Silent,
}

/// What becomes of a request. Times are milliseconds from now.
#[derive(Debug)]
pub(super) enum Fate {
    /// No connection could be made.
    Refused { in_ms: u64 },
    /// Nothing is heard again.
    Lost,
    /// Only a damaged copy arrives, and the connection breaks.
    Damaged { in_ms: u64 },
    /// Somebody who is not the server answers.
    Answered { in_ms: u64, answered: Answered },
    /// It arrives, each time after so long.
    Arrives { in_ms: Vec<u64> },
}

impl Fate {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::Lost => "lost",
            Self::Damaged { .. } => "damaged",
            Self::Answered { .. } => "answered by another",
            Self::Arrives { .. } => "arrives",
        }
    }
}

/// The network of everyone.
pub(super) struct Network {
    weather: Weather,
    lines: Vec<Line>,
    past: VecDeque<Answered>,
}

fn happens(share: u32, dice: &mut ChaCha8Rng) -> bool {
    dice.random_ratio(share, 1_000)
}

impl Network {
    pub(super) fn new(weather: Weather, tablets: usize) -> Self {
        Self { weather, lines: vec![Line::Open; tablets], past: VecDeque::new() }
    }

    pub(super) fn set(&mut self, tablet: usize, line: Line) {
        self.lines[tablet] = line;
    }

    /// From now on nothing goes wrong.
    pub(super) fn calm(&mut self) {
        self.weather = Weather::default();
        self.lines.fill(Line::Open);
    }

    fn delay(&self, dice: &mut ChaCha8Rng) -> u64 {
        let range = if happens(self.weather.stalled, dice) { STALLED_MS } else { USUAL_MS };
        dice.random_range(range)
    }

    pub(super) fn request(&self, tablet: usize, dice: &mut ChaCha8Rng) -> Fate {
        match self.lines[tablet] {
            Line::Open => {}
            Line::Refused => return Fate::Refused { in_ms: dice.random_range(USUAL_MS) },
            Line::Silent => return Fate::Lost,
        }
        let in_ms = self.delay(dice);
        if happens(self.weather.lost, dice) {
            return Fate::Lost;
        }
        if happens(self.weather.damaged, dice) {
            return Fate::Damaged { in_ms };
        }
        if happens(self.weather.stranger, dice) {
            return Fate::Answered { in_ms, answered: stranger(dice) };
        }
        let past = self.past.get(dice.random_range(0..REMEMBERED));
        if let Some(past) = past.filter(|_| happens(self.weather.crossed, dice)) {
            return Fate::Answered { in_ms, answered: past.clone() };
        }
        let mut copies = vec![in_ms];
        if happens(self.weather.doubled, dice) {
            copies.push(self.delay(dice));
        }
        Fate::Arrives { in_ms: copies }
    }

    /// What arrives of the server's answer, and after how long; `None`: nothing.
    pub(super) fn answer(
        &mut self,
        tablet: usize,
        mut answered: Answered,
        dice: &mut ChaCha8Rng,
    ) -> Option<(u64, Answered)> {
        self.past.push_back(answered.clone());
        if self.past.len() > REMEMBERED {
            self.past.pop_front();
        }
        if self.lines[tablet] != Line::Open || happens(self.weather.lost, dice) {
            return None;
        }
        if happens(self.weather.damaged, dice) {
            damage(&mut answered.body, dice);
        }
        Some((self.delay(dice), answered))
    }
}

/// Flips a bit, or cuts the end off.
pub(super) fn damage(bytes: &mut Vec<u8>, dice: &mut ChaCha8Rng) {
    if bytes.is_empty() {
        return;
    }
    let at = dice.random_range(0..bytes.len());
    if dice.random_ratio(1, 4) {
        bytes.truncate(at);
    } else {
        bytes[at] ^= 1 << dice.random_range(0..8);
    }
}

/// What log-in pages and proxies say.
fn stranger(dice: &mut ChaCha8Rng) -> Answered {
    const PAGES: [(u16, &str); 6] = [
        (200, "<html><body>Welcome to the gymnasium's network</body></html>"),
        (200, r#"{"ok":true}"#),
        (200, r#"{"receipt":"yes","consistency":null,"messages":[]}"#),
        (302, ""),
        (502, "<h1>Bad gateway</h1>"),
        (511, "Log in first"),
    ];
    let (status, body) = *PAGES.choose(dice).unwrap_or(&PAGES[0]);
    let retry_after_ms = (status == 502).then(|| dice.random_range(0..30) * 1_000);
    Answered { status, body: body.as_bytes().to_vec(), retry_after_ms }
}
