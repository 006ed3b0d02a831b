//! What becomes of every act in every phase, written down by hand from sections 5.8 to 5.19 of the handbook.
//!
//! `open` says how a thread begins; `at NAME [WORD]: steps` how a phase is reached, and its word where the name is
//! only ours. `act ACT[@TARGET] fields | actors [own] | outcomes`: `x>y` leads from phase `x` to `y`, `x` stays
//! there, `x=why` is refused, `*` is every phase, `x/ab` holds for these actors; phases that are not named refuse it
//! as `wrong-phase`. `a` opens, `b` is addressed, `c` is neither, `o` observes.

/// Types whose other acts are tried on every thread too.
pub(crate) const FOREIGN: &[&str] = &[
    "inquiry",
    "reply",
    "denial",
    "position",
    "objection",
    "suspension",
    "withdrawal",
    "notice",
    "undertaking",
    "claim",
    "exhibit",
    "comcheck",
    "verification",
    "observer",
    "contact",
    "disclosure",
    "exercise",
];

/// The machines.
pub(crate) const EXPECTED: &[(&str, &str)] = &[
    ("inquiry", INQUIRY),
    ("suspension", SUSPENSION),
    ("notice", NOTICE),
    ("undertaking", UNDERTAKING),
    ("claim", CLAIM),
    ("exhibit", EXHIBIT),
    ("comcheck", COMCHECK),
    ("verification", VERIFICATION),
    ("request", REQUEST),
    ("observer", OBSERVER),
    ("contact", CONTACT),
    ("disclosure", DISCLOSURE),
    ("exercise", EXERCISE),
];

const INQUIRY: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=a inquiry.release @ kind=incident
at released:
at acknowledged: b reply.acknowledge
at holding: b reply.holding
at wanted more-information-wanted: b reply.more-information-wanted
at asked acknowledged: b reply.acknowledge; b reply.extend-ask extra=60
at partly answered-partly: d=b reply.answer answer=partial
at answered: d=b denial.denial
at accepted: d=b denial.denial; a inquiry.accept
at contested: d=b denial.denial; a position.contest @d
at follow-up: d=b denial.denial; a inquiry.follow-up
at closed: d=b denial.denial; a inquiry.close
at withdrawn: a withdrawal.withdraw
at dormant: wait 91d
act reply.acknowledge | b | released>acknowledged dormant>acknowledged follow-up
act reply.holding | b | released>holding acknowledged>holding asked>holding holding partly>holding follow-up>holding dormant>holding
act reply.more-information-wanted | b | released>wanted acknowledged>wanted asked>wanted holding>wanted partly>wanted follow-up>wanted dormant>wanted
act reply.extend-ask extra=60 | b | released acknowledged asked=once-only holding partly follow-up dormant>released
act reply.answer answer=acted | b | released>answered acknowledged>answered asked>answered holding>answered wanted>answered partly>answered answered contested follow-up>answered dormant>answered
act denial.denial | b | released>answered acknowledged>answered asked>answered holding>answered wanted>answered partly>answered answered contested follow-up>answered dormant>answered
act inquiry.supply | a | released acknowledged asked holding wanted>acknowledged partly answered accepted contested follow-up dormant>released
act inquiry.extend-grant extra=60 | a | released=nothing-asked acknowledged=nothing-asked asked holding=nothing-asked wanted=nothing-asked partly=nothing-asked follow-up=nothing-asked dormant=nothing-asked
act inquiry.follow-up | a | partly>follow-up answered>follow-up accepted>follow-up contested>follow-up closed>follow-up
act inquiry.accept | a | partly>accepted answered>accepted contested>accepted
act inquiry.close | a | released>closed acknowledged>closed asked>closed holding>closed wanted>closed partly>closed answered>closed accepted>closed contested>closed follow-up>closed dormant>closed
act withdrawal.withdraw | a own | released>withdrawn acknowledged>withdrawn asked>withdrawn holding>withdrawn wanted>withdrawn partly>withdrawn answered>withdrawn accepted>withdrawn contested>withdrawn follow-up>withdrawn dormant>withdrawn
act withdrawal.cancel | a own | released>withdrawn acknowledged>withdrawn asked>withdrawn holding>withdrawn wanted>withdrawn partly>withdrawn answered>withdrawn accepted>withdrawn contested>withdrawn follow-up>withdrawn dormant>withdrawn
act correction.correct | a own | *
";

