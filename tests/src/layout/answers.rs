//! Every key of a keypad, pressed in the smallest window, does what is painted on it.

use super::pad::Pad;
use super::window::Window;
use super::{SMALLEST, WALKING};
use crate::Result;
use crate::person::Person;
use crate::wait::{self, Look};
use crate::webdriver::Session;

/// Presses every key of the keypad on the screen but *next*, leaves nothing typed, and gives how many keys it pressed.
/// `cell` is the cell that a number keypad types into.
pub(super) fn press_every_key(window: &dyn Window, pad: Pad, cell: Option<&str>) -> Result<usize> {
    window.settle_at(SMALLEST)?;
    let mut person = Person::at(window.session());
    match (pad, cell) {
        (Pad::Number, Some(cell)) => numbers(&mut person, cell)?,
        (Pad::Pin, _) => pin(&mut person)?,
        _ => letters(&mut person, pad)?,
    }
    window.settle_at(WALKING)?;
    Ok(pad.keys().len() - 1)
}

fn numbers(person: &mut Person<'_>, cell: &str) -> Result<()> {
    for digit in 0..10 {
        person.key(&format!("d{digit}"))?;
        person.wait_figure(cell, Some(digit))?;
        person.key("clear")?;
        person.wait_figure(cell, None)?;
    }
    person.key("plus")?;
    person.wait_figure(cell, Some(1))?;
    person.key("minus")?;
    person.wait_figure(cell, Some(0))?;
    person.key("delete")?;
    person.wait_figure(cell, None)?;
    // A keyboard of the tablet's own types as well.
    person.session().type_keys("47")?;
    person.wait_figure(cell, Some(47))?;
    person.key("clear")?;
    person.wait_figure(cell, None)
}

fn pin(person: &mut Person<'_>) -> Result<()> {
    for digit in 0..10 {
        person.key(&format!("d{digit}"))?;
        dots(person.session(), 1)?;
        person.key("delete")?;
        dots(person.session(), 0)?;
    }
    person.key("d1")?;
    dots(person.session(), 1)?;
    person.key("clear")?;
    dots(person.session(), 0)
}

fn dots(session: &Session, typed: u32) -> Result<()> {
    session.wait_for(&format!("[data-testid=pin-dots][data-typed=\"{typed}\"]")).map(|_| ())
}

fn letters(person: &mut Person<'_>, pad: Pad) -> Result<()> {
    let empty = readout(person.session())?;
    for key in pad.faces() {
        person.key(&key)?;
        let face = key.trim_start_matches("letter-");
        wait_readout(person.session(), face, |text| text.starts_with(face))?;
        person.key("delete")?;
        wait_readout(person.session(), "nothing typed", |text| text == empty)?;
    }
    if pad != Pad::Code {
        for key in ["letter-A", "space", "letter-B"] {
            person.key(key)?;
        }
        wait_readout(person.session(), "A B", |text| text.starts_with("A B"))?;
        for _ in 0..3 {
            person.key("delete")?;
        }
        wait_readout(person.session(), "nothing typed", |text| text == empty)?;
    }
    Ok(())
}

fn readout(session: &Session) -> Result<String> {
    let text = session
        .look("return document.querySelector('[data-testid=readout]').textContent.trim()", &[])?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

pub(super) fn wait_readout(
    session: &Session,
    what: &str,
    fits: impl Fn(&str) -> bool,
) -> Result<()> {
    wait::until(&format!("{what} on the line above the keys"), wait::LONG, || {
        let text = readout(session)?;
        Ok(if fits(&text) { Look::Yes(()) } else { Look::NotYet(text) })
    })
}
