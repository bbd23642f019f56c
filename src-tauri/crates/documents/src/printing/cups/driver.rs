//! The file of a queue's driver (PPD), read where CUPS listens on a socket of this computer.
//!
//! CUPS' own programs ask for it through the TCP port that a queue's address names, even where there is none; its
//! scheduler hands the same file out on the socket, too. One question and one answer, HTTP/1.0, to this computer alone.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// A driver's file is some 100 kB; what is longer is none.
const MOST: u64 = 16 * 1024 * 1024;

/// The file; `None` where the queue has no driver.
#[cfg(unix)]
pub(super) async fn on_socket(socket: &Path, printer: &str) -> io::Result<Option<String>> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::UnixStream;

    let mut stream = UnixStream::connect(socket).await?;
    let question = format!("GET /printers/{}.ppd HTTP/1.0\r\nHost: localhost\r\n\r\n", in_path(printer));
    stream.write_all(question.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer).await?;
    read(&answer)
}

/// No other system has CUPS.
#[cfg(not(unix))]
pub(super) async fn on_socket(_: &Path, _: &str) -> io::Result<Option<String>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A name as a part of a path.
fn in_path(name: &str) -> String {
    name.bytes().fold(String::new(), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
        path
    })
}

/// A whole answer. Drivers are written in many charsets; the names in them are ASCII.
fn read(answer: &[u8]) -> io::Result<Option<String>> {
    let answer = String::from_utf8_lossy(answer);
    let (head, file) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    match head.split_whitespace().nth(1) {
        Some("200") => Ok(Some(file.to_owned())),
        Some("404") => Ok(None),
        _ => Err(io::Error::other(head.lines().next().unwrap_or_default().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_queues_are_safe_in_a_path() {
        assert_eq!(in_path("Brother_QL-1110.v2"), "Brother_QL-1110.v2");
        assert_eq!(in_path("Büro?\r\nX: 1"), "B%C3%BCro%3F%0D%0AX%3A%201");
    }

    #[test]
    fn an_answer_is_a_file_or_none_or_said() {
        let answer = |status: &str| {
            format!("HTTP/1.1 {status}\r\nServer: CUPS/2.4\r\n\r\n*PageSize A4: \"\"\r\n\r\nx")
        };
        let read = |answer: String| read(answer.as_bytes());
        assert_eq!(read(answer("200 OK")).unwrap().as_deref(), Some("*PageSize A4: \"\"\r\n\r\nx"));
        assert_eq!(read(answer("404 Not Found")).unwrap(), None);
        assert_eq!(read(answer("403 Forbidden")).unwrap_err().to_string(), "HTTP/1.1 403 Forbidden");
        assert_eq!(read("HTTP/1.1 200 OK".to_owned()).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
