//! Pages: a traversal is fixed when its first page is asked for, and its tokens hold the place in it.
//!
//! Invariants: a token works for 24 hours and only with the arguments that produced it, except those Amazon lets a
//! client change; asking again with one token gives the same place (reference: spapi.md §4.2 rule 5).

use std::collections::HashMap;
use std::sync::Arc;

use crate::draw::mix;
use crate::order::Millis;
use crate::orders::DateFamily;

/// A token lives this long after it was given out.
pub(crate) const TOKEN_LIFE: Millis = 24 * 3600 * 1000;

/// What stays the same over all pages.
#[derive(Debug)]
pub(crate) struct Traversal {
    /// The arguments to be repeated, sorted by name.
    pub(crate) arguments: Vec<(String, String)>,
    /// The instant that the list goes by.
    pub(crate) by: DateFamily,
    /// Order indexes in the sequence of the pages.
    pub(crate) orders: Vec<u64>,
    /// The instant of the first page: all pages show the orders as they stood then.
    pub(crate) at: Millis,
    /// The upper bound, echoed on every page.
    pub(crate) before: Millis,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) traversal: u64,
    pub(crate) offset: usize,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unreadable,
    Expired,
    OtherArguments,
}

/// All traversals that can still be continued.
#[derive(Debug, Default)]
pub(crate) struct Traversals {
    seed: u64,
    open: HashMap<u64, (Arc<Traversal>, Millis)>,
    opened: u64,
}

impl Traversals {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Keeps a traversal for as long as one of its tokens lives, and forgets the dead ones.
    pub(crate) fn open(&mut self, traversal: Arc<Traversal>, now: Millis) -> u64 {
        self.open.retain(|_, (_, last_token)| now - *last_token <= TOKEN_LIFE);
        self.opened += 1;
        self.open.insert(self.opened, (traversal, now));
        self.opened
    }

    /// A token for this place, given out at `now`.
    pub(crate) fn token(&mut self, place: Place, now: Millis) -> String {
        if let Some((_, last_token)) = self.open.get_mut(&place.traversal) {
            *last_token = now;
        }
        let words = [place.traversal, place.offset as u64, now.unsigned_abs()];
        let seal = self.seal(words);
        let [traversal, offset, given] =
            [0, 1, 2].map(|position: usize| words[position] ^ mask(seal, position));
        format!("{traversal:016x}{offset:016x}{given:016x}{seal:016x}")
    }

    /// The place that a token holds, if `repeated` finds that the arguments were sent again.
    pub(crate) fn place(
        &self,
        token: &str,
        now: Millis,
        repeated: impl FnOnce(&[(String, String)]) -> bool,
    ) -> Result<(Place, Arc<Traversal>), Refusal> {
        let words = hex_words(token).ok_or(Refusal::Unreadable)?;
        let seal = words[3];
        let [traversal, offset, given] =
            [0, 1, 2].map(|position: usize| words[position] ^ mask(seal, position));
        if self.seal([traversal, offset, given]) != seal {
            return Err(Refusal::Unreadable);
        }
        if now - given.cast_signed() > TOKEN_LIFE {
            return Err(Refusal::Expired);
        }
        let (known, _) = self.open.get(&traversal).ok_or(Refusal::Expired)?;
        if !repeated(&known.arguments) {
            return Err(Refusal::OtherArguments);
        }
        let offset = usize::try_from(offset).map_err(|_| Refusal::Unreadable)?;
        Ok((Place { traversal, offset }, Arc::clone(known)))
    }

    fn seal(&self, words: [u64; 3]) -> u64 {
        words.into_iter().fold(mix(self.seed, 0x7E4A), mix)
    }
}

/// Hides a word of a token, so that nothing can be read or counted up in it.
fn mask(seal: u64, position: usize) -> u64 {
    mix(seal, position as u64)
}

fn hex_words(token: &str) -> Option<[u64; 4]> {
    if token.len() != 64 || !token.is_ascii() {
        return None;
    }
    let word = |at: usize| u64::from_str_radix(token.get(at * 16..at * 16 + 16)?, 16).ok();
    Some([word(0)?, word(1)?, word(2)?, word(3)?])
}

/// A token of Orders v0, whose alphabet has characters that a client must percent-encode.
pub(crate) fn v0_spelling(token: &str) -> String {
    let (front, back) = token.split_at(token.len() / 2);
    format!("{front}+/{back}==")
}

/// Reads [`v0_spelling`] back.
pub(crate) fn from_v0_spelling(token: &str) -> Option<String> {
    let (front, back) = token.strip_suffix("==")?.split_once("+/")?;
    Some(format!("{front}{back}"))
}
