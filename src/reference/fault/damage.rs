//! [`Damage`]: what a fault does.

use futures_util::future::BoxFuture;

use super::call::{Call, Inner, Reply};

/// What a fault does to a request for its operation.
#[derive(Clone, Copy)]
pub(crate) enum Damage {
    /// Changes the request before the handler sees it.
    Request(fn(&mut Call)),
    /// Changes the handler's answer.
    Reply(fn(&Call, &mut Reply)),
    /// Answers in place of the handler, which it may ask as often as it likes.
    Around(fn(Call, Inner) -> BoxFuture<'static, Reply>),
}

/// Writes a [`Damage::Around`] like an async closure.
macro_rules! around {
    (|$call:pat_param, $inner:ident| $body:expr) => {
        $crate::reference::fault::damage::Damage::Around(|$call, $inner| Box::pin(async move { $body }))
    };
}

pub(crate) use around;
