//! The independent readers. Where one is missing the test fails and says what to install.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A PDF on disk for as long as it is read.
pub(crate) struct File {
    folder: TempDir,
}

impl File {
    pub(crate) fn new(pdf: &[u8]) -> Self {
        let folder = TempDir::new().expect("a folder for the PDF");
        std::fs::write(folder.path().join("list.pdf"), pdf).expect("the PDF is written");
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("list.pdf")
    }

    /// The text of each page, in its layout.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = run(
            "pdftotext",
            "poppler-utils",
            ["-layout".as_ref(), "-enc".as_ref(), "UTF-8".as_ref(), self.path().as_os_str(), "-".as_ref()],
        );
        let mut pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
        pages.pop();
        pages
    }

    /// The text of all pages in the order in which it was drawn.
    pub(crate) fn raw(&self) -> String {
        run(
            "pdftotext",
            "poppler-utils",
            ["-raw".as_ref(), "-enc".as_ref(), "UTF-8".as_ref(), self.path().as_os_str(), "-".as_ref()],
        )
    }

    /// What pdfinfo says, and pdffonts beneath it.
    pub(crate) fn info(&self) -> String {
        let info = run("pdfinfo", "poppler-utils", [self.path().as_os_str()]);
        info + &run("pdffonts", "poppler-utils", [self.path().as_os_str()])
    }

    /// The words of a page with their boxes in points: `(left, top, right, bottom, word)`.
    pub(crate) fn words(&self, page: usize) -> Vec<(f64, f64, f64, f64, String)> {
        let page = page.to_string();
        let html = run(
            "pdftotext",
            "poppler-utils",
            [
                "-bbox".as_ref(),
                "-f".as_ref(),
                page.as_ref(),
                "-l".as_ref(),
                page.as_ref(),
                self.path().as_os_str(),
                "-".as_ref(),
            ],
        );
        html.lines().filter_map(word).collect()
    }

    /// What zbar reads from a page as a printer of that many dots an inch shows it: `QR-Code:…`, `CODE-128:…`.
    pub(crate) fn codes(&self, page: usize, dots: u32) -> Vec<String> {
        let picture = self.folder.path().join("page");
        let (page, dots) = (page.to_string(), dots.to_string());
        run(
            "pdftoppm",
            "poppler-utils",
            [
                "-mono".as_ref(),
                "-png".as_ref(),
                "-singlefile".as_ref(),
                "-r".as_ref(),
                dots.as_ref(),
                "-f".as_ref(),
                page.as_ref(),
                "-l".as_ref(),
                page.as_ref(),
                self.path().as_os_str(),
                picture.as_os_str(),
            ],
        );
        let read = run(
            "zbarimg",
            "zbar-tools",
            ["-q".as_ref(), "--nodbus".as_ref(), picture.with_extension("png").as_os_str()],
        );
        read.lines().map(str::to_owned).collect()
    }
}

fn word(line: &str) -> Option<(f64, f64, f64, f64, String)> {
    let rest = line.trim().strip_prefix("<word ")?;
    let number = |name: &str| -> Option<f64> {
        let start = rest.find(&format!("{name}=\""))? + name.len() + 2;
        rest[start..].split('"').next()?.parse().ok()
    };
    let text = rest.split_once('>')?.1.strip_suffix("</word>")?;
    Some((number("xMin")?, number("yMin")?, number("xMax")?, number("yMax")?, text.to_owned()))
}

fn run<'a>(program: &str, package: &str, arguments: impl IntoIterator<Item = &'a OsStr>) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| {
        panic!("{program} is needed to read the pages back ({error}): apt-get install {package}")
    });
    // zbar ends with 4 where it finds no code: that is for the test to judge.
    assert!(
        output.status.success() || output.status.code() == Some(4),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(!complaints.contains("Error"), "{program} complains: {complaints}");
    String::from_utf8(output.stdout).expect("the answer is UTF-8")
}
