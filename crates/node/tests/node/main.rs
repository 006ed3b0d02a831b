//! The engine with real disks: founding, saying, exchanging, forking, recovering.

mod exchange;
mod govern;
mod world;
