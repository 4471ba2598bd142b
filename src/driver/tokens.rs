//! Opaque tokens: sent again, with another page size, backwards, damaged, and with lists and arguments that they are not for.

use std::collections::BTreeSet;

use super::Driver;
use super::list::Ask;
use super::pages::size_label;
use crate::client::Credentials;
use crate::evidence::{self, Asked, Evidence, Filtering, Probe, Query, RecordNumber, WalkKind};
use crate::oracle::Oracle;
use crate::pagination::{Start, Style};
use crate::suite::Collection;

/// A text that no API gives as a token, though it looks like one.
const MADE_UP: &str = "c3BlY3Byb29mLW5ldmVyLWdhdmUtdGhpcw";

impl Driver {
    /// What can be done with the tokens of a list with a handful of items.
    pub(super) async fn tokens(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
    ) {
        let Style::Token(style) = &collection.style else { return };
        let Some(scope) = self.turning_scope(oracle, collection) else {
            evidence.obstacles.push("no list with five or more items could be seeded".to_owned());
            return;
        };
        let label = Self::scope_label(oracle, scope);
        let size = self.size(collection, 2);
        let first = || Ask::first(name, collection, Self::query(scope, 0, size));
        let sized = format!("{label}{}", size_label(size));
        self.walk(oracle, evidence, &sized, WalkKind::Full, first()).await;
        let walked = evidence.walks.last().map_or(&[][..], |walk| &walk.pages);
        let tokens: Vec<String> = walked.iter().filter_map(|page| page.facts.token.clone()).collect();
        let back = walked.iter().rev().find_map(|page| page.facts.previous_token.clone());
        let Some(token) = tokens.first() else {
            evidence.obstacles.push("no page of a list with five or more items gave a token".to_owned());
            return;
        };

        let places: BTreeSet<usize> = [0, tokens.len() / 2, tokens.len() - 1].into();
        for at in places {
            let label = format!("{sized} token {} again", at + 1);
            let ask = first().at(Start::Token(tokens[at].clone()));
            self.single(oracle, evidence, &label, WalkKind::Repeat, ask).await;
        }
        if let Some(other) = self.size(collection, 3).filter(|other| Some(*other) != size) {
            let mut ask = first().at(Start::Token(token.clone()));
            ask.query.size = Some(other);
            // Nobody says that a page size may be changed on the way.
            ask.asked = Asked::Open;
            let label = format!("{sized} token 1 with size={other}");
            self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
        }
        if let (Some(back), true) = (back, style.previous.is_some()) {
            let ask = first().at(Start::Token(back));
            self.walk(oracle, evidence, &format!("{sized} backward"), WalkKind::Backward, ask).await;
        }
        self.strange_tokens(oracle, evidence, &first(), token).await;
        if let Some(other) = Self::other_list(oracle, collection, scope) {
            let theirs = Ask::first(name, collection, Self::query(Some(other), 0, size));
            let label = format!("{}{}", Self::scope_label(oracle, Some(other)), size_label(size));
            self.single(oracle, evidence, &label, WalkKind::Page, theirs).await;
            let token = evidence.walks.last().and_then(|walk| walk.pages.first()?.facts.token.clone());
            if let Some(token) = token {
                let ask = first().at(Start::Token(token));
                let label = format!("{label} token in {}", Self::scope_label(oracle, scope));
                self.probe_cursor(
                    oracle,
                    evidence,
                    &label,
                    &ask,
                    evidence::Ask::ForeignCursor { scope: other },
                )
                .await;
            }
        }
        if collection.conventions.changed_arguments.is_some() {
            self.changed_arguments(oracle, evidence, &first(), token).await;
        }
    }

    /// The list whose tokens are tried: one with a handful of items, or, where pages are as large as the API likes, the largest.
    #[expect(clippy::option_option, reason = "no list to try, the one list for all, or the list of a record")]
    pub(super) fn turning_scope(
        &self,
        oracle: &Oracle,
        collection: &Collection,
    ) -> Option<Option<RecordNumber>> {
        let (scope, _) = self.handful(oracle, collection)?;
        if collection.style.size_parameter().is_some() || scope.is_none() {
            return Some(scope);
        }
        let count = |scope: &Option<RecordNumber>| oracle.children(&collection.resource, *scope).len();
        Self::scopes(oracle, collection).into_iter().max_by_key(count)
    }

