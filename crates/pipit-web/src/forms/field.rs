//! The fields of a form as they are shown, and what is wrong with them.

use axum::http::StatusCode;
use pipit_model::Error;

use crate::error::Failure;
use crate::words::Words;

/// How a field is typed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Line,
    Lines,
    /// Something exact: no capitals or corrections from the keyboard.
    Code,
    Email,
    Password,
}

impl Kind {
    /// The `type` of its input.
    pub(crate) fn input(self) -> &'static str {
        match self {
            Self::Line | Self::Lines | Self::Code => "text",
            Self::Email => "email",
            Self::Password => "password",
        }
    }
}

/// One field of a form, as shown.
pub(crate) struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub kind: Kind,
    pub value: String,
    pub autocomplete: &'static str,
    pub min: usize,
    pub max: usize,
    pub error: Option<String>,
}

impl Field {
    pub(crate) fn new(
        name: &'static str,
        label: &'static str,
        kind: Kind,
        autocomplete: &'static str,
    ) -> Self {
        let (value, error) = (String::new(), None);
        Self { name, label, hint: "", kind, value, autocomplete, min: 0, max: 0, error }
    }

    pub(crate) fn value(mut self, value: &str) -> Self {
        value.clone_into(&mut self.value);
        self
    }

    /// A field of at least one character is required.
    pub(crate) fn length(mut self, min: usize, max: usize) -> Self {
        (self.min, self.max) = (min, max);
        self
    }

    pub(crate) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// What a screen reader reads after the label.
    pub(crate) fn described_by(&self) -> String {
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        error.into_iter().chain(hint).collect::<Vec<_>>().join(" ")
    }
}

/// What is wrong with a form.
pub(crate) struct Complaint {
    /// The field's name; "" for the form as a whole.
    pub field: &'static str,
    pub text: String,
}

impl Complaint {
    /// About a form as a whole.
    pub(crate) fn general(text: impl Into<String>) -> Self {
        Self { field: "", text: text.into() }
    }

    /// What the core refused, if the person can put it right.
    pub(crate) fn from_error(error: Error, w: &Words) -> Result<Self, Failure> {
        match error {
            Error::InvalidField { field, message } | Error::Conflict { field, message } => {
                Ok(Self { field, text: w.complaint(field, &message) })
            }
            other => Err(other.into()),
        }
    }
}

/// A form on its page.
pub(crate) struct FormView {
    pub fields: Vec<Field>,
    /// What is wrong, if it is no single field.
    pub error: Option<String>,
}

impl FormView {
    pub(crate) fn new(mut fields: Vec<Field>, complaint: Option<Complaint>) -> Self {
        let mut error = None;
        if let Some(Complaint { field, text }) = complaint {
            match fields.iter_mut().find(|found| found.name == field) {
                Some(found) => found.error = Some(text),
                None => error = Some(text),
            }
        }
        Self { fields, error }
    }

    /// Whether something is wrong with it.
    pub(crate) fn is_refused(&self) -> bool {
        self.error.is_some() || self.fields.iter().any(|field| field.error.is_some())
    }

    /// What its page is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        if self.is_refused() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::SignUpForm;
    use crate::words::ALL;

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        let fields = || SignUpForm { handle: "ann".into(), ..SignUpForm::default() }.fields(ALL[0]);
        let taken = Error::conflict("handle", "is taken: choose another one");
        let view = FormView::new(fields(), Complaint::from_error(taken, ALL[0]).ok());
        assert_eq!(view.error, None);
        let handle = &view.fields[0];
        assert_eq!(handle.error.as_deref(), Some("The handle is taken: choose another one."));
        assert_eq!(handle.described_by(), "handle-error handle-hint");
        assert_eq!(handle.value, "ann");
        let view = FormView::new(fields(), Some(Complaint::general("No.")));
        assert_eq!(view.error.as_deref(), Some("No."));
        assert!(Complaint::from_error(Error::NotFound("user"), ALL[0]).is_err());
    }
}
