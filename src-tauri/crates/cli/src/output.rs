//! Standard output: one JSON value, or lines for people, and nothing after a failure but the failure.
//!
//! A reader that goes away (`… | head`) ends the command quietly. Text from outside is made harmless before it reaches
//! a terminal: titles of orders are written by strangers.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::table::Table;

/// Where the result goes.
pub(crate) struct Output<'a> {
    to: BufWriter<Box<dyn Write + 'a>>,
    json: bool,
    /// A JSON value has begun, so an error can no longer take its place.
    begun: bool,
}

impl<'a> Output<'a> {
    pub(crate) fn new(to: Box<dyn Write + 'a>, json: bool) -> Self {
        Self { to: BufWriter::new(to), json, begun: false }
    }

    pub(crate) fn use_json(&mut self, json: bool) {
        self.json = json;
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Prints the whole result: `value` for scripts, what `people` makes of it for people.
    pub(crate) fn result<T: Serialize>(
        &mut self,
        value: &T,
        people: impl FnOnce(&T) -> String,
    ) -> io::Result<()> {
        if self.json {
            self.begun = true;
            serde_json::to_writer(&mut self.to, value)?;
            writeln!(self.to)
        } else {
            self.to.write_all(people(value).as_bytes())
        }
    }

    /// Prints help or version.
    pub(crate) fn told(&mut self, text: &str) -> io::Result<()> {
        self.result(&serde_json::json!({ "text": text }), |_| format!("{text}\n"))
    }

    /// Begins a list whose elements come one by one.
    pub(crate) fn list(&mut self) -> List<'_, 'a> {
        List { output: self, length: 0 }
    }

    /// Prints how the command ended, flushes, and gives the exit code.
    pub(crate) fn end(mut self, ended: Result<Exit, Failure>) -> Exit {
        let exit = match ended {
            Ok(exit) => exit,
            Err(Failure { exit: Exit::Done, .. }) => return Exit::Done,
            Err(failure) => {
                // An unfinished value stays unfinished: a script must not take it for a result.
                if self.json && !self.begun {
                    let error = serde_json::json!({ "error": failure });
                    // Where standard output is broken, standard error still says why.
                    let _ = writeln!(self.to, "{error}");
                }
                let _ = writeln!(io::stderr(), "packlight-cli: {}", printable(&failure.message));
                failure.exit
            }
        };
        match self.to.flush() {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe && exit == Exit::Done => {
                let _ = writeln!(io::stderr(), "packlight-cli: the result cannot be written ({error})");
                Exit::Failed
            }
            _ => exit,
        }
    }
}

/// A list that is printed while it is read.
pub(crate) struct List<'o, 'a> {
    output: &'o mut Output<'a>,
    length: u64,
}

impl List<'_, '_> {
    /// Prints one element; `people` makes its row of a table whose widths `table` fixes.
    pub(crate) fn push<T: Serialize>(
        &mut self,
        value: &T,
        table: &Table,
        people: impl FnOnce(&T) -> Vec<String>,
    ) -> io::Result<()> {
        let to = &mut self.output.to;
        if self.output.json {
            self.output.begun = true;
            to.write_all(if self.length == 0 { b"[" } else { b",\n" })?;
            serde_json::to_writer(&mut *to, value)?;
        } else {
            if self.length == 0 {
                to.write_all(table.heading().as_bytes())?;
            }
            to.write_all(table.row(&people(value)).as_bytes())?;
        }
        self.length += 1;
        Ok(())
    }

    /// Ends the list; `empty` is told to people where nothing was in it.
    pub(crate) fn end(self, empty: &str) -> io::Result<()> {
        match (self.output.json, self.length) {
            (true, 0) => self.output.to.write_all(b"[]\n"),
            (true, _) => self.output.to.write_all(b"]\n"),
            (false, 0) => writeln!(self.output.to, "{empty}"),
            (false, _) => Ok(()),
        }
    }
}

/// Text without characters that steer a terminal or turn the reading direction.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(' '),
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Adds a line to a text for people.
pub(crate) fn line(text: &mut String, args: std::fmt::Arguments<'_>) {
    // Writing into a String does not fail.
    let _ = writeln!(text, "{args}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(json: bool, act: impl FnOnce(Output<'_>) -> Exit) -> (String, Exit) {
        let mut bytes = Vec::new();
        let exit = act(Output::new(Box::new(&mut bytes), json));
        (String::from_utf8(bytes).unwrap(), exit)
    }

    #[test]
    fn a_failure_is_the_only_json_value() {
        let (text, exit) = printed(true, |output| output.end(Err(Failure::usage("unknown flag '--fast'"))));
        assert_eq!(
            text,
            "{\"error\":{\"code\":\"usage\",\"message\":\"unknown flag '--fast'\",\"retryable\":false}}\n"
        );
        assert_eq!(exit, Exit::Usage);
        let (text, _) = printed(false, |output| output.end(Err(Failure::usage("x"))));
        assert_eq!(text, "");
    }

    #[test]
    fn lists_are_one_array_of_any_length() {
        let table = Table::new(&[("n", 3)]);
        for length in 0..3_u32 {
            let (text, _) = printed(true, |mut output| {
                let mut list = output.list();
                for n in 0..length {
                    list.push(&n, &table, |_| vec![]).unwrap();
                }
                list.end("none").unwrap();
                output.end(Ok(Exit::Done))
            });
            let read: Vec<u32> = serde_json::from_str(&text).unwrap();
            assert_eq!(read, (0..length).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_list_that_breaks_off_is_no_valid_json() {
        let table = Table::new(&[("n", 3)]);
        let (text, exit) = printed(true, |mut output| {
            output.list().push(&1, &table, |_| vec![]).unwrap();
            output.end(Err(Failure::internal("the disk went away")))
        });
        assert_eq!((text.as_str(), exit), ("[1", Exit::Failed));
    }

    #[test]
    fn a_reader_that_goes_away_is_no_failure() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut output = Output::new(Box::new(Gone), false);
        output.told("hello").unwrap();
        assert_eq!(output.end(Ok(Exit::Done)), Exit::Done);
        let table = Table::new(&[("n", 0)]);
        let mut output = Output::new(Box::new(Gone), true);
        let mut list = output.list();
        let error = (0..).find_map(|n| list.push(&n, &table, |_| vec![]).err()).unwrap();
        assert_eq!(output.end(Err(error.into())), Exit::Done);
    }

    #[test]
    fn titles_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[31m\nb\u{202e}c\u{9b}é"), "a\u{fffd}[31m bc\u{fffd}é");
    }
}
