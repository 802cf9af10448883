//! A strict reader of our own pages: what it does not understand fails the test.

use std::collections::{HashMap, HashSet};

const VOID: [&str; 9] = ["img", "meta", "link", "input", "br", "use", "path", "circle", "!doctype"];
const KNOWN: &str = "html head meta title link script body a svg symbol path circle use div nav main \
                     header footer aside section article h1 h2 p span bdi b ul ol li form input \
                      button label textarea img fieldset legend details summary time code blockquote select option";

/// An element in the order of the page.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub name: String,
    pub attributes: HashMap<String, String>,
    /// The text in it and in all it holds.
    pub text: String,
    /// Elements in it, itself included.
    pub nodes: usize,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    fn has_class(&self, class: &str) -> bool {
        self.attribute("class").split(' ').any(|found| found == class)
    }
}

#[derive(Debug)]
pub(super) struct Page {
    pub elements: Vec<Element>,
}

impl Page {
    /// Reads a page and checks what holds of all of ours.
    pub(super) fn parse(html: &str) -> Self {
        let page = Self { elements: read(html) };
        page.check();
        page
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |element| element.name == name)
    }

    pub(super) fn of_class<'a>(&'a self, class: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |element| element.has_class(class))
    }

    pub(super) fn h1(&self) -> String {
        self.all("h1").map(|h1| h1.text.trim().to_owned()).collect()
    }

    pub(super) fn links_to(&self, href: &str) -> bool {
        self.all("a").any(|a| a.attribute("href") == href)
    }

    /// The texts of the tweets, as the page shows them.
    pub(super) fn tweets(&self) -> Vec<String> {
        let texts = self.of_class("text").filter(|p| p.name == "p");
        texts.map(|p| p.text.clone()).collect()
    }

    /// The way to the list's next page.
    pub(super) fn next(&self) -> Option<&str> {
        self.all("a").find(|a| a.attribute("rel") == "next").map(|a| a.attribute("href"))
    }

    /// The fields between a form and the next.
    pub(super) fn form(&self, action: &str) -> HashMap<String, String> {
        let is_it = |e: &&Element| e.name == "form" && e.attribute("action") == action;
        let at = self.elements.iter().position(|e| is_it(&e)).expect(action);
        let inside = self.elements[at + 1..].iter().take_while(|e| e.name != "form");
        let fields = inside.filter(|e| ["input", "textarea"].contains(&e.name.as_str()));
        let value = |e: &Element| match e.name.as_str() {
            "input" => e.attribute("value").to_owned(),
            // A browser drops the first line break of a text area.
            _ => e.text.strip_prefix('\n').unwrap_or(&e.text).to_owned(),
        };
        fields.map(|e| (e.attribute("name").to_owned(), value(e))).collect()
    }

    fn check(&self) {
        assert_eq!(self.all("h1").count(), 1, "one heading of the page");
        assert_eq!(self.all("main").count(), 1);
        let mut ids = HashSet::new();
        for element in &self.elements {
            let name = element.name.as_str();
            assert!(name == "!doctype" || KNOWN.split(' ').any(|k| k == name), "<{name}>");
            for (attribute, value) in &element.attributes {
                assert!(!attribute.starts_with("on") && attribute != "style", "{element:?}");
                if name == "script" {
                    // Ours, and nothing in the page itself.
                    assert!(element.attribute("src").starts_with("/assets/"), "{element:?}");
                    assert_eq!(element.text, "");
                }
                if ["href", "action", "formaction"].contains(&attribute.as_str()) {
                    let outside = element.attribute("rel") == "nofollow noopener ugc";
                    let allowed: &[&str] = if outside {
                        &["http://", "https://"]
                    } else {
                        &["/", "#", "?", "otpauth://totp/Pipit:"]
                    };
                    assert!(allowed.iter().any(|a| value.starts_with(a)), "{element:?}");
                    assert!(!value.starts_with("//"), "{element:?}");
                }
                if attribute == "id" {
                    assert!(ids.insert(value.clone()), "{value} twice");
                }
            }
        }
        for element in &self.elements {
            let mut named: Vec<&str> = element.attribute("aria-describedby").split(' ').collect();
            named.push(element.attribute("for"));
            if element.name == "use" {
                named.push(element.attribute("href").trim_start_matches('#'));
            }
            for id in named.into_iter().filter(|id| !id.is_empty()) {
                assert!(ids.contains(id), "#{id} of {element:?}");
            }
        }
        for tweet in self.of_class("tweet") {
            assert!(tweet.nodes <= 45, "{} nodes: {}", tweet.nodes, tweet.text);
        }
    }
}

fn read(html: &str) -> Vec<Element> {
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let text = unescape(&rest[..at]);
        for &i in &open {
            elements[i].text.push_str(&text);
        }
        let end = at + tag_end(&rest[at..]);
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let i = open.pop().expect("an open element");
            assert_eq!(elements[i].name, name, "closes what is open");
            continue;
        }
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        for &i in &open {
            elements[i].nodes += 1;
        }
        if !VOID.contains(&name) {
            open.push(elements.len());
        }
        elements.push(Element {
            name: name.to_owned(),
            attributes: read_attributes(attributes),
            text: String::new(),
            nodes: 1,
        });
    }
    assert!(open.is_empty(), "all is closed");
    elements
}

/// Where a tag ends: a `>` in quotes does not end it.
fn tag_end(tag: &str) -> usize {
    let mut quoted = false;
    let end = tag.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    });
    end.expect("a tag that ends")
}

fn read_attributes(mut rest: &str) -> HashMap<String, String> {
    let mut attributes = HashMap::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return attributes;
        }
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let mut value = String::new();
        rest = after;
        if let Some(quoted) = after.strip_prefix("=\"") {
            let end = quoted.find('"').expect("a closing quote");
            value = unescape(&quoted[..end]);
            rest = &quoted[end + 1..];
        }
        assert!(!name.contains(['"', '\'', '<']), "{name}");
        assert!(attributes.insert(name.to_owned(), value).is_none(), "{name} twice");
    }
}

fn unescape(text: &str) -> String {
    assert!(!text.contains('>') && !text.contains('"'), "not escaped: {text}");
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}
