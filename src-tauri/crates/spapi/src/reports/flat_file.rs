//! Amazon's flat files: a header line, then one record a line, fields between tabs.
//!
//! Columns are found by their names, in any order and language. Invariant: a record that can be made out is never lost over
//! another one: a line with a tab or a line break too many is mended where only one reading makes sense, and what stays
//! unreadable is reported by its line. A quotation mark is a character like any other, unless the header itself is quoted
//! (reference: spapi.md §7.5).

use std::borrow::Cow;

/// A column that a kind of report is known to have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Its names: Amazon's English one first, then translations. Compared without case, marks and separators.
    pub(super) names: &'static [&'static str],
    /// Without it the file is of no use.
    pub(super) required: bool,
    /// Text that a person typed, where a tab or a line break may have slipped in.
    pub(super) typed: bool,
}

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number; the header is line 1 in most files.
    pub line: u32,
    /// What is wrong with it, without its content.
    pub reason: String,
}

/// The fields of one record, in the order of the columns asked for; absent columns are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record<'t> {
    pub(super) line: u32,
    values: Vec<Cow<'t, str>>,
}

impl Record<'_> {
    /// The field of the `at`-th column without surrounding blanks.
    pub(super) fn get(&self, at: usize) -> &str {
        self.values.get(at).map_or("", |value| value.trim())
    }
}

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct FlatFile<'t> {
    pub(super) records: Vec<Record<'t>>,
    pub(super) bad: Vec<BadLine>,
    /// Records that had to be mended.
    pub(super) mended: u32,
    /// The file ends in the middle of a record.
    pub(super) cut_short: bool,
    /// The last line has no line end; the record in it looks whole.
    pub(super) open_end: bool,
}

/// The required columns are not there: this is another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoHeader {
    /// The first line's words, as far as they can be shown.
    pub(super) found: Vec<String>,
}

/// Lines in which the header is looked for: some files have a line of their own above it.
const HEADER_WITHIN: usize = 5;
/// Lines that one record may be broken into.
const MOST_PIECES: usize = 20;

/// What makes a record of a kind of file.
#[derive(Clone, Copy)]
pub(super) struct Judge {
    /// Whether a line of the right width is a record at all.
    pub(super) has_key: fn(&Record<'_>) -> bool,
    /// Whether all fields stand where they belong; decides between readings of a damaged line.
    pub(super) makes_sense: fn(&Record<'_>) -> bool,
}

/// Reads a file.
pub(super) fn read<'t>(text: &'t str, columns: &[Column], judge: Judge) -> Result<FlatFile<'t>, NoHeader> {
    let lines = lines(text);
    let header = lines.iter().take(HEADER_WITHIN).enumerate();
    let found = header.into_iter().find_map(|(at, line)| Some((at, Header::of(line.text, columns)?)));
    let Some((at, header)) = found else {
        let first = lines.first().map_or("", |line| line.text);
        let found = first.split('\t').take(40).map(shown).filter(|word| !word.is_empty());
        return Err(NoHeader { found: found.collect() });
    };
    let header_line = lines.get(at).map_or("", |line| line.text);
    let mut file = FlatFile::default();
    let mut rest = lines.get(at + 1..).unwrap_or_default();
    while let Some(line) = rest.first() {
        let used = if line.text.trim().is_empty() || line.text == header_line {
            1
        } else {
            file.take(rest, &header, judge)
        };
        rest = rest.get(used.max(1)..).unwrap_or_default();
    }
    Ok(file)
}

#[derive(Clone, Copy)]
struct Line<'t> {
    number: u32,
    text: &'t str,
    ended: bool,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    (1..)
        .zip(text.split_inclusive('\n'))
        .map(|(number, line)| {
            let ended = line.ends_with('\n');
            let text = line.strip_suffix('\n').unwrap_or(line);
            Line { number, text: text.strip_suffix('\r').unwrap_or(text), ended }
        })
        .collect()
}

struct Header {
    width: usize,
    /// Where each column asked for stands.
    places: Vec<Option<usize>>,
    /// Places of typed text, in the order of the file.
    typed: Vec<usize>,
    quoted: bool,
}

