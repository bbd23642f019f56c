//! Aligned columns for people.

use crate::output::printable;

/// Gap between columns.
const GAP: usize = 2;

/// Columns of a fixed width in characters, so that rows can be printed before the last one is known. Width 0 is for the
/// last column, which runs on; a negative one aligns to the right.
pub(crate) struct Table {
    columns: Vec<(&'static str, isize)>,
}

impl Table {
    pub(crate) fn new(columns: &[(&'static str, isize)]) -> Self {
        Self { columns: columns.to_vec() }
    }

    /// The names of the columns.
    pub(crate) fn heading(&self) -> String {
        self.row(&self.columns.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>())
    }

    /// One row. A cell that is too long pushes its row out rather than being cut: ids must stay whole.
    pub(crate) fn row(&self, cells: &[String]) -> String {
        let mut line = String::new();
        for (cell, (_, width)) in cells.iter().zip(&self.columns) {
            let cell = printable(cell);
            let fill = " ".repeat(width.unsigned_abs().saturating_sub(cell.chars().count()));
            let (left, right) = if *width < 0 { (fill.as_str(), "") } else { ("", fill.as_str()) };
            line.extend([left, &cell, right, &" ".repeat(GAP)]);
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    }
}

/// A whole table whose columns are as wide as their widest cell.
pub(crate) fn fitted(names: &[&'static str], rows: &[Vec<String>]) -> String {
    let columns: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| printable(cell).chars().count());
            let widest = cells.chain([name.chars().count()]).max().unwrap_or(0);
            (*name, isize::try_from(widest).unwrap_or(isize::MAX))
        })
        .collect();
    let table = Table { columns };
    rows.iter().fold(table.heading(), |text, row| text + &table.row(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn columns_line_up() {
        let text = fitted(&["label", "n"], &[cells(&["UK shop", "1"]), cells(&["Ü", "22"])]);
        assert_eq!(text, "label    n\nUK shop  1\nÜ        22\n");
    }

    #[test]
    fn numbers_stand_to_the_right_and_long_cells_stay_whole() {
        let table = Table::new(&[("id", 4), ("total", -6), ("title", 0)]);
        assert_eq!(table.row(&cells(&["1", "9.99", "Falcon"])), "1       9.99  Falcon\n");
        assert_eq!(table.row(&cells(&["123456", "9.99", ""])), "123456    9.99\n");
    }
}
