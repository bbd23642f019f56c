//! The emptiest window that Tauri opens: what start and memory of the app are measured against (`cargo xtask bench`).
//!
//! Same size, same protocol and same content policy as the app's window, and a page of one line. It has a context of its
//! own and uses nothing of the app, so that whatever the app costs above it is the app's doing.

use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("Empty window")
                .inner_size(1440.0, 900.0)
                .min_inner_size(1024.0, 640.0)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!("src-tauri/examples/empty_window/tauri.conf.json"))
}
