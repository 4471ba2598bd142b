//! Expiry: a record that is given a short life is waited for, and then asked for what lies in it.

use std::sync::Arc;
use std::time::Duration;

use super::Driver;
use super::list::Ask as ListAsk;
use super::request::{Content, Parts};
use super::values::Place;
use crate::evidence::{Ask, Asked, Evidence, Probe};
use crate::oracle::{Oracle, Record, instant_nanoseconds};

/// How long after its end a record is asked for: clocks tick, and timers are late.
const MARGIN: Duration = Duration::from_millis(250);

impl Driver {
    /// A record is created with the shortest life that the suite asks for, and its list is read when that is over.
    pub(super) async fn expire(&self, oracle: &mut Oracle, evidence: &mut Evidence, resource_name: &str) {
        let suite = Arc::clone(&self.suite);
        let resource = suite.resource(resource_name);
        let (Some(expires), Some(create)) = (&resource.expires, &resource.create) else { return };
        let Some(parent) = self.scratch_parent(oracle, evidence, resource, "expire").await else { return };
        let label = format!("expire-{resource_name}");
        let place = Place { label: &label, name: &label, index: 0, serial: 0, parent };
        let item = self.item(oracle, resource, place);
        let content = self.creation_content(oracle, resource, parent, std::slice::from_ref(&item));
        let Some(mut content) = content else { return };
        let wish = serde_json::to_value(&expires.send).unwrap_or_default();
        if let (Some(members), Some(wish)) = (content.as_object_mut(), wish.as_object()) {
            members.extend(wish.clone());
        }
        let mut parts = Parts {
            path: self.path_of(&create.operation, oracle, parent),
            content: Some(Content::Json(content)),
            ..Parts::default()
        };
        item.place(&mut parts);
        let outgoing = self.outgoing(&create.operation, "create with a short life", &parts);
        let entry = self.send(evidence, outgoing, Asked::Open).await;
        self.remember_answer(resource_name, oracle, parent, evidence.json(entry));
        let answer = evidence.json(entry).and_then(|answer| create.answer.find(answer)).cloned();
        let id = answer.as_ref().and_then(|a| resource.id.find(a)).and_then(serde_json::Value::as_str);
        let (Some(answer), Some(id)) = (answer.as_ref(), id) else {
            evidence.obstacles.push(format!("no {resource_name} with a short life could be created"));
            return;
        };
        let instant = |pointer: &str| answer.pointer(pointer).and_then(instant_nanoseconds);
        let Some((from, to)) = instant(&expires.from).zip(instant(&expires.at)) else {
            evidence.obstacles.push(format!("the target does not show when a {resource_name} expires"));
            return;
        };
        let life = Duration::from_nanos(u64::try_from((to - from).max(0)).unwrap_or(u64::MAX)) + MARGIN;
        if life > self.max_wait {
            evidence.obstacles.push(format!(
                "the target lets it live for {} s, which is longer than may be waited for: --max-wait {} would do",
                life.as_secs(),
                life.as_secs() + 1
            ));
            return;
        }
        let record = oracle.add(Record {
            resource: resource_name.to_owned(),
            label: label.clone(),
            index: 0,
            parent,
            id: id.to_owned(),
            sent: Arc::new(item.sent),
            acknowledged: Arc::new(answer.clone()),
            marker: item.marker,
            moment: oracle.records().count(),
        });
        tokio::time::sleep(life).await;
        for (name, collection) in
            suite.file().collections.iter().filter(|(_, c)| c.scope.as_deref() == Some(resource_name))
        {
            let ask = ListAsk::first(name, collection, Self::query(Some(record), 0, None));
            let parts = self.list_parts(oracle, &ask);
            let label = format!("list of an expired {resource_name}");
            let outgoing = self.outgoing(&collection.operation, &label, &parts);
            let entry = self.send(evidence, outgoing, Asked::Open).await;
            evidence.probes.push(Probe { label, ask: Ask::ListOfExpired { record }, entry });
        }
    }
}
