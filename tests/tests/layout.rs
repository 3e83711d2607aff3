//! The layout matrix (T01): every keypad key reachable at every window size, text size and language,
//! and no label cut off by its box, in Chromium and in the real window.
