//! Claims as calls of the library's shell functions.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::shell::{Escape, Piece, quoted, word};
use super::steps::Steps;
use super::values::leaves;
use crate::event::Created;
use crate::verdict::{Claim, Fit, Likeness, Must, Pages, Place};

/// The texts in a claim that the target may have chosen. Those of lists are not among them: their records are told by name.
pub(super) fn values(claim: &Claim) -> Vec<String> {
    let mut values = Vec::new();
    let mut place = |place: &Place| values.extend(place.item.as_ref().map(|item| item.is.clone()));
    match claim {
        Claim::Value { place: at, is, .. } => {
            place(at);
            leaves(is, &mut String::new(), &mut |_, value| values.extend(value.as_str().map(str::to_owned)));
        }
        Claim::Nothing { place: at } | Claim::Schema { place: at, .. } => place(at),
        Claim::Same { one, other, .. } => {
            place(one);
            place(other);
        }
        Claim::CursorAtEnd { cursor, .. } => place(cursor),
        Claim::Lacks { id, .. } => values.push(id.clone()),
        Claim::Untold { text, .. } => values.push(text.clone()),
        Claim::After { holds, .. } => values.extend(self::values(holds)),
        Claim::Either(claims) => values.extend(claims.iter().flat_map(self::values)),
        _ => {}
    }
    values
}

/// The call that succeeds if the claim holds.
pub(super) fn call(steps: &Steps<'_>, claim: &Claim) -> Result<String, String> {
    let n = |exchange: &usize| steps.number(*exchange);
    Ok(match claim {
        Claim::Arrives { exchange } => format!("expect_answer {}", n(exchange)?),
        Claim::Status { exchange, allowed } => {
            let ranges: Vec<String> = allowed
                .iter()
                .map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") })
                .collect();
            format!("expect_status {} {}", n(exchange)?, ranges.join(" "))
        }
        Claim::Header { exchange, name, must } => header(n(exchange)?, name, must),
        Claim::Json { exchange } => format!("expect_json {}", n(exchange)?),
        Claim::LikeGet { get, head } => format!("expect_like_get {} {}", n(get)?, n(head)?),
        Claim::Value { place, is, by } => {
            let json = word(&steps.json(&ascii(is), usize::MAX));
            let place_text = quoted(&filter(place));
            let number = n(&place.exchange)?;
            format!("expect_value {number} {place_text} {json} {}{}", compare(*by), id(steps, place))
        }
        Claim::Nothing { place } => {
            format!("expect_nothing {} {}", n(&place.exchange)?, quoted(&filter(place)))
        }
        Claim::Same { one, other, by } => format!(
            "expect_same {} {} {} {} {} {} {}",
            n(&one.exchange)?,
            quoted(&filter(one)),
            id_word(steps, one),
            n(&other.exchange)?,
            quoted(&filter(other)),
            id_word(steps, other),
            compare(*by)
        ),
        Claim::Schema { place, schema } => {
            let pointer = place.at.first().map_or("", String::as_str);
            format!("expect_schema {} {} {}", n(&place.exchange)?, quoted(pointer), quoted(&ascii(schema)))
        }
        Claim::List { pages, groups, part, maybe, open, fit } => {
            let names =
                |ids: &[String]| ids.iter().map(|id| name_of(steps, id)).collect::<Result<Vec<_>, _>>();
            let groups: Result<Vec<Vec<String>>, String> = groups.iter().map(|group| names(group)).collect();
            // What the script does not create cannot come.
            let created = |id: &&String| {
                let mut all = steps.list.iter().flat_map(|step| &step.sent.created);
                all.any(|created| created.id == **id)
            };
            let maybe: Vec<String> = maybe.iter().filter(created).cloned().collect();
            let (fit, size) = match fit {
                Fit::Whole => ("whole", 0),
                Fit::First(size) => ("first", *size),
                Fit::Last(size) => ("last", *size),
            };
            format!(
                "expect_list {} {} {} {} {} {fit} {size} {open} {} {}",
                numbers(steps, pages)?,
                of(pages),
                quoted(&ascii(&compressed(&groups?))),
                part.0,
                part.1,
                quoted(&ascii(&json!(names(&maybe)?))),
                quoted(&files(steps, &[pages])?)
            )
        }
        Claim::Lacks { pages, id } => {
            let id = word(&steps.value(id, usize::MAX, &[], Escape::Not));
            format!("expect_lacks {} {} {id} {}", numbers(steps, pages)?, of(pages), numbers(steps, pages)?)
        }
        Claim::SameList { one, other } => format!(
            "expect_same_list {} {} {} {}",
            numbers(steps, one)?,
            of(one),
            numbers(steps, other)?,
            quoted(&files_of(steps, &[one, other])?.join(" "))
        ),
        Claim::CursorAtEnd { cursor, items, key, newest } => format!(
            "expect_cursor {} {} {} {} {}",
            n(&cursor.exchange)?,
            quoted(&filter(cursor)),
            quoted(items),
            quoted(&ascii(&json!(key))),
            if *newest { "max" } else { "min" }
        ),
        Claim::Untold { exchange, text } => {
            let text = word(&steps.value(text, usize::MAX, &[], Escape::Not));
            format!("expect_untold {} {text}", n(exchange)?)
        }
        Claim::SecretUntold { exchange, variable } => {
            format!("expect_secret_untold {} {}", n(exchange)?, quoted(variable))
        }
        Claim::Revalidated { first, again } => format!("expect_revalidated {} {}", n(first)?, n(again)?),
        Claim::After { holds, .. } => call(steps, holds)?,
        Claim::Either(claims) => {
            let calls: Result<Vec<String>, String> = claims.iter().map(|claim| call(steps, claim)).collect();
            calls?.join(" ||\n    ")
        }
    })
}

