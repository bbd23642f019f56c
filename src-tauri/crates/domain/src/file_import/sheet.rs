//! The rows of a file as text, kept in one piece: a file of half a million cells is three allocations.

/// Rows of cells; rows without any content are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// All cells one behind the other.
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<u32>,
    /// Number of each row, and how many cells there are up to its end.
    rows: Vec<(u32, u32)>,
    torn: Vec<u32>,
}

/// A row of a sheet.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    sheet: &'a Sheet,
    number: u32,
    first: u32,
    end: u32,
}

impl Sheet {
    /// Adds a row; `number` is the row as a spreadsheet counts it. A row of blank cells is not kept.
    pub fn push(&mut self, number: u32, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        let (text, ends) = (self.text.len(), self.ends.len());
        for cell in cells {
            self.text.push_str(cell.as_ref());
            self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        }
        if self.text[text..].trim().is_empty() {
            self.text.truncate(text);
            self.ends.truncate(ends);
        } else {
            self.rows.push((number, u32::try_from(self.ends.len()).unwrap_or(u32::MAX)));
        }
    }

    /// Notes a row that cannot be parted into cells, because a quote opens in it and is never closed.
    pub fn push_torn(&mut self, number: u32) {
        self.torn.push(number);
    }

    /// Rows that could not be parted into cells.
    pub fn torn(&self) -> &[u32] {
        &self.torn
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let firsts = std::iter::once(0).chain(self.rows.iter().map(|(_, end)| *end));
        firsts.zip(&self.rows).map(|(first, (number, end))| Row {
            sheet: self,
            number: *number,
            first,
            end: *end,
        })
    }
}

impl<'a> Row<'a> {
    /// The row as a spreadsheet counts it, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Its cells; rows differ in length.
    pub fn cells(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (sheet, end) = (self.sheet, self.end);
        (self.first..end).map(move |cell| sheet.cell(cell))
    }

    /// The cell of a column; empty behind the row's end.
    pub fn cell(&self, column: usize) -> &'a str {
        match u32::try_from(column).ok().and_then(|column| self.first.checked_add(column)) {
            Some(cell) if cell < self.end => self.sheet.cell(cell),
            _ => "",
        }
    }
}

impl Sheet {
    fn cell(&self, cell: u32) -> &str {
        let at = |cell: usize| self.ends.get(cell).map_or(0, |end| *end as usize);
        let cell = cell as usize;
        let start = cell.checked_sub(1).map_or(0, at);
        self.text.get(start..at(cell)).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_where_they_stood() {
        let mut sheet = Sheet::default();
        sheet.push(1, ["a", "", "ç"]);
        sheet.push(2, [" ", "\t"]);
        sheet.push(4, ["x"]);
        let rows: Vec<_> = sheet.rows().map(|row| (row.number(), row.cells().collect::<Vec<_>>())).collect();
        assert_eq!(rows, [(1, vec!["a", "", "ç"]), (4, vec!["x"])]);
        let last = sheet.rows().last().unwrap();
        assert_eq!((last.cell(0), last.cell(1), last.cell(usize::MAX)), ("x", "", ""));
        assert!(Sheet::default().is_empty() && !sheet.is_empty());
    }
}
