//! How people get in: let in by a moderator, and by a passkey.

use pipit_model::Role;
use serde_json::{Value, json};

use super::axe::Axe;
use super::driver::{Browser, Scripts};
use super::looks::{Camera, Viewing};
use crate::process::{Client, Server, run};

const NOT_OFFERED: &str = "if (!sessionStorage.offered) \
    PublicKeyCredential.isConditionalMediationAvailable = async () => false";

/// A device with passkeys, whose owner always shows who they are, behind the browser.
fn device() -> Value {
    json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
        "hasUserVerification": true, "isUserVerified": true, "isUserConsenting": true,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_in_with_a_passkey_and_removes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start_by_name(folder.path());
    Client::sign_up(&server.url, "ann");
    let browser = Browser::start(&server.url).await;
    let viewing = Viewing { browser: &browser, camera: Camera::new(), axe: Axe::fetch() };
    browser.sign_in("ann").await;
    browser.add_authenticator(device()).await;
    // Not offered among names before it is asked for: the device would answer before the button.
    browser.run_first(NOT_OFFERED).await;

    browser.open("/settings/security").await;
    browser.is_ready().await;
    browser.fill("name", "My laptop").await;
    browser.submit("form[data-passkey]").await;
    browser.sees("The passkey is added").await;
    browser.sees("My laptop").await;
    browser.sees("not used yet").await;
    browser.is_ready().await;
    viewing.look("passkey").await;
    // The browser knows that this device has one for her.
    browser.submit("form[data-passkey]").await;
    browser.sees("made no passkey").await;
    leave(&browser).await;

    browser.open("/login").await;
    browser.is_ready().await;
    browser.submit("form[data-passkey]").await;
    browser.is_at("/home").await;
    browser.open("/settings/security").await;
    browser.sees("last used").await;
    leave(&browser).await;
    // From the list of names: this device takes the only one for chosen.
    browser.ask("sessionStorage.offered = 'yes'").await;
    browser.open("/login").await;
    browser.is_at("/home").await;
    browser.open("/settings/security").await;
    browser.submit("form[action$='/remove']").await;
    browser.sees("The passkey is removed").await;
    leave(&browser).await;

    browser.open("/login").await;
    browser.sees("This passkey is not good here").await;
    browser.is_ready().await;
    viewing.look("passkey_refused").await;
    browser.mark().await;
    browser.submit("form[data-passkey]").await;
    browser.holds("!window.isMarked").await;
    browser.sees("This passkey is not good here").await;
    // The form beside it works as ever.
    browser.fill("login", "ann").await;
    browser.fill("password", "correct horse").await;
    browser.submit("form[action='/login']").await;
    browser.is_at("/home").await;
    browser.stop().await;
}

async fn leave(browser: &Browser) {
    browser.submit("form[action='/logout']").await;
    browser.has(0, "form[action='/logout']").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_waits_and_is_let_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let create = ["user", "create", "moe", "--email", "moe@x.test"];
    let rest = ["--password", "correct horse", "--role", Role::Moderator.name()];
    run(folder.path(), &[&create[..], &rest[..]].concat());
    let server = Server::start_with(folder.path(), &["--sign-up", "approval"]);
    let camera = Camera::new();
    let eve = Browser::start_with(&server.url, Scripts::Off).await;
    eve.open("/signup").await;
    eve.fill("handle", "eve").await;
    eve.fill("email", "eve@mail.test").await;
    eve.fill("password", "correct horse").await;
    eve.submit("form[action='/signup']").await;
    eve.sees("say in a few words why").await;
    eve.fill("password", "correct horse").await;
    eve.fill("reason", "I count herons,\nand would like to tell of it.").await;
    camera.shoot_state(&eve, "sign_up_by_approval").await;
    eve.submit("form[action='/signup']").await;
    eve.sees("Waiting for approval").await;
    camera.shoot_state(&eve, "waiting").await;
    eve.open("/home").await;
    eve.sees("Waiting for approval").await;

    let moe = Browser::start(&server.url).await;
    let viewing = Viewing { browser: &moe, camera, axe: Axe::fetch() };
    moe.sign_in("moe").await;
    moe.open("/admin").await;
    moe.click("a[href='/admin/sign-ups']").await;
    moe.sees("I count herons").await;
    moe.sees("E-mail at mail.test").await;
    moe.is_ready().await;
    viewing.look("sign_ups").await;
    moe.submit("form[action='/admin/sign-ups']").await;
    moe.sees("Choose whom it is about").await;
    moe.click("input[name=user]").await;
    moe.click("button[value=reject]").await;
    moe.sees("must say why").await;
    moe.is_ready().await;
    viewing.look("sign_ups_refused").await;
    moe.click("button[value=approve]").await;
    moe.sees("Nobody waits").await;
    eve.open("/home").await;
    eve.is_at("/home").await;
    moe.open("/admin/log").await;
    moe.sees("Sign-up approved").await;
    for browser in [eve, moe] {
        browser.stop().await;
    }
}