/// Which items of its lists a claim is about, as JSON for a word of the shell; `null` where it is about all.
pub(super) fn only(steps: &Steps<'_>) -> String {
    let pages = match steps.proof.claim.core() {
        Claim::List { pages, .. } | Claim::Lacks { pages, .. } | Claim::SameList { one: pages, .. } => {
            Some(pages)
        }
        _ => None,
    };
    let only = pages.and_then(|pages| pages.only.as_ref());
    word(
        &steps.json(
            &ascii(&only.map_or(Value::Null, |only| json!({"at": only.at, "is": only.is}))),
            usize::MAX,
        ),
    )
}

/// The lines that say where the ids of the script's records stand: name or range of names, number of the request, and the pointer, in two
/// halves where it is that of an element of an array.
pub(super) fn names(steps: &Steps<'_>) -> Vec<(String, usize)> {
    let mut lines: Vec<(String, usize)> = Vec::new();
    for step in &steps.list {
        let created = &step.sent.created;
        let parts: Vec<_> = created
            .iter()
            .map(|one| {
                let (label, index) = numbered(&one.record)?;
                let (at, position) = one
                    .at
                    .split('/')
                    .enumerate()
                    .skip(1)
                    .find_map(|(i, token)| Some((i, token.parse::<usize>().ok()?)))?;
                let from = one.at.match_indices('/').nth(at - 1)?.0;
                let rest = &one.at[from + 1..];
                let after = rest.find('/').map_or("", |end| &rest[end..]);
                Some((label, index, &one.at[..from], position, after))
            })
            .collect();
        let whole: Option<Vec<_>> = parts.into_iter().collect();
        let run = whole.filter(|parts| {
            parts.iter().enumerate().all(|(i, (label, index, before, position, after))| {
                *position == i
                    && *index == parts[0].1 + i
                    && (*label, *before, *after) == (parts[0].0, parts[0].2, parts[0].4)
            })
        });
        match run.as_deref() {
            Some([(label, index, before, _, after), ..]) if created.len() > 1 => {
                let (label, last) = (spaceless(label), index + created.len() - 1);
                let before = if before.is_empty() { "" } else { before };
                lines.push((
                    format!("{label}[{index}..{last}] {} {before} {after}", step.number),
                    step.number,
                ));
            }
            _ => lines.extend(created.iter().map(|one| {
                (format!("{} {} - {}", spaceless(&one.record), step.number, one.at), step.number)
            })),
        }
    }
    lines
}

/// Names stand in lists that are separated by blanks.
fn spaceless(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join("_")
}

/// Label and index of a record's name.
fn numbered(name: &str) -> Option<(&str, usize)> {
    let (label, rest) = name.rsplit_once('[')?;
    Some((label, rest.strip_suffix(']')?.parse().ok()?))
}

/// The name of the record with an id, among those that the proof names.
fn name_of(steps: &Steps<'_>, id: &str) -> Result<String, String> {
    let named = steps.proof.records.iter().filter_map(|name| steps.stream.named(name));
    let mut all = named.filter(|record| record.id == id && steps.number_at(record.index).is_some());
    let found = all.next();
    if found.is_some_and(|record| !in_order(&steps.stream.exchanges[record.index].created)) {
        return Err(
            "the answer to a batch is not in the order sent, so its ids cannot be told apart".to_owned()
        );
    }
    let found = found.map(|record| spaceless(record.name));
    found.ok_or_else(|| "the recording does not say which answer created each record of the list".to_owned())
}

/// Whether records stand in an answer in the order in which they were sent.
fn in_order(created: &[Created]) -> bool {
    let places = |one: &Created| numbered(&one.record).map(|(label, index)| (label.to_owned(), index));
    created.windows(2).all(|pair| match (places(&pair[0]), places(&pair[1])) {
        (Some((label, index)), Some((other, next))) => label != other || index < next,
        _ => true,
    })
}

