//! Acts on the accord itself: keys rotate, logs are frozen, parties join and leave.

use std::collections::BTreeMap;

use detente_accord::jcs::Value;
use detente_accord::record::{LogId, Offer, Position, Reference, Rel};
use detente_accord::{Entropy, PartyId, Time, b64};

use crate::held::KEYSET;
use crate::seeds::EpochSeeds;
use crate::{Accord, Appended, Error, say};

impl Accord<'_> {
    /// Begins the next epoch: the keys that this one committed to, and a new log whose first entries name the
    /// charter and the end of the old one.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] while entries of our log are not held by anybody else; those of the disk. After a
    /// crash in the middle the same call goes on where it stopped.
    pub fn rotate(&mut self, now: Time, entropy: &mut Entropy) -> Result<LogId, Error> {
        if self.log.epoch > 0 && self.own_size() < 2 {
            // A rotation stopped after its entry in the old log.
            self.close_epoch(now)?;
            self.begin_epoch(now, entropy)?;
            return Ok(self.log.clone());
        }
        let next = LogId::new(self.log.party.clone(), self.log.epoch + 1);
        let desk = *self.home.card().desk();
        let keys = self.epoch_seeds(next.epoch)?.key_set(&desk)?;
        let others: Vec<_> = crate::found::other_offices(&self.us);
        // Seeds that a rotation left when it stopped are kept: nothing was committed to before all were there.
        self.keys().complete_epoch(next.epoch + 1, &EpochSeeds::draw(&others, entropy))?;
        let after = self.epoch_seeds(next.epoch + 1)?;
        let committed = after.key_set(&desk)?.commitment();
        let bytes = keys.encode();
        self.record.put_public_file(KEYSET, &crate::found::hex(&keys.commitment()), &bytes)?;
        // A log that was ended still says where it goes on: the keys were committed to before.
        let rotation = say::rotate(next.epoch, &keys.commitment(), &committed);
        self.say_unjudged(vec![rotation], now, entropy)?;
        self.refresh()?;
        self.log = next.clone();
        self.open_signer()?;
        self.begin_epoch(now, entropy)?;
        Ok(next)
    }

    /// Signs the end of the old log, if the rotation stopped between its last entry and the head over it.
    fn close_epoch(&mut self, now: Time) -> Result<(), Error> {
        let current = self.log.clone();
        self.log.epoch = current.epoch.saturating_sub(1);
        self.open_signer()?;
        let closed = self.sign_what_stands(now);
        self.log = current;
        self.open_signer()?;
        closed?;
        self.refresh()
    }

    /// Entry 0 of the new log names the charter, entry 1 the end of the old log.
    pub(crate) fn begin_epoch(&mut self, now: Time, entropy: &mut Entropy) -> Result<(), Error> {
        if self.own_size() == 0 {
            self.open_log(now, entropy)?;
        }
        if self.own_size() == 1 {
            self.say_all(vec![say::ack(Vec::new(), now)], now, entropy)?;
        }
        Ok(())
    }

    /// Says that a log ends at the last head that is held in common: its key was lost, stolen, or forked it.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a log of nobody; those of the disk.
    pub fn freeze(&mut self, log: &LogId, now: Time, entropy: &mut Entropy) -> Result<Appended, Error> {
        if self.state.ring().keyset(log).is_none() {
            return Err(Error::Unknown(format!("there is no log {log} in this accord")));
        }
        if self.has_frozen(log) {
            return Err(Error::NotAllowed("we have frozen it already"));
        }
        let (size, root) = self.last_common(log)?;
        let draft = say::freeze(self.charter.names(), log, size, &root);
        self.say_all(vec![draft], now, entropy)
    }

    /// Invites a party by its offer.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn invite(
        &mut self,
        offer: &Offer,
        reason: Option<&str>,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Appended, Error> {
        let parties = self.state.parties().len() + 1;
        let quorum = detente_accord::record::Quorum::default_for(parties, self.charter.quorum().pq);
        let public = BTreeMap::from([
            ("f".to_owned(), Value::Integer(quorum.f)),
            ("k".to_owned(), Value::Integer(quorum.k)),
            ("offer".to_owned(), Value::text(b64::encode(&offer.hash()))),
            ("party".to_owned(), Value::text(offer.party().id().as_str())),
            ("standing".to_owned(), Value::text("party")),
        ]);
        self.keep_offer(offer)?;
        self.say_all(vec![say::member("invite", public, Vec::new(), reason)], now, entropy)
    }

    /// Consents to an invitation by another party.
    ///
    /// # Errors
    /// [`Error::Unknown`] if there is none; those of the disk.
    pub fn consent(&mut self, party: &PartyId, now: Time, entropy: &mut Entropy) -> Result<Appended, Error> {
        let to = self.invitation_of(party)?;
        self.say_all(vec![say::member("consent", BTreeMap::new(), vec![to], None)], now, entropy)
    }

    /// Signs on, as the invited party, once all have consented. Our log must have nothing but its first entry.
    ///
    /// # Errors
    /// [`Error::Unknown`] if nobody invited us; those of the disk.
    pub fn sign_on(&mut self, now: Time, entropy: &mut Entropy) -> Result<Appended, Error> {
        let us = self.us.id().clone();
        let to = self.invitation_of(&us)?;
        let offer = self.offer_of(&us).map(Offer::hash);
        let offer = offer.ok_or_else(|| Error::Unknown("our offer is not in this record".into()))?;
        let public = BTreeMap::from([("offer".to_owned(), Value::text(b64::encode(&offer)))]);
        self.say_all(vec![say::member("sign-on", public, vec![to], None)], now, entropy)
    }

    /// Leaves the accord.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn leave(
        &mut self,
        reason: Option<&str>,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Appended, Error> {
        self.say_all(vec![say::member("withdraw", BTreeMap::new(), Vec::new(), reason)], now, entropy)
    }

    fn invitation_of(&self, party: &PartyId) -> Result<Reference, Error> {
        let invited = self.state.members().get(party).and_then(|member| member.since.clone());
        let position: Position =
            invited.ok_or_else(|| Error::Unknown(format!("nobody has invited {party}")))?;
        self.reference(Rel::To, &position)
    }
}
