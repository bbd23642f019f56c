//! Which row of a sheet is its head, and which column fills which field.
//!
//! Shops write banners above their tables, so the head is the row that names the most fields. A column fills one field at
//! most. What the seller chose wins over every guess. A head that is repeated further down is no row: tables are put together
//! from several files, and shops repeat theirs on each page.

use super::heads::{currency_of, is_buyers, normal};
use super::{ColumnChoice, Field, ImportField, ImportKind, ORDER_FIELDS, Row, Sheet, UNIT_FIELDS};
use crate::currency::Currency;

/// How many rows may stand above the head.
const BANNER: usize = 30;

/// Heads of columns that only eBay's orders report has, in the languages of its sites, as they are compared.
const EBAYS: [&str; 8] = [
    "salesrecordnumber",
    "verkaufsprotokollnummer",
    "numerodenregistrementdelavente",
    "ebaycollectandremittaxrate",
    "ebaycollectandremittaxtype",
    "ebaycollectedtax",
    "ebayplus",
    "globalshippingprogram",
];

/// Where the fields of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    fields: &'static [Field],
    /// Position of the head among the rows of the sheet.
    head: usize,
    heads: Vec<String>,
    /// The head names a field. Else it may be the first row of a table without a head, and two units can be alike.
    is_named: bool,
    /// The column of each field.
    columns: Vec<Option<usize>>,
    /// Columns that belong to buyers: never shown, never read.
    buyers: Vec<bool>,
}

/// Why columns cannot be read as chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// No such field.
    #[error("there is no field '{0}'")]
    UnknownField(String),
    /// No such column.
    #[error("the file has {columns} columns; column {column} for '{field}' is not among them")]
    NoColumn {
        /// The field.
        field: &'static str,
        /// The column, counted from 1.
        column: u32,
        /// How many there are.
        columns: usize,
    },
    /// One column for two fields.
    #[error("column '{head}' is chosen for both {first} and {second}: choose another for one of them")]
    Twice {
        /// The column.
        head: String,
        /// A field.
        first: &'static str,
        /// The other field.
        second: &'static str,
    },
    /// The column belongs to buyers.
    #[error("column '{0}' holds buyers' data, which Packlight never keeps: choose another")]
    Buyers(String),
    /// Required fields have no column.
    #[error("no column is the {}: name one '{}', or choose it. The file has {heads}", label.to_lowercase(), field)]
    Missing {
        /// The field.
        field: &'static str,
        /// What it is called.
        label: &'static str,
        /// The heads that are there.
        heads: String,
    },
}

impl LayoutError {
    /// The field that it is about.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::UnknownField(field) => Some(field),
            Self::NoColumn { field, .. } | Self::Missing { field, .. } => Some(field),
            Self::Twice { second, .. } => Some(second),
            Self::Buyers(_) => None,
        }
    }
}

impl Layout {
    /// Finds the head and the columns of a file of `kind`.
    pub fn find(
        kind: ImportKind,
        sheet: &Sheet,
        choices: Option<&[ColumnChoice]>,
    ) -> Result<Self, LayoutError> {
        let (fields, keeps_buyers) = match kind {
            ImportKind::Units => (UNIT_FIELDS, true),
            ImportKind::Orders(_) => (ORDER_FIELDS, false),
        };
        let guessed = sheet
            .rows()
            .take(BANNER)
            .enumerate()
            .map(|(head, row)| Self::guess(fields, head, row, keeps_buyers))
            .reduce(|best, next| if next.known() > best.known() { next } else { best });
        let Some(mut layout) = guessed else {
            let heads = Vec::new();
            return Ok(Self {
                fields,
                head: 0,
                heads,
                is_named: false,
                columns: vec![None; fields.len()],
                buyers: Vec::new(),
            });
        };
        if let Some(choices) = choices {
            layout.choose(choices)?;
        }
        Ok(layout)
    }

