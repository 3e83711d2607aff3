//! Checks that the pages are there, and generates the one permission the window has.

use std::path::Path;

fn main() {
    let pages = Path::new("../ui/tablet/dist/index.html");
    println!("cargo:rerun-if-changed=../ui/tablet/dist");
    assert!(
        pages.exists(),
        "the pages are not built yet: run `make ui` (or `npm ci && npm run build` in ui/) first"
    );
    // `rpc` is the only command there is; naming it here makes it subject to the capability files.
    let attributes = tauri_build::Attributes::new()
        .app_manifest(tauri_build::AppManifest::new().commands(&["rpc"]));
    tauri_build::try_build(attributes).expect("the Tauri configuration of this folder is valid");
}
