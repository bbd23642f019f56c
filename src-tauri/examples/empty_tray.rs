//! The emptiest tray icon that Tauri shows, beside the emptiest window: what the memory of the app in the tray is measured
//! against once both have lost their window (`cargo xtask bench`).

use tauri::menu::MenuBuilder;
use tauri::tray::TrayIconBuilder;
use tauri::{RunEvent, WebviewUrl, WebviewWindowBuilder};

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            let menu = MenuBuilder::new(app).text("quit", "Quit").build()?;
            TrayIconBuilder::new()
                .icon(tauri::include_image!("icons/tray/fine.png"))
                .menu(&menu)
                .on_menu_event(|app, _| app.exit(0))
                .build(app)?;
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("Empty window")
                .inner_size(1440.0, 900.0)
                .min_inner_size(1024.0, 640.0)
                .build()?;
            Ok(())
        })
        .build(tauri::generate_context!("src-tauri/examples/empty_window/tauri.conf.json"))?
        .run(|_, event| {
            if let RunEvent::ExitRequested { api, code: None, .. } = event {
                api.prevent_exit();
            }
        });
    Ok(())
}
