//! The secretary: presses keys and reads figures, and knows nothing that is not on the screen or on paper.

use std::time::Duration;

use crate::caucus::Caucus;
use crate::wait::{self, Look};
use crate::webdriver::Session;
use crate::{Error, Result};

/// How long a PIN may take to be tried on a busy machine: Argon2id with 64 MiB, in a debug build.
const PIN_TIME: Duration = Duration::from_secs(60);

/// A person before a window.
#[derive(Debug)]
pub struct Person<'a> {
    session: &'a Session,
    presses: u32,
}

/// A reason that stands for every "keep it" of a story: what was announced is what was reported.
const REASON: &str = "announced-so";
/// Where a lot says how many winners are lacking.
const LACKING: &str = "[data-testid=lot-lacking]";

impl<'a> Person<'a> {
    /// Sits down before a window.
    #[must_use]
    pub fn at(session: &'a Session) -> Self {
        Self { session, presses: 0 }
    }

    /// Presses so far, of keys and of buttons.
    #[must_use]
    pub fn presses(&self) -> u32 {
        self.presses
    }

    /// The window.
    #[must_use]
    pub fn session(&self) -> &Session {
        self.session
    }

    // --- looking -----------------------------------------------------------------------------

    /// The name of the screen, or `""` while the page is being drawn.
    ///
    /// # Errors
    ///
    /// When the window does not answer.
    pub fn screen(&self) -> Result<String> {
        let Some(main) = self.session.find("main[data-screen]")? else { return Ok(String::new()) };
        Ok(self.session.attribute(&main, "data-screen")?.unwrap_or_default())
    }

    /// Waits for one of these screens and says which.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`], with the screen that is there and the problem it shows.
    pub fn wait_screen(&self, names: &[&str]) -> Result<String> {
        self.wait_screen_for(names, PIN_TIME)
    }

    fn wait_screen_for(&self, names: &[&str], bound: Duration) -> Result<String> {
        wait::until(&format!("the screen {}", names.join(" or ")), bound, || {
            let screen = self.screen()?;
            Ok(if names.contains(&screen.as_str()) {
                Look::Yes(screen)
            } else {
                Look::NotYet(format!("screen {screen:?}, problem {:?}", self.problem()?))
            })
        })
    }

    fn wait_other_screen(&self, than: &str) -> Result<String> {
        wait::until(&format!("another screen than {than}"), PIN_TIME, || {
            let screen = self.screen()?;
            Ok(if screen.is_empty() || screen == than {
                Look::NotYet(format!("{screen:?}, problem {:?}", self.problem()?))
            } else {
                Look::Yes(screen)
            })
        })
    }

    /// The code of the problem that is shown, if one is.
    ///
    /// # Errors
    ///
    /// When the window does not answer.
    pub fn problem(&self) -> Result<Option<String>> {
        match self.session.find("[data-problem]")? {
            Some(shown) => self.session.attribute(&shown, "data-problem"),
            None => Ok(None),
        }
    }

    /// The figure painted in a cell such as `firstAlignment.sanders`: `None` while the cell is empty.
    ///
    /// # Errors
    ///
    /// When the cell is not on the screen.
    pub fn figure(&self, cell: &str) -> Result<Option<u32>> {
        let selector = format!("[data-cell=\"{cell}\"] [data-figure]");
        let text = self
            .session
            .text_of(&selector)?
            .ok_or_else(|| Error::Unexpected(format!("there is no cell {cell} on the screen")))?;
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        Ok(digits.parse().ok())
    }

    /// Waits until a cell shows a figure.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] with what it shows instead.
    pub fn wait_figure(&self, cell: &str, figure: Option<u32>) -> Result<()> {
        wait::until(&format!("{figure:?} in {cell}"), wait::LONG, || {
            let shown = self.figure(cell)?;
            Ok(if shown == figure { Look::Yes(()) } else { Look::NotYet(format!("{shown:?}")) })
        })
    }

    /// Where the report on the screen stands: `savedHere`, `countersigned`, `held` or `refused`.
    ///
    /// # Errors
    ///
    /// When no report is on the screen.
    pub fn standing(&self) -> Result<String> {
        let shown = self.session.wait_for("[data-standing]")?;
        Ok(self.session.attribute(&shown, "data-standing")?.unwrap_or_default())
    }

    /// Waits until the report on the screen stands so.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] with how it stands instead.
    pub fn wait_standing(&self, standing: &str, bound: Duration) -> Result<()> {
        wait::until(&format!("a report that is {standing}"), bound, || {
            let shown = self.standing()?;
            Ok(if shown == standing {
                Look::Yes(())
            } else {
                let attempt = self.session.text_of("[data-testid=attempt]")?.unwrap_or_default();
                Look::NotYet(format!("{shown} ({attempt})"))
            })
        })
    }

