//! The printers of the computer, and documents on their way to them.
//!
//! A document that cannot be printed is not lost: it is kept as a PDF in the folder for downloads, and the sentence that
//! says why it was not printed says where it lies.

mod lists;

pub use packlight_documents::printing::{
    Cups, JobState, MAX_COPIES, Patience, PrintJob, Programs, SpoolError, Spooled, Spooler, print,
};
use packlight_domain::printing::{PrintOptions, Printer};

use packlight_domain::alert::News;
use packlight_domain::instant::to_millis;

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;

/// The last resort that a print system's sentences name; it is done by the time the seller reads of it.
const OR_SAVE: &str = ", or save the document as a PDF";

/// How the keys of news of documents begin that were not printed.
pub(crate) const NOT_PRINTED: &str = "print:";

impl Engine {
    /// The printers of the computer, by name, as they stand now.
    pub async fn printers(&self) -> Result<Vec<Printer>, EngineError> {
        Ok(self.0.spooler.printers().await?)
    }

    /// Refuses options that no printer could follow, before anything is made of them.
    pub(crate) fn check_options(options: &PrintOptions) -> Result<(), EngineError> {
        if (1..=MAX_COPIES).contains(&options.copies) {
            return Ok(());
        }
        let message = format!("{} copies cannot be printed: choose 1 to {MAX_COPIES}", options.copies);
        Err(EngineError::new(Code::BadInput, message).about("copies"))
    }

    /// Prints a PDF. `name` is its title in the queue, and its file's name if it has to be kept.
    pub async fn print_document(
        &self,
        name: &str,
        document: &[u8],
        options: &PrintOptions,
    ) -> Result<Spooled, EngineError> {
        Self::check_options(options)?;
        let job = PrintJob {
            document,
            title: name,
            paper: options.paper,
            copies: options.copies,
            reverse: options.reverse,
        };
        let spooler = &*self.0.spooler;
        let error = match print(spooler, options.printer.as_deref(), &job, Patience::default()).await {
            Ok(spooled) => return Ok(spooled),
            Err(error) => EngineError::from(error),
        };
        // Of two troubles the printer's is the one that the seller asked about.
        let error = match self.save_document(name, "pdf", document, 0).await {
            Ok(kept) => {
                let message = error.message.replace(OR_SAVE, "");
                let message = format!("{message}. The document is kept as {}", kept.path);
                EngineError { message, ..error }.about(kept.path)
            }
            Err(trouble) => {
                let message =
                    format!("{}. It could not be kept as a PDF either: {}", error.message, trouble.message);
                EngineError { message, ..error }
            }
        };
        self.note_not_printed(name, &error).await;
        Err(error)
    }

    /// Whoever pressed *Print* may have walked off: the alert finds them.
    async fn note_not_printed(&self, name: &str, error: &EngineError) {
        let now = (self.0.clock)();
        let news = News::NotPrinted { document: name.to_owned(), reason: error.message.clone() };
        match self.0.store.note_news(&format!("{NOT_PRINTED}{}", to_millis(now)), &news, now).await {
            Ok(_) => self.0.events.changed(&[CacheTag::PickLists]),
            // A reader cannot keep it; the failure itself is shown where printing was asked for.
            Err(error) => tracing::info!(%error, "no alert will tell that printing failed"),
        }
    }
}
