//! Reports 2021-06-30: asking for a report, watching it being made, finding those that exist, fetching the document.
//!
//! Invariant I18's half of the client: asking for a report changes something at Amazon, so the request is sent once; where
//! its fate stays unknown, the caller finds the report in the list. What the document says is the business of `text`,
//! `flat_file` and a module for each kind of report.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use packlight_domain::instant;

use crate::classify::Asked;
use crate::client::{Ask, Client};
use crate::errand::Errand;
use crate::error::{ApiError, ErrorKind};
use crate::json::{self, Branch, Leaf, List, Reader, Unreadable, wire};
use crate::operation::Operation;
use crate::orders::{path_part, push_list};

mod document;
mod flat_file;
mod listings;
mod text;
mod unpack;

pub use document::ReportDocument;
pub use flat_file::BadLine;
pub use listings::{ListingsError, ListingsFile};
pub use text::ReportText;

/// A report to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReport {
    /// Amazon's word, such as `GET_MERCHANT_LISTINGS_ALL_DATA`.
    pub report_type: String,
    /// 1 to 25 marketplaces; most types take one only.
    pub marketplace_ids: Vec<String>,
    /// Start of the data, for types that have a period.
    pub data_from: Option<DateTime<Utc>>,
    /// End of the data.
    pub data_to: Option<DateTime<Utc>>,
    /// Options of the type.
    pub options: BTreeMap<String, String>,
}

/// Which of the seller's reports to list; those of other applications are among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListReports {
    /// 1 to 10 types.
    pub report_types: Vec<String>,
    /// Reports that concern at least one of these; all where empty.
    pub marketplace_ids: Vec<String>,
    /// Made at this instant or later; Amazon keeps them for 90 days, some for 30.
    pub created_since: Option<DateTime<Utc>>,
}

/// Where a report stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportStatus {
    /// Not begun.
    InQueue,
    /// Being made.
    InProgress,
    /// Ready; normally with a document.
    Done,
    /// Called off, without data, or asked for too often: Amazon does not say which.
    Cancelled,
    /// It could not be made; a document may say why.
    Fatal,
    /// A word that no model lists.
    Other(String),
}

impl ReportStatus {
    const ALL: [(Self, &'static str); 5] = [
        (Self::InQueue, "IN_QUEUE"),
        (Self::InProgress, "IN_PROGRESS"),
        (Self::Done, "DONE"),
        (Self::Cancelled, "CANCELLED"),
        (Self::Fatal, "FATAL"),
    ];

    /// Amazon's word.
    pub fn word(&self) -> &str {
        match self {
            Self::Other(word) => word,
            known => Self::ALL.iter().find(|(own, _)| own == known).map_or("", |(_, word)| word),
        }
    }

    /// The status of a word.
    pub fn of(word: &str) -> Self {
        let known = Self::ALL.into_iter().find(|(_, own)| *own == word);
        known.map_or_else(|| Self::Other(word.to_owned()), |(status, _)| status)
    }
}

/// A report as Amazon describes it. Instants are UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Amazon's id, unique for the seller.
    pub report_id: String,
    /// Amazon's word.
    pub report_type: String,
    /// What it covers; empty where Amazon does not say.
    pub marketplace_ids: Vec<String>,
    /// Start of its data.
    pub data_from: Option<DateTime<Utc>>,
    /// End of its data.
    pub data_to: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: Option<DateTime<Utc>>,
    /// When making it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub status: ReportStatus,
    /// The document's id, once there is one.
    pub document_id: Option<String>,
}

wire! { "camelCase"
    struct ReportEntry<'a> {
        report_id: Leaf<'a>,
        report_type: Leaf<'a>,
        marketplace_ids: List<Leaf<'a>>,
        data_start_time: Leaf<'a>,
        data_end_time: Leaf<'a>,
        created_time: Leaf<'a>,
        processing_end_time: Leaf<'a>,
        processing_status: Leaf<'a>,
        report_document_id: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct ReportPage<'a> {
        reports: List<Branch<ReportEntry<'a>>>,
        next_token: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct Created<'a> {
        report_id: Leaf<'a>,
    }
}

const REPORTS: &str = "/reports/2021-06-30/reports";

/// Pages of a list that are followed at most; a page has 100 reports.
const MOST_PAGES: usize = 10;

fn asked(operation: Operation, page_token: bool) -> Asked {
    Asked { operation, page_token, bounded: false }
}

