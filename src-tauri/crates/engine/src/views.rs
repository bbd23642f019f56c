//! Saved views, and what the query bar asks while somebody types.

use packlight_domain::account::Platform;
use packlight_domain::act::BatchId;
use packlight_domain::query::help::QueryHelp;
use packlight_domain::query::{Known, Wanted, asked, help};
use packlight_domain::view::{NewView, SavedView, ViewChange, ViewCounts, ViewId, ViewSaved, name_of};

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;
use crate::orders::parse;

impl Engine {
    /// The saved views in their order, hidden ones too.
    pub async fn saved_views(&self) -> Result<Vec<SavedView>, EngineError> {
        Ok(self.0.store.views().await?)
    }

    /// How many orders each shown view holds, of one platform or of all.
    pub async fn view_counts(&self, platform: Option<Platform>) -> Result<ViewCounts, EngineError> {
        Ok(self.0.store.view_counts(platform, (self.0.clock)()).await?)
    }

    /// Saves a view behind all others.
    pub async fn add_view(&self, view: &NewView) -> Result<ViewSaved, EngineError> {
        self.require_writer()?;
        parse(&view.query)?;
        let view = NewView { name: name(&view.name)?, ..view.clone() };
        let saved = self.0.store.add_view(&view, (self.0.clock)()).await?;
        self.0.events.changed(&[CacheTag::Settings, CacheTag::Counts]);
        Ok(saved)
    }

    /// Renames, changes, moves, hides or deletes a view. `None` where that changes nothing.
    pub async fn change_view(&self, id: ViewId, change: &ViewChange) -> Result<Option<BatchId>, EngineError> {
        self.require_writer()?;
        let change = match change {
            ViewChange::Rename { name: typed } => ViewChange::Rename { name: name(typed)? },
            ViewChange::Query { query, .. } => {
                parse(query)?;
                change.clone()
            }
            other => other.clone(),
        };
        let batch = self.0.store.change_view(id, &change, (self.0.clock)()).await?;
        self.0.events.changed(&[CacheTag::Settings, CacheTag::Counts]);
        Ok(batch)
    }

    /// What the query bar shows about its text; `caret` counts UTF-16 units.
    pub async fn query_help(&self, text: &str, caret: u32) -> Result<QueryHelp, EngineError> {
        let asked = asked(text, caret);
        let known = match &asked {
            Some(own) => match own.wanted {
                Wanted::Value(key) => self.0.store.known_values(key, &own.begun).await?,
                Wanted::Key => Vec::new(),
            },
            None => Vec::new(),
        };
        let known: Vec<Known> = known;
        Ok(help(text, asked.as_ref(), &known))
    }
}

fn name(typed: &str) -> Result<String, EngineError> {
    name_of(typed).map_err(|error| EngineError::new(Code::BadInput, error.to_string()).about("name"))
}
