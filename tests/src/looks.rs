//! Looking at the page as it is laid out: are the keys there, whole, uncovered, large enough; is any word cut off?

use serde_json::json;

use crate::webdriver::Session;
use crate::{Error, Result};

/// The least a key may measure, in CSS pixels.
pub const KEY_MIN: u32 = 44;

/// A keypad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pad {
    /// Digits, delete, clear, −1, +1 and next.
    Numbers,
    /// Six digits of a PIN: digits and delete.
    Pin,
    /// Letters, digits, delete and next.
    Letters,
}

impl Pad {
    /// The names of its keys, as in `data-key`.
    #[must_use]
    pub fn keys(self) -> Vec<String> {
        let digits = (0..10).map(|digit| format!("d{digit}"));
        let named =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        match self {
            Self::Numbers => {
                digits.chain(named(&["delete", "clear", "minus", "plus", "next"])).collect()
            }
            Self::Pin => digits.chain(named(&["delete"])).collect(),
            Self::Letters => ('A'..='Z')
                .chain('0'..='9')
                .map(|face| format!("letter-{face}"))
                .chain(named(&["delete", "next"]))
                .collect(),
        }
    }
}

/// Looks at the keypad on the screen and names every fault: a key that is missing, not wholly inside the window,
/// covered at its middle or near a corner, or smaller than `least`; a key that nobody expects; an element that would
/// raise a system keyboard.
///
/// # Errors
///
/// When the page cannot be looked at.
pub fn keypad_faults(session: &Session, pad: Pad, least: u32) -> Result<Vec<String>> {
    let found = session.look(KEYPAD, &[json!(pad.keys()), json!(least)])?;
    strings(&found)
}

/// Names every word that its box cuts off, and every button that lies partly outside the window sideways.
///
/// # Errors
///
/// When the page cannot be looked at.
pub fn cut_words(session: &Session) -> Result<Vec<String>> {
    strings(&session.look(CUT_WORDS, &[])?)
}

fn strings(found: &serde_json::Value) -> Result<Vec<String>> {
    serde_json::from_value(found.clone())
        .map_err(|_| Error::Unexpected(format!("a look at the page gave {found}")))
}

const KEYPAD: &str = r#"
const [expected, least] = arguments;
const faults = [];
const keys = [...document.querySelectorAll("button[data-key]")];
const names = keys.map((key) => key.dataset.key);
for (const name of expected) if (!names.includes(name)) faults.push(`${name} is missing`);
const seen = new Set();
for (const key of keys) {
  const name = key.dataset.key;
  if (seen.has(name)) faults.push(`${name} is there twice`);
  seen.add(name);
  const box = key.getBoundingClientRect();
  const at = `${box.left.toFixed(1)},${box.top.toFixed(1)} ${box.width.toFixed(1)}x${box.height.toFixed(1)}`;
  // Half a pixel for the rounding of fractions of a grid.
  if (box.left < -0.5 || box.top < -0.5 || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5)
    faults.push(`${name} is not wholly inside the window: ${at}`);
  if (box.width < least - 0.5 || box.height < least - 0.5)
    faults.push(`${name} is smaller than ${least}: ${at}`);
  if (key.disabled) faults.push(`${name} does not answer`);
  // Near the corners, inside the rounding of a key's edge.
  const inset = Math.min(12, box.width / 4, box.height / 4);
  const points = [
    [box.left + box.width / 2, box.top + box.height / 2],
    [box.left + inset, box.top + inset], [box.right - inset, box.top + inset],
    [box.left + inset, box.bottom - inset], [box.right - inset, box.bottom - inset],
  ];
  for (const [x, y] of points) {
    const hit = document.elementFromPoint(x, y);
    if (!hit || hit.closest("button[data-key]") !== key)
      faults.push(`${name} is covered at ${x.toFixed(0)},${y.toFixed(0)} by ${hit ? hit.tagName + "." + hit.className : "nothing"}`);
  }
}
const asks = 'input:not([type=file]), textarea, select, [contenteditable]:not([contenteditable="false"])';
for (const field of document.querySelectorAll(asks)) faults.push(`${field.tagName} would raise a keyboard`);
if (document.activeElement && document.activeElement.matches(asks)) faults.push("the focus raises a keyboard");
return faults;
"#;

const CUT_WORDS: &str = r#"
const faults = [];
const shown = (element) => {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  // What only screen readers hear is a box of one pixel.
  return box.width > 2 && box.height > 2 && style.visibility === "visible" && !element.closest("[aria-hidden=true] svg, svg");
};
const range = document.createRange();
const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const words = node.textContent.trim();
  const holder = node.parentElement;
  if (!words || !holder || !shown(holder)) continue;
  range.selectNodeContents(node);
  const text = range.getBoundingClientRect();
  for (let box = holder; box && box !== document.body; box = box.parentElement) {
    const style = getComputedStyle(box);
    const edge = box.getBoundingClientRect();
    if (edge.width <= 2 || edge.height <= 2) break;
    const clips = style.overflowX !== "visible" || style.overflowY !== "visible";
    const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY);
    if (scrolls) {
      // What scrolls up and down may end anywhere there, but never sideways.
      if (text.left < edge.left - 1 || text.right > edge.right + 1) faults.push(`"${words}" runs out sideways`);
      break;
    }
    if ((clips || box.tagName === "BUTTON") &&
        (text.left < edge.left - 1 || text.right > edge.right + 1 || text.top < edge.top - 2 || text.bottom > edge.bottom + 2)) {
      faults.push(`"${words}" is cut off by ${box.tagName}.${box.className}`);
      break;
    }
  }
  if (text.left < -1 || text.right > innerWidth + 1) faults.push(`"${words}" is outside the window`);
}
for (const button of document.querySelectorAll("main button")) {
  const box = button.getBoundingClientRect();
  if (box.width > 2 && (box.left < -1 || box.right > innerWidth + 1))
    faults.push(`button "${button.textContent.trim()}" is outside the window`);
}
return faults;
"#;
