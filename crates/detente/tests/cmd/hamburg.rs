//! HAMBURG-1: the short dialogue that started the project, between three homes by packets alone. Each row of the story
//! is one command at its time; what everybody computes at the end is compared with the handbook's figures.

mod departures;
mod dialogue;
mod story;