    /// Has the report on the screen sent at once, and waits until it is countersigned. The tablet tries by itself
    /// too, and may be quicker than the press: then nothing is left to press.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] with how it stands instead.
    pub fn sync_now(&mut self, bound: Duration) -> Result<()> {
        wait::until("the report to be sent at once", wait::LONG, || {
            if self.standing()? == "countersigned" {
                return Ok(Look::Yes(()));
            }
            let look = self.session.try_press("[data-testid=sync-now]")?;
            self.presses += u32::from(matches!(look, Look::Yes(())));
            Ok(look)
        })?;
        self.wait_standing("countersigned", bound)
    }

    /// The three words of the report on the screen.
    ///
    /// # Errors
    ///
    /// When they are not there.
    pub fn phrase(&self) -> Result<String> {
        let shown = self.session.wait_for("[data-testid=phrase]")?;
        Ok(self.session.text(&shown)?.trim().to_owned())
    }

    /// The log index of the report on the screen.
    ///
    /// # Errors
    ///
    /// When it is not there, or no number.
    pub fn log_index(&self) -> Result<u64> {
        let shown = self.session.wait_for("[data-testid=log-index]")?;
        // It may stand there for screen readers only, where the driver sees no text.
        let text = self
            .session
            .look("return document.querySelector('[data-testid=log-index]').textContent", &[])?;
        let _ = shown;
        text.as_str()
            .and_then(|text| text.trim().parse().ok())
            .ok_or_else(|| Error::Unexpected(format!("{text} is no log index")))
    }

    // --- pressing ----------------------------------------------------------------------------

    /// Presses what fits a selector.
    ///
    /// # Errors
    ///
    /// When it is not there, or covered.
    pub fn press(&mut self, selector: &str) -> Result<()> {
        self.session.press(selector)?;
        self.presses += 1;
        Ok(())
    }

    /// Presses a button by its test id.
    ///
    /// # Errors
    ///
    /// When it is not there, or covered.
    pub fn button(&mut self, id: &str) -> Result<()> {
        self.press(&format!("[data-testid=\"{id}\"]"))
    }

    /// Presses a key of the keypad.
    ///
    /// # Errors
    ///
    /// When it is not there, or covered.
    pub fn key(&mut self, name: &str) -> Result<()> {
        self.press(&format!("button[data-key=\"{name}\"]"))
    }

    /// Presses the way on, and gives the screen it leads to.
    ///
    /// # Errors
    ///
    /// When it leads nowhere.
    pub fn go_on(&mut self) -> Result<String> {
        let here = self.screen()?;
        self.button("go-on")?;
        self.wait_other_screen(&here)
    }

    /// Types an invitation's code on the letter keypad. Spaces and dashes are for the eye.
    ///
    /// # Errors
    ///
    /// When a key is missing.
    pub fn type_code(&mut self, code: &str) -> Result<()> {
        for face in code.chars().filter(char::is_ascii_alphanumeric) {
            self.key(&format!("letter-{}", face.to_ascii_uppercase()))?;
        }
        Ok(())
    }

    /// Types a PIN and presses *next*.
    ///
    /// # Errors
    ///
    /// When a key is missing.
    pub fn type_pin(&mut self, pin: &str) -> Result<()> {
        for (at, digit) in pin.chars().enumerate() {
            self.key(&format!("d{digit}"))?;
            let dots = format!("[data-testid=pin-dots][data-typed=\"{}\"]", at + 1);
            self.session.wait_for(&dots)?;
        }
        self.key("next")
    }

    /// Chooses a cell unless it is chosen.
    ///
    /// # Errors
    ///
    /// When it is not on the screen.
    pub fn choose(&mut self, cell: &str) -> Result<()> {
        let chosen = format!("[data-cell=\"{cell}\"][aria-current=true]");
        if self.session.find(&chosen)?.is_none() {
            self.press(&format!("[data-cell=\"{cell}\"]"))?;
            self.session.wait_for(&chosen)?;
        }
        Ok(())
    }

    /// Types a number into the chosen cell, digit by digit, and sees each digit painted before the next press.
    /// `after_press` is called with the number painted so far.
    ///
    /// # Errors
    ///
    /// When a digit does not appear.
    pub fn type_number(
        &mut self,
        cell: &str,
        number: u32,
        mut after_press: impl FnMut(u32) -> Result<()>,
    ) -> Result<()> {
        let mut so_far = 0;
        for digit in number.to_string().chars() {
            self.key(&format!("d{digit}"))?;
            so_far = so_far * 10 + digit.to_digit(10).unwrap_or_default();
            self.wait_figure(cell, Some(so_far))?;
            after_press(so_far)?;
        }
        Ok(())
    }

