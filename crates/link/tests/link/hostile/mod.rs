//! A peer that holds keys, or some of them, and does as it likes.

mod cases;
mod frames;
mod hellos;
mod raw;
mod slow;
mod tls;
mod tls_hello;
