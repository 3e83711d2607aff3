//! What a message of any kind carries.

use super::{
    Act, Admit, Answer, Approve, Decision, Enrolment, Inquiry, Invitations, Kind, Message,
    NotCanonical, Notice, Objection, Package, People, Preview, Question, Release, Reply, Report,
    Response, Revoke, RoomAct, Stop, Withdraw, Withhold,
};

impl Message {
    /// Whether the content is that of its kind in its one form. `None` for a kind that has no form yet.
    #[must_use]
    pub fn content_is_canonical(&self) -> Option<Result<(), NotCanonical>> {
        Some(match self.kind() {
            Kind::Package => self.decode::<Package>().map(drop),
            Kind::People => self.decode::<People>().map(drop),
            Kind::Invitations => self.decode::<Invitations>().map(drop),
            Kind::Revoke => self.decode::<Revoke>().map(drop),
            Kind::Room => self.decode::<RoomAct>().map(drop),
            Kind::Enrolment => self.decode::<Enrolment>().map(drop),
            Kind::Report => self.decode::<Report>().map(drop),
            Kind::Admit => self.decode::<Admit>().map(drop),
            Kind::Decision => self.decode::<Decision>().map(drop),
            Kind::Answer => self.decode::<Answer>().map(drop),
            Kind::Preview => self.decode::<Preview>().map(drop),
            Kind::Release => self.decode::<Release>().map(drop),
            Kind::Withdraw => self.decode::<Withdraw>().map(drop),
            Kind::Stop => self.decode::<Stop>().map(drop),
            Kind::Objection => self.decode::<Objection>().map(drop),
            Kind::Withhold => self.decode::<Withhold>().map(drop),
            Kind::Approve => self.decode::<Approve>().map(drop),
            Kind::Act => self.decode::<Act>().map(drop),
            Kind::Question => self.decode::<Question>().map(drop),
            Kind::Reply => self.decode::<Reply>().map(drop),
            Kind::Inquiry => self.decode::<Inquiry>().map(drop),
            Kind::Response => self.decode::<Response>().map(drop),
            Kind::Notice => self.decode::<Notice>().map(drop),
            Kind::Addition | Kind::Update => return None,
        })
    }
}
