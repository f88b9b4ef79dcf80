//! The application: what reads clusters and files, keeps workbooks, writes bundles, and shows the walk on a terminal.
//! What judges and what is kept lives in `kassay-core`; here is everything that touches the world.

pub mod app;
pub mod cli;
pub mod collect;
pub mod config;
pub mod export;
pub mod plain;
pub mod shell;
pub mod sshsig;
pub mod store;
pub mod tables;
pub mod tui;
