//! From a case to its evidence.

use std::sync::Arc;

use futures_util::future::LocalBoxFuture;

use super::{Driver, Seeding};
use crate::evidence::Evidence;
use crate::oracle::Oracle;
use crate::scenario::{Case, Scenario};

/// Sends what a case's scenario says. Gives the evidence, and the oracle it is to be judged by: the seeding's, or a longer one where the case
/// created records of its own.
pub fn perform<'a>(
    driver: &'a Driver,
    seeding: &'a Seeding,
    case: &'a Case,
) -> LocalBoxFuture<'a, (Evidence, Arc<Oracle>)> {
    // Boxed as `runner::run` is.
    Box::pin(carry_out(driver, seeding, case))
}

async fn carry_out(driver: &Driver, seeding: &Seeding, case: &Case) -> (Evidence, Arc<Oracle>) {
    let mut evidence = Evidence::default();
    let e = &mut evidence;
    let seeded = &seeding.oracle;
    let suite = Arc::clone(&driver.suite);
    let collections = &suite.file().collections;
    let mut own: Option<Oracle> = None;
    match &case.scenario {
        Scenario::Create { resource } => {
            *e = seeding.evidence.get(resource).cloned().unwrap_or_default();
            driver.follow_location(e, resource).await;
            driver.create_again(seeded, e, resource).await;
        }
        Scenario::Walk { collection, order } => {
            driver.walks(seeded, e, collection, &collections[collection], *order).await;
        }
        Scenario::Pages { collection } => driver.pages(seeded, e, collection, &collections[collection]).await,
        Scenario::Bounds { collection } => {
            driver.bounds(seeded, e, collection, &collections[collection]).await;
        }
        Scenario::Tokens { collection } => {
            driver.tokens(seeded, e, collection, &collections[collection]).await;
        }
        Scenario::Links { collection } => driver.links(seeded, e, collection, &collections[collection]).await,
        Scenario::Filter { collection, filter } => {
            driver.filter(seeded, e, collection, &collections[collection], filter).await;
        }
        Scenario::FilterPair { collection, first, second } => {
            driver.filter_pair(seeded, e, collection, &collections[collection], [first, second]).await;
        }
        Scenario::Combination { collection, combination } => {
            driver.combination(seeded, e, collection, &collections[collection], combination).await;
        }
        Scenario::UnknownParent { collection } => {
            driver.unknown_parent(seeded, e, collection, &collections[collection]).await;
        }
        Scenario::OtherTenant { collection } => {
            driver.other_tenant(seeded, e, collection, &collections[collection]).await;
        }
        Scenario::OtherUser { collection } => {
            driver.other_user(seeded, e, collection, &collections[collection]).await;
        }
        Scenario::Expire { resource } => {
            driver.expire(own.insert(seeded.as_ref().clone()), e, resource).await;
        }
        Scenario::Fetch { resource } => driver.fetch(seeded, e, resource).await,
        Scenario::FetchElsewhere { resource } => driver.fetch_elsewhere(seeded, e, resource).await,
        Scenario::Parameters => driver.parameters(seeded, e, case).await,
        Scenario::Methods => driver.methods(seeded, e, case).await,
        Scenario::Http => driver.http(seeded, e, case).await,
        Scenario::Credentials => {
            driver.credentials(own.insert(seeded.as_ref().clone()), e, case).await;
        }
        Scenario::Update { resource } => {
            driver.update(own.insert(seeded.as_ref().clone()), e, resource).await;
        }
        Scenario::Delete { resource } => {
            driver.delete(own.insert(seeded.as_ref().clone()), e, resource).await;
        }
        Scenario::Content => driver.content(own.insert(seeded.as_ref().clone()), e, case).await,
        Scenario::Together { resource } => {
            driver.together(own.insert(seeded.as_ref().clone()), e, resource).await;
        }
    }
    (evidence, own.map_or_else(|| Arc::clone(seeded), Arc::new))
}
