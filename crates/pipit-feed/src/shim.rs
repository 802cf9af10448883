//! What threads share: of the standard library, or, with the feature `shuttle`, of a scheduler that
//! tries many interleavings (`interleavings.rs`).

#[cfg(feature = "shuttle")]
pub(crate) use shuttle::sync::{Mutex, MutexGuard, atomic::AtomicI64};
#[cfg(not(feature = "shuttle"))]
pub(crate) use std::sync::{Mutex, MutexGuard, atomic::AtomicI64};