    fn guess(fields: &'static [Field], head: usize, row: Row<'_>, keeps_buyers: bool) -> Self {
        let heads: Vec<String> = row.cells().map(|cell| cell.trim().to_owned()).collect();
        let buyers: Vec<bool> = heads.iter().map(|head| !keeps_buyers && is_buyers(head)).collect();
        let plain: Vec<String> = heads.iter().map(|head| normal(head)).collect();
        let mut columns = vec![None; fields.len()];
        let mut taken = buyers.clone();
        // The likeliest head of every field comes before the second likeliest of any.
        let synonyms: Vec<Vec<String>> = fields.iter().map(|field| field.heads().collect()).collect();
        let most = synonyms.iter().map(Vec::len).max().unwrap_or(0);
        for rank in 0..most {
            for (field, synonyms) in synonyms.iter().enumerate() {
                let Some(synonym) = synonyms.get(rank).filter(|_| columns[field].is_none()) else { continue };
                if let Some(column) = (0..plain.len()).find(|at| !taken[*at] && plain[*at] == *synonym) {
                    columns[field] = Some(column);
                    taken[column] = true;
                }
            }
        }
        let is_named = columns.iter().any(Option::is_some);
        Self { fields, head, heads, is_named, columns, buyers }
    }

    fn known(&self) -> usize {
        self.columns.iter().flatten().count()
    }

    fn choose(&mut self, choices: &[ColumnChoice]) -> Result<(), LayoutError> {
        let mut columns = vec![None; self.fields.len()];
        for choice in choices {
            let field = self
                .fields
                .iter()
                .position(|field| field.name == choice.field)
                .ok_or_else(|| LayoutError::UnknownField(choice.field.clone()))?;
            let Some(asked) = choice.column else { continue };
            let name = self.fields[field].name;
            let column = usize::try_from(asked).unwrap_or(usize::MAX);
            let Some(head) = self.heads.get(column) else {
                let (column, columns) = (asked.saturating_add(1), self.heads.len());
                return Err(LayoutError::NoColumn { field: name, column, columns });
            };
            if self.buyers[column] {
                return Err(LayoutError::Buyers(head.clone()));
            }
            if let Some(first) = columns.iter().position(|taken| *taken == Some(column)) {
                let first = self.fields[first].name;
                return Err(LayoutError::Twice { head: head.clone(), first, second: name });
            }
            columns[field] = Some(column);
        }
        self.columns = columns;
        Ok(())
    }

    /// An error for the first required field without a column.
    pub fn require(&self) -> Result<(), LayoutError> {
        let missing =
            self.fields.iter().zip(&self.columns).find(|(field, at)| field.required && at.is_none());
        missing.map_or(Ok(()), |(field, _)| {
            let heads = self.heads.iter().map(|head| format!("'{head}'")).collect::<Vec<_>>().join(", ");
            Err(LayoutError::Missing { field: field.name, label: field.label, heads })
        })
    }

    /// Whether it is the report that eBay's Seller Hub writes: no other table has its columns.
    pub fn is_ebays(&self) -> bool {
        self.heads.iter().any(|head| EBAYS.contains(&normal(head).as_str()))
    }

    /// The heads of the file.
    pub fn heads(&self) -> &[String] {
        &self.heads
    }

    /// The fields of this kind of file.
    pub fn fields(&self) -> Vec<ImportField> {
        let field = |field: &Field| ImportField {
            name: field.name.to_owned(),
            label: field.label.to_owned(),
            required: field.required,
        };
        self.fields.iter().map(field).collect()
    }

    /// Which column fills which field.
    pub fn choices(&self) -> Vec<ColumnChoice> {
        let choice = |(field, column): (&Field, &Option<usize>)| ColumnChoice {
            field: field.name.to_owned(),
            column: column.and_then(|column| u32::try_from(column).ok()),
        };
        self.fields.iter().zip(&self.columns).map(choice).collect()
    }