impl Header {
    fn of(line: &str, columns: &[Column]) -> Option<Self> {
        let mut quoted = false;
        let mut cells: Vec<Cow<'_, str>> = line.split('\t').map(Cow::Borrowed).collect();
        if cells.iter().all(|cell| cell.len() > 1 && cell.starts_with('"') && cell.ends_with('"')) {
            quoted = true;
            cells = unquoted(line);
        }
        let cells: Vec<String> = cells.iter().map(|cell| name(cell)).collect();
        let place = |column: &Column| {
            column.names.iter().find_map(|own| cells.iter().position(|cell| *cell == name(own)))
        };
        let places: Vec<_> = columns.iter().map(place).collect();
        if columns.iter().zip(&places).any(|(column, place)| column.required && place.is_none()) {
            return None;
        }
        let mut typed: Vec<usize> = columns
            .iter()
            .zip(&places)
            .filter(|(column, _)| column.typed)
            .filter_map(|(_, at)| *at)
            .collect();
        typed.sort_unstable();
        Some(Self { width: cells.len(), places, typed, quoted })
    }

    fn fields<'t>(&self, line: &'t str) -> Vec<Cow<'t, str>> {
        if self.quoted { unquoted(line) } else { line.split('\t').map(Cow::Borrowed).collect() }
    }

    fn record<'t>(&self, line: u32, fields: &[Cow<'t, str>]) -> Record<'t> {
        let value =
            |place: &Option<usize>| place.and_then(|at| fields.get(at)).cloned().unwrap_or(Cow::Borrowed(""));
        Record { line, values: self.places.iter().map(value).collect() }
    }

    /// The reading of a line with fields too many: nothing but blanks at its end, a quoted field, or a tab in typed text.
    fn narrowed<'t>(&self, line: Line<'t>, fields: &[Cow<'t, str>], judge: Judge) -> Option<Record<'t>> {
        let fits = |fields: &[Cow<'t, str>]| {
            let record = self.record(line.number, fields);
            (judge.makes_sense)(&record).then_some(record)
        };
        let surplus = fields.get(self.width..)?;
        if surplus.iter().all(|field| field.trim().is_empty())
            && let Some(record) = fits(fields)
        {
            return Some(record);
        }
        if line.text.contains('"') {
            let unquoted = unquoted(line.text);
            if unquoted.len() == self.width
                && let Some(record) = fits(&unquoted)
            {
                return Some(record);
            }
        }
        self.typed.iter().find_map(|at| {
            let joined = fields.get(*at..=at + surplus.len())?.join("\t");
            let mut mended = fields.get(..*at)?.to_vec();
            mended.push(Cow::Owned(joined));
            mended.extend_from_slice(fields.get(at + surplus.len() + 1..)?);
            fits(&mended)
        })
    }

    /// The reading of a line with fields too few that goes on in the lines behind it, and how many lines that takes.
    fn joined<'t>(
        &self,
        lines: &[Line<'t>],
        first: &[Cow<'t, str>],
        judge: Judge,
    ) -> Option<(Record<'t>, usize)> {
        // Two lines that each make sense are two records that left out the empty fields at their ends.
        let alone = |line: &Line<'_>| {
            let fields = self.fields(line.text);
            fields.len() > 1
                && fields.len() < self.width
                && (judge.makes_sense)(&self.record(line.number, &fields))
        };
        if lines.iter().take(2).all(alone) {
            return None;
        }
        let mut fields = first.to_vec();
        for (extra, line) in lines.iter().enumerate().take(MOST_PIECES).skip(1) {
            let mut more = line.text.split('\t').map(Cow::Borrowed);
            let (last, begun) = (fields.pop()?, more.next()?);
            fields.push(Cow::Owned(format!("{last}\n{begun}")));
            fields.extend(more);
            if fields.len() > self.width {
                return None;
            }
            let record = self.record(lines.first()?.number, &fields);
            if fields.len() == self.width && (judge.makes_sense)(&record) {
                return Some((record, extra + 1));
            }
        }
        None
    }
}

