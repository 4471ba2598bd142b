//! LNK002: a link leads out of the target.

use super::{linked, pointer};
use crate::pagination::Astray;
use crate::rules::declare::rule;
use crate::rules::paging::lists::draft;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Every link of a page leads to the origin (scheme, host, port) that the request went to, and below the path at which the API is served.
    /// ## Why it matters
    /// A client that follows the link leaves the API: for an internal host that it cannot reach, from `https` to `http`, or, with its credentials in the
    /// request, for somebody else's server.
    /// ## Example
    /// The API is served at `https://api.example.com/v1`, behind a proxy. Its links lead to `http://10.0.0.7:8080/items?page=2`.
    /// ## Source
    /// The target's address, and the servers that the document names.
    /// ## False alarms and how they are avoided
    /// Links into a server that the document names count as links into the target, since that is where the API is served. No link is ever followed
    /// out of the target.
    LINK_LEADS_ELSEWHERE {
        code: "LNK002", name: "link-leads-elsewhere", level: Must, basis: Invariant,
        source: "the target's address and the `servers` of the document",
        summary: "Links lead to the origin that the request went to, and into the API.",
        implies: ["PAG001", "PAG004", "PAG006", "LNK004"],
        scenarios: &[Kind::Walk, Kind::Links],
        applies: linked,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in &scene.evidence.walks {
        for (i, page) in walk.pages.iter().enumerate() {
            let wrong = page.facts.links.iter().find_map(|(rel, link)| match &link.leads {
                Err(Astray::OtherOrigin(origin)) => {
                    Some((*rel, format!("to another origin, {origin}"), &link.text))
                }
                Err(Astray::OutsideBase(path)) => {
                    Some((*rel, format!("out of the API, to {path}"), &link.text))
                }
                _ => None,
            });
            let Some((rel, place, text)) = wrong else {
                if !page.facts.links.is_empty() {
                    sheet.judged();
                }
                continue;
            };
            sheet.fail(Draft {
                pointer: pointer(&scene.collection().style, rel).map(str::to_owned),
                ..draft(
                    &walk.label,
                    format!("the link `{}` of page {} leads {place}", rel.name(), i + 1),
                    sheet.own_requirement(),
                    "a link into the target",
                    text.clone(),
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
    fn links_stay_in_the_target() {
        let world = World::new(4);
        let walk = world.lists("by_url").walk(2, &[&[3, 2], &[1, 0]]);
        walk.expect(&LINK_LEADS_ELSEWHERE, Pass);
        for (link, verdict) in [
            ("by_url?from=2", Pass),
            ("http://boxes.test/v1/by_url?from=2", Pass),
            ("https://boxes.test/v1/by_url?from=2", Fail),
            ("http://boxes.test:8080/v1/by_url?from=2", Fail),
            ("//other.test/v1/by_url", Fail),
            ("/by_url?from=2", Fail),
            ("/v10/by_url", Fail),
        ] {
            walk.clone().set(0, "/links/next", json!(link)).expect(&LINK_LEADS_ELSEWHERE, verdict);
        }
    }
}
