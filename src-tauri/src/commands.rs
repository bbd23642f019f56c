//! What the window may ask. A command takes typed input, calls one method of the engine and maps its error; nothing else.

pub(crate) mod about;
pub(crate) mod accounts;
pub(crate) mod activity;
pub(crate) mod app;
pub(crate) mod background;
pub(crate) mod confirming;
pub(crate) mod data;
pub(crate) mod files;
pub(crate) mod listings;
pub(crate) mod matching;
pub(crate) mod orders;
pub(crate) mod picking;
pub(crate) mod printing;
pub(crate) mod stock;
pub(crate) mod sync;
pub(crate) mod updates;
pub(crate) mod views;

use crate::error::CommandError;

/// The answer of every command.
pub(crate) type Answer<T> = Result<T, CommandError>;
