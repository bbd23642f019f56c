//! What may stand on the command line, and what is said when something else does.
//!
//! `--data-dir`, `--json` and `--account` stand before or after the command. A usage error is one line that names the
//! culprit, in JSON too, so `--json` is looked for even in a line that cannot be parsed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use packlight_domain::account::{OrdersApi, Platform, Region};
use packlight_engine::secrets::SecretsPlace;

/// The order desk of Amazon sellers, without a window.
#[derive(Debug, Parser)]
#[command(name = "packlight-cli", version, arg_required_else_help = false)]
pub(crate) struct Arguments {
    /// Folder of the database, instead of the usual one or PACKLIGHT_DATA_DIR.
    #[arg(long, global = true, value_name = "DIR", overrides_with = "data_dir")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print exactly one JSON value.
    #[arg(long, global = true, overrides_with = "json")]
    pub(crate) json: bool,
    /// Only the account of this label.
    #[arg(long, global = true, value_name = "LABEL", overrides_with = "account")]
    pub(crate) account: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Connect, list, check and remove Amazon accounts.
    #[command(subcommand, arg_required_else_help = false)]
    Account(AccountCommand),
    /// Read what changed at Amazon into the local copy.
    Sync(SyncCommand),
    /// List, count and show orders of the local copy, or import another platform's.
    #[command(subcommand, arg_required_else_help = false)]
    Orders(OrdersCommand),
    /// List the units in stock, or import them from a file.
    #[command(subcommand, arg_required_else_help = false)]
    Inventory(InventoryCommand),
    /// Match lines of orders to units in stock.
    #[command(subcommand, arg_required_else_help = false)]
    Match(MatchCommand),
    /// Confirm orders processed: their units go to the archive, the orders become Completed. Nothing is sent to Amazon.
    Confirm(ConfirmCommand),
    /// Make the pick list of all orders that wait to be shipped.
    PickList(PickListCommand),
    /// Copy the database into a file, examined; works beside a running Packlight. Secrets are not in it.
    Backup(BackupCommand),
    /// Put a backup in the place of the database, which is kept beside it.
    Restore(RestoreCommand),
    /// Examine the database from end to end.
    Check,
}

#[derive(Debug, Args)]
pub(crate) struct BackupCommand {
    /// The file to write.
    pub(crate) file: PathBuf,
    /// Replace the file if it is there.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreCommand {
    /// A backup.
    pub(crate) file: PathBuf,
    /// Examine the backup and say what is in it, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ConfirmCommand {
    /// The platforms' ids of the orders; all that are Paid or Shipped unless given.
    #[arg(value_name = "ORDER_ID")]
    pub(crate) order_ids: Vec<String>,
    /// Where the units go, instead of SOLD- and the month of the sale.
    #[arg(long, value_name = "LOCATION", allow_hyphen_values = true)]
    pub(crate) archive: Option<String>,
    /// Complete the named orders even where a line finds no unit.
    #[arg(long, requires = "order_ids")]
    pub(crate) without_stock: bool,
    /// Say what would be done, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take a confirmation back: the batch that it printed.
    #[arg(long, value_name = "BATCH", conflicts_with_all = ["order_ids", "archive", "without_stock", "dry_run"])]
    pub(crate) undo: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct PickListCommand {
    /// The PDF to write.
    #[arg(long, value_name = "FILE.pdf")]
    pub(crate) out: PathBuf,
    /// Paper: a4, letter, or 4x6 inch labels.
    #[arg(long, value_name = "PAPER", default_value = "a4")]
    pub(crate) paper: PaperSize,
    /// Print it on this printer too, and keep it as an open list.
    #[arg(long, value_name = "PRINTER")]
    pub(crate) print: Option<String>,
    /// How many copies are printed.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=99), requires = "print")]
    pub(crate) copies: u32,
    /// walk: by location; sheets: by order; singles: orders of one unit first and counted.
    #[arg(long, value_name = "MODE", default_value = "walk")]
    pub(crate) mode: Mode,
    /// Orders of a single unit come before the others.
    #[arg(long)]
    pub(crate) singles_first: bool,
    /// Each row carries the barcode of its SKU.
    #[arg(long)]
    pub(crate) sku_barcodes: bool,
    /// Each order carries its QR code.
    #[arg(long)]
    pub(crate) order_codes: bool,
}

/// Paper, as it is spelt on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PaperSize {
    A4,
    Letter,
    #[value(name = "4x6")]
    Label4x6,
}

/// How a list is walked, as it is spelt on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    Walk,
    Sheets,
    Singles,
}

