//! Somebody who reads the results pages in a browser.

use countersign_server::publish::cells::{Cell, Cells};
use serde_json::{Value, json};

use crate::chromium::Chromium;
use crate::wait::{self, Look};
use crate::{Error, Result};

/// What a browser loaded to show a page.
#[derive(Debug)]
pub struct View {
    /// The page and everything that it loaded, by address, with the bytes of each as they came over the network, bodies alone.
    pub files: Vec<(String, u64)>,
}

impl View {
    /// All bytes together.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, bytes)| bytes).sum()
    }
}

/// A reader of the results of a server.
#[derive(Debug)]
pub struct Reader {
    browser: Chromium,
    address: String,
}

impl Reader {
    /// Somebody who has been nowhere yet. `address` is the folder of the results.
    ///
    /// # Errors
    /// When no browser comes up.
    pub fn new(address: &str) -> Result<Self> {
        Ok(Self { browser: Chromium::start()?, address: address.to_owned() })
    }

    /// Lets pages run scripts, or keeps them from it.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn allow_scripts(&self, allowed: bool) -> Result<()> {
        let disabled = json!({ "value": !allowed });
        let set =
            self.browser.session().devtools("Emulation.setScriptExecutionDisabled", &disabled);
        set.map(|_| ())
    }

    /// Opens a page of the folder.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self, page: &str) -> Result<()> {
        self.browser.session().go(&format!("{}/{page}", self.address))
    }

    /// Follows the link that leads to an address ending so.
    ///
    /// # Errors
    /// When there is none, or the page that it leads to does not come.
    pub fn follow(&self, ending: &str) -> Result<()> {
        let session = self.browser.session();
        session.press(&format!("main a[href$='{ending}']"))?;
        wait::until(&format!("the page {ending}"), wait::LONG, || {
            let here = self.look("return location.pathname")?;
            let there = here.as_str().is_some_and(|here| here.ends_with(ending));
            Ok(if there { Look::Yes(()) } else { Look::NotYet(here.to_string()) })
        })
    }

    /// What was loaded to show the page that is open.
    ///
    /// # Errors
    /// When the browser does not say.
    pub fn view(&self) -> Result<View> {
        let script = "return [...performance.getEntriesByType('navigation'), \
            ...performance.getEntriesByType('resource')].map(one => [one.name, one.encodedBodySize])";
        let files = self.look(script)?;
        let unread = || Error::Unexpected(format!("what was loaded is {files}"));
        let one = |one: &Value| Some((one[0].as_str()?.to_owned(), one[1].as_u64()?));
        let all = files.as_array().ok_or_else(unread)?.iter().map(one).collect::<Option<_>>();
        Ok(View { files: all.ok_or_else(unread)? })
    }

    /// Whether a script put something onto the page: the field that searches a table.
    ///
    /// # Errors
    /// When the browser does not say.
    pub fn can_search(&self) -> Result<bool> {
        Ok(self.browser.session().find("main input[type=search]")?.is_some())
    }

    /// The numbers of a region that are to be seen on the page.
    ///
    /// # Errors
    /// When the browser does not say.
    pub fn numbers(&self, region: &str) -> Result<Cells> {
        let script = format!(
            "return [...document.querySelectorAll(\"[data-region='{region}'] [data-measure]\")]\
             .filter(one => one.checkVisibility()).map(one => [one.dataset.measure, one.innerText])"
        );
        let found = self.look(&script)?;
        let mut cells = Cells::default();
        for one in found.as_array().into_iter().flatten() {
            let (Some(measure), Some(number)) = (one[0].as_str(), one[1].as_str()) else {
                return Err(Error::Unexpected(format!("a number of {region} is {one}")));
            };
            cells.put(region, measure, number.replace(',', ""));
        }
        Ok(cells)
    }

    fn look(&self, script: &str) -> Result<Value> {
        self.browser.session().look(script, &[])
    }
}

/// Of the numbers of a document those of a region's groups that its page shows too, where the delegates that were signed count.
#[must_use]
pub fn shown(document: &Cells, region: &str) -> Cells {
    document.only(|cell: &Cell| {
        let of_group = cell.measure.contains(':') && !cell.measure.starts_with("official:");
        cell.region == region && of_group
    })
}
