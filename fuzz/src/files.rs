//! Cards, the three files, statements and receipts: bytes that decode are the bytes that were signed, and a
//! file that verifies is one that the party made.

use detente_accord::exchange::{ReceivedAnswer, ReceivedAsk, ReceivedResult};
use detente_accord::jcs::Value;
use detente_accord::receipt::Receipt;
use detente_accord::{Acceptance, Card, Proposal, Rejection};

use crate::honest::{HONEST, NOW};
use crate::planted;

/// JCS: what decodes encodes to the same bytes.
pub fn check_jcs(data: &[u8]) {
    if let Ok(value) = Value::decode(data) {
        assert_eq!(value.encode(), data, "one byte form");
        planted::in_value(&value);
    }
}

/// A card that reads back is made of exactly the bytes that came.
pub fn check_card(data: &[u8]) {
    match Card::read(data) {
        Ok(card) => {
            let bytes = data.strip_suffix(b"\n").unwrap_or(data);
            assert_eq!(card.bytes(), bytes.strip_suffix(b"\r").unwrap_or(bytes));
            assert_eq!(Card::read(card.bytes()).as_ref(), Ok(&card));
            assert!(card.words_are(&card.words().join(" ")));
        }
        Err(rejection) => planted::in_rejection(&rejection),
    }
}

/// An ask of the honest asker is the one it made.
pub fn check_ask(data: &[u8]) {
    let honest = &*HONEST;
    let verdict = ReceivedAsk::read(data).and_then(|ask| {
        assert_eq!(ask.size(), data.len() as u64);
        let _ = ask.check_rules(NOW, &[9; 32], 1000);
        ask.verify(&honest.asker.card, &honest.answerer.card)
    });
    judge(verdict, data, &honest.ask);
}

/// An answer of the honest answerer to the honest ask is the one it made.
pub fn check_answer(data: &[u8]) {
    let honest = &*HONEST;
    let verdict = ReceivedAnswer::read(data).and_then(|answer| {
        assert_eq!(answer.size(), data.len() as u64);
        let ask = ReceivedAsk::read(&honest.ask)?;
        let follows = answer.check_answers(ask.proposal(), &ask.hash(), &honest.answerer.card);
        answer.verify(&honest.answerer.card, &honest.asker.card).and(follows)
    });
    judge(verdict, data, &honest.answer);
}

/// A result of the honest asker is the one it made.
pub fn check_result(data: &[u8]) {
    let honest = &*HONEST;
    let verdict = ReceivedResult::read(data).and_then(|result| {
        assert_eq!(result.size(), data.len() as u64);
        result.verify(&honest.asker.card, &honest.answerer.card)
    });
    judge(verdict, data, &honest.result);
}

/// A receipt reads back as it was written, and nobody else's receipt verifies.
pub fn check_receipt(data: &[u8]) {
    let honest = &*HONEST;
    let verdict = Receipt::read(data).and_then(|receipt| {
        let again = receipt.encode();
        let read = Receipt::read(&again)?;
        assert_eq!(read.encode(), again, "what was written reads back");
        let shown = receipt.verify(&honest.asker.card, &honest.answerer.card)?;
        assert_eq!(shown.files.len(), receipt.handovers.len().min(3));
        Ok(())
    });
    if let Err(rejection) = verdict {
        planted::in_rejection(&rejection);
    }
}

/// Statements as a home stores them, where no hash stands in front of their decoder.
pub fn check_terms(data: &[u8]) {
    let honest = &*HONEST;
    if let Ok(proposal) = Proposal::read_stored(data) {
        assert_eq!(proposal.to_private_value().encode(), data, "a proposal keeps its bytes");
        let verdict = proposal.verify(&honest.asker.card, &honest.answerer.card);
        planted::in_verdict(&verdict);
    }
    if let Ok(acceptance) = Acceptance::read_stored(data) {
        assert_eq!(acceptance.to_private_value().encode(), data, "an acceptance keeps its bytes");
    }
}

/// Everything of a file is under its signature: what verifies is the file that was signed.
fn judge(verdict: Result<(), Rejection>, data: &[u8], made: &[u8]) {
    match verdict {
        Ok(()) => assert!(data == made, "a file that was changed verifies"),
        Err(rejection) => planted::in_rejection(&rejection),
    }
}
