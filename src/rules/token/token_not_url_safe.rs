//! TOK001: a token holds characters that a query does not take as they are.

use super::style;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{collection, draft};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Arguments, Suite};

rule! {
    /// ## What it checks
    /// A token consists of characters that stand in a query as they are.
    /// ## Why it matters
    /// Clients put tokens into URLs without encoding them, since they look like words. A `+` then arrives as a blank, and what stands behind a `&` or
    /// a `#` does not arrive at all.
    /// ## Example
    /// `"next_page_token": "a+b/c&d"`.
    /// ## Source
    /// RFC 3986, section 3.4: what a query holds; `+` and `&` have a meaning of their own in the form encoding of the URL Standard.
    /// ## False alarms and how they are avoided
    /// It is said as `should`, since a client that encodes every value is safe. The characters of both alphabets of Base64 but for `+`, its padding,
    /// and the other characters that RFC 3986 allows are all right. Tokens that are sent in content are not judged.
    TOKEN_NOT_URL_SAFE {
        code: "TOK001", name: "token-not-url-safe", level: Should, basis: Protocol,
        source: "RFC 3986, section 3.4 (https://www.rfc-editor.org/rfc/rfc3986#section-3.4)",
        summary: "A token can stand in a query as it is.",
        implies: [],
        scenarios: &[Kind::Walk, Kind::Tokens],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    style(suite, case).is_some()
        && collection(suite, case).is_some_and(|collection| collection.arguments == Arguments::Query)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(style) = style(scene.suite, scene.case) else { return };
    for walk in &scene.evidence.walks {
        for (i, page) in walk.pages.iter().enumerate() {
            let Some(token) = &page.facts.token else { continue };
            let Some(unsafe_one) = token.chars().find(|character| !is_safe(*character)) else {
                sheet.judged();
                continue;
            };
            sheet.fail(Draft {
                pointer: style.next.clone(),
                ..draft(
                    &walk.label,
                    format!("the token of page {} holds {unsafe_one:?}", i + 1),
                    sheet.own_requirement(),
                    "letters, digits and what else stands in a query as it is",
                    format!("a token with {unsafe_one:?}"),
                    vec![page.entry],
                )
            });
            return;
        }
    }
}

/// What stands in a query as it is, and means nothing there: the characters of `query` in RFC 3986 without `+` and `&`.
fn is_safe(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~!$'()*,;=:@/?".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn tokens_are_words() {
        let world = World::new(4);
        let walk = world.lists("by_token").walk(2, &[&[0, 1], &[2, 3]]);
        for (token, verdict) in [
            (json!("eyJhIjoxfQ=="), Pass),
            (json!("a/b_c-d~.:1"), Pass),
            (json!(17), Pass),
            (json!("a+b"), Fail),
            (json!("a&b"), Fail),
            (json!("a b"), Fail),
            (json!("a%b"), Fail),
            (json!("\u{e9}"), Fail),
            (json!(null), Inconclusive),
        ] {
            walk.clone().set(0, "/next_page_token", token).expect(&TOKEN_NOT_URL_SAFE, verdict);
        }
    }
}
