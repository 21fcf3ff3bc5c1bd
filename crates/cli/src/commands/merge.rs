//! `cargo seedbed merge`: one report of many shards.

use clap::Args;

use crate::status::{Error, Outcome};

/// Joins the records of shards: totals, groups, one report
#[derive(Args, Clone, Debug)]
pub struct Merge {
    /// Folders of hunts
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<std::path::PathBuf>,
}

impl Merge {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(self) -> Outcome {
        Err(Error::usage("merge is not there yet"))
    }
}