impl<'t> FlatFile<'t> {
    /// Reads the record at the start of `rest` and returns how many lines it took.
    fn take(&mut self, rest: &[Line<'t>], header: &Header, judge: Judge) -> usize {
        let Some(line) = rest.first().copied() else { return 0 };
        if header.quoted {
            return self.take_quoted(rest, header, judge);
        }
        let fields = header.fields(line.text);
        let whole = header.record(line.number, &fields);
        let is_last = rest.len() == 1 && !line.ended;
        if fields.len() == header.width && (judge.has_key)(&whole) {
            self.open_end |= is_last;
            self.records.push(whole);
            return 1;
        }
        if fields.len() > header.width {
            match header.narrowed(line, &fields, judge) {
                Some(record) => {
                    self.mended += 1;
                    self.open_end |= is_last;
                    self.records.push(record);
                }
                None => self.refuse(line, &fields, header),
            }
            return 1;
        }
        if fields.len() < header.width
            && let Some((record, used)) = header.joined(rest, &fields, judge)
        {
            self.mended += 1;
            self.records.push(record);
            return used;
        }
        if is_last && fields.len() < header.width {
            self.cut_short = true;
        } else if fields.len() < header.width && (judge.makes_sense)(&whole) {
            // Empty fields at the end of a line are left out by some of Amazon's writers.
            self.records.push(whole);
        } else {
            self.refuse(line, &fields, header);
        }
        1
    }

    /// Where the header is quoted, so is every record, and a line break inside quotation marks belongs to its field.
    fn take_quoted(&mut self, rest: &[Line<'t>], header: &Header, judge: Judge) -> usize {
        let Some(line) = rest.first().copied() else { return 0 };
        let mut text = line.text.to_owned();
        let mut used = 1;
        while text.matches('"').count() % 2 == 1 && used < MOST_PIECES.min(rest.len()) {
            if let Some(next) = rest.get(used) {
                text.push('\n');
                text.push_str(next.text);
            }
            used += 1;
        }
        let fields: Vec<Cow<'t, str>> =
            unquoted(&text).into_iter().map(|field| Cow::Owned(field.into_owned())).collect();
        let record = header.record(line.number, &fields);
        let at_end = used == rest.len() && rest.last().is_some_and(|last| !last.ended);
        if fields.len() == header.width && (judge.has_key)(&record) {
            self.open_end |= at_end;
            self.records.push(record);
            used
        } else if at_end && fields.len() < header.width {
            self.cut_short = true;
            used
        } else {
            self.refuse(line, &fields, header);
            1
        }
    }

    fn refuse(&mut self, line: Line<'_>, fields: &[Cow<'_, str>], header: &Header) {
        let reason = if fields.len() == header.width {
            "a required field is empty".to_owned()
        } else {
            format!("{} fields where the header has {}", fields.len(), header.width)
        };
        self.bad.push(BadLine { line: line.number, reason });
    }
}

/// Splits at tabs outside quotation marks; a doubled mark inside stands for itself.
fn unquoted(line: &str) -> Vec<Cow<'_, str>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let Some(inside) = rest.strip_prefix('"') else {
            let (field, behind) = match rest.split_once('\t') {
                Some((field, behind)) => (field, Some(behind)),
                None => (rest, None),
            };
            fields.push(Cow::Borrowed(field));
            match behind {
                Some(behind) => rest = behind,
                None => return fields,
            }
            continue;
        };
        let mut field = String::new();
        let mut left = inside;
        loop {
            let Some((before, behind)) = left.split_once('"') else {
                field.push_str(left);
                left = "";
                break;
            };
            field.push_str(before);
            left = behind;
            let Some(more) = left.strip_prefix('"') else { break };
            field.push('"');
            left = more;
        }
        // Whatever stands between the closing mark and the next tab was meant to be part of the field.
        let (tail, behind) = match left.split_once('\t') {
            Some((tail, behind)) => (tail, Some(behind)),
            None => (left, None),
        };
        field.push_str(tail);
        fields.push(Cow::Owned(field));
        match behind {
            Some(behind) => rest = behind,
            None => return fields,
        }
    }
}

/// A column's name for comparing: lower case, without blanks, hyphens, dots and marks, wide letters as narrow ones.
fn name(cell: &str) -> String {
    packlight_domain::text::fold(cell).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A word of an unknown header as it may be shown.
fn shown(cell: &str) -> String {
    cell.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests;
