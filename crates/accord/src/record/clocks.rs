//! The clocks of an accord, each in seconds.

use super::rules::{Clock, clock, clock_value};
use crate::Rejection;
use crate::fields::Fields;
use crate::jcs::Value;

/// How long each thing may take. What starts a clock is said where it is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clocks {
    /// A person's acknowledgement, for what is routine, priority and immediate.
    pub ack: [Clock; 3],
    /// A holding reply.
    pub holding: Clock,
    /// The answer to an inquiry about an incident, or for assistance.
    pub answer_incident: Clock,
    /// The answer to any other inquiry.
    pub answer_norm: Clock,
    /// The final answer.
    pub r#final: Clock,
    /// The asker's supply after more was wanted.
    pub supply: Clock,
    /// Idle time after which a thread is dormant.
    pub dormant: Clock,
    /// The answer to an undertaking offered.
    pub offer: Clock,
    /// The time after which an undertaking offered lapses.
    pub offer_lapse: Clock,
    /// The right of reply to a claim, normal and immediate.
    pub reply_right: [Clock; 2],
    /// Filing a contact, planned and other.
    pub contact: [Clock; 2],
    /// The other side of a contact: until it is reminded, until the report stands alone.
    pub contact_other: [Clock; 2],
    /// The other side's period before a disclosure, normal and urgent.
    pub disclosure: [Clock; 2],
    /// A machine receipt.
    pub machine: Clock,
    /// The silence of a node after which a statement is tendered.
    pub tendered: Clock,
    /// From one comcheck to the next.
    pub comcheck_every: Clock,
    /// A person's answer to a comcheck.
    pub comcheck_human: Clock,
    /// Notice of a change of officers.
    pub change: Clock,
    /// From one refresh of what was declared to the next.
    pub refresh: Clock,
    /// After a resumption, for dates that fell into the suspension.
    pub after_resume: Clock,
}

impl Clocks {
    /// The clocks of an accord that nobody wrote.
    pub fn bare() -> Clocks {
        Clocks {
            ack: [Clock::of::<86_400>(), Clock::of::<14_400>(), Clock::of::<3_600>()],
            holding: Clock::of::<86_400>(),
            answer_incident: Clock::of::<259_200>(),
            answer_norm: Clock::of::<864_000>(),
            r#final: Clock::of::<2_592_000>(),
            supply: Clock::of::<259_200>(),
            dormant: Clock::of::<7_776_000>(),
            offer: Clock::of::<864_000>(),
            offer_lapse: Clock::of::<2_592_000>(),
            reply_right: [Clock::of::<259_200>(), Clock::of::<86_400>()],
            contact: [Clock::of::<86_400>(), Clock::of::<259_200>()],
            contact_other: [Clock::of::<86_400>(), Clock::of::<259_200>()],
            disclosure: [Clock::of::<864_000>(), Clock::of::<86_400>()],
            machine: Clock::of::<300>(),
            tendered: Clock::of::<86_400>(),
            comcheck_every: Clock::of::<2_592_000>(),
            comcheck_human: Clock::of::<7_200>(),
            change: Clock::of::<432_000>(),
            refresh: Clock::of::<15_552_000>(),
            after_resume: Clock::of::<432_000>(),
        }
    }

    /// The time for a person's acknowledgement, by precedence.
    pub fn ack_for(&self, precedence: &str) -> Clock {
        let [routine, priority, immediate] = self.ack;
        match precedence {
            "immediate" => immediate,
            "priority" => priority,
            _ => routine,
        }
    }

    pub(crate) fn from_value(value: Value) -> Result<Clocks, Rejection> {
        let mut fields = Fields::of(value, "rules.clocks")?;
        let clocks = Clocks {
            ack: several(&mut fields, "ack")?,
            holding: clock(&mut fields, "holding")?,
            answer_incident: clock(&mut fields, "answer_incident")?,
            answer_norm: clock(&mut fields, "answer_norm")?,
            r#final: clock(&mut fields, "final")?,
            supply: clock(&mut fields, "supply")?,
            dormant: clock(&mut fields, "dormant")?,
            offer: clock(&mut fields, "offer")?,
            offer_lapse: clock(&mut fields, "offer_lapse")?,
            reply_right: several(&mut fields, "reply_right")?,
            contact: several(&mut fields, "contact")?,
            contact_other: several(&mut fields, "contact_other")?,
            disclosure: several(&mut fields, "disclosure")?,
            machine: clock(&mut fields, "machine")?,
            tendered: clock(&mut fields, "tendered")?,
            comcheck_every: clock(&mut fields, "comcheck_every")?,
            comcheck_human: clock(&mut fields, "comcheck_human")?,
            change: clock(&mut fields, "change")?,
            refresh: clock(&mut fields, "refresh")?,
            after_resume: clock(&mut fields, "after_resume")?,
        };
        fields.finish()?;
        Ok(clocks)
    }

    pub(crate) fn to_value(self) -> Value {
        let several = |clocks: &[Clock]| Value::Array(clocks.iter().copied().map(clock_value).collect());
        Value::object([
            ("ack", several(&self.ack)),
            ("holding", clock_value(self.holding)),
            ("answer_incident", clock_value(self.answer_incident)),
            ("answer_norm", clock_value(self.answer_norm)),
            ("final", clock_value(self.r#final)),
            ("supply", clock_value(self.supply)),
            ("dormant", clock_value(self.dormant)),
            ("offer", clock_value(self.offer)),
            ("offer_lapse", clock_value(self.offer_lapse)),
            ("reply_right", several(&self.reply_right)),
            ("contact", several(&self.contact)),
            ("contact_other", several(&self.contact_other)),
            ("disclosure", several(&self.disclosure)),
            ("machine", clock_value(self.machine)),
            ("tendered", clock_value(self.tendered)),
            ("comcheck_every", clock_value(self.comcheck_every)),
            ("comcheck_human", clock_value(self.comcheck_human)),
            ("change", clock_value(self.change)),
            ("refresh", clock_value(self.refresh)),
            ("after_resume", clock_value(self.after_resume)),
        ])
    }
}

/// Takes an array of exactly `N` clocks.
fn several<const N: usize>(fields: &mut Fields, field: &'static str) -> Result<[Clock; N], Rejection> {
    let read = |value| match value {
        Value::Integer(seconds) => Clock::new(seconds),
        _ => None,
    };
    let clocks: Option<Vec<Clock>> = fields.array(field, N)?.into_iter().map(read).collect();
    clocks.and_then(|clocks| clocks.try_into().ok()).ok_or(fields.bad(field))
}