    /// Chooses a cell and types its number.
    ///
    /// # Errors
    ///
    /// When a digit does not appear.
    pub fn number(&mut self, cell: &str, number: u32) -> Result<()> {
        self.choose(cell)?;
        self.type_number(cell, number, |_| Ok(()))
    }

    /// Types a whole count and says that nobody is in the rest.
    ///
    /// # Errors
    ///
    /// When a figure does not appear.
    pub fn count(&mut self, kind: &str, groups: &[(String, u32)]) -> Result<()> {
        for (group, people) in groups {
            self.number(&format!("{kind}.{group}"), *people)?;
        }
        if self.session.find("[data-testid=nobody-in-rest]")?.is_some() {
            self.button("nobody-in-rest")?;
        }
        Ok(())
    }

    // --- whole stretches ---------------------------------------------------------------------

    /// From a fresh app to the home screen: the code, the place it is for, and a PIN twice.
    ///
    /// # Errors
    ///
    /// When the tablet does not take them.
    pub fn enrol(&mut self, code: &str, pin: &str) -> Result<()> {
        self.wait_screen(&["enrol-code"])?;
        self.type_code(code)?;
        self.key("next")?;
        self.wait_screen(&["enrol-confirm"])?;
        self.button("go-on")?;
        self.wait_screen(&["pin-choose"])?;
        self.type_pin(pin)?;
        self.wait_screen(&["pin-repeat"])?;
        self.type_pin(pin)?;
        self.wait_screen(&["home"])?;
        Ok(())
    }

    /// Adds an invitation to a tablet that has a PIN, from the home screen and back to it.
    ///
    /// # Errors
    ///
    /// When the tablet does not take it.
    pub fn enrol_another(&mut self, code: &str, pin: &str) -> Result<()> {
        self.wait_screen(&["home"])?;
        self.button("add-invitation")?;
        self.wait_screen(&["enrol-code"])?;
        self.type_code(code)?;
        self.key("next")?;
        self.wait_screen(&["enrol-confirm"])?;
        self.button("go-on")?;
        self.wait_screen(&["pin-repeat"])?;
        self.type_pin(pin)?;
        self.wait_screen(&["home"])?;
        Ok(())
    }

    /// Waits until the screen counts no wait down before the next try at the PIN. There is one after a wrong PIN, and after
    /// a kill while the PIN was being tried.
    ///
    /// # Errors
    ///
    /// When it counts for more than `bound`.
    pub fn wait_another_try(&self, bound: Duration) -> Result<()> {
        wait::until("another try at the PIN", bound, || {
            Ok(match self.session.text_of("[data-testid=pin-wait]")? {
                None => Look::Yes(()),
                Some(text) => Look::NotYet(text),
            })
        })
    }

    /// Unlocks the app and gives the screen it opens on.
    ///
    /// # Errors
    ///
    /// When the PIN is not taken.
    pub fn unlock(&mut self, pin: &str) -> Result<String> {
        self.wait_screen(&["unlock"])?;
        self.wait_another_try(wait::LONG)?;
        self.type_pin(pin)?;
        self.wait_other_screen("unlock")
    }

    /// Opens the caucus of a precinct in a room, from the home screen.
    ///
    /// # Errors
    ///
    /// When the home screen does not offer it.
    pub fn open_caucus(&mut self, precinct: &str, room: &str) -> Result<()> {
        self.wait_screen(&["home"])?;
        self.press(&format!("[data-precinct=\"{precinct}\"] [data-testid=\"open-{room}\"]"))?;
        self.wait_other_screen("home")?;
        Ok(())
    }

    /// From wherever the app opened to where the report of a precinct stands.
    ///
    /// # Errors
    ///
    /// When the home screen does not lead there.
    pub fn open_report(&mut self, precinct: &str, room: &str) -> Result<()> {
        if self.wait_screen(&["home", "stands"])? == "home" {
            self.press(&format!("[data-precinct=\"{precinct}\"] [data-testid=\"open-{room}\"]"))?;
            self.wait_screen(&["stands"])?;
        }
        Ok(())
    }

    /// From the home screen to a signed report.
    ///
    /// # Errors
    ///
    /// When a screen does not lead on.
    pub fn report(&mut self, caucus: &Caucus, room: &str, pin: &str) -> Result<()> {
        self.open_caucus(&caucus.precinct, room)?;
        self.walk(caucus, "sign")?;
        self.sign(pin)
    }

