//! spapi
