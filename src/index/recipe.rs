//! What decides how a text becomes terms. Two indexes with one recipe answer
//! alike; an index with another recipe than the program's is refused.

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use crate::fold;
use crate::passage;
use crate::repair;
use crate::segment;

/// Counts changes of the fields, of what is stored in them, and of how the
/// structure of an article is read.
const FORMAT: u32 = 11;
/// The first format whose indexes bear a seal of today's name.
pub(crate) const SEALED_SINCE: u32 = 8;

/// The identity of the analysis, written into every commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Version of the fields.
    pub format: u32,
    /// Segmenter, its mode and its dictionary.
    pub words: String,
    /// Hash of the user dictionary in normal form, hexadecimal; empty without one.
    pub user_dict: String,
    /// Hash of the folding table, hexadecimal.
    pub fold: String,
    /// Names and versions of the repair rules.
    pub repair: String,
    /// How articles are cut into passages.
    pub passages: String,
}

impl Recipe {
    /// The recipe of this release with a user dictionary (its hash), or none.
    pub fn current(user_dict: Option<u64>) -> Recipe {
        Recipe {
            format: FORMAT,
            words: segment::version(),
            user_dict: user_dict
                .map(|hash| format!("{hash:016x}"))
                .unwrap_or_default(),
            fold: format!("{:016x}", fold::TABLE_HASH),
            repair: repair::rules_version().to_owned(),
            passages: passage::VERSION.to_owned(),
        }
    }

    /// An error that names the parts in which an index differs from what is wanted.
    pub fn accept(&self, wanted: &Recipe) -> Result<()> {
        let parts = [
            ("format", self.format == wanted.format),
            ("dictionary", self.words == wanted.words),
            ("user dictionary", self.user_dict == wanted.user_dict),
            ("folding table", self.fold == wanted.fold),
            ("repair rules", self.repair == wanted.repair),
            ("passages", self.passages == wanted.passages),
        ];
        let differ: Vec<&str> = parts
            .iter()
            .filter(|(_, same)| !same)
            .map(|(name, _)| *name)
            .collect();
        if differ.is_empty() {
            return Ok(());
        }
        bail!(
            "it was built with another {}; build it again with `jianbao index --rebuild PATH…`",
            differ.join(", ")
        )
    }
}