    /// Walks on, screen by screen, entering what is on paper, until `stop` is reached. Lots are drawn by coin for
    /// the first groups offered; findings are kept with a reason; chair and secretary stand by the figures.
    ///
    /// # Errors
    ///
    /// When a screen does not lead on.
    pub fn walk(&mut self, caucus: &Caucus, stop: &str) -> Result<()> {
        let mut screen = self.wait_other_screen("")?;
        while screen != stop {
            screen = match screen.as_str() {
                "attendance" => {
                    if self.figure("attendees")? != Some(caucus.attendees) {
                        self.number("attendees", caucus.attendees)?;
                    }
                    self.go_on()?
                }
                "first-alignment" => {
                    self.count("firstAlignment", &caucus.first)?;
                    self.go_on()?
                }
                "realignment" => self.go_on()?,
                "final-alignment" => {
                    self.count("finalAlignment", &caucus.last)?;
                    self.go_on()?
                }
                "delegates" => {
                    self.draw_lots()?;
                    self.count("delegates", &caucus.delegates)?;
                    self.go_on()?
                }
                "check" => {
                    self.keep_findings()?;
                    self.go_on()?
                }
                "attest" => {
                    self.all_stand_by()?;
                    self.go_on()?
                }
                other => {
                    return Err(Error::Unexpected(format!(
                        "the way to {stop} led to {other}, problem {:?}",
                        self.problem()?
                    )));
                }
            };
        }
        Ok(())
    }

    /// Draws every lot that the delegates screen asks for.
    ///
    /// # Errors
    ///
    /// When a lot cannot be recorded.
    pub fn draw_lots(&mut self) -> Result<()> {
        while self.session.find("[data-testid=lot-open]")?.is_some() {
            let open = self.session.find_all("[data-testid=lot-open]")?.len();
            self.button("lot-open")?;
            self.wait_screen(&["lot"])?;
            // Pressed too early, the way on says how many winners are lacking, until there are as many as seats.
            self.button("go-on")?;
            self.session.wait_for(LACKING)?;
            for group in self.session.find_all("[data-testid^=\"lot-winner-\"]")? {
                let group = self.session.attribute(&group, "data-testid")?.unwrap_or_default();
                self.button(&group)?;
                self.session.wait_for(&format!("[data-testid=\"{group}\"][aria-pressed=true]"))?;
                if self.session.find(LACKING)?.is_none() {
                    break;
                }
            }
            self.button("go-on")?;
            self.wait_screen(&["delegates"])?;
            wait::until("a recorded lot", wait::LONG, || {
                let left = self.session.find_all("[data-testid=lot-open]")?.len();
                Ok(if left < open { Look::Yes(()) } else { Look::NotYet(format!("{left} open")) })
            })?;
        }
        Ok(())
    }

    /// Keeps every finding that asks for a reason.
    ///
    /// # Errors
    ///
    /// When a reason is not taken.
    pub fn keep_findings(&mut self) -> Result<()> {
        while let Some(keep) = self.session.find("[data-testid^=\"keep-\"]")? {
            let id = self.session.attribute(&keep, "data-testid")?.unwrap_or_default();
            self.button(&id)?;
            self.reason(REASON)?;
            self.wait_screen(&["check"])?;
            wait::until("a kept finding", wait::LONG, || {
                let left = self.session.find(&format!("[data-testid=\"{id}\"]"))?;
                Ok(if left.is_none() { Look::Yes(()) } else { Look::NotYet(id.clone()) })
            })?;
        }
        Ok(())
    }

    /// Chair, secretary and captains stand by the figures. Where there are only the first two, the way on says it for both.
    ///
    /// # Errors
    ///
    /// When what one of them says is not taken.
    pub fn all_stand_by(&mut self) -> Result<()> {
        if self.session.find("[data-testid^=\"attest-captain-\"]")?.is_none() {
            return Ok(());
        }
        let unasked = "[data-testid^=\"attest-\"][data-said=none]";
        let mut left = self.session.find_all(unasked)?.len();
        while left > 0 {
            self.press(&format!("{unasked} [data-testid=\"stands-by\"]"))?;
            left = wait::until("somebody to stand by the figures", wait::LONG, || {
                let now = self.session.find_all(unasked)?.len();
                Ok(if now < left { Look::Yes(now) } else { Look::NotYet(format!("{now} unasked")) })
            })?;
        }
        Ok(())
    }

    /// Chooses a reason from the list that is on the screen.
    ///
    /// # Errors
    ///
    /// When it is not on the list.
    pub fn reason(&mut self, code: &str) -> Result<()> {
        self.wait_screen(&["reason", "correct-reason"])?;
        self.button(&format!("reason-{code}"))
    }

    /// Signs on the signing screen, and waits for where the report stands.
    ///
    /// # Errors
    ///
    /// When it is not signed.
    pub fn sign(&mut self, pin: &str) -> Result<()> {
        self.wait_screen(&["sign"])?;
        self.type_pin(pin)?;
        self.wait_screen(&["stands"])?;
        Ok(())
    }
}
