//! One embedded tantivy index on disk, and the only room that writes it.
//!
//! ```text
//! DIR/CURRENT           the name of the live generation, replaced in one step
//! DIR/lock              held by the one writer, names its process
//! DIR/g000001/          a generation: tantivy's files,
//!             ledger.jsonl   what was read in (ledger.rs)
//!             dict.txt       the user dictionary, in normal form
//! ```
//!
//! Index and ledger change together or not at all: the commit's payload holds
//! the length of the ledger and the identity of the analysis.

mod documents;
mod gate;
mod ledger;
mod postings;
mod recipe;
mod schema;
mod store;
mod texts;
mod twins;
mod writer;

pub use documents::{Meta, Spot, day, file_key, key_of};
pub use ledger::Entry;
pub use postings::{BREAK, Postings, STOP, Terms};
pub use recipe::Recipe;
pub use schema::Fields;
pub use store::{Commit, LazySegmenter, Segment, Store};
pub use texts::{Opening, Texts};
pub use twins::Signature;
pub use writer::{Added, Options, Standing, Writer};
