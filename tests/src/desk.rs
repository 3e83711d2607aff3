//! A desk at headquarters: the server's own pages in a browser, used with pointer and keyboard.

use crate::chromium::Chromium;
use crate::party::Party;
use crate::wait::{self, Look};
use crate::webdriver::Session;
use crate::{Error, Result};

pub use crate::party::PASSWORD;

/// The key Enter, as WebDriver spells it.
pub const ENTER: &str = "\u{e007}";

/// Somebody with an account.
pub struct Person {
    name: String,
    codes: Vec<String>,
}

impl Person {
    /// Makes the account.
    ///
    /// # Errors
    /// When the server's program refuses.
    pub fn employ(party: &Party, number: u32, name: &str, role: &str) -> Result<Self> {
        Ok(Self { name: name.to_owned(), codes: party.account(number, name, role)? })
    }

    /// What they sign in as.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A browser at headquarters.
pub struct Desk<'a> {
    browser: &'a Chromium,
    /// Where the pages are.
    pages: String,
}

impl<'a> Desk<'a> {
    /// In a browser, at a party's running server.
    ///
    /// # Errors
    /// When the server does not run.
    pub fn new(browser: &'a Chromium, party: &Party) -> Result<Self> {
        let private =
            party.private().ok_or_else(|| Error::Unexpected("the server does not run".into()))?;
        Ok(Self { browser, pages: format!("{private}/hq/") })
    }

    /// The same pages under the name of this machine, for which browsers make passkeys.
    ///
    /// # Errors
    /// When the server does not run.
    pub fn by_name(browser: &'a Chromium, party: &Party) -> Result<Self> {
        let desk = Self::new(browser, party)?;
        Ok(Self { pages: desk.pages.replacen("127.0.0.1", "localhost", 1), ..desk })
    }

    /// The browser's session, for what no other method does.
    #[must_use]
    pub fn session(&self) -> &Session {
        self.browser.session()
    }

    /// Signs in, at a place such as `#/official/held`.
    ///
    /// # Errors
    /// When the place does not come.
    pub fn sign_in(&self, person: &mut Person, place: &str) -> Result<()> {
        let code = person.codes.pop();
        let code = code.ok_or_else(|| Error::Unexpected(format!("{}: no code", person.name)))?;
        self.open(place)?;
        self.write("#sign-in-name", &person.name)?;
        self.write("#sign-in-password", PASSWORD)?;
        self.write("#sign-in-code", &format!("{code}{ENTER}"))?;
        self.is_in(person)
    }

    /// Loads the pages anew, at a place.
    ///
    /// # Errors
    /// When the browser does not.
    pub fn open(&self, place: &str) -> Result<()> {
        self.session().go("about:blank")?;
        self.session().go(&format!("{}{place}", self.pages))
    }

    /// Waits until somebody is signed in.
    ///
    /// # Errors
    /// When they are not within 30 s: what the page says instead.
    pub fn is_in(&self, person: &Person) -> Result<()> {
        wait::until(&format!("{} to be signed in", person.name), wait::LONG, || {
            Ok(match self.session().find("header nav")? {
                Some(_) => Look::Yes(()),
                None => Look::NotYet(self.session().text_of("main")?.unwrap_or_default()),
            })
        })
    }

    /// Signs out.
    ///
    /// # Errors
    /// When the page for signing in does not come.
    pub fn sign_out(&self) -> Result<()> {
        self.press("[data-testid=\"sign-out\"]")?;
        self.session().wait_for("#sign-in-name").map(drop)
    }

    /// Goes to another place of the pages.
    ///
    /// # Errors
    /// When the browser does not.
    pub fn go(&self, place: &str) -> Result<()> {
        self.session().go(&format!("{}{place}", self.pages))
    }

    /// Presses what fits.
    ///
    /// # Errors
    /// When nothing does.
    pub fn press(&self, selector: &str) -> Result<()> {
        self.session().press(selector)
    }

    /// Presses what fits, and then what asks whether it is meant.
    ///
    /// # Errors
    /// When one of them is not there.
    pub fn press_and_confirm(&self, selector: &str) -> Result<()> {
        self.press(selector)?;
        self.press("[data-testid=\"confirm\"]")?;
        self.gone("[data-confirm]")
    }

    /// Presses a field and types into it.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn write(&self, selector: &str, text: &str) -> Result<()> {
        self.press(selector)?;
        self.session().type_keys(text)
    }

    /// Waits until what fits says something.
    ///
    /// # Errors
    /// When it does not within 30 s: what it says instead.
    pub fn says(&self, selector: &str, words: &str) -> Result<()> {
        wait::until(&format!("{selector} to say {words}"), wait::LONG, || {
            // What is looked at may be drawn anew meanwhile.
            let said = self.session().look(
                "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText).join('\\n')",
                &[selector.into()],
            )?;
            let said = said.as_str().unwrap_or_default();
            let there = said.contains(words);
            Ok(if there { Look::Yes(()) } else { Look::NotYet(said.to_owned()) })
        })
    }

    /// Waits until nothing fits any more.
    ///
    /// # Errors
    /// When something still does after 30 s.
    pub fn gone(&self, selector: &str) -> Result<()> {
        wait::until(&format!("{selector} to be gone"), wait::LONG, || {
            Ok(match self.session().find(selector)? {
                Some(_) => Look::NotYet("it is there".to_owned()),
                None => Look::Yes(()),
            })
        })
    }
}
