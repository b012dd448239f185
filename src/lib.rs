//! jianbao (剪报): an archive of Chinese government news in, ranked passages out.
//!
//! The modules below are the rooms of the house, in floor order: a room may
//! name only rooms above it. ARCHITECTURE.md is the map and
//! `tests/it/floor_plan.rs` keeps it true.

pub mod fold;
pub mod chars;
pub mod trie;
pub mod article;
pub mod decode;
pub mod source;
pub mod pack;
pub mod segment;
pub mod repair;
pub mod passage;
pub mod extract;
pub mod index;
pub mod discover;
pub mod search;
pub mod render;
pub mod ingest;