/// Groups of names; runs of neighbours in one text, ties in an array.
fn compressed(groups: &[Vec<String>]) -> Value {
    let mut written: Vec<Value> = Vec::new();
    // The run at the end: label, first and last index.
    let mut run: Option<(String, usize, usize)> = None;
    let close = |run: &mut Option<(String, usize, usize)>, written: &mut Vec<Value>| {
        if let Some((label, from, to)) = run.take() {
            written.push(
                if from == to { format!("{label}[{from}]") } else { format!("{label}[{from}..{to}]") }.into(),
            );
        }
    };
    for group in groups {
        let single = if let [name] = group.as_slice() { numbered(name) } else { None };
        let Some((label, index)) = single else {
            close(&mut run, &mut written);
            let singles: Vec<Vec<String>> = group.iter().map(|name| vec![name.clone()]).collect();
            written.push(if group.len() > 1 { compressed(&singles) } else { json!(group) });
            continue;
        };
        let goes_on = run.as_ref().is_some_and(|(other, from, to)| {
            other == label && (index == to + 1 && to >= from || index + 1 == *to && to <= from)
        });
        if goes_on {
            if let Some((_, _, to)) = &mut run {
                *to = index;
            }
        } else {
            close(&mut run, &mut written);
            run = Some((label.to_owned(), index, index));
        }
    }
    close(&mut run, &mut written);
    Value::Array(written)
}

/// The answers that a list's check reads: its pages, and those that created records.
fn files(steps: &Steps<'_>, pages: &[&Pages]) -> Result<String, String> {
    let mut files = files_of(steps, pages)?;
    for (_, number) in names(steps) {
        let number = number.to_string();
        if !files.contains(&number) {
            files.push(number);
        }
    }
    Ok(files.join(" "))
}

fn files_of(steps: &Steps<'_>, pages: &[&Pages]) -> Result<Vec<String>, String> {
    let mut files: Vec<String> = Vec::new();
    for exchange in pages.iter().flat_map(|pages| &pages.exchanges) {
        let number = steps.number(*exchange)?.to_string();
        if !files.contains(&number) {
            files.push(number);
        }
    }
    Ok(files)
}

fn numbers(steps: &Steps<'_>, pages: &Pages) -> Result<String, String> {
    let numbers: Result<Vec<String>, String> =
        pages.exchanges.iter().map(|exchange| steps.number(*exchange).map(|n| n.to_string())).collect();
    Ok(quoted(&numbers?.join(" ")))
}

/// Where the items and their ids stand.
fn of(pages: &Pages) -> String {
    format!("{} {}", quoted(&pages.items), quoted(&ascii(&json!(pages.id))))
}

fn header(number: usize, name: &str, must: &Must) -> String {
    let (pattern, what) = match must {
        Must::Exist => (".".to_owned(), "a value".to_owned()),
        Must::SayUtf8 => return format!("expect_utf8 {number}"),
        Must::BeRetryAfter => (
            "^$|^[0-9]+$|^[A-Z][a-z]+,? .*[0-9]{2}:[0-9]{2}:[0-9]{2}".to_owned(),
            "seconds or an HTTP date".to_owned(),
        ),
        Must::BeIdentity => ("^(identity)?$".to_owned(), "no coding".to_owned()),
        Must::BeOneOf(ranges) => {
            let escaped = ranges.iter().map(|range| {
                let escape = |c: char| match c {
                    '*' => "[^;]*".to_owned(),
                    c if c.is_ascii_alphanumeric() || "/-_".contains(c) => c.to_string(),
                    c => format!("[{c}]"),
                };
                range.chars().map(escape).collect::<String>()
            });
            (format!("^({})[[:blank:]]*(;.*)?$", escaped.collect::<Vec<_>>().join("|")), ranges.join(" or "))
        }
    };
    format!("expect_header {number} {} {} {}", quoted(name), quoted(&pattern), quoted(&what))
}

fn compare(by: Likeness) -> &'static str {
    match by {
        Likeness::Exact => "same",
        Likeness::Instant => "instantly",
        Likeness::AtLeast => "at_least",
        Likeness::Loose => "loosely",
    }
}

/// A place as a jq filter over the content.
fn filter(place: &Place) -> String {
    let at = |pointers: &[String]| {
        let each: Vec<String> =
            pointers.iter().map(|pointer| format!("at({})", ascii(&json!(pointer)))).collect();
        if let [one] = each.as_slice() { one.clone() } else { format!("first_of({})", each.join(", ")) }
    };
    match &place.item {
        None => at(&place.at),
        Some(item) => format!(
            "([at({}) | .[] | select(({} | as_text) == $wanted)] | first | {})",
            ascii(&json!(item.items)),
            at(&item.id),
            at(&place.at)
        ),
    }
}

/// The id of the item that a place is in, as a further argument.
fn id(steps: &Steps<'_>, place: &Place) -> String {
    if place.item.is_some() { format!(" {}", id_word(steps, place)) } else { String::new() }
}

fn id_word(steps: &Steps<'_>, place: &Place) -> String {
    let id = place.item.as_ref().map_or("", |item| &item.is);
    let pieces: Vec<Piece> = steps.value(id, usize::MAX, &[], Escape::Not);
    word(&pieces)
}

/// JSON in ASCII, so that nothing in it is invisible.
fn ascii(value: &Value) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        if character.is_ascii() && !character.is_ascii_control() {
            text.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}
