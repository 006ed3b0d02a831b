//! What needs more than the public face: base OTs that cost nothing, defences taken away, shares of both sides
//! in one hand. The runs themselves are those of `tests/vole`.

mod algebra;
mod attacks;
#[path = "../../tests/vole/cases.rs"]
mod cases;
mod differential;
mod hostile;
mod insider;
#[path = "../../tests/vole/parties.rs"]
mod parties;
mod parts;
