//! Builds the server again when the pages of headquarters were built anew. They may be missing.

use std::path::Path;

fn main() {
    // What is not there cannot be watched without building each time: then what it will lie in.
    let places = ["../ui/headquarters/dist", "../ui/headquarters", "../ui"];
    if let Some(place) = places.iter().find(|place| Path::new(place).exists()) {
        println!("cargo:rerun-if-changed={place}");
    }
}
