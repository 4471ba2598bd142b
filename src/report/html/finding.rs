//! One finding in full, with the exchanges that show it.

use std::fmt::{self, Write as _};

use super::{View, definitions, exchange, strip};
use crate::report::compare::{Shown, aligned, elided};
use crate::report::plain::excerpt;
use crate::report::sign::level_word;
use crate::report::text::{count, html, html_lines, start};
use crate::report::{Located, Sign};
use crate::verdict::{Comparison, Mark};

/// How many exchanges of a finding are shown: the last ones, since the telling one comes last.
const EXCHANGES: usize = 3;

/// How many octets of a list's element are shown.
const ELEMENT_OCTETS: usize = 400;

/// What was broken, with a link to where it stands.
pub(super) fn requirement(page: &mut String, view: &View<'_>, located: &Located) -> fmt::Result {
    let requirement = &located.finding.requirement;
    let source = html(&requirement.source);
    let source = match view.place(&located.suite, &requirement.source) {
        Some(id) => format!("<a href=\"#{id}\">{source}</a>"),
        None => source,
    };
    writeln!(
        page,
        "<p class=\"requires\">{} <span class=\"faint\">{source}</span></p>",
        html(&excerpt(&requirement.text))
    )
}

pub(super) fn write(page: &mut String, view: &View<'_>, located: &Located) -> fmt::Result {
    let finding = &located.finding;
    writeln!(page, "<div class=\"finding\">\n<h4>{}</h4>", html(&excerpt(&finding.summary)))?;
    requirement(page, view, located)?;
    let mut fields = Vec::new();
    if let Some(pointer) = &finding.pointer {
        fields
            .push(("at", if pointer.is_empty() { "the whole content".to_owned() } else { pointer.clone() }));
    }
    fields.push(("level", level_word(finding.level).to_owned()));
    fields.push(("input", finding.input.clone()));
    fields.push(("case", located.case.clone()));
    if finding.repeats > 0 {
        fields.push(("repeats", format!("{} more in this case", finding.repeats)));
    }
    definitions(page, &fields)?;
    strip::write(page, finding, None)?;
    writeln!(
        page,
        "<div class=\"beside\"><div><h5>expected</h5><pre>{}</pre></div><div><h5>actual</h5><pre>{}</pre></div></div>",
        html_lines(&excerpt(&finding.expected)),
        html_lines(&excerpt(&finding.actual))
    )?;
    if let Some(comparison) = &finding.comparison {
        self::comparison(page, comparison)?;
    }
    if let Some(exchange) = finding.exchanges.last() {
        // A batch of hundreds of records is one long line: it scrolls, so the keyboard must reach it.
        let command = (view.curl)(exchange, view.base());
        writeln!(page, "<pre class=\"request\" tabindex=\"0\">{}</pre>", html_lines(&command))?;
    }
    let commands = [
        format!("specproof explain {}", finding.rule),
        format!("specproof check --only '{}::'", located.case),
    ];
    writeln!(page, "<pre class=\"commands\">{}</pre>", html_lines(&commands.join("\n")))?;
    let left = finding.exchanges.len().saturating_sub(EXCHANGES);
    if left > 0 {
        writeln!(page, "<p class=\"faint\">{} before these</p>", count(left, "exchange"))?;
    }
    for (at, exchange) in finding.exchanges.iter().enumerate().skip(left) {
        let telling = at + 1 == finding.exchanges.len();
        exchange::write(page, exchange, finding.pointer.as_deref().filter(|_| telling))?;
    }
    writeln!(page, "</div>")
}

fn comparison(page: &mut String, comparison: &Comparison) -> fmt::Result {
    let side = |cell: Option<&(Mark, String)>| {
        let Some((mark, text)) = cell else { return "<td></td>".to_owned() };
        let (glyph, word, class) = match mark {
            Mark::Same => ("", "", Sign::Pass),
            Mark::Missing => ("−", "missing", Sign::Fail),
            Mark::Extra => ("+", "extra", Sign::Fail),
            Mark::Misplaced => ("~", "misplaced", Sign::Tolerated),
        };
        let text = html(start(text, ELEMENT_OCTETS).0);
        match mark {
            Mark::Same => format!("<td>{text}</td>"),
            _ => format!("<td class=\"{}\">{glyph} {text} <small>{word}</small></td>", class.class()),
        }
    };
    writeln!(
        page,
        "<table class=\"comparison\">\n<thead><tr><th scope=\"col\">expected</th><th scope=\"col\">actual</th></tr></thead>"
    )?;
    for row in elided(&aligned(comparison)) {
        let words = match row {
            Shown::Row(expected, actual) => {
                writeln!(page, "<tr>{}{}</tr>", side(expected), side(actual))?;
                continue;
            }
            Shown::Gap(rows) => format!("{} as expected", count(rows, "row")),
            Shown::Rest(rows) => format!("{} more", count(rows, "row")),
        };
        writeln!(page, "<tr><td colspan=\"2\" class=\"faint\">{words}</td></tr>")?;
    }
    writeln!(page, "</table>")
}
