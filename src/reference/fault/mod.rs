//! Defects the server can be told to have: [`Fault`], and [`FAULTS`] with all of them.
//!
//! A fault damages a request on the way in, an answer on the way out, or takes the place of the handler and asks it as often
//! as it likes. It does so around the routes, so the handlers stay correct and unaware. Each fault breaks one property of
//! one operation: a harness that misses it has a gap, and one that blames anything else has a false alarm.

mod auth;
mod call;
mod damage;
mod elizaos;
mod honcho;
mod json;
mod mielto;
mod operation;
mod text;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use std::sync::Arc;

use super::Api;
use call::{Call, Inner, Memory};
use damage::Damage;

/// A defect.
#[derive(Clone, Copy)]
pub struct Fault {
    /// A unique name in kebab-case.
    pub name: &'static str,
    /// The API that has the defect.
    pub api: Api,
    /// The operation that has it, such as `list-messages`, or `any` for the whole API.
    pub operation: &'static str,
    /// What it is about: a word of the rules' families, such as `order` or `totals`.
    pub family: &'static str,
    /// One sentence that says what goes wrong.
    pub summary: &'static str,
    damage: Damage,
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Fault {
    /// The fault of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FAULTS.iter().find(|fault| fault.name == name)
    }

    /// Whether a request reaches the defect.
    fn concerns(&self, request: &Request) -> bool {
        let path = request.uri().path();
        Api::of(path) == Some(self.api)
            && (self.operation == operation::ANY
                || operation::of(self.api, request.method(), path) == Some(self.operation))
    }
}

/// Puts faults around routes, the first one innermost.
pub(crate) fn apply(routes: Router, faults: &[&'static Fault], token: Option<&str>) -> Router {
    faults.iter().copied().fold(routes, |routes, fault| {
        let memory = Arc::new(Memory::new(token));
        // Around the routing, not behind it: a damaged or further request finds its route and its path parameters afresh.
        Router::new().fallback_service(routes).layer(middleware::from_fn(
            move |request: Request, next: Next| answer(fault, Arc::clone(&memory), request, next),
        ))
    })
}

async fn answer(fault: &'static Fault, memory: Arc<Memory>, request: Request, next: Next) -> Response {
    if !fault.concerns(&request) {
        return next.run(request).await;
    }
    // HEAD must say of GET what GET would say, damage included; so the body is made, damaged and only then left out.
    let (mut call, head) = match Call::read(request).await {
        Ok(read) => read,
        Err(request) => return next.run(request).await,
    };
    let inner = Inner::new(next, memory);
    let reply = match fault.damage {
        Damage::Request(damage) => {
            damage(&mut call);
            inner.send(&call).await
        }
        Damage::Reply(damage) => {
            let mut reply = inner.send(&call).await;
            damage(&call, &mut reply);
            reply
        }
        Damage::Around(damage) => damage(call, inner).await,
    };
    reply.into_response(head)
}

/// The tables of all faults.
const TABLES: &[&[Fault]] = &[
    honcho::pages::FAULTS,
    honcho::totals::FAULTS,
    honcho::order::FAULTS,
    honcho::filters::FAULTS,
    honcho::isolation::FAULTS,
    honcho::fidelity::FAULTS,
    honcho::answers::FAULTS,
    honcho::validation::FAULTS,
    honcho::writes::FAULTS,
    honcho::races::FAULTS,
    elizaos::cursors::FAULTS,
    elizaos::pages::FAULTS,
    elizaos::messages::FAULTS,
    elizaos::answers::FAULTS,
    mielto::pages::FAULTS,
    mielto::order::FAULTS,
    mielto::filters::FAULTS,
    mielto::answers::FAULTS,
    auth::FAULTS,
];

/// How many faults there are.
const COUNT: usize = {
    let mut count = 0;
    let mut table = 0;
    while table < TABLES.len() {
        count += TABLES[table].len();
        table += 1;
    }
    count
};

/// All faults.
pub static FAULTS: &[Fault] = &joined();

/// Joins the tables while compiling, so that the faults are one slice and each lives as long as the program.
#[expect(clippy::large_stack_arrays, reason = "the array is made while compiling and never lies on a stack")]
const fn joined() -> [Fault; COUNT] {
    let mut faults = [TABLES[0][0]; COUNT];
    let (mut at, mut table) = (0, 0);
    while table < TABLES.len() {
        let mut row = 0;
        while row < TABLES[table].len() {
            faults[at] = TABLES[table][row];
            at += 1;
            row += 1;
        }
        table += 1;
    }
    faults
}

#[cfg(test)]
mod tests;
