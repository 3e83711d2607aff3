//! A WebDriver client of the few commands that are needed here (W3C WebDriver, level 1). It speaks
//! to `tauri-driver`, for the real window, and to `chromedriver`, for the same pages in Chromium.

use std::time::Duration;

use serde_json::{Value, json};

use crate::wait::{self, Look};
use crate::{Error, Result};

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// One browsing session. Dropping it leaves the window open; [`Session::end`] closes it.
#[derive(Debug, Clone)]
pub struct Session {
    agent: ureq::Agent,
    base: String,
}

/// An element of the page, as long as the page keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element(String);

/// A rectangle in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

/// Waits until the driver at `address` (`http://127.0.0.1:4444`) takes sessions.
///
/// # Errors
///
/// When it does not within 30 s.
pub fn wait_ready(address: &str) -> Result<()> {
    let agent = agent();
    wait::until("a WebDriver that takes sessions", wait::LONG, || {
        let status = call(&agent, "GET", &format!("{address}/status"), None)?;
        Ok(if status["ready"] == json!(true) {
            Look::Yes(())
        } else {
            Look::NotYet(status.to_string())
        })
    })
}

/// Drivers that are asked, one after the other, to open a window.
const DRIVERS: u32 = 3;

/// Opens a window through a driver of its own. A driver now and then never answers the first thing it is asked: then another one
/// is asked, and that is said.
///
/// # Errors
///
/// What went wrong with the last one, or what no other driver would mend.
pub(crate) fn opened<T>(what: &str, mut open: impl FnMut() -> Result<T>) -> Result<T> {
    let mut tries = 1;
    loop {
        match open() {
            Err(error) if error.is_of_the_driver() && tries < DRIVERS => {
                eprintln!("opening {what}, try {tries}: {error}");
                tries += 1;
            }
            opened => return opened,
        }
    }
}

impl Session {
    /// Opens a session with exactly these `alwaysMatch` capabilities.
    ///
    /// # Errors
    ///
    /// When the driver does not open one.
    pub fn open(address: &str, capabilities: &Value) -> Result<Self> {
        let agent = agent();
        let body = json!({ "capabilities": { "alwaysMatch": capabilities, "firstMatch": [{}] } });
        let answer = call(&agent, "POST", &format!("{address}/session"), Some(&body))?;
        let id = answer["sessionId"].as_str().ok_or_else(|| Error::NoDriver {
            doing: "opening a session".to_owned(),
            message: answer.to_string(),
        })?;
        Ok(Self { base: format!("{address}/session/{id}"), agent })
    }