impl Client {
    /// Asks for a report and returns its id. Sent once: after an error that is not a refusal the report may exist.
    pub async fn create_report(&self, new: &NewReport, errand: &Errand) -> Result<String, ApiError> {
        let mut body = serde_json::json!({
            "reportType": new.report_type,
            "marketplaceIds": new.marketplace_ids,
        });
        for (name, bound) in [("dataStartTime", new.data_from), ("dataEndTime", new.data_to)] {
            if let Some(bound) = bound {
                body[name] = instant::to_text(bound).into();
            }
        }
        if !new.options.is_empty() {
            body["reportOptions"] = serde_json::json!(new.options);
        }
        let ask = Ask::post(asked(Operation::CreateReport, false), REPORTS.to_owned(), body.to_string());
        let answer = self
            .call(&ask, errand, |text| {
                let created: Created<'_> = json::read(text)?;
                created.report_id.plain_text().ok_or(Unreadable::Without("a report id"))
            })
            .await?;
        Ok(answer.value)
    }

    /// Where a report stands.
    pub async fn report(&self, report_id: &str, errand: &Errand) -> Result<Report, ApiError> {
        let operation = Operation::GetReport;
        let path = format!("{REPORTS}/{}", path_part(report_id, operation)?);
        let answer = self
            .call(&Ask::get(asked(operation, false), path, Vec::new()), errand, |text| {
                let entry: ReportEntry<'_> = json::read(text)?;
                report(&entry).ok_or(Unreadable::Without("a report"))
            })
            .await?;
        Ok(answer.value)
    }

    /// The seller's reports, newest first, whoever asked for them.
    pub async fn reports(&self, list: &ListReports, errand: &Errand) -> Result<Vec<Report>, ApiError> {
        let mut query = vec![("pageSize", "100".to_owned())];
        push_list(&mut query, "reportTypes", &list.report_types);
        push_list(&mut query, "marketplaceIds", &list.marketplace_ids);
        query.extend(list.created_since.map(|since| ("createdSince", instant::to_text(since))));
        let mut found: Vec<Report> = Vec::new();
        let mut continues = false;
        for _ in 0..MOST_PAGES {
            let ask = Ask::get(asked(Operation::GetReports, continues), REPORTS.to_owned(), query);
            let (page, token) = self.call(&ask, errand, report_page).await?.value;
            found.extend(page);
            let Some(token) = token else { break };
            // Any other parameter beside the token is refused (reference: spapi.md F77).
            query = vec![("nextToken", token)];
            continues = true;
        }
        found.sort_by_key(|report| std::cmp::Reverse(report.created_at));
        found.dedup_by(|a, b| a.report_id == b.report_id);
        Ok(found)
    }

    /// The document of a report, unpacked.
    pub async fn report_document(
        &self,
        document_id: &str,
        errand: &Errand,
    ) -> Result<ReportDocument, ApiError> {
        document::fetch(self, document_id, errand).await
    }
}

type PageOfReports = (Vec<Report>, Option<String>);

fn report_page(text: &str) -> Result<PageOfReports, Unreadable> {
    let page: ReportPage<'_> = json::read(text)?;
    if !matches!(page.reports, List::Array(_)) {
        return Err(Unreadable::Without("a list of reports"));
    }
    let reports = page.reports.elements().iter().filter_map(Branch::get).filter_map(report).collect();
    Ok((reports, page.next_token.plain_text()))
}

/// `None` without the two facts that nothing works without.
fn report(entry: &ReportEntry<'_>) -> Option<Report> {
    // What is odd in a report's description is of no consequence for its data, so it is not counted.
    let mut reader = Reader::default();
    let mut at = |leaf| reader.instant(leaf, "report");
    Some(Report {
        report_id: entry.report_id.plain_text()?,
        report_type: entry.report_type.plain_text().unwrap_or_default(),
        marketplace_ids: entry.marketplace_ids.elements().iter().filter_map(|id| id.plain_text()).collect(),
        data_from: at(entry.data_start_time),
        data_to: at(entry.data_end_time),
        created_at: at(entry.created_time),
        ended_at: at(entry.processing_end_time),
        status: ReportStatus::of(&entry.processing_status.plain_text()?),
        document_id: entry.report_document_id.plain_text(),
    })
}

/// The error of a document that came, but is of no use.
fn useless(kind: ErrorKind, message: &str) -> ApiError {
    let mut error = ApiError::new(Some(Operation::GetReportDocument), kind).with_message(message);
    error.retryable = true;
    error
}
