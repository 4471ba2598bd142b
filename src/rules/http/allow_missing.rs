//! HTTP010: a 405 that does not say which methods there are.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// A 405 has an `Allow` field, and every method that the document has on the path stands in it.
    /// ## Why it matters
    /// `Allow` is how a client learns what it may do instead.
    /// ## Example
    /// `PATCH` is answered `405 Method Not Allowed` without `Allow`.
    /// ## Source
    /// RFC 9110, section 15.5.6: the server must generate an `Allow` field with the methods that the resource
    /// supports.
    /// ## False alarms and how they are avoided
    /// Methods beyond those of the document are fine, and one that is lacking is a `may`: many routers know of one method only. A target that answers 404 or 501 instead owes no `Allow`.
    ALLOW_MISSING {
        code: "HTTP010", name: "allow-missing", level: Must, basis: Protocol,
        source: "RFC 9110, section 15.5.6: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6",
        summary: "A 405 names the methods of the path in `Allow`.",
        implies: [],
        scenarios: &[Kind::Methods],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        if answer.response.status != 405 {
            sheet.judged();
            continue;
        }
        let fields = || answer.response.headers.iter().filter(|(name, _)| name == "allow");
        let allowed: Vec<&str> = fields()
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|m| !m.is_empty())
            .collect();
        let documented: &[String] = match ask {
            Ask::UndocumentedMethod { documented } => documented,
            _ => &[],
        };
        let lacking: Vec<&str> =
            documented.iter().map(String::as_str).filter(|method| !allowed.contains(method)).collect();
        let expected = match documented {
            [] => "an Allow field".to_owned(),
            methods => format!("Allow with {}", methods.join(", ")),
        };
        if fields().next().is_none() {
            let requirement = sheet.own_requirement();
            sheet.fail(answer.draft("405 came without Allow", requirement, expected, "no Allow field"));
        } else if lacking.is_empty() {
            sheet.judged();
        } else {
            let summary = format!("Allow lacks {}, which the document has", lacking.join(", "));
            let actual = format!("Allow: {}", allowed.join(", "));
            let requirement = sheet.own_requirement();
            // A router that keeps each method apart may know of one only: wrong, and harmless beside a missing field.
            sheet.fail_at(Level::May, answer.draft(summary, requirement, expected, actual));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn a_405_names_the_methods() {
        let world = World::new(1);
        let cases: [(u16, &[&str], Verdict); 7] = [
            (405, &["GET, PUT"], Pass),
            (405, &["PUT,GET, HEAD,OPTIONS"], Pass),
            (405, &["GET", "PUT"], Pass),
            (405, &["GET"], Fail),
            (405, &[""], Fail),
            (405, &[], Fail),
            (404, &[], Pass),
        ];
        for (status, allow, verdict) in cases {
            let ask = Ask::UndocumentedMethod { documented: vec!["GET".into(), "PUT".into()] };
            let mut exchange =
                exchange("get_note", "PATCH", "/boxes/main/notes/m0", None, status, &json!({}));
            let headers = &mut exchange.outcome.as_mut().unwrap().headers;
            headers.extend(allow.iter().map(|value| ("allow".to_owned(), (*value).to_owned())));
            world.probes().probe("method", ask, Asked::Open, exchange).expect(&ALLOW_MISSING, verdict);
        }
    }
}
