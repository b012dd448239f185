//! The program from outside: one binary, one file for each promise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod commands;
mod corrupt;
mod crash;
mod damage;
mod damaged;
mod dictionaries;
mod env;
mod exact;
mod floor_plan;
mod formats;
mod frozen;
mod hostile;
mod fuzz;
mod histories;
mod manual;
mod meant;
mod mutate;
mod pack;
mod pages;
mod quality;
mod repair;
mod resume;
mod search;
mod stable;
mod targets;
mod terminal;
mod typed;
