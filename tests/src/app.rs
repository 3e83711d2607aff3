//! The real app in a real window, driven through `tauri-driver`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::json;

use crate::children::{self, Group};
use crate::disk::SmallDisk;
use crate::error::Doing;
use crate::port::free_port;
use crate::wait::{self, Look};
use crate::webdriver::{self, Session};
use crate::{Error, Result, places};

/// The environment variable that names the tablet's data folder.
const DATA: &str = "COUNTERSIGN_DATA";
/// How WebKitGTK draws. As on a machine with a graphics card, unless chosen otherwise: the other way is faster where there is
/// none, but its driver then gives no pictures of the window (WebKitGTK 2.50 waits for ever).
const SHARED_BUFFERS_OFF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// What one tablet is started with.
#[derive(Debug, Clone)]
pub struct Tablet {
    /// The folder of its database. It stands for the tablet: the same folder is the same tablet.
    pub data: PathBuf,
    /// The package that its installer carried.
    pub package: Option<PathBuf>,
    /// The folder that files are saved to.
    pub saves: PathBuf,
    /// The X display its window opens on.
    pub display: String,
    /// The disk that `data` is on, where it is not the ordinary one.
    pub disk: Option<Arc<SmallDisk>>,
}

/// The app of one tablet, running. Dropping it kills it.
#[derive(Debug)]
pub struct App {
    tablet: Tablet,
    program: PathBuf,
    window: Option<Window>,
}

/// The open window and the driver it was opened through. A driver that lost its app to a kill sometimes never opens
/// another, so each window has its own.
#[derive(Debug)]
struct Window {
    session: Session,
    _driver: Group,
}

impl App {
    /// Starts the app of a tablet.
    ///
    /// # Errors
    ///
    /// When the app or a driver is not there, or does not come up.
    pub fn start(tablet: Tablet) -> Result<Self> {
        for folder in [&tablet.data, &tablet.saves] {
            std::fs::create_dir_all(folder).doing(format!("making {}", folder.display()))?;
        }
        let program = places::program("countersign")?;
        let mut app = Self { tablet, program, window: None };
        app.open()?;
        Ok(app)
    }

    /// The window's session.
    ///
    /// # Panics
    ///
    /// When the app was killed and not opened again: a mistake of the story.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.window.as_ref().expect("the app is open").session
    }

    /// The tablet this is the app of.
    #[must_use]
    pub fn tablet(&self) -> &Tablet {
        &self.tablet
    }

    /// Kills the app as a dead battery would.
    ///
    /// # Errors
    ///
    /// When it does not run.
    pub fn kill(&mut self) -> Result<()> {
        children::kill_now(self.process()?)?;
        self.window = None;
        Ok(())
    }

    /// Opens the app again, after [`App::kill`] or [`App::close`].
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub fn open(&mut self) -> Result<()> {
        self.window = Some(webdriver::opened("the app", || self.new_window())?);
        Ok(())
    }

    /// A window of the app. What came up of an app that does not open is put away, and said, so that an app that hangs does
    /// not hide behind another try.
    fn new_window(&self) -> Result<Window> {
        let capabilities = json!({ "tauri:options": { "application": self.program } });
        let (driver, address) = self.driver()?;
        Session::open(&address, &capabilities)
            .map(|session| Window { session, _driver: driver })
            .inspect_err(|_| {
                let apps = self.processes().unwrap_or_default();
                eprintln!("the app's processes: {apps:?}");
                for id in apps {
                    // It may have gone with its driver.
                    let _ = children::kill_now(id);
                }
            })
    }

    /// A driver that takes sessions, and its address. The app inherits its environment.
    fn driver(&self) -> Result<(Group, String)> {
        let (port, native_port) = (free_port()?, free_port()?);
        let program = places::tauri_driver()?;
        let mut command = match &self.tablet.disk {
            Some(disk) => disk.command(&program),
            None => Command::new(program),
        };
        command
            .args(["--port", &port.to_string(), "--native-port", &native_port.to_string()])
            .env("DISPLAY", &self.tablet.display)
            .env("GDK_BACKEND", "x11")
            .env_remove("WAYLAND_DISPLAY")
            .env(
                SHARED_BUFFERS_OFF,
                std::env::var_os(SHARED_BUFFERS_OFF).unwrap_or_else(|| "0".into()),
            )
            .env(DATA, &self.tablet.data)
            .env("COUNTERSIGN_SAVE_DIR", &self.tablet.saves)
            .env_remove("COUNTERSIGN_PACKAGE")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if let Some(package) = &self.tablet.package {
            command.env("COUNTERSIGN_PACKAGE", package);
        }
        if std::env::var_os("COUNTERSIGN_LOG").is_none() {
            command.stderr(Stdio::null());
        }
        let driver = Group::start("tauri-driver", &mut command)?;
        let address = format!("http://127.0.0.1:{port}");
        webdriver::wait_ready(&address)?;
        Ok((driver, address))
    }

    /// Closes the window as a person does.
    ///
    /// # Errors
    ///
    /// When it does not close.
    pub fn close(&mut self) -> Result<()> {
        let Some(window) = self.window.take() else { return Ok(()) };
        window.session.end()?;
        wait::until("the end of the app", wait::LONG, || {
            let left = self.processes()?;
            Ok(if left.is_empty() { Look::Yes(()) } else { Look::NotYet(format!("{left:?}")) })
        })
    }

    /// The app's process id.
    ///
    /// # Errors
    ///
    /// When it does not run.
    pub fn process(&self) -> Result<u32> {
        self.processes()?
            .first()
            .copied()
            .ok_or_else(|| Error::Unexpected("the app does not run".to_owned()))
    }

    /// Writes a picture of the window.
    ///
    /// # Errors
    ///
    /// When it cannot be made or written.
    pub fn screenshot(&self, file: &Path) -> Result<()> {
        self.session().settle()?;
        std::fs::write(file, self.session().screenshot()?)
            .doing(format!("writing {}", file.display()))
    }

    fn processes(&self) -> Result<Vec<u32>> {
        children::find(&self.program, DATA, OsStr::new(&self.tablet.data))
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // The driver's group holds the native driver as well; the app is in neither's hands for sure.
        for id in self.processes().unwrap_or_default() {
            let _ = children::kill_now(id);
        }
    }
}