    /// The first rows below the head, with what belongs to buyers left empty.
    pub fn sample(&self, sheet: &Sheet, rows: usize) -> Vec<Vec<String>> {
        let shown = |row: Row<'_>| {
            let cell = |(at, cell): (usize, &str)| {
                let is_buyers = self.buyers.get(at).is_some_and(|buyers| *buyers);
                if is_buyers { String::new() } else { cell.to_owned() }
            };
            row.cells().enumerate().map(cell).collect()
        };
        self.rows(sheet).take(rows).map(shown).collect()
    }

    /// The rows below the head that do not repeat it.
    pub(super) fn rows<'a>(&self, sheet: &'a Sheet) -> impl Iterator<Item = Row<'a>> {
        sheet.rows().skip(self.head + 1).filter(|row| !self.is_head(*row))
    }

    /// Whether a row is the head once more: where files were put one behind the other, with a mark of UTF-8 before it.
    fn is_head(&self, row: Row<'_>) -> bool {
        let cells = row.cells().map(|cell| cell.trim_start_matches('\u{feff}').trim());
        let heads = self.heads.iter().map(String::as_str);
        let columns = self.heads.len().max(row.cells().count());
        let empty = || std::iter::repeat("");
        self.is_named
            && cells.chain(empty()).zip(heads.chain(empty())).take(columns).all(|(own, head)| own == head)
    }

    /// Whether a field has a column.
    pub(super) fn has(&self, field: &str) -> bool {
        self.column(field).is_some()
    }

    /// The trimmed cell of a field; empty where it has no column.
    pub(super) fn cell<'a>(&self, row: Row<'a>, field: &str) -> &'a str {
        self.column(field).map_or("", |column| row.cell(column).trim())
    }

    /// The currency that the head of a field names.
    pub(super) fn currency(&self, field: &str) -> Option<Currency> {
        self.column(field).and_then(|column| currency_of(self.heads.get(column)?))
    }

    fn column(&self, field: &str) -> Option<usize> {
        let at = self.fields.iter().position(|own| own.name == field)?;
        self.columns[at]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::account::Platform;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let mut sheet = Sheet::default();
        for (at, row) in rows.iter().enumerate() {
            sheet.push(u32::try_from(at).unwrap() + 1, *row);
        }
        sheet
    }

    /// `field=head` of every field that found its column.
    fn found(kind: ImportKind, heads: &[&str]) -> Vec<String> {
        let layout = Layout::find(kind, &sheet(&[heads]), None).unwrap();
        let pairs = layout.fields.iter().zip(&layout.columns);
        pairs.filter_map(|(field, at)| at.map(|at| format!("{}={}", field.name, heads[at]))).collect()
    }

    #[test]
    fn sellers_heads_are_understood() {
        assert_eq!(
            found(
                ImportKind::Units,
                &["Set #", "Description", "Cond.", "Location/Bin", "Price paid", "Bought", "Qty"]
            ),
            [
                "set_number=Set #",
                "name=Description",
                "condition=Cond.",
                "storage_location=Location/Bin",
                "cost=Price paid",
                "purchase_date=Bought",
                "quantity=Qty"
            ]
        );
        assert_eq!(
            found(
                ImportKind::Units,
                &[
                    "Set-Nr.",
                    "Bezeichnung",
                    "Zustand",
                    "Lagerort",
                    "Einkaufspreis (€)",
                    "Kaufdatum",
                    "Stück",
                    "Währung"
                ]
            )
            .len(),
            8
        );
        assert_eq!(
            found(
                ImportKind::Units,
                &["Numéro", "Nom", "État", "Emplacement", "Prix d'achat", "Date d'achat", "Qté"]
            )
            .len(),
            7
        );
        // The exact name wins over a synonym, wherever it stands, and no column serves two fields.
        assert_eq!(
            found(ImportKind::Units, &["Item", "name", "Item No", "Set number", "Price", "Selling price"]),
            ["set_number=Set number", "name=name", "listing_price=Selling price"]
        );
    }

    #[test]
    fn the_head_may_stand_below_a_banner() {
        let sheet = sheet(&[
            &["Orders of my shop", "2026"],
            &["Sales Record Number", "Order Number", "Buyer Name", "Item Title", "Sold For"],
            &["1", "12-1", "Buyer A", "Falcon", "£5"],
        ]);
        let layout = Layout::find(ImportKind::Orders(Platform::Ebay), &sheet, None).unwrap();
        assert_eq!(layout.heads()[1], "Order Number");
        assert_eq!(layout.sample(&sheet, 5), [["1", "12-1", "", "Falcon", "£5"]]);
    }

    #[test]
    fn a_head_that_is_repeated_is_no_row() {
        let heads: &[&str] = &["set_number", " condition", "", ""];
        let rows: &[&[&str]] = &[
            &["Stock of May"],
            heads,
            &["75192", "New"],
            &["set_number ", "condition"],
            &["\u{feff}set_number", "condition", " ", "", ""],
            &["75192", "New"],
            &["set_number", "condition", "", "", "x"],
            &["set_number"],
        ];
        let pages = sheet(rows);
        let layout = Layout::find(ImportKind::Units, &pages, None).unwrap();
        let numbers: Vec<u32> = layout.rows(&pages).map(|row| row.number()).collect();
        assert_eq!(numbers, [3, 6, 7, 8]);

        // A table without a head: its first row is taken for one, and the same unit again is a unit.
        let bare: &[&[&str]] = &[&["75192", "New"], &["75192", "New"]];
        let layout = Layout::find(ImportKind::Units, &sheet(bare), None).unwrap();
        assert_eq!(layout.rows(&sheet(bare)).count(), 1);
    }

    #[test]
    fn the_sellers_choice_wins_and_is_checked() {
        let sheet = sheet(&[&["Buyer Name", "a", "b"], &["Buyer A", "1", "2"]]);
        let kind = ImportKind::Orders(Platform::Bricqer);
        let choose = |choices: &[(&str, u32)]| {
            let choices: Vec<_> = choices
                .iter()
                .map(|(field, column)| ColumnChoice { field: (*field).into(), column: Some(*column) })
                .collect();
            Layout::find(kind, &sheet, Some(&choices))
        };
        let layout = choose(&[("order_id", 2), ("title", 1)]).unwrap();
        assert_eq!(layout.cell(layout.rows(&sheet).next().unwrap(), "order_id"), "2");
        assert!(layout.require().is_ok());
        for (choices, message) in [
            (&[("colour", 1)][..], "there is no field 'colour'"),
            (&[("title", 3)], "the file has 3 columns; column 4 for 'title' is not among them"),
            (
                &[("title", 1), ("sku", 1)],
                "column 'a' is chosen for both title and sku: choose another for one of them",
            ),
            (
                &[("title", 0)],
                "column 'Buyer Name' holds buyers' data, which Packlight never keeps: choose another",
            ),
        ] {
            assert_eq!(choose(choices).unwrap_err().to_string(), message);
        }
        assert_eq!(
            choose(&[]).unwrap().require().unwrap_err().to_string(),
            "no column is the order number: name one 'order_id', or choose it. The file has 'Buyer Name', 'a', 'b'"
        );
    }

    proptest! {
        #[test]
        fn no_column_serves_two_fields(heads in proptest::collection::vec("[A-Za-z#_ ]{0,12}|set|item|price|date|qty|no", 0..12)) {
            let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
            for kind in [ImportKind::Units, ImportKind::Orders(Platform::Ebay)] {
                let layout = Layout::find(kind, &sheet(&[&heads]), None).unwrap();
                let mut columns: Vec<_> = layout.columns.iter().flatten().collect();
                let all = columns.len();
                columns.sort_unstable();
                columns.dedup();
                prop_assert_eq!(columns.len(), all);
            }
        }
    }
}