    /// A list with a cursor of its own beside that of a scope: one that is named by the path, or where the suite says what becomes of its cursors.
    pub(super) fn other_list(
        oracle: &Oracle,
        collection: &Collection,
        scope: Option<RecordNumber>,
    ) -> Option<RecordNumber> {
        if collection.scope_query.is_some() && collection.conventions.foreign_cursor.is_none() {
            return None;
        }
        let scopes = Self::scopes(oracle, collection).into_iter().flatten();
        let others = scopes.filter(|other| Some(*other) != scope);
        others
            .filter(|other| oracle.children(&collection.resource, Some(*other)).len() > 3)
            .min_by_key(|other| oracle.children(&collection.resource, Some(*other)).len())
    }

    /// Tokens that no answer gave.
    async fn strange_tokens(&self, oracle: &Oracle, evidence: &mut Evidence, first: &Ask<'_>, token: &str) {
        let cut: String = token.chars().take(token.chars().count().saturating_sub(1)).collect();
        let strange = [
            ("made up", MADE_UP.to_owned(), true),
            ("no token at all", "not a token!".to_owned(), true),
            ("with a sign more", format!("{token}!"), true),
            ("cut short", cut, false),
        ];
        for (label, text, sure) in strange.into_iter().filter(|(_, text, _)| !text.is_empty()) {
            let ask = first.clone().at(Start::Token(text));
            let about = evidence::Ask::UnknownCursor { sure };
            self.probe_cursor(oracle, evidence, &format!("token {label}"), &ask, about).await;
        }
    }

    /// The token or the link that a page gives, without credentials: it says where to read on, and not who reads.
    pub(super) async fn token_alone(&self, oracle: &Oracle, evidence: &mut Evidence, operation: &str) {
        let mut lists = self.suite.file().collections.iter().filter(|(_, list)| list.operation == operation);
        let Some((name, collection)) = lists.next() else { return };
        if !matches!(collection.style, Style::Token(_) | Style::LinkHeader(_) | Style::NextUrl(_)) {
            return;
        }
        let Some(scope) = self.turning_scope(oracle, collection) else { return };
        let size = self.size(collection, 2);
        let first = Ask::first(name, collection, Self::query(scope, 0, size));
        let page = self.page(oracle, evidence, "a page that gives a token or a link", &first).await;
        let next = page.len().and_then(|items| {
            collection.style.next(&page.start, size.unwrap_or(items as u64), items, &page.facts)
        });
        let Some(next) = next else { return };
        let what = "no credentials, with what the page before gave";
        let mut outgoing = self.outgoing(operation, what, &self.list_parts(oracle, &first.at(next)));
        outgoing.credentials = Credentials::None;
        let entry = self.send(evidence, outgoing, Asked::Unauthenticated).await;
        let ask = evidence::Ask::Credentials { what: what.to_owned() };
        evidence.probes.push(Probe { label: what.to_owned(), ask, entry });
    }

    /// One request with a cursor or token that may well be refused.
    pub(super) async fn probe_cursor(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        label: &str,
        ask: &Ask<'_>,
        about: evidence::Ask,
    ) {
        let parts = self.list_parts(oracle, ask);
        let outgoing = self.outgoing(&ask.collection.operation, label, &parts);
        let entry = self.send(evidence, outgoing, Asked::Open).await;
        evidence.probes.push(Probe { label: label.to_owned(), ask: about, entry });
    }

    /// A token with a filter, or in an order, that it was not given for.
    async fn changed_arguments(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        first: &Ask<'_>,
        token: &str,
    ) {
        let collection = first.collection;
        let mut changed: Vec<(String, Query)> = Vec::new();
        for (name, filter) in &collection.filters {
            let Some(value) =
                self.values_for(oracle, collection, filter, first.query.scope).into_iter().next()
            else {
                continue;
            };
            let filters = vec![Filtering { filter: name.clone(), value }];
            changed.push((format!("the filter {name}"), Query { filters, ..first.query.clone() }));
        }
        if collection.orders.len() > 1 {
            let order = collection.orders.len() - 1;
            let label = format!("the order {}", collection.orders[order].name);
            changed.push((label, Query { order, ..first.query.clone() }));
        }
        for (label, query) in changed.into_iter().take(2) {
            let ask = Ask { query: query.clone(), ..first.clone() }.at(Start::Token(token.to_owned()));
            let about = evidence::Ask::ChangedArguments { query };
            self.probe_cursor(oracle, evidence, &format!("token 1 with {label}"), &ask, about).await;
        }
    }
}
