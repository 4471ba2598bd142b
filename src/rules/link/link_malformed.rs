//! LNK001: a link is no URL, or the `Link` header field is not written as RFC 8288 says.

use super::{linked, pointer};
use crate::pagination::Astray;
use crate::rules::declare::rule;
use crate::rules::paging::lists::draft;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Every link of a page is a URI reference, and the `Link` header field has the form that RFC 8288 gives it.
    /// ## Why it matters
    /// Strict clients refuse what lenient ones mend, and the lenient ones mend it in different ways.
    /// ## Example
    /// `Link: </items?page=2>, rel="next"`: a comma stands where a semicolon should. `"next": "/items?name=Anna Lee"`: a blank stands in a URL.
    /// ## Source
    /// RFC 8288, section 3, and RFC 3986, section 4.1.
    /// ## False alarms and how they are avoided
    /// Unknown parameters and relation types, several relation types on one link, several fields, empty list elements and unquoted values are all right.
    /// Of URLs only blanks, control characters, characters outside ASCII, quotes, angle brackets and broken percent escapes count, since the URL Standard lets the
    /// rest through.
    LINK_MALFORMED {
        code: "LNK001", name: "link-malformed", level: Must, basis: Protocol,
        source: "RFC 8288, section 3 (https://www.rfc-editor.org/rfc/rfc8288#section-3)",
        summary: "Links are well-formed.",
        implies: ["PAG001", "PAG004", "PAG006", "LNK004"],
        scenarios: &[Kind::Walk, Kind::Links],
        applies: linked,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in &scene.evidence.walks {
        for (i, page) in walk.pages.iter().enumerate() {
            let facts = &page.facts;
            let wrong = facts.links.iter().find_map(|(rel, link)| match &link.leads {
                Err(Astray::NoUrl(problem)) => {
                    let summary = format!("the link `{}` is no URL: {problem}", rel.name());
                    Some((Some(*rel), summary, link.text.clone()))
                }
                _ => None,
            });
            let response = scene.evidence.entries[page.entry].exchange.response();
            let wrong = wrong.or_else(|| {
                let problem = facts.link_problem.as_ref()?;
                let text = response?.header("link")?.to_owned();
                Some((None, format!("the `Link` field is malformed: {problem}"), text))
            });
            let Some((rel, summary, text)) = wrong else {
                if !facts.links.is_empty() {
                    sheet.judged();
                }
                continue;
            };
            sheet.fail(Draft {
                pointer: rel.and_then(|rel| pointer(&scene.collection().style, rel)).map(str::to_owned),
                ..draft(
                    &walk.label,
                    format!("page {}: {summary}", i + 1),
                    sheet.own_requirement(),
                    "a URI reference, in the form of RFC 8288 where it stands in a header field",
                    text,
                    vec![page.entry],
                )
            });
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Pass};
    use serde_json::json;

    #[test]
    fn links_are_urls() {
        let world = World::new(4);
        let header = world.lists("by_link").walk(2, &[&[0, 1], &[2, 3]]);
        header.expect(&LINK_MALFORMED, Pass);
        for (value, verdict) in [
            ("</v1/by_link?page=2>; rel=\"next last\"; title*=UTF-8''x", Pass),
            ("</v1/by_link?page=2>, rel=\"next\"", Fail),
            ("/v1/by_link?page=2; rel=next", Fail),
            ("</v1/by_link?a=b c>; rel=next", Fail),
        ] {
            header.clone().header(0, "link", value).expect(&LINK_MALFORMED, verdict);
        }
        let content = world.lists("by_url").walk(2, &[&[3, 2], &[1, 0]]);
        for (link, verdict) in [("?from=2", Pass), ("/v1/by_url?from=%zz", Fail), ("http://[::1", Fail)] {
            content.clone().set(0, "/links/next", json!(link)).expect(&LINK_MALFORMED, verdict);
        }
    }
}