const SUSPENSION: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=a suspension.suspend @ to=b days=30
at announced:
at suspended: wait 4d
at expired: wait 40d
at resumed: a suspension.resume
act suspension.resume | a | announced>resumed suspended>resumed expired>resumed
act withdrawal.cancel | a own | *=not-in-thread
act correction.correct | a own | *
";

const NOTICE: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=a notice.issue @ to=b kind=incident known_since=1 prec=priority
at received:
at acknowledged: b notice.acknowledge
at updated: a notice.update
at denied received: d=b denial.denial
at closed: d=b denial.denial; a notice.close
at cancelled: a withdrawal.cancel
at expired: wait 91d
act notice.acknowledge | b | received>acknowledged denied>acknowledged acknowledged=once-only updated expired>acknowledged
act notice.update | a own | received>updated acknowledged>updated updated denied>updated expired>updated
act notice.close | a own | received>closed acknowledged>closed updated>closed denied>closed expired>closed
act notice.close outcome=released | a own | received=out-of-bounds acknowledged=out-of-bounds updated=out-of-bounds denied=out-of-bounds expired=out-of-bounds
act denial.denial | b | received acknowledged updated denied closed expired>received
act position.note@d | abc | denied closed
act position.contest@d | a | denied closed
act position.corroborate@d | aco | denied closed
act withdrawal.cancel | a own | received>cancelled acknowledged>cancelled updated>cancelled denied>cancelled expired>cancelled
act withdrawal.withdraw@d | b own | denied closed
act correction.correct | a own | *
";

const UNDERTAKING: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=a undertaking.offer @ to=b from=1 until=+90d review=+100d
at offered:
at offer-open: wait 11d
at lapsed: wait 31d
at running: b undertaking.accept
at one-end running: b undertaking.accept; b undertaking.end
at over running: b undertaking.accept; wait 91d
at declined: b undertaking.decline
at reviewed: b undertaking.accept; a undertaking.review outcome=kept; b undertaking.review outcome=kept
at ended: b undertaking.accept; a undertaking.end; b undertaking.end
at said-broken: b undertaking.accept; b undertaking.say-broken @root,qb
at withdrawn: a withdrawal.withdraw
act undertaking.accept | b | offered>running offer-open>running lapsed=lapsed
act undertaking.decline | b | offered>declined offer-open>declined lapsed=lapsed
act undertaking.review outcome=not-kept | ab | running one-end over said-broken
act undertaking.end | ab | running one-end/a>ended one-end/b over>ended reviewed said-broken
act undertaking.say-broken@root,q$ | ab | running>said-broken one-end>said-broken over>said-broken reviewed>said-broken
act withdrawal.withdraw | a own | offered>withdrawn offer-open>withdrawn lapsed>withdrawn
act withdrawal.cancel | a own | offered>withdrawn offer-open>withdrawn lapsed>withdrawn
act correction.correct | a own | *
";

const CLAIM: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=a claim.put @ to=b level=state skip=false
at put put-to-accused:
at unanswered: wait 4d
at answered: b claim.answer
at denied answered: d=b denial.denial
at maintained: b claim.answer; a claim.maintain
at amended: b claim.answer; a claim.amend
at skipped amended: b claim.answer; a claim.amend skip=true
at published: b claim.answer; a claim.publish
at withdrawn: a withdrawal.withdraw
act claim.answer | b | put>answered unanswered>answered amended>answered skipped>answered answered denied maintained published
act denial.denial | b | put>answered unanswered>answered amended>answered skipped>answered answered denied maintained published
act claim.maintain | a own | put=too-early unanswered>maintained answered>maintained denied>maintained amended=too-early skipped>maintained
act claim.amend skip=false | a own | put>amended unanswered>amended answered>amended denied>amended maintained>amended amended skipped>amended published>amended
act claim.publish | a own | put=too-early unanswered>published answered>published denied>published maintained>published amended=too-early skipped>published
act position.note | abc | *
act position.contest | b | *
act position.corroborate | bco | *
act position.contest@d | a | denied
act position.corroborate@d | aco | denied
act withdrawal.withdraw | a own | put>withdrawn unanswered>withdrawn answered>withdrawn denied>withdrawn maintained>withdrawn amended>withdrawn skipped>withdrawn published>withdrawn
act withdrawal.cancel | a own | put>withdrawn unanswered>withdrawn answered>withdrawn denied>withdrawn maintained>withdrawn amended>withdrawn skipped>withdrawn published>withdrawn
act correction.correct | a own | *
";

