//! The defects: what is wrong, each with the finding that shows it best.

use std::fmt::{self, Write as _};

use super::{View, finding, section, strip};
use crate::report::plain::excerpt;
use crate::report::sign::level_word;
use crate::report::text::{count, html, html_lines, some};
use crate::report::{Defect, Lead, Sign};
use crate::verdict::Level;

/// How many inputs of one rule are named.
const NAMED: usize = 6;

pub(super) fn write(page: &mut String, view: &View<'_>) -> fmt::Result {
    section(page, "defects", "Defects")?;
    let defects = view.tally.defects();
    if defects.is_empty() {
        writeln!(page, "<p>No findings.</p>")?;
    }
    for (at, defect) in defects.iter().enumerate() {
        self::defect(page, view, defect, at + 1)?;
    }
    writeln!(page, "</section>")
}

fn defect(page: &mut String, view: &View<'_>, defect: &Defect, number: usize) -> fmt::Result {
    let first = defect.first();
    let place = &first.shown;
    let link = |operation: &str, rule: &str| view.anchor_of(&place.suite, operation, rule);
    let class = if first.level() == Level::Must { Sign::Fail } else { Sign::Tolerated }.class();
    writeln!(
        page,
        "<article class=\"defect {class}\" data-signs=\"{class}\" tabindex=\"-1\" aria-labelledby=\"defect-{number}\">\n\
         <p class=\"kicker\"><b class=\"level\">{}</b> <a href=\"#{}\"><code>{} {}</code></a> \
         <span class=\"faint\">in</span> <code>{} {}</code></p>\n<h3 id=\"defect-{number}\">{}</h3>",
        level_word(first.level()),
        link(&place.operation, first.rule()),
        html(first.rule()),
        html(view.tally.rule_name(first.rule())),
        html(&place.suite),
        html(&place.operation),
        html(&excerpt(&place.finding.summary)),
    )?;
    finding::requirement(page, view, place)?;
    // A consequence may show the whole walk where the cause has a single page to show.
    let walked = defect.lead.iter().map(|lead| &lead.shown.finding).find(|finding| finding.strip.is_some());
    let walked = walked.filter(|_| place.finding.comparison.is_some()).unwrap_or(&place.finding);
    strip::write(page, walked, Some(&walked.input))?;
    writeln!(
        page,
        "<div class=\"beside\"><div><h4>expected</h4><pre>{}</pre></div><div><h4>actual</h4><pre>{}</pre></div></div>",
        html_lines(&excerpt(&place.finding.expected)),
        html_lines(&excerpt(&place.finding.actual))
    )?;
    extent(page, first)?;
    let with =
        defect.lead[1..].iter().map(|lead| (lead.shown.operation.as_str(), lead.rule(), lead.cases.len()));
    let also = defect.also.iter().map(|also| (also.operation.as_str(), also.rule.as_str(), also.cases));
    let consequences: Vec<String> = with
        .chain(also)
        .map(|(operation, rule, cases)| {
            let elsewhere = if operation == place.operation {
                String::new()
            } else {
                format!(" on <code>{}</code>", html(operation))
            };
            format!(
                "<a href=\"#{}\"><code>{} {}</code></a>{elsewhere} ({})",
                link(operation, rule),
                html(rule),
                html(view.tally.rule_name(rule)),
                count(cases, "case")
            )
        })
        .collect();
    if !consequences.is_empty() {
        writeln!(page, "<p class=\"faint\">also broke {}</p>", consequences.join(", "))?;
    }
    writeln!(
        page,
        "<p><a href=\"#{}\">the exchange, and how to see it again</a></p>\n</article>",
        link(&place.operation, first.rule())
    )
}

/// In how many cases and with which inputs, where that is more than one.
fn extent(page: &mut String, lead: &Lead) -> fmt::Result {
    if lead.count < 2 {
        return Ok(());
    }
    let inputs = some(lead.inputs.iter().map(String::as_str), NAMED);
    let cases = count(lead.cases.len(), "case");
    writeln!(page, "<p class=\"faint\">seen {} times in {cases}, with {}</p>", lead.count, html(&inputs))
}
