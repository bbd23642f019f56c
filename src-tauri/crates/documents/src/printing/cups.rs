//! CUPS on Linux and macOS, by its own programs `lp`, `lpstat` and `cancel`.
//!
//! They speak to whatever queue the computer is set up for, a server elsewhere included, and need nothing linked. They
//! are asked in English (`LC_ALL=C`); what they say is read in [`answers`].

mod answers;
mod driver;
mod sizes;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use packlight_domain::picking::Paper;
use packlight_domain::printing::Printer;

use super::program::{Programs, Said};
use super::{JobState, PrintJob, SpoolError, Spooler};

/// How long a question may take; finding printers on the network takes CUPS about a second.
const TO_ANSWER: Duration = Duration::from_secs(15);
/// How long handing a document over may take.
const TO_TAKE: Duration = Duration::from_mins(1);

/// The print system of Linux and macOS.
#[derive(Debug, Clone)]
pub struct Cups {
    programs: Programs,
}

impl Cups {
    /// CUPS by these programs.
    pub fn new(programs: Programs) -> Self {
        Self { programs }
    }

    async fn ask(&self, words: &[&str]) -> Result<Said, SpoolError> {
        self.programs.run("lpstat", words, &[], TO_ANSWER).await
    }

    /// The sizes of paper that the printer's driver has; empty where no driver stands between a document and the printer,
    /// as in a raw queue and with a printer that has no queue yet. Not to know is an error: CUPS prints a size that a
    /// driver does not know on the default one, without a word.
    async fn sizes(&self, printer: &str, paper: Paper) -> Result<Vec<String>, SpoolError> {
        let said = self.programs.run("lpoptions", &["-p", printer, "-l"], &[], TO_ANSWER).await?;
        if !said.out.trim().is_empty() || said.err.is_empty() {
            return Ok(sizes::in_options(&said.out));
        }
        let unknown =
            |reason: String| SpoolError::UnknownPaper { printer: printer.to_owned(), paper, reason };
        let server = self.ask(&["-H"]).await?.out;
        if let socket = Path::new(server.trim())
            && socket.is_absolute()
        {
            let file = tokio::time::timeout(TO_ANSWER, driver::on_socket(socket, printer))
                .await
                .map_err(|_| SpoolError::Silent { program: server.trim().to_owned() })?;
            let file = file.map_err(|error| unknown(error.to_string()))?;
            return Ok(file.map(|file| sizes::in_driver(&file)).unwrap_or_default());
        }
        // No file for the queue; no queue, as it is said of late and in former times.
        let none = ["Not Found", "No such file or directory", "does not exist"];
        if none.iter().any(|words| said.err.contains(words)) {
            return Ok(Vec::new());
        }
        Err(unknown(said.err.trim_start_matches("lpoptions: ").to_owned()))
    }

    /// Whether the scheduler answers at all.
    async fn is_running(&self) -> Result<bool, SpoolError> {
        Ok(answers::is_running(&self.ask(&["-r"]).await?.out))
    }
}

#[async_trait]
impl Spooler for Cups {
    async fn printers(&self) -> Result<Vec<Printer>, SpoolError> {
        let (queues, accepting, default, everywhere) =
            tokio::join!(self.ask(&["-l", "-p"]), self.ask(&["-a"]), self.ask(&["-d"]), self.ask(&["-e"]));
        let (queues, accepting, default) = (queues?, accepting?, default?);
        // An old one does not know the last question.
        let everywhere = everywhere.map(|said| said.out).unwrap_or_default();
        let printers = answers::printers(&queues.out, &accepting.out, &default.out, &everywhere);
        if printers.is_empty() && !self.is_running().await? {
            return Err(SpoolError::NotRunning);
        }
        Ok(printers)
    }

    async fn submit(&self, printer: &str, job: &PrintJob<'_>) -> Result<String, SpoolError> {
        let copies = job.copies.to_string();
        let media = match sizes::choose(job.paper, &self.sizes(printer, job.paper).await?) {
            Some(size) => format!("media={size}"),
            None => return Err(SpoolError::NoPaper { printer: printer.to_owned(), paper: job.paper }),
        };
        let mut words = vec!["-d", printer, "-n", &copies, "-t", job.title, "-o", &media];
        // One sheet a page, as large as it was laid out, each copy in order, whatever the queue's own defaults are.
        for option in
            ["print-scaling=none", "fit-to-page=false", "number-up=1", "sides=one-sided", "collate=true"]
        {
            words.extend(["-o", option]);
        }
        if job.reverse {
            words.extend(["-o", "outputorder=reverse"]);
        }
        let said = self.programs.run("lp", &words, job.document, TO_TAKE).await?;
        if !said.ok {
            if !self.is_running().await? {
                return Err(SpoolError::NotRunning);
            }
            let message = said.err.trim_start_matches("lp: ").trim_start_matches("Error - ").to_owned();
            return Err(SpoolError::Refused { printer: printer.to_owned(), message });
        }
        answers::request_id(&said.out)
            .map(str::to_owned)
            .ok_or_else(|| SpoolError::unreadable("lp", &format!("{} {}", said.out, said.err)))
    }

    async fn state(&self, printer: &str, job: &str) -> Result<JobState, SpoolError> {
        let waiting = self.ask(&["-l", "-W", "not-completed", "-o", printer]).await?;
        if let Some(state) = answers::waiting_job(&waiting.out, job) {
            return Ok(state);
        }
        let over = self.ask(&["-l", "-W", "completed", "-o", printer]).await?;
        if let Some(state) = answers::ended_job(&over.out, job) {
            return Ok(state);
        }
        if self.is_running().await? { Ok(JobState::Done) } else { Err(SpoolError::NotRunning) }
    }

    async fn cancel(&self, _printer: &str, job: &str) -> Result<(), SpoolError> {
        // It complains of a job that is over, and that is as well.
        self.programs.run("cancel", &[job], &[], TO_ANSWER).await.map(drop)
    }
}

#[cfg(test)]
mod tests;