const EXHIBIT: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=a exhibit.commit @ to=b count=5
at committed:
at opened: a exhibit.open to=b opened=2
at all opened: a exhibit.open to=b opened=5
at destroyed destroyed-with-notice: a exhibit.destroy
at cancelled: a withdrawal.cancel
act exhibit.open opened=2 to=b | a own | committed>opened opened all=out-of-bounds
act exhibit.open opened=5 to=o | a own | committed>opened opened all
act exhibit.open opened=6 to=o | a own | committed=out-of-bounds opened=out-of-bounds all=out-of-bounds
act exhibit.destroy | a own | committed>destroyed opened>destroyed all>destroyed
act withdrawal.cancel | a own | committed>cancelled
act correction.correct | a own | *
";

const COMCHECK: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=a comcheck.send @ to=b by=+1d
at sent:
at node-answered: b comcheck.node-answer
at human-answered: b comcheck.human-answer
at late human-answered: wait 3h; b comcheck.human-answer
at missed: wait 3h
at tried alternate-tried: wait 3h; a comcheck.alternate score=failed
at scored: b comcheck.human-answer; a comcheck.score score=ok
at cancelled: a withdrawal.cancel
act comcheck.node-answer | b | sent>node-answered missed
act comcheck.human-answer | b | sent>human-answered node-answered>human-answered missed>human-answered tried>human-answered scored
act comcheck.alternate score=failed | a own | sent=too-early node-answered=too-early missed>tried tried
act comcheck.score score=failed | a own | sent=too-early node-answered=too-early human-answered=wrong-outcome late=wrong-outcome missed>scored tried>scored
act comcheck.score score=ok | a own | sent=too-early node-answered=too-early human-answered>scored late=wrong-outcome missed=wrong-outcome tried=wrong-outcome
act comcheck.score score=ok-late | a own | sent=too-early node-answered=too-early human-answered=wrong-outcome late>scored missed=wrong-outcome tried=wrong-outcome
act withdrawal.cancel | a own | sent>cancelled node-answered>cancelled missed>cancelled tried>cancelled
act correction.correct | a own | *
";

const VERIFICATION: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; n=a norm.propose @; root=a verification.propose @n to=b sample=3
at proposed:
at scheduled: b verification.agree
at half scheduled: b verification.agree; a verification.draw
at drawn scheduled: b verification.agree; a verification.draw; b verification.draw
at refused: b verification.refuse
at open: b verification.agree; a verification.draw; b verification.draw; b verification.open count=3
at done: b verification.agree; a verification.draw; b verification.draw; b verification.open count=3; r=a verification.report
at accepted: b verification.agree; a verification.draw; b verification.draw; b verification.open count=3; r=a verification.report; b verification.accept @r
at disputed: b verification.agree; a verification.draw; b verification.draw; b verification.open count=3; r=a verification.report; b verification.dispute @r
at cancelled: a withdrawal.cancel
act verification.agree | b | proposed>scheduled
act verification.refuse | b | proposed>refused
act verification.draw | ab | scheduled half/a=once-only half/b drawn=once-only
act verification.open count=3 | abo | scheduled=too-early half=too-early drawn>open
act verification.report | abo | open>done done/a=once-only done accepted/a=once-only accepted disputed/a=once-only disputed
act verification.accept@r | b | done>accepted accepted=once-only disputed=once-only
act verification.dispute@r | b | done>disputed accepted=once-only disputed=once-only
act objection.raise | b | *
act position.note@r | abc | done accepted disputed
act position.contest@r | b | done accepted disputed
act position.corroborate@r | bco | done accepted disputed
act withdrawal.cancel | a own | proposed>cancelled
act correction.correct | a own | *
";

