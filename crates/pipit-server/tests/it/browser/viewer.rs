//! A tweet's pictures as large as the window.

use super::axe::Axe;
use super::driver::{Browser, Scripts};
use super::looks::Camera;
use super::town::Town;

/// Waits until this one of the pictures is before the reader, as large as it is kept.
async fn shows(browser: &Browser, place: &str) {
    browser
        .holds(&format!("document.querySelector('.viewer h2')?.textContent === '{place}'"))
        .await;
    let before = "const middle = document.elementFromPoint(innerWidth / 2, innerHeight / 2); \
                  return middle.tagName === 'IMG' && middle.naturalWidth > 0 \
                      && !middle.src.includes('-s.')";
    browser.holds(&format!("(() => {{ {before} }})()")).await;
}

const ESCAPE: &str = "\u{e00c}";
const LEFT: &str = "\u{e012}";
const RIGHT: &str = "\u{e014}";
const END: &str = "\u{e010}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_are_looked_at_one_after_the_other() {
    let town = Town::build();
    let browser = Browser::start(&town.server.url).await;
    browser.size(1280, 900).await;
    browser.open("/@bob/media").await;
    browser.is_ready().await;
    browser.mark().await;
    browser.click(".pics.n4 img:nth-child(3)").await;
    shows(&browser, "3 / 4").await;
    browser.holds("document.querySelectorAll('figcaption')[2].innerText.includes('A sky')").await;
    Camera::new().shoot_state(&browser, "pictures").await;
    browser.size(1280, 900).await;
    shows(&browser, "3 / 4").await;
    let none: Vec<String> = Vec::new();
    assert_eq!(Axe::fetch().findings(&browser).await, none);
    browser.press(RIGHT).await;
    shows(&browser, "4 / 4").await;
    browser.press(RIGHT).await;
    browser.click(".viewer .before").await;
    shows(&browser, "3 / 4").await;
    browser.press(LEFT).await;
    shows(&browser, "2 / 4").await;
    browser.press(END).await;
    shows(&browser, "4 / 4").await;
    browser.press(ESCAPE).await;
    browser.has(0, "dialog").await;

    // By keyboard from a tweet, and from right to left.
    browser.ask("document.documentElement.dir = 'rtl'").await;
    browser.ask("document.querySelector('article:has(.n2)').tabIndex = -1").await;
    browser.ask("document.querySelector('article:has(.n2)').focus()").await;
    browser.press("e").await;
    shows(&browser, "1 / 2").await;
    browser.press(LEFT).await;
    shows(&browser, "2 / 2").await;
    browser.click(".viewer .before").await;
    shows(&browser, "1 / 2").await;
    browser.press(ESCAPE).await;
    browser.has(0, "dialog").await;
    browser.holds("document.activeElement.matches('article:has(.n2)')").await;
    browser.holds("window.isMarked").await;
    browser.assert_quiet_but(&[]).await;
    browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts_a_picture_leads_to_its_file() {
    let town = Town::build();
    let browser = Browser::start_with(&town.server.url, Scripts::Off).await;
    browser.open("/@bob/media").await;
    browser.click("article:has(.n4) .at").await;
    browser.has(4, ".focus .pics a").await;
    browser.click(".focus .pics a").await;
    browser.is_at("/media/p/").await;
    browser.stop().await;
}
