//! What the audit of a document says, as text.

use std::fmt::Write as _;

use super::sign::level_word;
use super::text::{count, visible};
use crate::audit::Remark;
use crate::verdict::Level;

/// Each remark on the document of that name with its place, and why it matters where that was not yet said.
#[must_use]
pub fn audited(name: &str, remarks: &[Remark]) -> String {
    let mut text = String::new();
    let mut told = "";
    for remark in remarks {
        let level = level_word(remark.level).to_uppercase();
        // Writing to a string cannot fail.
        if told != remark.rule {
            let _ = writeln!(text, "{level} {} {}\n  {}", remark.rule, remark.name, remark.why);
            told = remark.rule;
        }
        let _ = writeln!(
            text,
            "  {}:{}  {}\n      {}",
            visible(name),
            remark.line,
            visible(&remark.message),
            visible(&remark.pointer)
        );
    }
    let broken = |level| count(remarks.iter().filter(|remark| remark.level == level).count(), "place");
    let _ = writeln!(
        text,
        "{}: {} that break a must, {} that break a should",
        visible(name),
        broken(Level::Must),
        broken(Level::Should)
    );
    text
}

#[cfg(test)]
mod tests {
    use crate::audit::audit;
    use crate::document::Document;
    use crate::report::samples::snapshot;

    /// What the bundled documents' own contradictions are.
    #[test]
    fn the_bundled_documents_are_audited() {
        for (name, text) in [
            ("honcho", include_str!("../../specs/honcho/openapi.yaml")),
            ("elizaos", include_str!("../../specs/elizaos/openapi.yaml")),
            ("mielto", include_str!("../../specs/mielto/openapi.yaml")),
        ] {
            let document =
                Document::from_text(&format!("{name}.yaml"), text).expect("the document can be read");
            snapshot(&format!("audit-{name}"), &super::audited(&format!("{name}.yaml"), &audit(&document)));
        }
    }
}
