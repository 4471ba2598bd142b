//! Tests of the whole page. That it works in a browser is tested in `tests/browser.rs`.

use std::collections::BTreeSet;

use super::*;
use crate::event::Ending;
use crate::report::samples::{self, HOSTILE, curl, report, snapshot, story};

fn written(events: &[Event]) -> String {
    report(events, |out| Html::new(out, curl, false))
}

fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    page.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn the_page_holds_the_run() {
    let page = written(&story());
    let body = page.replace(STYLE, "").replace(SCRIPT, "");
    snapshot("report_html", &body);
}

#[test]
fn every_link_leads_somewhere_in_the_page_and_nothing_is_loaded() {
    let page = written(&story());
    let ids = attributes(&page, "id");
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "ids are unique");
    let links = attributes(&page, "href");
    assert!(!links.is_empty());
    for link in links {
        assert!(link.strip_prefix('#').is_some_and(|id| ids.contains(&id)), "{link}");
    }
    for loading in ["<img", "<iframe", "<script src", "<link", "@import", "url(", "fetch(", "XMLHttpRequest"]
    {
        assert!(!page.contains(loading), "{loading}");
    }
}

#[test]
fn hostile_text_is_only_text() {
    let mut events = story();
    events.extend(samples::run(&[], true, Some(Ending::NoVerdict)));
    samples::spoil(&mut events);
    for event in &mut events {
        if let Event::CaseFinished(case) = event {
            case.operation.push_str("\"><script>");
        }
    }
    let page = written(&events);
    assert_eq!(page.matches("<script").count(), page.matches("<script>\n\"use strict\"").count());
    assert!(!page.contains(|c: char| c != '\n' && c.is_control()) && !page.contains('\u{202e}'));
    assert!(page.contains(&html(HOSTILE)));
}

#[test]
fn tags_are_balanced() {
    let page = written(&story()).replace(STYLE, "").replace(SCRIPT, "");
    for tag in [
        "a", "article", "b", "code", "dd", "details", "div", "dl", "dt", "figure", "form", "h2", "h3", "h4",
        "i", "li", "main", "mark", "ol", "p", "pre", "section", "small", "span", "summary", "svg", "table",
        "tbody", "td", "th", "thead", "tr", "ul",
    ] {
        let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}
