//! What every run creates: lists of none, one, a handful, some that page sizes do not divide, and one more than the largest page.

use super::toml::{Table, Toml};

/// The longest list that is made only to have one more item than the largest page.
const LONGEST: i64 = 120;

/// A resource, as far as its seeds go.
#[derive(Clone, Debug)]
pub(super) struct Seeded {
    pub(super) name: String,
    pub(super) parent: Option<String>,
    /// Whether something lies in it.
    pub(super) has_children: bool,
    /// Whether it is listed.
    pub(super) listed: bool,
    /// The largest page of its list, where the document says it.
    pub(super) largest: Option<i64>,
    /// The most records in one request.
    pub(super) batch: Option<i64>,
}

/// A place that records may lie in, and how many of them it is to hold.
#[derive(Clone, Debug)]
struct Home {
    label: String,
    role: &'static str,
}

/// The seed groups of resources, which come parents first.
pub(super) fn seeds(resources: &[Seeded]) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut homes: Vec<(String, Vec<Home>)> = Vec::new();
    for resource in resources {
        let own = match &resource.parent {
            None => roots(resource, &mut tables),
            Some(parent) => {
                let around =
                    homes.iter().find(|(name, _)| name == parent).map_or(&[][..], |(_, homes)| homes);
                below(resource, around, &mut tables)
            }
        };
        homes.push((resource.name.clone(), own));
    }
    tables
}

fn group(tables: &mut Vec<Table>, resource: &Seeded, label: &str, under: Option<&str>, count: i64) {
    let mut table = Table { element: true, ..Table::at(["seed"]) };
    table.set("label", label);
    table.set("resource", resource.name.as_str());
    if let Some(under) = under {
        table.set("under", under);
    }
    if count != 1 {
        table.set("count", Toml::Integer(count));
    }
    // The records of one request may share one time of creation; those of the middling list are not to.
    if resource.batch.is_some() && count == 12 {
        table.set("batch", Toml::Integer(1));
    }
    tables.push(table);
}

fn roots(resource: &Seeded, tables: &mut Vec<Table>) -> Vec<Home> {
    let name = &resource.name;
    if !resource.has_children {
        group(tables, resource, &format!("{name}s"), None, if resource.listed { 12 } else { 3 });
        return Vec::new();
    }
    let mut homes = Vec::new();
    for role in ["main", "other", "one", "empty", "long"] {
        let label = format!("{role}-{name}");
        group(tables, resource, &label, None, 1);
        homes.push(Home { label, role });
    }
    if resource.listed {
        group(tables, resource, &format!("more-{name}"), None, 7);
    }
    homes
}

fn below(resource: &Seeded, around: &[Home], tables: &mut Vec<Table>) -> Vec<Home> {
    let name = &resource.name;
    let home = |role: &str| around.iter().find(|home| home.role == role).or_else(|| around.first());
    if resource.has_children {
        let mut homes = Vec::new();
        let (Some(main), Some(other)) = (home("main"), home("other")) else { return homes };
        for (role, under) in [
            ("main", main),
            ("other", main),
            ("one", main),
            ("empty", main),
            ("long", main),
            ("elsewhere", other),
        ] {
            let label = format!("{role}-{name}");
            group(tables, resource, &label, Some(&under.label), 1);
            homes.push(Home { label, role });
        }
        if resource.listed {
            group(tables, resource, &format!("more-{name}"), Some(&main.label), 7);
        }
        return homes;
    }
    for home in around {
        let count = match home.role {
            "main" => 12,
            "other" => 7,
            "one" => 1,
            "elsewhere" => 5,
            "long" => match resource.largest {
                Some(largest) if resource.listed && (12..LONGEST).contains(&largest) => largest + 1,
                _ => continue,
            },
            _ => continue,
        };
        group(tables, resource, &format!("{}-{name}s", home.label), Some(&home.label), count);
    }
    Vec::new()
}