const REQUEST: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=o observer.ask @qa to=a
at open:
at granted: a observer.grant
at declined: a observer.decline
at withdrawn: o withdrawal.withdraw
act observer.grant | a | open>granted
act observer.decline | a | open>declined
act objection.raise | abc | *=not-in-thread
act withdrawal.withdraw | o own | open>withdrawn
act withdrawal.cancel | o own | open>withdrawn
act correction.correct | o own | *
";

const OBSERVER: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=a observer.nominate @ party=n sort=joint scope=metadata delay_d=30 until=+365d
at nominated:
at half nominated: b observer.accept
at active: b observer.accept; c observer.accept
at refused: b observer.refuse
at suspended: b observer.accept; c observer.accept; b observer.suspend
at ended: b observer.accept; c observer.accept; b observer.end
at over ended: b observer.accept; c observer.accept; wait 366d
act observer.accept | bc | nominated half/c>active half/b=once-only active=once-only over=once-only
act observer.refuse | bc | nominated>refused half>refused
act observer.scope scope=existence-only delay_d=40 | abc | active suspended over
act observer.suspend | abc | active>suspended over
act observer.end | abc | active>ended suspended>ended over
act objection.raise | bc | nominated half active suspended over
act withdrawal.withdraw | a own | nominated>ended half>ended active>ended suspended>ended over
act withdrawal.cancel | a own | nominated>ended half>ended active>ended suspended>ended over
act correction.correct | a own | *
";

const CONTACT: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=a contact.report @ to=b at=5 notes=no
at one reported-by-one:
at one-sided: wait 4d
at both reported-by-both: r=b contact.report at=5 notes=no
at differing: r=b contact.report at=5 notes=yes
at cancelled: a withdrawal.cancel
act contact.report at=5 notes=no | b | one>both one-sided>both both=once-only differing=once-only
act contact.supplement | a own | one one-sided both differing
act contact.supplement@r | b own | both differing
act position.note | abc | *
act position.contest | b | *
act position.corroborate | bco | *
act position.contest@r | a | both differing
act withdrawal.cancel | a own | one>cancelled one-sided>cancelled
act withdrawal.cancel@r | b own | both>one differing>one
act correction.correct | a own | *
";

const DISCLOSURE: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=a disclosure.propose @qa to=b
at proposed:
at silent own-words-only: wait 11d
at agreed agreed-text: b disclosure.consult-answer answer=agree
at added consulted: d=b disclosure.consult-answer answer=add
at objected consulted: b disclosure.consult-answer answer=object
at released: wait 11d; a disclosure.release ground=own-words-only
at withdrawn: a withdrawal.withdraw
act disclosure.consult-answer answer=agree | b | proposed>agreed silent>agreed agreed added>agreed objected>agreed released
act disclosure.release ground=own-words-only | a | proposed=too-early silent>released agreed>released added>released objected>released
act disclosure.release ground=agreed | a | proposed=wrong-outcome silent=wrong-outcome agreed>released added=wrong-outcome objected=wrong-outcome
act disclosure.release@root,d ground=agreed | a | added>released
act disclosure.release ground=legal-duty | a | proposed>released silent>released agreed>released added>released objected>released
act objection.raise | b | *
act withdrawal.withdraw | a own | proposed>withdrawn silent>withdrawn agreed>withdrawn added>withdrawn objected>withdrawn
act withdrawal.cancel | a own | proposed>withdrawn silent>withdrawn agreed>withdrawn added>withdrawn objected>withdrawn
act correction.correct | a own | *
";

const EXERCISE: &str = "
open qa=a inquiry.release @; qb=b inquiry.release @; qc=c inquiry.release @; root=a exercise.announce @ id=ex1 from=+1d until=+3d
at announced:
at due announced: wait 1d
at running: wait 1d; a exercise.start id=ex1
at ended: wait 1d; a exercise.start id=ex1; a exercise.end id=ex1
at reviewed: wait 1d; a exercise.start id=ex1; a exercise.end id=ex1; a exercise.review id=ex1
at cancelled: a withdrawal.cancel
act exercise.start id=ex1 | a | announced=too-early due>running
act exercise.end id=ex1 | a | running>ended
act exercise.end id=ex2 | a | running=out-of-bounds
act exercise.review id=ex1 | a | ended>reviewed
act withdrawal.cancel | a own | announced>cancelled due>cancelled running>cancelled
act correction.correct | a own | *
";