    /// Ends the session; the driver closes the window.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub fn end(self) -> Result<()> {
        call(&self.agent, "DELETE", &self.base, None).map(|_| ())
    }

    /// Goes to an address.
    ///
    /// # Errors
    ///
    /// When the page cannot be loaded.
    pub fn go(&self, address: &str) -> Result<()> {
        self.post("/url", &json!({ "url": address })).map(|_| ())
    }

    /// The first element that fits a CSS selector, or `None`.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub fn find(&self, selector: &str) -> Result<Option<Element>> {
        Ok(self.find_all(selector)?.into_iter().next())
    }

    /// All elements that fit a CSS selector.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub fn find_all(&self, selector: &str) -> Result<Vec<Element>> {
        let found =
            self.post("/elements", &json!({ "using": "css selector", "value": selector }))?;
        Ok(found
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|element| element[ELEMENT].as_str())
            .map(|id| Element(id.to_owned()))
            .collect())
    }

    /// Waits for an element that fits a CSS selector.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] after 30 s.
    pub fn wait_for(&self, selector: &str) -> Result<Element> {
        self.wait_for_within(selector, wait::LONG)
    }

    /// The same with a bound of one's own.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] when there is none in time.
    pub fn wait_for_within(&self, selector: &str, bound: Duration) -> Result<Element> {
        wait::until(selector, bound, || {
            Ok(match self.find(selector)? {
                Some(element) => Look::Yes(element),
                None => Look::NotYet("nothing that fits".to_owned()),
            })
        })
    }

    /// Presses an element with the pointer, in its middle, as a finger would. The driver refuses
    /// when something covers it.
    ///
    /// # Errors
    ///
    /// When it cannot be pressed.
    pub fn click(&self, element: &Element) -> Result<()> {
        self.post(&format!("/element/{}/click", element.0), &json!({})).map(|_| ())
    }

    /// Waits for an element that fits, scrolls to it where it is covered, as a finger would, and presses it.
    ///
    /// # Errors
    ///
    /// When there is none within 30 s, or it stays covered.
    pub fn press(&self, selector: &str) -> Result<()> {
        wait::until(&format!("{selector} to be pressed"), wait::LONG, || self.try_press(selector))
    }

    /// Presses what fits a selector, when it is there.
    ///
    /// # Errors
    ///
    /// When the driver does not answer, or it is covered.
    pub fn try_press(&self, selector: &str) -> Result<Look<()>> {
        let Some(element) = self.find(selector)? else {
            return Ok(Look::NotYet("nothing that fits".to_owned()));
        };
        self.uncover(&element)?;
        Ok(Look::Yes(self.click(&element)?))
    }

    /// Scrolls an element to the middle of what it scrolls in, unless its own middle can be seen.
    fn uncover(&self, element: &Element) -> Result<()> {
        let script = "const [element] = arguments;
            const { left, top, width, height } = element.getBoundingClientRect();
            const seen = document.elementFromPoint(left + width / 2, top + height / 2);
            if (!element.contains(seen)) element.scrollIntoView({ block: 'center' });";
        self.look(script, &[json!({ ELEMENT: element.0 })]).map(|_| ())
    }

    /// Chooses a file in a file chooser, as a person does in the system's window for it.
    ///
    /// # Errors
    ///
    /// When the element is none, or the driver refuses.
    pub fn choose_file(&self, chooser: &Element, file: &std::path::Path) -> Result<()> {
        let path = file.to_string_lossy();
        self.post(&format!("/element/{}/value", chooser.0), &json!({ "text": path })).map(|_| ())
    }

    /// Presses and releases keys of a hardware keyboard, one after the other.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub fn type_keys(&self, keys: &str) -> Result<()> {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                let key = key.to_string();
                [
                    json!({ "type": "keyDown", "value": key }),
                    json!({ "type": "keyUp", "value": key }),
                ]
            })
            .collect();
        self.post(
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }),
        )
        .map(|_| ())
    }

    /// The text of an element as it is seen.
    ///
    /// # Errors
    ///
    /// When the element is gone.
    pub fn text(&self, element: &Element) -> Result<String> {
        Ok(self
            .get(&format!("/element/{}/text", element.0))?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// The text of the first element that fits, as it is seen, or `None`.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub fn text_of(&self, selector: &str) -> Result<Option<String>> {
        self.find(selector)?.map(|element| self.text(&element)).transpose()
    }

    /// An attribute of an element, or `None`.
    ///
    /// # Errors
    ///
    /// When the element is gone.
    pub fn attribute(&self, element: &Element, name: &str) -> Result<Option<String>> {
        Ok(self
            .get(&format!("/element/{}/attribute/{name}", element.0))?
            .as_str()
            .map(str::to_owned))
    }

    /// Runs a function body that only looks at the page, and gives what it returns.
    ///
    /// # Errors
    ///
    /// When the script fails.
    pub fn look(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// Waits until everything that changed so far is painted.
    ///
    /// # Errors
    ///
    /// When the page does not paint.
    pub fn settle(&self) -> Result<()> {
        // Two frames: the first may have been under way already.
        let script = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))";
        self.post("/execute/async", &json!({ "script": script, "args": [] })).map(|_| ())
    }

    /// Runs a function body that only looks at the page and says what it saw by calling its last argument, at most
    /// 30 s later.
    ///
    /// # Errors
    ///
    /// When the script fails or does not say anything.
    pub fn watch(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("/execute/async", &json!({ "script": script, "args": arguments }))
    }

    /// Makes the window exactly this large, in CSS pixels, and waits until the page is. For windows without a frame, such
    /// as those on a display without a window manager.
    ///
    /// # Errors
    ///
    /// When it does not become so within 30 s.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.post("/window/rect", &json!({ "x": 0, "y": 0, "width": width, "height": height }))?;
        wait::until(&format!("a window of {width}x{height}"), wait::LONG, || {
            let inner = self.look("return [innerWidth, innerHeight]", &[])?;
            let there = inner == json!([width, height]);
            Ok(if there { Look::Yes(()) } else { Look::NotYet(inner.to_string()) })
        })
    }

    /// A picture of the page, as PNG.
    ///
    /// # Errors
    ///
    /// When the driver does not make one.
    pub fn screenshot(&self) -> Result<Vec<u8>> {
        let picture = self.get("/screenshot")?;
        let text = picture.as_str().unwrap_or_default();
        data_encoding::BASE64.decode(text.as_bytes()).map_err(|error| Error::NoDriver {
            doing: "taking a screenshot".to_owned(),
            message: error.to_string(),
        })
    }

    /// A command of Chromium's own protocol; only `chromedriver` knows these.
    ///
    /// # Errors
    ///
    /// When the driver or the browser refuses.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value> {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    fn get(&self, path: &str) -> Result<Value> {
        call(&self.agent, "GET", &format!("{}{path}", self.base), None)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        call(&self.agent, "POST", &format!("{}{path}", self.base), Some(body))
    }
}

fn call(agent: &ureq::Agent, method: &str, address: &str, body: Option<&Value>) -> Result<Value> {
    let doing = || format!("{method} {}", address.rsplit("/session").next().unwrap_or(address));
    let no_driver =
        |error: ureq::Error| Error::NoDriver { doing: doing(), message: error.to_string() };
    let response = match (method, body) {
        ("POST", Some(body)) => agent.post(address).send_json(body),
        ("DELETE", _) => agent.delete(address).call(),
        _ => agent.get(address).call(),
    };
    let mut response = response.map_err(no_driver)?;
    let status = response.status();
    // Screenshots of the largest window are over ureq's ordinary limit of 10 MB.
    let answer: Value =
        response.body_mut().with_config().limit(64 * 1024 * 1024).read_json().map_err(no_driver)?;
    let value = answer.get("value").cloned().unwrap_or(Value::Null);
    if status.is_success() {
        return Ok(value);
    }
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Err(Error::WebDriver { doing: doing(), code: text("error"), message: text("message") })
}
