//! One screen in every size.

use std::path::Path;

use super::answers::press_every_key;
use super::measure::measure;
use super::pad::Pad;
use super::report::{Fault, Report};
use super::window::Window;
use super::{SIZES, SIZES_WITHOUT_PAD, Size};
use crate::Result;
use crate::error::Doing;

/// The text size, in percent, at which every key is pressed.
const PRESSED_AT: u16 = 100;

/// Measures the screens of one walk: one window, one language, one text size.
pub(super) struct Sweep<'a> {
    /// The window.
    pub(super) window: &'a dyn Window,
    /// `en` or `es`.
    pub(super) language: &'static str,
    /// 100, 150 or 200.
    pub(super) scale: u16,
    /// Where pictures of faults go.
    pub(super) pictures: &'a Path,
    /// What was found so far.
    pub(super) report: Report,
}

impl Sweep<'_> {
    /// Measures the screen that is shown in every size, and leaves the window in the last.
    pub(super) fn see(&mut self, screen: &str, pad: Option<Pad>) -> Result<()> {
        let sizes: &[Size] = if pad.is_some() { &SIZES } else { &SIZES_WITHOUT_PAD };
        self.report.screens.insert(screen.to_owned(), sizes.len());
        for &size in sizes {
            self.window.resize(size)?;
            let measured = measure(self.window.session(), size, pad)?;
            self.report.places += 1;
            self.report.keys += measured.keys;
            self.report.labels += measured.labels;
            if measured.key_faults.is_empty() && measured.label_faults.is_empty() {
                continue;
            }
            let place = self.place(screen, size);
            let faults = |found: Vec<String>| {
                found
                    .into_iter()
                    .map(|what| Fault { place: place.clone(), what })
                    .collect::<Vec<_>>()
            };
            self.report.key_faults.extend(faults(measured.key_faults));
            self.report.label_faults.extend(faults(measured.label_faults));
            self.picture(&place)?;
        }
        Ok(())
    }

    /// Presses every key in the smallest window. In one text size, since text does not decide what a key does; whether it
    /// can be hit is measured in all.
    pub(super) fn press_every_key(&mut self, pad: Pad, cell: Option<&str>) -> Result<()> {
        if self.scale == PRESSED_AT {
            self.report.pressed += press_every_key(self.window, pad, cell)?;
        }
        Ok(())
    }

    /// Takes a picture for a person to look at.
    pub(super) fn picture(&self, place: &str) -> Result<()> {
        let name: String =
            place.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let file = self.pictures.join(format!("{name}.png"));
        std::fs::write(&file, self.window.session().screenshot()?)
            .doing(format!("writing {}", file.display()))
    }

    fn place(&self, screen: &str, size: Size) -> String {
        format!("{screen} {size} {} % {}", self.scale, self.language)
    }
}
