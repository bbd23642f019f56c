//! Every command of the window, in one list, and the TypeScript that is generated from it.
//!
//! `ui/src/lib/bindings.ts` is committed; a test fails when it differs from this list and rewrites it on request
//! (`cargo xtask bindings`). The program itself holds the commands and not their types.

use tauri::generate_handler;
use tauri::ipc::Invoke;
#[cfg(test)]
use tauri_specta::{Builder, collect_commands};

use crate::commands;

/// All that the window can ask, given to `$collect`.
macro_rules! every_command {
    ($collect:ident) => {
        $collect![
            commands::app::app_info,
            commands::app::news,
            commands::app::start_demo,
            commands::app::leave_demo,
            commands::app::preferences,
            commands::app::set_preferences,
            commands::about::licences,
            commands::updates::update_source,
            commands::updates::set_update_source,
            commands::updates::check_for_update,
            commands::updates::install_update,
            commands::updates::restart,
            commands::orders::list_orders,
            commands::orders::count_orders,
            commands::orders::order_counts,
            commands::orders::get_order,
            commands::orders::set_note,
            commands::orders::open_on_amazon,
            commands::stock::list_units,
            commands::stock::get_unit,
            commands::stock::stock_counts,
            commands::stock::storage_locations,
            commands::stock::add_units,
            commands::stock::edit_unit,
            commands::stock::count_move,
            commands::stock::move_units,
            commands::stock::delete_units,
            commands::stock::home_currency,
            commands::stock::set_home_currency,
            commands::files::preview_import,
            commands::files::run_import,
            commands::files::export_units,
            commands::files::export_orders,
            commands::files::order_ids,
            commands::listings::fetch_listings,
            commands::listings::listings_progress,
            commands::listings::stop_listings,
            commands::matching::match_candidates,
            commands::matching::create_mapping,
            commands::matching::map_number,
            commands::matching::delete_mapping,
            commands::matching::list_mappings,
            commands::matching::link_unit,
            commands::matching::unlink_line,
            commands::matching::preview_link,
            commands::matching::link_selected,
            commands::activity::undo,
            commands::activity::activity_acts,
            commands::activity::order_acts,
            commands::activity::activity_runs,
            commands::sync::sync_status,
            commands::sync::sync_now,
            commands::sync::stop_sync,
            commands::accounts::waits_until,
            commands::accounts::list_accounts,
            commands::accounts::marketplaces,
            commands::accounts::connect_account,
            commands::accounts::check_account,
            commands::accounts::replace_secrets,
            commands::accounts::disconnect_account,
            commands::accounts::unlock_vault,
            commands::accounts::unlock_keychain,
            commands::accounts::edit_account,
            commands::accounts::forget_preview,
            commands::accounts::forget_account,
            commands::views::saved_views,
            commands::views::view_counts,
            commands::views::add_view,
            commands::views::change_view,
            commands::views::query_help,
            commands::views::edit_query,
            commands::picking::preview_pick_list,
            commands::picking::pick_lists,
            commands::picking::struck_pick_lists,
            commands::picking::see_struck,
            commands::picking::pick_run,
            commands::picking::start_pick_run,
            commands::picking::mark_picked,
            commands::picking::scan_pick,
            commands::picking::finish_pick_list,
            commands::picking::discard_pick_list,
            commands::picking::walk_order,
            commands::picking::set_walk_order,
            commands::picking::print_pick_list,
            commands::picking::reprint_pick_list,
            commands::picking::save_pick_list,
            commands::picking::save_recorded_pick_list,
            commands::confirming::preview_confirm,
            commands::confirming::confirm_orders,
            commands::confirming::archive_rule,
            commands::confirming::set_archive_rule,
            commands::background::background,
            commands::background::set_background,
            commands::background::set_alerts,
            commands::background::set_autostart,
            commands::background::pause_sync,
            commands::background::resume_sync,
            commands::printing::printers,
            commands::printing::printer_choice,
            commands::printing::set_printer_choice,
            commands::printing::open_document,
            commands::data::backup_status,
            commands::data::back_up_now,
            commands::data::preview_backup,
            commands::data::restore_backup,
            commands::data::repair_report,
            commands::data::dismiss_repair_report,
            commands::app::dismiss_settings_notice,
            commands::data::suspect_damage,
            commands::data::open_again,
            commands::data::begin_anew,
            commands::data::export_everything,
            commands::data::erase_everything,
            commands::data::move_data_folder,
            commands::data::retention,
            commands::data::preview_retention,
            commands::data::set_retention,
            commands::data::network_requests,
            commands::data::export_diagnostics,
        ]
    };
}

/// Answers what the window asks.
pub(crate) fn handler() -> impl Fn(Invoke<tauri::Wry>) -> bool + Send + Sync + 'static {
    every_command!(generate_handler)
}

/// The commands with their types, and what the window is given without asking.
#[cfg(test)]
fn builder() -> Builder<tauri::Wry> {
    Builder::<tauri::Wry>::new()
        // No type of ours reads otherwise than it writes; one name for each is what the window wants.
        .disable_serde_phases()
        .commands(every_command!(collect_commands))
        .typ::<crate::first_look::FirstLook>()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use specta_typescript::Typescript;

    const HEADER: &str = "// Generated from src-tauri/src/bindings.rs by `cargo xtask bindings`; do not edit.\n/* eslint-disable */\n";

    #[test]
    fn the_committed_bindings_are_those_of_the_commands() {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/lib/bindings.ts");
        let fresh = std::env::temp_dir().join(format!("packlight-bindings-{}.ts", std::process::id()));
        super::builder().export(Typescript::default().header(HEADER), &fresh).unwrap();
        let text = std::fs::read_to_string(&fresh).unwrap();
        std::fs::remove_file(&fresh).unwrap();
        if std::env::var_os("PACKLIGHT_WRITE_BINDINGS").is_some() {
            std::fs::write(&committed, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&committed).unwrap_or_default();
        assert!(
            kept == text,
            "ui/src/lib/bindings.ts is out of date: run `cargo xtask bindings` and commit it"
        );
    }
}
