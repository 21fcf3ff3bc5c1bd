//! Promise: a failure is shrunk to the few departures that it takes, each needed and each said in words.

mod chaotic;
mod explaining;
mod planted;
mod promises;
mod quality;
