//! LIF013: a change is carried out although its precondition does not hold.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Where a target gives a record a strong tag, a change with a tag in `If-Match` that nothing has, or that
    /// the record had before it was changed, is not carried out.
    /// ## Why it matters
    /// A client sends the tag so as not to write over what somebody else has written since; if it is passed over, that is lost without a word.
    /// ## Example
    /// `PUT` with `If-Match: "no-such-tag"` is answered 200.
    /// ## Source
    /// RFC 9110, section 13.1.1: an origin server does not perform the method if the condition is false, and answers 412.
    /// ## False alarms and how they are avoided
    /// It is asked only where answers to GET have a strong tag: frameworks add weak ones by themselves, which never match. It is a `should`, since some
    /// frameworks add strong ones, too. Any refusal is good enough.
    PRECONDITION_IGNORED {
        code: "LIF013", name: "precondition-ignored", level: Should, basis: Protocol,
        source: "RFC 9110, section 13.1.1: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1",
        summary: "A change is not carried out when its If-Match does not name the tag of the record.",
        implies: [],
        scenarios: &[Kind::Update],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| suite.resource(name).fetch.is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // Without a tag there is nothing that could be passed over.
    sheet.judged();
    for (ask, answer) in probed(scene) {
        let Ask::Precondition { record } = ask else { continue };
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if answer.response.is_success() {
            sheet.fail(answer.draft(
                format!(
                    "{} was changed although If-Match does not name its tag",
                    scene.oracle.record(*record).name()
                ),
                sheet.own_requirement(),
                "412 Precondition Failed",
                answer.status(),
            ));
        } else {
            sheet.judged();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn a_condition_that_does_not_hold_keeps_from_changing() {
        let world = World::new(1);
        let cases: [(u16, Verdict); 5] =
            [(412, Pass), (428, Pass), (200, Fail), (500, Pass), (429, Inconclusive)];
        for (status, verdict) in cases {
            let put = exchange("update_note", "PUT", "/boxes/main/notes/m0", None, status, &json!({}));
            let ask = Ask::Precondition { record: world.notes[0] };
            world.probes().probe("if-match", ask, Asked::Open, put).expect(&PRECONDITION_IGNORED, verdict);
        }
    }
}
