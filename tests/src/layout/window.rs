//! The two kinds of window that show the tablet's pages: Chromium, and the app's own.

use super::Size;
use crate::Result;
use crate::app::App;
use crate::chromium::Chromium;
use crate::webdriver::Session;

/// A window that can be made any size.
pub trait Window {
    /// What drives it.
    fn session(&self) -> &Session;

    /// Makes its inside this large.
    ///
    /// # Errors
    ///
    /// When it does not become so.
    fn resize(&self, size: Size) -> Result<()>;

    /// Makes its inside this large and waits until the page has drawn itself anew.
    ///
    /// # Errors
    ///
    /// When it does not become so.
    fn settle_at(&self, size: Size) -> Result<()> {
        self.resize(size)?;
        self.session().settle()
    }
}

impl Window for Chromium {
    fn session(&self) -> &Session {
        Self::session(self)
    }

    fn resize(&self, size: Size) -> Result<()> {
        Self::resize(self, size.width, size.height)
    }
}

impl Window for App {
    fn session(&self) -> &Session {
        Self::session(self)
    }

    fn resize(&self, size: Size) -> Result<()> {
        Self::session(self).resize(size.width, size.height)
    }
}

/// Which kind of window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The pages on the HTTP host, in Chromium.
    Chromium,
    /// The app.
    App,
}

impl Kind {
    /// A name for folders and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::App => "app",
        }
    }
}