#[derive(Debug, Args)]
pub(crate) struct InventoryImport {
    /// A CSV file with a head; the columns are found by their names.
    pub(crate) file: PathBuf,
    /// Say what would be added, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OrdersImport {
    /// Whose orders they are: ebay (its orders report) or bricqer (any CSV with order numbers).
    #[arg(long, value_name = "PLATFORM", required_unless_present = "undo")]
    pub(crate) platform: Option<Platform>,
    /// A CSV file with a head; buyers' columns are not read.
    #[arg(required_unless_present = "undo")]
    pub(crate) file: Option<PathBuf>,
    /// Say what would change, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take an import back: the batch that it printed.
    #[arg(long, value_name = "BATCH", conflicts_with_all = ["platform", "file", "dry_run"])]
    pub(crate) undo: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InventoryCommand {
    /// Add units from a CSV file: one for each row, or as many as its quantity says.
    Import(InventoryImport),
    /// List units, the first added first.
    List {
        /// Which units, such as 'status:in_stock in:A falcon'.
        #[arg(long, value_name = "QUERY", default_value = "", allow_hyphen_values = true)]
        query: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum MatchCommand {
    /// Say which set and condition an ASIN stands for, for lines of orders past and future.
    Map {
        /// The ASIN; with --other, the SKU or item number of another platform.
        number: String,
        /// The set number, such as 75192.
        set_number: String,
        /// The condition, such as New or Used.
        condition: String,
        /// For lines of other platforms than Amazon.
        #[arg(long)]
        other: bool,
    },
    /// Give a line of an order one specific unit.
    Link {
        /// The platform's id of the line, as in `orders list`.
        order_item_id: String,
        /// The unit's id, as in `inventory list`.
        unit_id: u32,
    },
    /// Free all units of a line.
    Unlink {
        /// The platform's id of the line.
        order_item_id: String,
    },
    /// List what ASINs, and the numbers of other platforms, stand for.
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Connect an account: reads {"client_id","client_secret","refresh_token"} from standard input and tries them at
    /// Amazon before keeping them.
    Add(AddCommand),
    /// List the connected accounts.
    List,
    /// Ask Amazon what the accounts may read.
    Check,
    /// Delete an account's secrets and stop reading it; its orders stay readable.
    Remove {
        /// The account's label.
        label: String,
        /// Delete its orders and everything that was done with them too, and what a restore, a repair or an update kept
        /// of the former database; stock stays. This cannot be undone.
        #[arg(long)]
        with_orders: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddCommand {
    /// What you call the account.
    #[arg(long)]
    pub(crate) label: String,
    /// Region of the marketplaces: na, eu or fe.
    #[arg(long)]
    pub(crate) region: Region,
    /// Amazon's marketplace ids, separated by commas.
    #[arg(long, value_name = "ID[,ID]", value_delimiter = ',', required = true)]
    pub(crate) marketplaces: Vec<String>,
    /// Version of the Orders API: 2026-01-01 or v0.
    #[arg(long, value_name = "VERSION", default_value = "2026-01-01")]
    pub(crate) orders_api: OrdersApi,
    /// Where the secrets are kept: the system's keychain, or an encrypted file in the data folder.
    #[arg(long, value_name = "PLACE", default_value = "keychain")]
    pub(crate) secrets: Place,
}

/// A place for secrets, as it is spelt on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Place {
    Keychain,
    File,
}

impl From<Place> for SecretsPlace {
    fn from(place: Place) -> Self {
        match place {
            Place::Keychain => Self::Keychain,
            Place::File => Self::File,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct SyncCommand {
    /// Reach back this many days; a first run reaches back 30.
    // Amazon keeps no order from before 2016, and most from the last two years only (reference: spapi.md §4).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4_000))]
    pub(crate) days: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OrdersCommand {
    /// Take in orders of another platform from a CSV file; the same file again changes nothing.
    Import(OrdersImport),
    /// List orders, newest first.
    List(ListCommand),
    /// Count orders by status.
    Counts,
    /// Show one order with its lines.
    Show {
        /// The platform's order id.
        order_id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ListCommand {
    /// Which orders, such as 'status:paid falcon'.
    #[arg(long, value_name = "QUERY", default_value = "", allow_hyphen_values = true)]
    pub(crate) query: String,
    /// At most this many; all by default.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// Go on behind the order with this cursor.
    #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
    pub(crate) after: Option<String>,
}

/// What became of a command line.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// A command to run.
    Run(Box<Arguments>),
    /// Help or version, to be printed.
    Told { text: String, json: bool },
    /// A usage error in one line.
    Wrong { message: String, json: bool },
}

/// Reads a command line; the first word is the program.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Parsed {
    let words: Vec<OsString> = words.into_iter().collect();
    match Arguments::try_parse_from(&words) {
        Ok(arguments) => Parsed::Run(Box::new(arguments)),
        Err(error) => {
            let json = words.iter().skip(1).take_while(|word| *word != "--").any(|word| word == "--json");
            let text = error.render().to_string();
            match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                    Parsed::Told { text: text.trim_end().to_owned(), json }
                }
                _ => Parsed::Wrong { message: one_line(&text), json },
            }
        }
    }
}

/// The first paragraph of clap's message, in one line and without its heading.
fn one_line(text: &str) -> String {
    let paragraph: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let line = paragraph.join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}

#[cfg(test)]
mod tests;
