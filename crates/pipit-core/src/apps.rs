//! Apps: registered by anybody, let in and turned out by each person for themselves.

use pipit_model::app::{App, AppForm, AuthorisedApp};
use pipit_model::limits::{APP_UNUSED_SECS, CODE_KEPT_SECS};
use pipit_model::{AppId, Error, Result, SessionId};
use pipit_store::AppCredentials;

use crate::access::{hash_of, new_secret};
use crate::{Caller, Pipit};

/// Steps of forgetting in one run: others want the writer too.
const STEPS_PER_RUN: u32 = 200;

/// An app that was just registered.
#[derive(Clone)]
pub struct RegisteredApp {
    /// The app.
    pub app: App,
    /// What proves that it is this one; told once.
    pub secret: String,
}

impl Pipit {
    /// Registers an app. It is forgotten after 30 days in which nobody let it in.
    ///
    /// # Errors
    /// [`Error::InvalidField`] for a field that breaks a rule.
    pub async fn register_app(&self, form: AppForm) -> Result<RegisteredApp> {
        let now = self.0.clock.now();
        let app = form.checked(AppId(self.0.ids.next(now)))?;
        let (secret, secret_hash) = new_secret()?;
        let credentials = AppCredentials { app: app.clone(), secret_hash };
        self.0.store.insert_app(credentials, now.plus_secs(APP_UNUSED_SECS)).await?;
        Ok(RegisteredApp { app, secret })
    }

    /// A registered app.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn app(&self, id: AppId) -> Result<App> {
        let found = self.0.store.find_app(id).await?;
        Ok(found.ok_or(Error::NotFound("app"))?.app)
    }

    /// The apps that the caller let in, each device of each, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn authorised_apps(&self, caller: Caller) -> Result<Vec<AuthorisedApp>> {
        Ok(self.0.store.list_authorised_apps(caller.user_id).await?)
    }

    /// Turns out an app that the caller let in: its token is refused from now on.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the caller let in none by this session.
    pub async fn turn_out_app(&self, caller: Caller, id: SessionId) -> Result<()> {
        Ok(self.0.store.delete_session(id, caller.user_id).await?)
    }

    /// Forgets apps that nobody let in and codes that nobody may use.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn delete_expired_apps(&self) -> Result<()> {
        let now = self.0.clock.now();
        let codes_before = now.plus_secs(-CODE_KEPT_SECS);
        for _ in 0..STEPS_PER_RUN {
            if !self.0.store.delete_expired_apps(now, codes_before).await? {
                break;
            }
        }
        Ok(())
    }

    /// The app that calls itself by this id, if the secret is its own. Without a secret anybody can
    /// be it: what that is good for is for the caller to judge.
    pub(crate) async fn prove_app(
        &self,
        client_id: &str,
        secret: Option<&str>,
    ) -> Result<Option<App>> {
        let id = client_id.parse().ok().filter(|id: &i64| *id > 0);
        let Some(id) = id else { return Ok(None) };
        let Some(found) = self.0.store.find_app(AppId(id)).await? else { return Ok(None) };
        let fits = secret.is_none_or(|secret| {
            let hash = hash_of(secret);
            let (hash, stored) = (hash.as_bytes(), found.secret_hash.as_bytes());
            aws_lc_rs::constant_time::verify_slices_are_equal(hash, stored).is_ok()
        });
        Ok(fits.then_some(found.app))
    }
}
