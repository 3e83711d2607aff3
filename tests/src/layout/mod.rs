//! The layout matrix: every screen in every window size, text size and language.
//!
//! A *lane* is one tablet in one kind of window, one language and one text size. A person walks it from
//! the code to the receipt by pressing what is on the screen ([`walk`]); at each stop a *sweep* makes the
//! window every size, or six of them where there is no keypad, and measures the page there ([`measure`]);
//! what is wrong is kept, with a picture ([`report`]). Nothing is set by command: text size and language
//! are chosen on the settings screen.

mod answers;
pub mod lane;
pub mod measure;
pub mod pad;
pub mod report;
pub mod served;
mod sweep;
mod walk;
pub mod window;

/// A size of the window's inside, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

const fn size(width: u32, height: u32) -> Size {
    Size { width, height }
}

/// The sizes of the matrix, each also turned. The last is the one that the person walks on in.
pub const SIZES: [Size; 14] = [
    size(320, 480),
    size(480, 320),
    size(360, 640),
    size(640, 360),
    size(600, 1024),
    size(1024, 600),
    size(768, 1024),
    size(1024, 768),
    size(800, 1280),
    size(1280, 800),
    size(2732, 2048),
    size(2048, 2732),
    size(1024, 1366),
    size(1366, 1024),
];

/// The sizes for screens without a keypad: their words only have to wrap and scroll.
pub const SIZES_WITHOUT_PAD: [Size; 6] =
    [SIZES[0], SIZES[1], SIZES[2], SIZES[5], SIZES[6], SIZES[13]];

/// The smallest window, where every key is pressed as well.
pub const SMALLEST: Size = SIZES[0];

/// The window that a person walks on in.
pub const WALKING: Size = SIZES[13];
