//! Chromium without a window, driven through `chromedriver`: for the same pages on the HTTP host.

use std::process::{Command, Stdio};

use serde_json::json;
use tempfile::TempDir;

use crate::children::Group;
use crate::error::Doing;
use crate::port::free_port;
use crate::webdriver::{self, Session};
use crate::{Error, Result};

/// Names under which systems install it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A Chromium with an empty profile. It ends with this handle.
#[derive(Debug)]
pub struct Chromium {
    session: Session,
    _driver: Group,
    _profile: TempDir,
}

impl Chromium {
    /// Starts a driver and a browser.
    ///
    /// # Errors
    ///
    /// When one of them is not there or does not come up.
    pub fn start() -> Result<Self> {
        webdriver::opened("Chromium", Self::new_window)
    }

    fn new_window() -> Result<Self> {
        let profile = tempfile::tempdir().doing("making a browser profile")?;
        let port = free_port()?;
        let driver = Group::start(
            "chromedriver",
            Command::new("chromedriver")
                .arg(format!("--port={port}"))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )?;
        let address = format!("http://127.0.0.1:{port}");
        webdriver::wait_ready(&address)?;
        let session = Session::open(
            &address,
            &json!({
                "acceptInsecureCerts": true,
                "goog:chromeOptions": {
                    "binary": binary()?,
                    "args": [
                        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                        "--disable-background-networking", "--disable-component-update", "--disable-sync",
                        "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1",
                        format!("--user-data-dir={}", profile.path().display()),
                    ],
                },
            }),
        )?;
        Ok(Self { session, _driver: driver, _profile: profile })
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Gives the browser a device that holds passkeys and lets everybody in who touches it; its id.
    ///
    /// # Errors
    ///
    /// When the browser refuses.
    pub fn hold_passkeys(&self) -> Result<String> {
        self.session.devtools("WebAuthn.enable", &json!({ "enableUI": false }))?;
        let device = json!({ "options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "automaticPresenceSimulation": true,
        }});
        let added = self.session.devtools("WebAuthn.addVirtualAuthenticator", &device)?;
        let id = added["authenticatorId"].as_str();
        id.map(str::to_owned).ok_or_else(|| Error::Unexpected(format!("no device: {added}")))
    }

    /// Whether the device knows who touches it from now on.
    ///
    /// # Errors
    ///
    /// When the browser refuses.
    pub fn verify_user(&self, device: &str, knows: bool) -> Result<()> {
        let verified = json!({ "authenticatorId": device, "isUserVerified": knows });
        self.session.devtools("WebAuthn.setUserVerified", &verified).map(|_| ())
    }

    /// Makes the page exactly this large, in CSS pixels, whatever a window of this system can be. The page knows with
    /// its next frame.
    ///
    /// # Errors
    ///
    /// When the browser refuses.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.session.devtools("Emulation.setDeviceMetricsOverride", &size).map(|_| ())
    }
}

fn binary() -> Result<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|candidate| candidate.exists())
        .ok_or_else(|| Error::NotBuilt("chromium".into()))
}
