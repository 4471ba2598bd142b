//! Tenants: what is ours is asked for in the name of somebody else.

use super::Driver;
use super::list::Ask as ListAsk;
use super::request::Parts;
use crate::evidence::{Ask, Asked, Evidence, Filtering, Probe, Query, WalkKind};
use crate::oracle::Oracle;
use crate::suite::{Collection, Filter, Test};

impl Driver {
    /// The list of one parent, the list over all parents where there is one, what a filter finds, and single records, for a tenant that has none of them.
    pub(super) async fn other_tenant(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
    ) {
        let Some(tenants) = &self.suite.file().tenants else { return };
        let stranger = vec![(tenants.header.clone(), format!("{}-other-tenant", self.namespace))];
        let Some((scope, members)) = self.handful(oracle, collection) else {
            evidence.obstacles.push("no list with five or more items could be seeded".to_owned());
            return;
        };
        let mut scopes = vec![("a list", scope)];
        if collection.scope_query.is_some() {
            scopes.push(("the list of everything", None));
        }
        for (what, scope) in scopes {
            let mut ask = ListAsk::first(name, collection, Self::query(scope, 0, None));
            ask.headers.clone_from(&stranger);
            ask.asked = Asked::Open;
            let label = format!("{what} for another tenant");
            self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
        }
        // A search may well be carried out elsewhere than a list, and know of no tenants there.
        let mut filters: Vec<(&String, &Filter)> = collection.filters.iter().collect();
        filters.sort_by_key(|(_, filter)| filter.test != Test::HasWord);
        let filtering = filters.into_iter().find_map(|(name, filter)| {
            let value = self.values_for(oracle, collection, filter, scope).into_iter().next()?;
            Some(Filtering { filter: name.clone(), value })
        });
        if let Some(filtering) = filtering {
            let label = format!("{} for another tenant", filtering.filter);
            let query = Query { filters: vec![filtering], ..Self::query(scope, 0, None) };
            let mut ask = ListAsk::first(name, collection, query);
            ask.headers.clone_from(&stranger);
            ask.asked = Asked::Open;
            self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
        }
        let Some(fetch) = &self.suite.resource(&collection.resource).fetch else { return };
        for record in members.first().into_iter().chain(members.last()).copied() {
            let path = self.path_of(&fetch.operation, oracle, Some(record));
            let parts = Parts { path, headers: stranger.clone(), ..Parts::default() };
            let label = format!("{} for another tenant", oracle.record(record).name());
            let outgoing = self.outgoing(&fetch.operation, &label, &parts);
            let entry = self.send(evidence, outgoing, Asked::Open).await;
            evidence.probes.push(Probe { label, ask: Ask::FetchOfOtherTenant { record }, entry });
        }
    }

    /// The list of one parent and single records, by another user, and a record that does not exist.
    pub(super) async fn other_user(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
    ) {
        let Some(credentials) = &self.other_user else { return };
        let Some((scope, members)) = self.middling_scope(oracle, collection) else {
            evidence.obstacles.push("no list with five or more items could be seeded".to_owned());
            return;
        };
        let ask = ListAsk::first(name, collection, Self::query(Some(scope), 0, None));
        let parts = self.list_parts(oracle, &ask);
        let mut list = self.outgoing(&collection.operation, "list", &parts);
        list.credentials = credentials.clone();
        self.probe(evidence, "a list for another user", list, Asked::Open, Ask::ListByOtherUser).await;
        let Some(fetch) = &self.suite.resource(&collection.resource).fetch else { return };
        let record = members.first().copied();
        let Some(parameter) = self.parameter_for(&fetch.operation, &collection.resource) else { return };
        let own = self.path_of(&fetch.operation, oracle, record);
        let mut unknown = own.clone();
        unknown.insert(parameter.clone(), self.unknown_id(oracle, &fetch.operation, &parameter, record));
        for (label, path, record) in
            [("a record for another user", own, record), ("nothing for another user", unknown, None)]
        {
            let parts = Parts { path, ..Parts::default() };
            let mut outgoing = self.outgoing(&fetch.operation, label, &parts);
            outgoing.credentials = credentials.clone();
            self.probe(evidence, label, outgoing, Asked::Open, Ask::FetchByOtherUser { record }).await;
        }
    }
}
