//! What axe finds in a page: WCAG 2.2 AA, as far as a program sees it.

use serde_json::Value;

use crate::error::Doing;
use crate::webdriver::Session;
use crate::{Error, Result, places};

/// What axe looks for.
const RULES: &str = "return axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}: ${failureSummary}`)))";

/// Axe, as `npm ci` brought it.
pub struct Axe(String);

impl Axe {
    /// Reads it.
    ///
    /// # Errors
    /// When it is not there.
    pub fn read() -> Result<Self> {
        let path = places::root().join("ui/node_modules/axe-core/axe.min.js");
        Ok(Self(std::fs::read_to_string(path).doing("reading axe")?))
    }

    /// Brings it into the page that is there. It stays until the page goes.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn bring(&self, session: &Session) -> Result<()> {
        session.look(&format!("{}; return true", self.0), &[]).map(drop)
    }

    /// What it finds in the page as it is now.
    ///
    /// # Errors
    /// When it was not brought, or says nothing.
    pub fn faults(&self, session: &Session) -> Result<Vec<String>> {
        let found = session.look(RULES, &[])?;
        let found = found.as_array().ok_or_else(|| Error::Unexpected("axe says nothing".into()))?;
        Ok(found.iter().map(Value::to_string).collect())
    }
}
