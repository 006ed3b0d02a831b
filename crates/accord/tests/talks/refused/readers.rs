//! What observers and strangers are not asked, and what nobody refers to.

use detente_accord::record::Rel;

use super::scenes::*;
use super::{Case, case};
use crate::world::saying;

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("a request answered twice", "wrong-phase", |world| {
            let request = request(world);
            say(world, saying("a", "observer", "grant").about(&[&request]));
            saying("a", "observer", "decline").about(&[&request])
        }),
        case("a request of a party", "needs-role", |world| {
            let asked = asked(world);
            saying("a", "observer", "ask").about(&[&asked]).to("b")
        }),
        case("an answer by an observer", "needs-role", |world| {
            let asked = asked(world);
            saying("o", "reply", "answer").about(&[&asked])
        }),
        case("an observer's node that answers a comcheck", "not-permitted", |world| {
            let checked = checked(world);
            saying("o", "comcheck", "node-answer").about(&[&checked])
        }),
        case("a comcheck of an observer", "not-permitted", |_| saying("o", "comcheck", "send").to("a")),
        case("an inquiry to an observer", "not-permitted", |_| saying("a", "inquiry", "release").to("o")),
        case("an inquiry to a stranger", "not-permitted", |_| saying("a", "inquiry", "release").to("x")),
        case("an inquiry to itself", "addressee", |_| saying("a", "inquiry", "release").to("a")),
        case("an inquiry to all", "addressee", |_| saying("a", "inquiry", "release").to("*")),
        case("a claim to a stranger", "not-permitted", |_| put().to("x")),
        case("an offer to an observer", "not-permitted", |_| offer().to("o")),
        case("an observer that is a party", "not-permitted", |world| nominate(world).word("party", "b")),
        case("an observer that is there already", "not-permitted", |world| {
            nominate(world).word("party", "o")
        }),
        case("an observer nominated twice", "once-only", |world| {
            nominated(world);
            nominate(world)
        }),
        case("an observer whose term is over", "out-of-bounds", |world| nominate(world).number("until", 5)),
        case("an observer scoped before anybody accepted it", "wrong-phase", |world| {
            let nominated = nominated(world);
            saying("b", "observer", "scope").about(&[&nominated])
        }),
        case("an observer accepted after a refusal", "wrong-phase", |world| {
            let nominated = nominated(world);
            say(world, saying("b", "observer", "refuse").about(&[&nominated]));
            saying("c", "observer", "accept").about(&[&nominated])
        }),
        case("an observer accepted twice", "once-only", |world| {
            let nominated = nominated(world);
            say(world, saying("b", "observer", "accept").about(&[&nominated]));
            saying("b", "observer", "accept").about(&[&nominated])
        }),
        case("one observer more than the charter has place for", "not-permitted", |world| {
            for party in ["n1", "n2", "n3"] {
                let nominate = nominate(world).word("party", party);
                say(world, nominate);
            }
            nominate(world).word("party", "n4")
        }),
        case("an answer to what had no effect", "target-without-effect", |world| {
            let nothing = world.post(&offer().signed(&["chief"]));
            saying("b", "undertaking", "accept").about(&[&nothing])
        }),
        case("a reply to an offer", "ref-target", |world| {
            let offered = offered(world);
            saying("b", "reply", "answer").about(&[&offered])
        }),
        case("a reply that only cites", "ref-relation", |world| {
            let asked = asked(world);
            saying("b", "reply", "answer").about(&[&asked]).rels(&[Rel::Cites])
        }),
    ]
}
