//! foca as it is published, on seedbed: clusters that grow, shrink, break apart and heal, and planted bugs that must be found.

mod broadcasts;
mod cluster;
mod damage;
mod glue;
mod peer;
mod planted;
mod programs;
mod properties;
mod published;
mod seeds;
