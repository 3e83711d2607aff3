//! The desktop entry point. A phone enters through [`countersign_app::run`] as well.

// Without this a console window opens beside the app on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    countersign_app::run();
}
