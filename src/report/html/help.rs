//! The documentation of the rules that were judged, for readers who have the report and nothing else.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use super::{View, matrix, section};
use crate::event::RuleHead;
use crate::report::sign::level_word;
use crate::report::text::html;
use crate::verdict::Basis;

pub(super) fn write(page: &mut String, view: &View<'_>) -> fmt::Result {
    section(page, "rules", "Rules")?;
    let judged: BTreeSet<&str> = view
        .tally
        .operations()
        .flat_map(|(_, operation)| operation.cells.keys().map(String::as_str))
        .collect();
    for code in judged {
        match view.tally.rule(code) {
            Some(head) => rule(page, head)?,
            None => writeln!(page, "<p id=\"rule-{}\"><code>{}</code></p>", matrix::id(code), html(code))?,
        }
    }
    writeln!(page, "</section>")
}

fn rule(page: &mut String, head: &RuleHead) -> fmt::Result {
    let basis = match head.basis {
        Basis::Document => "document",
        Basis::Suite => "suite",
        Basis::Protocol => "protocol",
        Basis::Invariant => "invariant",
    };
    writeln!(
        page,
        "<details class=\"rule\">\n<summary><code>{}</code> {} <span class=\"faint\">{}, {basis}</span></summary>\n\
         <div id=\"rule-{}\">\n<p><strong>{}</strong></p>",
        html(&head.code),
        html(&head.name),
        level_word(head.level),
        matrix::id(&head.code),
        html(&head.summary)
    )?;
    prose(page, &head.docs)?;
    writeln!(page, "</div>\n</details>")
}

/// The little Markdown that the rules' documentation uses: headings, paragraphs, code spans.
fn prose(page: &mut String, docs: &str) -> fmt::Result {
    let mut paragraph = String::new();
    for line in docs.lines().map(str::trim).chain([""]) {
        let heading = line.strip_prefix("## ");
        if (line.is_empty() || heading.is_some()) && !paragraph.is_empty() {
            writeln!(page, "<p>{}</p>", spans(&std::mem::take(&mut paragraph)))?;
        }
        match heading {
            Some(heading) => writeln!(page, "<h3>{}</h3>", html(heading))?,
            None if line.is_empty() => {}
            None => {
                if !paragraph.is_empty() {
                    paragraph.push(' ');
                }
                paragraph.push_str(line);
            }
        }
    }
    Ok(())
}

/// Text with its code spans; a backtick without a partner stays what it is.
fn spans(text: &str) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, after)) = after.split_once('`') else { break };
        let _ = write!(written, "{}<code>{}</code>", html(before), html(code));
        rest = after;
    }
    written.push_str(&html(rest));
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_is_set() {
        let mut page = String::new();
        prose(&mut page, "## What <it> is\nOne `a<b` and\ntwo.\n\nNext `loose\n## Example\n`x`\n").unwrap();
        assert_eq!(
            page,
            "<h3>What &lt;it&gt; is</h3>\n<p>One <code>a&lt;b</code> and two.</p>\n<p>Next `loose</p>\n\
             <h3>Example</h3>\n<p><code>x</code></p>\n"
        );
    }
}
