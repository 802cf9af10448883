//! The writer: commands in, one transaction for all that wait, answers out after the commit.
//!
//! A batch is read ([`load`]), changed in memory command by command ([`decide`], pure), and written
//! back as the difference ([`apply`]): a dozen statements for 1 command or for 256. To add a
//! command: a variant in [`command`], its rows in [`load`], its meaning in [`decide`].

mod apply;
pub mod command;
mod decide;
pub(crate) mod horizon;
mod limited;
mod load;
mod muted;
mod notices;
mod state;
mod ties;
pub(crate) mod writer;
