//! How far something long is: a bar for people, a line for each part of it for scripts.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};
use pipit_core::Progress;

pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> anyhow::Result<Self> {
        let bar = if stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let template = "{msg:18} {bar:40} {human_pos} of {human_len}, {eta} left";
        bar.set_style(ProgressStyle::with_template(template)?);
        Ok(Self(bar))
    }

    /// What is to hear of it.
    pub(super) fn told(&self) -> impl FnMut(Progress<'_>) + Send + use<> {
        let (bar, mut before) = (self.0.clone(), String::new());
        move |Progress { what, done, total }| {
            if before != what {
                if bar.is_hidden() {
                    eprintln!("{what}");
                }
                what.clone_into(&mut before);
                // What is left of one part tells nothing of the next.
                bar.reset_eta();
                bar.set_message(before.clone());
            }
            bar.set_length(total);
            bar.set_position(done);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
