//! Filters joined by "all", "any" and "none", with their values: what one combination of a suite was asked with.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Filtering;

/// A combination of filters with their values. It stands as the value of a [`Filtering`] whose filter is the combination's name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Combined {
    /// One filter with its value.
    Filter(Filtering),
    /// All of these hold.
    All(Vec<Combined>),
    /// At least one of these holds.
    Any(Vec<Combined>),
    /// None of these holds.
    None(Vec<Combined>),
}

impl Combined {
    /// The combination that a value stands for, if it stands for one.
    pub fn of(value: &Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok()
    }

    /// The value that stands for it.
    pub fn value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Whether it holds; `None` where too little is known. `leaf` says whether a filter holds.
    pub fn holds(&self, leaf: &impl Fn(&Filtering) -> Option<bool>) -> Option<bool> {
        let any = |parts: &[Self]| {
            let told: Vec<Option<bool>> = parts.iter().map(|part| part.holds(leaf)).collect();
            if told.contains(&Some(true)) {
                Some(true)
            } else {
                told.iter().all(Option::is_some).then_some(false)
            }
        };
        match self {
            Self::Filter(filtering) => leaf(filtering),
            Self::All(parts) => {
                let told: Vec<Option<bool>> = parts.iter().map(|part| part.holds(leaf)).collect();
                if told.contains(&Some(false)) {
                    Some(false)
                } else {
                    told.iter().all(Option::is_some).then_some(true)
                }
            }
            Self::Any(parts) => any(parts),
            Self::None(parts) => any(parts).map(|any| !any),
        }
    }

    /// Whether a filter stands below a "none".
    pub fn negates(&self, filter: &Filtering) -> bool {
        match self {
            Self::Filter(_) => false,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.negates(filter)),
            Self::None(parts) => parts.iter().any(|part| part.has(filter)),
        }
    }

    fn has(&self, filter: &Filtering) -> bool {
        match self {
            Self::Filter(own) => own == filter,
            Self::All(parts) | Self::Any(parts) | Self::None(parts) => {
                parts.iter().any(|part| part.has(filter))
            }
        }
    }

    /// What servers make of it that misread it: each has one part left out, or one word taken for another.
    pub fn misread(&self) -> Vec<Self> {
        let parts = match self {
            Self::Filter(_) => return Vec::new(),
            Self::All(parts) | Self::Any(parts) | Self::None(parts) => parts,
        };
        let with = |parts: Vec<Self>| match self {
            Self::Any(_) => Self::Any(parts),
            Self::None(_) => Self::None(parts),
            _ => Self::All(parts),
        };
        let mut misread: Vec<Self> = match self {
            Self::Any(_) => vec![Self::All(parts.clone()), Self::one_alone(parts)],
            Self::None(_) => {
                vec![
                    Self::All(parts.clone()),
                    Self::None(vec![Self::All(parts.clone())]),
                    Self::All(Vec::new()),
                ]
            }
            _ => vec![Self::Any(parts.clone())],
        };
        for at in 0..parts.len() {
            let mut fewer = parts.clone();
            let part = fewer.remove(at);
            misread.push(with(fewer));
            for wrong in part.misread() {
                let mut other = parts.clone();
                other[at] = wrong;
                misread.push(with(other));
            }
        }
        misread
    }

    /// Exactly one of these holds: what some take "any" for.
    fn one_alone(parts: &[Self]) -> Self {
        let alone = |(at, part): (usize, &Self)| {
            let mut others = parts.to_vec();
            others.remove(at);
            Self::All(vec![part.clone(), Self::None(others)])
        };
        Self::Any(parts.iter().enumerate().map(alone).collect())
    }

    /// It as people would say it: `(peer=alice or content=word) and not shade=amber`.
    pub fn told(&self) -> String {
        let joined = |parts: &[Self], word: &str| match parts {
            [one] => one.told(),
            parts => format!("({})", parts.iter().map(Self::told).collect::<Vec<_>>().join(word)),
        };
        match self {
            Self::Filter(filtering) => filtering.told(),
            Self::All(parts) => joined(parts, " and "),
            Self::Any(parts) => joined(parts, " or "),
            Self::None(parts) => format!("not {}", joined(parts, " or ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn leaf(filter: &str) -> Combined {
        Combined::Filter(Filtering { filter: filter.to_owned(), value: json!(1) })
    }

    #[test]
    fn what_is_not_known_stays_so_unless_the_rest_decides() {
        let told = |filtering: &Filtering| match filtering.filter.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        for (combined, expected) in [
            (Combined::All(vec![leaf("yes"), leaf("yes")]), Some(true)),
            (Combined::All(vec![leaf("who"), leaf("no")]), Some(false)),
            (Combined::All(vec![leaf("who"), leaf("yes")]), None),
            (Combined::Any(vec![leaf("who"), leaf("yes")]), Some(true)),
            (Combined::Any(vec![leaf("who"), leaf("no")]), None),
            (Combined::Any(vec![leaf("no"), leaf("no")]), Some(false)),
            (Combined::None(vec![leaf("no"), leaf("no")]), Some(true)),
            (Combined::None(vec![leaf("no"), leaf("yes")]), Some(false)),
            (Combined::None(vec![leaf("no"), leaf("who")]), None),
            (Combined::All(vec![Combined::None(vec![leaf("no")]), leaf("yes")]), Some(true)),
        ] {
            assert_eq!(combined.holds(&told), expected, "{}", combined.told());
            assert_eq!(Combined::of(&combined.value()), Some(combined));
        }
        assert_eq!(Combined::of(&json!("red")), None);
    }

    #[test]
    fn misreadings_leave_a_part_out_or_take_a_word_for_another() {
        let nested = Combined::All(vec![Combined::Any(vec![leaf("a"), leaf("b")]), leaf("c")]);
        let told: Vec<String> = nested.misread().iter().map(Combined::told).collect();
        for expected in [
            "((a=1 or b=1) or c=1)",
            "(((a=1 and not b=1) or (b=1 and not a=1)) and c=1)",
            "c=1",
            "((a=1 and b=1) and c=1)",
            "(b=1 and c=1)",
            "(a=1 or b=1)",
        ] {
            assert!(told.iter().any(|one| one == expected), "{expected}: {told:?}");
        }
        assert!(!Combined::All(vec![leaf("a")]).negates(&Filtering { filter: "a".into(), value: json!(1) }));
        let none = Combined::Any(vec![leaf("b"), Combined::None(vec![leaf("a")])]);
        assert!(none.negates(&Filtering { filter: "a".into(), value: json!(1) }));
        assert_eq!(none.told(), "(b=1 or not a=1)");
    }
}
